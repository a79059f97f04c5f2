"""The tab "Custom Objects": on every object that custom objects refer to, with only what the user may view."""

from urllib.parse import urlencode

import pytest
from django.urls import reverse

from dcim.models import Site
from extras.models import Tag

from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.rest import make_user
from tests.surfaces.test_query_counts_ui import queries_of
from tests.surfaces.ui import Browser


@pytest.fixture
def site(db):
    return Site.objects.create(name='Here', slug='here')


@pytest.fixture
def feed(db):
    return make_type('feed', slug='feeds', fields=[
        {'name': 'title', 'primary': True},
        {'name': 'place', 'type': 'object', 'target': Site},
        {'name': 'places', 'type': 'multiobject', 'target': Site},
    ])  # fmt: skip


def tab_of(obj):
    return f'{obj.get_absolute_url()}custom-objects/'


def has_tab(page, obj):
    return f'href="{tab_of(obj)}"' in page


def test_the_tab_appears_with_the_first_reference_and_counts(browser, site, feed):
    reader = Browser(make_user('reader', (Site, ['view'], None), (feed, ['view'], None)))
    assert not has_tab(reader.get(site.get_absolute_url()), site)
    make_object(feed, title='one', place=site, places=[site])
    page = browser.get(site.get_absolute_url())
    assert has_tab(page, site)
    badge = page.split(f'href="{tab_of(site)}"')[1].split('</a>')[0]
    assert '>2<' in badge.replace('\n', '').replace(' ', '')


def test_rows_name_type_object_value_field_and_tags(browser, site, feed):
    one = make_object(feed, title='one', place=site, places=[site])
    one.tags.add(Tag.objects.create(name='Red', slug='red'))
    page = browser.get(tab_of(site))
    table = page.split('<tbody>')[1].split('</tbody>')[0]
    assert table.count(one.get_absolute_url() + '"') == 2
    for text in ('Feed', 'Place', 'Places', 'Here', 'Red', f'{one.get_absolute_url()}edit/'):
        assert text in table, text


def test_search_type_tag_and_sorting(browser, site, feed):
    cable = make_type('cable', slug='cables', fields=[{'name': 'code', 'primary': True}])
    make_field(cable, 'origin', 'object', target=Site)
    make_object(feed, title='alpha', place=site)
    beta = make_object(cable, code='beta', origin=site)
    beta.tags.add(Tag.objects.create(name='Red', slug='red'))

    def shown(**params):
        table = browser.get(f'{tab_of(site)}?{urlencode(params)}').split('<tbody>')[1]
        return sorted((word for word in ('alpha', 'beta') if f'>{word}<' in table), key=table.index)

    assert shown() == ['beta', 'alpha']
    assert shown(sort='-type') == ['alpha', 'beta']
    assert shown(sort='field') == ['beta', 'alpha']
    assert shown(q='alp') == ['alpha']
    assert shown(type='cables') == ['beta']
    assert shown(type='') == ['beta', 'alpha']
    assert shown(tag='red') == ['beta']
    assert shown(page='x') == ['beta', 'alpha']


def test_custom_objects_have_the_tab_too(browser, feed):
    link = make_field(feed, 'parent', 'object', target=feed)
    parent = make_object(feed, title='parent')
    child = make_object(feed, title='child', **{link.name: parent})
    assert has_tab(browser.get(parent.get_absolute_url()), parent)
    assert child.get_absolute_url() in browser.get(tab_of(parent))
    reader = Browser(make_user('reader', (feed, ['view'], None)))
    assert not has_tab(reader.get(child.get_absolute_url()), child)


def test_a_user_sees_nothing_of_types_without_the_right(site, feed):
    make_object(feed, title='secret', place=site)
    browser = Browser(make_user('guest', (Site, ['view'], None)))
    assert not has_tab(browser.get(site.get_absolute_url()), site)
    page = browser.get(tab_of(site))
    assert 'secret' not in page
    assert 'Feed' not in page


def test_the_badge_costs_one_query_and_the_page_few(browser, site, feed):
    """However many types refer to the object."""
    for number in range(12):
        other = make_type(f'other_{number}', fields=[{'name': 'title', 'primary': True}])
        make_field(other, 'place', 'object', target=Site)
        make_object(other, title=f'o{number}', place=site)
    browser.get(site.get_absolute_url())
    without = Site.objects.create(name='There', slug='there')
    assert queries_of(browser, site.get_absolute_url()) <= queries_of(browser, without.get_absolute_url()) + 1
    url = reverse('dcim:site_custom_objects', args=[site.pk]) + '?type=other-1'
    assert queries_of(browser, url) <= queries_of(browser, f'{without.get_absolute_url()}journal/') + 10
