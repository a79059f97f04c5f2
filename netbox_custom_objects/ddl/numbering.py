"""
Numbers of autonumber fields: drawn from sequences in the main schema, so that no two schemas ever draw the same.

May import target. Sequences are not transactional: a drawn number is used up even if the object is never stored.
A sequence that begins again each year holds the year in its upper digits.
"""

from contextlib import nullcontext

from django.db import DatabaseError, connections, transaction
from psycopg import sql

from ..settings import main_schema
from .target import Target

# Numbers of one year are below the first; sequences go on behind numbers up to the second.
YEAR, LARGEST_FOLLOWED = 10**10, 10**9

# Those who draw hold the lock together, as drawing never takes a sequence back; who sets it, alone. The lock is held
# for the statement only: the transaction may be that of a long import. A statement that fails does not release it, and
# the session would keep it.
_DRAW = """
    SELECT pg_advisory_lock_shared({key}), nextval({name}), pg_advisory_unlock_shared({key})
"""
_SET = """
    SELECT pg_advisory_lock({key}),
           (SELECT max(setval({name}, wanted)) FROM (SELECT last_value, {wanted} AS wanted FROM {sequence}) found
            WHERE last_value < wanted),
           pg_advisory_unlock({key})
"""
_RELEASE = 'SELECT pg_advisory_unlock{shared}({key})'
_LOCK = 'hashtextextended({name}, 0)'
NOTHING = sql.SQL('')


def draw_number(target: Target, name: str, year: int | None = None) -> tuple[int, int | None]:
    """
    Return the next number of a sequence and the year that it belongs to.

    Args:
        target: where the number is needed; any will do that sees the sequence
        name: of the sequence
        year: that of today if numbers begin again each year, None if they do not
    """
    (drawn,) = _run(target, _DRAW, name)[1:2]
    if year is not None and drawn // YEAR < year:
        _run(target, _SET, name, sql.Literal(year * YEAR))
        (drawn,) = _run(target, _DRAW, name)[1:2]
    return drawn % YEAR, None if year is None else drawn // YEAR


def follow_number(target: Target, name: str, number: int, year: int | None = None) -> None:
    """
    Let a sequence go on behind a number that was given by hand, unless it is there already.

    Args:
        target: as in `draw_number`
        name: as in `draw_number`
        number: the number that must not be drawn again
        year: as in `draw_number`
    """
    if not 0 < number <= LARGEST_FOLLOWED:
        return
    wanted = sql.SQL('last_value / {y} * {y} + {n}').format(y=sql.Literal(YEAR), n=sql.Literal(number))
    _run(target, _SET, name, wanted if year is None else sql.Literal(year * YEAR + number))


def _run(target: Target, statement: str, name: str, wanted: sql.Composable = NOTHING) -> tuple:
    sequence = sql.Identifier(main_schema(), name)
    literal = sql.Literal(sequence.as_string())
    key = sql.SQL(_LOCK).format(name=literal)
    # After an error within a transaction, only a savepoint lets the lock be released.
    is_nested = connections[target.alias].in_atomic_block
    try:
        with transaction.atomic(using=target.alias) if is_nested else nullcontext(), target.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(key=key, name=literal, sequence=sequence, wanted=wanted))
            return cursor.fetchone()
    except DatabaseError:
        with target.cursor() as cursor:
            shared = sql.SQL('_shared' if statement is _DRAW else '')
            cursor.execute(sql.SQL(_RELEASE).format(shared=shared, key=key))
        raise
