"""The way of the tutorial, from the gallery to a merge; with NCO_SCREENSHOTS its pictures are taken on the way."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

# (label, kind, what else is chosen)
FIELDS = (
    ('Serial', 'Text', {}),
    ('Ports', 'Integer', {}),
    ('Price', 'Decimal', {}),
    ('Bought', 'Date', {}),
    ('Site', 'Object', {'Related object type': 'DCIM > Site'}),
    ('Contract', 'Object', {'Related object type': 'Custom Objects > Contract'}),
    ('Hotline', 'E-mail address', {}),
    ('Notes', 'Text (long)', {}),
)
NAMES = [label.lower() for label, *_rest in FIELDS]
BRANCH = 'new labels'


def test_from_gallery_to_merge(pages, post):
    post('dcim/sites/', name='DM-Akron', slug='dm-akron')
    install(pages)
    make_it_your_own(pages)
    design(pages)
    arrange(pages)
    add_edit_and_clone(pages)
    import_a_hundred(pages)
    filter_and_edit_in_bulk(pages)
    change_a_field(pages)
    delete_and_restore(pages)
    work_in_a_branch(pages)
    merge(pages)


def install(pages):
    pages.content.get_by_role('link', name='Choose from the gallery').click()
    pages.settle()
    pages.click('Contracts and invoices')
    expect(pages.content.locator('[data-map] svg').first).to_be_visible()
    pages.content.get_by_label('With sample objects').check()
    pages.click('Install here')
    expect(pages.page.locator('body')).to_contain_text('2 types were installed')
    pages.menu().get_by_text('Contracts').click()
    pages.picture('list')
    pages.click('C-2024-014 Internet access Akron')
    expect(pages.content).to_contain_text('Related Custom Objects')
    pages.picture('object')


def make_it_your_own(pages):
    pages.click('Edit Design')
    form = pages.content.locator('#designer')
    pages.click('Add Field')
    added = form.locator('[data-field]').last
    pages.within(added).fill('Label', 'Cost center')
    expect(added.locator('[name$="-name"]')).to_have_value('cost_center')
    pages.click('Add Constraint')
    rule = form.locator('[data-constraint]')
    rule.locator('[name$="-name"]').fill('ends after it begins')
    rule.locator('[name$="-type"]').select_option('check')
    rule.locator('[name$="-expression"]').fill('last_day == null || last_day >= first_day')
    expect(form.locator('#designer-preview')).to_contain_text('Cost center')
    pages.picture('redesign', at=pages.content.get_by_role('heading', name='Constraints', exact=True))
    pages.click('Save')
    expect(pages.page).to_have_title('Contract | NetBox')
    expect(pages.content).to_contain_text('ends after it begins')


def row(pages, number):
    return pages.within(pages.content.locator('[data-field]').nth(number))


def design(pages):
    pages.menu().get_by_text('Custom Object Types').click()
    pages.click('Design')
    card = pages.within(pages.content.locator('#designer .card').first)
    card.fill('Name', 'Patch panel')
    expect(card.field('Slug')).to_have_value('patch-panels')
    card.fill('Menu group', 'Racks')
    for number, (label, kind, more) in enumerate(FIELDS):
        if number:
            pages.click('Add Field')
        expect(pages.content.locator('[data-field]')).to_have_count(number + 1)
        row(pages, number).fill('Label', label)
        if number:
            row(pages, number).choose('Type', kind)
        expect(row(pages, number).field('Name')).to_have_value(label.lower())
        for name, option in more.items():
            row(pages, number).choose(name, option)
    row(pages, 0).tick('Primary')
    row(pages, 0).tick('Required')
    row(pages, 1).content.get_by_role('button', name='Options').click()
    row(pages, 1).tick('Is cloneable')
    # The rows are moved by buttons and removed by them.
    pages.click('Add Field')
    row(pages, len(FIELDS)).content.get_by_role('button', name='Remove field').click()
    expect(pages.content.locator('[data-field]')).to_have_count(len(FIELDS))
    row(pages, 1).content.get_by_role('button', name='Options').click()
    expect(pages.content.locator('#designer-preview')).to_contain_text('"ports": 42')
    pages.picture('design', at=pages.content.get_by_role('heading', name='Fields', exact=True))
    row(pages, 1).fill('Name', 'Bad Name')
    pages.click('Create')
    expect(row(pages, 1).content).to_contain_text('Only lower-case letters')
    row(pages, 1).fill('Name', 'ports')
    pages.click('Create')
    expect(pages.page).to_have_title('Patch panel | NetBox')
    expect(pages.content.locator('#type-fields tr[data-field]')).to_have_count(len(FIELDS))
    expect(pages.menu().get_by_text('Patch panels')).to_be_visible()
    expect(pages.content.locator('[data-map] svg .node')).not_to_have_count(0)
    pages.picture('type')


def names(pages):
    return pages.content.locator('#type-fields tr[data-field] td.font-monospace')


def arrange(pages):
    up = pages.content.get_by_role('button', name='Move notes up')
    up.focus()
    with pages.page.expect_response('**/arrange/'):
        pages.page.keyboard.press('Enter')
    last = len(FIELDS) - 1
    expect(names(pages).nth(last - 1)).to_have_text('notes')
    # The button is still where the keyboard is.
    expect(pages.content.get_by_role('button', name='Move notes up')).to_be_focused()
    rows = pages.content.locator('#type-fields tr[data-field]')
    with pages.page.expect_response('**/arrange/'):
        rows.nth(last - 1).drag_to(rows.nth(1), target_position={'x': 200, 'y': 2})
    expected = [NAMES[0], 'notes', *NAMES[1:-1]]
    expect(names(pages)).to_have_text(expected)
    pages.page.reload()
    expect(names(pages)).to_have_text(expected)


def add_edit_and_clone(pages):
    pages.menu().get_by_text('Patch panels').click()
    pages.click('Add')
    pages.fill('Serial', 'A1')
    pages.fill('Ports', '24')
    pages.fill('Bought', '2026-03-02')
    pages.fill('Hotline', 'noc@example.com')
    pages.choose('Site', 'DM-Akron')
    pages.choose('Contract', 'C-2025-003 Colocation Albany')
    pages.picture('add')
    pages.click('Create')
    expect(pages.page).to_have_title('A1 | NetBox')
    pages.click('Edit')
    pages.fill('Ports', '48')
    pages.click('Save')
    expect(pages.content).to_contain_text('48')
    pages.tab('Changelog')
    pages.content.get_by_role('row').filter(has_text='Updated').get_by_role('link').first.click()
    expect(pages.content.get_by_role('row', name=re.compile('^Ports'))).to_contain_text('48')
    pages.picture('changed')
    pages.menu().get_by_text('Patch panels').click()
    pages.click('A1')
    pages.click('Clone')
    pages.fill('Serial', 'A2')
    pages.click('Create')
    expect(pages.page).to_have_title('A2 | NetBox')


def import_a_hundred(pages):
    rows = [f'B{number},{number}' for number in range(1, 101)]
    rows[56] = 'B57,many'
    pages.menu().get_by_text('Patch panels').click()
    pages.click('Import')
    form = pages.within(pages.content.locator('#import-form'))
    form.field('Data').fill('\n'.join(['serial,ports', *rows]))
    form.click('Submit')
    expect(pages.page.locator('body')).to_contain_text('Record 57 ports: Enter a whole number.')
    pages.picture('import')
    rows[56] = 'B57,57'
    form.field('Data').fill('\n'.join(['serial,ports', *rows]))
    form.click('Submit')
    expect(pages.content).to_contain_text('Showing 1-50 of 100')


def filter_and_edit_in_bulk(pages):
    pages.menu().get_by_text('Patch panels').click()
    pages.content.get_by_role('tab', name='Filters').click()
    pages.within(pages.content.locator('#filters-form')).fill('Serial', 'B9')
    pages.click('Search')
    rows = pages.content.locator('#object_list tbody tr')
    expect(rows).to_have_count(11)
    pages.content.get_by_role('checkbox', name=re.compile('Toggle all', re.I)).check()
    pages.content.locator('.bulk-action-buttons:visible').get_by_role('button', name='Edit Selected').click()
    pages.settle()
    pages.fill('Hotline', 'racks@example.com')
    pages.picture('bulk-edit')
    pages.click('Apply')
    expect(pages.content.get_by_text('racks@example.com')).to_have_count(11)


def open_type(pages):
    pages.menu().get_by_text('Custom Object Types').click()
    pages.content.get_by_role('link', name='Patch panel', exact=True).click()
    pages.settle()


def change_a_field(pages):
    open_type(pages)
    pages.content.get_by_role('link', name='Edit ports').click()
    pages.settle()
    preview = pages.content.locator('#field-preview')
    expect(preview).to_contain_text('No table is changed.')
    pages.choose('Type', 'Date')
    expect(preview).to_contain_text('Refused')
    pages.choose('Type', 'Text')
    pages.fill('Label', 'Number of ports')
    expect(preview).to_contain_text('Instant')
    expect(preview).to_contain_text('Number of ports')
    pages.picture('field', at=preview)
    pages.click('Save')
    expect(pages.content.locator('#type-fields')).to_contain_text('Number of ports')
    pages.tab('Schema History')
    expect(pages.content).to_contain_text('type changed from "Integer" to "Text"')
    pages.picture('history')
    pages.content.get_by_role('link', name='Undo').click()
    expect(pages.content).to_contain_text('Effect on tables')
    pages.picture('undo')
    pages.click('Undo')
    open_type(pages)
    expect(pages.content.locator('#type-fields').get_by_role('row').filter(has_text='ports')).to_contain_text('Integer')


def delete_and_restore(pages):
    pages.menu().get_by_text('Patch panels').click()
    pages.click('A2')
    pages.click('Delete')
    pages.page.get_by_role('dialog').get_by_role('button', name='Delete').click()
    expect(pages.page).to_have_title(re.compile('^Patch panels', re.I))
    pages.page.get_by_role('link', name='Undo').click()
    expect(pages.content.get_by_role('checkbox', name='A2')).to_be_checked()
    pages.picture('restore')
    pages.click('Restore Selected')
    expect(pages.page.locator('body')).to_contain_text('estored')
    pages.open('/plugins/custom-objects/patch-panels/?serial=A2')
    expect(pages.content.get_by_role('link', name='A2', exact=True)).to_be_visible()
    open_type(pages)
    pages.click('Delete')
    dialog = pages.page.get_by_role('dialog')
    expect(dialog).to_contain_text("102 objects and the type's table are retired")
    pages.picture('delete')
    pages.open('/plugins/custom-objects/')


def work_in_a_branch(pages):
    pages.make_branch(BRANCH)
    pages.menu().get_by_text('Patch panels').click()
    pages.click('A1')
    pages.click('Edit')
    pages.fill('Serial', 'A1 renamed')
    pages.click('Save')
    expect(pages.page).to_have_title('A1 renamed | NetBox')
    pages.picture('branch')
    pages.activate_branch('Main')
    pages.menu().get_by_text('Patch panels').click()
    expect(pages.content.get_by_role('link', name='A1', exact=True)).to_be_visible()
    expect(pages.content.get_by_role('link', name='A1 renamed', exact=True)).to_have_count(0)


def merge(pages):
    pages.menu('Branching').get_by_text('Branches', exact=True).click()
    pages.click(BRANCH)
    pages.tab('Merge Check')
    pages.click('Start dry run')
    pages.wait_for(pages.content.get_by_text('The merge would succeed.'))
    pages.picture('merge')
    pages.tab('Branch')
    pages.click('Merge')
    pages.tick('Commit changes')
    pages.click('Merge Branch')
    pages.wait_for(pages.content.get_by_role('row', name='Status Merged', exact=True))
    pages.open('/plugins/custom-objects/')
    pages.menu().get_by_text('Patch panels').click()
    expect(pages.content.get_by_role('link', name='A1 renamed', exact=True)).to_be_visible()
