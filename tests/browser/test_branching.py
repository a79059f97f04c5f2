"""A document that is exported, changed, and applied in a new branch, which is merged: by clicking."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow


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
    pages.from_menu('More', 'Export model')
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
    pages.from_menu('More', 'Import model')
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


def open_branch(pages, name):
    pages.menu('Branching').get_by_text('Branches', exact=True).click()
    pages.click(name)
