"""Pages of types: NetBox's own view tests, and what is particular about types."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import override_settings

from core.models import ObjectChange
from utilities.testing import ViewTestCases

from netbox_custom_objects.models import CustomObjectType
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.ui import text_of
from tests.surfaces.view_cases import QueryBaseline


class TypeViews(QueryBaseline, ViewTestCases.PrimaryObjectViewTestCase):
    model = CustomObjectType

    @classmethod
    def setUpTestData(cls):
        types = [make_type(f'type_{number}', fields=[('name', 'text')]) for number in range(1, 4)]
        cls.form_data = {
            'name': 'new_type', 'slug': 'new-type', 'verbose_name': 'New type', 'verbose_name_plural': 'New types',
            'group_name': 'Group', 'version': '1.0', 'description': 'Something new', 'display_expression': '{{ name }}',
            'comments': 'Remarks',
        }  # fmt: skip
        cls.csv_data = (
            'name,slug,verbose_name,group_name,description,version,config_context_enabled',
            'import_1,import-1,One,Group,First,1.0,true',
            'import_2,import-2,Two,Group,Second,,false',
            'import_3,import-3,Three,,,,',
        )
        cls.csv_update_data = ('id,description', *(f'{kind.pk},Described {kind.pk}' for kind in types))
        cls.bulk_edit_data = {'group_name': 'Bulk', 'description': 'Edited in bulk'}

    def _get_base_url(self):
        return 'plugins:netbox_custom_objects:customobjecttype_{}'

    def make_many(self, number):
        for index in range(number):
            CustomObjectType.objects.create(name=f'many_{index}', slug=f'many-{index}', group_name='Many')


class TestList:
    def test_offers_actions(self, browser):
        page = browser.get('custom-object-types/')
        for action in ('add/', 'import/'):
            assert f'/plugins/custom-objects/custom-object-types/{action}' in page

    def test_the_root_leads_there(self, browser):
        browser.get('', expect=302)
        assert browser.response['Location'] == '/plugins/custom-objects/custom-object-types/'

    def test_filters(self, browser):
        make_type('one', group_name='A')
        make_type('two', group_name='B')
        assert 'Two' not in text_of(browser.get('custom-object-types/?group_name=A'))
        assert 'One' not in text_of(browser.get('custom-object-types/?q=two'))


class TestDetail:
    def test_shows_the_type_and_leads_to_its_objects(self, browser, every_kind):
        page = browser.get(f'custom-object-types/{every_kind.pk}/')
        assert 'href="/plugins/custom-objects/every-kind/"' in page
        assert f'custom-object-type-fields/add/?custom_object_type={every_kind.pk}' in page
        for field in every_kind.fields.all():
            assert f'data-field="{field.pk}"' in page

    def test_the_fields_tab_lists_fields(self, browser, every_kind):
        text = text_of(browser.get(f'custom-object-types/{every_kind.pk}/fields/'))
        for field in every_kind.fields.all():
            assert field.name in text
        assert 'places' in browser.get(f'custom-object-types/{every_kind.pk}/fields/?export')


class TestEdit:
    @pytest.mark.parametrize(
        ('sent', 'key'),
        [
            ({'name': 'With Space'}, 'name'),
            ({'name': 'taken'}, 'name'),
            ({'slug': 'taken'}, 'slug'),
            ({'slug': 'schema'}, 'slug'),
            ({'slug': 'a b'}, 'slug'),
            ({'version': 'x'}, 'version'),
            ({'display_expression': '{{'}, 'display_expression'),
        ],
    )
    def test_refuses_bad_input(self, browser, sent, key):
        make_type('taken')
        browser.post('custom-object-types/add/', expect=200, **{'name': 'new', 'slug': 'new', **sent})
        assert key in browser.errors
        assert CustomObjectType.objects.count() == 1

    def test_the_number_of_types_is_limited(self, browser, settings):
        with override_settings(PLUGINS_CONFIG={**settings.PLUGINS_CONFIG, 'netbox_custom_objects': {
            **settings.PLUGINS_CONFIG['netbox_custom_objects'], 'max_custom_object_types': 1,
        }}):  # fmt: skip
            browser.post('custom-object-types/add/', name='one', slug='one')
            browser.post('custom-object-types/add/', expect=200, name='two', slug='two')
        assert 'max_custom_object_types' in str(browser.errors['__all__'])

    def test_a_change_is_logged(self, browser):
        browser.post('custom-object-types/add/', name='one', slug='one')
        kind = CustomObjectType.objects.get()
        browser.post(f'custom-object-types/{kind.pk}/edit/', name='one', slug='one', description='Edited')
        assert [change.action for change in ObjectChange.objects.order_by('time')] == ['create', 'update']
        assert 'Edited' in text_of(browser.get(f'/core/changelog/{ObjectChange.objects.get(action="update").pk}/'))
        assert 'Updated' in text_of(browser.get(f'custom-object-types/{kind.pk}/changelog/'))

    def test_offers_no_documentation_that_does_not_exist(self, browser):
        assert 'View model documentation' not in browser.get('custom-object-types/add/')


class TestDelete:
    def test_says_what_goes_with_it(self, browser, every_kind):
        for title in 'ab':
            make_object(every_kind, title=title)
        text = text_of(browser.get(f'custom-object-types/{every_kind.pk}/delete/'))
        assert '2 Every_kinds' in text
        assert '13 custom object type fields' in text

    def test_deletes_the_type_with_its_objects(self, browser, every_kind):
        obj = make_object(every_kind, title='a')
        browser.post(f'custom-object-types/{every_kind.pk}/delete/', confirm='true')
        assert not CustomObjectType.objects.exists()
        browser.get('every-kind/', expect=404)
        browser.get(obj.get_absolute_url(), expect=404)
        actions = ObjectChange.objects.filter(action='delete').values_list('changed_object_type__model', flat=True)
        assert set(actions) == {f'table{every_kind.pk}model', 'customobjecttypefield', 'customobjecttype'}

    def test_is_refused_while_other_types_point_at_it(self, browser, every_kind):
        cable = make_type('cable', fields=[{'name': 'end', 'type': 'object', 'target': every_kind}])
        path = f'custom-object-types/{every_kind.pk}/delete/'
        assert 'cable.end' in text_of(browser.get(path))
        browser.post(path, confirm='true')
        assert 'cable.end' in browser.messages[0]
        assert CustomObjectType.objects.filter(pk=every_kind.pk).exists()
        browser.post('custom-object-types/delete/', pk=[every_kind.pk], confirm='true', _confirm='1')
        assert CustomObjectType.objects.count() == 2
        browser.post('custom-object-types/delete/', pk=[cable.pk], confirm='true', _confirm='1')
        browser.post(path, confirm='true')
        assert not CustomObjectType.objects.exists()

    def test_journal_and_bookmarks_are_offered(self, browser):
        kind = make_type('one')
        make_field(kind, 'name')
        entry = {'assigned_object_type': _content_type().pk, 'assigned_object_id': kind.pk, 'kind': 'info'}
        browser.post('/extras/journal-entries/add/', comments='Noted', **entry)
        assert 'Noted' in text_of(browser.get(f'custom-object-types/{kind.pk}/journal/'))
        browser.post('/extras/bookmarks/add/', object_type=_content_type().pk, object_id=kind.pk)
        assert 'One' in text_of(browser.get('/user/bookmarks/'))
        browser.post(f'custom-object-types/{kind.pk}/delete/', confirm='true')
        assert not CustomObjectType.objects.exists()


def _content_type():
    return ContentType.objects.get_for_model(CustomObjectType)
