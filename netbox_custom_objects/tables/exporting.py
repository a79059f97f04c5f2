"""
The rows of a table as CSV, in parts: the same as NetBox's export writes, which holds all of them in memory.

What django-tables2 finds out about each cell is found out once for each column. Imports nothing of ours but columns.
"""

import csv
from collections.abc import Callable, Collection, Iterator
from itertools import batched
from types import SimpleNamespace

from django.core.exceptions import FieldDoesNotExist
from django.utils.encoding import force_str
from django_tables2 import Column, ManyToManyColumn
from django_tables2.columns.linkcolumn import BaseLinkColumn
from django_tables2.rows import BoundRow
from django_tables2.utils import signature

from ..field_types.polymorphic.ui import PolymorphicColumn

ROWS_AT_ONCE = 1000


class Echo:
    """What csv.writer writes to: hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(table, excluded: Collection[str], delimiter: str) -> Iterator[str]:
    """
    Yield the lines of a table's export, header first.

    Args:
        table: configured for the user who reads it; its data are a queryset
        excluded: names of columns that are left out
        delimiter: between two cells
    """
    write = csv.writer(Echo(), delimiter=delimiter).writerow
    columns = [
        column
        for column in table.columns.iterall()
        if not (column.column.exclude_from_export or column.name in excluded)
    ]
    yield write([force_str(column.header, strings_only=True) for column in columns])
    readers = [cell_reader(table, column) for column in columns]
    generic = [column.column for column in columns if isinstance(column.column, PolymorphicColumn)]
    for records in batched(table.data.data.iterator(chunk_size=ROWS_AT_ONCE), ROWS_AT_ONCE):
        for column in generic:
            column.forget_viewable(table)
            column.viewable(table, [SimpleNamespace(record=record) for record in records])
        for record in records:
            yield write([_plain(read(record)) for read in readers])


def _plain(value):
    return value if value is None or type(value) is str else force_str(value, strings_only=True)


def cell_reader(table, bound_column) -> Callable:
    """Return what reads the cell of a column in a record, as `BoundRow.get_cell_value` does."""
    column, attribute, name = bound_column.column, str(bound_column.accessor), bound_column.name

    def read_as_usual(record):
        return BoundRow(record, table=table).get_cell_value(name)

    is_special = isinstance(column, ManyToManyColumn | BaseLinkColumn) or '__' in attribute or '.' in attribute
    if is_special or _has_choices(table._meta.model, attribute):
        return read_as_usual
    shown, empty = _shown_value(table, bound_column), column.empty_values

    def read(record):
        try:
            value = getattr(record, attribute)
        except Exception:
            return read_as_usual(record)
        if callable(value) and not getattr(value, 'do_not_call_in_templates', False):
            return read_as_usual(record)
        return None if value in empty else shown(record, value)

    return read


def _has_choices(model, attribute: str) -> bool:
    """Whether Django has a text for each value of an attribute."""
    try:
        return bool(getattr(model._meta.get_field(attribute), 'choices', ()))
    except FieldDoesNotExist:
        return False


def _shown_value(table, bound_column) -> Callable:
    """Return what makes the value of a cell from a record and its attribute, as `call_with_appropriate` calls it."""
    column, function = bound_column.column, bound_column.value
    if getattr(function, '__func__', None) is Column.value:
        function = column.render
    if getattr(function, '__func__', None) is Column.render:
        return lambda record, value: value
    names, takes_all = signature(function)
    fixed = {'column': column, 'bound_column': bound_column, 'table': table}
    known = {*fixed, 'record', 'value', 'bound_row'}
    if not takes_all and not known.issuperset(names):
        return lambda record, value: None
    wanted = known if takes_all else {*names}
    fixed = {name: fixed[name] for name in wanted & fixed.keys()}
    if not wanted & {'record', 'bound_row'}:
        return lambda record, value: function(value=value, **fixed) if 'value' in wanted else function(**fixed)

    def show(record, value):
        given = {'record': record, 'value': value}
        if 'bound_row' in wanted:
            given['bound_row'] = BoundRow(record, table=table)
        return function(**{name: found for name, found in given.items() if name in wanted}, **fixed)

    return show
