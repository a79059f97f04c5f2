"""The editor of rollups, in which a choice decides what else is offered; and lists that are sorted by one."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

PHONE = {'width': 420, 'height': 900}
ROOT = 'plugins/custom-objects/'


@pytest.fixture
def invoice(post):
    """Return the id of the type `invoice`, to which lines refer."""

    def field(custom_object_type, name, kind, **attributes):
        sent = {'custom_object_type': custom_object_type, 'name': name, 'type': kind}
        return post(f'{ROOT}custom-object-type-fields/', **sent, **attributes)['id']

    invoice, line = (post(f'{ROOT}custom-object-types/', name=name, slug=name)['id'] for name in ('invoice', 'line'))
    field(invoice, 'number', 'text', primary=True)
    for name, kind in (('title', 'text'), ('amount', 'decimal'), ('cancelled', 'boolean')):
        field(line, name, kind)
    field(line, 'invoice', 'object', app_label='custom-objects', model='invoice')
    for number, amounts in (('A', (5, 7)), ('B', (30,)), ('C', ())):
        made = post(f'{ROOT}invoice/', number=number)['id']
        for amount in amounts:
            post(f'{ROOT}line/', title=f'{number} {amount}', amount=amount, invoice=made)
    return invoice


def test_the_editor_of_rollups(pages, invoice):
    pages.open(f'/{ROOT}custom-object-types/{invoice}/')
    pages.click('Add Field')
    pages.fill('Name', 'total')
    pages.choose('Type', 'Rollup')
    pages.choose('Referring field', 'Line › Invoice')
    pages.choose('Aggregate', 'Count')
    expect(pages.content.locator('[name=aggregated_field]')).to_have_count(0)
    pages.choose('Aggregate', 'Sum')
    pages.choose('Aggregated field', 'Amount')
    expect(pages.field('Name')).to_have_value('total')
    pages.content.locator('[name=condition]').fill('canceled == null')
    pages.click('Create')
    expect(pages.content.get_by_text('Line 1, column 1: Unknown field “canceled”.').first).to_be_visible()
    pages.picture('rollup-editor')
    pages.content.locator('[name=condition]').fill('cancelled == null || !cancelled')
    pages.click('Create')
    summary = 'Sum of line.amount by line.invoice, where cancelled == null || !cancelled'
    expect(pages.content.get_by_text(summary)).to_be_visible()
    pages.picture('rollup-type')
    pages.open(f'/{ROOT}invoice/?sort=-total')
    expect(pages.content.locator('tbody tr td:nth-child(3)')).to_have_text(['B', 'A', 'C'])
    pages.picture('rollup-list')
    pages.content.get_by_role('link', name='A', exact=True).click()
    expect(pages.content.get_by_text('12.00')).to_be_visible()
    pages.picture('rollup-object')
    pages.page.set_viewport_size(PHONE)
    pages.picture('rollup-object-phone')
    pages.open(f'/{ROOT}custom-object-types/{invoice}/')
    pages.picture('rollup-type-phone', pages.content.get_by_text(summary))
