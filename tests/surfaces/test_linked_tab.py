"""The tab "Custom Objects": one type with its own table, hidden types, quick-add, and what a reader may not see."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from dcim.models import Region, Site
from extras.models import Tag

from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.rest import make_user, superuser
from tests.surfaces.test_ui_linked import has_tab, tab_of
from tests.surfaces.ui import Browser, text_of


@pytest.fixture
def site(db):
    return Site.objects.create(name='Here', slug='here')


@pytest.fixture
def feed(db):
    return make_type('feed', slug='feeds', verbose_name_plural='All feeds', fields=[
        {'name': 'title', 'primary': True},
        {'name': 'amount', 'type': 'integer'},
        {'name': 'place', 'type': 'object', 'target': Site},
        {'name': 'places', 'type': 'multiobject', 'target': Site},
    ])  # fmt: skip


@pytest.fixture
def cable(db):
    return make_type('cable', slug='cables', fields=[
        {'name': 'code', 'primary': True},
        {'name': 'origin', 'type': 'object', 'target': Site},
    ])  # fmt: skip


@pytest.fixture
def root(db):
    return Browser(superuser())


def rows(page):
    return page.split('<tbody')[1].split('</tbody>')[0]


class TestOneType:
    def test_its_own_columns_each_object_once(self, root, site, feed, cable):
        one = make_object(feed, title='one', amount=4711, place=site, places=[site])
        make_object(feed, title='elsewhere', amount=1)
        make_object(cable, code='c', origin=site)
        page = root.get(tab_of(site) + '?type=feeds')
        assert rows(page).count('4711') == 1
        assert f'href="{one.get_absolute_url()}"' in rows(page)
        assert 'elsewhere' not in rows(page)
        assert '>c<' not in rows(page)
        assert has_tab(page, site)

    def test_search_sorting_and_filters_are_those_of_the_type(self, root, site, feed):
        for number in range(3):
            make_object(feed, title=f'title {number}', amount=number, place=site)

        def shown(query):
            table = rows(root.get(f'{tab_of(site)}?type=feeds&{query}'))
            found = [number for number in range(3) if f'title {number}' in table]
            return sorted(found, key=lambda number: table.index(f'title {number}'))

        assert shown('') == [0, 1, 2]
        assert shown('q=title 1') == [1]
        assert shown('sort=-amount') == [2, 1, 0]
        assert shown('amount=2') == [2]

    def test_columns_that_the_user_prefers(self, root, site, feed):
        make_object(feed, title='one', amount=4711, place=site)
        user = root.client.get('/').wsgi_request.user
        user.config.set(f'tables.Table{feed.pk}ModelTable.columns', ['title'], commit=True)
        assert '4711' not in rows(root.get(tab_of(site) + '?type=feeds'))

    def test_bulk_actions_return_to_the_tab(self, root, site, feed):
        objects = [make_object(feed, title=str(number), place=site) for number in range(2)]
        address = tab_of(site) + '?type=feeds'
        page = root.get(address)
        for action in ('edit', 'delete'):
            target = page.split(f'formaction="/plugins/custom-objects/feeds/bulk-{action}/?')[1].split('"')[0]
            assert parse_qs(target) == {'return_url': [address]}
        root.post('feeds/bulk-edit/', pk=[o.pk for o in objects], amount=5, _apply='1', return_url=address)
        assert root.response.url == address
        assert rows(root.get(address)).count('>5<') == 2
        root.post('feeds/bulk-delete/', pk=[o.pk for o in objects], confirm='1', _confirm='1', return_url=address)
        assert root.response.url == address
        reader = Browser(make_user('reader', (Site, ['view'], None), (feed, ['view'], None)))
        assert not has_tab(reader.get(site.get_absolute_url()), site)

    def test_buttons_of_a_row_return_to_what_was_asked_for(self, root, site, feed):
        make_object(feed, title='one', place=site)
        for query in ('?q=one&sort=-type', '?q=one&return=-address-', '?type=feeds&sort=-amount'):
            page = rows(root.get(tab_of(site) + query))
            found = re.findall(r'href="([^"]*/(?:edit|delete)/\?return_url=[^"]*)"', page)
            assert len(found) == 2
            for address in found:
                assert parse_qs(urlsplit(address).query) == {'return_url': [tab_of(site) + query]}

    def test_no_buttons_without_the_rights(self, site, feed):
        make_object(feed, title='one', place=site)
        page = Browser(make_user('reader', (Site, ['view'], None), (feed, ['view'], None))).get(
            tab_of(site) + '?type=feeds'
        )
        assert 'bulk-edit' not in page
        assert 'bulk-delete' not in page
        assert 'linked-add' not in page

    def test_a_field_may_be_called_type(self, root, site):
        kind = make_type('kind', fields=[('type', 'text'), {'name': 'place', 'type': 'object', 'target': Site}])
        obj = make_object(kind, type='special', place=site)
        assert obj.get_absolute_url() in rows(root.get(tab_of(site) + '?type=kind'))

    def test_fields_may_be_called_as_the_parameters_of_the_tab(self, root, site):
        """The parameters mean what they always do; such a field is filtered with `field_` before its name."""
        names = ('type', 'tag', 'q', 'sort', 'page')
        fields = [{'name': 'title', 'primary': True}, *((name, 'text') for name in names)]
        kind = make_type('kind', fields=[*fields, {'name': 'place', 'type': 'object', 'target': Site}])
        for title in ('b', 'a'):
            tagged = make_object(kind, title=title, place=site, **{name: f'{name} of {title}' for name in names})
        tagged.tags.add(Tag.objects.create(name='T', slug='t'))

        def titles(query):
            table = rows(root.get(f'{tab_of(site)}?type=kind&{query}'))
            return re.findall(r'href="/plugins/custom-objects/kind/\d+/">([ab])<', table)

        assert titles('sort=title') == ['a', 'b']
        for name in names:
            assert titles(urlencode({f'field_{name}': f'{name} of b'})) == ['b'], name
            assert titles(urlencode({f'{name}__ic': 'of b'})) == ['b'], name
            assert titles(f'sort=-{name}') == ['b', 'a'], name
            assert titles(f'sort={name}') == ['a', 'b'], name
        assert titles('tag=t') == ['a']
        assert titles('q=type of b') == ['b']
        assert titles('page=1&per_page=25&sort=title') == ['a', 'b']

    def test_a_field_may_be_called_field_type(self, root, site):
        fields = [{'name': 'field_type', 'primary': True}, ('type', 'text')]
        kind = make_type('kind', fields=[*fields, {'name': 'place', 'type': 'object', 'target': Site}])
        obj = make_object(kind, field_type='x', type='y', place=site)
        for query, is_found in (('field_type=x', True), ('field_type=y', False), ('type__ic=y', True)):
            page = rows(root.get(f'{tab_of(site)}?type=kind&{query}'))
            assert (obj.get_absolute_url() in page) is is_found, query

    def test_types_that_cannot_point_here_and_unknown_ones(self, root, site, feed):
        make_type('other')
        for slug in ('other', 'nothing', ''):
            root.get(f'{tab_of(site)}?type={slug}')

    def test_htmx(self, root, site, feed):
        make_object(feed, title='one', place=site)
        page = root.get(tab_of(site) + '?type=feeds', headers={'HX-Request': 'true', 'HX-Target': 'object_list'})
        assert '<html' not in page
        assert 'one' in page

    def test_custom_objects(self, root, feed):
        make_field(feed, 'parent', 'object', target=feed)
        parent = make_object(feed, title='parent')
        child = make_object(feed, title='child', parent=parent)
        assert child.get_absolute_url() in rows(root.get(tab_of(parent) + '?type=feeds'))


class TestHiding:
    def test_a_user_hides_a_type_and_shows_it_again(self, root, site, feed, cable):
        make_object(feed, title='alpha', place=site, places=[site])
        make_object(cable, code='beta', origin=site)
        root.post(tab_of(site), hide='feeds')
        assert root.response.url == tab_of(site)
        page = root.get(tab_of(site))
        assert 'alpha' not in rows(page)
        assert 'beta' in rows(page)
        assert 'You have hidden 2 entries' in text_of(page)
        # The tab must stay to be reached, and by name a type can still be asked for.
        assert has_tab(root.get(site.get_absolute_url()), site)
        assert 'alpha' in rows(root.get(tab_of(site) + '?type=feeds'))
        other = Browser(make_user('other', (Site, ['view'], None), (feed, ['view'], None)))
        assert 'alpha' in rows(other.get(tab_of(site)))
        root.post(tab_of(site), show='feeds')
        assert 'alpha' in rows(root.get(tab_of(site)))

    def test_wrong_requests(self, root, site, feed, cable):
        for params in ({}, {'hide': 'nothing'}, {'show': ''}, {'hide': '\x00'}):
            root.post(tab_of(site), expect=404, **params)
        blind = Browser(make_user('blind', (Site, ['view'], None), (feed, ['view'], None)))
        blind.post(tab_of(site), hide='cables', expect=404)
        Browser().post(tab_of(site), hide='feeds', expect=302)

    def test_preferences_that_are_nonsense_hide_nothing(self, root, site, feed):
        make_object(feed, title='alpha', place=site)
        user = root.client.get('/').wsgi_request.user
        for value in ('x', [None, 'y'], 7):
            user.config.set('plugins.netbox_custom_objects.linked_objects.hidden_types', value, commit=True)
            assert 'alpha' in rows(root.get(tab_of(site)))


class TestQuickAdd:
    def additions(self, page):
        menu = page.split('id="linked-add"')[1].split('</div>')[0]
        return [part.split('"')[0].replace('&amp;', '&') for part in menu.split('href="')[1:]]

    def test_the_form_is_filled_in_and_returns_to_the_tab(self, root, site, feed):
        urls = self.additions(root.get(tab_of(site)))
        assert [urlsplit(url).path for url in urls] == ['/plugins/custom-objects/feeds/add/'] * 2
        for url, field in zip(urls, ('place', 'places')):
            page = root.get(url)
            select = page.split(f'name="{field}"')[1].split('</select>')[0]
            assert re.search(rf'value="{site.pk}"\s+selected', select)
            root.post(url, title='new', **{field: site.pk})
            assert root.response.url == tab_of(site)
        assert [obj.title for obj in feed.get_model().objects.all()] == ['new', 'new']
        assert rows(root.get(tab_of(site))).count('/feeds/') >= 2

    def test_polymorphic_fields(self, root, site):
        note = make_type('note', fields=[{'name': 'title', 'primary': True}])
        make_field(note, 'about', 'object', targets=[Region, Site])
        make_field(note, 'others', 'multiobject', targets=[Region, Site])
        for url in self.additions(root.get(tab_of(site))):
            assert 'selected' in root.get(url).split('Here')[0]

    def test_only_what_the_user_may_add_and_edit(self, site, feed, cable):
        make_field(feed, 'fixed', 'object', target=Site, ui_editable='no')
        make_field(feed, 'unseen', 'object', target=Site, ui_editable='hidden')
        browser = Browser(make_user('user', (Site, ['view'], None), (feed, ['view', 'add'], None)))
        page = browser.get(tab_of(site))
        assert {urlsplit(url).path for url in self.additions(page)} == {'/plugins/custom-objects/feeds/add/'}
        assert len(self.additions(page)) == 2
        assert 'Cable' not in text_of(page)


class TestVisibility:
    def test_values_that_the_reader_may_not_view_are_not_named(self, site, feed):
        secret = make_object(make_type('vault', fields=[{'name': 'title', 'primary': True}]), title='secret')
        make_field(feed, 'others', 'multiobject', targets=[Site, secret.custom_object_type])
        obj = make_object(feed, title='alpha', place=site)
        there = Site.objects.create(name='Hidden place', slug='hidden')
        obj.others.set([site, secret])
        obj.places.set([site, there])
        reader = make_user('reader', (Site, ['view'], {'slug': 'here'}), (feed, ['view'], None))
        page = text_of(Browser(reader).get(tab_of(site)))
        assert 'alpha' in page
        assert 'secret' not in page
        assert 'Vault' not in page
        assert 'Hidden place' not in page

    def test_counts_in_the_menu_of_types_are_the_readers(self, site, feed, cable):
        make_object(feed, title='mine', place=site)
        make_object(feed, title='theirs', place=site)
        make_object(cable, code='c', origin=site)
        reader = make_user('reader', (Site, ['view'], None), (feed, ['view'], {'title': 'mine'}))
        page = Browser(reader).get(tab_of(site))
        menu = page.split('id="linked-types"')[1].split('</form>')[0]
        assert '>1<' in menu
        assert 'All feeds' in menu
        assert 'able' not in text_of(menu)
