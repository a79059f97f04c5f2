"""The map of types: what its data hold for whom, and the pages that draw it. `tests/browser` looks at the drawing."""

import pytest

from dcim.models import Device, Site

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.schema.type_map import definitions_of, everything, type_map
from tests.support.factories import make_field, make_type
from tests.surfaces.rest import make_user
from tests.surfaces.ui import Browser

PAGE = 'custom-object-types/map/'


@pytest.fixture
def model(db):
    """A lease of a pool, at a site; a note about leases and devices."""
    pool = make_type('pool', group_name='DHCP', fields=[('name', 'text')])
    lease = make_type('lease', group_name='DHCP', fields=[('address', 'ip_address')])
    make_field(lease, 'pool', 'object', target=pool, on_delete_behavior='cascade', required=True)
    make_field(lease, 'site', 'object', target=Site)
    note = make_type('note')
    make_field(note, 'about', 'multiobject', targets=[lease, Device])
    return {'pool': pool, 'lease': lease, 'note': note}


def data_of(browser, path=PAGE):
    browser.get(path)
    return browser.response.context['data'] if path == PAGE else browser.response.json()


def keys(entries):
    return {entry['key'] for entry in entries}


def lines(data):
    return {(entry['from'], entry['field'], entry['to']) for entry in data['references']}


def key(custom_object_type):
    return f'table{custom_object_type.pk}model'


def test_all_types_and_their_references(browser, model):
    data = data_of(browser)
    pool, lease, note = (key(model[name]) for name in ('pool', 'lease', 'note'))
    assert {entry['key']: (entry['label'], entry['group']) for entry in data['types']} == {
        pool: ('Pool', 'DHCP'), lease: ('Lease', 'DHCP'), note: ('Note', ''),
    }  # fmt: skip
    assert keys(data['models']) == {'dcim.site', 'dcim.device'}
    assert lines(data) == {
        (lease, 'pool', pool), (lease, 'site', 'dcim.site'), (note, 'about', lease), (note, 'about', 'dcim.device'),
    }  # fmt: skip
    meant = {entry['field']: (entry['on_delete'], entry['many'], entry['required']) for entry in data['references']}
    assert meant == {
        'pool': ('cascade', False, True), 'site': ('set_null', False, False), 'about': ('', True, False),
    }  # fmt: skip
    (address,) = [field for entry in data['types'] for field in entry['fields'] if field['name'] == 'address']
    assert address['type'] == 'IP address'
    assert not any(entry['status'] for entry in data['types'])


def test_links_lead_to_types_and_to_lists_of_netbox(browser, model):
    data = data_of(browser)
    urls = {entry['label']: entry['url'] for entry in (*data['types'], *data['models'])}
    assert urls['Pool'] == f'/plugins/custom-objects/custom-object-types/{model["pool"].pk}/'
    assert urls['Site'] == '/dcim/sites/'


def test_a_user_sees_what_may_be_viewed(model):
    user = make_user(
        'guest',
        (CustomObjectType, ['view'], {'name__in': ['lease', 'note']}),
        (CustomObjectTypeField, ['view'], {'name__in': ['pool', 'about']}),
    )
    browser = Browser(user)
    lease, note = key(model['lease']), key(model['note'])
    data = data_of(browser)
    assert keys(data['types']) == {lease, note}
    # The pool is hidden, and so are the field `site` and, with it, that there is a reference to sites.
    assert lines(data) == {(note, 'about', lease), (note, 'about', 'dcim.device')}
    assert keys(data['models']) == {'dcim.device'}
    assert 'address' not in str(data)
    assert key(model['pool']) not in str(data)
    browser.get(f'custom-object-types/{model["pool"].pk}/neighbors/', expect=404)
    Browser(make_user('stranger')).get(PAGE, expect=403)


def test_neighbors_of_one_type(browser, model):
    far = make_type('far')
    data = data_of(browser, f'custom-object-types/{model["pool"].pk}/neighbors/')
    assert keys(data['types']) == {key(model['pool']), key(model['lease'])}
    assert key(far) not in str(data)
    browser.get('custom-object-types/9999/neighbors/', expect=404)


def test_the_panel_stands_on_types_with_references(browser, model):
    assert 'data-map' in browser.get(f'custom-object-types/{model["pool"].pk}/')
    alone = make_type('alone')
    assert 'data-map' not in browser.get(f'custom-object-types/{alone.pk}/')


def test_options_come_from_the_address(browser, model):
    chosen = key(model['lease'])
    browser.get(f'{PAGE}?focus={chosen}&distance=2&fields=on&models=off&group=:DHCP')
    context = browser.response.context
    assert (context['focus'], context['distance'], context['group']) == (chosen, 2, ':DHCP')
    assert context['with_fields']
    assert not context['with_models']
    browser.get(f'{PAGE}?focus=bogus&distance=x&fields=1')
    context = browser.response.context
    assert (context['focus'], context['distance'], context['with_fields']) == ('', 1, False)


def test_names_are_data_and_not_markup(browser, db):
    make_type('sly', verbose_name='</script><img src=x>', fields=[('a', 'text')])
    assert '<img src=x>' not in browser.get(PAGE)


def test_a_document_has_a_map_of_its_own():
    document = {
        'types': [
            {
                'name': 'zone', 'slug': 'zones', 'fields': [
                    {'name': 'parent', 'type': 'object', 'related_object_type': 'custom-objects/zones'},
                    {'name': 'elsewhere', 'type': 'object', 'related_object_type': 'custom-objects/views'},
                ],
            },
            {
                'name': 'record', 'slug': 'records', 'fields': [
                    {'name': 'zone', 'type': 'object', 'related_object_type': 'custom-objects/zones',
                     'on_delete_behavior': 'cascade'},
                    {'name': 'targets', 'type': 'multiobject', 'is_polymorphic': True,
                     'related_object_types': [
                         'dcim/interface', 'virtualization/vminterface', 'custom-objects/records',
                     ]},
                ],
            },
        ]
    }  # fmt: skip
    definitions = definitions_of(document)
    data = type_map(definitions, everything(definitions), url_of=lambda definition: '')
    assert lines(data) == {
        ('table1model', 'parent', 'table1model'),
        ('table1model', 'elsewhere', 'custom-objects.views'),
        ('table2model', 'zone', 'table1model'),
        ('table2model', 'targets', 'table2model'),
        ('table2model', 'targets', 'dcim.interface'),
        ('table2model', 'targets', 'virtualization.vminterface'),
    }
    assert [entry['label'] for entry in data['types']] == ['Zone', 'Record']
    # Of those that are called the same, the app is named.
    labels = [entry['label'] for entry in data['models']]
    assert labels == ['custom-objects.views', 'Interface (DCIM)', 'Interface (Virtualization)']
