"""Specials of email: what an address is, links to it, and conversions from text."""

import pytest

from tests.field_types.conversion import converted, refused_conversion
from tests.field_types.refusals import one_field, refused_field, refused_value
from tests.support.factories import make_object
from tests.surfaces.rest import Rest, superuser
from tests.surfaces.ui import Browser

pytestmark = pytest.mark.django_db


def test_spaces_around_an_address_are_dropped_and_letters_keep_their_case():
    one_field('email')
    assert Rest(superuser()).post('thing/', {'value': ' Ada@Example.COM '})['value'] == 'Ada@Example.COM'


def test_an_address_can_be_254_characters_long():
    thing = one_field('email')
    domain = '.'.join(['x' * 60] * 4)
    thing.get_model()(value=f'{"a" * (253 - len(domain))}@{domain}').full_clean()
    assert refused_value(thing, f'{"a" * (254 - len(domain))}@{domain}')


def test_a_regular_expression_limits_addresses():
    thing = one_field('email', validation_regex=r'@example\.com$')
    thing.get_model()(value='ada@example.com').full_clean()
    assert refused_value(thing, 'ada@example.org')
    assert refused_field(
        'default', thing, 'other', type='email', validation_regex='@example', default='ada@elsewhere.example'
    )


def test_pages_link_to_the_address_and_nothing_more():
    thing = one_field('email')
    obj = make_object(thing, value='ada?bcc=eve&x@example.com')
    browser = Browser(superuser())
    for page in (browser.get('thing/'), browser.get(f'thing/{obj.pk}/')):
        assert 'href="mailto:ada%3Fbcc%3Deve%26x@example.com"' in page
        assert '>ada?bcc=eve&amp;x@example.com</a>' in page


def test_an_address_that_names_the_object_links_to_the_object():
    thing = one_field('email', primary=True)
    obj = make_object(thing, value='ada@example.com')
    page = Browser(superuser()).get('thing/')
    assert 'mailto:' not in page
    assert f'href="{obj.get_absolute_url()}"' in page


def test_conversions():
    assert converted('text', 'email', 'ada@example.com', '', None) == ['ada@example.com', None, None]
    assert converted('email', 'longtext', 'ada@example.com', None) == ['ada@example.com', None]
    assert converted('json', 'email', 'ada@example.com') == ['ada@example.com']
    for value in ('no address', 'a@b@c', ' a@example.com', f'a@{"x" * 64}.com', f'{"x" * 244}@example.com'):
        assert value[:20] in refused_conversion('text', 'email', value)
    assert '5' in refused_conversion('integer', 'email', 5)
