"""The designer by keyboard: names are proposed, rows follow one another, constraints name fields, nothing is lost."""

import os

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

PHONE = {'width': 420, 'height': 900}
API = 'plugins/custom-objects/'


def shoot(pages, name):
    """Take a picture of the whole page, in runs that look at it."""
    if directory := os.environ.get('NCO_LOOK'):
        pages.settle()
        pages.page.screenshot(path=f'{directory}/{name}.png', full_page=True, animations='disabled')


def look(pages, name):
    shoot(pages, name)
    pages.page.set_viewport_size(PHONE)
    shoot(pages, f'{name}-phone')
    pages.page.set_viewport_size({'width': 1400, 'height': 1000})
    pages.page.evaluate("document.documentElement.setAttribute('data-bs-theme', 'dark')")
    shoot(pages, f'{name}-dark')
    pages.page.evaluate("document.documentElement.setAttribute('data-bs-theme', 'light')")


def test_by_keyboard(pages):
    keyboard = pages.page.keyboard
    pages.click('Design')
    pages.content.get_by_label('Name', exact=True).first.click()
    keyboard.type('BGP session')
    form = pages.content.locator('#designer')
    for name, value in (
        ('name', 'bgp_session'), ('slug', 'bgp-sessions'), ('verbose_name_plural', 'BGP sessions'),
    ):  # fmt: skip
        expect(form.locator(f'[name={name}]')).to_have_value(value)
    rows = form.locator('[data-field]')
    rows.first.locator('[name$="-label"]').focus()
    keyboard.type('Remote address')
    expect(rows.first.locator('[name$="-name"]')).to_have_value('remote_address')
    # From the label over the name to the type, which is found by another word.
    keyboard.press('Tab')
    keyboard.press('Tab')
    keyboard.type('ipv6 host')
    keyboard.press('Enter')
    expect(rows.first.locator('select[name$="-type"]')).to_have_value('ip_address')
    pages.settle()
    rows.first.locator('[name$="-label"]').focus()
    keyboard.press('Enter')
    expect(rows).to_have_count(2)
    expect(rows.nth(1).locator('[name$="-label"]')).to_be_focused()
    keyboard.type('Device')
    rows.nth(1).locator('[name$="-name"]').fill('device_mac')
    rows.nth(1).locator('[name$="-label"]').fill('')
    rows.nth(1).locator('[name$="-name"]').fill('peer_mac')
    expect(rows.nth(1).locator('[name$="-label"]')).to_have_value('Peer MAC')
    by_mouse(pages, rows)
    constrain(pages, form)
    preview = form.locator('#designer-preview')
    expect(preview).to_contain_text('A new type with 2 fields.')
    rows.nth(1).get_by_role('button', name='Options').click()
    pages.settle()
    look(pages, 'designer')
    form.locator('[name=name]').focus()
    keyboard.press('Control+Enter')
    expect(pages.page).to_have_title('BGP session | NetBox')
    expect(pages.content).to_contain_text('remote_address, peer_mac')
    edit(pages)


def by_mouse(pages, rows):
    """A button takes the click that leaves the box of types."""
    box = rows.nth(1).locator('.designer-type .ts-control')
    box.click()
    pages.page.keyboard.type('polymorphic')
    expect(rows.nth(1).locator('.option')).to_have_text(['Multiple objects', 'Object'])
    shoot(pages, 'searching')
    pages.page.keyboard.type('zz')
    expect(rows.nth(1).locator('.option')).to_have_count(0)
    pages.page.keyboard.press('Enter')
    expect(box.locator('input')).to_be_focused()
    pages.page.keyboard.press('Escape')
    add = pages.content.get_by_role('button', name='Add Field').bounding_box()
    pages.page.mouse.click(add['x'] + 20, add['y'] + add['height'] - 4)
    expect(rows).to_have_count(3)
    rows.nth(2).get_by_role('button', name='Remove field').click()
    expect(rows).to_have_count(2)


def constrain(pages, form):
    form.get_by_role('button', name='Add Constraint').click()
    constraint = form.locator('[data-constraint]')
    expect(constraint).to_have_count(1)
    constraint.locator('[name$="-name"]').fill('one session')
    constraint.locator('[name$="-type"]').select_option('unique')
    expect(constraint.locator('[type=checkbox][name$="-field_ids"]')).to_have_count(2)
    fault = constraint.locator('.designer-field_ids > .live-fault')
    expect(fault).to_have_text('Choose at least one field.')
    box = constraint.locator('[type=checkbox][name$="-field_ids"]').last.bounding_box()
    assert abs(box['width'] - box['height']) < 1, box
    constraint.get_by_label('Remote address').check()
    constraint.get_by_label('Peer MAC').check()
    constraint.locator('[name$="-condition"]').fill('peer == null')
    expect(form.locator('#designer-preview')).to_contain_text('Unknown field “peer”')
    constraint.locator('[name$="-condition"]').fill("peer_mac != ''")


def edit(pages):
    pages.click('Edit Design')
    form = pages.content.locator('#designer')
    rows = form.locator('[data-field]')
    expect(rows).to_have_count(2)
    rows.first.locator('[name$="-name"]').fill('neighbor')
    rows.first.locator('[name$="-name"]').blur()
    expect(form.locator('#designer-preview')).to_contain_text('The values stay.')
    form.locator('[data-constraint]').get_by_role('button', name='Remove constraint').click()
    rows.nth(1).get_by_role('button', name='Remove field').click()
    expect(rows.nth(1)).to_contain_text('will be deleted')
    expect(form.locator('#designer-preview')).to_contain_text('The field disappears.')
    pages.settle()
    look(pages, 'redesign')
    # Leaving would lose this.
    asked = []
    pages.page.once('dialog', lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    pages.content.get_by_role('link', name='Cancel').click()
    pages.page.wait_for_timeout(300)
    assert asked == ['beforeunload']
    pages.click('Save')
    expect(pages.page).to_have_title('BGP session | NetBox')
    expect(pages.content.locator('#type-fields')).to_contain_text('neighbor')
    expect(pages.content.locator('#type-fields tr[data-field]')).to_have_count(1)
