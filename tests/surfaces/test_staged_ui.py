"""Staged changes on pages: the form starts them, the page of the type shows them, and its buttons carry them on."""

import pytest
from django.conf import settings

from netbox_custom_objects.constants import APP_LABEL
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField, StagedChange
from netbox_custom_objects.services.staged.run import run
from tests.support.staged import fresh, make_filled, values_of
from tests.surfaces.rest import make_user, superuser
from tests.surfaces.ui import Browser


@pytest.fixture
def field(fresh_database, monkeypatch):
    monkeypatch.setitem(settings.PLUGINS_CONFIG[APP_LABEL], 'inline_row_limit', 2)
    return make_filled(['1', 'x', '=2'])


@pytest.fixture
def browser(field):
    return Browser(superuser())


def edit(browser, field, expect=302, **sent):
    data = {
        'custom_object_type': field.custom_object_type_id, 'name': field.name, 'type': field.type, 'weight': 100,
        'search_weight': 500, 'filter_logic': 'loose', 'ui_visible': 'always', 'ui_editable': 'yes',
    }  # fmt: skip
    return browser.post(f'custom-object-type-fields/{field.pk}/edit/', expect=expect, **{**data, **sent})


def type_page(field):
    return f'custom-object-types/{field.custom_object_type_id}/'


def press(browser, change, action, expect=302):
    return browser.post(
        f'custom-object-type-fields/{change.field_id}/staged-changes/{change.pk}/{action}/', expect=expect
    )


def carry_on():
    return run(StagedChange.objects.get().pk)


def test_from_the_form_to_the_end(browser, field):
    edit(browser, field, type='integer', label='Amount')
    # What takes no time is saved at once.
    assert (fresh(field).type, fresh(field).label) == ('text', 'Amount')
    assert any('step by step' in message and '#staged-changes' in message for message in browser.messages)
    page = browser.get(type_page(field))
    assert 'type: text → integer' in page
    assert 'hx-trigger="every 2s"' in page
    change = carry_on()
    page = browser.get(f'{type_page(field)}staged-changes/')
    assert '<html' not in page
    assert 'hx-trigger' not in page
    assert '2 objects prevent the change' in page
    assert 'cannot be converted to integer' in page
    assert browser.get(f'custom-object-type-fields/{field.pk}/offenders/{change.pk}/').splitlines() == [
        'id,url,value,reason',
        '2,http://testserver/plugins/custom-objects/thing/2/,x,cannot be converted to integer',
        "3,http://testserver/plugins/custom-objects/thing/3/,'=2,cannot be converted to integer",
    ]
    field.custom_object_type.get_model().objects.exclude(pk=1).update(value='7')
    press(browser, change, 'resume')
    assert carry_on().stage == 'switched'
    press(browser, change, 'finish')
    assert carry_on().stage == 'finished'
    assert values_of(field) == [1, 7, 7]
    assert 'Finished' in browser.get(type_page(field))


def test_buttons_that_come_too_late_say_so(browser, field):
    edit(browser, field, type='integer')
    change = StagedChange.objects.get()
    press(browser, change, 'undo')
    assert any('Pending' in message for message in browser.messages)
    press(browser, change, 'nonsense', expect=404)
    press(browser, change, 'cancel')
    assert carry_on().stage == 'cancelled'


def test_a_rule_can_be_changed_step_by_step_too(browser, field):
    field.custom_object_type.get_model().objects.filter(value='x').update(value=None)
    assert 'has no value in 1 object.' in edit(browser, field, expect=200, required='on')
    edit(browser, field, required='on', step_by_step='on', fill='z')
    assert not fresh(field).required
    carry_on()
    assert fresh(field).required
    assert values_of(field) == ['1', 'z', '=2']


def test_a_large_table_becomes_unique_when_no_duplicate_is_left(browser, field):
    edit(browser, field, unique='on')
    assert not fresh(field).unique
    assert carry_on().stage == 'switched'
    assert fresh(field).unique


@pytest.mark.parametrize(
    ('sent', 'words'),
    [
        ({'type': 'select'}, 'choice set'),
        ({'step_by_step': 'on', 'unique': 'on', 'fill': 'z'}, 'A fill value is only available for'),
        ({'fill': 'z'}, 'only be filled step by step'),
    ],
)
def test_bad_input_starts_nothing(browser, field, sent, words):
    assert words in edit(browser, field, expect=200, **sent)
    assert not StagedChange.objects.exists()
    assert fresh(field).type == 'text'


def test_a_field_under_way_refuses_other_changes(browser, field):
    edit(browser, field, type='integer')
    assert 'step by step' in edit(browser, field, expect=200, required='on')
    assert 'under way' in edit(browser, field, expect=200, type='decimal')
    edit(browser, field, label='Fine')
    browser.post(f'custom-object-type-fields/{field.pk}/delete/', confirm='true')
    assert any('cancel that change first' in message for message in browser.messages)
    assert fresh(field).label == 'Fine'


def test_nothing_to_change_starts_nothing(browser, field):
    edit(browser, field, step_by_step='on', label='Amount')
    assert fresh(field).label == 'Amount'
    assert not StagedChange.objects.exists()


class TestPermissions:
    def test_who_may_only_view_sees_no_buttons_and_cannot_press_them(self, browser, field):
        edit(browser, field, type='integer')
        change = carry_on()
        viewer = Browser(
            make_user('viewer', (CustomObjectType, ['view'], None), (CustomObjectTypeField, ['view'], None))
        )
        page = viewer.get(type_page(field))
        assert 'Objects that you may not view prevent the change' in page
        assert '2 objects' not in page
        assert f'staged-changes/{change.pk}/cancel/' not in page
        # The objects are another matter.
        assert 'thing/2/' not in page
        text = viewer.get(f'custom-object-type-fields/{field.pk}/offenders/{change.pk}/')
        assert text.splitlines() == ['id,url,value,reason']
        press(viewer, change, 'cancel', expect=403)

    def test_who_may_not_view_the_field_sees_nothing(self, browser, field):
        edit(browser, field, type='integer')
        change = carry_on()
        other = Browser(make_user('other', (CustomObjectType, ['view'], None)))
        assert 'text → integer' not in other.get(type_page(field))
        other.get(f'custom-object-type-fields/{field.pk}/offenders/{change.pk}/', expect=403)
