"""Forms follow what is selected: selectors narrow by the value of another field, and empty inputs take a default."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

FIELDS = 'plugins/custom-objects/custom-object-type-fields/'


def test_an_add_form_follows_the_site(pages, post):
    here, there = (
        post('dcim/sites/', name=name, slug=name.lower(), facility=f'Hall {name}')['id'] for name in ('Here', 'There')
    )
    for name, site in (('Room 1', here), ('Room 2', there)):
        post('dcim/locations/', name=name, slug=name.lower().replace(' ', '-'), site=site, status='active')
    spot = post('plugins/custom-objects/custom-object-types/', name='spot', slug='spot')['id']
    post(FIELDS, custom_object_type=spot, name='site', type='object', app_label='dcim', model='site')
    post(FIELDS, custom_object_type=spot, name='hall', type='text', default_from='site.facility', weight=200)
    post(
        FIELDS, custom_object_type=spot, name='room', type='object', app_label='dcim', model='location', weight=300,
        related_object_filter={'site_id': '$site'}, related_object_filter_enforced=True,
    )  # fmt: skip
    pages.open('/plugins/custom-objects/spot/add/')
    pages.choose('Site', 'There')
    expect(pages.field('Hall')).to_have_value('Hall There')
    rooms = pages.content.locator('.ts-control').nth(1)
    rooms.click()
    options = pages.content.locator('.ts-dropdown:visible [role=option]')
    expect(options.filter(has_text='Room')).to_have_text(['Room 2'])
    options.filter(has_text='Room 2').click()
    # What was typed is kept.
    pages.fill('Hall', 'own')
    pages.choose('Site', 'Here')
    expect(pages.field('Hall')).to_have_value('own')
    pages.picture('linked-values')
    pages.click('Create')
    expect(pages.content.get_by_text('This cannot be selected here: Room 2.')).to_be_visible()
