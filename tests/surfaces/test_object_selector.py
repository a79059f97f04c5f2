"""NetBox's object selector, for references to custom objects."""

import pytest

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
    assert 'Find me' not in text_of(Browser(make_user('nobody')).get(path))
