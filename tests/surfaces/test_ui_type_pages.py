"""Pages around a type: the order of its fields, relations, clones, and what a deletion means."""

import pytest

from core.models import ObjectChange
from dcim.models import Site

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.rest import make_user
from tests.surfaces.ui import Browser, text_of
from tests.surfaces.view_cases import queries_of

HTMX = {'HX-Request': 'true'}


@pytest.fixture
def kind(db):
    return make_type('cable', fields=[('a', 'text'), ('b', 'integer'), ('c', 'boolean')])


def names(kind):
    return list(kind.fields.values_list('name', flat=True))


def arrange(browser, kind, *order, expect=302, **extra):
    """Send an order: names, or (name, group) pairs."""
    pairs = [item if isinstance(item, tuple) else (item, '') for item in order]
    pks = dict(kind.fields.values_list('name', 'pk'))
    sent = {'field': [f'{pks[name]}:{group}' for name, group in pairs]}
    return browser.post(f'custom-object-types/{kind.pk}/arrange/', expect, **{**sent, **extra})


class TestArrange:
    def test_the_order_is_that_of_forms_and_lists(self, browser, kind):
        arrange(browser, kind, 'c', 'a', 'b')
        assert names(kind) == ['c', 'a', 'b']
        browser.get('cable/add/')
        assert [name for name in browser.response.context['form'].fields if name in 'abc'] == ['c', 'a', 'b']
        browser.get('cable/')
        assert [name for name in browser.response.context['table'].columns.names() if name in 'abc'] == ['c', 'a', 'b']

    def test_moves_between_groups(self, browser, kind):
        arrange(browser, kind, 'b', ('c', 'Physical'), ('a', 'Physical'))
        assert list(kind.fields.values_list('name', 'group_name')) == [('b', ''), ('c', 'Physical'), ('a', 'Physical')]

    def test_only_what_moves_is_changed_and_logged(self, browser, kind):
        arrange(browser, kind, 'c', 'a', 'b')
        ObjectChange.objects.all().delete()
        arrange(browser, kind, 'c', 'b', 'a')
        changes = ObjectChange.objects.filter(action='update')
        assert sorted(change.object_repr for change in changes) == ['A', 'B']
        arrange(browser, kind, 'c', 'b', 'a')
        assert changes.count() == 2

    def test_htmx_gets_the_panel(self, browser, kind):
        pks = list(kind.fields.values_list('pk', flat=True))
        response = browser.client.post(
            f'/plugins/custom-objects/custom-object-types/{kind.pk}/arrange/',
            {'field': [f'{pk}:' for pk in pks[::-1]]},
            headers=HTMX,
        )
        page = response.content.decode()
        assert '<html' not in page
        assert page.index('>c<') < page.index('>b<') < page.index('>a<')
        assert 'Saved' in page

    @pytest.mark.parametrize(
        'sent',
        [
            {'field': []},
            {'field': ['x:']},
            {'field': ['-1:']},
            {'field': ['1']},
            {'field': [f'{10**9}:']},
            {'field': [f'{10**30}:']},
        ],
    )
    def test_refuses_bad_input(self, browser, kind, sent):
        before = list(kind.fields.values_list('name', 'weight', 'group_name'))
        arrange(browser, kind, 'c', 'b', 'a', **sent)
        assert browser.messages
        assert list(kind.fields.values_list('name', 'weight', 'group_name')) == before

    def test_refuses_repeated_fields_and_long_names(self, browser, kind):
        before = list(kind.fields.values_list('name', 'weight', 'group_name'))
        for order in (('a', 'b', 'a'), (('a', ''), ('b', 'x' * 51))):
            arrange(browser, kind, *order)
            assert list(kind.fields.values_list('name', 'weight', 'group_name')) == before

    def test_fields_of_another_type_are_refused(self, browser, kind):
        other = make_type('other', fields=[('z', 'text')])
        arrange(browser, kind, 'a', field=[f'{other.fields.get().pk}:'])
        assert 'not the fields of this type' in browser.messages[0]

    def test_needs_the_right_to_change_the_fields(self, kind):
        view = (CustomObjectType, ['view'], None), (CustomObjectTypeField, ['view'], None)
        reader = Browser(make_user('reader', *view))
        page = reader.get(f'custom-object-types/{kind.pk}/')
        assert 'data-arrange' not in page
        assert 'data-move' not in page
        arrange(reader, kind, 'c', 'b', 'a')
        assert names(kind) == ['a', 'b', 'c']
        editor = Browser(make_user('editor', *view, (CustomObjectTypeField, ['change'], None)))
        assert 'data-arrange' in editor.get(f'custom-object-types/{kind.pk}/')
        arrange(editor, kind, 'c', 'b', 'a')
        assert names(kind) == ['c', 'b', 'a']
        arrange(Browser(make_user('guest')), kind, 'a', 'b', 'c', expect=403)

    def test_buttons_reach_every_field_by_keyboard(self, browser, kind):
        page = browser.get(f'custom-object-types/{kind.pk}/')
        for name in 'abc':
            assert f'aria-label="Move {name} up"' in page
            assert f'aria-label="Move {name} down"' in page


class TestRelations:
    def test_both_directions_are_shown(self, browser, kind):
        rack = make_type('shelf', verbose_name='Shelf')
        make_field(kind, 'place', 'object', target=Site)
        make_field(kind, 'shelf', 'object', target=rack, on_delete_behavior='protect')
        make_field(kind, 'things', 'multiobject', targets=[Site, rack])
        text = text_of(browser.get(f'custom-object-types/{kind.pk}/'))
        assert 'Refers to place DCIM > Site Clear the field' in text
        assert 'Refers to shelf Shelf Refuse the deletion' in text
        page = text_of(browser.get(f'custom-object-types/{rack.pk}/'))
        assert 'Referred to by shelf Cable Refuse the deletion' in page
        assert 'Referred to by things Cable' in page

    def test_only_fields_that_may_be_viewed(self, kind):
        rack = make_type('shelf')
        make_field(kind, 'secret', 'object', target=rack)
        grants = (CustomObjectType, ['view'], None), (CustomObjectTypeField, ['view'], {'name': 'a'})
        text = text_of(Browser(make_user('reader', *grants)).get(f'custom-object-types/{rack.pk}/'))
        assert 'secret' not in text


def test_the_page_costs_the_same_for_any_number_of_fields_and_types(browser, kind):
    make_field(kind, 'place', 'object', target=Site)
    make_field(kind, 'things', 'multiobject', targets=[Site, kind])
    page = f'/plugins/custom-objects/custom-object-types/{kind.pk}/'
    few = queries_of(browser.client, page)
    for number in range(3):
        make_field(kind, f'place_{number}', 'object', target=Site)
        make_field(make_type(f'other_{number}'), 'cable', 'object', target=kind)
    assert queries_of(browser.client, page) == few


class TestClone:
    def test_takes_the_fields_along(self, browser, kind):
        make_field(kind, 'next', 'object', target=kind, related_name='previous')
        make_field(kind, 'ends', 'multiobject', targets=[Site, kind], required=True)
        make_field(kind, 'color', 'select', choices=['red', 'blue'], default='red', group_name='Look')
        page = browser.get(f'custom-object-types/{kind.pk}/')
        assert f'fields_of={kind.pk}' in page
        browser.get(f'custom-object-types/add/?fields_of={kind.pk}')
        assert browser.response.context['form']['fields_of'].value() == str(kind.pk)
        browser.post('custom-object-types/add/', name='wire', slug='wire', fields_of=kind.pk)
        wire = CustomObjectType.objects.get(name='wire')
        assert names(wire) == names(kind)
        assert wire.fields.get(name='next').related_object_type == wire.object_type
        assert wire.object_type in wire.fields.get(name='ends').related_object_types.all()
        assert wire.fields.get(name='color').default == 'red'
        assert not set(wire.fields.values_list('payload_key')) & set(kind.fields.values_list('payload_key'))
        place = Site.objects.create(name='s', slug='s')
        first = make_object(wire, a='1', ends=[place], color='blue')
        assert make_object(wire, a='2', next=first, ends=[first]).next == first

    def test_needs_the_right_to_add_fields(self, kind):
        grants = (CustomObjectType, ['view', 'add'], None), (CustomObjectTypeField, ['view'], None)
        browser = Browser(make_user('modeller', *grants))
        browser.post('custom-object-types/add/', 200, name='wire', slug='wire', fields_of=kind.pk)
        assert 'permissions violation' in str(browser.errors)
        assert not CustomObjectType.objects.filter(name='wire').exists()

    def test_an_edit_copies_nothing(self, browser, kind):
        other = make_type('other')
        browser.post(f'custom-object-types/{other.pk}/edit/', name='other', slug='other', fields_of=kind.pk)
        assert not other.fields.exists()


class TestDelete:
    def test_says_what_is_retired(self, browser, kind):
        for number in range(3):
            make_object(kind, a=str(number))
        for headers in ({}, HTMX):
            page = browser.get(f'custom-object-types/{kind.pk}/delete/', headers=headers)
            # The dialog takes nothing but the form.
            text = text_of(page.partition('<form')[2] if headers else page)
            assert "3 objects and the type's table are retired" in text
            assert 'with 3 fields' in text

    def test_of_a_field_says_so_in_the_dialog_too(self, browser, kind):
        make_object(kind, a='1')
        field = kind.fields.get(name='a')
        text = text_of(browser.get(f'custom-object-type-fields/{field.pk}/delete/', headers=HTMX))
        assert '1 object of Cables holds a value' in text
