"""Deleted objects: listed on a page and over REST, and restored with their links and with references to them."""

import re

import pytest
from django.contrib.contenttypes.models import ContentType

from core.models import ObjectChange
from dcim.models import Site
from extras.models import JournalEntry, Tag
from tenancy.models import Contact
from users.models import Owner

from netbox_custom_objects.models import CustomObjectTypeConstraint
from tests.support.attachments import hang
from tests.support.branches import edit
from tests.support.factories import make_field, make_type
from tests.surfaces.rest import Rest, make_user
from tests.surfaces.ui import Browser, text_of


@pytest.fixture
def rack(db):
    name, serial = {'name': 'name', 'primary': True}, {'name': 'serial', 'unique': True}
    return make_type('rack', fields=[name, serial])


@pytest.fixture
def scene(rest, rack):
    """Racks r1 and r2, and a server that refers to r1 in each way there is."""
    make_field(rack, 'sites', 'multiobject', target=Site)
    make_field(rack, 'next', 'object', target=rack)
    server = make_type('server', fields=[('name', 'text')])
    make_field(server, 'rack', 'object', target=rack)
    make_field(server, 'racks', 'multiobject', target=rack)
    make_field(server, 'place', 'object', targets=[rack, Site])
    make_field(server, 'places', 'multiobject', targets=[rack, Site])
    oslo = Site.objects.create(name='Oslo', slug='oslo')
    Tag.objects.create(name='hot', slug='hot')
    r2 = rest.post('rack/', {'name': 'r2', 'serial': '2'})['id']
    r1 = rest.post('rack/', {'name': 'r1', 'serial': '1', 'sites': [oslo.pk], 'next': r2, 'tags': [{'name': 'hot'}]})
    label = {'_content_type': f'netbox_custom_objects.table{rack.pk}model', 'id': r1['id']}
    site = {'_content_type': 'dcim.site', 'id': oslo.pk}
    rest.post(
        'server/', {'name': 's', 'rack': r1['id'], 'racks': [r1['id'], r2], 'place': label, 'places': [label, site]}
    )
    JournalEntry.objects.create(assigned_object=rack.get_model().objects.get(pk=r1['id']), comments='Moved.')
    return {'r1': r1['id'], 'r2': r2}


def read(rest, path):
    """Return objects without the time of their last change; change records hold milliseconds of the first."""
    found = rest.get(path)['results']
    return [{**entry, 'created': entry['created'][:23], 'last_updated': None} for entry in found]


def test_an_object_comes_back_as_it_was(browser, rest, rack, scene):
    before = read(rest, 'rack/'), read(rest, 'server/')
    browser.post(f'rack/{scene["r1"]}/delete/', confirm='true', _confirm='1')
    undo = re.search(r'href="([^"]+)">Undo', browser.messages[-1]).group(1)
    page = browser.get(undo)
    assert 'r1' in text_of(page)
    assert len(re.findall(r'name="pk" [^>]*checked', page)) == 1
    browser.post('rack/deleted/', pk=[scene['r1']])
    assert browser.messages[-1] == 'Restored 1 Rack. 4 references are back.'
    assert (read(rest, 'rack/'), read(rest, 'server/')) == before
    journal = JournalEntry.objects.get()
    assert (journal.comments, journal.assigned_object_id) == ('Moved.', scene['r1'])
    kind = ContentType.objects.get_for_model(rack.get_model())
    record = ObjectChange.objects.filter(changed_object_type=kind, changed_object_id=scene['r1']).first()
    assert (record.action, record.user_name) == ('create', 'root')
    browser.get('rack/deleted/')
    browser.post('rack/deleted/', pk=[scene['r1']])
    assert browser.messages[-1] == '1 of these objects exists, or has no record of its deletion.'


def test_several_after_a_bulk_delete(browser, rest, rack, scene):
    before = read(rest, 'rack/'), read(rest, 'server/')
    browser.post('rack/bulk-delete/', pk=list(scene.values()), confirm='true', _confirm='1')
    undo = re.search(r'href="([^"]+)">Undo', browser.messages[-1]).group(1)
    assert len(re.findall(r'name="pk" [^>]*checked', browser.get(undo))) == 2
    browser.post('rack/deleted/', pk=list(scene.values()))
    assert browser.messages[-1].startswith('Restored 2 Racks.')
    assert (read(rest, 'rack/'), read(rest, 'server/')) == before


def test_references_that_were_set_meanwhile_stay(rest, rack, scene):
    rest.delete(f'rack/{scene["r1"]}/')
    (server,) = rest.get('server/')['results']
    rest.patch(f'server/{server["id"]}/', {'rack': scene['r2'], 'place': None})
    Site.objects.all().delete()
    restored = rest.post('deleted/objects/restore/', {'custom_object_type': rack.pk, 'objects': [scene['r1']]}, 200)
    assert restored == {
        'objects': [scene['r1']],
        'references_restored': 3,
        'references_cleared': 1,
        'left_out': [],
    }
    (server,) = rest.get('server/')['results']
    assert server['rack']['id'] == scene['r2']
    assert {found['id'] for found in server['racks']} == {scene['r1'], scene['r2']}
    assert rest.get(f'rack/{scene["r1"]}/')['sites'] == []


def test_what_was_deleted_meanwhile_stays_away(rest, rack):
    """The author of an entry, a contact, and the owner of the object."""
    author, owner, tag = make_user('author'), Owner.objects.create(name='Net'), Tag.objects.create(name='t', slug='t')
    pk = rest.post('rack/', {'name': 'r1'})['id']
    made = rack.get_model().objects.get(pk=pk)
    made.owner = owner
    made.save()
    hang(made, tag, author, author)
    rest.delete(f'rack/{pk}/')
    Contact.objects.all().delete()
    for gone in (author, owner):
        gone.delete()
    rest.post('deleted/objects/restore/', {'custom_object_type': rack.pk, 'objects': [pk]}, expect=200)
    back = rack.get_model().objects.get(pk=pk)
    assert (back.owner_id, back.contacts.count(), back.bookmarks.count()) == (None, 0, 0)
    assert (back.journal_entries.get().created_by_id, back.images.get().name) == (None, 'Pixel')


def test_over_rest(rest, rack):
    first, second = (rest.post('rack/', {'name': name, 'serial': name})['id'] for name in 'ab')
    for pk in (first, second):
        rest.delete(f'rack/{pk}/')
    found = rest.get('deleted/objects/', custom_object_type=rack.pk)
    assert [(entry['id'], entry['display'], entry['user']) for entry in found['results']] == [
        (second, 'b', 'root'),
        (first, 'a', 'root'),
    ]
    request_id = found['results'][0]['request_id']
    assert rest.get('deleted/objects/', custom_object_type=rack.pk, request_id=request_id)['count'] == 1
    path = 'deleted/objects/restore/'
    # Another has taken its unique value: nothing comes back.
    rest.post('rack/', {'name': 'c', 'serial': 'b'})
    refused = rest.post(path, {'custom_object_type': rack.pk, 'objects': [first, second]}, expect=409)
    assert refused['detail'].startswith('b cannot be restored: ')
    assert rest.get('rack/')['count'] == 1
    for data, key in (
        ({'custom_object_type': 10**6, 'objects': [1]}, 'custom_object_type'),
        ({'custom_object_type': rack.pk}, 'objects'),
        ({'custom_object_type': rack.pk, 'objects': []}, 'objects'),
        ({'custom_object_type': rack.pk, 'objects': ['x']}, 'objects'),
    ):
        assert rest.post(path, data, expect=400).keys() == {key}
    for params in ({}, {'custom_object_type': 'x'}, {'custom_object_type': 10**6}):
        assert rest.get('deleted/objects/', expect=400, **params).keys() == {'custom_object_type'}
    rest.get('deleted/objects/', expect=400, custom_object_type=rack.pk, request_id='x')
    refused = rest.post(path, {'custom_object_type': rack.pk, 'objects': [10**6]}, expect=409)
    assert refused['detail'] == '1 of these objects exists, or has no record of its deletion.'
    edit(rack, deprecated=True)
    rest.post(path, {'custom_object_type': rack.pk, 'objects': [first]}, expect=409)


def test_a_constraint_of_the_type_holds(rest, rack):
    CustomObjectTypeConstraint.objects.create(
        custom_object_type=rack, name='short', type='check', expression='size(name) < 3'
    )
    pk = rest.post('rack/', {'name': 'ab'})['id']
    rest.delete(f'rack/{pk}/')
    CustomObjectTypeConstraint.objects.all().delete()
    CustomObjectTypeConstraint.objects.create(
        custom_object_type=rack, name='shorter', type='check', expression='size(name) < 2'
    )
    rest.post('deleted/objects/restore/', {'custom_object_type': rack.pk, 'objects': [pk]}, expect=409)
    assert rest.get('rack/')['count'] == 0


def test_its_fields_were_converted_meanwhile(rest, rack):
    """What they cannot hold any more is refused with the reason; what they can hold comes back."""
    number = make_field(rack, 'number', 'integer')
    pk = rest.post('rack/', {'name': 'a', 'serial': 'x', 'number': 5000})['id']
    rest.delete(f'rack/{pk}/')
    wanted = {'custom_object_type': rack.pk, 'objects': [pk]}
    rest.patch(f'custom-object-type-fields/{number.pk}/', {'type': 'decimal', 'decimal_digits': 4, 'decimal_places': 2})
    refused = rest.post('deleted/objects/restore/', wanted, expect=409)
    assert refused['detail'] == 'a cannot be restored: A field can no longer hold its value.'
    rest.patch(f'custom-object-type-fields/{number.pk}/', {'decimal_digits': 8})
    serial = rack.fields.get(name='serial')
    rest.patch(f'custom-object-type-fields/{serial.pk}/', {'type': 'integer'})
    refused = rest.post('deleted/objects/restore/', wanted, expect=409)
    assert refused['detail'] == f'Rack {pk} cannot be restored: “x” value must be an integer.'
    rest.patch(f'custom-object-type-fields/{serial.pk}/', {'type': 'text'})
    rest.post('deleted/objects/restore/', wanted, expect=200)
    assert rest.get(f'rack/{pk}/')['number'] == 5000


def test_what_refers_to_it_again_meets_its_own_constraints(rest, rack):
    server = make_type('server', fields=[('name', 'text'), {'name': 'rack', 'type': 'object', 'target': rack}])
    CustomObjectTypeConstraint.objects.create(
        custom_object_type=server, name='once', type='unique', field_ids=[field.pk for field in server.fields.all()]
    )
    pk = rest.post('rack/', {'name': 'a'})['id']
    _first, second = (rest.post('server/', {'name': name, 'rack': pk})['id'] for name in 'xy')
    rest.delete(f'rack/{pk}/')
    rest.patch(f'server/{second}/', {'name': 'x'})
    refused = rest.post('deleted/objects/restore/', {'custom_object_type': rack.pk, 'objects': [pk]}, expect=409)
    assert 'Another object has the same: Name, Rack' in refused['detail']
    assert rest.get('rack/')['count'] == 0


def test_rights(rest, rack):
    """Users with constraints, which cannot be asked about what is gone, see what they have deleted themselves."""
    for name in ('a', 'b'):
        rest.post('rack/', {'name': name})
    one, other = rack.get_model().objects.order_by('pk').values_list('pk', flat=True)
    narrow = make_user('narrow', (rack, ['view', 'add', 'delete'], {'name': 'b'}))
    reader = make_user('reader', (rack, ['view'], None))
    stranger = make_user('stranger')
    rest.delete(f'rack/{one}/')
    Rest(narrow).delete(f'rack/{other}/')
    assert [entry['id'] for entry in Rest(reader).get('deleted/objects/', custom_object_type=rack.pk)['results']] == [
        other,
        one,
    ]
    assert [entry['id'] for entry in Rest(narrow).get('deleted/objects/', custom_object_type=rack.pk)['results']] == [
        other
    ]
    Rest(stranger).get('deleted/objects/', custom_object_type=rack.pk, expect=400)
    Browser(stranger).get('rack/deleted/', expect=404)
    data = {'custom_object_type': rack.pk, 'objects': [one]}
    Rest(reader).post('deleted/objects/restore/', data, expect=403)
    Browser(reader).post('rack/deleted/', expect=403, pk=[one])
    assert 'Restore Selected' not in Browser(reader).get('rack/deleted/')
    Rest(narrow).post('deleted/objects/restore/', data, expect=409)
    adder = make_user('adder', (rack, ['view'], None), (rack, ['add'], {'name': 'b'}))
    Rest(adder).post('deleted/objects/restore/', data, expect=403)
    assert rest.get('rack/')['count'] == 0
    Rest(narrow).post('deleted/objects/restore/', {**data, 'objects': [other]}, expect=200)
    assert [found['name'] for found in rest.get('rack/')['results']] == ['b']
