"""Specials of email: what an address is, links to it, and conversions from text."""

import pytest

from tests.field_types.case import Case, Filter, sample, text_lookups
from tests.field_types.conversion import converted, refused_conversion
from tests.field_types.json_values import BOOLEANS, HUGE, LISTS, OBJECTS, UNSTORABLE, WORDS
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


# What the contract of all types runs, and what REST refuses, see case.py.
EMAILS = ('alpha@example.com', 'beta+tag@example.org', "o'hara@[192.0.2.1]")

CASES = (
    Case(
        'email',
        ('character varying(254)',),
        values=(*EMAILS, 'a@münchen.example', f'{"x" * 64}@{"y" * 63}.{"z" * 63}.example'),
        default=('new@example.com', 'new@example.com'),
        bad_values=('no address', 'nul\0@example.com', f'{"x" * 244}@example.com', 'a@b@c', 'a@example.com '),
        bad_defaults=('no address', ['a@example.com'], {'a': 1}, True, 5, 'nul\0@example.com'),
        blank=('',),
        samples=tuple(map(sample, EMAILS)),
        filters=(Filter('value', 'LPHA', (0,)), Filter('value', ['LPHA', 'eta'], (0, 1)), *text_lookups(*EMAILS)),
        bad_filters=(('value', 'nul\0'), ('value__regex', '('), ('value__empty', 'maybe')),
        order=(0, 1, 2),
        bad_form={'value': 'no address'},
        bad_text={'value': 'a@b@c'},
        bad_rest='no address',
        word='alpha',
        quick='LPHA@ex',
        regex='^alpha@',
        graphql=str | None,
    ),
)

BAD_INPUTS = (
    # No text.
    *BOOLEANS, *OBJECTS, *LISTS, 0, 1, -1, 5, 1.5, 1e300, HUGE, -HUGE, 2**63, 123456, ['a@example.com'],
    [['a@example.com']],
    {'value': 'a@example.com'},
    *UNSTORABLE, *WORDS,
    # No address.
    'a', '@', 'a@', '@b', '@example.com', 'a.example.com', 'a@b', 'a@b@example.com', 'a@example', 'a@.com', 'a@com.',
    'a@-b.com', 'a@b-.com', 'a@b..com', 'a@b_c.com', 'a@b.c', 'a@b.1', '.a@b.com', 'a.@b.com', 'a..b@c.com',
    'a b@c.com', 'a@b c.com', 'a,b@c.com', 'a@b.com,c@d.com', 'a@b.com; c@d.com', 'A <a@b.com>', '<a@b.com>',
    'mailto:a@b.com', 'a(x)@b.com', 'a:b@c.com', 'a;b@c.com', '"a@b.com', 'a"b@c.com', 'a@[192.0.2.256]',
    'a@[192.0.2.1', 'a@192.0.2.1]', 'a@[x]', 'a@[]', 'ä@example.com', 'a@example.com/x', 'a@example.com:25',
    'a@exa\tmple.com', 'a@exa\nmple.com', 'a\r\nBcc: b@example.com', 'null', 'true', '[]', '{}',
    'https://a.example.com',
    # What no column of text can hold.
    'a\x00b@example.com', '\x00', 'a@exam\x00ple.com', 'a\ud800@example.com', '\udfff', 'a@ex\ud800mple.com',
    # Too long.
    'x' * 244 + '@example.com', 'x' * 10_000 + '@example.com', 'a@' + 'x' * 64 + '.com', 'a@' + 'x.' * 200 + 'com',
    'x' * 100_000,
)  # fmt: skip
