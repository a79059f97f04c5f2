"""Applying a document makes the instance what the document says; applying it again changes nothing."""

from copy import deepcopy

import pytest

from core.models import ObjectChange
from dcim.models import Site
from extras.models import CustomFieldChoiceSet

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField, StagedChange
from netbox_custom_objects.schema.comparator import diff_document
from netbox_custom_objects.schema.errors import ChangedSinceExport, DestructiveChangesError, InvalidDocument, path_text
from netbox_custom_objects.schema.executor import apply_document
from netbox_custom_objects.schema.exporter import export_cots, to_json
from netbox_custom_objects.schema.preview import preview_document
from tests.documents.models import EVERYTHING, SMALL, field_of, small
from tests.support.branches import assert_schema_is_clean
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.rest import superuser

pytestmark = pytest.mark.django_db


def export():
    return export_cots(CustomObjectType.objects.all())


def plain(document):
    """Return a document without its hashes."""
    document = deepcopy(document)
    for entry in (*document.get('choice_sets', ()), *document['types']):
        entry.pop('base', None)
    return document


def is_applied(document):
    return not any(diff.has_changes for diff in diff_document(document))


class TestRoundTrip:
    def test_every_type_of_field_with_every_attribute(self):
        apply_document(EVERYTHING)
        first = export()
        assert plain(first) == EVERYTHING
        assert_schema_is_clean()
        assert is_applied(first)
        for row in CustomObjectType.objects.all():
            row.delete()
        CustomFieldChoiceSet.objects.all().delete()
        apply_document(first)
        assert to_json(export()) == to_json(first)

    def test_applying_again_writes_nothing(self):
        apply_document(SMALL)
        before = [*CustomObjectType.objects.values(), *CustomObjectTypeField.objects.values()]
        apply_document(SMALL)
        assert [*CustomObjectType.objects.values(), *CustomObjectTypeField.objects.values()] == before

    def test_a_default_that_names_objects_stays(self, site):
        document = small()
        field_of(document, 3).update(related_object_type='dcim/site')
        apply_document(document)
        field = CustomObjectTypeField.objects.get(name='rack')
        field.default = site.pk
        field.full_clean()
        field.save()
        assert plain(export())['types'] == document['types']
        assert is_applied(document)


@pytest.fixture
def site():
    return Site.objects.create(name='Berlin', slug='berlin')


class TestFields:
    def test_an_id_is_kept_and_not_given_to_another_field(self):
        apply_document(SMALL)
        server = CustomObjectType.objects.get(slug='server')
        assert list(server.fields.order_by('schema_id').values_list('schema_id', flat=True)) == [1, 2, 3, 5]
        assert make_field(server, 'next').schema_id == 6

    def test_fields_are_told_by_their_ids(self):
        apply_document(SMALL)
        server = make_object(CustomObjectType.objects.get(slug='server'), title='one', amount=4)
        document = small(name='amount_text')
        field_of(document, 1)['name'] = 'title'
        diff = diff_document(document)[1]
        assert [(change.op, change.db_name, change.is_rename) for change in diff.field_changes] == [
            ('alter', 'title', True),
            ('alter', 'amount', True),
        ]
        apply_document(document)
        server = CustomObjectType.objects.get(slug='server').get_model().objects.get(pk=server.pk)
        assert (server.amount_text, server.title) == ('one', 4)

    def test_names_are_swapped(self):
        apply_document(SMALL)
        make_object(CustomObjectType.objects.get(slug='server'), title='one', amount=4)
        document = small(name='amount')
        field_of(document, 1)['name'] = 'title'
        apply_document(document)
        assert is_applied(document)
        server = CustomObjectType.objects.get(slug='server').get_model().objects.get()
        assert (server.amount, server.title) == ('one', 4)

    def test_names_of_types_are_swapped(self):
        apply_document(SMALL)
        document = small()
        document['types'][0]['name'], document['types'][1]['name'] = 'server', 'rack'
        apply_document(document)
        assert plain(export())['types'] == document['types']

    def test_the_field_that_names_objects_changes(self):
        apply_document(SMALL)
        document = small(primary=False)
        field_of(document, 1)['primary'] = True
        apply_document(document)
        assert is_applied(document)

    def test_a_removed_field_must_be_acknowledged_and_comes_back_with_its_values(self):
        apply_document(SMALL)
        make_object(CustomObjectType.objects.get(slug='server'), title='one', amount=4)
        document = small()
        removed = document['types'][1]['fields'].pop(1)
        document['types'][1]['removed_fields'] = [{name: removed[name] for name in ('id', 'name', 'type')}]
        with pytest.raises(DestructiveChangesError) as caught:
            apply_document(document)
        assert caught.value.slugs == ['server']
        apply_document(document, allow_destructive=True)
        assert not CustomObjectTypeField.objects.filter(name='amount').exists()
        assert plain(export()) == document
        apply_document(SMALL)
        assert CustomObjectType.objects.get(slug='server').get_model().objects.get().amount == 4
        assert plain(export()) == SMALL
        assert_schema_is_clean()

    def test_a_field_that_is_not_mentioned_stays_and_is_named(self):
        apply_document(SMALL)
        document = small()
        document['types'][1]['fields'].pop(1)
        diff = diff_document(document)[1]
        assert not diff.has_changes
        assert 'amount' in diff.warnings[0]

    def test_a_conversion_that_values_do_not_survive(self):
        apply_document(SMALL)
        make_object(CustomObjectType.objects.get(slug='server'), title='one')
        document = small(type='integer')
        for attempt in (apply_document, lambda found: raise_faults(preview_document(found))):
            with pytest.raises(InvalidDocument) as caught:
                attempt(document)
            assert [path_text(fault.path) for fault in caught.value.faults] == ['types[1].fields[0].type']

    def test_a_conversion_of_a_large_table_is_made_step_by_step(self, settings, monkeypatch):
        superuser()
        apply_document(SMALL)
        server = CustomObjectType.objects.get(slug='server')
        for amount in (4, 5):
            make_object(server, amount=amount)
        monkeypatch.setitem(settings.PLUGINS_CONFIG['netbox_custom_objects'], 'inline_row_limit', 1)
        document = small(label='Title')
        fields = document['types'][1]['fields']
        fields[1] = {'id': 2, 'name': 'amount', 'type': 'text', 'label': 'Amount'}
        preview = preview_document(document)
        diff = preview.comparison.diffs[1]
        assert [preview.verdict(diff, change) for change in diff.field_changes] == ['instant', 'staged']
        assert not StagedChange.objects.exists()
        apply_document(document)
        field = server.fields.get(name='amount')
        assert (field.type, field.label) == ('integer', 'Amount')
        assert StagedChange.objects.get().wanted == {'type': 'text', 'validation_minimum': None}
        assert is_applied(document)
        apply_document(document)


def raise_faults(preview):
    raise InvalidDocument(preview.faults)


class TestTypes:
    def test_circles(self, caplog):
        document = small()
        document['types'][0]['fields'].append(
            {'id': 2, 'name': 'servers', 'type': 'multiobject', 'related_object_type': 'custom-objects/server'}
        )
        apply_document(document)
        assert is_applied(document)
        assert_schema_is_clean()
        # Tables are made at the end: those that are missing meanwhile alarm no one.
        assert 'is left out' not in caplog.text

    def test_the_limit_of_types(self, settings, monkeypatch):
        monkeypatch.setitem(settings.PLUGINS_CONFIG['netbox_custom_objects'], 'max_custom_object_types', 1)
        with pytest.raises(InvalidDocument) as caught:
            apply_document(SMALL)
        assert path_text(caught.value.faults[0].path) == 'types[1]'
        assert not CustomObjectType.objects.exists()

    def test_what_is_not_in_the_document_is_untouched(self):
        other = make_type('other', fields=[('a', 'text')])
        apply_document(SMALL)
        assert other.fields.count() == 1

    def test_choice_sets_are_made_and_changed(self):
        apply_document(SMALL)
        document = small()
        document['choice_sets'][0]['extra_choices'].append(['new', 'New'])
        apply_document(document)
        assert 'new' in CustomFieldChoiceSet.objects.get().values


class TestBase:
    """A document tells what it was made from."""

    def test_a_change_since_the_export_is_not_undone(self):
        apply_document(SMALL)
        document = export()
        field_of(document)['label'] = 'Title'
        make_field(CustomObjectType.objects.get(slug='server'), 'more')
        with pytest.raises(ChangedSinceExport) as caught:
            apply_document(document)
        assert caught.value.names == ['server']
        apply_document(document, ignore_base=True)
        assert CustomObjectTypeField.objects.get(custom_object_type__slug='server', name='title').label == 'Title'

    def test_what_has_been_done_by_hand_is_no_obstacle(self):
        apply_document(SMALL)
        document = export()
        field_of(document)['label'] = 'Title'
        apply_document(document)
        assert apply_document(document)


class TestPreview:
    def test_nothing_is_written(self):
        before = ObjectChange.objects.count()
        preview = preview_document(SMALL)
        assert preview.comparison.has_changes
        assert preview.faults == []
        assert not CustomObjectType.objects.exists()
        assert ObjectChange.objects.count() == before

    def test_it_has_the_steps_of_the_plan_and_counts_rows(self):
        apply_document(SMALL)
        make_object(CustomObjectType.objects.get(slug='server'), title='one', amount=4)
        document = small(type='longtext')
        fields = document['types'][1]['fields']
        document['types'][1]['removed_fields'] = [fields.pop(1)]
        fields.append({'id': 9, 'name': 'serial', 'type': 'text', 'unique': True})
        preview = preview_document(document)
        diff = preview.comparison.diffs[1]
        told = [(str(change.op), len(preview.steps_of(diff, change))) for change in diff.field_changes]
        assert told == [('remove', 1), ('alter', 1), ('add', 1)]
        assert preview.rows == {'server': 1}
        assert [step.operation.destructive for step in preview.steps['server']].count(True) == 1
        assert preview.comparison.destructive_slugs == ['server']
        assert CustomObjectTypeField.objects.get(name='amount')

    def test_it_refuses_what_applying_refuses(self):
        assert [path_text(fault.path) for fault in preview_document(small(name='id')).faults] == [
            'types[1].fields[0].name'
        ]
