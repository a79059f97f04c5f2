"""Who may see and do what: object permissions on types, on fields and on the objects of each type."""

import pytest

from dcim.models import Site

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.rest import make_user
from tests.surfaces.ui import Browser, text_of


@pytest.fixture
def cable(db):
    return make_type('cable', fields=[('name', 'text'), {'name': 'ends', 'type': 'multiobject', 'target': Site}])


@pytest.fixture
def objects(cable):
    return [make_object(cable, name=name) for name in ('red', 'blue')]


OBJECT_PAGES = ['', '{pk}/', '{pk}/edit/', '{pk}/delete/', '{pk}/contacts/', '{pk}/links/ends/', 'add/', 'bulk-import/']
TYPE_PAGES = ['', 'add/', 'import/', '{pk}/', '{pk}/fields/', '{pk}/edit/', '{pk}/delete/']


class TestLogin:
    @pytest.mark.parametrize('page', ['custom-object-types/', 'cable/', 'cable/1/', 'cable/add/', 'no-such-type/'])
    def test_is_needed(self, cable, page):
        browser = Browser()
        browser.get(page, expect=302)
        assert browser.response['Location'].startswith('/login/')


class TestWithoutRights:
    def test_pages_of_objects_are_not_there(self, objects):
        browser = Browser(make_user('guest'))
        for page in OBJECT_PAGES:
            browser.get('cable/' + page.format(pk=objects[0].pk), expect=404)
        for page in ('bulk-edit/', 'bulk-delete/', 'add/', f'{objects[0].pk}/delete/'):
            browser.post(f'cable/{page}', expect=404, pk=[objects[0].pk], confirm='true', _confirm='1')
        for page in ('journal', 'changelog'):
            browser.get(f'cable/{objects[0].pk}/{page}/', expect=404)
        assert len(objects) == objects[0].__class__.objects.count()

    def test_pages_of_types_are_forbidden(self, cable):
        browser = Browser(make_user('guest'))
        for page in TYPE_PAGES:
            browser.get('custom-object-types/' + page.format(pk=cable.pk), expect=403)
        field = cable.fields.first()
        for page in ('', 'add/', 'import/', f'{field.pk}/edit/', f'{field.pk}/delete/'):
            browser.get(f'custom-object-type-fields/{page}', expect=403)

    def test_rights_on_types_are_none_on_objects(self, cable, objects):
        browser = Browser(make_user('modeller', (CustomObjectType, ['view', 'change'], None)))
        page = browser.get(f'custom-object-types/{cable.pk}/')
        assert 'href="/plugins/custom-objects/cable/"' not in page
        assert 'Add Field' not in page
        browser.get('cable/', expect=403)

    def test_rights_on_one_type_are_none_on_another(self, cable, objects):
        make_type('other')
        browser = Browser(make_user('reader', (cable, ['view'], None)))
        browser.get('cable/')
        browser.get('other/', expect=404)


class TestReading:
    def test_a_reader_sees_but_cannot_change(self, cable, objects):
        browser = Browser(make_user('reader', (cable, ['view'], None)))
        page = browser.get('cable/')
        assert 'red' in text_of(page)
        for link in ('cable/add/', 'cable/bulk-import/', 'cable/bulk-edit/', 'cable/bulk-delete/', '/edit/'):
            assert link not in page
        page = browser.get(f'cable/{objects[0].pk}/')
        for link in ('/edit/', '/delete/', 'cable/add/'):
            assert link not in page
        browser.get(f'cable/{objects[0].pk}/edit/', expect=403)
        browser.post('cable/add/', expect=403, name='new')

    def test_constraints_limit_what_is_seen(self, cable, objects):
        browser = Browser(make_user('reader', (cable, ['view'], {'name': 'red'})))
        red, blue = objects
        text = text_of(browser.get('cable/'))
        assert 'red' in text
        assert 'blue' not in text
        assert 'blue' not in browser.get('cable/?export')
        assert 'blue' not in browser.get('cable/?export=importable')
        browser.get(f'cable/{red.pk}/')
        for page in ('', 'contacts/', 'journal/', 'changelog/', 'links/ends/'):
            browser.get(f'cable/{blue.pk}/{page}', expect=404)

    def test_links_show_only_what_may_be_viewed(self, cable, objects, sites):
        objects[0].ends.set(sites[:2])
        grants = (cable, ['view'], None), (Site, ['view'], {'name': 'Berlin'})
        text = text_of(Browser(make_user('reader', *grants)).get(f'cable/{objects[0].pk}/links/ends/'))
        assert 'Berlin' in text
        assert 'Cairo' not in text

    def test_fields_are_seen_with_the_right_to_view_fields(self, cable):
        browser = Browser(make_user('reader', (CustomObjectType, ['view'], None)))
        assert '/fields/' not in browser.get(f'custom-object-types/{cable.pk}/')
        grants = (CustomObjectType, ['view'], None), (CustomObjectTypeField, ['view'], {'name': 'name'})
        browser = Browser(make_user('other', *grants))
        text = text_of(browser.get(f'custom-object-types/{cable.pk}/fields/?export'))
        assert 'name' in text
        assert 'ends' not in text


class TestWriting:
    def test_constraints_limit_what_is_added(self, cable):
        browser = Browser(make_user('writer', (cable, ['view', 'add'], {'name': 'red'})))
        browser.post('cable/add/', expect=200, name='blue')
        assert browser.errors
        browser.post('cable/add/', name='red')
        assert list(cable.get_model().objects.values_list('name', flat=True)) == ['red']

    def test_constraints_limit_what_is_changed(self, cable, objects):
        red, blue = objects
        browser = Browser(make_user('writer', (cable, ['view', 'change', 'delete'], {'name': 'red'})))
        browser.get(f'cable/{blue.pk}/edit/', expect=404)
        browser.get(f'cable/{blue.pk}/delete/', expect=404)
        browser.post(f'cable/{red.pk}/edit/', expect=200, name='blue')
        browser.post('cable/bulk-edit/', pk=[red.pk, blue.pk], _apply='1', _nullify=['name'], expect=200)
        browser.post('cable/bulk-delete/', pk=[blue.pk], confirm='true', _confirm='1')
        assert sorted(cable.get_model().objects.values_list('name', flat=True)) == ['blue', 'red']

    def test_an_import_needs_the_right_for_what_it_does(self, cable, objects):
        browser = Browser(make_user('writer', (cable, ['view', 'add'], None)))
        sent = {'format': 'csv', 'csv_delimiter': ',', 'import_method': 'direct'}
        browser.post('cable/bulk-import/', expect=200, data=f'id,name\n{objects[0].pk},green', **sent)
        browser.post('cable/bulk-import/', data='name\ngreen', **sent)
        assert sorted(cable.get_model().objects.values_list('name', flat=True)) == ['blue', 'green', 'red']

    def test_references_are_limited_to_what_may_be_viewed(self, cable, sites):
        grants = (cable, ['view', 'add'], None), (Site, ['view'], {'name': 'Berlin'})
        browser = Browser(make_user('writer', *grants))
        browser.post('cable/add/', expect=200, name='a', ends=[sites[1].pk])
        assert set(browser.errors) == {'ends'}
        browser.post('cable/add/', name='a', ends=[sites[0].pk])

    def test_a_field_is_added_with_the_right_to_add_fields(self, cable):
        grants = (CustomObjectType, ['view'], None), (CustomObjectTypeField, ['view', 'add'], None)
        browser = Browser(make_user('modeller', *grants))
        assert 'Add Field' in browser.get(f'custom-object-types/{cable.pk}/')
        browser.get(f'custom-object-type-fields/{make_field(cable, "extra").pk}/edit/', expect=403)

    def test_fields_are_arranged_within_the_constraints(self, cable):
        """As by REST: a field must satisfy them after the change, too."""
        grants = (CustomObjectType, ['view'], None), (CustomObjectTypeField, ['view', 'change'], {'group_name': ''})
        browser = Browser(make_user('modeller', *grants))
        places = [f'{field.pk}:Ends' for field in cable.fields.all()]
        browser.post(f'custom-object-types/{cable.pk}/arrange/', field=places)
        assert 'permissions violation' in ' '.join(browser.messages)
        assert set(cable.fields.values_list('group_name', flat=True)) == {''}
        browser.post(f'custom-object-types/{cable.pk}/arrange/', field=[place[:-4] for place in reversed(places)])
        assert [f'{field.pk}:Ends' for field in cable.fields.order_by('weight')] == places[::-1]


class TestNames:
    def test_the_search_page_offers_types_that_may_be_viewed(self, cable):
        hidden = make_type('hidden_type')
        labels = [f'"netbox_custom_objects.table{made.pk}model"' for made in (cable, hidden)]
        page = Browser(make_user('reader', (cable, ['view'], None))).get('/search/')
        assert [label in page for label in labels] == [True, False]
        assert 'Hidden_type' not in page
        page = Browser(make_user('nobody')).get('/search/?q=hidden')
        assert [label in page for label in labels] == [False, False]

    def test_a_page_of_a_type_names_no_other_that_is_hidden(self, cable):
        hidden = make_type('hidden_type')
        make_field(cable, 'ref', 'object', target=hidden)
        grants = (CustomObjectType, ['view'], {'name': 'cable'}), (CustomObjectTypeField, ['view'], None)
        browser = Browser(make_user('reader', *grants))
        page = browser.get(f'custom-object-types/{cable.pk}/')
        assert 'Hidden_type' not in page
        assert f'netbox_custom_objects.table{hidden.pk}model' in page

    def test_the_tab_counts_the_fields_that_may_be_viewed(self, cable):
        make_field(cable, 'extra')
        grants = (CustomObjectType, ['view'], None), (CustomObjectTypeField, ['view'], {'name': 'name'})
        page = Browser(make_user('reader', *grants)).get(f'custom-object-types/{cable.pk}/')
        assert 'Fields 1' in text_of(page)
