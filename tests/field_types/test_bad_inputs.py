"""Whatever a client sends: 64 wrong values per type, each a 400 under the field's key, and nothing is stored."""

import pytest

from core.models import ObjectChange

from tests.field_types.case import by_key, resolve
from tests.field_types.cases import MODULES
from tests.field_types.kit import Kit
from tests.surfaces.rest import Rest, superuser

pytestmark = pytest.mark.django_db

# The first case of each type.
FIRST = [pytest.param(module.CASES[0], module, id=str(module.CASES[0])) for module in MODULES.values() if module.CASES]


@pytest.mark.parametrize(('case', 'module'), FIRST)
def test_wrong_values_are_refused_under_the_key_of_the_field(case, module):
    """One POST and one PATCH with all of them in a list, whose errors are told apart by index and by ID."""
    kit = Kit(case)
    kit.add(**getattr(module, 'BAD_INPUTS_FIELD', {}))
    bodies = [by_key(resolve(value)) for value in module.BAD_INPUTS]
    assert len({repr(body) for body in bodies}) >= 64
    rest = Rest(superuser())
    filled = kit.make(case.values[0])
    others = kit.model.objects.bulk_create(kit.model(title=str(number)) for number in range(1, len(bodies)))
    ids = [obj.pk for obj in (filled, *others)]
    before, changes = list(kit.model.objects.order_by('pk').values()), ObjectChange.objects.count()
    value = kit.get(filled)

    posted = rest.post('thing/', [{'title': 'x', **body} for body in bodies], expect=400)
    patched = rest.patch('thing/', [{'id': pk, **body} for pk, body in zip(ids, bodies)], expect=400)
    by_index = {error['index']: error['errors'] for error in posted['errors']}
    by_id = {error['id']: error['errors'] for error in patched['errors']}
    accepted = [
        (method, shorten(body))
        for index, (pk, body) in enumerate(zip(ids, bodies))
        for method, errors in (('POST', by_index.get(index)), ('PATCH', by_id.get(pk)))
        if not in_keys(errors, case)
    ]
    assert accepted == []
    assert list(kit.model.objects.order_by('pk').values()) == before
    assert kit.get(filled) == value
    assert ObjectChange.objects.count() == changes


def in_keys(errors, case) -> bool:
    return bool(errors) and set(errors) <= set(case.keys)


def shorten(value) -> str:
    return ascii(value)[:80]
