"""Values that generated columns keep: PostgreSQL takes every expression, and what does not fit is null."""

from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection
from psycopg import sql

from netbox_custom_objects.expressions.typed import Result, sql_of_result
from netbox_custom_objects.expressions.typed.fitting import TEXT_LENGTH
from netbox_custom_objects.expressions.typed.kinds import DECIMAL, INTEGER, TEXT
from tests.rules.generated import TERMS, Chooser
from tests.rules.reference import interpret
from tests.rules.test_values import checked

EXPRESSIONS, ROWS = 60, 24
DIGITS, PLACES = 15, 2


def kept(value, kind):
    """Return what a column keeps of a value."""
    if value is None:
        return None
    if kind == INTEGER:
        return value if -(2**63) <= value < 2**63 else None
    if kind == DECIMAL:
        scaled = abs(value) * 10**PLACES
        rounded = Fraction(int(scaled + Fraction(1, 2)), 10**PLACES) * (-1 if value < 0 else 1)
        return rounded if abs(rounded) < 10 ** (DIGITS - PLACES) else None
    if kind == TEXT:
        return value if len(value) <= TEXT_LENGTH else None
    return value


def as_number(value):
    return Fraction(value) if isinstance(value, (Decimal, int)) and not isinstance(value, bool) else value


@pytest.mark.parametrize('seed', [100, 101])
def test_generated_columns_hold_what_the_reference_says(db, seed):
    chooser = Chooser(seed)
    found = [pair for _ in range(EXPRESSIONS) if (pair := checked(chooser.expression()))]
    rows = [chooser.row() for _ in range(ROWS)]
    types = {term.column: term.kind.model_field.db_type(connection) for term in TERMS}
    columns = ['id bigserial', *(f'"{name}" {type_}' for name, type_ in types.items())]
    for number, (_node, typed) in enumerate(found):
        type_ = f'numeric({DIGITS},{PLACES})' if typed.kind == DECIMAL else typed.kind.model_field.db_type(connection)
        body = sql_of_result(typed, Result(typed.kind, DIGITS, PLACES), type_)
        columns.append(f'v_{number} {type_} GENERATED ALWAYS AS ({body}) STORED')
    names = sql.SQL(', ').join(map(sql.Identifier, types))
    marks = sql.SQL(', ').join([sql.Placeholder()] * len(types))
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMP TABLE kept ({", ".join(columns)})')
        for row in rows:
            values = [term.kind.model_field.get_db_prep_value(row[term.name], connection) for term in TERMS]
            cursor.execute(sql.SQL('INSERT INTO kept ({}) VALUES ({})').format(names, marks), values)
        cursor.execute(f'SELECT {", ".join(f"v_{number}" for number in range(len(found)))} FROM kept ORDER BY id')
        stored = cursor.fetchall()
    assert len(found) > EXPRESSIONS / 2
    for row, line in zip(rows, stored):
        for (node, typed), value in zip(found, line):
            assert as_number(value) == as_number(kept(interpret(node, row), typed.kind)), (node, row)
