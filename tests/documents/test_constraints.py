"""Constraints in documents: written, compared under the names of the document, previewed, applied and removed."""

from copy import deepcopy

import pytest

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeConstraint
from netbox_custom_objects.schema.comparator import diff_document
from netbox_custom_objects.schema.errors import InvalidDocument, path_text
from netbox_custom_objects.schema.executor import apply_document
from netbox_custom_objects.schema.exporter import as_exported, export_cots, to_json
from netbox_custom_objects.schema.preview import preview_document
from tests.support.branches import assert_schema_is_clean
from tests.support.factories import make_object

pytestmark = pytest.mark.django_db

CONTRACT = {
    'name': 'contract',
    'slug': 'contract',
    'fields': [
        {'id': 1, 'name': 'name', 'type': 'text'},
        {'id': 2, 'name': 'start', 'type': 'date'},
        {'id': 3, 'name': 'end', 'type': 'date'},
    ],
    'constraints': [
        {
            'name': 'name', 'type': 'unique', 'fields': ['name', 'start'], 'case_insensitive': True,
            'nulls_distinct': False, 'condition': 'end == null',
        },
        {'name': 'period', 'type': 'check', 'expression': 'end > start', 'message': 'Too late.'},
    ],
}  # fmt: skip


def document(**changes):
    return {'schema_version': '1', 'types': [{**deepcopy(CONTRACT), **changes}]}


def export():
    return export_cots(CustomObjectType.objects.all())


def names():
    return list(CustomObjectTypeConstraint.objects.order_by('name').values_list('name', flat=True))


def test_round_trip():
    preview = preview_document(document())
    assert preview.faults == []
    apply_document(document())
    first = export()
    assert {key: value for key, value in first['types'][0].items() if key != 'base'} == CONTRACT
    assert to_json(as_exported(document())) == to_json(first)
    assert not diff_document(first)[0].has_changes
    assert_schema_is_clean()
    CustomObjectType.objects.get().delete()
    apply_document(first)
    assert to_json(export()) == to_json(first)


def test_changes():
    """A rename is none; what differs, is new, and is removed, is; and what is not mentioned stays."""
    apply_document(document())
    fields = [
        {**field, 'name': {'end': 'until', 'start': 'end'}.get(field['name'], field['name'])}
        for field in CONTRACT['fields']
    ]
    period = {'name': 'period', 'type': 'check', 'expression': 'until >= end', 'message': 'Too late.'}
    fresh = {'name': 'fresh', 'type': 'check', 'expression': "name != 'x'"}
    changed = document(fields=fields, constraints=[period, fresh], removed_constraints=['name'])
    (diff,) = diff_document(changed)
    assert [(change.op, change.name, change.changed_attrs) for change in diff.constraint_changes] == [
        ('remove', 'name', {}),
        ('alter', 'period', {'expression': ['until > end', 'until >= end']}),
        ('add', 'fresh', {}),
    ]
    preview = preview_document(changed)
    assert preview.faults == []
    operations = sorted(type(step.operation).__name__ for step in preview.steps['contract'])
    assert operations == ['AddCheck', 'AddCheck', 'DropCheck', 'DropIndex']
    assert names() == ['name', 'period']
    apply_document(changed)
    assert names() == ['fresh', 'period']
    assert_schema_is_clean()
    renamed_only = document(fields=fields, constraints=[{**period, 'message': 'Too late.'}])
    (diff,) = diff_document(renamed_only)
    assert not diff.has_changes
    assert 'The constraint fresh is not in the document, and stays as it is.' in diff.warnings


@pytest.mark.parametrize(('constraint', 'path', 'reason'), [
    ({'name': 'a', 'type': 'check', 'expression': 'ende > start'}, 'expression', 'Unknown field “ende”'),
    ({'name': 'a', 'type': 'check'}, 'expression', 'needs an expression'),
    ({'name': 'a', 'type': 'unique', 'fields': ['nothing']}, 'fields[0]', 'Unknown field'),
    ({'name': 'a', 'type': 'other'}, 'type', 'is not one of'),
])  # fmt: skip
def test_faults(constraint, path, reason):
    wrong = document(constraints=[constraint])
    with pytest.raises(InvalidDocument) as caught:
        apply_document(wrong)
    (fault,) = caught.value.faults
    assert path_text(fault.path) == f'types[0].constraints[0].{path}'
    assert reason in str(fault.message)
    assert not CustomObjectType.objects.exists()


def test_objects_and_fields_in_the_way():
    apply_document(document(constraints=[CONTRACT['constraints'][1]]))
    make_object(CustomObjectType.objects.get(), name='x')
    with pytest.raises(InvalidDocument, match='do not meet the constraint "more"'):
        apply_document(document(constraints=[{'name': 'more', 'type': 'check', 'expression': "name != 'x'"}]))
    removal = {
        'fields': CONTRACT['fields'][:2], 'removed_fields': CONTRACT['fields'][2:], 'constraints': [],
    }  # fmt: skip
    refused = preview_document(document(**removal))
    assert 'is used by constraints: period' in str(refused.faults[0].message)
    with pytest.raises(InvalidDocument, match='is used by constraints: period'):
        apply_document(document(**removal), allow_destructive=True)
    allowed = document(**removal, removed_constraints=['period'])
    assert preview_document(allowed).faults == []
    apply_document(allowed, allow_destructive=True)
    assert names() == []
