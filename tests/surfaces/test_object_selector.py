"""NetBox's object selector, for references to custom objects."""

import pytest

from dcim.models import Site

from tests.support.factories import make_object, make_type
from tests.surfaces.rest import make_user
from tests.surfaces.ui import Browser, text_of

PATH = '/htmx/object-selector/?_model=netbox_custom_objects.table{}model'


@pytest.mark.parametrize('kind', ['object', 'multiobject'])
@pytest.mark.parametrize('many_types', [False, True])
def test_is_offered(browser, every_kind, kind, many_types):
    targets = {'targets': [every_kind]} if many_types else {'target': every_kind}
    make_type('cable', fields=[{'name': 'end', 'type': kind, **targets}])
    page = browser.get(f'cable/add/?end_content_type={every_kind.object_type_id}')
    assert PATH.format(every_kind.pk) in page


def test_its_filters_are_those_of_the_type(browser, every_kind):
    page = browser.get(f'{PATH.format(every_kind.pk)}&target=id_end')
    for name in ('title', 'amount', 'color', 'place', 'tag'):
        assert f'name="{name}' in page


def test_finds_what_may_be_viewed(every_kind):
    make_object(every_kind, title='Find me', amount=1)
    make_object(every_kind, title='Not me', amount=1)
    path = f'{PATH.format(every_kind.pk)}&_search=true&amount=1'
    reader = make_user('reader', (every_kind, ['view'], {'title': 'Find me'}))
    found = text_of(Browser(reader).get(path))
    assert ('Find me' in found, 'Not me' in found) == (True, False)
    Browser(make_user('nobody')).get(path, expect=404)


@pytest.mark.parametrize('kind', ['object', 'multiobject'])
@pytest.mark.parametrize('many_types', [False, True])
def test_shows_what_tells_objects_apart(browser, kind, many_types):
    """Contexts stand beside the name in selections, and below it in the selector."""
    contract = make_type('contract', fields=[
        {'name': 'title', 'primary': True}, {'name': 'year', 'context': True}, {'name': 'party', 'context': True},
    ])  # fmt: skip
    make_object(contract, title='Lease', year='2024', party='Landlord')
    make_object(contract, title='Lease')
    targets = {'targets': [contract, Site]} if many_types else {'target': contract}
    make_type('cable', fields=[{'name': 'end', 'type': kind, **targets}])
    page = browser.get(f'cable/add/?end_content_type={contract.object_type_id}')
    assert 'ts-parent-field="_context"' in page
    assert 'ts-parent-field="_context"' in browser.get('cable/')
    found = text_of(browser.get(f'{PATH.format(contract.pk)}&_search=true'))
    assert found == 'Lease Landlord, 2024 Lease'


def test_a_field_called_description_is_not_hidden_by_the_context(browser):
    contract = make_type('contract', fields=[
        {'name': 'title', 'primary': True}, {'name': 'year', 'context': True}, ('description', 'text'),
    ])  # fmt: skip
    make_object(contract, title='Lease', year='2024', description='Own words')
    assert text_of(browser.get(f'{PATH.format(contract.pk)}&_search=true')) == 'Lease Own words'


def test_core_targets_are_chosen_as_everywhere(browser):
    make_type('cable', fields=[{'name': 'end', 'type': 'object', 'target': Site}])
    assert 'ts-parent-field="_context"' not in browser.get('cable/add/')


def test_shows_nothing_of_a_type_to_those_who_may_not_view_its_objects(every_kind):
    path = PATH.format(every_kind.pk)
    for grants in ((), [(every_kind, ['add', 'change', 'delete'], None)], [(make_type('other'), ['view'], None)]):
        browser = Browser(make_user(f'user{len(grants)}{grants[0][1] if grants else ""}', *grants))
        for more in ('', '&_search=true'):
            browser.get(path + more, expect=404)
    Browser(make_user('reader', (every_kind, ['view'], None))).get(path)


def test_of_a_deleted_type(browser, every_kind):
    path = PATH.format(every_kind.pk)
    every_kind.delete()
    browser.get(path, expect=404)


def test_choices_of_inputs_are_fetched_where_the_user_may_read_them(every_kind):
    browser = Browser(make_user('writer', (every_kind, ['add'], None)))
    page = browser.get('every-kind/add/')
    for name in ('color', 'colors'):
        pk = every_kind.fields.get(name=name).pk
        path = f'/api/plugins/custom-objects/custom-object-type-fields/{pk}/choices/'
        assert f'data-url="{path}"' in page
        assert '"Red"' in browser.get(path)
