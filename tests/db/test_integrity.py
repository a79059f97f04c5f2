"""References that lead nowhere, found in each kind of field."""

import pytest

from dcim.models import Region, Site

from netbox_custom_objects.services.upkeep.integrity import find_dangling
from tests.support.factories import make_field, make_object, make_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def sites():
    return [Site.objects.create(name=name, slug=name) for name in ('kept', 'gone')]


@pytest.fixture
def region():
    return Region.objects.create(name='gone', slug='gone')


def found():
    """Return what dangles, as (name of the field, id of the object, label and id of what is missing)."""
    return {(item.field.name, item.object_id, item.target_label, item.target_id) for item in find_dangling('default')}


def vanish(*objects):
    """Delete rows as raw SQL does: nobody is told."""
    for instance in objects:
        type(instance)._base_manager.filter(pk=instance.pk)._raw_delete('default')


def test_nothing_dangles(sites, region):
    thing = make_type('thing', fields=[{'name': 'site', 'type': 'object', 'target': Site}])
    make_field(thing, 'any', 'object', targets=[Site, Region])
    make_object(thing, site=sites[0], any=region)
    make_object(thing)
    assert not found()


def test_references_of_every_kind(sites, region):
    thing = make_type('thing', fields=[{'name': 'site', 'type': 'object', 'target': Site}])
    make_field(thing, 'sites', 'multiobject', target=Site)
    make_field(thing, 'any', 'object', targets=[Site, Region])
    make_field(thing, 'many', 'multiobject', targets=[Site, Region])
    whole = make_object(thing, site=sites[0], sites=[sites[0]], any=sites[0], many=[sites[0]])
    broken = make_object(thing, site=sites[1], sites=sites, any=region, many=[*sites, region])
    vanish(sites[1], region)
    site, around = ('dcim.site', sites[1].pk), ('dcim.region', region.pk)
    assert found() == {
        ('site', broken.pk, *site),
        ('sites', broken.pk, *site),
        ('any', broken.pk, *around),
        ('many', broken.pk, *site),
        ('many', broken.pk, *around),
    }
    assert whole.pk not in {object_id for _, object_id, *_ in found()}


def test_references_to_custom_objects():
    vendor = make_type('vendor', fields=['name text'.split()])
    thing = make_type('thing')
    make_field(thing, 'vendor', 'object', target=vendor)
    make_field(thing, 'any', 'object', targets=[vendor, Site])
    gone = make_object(vendor, name='gone')
    obj = make_object(thing, vendor=gone, any=gone)
    vanish(gone)
    label = gone._meta.label_lower
    assert found() == {('vendor', obj.pk, label, gone.pk), ('any', obj.pk, label, gone.pk)}
    assert not set(find_dangling('default', type_ids=[vendor.pk]))
