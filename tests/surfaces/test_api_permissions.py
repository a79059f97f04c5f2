"""Object permissions hold on every endpoint, with their constraints (contract 8)."""

import pytest

from dcim.models import Site
from users.models import Token

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField

from ..support.factories import make_field, make_object, make_type
from .rest import Rest, make_user

ALL = ['view', 'add', 'change', 'delete']


def test_without_a_right(every_kind):
    pk = make_object(every_kind, title='a').pk
    # Rights on definitions imply none on objects.
    rest = Rest(make_user('user', (CustomObjectType, ALL, None), (CustomObjectTypeField, ALL, None)))
    for path in ('every-kind/', f'every-kind/{pk}/'):
        rest.get(path, expect=403)
        rest.patch(path, {}, expect=403)
        rest.put(path, {}, expect=403)
        rest.delete(path, expect=403)
    rest.post('every-kind/', {}, expect=403)
    rest.get('nope/', expect=404)
    assert 'every-kind' not in rest.get()
    assert every_kind.get_model().objects.count() == 1


def test_rights_on_objects_imply_none_on_definitions(every_kind):
    rest = Rest(make_user('user', (every_kind, ALL, None)))
    for path in ('custom-object-types/', 'custom-object-type-fields/'):
        rest.get(path, expect=403)
        rest.post(path, {}, expect=403)
    rest.delete(f'custom-object-types/{every_kind.pk}/', expect=403)


def test_each_action_needs_its_right(every_kind):
    obj = make_object(every_kind, title='a')
    path = f'every-kind/{obj.pk}/'
    for action, calls in (
        ('view', [lambda rest: rest.get(path), lambda rest: rest.get('every-kind/')]),
        ('add', [lambda rest: rest.post('every-kind/', {}), lambda rest: rest.post('every-kind/', [{}])]),
        ('change', [
            lambda rest: rest.patch(path, {'amount': 1}), lambda rest: rest.put(path, {}),
            lambda rest: rest.patch('every-kind/', [{'id': obj.pk}]),
        ]),
        ('delete', [lambda rest: rest.delete(path)]),
    ):  # fmt: skip
        rest = Rest(make_user(action, (every_kind, [action], None)))
        for call in calls:
            call(rest)
        assert rest.client.get('/api/plugins/custom-objects/every-kind/').status_code == (
            200 if action == 'view' else 403
        )


def test_constraints_hold_everywhere(every_kind):
    mine, other = make_object(every_kind, title='a'), make_object(every_kind, title='b')
    rest = Rest(make_user('user', (every_kind, ALL, {'title': 'a'})))
    assert [item['id'] for item in rest.get('every-kind/')['results']] == [mine.pk]
    assert rest.get('every-kind/', title='b')['count'] == 0
    rest.get(f'every-kind/{other.pk}/', expect=404)
    # Neither the object before a change nor the one after it may lie outside.
    rest.patch(f'every-kind/{other.pk}/', {'amount': 1}, expect=404)
    rest.patch(f'every-kind/{mine.pk}/', {'title': 'b'}, expect=403)
    rest.patch(f'every-kind/{mine.pk}/', {'amount': 1})
    rest.patch('every-kind/', [{'id': mine.pk, 'amount': 2}, {'id': other.pk, 'amount': 2}], expect=400)
    rest.patch('every-kind/', [{'id': mine.pk, 'title': 'b'}], expect=403)
    rest.post('every-kind/', {'title': 'b'}, expect=403)
    rest.post('every-kind/', [{'title': 'a'}, {'title': 'b'}], expect=403)
    rest.delete(f'every-kind/{other.pk}/', expect=404)
    rest.delete('every-kind/', [{'id': mine.pk}, {'id': other.pk}], expect=400)
    assert list(every_kind.get_model().objects.values_list('title', 'amount')) == [('a', 1), ('b', None)]
    rest.post('every-kind/', [{'title': 'a'}])
    rest.delete(f'every-kind/{mine.pk}/')


@pytest.mark.parametrize(
    ('constraints', 'titles'),
    [
        ({'amount__gt': 1}, ['b', 'c']),
        ({'place__slug': 'a'}, ['a']),
        ({'places__slug': 'b'}, ['b']),
        ([{'title': 'a'}, {'color': 'red'}], ['a', 'c']),
        ({'tags__slug': 'x'}, []),
    ],
)
def test_constraints_on_all_sorts_of_fields(every_kind, constraints, titles):
    sites = [Site.objects.create(name=name, slug=name) for name in 'ab']
    make_object(every_kind, title='a', amount=1, place=sites[0])
    make_object(every_kind, title='b', amount=2, places=sites)
    make_object(every_kind, title='c', amount=3, color='red')
    rest = Rest(make_user('user', (every_kind, ['view'], constraints)))
    assert [item['title'] for item in rest.get('every-kind/')['results']] == titles


def test_attributes_do_not_find_what_the_user_may_not_view(every_kind):
    """As in NetBox: an ID that one knows may be named, but attributes must not be probed."""
    target = make_type('target', fields=[{'name': 'title', 'primary': True}])
    make_field(every_kind, 'ref', 'object', target=target)
    obj = make_object(target, title='secret')
    rest = Rest(make_user('user', (every_kind, ALL, None)))
    assert list(rest.post('every-kind/', {'ref': {'title': 'secret'}}, expect=400)) == ['ref']
    assert rest.post('every-kind/', {'ref': obj.pk})['ref']['id'] == obj.pk


def test_plain_references_show_their_targets_as_those_of_netbox_do(every_kind):
    site = Site.objects.create(name='a', slug='a')
    target = make_type('target', fields=[{'name': 'title', 'primary': True}])
    make_field(every_kind, 'ref', 'object', target=target)
    obj = make_object(every_kind, title='a', place=site, places=[site], ref=make_object(target, title='t'))
    rest = Rest(make_user('user', (every_kind, ['view'], None)))
    for body in (rest.get(f'every-kind/{obj.pk}/'), rest.get('every-kind/')['results'][0]):
        assert (body['place']['slug'], body['places'][0]['slug'], body['ref']['display']) == ('a', 'a', 't')
    # They do not become visible by themselves.
    rest.get('target/', expect=404)


def test_counts_are_of_what_the_user_may_view(every_kind):
    for n in range(5):
        make_object(every_kind, title='a' if n < 3 else 'b')
    rest = Rest(make_user('user', (every_kind, ['view'], {'title': 'a'})))
    assert rest.get('every-kind/', limit=1)['count'] == 3
    assert rest.get('every-kind/', limit=1, offset=1)['count'] == 3
    assert rest.get('every-kind/', title__n='a')['count'] == 0


def test_a_token_that_may_only_read(every_kind):
    user = make_user('user', (every_kind, ALL, None))
    token = Token.objects.create(user=user, write_enabled=False)
    rest = Rest(user, HTTP_AUTHORIZATION=f'Bearer nbt_{token.key}.{token.token}')
    rest.client.logout()
    rest.get('every-kind/')
    rest.post('every-kind/', {}, expect=403)


def test_views_that_are_open_to_all(every_kind, settings):
    settings.LOGIN_REQUIRED = False
    settings.EXEMPT_VIEW_PERMISSIONS = [f'netbox_custom_objects.table{every_kind.pk}model']
    make_object(every_kind, title='a')
    make_type('other')
    rest = Rest(make_user('user'))
    rest.client.logout()
    assert rest.get('every-kind/')['count'] == 1
    for slug in ('other', 'nope'):
        assert rest.get(f'{slug}/', expect=404)['detail'] == 'Not found.'
    assert 'every-kind' in rest.get()
    assert 'other' not in rest.get()


def test_a_type_shows_the_fields_that_may_be_viewed(every_kind):
    def fields(user):
        rest = Rest(user)
        one = rest.get(f'custom-object-types/{every_kind.pk}/')
        assert rest.get('custom-object-types/')['results'][0]['fields'] == one['fields']
        return [field['name'] for field in one['fields']]

    types = CustomObjectType, ['view', 'change'], None
    some = make_user('some', types, (CustomObjectTypeField, ['view'], {'name': 'title'}))
    none = make_user('none', types)
    assert (fields(none), fields(some)) == ([], ['title'])
    assert Rest(none).patch(f'custom-object-types/{every_kind.pk}/', {'description': 'x'})['fields'] == []
    assert len(fields(make_user('all', types, (CustomObjectTypeField, ['view'], None)))) == every_kind.fields.count()


def test_choices_are_for_those_who_fill_in_a_form(every_kind):
    """NetBox's own endpoint needs the right to view choice sets."""
    color, title = every_kind.fields.get(name='color'), every_kind.fields.get(name='title')
    path = f'custom-object-type-fields/{color.pk}/choices/'
    for number, grant in enumerate(((every_kind, ['add'], None), (CustomObjectTypeField, ['view'], None))):
        rest = Rest(make_user(f'user{number}', grant))
        found = rest.get(path)
        assert found['count'] == 3
        assert found['results'][0] == {'id': 'red', 'display': 'Red'}
        assert [choice['id'] for choice in rest.get(path, q='RE')['results']] == ['red', 'green']
        assert len(rest.get(path, limit=1)['results']) == 1
        rest.get(path, nonsense=1, expect=400)
        rest.get(f'custom-object-type-fields/{title.pk}/choices/', expect=404)
    Rest(make_user('nobody')).get(path, expect=404)
    Rest(make_user('other', (make_type('other'), ALL, None))).get(path, expect=404)
