"""REST: export, preview and apply, in JSON and YAML, as far as the user's permissions go."""

import json
from contextlib import suppress

import pytest
import yaml

from core.exceptions import JobFailed
from core.models import Job, ObjectChange
from dcim.models import Site
from extras.models import CustomFieldChoiceSet

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.schema.apply_job import ApplyDocumentJob
from netbox_custom_objects.schema.executor import apply_document
from tests.documents.models import SMALL, field_of, small
from tests.support.factories import make_field, make_type
from tests.surfaces.rest import API, Rest, make_user

TYPES, FIELDS, SETS = CustomObjectType, CustomObjectTypeField, CustomFieldChoiceSet


def user_with(name, *grants):
    return Rest(make_user(name, *[(model, actions, None) for model, actions in grants]))


@pytest.fixture
def applied(rest):
    rest.post('schema/apply/', {'schema': SMALL}, expect=200)


def removing():
    document = small()
    document['types'][1]['removed_fields'] = [document['types'][1]['fields'].pop(1)]
    return document


class TestApply:
    def test_it_answers_what_was_different_and_logs_it(self, rest):
        body = rest.post('schema/apply/', {'schema': SMALL}, expect=200)
        assert body['applied'] is True
        assert [(diff['slug'], diff['is_new'], diff['has_changes']) for diff in body['diffs']] == [
            ('rack', True, True),
            ('server', True, True),
        ]
        assert ObjectChange.objects.filter(changed_object_type__model='customobjecttypefield').count() == 5
        again = rest.post('schema/apply/', {'schema': SMALL}, expect=200)
        assert not any(diff['has_changes'] for diff in again['diffs'])

    def test_removals_are_acknowledged(self, rest, applied):
        body = rest.post('schema/apply/', {'schema': removing()}, expect=409)
        assert (body['error'], body['destructive_slugs']) == ('destructive_changes', ['server'])
        rest.post('schema/apply/', {'schema': removing(), 'allow_destructive': True}, expect=200)

    def test_a_choice_that_objects_hold_stays(self, rest, applied):
        for name in ('multi', 'other'):
            make_field(TYPES.objects.get(slug='server'), name, 'multiselect', choice_set=SETS.objects.get())
        rest.post('server/', {'title': 'a', 'state': 'up', 'multi': ['down', 'up']})
        document = small(label='Another')
        document['choice_sets'][0]['extra_choices'] = [['down', 'Down'], ['new', 'New']]
        for path, body in (('schema/preview/', document), ('schema/apply/', {'schema': document})):
            answer = rest.post(path, body, expect=400)
            (error,) = answer.get('schema_errors') or answer['errors']
            assert error['path'][:2] == ['choice_sets', '0']
            assert 'up' in error['message']
        assert list(SETS.objects.get().values) == ['up', 'down']
        assert not FIELDS.objects.filter(label='Another').exists()

    def test_a_base_that_was_made_up(self, rest, applied):
        document = rest.get('schema/export/')
        field_of(document)['label'] = 'Another'
        rack, server = document['types']
        rack['base'], server['base'] = server['base'], rack['base']
        body = rest.post('schema/apply/', {'schema': document}, expect=409)
        assert (body['error'], body['names']) == ('changed_since_export', ['server'])
        assert not FIELDS.objects.filter(label='Another').exists()
        rest.post('schema/apply/', {'schema': document, 'ignore_base': True}, expect=200)

    def test_objects_in_a_circle(self, rest):
        document = small()
        fields = [{'id': 9, 'name': 'parent', 'type': 'object', 'related_object_type': 'custom-objects/server'}]
        document['types'][0]['fields'] += fields
        document['types'][1]['fields'] += [fields[0] | {'related_object_type': 'custom-objects/rack'}]
        for found in document['types']:
            found['fields'][-1]['on_delete_behavior'] = 'cascade'
        rest.post('schema/apply/', {'schema': document}, expect=200)
        rack = rest.post('rack/', {'title': 'rack'})['id']
        server = rest.post('server/', {'title': 'server', 'parent': rack})['id']
        rest.patch(f'rack/{rack}/', {'parent': server})
        assert rest.get('rack/')['results'][0]['parent']['id'] == server
        assert rest.get(f'server/{server}/')['parent']['id'] == rack
        again = rest.post('schema/apply/', {'schema': rest.get('schema/export/')}, expect=200)
        assert not any(diff['has_changes'] for diff in again['diffs'])
        rest.delete(f'rack/{rack}/')
        assert rest.get('server/')['count'] == 0

    def test_a_document_that_was_overtaken(self, rest, applied):
        document = rest.get('schema/export/')
        field_of(document)['label'] = 'Title'
        TYPES.objects.get(slug='server').fields.get(name='amount').delete()
        body = rest.post('schema/apply/', {'schema': document}, expect=409)
        assert (body['error'], body['names']) == ('changed_since_export', ['server'])
        assert rest.post('schema/preview/', document, expect=200)['diffs'][1]['has_moved']
        rest.post('schema/apply/', {'schema': document, 'ignore_base': True}, expect=200)

    @pytest.mark.parametrize(
        ('body', 'key'),
        [
            ({}, 'schema'), ({'schema': []}, 'schema'), ([], 'non_field_errors'),
            ({'schema': SMALL, 'allow_destructive': 1}, 'allow_destructive'),
            ({'schema': SMALL, 'ignore_base': 'x'}, 'ignore_base'),
        ],
    )  # fmt: skip
    def test_bad_bodies(self, rest, body, key):
        assert [*rest.post('schema/apply/', body, expect=400)] == [key]

    def test_unresolvable_references(self, rest):
        body = rest.post('schema/apply/', {'schema': small(type='select', choice_set='None')}, expect=400)
        assert body['error'] == 'unresolvable_reference'


class TestPreview:
    def test_it_has_the_plan(self, rest, applied):
        body = rest.post('schema/preview/', removing(), expect=200)
        change = body['diffs'][1]['field_changes'][0]
        assert (change['op'], change['schema_id'], change['db_name'], change['when']) == (
            'remove',
            2,
            'amount',
            'instant',
        )
        assert body['diffs'][1]['plan'][0]['destructive'] is True
        assert FIELDS.objects.filter(name='amount').exists()

    def test_unknown_keys_are_warnings(self, rest):
        assert 'menu_name' in rest.post('schema/preview/', {**SMALL, 'menu_name': 'x'}, expect=200)['warnings'][0]


class TestFormats:
    def test_yaml_both_ways(self, rest):
        def send(path, text, media_type='application/yaml'):
            return rest.client.post(
                f'{API}{path}', text, content_type=media_type, headers={'Accept': 'application/yaml'}
            )

        assert send('schema/apply/', yaml.safe_dump({'schema': SMALL})).status_code == 200
        response = rest.client.get(f'{API}schema/export/', headers={'Accept': 'application/yaml'})
        assert response.headers['Content-Type'].startswith('application/yaml')
        assert yaml.safe_load(response.content) == rest.get('schema/export/')
        again = send('schema/preview/', response.content)
        assert not any(diff['has_changes'] for diff in yaml.safe_load(again.content)['diffs'])
        assert send('schema/preview/', 'a: [').status_code == 400
        assert send('schema/preview/', 'a: 1', 'application/x-yaml').status_code == 415

    def test_json_that_says_things_twice(self, rest):
        response = rest.client.post(f'{API}schema/preview/', '{"a": 1, "a": 2}', content_type='application/json')
        assert (response.status_code, [*json.loads(response.content)]) == (400, ['detail'])


class TestExport:
    def test_types_that_are_chosen_come_with_what_they_need(self, rest, applied):
        make = small()
        assert [found['slug'] for found in rest.get('schema/export/', slug='server')['types']] == ['rack', 'server']
        assert [found['slug'] for found in rest.get('schema/export/', slug='rack')['types']] == ['rack']
        rest.get('schema/export/', slug='server', referred='false', expect=400)
        rest.get('schema/export/', slug='none', expect=404)
        rest.get('schema/export/', bogus='1', expect=400)
        assert rest.get('schema/export/')['choice_sets'][0]['name'] == make['choice_sets'][0]['name']

    def test_nothing_that_the_user_may_not_view(self, rest, applied):
        reader = Rest(make_user('a', (TYPES, ['view'], {'slug': 'server'}), (FIELDS, ['view'], None)))
        body = reader.get('schema/export/', expect=400)
        assert 'rack' not in body['detail'].replace('server.rack', '')
        reader = Rest(make_user('b', (TYPES, ['view'], None), (FIELDS, ['view'], {'name': 'title'})))
        found = reader.get('schema/export/')
        assert [[field['name'] for field in type_['fields']] for type_ in found['types']] == [['title'], ['title']]
        assert ['base' in type_ for type_ in found['types']] == [True, False]


class TestRights:
    def test_who_may_do_what(self, rest, applied):
        user_with('none').post('schema/preview/', SMALL, expect=403)
        user_with('none2').get('schema/export/', expect=403)
        Rest().post('schema/apply/', {'schema': SMALL}, expect=403)
        reader = user_with('reader', (TYPES, ['view']), (FIELDS, ['view']), (SETS, ['view']))
        changed = small(label='Title')
        reader.post('schema/preview/', changed, expect=200)
        reader.post('schema/apply/', {'schema': changed}, expect=403)
        reader.post('schema/apply/', {'schema': SMALL}, expect=200)

    @pytest.mark.parametrize('field_rights', [[], ['view'], ['view', 'add'], ['view', 'change']])
    def test_a_user_without_rights_on_fields_cannot_apply(self, rest, applied, field_rights):
        grants = [(TYPES, ['view', 'add', 'change', 'delete']), (SETS, ['view', 'add', 'change'])]
        user = user_with('limited', *grants, *([(FIELDS, field_rights)] if field_rights else []))
        document = small(label='Title')
        document['types'][1]['fields'].append({'id': 9, 'name': 'more', 'type': 'text'})
        expect = 403 if 'view' in field_rights else 400
        user.post('schema/apply/', {'schema': document}, expect=expect)
        assert not FIELDS.objects.filter(name='more').exists()

    def test_constraints_hold_for_what_becomes_of_a_field(self, rest, applied):
        user = Rest(
            make_user(
                'x', (TYPES, ['view', 'change'], None), (SETS, ['view'], None), (FIELDS, ['view'], None),
                (FIELDS, ['change'], {'label': ''}),
            )
        )  # fmt: skip
        user.post('schema/apply/', {'schema': small(label='Title')}, expect=403)
        user.post('schema/apply/', {'schema': small(description='Title')}, expect=200)

    def test_a_preview_tells_nothing_of_what_is_hidden(self, rest, applied):
        reader = Rest(make_user('a', (TYPES, ['view'], {'slug': 'rack'}), (FIELDS, ['view'], None)))
        document = small(label='Title')
        document.pop('choice_sets')
        body = reader.post('schema/preview/', document, expect=400)
        assert [error['path'] for error in body['errors']] == [['types', '1', 'slug']]
        assert 'amount' not in json.dumps(body)

    def test_a_preview_does_not_name_hidden_types_that_fields_referred_to(self, rest, applied):
        hidden, rack = make_type('merger'), TYPES.objects.get(slug='rack')
        field = make_field(rack, 'about', 'multiobject', targets=[hidden, Site])
        targets = {'is_polymorphic': True, 'related_object_types': ['dcim/site']}
        entry = small()['types'][0]
        entry['fields'].append({'id': field.schema_id, 'name': 'about', 'type': 'multiobject', **targets})
        reader = Rest(make_user('a', (TYPES, ['view'], {'slug': 'rack'}), (FIELDS, ['view'], None)))
        body = reader.post('schema/preview/', {'schema_version': '1', 'types': [entry]}, expect=200)
        assert f'table{hidden.pk}model' in json.dumps(body)
        assert 'merger' not in json.dumps(body)


class TestJob:
    """A document of many types is applied by a job."""

    @pytest.fixture(autouse=True)
    def one_type_is_many(self, monkeypatch):
        monkeypatch.setattr('netbox_custom_objects.schema.apply_job.TYPES_AT_ONCE', 1)

    def work(self, rest, document):
        """Leave a document to a job, do what it does, and return what it reports."""
        body = rest.post('schema/apply/', {'schema': document}, expect=202)
        assert body['applied'] is False
        job = Job.objects.get(pk=body['job'])
        with suppress(JobFailed):
            ApplyDocumentJob(job).work(document, 'default', allow_destructive=False, ignore_base=False)
        return rest.get(body['report'].removeprefix('http://testserver'))

    def test_it_reports_what_was_different(self, rest):
        report = self.work(rest, SMALL)
        assert (report['status_code'], report['data']['applied']) == (200, True)
        assert ObjectChange.objects.filter(user_name='root', changed_object_type__model='customobjecttype').exists()

    def test_it_reports_faults(self, rest):
        report = self.work(rest, small(name='id'))
        assert (report['status_code'], len(report['data']['errors'])) == (400, 1)
        assert not TYPES.objects.exists()


def test_applying_needs_no_request(rest):
    apply_document(SMALL)
    assert TYPES.objects.count() == 2
