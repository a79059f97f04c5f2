"""What a user sees who may view some objects of one type, and nothing else."""

import pytest
from playwright.sync_api import expect

from tests.browser.pages import Pages

pytestmark = pytest.mark.slow

PASSWORD = 'A-long-pass-1word'


@pytest.fixture
def reader(page, post):
    """The window of a user who may view the cable `seen`."""
    for name in ('cable', 'secret'):
        kind = post('plugins/custom-objects/custom-object-types/', name=name, slug=name, group_name=f'Group of {name}')
        post(
            'plugins/custom-objects/custom-object-type-fields/',
            custom_object_type=kind['id'], name='title', type='text', primary=True,
        )  # fmt: skip
        for title in ('seen', 'hidden'):
            post(f'plugins/custom-objects/{name}/', title=title)
        if name == 'cable':
            user = post('users/users/', username='reader', password=PASSWORD)
            post(
                'users/permissions/', name='Seen cables', actions=['view'], constraints={'title': 'seen'},
                users=[user['id']], object_types=[kind['object_type_name']],
            )  # fmt: skip
    pages = Pages(page)
    pages.log_in('reader', PASSWORD)
    return pages


def test_sees_no_button_tab_count_or_name_beyond_the_rights(reader):
    expect(reader.menu()).to_have_text(['Cables'])
    expect(reader.page.locator('aside')).not_to_contain_text('Group of secret')
    reader.menu().get_by_text('Cables').click()
    rows = reader.content.locator('#object_list tbody tr')
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text('seen')
    expect(reader.content.get_by_role('tab', name='Results')).to_contain_text('1')
    for name in ('Add', 'Import', 'Edit Selected', 'Rename Selected', 'Delete Selected'):
        for role in ('link', 'button'):
            expect(reader.content.locator('form, .btn-list').get_by_role(role, name=name, exact=True)).to_have_count(0)
    reader.click('seen')
    expect(reader.page).to_have_title('seen | NetBox')
    for name in ('Edit', 'Delete', 'Clone'):
        expect(reader.content.get_by_role('link', name=name, exact=True)).to_have_count(0)
        expect(reader.content.get_by_role('button', name=name, exact=True)).to_have_count(0)
    expect(reader.content).not_to_contain_text('hidden')
    answer = reader.page.request.get('/plugins/custom-objects/secret/')
    # As if there were no such type.
    assert answer.status == 404
    assert 'Secrets' not in answer.text()
    assert reader.page.request.get('/plugins/custom-objects/custom-object-types/').status == 403
    assert reader.page.request.get('/plugins/custom-objects/custom-object-types/design/').status == 403
