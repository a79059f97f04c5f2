"""Forms follow what is selected: selectors narrow, empty inputs take a default, and filters have a second value."""

import re

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
    # What was taken follows, what was typed is kept, and what the filter does not find is cleared.
    pages.choose('Site', 'Here')
    expect(pages.field('Hall')).to_have_value('Hall Here')
    expect(rooms).not_to_contain_text('Room 2')
    pages.fill('Hall', 'own')
    pages.choose('Site', 'There')
    expect(pages.field('Hall')).to_have_value('own')
    pages.picture('linked-values')
    pages.click('Create')
    expect(pages.content.get_by_text('own', exact=True)).to_be_visible()


def test_a_list_is_filtered_by_a_range(pages, post):
    visit = post('plugins/custom-objects/custom-object-types/', name='visit', slug='visit')['id']
    for name, kind in (('title', 'text'), ('day', 'date'), ('notes', 'longtext')):
        post(FIELDS, custom_object_type=visit, name=name, type=kind)
    for month in (1, 2, 3):
        post('plugins/custom-objects/visit/', title=f'Visit {month}', day=f'2026-0{month}-15')
    pages.open('/plugins/custom-objects/visit/')
    filters = pages.page.locator('#filters-form')
    last = filters.locator('[name=day__lte]')
    pages.page.locator('#filters-form-tab').click()
    expect(last).to_be_hidden()
    chosen = filters.locator('.modifier-select[data-field=day]')
    chosen.evaluate('select => select.tomselect.setValue("between")')
    for name, value in (('day', '2026-02-01'), ('day__lte', '2026-02-28')):
        filters.locator(f'[name={name}]').evaluate('(input, value) => { input.value = value }', value)
    filters.get_by_role('button', name='Search').click()
    expect(pages.page.locator('#object_list tbody tr')).to_have_count(1)
    expect(pages.page.locator('#object_list')).to_contain_text('Visit 2')
    for words in ('Day on or after: 2026-02-01', 'Day on or before: 2026-02-28'):
        expect(pages.content).to_contain_text(words)
    # Both values are there again.
    pages.page.locator('#filters-form-tab').click()
    expect(chosen).to_have_value('between')
    expect(last).to_have_value('2026-02-28')
    # Long texts are written with a preview.
    pages.open('/plugins/custom-objects/visit/add/')
    pages.fill('Notes', '**bold**')
    pages.content.get_by_role('tab', name='Preview').click()
    expect(pages.content.locator('#notes-preview strong')).to_have_text('bold')


def test_a_filter_is_built_of_rows(pages, post):
    post('dcim/sites/', name='Planned', slug='planned', status='planned')
    kind = post('plugins/custom-objects/custom-object-types/', name='spare', slug='spare')['id']
    field = post(FIELDS, custom_object_type=kind, name='place', type='object', app_label='dcim', model='site')['id']
    post(FIELDS, custom_object_type=kind, name='area', type='object', app_label='dcim', model='region')
    pages.open(f'/plugins/custom-objects/custom-object-type-fields/{field}/edit/')
    builder = pages.content.locator('[data-filter-builder]')
    builder.scroll_into_view_if_needed()

    def choose(list, value):
        # NetBox makes its selectors once htmx has settled.
        list.evaluate(
            """async (list, value) => {
            while (!list.tomselect) await new Promise(requestAnimationFrame);
            list.tomselect.setValue(value);
        }""",
            value,
        )

    def add(name):
        choose(builder.locator('[data-add-filter]'), name)
        expect(row := builder.locator(f'[data-filter="{name}"]')).to_be_visible()
        return row

    choose(add('status').locator('[data-filter-value]'), ['planned'])
    summary = builder.get_by_role('status')
    expect(summary).to_have_text('1 site found')
    add('region_id').get_by_label('Source of the value').select_option('area')
    expect(summary).to_contain_text('Depends on the object as well: area.')
    removed = add('group_id')
    removed.locator('[data-remove-filter]').click()
    expect(removed).to_have_count(0)
    pages.picture('filter', at=builder)
    pages.click('Save')
    expect(pages.page).not_to_have_url(re.compile('/edit/'))
    pages.open(f'/plugins/custom-objects/custom-object-type-fields/{field}/edit/')
    builder.scroll_into_view_if_needed()
    expect(builder.locator('[data-filter]')).to_have_count(2)
    expect(pages.content.locator('[name=related_object_filter]')).to_have_value('status=planned&region_id=$area')
    expect(builder.locator('[data-filter=status] [data-filter-value]')).to_have_values(['planned'])
