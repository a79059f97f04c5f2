"""Schema History: requests in sentences, and the undoing of the last one."""

import pytest

from core.models import ObjectChange
from dcim.models import Site

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeConstraint, CustomObjectTypeField
from tests.support.factories import make_constraint, make_field, make_object, make_type
from tests.support.request import request
from tests.surfaces.rest import make_user
from tests.surfaces.ui import Browser, text_of
from tests.surfaces.view_cases import queries_of

RIGHTS = ['view', 'add', 'change', 'delete']
SENT = {
    'search_weight': '500', 'filter_logic': 'loose', 'ui_visible': 'always', 'ui_editable': 'yes', 'weight': '100',
}  # fmt: skip


@pytest.fixture
def kind(db):
    return make_type('cable', fields=[('a', 'text'), ('b', 'integer'), ('c', 'boolean')])


def history(browser, kind):
    return text_of(browser.get(f'custom-object-types/{kind.pk}/schema-history/'))


def address(kind):
    return f'custom-object-types/{kind.pk}/schema-history/undo/'


def key(browser, kind):
    browser.get(address(kind))
    return browser.response.context['key']


def undo(browser, kind):
    """Undo as a user does, and return the message."""
    shown = text_of(browser.get(address(kind)))
    assert 'Refused' not in shown, shown
    browser.post(address(kind), key=browser.response.context['key'])
    return browser.messages[-1]


def change(row, **values):
    with request():
        row = type(row).objects.get(pk=row.pk)
        row.snapshot()
        for name, value in values.items():
            setattr(row, name, value)
        row.full_clean()
        row.save()


class TestSentences:
    def test_request_by_request(self, browser, kind):
        browser.post('custom-object-type-fields/add/', custom_object_type=kind.pk, name='serial', type='text', **SENT)
        field = kind.fields.get(name='serial')
        edit = f'custom-object-type-fields/{field.pk}/edit/'
        browser.post(edit, name='serial', label='No.', type='longtext', **SENT | {'filter_logic': 'exact'})
        browser.post(f'custom-object-type-fields/{field.pk}/delete/', confirm='true')
        with request():
            make_constraint(kind, 'limited', expression="a != 'x'")
        text = history(browser, kind)
        sentences = (
            'New constraint "limited". Tables changed',
            'Field "serial" (Text (long)) deleted; its values are retired. Tables changed',
            'Field "serial": label changed from nothing to "No.". Definition only',
            'Field "serial": type changed from "Text" to "Text (long)". Tables changed',
            'Field "serial": filter logic changed from "Loose" to "Exact". Definition only',
            'New field "serial" (Text). Tables changed',
        )
        for sentence in sentences:
            assert sentence in text, (sentence, text)
        assert sorted(sentences[:3], key=text.index) == list(sentences[:3])

    def test_an_order_is_one_line(self, browser, kind):
        pks = dict(kind.fields.values_list('name', 'pk'))
        browser.post(
            f'custom-object-types/{kind.pk}/arrange/', field=[f'{pks["c"]}:', f'{pks["a"]}:', f'{pks["b"]}:Group']
        )
        text = history(browser, kind)
        assert text.count('Order changed') == 1
        assert 'weight' not in text
        assert 'Field "b": group name changed from nothing to "Group".' in text

    def test_needs_the_right_to_view_changes(self, kind):
        reader = Browser(make_user('reader', (CustomObjectType, ['view'], None)))
        assert 'schema-history' not in reader.get(f'custom-object-types/{kind.pk}/')
        assert 'No change' in history(reader, kind)

    def test_other_types_are_left_out(self, browser, kind):
        with request():
            make_field(make_type('other'), 'serial')
        assert 'serial' not in history(browser, kind)

    def test_queries_do_not_grow(self, browser, kind):
        page = f'/plugins/custom-objects/custom-object-types/{kind.pk}/schema-history/'
        with request():
            make_field(kind, 'state_0', 'select', choices=['new'])
        change(kind.fields.get(name='state_0'), label='First')
        few = queries_of(browser.client, page)
        for number in range(1, 4):
            with request():
                make_field(kind, f'state_{number}', 'select', choices=['new'])
        assert queries_of(browser.client, page) == few


class TestUndo:
    def test_of_a_new_field_retires_its_values(self, browser, kind):
        with request():
            made = make_field(kind, 'serial')
        make_object(kind, a='1', serial='x')
        page = text_of(browser.get(address(kind)))
        assert 'New field "serial" (Text).' in page
        assert '1 row, instant' in page
        assert kind.fields.filter(name='serial').exists()
        assert 'has been undone' in undo(browser, kind)
        assert not kind.fields.filter(name='serial').exists()
        assert 'Field "serial" (Text) deleted' in history(browser, kind)
        # Undoing that brings it back, with its values.
        assert 'has been undone' in undo(browser, kind)
        assert kind.get_model().objects.get().serial == 'x'
        assert kind.fields.get(name='serial').pk == made.pk

    def test_of_an_edit_converts_values_back(self, browser, kind):
        make_object(kind, a='1')
        field = kind.fields.get(name='a')
        change(field, type='integer', label='Number', name='number')
        assert kind.get_model().objects.get().number == 1
        assert 'from bigint to character varying' in text_of(browser.get(address(kind)))
        undo(browser, kind)
        field.refresh_from_db()
        assert (field.name, field.label, field.type) == ('a', '', 'text')
        assert kind.get_model().objects.get().a == '1'

    def test_of_targets_tags_and_an_expression(self, browser, kind):
        other = make_type('other')
        ends = make_field(kind, 'ends', 'multiobject', targets=[Site, other])
        with request():
            ends.snapshot()
            ends.related_object_types.set([other.object_type])
        undo(browser, kind)
        assert ends.related_object_types.count() == 2
        change(kind, display_expression='{{ a }}!', group_name='G')
        undo(browser, kind)
        kind.refresh_from_db()
        assert (kind.display_expression, kind.group_name) == ('', '')

    def test_of_constraints(self, browser, kind):
        with request():
            make_constraint(kind, 'limited', expression="a != 'x'")
        undo(browser, kind)
        assert not kind.constraints.exists()
        undo(browser, kind)
        assert kind.constraints.get().name == 'limited'
        change(kind.constraints.get(), expression="a != 'y'")
        undo(browser, kind)
        assert 'x' in kind.constraints.get().expression

    def test_of_an_order(self, browser, kind):
        pks = dict(kind.fields.values_list('name', 'pk'))
        browser.post(f'custom-object-types/{kind.pk}/arrange/', field=[f'{pks[name]}:' for name in 'cab'])
        undo(browser, kind)
        assert list(kind.fields.values_list('name', flat=True)) == ['a', 'b', 'c']

    def test_is_refused_with_the_reason(self, browser, kind):
        with request():
            field = make_field(kind, 'serial', 'integer')
        asked = key(browser, kind)
        types = CustomObjectType.objects.filter(pk=kind.pk)
        for make, reason in (
            (lambda: make_constraint(kind, 'positive', expression='serial > 0'), 'positive'),
            (lambda: types.update(display_expression='{{ serial }}'), 'mentioned'),
        ):
            # Nothing of it is in the change log: the field is still the last change.
            make()
            assert reason in text_of(browser.get(address(kind)))
            browser.post(address(kind), key=asked)
            assert reason in browser.messages[-1]
            CustomObjectTypeConstraint.objects.all().delete()
        assert kind.fields.filter(pk=field.pk).exists()
        change(kind, display_expression='', group_name='G')
        browser.post(address(kind), key=asked)
        assert 'Only the latest change' in browser.messages[-1]
        for sent in ('', 'x', '9' * 30):
            browser.post(address(kind), key=sent)
            assert 'Only the latest change' in browser.messages[-1]
        CustomObjectType.objects.filter(pk=kind.pk).update(group_name='H')
        assert 'without a record' in text_of(browser.get(address(kind)))

    def test_values_that_do_not_fit_are_shown(self, browser, kind):
        change(kind.fields.get(name='b'), type='text')
        make_object(kind, b='not a number')
        assert 'not a number' in text_of(browser.get(address(kind)))

    def test_of_a_new_type_and_of_several_types(self, browser, db):
        with request():
            first = make_type('first')
        assert 'Delete the type instead' in text_of(browser.get(address(first)))
        with request():
            make_field(first, 'a')
            make_field(make_type('second'), 'b')
        assert 'also changed other types' in text_of(browser.get(address(first)))

    def test_needs_the_rights_of_the_edits(self, kind):
        with request():
            make_field(kind, 'serial')
        views = (CustomObjectType, ['view'], None), (ObjectChange, ['view'], None)
        reader = Browser(make_user('reader', *views, (CustomObjectTypeField, ['view'], None)))
        assert 'schema-history/undo' not in reader.get(f'custom-object-types/{kind.pk}/schema-history/')
        editor = Browser(make_user('editor', *views, (CustomObjectTypeField, RIGHTS, {'name': 'a'})))
        assert 'You may not' in text_of(editor.get(address(kind)))
        editor.post(address(kind), 403, key=editor.response.context['key'])
        partial = Browser(make_user('partial', views[0], (CustomObjectTypeField, RIGHTS, None)))
        partial.get(address(kind), 403)
        owner = Browser(make_user('owner', *views, (CustomObjectTypeField, ['view', 'delete'], None)))
        assert 'has been undone' in undo(owner, kind)

    def test_a_preview_leaves_nothing_behind(self, browser, kind):
        with request():
            make_field(kind, 'serial')
        before = ObjectChange.objects.count()
        browser.get(address(kind))
        assert ObjectChange.objects.count() == before
        assert kind.get_model()._meta.get_field('serial')
