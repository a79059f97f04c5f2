"""The menu: per user, per branch, and up to date without a restart."""

import pytest

from netbox_custom_objects.models import CustomObjectType
from netbox_custom_objects.navigation import menu
from tests.support.branches import Lab
from tests.support.factories import make_type
from tests.surfaces.rest import make_user
from tests.surfaces.ui import ROOT, Browser, menu_of


def entries(browser, **extra):
    return menu_of(browser.get('/', **extra))


TYPES = [
    ('Custom Object Types', f'{ROOT}custom-object-types/'),
    ('Add', f'{ROOT}custom-object-types/add/'),
    ('Import', f'{ROOT}custom-object-types/import/'),
]


def of_type(title, slug):
    return [(title, f'{ROOT}{slug}/'), ('Add', f'{ROOT}{slug}/add/'), ('Import', f'{ROOT}{slug}/bulk-import/')]


def test_follows_types_without_a_restart(browser):
    assert entries(browser) == TYPES
    cable = make_type('cable', verbose_name_plural='All cables')
    assert entries(browser) == [*TYPES, *of_type('All cables', 'cable')]
    cable.slug, cable.verbose_name_plural = 'wire', 'Wires'
    cable.save()
    assert entries(browser) == [*TYPES, *of_type('Wires', 'wire')]
    cable.delete()
    assert entries(browser) == TYPES


def test_groups_come_first_and_everything_is_in_order(browser):
    for name, group in (('b', 'Power'), ('c', ''), ('a', ''), ('d', 'Cooling'), ('e', 'Power')):
        make_type(name, group_name=group)
    assert [(str(group.label), [item.link_text for item in group.items]) for group in menu.groups] == [
        ('Object Types', ['Custom Object Types']),
        ('Cooling', ['Ds']),
        ('Power', ['Bs', 'Es']),
        ('Objects', ['As', 'Cs']),
    ]
    page = browser.get('/')
    assert page.index('Cooling') < page.index('>Ds<') < page.index('>Bs<') < page.index('>As<')
    assert 'mdi mdi-toy-brick-outline' in page


def test_shows_what_a_user_may_view_and_add(db):
    cable, other = make_type('cable'), make_type('other')
    reader = Browser(make_user('reader', (cable, ['view'], None)))
    assert entries(reader) == [('Cables', f'{ROOT}cable/')]
    writer = Browser(make_user('writer', (cable, ['view', 'add'], None), (other, ['add'], None)))
    assert entries(writer) == of_type('Cables', 'cable')
    modeller = Browser(make_user('modeller', (CustomObjectType, ['view'], None)))
    assert entries(modeller) == TYPES[:1]


def test_disappears_where_nothing_is_visible(db):
    make_type('cable')
    page = Browser(make_user('guest')).get('/')
    assert 'mdi-toy-brick-outline' not in page


def test_follows_the_active_branch(fresh_database):
    lab = Lab()
    with lab.request():
        make_type('cable')
    branch = lab.branch()
    with lab.request(branch):
        make_type('private')
        CustomObjectType.objects.get(name='cable').delete()
    browser = Browser(lab.user)
    assert entries(browser) == [*TYPES, *of_type('Cables', 'cable')]
    assert menu_of(browser.get(f'/?_branch={branch.schema_id}')) == [*TYPES, *of_type('Privates', 'private')]
    assert entries(browser) == [*TYPES, *of_type('Privates', 'private')]  # the cookie keeps it
    assert menu_of(browser.get('/?_branch=')) == [*TYPES, *of_type('Cables', 'cable')]


@pytest.mark.parametrize('name', ['<script>alert(1)</script>'])
def test_escapes_names(browser, name):
    make_type('cable', verbose_name_plural=name, group_name=name)
    assert name not in browser.get('/')
