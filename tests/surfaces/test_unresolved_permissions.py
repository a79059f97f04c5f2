"""Permissions whose constraints name what is gone: they grant nothing, are reported, and break no page."""

import logging

import pytest

from dcim.models import Site
from users.models import ObjectPermission

from netbox_custom_objects.checks import check_permissions
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.runtime.restrictions import note_unresolved
from tests.support.branches import Lab, edit
from tests.support.commands import upgrade
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.rest import Rest, make_user
from tests.surfaces.ui import Browser, text_of

ALL = ['view', 'add', 'change', 'delete']
GONE = [{'nope': 'a'}, {'state__nope': 'a'}, {'place__nope': 1}, {'amount': 'many'}, {'bought__gt': 'soon'}, 'state']


@pytest.fixture(autouse=True)
def nothing_noted_yet():
    note_unresolved.cache_clear()


@pytest.fixture
def site(db):
    return Site.objects.create(name='Berlin', slug='berlin')


@pytest.fixture
def kind(site):
    kind = make_type('ticket', fields=[('title', 'text'), ('amount', 'integer'), ('bought', 'date'), ('state', 'text')])
    make_field(kind, 'place', 'object', target=Site)
    make_object(kind, title='hidden', state='a', place=site)
    return kind


@pytest.fixture
def other(kind):
    """A type with a field that refers to `kind`."""
    other = make_type('visit', fields=[('title', 'text')])
    make_field(other, 'ticket', 'object', target=kind)
    return other


@pytest.mark.parametrize('constraint', GONE, ids=str)
def test_no_page_breaks(kind, other, site, constraint, caplog):
    obj = kind.get_model().objects.get()
    user = make_user('user', (kind, ALL, [constraint]), (other, ALL, None), (Site, ['view'], None))
    browser = Browser(user)
    for path in ('ticket/', 'ticket/add/', 'visit/', 'visit/add/', site.get_absolute_url(), '/search/?q=hidden'):
        assert 'hidden' not in text_of(browser.get(path)).replace('q=hidden', '').replace('"hidden"', '')
    browser.get(f'ticket/{obj.pk}/', expect=404)
    browser.get(f'ticket/{obj.pk}/edit/', expect=404)
    rest = Rest(user)
    assert rest.get('ticket/')['count'] == 0
    rest.get(f'ticket/{obj.pk}/', expect=404)
    rest.patch(f'ticket/{obj.pk}/', {'title': 'b'}, expect=404)
    rest.post('ticket/', {'title': 'b'}, expect=403)
    assert rest.get(f'linked-objects/?object_type=dcim.site&object_id={site.pk}')['count'] == 0
    (said,) = {
        record.getMessage()
        for record in caplog.records
        if 'grants nothing' in record.getMessage() and '.view_' in record.getMessage()
    }
    assert f'"user {kind}"' in said
    assert caplog.records[0].levelno == logging.WARNING


def test_other_permissions_still_grant(kind):
    make_object(kind, title='other', amount=2)
    user = make_user('user', (kind, ['view'], [{'nope': 1}, {'amount': 2}]))
    assert [found['title'] for found in Rest(user).get('ticket/')['results']] == ['other']


def test_renamed_and_deleted_fields(kind):
    user = make_user('user', (kind, ['view'], {'state': 'a'}))
    rest = Rest(user)
    assert rest.get('ticket/')['count'] == 1
    field = kind.fields.get(name='state')
    edit(field, name='stage')
    assert Rest(user).get('ticket/')['count'] == 0
    edit(field, name='state')
    assert Rest(user).get('ticket/')['count'] == 1
    field.delete()
    assert Rest(user).get('ticket/')['count'] == 0
    assert ObjectPermission.objects.get().constraints == {'state': 'a'}


def test_they_are_reported(kind):
    make_user('user', (kind, ['view'], {'state': 'a'}))
    assert upgrade() == (0, 'No problems found.\n')
    assert check_permissions(None, databases=['default']) == []
    edit(kind.fields.get(name='state'), name='stage')
    status, said = upgrade()
    assert status == 1
    assert 'main  ticket: The constraint {"state": "a"} of the permission "user Ticket" cannot be resolved' in said
    (warning,) = check_permissions(None, databases=['default'])
    assert warning.id == 'netbox_custom_objects.W009'
    assert '"user Ticket"' in warning.msg
    assert check_permissions(None) == []


def test_in_a_branch(fresh_database):
    lab = Lab()
    with lab.request():
        kind = make_type('ticket', fields=[('title', 'text'), ('state', 'text')])
        make_object(kind, title='hidden', state='a')
        user = make_user('user', (kind, ALL, {'state': 'a'}))
    branch = lab.branch()
    with lab.request(branch):
        edit(CustomObjectTypeField.objects.get(name='state'), name='stage')
        assert kind.get_model().objects.restrict(user, 'view').count() == 0
    with lab.request():
        assert kind.get_model().objects.restrict(user, 'view').count() == 1
    status, said = upgrade()
    assert status == 1
    assert f'{branch.name}  ticket: ' in said
    assert 'main  ' not in said
    with lab.request(branch):
        CustomObjectType.objects.get(name='ticket').delete()
        assert kind.get_model().objects.restrict(user, 'view').count() == 0
