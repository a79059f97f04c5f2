"""`?dry_run=true` on types and fields: says what would be done to definitions and tables, and does nothing."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from core.models import ObjectChange, ObjectType
from dcim.models import Site

from netbox_custom_objects.ddl.introspect import introspect_all
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.models.revision import read_token

from ..support.factories import make_field, make_object, make_type
from .rest import Rest, make_user, superuser

MAIN = Target.for_alias('default')
DRY = '?dry_run=true'


def state():
    """Return everything that a write to a definition changes."""
    return (
        read_token(MAIN),
        introspect_all(MAIN),
        list(CustomObjectType.objects.values()),
        list(CustomObjectTypeField.objects.values()),
        ObjectChange.objects.count(),
        ObjectType.objects.count(),
        ContentType.objects.count(),
        len(connection.run_on_commit),
    )


class DryRest(Rest):
    """Adds `?dry_run=true` to every write, and asserts that it has changed nothing."""

    def dry(self, method, path, data=None, expect=200):
        before = state()
        args = (path + DRY,) if data is None else (path + DRY, data)
        body = getattr(self, method)(*args, expect=expect)
        assert state() == before
        return body


@pytest.fixture
def rest(db):
    return DryRest(superuser())


def told(body):
    return [(step['operation'], step['column'] or step['table'], step['when']) for step in body['plan']]


class TestTypes:
    def test_create(self, rest):
        body = rest.dry('post', 'custom-object-types/', {'name': 'thing', 'slug': 'thing'})
        assert list(body) == ['dry_run', 'results', 'plan', 'changed', 'deleted', 'dependents']
        (result,) = body['results']
        assert (result['id'], result['url'], result['name'], result['slug']) == (None, None, 'thing', 'thing')
        assert [step['operation'] for step in body['plan']] == ['CreateTable']
        assert (body['changed'], body['deleted']) == ([], [])
        rest.get('thing/', expect=404)
        # The name is still free.
        rest.post('custom-object-types/', {'name': 'thing', 'slug': 'thing'})

    def test_create_many(self, rest):
        body = rest.dry('post', 'custom-object-types/', [{'name': n, 'slug': n} for n in 'ab'])
        assert [result['name'] for result in body['results']] == ['a', 'b']
        assert [step['operation'] for step in body['plan']] == ['CreateTable', 'CreateTable']

    def test_errors_are_those_of_the_real_request(self, rest):
        make_type('thing')
        one = {'name': 'Thing', 'slug': 'thing'}
        for body in (one, [one], [{'name': 'a', 'slug': 'a'}, {'name': 'a', 'slug': 'b'}]):
            expected = rest.post('custom-object-types/', body, expect=400)
            assert rest.dry('post', 'custom-object-types/', body, expect=400) == expected

    def test_rename(self, rest):
        made = make_type('thing')
        for method, path, body in (
            ('patch', f'custom-object-types/{made.pk}/', {'name': 'stuff'}),
            ('put', f'custom-object-types/{made.pk}/', {'name': 'stuff', 'slug': 'thing'}),
            ('patch', 'custom-object-types/', [{'id': made.pk, 'name': 'stuff'}]),
            ('put', 'custom-object-types/', [{'id': made.pk, 'name': 'stuff', 'slug': 'thing'}]),
        ):
            answer = rest.dry(method, path, body)
            assert [result['name'] for result in answer['results']] == ['stuff']
            assert answer['plan'] == []
            (group,) = answer['changed']
            assert (group['object_type'], group['count']) == ('netbox_custom_objects.customobjecttype', 1)
            (change,) = group['objects']
            assert (change['id'], change['before'], change['after']) == (made.pk, {'name': 'thing'}, {'name': 'stuff'})

    def test_delete(self, rest):
        made = make_type('thing', fields=[('title', 'text'), {'name': 'sites', 'type': 'multiobject', 'target': Site}])
        for title in 'abc':
            make_object(made, title=title, sites=[Site.objects.create(name=title, slug=title)])
        for path, data in ((f'custom-object-types/{made.pk}/', None), ('custom-object-types/', [{'id': made.pk}])):
            body = rest.dry('delete', path, data)
            assert body['results'] == []
            assert [(s['operation'], s['rows'], s['destructive']) for s in body['plan']] == [
                ('RetireTable', 3, True), ('RetireTable', 3, True),
            ]  # fmt: skip
            assert [(group['object_type'], group['count']) for group in body['deleted']] == [
                (f'netbox_custom_objects.table{made.pk}model', 3),
                ('netbox_custom_objects.customobjecttypefield', 2),
                ('netbox_custom_objects.customobjecttype', 1),
            ]
            assert [obj['display'] for obj in body['deleted'][-1]['objects']] == ['Thing']
            assert body['deleted'][0]['objects'][0]['url'].startswith('http://testserver/api/plugins/custom-objects/')
        assert made.get_model().objects.count() == 3

    def test_a_type_that_others_point_at(self, rest):
        made = make_type('thing')
        field = make_field(make_type('other'), 'ref', 'object', target=made)
        detail = rest.delete(f'custom-object-types/{made.pk}/', expect=409)['detail']
        body = rest.dry('delete', f'custom-object-types/{made.pk}/', expect=409)
        assert body['detail'] == detail
        (group,) = body['protected']
        assert [obj['id'] for obj in group['objects']] == [field.pk]


class TestFields:
    def test_create(self, rest):
        made = make_type('thing')
        make_object(made)
        body = rest.dry('post', 'custom-object-type-fields/', {
            'custom_object_type': made.pk, 'name': 'code', 'type': 'integer', 'unique': True,
        })  # fmt: skip
        assert [(s['operation'], s['when'], s['lock'], s['rows'], s['values']) for s in body['plan']] == [
            ('AddColumn', 'inline', 'access exclusive, catalog write only', 1, None),
            ('CreateIndex', 'inline', 'share', 1, None),
        ]
        assert body['plan'][0]['description'].endswith('existing rows are not touched.')
        assert body['results'][0]['name'] == 'code'
        assert 'code' not in rest.get('thing/')['results'][0]

    def test_create_several_at_once(self, rest):
        made = make_type('thing')
        body = rest.dry('post', 'custom-object-type-fields/', [
            {'custom_object_type': made.pk, 'name': 'a', 'primary': True},
            {'custom_object_type': made.pk, 'name': 'b', 'type': 'object', 'app_label': 'dcim', 'model': 'site'},
            {'custom_object_type': made.pk, 'name': 'c', 'type': 'multiobject', 'app_label': 'dcim', 'model': 'site'},
        ])  # fmt: skip
        assert sorted(step['operation'] for step in body['plan']) == [
            'AddColumn', 'AddColumn', 'CreateIndex', 'CreateTable',
        ]  # fmt: skip
        twice = [{'custom_object_type': made.pk, 'name': 'a'}] * 2
        expected = rest.post('custom-object-type-fields/', twice, expect=400)
        assert rest.dry('post', 'custom-object-type-fields/', twice, expect=400) == expected

    def test_conversion(self, rest):
        made = make_type('thing', fields=[('code', 'text')])
        field = made.fields.get()
        for code in ('1', '2', None):
            make_object(made, code=code)
        path = f'custom-object-type-fields/{field.pk}/'
        (step,) = rest.dry('patch', path, {'type': 'integer'})['plan']
        assert (step['operation'], step['rows'], step['values'], step['when']) == ('AlterColumnType', 3, 2, 'inline')
        assert step['lock'] == 'access exclusive, rewrites the table'
        assert step['description'] == (
            f'Convert column f_{field.pk} of custom_objects_{made.pk} from character varying to bigint.'
        )
        (step,) = rest.dry('patch', path, {'type': 'longtext'})['plan']
        assert step['lock'] == 'access exclusive, catalog write only'
        make_object(made, code='x')
        assert list(rest.dry('patch', path, {'type': 'integer'}, expect=400)) == ['type']

    def test_what_a_job_would_do_and_what_is_refused(self, rest, settings, monkeypatch):
        monkeypatch.setitem(settings.PLUGINS_CONFIG['netbox_custom_objects'], 'inline_row_limit', 1)
        made = make_type('thing', fields=[('code', 'text')])
        for code in 'ab':
            make_object(made, code=code)
        path = f'custom-object-type-fields/{made.fields.get().pk}/'
        assert [step['when'] for step in rest.dry('patch', path, {'unique': True})['plan']] == ['job']
        expected = rest.patch(path, {'type': 'integer'}, expect=400)
        assert rest.dry('patch', path, {'type': 'integer'}, expect=400) == expected
        assert 'inline_row_limit' in expected['type'][0]

    def test_duplicates_are_found(self, rest):
        made = make_type('thing', fields=[('code', 'text')])
        for _ in range(2):
            make_object(made, code='a')
        path = f'custom-object-type-fields/{made.fields.get().pk}/'
        assert 'a' in rest.dry('patch', path, {'unique': True}, expect=400)['unique'][0]

    def test_rename_and_another_primary(self, rest):
        made = make_type('thing', fields=[{'name': 'one', 'primary': True}, ('two', 'text')])
        one, two = made.fields.order_by('name')
        body = rest.dry('patch', f'custom-object-type-fields/{two.pk}/', {'name': 'too', 'primary': True})
        assert body['plan'] == []
        (group,) = body['changed']
        assert {obj['id']: obj['after'] for obj in group['objects']} == {
            one.pk: {'primary': False}, two.pk: {'name': 'too', 'primary': True},
        }  # fmt: skip

    def test_delete(self, rest):
        made = make_type('thing', fields=[('code', 'text'), {'name': 'sites', 'type': 'multiobject', 'target': Site}])
        site = Site.objects.create(name='a', slug='a')
        make_object(made, code='a', sites=[site])
        make_object(made)
        code, sites = made.fields.order_by('name')
        body = rest.dry('delete', f'custom-object-type-fields/{code.pk}/')
        assert [(s['operation'], s['rows'], s['values']) for s in body['plan']] == [('RetireColumn', 2, 1)]
        body = rest.dry('delete', 'custom-object-type-fields/', [{'id': code.pk}, {'id': sites.pk}])
        assert [(s['operation'], s['rows']) for s in body['plan']] == [('RetireColumn', 2), ('RetireTable', 1)]
        assert body['deleted'][0]['count'] == 2


class TestRequests:
    def test_needs_the_rights_of_the_real_request(self, rest):
        made = make_type('thing')
        viewer = DryRest(make_user('viewer', (CustomObjectType, ['view'], None)))
        viewer.dry('patch', f'custom-object-types/{made.pk}/', {'name': 'x'}, expect=403)
        editor = DryRest(make_user('editor', (CustomObjectType, ['view', 'change', 'add'], {'group_name': ''})))
        editor.dry('patch', f'custom-object-types/{made.pk}/', {'group_name': 'x'}, expect=403)
        editor.dry('post', 'custom-object-types/', {'name': 'a', 'slug': 'a', 'group_name': 'x'}, expect=403)
        editor.dry('patch', f'custom-object-types/{made.pk}/', {'name': 'x'})

    def test_the_parameter(self, rest):
        made = make_type('thing')
        path = f'custom-object-types/{made.pk}/'
        assert list(rest.patch(f'{path}?dry_run=maybe', {'name': 'x'}, expect=400)) == ['dry_run']
        assert list(rest.get(path, dry_run='true', expect=400)) == ['dry_run']
        both = f'custom-object-types/{DRY}&background=true'
        assert list(rest.post(both, [{'name': 'a', 'slug': 'a'}], expect=400)) == ['background']
        assert rest.patch(f'{path}?dry_run=false', {'name': 'x'})['name'] == 'x'

    def test_if_match(self, rest):
        made = make_type('thing')
        path = f'custom-object-types/{made.pk}/'
        rest.patch(path + DRY, {'name': 'x'}, expect=412, HTTP_IF_MATCH='W/"nonsense"')
        rest.get(path)
        etag = rest.response['ETag']
        rest.patch(path + DRY, {'name': 'x'}, HTTP_IF_MATCH=etag)
        rest.get(path)
        assert rest.response['ETag'] == etag
