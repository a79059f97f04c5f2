"""A field type without full coverage fails the suite: each has cases, tests, a table of bad input, and a page."""

from importlib.util import find_spec

import pytest

from netbox_custom_objects.choices import CustomObjectFieldTypeChoices
from netbox_custom_objects.field_types import FIELD_TYPES
from netbox_custom_objects.field_types.registry import POLYMORPHIC_TYPES
from tests.conventions.source import ROOT
from tests.field_types.cases import CASES

ALL_TYPES = {**FIELD_TYPES, **{f'polymorphic_{name}': found for name, found in POLYMORPHIC_TYPES.items()}}
TYPES = pytest.mark.parametrize('name', ALL_TYPES)
EVERY_CASE = pytest.mark.parametrize('case', CASES, ids=str)


def test_registered_types_are_those_that_users_can_choose():
    assert set(FIELD_TYPES) == set(CustomObjectFieldTypeChoices.values())


@TYPES
def test_has_a_case(name):
    assert [case for case in CASES if case.field_type is ALL_TYPES[name]]


@TYPES
def test_has_a_test_module(name):
    assert (ROOT / 'tests' / 'field_types' / f'test_{name}.py').is_file()


@TYPES
def test_has_a_table_of_bad_input(name):
    assert find_spec(f'tests.field_types.bad_inputs.{name}')


@TYPES
def test_has_a_page_in_the_documentation(name):
    page = f'{name}.md'
    assert (ROOT / 'docs' / 'field-types' / page).is_file()
    assert f': field-types/{page}\n' in (ROOT / 'mkdocs.yml').read_text()
    assert f']({page})' in (ROOT / 'docs' / 'field-types' / 'index.md').read_text()


@EVERY_CASE
def test_a_case_covers_every_surface(case):
    field_type = case.field_type
    assert len(case.samples) >= 2
    assert case.filters
    assert case.bad_filters
    assert case.graphql is not None
    assert case.bad_text is not None or case.bad_form is not None
    assert case.order is None or sorted(case.order) == list(range(len(case.samples)))
    assert case.order is not None or field_type.many or field_type.polymorphic
    assert case.word is None or field_type.searchable
    assert (case.bounds is not None) == field_type.bounds_allowed
    assert (case.regex is not None) == field_type.regex_allowed
    assert case.unique == field_type.unique_allowed
    assert (case.default is not None) == field_type.default_allowed
