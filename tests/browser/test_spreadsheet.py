"""A spreadsheet becomes a type with objects."""

import csv

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

HEADERS = ['Switch', 'Site', 'Price', 'Bought', 'State', 'Latitude', 'Longitude']
ROWS = 500


def write(path):
    """Write a file of 500 rows, of which three do not fit: an unknown site, no date, and no number."""
    rows = [
        [
            f'sw-{n:03}', ('Berlin', 'Paris')[n % 2], f'{n},50', f'{n % 28 + 1:02}.01.2026', ('up', 'down')[n % 2],
            '52.5', '13.4',
        ]
        for n in range(ROWS)
    ]  # fmt: skip
    rows[10][1], rows[200][3], rows[499][2] = 'Atlantis', '31.02.2026', 'much'
    with path.open('w', newline='', encoding='cp1252') as file:
        csv.writer(file, delimiter=';').writerows([HEADERS, *rows])
    return path


def test_from_spreadsheet_to_type(pages, post, tmp_path):
    for name in ('Berlin', 'Paris'):
        post('dcim/sites/', name=name, slug=name.lower())
    page, content = pages.page, pages.content
    pages.from_menu('More', 'From spreadsheet')
    pages.field('File').set_input_files(write(tmp_path / 'Office switches.csv'))
    pages.click('Upload')
    expect(pages.field('Name')).to_have_value('office_switches')
    faults = page.locator('#spreadsheet-faults')
    expect(content).to_contain_text('499 of 500 values name an object of type site.')
    expect(faults).to_contain_text('497 rows fit, 3 do not.')
    expect(faults.get_by_role('row')).to_contain_text(['Reason', 'Atlantis', '31.02.2026', 'much'])
    pages.picture('spreadsheet')

    # The price is corrected to a text, so that one more row fits.
    price = content.get_by_role('row').filter(has_text='Price')
    price.get_by_label('Type: Price').select_option('Text')
    pages.click('Check')
    expect(faults).to_contain_text('498 rows fit, 2 do not.')
    expect(price.get_by_label('Type: Price')).to_have_value('text')
    pages.click('Create')
    pages.wait_for(content.get_by_role('alert').filter(has_text='Nothing was created, because some rows do not fit.'))
    pages.field('Rows').select_option('Leave out rows that do not fit')
    pages.click('Create')
    pages.wait_for(content.get_by_role('alert').filter(has_text='498 objects were loaded.'))
    expect(faults).to_contain_text('Atlantis')
    with page.expect_download() as saved:
        content.get_by_role('link', name='Download the list (CSV)').click()
    assert 'Atlantis' in saved.value.path().read_text()

    content.get_by_role('link', name='Office switches').click()
    pages.click('Objects')
    expect(content).to_contain_text('498')
    content.get_by_role('link', name='sw-000').click()
    expect(content).to_contain_text('Berlin')
    expect(content).to_contain_text('52.500000, 13.400000')
