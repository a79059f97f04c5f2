"""What is deleted is undone with two clicks: the message leads to a question, and the answer brings values back."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

PHONE = {'width': 420, 'height': 900}


def test_undo_and_the_list_of_what_was_deleted(pages, post):
    server = post('plugins/custom-objects/custom-object-types/', name='server', slug='server')['id']
    fields = {
        name: post(
            'plugins/custom-objects/custom-object-type-fields/', custom_object_type=server, name=name, type='text'
        )
        for name in ('name', 'serial', 'notes')
    }
    for number in range(3):
        post('plugins/custom-objects/server/', name=f'server-{number}', serial=f'S{number}')
    for name in ('serial', 'notes'):
        pages.open(f'/plugins/custom-objects/custom-object-type-fields/{fields[name]["id"]}/delete/')
        pages.picture('delete-a-field')
        pages.click('Delete')
    expect(pages.page.get_by_text('Restorable until').first).to_be_visible()
    pages.picture('undo')
    pages.page.get_by_role('link', name='Undo').first.click()
    expect(pages.page).to_have_title('Restore server.notes? | NetBox')
    pages.picture('restore')
    pages.click('Restore')
    expect(pages.page).to_have_title('Server | NetBox')
    panel = pages.content.get_by_role('heading', name='Deleted Fields')
    expect(panel).to_be_visible()
    pages.picture('deleted-fields', panel)
    pages.open('/plugins/custom-objects/custom-object-types/')
    pages.picture('types-with-tab')
    pages.content.get_by_role('link', name='Deleted', exact=True).first.click()
    row = pages.content.get_by_role('row').filter(has_text='server.serial')
    expect(row.get_by_role('cell', name='3 values', exact=True)).to_be_visible()
    pages.picture('deleted')
    pages.page.set_viewport_size(PHONE)
    pages.picture('deleted-phone')
    row.get_by_role('link', name='Restore').click()
    pages.click('Restore')
    pages.open('/plugins/custom-objects/server/')
    expect(pages.content.get_by_text('S2')).to_be_visible()
    pages.open('/plugins/custom-objects/custom-object-types/deleted/')
    expect(pages.content.get_by_text('are listed here until they are purged')).to_be_visible()
    pages.picture('deleted-none-phone')
