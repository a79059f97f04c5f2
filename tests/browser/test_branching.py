"""Types that are made in a branch by clicking, or by a document, merged by clicking, and taken back by clicking."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

BRANCH = 'new panels'
TYPES = 'Custom Object Types'


def test_a_type_goes_from_branch_to_main_and_back(pages):
    make_branch(pages)
    pages.activate_branch(BRANCH)
    make_type_with_object(pages)
    expect(pages.menu()).to_have_text([TYPES, 'Panels'])
    pages.activate_branch('Main')
    expect(pages.menu()).to_have_text([TYPES])

    open_branch(pages)
    look_at_schema_changes(pages)
    try_merge(pages)
    pages.tab('Branch')
    merge(pages)
    pages.open('/plugins/custom-objects/')
    expect(pages.menu()).to_have_text([TYPES, 'Panels'])
    assert_object_is_listed(pages)

    open_branch(pages)
    pages.click('Revert')
    pages.tick('Commit changes')
    pages.click('Revert Branch')
    pages.wait_for(status(pages, 'Ready'))
    pages.open('/plugins/custom-objects/')
    expect(pages.menu()).to_have_text([TYPES])
    pages.activate_branch(BRANCH)
    assert_object_is_listed(pages)


def test_a_document_is_exported_changed_and_applied_in_a_new_branch(pages, post):
    api = 'plugins/custom-objects'
    feeder = post(f'{api}/custom-object-types/', name='feeder', slug='feeder')
    for name, more in (
        ('serial', {'type': 'text', 'primary': True}),
        ('amps', {'type': 'integer'}),
        ('old', {'type': 'text'}),
    ):
        post(f'{api}/custom-object-type-fields/', custom_object_type=feeder['id'], name=name, **more)
    post(f'{api}/feeder/', serial='A1', amps=16, old='x')
    pages.open('/plugins/custom-objects/custom-object-types/')
    pages.from_menu('Model', 'Export model')
    with pages.page.expect_download() as download:
        pages.content.get_by_role('button', name='Export').click()
    text = Path(download.value.path()).read_text()
    assert 'name: amps' in text
    text = text.replace('name: amps', 'name: current')
    text = re.sub(
        r'( +)- id: 3\n +name: old\n +type: text\n', r'\1- id: 4\n\1  name: phases\n\1  type: integer\n', text
    )
    text += '    removed_fields:\n      - {id: 3, name: old, type: text}\n'
    pages.open('/plugins/custom-objects/custom-object-types/')
    pages.from_menu('Model', 'Import model')
    pages.fill('Document', text)
    pages.click('Preview')
    expect(pages.content).to_contain_text('Clients of the API, templates and scripts find them under the new name.')
    expect(pages.content).to_contain_text('The field disappears with the values of 1 object.')
    pages.picture('document')
    pages.content.get_by_label('Remove fields').check()
    pages.fill('Name of the new branch', 'stronger feeders')
    pages.click('Apply in a new branch')
    pages.wait_for(status(pages, 'Completed'))
    open_branch(pages, 'stronger feeders')
    merge(pages)
    pages.open(f'/plugins/custom-objects/custom-object-types/{feeder["id"]}/')
    for name in ('current', 'phases'):
        expect(pages.content.get_by_role('cell', name=name, exact=True)).to_be_visible()


def merge(pages):
    pages.click('Merge')
    pages.tick('Iterative')
    pages.tick('Commit changes')
    pages.click('Merge Branch')
    pages.wait_for(status(pages, 'Merged'))


def status(pages, name):
    """The status on the page of a branch or job; the history below it may know of a merge before it is there to see."""
    return pages.content.get_by_role('row', name=f'Status {name}', exact=True)


def make_branch(pages):
    header = pages.page.locator('header')
    header.get_by_role('button', name='Main').click()
    header.get_by_role('link', name='Create a Branch').click()
    pages.fill('Name', BRANCH)
    pages.click('Create')
    pages.wait_for(status(pages, 'Ready'))


def open_branch(pages, name=BRANCH):
    pages.menu('Branching').get_by_text('Branches', exact=True).click()
    pages.click(name)


def make_type_with_object(pages):
    pages.open('/plugins/custom-objects/')
    pages.click('Add')
    pages.fill('Name', 'panel')
    pages.click('Create')
    for name, kind in (('serial', 'Text'), ('ports', 'Integer')):
        pages.click('Add Field')
        pages.fill('Name', name)
        pages.choose('Type', kind)
        pages.click('Create')
        expect(pages.content.get_by_role('cell', name=name, exact=True)).to_be_visible()
    pages.menu().get_by_text('Panels').click()
    pages.click('Add')
    pages.fill('Serial', 'A1')
    pages.fill('Ports', '24')
    pages.click('Create')


def look_at_schema_changes(pages):
    pages.tab('Schema Changes')
    expect(pages.content.get_by_role('heading', name='panel create')).to_be_visible()
    expect(pages.content).to_contain_text('New type "panel" with fields: ports, serial.')


def try_merge(pages):
    pages.tab('Merge Check')
    pages.click('Start dry run')
    pages.wait_for(pages.content.get_by_text('The merge would succeed.'))


def assert_object_is_listed(pages):
    pages.menu().get_by_text('Panels').click()
    expect(pages.page).to_have_title('Panels | NetBox')
    for value in ('A1', '24'):
        expect(pages.content.get_by_role('cell', name=value, exact=True)).to_be_visible()
