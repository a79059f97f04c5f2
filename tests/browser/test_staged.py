"""A field is converted step by step in the browser: the panel follows the job without a reload, and leads on."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

MILLISECONDS_FOR_A_JOB = 60_000


def test_from_the_form_to_the_end(pages, post):
    page, content = pages.page, pages.content
    kind = post('plugins/custom-objects/custom-object-types/', name='meter', slug='meter')
    field = post(
        'plugins/custom-objects/custom-object-type-fields/',
        custom_object_type=kind['id'], name='value', type='text',
    )  # fmt: skip
    for value in ('1', 'many'):
        post('plugins/custom-objects/meter/', value=value)

    pages.open(f'/plugins/custom-objects/custom-object-type-fields/{field["id"]}/edit/')
    pages.choose('Type', 'Integer')
    preview = page.locator('#field-preview')
    expect(preview).to_contain_text('Refused')
    pages.tick('Step by step')
    expect(preview).to_contain_text('Background job')
    expect(preview).to_contain_text('type: text → integer')
    pages.click('Save')
    panel = page.locator('#staged-changes')
    # Without a reload: the panel asks for itself.
    expect(panel.locator('.badge')).to_have_text('Blocked', timeout=MILLISECONDS_FOR_A_JOB)
    expect(panel).to_contain_text('1 object prevents the change.')
    expect(panel).to_contain_text('cannot be converted to integer')
    with page.expect_download() as download:
        panel.get_by_text('Download the list (CSV)').click()
    assert download.value.suggested_filename == 'meter_value_offenders.csv'

    panel.locator('tbody a').click()
    pages.click('Edit')
    pages.fill('Value', '7')
    pages.click('Save')
    pages.open(f'/plugins/custom-objects/custom-object-types/{kind["id"]}/')
    pages.click('Resume')
    expect(panel.locator('.badge')).to_have_text('Switched', timeout=MILLISECONDS_FOR_A_JOB)
    pages.click('Undo')
    expect(panel.locator('.badge')).to_have_text('Undone', timeout=MILLISECONDS_FOR_A_JOB)
    expect(content.get_by_role('row').filter(has_text='value').filter(has_text='Text')).to_be_visible()
