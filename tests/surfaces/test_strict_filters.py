"""Every list rejects unknown query parameters, with a suggestion and the valid names (contract 3.3)."""

import pytest

from dcim.models import Site

from ..support.factories import make_object
from .rest import Rest, superuser
from .ui import Browser

LISTS = ('custom-object-types/', 'custom-object-type-fields/', 'every-kind/')


@pytest.fixture
def rest(every_kind):
    make_object(every_kind, title='a')
    return Rest(superuser())


@pytest.mark.parametrize('path', LISTS)
def test_an_unknown_parameter_is_named(rest, path):
    body = rest.get(path, expect=400, bogus=1, id=1, zzzz=2)
    assert list(body) == ['bogus', 'zzzz']
    (text,) = body['zzzz']
    assert 'Did you mean' not in text
    assert text.startswith('Unknown filter: zzzz. Available filters: ')
    assert 'created_by_request' in text


@pytest.mark.parametrize(
    ('path', 'parameter', 'guess'),
    [
        ('custom-object-types/', 'nmae', 'name'),
        ('custom-object-types/', 'slugs', 'slug'),
        ('custom-object-type-fields/', 'custom_object_typ', 'custom_object_type'),
        ('every-kind/', 'titel', 'title'),
        ('every-kind/', 'amount__gteq', 'amount__gte'),
        ('every-kind/', 'limitt', 'limit'),
    ],
)
def test_the_nearest_name_is_suggested(rest, path, parameter, guess):
    assert f'Did you mean {guess}?' in rest.get(path, expect=400, **{parameter: 1})[parameter][0]


def test_of_objects_pointed_at(rest):
    site = Site.objects.create(name='a', slug='a')
    body = rest.get('linked-objects/', object_type='dcim.site', object_id=site.pk, fiel='x', expect=400)
    assert 'Did you mean field' in body['fiel'][0]


def test_the_setting(rest, settings, monkeypatch):
    monkeypatch.setitem(settings.PLUGINS_CONFIG['netbox_custom_objects'], 'strict_filtering', False)
    for path in LISTS:
        assert rest.get(path, bogus=1)['count'] > 0
    site = Site.objects.create(name='a', slug='a')
    assert rest.get('linked-objects/', object_type='dcim.site', object_id=site.pk, bogus=1, start=1)['count'] == 0


def test_list_pages_ignore_them_as_all_of_netbox_does(rest):
    page = Browser(superuser_again()).client.get('/plugins/custom-objects/every-kind/?bogus=1')
    assert page.status_code == 200


def superuser_again():
    from users.models import User

    return User.objects.get(username='root')
