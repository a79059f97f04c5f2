"""A computed field: made in the form, shown and sorted in a list, and an input that no form has."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

ROOT = 'plugins/custom-objects/'


def test_a_computed_column(pages, post):
    order = post(f'{ROOT}custom-object-types/', name='order', slug='order')['id']
    for name, kind, primary in (('part', 'text', True), ('quantity', 'integer', False), ('price', 'decimal', False)):
        sent = {'custom_object_type': order, 'name': name, 'type': kind, 'primary': primary}
        post(f'{ROOT}custom-object-type-fields/', **sent)
    for part, quantity, price in (('bolt', 10, '0.50'), ('rack', 1, '900.00'), ('rail', 4, '25.00')):
        post(f'{ROOT}order/', part=part, quantity=quantity, price=price)

    pages.open(f'/{ROOT}custom-object-types/{order}/')
    pages.click('Add Field')
    pages.fill('Name', 'total')
    pages.choose('Type', 'Computed')
    pages.choose('Result type', 'Decimal')
    pages.content.locator('[name=expression]').fill('quantity * prize')
    pages.click('Create')
    expect(pages.content.get_by_text('Line 1, column 12: Unknown field “prize”.').first).to_be_visible()
    pages.content.locator('[name=expression]').fill('quantity * price')
    pages.click('Create')

    pages.open(f'/{ROOT}order/?sort=-total')
    expect(pages.content.locator('tbody tr td:nth-child(3)')).to_have_text(['rack', 'rail', 'bolt'])
    expect(pages.content.get_by_text('900.00').last).to_be_visible()
    pages.picture('computed-list')
    pages.content.get_by_role('link', name='rail', exact=True).click()
    expect(pages.content.get_by_text('100.00')).to_be_visible()
    pages.click('Edit')
    expect(pages.content.locator('[name=total]:enabled')).to_have_count(0)
    pages.fill('Quantity', '5')
    pages.click('Save')
    expect(pages.content.get_by_text('125.00')).to_be_visible()
