"""The form of an object follows the conditions of its fields while it is filled in."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

DESKTOP, PHONE = {'width': 1400, 'height': 1000}, {'width': 420, 'height': 900}
CHOICES = [['planned', 'Planned'], ['active', 'Active'], ['retired', 'Retired']]


@pytest.fixture
def made(post):
    """The ids of a type and its fields, by name."""
    statuses = post('extras/custom-field-choice-sets/', name='statuses', extra_choices=CHOICES)['id']
    asset = post('plugins/custom-objects/custom-object-types/', name='asset', slug='asset')['id']
    made = {'asset': asset}
    for field in (
        {'name': 'name', 'type': 'text', 'primary': True},
        {'name': 'status', 'type': 'select', 'choice_set': statuses},
        {'name': 'serial', 'type': 'text', 'required_if': "status == 'active'", 'weight': 110},
        {'name': 'slots', 'type': 'integer', 'weight': 120},
        {'name': 'layout', 'type': 'text', 'visible_if': 'slots > 10', 'weight': 130},
        {'name': 'asset_tag', 'type': 'text', 'editable_if': 'asset_tag == null', 'weight': 140},
        {'name': 'reason', 'type': 'text', 'required': True, 'visible_if': "status == 'retired'", 'weight': 150},
        {'name': 'place', 'type': 'object', 'app_label': 'dcim', 'model': 'site', 'group_name': 'Retirement',
         'visible_if': "status == 'retired'"},
    ):  # fmt: skip
        found = post('plugins/custom-objects/custom-object-type-fields/', custom_object_type=asset, **field)
        made[found['name']] = found['id']
    post('dcim/sites/', name='Berlin', slug='berlin')
    return made


def test_a_form_that_follows(pages, made):
    page = pages.page
    pages.open('/plugins/custom-objects/asset/add/')
    hidden = [pages.field(label) for label in ('Layout', 'Reason')]
    heading = pages.content.get_by_role('heading', name='Retirement')
    for part in (*hidden, heading):
        expect(part).to_be_hidden()
    pages.fill('Name', 'a')
    # While typing: with the focus, and all that was typed, in place.
    slots = pages.field('Slots')
    slots.press_sequentially('12', delay=40)
    expect(pages.field('Layout')).to_be_visible()
    slots.press_sequentially('0', delay=40)
    expect(slots).to_be_focused()
    expect(slots).to_have_value('120')
    pages.fill('Layout', '2 rows')
    slots.fill('9')
    expect(pages.field('Layout')).to_be_hidden()
    slots.fill('99')
    expect(pages.field('Layout')).to_have_value('2 rows')
    pages.choose('Status', 'Active')
    expect(page.locator('label.required', has_text='Serial')).to_be_visible()
    pages.picture('conditional-form-required')
    pages.choose('Status', 'Retired')
    expect(page.locator('label.required', has_text='Serial')).to_have_count(0)
    expect(heading).to_be_visible()
    pages.choose('Place', 'Berlin')
    pages.fill('Reason', 'Too old')
    pages.fill('Asset tag', 'T1')
    page.set_viewport_size(PHONE)
    pages.picture('conditional-form-phone')
    pages.click('Create')
    for shown in ('Too old', 'Berlin', '2 rows'):
        expect(pages.content.get_by_text(shown).first).to_be_visible()
    pages.click('Edit')
    expect(pages.field('Asset tag')).to_be_disabled()
    expect(pages.field('Reason')).to_have_value('Too old')
    pages.choose('Status', 'Planned')
    expect(pages.field('Reason')).to_be_hidden()
    pages.picture('conditional-form-edit')
    pages.click('Save')
    # The page leaves out what is hidden, which the object keeps.
    expect(pages.content.get_by_text('2 rows').first).to_be_visible()
    expect(pages.content.get_by_text('Too old')).to_have_count(0)
    page.set_viewport_size(DESKTOP)
    pages.open(f'/plugins/custom-objects/custom-object-types/{made["asset"]}/')
    expect(pages.content.get_by_text("Required if: status == 'active'")).to_be_visible()
    pages.picture('conditional-fields')
    pages.open(f'/plugins/custom-objects/custom-object-type-fields/{made["serial"]}/edit/')
    pages.picture('conditions-of-a-field', pages.content.get_by_role('heading', name='Conditions'))
