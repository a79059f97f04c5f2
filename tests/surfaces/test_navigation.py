"""The menu: per user, per branch, and up to date without a restart."""

import pytest
from django.test import override_settings

from netbox_custom_objects import navigation
from netbox_custom_objects.constants import APP_LABEL
from netbox_custom_objects.models import CustomObjectType
from netbox_custom_objects.navigation import MOST_ENTRIES, GroupMenu, menu
from tests.support.branches import Lab
from tests.support.factories import make_type
from tests.support.processes import run_new_python
from tests.support.request import request
from tests.surfaces.rest import make_user
from tests.surfaces.ui import ROOT, Browser, beside_menu, links_of, menu_html, menu_of
from tests.surfaces.view_cases import queries_of


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


def with_settings(settings, **ours):
    config = settings.PLUGINS_CONFIG
    return override_settings(PLUGINS_CONFIG={**config, APP_LABEL: {**config[APP_LABEL], **ours}})


def labels(menu):
    return [(str(group.label), [item.link_text for item in group.items]) for group in menu.groups]


def test_weights_come_before_names(browser, settings):
    for name, group in (('a', 'Power'), ('b', 'Power'), ('c', 'Cooling'), ('d', ''), ('e', '')):
        make_type(name, group_name=group)
    with with_settings(settings, menu_weights={'b': 10, 'Power': 50, 'd': 200}):
        assert labels(menu)[1:] == [('Power', ['Bs', 'As']), ('Cooling', ['Cs']), ('Objects', ['Es', 'Ds'])]


def test_a_group_can_have_a_menu_of_its_own(browser, settings):
    cable = make_type('cable', group_name='Power & more')
    make_type('pump', group_name='Cooling')
    with with_settings(settings, top_level_menus=['Power & more']):
        power = GroupMenu('Power & more')
        assert labels(power) == [('Objects', ['Cables'])]
        assert labels(menu) == [('Object Types', ['Custom Object Types']), ('Cooling', ['Pumps'])]
        cable.group_name = ''
        cable.save()
        assert labels(power) == []
        assert labels(menu)[-1] == ('Objects', ['Cables'])


def test_menus_of_groups_are_shown_by_netbox(fresh_database):
    cable = make_type('cable', group_name='Patching')
    make_user('reader', (cable, ['view'], None))
    make_user('guest')
    code = """
import django
from django.conf import settings
settings.PLUGINS_CONFIG['netbox_custom_objects']['top_level_menus'] = ['Patching']
django.setup()
from django.test import Client
from users.models import User
for name in ('reader', 'guest'):
    client = Client()
    client.force_login(User.objects.get(username=name))
    page = client.get('/').content.decode()
    print('aria-label="Patching"' in page, '/plugins/custom-objects/cable/' in page, 'toy-brick' in page)
"""
    result = run_new_python(code, fresh_database.name)
    assert result.stdout.split() == ['True', 'True', 'True', 'False', 'False', 'False'], result.stderr


def test_costs_no_query_for_each_type(browser):
    make_type('cable')
    alone = queries_of(browser.client, '/')
    for number in range(4):
        make_type(f'many_{number}', group_name=f'Group {number % 3}')
    assert queries_of(browser.client, '/') == alone


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


@pytest.fixture
def most(monkeypatch):
    """Fewer entries fit in the menu, so that few types are many."""
    monkeypatch.setattr(navigation, 'MOST_ENTRIES', 6)
    return navigation.MOST_ENTRIES


def test_many_types_add_little_to_each_page(browser, settings, most):
    """Large groups lead to a page of their types, which has all that a user may view and nothing else."""

    def size():
        return len(menu_html(browser.get('/')).encode())

    before, allowed = size(), navigation.MOST_ENTRIES
    for number in range(3):
        make_type(f'few_{number}', group_name='Few')
    with_three = size()
    many = [make_type(f'many_{number}', group_name='Many & more') for number in range(allowed + 1)]
    make_type('other')
    page_of_many = f'{ROOT}custom-object-types/objects/?group=Many+%26+more'
    assert entries(browser) == [
        *TYPES,
        *(entry for number in range(3) for entry in of_type(f'Few_{number}s', f'few-{number}')),
        ('All 7 types', page_of_many),
        *of_type('Others', 'other'),
    ]
    # What fifty such entries would add.
    assert MOST_ENTRIES * (with_three - before) / 3 < 60_000
    assert size() - before <= (with_three - before) / 3 * (allowed + 1)
    found = links_of(beside_menu(browser.get(page_of_many)))
    assert [entry for entry in found if '/many-' in entry[1] or '/few-' in entry[1]] == [
        entry for number in range(allowed + 1) for entry in of_type(f'Many_{number}s', f'many-{number}')
    ]
    found = links_of(beside_menu(browser.get('custom-object-types/objects/?q=ANY_3')))
    assert [entry for entry in found if '/many-' in entry[1]] == of_type('Many_3s', 'many-3')
    # Who may view a few of a large group sees these in the menu, and only these on the page.
    reader = Browser(make_user('reader', (many[3], ['view'], None), (many[4], ['view'], None)))
    assert entries(reader) == [(f'Many_{n}s', f'{ROOT}many-{n}/') for n in (3, 4)]
    for page in (page_of_many, 'custom-object-types/objects/'):
        assert [address for _text, address in links_of(beside_menu(reader.get(page))) if ROOT in address] == [
            f'{ROOT}many-{n}/' for n in (3, 4)
        ]
    guest = Browser(make_user('guest'))
    assert [address for _text, address in links_of(guest.get(page_of_many)) if address.startswith(ROOT)] == []
    with with_settings(settings, top_level_menus=['Many & more']), request():
        assert labels(GroupMenu('Many & more')) == [('Objects', ['All 7 types'])]
        assert [label for label, _items in labels(menu)] == ['Object Types', 'Few', 'Objects']


def test_many_groups_add_little_to_each_page(browser, most):
    for number in range(most + 2):
        make_type(f'many_{number}', group_name=f'Group {number}')
    with request():
        shown = labels(menu)[1:]
    assert len(shown) == most
    assert shown[0] == ('Group 0', ['Many_0s'])
    assert shown[-1] == ('All groups', ['All 8 types'])
    assert entries(browser)[-1] == ('All 8 types', f'{ROOT}custom-object-types/objects/')
    page = beside_menu(browser.get('custom-object-types/objects/'))
    assert all(f'{ROOT}many-{number}/' in page for number in range(most + 2))


@pytest.mark.parametrize('name', ['<script>alert(1)</script>'])
def test_escapes_names(browser, name):
    make_type('cable', verbose_name_plural=name, group_name=name)
    assert name not in browser.get('/')
