"""Specials of longtext: it is text with lines, and takes a regular expression as well."""

import pytest

from tests.field_types.case import Case, Filter, sample, text_lookups
from tests.field_types.json_values import BOOLEANS, LISTS, OBJECTS, UNSTORABLE
from tests.field_types.refusals import one_field, refused_value
from tests.field_types.samples import (
    TEXTS,
    UNICODE,
)

pytestmark = pytest.mark.django_db


def test_a_regular_expression_may_look_at_all_lines():
    thing = one_field('longtext', validation_regex=r'\nend$')
    thing.get_model()(value='begin\nend').full_clean()
    assert refused_value(thing, 'begin')


def test_line_ends_are_kept():
    thing = one_field('longtext')
    pk = thing.get_model().objects.create(value='a\r\nb\n\n').pk
    assert thing.get_model().objects.get(pk=pk).value == 'a\r\nb\n\n'


def test_what_postgresql_cannot_store_is_refused():
    assert 'cannot be stored' in refused_value(one_field('longtext'), 'a\0b')


# What the contract of all types runs, and what REST refuses, see case.py.
CASES = (
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
)

BAD_INPUTS_FIELD = {'validation_regex': r'(?m)^# \w+$'}
PATTERN = (
    '#', '# ', '#a', '# a b', ' #  a', 'a # a', '## a', 'text\n#', 'text\n ## a\n', '#\na', 'Ä', 'b\n#\nc',
    '# a!\n# b!',
    0, 1.5, -3, 10**40, 'x' * 100_000, '# ' * 50_000,
)  # fmt: skip
BAD_INPUTS = (*BOOLEANS, *OBJECTS, *LISTS, *UNSTORABLE, *PATTERN)
