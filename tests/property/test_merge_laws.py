"""Laws of the three-way merge (architecture, chapter 6)."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from netbox_custom_objects.definitions.merge import CHANGED, DELETED, Conflict, Kind, merge
from tests.support.strategies import names, types, worlds


@st.composite
def edited(draw, ancestor):
    """Return what somebody may have made of `ancestor`: types and fields renamed, relabelled, added, deleted."""
    result = {}
    for pk, definition in ancestor.items():
        if draw(st.integers(0, 5)) == 0:
            continue
        fields = []
        for field in definition.fields:
            edit = draw(st.sampled_from(['keep', 'keep', 'delete', 'name', 'label', 'required']))
            if edit == 'name':
                fields.append(replace(field, name=draw(names)))
            elif edit == 'label':
                fields.append(replace(field, label=draw(st.sampled_from(['A', 'B']))))
            elif edit == 'required':
                fields.append(replace(field, required=not field.required))
            elif edit == 'keep':
                fields.append(field)
        slug = draw(st.sampled_from([definition.slug, 'other', 'another']))
        result[pk] = replace(definition, slug=slug).with_fields({field.name: field for field in fields}.values())
    if draw(st.booleans()):
        pk = draw(st.integers(10, 13))
        result[pk] = draw(types(pk, max_fields=2))
    return result


@st.composite
def triples(draw):
    ancestor = draw(worlds())
    return ancestor, draw(edited(ancestor)), draw(edited(ancestor))


@given(triples())
def test_an_untouched_branch_changes_nothing(triple):
    ancestor, edited_side, _ = triple
    assert merge(ancestor, edited_side, ancestor).merged == edited_side


@given(triples())
def test_an_untouched_main_takes_everything(triple):
    ancestor, edited_side, _ = triple
    assert merge(ancestor, ancestor, edited_side).merged == edited_side


@given(triples())
def test_equal_edits_are_silent(triple):
    ancestor, edited_side, _ = triple
    result = merge(ancestor, edited_side, edited_side)
    assert result.merged == edited_side
    assert not result.conflicts


@given(triples())
def test_conflicts_are_the_same_from_either_side(triple):
    """Unless both sides changed one attribute: whose word counts then decides what else follows."""
    ancestor, main, branch = triple
    seen, mirrored = merge(ancestor, main, branch).conflicts, merge(ancestor, branch, main).conflicts
    if any(conflict.kind is Kind.ATTRIBUTE for conflict in seen):
        kinds = {Kind.ATTRIBUTE, Kind.MODIFY_DELETE}
        seen, mirrored = ([c for c in found if c.kind in kinds] for found in (seen, mirrored))
    assert set(seen) == {replace(conflict, main=conflict.branch, branch=conflict.main) for conflict in mirrored}


@given(triples())
def test_a_merge_without_blocking_conflicts_is_sound(triple):
    ancestor, main, branch = triple
    result = merge(ancestor, main, branch)
    if any(conflict.blocks for conflict in result.conflicts):
        return
    for definition in result.merged.values():
        assert len({field.name for field in definition.fields}) == len(definition.fields)
    slugs = [definition.slug for definition in result.merged.values()]
    clash_before = any(len({d.slug for d in side.values()}) < len(side) for side in (main, branch))
    assert clash_before or len(set(slugs)) == len(slugs)


@given(triples(), st.data())
def test_objects_count_as_changes_of_a_deleted_type(triple, data):
    ancestor = triple[0]
    if ancestor:
        gone = data.draw(st.sampled_from(sorted(ancestor)))
        main = {pk: definition for pk, definition in ancestor.items() if pk != gone}
        quiet = merge(ancestor, main, ancestor)
        told = merge(ancestor, main, ancestor, branch_data={gone})
        expected = Conflict(Kind.MODIFY_DELETE, gone, None, '', DELETED, CHANGED)
        assert expected not in quiet.conflicts
        assert expected in told.conflicts
        assert expected.blocks
