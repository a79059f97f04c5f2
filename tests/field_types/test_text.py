"""Specials of text: regular expressions, scalars as defaults, no limit of length."""

import pytest

from tests.field_types.refusals import one_field, refused_field, refused_value

pytestmark = pytest.mark.django_db


def test_regular_expression():
    thing = one_field('text', validation_regex=r'^[A-Z]{2}\d+$')
    thing.get_model()(value='AB12').full_clean()
    assert r'^[A-Z]{2}\d+$' in refused_value(thing, 'ab12')
    thing.get_model()(value=None).full_clean()
    thing.get_model()(value='').full_clean()


def test_a_regular_expression_must_compile():
    assert 'regular expression' in refused_field('validation_regex', type='text', validation_regex='(')


def test_a_default_must_match_the_regular_expression():
    assert refused_field('default', type='text', validation_regex='^a', default='b')


def test_an_empty_default_is_refused_where_a_value_is_required():
    assert refused_field('default', type='text', required=True, default='')


def test_scalars_become_text():
    assert one_field('text', default=5).get_model()().value == '5'


def test_what_postgresql_cannot_store_is_refused():
    thing = one_field('text')
    for value in ('a\0b', '\ud800'):
        assert 'cannot be stored' in refused_value(thing, value)
