"""What happens to custom objects when what they refer to is deleted, and in which order it is logged."""

import pytest
from django.apps import apps
from django.db import transaction
from django.db.models import ProtectedError, RestrictedError

from core.models import ObjectChange
from dcim.models import Device, Manufacturer, Region, Site
from users.models import Owner, OwnerGroup

from tests.support.factories import make_field, make_object, make_type
from tests.support.request import changes_of, request

pytestmark = pytest.mark.django_db


def make_site(name='here'):
    return Site.objects.create(name=name, slug=name)


def make_core_target():
    return Site, make_site()


def make_custom_target():
    target = make_type('target', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
    return target, make_object(target, title='here')


TARGETS = {
    'core': make_core_target,
    'custom': make_custom_target,
    # Deleted through an object that was read before anything referred to it.
    'held for long': make_custom_target,
}


def refused(target):
    """Return the ProtectedError or RestrictedError with which a deletion is refused, and rolled back."""
    with pytest.raises((ProtectedError, RestrictedError)) as caught, transaction.atomic():
        delete(target)
    return caught.value


def delete(target):
    with request() as made:
        target.snapshot()
        target.delete()
    return made


@pytest.fixture(params=TARGETS)
def target(request):
    """(what a field refers to, an object of it): a core model, or a custom object type."""
    kind, obj = TARGETS[request.param]()
    obj.is_held = request.param == 'held for long'
    return kind, obj


def in_order(made, target):
    """Return what a request logged: references to core objects are released before these are, as a revert needs it."""
    changes = changes_of(made)
    # Between custom objects NetBox itself does it, and logs the deletion first.
    return changes if target[0] is Site else sorted(changes, reverse=True)


def reread(obj):
    """Return an object as a request that begins now reads it, unless it is one that somebody holds on to."""
    if getattr(obj, 'is_held', False):
        return obj
    return apps.get_model(obj._meta.label).objects.get(pk=obj.pk)


class TestOneReference:
    def make(self, target, **attributes):
        kind, self.target = target
        self.thing = make_type('thing', fields=[('title', 'text')])
        make_field(self.thing, 'ref', 'object', target=kind, **attributes)
        self.referrer = make_object(self.thing, title='a', ref=self.target)
        self.other = self.thing.get_model().objects.create(title='b')
        self.target = reread(self.target)
        return self.thing.get_model()

    def test_set_null(self, target):
        model = self.make(target)
        name, pk = self.target._meta.model_name, self.target.pk
        made = delete(self.target)
        assert in_order(made, target) == [('update', model._meta.model_name, self.referrer.pk), ('delete', name, pk)]
        assert model.objects.get(pk=self.referrer.pk).ref is None
        change = ObjectChange.objects.get(request_id=made.id, action='update')
        key = self.thing.fields.get(name='ref').payload_key
        assert (change.prechange_data[key], change.postchange_data[key]) == (pk, None)

    def test_cascade(self, target):
        model = self.make(target, on_delete_behavior='cascade')
        name, pk = self.target._meta.model_name, self.target.pk
        changes = changes_of(delete(self.target))
        assert sorted(changes) == sorted([('delete', model._meta.model_name, self.referrer.pk), ('delete', name, pk)])
        assert [obj.pk for obj in model.objects.all()] == [self.other.pk]

    def test_protect(self, target):
        model = self.make(target, on_delete_behavior='protect')
        error = refused(self.target)
        blocking = getattr(error, 'protected_objects', None) or error.restricted_objects
        assert {obj.pk for obj in blocking} == {self.referrer.pk}
        assert model.objects.get(pk=self.referrer.pk).ref == self.target
        assert not ObjectChange.objects.filter(action='delete').exists()
        self.referrer.delete()
        delete(self.target)

    def test_a_required_reference_is_set_to_null_all_the_same(self, target):
        """Required is a rule for those who write; the object is found by the list of what lacks a value."""
        model = self.make(target, required=True)
        delete(self.target)
        assert model.objects.get(pk=self.referrer.pk).ref is None


class TestManyReferences:
    def test_links_are_removed_and_logged(self, target):
        kind, here = target
        thing = make_type('thing', fields=[('title', 'text')])
        make_field(thing, 'refs', 'multiobject', target=kind)
        linked = make_object(thing, title='a', refs=[here])
        make_object(thing, title='b')
        name, pk = here._meta.model_name, here.pk
        made = delete(reread(here))
        model = thing.get_model()
        assert in_order(made, target) == [('update', model._meta.model_name, linked.pk), ('delete', name, pk)]
        assert list(model.objects.get(pk=linked.pk).refs.all()) == []
        assert model.refs.through.objects.count() == 0
        change = ObjectChange.objects.get(request_id=made.id, action='update')
        key = thing.fields.get(name='refs').payload_key
        assert change.prechange_data[key] == [pk]
        assert key not in change.postchange_data


class TestChains:
    def test_a_cascade_goes_on_through_custom_objects(self):
        site = make_site()
        one = make_type(
            'one', fields=[{'name': 'site', 'type': 'object', 'target': Site, 'on_delete_behavior': 'cascade'}]
        )
        two = make_type(
            'two', fields=[{'name': 'one', 'type': 'object', 'target': one, 'on_delete_behavior': 'cascade'}]
        )
        three = make_type('three', fields=[{'name': 'two', 'type': 'object', 'target': two}])
        first = make_object(one, site=site)
        second = make_object(two, one=first)
        third = make_object(three, two=second)
        made = delete(site)
        assert not one.get_model().objects.exists()
        assert not two.get_model().objects.exists()
        assert three.get_model().objects.get(pk=third.pk).two is None
        actions = [(action, name) for action, name, _ in changes_of(made)]
        assert actions[-1] == ('delete', 'site')
        assert len(actions) == 4

    def test_protection_at_the_end_of_a_chain_stops_it_all(self):
        site = make_site()
        one = make_type(
            'one', fields=[{'name': 'site', 'type': 'object', 'target': Site, 'on_delete_behavior': 'cascade'}]
        )
        two = make_type(
            'two', fields=[{'name': 'one', 'type': 'object', 'target': one, 'on_delete_behavior': 'protect'}]
        )
        make_object(two, one=make_object(one, site=site))
        assert refused(site)
        assert Site.objects.exists()
        assert one.get_model().objects.count() == two.get_model().objects.count() == 1

    def test_a_cascade_of_core_objects_reaches_custom_objects(self):
        """Deleting a region takes its children along; references to those are released too."""
        parent = Region.objects.create(name='p', slug='p')
        child = Region.objects.create(name='c', slug='c', parent=parent)
        thing = make_type('thing', fields=[{'name': 'region', 'type': 'object', 'target': Region}])
        obj = make_object(thing, region=child)
        delete(parent)
        assert thing.get_model().objects.get(pk=obj.pk).region_id is None

    def test_circular_references_are_released(self):
        one, two = make_type('one'), make_type('two')
        make_field(one, 'two', 'object', target=two, on_delete_behavior='cascade')
        make_field(two, 'one', 'object', target=one, on_delete_behavior='cascade')
        first = make_object(one)
        second = make_object(two, one=first)
        first.two = second
        first.save()
        delete(first)
        assert not one.get_model().objects.exists()
        assert not two.get_model().objects.exists()

    def test_several_fields_may_point_at_the_same_object(self):
        site = make_site()
        thing = make_type('thing')
        for name in ('a', 'b'):
            make_field(thing, name, 'object', target=Site)
        make_field(thing, 'c', 'multiobject', target=Site)
        obj = make_object(thing, a=site, b=site, c=[site])
        delete(site)
        stored = thing.get_model().objects.get(pk=obj.pk)
        assert (stored.a_id, stored.b_id, list(stored.c.all())) == (None, None, [])

    def test_deleting_a_queryset_releases_too(self):
        sites = [make_site(name) for name in ('a', 'b')]
        thing = make_type('thing', fields=[{'name': 'site', 'type': 'object', 'target': Site}])
        for site in sites:
            make_object(thing, site=site)
        Site.objects.all().delete()
        assert set(thing.get_model().objects.values_list('site_id', flat=True)) == {None}


class TestOwner:
    def test_an_owner_of_custom_objects_is_protected(self):
        owner = Owner.objects.create(name='team', group=OwnerGroup.objects.create(name='teams'))
        thing = make_type('thing', fields=[('title', 'text')])
        obj = make_object(thing, title='a', owner=owner)
        with pytest.raises(ProtectedError), transaction.atomic():
            owner.delete()
        obj.delete()
        owner.delete()


def test_other_models_are_none_of_our_business(django_assert_max_num_queries):
    """Deleting what nobody refers to asks no table of ours, and only its own fields decide."""
    thing = make_type('thing', fields=[{'name': 'device', 'type': 'object', 'target': Device}])
    make_object(thing)
    manufacturer = Manufacturer.objects.create(name='m', slug='m')
    with django_assert_max_num_queries(40) as queries:
        manufacturer.delete()
    assert not [query for query in queries if f'custom_objects_{thing.pk}' in query['sql']]


def test_a_dangling_reference_reads_as_nothing():
    """Raw SQL can delete behind everybody's back; there is no foreign key in the database that would prevent it."""
    site = make_site()
    thing = make_type('thing', fields=[{'name': 'site', 'type': 'object', 'target': Site}])
    obj = make_object(thing, site=site)
    Site.objects.filter(pk=site.pk)._raw_delete('default')
    stored = thing.get_model().objects.get(pk=obj.pk)
    assert stored.site is None
    assert str(stored)
    assert stored.serialize_object()
