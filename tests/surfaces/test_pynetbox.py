"""pynetbox, the usual client, against a running server: everything that it offers for NetBox's own objects."""

import pynetbox
import pytest
import requests
from pynetbox.extensions import CustomObjectsExtension

from dev.serve import start_netbox
from netbox_custom_objects.models import CustomObjectType
from tests.support.assets import make_assets
from tests.support.beginnings import begins_with
from tests.support.factories import make_field
from tests.support.processes import Fork

pytestmark = pytest.mark.slow


@pytest.fixture
@begins_with(make_assets)
def server(fresh_database, lab):
    with start_netbox(fresh_database.name, processes=1, jobs=False, start=Fork) as server:
        yield server


def connect(server, **options):
    return pynetbox.api(server.url, token=server.token, **options)


def test_one_object(server):
    nb = connect(server)
    assets = nb.plugins.custom_objects.assets
    berlin, cairo = nb.dcim.sites.get(slug='berlin'), nb.dcim.sites.get(slug='cairo')
    server_kind = nb.plugins.custom_objects.asset_kinds.get(name='Server')
    asset = assets.create(
        serial='A1', price=1.5, state='new', marks=['a', 'c'], site=berlin.id, sites=[berlin.id, {'slug': 'cairo'}],
        kind={'name': 'Server'}, extra={'a': [1, None]}, tags=[{'slug': 'berlin'}],
    )  # fmt: skip
    assert (str(asset), asset.price) == ('A1', 1.5)
    assert (asset.state.value, asset.state.label) == ('new', 'New')
    assert [mark['value'] for mark in asset.marks] == ['a', 'c']
    assert (asset.site.name, asset.kind.id) == ('Berlin', server_kind.id)
    assert [site.slug for site in asset.sites] == ['berlin', 'cairo']
    assert [tag.slug for tag in asset.tags] == ['berlin']

    read = assets.get(asset.id)
    assert read.serialize() == asset.serialize()
    read.price, read.state, read.site, read.sites = 2, 'old', cairo.id, [cairo.id]
    read.tags = [{'slug': 'cairo'}]
    assert read.save()
    assert assets.get(serial='A1').state.value == 'old'
    assert read.update({'serial': 'A2', 'kind': None})
    read = assets.get(asset.id)
    assert (str(read), read.kind, read.site.id, read.price) == ('A2', None, cairo.id, 2)
    assert ([site.id for site in read.sites], [tag.slug for tag in read.tags]) == ([cairo.id], ['cairo'])
    assert read.site.full_details()
    assert read.site.status.value == 'active'

    assert not read.save()  # nothing has changed
    assert read.delete()
    assert assets.get(asset.id) is None


def test_lists(server):
    nb = connect(server)
    assets = nb.plugins.custom_objects.assets
    made = assets.create([{'serial': f'B{number}', 'price': number, 'state': 'new'} for number in range(5)])
    assert [str(asset) for asset in made] == [f'B{number}' for number in range(5)]
    assert assets.count() == 5
    assert assets.count(price__gte=3) == 2
    assert sorted(asset.serial for asset in assets.all(limit=2)) == [asset.serial for asset in made]
    assert [asset.serial for asset in assets.filter(serial=['B1', 'B2'], ordering='-serial')] == ['B2', 'B1']
    assert [asset.serial for asset in assets.filter('B3')] == ['B3']
    assert not list(assets.filter(state='old'))

    assert assets.update([{'id': made[0].id, 'state': 'old'}, {'id': made[1].id, 'state': 'old', 'marks': ['b']}])
    found = assets.filter(state='old')
    assert len(found) == 2
    assert found.update(site={'slug': 'berlin'})
    assert assets.count(site='berlin') == 2
    assert assets.delete([made[0].id, made[1]])
    assert assets.filter(price__gt=2).delete()
    assert [asset.serial for asset in assets.all()] == ['B2']


def test_errors_name_the_field(server):
    assets = connect(server).plugins.custom_objects.assets
    assets.create(serial='C1')
    for values, key in (
        ({}, 'serial'),
        ({'serial': 'C1'}, 'serial'),
        ({'serial': 'C2', 'state': 'none'}, 'state'),
        ({'serial': 'C2', 'site': 10**9}, 'site'),
    ):
        with pytest.raises(pynetbox.RequestError) as caught:
            assets.create(values)
        assert caught.value.req.status_code == 400
        assert key in caught.value.error
    with pytest.raises(pynetbox.RequestError) as caught:
        list(assets.filter(bogus='x'))
    assert 'bogus' in caught.value.error
    assert assets.count() == 1


def test_choices_and_definitions(server):
    nb = connect(server, extensions=[CustomObjectsExtension])
    plugin = nb.plugins.custom_objects
    assert [choice['value'] for choice in plugin.custom_object_type_fields.choices()['filter_logic']] == [
        'disabled', 'loose', 'exact',
    ]  # fmt: skip
    assert [choice['value'] for choice in plugin.assets.choices()['state']] == ['new', 'old']
    made = plugin.custom_object_types.create(name='rack_note', slug='rack_notes')
    field = plugin.custom_object_type_fields.create(
        custom_object_type=made.id, name='rack', type='object', app_label='dcim', model='rack',
        related_object_filter={'status': ['active']},
    )  # fmt: skip
    assert field.related_object_type['model'] == 'rack'
    assert field.related_object_filter == {'status': ['active']}
    made = plugin.custom_object_types.get(made.id)
    assert [field.name for field in made.fields] == ['rack']
    # A slug that has underscores itself is asked for by its name.
    assert plugin.endpoint('rack_notes').count() == 0
    note = plugin.endpoint('rack_notes').create(changelog_message='by pynetbox')
    change = nb.core.object_changes.get(changed_object_id=note.id, changed_object_type=made.object_type_name)
    assert change.message == 'by pynetbox'
    assert field.delete()
    assert made.delete()
    with pytest.raises(pynetbox.RequestError):
        plugin.endpoint('rack_notes').count()


def test_in_a_branch(server, lab):
    branch = lab.branch()
    with lab.request(branch):
        make_field(CustomObjectType.objects.get(name='asset'), 'only_there')
    main, there = connect(server), connect(server)
    there.http_session = requests.Session()
    there.http_session.headers['X-NetBox-Branch'] = branch.schema_id
    assets = there.plugins.custom_objects.assets
    asset = assets.create(serial='D1', only_there='x', kind={'name': 'Server'})
    assert assets.get(asset.id).only_there == 'x'
    asset.only_there = 'y'
    assert asset.save()
    assert [found.serial for found in assets.filter(only_there='y')] == ['D1']
    assert main.plugins.custom_objects.assets.count() == 0
    assert main.plugins.custom_objects.assets.get(asset.id) is None
