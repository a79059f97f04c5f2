"""Endpoint `custom-object-types/`: NetBox's own test cases, and what is ours (contract 4.1)."""

from core.models import ObjectChange, ObjectType
from dcim.models import Site
from extras.models import CustomField, Tag
from utilities.testing import APIViewTestCases

from netbox_custom_objects.definitions import class_name
from netbox_custom_objects.models import CustomObjectType

from ..support.factories import make_field, make_object, make_type
from .rest import Rest, make_user


class CustomObjectTypeTest(
    APIViewTestCases.GetObjectViewTestCase,
    APIViewTestCases.ListObjectsViewTestCase,
    APIViewTestCases.CreateObjectViewTestCase,
    APIViewTestCases.UpdateObjectViewTestCase,
    APIViewTestCases.DeleteObjectViewTestCase,
):
    model = CustomObjectType
    view_namespace = 'plugins-api:netbox_custom_objects'
    brief_fields = ['description', 'display', 'id', 'name', 'slug', 'url']
    create_data = [
        {'name': 'four', 'slug': 'four', 'group_name': 'things', 'version': '1.0'},
        {'name': 'five', 'slug': 'five', 'verbose_name': 'Five', 'verbose_name_plural': 'Fives'},
        {'name': 'six', 'slug': 'Six', 'display_expression': '{{ name }}', 'comments': 'text'},
    ]
    bulk_update_data = {'description': 'new', 'group_name': 'things'}
    bulk_update_invalid_data = {'name': 'No Name'}

    @classmethod
    def setUpTestData(cls):
        for name in ('one', 'two', 'three'):
            make_type(name)

    def test_list_objects(self):
        """As NetBox's, which looks its query count up in a file of the app: a list shows what the user may view."""
        first, second = CustomObjectType.objects.all()[:2]
        user = make_user('viewer', (CustomObjectType, ['view'], {'pk__in': [first.pk, second.pk]}))
        names = [item['name'] for item in Rest(user).get('custom-object-types/')['results']]
        assert names == ['one', 'three']


KEYS = [
    'id', 'url', 'display_url', 'display', 'name', 'verbose_name', 'verbose_name_plural', 'slug', 'version',
    'group_name', 'display_expression', 'description', 'comments', 'config_context_enabled', 'deprecated',
    'deprecated_since', 'scheduled_removal', 'tags', 'custom_fields', 'created', 'last_updated', 'fields',
    'schema_document', 'table_model_name', 'object_type_name',
]  # fmt: skip


def test_shape(rest):
    made = make_type('power_feed', fields=[('volts', 'integer')], comments='text')
    body = rest.get(f'custom-object-types/{made.pk}/')
    assert list(body) == KEYS
    assert body['display'] == 'Power_feed'
    assert body['display_url'].endswith(f'/plugins/custom-objects/custom-object-types/{made.pk}/')
    assert body['table_model_name'] == class_name(made.pk)
    assert body['object_type_name'] == f'netbox_custom_objects.table{made.pk}model'
    assert [field['name'] for field in body['fields']] == ['volts']
    assert body['fields'][0] == rest.get(f'custom-object-type-fields/{made.fields.get().pk}/')
    assert list(rest.get(f'custom-object-types/{made.pk}/', fields='name,slug')) == ['name', 'slug']
    assert 'fields' not in rest.get(f'custom-object-types/{made.pk}/', omit='fields')


def test_read_only_keys_are_ignored(rest):
    body = rest.post('custom-object-types/', {
        'name': 'thing', 'slug': 'thing', 'schema_document': {'a': 1}, 'next_schema_id': 7, 'fields': [{'name': 'x'}],
        'nonsense': 1,
    })  # fmt: skip
    assert body['fields'] == []
    assert body['schema_document'] != {'a': 1}
    assert CustomObjectType.objects.get().next_schema_id == 0


def test_put_needs_name_and_slug(rest):
    made = make_type('thing', description='kept')
    assert set(rest.put(f'custom-object-types/{made.pk}/', {'description': 'x'}, expect=400)) == {'name', 'slug'}
    body = rest.put(f'custom-object-types/{made.pk}/', {'name': 'thing', 'slug': 'things'})
    assert (body['slug'], body['description']) == ('things', 'kept')


def test_tags_and_custom_fields(rest):
    tag = Tag.objects.create(name='a', slug='a')
    custom_field = CustomField.objects.create(name='team', type='text')
    custom_field.object_types.set([ObjectType.objects.get_for_model(CustomObjectType)])
    body = rest.post('custom-object-types/', {
        'name': 'thing', 'slug': 'thing', 'tags': [{'slug': 'a'}], 'custom_fields': {'team': 'red'},
    })  # fmt: skip
    assert [found['id'] for found in body['tags']] == [tag.pk]
    assert body['custom_fields'] == {'team': 'red'}
    body = rest.patch(f'custom-object-types/{body["id"]}/', {'remove_tags': [{'slug': 'a'}]})
    assert body['tags'] == []
    assert rest.get('custom-object-types/', cf_team='red')['count'] == 1
    assert rest.get('custom-object-types/', cf_team='blue')['count'] == 0


def test_a_new_slug_moves_the_endpoint_of_the_objects(rest):
    made = make_type('thing', fields=[('value', 'text')])
    rest.post('thing/', {'value': 'a'})
    rest.patch(f'custom-object-types/{made.pk}/', {'slug': 'stuff'})
    rest.get('thing/', expect=404)
    assert rest.get('stuff/')['count'] == 1


def test_too_many_types(rest, settings, monkeypatch):
    monkeypatch.setitem(settings.PLUGINS_CONFIG['netbox_custom_objects'], 'max_custom_object_types', 1)
    rest.post('custom-object-types/', {'name': 'one', 'slug': 'one'})
    body = rest.post('custom-object-types/', {'name': 'two', 'slug': 'two'}, expect=400)
    assert 'max_custom_object_types' in body['__all__'][0]


def test_deleting_a_type_takes_its_objects_along(rest, every_kind):
    make_object(every_kind, title='a', place=Site.objects.create(name='a', slug='a'))
    rest.delete(f'custom-object-types/{every_kind.pk}/', {'changelog_message': 'not needed'})
    rest.get('every-kind/', expect=404)
    records = ObjectChange.objects.filter(action='delete').order_by('pk')
    assert [record.changed_object_type.model for record in records] == [
        f'table{every_kind.pk}model', *['customobjecttypefield'] * 13, 'customobjecttype',
    ]  # fmt: skip
    assert records.last().message == 'not needed'


def test_filters(rest):
    make_type('one', slug='uno', verbose_name='First', group_name='g', version='1.0')
    make_type('two', slug='due', description='second', display_expression='{{ id }}')
    for params, names in (
        ({'name': ['one', 'two']}, ['one', 'two']),
        ({'name__n': 'one'}, ['two']),
        ({'slug': 'uno'}, ['one']),
        ({'slug__isw': 'D'}, ['two']),
        ({'verbose_name__ic': 'irs'}, ['one']),
        ({'verbose_name_plural__empty': 'true'}, ['one', 'two']),
        ({'group_name': 'g'}, ['one']),
        ({'version': '1.0'}, ['one']),
        ({'display_expression__empty': 'false'}, ['two']),
        ({'description__ic': 'SEC'}, ['two']),
        ({'config_context_enabled': 'true'}, []),
        ({'q': 'sec'}, ['two']),
        ({'q': 'uno'}, ['one']),
        ({'ordering': '-name'}, ['two', 'one']),
    ):
        found = rest.get('custom-object-types/', **params)['results']
        assert [item['name'] for item in found] == names, params
    assert list(rest.get('custom-object-types/', bogus=1, expect=400)) == ['bogus']
    assert list(rest.get('custom-object-types/', config_context_enabled='maybe', expect=400)) == [
        'config_context_enabled'
    ]


class TestRoot:
    def test_lists_the_types_that_the_user_may_view(self, rest):
        make_type('zebra', slug='a-zebra')
        shown = make_type('apple', slug='z-apple')
        body = rest.get()
        assert list(body) == [
            'custom-object-type-constraints', 'custom-object-type-fields', 'custom-object-types', 'deleted',
            'linked-objects', 'schema/export', 'schema/preview', 'schema/apply', 'z-apple', 'a-zebra',
        ]  # fmt: skip
        assert body['z-apple'] == 'http://testserver/api/plugins/custom-objects/z-apple/'
        for name, url in body.items():
            # What refers to an object can only be asked for one object.
            refused = {'linked-objects': 400, 'schema/preview': 405, 'schema/apply': 405}
            rest.get(url.removeprefix('http://testserver'), expect=refused.get(name, 200))
        user = Rest(make_user('viewer', (shown, ['view'], None), (make_type('other'), ['add'], None)))
        assert list(user.get()) == [
            'custom-object-type-constraints', 'custom-object-type-fields', 'custom-object-types', 'deleted',
            'linked-objects', 'schema/export', 'schema/preview', 'schema/apply', 'z-apple',
        ]  # fmt: skip

    def test_needs_a_user(self, rest):
        rest.client.logout()
        rest.get(expect=403)

    def test_is_linked_from_the_root_of_plugins(self, rest):
        assert rest.get('/api/plugins/')['custom-objects'] == 'http://testserver/api/plugins/custom-objects/'


def test_a_field_that_is_changed_shows_at_once(rest):
    made = make_type('thing', fields=[('value', 'text')])
    rest.post('thing/', {'value': 'a'})
    field = make_field(made, 'amount', 'integer', default=3)
    assert rest.get('thing/')['results'][0]['amount'] == 3
    rest.patch(f'custom-object-type-fields/{field.pk}/', {'name': 'count'})
    assert rest.get('thing/', count=3)['count'] == 1
    rest.delete(f'custom-object-type-fields/{field.pk}/')
    assert 'count' not in rest.get('thing/')['results'][0]
    assert list(rest.get('thing/', count=3, expect=400)) == ['count']
