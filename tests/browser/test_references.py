"""A type that refers to itself, designed at once; its objects are chosen in the selector and made in place."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

SELECTOR = 'Open selector'


def test_objects_are_chosen_in_dialogs(pages):
    design_a_tree(pages)
    for name in ('root', 'trunk'):
        add(pages, name)
    pages.menu().get_by_text('Nodes').click()
    pages.click('Add')
    pages.fill('Name', 'leaf')
    choose_in_the_selector(pages, 'trunk')
    pages.click('Create')
    expect(pages.page).to_have_title('leaf | NetBox')
    expect(pages.content.get_by_role('link', name='trunk', exact=True)).to_be_visible()

    pages.click('Edit')
    add_in_place(pages, 'branch')
    pages.click('Save')
    pages.content.get_by_role('link', name='branch', exact=True).click()
    expect(pages.page).to_have_title('branch | NetBox')
    # What refers to an object is on its tab.
    pages.tab('Custom Objects')
    expect(pages.content.get_by_role('link', name='leaf', exact=True)).to_be_visible()


def design_a_tree(pages):
    pages.click('Design')
    pages.within(pages.content.locator('#designer .card').first).fill('Name', 'Node')
    rows = pages.content.locator('[data-field]')
    name = pages.within(rows.nth(0))
    name.fill('Name', 'name')
    name.tick('Primary')
    pages.click('Add Field')
    parent = pages.within(rows.nth(1))
    parent.fill('Name', 'parent')
    parent.choose('Type', 'Object')
    parent.choose('Related object type', 'This type')
    pages.click('Create')
    expect(pages.page).to_have_title('Node | NetBox')
    expect(pages.menu()).to_have_text(['Custom Object Types', 'Nodes'])


def add(pages, name):
    pages.menu().get_by_text('Nodes').click()
    pages.click('Add')
    pages.fill('Name', name)
    pages.click('Create')
    expect(pages.page).to_have_title(f'{name} | NetBox')


def choose_in_the_selector(pages, name):
    pages.content.get_by_role('button', name=SELECTOR).click()
    dialog = pages.page.get_by_role('dialog')
    expect(dialog.get_by_role('heading', name='Select Node')).to_be_visible()
    results = dialog.locator('#selector_results a')
    expect(results).to_have_count(2)
    # When it is there altogether, a dialog takes the focus, and with it what is being typed.
    expect(dialog).to_be_focused()
    # Not by its button, which loads the page again in NetBox 4.7, with selectors of its own models, too.
    pages.within(dialog).field('Search').press_sequentially(name)
    expect(results).to_have_count(1)
    results.click()
    expect(dialog).to_be_hidden()
    expect(pages.content.locator('.ts-control .item')).to_contain_text([name])


def add_in_place(pages, name):
    pages.content.get_by_role('button', name='Quick add').click()
    dialog = pages.page.get_by_role('dialog')
    pages.within(dialog).fill('Name', name)
    dialog.get_by_role('button', name='Create').click()
    expect(dialog).to_be_hidden()
    expect(pages.content.locator('.ts-control .item')).to_contain_text([name])
