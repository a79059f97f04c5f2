"""
Contracts, assets and BGP sessions, modelled through the UI alone: by clicking, without an address and without JSON.

What NetBox itself holds (tenants, providers, sites, devices) was there before.
"""

import csv
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

TYPES = 'Custom Object Types'
# As a person has them from the menu: opened, filled in, stored, and looked at.
BRANCH = 'warranties'


@pytest.fixture
def core(post):
    """What NetBox holds before anything is modelled."""
    for path in ('tenancy/tenants/', 'circuits/providers/'):
        for name in ('Acme', 'Globex'):
            post(path, name=f'{name} {path[:3]}', slug=f'{name.lower()}-{path[:3]}')
    sites = [post('dcim/sites/', name=name, slug=name.lower())['id'] for name in ('Berlin', 'Oslo')]
    maker = post('dcim/manufacturers/', name='Maker', slug='maker')['id']
    kind = post('dcim/device-types/', manufacturer=maker, model='Router', slug='router')['id']
    role = post('dcim/device-roles/', name='Edge', slug='edge', color='aa1409')['id']
    for number in (1, 2):
        post('dcim/devices/', name=f'edge-{number}', site=sites[number - 1], device_type=kind, role=role)


def test_three_designs(pages, core, tmp_path):
    began = time.monotonic()
    design_contracts(pages)
    add_contracts(pages)
    design_assets(pages)
    import_assets(pages)
    reimport_assets(pages, tmp_path)
    design_sessions(pages)
    rename_delete_and_restore(pages)
    undo_a_bulk_delete(pages)
    change_in_a_branch(pages)
    merge_and_revert(pages)
    print(f'{time.monotonic() - began:.0f} seconds')


# The designer


def row(pages, number):
    return pages.within(pages.content.locator('[data-field]').nth(number))


def begin_design(pages, name):
    pages.menu().get_by_text(TYPES, exact=True).click()
    pages.click('Design')
    pages.within(pages.content.locator('#designer .card').first).fill('Name', name)


def add_field(pages, number, label, kind):
    """Add a line, name its field, and choose the type; return the line."""
    rows = pages.content.locator('[data-field]')
    if rows.count() <= number:
        pages.click('Add Field')
    expect(rows).to_have_count(number + 1)
    found = row(pages, number)
    found.fill('Label', label)
    if kind != 'Text':
        found.choose('Type', kind)
    expect(found.field('Label')).to_have_value(label)
    return found


def open_options(found):
    found.click('Options')


def add_unique(pages, name, *labels):
    constraints = pages.content.locator('[data-constraint]')
    before = constraints.count()
    pages.click('Add Constraint')
    expect(constraints).to_have_count(before + 1)
    found = pages.within(constraints.nth(before))
    found.fill('Name', name)
    found.field('Type').select_option('Unique')
    pages.settle()
    for label in labels:
        found.tick(label)


def store(pages, title, button='Create'):
    pages.click(button)
    expect(pages.page).to_have_title(f'{title} | NetBox')


def design_contracts(pages):
    begin_design(pages, 'Contract')
    number = add_field(pages, 0, 'Number', 'Text')
    number.tick('Required')
    number.tick('Primary')
    party = add_field(pages, 1, 'Party', 'Object')
    party.tick('Polymorphic')
    pages.settle()
    targets = ('Tenancy > Tenant', 'Circuits > Provider')
    for number, target in enumerate(targets, start=1):
        party.content.get_by_role('combobox', name=re.compile('^Related object types')).click()
        party.content.locator('.ts-dropdown:visible').locator(f'text="{target}"').click()
        pages.settle()
        # The line asks for other things now.
        expect(party.content.locator('.designer-related_object_types .ts-control .item')).to_have_count(number)
    amount = add_field(pages, 2, 'Amount', 'Decimal')
    open_options(amount)
    amount.fill('Digits', '10')
    amount.fill('Unit', '€')
    for place, label in enumerate(('Start', 'End'), start=3):
        add_field(pages, place, label, 'Date')
    add_unique(pages, 'one per party', 'Number', 'Party')
    pages.click('Add Constraint')
    check = pages.within(pages.content.locator('[data-constraint]').nth(1))
    check.fill('Name', 'period')
    check.field('Type').select_option('Check')
    pages.settle()
    check.fill('Expression', 'end > start')
    check.fill('Message', 'The end must be after the start.')
    expect(pages.content.locator('#designer-preview')).to_contain_text('A new type with 5 fields.')
    store(pages, 'Contract')
    expect(pages.menu()).to_have_text([TYPES, 'Contracts'])


def add_contracts(pages):
    """One is refused for its dates, and one for being there already."""
    pages.click('Add object')
    for number, kind, party in (('C-1', 'Tenancy > Tenant', 'Acme ten'), ('C-2', 'Circuits > Provider', 'Globex cir')):
        pages.fill('Number', number)
        choose_party(pages, kind, party)
        pages.fill('Amount (€)', '12345678.90')
        pages.fill('Start', '2026-01-01')
        pages.fill('End', '2025-01-01' if number == 'C-1' else '2027-01-01')
        pages.click('Create & Add Another')
        if number == 'C-1':
            expect(pages.content).to_contain_text('The end must be after the start.')
            pages.fill('End', '2027-01-01')
            pages.click('Create & Add Another')
        expect(pages.field('Number')).to_have_value('')
    pages.fill('Number', 'C-2')
    choose_party(pages, 'Circuits > Provider', 'Globex cir')
    pages.click('Create')
    expect(pages.content).to_contain_text('Another object has the same')
    pages.menu().get_by_text('Contracts', exact=True).click()
    for text in ('12345678.90', 'Acme ten', 'Globex cir'):
        expect(pages.content.locator('#object_list')).to_contain_text(text)


def choose_party(pages, kind, name):
    for part, option in (('ct', kind), ('obj', name)):
        pages.content.locator(f'[name=party__{part}] + .ts-wrapper .ts-control').click()
        pages.content.locator('.ts-dropdown:visible').locator(f'text="{option}"').first.click()
        pages.settle()


def design_assets(pages):
    begin_design(pages, 'Asset')
    tag = add_field(pages, 0, 'Asset tag', 'Text')
    tag.tick('Required')
    tag.tick('Must be unique')
    tag.tick('Primary')
    state = add_field(pages, 1, 'State', 'Selection')
    add_choices(pages, state)
    open_options(state)
    state.choose('Default value', 'In use')
    price = add_field(pages, 2, 'Price', 'Decimal')
    open_options(price)
    price.fill('Digits', '10')
    add_field(pages, 3, 'Site', 'Object').choose('Related object type', 'DCIM > Site')
    add_field(pages, 4, 'Contract', 'Object').choose('Related object type', 'Custom Objects > Contract')
    add_field(pages, 5, 'Bought', 'Date')
    add_field(pages, 6, 'Notes', 'Text (long)')
    store(pages, 'Asset')


def add_choices(pages, found):
    """Make the choice set on the way."""
    found.click('Quick add')
    dialog = pages.within(pages.page.get_by_role('dialog'))
    dialog.fill('Name', 'Asset states')
    dialog.fill('Extra choices', 'in-use:In use\nspare:Spare')
    dialog.click('Create')
    expect(dialog.content).to_be_hidden()
    expect(found.content.locator('.ts-control .item')).to_contain_text(['Asset states'])


def import_assets(pages):
    """Twenty rows by natural keys, of which one is wrong at first."""
    lines = [
        f'A-{number:02},{("Berlin", "Oslo")[number % 2]},C-{number % 2 + 1},{number}00.50,2026-01-{number:02}'
        for number in range(1, 21)
    ]
    header = 'asset_tag,site,contract,price,bought'
    pages.click('Import')
    form = pages.within(pages.content.locator('#import-form'))
    wrong = '\n'.join([header, *lines]).replace('A-07,Oslo', 'A-07,Atlantis')
    form.field('Data').fill(wrong)
    form.click('Submit')
    expect(pages.page.locator('body')).to_contain_text('Record 7 site:')
    form.field('Data').fill('\n'.join([header, *lines]))
    form.click('Submit')
    expect(pages.content.locator('#object_list tbody tr')).to_have_count(20)


def reimport_assets(pages, directory):
    """What was exported for the import is changed, and imported again: the same objects change."""
    rows = pages.content.locator('#object_list tbody tr')
    # Where rows were imported, the list holds all of them.
    pages.menu().get_by_text('Assets', exact=True).click()
    expect(rows.first).to_contain_text('In use')
    with pages.page.expect_download() as download:
        pages.from_menu('Export', 'All Data, for import (CSV)')
    text = Path(download.value.path()).read_text()
    found = list(csv.DictReader(text.splitlines()))
    assert {(row['site'], row['contract']) for row in found} == {('Berlin', 'C-1'), ('Oslo', 'C-2')}
    changed = directory / 'assets.csv'
    with changed.open('w', newline='') as file:
        writer = csv.DictWriter(file, found[0].keys())
        writer.writeheader()
        writer.writerows({**row, 'price': '12345678.90', 'state': 'spare'} for row in found)
    pages.click('Import')
    pages.content.get_by_role('tab', name='Upload File').click()
    form = pages.within(pages.content.locator('#upload-form'))
    form.content.locator('[name=upload_file]').set_input_files(changed)
    form.click('Submit')
    expect(rows).to_have_count(20)
    expect(rows.filter(has_text='12345678.90').filter(has_text='Spare')).to_have_count(20)


def design_sessions(pages):
    begin_design(pages, 'BGP session')
    device = add_field(pages, 0, 'Device', 'Object')
    device.choose('Related object type', 'DCIM > Device')
    device.tick('Required')
    add_field(pages, 1, 'Remote address', 'IP address').tick('Required')
    add_field(pages, 2, 'Remote AS', 'Integer')
    card = pages.within(pages.content.locator('#designer .card').first)
    expect(card.field('Plural')).to_have_value('BGP sessions')
    card.fill('Display expression', '{{ device }} – {{ remote_address }}')
    add_unique(pages, 'session', 'Device', 'Remote address')
    store(pages, 'BGP session')
    pages.click('Import')
    form = pages.within(pages.content.locator('#import-form'))
    lines = [f'edge-{number % 2 + 1},192.0.2.{number}/32,6500{number % 2}' for number in range(1, 21)]
    form.field('Data').fill('\n'.join(['device,remote_address,remote_as', *lines, lines[0]]))
    form.click('Submit')
    expect(pages.page.locator('body')).to_contain_text('Another object has the same')
    form.field('Data').fill('\n'.join(['device,remote_address,remote_as', *lines]))
    form.click('Submit')
    expect(pages.content.locator('#object_list tbody tr')).to_have_count(20)
    expect(pages.content.locator('#object_list')).to_contain_text('edge-1 – 192.0.2.2/32')


# What is changed later


def open_type(pages, name):
    pages.menu().get_by_text(TYPES, exact=True).click()
    pages.click(name)
    pages.settle()


def rename_delete_and_restore(pages):
    """A field gets another name, another one is deleted; its panel on the page of the type brings it back."""
    open_type(pages, 'Asset')
    pages.click('Edit Design')
    bought = row(pages, 5)
    expect(bought.field('Label')).to_have_value('Bought')
    bought.fill('Label', 'Purchased')
    bought.fill('Name', 'purchased')
    row(pages, 2).click('Remove field')
    preview = pages.content.locator('#designer-preview')
    for words in ('The values stay.', '20 objects'):
        expect(preview).to_contain_text(words)
    store(pages, 'Asset', 'Save')
    fields = pages.content.locator('#type-fields')
    expect(fields).to_contain_text('purchased')
    expect(fields).not_to_contain_text('Price')
    panel = pages.content.locator('.card').filter(has=pages.page.get_by_role('heading', name='Deleted Fields'))
    pages.within(panel).click('Restore')
    expect(pages.content).to_contain_text('20 values')
    pages.click('Restore')
    expect(fields).to_contain_text('Price')
    # Another one goes by its own button, and comes back by the link in the message.
    pages.click('Delete notes')
    pages.click('Delete')
    pages.page.get_by_role('link', name='Undo').click()
    pages.click('Restore')
    expect(fields).to_contain_text('Notes')
    pages.menu().get_by_text('Assets', exact=True).click()
    row_of = pages.content.locator('#object_list tbody tr').first
    for text in ('12345678.90', '2026-01-01'):
        expect(row_of).to_contain_text(text)


def undo_a_bulk_delete(pages):
    for tag in ('A-01', 'A-02'):
        pages.content.get_by_role('row', name=tag).get_by_role('checkbox').check()
    pages.content.locator('.bulk-action-buttons:visible').get_by_role('button', name='Delete Selected').click()
    pages.settle()
    pages.content.get_by_role('button', name='Delete').last.click()
    rows = pages.content.locator('#object_list tbody tr')
    expect(rows).to_have_count(18)
    pages.page.get_by_role('link', name='Undo').click()
    pages.click('Restore Selected')
    pages.menu().get_by_text('Assets', exact=True).click()
    expect(rows).to_have_count(20)
    expect(rows.first).to_contain_text('C-2')


# Branches


def status(pages, name):
    """The status on the page of a branch; the history below it may know of a merge before it is there to see."""
    return pages.content.get_by_role('row', name=f'Status {name}', exact=True)


def open_branch(pages):
    pages.menu('Branching').get_by_text('Branches', exact=True).click()
    pages.click(BRANCH)


def change_in_a_branch(pages):
    """A type is changed with its objects, and another one is made, that main does not know of."""
    pages.make_branch(BRANCH)
    open_type(pages, 'Asset')
    pages.click('Edit Design')
    until = add_field(pages, 7, 'Warranty until', 'Date')
    expect(until.field('Name')).to_have_value('warranty_until')
    store(pages, 'Asset', 'Save')
    pages.menu().get_by_text('Assets', exact=True).click()
    pages.click('A-01')
    pages.click('Edit')
    pages.fill('Warranty until', '2029-01-01')
    pages.click('Save')
    expect(pages.content).to_contain_text('2029-01-01')
    begin_design(pages, 'Warranty')
    add_field(pages, 0, 'Title', 'Text').tick('Primary')
    store(pages, 'Warranty')
    pages.click('Add object')
    pages.fill('Title', 'Next day')
    pages.click('Create')
    expect(pages.page).to_have_title('Next day | NetBox')
    expect(pages.menu()).to_have_text([TYPES, 'Assets', 'BGP sessions', 'Contracts', 'Warranties'])
    pages.activate_branch('Main')
    expect(pages.menu()).to_have_text([TYPES, 'Assets', 'BGP sessions', 'Contracts'])


def merge_and_revert(pages):
    open_branch(pages)
    pages.tab('Schema Changes')
    expect(pages.content).to_contain_text('New type "warranty" with fields: title.')
    pages.tab('Merge Check')
    pages.click('Start dry run')
    pages.wait_for(pages.content.get_by_text('The merge would succeed.'))
    pages.tab('Branch')
    pages.click('Merge')
    pages.tick('Iterative')
    pages.tick('Commit changes')
    pages.click('Merge Branch')
    pages.wait_for(status(pages, 'Merged'))
    pages.menu().get_by_text('Assets', exact=True).click()
    pages.click('A-01')
    expect(pages.content).to_contain_text('2029-01-01')
    expect(pages.menu()).to_contain_text(['Warranties'])
    pages.menu().get_by_text('Warranties', exact=True).click()
    expect(pages.content.get_by_role('cell', name='Next day', exact=True)).to_be_visible()
    open_branch(pages)
    pages.click('Revert')
    pages.tick('Commit changes')
    pages.click('Revert Branch')
    pages.wait_for(status(pages, 'Ready'))
    pages.menu().get_by_text('Assets', exact=True).click()
    expect(pages.menu()).to_have_text([TYPES, 'Assets', 'BGP sessions', 'Contracts'])
    pages.click('A-01')
    expect(pages.content).to_contain_text('12345678.90')
    expect(pages.content).not_to_contain_text('Warranty until')
    pages.activate_branch(BRANCH)
    expect(pages.content).to_contain_text('2029-01-01')
