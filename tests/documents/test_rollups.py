"""Rollups in documents: what they read is named, in another type, and compared under the names of the document."""

from copy import deepcopy

import pytest

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.schema.comparator import compare, diff_document
from netbox_custom_objects.schema.errors import ExportRefused, InvalidDocument, path_text
from netbox_custom_objects.schema.executor import apply_document
from netbox_custom_objects.schema.exporter import as_exported, export_cots, export_types, to_json
from netbox_custom_objects.schema.preview import preview_document
from tests.support.branches import assert_schema_is_clean
from tests.support.factories import make_object
from tests.surfaces.rest import make_user

pytestmark = pytest.mark.django_db

TOTAL = {
    'id': 1, 'name': 'total', 'type': 'rollup', 'referring_field': 'line.invoice', 'aggregate': 'sum',
    'aggregated_field': 'amount', 'condition': 'amount > 0',
}  # fmt: skip
NUMBER = {'id': 2, 'name': 'number', 'type': 'text', 'primary': True}
INVOICE = {'id': 1, 'name': 'invoice', 'type': 'object', 'related_object_type': 'custom-objects/invoice'}
AMOUNT = {'id': 2, 'name': 'amount', 'type': 'integer'}


def document(invoice, line=None):
    types = [{'name': 'invoice', 'slug': 'invoice', 'fields': invoice}]
    if line is not None:
        types.append({'name': 'line', 'slug': 'line', 'fields': line})
    return deepcopy({'schema_version': '1', 'types': types})


def export():
    return export_cots(CustomObjectType.objects.filter(name='invoice'))


def test_round_trip_and_changes():
    whole = document([TOTAL, NUMBER], [INVOICE, AMOUNT])
    assert preview_document(whole).faults == []
    apply_document(whole)
    first = export()
    assert to_json(as_exported(whole)) == to_json(first)
    assert not any(diff.has_changes for diff in diff_document(first))
    assert_schema_is_clean()
    invoice, line = (CustomObjectType.objects.get(name=name) for name in ('invoice', 'line'))
    made = make_object(invoice, number='A')
    for amount in (5, 7, -1):
        make_object(line, invoice=made, amount=amount)
    assert made.total == 12
    # A rename does not change what reads the field, under whichever name the document has.
    price = {**AMOUNT, 'name': 'price'}
    renamed = document([{**TOTAL, 'aggregated_field': 'price', 'condition': 'price > 0'}, NUMBER], [INVOICE, price])
    assert [change.schema_id for diff in diff_document(renamed) for change in diff.alters] == [2]
    # Fields that change names are read by their new ones.
    swapped = document(
        [{**TOTAL, 'aggregated_field': 'number', 'condition': ''}, NUMBER],
        [INVOICE, {**AMOUNT, 'name': 'weight'}, {'id': 3, 'name': 'number', 'type': 'integer'}],
    )
    assert preview_document(swapped).faults == []
    apply_document(swapped)
    line.get_model().objects.update(number=3)
    made = invoice.get_model().objects.get()
    assert made.total == 9
    # A document may speak of the invoice alone.
    apply_document(
        document([{**TOTAL, 'aggregate': 'count', 'aggregated_field': None, 'condition': 'weight > 5'}, NUMBER])
    )
    assert invoice.get_model().objects.get().total == 1
    for found in (line, invoice):
        found.get_model().objects.all().delete()
    invoice.delete(delete_referencing_fields=True)
    line.delete()
    apply_document(first)
    assert to_json(export()) == to_json(first)


@pytest.mark.parametrize(('changes', 'path'), [
    ({'referring_field': 'line.nothing'}, 'types[0].fields[0].referring_field'),
    ({'referring_field': 'nothing.invoice'}, 'types[0].fields[0].referring_field'),
    ({'referring_field': 'invoice'}, 'types[0].fields[0].referring_field'),
    ({'referring_field': 'line.amount'}, 'types[0].fields[0].referring_field'),
    ({'aggregated_field': 'nothing'}, 'types[0].fields[0].aggregated_field'),
    ({'condition': 'nothing > 0'}, 'types[0].fields[0].condition'),
    ({'aggregate': 'count'}, 'types[0].fields[0].aggregated_field'),
])  # fmt: skip
def test_what_cannot_be_is_refused_where_it_stands(changes, path):
    wrong = document([{**TOTAL, **changes}, NUMBER], [INVOICE, AMOUNT])
    assert [path_text(fault.path) for fault in preview_document(wrong).faults] == [path]
    with pytest.raises(InvalidDocument) as caught:
        apply_document(wrong)
    assert [path_text(fault.path) for fault in caught.value.faults] == [path]


def test_who_may_not_view_the_lines():
    apply_document(document([TOTAL, NUMBER], [INVOICE, AMOUNT]))
    invoice = CustomObjectType.objects.get(name='invoice')
    reader = make_user(
        'reader', (CustomObjectType, ['view'], {'name': 'invoice'}),
        (CustomObjectTypeField, ['view', 'change'], {'custom_object_type__name': 'invoice'}),
    )  # fmt: skip
    with pytest.raises(ExportRefused):
        export_types([invoice], user=reader)
    changed = document([{**TOTAL, 'referring_field': 'x.y', 'aggregated_field': 'z', 'condition': ''}, NUMBER])
    (diff,) = compare(changed, user=reader).diffs
    assert 'line' not in str(diff.alters[0].changed_attrs)
    assert 'amount' not in str(diff.alters[0].changed_attrs)
    removal = document([TOTAL, NUMBER], [INVOICE])
    removal['types'][1]['removed_fields'] = [{'id': 2, 'name': 'amount', 'type': 'integer'}]
    assert 'read by rollups: invoice.total' in str(preview_document(removal).faults[0].message)
