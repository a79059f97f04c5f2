"""`CustomObjectType.objects.linked_to()`: which types have objects that refer to an object."""

import pytest

from dcim.models import Region, Site

from netbox_custom_objects.models import CustomObjectType
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.rest import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return Site.objects.create(name='Here', slug='here')


def names(obj, **kwargs):
    return [found.name for found in CustomObjectType.objects.linked_to(obj, **kwargs)]


@pytest.mark.parametrize(
    ('type', 'target', 'many'),
    [
        ('object', {'target': Site}, False),
        ('multiobject', {'target': Site}, True),
        ('object', {'targets': [Site, Region]}, False),
        ('multiobject', {'targets': [Region, Site]}, True),
    ],
)
def test_fields_of_every_kind(site, type, target, many):
    thing = make_type('thing')
    make_field(thing, 'ref', type, **target)
    assert names(site) == []
    make_object(thing, ref=[site] if many else site)
    assert names(site) == ['thing']
    assert names(Site.objects.create(name='There', slug='there')) == []


def test_custom_targets_by_several_fields(site):
    vendor, server, rack = make_type('vendor'), make_type('server'), make_type('rack')
    make_field(server, 'vendor', 'object', target=vendor)
    make_field(server, 'vendors', 'multiobject', target=vendor)
    make_field(rack, 'any', 'object', targets=[vendor, Site])
    acme = make_object(vendor)
    make_object(server, vendor=acme, vendors=[acme])
    make_object(rack, any=acme)
    make_object(rack, any=site)
    assert names(acme) == ['rack', 'server']
    assert names(site) == ['rack']
    assert [found.name for found in CustomObjectType.objects.filter(name='rack').linked_to(acme)] == ['rack']


def test_only_what_a_user_may_view(site):
    thing = make_type('thing', fields=[('name', 'text'), {'name': 'site', 'type': 'object', 'target': Site}])
    make_object(thing, name='secret', site=site)
    user = make_user('nobody')
    assert names(site, user=user) == []
    user = make_user('somebody', (thing, ['view'], {'name': 'open'}))
    assert names(site, user=user) == []
    make_object(thing, name='open', site=site)
    assert names(site, user=user) == ['thing']
