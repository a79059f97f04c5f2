"""The type designer: a type with all of its fields at once, or nothing."""

import re

import pytest

from core.models import ObjectChange, ObjectType
from dcim.models import Site

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from tests.support.branches import Lab
from tests.support.factories import make_choice_set, make_object, make_type
from tests.surfaces.rest import make_user
from tests.surfaces.ui import Browser, text_of

PATH = 'custom-object-types/design/'
DEFAULTS = {
    'search_weight': '500', 'filter_logic': 'loose', 'ui_visible': 'always', 'ui_editable': 'yes',
    'on_delete_behavior': 'set_null',
}  # fmt: skip


def sent(*rows, **attributes):
    """Return the inputs of a type `panel` with these rows, in their order."""
    data = {'name': 'panel', 'slug': 'panel', 'row': [], **attributes}
    for number, row in enumerate(rows):
        key = f'f{number:08x}'
        data['row'].append(key)
        data |= {f'{key}-{name}': value for name, value in {**DEFAULTS, 'type': 'text', **row}.items()}
    return data


def rows_of(browser):
    """Return the forms of the fields on the last page."""
    return browser.response.context['page'].rows


def shown(browser, key, path=f'{PATH}row/', **inputs):
    """Return a row as it is rendered again with what was typed into it."""
    data = {'row': key, 'shown': key, **{f'{key}-{name}': value for name, value in inputs.items()}}
    return browser.post(path, 200, **data)


def nothing_is_stored():
    return not CustomObjectType.objects.exists() and not CustomObjectTypeField.objects.exists()


def test_is_offered(browser):
    assert f'/plugins/custom-objects/{PATH}' in browser.get('custom-object-types/')
    text = text_of(browser.get(PATH))
    for words in ('Design a Custom Object Type', 'Add Field', 'Preview', 'Create'):
        assert words in text


def test_makes_a_type_with_ten_kinds_of_field(browser):
    choices = make_choice_set('colors', ['red', 'blue'])
    site = ObjectType.objects.get_for_model(Site).pk
    rows = [
        {'name': 'serial', 'type': 'text', 'primary': 'on', 'required': 'on', 'validation_regex': '^S'},
        {'name': 'notes', 'type': 'longtext', 'group_name': 'More'},
        {'name': 'ports', 'type': 'integer', 'validation_minimum': '1', 'default': '24'},
        {'name': 'price', 'type': 'decimal'},
        {'name': 'active', 'type': 'boolean'},
        {'name': 'bought', 'type': 'date'},
        {'name': 'web', 'type': 'url'},
        {'name': 'color', 'type': 'select', 'choice_set': choices.pk},
        {'name': 'place', 'type': 'object', 'related_object_type': site},
        {'name': 'things', 'type': 'multiobject', 'is_polymorphic': 'on', 'related_object_types': [site]},
        {'name': 'days', 'type': 'array', 'element_type': 'date'},
    ]
    browser.post(PATH, **sent(*rows, group_name='Racks', changelog_message='First draft'))
    kind = CustomObjectType.objects.get()
    assert browser.response['Location'] == kind.get_absolute_url()
    # In the order of the rows, but for the group, which comes after what has none.
    assert [field.name for field in kind.fields.all()] == [
        'serial', 'ports', 'price', 'active', 'bought', 'web', 'color', 'place', 'things', 'days', 'notes',
    ]  # fmt: skip
    obj = make_object(kind, serial='S1', color='red', things=[Site.objects.create(name='s', slug='s')])
    assert (str(obj), obj.ports) == ('S1', 24)
    assert set(ObjectChange.objects.values_list('message', flat=True)) == {'First draft'}
    assert ObjectChange.objects.filter(action='create').count() == 12


class TestOwnType:
    ROWS = (
        {'name': 'serial', 'primary': 'on'},
        {'name': 'parent', 'type': 'object', 'related_object_type': 'self'},
        {'name': 'peers', 'type': 'multiobject', 'related_object_type': 'self'},
        {'name': 'anything', 'type': 'object', 'is_polymorphic': 'on', 'related_object_types': ['self']},
    )

    def test_fields_can_point_at_it(self, browser):
        site = ObjectType.objects.get_for_model(Site)
        mixed = {
            'name': 'mixed',
            'type': 'multiobject',
            'is_polymorphic': 'on',
            'related_object_types': [site.pk, 'self'],
        }
        browser.post(PATH, **sent(*self.ROWS, mixed))
        kind = CustomObjectType.objects.get()
        fields = {field.name: field for field in kind.fields.all()}
        assert fields['parent'].related_object_type.pk == fields['peers'].related_object_type.pk == kind.object_type_id
        assert [found.pk for found in fields['anything'].related_object_types.all()] == [kind.object_type_id]
        assert {found.pk for found in fields['mixed'].related_object_types.all()} == {site.pk, kind.object_type_id}
        first = make_object(kind, serial='first')
        second = make_object(kind, serial='second', parent=first, peers=[first], anything=first, mixed=[first])
        assert 'first' in text_of(browser.get(second.get_absolute_url()))
        browser.get('panel/')

    def test_is_offered_and_stays_chosen(self, browser):
        page = shown(browser, 'f00000000', type='object', related_object_type='self')
        assert 'This type' in text_of(page)
        assert len(re.findall(r'value="self"\s+selected', page)) == 1
        page = browser.post(PATH, 200, **sent(*self.ROWS, {'name': 'Bad Name'}))
        assert len(re.findall(r'value="self"\s+selected', page)) == 3
        assert [set(form.errors) for form in rows_of(browser)] == [set(), set(), set(), set(), {'name'}]
        assert nothing_is_stored()

    def test_rows_are_not_wrong_because_the_type_is(self, browser):
        browser.post(PATH, 200, **sent(*self.ROWS, slug='schema'))
        assert not any(form.errors for form in rows_of(browser))
        assert nothing_is_stored()

    def test_preview(self, browser):
        page = browser.post(f'{PATH}preview/', 200, **sent(*self.ROWS))
        assert 'alert-danger' not in page
        assert nothing_is_stored()


class TestErrors:
    def test_are_told_for_each_row_and_nothing_is_stored(self, browser):
        rows = [
            {'name': 'good'},
            {'name': 'Bad Name'},
            {'name': 'good'},
            {'name': 'ports', 'type': 'integer', 'validation_minimum': '9', 'validation_maximum': '1'},
            {'name': 'color', 'type': 'select'},
        ]
        page = browser.post(PATH, 200, **sent(*rows))
        found = [set(row.errors) for row in rows_of(browser)]
        assert found[:2] == [set(), {'name'}]
        assert found[2]
        assert found[3] & {'validation_minimum', 'validation_maximum'}
        assert 'choice_set' in found[4]
        assert nothing_is_stored()
        # What was typed is still there, and what is wrong is unfolded.
        assert 'value="Bad Name"' in page
        assert '<div class="designer-drawer" id="f00000003-drawer">' in page
        assert '<div class="designer-drawer" id="f00000000-drawer" hidden>' in page
        browser.get('panel/', expect=404)
        browser.post(PATH, **sent({'name': 'good'}))
        assert CustomObjectType.objects.get().fields.count() == 1

    @pytest.mark.parametrize(
        ('attributes', 'key'), [({'name': 'With Space'}, 'name'), ({'slug': 'schema'}, 'slug'), ({'slug': ''}, 'slug')]
    )
    def test_of_the_type(self, browser, attributes, key):
        browser.post(PATH, 200, **sent({'name': 'serial'}, **attributes))
        assert key in browser.errors
        assert nothing_is_stored()

    def test_two_fields_cannot_name_the_objects(self, browser):
        browser.post(PATH, 200, **sent({'name': 'a', 'primary': 'on'}, {'name': 'b', 'primary': 'on'}))
        assert 'primary' in rows_of(browser)[1].errors
        assert nothing_is_stored()

    def test_keys_of_rows_that_are_none_are_ignored(self, browser):
        browser.post(PATH, **{**sent({'name': 'a'}), 'row': ['f00000000', 'x', "f'; --", 'f00000000']})
        assert [field.name for field in CustomObjectTypeField.objects.all()] == ['a']

    def test_a_type_needs_no_fields(self, browser):
        browser.post(PATH, **sent())
        assert CustomObjectType.objects.get().name == 'panel'


class TestRows:
    def test_each_new_one_has_a_key_of_its_own(self, browser):
        keys = set()
        for _ in range(3):
            browser.post(f'{PATH}row/', 200)
            keys.add(browser.response.context['row'].prefix)
        assert len(keys) == 3

    def test_another_type_keeps_what_was_typed(self, browser):
        page = shown(browser, 'f00000001', name='ports', type='integer', label='Ports', default='24', open='1')
        assert 'value="24"' in page
        assert '<div class="designer-drawer" id="f00000001-drawer">' in page
        assert 'name="f00000001-validation_minimum"' in page
        assert 'name="f00000001-validation_regex"' not in page
        assert 'value="ports"' in page
        page = shown(browser, 'f00000001', type='object', is_polymorphic='on')
        assert 'name="f00000001-related_object_types"' in page
        assert 'name="f00000001-related_object_type"' not in page


class TestPreview:
    def test_shows_the_fields_and_stores_nothing(self, browser):
        page = browser.post(f'{PATH}preview/', 200, **sent({'name': 'serial'}, {'name': 'ports', 'type': 'integer'}))
        text = text_of(page)
        for words in ('Form Serial', 'Ports', '"ports": 42'):
            assert words in text
        assert nothing_is_stored()
        assert not ObjectChange.objects.exists()
        make_type('panel', fields=[('serial', 'text')])

    def test_names_the_errors(self, browser):
        text = text_of(browser.post(f'{PATH}preview/', 200, **sent({'name': 'Bad Name'}, {'name': ''}, slug='schema')))
        assert 'Type: This slug is reserved' in text
        text = text_of(browser.post(f'{PATH}preview/', 200, **sent({'name': 'Bad Name'}, {'name': ''})))
        assert 'Bad Name: Only lower-case' in text
        assert 'field 2: This field is required' in text


def test_works_in_a_branch(fresh_database):
    lab = Lab()
    branch = lab.branch()
    browser = Browser(lab.user)
    browser.get(f'/?_branch={branch.schema_id}')  # the cookie keeps it
    browser.post(PATH, 200, **sent({'name': 'serial'}, {'name': 'Bad Name'}))
    assert 'name' in rows_of(browser)[1].errors
    own = {'name': 'parent', 'type': 'object', 'related_object_type': 'self'}
    browser.post(PATH, **sent({'name': 'serial'}, own))
    kind_url = browser.response['Location']
    pks = shown_fields(browser, kind_url)
    assert len(pks) == 2
    browser.post(f'{kind_url}arrange/', field=[f'{pk}:' for pk in pks[::-1]])
    assert shown_fields(browser, kind_url) == pks[::-1]
    assert 'New type &quot;panel&quot;.' in browser.get(f'{kind_url}schema-history/')
    browser.get('/?_branch=')
    assert 'panel' not in text_of(browser.get('custom-object-types/'))
    assert nothing_is_stored()


def shown_fields(browser, url) -> list[str]:
    return re.findall(r'data-field="(\d+)"', browser.get(url))


class TestRights:
    def test_to_add_types_and_fields_are_needed(self, db):
        grants = (CustomObjectType, ['view', 'add'], None), (CustomObjectTypeField, ['view', 'add'], None)
        for number, grant in enumerate(grants):
            browser = Browser(make_user(f'half {number}', grant))
            browser.get(PATH, expect=403)
            browser.post(PATH, 403, **sent({'name': 'serial'}))
            browser.post(f'{PATH}preview/', 403, **sent({'name': 'serial'}))
        assert nothing_is_stored()
        Browser(make_user('modeller', *grants)).post(PATH, **sent({'name': 'serial'}))
        assert CustomObjectTypeField.objects.get().name == 'serial'

    def test_constraints_hold(self, db):
        grants = (CustomObjectType, ['add'], None), (CustomObjectTypeField, ['add'], {'name': 'allowed'})
        browser = Browser(make_user('modeller', *grants))
        browser.post(PATH, 200, **sent({'name': 'allowed'}, {'name': 'other'}))
        assert 'permissions violation' in str(browser.errors)
        assert nothing_is_stored()
        browser.post(PATH, **sent({'name': 'allowed'}))
