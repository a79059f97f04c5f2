"""What a staged change works with is told from what definitions ask for by its name alone."""

import pytest

from netbox_custom_objects.definitions import (
    column_name,
    former_column_name,
    is_field_column,
    is_working_column,
    is_working_index,
    table_name,
    unique_name,
)
from netbox_custom_objects.definitions.names import FORMER, NEXT, SURVIVES, column_with, next_unique_name, staging_name

TABLE, COLUMN = table_name(5), column_name(7)


@pytest.mark.parametrize('suffix', [NEXT, FORMER, SURVIVES])
def test_working_columns(suffix):
    name = column_with(COLUMN, suffix)
    assert name == column_name(7, suffix)
    assert is_working_column(name)
    assert is_field_column(name)


@pytest.mark.parametrize(
    'name', ['f_7', 'f_7_lat', 'f_7_title', 'id', 'f_next', 'f_7_next_x', former_column_name(7, 3)]
)
def test_other_columns(name):
    assert not is_working_column(name)


def test_a_retired_column_has_the_name_of_its_change():
    assert former_column_name(7, 3) == 'f_7_former_3'


def test_indexes():
    assert is_working_index(next_unique_name(TABLE, COLUMN))
    assert not is_working_index(unique_name(TABLE, COLUMN))
    names = [next_unique_name(TABLE, COLUMN), unique_name(TABLE, COLUMN), staging_name(TABLE, COLUMN)]
    assert len({*names}) == 3


def test_names_fit_for_large_ids():
    """PostgreSQL cuts names after 63 bytes."""
    largest = 10**15
    table, column = table_name(largest), column_name(largest)
    for name in (
        next_unique_name(table, column),
        staging_name(table, column),
        former_column_name(largest, largest),
    ):
        assert len(name) <= 63, name
