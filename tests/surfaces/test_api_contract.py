"""What all endpoints have in common with NetBox's own (contract 4): browsable pages, ETags, paging, order, messages."""

import pytest
from django.contrib.contenttypes.models import ContentType

from core.models import ObjectChange
from dcim.models import Site
from extras.models import Bookmark, JournalEntry, Notification, Subscription, Tag
from tenancy.models import Contact, ContactAssignment, ContactRole
from users.models import User

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField

from ..support.factories import make_object, make_type
from .rest import API


@pytest.fixture
def obj(every_kind):
    site = Site.objects.create(name='a', slug='a')
    return make_object(every_kind, title='a', place=site, places=[site], color='red')


def paths(every_kind, obj):
    """Return (list, detail) of each kind of endpoint."""
    return (
        ('custom-object-types/', f'custom-object-types/{every_kind.pk}/'),
        ('custom-object-type-fields/', f'custom-object-type-fields/{every_kind.fields.first().pk}/'),
        ('every-kind/', f'every-kind/{obj.pk}/'),
    )


def test_the_browsable_api(rest, every_kind, obj):
    linked = f'linked-objects/?object_type=dcim.site&object_id={obj.place_id}&format=api'
    for path in ('?format=api', linked, *(f'{path}?format=api' for pair in paths(every_kind, obj) for path in pair)):
        response = rest.client.get(API + path)
        assert response.status_code == 200, path
        assert response['Content-Type'].startswith('text/html'), path
        assert 'HTTP 200' in response.content.decode(), path


def test_etags(rest, every_kind, obj):
    for _, detail in paths(every_kind, obj):
        rest.get(detail)
        etag = rest.response['ETag']
        assert etag.startswith('W/')
        for method in (rest.patch, rest.delete):
            method(detail, {}, expect=412, HTTP_IF_MATCH='W/"2020-01-01T00:00:00+00:00"')
            assert rest.response['ETag'] == etag
        rest.patch(detail, {}, HTTP_IF_MATCH=etag)


def test_paging_and_order(rest):
    for name in 'cab':
        make_type(name, fields=[('two', 'text'), {'name': 'one', 'weight': 200}, {'name': 'three', 'group_name': 'g'}])

    def names(path, **params):
        return [item['name'] for item in rest.get(path, **params)['results']]

    types, fields = 'custom-object-types/', 'custom-object-type-fields/'
    assert names(types) == ['a', 'b', 'c']
    assert names(types, ordering='-name') == ['c', 'b', 'a']
    assert names(types, ordering='nonsense') == ['a', 'b', 'c']
    assert names(fields) == [*['two'] * 3, *['one'] * 3, *['three'] * 3]
    assert names(fields, ordering='name')[:3] == ['one'] * 3
    first, second, third = CustomObjectType.objects.order_by('pk')
    page = rest.get(types, start=second.pk, limit=1)
    assert (page['count'], page['results'][0]['id']) == (None, second.pk)
    assert f'start={second.pk + 1}' in page['next']
    for refused in {'start': -1}, {'start': 'x'}, {'start': 1, 'offset': 1}, {'start': 1, 'ordering': 'name'}:
        assert list(rest.get(types, **refused, expect=400)) == ['start']
    page = rest.get(types, limit=2)
    assert (page['count'], len(page['results'])) == (3, 2)
    assert 'offset=2' in page['next']


def test_messages_of_changes_to_definitions(rest):
    made = rest.post('custom-object-types/', {'name': 'thing', 'slug': 'thing', 'changelog_message': 'one'})
    field = rest.post('custom-object-type-fields/', {
        'custom_object_type': made['id'], 'name': 'title', 'changelog_message': 'two',
    })  # fmt: skip
    rest.patch(f'custom-object-type-fields/{field["id"]}/', {'label': 'T', 'changelog_message': 'three'})
    rest.patch('custom-object-types/', [{'id': made['id'], 'description': 'x', 'changelog_message': 'four'}])
    rest.delete('custom-object-type-fields/', [{'id': field['id'], 'changelog_message': 'five'}])
    messages = ObjectChange.objects.order_by('pk').values_list('message', flat=True)
    assert [message for message in messages if message] == ['one', 'two', 'three', 'four', 'five']


def test_bulk_requests_for_definitions_are_all_or_nothing(rest):
    made = make_type('thing', fields=[('one', 'text'), ('two', 'text')])
    one, two = made.fields.order_by('name')
    fields = 'custom-object-type-fields/'
    body = rest.post(fields, [
        {'custom_object_type': made.pk, 'name': 'three'}, {'custom_object_type': made.pk, 'name': 'No'},
    ], expect=400)  # fmt: skip
    assert [(error['index'], list(error['errors'])) for error in body['errors']] == [(1, ['name'])]
    body = rest.patch(fields, [{'id': one.pk, 'name': 'uno'}, {'id': two.pk, 'type': 'nonsense'}], expect=400)
    assert [(error['id'], list(error['errors'])) for error in body['errors']] == [(two.pk, ['type'])]
    body = rest.delete(fields, [{'id': one.pk}, {'id': 4711}], expect=400)
    assert [error['id'] for error in body['errors']] == [4711]
    assert 'detail' in body
    rest.patch(fields, {'id': one.pk}, expect=400)
    assert sorted(made.fields.values_list('name', flat=True)) == ['one', 'two']
    # Two fields may swap places in one request, but not take one another's name while both have it.
    rest.patch(fields, [{'id': one.pk, 'name': 'uno'}, {'id': two.pk, 'name': 'one'}])
    assert list(made.fields.order_by('pk').values_list('name', flat=True)) == ['uno', 'one']


def test_what_hangs_on_objects_goes_with_their_type(rest, every_kind, obj):
    user, contact = User.objects.get(username='root'), Contact.objects.create(name='c')
    role = ContactRole.objects.create(name='r', slug='r')
    obj.tags.set([Tag.objects.create(name='t', slug='t')])
    for model in (Bookmark, Subscription):
        model.objects.create(object=obj, user=user)
    Notification.objects.create(object=obj, user=user, event_type='object_updated')
    ContactAssignment.objects.create(object=obj, contact=contact, role=role)
    JournalEntry.objects.create(assigned_object=obj, comments='x')
    rest.patch(f'every-kind/{obj.pk}/', {'title': 'b'})
    rest.delete(f'custom-object-types/{every_kind.pk}/')
    for model in (Bookmark, Subscription, ContactAssignment, JournalEntry, CustomObjectTypeField):
        assert model.objects.count() == 0, model
    # Notifications outlive their objects, as those of NetBox's own do, and can still be read.
    for path in ('/api/extras/notifications/', '/user/notifications/'):
        assert rest.client.get(path).status_code == 200
    # Its history stays, and can be read.
    changes = ObjectChange.objects.filter(
        changed_object_type=ContentType.objects.get(model=f'table{every_kind.pk}model')
    )
    assert list(changes.order_by('pk').values_list('action', flat=True)) == ['update', 'delete']
    listed = rest.get('/api/core/object-changes/', changed_object_type_id=changes[0].changed_object_type_id)
    assert listed['count'] == 2
