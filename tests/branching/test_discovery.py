"""Clients find the endpoints of types by NetBox's list of object types, in main and in a branch."""

from netbox_custom_objects.models import CustomObjectType
from tests.support.branches import edit
from tests.support.factories import make_object, make_type
from tests.surfaces.rest import Rest

ENDPOINTS = '/api/plugins/custom-objects/'


def rest_of(lab, branch=None):
    return Rest(lab.user, **({'HTTP_X_NETBOX_BRANCH': branch.schema_id} if branch else {}))


def endpoints(rest, *types):
    """Return what the list says of some types, in their order."""
    rows = rest.get('/api/core/object-types/', app_label='netbox_custom_objects', limit=100)['results']
    found = {row['model']: row['rest_api_endpoint'] for row in rows}
    return [found[f'table{made.pk}model'] for made in types]


def test_object_types_name_the_endpoints(lab):
    with lab.request():
        box = make_type('box', 'boxes', fields=[{'name': 'title', 'primary': True}])
        make_object(box, title='held')
    branch = lab.branch()
    with lab.request(branch):
        edit(CustomObjectType.objects.get(pk=box.pk), slug='crates')
        only = make_type('only', 'only-there')
    main, there = rest_of(lab), rest_of(lab, branch)
    assert endpoints(main, box) == [f'{ENDPOINTS}boxes/']
    assert endpoints(there, box, only) == [f'{ENDPOINTS}crates/', f'{ENDPOINTS}only-there/']
    assert there.get(f'{ENDPOINTS}crates/')['count'] == 1
    assert there.get(f'{ENDPOINTS}only-there/')['count'] == 0
    main.get(f'{ENDPOINTS}only-there/', expect=404)
    lab.merge(branch)
    assert endpoints(main, box, only) == [f'{ENDPOINTS}crates/', f'{ENDPOINTS}only-there/']
