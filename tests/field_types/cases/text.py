"""Cases of the types that hold text."""

from .base import Case, Filter, Keys, empty_lookup, sample, text_lookups

UNICODE = 'Zürich ✓ 東京 "quoted" \\back\\ %s {x} \n\t\x7f'
TEXTS = ('Alpha one', 'Beta, "two"', 'Zürich ✓ 東京')
ADDRESSES = ('https://alpha.example/a?b=c', 'ftp://beta.example/', 'https://münchen.example/')

CASES = (
    Case(
        'text',
        ('character varying',),
        values=('a', UNICODE, ' ', 'x' * 10_000),
        default=('new', 'new'),
        bad_values=('nul \0 byte',),
        bad_defaults=(['a'], {'a': 1}, True, 'nul \0 byte'),
        empty=('',),
        samples=tuple(map(sample, TEXTS)),
        filters=(Filter('value', 'LPHA', (0,)), Filter('value', ['LPHA', 'eta'], (0, 1)), *text_lookups(*TEXTS)),
        bad_filters=(('value', 'nul\0'), ('value__regex', '('), ('value__empty', 'maybe')),
        order=(0, 1, 2),
        bad_form={'value': 'nul \0 byte'},
        bad_rest={'a': 1},
        word='alpha',
        quick='LPHA o',
        regex='^A.*e$',
        graphql=str | None,
    ),
    Case(
        'longtext',
        ('text',),
        values=('a', UNICODE, '# Title\n\n* list\n', 'x' * 100_000),
        default=('new', 'new'),
        bad_values=('nul \0 byte',),
        bad_defaults=(['a'], {'a': 1}),
        empty=('',),
        samples=(
            *map(sample, TEXTS),
            sample('Several\n\nlines', form='Several\r\n\r\nlines', text='Several\n\nlines', cell='lines'),
        ),
        filters=(Filter('value', 'LPHA', (0,)), *text_lookups(*TEXTS, 'Several\n\nlines')),
        bad_filters=(('value', 'nul\0'), ('value__regex', '('), ('value__empty', 'maybe')),
        order=(0, 1, 3, 2),
        bad_form={'value': 'nul \0 byte'},
        bad_rest=['a'],
        word='alpha',
        quick='LPHA o',
        regex='^A.*e$',
        graphql=str | None,
    ),
    Case(
        'url',
        ('character varying(200)', 'character varying(200)'),
        values=('https://example.com/', 'ftp://example.com/a?b=c&d=%20#e', 'https://münchen.example/' + 'x' * 150),
        default=('https://example.com/', 'https://example.com/'),
        bad_values=('no address', 'https://example.com/' + 'x' * 200, 'javascript:alert(1)'),
        bad_defaults=('no address', ['https://example.com/']),
        blank=('',),
        keys=('value', 'value_title'),
        samples=tuple(
            sample(address, Keys(value=address, value_title=title), cell=title or address, extra={'value_title': title})
            for address, title in zip(ADDRESSES, ('Alpha, the "first"', '', 'München'))
        ),
        filters=(
            Filter('value', 'ALPHA', (0,)),
            *text_lookups(*ADDRESSES, empty=False),
            *empty_lookup(3),
        ),
        bad_filters=(('value', 'nul\0'), ('value__regex', '('), ('value__empty', 'maybe')),
        order=(1, 0, 2),
        bad_form={'value': 'no address'},
        bad_text={'value': 'no address'},
        bad_rest='no address',
        word='alpha',
        quick='ALPHA.ex',
        regex='^https://alpha',
        graphql=Keys(value=str | None, value_title=str | None),
    ),
)
