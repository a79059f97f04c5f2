"""`?dry_run=true` on objects: validation, what would be stored, and what a deletion would take along."""

import pytest

from core.models import Job, ObjectChange
from dcim.models import Site
from extras.models import Tag

from ..support.factories import make_field, make_object, make_type
from .rest import Rest, make_user
from .test_dry_run import DRY


@pytest.fixture
def site(db):
    return Site.objects.create(name='a', slug='a')


def test_what_would_be_stored(rest, site, every_kind):
    Tag.objects.create(name='x', slug='x')
    body = rest.post(f'every-kind/{DRY}', {
        'title': 'a', 'amount': '7', 'places': [site.pk], 'place': {'slug': 'a'}, 'tags': [{'slug': 'x'}],
    }, expect=200)  # fmt: skip
    (result,) = body['results']
    assert (result['id'], result['title'], result['amount'], result['place']['slug']) == (None, 'a', 7, 'a')
    assert ([place['slug'] for place in result['places']], result['tags'][0]['slug']) == (['a'], 'x')
    assert (body['plan'], body['changed'], body['deleted']) == ([], [], [])
    many = rest.post(f'every-kind/{DRY}', [{'title': 'a'}, {'title': 'b'}], expect=200)
    assert [result['title'] for result in many['results']] == ['a', 'b']
    assert every_kind.get_model().objects.count() == ObjectChange.objects.count() == Job.objects.count() == 0


def test_changes(rest, site, every_kind):
    obj = make_object(every_kind, title='a', places=[site], place=site)
    for path, data in ((f'every-kind/{obj.pk}/', {}), ('every-kind/', [{'id': obj.pk}])):
        update = {'title': 'b', 'places': [], 'place': None}
        body = rest.patch(path + DRY, [{**data[0], **update}] if isinstance(data, list) else update)
        assert body['results'][0]['title'] == 'b'
        (change,) = body['changed'][0]['objects']
        assert change['before'] == {'title': 'a', 'place': site.pk, 'places': [site.pk]}
        assert {key: value or None for key, value in change['after'].items()} == {
            'title': 'b', 'place': None, 'places': None,
        }  # fmt: skip
    assert rest.get(f'every-kind/{obj.pk}/')['title'] == 'a'


def test_errors_are_those_of_the_real_request(rest):
    make_type('thing', fields=[{'name': 'code', 'unique': True, 'required': True}, ('amount', 'integer')])
    rest.post('thing/', {'code': 'a'})
    for body in ({}, {'code': 'a'}, {'code': 'b', 'amount': 'x'}, [{'code': 'c'}, {'code': 'c'}], [3], []):
        if body == []:
            assert rest.post(f'thing/{DRY}', body, expect=200)['results'] == []
            continue
        expected = rest.post('thing/', body, expect=400)
        assert rest.post(f'thing/{DRY}', body, expect=400) == expected
    rest.delete(f'thing/{DRY}', [{'id': 4711}], expect=400)
    rest.delete(f'thing/4711/{DRY}', expect=404)
    assert rest.get('thing/')['count'] == 1


class TestDelete:
    @pytest.fixture
    def target(self, db):
        return make_type('target', fields=[{'name': 'title', 'primary': True}])

    def test_cascade_clear_and_unlink(self, rest, target):
        made = make_type('thing', fields=[{'name': 'title', 'primary': True}])
        make_field(made, 'strong', 'object', target=target, on_delete_behavior='cascade')
        make_field(made, 'weak', 'object', target=target)
        make_field(made, 'many', 'multiobject', target=target)
        obj, other = make_object(target, title='t'), make_object(target, title='o')
        gone = make_object(made, title='gone', strong=obj)
        cleared = make_object(made, title='cleared', weak=obj)
        unlinked = make_object(made, title='unlinked', many=[obj, other])
        for path, data in ((f'target/{obj.pk}/', None), ('target/', [{'id': obj.pk}])):
            body = rest.delete(path + DRY, data, expect=200)
            deleted = {item['display'] for group in body['deleted'] for item in group['objects']}
            assert deleted == {'t', 'gone'}
            changed = {item['id']: item for item in body['changed'][0]['objects']}
            assert changed[cleared.pk]['before'] == {'weak': obj.pk}
            assert changed[cleared.pk]['after'] == {'weak': None}
            assert changed[unlinked.pk]['before'] == {'many': [obj.pk, other.pk]}
            assert changed[unlinked.pk]['after'] == {'many': [other.pk]}
        assert rest.get('thing/')['count'] == 3
        assert rest.get(f'thing/{unlinked.pk}/')['many'][0]['id'] == obj.pk
        assert rest.get(f'thing/{gone.pk}/')['strong']['id'] == obj.pk
        # The real deletion does what was said.
        rest.delete(f'target/{obj.pk}/')
        assert rest.get('thing/')['count'] == 2

    def test_protected(self, rest, target):
        made = make_type('thing', fields=[{'name': 'title', 'primary': True}])
        make_field(made, 'ref', 'object', target=target, on_delete_behavior='protect')
        obj = make_object(target, title='t')
        holder = make_object(made, title='holder', ref=obj)
        detail = rest.delete(f'target/{obj.pk}/', expect=409)['detail']
        body = rest.delete(f'target/{obj.pk}/{DRY}', expect=409)
        assert body['detail'] == detail
        assert body['protected'] == [{
            'object_type': f'netbox_custom_objects.table{made.pk}model', 'count': 1,
            'objects': [{
                'id': holder.pk, 'display': 'holder',
                'url': f'http://testserver/api/plugins/custom-objects/thing/{holder.pk}/',
            }],
        }]  # fmt: skip
        expected = rest.delete('target/', [{'id': obj.pk}], expect=409)
        assert rest.delete(f'target/{DRY}', [{'id': obj.pk}], expect=409) == expected

    def test_objects_that_the_user_may_not_view_are_counted_only(self, rest, target):
        made = make_type('thing', fields=[{'name': 'title', 'primary': True}])
        make_field(made, 'ref', 'object', target=target, on_delete_behavior='cascade')
        obj = make_object(target, title='t')
        for title in ('mine', 'secret'):
            make_object(made, title=title, ref=obj)
        user = Rest(make_user('user', (target, ['view', 'delete'], None), (made, ['view'], {'title': 'mine'})))
        groups = user.delete(f'target/{obj.pk}/{DRY}', expect=200)['deleted']
        things = next(group for group in groups if group['object_type'].endswith(f'table{made.pk}model'))
        assert (things['count'], [item['display'] for item in things['objects']]) == (2, ['mine'])

    def test_rights(self, rest, target):
        obj = make_object(target, title='t')
        viewer = Rest(make_user('viewer', (target, ['view'], None)))
        viewer.delete(f'target/{obj.pk}/{DRY}', expect=403)
        other = Rest(make_user('other', (target, ['view', 'change', 'delete', 'add'], {'title': 'x'})))
        other.delete(f'target/{obj.pk}/{DRY}', expect=404)
        other.post(f'target/{DRY}', {'title': 'y'}, expect=403)
        other.post(f'target/{DRY}', [{'title': 'x'}, {'title': 'y'}], expect=403)
        other.post(f'target/{DRY}', {'title': 'x'}, expect=200)


def test_events_are_not_sent(rest, monkeypatch):
    sent = []
    monkeypatch.setattr('netbox.context_managers.flush_events', sent.append)
    make_type('thing', fields=[('title', 'text')])
    rest.post(f'thing/{DRY}', {'title': 'a'}, expect=200)
    assert sent == []
    rest.post('thing/', {'title': 'a'})
    assert len(sent) == 1
