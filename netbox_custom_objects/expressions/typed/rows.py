"""Expressions of many rows at once, calculated by PostgreSQL in one statement; and SQL for where Django makes none."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression
from django.db.models.sql import Query
from psycopg import sql

from .checker import Typed
from .compiler import compile_expression
from .kinds import INTEGER, Term

ROWS = 'evaluated'


class Column(Expression):
    """A column of a table or of rows that are calculated, by its name alone."""

    def __init__(self, name: str, kind, table: str = ''):
        super().__init__(output_field=kind.model_field)
        self.name, self.table = name, table

    def as_sql(self, compiler, connection):
        parts = (self.table, self.name) if self.table else (self.name,)
        return '.'.join(map(connection.ops.quote_name, parts)), []


def own_column(term: Term) -> Column:
    """Return the column of a field's term in the type's table."""
    return Column(term.column, term.kind)


def sql_of(typed: Typed) -> str:
    """Return a checked expression as PostgreSQL reads it in an index or a check, constants and all. Must not query."""
    return literal_sql(compile_expression(typed, own_column))


def literal_sql(expression: Expression) -> str:
    """Return an expression as SQL, with its constants in it."""
    text, parameters = _compiled(expression, connections[DEFAULT_DB_ALIAS])
    return text % tuple(sql.Literal(parameter).as_string() for parameter in parameters)


def evaluate(expressions: Sequence[Typed], rows: Sequence[Mapping[str, Any]], using: str) -> list[tuple]:
    """
    Return the value of each expression for each row, by one statement.

    Args:
        expressions: checked ones
        rows: values by key of a term; what is missing is null
        using: alias of the connection to PostgreSQL
    """
    if not expressions or not rows:
        return [()] * len(rows)
    connection = connections[using]
    terms = {
        typed.value.key: typed.value for expression in expressions for typed in expression.walk() if typed.op == 'term'
    }
    columns, parameters = [], []
    for expression in expressions:
        text, params = _compiled(compile_expression(expression, _column_of_rows), connection)
        columns.append(text)
        parameters += params
    values, value_parameters = _values(terms, rows, connection)
    names = ', '.join(connection.ops.quote_name(name) for name in ('number', *(term.column for term in terms.values())))
    statement = f'SELECT {", ".join(columns)} FROM (VALUES {values}) AS {ROWS} ({names}) ORDER BY {ROWS}.number'
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, *value_parameters])
        found = cursor.fetchall()
    return [tuple(map(_python_value, expressions, row)) for row in found]


def _column_of_rows(term: Term) -> Column:
    return Column(term.column, term.kind, ROWS)


def _values(terms: Mapping[str, Term], rows: Sequence[Mapping], connection) -> tuple[str, list]:
    """Return rows as VALUES has them."""
    fields = {key: term.kind.model_field for key, term in terms.items()}
    cells = ''.join(f', (%s)::{field.db_type(connection)}' for field in fields.values())
    lines = ', '.join(f'({number}{cells})' for number in range(len(rows)))
    parameters = [field.get_db_prep_value(row.get(key), connection) for row in rows for key, field in fields.items()]
    return lines, parameters


def _compiled(expression: Expression, connection) -> tuple[str, tuple]:
    query = Query(None)
    return query.get_compiler(connection=connection).compile(expression.resolve_expression(query))


def _python_value(typed: Typed, value: Any) -> Any:
    return int(value) if typed.kind == INTEGER and isinstance(value, Decimal) else value
