"""The way of the tutorial, from a design to a deletion; with NCO_SCREENSHOTS its pictures are taken on the way."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

# (name, kind, what else is chosen)
FIELDS = (
    ('serial', 'Text', {}),
    ('ports', 'Integer', {}),
    ('price', 'Decimal', {}),
    ('active', 'Boolean (true/false)', {}),
    ('bought', 'Date', {}),
    ('manual', 'URL', {}),
    ('hotline', 'E-mail address', {}),
    ('site', 'Object', {'Related object type': 'DCIM > Site'}),
    ('outlets', 'Array', {'Element type': 'Text'}),
    ('notes', 'Text (long)', {}),
)
BRANCH = 'new labels'


def test_from_design_to_deletion(pages):
    design(pages)
    arrange(pages)
    add_edit_and_clone(pages)
    import_a_hundred(pages)
    filter_and_edit_in_bulk(pages)
    change_a_field(pages)
    write_into_the_journal(pages)
    work_in_a_branch(pages)
    merge(pages)
    delete(pages)


def row(pages, number):
    return pages.within(pages.content.locator('[data-field]').nth(number))


def design(pages):
    pages.click('Design')
    card = pages.within(pages.content.locator('#designer .card').first)
    card.fill('Name', 'Patch panel')
    card.fill('Internal name', 'panel')
    card.fill('Slug', 'panel')
    card.fill('Menu group', 'Racks')
    for number, (name, kind, more) in enumerate(FIELDS):
        if number:
            pages.click('Add Field')
        expect(pages.content.locator('[data-field]')).to_have_count(number + 1)
        row(pages, number).fill('Name', name)
        if number:
            row(pages, number).choose('Type', kind)
        expect(row(pages, number).field('Name')).to_have_value(name)
        for label, option in more.items():
            row(pages, number).choose(label, option)
    row(pages, 0).tick('Primary')
    row(pages, 0).tick('Required')
    row(pages, 1).content.get_by_role('button', name='Options').click()
    row(pages, 1).tick('Is cloneable')
    # The rows are moved by buttons and removed by them.
    pages.click('Add Field')
    row(pages, 10).content.get_by_role('button', name='Remove field').click()
    expect(pages.content.locator('[data-field]')).to_have_count(10)
    pages.picture('design', at=pages.content.get_by_role('heading', name='Fields', exact=True))
    pages.click('Preview')
    expect(pages.content.locator('#designer-preview')).to_contain_text('"ports": 42')
    row(pages, 1).fill('Name', 'Bad Name')
    pages.click('Create')
    expect(row(pages, 1).content).to_contain_text('Only lower-case letters')
    row(pages, 1).fill('Name', 'ports')
    pages.click('Create')
    expect(pages.page).to_have_title('Patch panel | NetBox')
    expect(pages.content.locator('#type-fields tr[data-field]')).to_have_count(10)
    expect(pages.menu()).to_have_text(['Custom Object Types', 'Patch panels'])
    expect(pages.content.locator('[data-map] svg .node')).not_to_have_count(0)
    pages.picture('type')


def names(pages):
    return pages.content.locator('#type-fields tr[data-field] td.font-monospace')


def arrange(pages):
    up = pages.content.get_by_role('button', name='Move notes up')
    up.focus()
    with pages.page.expect_response('**/arrange/'):
        pages.page.keyboard.press('Enter')
    expect(names(pages).nth(8)).to_have_text('notes')
    # The button is still where the keyboard is.
    expect(pages.content.get_by_role('button', name='Move notes up')).to_be_focused()
    rows = pages.content.locator('#type-fields tr[data-field]')
    with pages.page.expect_response('**/arrange/'):
        rows.nth(8).drag_to(rows.nth(1), target_position={'x': 200, 'y': 2})
    expected = ['serial', 'notes', *(name for name, *_rest in FIELDS[1:-1])]
    expect(names(pages)).to_have_text(expected)
    pages.page.reload()
    expect(names(pages)).to_have_text(expected)


def add_edit_and_clone(pages):
    pages.menu().get_by_text('Patch panels').click()
    pages.click('Add')
    pages.fill('Serial', 'A1')
    pages.fill('Ports', '24')
    pages.fill('Hotline', 'noc@example.com')
    pages.fill('Outlets', 'left, right')
    pages.picture('add')
    pages.click('Create')
    expect(pages.page).to_have_title('A1 | NetBox')
    pages.picture('object')
    pages.click('Edit')
    pages.fill('Ports', '48')
    pages.click('Save')
    expect(pages.content).to_contain_text('48')
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
    # Names are changed by find and replace.
    pages.content.get_by_role('checkbox', name=re.compile('Toggle all', re.I)).check()
    pages.content.locator('.bulk-action-buttons:visible').get_by_role('button', name='Rename Selected').click()
    pages.settle()
    pages.fill('Find', '^B')
    pages.fill('Replace', 'C')
    pages.content.get_by_label('Notes').uncheck()
    pages.content.get_by_label('Manual').uncheck()
    pages.content.get_by_label('Hotline').uncheck()
    pages.click('Preview')
    pages.click('Apply')
    pages.open('/plugins/custom-objects/panel/?serial=C9')
    expect(rows).to_have_count(11)


def open_type(pages):
    pages.menu().get_by_text('Custom Object Types').click()
    pages.content.get_by_role('link', name='panel', exact=True).click()
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


def write_into_the_journal(pages):
    pages.menu().get_by_text('Patch panels').click()
    pages.click('A1')
    pages.tab('Journal')
    pages.fill('Comments', 'It is **mounted**.')
    pages.click('Save')
    expect(pages.content.get_by_role('cell', name='It is mounted.')).to_be_visible()


def work_in_a_branch(pages):
    header = pages.page.locator('header')
    header.get_by_role('button', name='Main').click()
    header.get_by_role('link', name='Create a Branch').click()
    pages.fill('Name', BRANCH)
    pages.click('Create')
    pages.wait_for(pages.content.get_by_role('row', name='Status Ready', exact=True))
    pages.activate_branch(BRANCH)
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


def delete(pages):
    pages.click('A2')
    pages.click('Delete')
    pages.page.get_by_role('dialog').get_by_role('button', name='Delete').click()
    expect(pages.page).to_have_title('Patch Panels | NetBox')
    open_type(pages)
    pages.click('Delete')
    dialog = pages.page.get_by_role('dialog')
    expect(dialog).to_contain_text("101 objects and the type's table are retired")
    pages.picture('delete')
    dialog.get_by_role('button', name='Delete').click()
    expect(pages.page).to_have_title('Custom Object Types | NetBox')
    expect(pages.menu()).to_have_text(['Custom Object Types'])
