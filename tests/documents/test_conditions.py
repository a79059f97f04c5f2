"""Conditions of fields in documents: written with names, in any order, compared under the names of the document."""

from copy import deepcopy

import pytest

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.schema.comparator import diff_document
from netbox_custom_objects.schema.errors import InvalidDocument, path_text
from netbox_custom_objects.schema.executor import apply_document
from netbox_custom_objects.schema.exporter import as_exported, export_cots, to_json
from netbox_custom_objects.schema.preview import preview_document

pytestmark = pytest.mark.django_db

# They read each other, and themselves.
SERIAL = {'id': 1, 'name': 'serial', 'type': 'text', 'required_if': 'slots > 4', 'editable_if': 'serial == null'}
SLOTS = {'id': 2, 'name': 'slots', 'type': 'integer', 'visible_if': "serial != 'x'"}
PLAIN = {'id': 3, 'name': 'plain', 'type': 'text'}


def document(*fields, **more):
    entry = {'name': 'asset', 'slug': 'asset', 'fields': [dict(field) for field in fields], **more}
    return deepcopy({'schema_version': '1', 'types': [entry]})


def export():
    return export_cots(CustomObjectType.objects.all())


def test_round_trip_and_changes():
    whole = document(SERIAL, SLOTS, PLAIN)
    assert preview_document(whole).faults == []
    apply_document(whole)
    first = export()
    assert to_json(as_exported(whole)) == to_json(first)
    assert not diff_document(first)[0].has_changes
    ids = dict(CustomObjectTypeField.objects.values_list('name', 'pk'))
    assert CustomObjectTypeField.objects.get(name='serial').required_if == f'${ids["slots"]} > 4'
    # A rename does not change what reads the field.
    renamed = document({**SERIAL, 'required_if': 'places > 4'}, {**SLOTS, 'name': 'places'}, PLAIN)
    assert [change.schema_id for change in diff_document(renamed)[0].alters] == [2]
    # A new field, a new name and a condition that reads both; another condition goes.
    fresh = {'id': 4, 'name': 'fresh', 'type': 'boolean', 'visible_if': 'places > 1'}
    changed = document(
        {**SERIAL, 'required_if': 'fresh && places > 4'}, {'id': 2, 'name': 'places', 'type': 'integer'}, PLAIN, fresh
    )
    preview = preview_document(changed)
    assert preview.faults == []
    assert [type(step.operation).__name__ for step in preview.steps['asset']] == ['AddColumn']
    apply_document(changed)
    assert not diff_document(changed)[0].has_changes
    # What reads each other goes together.
    apply_document(whole)
    removal = document(PLAIN, removed_fields=[
        {'id': 1, 'name': 'serial', 'type': 'text'}, {'id': 2, 'name': 'slots', 'type': 'integer'},
        {'id': 4, 'name': 'fresh', 'type': 'boolean'},
    ])  # fmt: skip
    assert preview_document(removal).faults == []
    apply_document(removal, allow_destructive=True)
    CustomObjectType.objects.get().delete()
    apply_document(first)
    assert export()['types'][0]['fields'] == first['types'][0]['fields']


@pytest.mark.parametrize(('changes', 'reason'), [
    ({'required_if': 'slot > 4'}, 'Unknown field “slot”. Did you mean “slots”?'),
    ({'required_if': 'slots'}, 'The result must be true or false'),
])  # fmt: skip
def test_faults(changes, reason):
    wrong = document({**SERIAL, **changes}, SLOTS)
    (fault,) = preview_document(wrong).faults
    assert path_text(fault.path) == 'types[0].fields[0].required_if'
    assert reason in str(fault.message)
    with pytest.raises(InvalidDocument):
        apply_document(wrong)


def test_what_is_read_cannot_be_removed():
    apply_document(document(SERIAL, SLOTS, PLAIN))
    removal = document(SERIAL, PLAIN, removed_fields=[{'id': 2, 'name': 'slots', 'type': 'integer'}])
    assert 'is read by conditions of: serial' in str(preview_document(removal).faults[0].message)
    with pytest.raises(InvalidDocument, match='is read by conditions of: serial'):
        apply_document(removal, allow_destructive=True)
    # Unless the condition goes with it.
    unread = {name: value for name, value in SERIAL.items() if name != 'required_if'}
    removal = document(unread, PLAIN, removed_fields=[{'id': 2, 'name': 'slots', 'type': 'integer'}])
    assert preview_document(removal).faults == []
    apply_document(removal, allow_destructive=True)
