"""The editor of constraints: what is asked for follows the type, and errors say where in an expression they are."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

PHONE = {'width': 420, 'height': 900}


def test_the_editor_of_constraints(pages, post):
    contract = post('plugins/custom-objects/custom-object-types/', name='contract', slug='contract')['id']
    for name, kind in (('name', 'text'), ('start', 'date'), ('end', 'date')):
        post('plugins/custom-objects/custom-object-type-fields/', custom_object_type=contract, name=name, type=kind)
    pages.open(f'/plugins/custom-objects/custom-object-types/{contract}/')
    pages.click('Add Constraint')
    expect(pages.content.locator('[name=expression], [name=condition]')).to_have_count(0)
    pages.fill('Name', 'period')
    pages.choose('Type', 'Check')
    expect(pages.content.locator('[name=condition]')).to_have_count(0)
    pages.content.locator('[name=expression]').fill('ende > start')
    pages.fill('Message', 'The end must be after the start.')
    pages.click('Create')
    wrong = pages.content.locator('#id_expression_errors')
    expect(wrong).to_contain_text('Line 1, column 1: Unknown field “ende”.')
    pages.picture('constraint-editor')
    pages.content.locator('[name=expression]').fill('end > start')
    pages.click('Create')
    expect(pages.page).to_have_title('Contract | NetBox')
    pages.click('Add Constraint')
    pages.fill('Name', 'one running')
    pages.choose('Type', 'Unique')
    pages.choose('Fields', 'Name')
    pages.content.locator('[name=condition]').fill('end == null')
    pages.click('Create')
    expect(pages.content.get_by_text('name where end == null')).to_be_visible()
    pages.picture('constraints', pages.content.get_by_role('heading', name='Constraints'))
    pages.page.set_viewport_size(PHONE)
    pages.picture('constraints-phone', pages.content.get_by_role('heading', name='Constraints'))
    # Only the table of the columns scrolls sideways.
    pages.open('/plugins/custom-objects/contract/bulk-import/')
    expect(pages.content.get_by_text('Format: YYYY-MM-DD').first).to_be_visible()
    assert pages.page.evaluate('document.documentElement.scrollWidth') == PHONE['width']
    pages.open('/plugins/custom-objects/contract/add/')
    pages.fill('Start', '2026-02-01')
    pages.fill('End', '2026-01-01')
    pages.click('Create')
    expect(pages.content.get_by_text('The end must be after the start.').first).to_be_visible()
