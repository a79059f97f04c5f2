"""The pure half of ddl/: every operation with its inverse, every difference with its plan, as tables."""

import pytest

from netbox_custom_objects.ddl.diff import diff
from netbox_custom_objects.ddl.operations import (
    AddCheck,
    AddColumn,
    AlterColumnType,
    CalculateColumn,
    CreateIndex,
    CreateTable,
    DropCheck,
    DropColumn,
    DropIndex,
    Lock,
    Phase,
    RestoreColumn,
    RestoreTable,
    RetireColumn,
    RetireTable,
)
from netbox_custom_objects.ddl.plan import Plan, simulate
from netbox_custom_objects.ddl.spec import Check, Column, Index, Schema, Table

NOW = '2026-01-01T00:00:00+00:00'
EARLIER = '2025-01-01T00:00:00+00:00'

ID = Column('id', 'bigint')
A = Column('f_1', 'character varying')
A_RETIRED = Column('f_1', 'character varying', retired=EARLIER)
A_WIDE = Column('f_1', 'text')
B = Column('f_2', 'bigint')
SUM = Column('f_3', 'bigint', generated='aaaaaaaa', body='f_1 + f_2')
PRODUCT = Column('f_3', 'bigint', generated='bbbbbbbb', body='f_1 * f_2')
PLAIN = Index('t_f_1_idx', ('f_1',))
UNIQUE = Index('t_f_1_key', ('f_1',), unique=True)
CONSTRAINT = Index.of_constraint('t_con_3_aaaaaaaa', '(f_1)')
CHANGED_CONSTRAINT = Index.of_constraint('t_con_3_bbbbbbbb', '(f_1) WHERE true')
CHECK = Check('t_con_4_aaaaaaaa', 'f_1 > 0')
CHANGED_CHECK = Check('t_con_4_bbbbbbbb', 'f_1 > 1')


def table(*columns, name='t', indexes=(), retired='', checks=()):
    return Table(name, (ID, *columns), tuple(indexes), retired=retired, checks=tuple(checks))


def schema(*tables):
    return Schema.of(tables)


def live(value: Schema):
    """What of a schema is in use, without order."""
    return {
        item.name: (set(item.live_columns), set(item.indexes), set(item.checks))
        for item in value.tables
        if not item.retired
    }


DIFFERENCES = [
    pytest.param(schema(), schema(), [], id='nothing'),
    pytest.param(schema(table(A)), schema(table(A)), [], id='same'),
    pytest.param(schema(), schema(table(A)), [CreateTable('t', table(A))], id='new table'),
    pytest.param(schema(table(A)), schema(), [RetireTable('t', table(A), at=NOW)], id='table gone'),
    pytest.param(schema(table(A, retired=EARLIER)), schema(), [], id='table gone before'),
    pytest.param(
        schema(table(A, retired=EARLIER)),
        schema(table(A)),
        [RestoreTable('t', table(A, retired=EARLIER))],
        id='table is back',
    ),
    pytest.param(
        schema(table(A, retired=EARLIER)),
        schema(table(B)),
        [
            RestoreTable('t', table(A, retired=EARLIER)),
            AddColumn('t', B),
            RetireColumn('t', A, at=NOW),
        ],
        id='table is back with other columns',
    ),
    pytest.param(schema(table()), schema(table(A)), [AddColumn('t', A)], id='new column'),
    pytest.param(schema(table(A)), schema(table()), [RetireColumn('t', A, at=NOW)], id='column gone'),
    pytest.param(schema(table(A_RETIRED)), schema(table()), [], id='column gone before'),
    pytest.param(schema(table(A_RETIRED)), schema(table(A)), [RestoreColumn('t', A_RETIRED)], id='column is back'),
    pytest.param(
        schema(table(A)), schema(table(A_WIDE)), [AlterColumnType('t', A, new_type='text')], id='another type'
    ),
    pytest.param(
        schema(table(A_RETIRED)),
        schema(table(A_WIDE)),
        [RestoreColumn('t', A_RETIRED), AlterColumnType('t', A, new_type='text')],
        id='column is back with another type',
    ),
    pytest.param(
        schema(table(A)), schema(table(A, indexes=[UNIQUE])), [CreateIndex('t', UNIQUE)], id='unique switched on'
    ),
    pytest.param(
        schema(table(A, indexes=[UNIQUE])), schema(table(A)), [DropIndex('t', UNIQUE)], id='unique switched off'
    ),
    pytest.param(
        schema(table(A, indexes=[PLAIN])),
        schema(table(A, indexes=[UNIQUE])),
        [DropIndex('t', PLAIN), CreateIndex('t', UNIQUE)],
        id='plain to unique',
    ),
    pytest.param(
        schema(table(A, indexes=[UNIQUE])),
        schema(table()),
        [RetireColumn('t', A, at=NOW)],
        id='the index of a retired column stays',
    ),
    pytest.param(
        schema(table(A, indexes=[UNIQUE])),
        schema(table(A_WIDE, indexes=[PLAIN])),
        [DropIndex('t', UNIQUE), AlterColumnType('t', A, new_type='text'), CreateIndex('t', PLAIN)],
        id='an index goes before its column is converted',
    ),
    pytest.param(
        schema(table(A, indexes=[Index('somebody_s_own', ('id', 'f_1'))])),
        schema(table(A)),
        [DropIndex('t', Index('', ('id', 'f_1')))],
        id='an index that nobody asked for',
    ),
    pytest.param(
        schema(table(A, indexes=[Index('other_name', ('f_1',), unique=True)])),
        schema(table(A, indexes=[UNIQUE])),
        [],
        id='names of indexes do not matter',
    ),
    pytest.param(
        schema(table(A, indexes=[UNIQUE, CONSTRAINT], checks=[CHECK])),
        schema(table(A, indexes=[UNIQUE, CHANGED_CONSTRAINT], checks=[CHANGED_CHECK])),
        [
            DropCheck('t', CHECK),
            DropIndex('t', CONSTRAINT),
            CreateIndex('t', CHANGED_CONSTRAINT),
            AddCheck('t', CHANGED_CHECK),
        ],
        id='rules that were changed',
    ),
    pytest.param(
        schema(table(A, indexes=[CONSTRAINT], checks=[CHECK])),
        schema(table(A, indexes=[Index.of_constraint(CONSTRAINT.name)], checks=[Check(CHECK.name)])),
        [],
        id='rules are known by their names',
    ),
    pytest.param(
        schema(table(A, B)), schema(table(SUM, A, B)), [AddColumn('t', SUM)], id='new column that is calculated'
    ),
    pytest.param(schema(table(A, SUM)), schema(table(A)), [DropColumn('t', SUM)], id='column that was calculated gone'),
    pytest.param(
        schema(table(A, SUM)),
        schema(table(A, PRODUCT)),
        [CalculateColumn('t', SUM, new=PRODUCT)],
        id='calculated in another way',
    ),
    pytest.param(
        schema(table(A, SUM.without_values)),
        schema(table(A, SUM)),
        [CalculateColumn('t', SUM.without_values, new=SUM)],
        id='copied or not calculated yet',
    ),
    pytest.param(
        schema(table(A, SUM)),
        schema(table(A_WIDE, SUM)),
        [DropColumn('t', SUM), AlterColumnType('t', A, new_type='text'), AddColumn('t', SUM)],
        id='a conversion beside a column that is calculated',
    ),
    pytest.param(
        schema(table(A, indexes=[CONSTRAINT], checks=[CHECK])),
        schema(table()),
        [DropCheck('t', CHECK), DropIndex('t', CONSTRAINT), RetireColumn('t', A, at=NOW)],
        id='rules of a retired column go',
    ),
    pytest.param(
        schema(table(A), table(B, name='t_f_2')),
        schema(table(A), table(B, name='t_f_3')),
        [CreateTable('t_f_3', table(B, name='t_f_3')), RetireTable('t_f_2', table(B, name='t_f_2'), at=NOW)],
        id='link tables',
    ),
]


@pytest.mark.parametrize(('actual', 'desired', 'expected'), DIFFERENCES)
def test_diff(actual, desired, expected):
    assert list(diff(actual, desired, now=NOW)) == expected


@pytest.mark.parametrize(('actual', 'desired', 'expected'), DIFFERENCES)
def test_a_plan_leads_there_and_its_inverse_back(actual, desired, expected):
    plan = diff(actual, desired, now=NOW)
    after = simulate(plan, actual)
    assert {name: columns for name, (columns, *_) in live(after).items()} == {
        name: columns for name, (columns, *_) in live(desired).items()
    }
    assert not diff(after, desired, now=NOW)
    assert live(simulate(plan.inverse(), after)) == live(actual)


OPERATIONS = [
    # operation, schema before, lock, phase, destructive, words of its sentence
    (CreateTable('t', table(A)), schema(), Lock.NONE, Phase.INLINE, False, 'Create table t with 2 columns.'),
    (RetireTable('t', table(A), at=NOW), schema(table(A)), Lock.NONE, Phase.INLINE, True, 'Retire table t:'),
    (
        RestoreTable('t', table(A, retired=NOW)),
        schema(table(A, retired=NOW)),
        Lock.NONE,
        Phase.INLINE,
        False,
        'Restore table t',
    ),
    (AddColumn('t', B), schema(table(A)), Lock.CATALOG, Phase.INLINE, False, 'Add column f_2 (bigint) to t;'),
    (RetireColumn('t', A, at=NOW), schema(table(A)), Lock.NONE, Phase.INLINE, True, 'Retire column f_1 of t:'),
    (
        RestoreColumn('t', A_RETIRED),
        schema(table(A_RETIRED)),
        Lock.NONE,
        Phase.INLINE,
        False,
        'Restore column f_1 of t',
    ),
    (
        AlterColumnType('t', A, new_type='text'),
        schema(table(A)),
        Lock.REWRITE,
        Phase.BY_SIZE,
        False,
        'Convert column f_1 of t from character varying to text.',
    ),
    (AddColumn('t', SUM), schema(table(A)), Lock.REWRITE, Phase.BY_SIZE, False, 'Add column f_3 (bigint) to t and'),
    (DropColumn('t', SUM), schema(table(SUM)), Lock.CATALOG, Phase.INLINE, True, 'Drop column f_3 of t,'),
    (
        CalculateColumn('t', SUM, new=PRODUCT),
        schema(table(SUM)),
        Lock.REWRITE,
        Phase.BY_SIZE,
        False,
        'Calculate column f_3 (bigint) of t',
    ),
    (CreateIndex('t', UNIQUE), schema(table(A)), Lock.SHARE, Phase.BY_SIZE, False, 'Create unique index on f_1 of t.'),
    (
        DropIndex('t', PLAIN),
        schema(table(A, indexes=[PLAIN])),
        Lock.CATALOG,
        Phase.INLINE,
        False,
        'Drop index on f_1 of t.',
    ),
    (
        CreateIndex('t', CONSTRAINT),
        schema(table(A)),
        Lock.SHARE,
        Phase.BY_SIZE,
        False,
        'Create unique index t_con_3_aaaaaaaa of t.',
    ),
    (
        AddCheck('t', CHECK),
        schema(table(A)),
        Lock.CATALOG,
        Phase.BY_SIZE,
        False,
        'Add check t_con_4_aaaaaaaa to t.',
    ),
    (
        DropCheck('t', CHECK),
        schema(table(A, checks=[CHECK])),
        Lock.CATALOG,
        Phase.INLINE,
        False,
        'Drop check t_con_4_aaaaaaaa of t.',
    ),
]


@pytest.mark.parametrize(('operation', 'before', 'lock', 'phase', 'destructive', 'sentence'), OPERATIONS)
def test_operations(operation, before, lock, phase, destructive, sentence):
    after = operation.apply(before)
    assert live(after) != live(before)
    assert live(operation.inverse().apply(after)) == live(before)
    assert (operation.lock, operation.phase, operation.destructive) == (lock, phase, destructive)
    assert operation.describe().startswith(sentence)


@pytest.mark.parametrize(
    ('operation', 'before'), [(row[0], row[1]) for row in OPERATIONS if row[0].table in str(row[1])]
)
def test_the_inverse_of_the_inverse_does_the_same(operation, before):
    assert live(operation.inverse().inverse().apply(before)) == live(operation.apply(before))


def test_plan():
    plan = Plan((AddColumn('t', A), CreateIndex('t', UNIQUE), RetireColumn('t', B, at=NOW)))
    assert plan
    assert not Plan()
    assert len(plan) == 3
    assert plan.by_size == (CreateIndex('t', UNIQUE),)
    assert plan.destructive
    assert not Plan((AddColumn('t', A),)).destructive
    assert [type(operation) for operation in plan.inverse()] == [RestoreColumn, DropIndex, RetireColumn]
    assert plan.describe() == [operation.describe() for operation in plan]


class TestSpec:
    def test_comments_fills_and_index_names_are_no_part_of_a_table(self):
        assert Column('f_1', 'bigint', 'comment', fill=5) == Column('f_1', 'bigint')
        assert Index('one', ('a',)) == Index('two', ('a',))
        assert Table('t', comment='x') == Table('t')

    @pytest.mark.parametrize(
        'other', [Column('f_1', 'text'), Column('f_2', 'bigint'), Column('f_1', 'bigint', retired=NOW)]
    )
    def test_names_types_and_retirement_are(self, other):
        assert Column('f_1', 'bigint') != other

    def test_columns_with_unhashable_fills_can_be_compared_as_sets(self):
        assert {Column('f_1', 'jsonb', fill={'a': []})} == {Column('f_1', 'jsonb')}

    def test_schema(self):
        one, two = table(name='a'), table(name='b')
        assert schema(two, one) == schema(one, two)
        assert schema(one).replace('b', two) == schema(one, two)
        assert schema(one, two).replace('b', table(A, name='b')).table('b').column('f_1') == A
        assert schema(one, two).without('a') == schema(two)
        assert schema(one).table('b') is None
        assert table(A_RETIRED).live_columns == (ID,)
