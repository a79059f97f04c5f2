"""Deleted types and fields in a branch: restored there, and purged only where nothing else uses them."""

import pytest

from netbox_custom_objects.models import CustomObjectTypeField
from tests.support.branches import delete
from tests.support.factories import make_object, make_type
from tests.surfaces.rest import Rest


@pytest.fixture
def server(lab, spare):
    with lab.request():
        kind = make_type('server', fields=[('name', 'text'), ('serial', 'text')])
        make_object(kind, name='a', serial='1')
    return kind


def test_restored_in_a_branch_and_merged(lab, server):
    branch = lab.branch()
    with lab.request(branch):
        delete(CustomObjectTypeField.objects.get(name='serial'))
    rest, there = Rest(lab.user), Rest(lab.user, HTTP_X_NETBOX_BRANCH=branch.schema_id)
    assert rest.get('deleted/')['count'] == 0
    (found,) = there.get('deleted/')['results']
    refused = there.delete(f'deleted/{found["id"]}/', expect=409)
    assert refused['detail'] == 'This cannot be purged: it is still in use in main or in a branch.'
    there.post(f'deleted/{found["id"]}/restore/', {}, expect=200)
    lab.merge(branch)
    assert server.get_model().objects.get().serial == '1'


def test_restored_in_main_after_a_merge(lab, server):
    branch = lab.branch()
    with lab.request(branch):
        delete(CustomObjectTypeField.objects.get(name='serial'))
    lab.merge(branch)
    rest = Rest(lab.user)
    (found,) = rest.get('deleted/')['results']
    rest.post(f'deleted/{found["id"]}/restore/', {}, expect=200)
    assert server.get_model().objects.get().serial == '1'
