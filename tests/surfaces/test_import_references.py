"""What objects are called in imported and exported files, and that an export can be imported again and again."""

import csv
import io
import json

import pytest
from django.apps import apps

from core.models import ObjectChange
from dcim.models import Device, DeviceRole, DeviceType, Interface, Manufacturer, Region, Site
from ipam.models import ASN, RIR, VLAN, VRF, IPAddress, Prefix, VLANGroup

from netbox_custom_objects.field_types.shared.natural_keys import natural_key
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.rest import make_user
from tests.surfaces.ui import Browser, text_of

DIRECT = {'csv_delimiter': ',', 'import_method': 'direct'}


def imported(browser, text, expect=302, format='csv'):
    return browser.post('thing/bulk-import/', expect, data=text, format=format, **DIRECT)


def exported(browser, query=''):
    return browser.get(f'thing/?export=importable{query}')


@pytest.fixture
def kind(db):
    return make_type('thing', fields=[{'name': 'title', 'type': 'text', 'primary': True}])


def asns():
    rir = RIR.objects.create(name='R', slug='r')
    return [ASN.objects.create(asn=number, rir=rir) for number in (64512, 64513)]


def addresses():
    blue = VRF.objects.create(name='blue')
    return [IPAddress.objects.create(address='192.0.2.1/24', vrf=vrf) for vrf in (None, blue)]


def prefixes():
    blue = VRF.objects.create(name='blue')
    return [Prefix.objects.create(prefix='2001:db8::/32', vrf=vrf) for vrf in (None, blue)]


def vlans():
    group = VLANGroup.objects.create(name='campus', slug='campus')
    return [VLAN.objects.create(vid=100, name=name, group=found) for name, found in (('a', None), ('b', group))]


def two_devices(*names_and_sites):
    maker = Manufacturer.objects.create(name='m', slug='m')
    kind = {
        'device_type': DeviceType.objects.create(manufacturer=maker, model='m', slug='m'),
        'role': DeviceRole.objects.create(name='r', slug='r'),
    }
    places = {name: Site.objects.create(name=name, slug=name) for name in {site for _name, site in names_and_sites}}
    return [Device.objects.create(name=name, site=places[site], **kind) for name, site in names_and_sites]


def devices():
    return two_devices(('sw1', 'north'), ('sw1', 'south'))


def interfaces():
    devices = two_devices(('sw1', 'north'), ('sw2', 'north'))
    return [Interface.objects.create(device=device, name='eth0', type='virtual') for device in devices]


def regions():
    parent = Region.objects.create(name='North', slug='north')
    return [parent, Region.objects.create(name='North', slug='north-2', parent=parent)]


# (model, what makes two objects, how they are written, how they are read, too, what the import page says)
MODELS = (
    (ASN, asns, ['64512', '64513'], [], 'asn, or #ID'),
    (IPAddress, addresses, ['192.0.2.1/24', '192.0.2.1/24@blue'], [], 'address, address@vrf if several'),
    (Prefix, prefixes, ['2001:db8::/32', '2001:db8::/32@blue'], [], 'prefix, prefix@vrf if several'),
    (VLAN, vlans, ['100', '100@campus'], ['a', 'b'], 'vid, vid@group if several'),
    (Device, devices, ['sw1@north', 'sw1@south'], [], 'name, name@site if several'),
    (Interface, interfaces, ['eth0@sw1', 'eth0@sw2'], [], 'name, name@device if several'),
    (Region, regions, ['North', 'North@North'], ['north', 'north-2'], 'name, name@parent if several'),
)


@pytest.mark.parametrize(('model', 'make', 'written', 'also_read', 'said'), MODELS, ids=[m[0].__name__ for m in MODELS])
def test_objects_are_called_what_people_call_them(browser, kind, model, make, written, also_read, said):
    targets = make()
    make_field(kind, 'one', 'object', target=model)
    make_field(kind, 'many', 'multiobject', target=model)
    for texts in filter(None, (written, also_read)):
        lines = [f'{number},{text},"{",".join(texts)}"' for number, text in enumerate(texts)]
        imported(browser, '\n'.join(['title,one,many', *lines]))
        found = list(kind.get_model().objects.order_by('title'))
        assert [obj.one for obj in found] == targets
        assert all(set(obj.many.all()) == set(targets) for obj in found)
        if texts is written:
            rows = list(csv.DictReader(io.StringIO(exported(browser))))
            assert [row['one'] for row in rows] == written
            assert [set(row['many'].split(',')) for row in rows] == [set(written)] * 2
        kind.get_model().objects.all().delete()
    page = text_of(browser.get('thing/bulk-import/'))
    assert f'By {said}' in page


def test_ids_are_taken_where_names_are(browser, kind, sites):
    make_field(kind, 'place', 'object', target=Site)
    make_field(kind, 'places', 'multiobject', target=Site)
    called_so = Site.objects.create(name=str(sites[1].pk), slug='number')
    first = sites[0].pk
    imported(browser, f'title,place,places\na,{first},"{first},#{sites[1].pk}"\nb,{sites[1].pk},#{first}\n')
    found = kind.get_model().objects.order_by('title')
    assert [obj.place for obj in found] == [sites[0], called_so]
    assert [list(obj.places.order_by('pk')) for obj in found] == [sites[:2], sites[:1]]
    # A number of JSON is an ID.
    records = [{'title': 'c', 'place': sites[1].pk, 'places': [sites[2].pk, 'Berlin']}]
    imported(browser, json.dumps(records), format='json')
    obj = kind.get_model().objects.get(title='c')
    assert (obj.place, set(obj.places.all())) == (sites[1], {sites[0], sites[2]})
    for bad in ('4711', '#4711', '#', '#x', str(10**40), 'x@y', '-1'):
        page = text_of(imported(browser, f'title,place\nd,{bad}\n', 200))
        assert f'Record 1 place: Object not found: {bad}' in page
    for bad in ({'a': 1}, 1.5, True, [1]):
        imported(browser, json.dumps([{'title': 'd', 'place': bad}]), 200, format='json')
    assert not kind.get_model().objects.filter(title='d').exists()


def test_a_wrong_number_is_no_id(browser, kind):
    first, _second = asns()
    make_field(kind, 'number', 'object', target=ASN)
    page = text_of(imported(browser, f'title,number\na,{first.pk}\n', 200))
    assert f'Object not found: {first.pk}' in page
    imported(browser, f'title,number\na,#{first.pk}\n')
    imported(browser, f'title,number.id\nb,{first.pk}\n')
    assert [obj.number for obj in kind.get_model().objects.all()] == [first, first]


def test_names_that_are_not_unique_or_hold_commas(browser, kind):
    other = make_type('plug', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
    make_field(kind, 'plug', 'object', target=other)
    make_field(kind, 'plugs', 'multiobject', target=other)
    plugs = [make_object(other, title=title) for title in ('same', 'same', 'a, "b"', None, '7@x')]
    for plug in plugs:
        make_object(kind, title='x', plug=plug, plugs=plugs)
    before = text = exported(browser)
    kind.get_model().objects.all().update(plug=None)
    imported(browser, text)
    assert [obj.plug for obj in kind.get_model().objects.order_by('pk')] == plugs
    assert exported(browser) == before
    page = text_of(imported(browser, 'title,plug\ny,same\n', 200))
    assert 'Record 1 plug: "same" is not a unique value' in page


def test_an_export_updates_the_objects_that_it_holds(browser, kind, sites):
    make_field(kind, 'amount', 'integer', default=5)
    make_field(kind, 'color', 'select', choices=['red', 'blue'], default='red')
    make_field(kind, 'places', 'multiobject', target=Site, default=[sites[2].pk])
    first = make_object(kind, title='first', amount=1, places=sites[:1])
    make_object(kind, title='second', amount=None, color=None)
    text = exported(browser)
    assert text.splitlines()[0].split(',')[0] == 'id'
    ObjectChange.objects.all().delete()
    imported(browser, text)
    assert exported(browser) == text
    assert ',1,red,Berlin,first,' in text
    imported(browser, text.replace(',1,red,Berlin,first,', ',,,"Cairo,Dakar",renamed,'))
    first.refresh_from_db()
    assert (first.title, first.amount, first.color, list(first.places.all())) == ('renamed', None, None, sites[1:])
    assert kind.get_model().objects.count() == 2
    # Without the IDs, copies are made.
    rows = list(csv.reader(io.StringIO(text)))
    imported(browser, '\n'.join(','.join(row[1:]) for row in rows))
    assert kind.get_model().objects.count() == 4


def test_an_export_names_no_target_that_the_reader_may_not_view(kind, sites):
    make_field(kind, 'place', 'object', target=Site)
    make_field(kind, 'places', 'multiobject', target=Site)
    make_field(kind, 'mixed', 'object', targets=[Site])
    make_field(kind, 'mixed_many', 'multiobject', targets=[Site])
    make_object(kind, title='a', place=sites[0], places=sites, mixed=sites[0], mixed_many=sites)
    reader = Browser(make_user('reader', (kind, ['view'], None), (Site, ['view'], {'name': 'Cairo'})))
    (row,) = csv.DictReader(io.StringIO(exported(reader)))
    assert (row['place'], row['places'], row['mixed_content_type'], row['mixed_object_id']) == ('', 'Cairo', '', '')
    assert row['mixed_many'] == f'dcim.site:{sites[1].pk}'


def test_objects_of_every_model_can_be_named(db):
    """Models tell objects apart by constraints of many kinds: of columns, of expressions, of both."""
    for model in apps.get_models():
        key = natural_key(model)
        for path in filter(None, (key.attribute, key.scope)):
            assert path == 'pk' or model._meta.get_field(path), model
