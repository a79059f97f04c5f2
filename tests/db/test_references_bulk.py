"""Deleting many objects at once: one query for each referencing field, whatever number of objects goes."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import ProtectedError, RestrictedError
from django.test.utils import CaptureQueriesContext

from dcim.models import Device, DeviceRole, DeviceType, Interface, Manufacturer, Region, Site
from users.models import Owner, OwnerGroup

from netbox_custom_objects.runtime.inbound import stored as referrers
from tests.support.factories import make_field, make_object, make_type
from tests.support.request import request

pytestmark = pytest.mark.django_db
MANY = 60


def make_sites(count=MANY):
    return Site.objects.bulk_create(Site(name=f's{n}', slug=f's{n}') for n in range(count))


def make_device(interfaces=MANY):
    manufacturer = Manufacturer.objects.create(name='m', slug='m')
    device = Device.objects.create(
        name='d',
        site=Site.objects.create(name='s', slug='s'),
        role=DeviceRole.objects.create(name='r', slug='r'),
        device_type=DeviceType.objects.create(manufacturer=manufacturer, model='t', slug='t'),
    )
    Interface.objects.bulk_create(
        Interface(device=device, name=f'i{n}', type='virtual', _site=device.site) for n in range(interfaces)
    )
    return device


def four_fields(target):
    """Return a type with a field of each kind that refers to a model."""
    thing = make_type('thing', fields=[('title', 'text')])
    make_field(thing, 'one', 'object', target=target)
    make_field(thing, 'many', 'multiobject', target=target)
    make_field(thing, 'any', 'object', targets=[target, Region])
    make_field(thing, 'all', 'multiobject', targets=[target, Region])
    return thing


def look_ups(thing, delete):
    """Return the queries of a deletion that read the tables of a type."""
    with CaptureQueriesContext(connection) as queries:
        delete()
    return [
        query['sql']
        for query in queries
        if query['sql'].startswith('SELECT') and f'FROM "custom_objects_{thing.pk}' in query['sql']
    ]


class TestQueriesOfQuerysets:
    def test_one_per_field_if_nothing_refers(self):
        make_sites()
        thing = four_fields(Site)
        make_object(thing, title='a')
        with request():
            found = look_ups(thing, Site.objects.all().delete)
        # The first object is asked for by itself, the others together.
        assert len(found) == 8
        assert not Site.objects.exists()

    def test_they_grow_with_what_is_referred_to_only(self):
        sites = make_sites()
        thing = four_fields(Site)
        obj = make_object(thing, one=sites[5], many=[sites[5]], any=sites[7], all=[sites[8]])
        with request():
            found = look_ups(thing, Site.objects.all().delete)
        assert len(found) < 8 + 4 * 15
        stored = thing.get_model().objects.get(pk=obj.pk)
        assert (stored.one_id, stored.any_object_id, stored.many.count(), stored.all.count()) == (None, None, 0, 0)

    def test_in_chunks(self, monkeypatch):
        monkeypatch.setattr(referrers, 'CHUNK', 25)
        make_sites()
        thing = make_type('thing', fields=[{'name': 'site', 'type': 'object', 'target': Site}])
        make_object(thing)
        assert len(look_ups(thing, Site.objects.all().delete)) == 1 + 3

    def test_more_referrers_than_a_chunk(self, monkeypatch):
        monkeypatch.setattr(referrers, 'CHUNK', 4)
        site = make_sites(1)[0]
        thing = make_type('thing')
        make_field(thing, 'one', 'object', target=Site)
        make_field(thing, 'many', 'multiobject', target=Site)
        for _ in range(10):
            make_object(thing, one=site, many=[site])
        site.delete()
        assert not thing.get_model().objects.filter(one_id__isnull=False).exists()
        assert not thing.get_model().many.through.objects.exists()

    def test_custom_objects(self):
        node = make_type('node', fields=[('title', 'text')])
        model = node.get_model()
        model.objects.bulk_create(model(title=str(n)) for n in range(MANY))
        thing = make_type('thing')
        make_field(thing, 'any', 'object', targets=[node, Region])
        obj = make_object(thing, any=model.objects.first())
        found = look_ups(thing, node.get_model().objects.all().delete)
        assert len(found) <= 4
        assert thing.get_model().objects.get(pk=obj.pk).any_object_id is None


class TestQueriesOfCascades:
    def test_of_core_objects(self):
        device = make_device()
        thing = four_fields(Interface)
        obj = make_object(thing, one=device.interfaces.last(), many=list(device.interfaces.all())[-2:])
        with request():
            found = look_ups(thing, device.delete)
        # 19 interfaces are asked for one by one before the others are collected.
        assert len(found) < 19 * 4 + 4 + 20
        stored = thing.get_model().objects.get(pk=obj.pk)
        assert (stored.one_id, stored.many.count()) == (None, 0)

    def test_of_a_queryset_of_core_objects(self):
        device = make_device()
        thing = make_type('thing', fields=[{'name': 'interface', 'type': 'object', 'target': Interface}])
        obj = make_object(thing, interface=device.interfaces.last())
        assert len(look_ups(thing, Device.objects.all().delete)) < 25
        assert thing.get_model().objects.get(pk=obj.pk).interface_id is None

    def test_into_custom_objects(self):
        """Whatever number of referrers goes along with a core object: they are deleted as one."""
        counts = []
        for number in (10, 50):
            site = make_sites(1)[0]
            thing = make_type(f't{number}', fields=[('title', 'text')])
            make_field(thing, 'site', 'object', target=Site, on_delete_behavior='cascade')
            model = thing.get_model()
            model.objects.bulk_create(model(site=site) for _ in range(number))
            part = make_type(f'p{number}')
            make_field(part, 'whole', 'object', target=thing, on_delete_behavior='cascade')
            counts.append(len(look_ups(thing, site.delete)) + len(look_ups(part, lambda: None)))
            assert not model.objects.exists()
        assert counts[0] == counts[1] <= 6


class TestOutcome:
    def test_one_row_that_points_at_several_of_them(self):
        """A row that was cleared for one object must not be written back as it was for the next one."""
        sites = make_sites(6)
        thing = four_fields(Site)
        obj = make_object(thing, one=sites[1], any=sites[2], many=sites[2:5], all=sites[3:])
        with request():
            Site.objects.filter(pk__in=[site.pk for site in sites[:4]]).delete()
        stored = thing.get_model().objects.get(pk=obj.pk)
        assert (stored.one_id, stored.any_object_id) == (None, None)
        assert list(stored.many.all()) == [sites[4]]
        assert list(stored.all.all()) == sites[4:]

    def test_one_protector_refuses_the_whole_queryset(self):
        sites = make_sites(5)
        thing = four_fields(Site)
        guard = make_type('guard')
        make_field(guard, 'site', 'object', target=Site, on_delete_behavior='protect')
        obj = make_object(thing, one=sites[0], many=[sites[0]])
        protector = make_object(guard, site=sites[-1])
        with pytest.raises(ProtectedError) as caught, transaction.atomic():
            Site.objects.all().delete()
        assert caught.value.protected_objects == {protector}
        assert Site.objects.count() == 5
        stored = thing.get_model().objects.get(pk=obj.pk)
        assert (stored.one, list(stored.many.all())) == (sites[0], [sites[0]])

    def test_a_refused_deletion_can_be_repeated_with_the_same_objects(self):
        """What was noted of the first attempt must not be taken for what goes at the second one."""
        node = make_type('node')
        make_field(node, 'any', 'object', targets=[Site], on_delete_behavior='cascade')
        node.fields.get().related_object_types.add(node.object_type)
        guard = make_type('guard')
        make_field(guard, 'node', 'object', targets=[node], on_delete_behavior='protect')
        top = make_object(node)
        below = make_object(node, any=top)
        protector = make_object(guard, node=below)
        top = node.get_model().objects.get(pk=top.pk)
        with pytest.raises((ProtectedError, RestrictedError)), transaction.atomic():
            top.delete()
        assert node.get_model().objects.count() == 2
        protector.delete()
        top.delete()
        assert not node.get_model().objects.exists()


def test_an_owner_costs_the_same_for_any_number_of_types():
    group = OwnerGroup.objects.create(name='teams')
    counts = []
    for number in (1, 5):
        for n in range(number):
            make_type(f't{number}_{n}', fields=[('title', 'text')])
        owner = Owner.objects.create(name=f'o{number}', group=group)
        with CaptureQueriesContext(connection) as queries:
            owner.delete()
        counts.append(len([query for query in queries if '"custom_objects_' in query['sql']]))
    assert counts[0] == counts[1]


def test_an_update_of_other_columns_asks_for_no_defaults():
    thing = make_type('thing', fields=[('title', 'text')])
    (site,) = make_sites(1)
    make_field(thing, 'site', 'object', target=Site, default=site.pk)
    make_object(thing, title='a')
    with CaptureQueriesContext(connection) as queries:
        thing.get_model().objects.update(title='b')
    assert thing.get_model().objects.get().title == 'b'
    assert not [query['sql'] for query in queries if 'dcim_site' in query['sql']]


def test_whether_a_default_is_gone_is_asked_once_in_a_request():
    thing = make_type('thing', fields=[('title', 'text')])
    site, other = make_sites(2)
    key = {'content_type_id': ContentType.objects.get_for_model(Site).pk, 'object_id': other.pk}
    make_field(thing, 'site', 'object', target=Site, default=site.pk)
    make_field(thing, 'any', 'object', targets=[Site], is_polymorphic=True, default=key)
    model = thing.get_model()
    with request():
        with CaptureQueriesContext(connection) as queries:
            made = [model(title=str(number)) for number in range(10)]
        assert len([query for query in queries if 'dcim_site' in query['sql']]) == 2
        assert {(obj.site_id, obj.any_object_id) for obj in made} == {(site.pk, other.pk)}
        Site.objects.filter(pk__in=[site.pk, other.pk]).delete()
        obj = model(title='later')
        assert (obj.site_id, obj.any_object_id) == (None, None)
