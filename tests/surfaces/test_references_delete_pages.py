"""NetBox's delete pages tell what a deletion does to custom objects, as far as the user may know it."""

import logging

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dcim.models import Manufacturer, Region, Site

from netbox_custom_objects.views import delete_preview
from tests.support.branches import Lab
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.rest import make_user, superuser
from tests.surfaces.ui import Browser, text_of

PANEL = 'custom-objects-affected'
DIALOG = {'HX-Request': 'true', 'HX-Target': 'htmx-modal-content'}


@pytest.fixture
def site(db):
    return Site.objects.create(name='S', slug='s')


@pytest.fixture
def thing(db):
    """Objects that refer to the site `s` in each way; `title` says what becomes of them."""
    return make_type('thing', fields=[{'name': 'title', 'type': 'text', 'primary': True}])


@pytest.fixture
def objects(thing, site):
    make_field(thing, 'clear', 'object', target=Site)
    make_field(thing, 'links', 'multiobject', target=Site)
    make_field(thing, 'cascade', 'object', targets=[Site, Region], on_delete_behavior='cascade')
    part = make_type('part', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
    make_field(part, 'whole', 'object', target=thing, on_delete_behavior='cascade')
    gone = make_object(thing, title='deleted', cascade=site, clear=site)
    make_object(part, title='along', whole=gone)
    make_object(thing, title='cleared', clear=site)
    make_object(thing, title='unlinked', links=[site])
    make_object(thing, title='untouched')
    return thing, part


def panel_of(page):
    """Return the panel as text."""
    assert page.count(PANEL) == 1
    return text_of(page[page.index(f'id="{PANEL}"') :].split('</form>')[0])


def assert_told(page):
    text = panel_of(page)
    deleted, changed = text.split('will be deleted as well')[1].split('will be changed')
    for title in ('deleted', 'along'):
        assert title in deleted
        assert title not in changed
    for title in ('cleared', 'unlinked'):
        assert title in changed
    assert 'untouched' not in text
    assert page.index('<form') < page.index(PANEL)


class TestCorePages:
    def test_page(self, browser, site, objects):
        assert_told(browser.get(f'/dcim/sites/{site.pk}/delete/'))

    def test_dialog(self, browser, site, objects):
        page = browser.get(f'/dcim/sites/{site.pk}/delete/', headers=DIALOG)
        assert '<html' not in page
        assert_told(page)

    def test_bulk(self, browser, site, objects):
        assert_told(browser.post('/dcim/sites/delete/', expect=200, pk=[site.pk]))

    def test_bulk_by_filter(self, browser, site, objects):
        assert_told(browser.post('/dcim/sites/delete/?name=S', expect=200, _all='1'))
        assert PANEL not in browser.post('/dcim/sites/delete/?name=other', expect=302, _all='1')

    def test_what_goes_along_counts(self, browser, thing):
        parent = Region.objects.create(name='p', slug='p')
        make_field(thing, 'region', 'object', target=Region)
        make_object(thing, title='below', region=Region.objects.create(name='c', slug='c', parent=parent))
        assert 'below' in panel_of(browser.get(f'/dcim/regions/{parent.pk}/delete/'))

    def test_protectors(self, browser, thing, site):
        make_field(thing, 'site', 'object', target=Site, on_delete_behavior='protect')
        guard = make_object(thing, title='guard', site=site)
        text = panel_of(browser.get(f'/dcim/sites/{site.pk}/delete/'))
        assert text.index('prevent the deletion') < text.index('guard')
        browser.post(f'/dcim/sites/{site.pk}/delete/', confirm='on')
        assert guard.get_absolute_url() in browser.messages[0]

    def test_nothing_to_tell(self, browser, objects):
        other = Site.objects.create(name='O', slug='o')
        assert PANEL not in browser.get(f'/dcim/sites/{other.pk}/delete/')

    def test_the_deletion_itself_is_not_touched(self, browser, site, objects):
        browser.post(f'/dcim/sites/{site.pk}/delete/', confirm='on')
        assert not Site.objects.exists()

    def test_many_are_counted(self, browser, thing, site):
        make_field(thing, 'site', 'object', target=Site)
        model = thing.get_model()
        model.objects.bulk_create(model(title=f't{n}', site=site) for n in range(30))
        text = panel_of(browser.get(f'/dcim/sites/{site.pk}/delete/'))
        assert '30 Things' in text
        assert 'and 10 more' in text


class TestCustomPages:
    def test_page_dialog_and_bulk(self, browser, thing, objects):
        whole = thing.get_model().objects.get(title='deleted')
        for page in (
            browser.get(f'thing/{whole.pk}/delete/'),
            browser.get(f'thing/{whole.pk}/delete/', headers=DIALOG),
            browser.post('thing/bulk-delete/', expect=200, pk=[whole.pk]),
        ):
            assert 'along' in panel_of(page)
            assert 'cleared' not in panel_of(page)

    def test_a_refusal_names_nothing_that_is_hidden(self, thing, db):
        guard = make_type('guard', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
        make_field(guard, 'thing', 'object', target=thing, on_delete_behavior='protect')
        held = make_object(thing, title='held')
        make_object(guard, title='secret', thing=held)
        browser = Browser(make_user('half', (thing, ['view', 'delete'], None)))
        path = f'thing/{held.pk}/delete/'
        browser.get(path, expect=302)
        browser.post(path, confirm='on')
        assert 'secret' not in ''.join(browser.messages)
        assert 'an object that you may not view' in ''.join(browser.messages)
        assert thing.get_model().objects.exists()


class TestRights:
    def test_protectors_at_the_end_of_a_chain_are_hidden_as_well(self, thing, db):
        """Refused by Django's collector inside a cascade of ours inside the deletion of a custom object."""
        top = make_type('top', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
        field = make_field(thing, 'top', 'object', targets=[Site], on_delete_behavior='cascade')
        field.related_object_types.add(top.object_type)
        guard = make_type('guard', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
        make_field(guard, 'thing', 'object', target=thing, on_delete_behavior='protect')
        root = make_object(top, title='root')
        make_object(guard, title='secret', thing=make_object(thing, title='between', top=root))
        browser = Browser(make_user('half', (top, ['view', 'delete'], None), (thing, ['view'], None)))
        assert 'Some that you may not view' in panel_of(browser.get(f'top/{root.pk}/delete/'))
        browser.post(f'top/{root.pk}/delete/', confirm='on')
        assert 'an object that you may not view' in browser.messages[0]
        assert 'secret' not in browser.messages[0]
        assert thing.get_model().objects.exists()

    def test_what_a_user_may_not_view_is_not_named(self, thing, site, objects):
        user = make_user('half', (Site, ['view', 'delete'], None), (thing, ['view'], {'title': 'cleared'}))
        text = panel_of(Browser(user).get(f'/dcim/sites/{site.pk}/delete/'))
        assert 'cleared' in text
        assert 'Some that you may not view' in text
        assert 'Others that you may not view' in text
        for hidden in ('unlinked', 'along', 'Part', 'deleted Things'):
            assert hidden not in text

    def test_a_refusal_of_a_core_object_names_nothing_that_is_hidden(self, thing, site):
        make_field(thing, 'site', 'object', target=Site, on_delete_behavior='protect')
        make_object(thing, title='secret', site=site)
        browser = Browser(make_user('half', (Site, ['view', 'delete'], None)))
        browser.post(f'/dcim/sites/{site.pk}/delete/', confirm='on')
        assert '1 dependent objects' in browser.messages[0]
        assert 'secret' not in browser.messages[0]
        assert Site.objects.exists()

    def test_who_may_not_delete_learns_nothing(self, site, objects):
        browser = Browser(make_user('reader', (Site, ['view'], None)))
        assert PANEL not in browser.get(f'/dcim/sites/{site.pk}/delete/', expect=403)


class TestCost:
    def test_none_where_nothing_points(self, browser, objects):
        manufacturer = Manufacturer.objects.create(name='m', slug='m')
        browser.get(f'/dcim/manufacturers/{manufacturer.pk}/delete/')
        with CaptureQueriesContext(connection) as queries:
            browser.get(f'/dcim/manufacturers/{manufacturer.pk}/delete/')
        assert not [query for query in queries if '"custom_objects_' in query['sql']]

    def test_is_the_same_for_any_number_of_referrers(self, browser, thing, site):
        make_field(thing, 'site', 'object', target=Site)
        model, counts = thing.get_model(), []
        for number in (1, 50):
            model.objects.bulk_create(model(title='t', site=site) for _ in range(number))
            browser.get(f'/dcim/sites/{site.pk}/delete/')
            with CaptureQueriesContext(connection) as queries:
                browser.get(f'/dcim/sites/{site.pk}/delete/')
            counts.append(len(queries))
        assert counts[0] == counts[1]


class TestRobustness:
    def test_a_page_of_another_shape_stays_as_it_is(self, browser, site, objects, monkeypatch, caplog):
        monkeypatch.setattr(delete_preview, 'SINGLE_MARKERS', (b'nowhere',))
        with caplog.at_level(logging.WARNING, 'netbox.plugins.netbox_custom_objects.views'):
            page = browser.get(f'/dcim/sites/{site.pk}/delete/')
        assert PANEL not in page
        assert 'Confirm Deletion' in page
        browser.get(f'/dcim/sites/{site.pk}/delete/')
        assert caplog.text.count('lacks nowhere') == 1

    def test_an_error_leaves_the_page_alone(self, browser, site, objects, monkeypatch, caplog):
        monkeypatch.setattr(delete_preview, 'preview', lambda *args: 1 / 0)
        assert 'Confirm Deletion' in browser.get(f'/dcim/sites/{site.pk}/delete/')
        assert 'ZeroDivisionError' in caplog.text

    def test_bad_input_is_left_to_the_view(self, browser, objects):
        browser.get('/dcim/sites/999999/delete/', expect=404)
        browser.client.raise_request_exception = False
        browser.post('/dcim/sites/delete/', expect=500, pk=['x'])

    def test_pages_of_other_views_are_not_touched(self, browser, site, objects):
        assert PANEL not in browser.get(f'/dcim/sites/{site.pk}/')
        assert PANEL not in browser.get(f'/dcim/sites/{site.pk}/edit/')


def test_in_a_branch(fresh_database):
    """The page of a branch tells of the branch's objects."""
    lab = Lab()
    with lab.request():
        site = Site.objects.create(name='S', slug='s')
        thing = make_type('thing', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
        make_field(thing, 'site', 'object', target=Site)
        make_object(thing, title='everywhere', site=site)
    branch = lab.branch()
    with lab.request(branch):
        make_object(thing, title='branch only', site=Site.objects.get())
    browser = Browser(superuser())
    main = panel_of(browser.get(f'/dcim/sites/{site.pk}/delete/'))
    there = panel_of(browser.get(f'/dcim/sites/{site.pk}/delete/?_branch={branch.schema_id}'))
    assert 'branch only' not in main
    assert 'branch only' in there
    assert 'everywhere' in there
