"""GraphiQL, the map of types, and the gallery."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow


def test_graphiql(pages, post):
    """GraphiQL knows a new type at once, explores it, and runs a query for its objects."""
    types = 'plugins/custom-objects/custom-object-types/'
    made = post(types, name='shelf', slug='shelves')
    fields = 'plugins/custom-objects/custom-object-type-fields/'
    post(fields, custom_object_type=made['id'], name='serial', type='text', primary=True)
    post('plugins/custom-objects/shelves/', serial='S-1')
    page = pages.page
    query = '{ custom_objects_shelves_list { serial } }'
    page.goto(f'/graphql/#query={quote(query)}')
    page.get_by_role('button', name='Show Documentation Explorer').click()
    explorer = page.locator('.graphiql-doc-explorer')
    explorer.get_by_text('Query', exact=True).first.click()
    explorer.get_by_text('custom_objects_shelves_list').first.click()
    expect(explorer).to_contain_text(f'Table{made["id"]}ModelType')
    page.get_by_role('button', name='Execute query').click()
    expect(page.locator('.result-window')).to_contain_text('S-1')


def test_map(pages, post):
    """The map draws types, references and groups, follows its options, leads to types, and can be saved."""
    types = 'plugins/custom-objects/custom-object-types/'
    fields = 'plugins/custom-objects/custom-object-type-fields/'
    zone, record, apart = (
        post(types, name=name, slug=name, group_name=group)
        for name, group in (('zone', 'DNS'), ('record', 'DNS'), ('apart', ''))
    )
    post(fields, custom_object_type=zone['id'], name='origin', type='text')
    reference = {'custom_object_type': record['id'], 'name': 'zone', 'type': 'object', 'on_delete_behavior': 'cascade'}
    target = {'app_label': 'netbox_custom_objects', 'model': f'table{zone["id"]}model'}
    post(fields, **reference, related_object_type=target)
    page = pages.page
    pages.open('/plugins/custom-objects/custom-object-types/map/')
    drawn = page.get_by_role('group', name='Map of custom object types and their references')
    expect(drawn.locator('text', has_text='Apart')).to_be_visible()
    expect(drawn.locator('text', has_text='DNS')).to_be_visible()
    expect(drawn.locator('.edge text').first).to_contain_text('zone')
    expect(drawn.locator('.edge', has_text='cascade')).to_have_count(1)
    expect(drawn.locator('text', has_text='origin')).to_have_count(0)

    page.get_by_label('Fields').check()
    expect(drawn.locator('text', has_text='origin')).to_be_visible()
    pages.choose('Type', 'Record')
    expect(drawn.locator('text', has_text='Apart')).to_have_count(0)
    expect(page).to_have_url(re.compile(rf'focus=table{record["id"]}model.*fields=on'))
    with page.expect_download() as saved:
        page.get_by_role('button', name='SVG').click()
    assert b'cascade' in saved.value.path().read_bytes()
    with page.expect_download() as saved:
        page.get_by_role('button', name='PNG').click()
    assert saved.value.path().read_bytes().startswith(b'\x89PNG')

    drawn.get_by_role('link', name='Zone').first.click()
    expect(page).to_have_title('Zone | NetBox')
    # Its panel shows the neighbour only.
    expect(drawn.locator('text', has_text='Record')).to_be_visible()
    expect(drawn.locator('text', has_text='Apart')).to_have_count(0)


def test_gallery(pages):
    """A model of the gallery is looked at, previewed, installed with objects, and found on the map."""
    page, drawn = pages.page, pages.content.locator('[data-map] svg')
    pages.from_menu('More', 'Gallery')
    # One picture at a time is drawn, as it comes into view.
    expect(drawn.first.locator('.node')).to_have_count(4)
    pages.picture('gallery')
    pages.click('Firewall policy')
    expect(drawn.get_by_role('link', name='Firewall rule')).to_be_visible()
    pages.picture('gallery-model')
    drawn.get_by_role('link', name='Firewall zone').click()
    expect(page).to_have_url(re.compile('#firewall-zones$'))
    pages.content.get_by_label('With sample objects').check()
    pages.click('Preview')
    expect(pages.content).to_contain_text('firewall_zone')
    expect(pages.content.get_by_label('With sample objects')).to_be_checked()
    pages.click('Apply')
    expect(page.locator('body')).to_contain_text('6 types were installed')
    pages.within(pages.content.locator('#firewall-services')).click('Objects')
    expect(pages.content.get_by_role('link', name='ssh', exact=True)).to_be_visible()

    pages.open('/plugins/custom-objects/custom-object-types/map/')
    types, arrows = drawn.locator('.node', has=page.locator('text[font-weight="bold"]')), drawn.locator('.edge')
    pages.choose('Group', 'Firewall')
    expect(types).to_have_count(6)
    expect(drawn.locator('.cluster')).to_have_count(1)
    page.get_by_label('NetBox models').uncheck()
    expect(drawn.get_by_role('link', name='Device')).to_have_count(0)
    pages.picture('map')
    pages.choose('Type', 'Firewall service')
    expect(types).to_have_count(2)
    expect(arrows).to_have_count(1)
    pages.choose('Distance', '2 steps')
    expect(types).to_have_count(6)
