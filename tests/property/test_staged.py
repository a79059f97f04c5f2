"""A conversion that is staged gives the same values, and refuses the same ones, as one in place."""

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netbox_custom_objects.ddl.conversion import unconvertible
from netbox_custom_objects.ddl.operations import AlterColumnType
from netbox_custom_objects.ddl.render import render
from netbox_custom_objects.ddl.spec import Column
from netbox_custom_objects.ddl.staging.filling import StagedColumn
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.field_types import FIELD_TYPES

MAIN = Target.for_alias('default')
TABLE, COLUMN = 'custom_objects_999999', 'f_1'
TEXT = 'character varying'
TYPES = sorted({field_type.column_type for field_type in FIELD_TYPES.values() if field_type.convertible})
# What an error names at most; a list of offenders is complete up to here.
MANY = 5

WORDS = st.sampled_from([
    '', ' ', '0', '1', ' 7 ', '-3', '1.5', '1.239', '1e3', '1_000', '0x1f', str(2**63), 'NaN', 'true', 'no', 'maybe',
    '2026-01-31', '2026-02-30', '2026-01-31T12:30:15+02:00', 'today', '10.0.0.1', '10.0.0.0/8', '::1/64', '10.1',
    '00:11:22:33:44:55', '0011.2233.4455', '3 04:05:06', 'P3DT4H', '90', '#ff0000', 'FF0000', 'a@example.com', 'a@b',
    '{"a": [1]}', '["x", "y"]', 'red', 'x' * 101, 'x' * 255, "it's", '50%', '$staged$', '\\', 'ä\n',
])  # fmt: skip
VALUES = st.lists(
    WORDS | st.text(st.characters(exclude_characters='\x00', exclude_categories=['Cs']), max_size=12) | st.none(),
    min_size=1,
    max_size=MANY,
)


class Undo(Exception):
    """Rolls an example back."""


def query(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute(statement, params or None)
        return cursor.fetchall() if cursor.description else None


def convert_in_place(old, new):
    with connection.cursor() as cursor:
        for statement in render(AlterColumnType(TABLE, Column(COLUMN, old), new_type=new), MAIN):
            cursor.execute(statement)


def drop_offenders(old, new):
    """Delete the rows whose values do not survive a conversion, and return them as it names them."""
    found = unconvertible(MAIN, TABLE, COLUMN, old, new)
    query(f'DELETE FROM {TABLE} WHERE id = ANY(%s)', [pk for pk, _text in found])
    return found


@pytest.mark.parametrize('old', TYPES)
def test_it_is_that_in_place(db, old):
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
    @given(values=VALUES, new=st.sampled_from([name for name in TYPES if name != old]))
    def check(values, new):
        try:
            with transaction.atomic():
                query(f'CREATE TABLE {TABLE} (id bigserial PRIMARY KEY, {COLUMN} {TEXT})')
                for value in values:
                    query(f'INSERT INTO {TABLE} ({COLUMN}) VALUES (%s)', value)
                if old != TEXT:
                    drop_offenders(TEXT, old)
                    convert_in_place(TEXT, old)
                compare(old, new)
                raise Undo
        except Undo:
            pass

    check()


def compare(old, new):
    staged = StagedColumn(MAIN, TABLE, COLUMN, old, new)
    staged.expand()
    staged.fill(0, 1000)
    assert staged.is_filled()
    # Copies that are written while it is under way are converted as they are written.
    query(f'INSERT INTO {TABLE} (id, {COLUMN}) SELECT id + 1000, {COLUMN} FROM {TABLE}')
    read = f'SELECT {staged.next}::text FROM {TABLE} WHERE id {{}} 1000 AND {COLUMN}_survives ORDER BY id'
    by_backfill, by_writing = query(read.format('<')), query(read.format('>'))
    offenders = staged.offenders(1000)
    query(f'DELETE FROM {TABLE} WHERE id > 1000')
    staged.cancel()
    assert by_backfill == by_writing
    assert [offender for offender in offenders if offender[0] < 1000] == drop_offenders(old, new)
    convert_in_place(old, new)
    assert query(f'SELECT {COLUMN}::text FROM {TABLE} ORDER BY id') == by_backfill
