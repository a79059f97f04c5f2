"""Whatever migrations a run has applied before it failed: what is undone, and what is not."""

from hypothesis import given
from hypothesis import strategies as st

from netbox_custom_objects.evolution.safe_migrate.plan import key_name, to_undo


@st.composite
def runs(draw):
    """(order, what each migration builds upon, what a run has applied, what cannot be undone)."""
    order = [('app', str(number)) for number in range(draw(st.integers(0, 12)))]
    ancestors = {}
    for number, key in enumerate(order):
        parents = draw(st.sets(st.sampled_from(order[:number]), max_size=3)) if number else set()
        ancestors[key] = {key, *parents, *(found for parent in parents for found in ancestors[parent])}
    start = draw(st.integers(0, len(order)))
    applied = set(order[start : draw(st.integers(start, len(order)))])
    irreversible = set(draw(st.sets(st.sampled_from(order)))) if order else set()
    return order, ancestors, applied, irreversible


@given(runs())
def test_undoing_leaves_what_stays_on_firm_ground(run):
    order, ancestors, applied, irreversible = run
    undo, stay = to_undo(order, applied, irreversible, ancestors.__getitem__)
    assert set(undo) | set(stay) == applied
    assert not set(undo) & set(stay)
    assert not set(undo) & irreversible
    # Newest first, and the rest in the order of applying.
    assert undo == sorted(undo, key=order.index, reverse=True)
    assert stay == sorted(stay, key=order.index)
    for key in stay:
        assert not ancestors[key] & set(undo), f'{key_name(key)} would hang in the air'
    if not applied & irreversible:
        assert not stay
    # No more stays than must.
    for key in stay:
        assert any(key in ancestors[fixed] for fixed in applied & irreversible)
