"""Deleted types and fields in a branch: restored there, and purged only where nothing else uses them."""

from contextlib import suppress
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connections

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from tests.support.branches import STRATEGIES, assert_schema_is_clean, delete, edit
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.rest import Rest


@pytest.fixture
def server(lab, spare):
    with lab.request():
        kind = make_type('server', fields=[('name', 'text'), ('serial', 'text')])
        make_object(kind, name='a', serial='1')
    return kind


@pytest.mark.parametrize('strategy', STRATEGIES)
def test_objects_restored_in_a_branch_are_kept(lab, server, strategy):
    """With what refers to them, in a circle, too; a revert undoes what was edited afterwards."""

    def rows():
        return list(server.get_model().objects.order_by('pk').values_list('name', 'serial', 'next'))

    with lab.request():
        make_field(server, 'next', 'object', target=server)
        first = server.get_model().objects.get()
        second = make_object(server, name='b', next=first)
        edit(first, next=second)
    before = rows()
    branch = lab.branch()
    there = Rest(lab.user, HTTP_X_NETBOX_BRANCH=branch.schema_id)
    there.delete('server/', [{'id': first.pk}, {'id': second.pk}])
    wanted = {'custom_object_type': server.pk, 'objects': [first.pk, second.pk]}
    there.post('deleted/objects/restore/', wanted, expect=200)
    there.patch(f'server/{first.pk}/', {'serial': '2'})
    lab.merge(branch, strategy)
    assert rows() == [('a', '2', second.pk), ('b', None, first.pk)]
    lab.revert(branch)
    assert rows() == before


@pytest.mark.parametrize('strategy', STRATEGIES)
def test_a_type_restored_in_a_branch_is_kept(lab, server, strategy):
    branch = lab.branch()
    with lab.request(branch):
        delete(CustomObjectType.objects.get(name='server'))
    there = Rest(lab.user, HTTP_X_NETBOX_BRANCH=branch.schema_id)
    (found,) = there.get('deleted/')['results']
    there.post(f'deleted/{found["id"]}/restore/', {}, expect=200)
    lab.merge(branch, strategy)
    assert server.get_model().objects.get().serial == '1'
    assert_schema_is_clean()


def test_squashing_loses_nothing_that_was_restored(lab, server):
    """Created, deleted and restored in a branch: refused. Deleted in main meanwhile: created again."""
    first = server.get_model().objects.get()
    branch = lab.branch()
    there = Rest(lab.user, HTTP_X_NETBOX_BRANCH=branch.schema_id)
    second = there.post('server/', {'name': 'b'})['id']
    for pk in (first.pk, second):
        there.delete(f'server/{pk}/')
        wanted = {'custom_object_type': server.pk, 'objects': [pk]}
        there.post('deleted/objects/restore/', wanted, expect=200)
    with pytest.raises(ValidationError, match='restored 1 object, type or field, which would get lost'):
        lab.merge(branch, 'squash')
    there.delete(f'server/{second}/')
    with lab.request():
        delete(first)
    lab.merge(branch, 'squash')
    assert list(server.get_model().objects.values_list('name', 'serial')) == [('a', '1')]


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


def test_the_same_object_restored_twice_at_once(lab, server):
    rest = Rest(lab.user)
    pk = server.get_model().objects.get().pk
    rest.delete(f'server/{pk}/')
    wanted = {'custom_object_type': server.pk, 'objects': [pk]}
    clients, statuses, together = [Rest(lab.user), Rest(lab.user)], [], Barrier(2)

    def restore(client):
        client.client.raise_request_exception = False
        together.wait()
        try:
            with suppress(AssertionError):
                client.post('deleted/objects/restore/', wanted, expect=200)
            statuses.append(client.response.status_code)
        finally:
            connections.close_all()

    threads = [Thread(target=restore, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 409]
