"""Computed fields in documents: written with names, compared under the names of the document, applied in any order."""

from copy import deepcopy

import pytest

from netbox_custom_objects.models import CustomObjectType
from netbox_custom_objects.schema.comparator import diff_document
from netbox_custom_objects.schema.errors import InvalidDocument, path_text
from netbox_custom_objects.schema.executor import apply_document
from netbox_custom_objects.schema.exporter import as_exported, export_cots, to_json
from netbox_custom_objects.schema.preview import preview_document
from tests.support.branches import assert_schema_is_clean
from tests.support.factories import make_object

pytestmark = pytest.mark.django_db

# The computed field comes first.
TOTAL = {'id': 1, 'name': 'total', 'type': 'computed', 'expression': 'quantity * price', 'result_type': 'decimal'}
QUANTITY, PRICE = {'id': 2, 'name': 'quantity', 'type': 'integer'}, {'id': 3, 'name': 'price', 'type': 'decimal'}


def document(*fields, **more):
    entry = {'name': 'line', 'slug': 'line', 'fields': [dict(field) for field in fields], **more}
    return deepcopy({'schema_version': '1', 'types': [entry]})


def export():
    return export_cots(CustomObjectType.objects.all())


def test_round_trip_and_changes():
    whole = document(TOTAL, QUANTITY, PRICE)
    assert preview_document(whole).faults == []
    apply_document(whole)
    first = export()
    assert to_json(as_exported(whole)) == to_json(first)
    assert not diff_document(first)[0].has_changes
    assert_schema_is_clean()
    make_object(CustomObjectType.objects.get(), quantity=2, price='1.50')
    # A rename does not change what reads the field.
    renamed = document({**TOTAL, 'expression': 'pieces * price'}, {**QUANTITY, 'name': 'pieces'}, PRICE)
    assert [change.schema_id for change in diff_document(renamed)[0].alters] == [2]
    changed = document({**TOTAL, 'expression': 'pieces * price + 1'}, {**QUANTITY, 'name': 'pieces'}, PRICE)
    preview = preview_document(changed)
    assert preview.faults == []
    assert [type(step.operation).__name__ for step in preview.steps['line']] == ['CalculateColumn']
    apply_document(changed)
    assert CustomObjectType.objects.get().get_model().objects.get().total == 4
    removal = document(PRICE, removed_fields=[
        {'id': 2, 'name': 'pieces', 'type': 'integer'}, {'id': 1, 'name': 'total', 'type': 'computed'}
    ])  # fmt: skip
    assert preview_document(removal).faults == []
    apply_document(removal, allow_destructive=True)
    assert_schema_is_clean()
    CustomObjectType.objects.get().delete()
    apply_document(first)
    assert to_json(export()) == to_json(first)


@pytest.mark.parametrize(('changes', 'key', 'reason'), [
    ({'expression': 'quantite * price'}, 'expression', 'Unknown field “quantite”'),
    ({'expression': ''}, 'expression', 'needs an expression'),
    ({'result_type': 'json'}, 'result_type', 'is not one of'),
])  # fmt: skip
def test_faults(changes, key, reason):
    with pytest.raises(InvalidDocument) as caught:
        apply_document(document({**TOTAL, **changes}, QUANTITY, PRICE))
    (fault,) = caught.value.faults
    assert path_text(fault.path) == f'types[0].fields[0].{key}'
    assert reason in str(fault.message)


def test_what_is_read_cannot_be_removed():
    apply_document(document(TOTAL, QUANTITY, PRICE))
    removal = document(TOTAL, QUANTITY, removed_fields=[PRICE])
    assert 'is read by computed fields: total' in str(preview_document(removal).faults[0].message)
    with pytest.raises(InvalidDocument, match='is read by computed fields: total'):
        apply_document(removal, allow_destructive=True)
