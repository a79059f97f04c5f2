"""Endpoint `custom-object-type-fields/`: NetBox's own test cases, and what is ours (contract 4.2)."""

import pytest
from django.db import connection

from core.models import ObjectType
from dcim.models import Site
from utilities.testing import APIViewTestCases

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField

from ..support.factories import make_choice_set, make_field, make_object, make_type
from .rest import Rest, make_user, superuser

FIELDS = 'custom-object-type-fields/'
KEYS = [
    'id', 'url', 'display', 'name', 'label', 'custom_object_type', 'description', 'type', 'primary', 'context',
    'required', 'required_if', 'visible_if', 'editable_if', 'unique', 'indexed', 'default', 'default_from',
    'choice_set', 'validation_regex', 'validation_minimum',
    'validation_maximum', 'max_length', 'suggest_values', 'decimal_digits', 'decimal_places', 'unit', 'number_template',
    'restart_yearly', 'element_type', 'expression', 'result_type', 'referring_field', 'aggregate', 'aggregated_field',
    'condition', 'is_polymorphic', 'related_object_type', 'related_object_types', 'related_object_filter',
    'related_object_filter_enforced', 'related_name', 'on_delete_behavior', 'group_name', 'search_weight',
    'filter_logic', 'ui_visible', 'ui_editable', 'in_list', 'weight', 'is_cloneable', 'comments', 'schema_id',
    'deprecated', 'deprecated_since', 'scheduled_removal',
]  # fmt: skip


class CustomObjectTypeFieldTest(
    APIViewTestCases.GetObjectViewTestCase,
    APIViewTestCases.ListObjectsViewTestCase,
    APIViewTestCases.CreateObjectViewTestCase,
    APIViewTestCases.UpdateObjectViewTestCase,
    APIViewTestCases.DeleteObjectViewTestCase,
):
    model = CustomObjectTypeField
    view_namespace = 'plugins-api:netbox_custom_objects'
    brief_fields = sorted(KEYS)
    update_data = {'name': 'renamed', 'label': 'Renamed', 'weight': 5}
    bulk_update_data = {'description': 'new', 'search_weight': 100}
    bulk_update_invalid_data = {'name': 'No Name'}

    @classmethod
    def setUpTestData(cls):
        made = make_type('thing', fields=[('one', 'text'), ('two', 'integer'), ('three', 'date')])
        cls.create_data = [
            {'custom_object_type': made.pk, 'name': 'four', 'type': 'text', 'required': True, 'label': 'Four'},
            {'custom_object_type': made.pk, 'name': 'five', 'type': 'decimal', 'default': 1.5, 'weight': 10},
            {'custom_object_type': made.pk, 'name': 'six', 'type': 'json', 'filter_logic': 'disabled'},
        ]

    def test_list_objects(self):
        """As NetBox's, which looks its query count up in a file of the app: a list shows what the user may view."""
        first, second = CustomObjectTypeField.objects.all()[:2]
        user = make_user('viewer', (CustomObjectTypeField, ['view'], {'pk__in': [first.pk, second.pk]}))
        assert [item['name'] for item in Rest(user).get(FIELDS)['results']] == [first.name, second.name]


def test_shape(rest):
    made = make_type('thing')
    field = make_field(made, 'm_po', 'object', target=Site, on_delete_behavior='protect')
    site = ObjectType.objects.get_for_model(Site)
    body = rest.get(f'{FIELDS}{field.pk}/')
    assert list(body) == KEYS
    assert (body['display'], body['type'], body['filter_logic']) == ('M po', 'object', 'loose')
    assert (body['custom_object_type'], body['choice_set'], body['schema_id']) == (made.pk, None, 1)
    assert body['related_object_type'] == {'id': site.pk, 'app_label': 'dcim', 'model': 'site'}
    assert (body['related_object_types'], body['on_delete_behavior']) == ([], 'protect')
    assert rest.get(FIELDS, brief=1)['results'] == [body]
    assert list(rest.get(f'{FIELDS}{field.pk}/', fields='name')) == ['name']


def test_what_is_read_can_be_written_back(rest, every_kind):
    for body in rest.get(FIELDS)['results']:
        assert rest.put(f'{FIELDS}{body["id"]}/', body) == body


@pytest.mark.parametrize('kind', ['object', 'multiobject'])
class TestTargets:
    def _post(self, rest, made, kind, **body):
        return rest.post(FIELDS, {'custom_object_type': made.pk, 'name': 'ref', 'type': kind, **body})

    def test_by_names(self, rest, kind):
        body = self._post(rest, make_type('thing'), kind, app_label='dcim', model='site')
        assert (body['related_object_type']['app_label'], body['related_object_type']['model']) == ('dcim', 'site')
        site = Site.objects.create(name='a', slug='a')
        value = site.pk if kind == 'object' else [site.pk]
        shown = rest.post('thing/', {'ref': value})['ref']
        assert (shown if kind == 'object' else shown[0])['slug'] == 'a'

    def test_by_slug_of_a_type(self, rest, kind):
        other = make_type('other', slug='Others')
        body = self._post(rest, make_type('thing'), kind, app_label='custom-objects', model='Others')
        assert body['related_object_type'] == {
            'id': other.object_type_id, 'app_label': 'netbox_custom_objects', 'model': f'table{other.pk}model',
        }  # fmt: skip

    def test_by_model_name_of_a_type(self, rest, kind):
        other = make_type('other')
        names = {'app_label': 'netbox_custom_objects', 'model': f'table{other.pk}model'}
        body = self._post(rest, make_type('thing'), kind, **names)
        assert body['related_object_type']['id'] == other.object_type_id

    def test_by_primary_key_and_by_dict(self, rest, kind):
        site = ObjectType.objects.get_for_model(Site)
        for number, value in enumerate((site.pk, str(site.pk), {'app_label': 'dcim', 'model': 'site'})):
            body = self._post(rest, make_type(f'thing_{number}'), kind, related_object_type=value)
            assert body['related_object_type']['id'] == site.pk


def test_names_of_a_target_mean_nothing_to_other_types(rest):
    made = make_type('thing')
    body = rest.post(FIELDS, {
        'custom_object_type': made.pk, 'name': 'value', 'type': 'text', 'app_label': 'dcim', 'model': 'site',
    })  # fmt: skip
    assert body['related_object_type'] is None


def test_a_deleted_type_is_no_target(rest):
    made, gone = make_type('thing'), make_type('gone')
    object_type = gone.object_type_id
    rest.delete(f'custom-object-types/{gone.pk}/')
    body = {'custom_object_type': made.pk, 'name': 'ref', 'type': 'object', 'related_object_type': object_type}
    assert list(rest.post(FIELDS, body, expect=400)) == ['related_object_type']


def test_types_may_point_at_each_other(rest):
    one, two = make_type('one', fields=[('name', 'text')]), make_type('two', fields=[('name', 'text')])
    for made, other in ((one, two), (two, one)):
        rest.post(FIELDS, {
            'custom_object_type': made.pk, 'name': 'ref', 'type': 'object', 'primary': True,
            'app_label': 'custom-objects', 'model': other.slug,
        })  # fmt: skip
    first = rest.post('one/', {'name': 'a'})
    second = rest.post('two/', {'name': 'b', 'ref': first['id']})
    first = rest.patch(f'one/{first["id"]}/', {'ref': second['id']})
    assert list(first['ref']) == ['id', 'url', 'display']
    # Each is named after the other: the circle ends where it began.
    assert first['display'] == f'One {first["id"]}'
    assert first['ref']['display'] == f'Two {second["id"]}'


def test_schema_ids_are_given_out_and_never_taken(rest):
    made = make_type('thing', fields=[('one', 'text')])
    body = rest.post(FIELDS, {'custom_object_type': made.pk, 'name': 'two', 'type': 'text', 'schema_id': 99})
    assert body['schema_id'] == 2
    assert rest.patch(f'{FIELDS}{body["id"]}/', {'schema_id': 99})['schema_id'] == 2


def test_a_second_primary_field_replaces_the_first(rest):
    made = make_type('thing', fields=[{'name': 'one', 'primary': True}])
    rest.post(FIELDS, {'custom_object_type': made.pk, 'name': 'two', 'type': 'text', 'primary': True})
    assert list(made.fields.filter(primary=True).values_list('name', flat=True)) == ['two']


def test_a_default_fills_existing_objects(rest):
    made = make_type('thing', fields=[('one', 'text')])
    make_object(made, one='a')
    rest.post(FIELDS, {'custom_object_type': made.pk, 'name': 'two', 'type': 'integer', 'default': 5})
    assert rest.get('thing/')['results'][0]['two'] == 5


def test_a_type_change_converts_the_values(rest):
    made = make_type('thing', fields=[('one', 'text')])
    make_object(made, one='12')
    rest.patch(f'{FIELDS}{made.fields.get().pk}/', {'type': 'integer'})
    assert rest.get('thing/')['results'][0]['one'] == 12


def test_a_table_in_use_is_a_conflict(fresh_database, settings, monkeypatch):
    """Another transaction reads the table for longer than we wait: 409, and neither row nor column is there."""
    made = make_type('thing', fields=[('one', 'text')])
    rest = Rest(superuser())
    for name, value in (('ddl_lock_timeout', 100), ('ddl_lock_retries', 1)):
        monkeypatch.setitem(settings.PLUGINS_CONFIG['netbox_custom_objects'], name, value)
    body = {'custom_object_type': made.pk, 'name': 'two', 'type': 'text'}
    other = connection.get_new_connection(connection.get_connection_params())
    try:
        other.execute(f'SELECT count(*) FROM {made.get_database_table_name()}')
        answer = rest.post(FIELDS, body, expect=409)
    finally:
        other.close()
    assert made.get_database_table_name() in answer['detail']
    assert [field.name for field in made.fields.all()] == ['one']
    rest.post('thing/', {'one': 'a'})
    rest.post(FIELDS, body)
    assert rest.get('thing/')['results'][0]['two'] is None


def test_filters(rest):
    one = make_type('one', fields=[{'name': 'title', 'required': True, 'weight': 5, 'label': 'Name'}])
    two = make_type('two')
    choice_set = make_choice_set('colors', ['red'])
    make_field(two, 'color', 'select', choice_set=choice_set, group_name='g', search_weight=0)
    make_field(two, 'place', 'object', target=Site, description='where', filter_logic='exact')
    site = ObjectType.objects.get_for_model(Site)
    for params, names in (
        ({'custom_object_type': 'one'}, ['title']),
        ({'custom_object_type_id': [one.pk, two.pk]}, ['place', 'title', 'color']),
        ({'choice_set_id': choice_set.pk}, ['color']),
        ({'related_object_type_id': site.pk}, ['place']),
        ({'related_object_types_id': site.pk}, []),
        ({'type': ['text', 'select']}, ['title', 'color']),
        ({'name__ic': 'L'}, ['place', 'title', 'color']),
        ({'required': 'true'}, ['title']),
        ({'weight__lt': 50}, ['title']),
        ({'search_weight': 0}, ['color']),
        ({'filter_logic': 'exact'}, ['place']),
        ({'schema_id': 2}, ['place']),
        ({'group_name__empty': 'false'}, ['color']),
        ({'q': 'where'}, ['place']),
        ({'ordering': 'name'}, ['color', 'place', 'title']),
    ):
        found = [item['name'] for item in rest.get(FIELDS, **params)['results']]
        assert sorted(found) == sorted(names), params
    assert [item['name'] for item in rest.get(FIELDS, ordering='-name')['results']] == ['title', 'place', 'color']
    for params in ({'custom_object_type': 'none'}, {'bogus': 1}, {'type': 'none'}, {'required': 'perhaps'}):
        assert list(rest.get(FIELDS, expect=400, **params)) == list(params)


def test_targets_may_be_written_as_they_are_read(rest):
    site, rack = (ObjectType.objects.get_by_natural_key('dcim', model) for model in ('site', 'rack'))
    made = make_type('thing')
    body = {'custom_object_type': made.pk, 'name': 'refs', 'type': 'multiobject', 'is_polymorphic': True}
    read = rest.post(FIELDS, {**body, 'related_object_types': [site.pk, {'app_label': 'dcim', 'model': 'rack'}]})
    assert [found['model'] for found in read['related_object_types']] == ['rack', 'site']
    path = f'{FIELDS}{read["id"]}/'
    assert rest.put(path, read)['related_object_types'] == read['related_object_types']
    only_rack = [found for found in read['related_object_types'] if found['model'] == 'rack']
    assert rest.patch(path, {'related_object_types': only_rack})['related_object_types'] == only_rack
    answer = rest.post(FIELDS, {**body, 'name': 'more', 'related_object_types': [0]}, expect=400)
    assert list(answer) == ['related_object_types_input']
    sent = {'related_object_types': only_rack, 'related_object_types_input': [site.pk]}
    assert [found['id'] for found in rest.patch(path, sent)['related_object_types']] == [site.pk]


def test_a_target_that_the_user_does_not_know_of_can_be_written_back_and_not_be_chosen(db):
    hidden = make_type('hidden')
    shown = make_type('shown', fields=[
        {'name': 'ref', 'type': 'object', 'target': hidden},
        {'name': 'refs', 'type': 'multiobject', 'targets': [hidden, Site]},
    ])  # fmt: skip
    fields = CustomObjectTypeField, ['view', 'add', 'change'], None
    rest = Rest(make_user('user', (CustomObjectType, ['view'], {'name': 'shown'}), fields))
    for field in shown.fields.all():
        path = f'custom-object-type-fields/{field.pk}/'
        read = rest.get(path)
        body = (
            {'related_object_types_input': read['related_object_types']}
            if field.is_polymorphic
            else {'related_object_type': read['related_object_type']}
        )
        assert rest.patch(path, {'label': 'Label', **body})['label'] == 'Label'
        new = {
            'custom_object_type': shown.pk,
            'name': 'new',
            'type': field.type,
            'is_polymorphic': field.is_polymorphic,
        }
        assert 'Unknown object type' in str(rest.post('custom-object-type-fields/', {**new, **body}, expect=400))


def test_a_filter_does_not_tell_whether_a_hidden_type_exists(db):
    for name in ('mine', 'hidden'):
        make_type(name, fields=[('title', 'text')])
    rest = Rest(make_user('user', (CustomObjectTypeField, ['view'], {'custom_object_type__name': 'mine'})))
    assert rest.get(FIELDS, custom_object_type='mine')['count'] == 1
    said = [str(rest.get(FIELDS, custom_object_type=name, expect=400)).replace(name, '') for name in ('hidden', 'none')]
    assert said[0] == said[1]
    pk = CustomObjectType.objects.get(name='hidden').pk
    rest.get(FIELDS, custom_object_type_id=pk, expect=400)
    assert Rest(superuser()).get(FIELDS, custom_object_type='hidden')['count'] == 1
