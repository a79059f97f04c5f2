"""Pages in a branch: the branch's types and objects, and nothing else."""

import pytest

from netbox_branching.models import Branch

from netbox_custom_objects.models import CustomObjectType
from tests.support.beginnings import begins_with
from tests.support.branches import Lab
from tests.support.factories import make_every_kind, make_field, make_object, make_type
from tests.surfaces.ui import Browser, text_of


@pytest.fixture
def browser(lab):
    return Browser(lab.user)


def make_cable():
    with Lab().request():
        kind = make_type('cable', fields=[{'name': 'name', 'primary': True}])
        make_object(kind, name='main')


@pytest.fixture
@begins_with(make_cable)
def in_main(lab):
    """A type with one object, in main."""
    return CustomObjectType.objects.get()


def test_everything_that_main_offers_works_in_a_branch(lab, branch, browser):
    """A type made by the pages of a branch, its objects and their pages; main knows nothing of it."""
    browser.get(f'/?_branch={branch.schema_id}')
    browser.post('custom-object-types/add/', name='private', slug='private')
    with lab.request(branch):
        kind = CustomObjectType.objects.get()
    field = {
        'name': 'name', 'type': 'text', 'primary': 'on', 'search_weight': '500', 'filter_logic': 'loose',
        'ui_visible': 'always', 'ui_editable': 'yes', 'weight': '100',
    }  # fmt: skip
    browser.post('custom-object-type-fields/add/', custom_object_type=kind.pk, **field)
    browser.post('private/add/', name='secret')
    browser.post('private/bulk-import/', data='name\nother', format='csv', csv_delimiter=',', import_method='direct')
    with lab.request(branch):
        first, second = kind.get_model().objects.order_by('pk')
    assert 'secret' in text_of(browser.get('private/'))
    assert 'secret' not in text_of(browser.get('private/?name=other'))
    browser.post(f'private/{first.pk}/edit/', name='renamed')
    for page in ('', 'edit/', 'delete/', 'journal/', 'changelog/', 'contacts/'):
        assert 'renamed' in browser.get(f'private/{first.pk}/{page}'), page
    browser.post('private/bulk-edit/', pk=[first.pk, second.pk], _apply='1', _nullify=['name'])
    browser.post('private/bulk-delete/', pk=[second.pk], confirm='true', _confirm='1')
    browser.post(f'private/{first.pk}/delete/', confirm='true')
    browser.get(f'custom-object-types/{kind.pk}/')
    # Not the same browser: the test client keeps cookies that were deleted, and branching then redirects.
    main = Browser(lab.user)
    main.get('private/', expect=404)
    main.get(f'custom-object-types/{kind.pk}/', expect=404)


def test_objects_differ_between_main_and_branch(lab, browser, in_main, branch):
    with lab.request(branch):
        make_object(in_main, name='branched')
    assert 'branched' not in text_of(browser.get('cable/'))
    assert 'branched' in text_of(browser.get(f'cable/?_branch={branch.schema_id}'))
    for export in ('', 'table', 'importable'):
        assert 'branched' in browser.get(f'cable/?export={export}'), export


def test_fields_differ_between_main_and_branch(lab, browser, in_main, branch):
    with lab.request(branch):
        kind = CustomObjectType.objects.get()
        make_field(kind, 'serial')
        field = kind.fields.get(name='name')
        field.snapshot()
        field.name = 'label'
        field.save()
    for query, present, absent in (
        (f'?_branch={branch.schema_id}', ('label', 'serial'), ('name',)),
        ('?_branch=', ('name',), ('label', 'serial')),
    ):
        page = browser.get(f'cable/add/{query}')
        for name in present:
            assert f'name="{name}"' in page
        for name in absent:
            assert f'name="{name}"' not in page
        assert 'main' in text_of(browser.get('cable/'))


def test_what_a_branch_deleted_stays_in_main(lab, browser, in_main, branch):
    browser.get(f'/?_branch={branch.schema_id}')
    browser.post(f'custom-object-types/{in_main.pk}/delete/', confirm='true')
    browser.get('cable/', expect=404)
    browser.get('/?_branch=')
    assert 'main' in text_of(browser.get('cable/'))


def test_pages_of_changes_show_what_only_a_branch_has(lab, branch, browser):
    """The change log and the pages of the branch, asked for in main (host-facts 8, traps 6 and 31)."""
    with lab.request(branch):
        kind = make_every_kind()
        make_object(kind, title='secret')
    diff = text_of(browser.get(f'/plugins/branching/branches/{branch.pk}/diff/'))
    assert 'secret' in diff
    browser.get(f'/plugins/branching/branches/{branch.pk}/')
    for change in Branch.objects.get(pk=branch.pk).changediff_set.all():
        browser.get(f'/plugins/branching/changes/{change.pk}/')
    lab.merge(branch)
    assert 'secret' in text_of(browser.get('every-kind/'))
    assert 'secret' in text_of(browser.get('/core/changelog/'))
    lab.revert(branch)
    browser.get('every-kind/', expect=404)
    assert 'secret' in text_of(browser.get('/core/changelog/'))
