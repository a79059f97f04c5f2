"""
A field type is three files: its module, its test module with cases and a table of bad input, and its page.

One that lacks a part fails the suite, and so does another module that names a type.
"""

import inspect
from collections import defaultdict
from functools import cache

import pytest

from dev.docs_hooks import field_type_pages
from netbox_custom_objects.choices import CustomObjectFieldTypeChoices
from netbox_custom_objects.field_types import FIELD_TYPES
from netbox_custom_objects.field_types.registry import POLYMORPHIC_TYPES
from tests.conventions.source import NAME, ROOT, modules
from tests.field_types.cases import CASES, MODULES

ALL_TYPES = {**FIELD_TYPES, **{f'polymorphic_{name}': found for name, found in POLYMORPHIC_TYPES.items()}}
PAGES = field_type_pages(ROOT / 'docs')
# The first ones (contract, 2.2).
CONTRACT = [
    'text', 'longtext', 'integer', 'decimal', 'boolean', 'date', 'datetime', 'url', 'json', 'select', 'multiselect',
    'object', 'multiobject',
]  # fmt: skip
# Names that mean something else as well, or more than one type.
WORDS = {
    'array', 'boolean', 'color', 'date', 'datetime', 'decimal', 'duration', 'integer', 'json', 'mac_address',
    'multiobject', 'object', 'select', 'text', 'url',
}  # fmt: skip
# What is known of the vendor's types does not change.
TAKE_OVER = (f'{NAME}.ddl.adoption', f'{NAME}.evolution.adoption')
TYPES = pytest.mark.parametrize('name', ALL_TYPES)
# A rollup has no value of its own that the cases could write; its module looks at each surface itself.
WRITTEN = pytest.mark.parametrize('name', [name for name, found in ALL_TYPES.items() if not found.is_rollup])
EVERY_CASE = pytest.mark.parametrize('case', CASES, ids=str)


def test_users_choose_from_the_registered_types_in_the_order_of_the_contract():
    found = CustomObjectFieldTypeChoices.values()
    assert found == [*FIELD_TYPES]
    assert found[: len(CONTRACT)] == CONTRACT


def test_a_type_has_a_label_a_color_and_a_place_of_its_own():
    for attribute in ('label', 'color', 'position'):
        assert all(getattr(field_type, attribute) for field_type in FIELD_TYPES.values())
    for attribute in ('label', 'position'):
        assert len({getattr(field_type, attribute) for field_type in FIELD_TYPES.values()}) == len(FIELD_TYPES)


@cache
def modules_by_string() -> dict[str, set[str]]:
    """Return {string: the modules that have it}."""
    found = defaultdict(set)
    for module in modules():
        if module.room != 'migrations' and not module.name.startswith(TAKE_OVER):
            for text, _line in module.strings():
                found[text].add(module.relative)
    return found


@pytest.mark.parametrize('name', sorted({*FIELD_TYPES} - WORDS))
def test_only_its_own_module_names_a_type(name):
    """Adding a type means no entry in another module; what other modules must know of a type, they ask it."""
    assert modules_by_string()[name] == {inspect.getsourcefile(type(FIELD_TYPES[name])).rpartition(f'{ROOT}/')[2]}


@WRITTEN
def test_has_a_case(name):
    assert [case for case in CASES if case.field_type is ALL_TYPES[name]]
    assert all(case.field_type is ALL_TYPES[name] for case in MODULES[name].CASES)


@WRITTEN
def test_has_a_table_of_bad_input(name):
    assert MODULES[name].BAD_INPUTS


@TYPES
def test_has_a_page_in_the_documentation(name):
    head, field_type = PAGES[name], ALL_TYPES[name]
    assert head['holds']
    assert head['column']
    for key, says in (
        ('unique', field_type.unique_allowed or field_type.is_always_unique),
        ('regex', field_type.regex_allowed),
        ('limits', field_type.bounds_allowed),
        ('convertible', field_type.convertible),
    ):
        assert bool(head.get(key)) == says, key


def test_pages_are_in_the_order_of_the_types():
    assert [name for name in PAGES if name in FIELD_TYPES] == [*FIELD_TYPES]
    assert {*PAGES} == {*ALL_TYPES}


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
