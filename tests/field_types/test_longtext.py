"""Specials of longtext: it is text with lines, and takes a regular expression as well."""

import pytest

from tests.field_types.refusals import one_field, refused_value

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
