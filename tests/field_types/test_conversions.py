"""Changing the type of a field that holds values: they are the same afterwards, or it is refused with examples."""

import contextlib
import itertools
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from netbox_custom_objects.ddl.introspect import introspect
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.exceptions import DuplicateValues, SchemaChangeRefused, UnconvertibleValues
from netbox_custom_objects.field_types import FIELD_TYPES
from netbox_custom_objects.models import CustomObjectTypeField
from tests.field_types.case import resolve
from tests.field_types.cases import CASES
from tests.support.factories import make_choice_set, make_field, make_type
from tests.support.kept import kept_again

MAIN = Target.for_alias('default')
CONVERTIBLE = [name for name, field_type in FIELD_TYPES.items() if field_type.convertible]
CHOICES = ['1', 'red', 'green', 'true', '2026-01-31', 'x' * 100]
LONG = 'x' * 101


def make_scene():
    return make_type('thing', fields=[('title', 'text')]), make_choice_set('choices', CHOICES)


pytestmark = [pytest.mark.django_db, pytest.mark.kept.with_args(make_scene)]

# from, to, values before, values after
SURVIVE = [
    ('text', 'longtext', ['a', '', None, LONG], ['a', '', None, LONG]),
    ('longtext', 'text', ['a', '', None, LONG], ['a', '', None, LONG]),
    ('text', 'integer', ['5', ' -7 ', '', None, str(2**63 - 1)], [5, -7, None, None, 2**63 - 1]),
    ('text', 'decimal', ['1.5', '-999999.99', '', '7'], [Decimal('1.50'), Decimal('-999999.99'), None, Decimal('7')]),
    ('text', 'boolean', ['true', 'no', '1', ''], [True, False, True, None]),
    ('text', 'date', ['2026-01-31', '', '2026-01-31T00:00:00Z'], [date(2026, 1, 31), None, date(2026, 1, 31)]),
    (
        'text',
        'datetime',
        ['2026-01-31', '2026-01-31T12:30:15.123456+02:00'],
        [datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 1, 31, 10, 30, 15, 123456, tzinfo=UTC)],
    ),
    ('text', 'json', ['a', '', None, '{"a": 1}'], ['a', '', None, '{"a": 1}']),
    ('text', 'select', ['red', '', None], ['red', None, None]),
    ('text', 'multiselect', ['red', '', None], [['red'], [], None]),
    ('integer', 'text', [5, None, -(2**63)], ['5', None, str(-(2**63))]),
    ('integer', 'decimal', [5, -999999], [Decimal('5.00'), Decimal('-999999.00')]),
    ('integer', 'boolean', [1, 0], [True, False]),
    ('integer', 'json', [2**63 - 1], [2**63 - 1]),
    ('integer', 'select', [1], ['1']),
    ('decimal', 'integer', [Decimal('12.00'), Decimal('-7')], [12, -7]),
    ('decimal', 'text', [Decimal('1.50')], ['1.50']),
    ('decimal', 'json', [Decimal('1.50')], [1.5]),
    ('boolean', 'text', [True, None], ['true', None]),
    ('boolean', 'json', [True, False], [True, False]),
    ('date', 'datetime', [date(2026, 1, 31)], [datetime(2026, 1, 31, tzinfo=UTC)]),
    ('date', 'text', [date(2026, 1, 31)], ['2026-01-31']),
    ('datetime', 'date', [datetime(2026, 1, 31, tzinfo=UTC)], [date(2026, 1, 31)]),
    ('datetime', 'text', [datetime(2026, 1, 31, 12, 30, tzinfo=UTC)], ['2026-01-31 12:30:00+00']),
    ('json', 'text', ['a', 5, True, [1], {'b': None}, None], ['a', '5', 'true', '[1]', '{"b": null}', None]),
    ('json', 'integer', [5, '7', ''], [5, 7, None]),
    ('json', 'decimal', [1.5], [Decimal('1.50')]),
    ('json', 'boolean', [True], [True]),
    ('json', 'multiselect', [['red', 'green'], 'red', []], [['red', 'green'], ['red'], []]),
    ('select', 'text', ['red', 'x' * 100], ['red', 'x' * 100]),
    ('select', 'multiselect', ['red', None], [['red'], None]),
    ('multiselect', 'select', [['red'], None], ['red', None]),
    ('multiselect', 'text', [['red', 'green'], []], ['red,green', '']),
    ('multiselect', 'json', [['red', 'green'], []], [['red', 'green'], []]),
]

# from, to, a value that stays as it is, and why
REFUSED = [
    ('text', 'integer', 'x', "'x'"),
    ('text', 'integer', '1.5', "'1.5'"),
    ('text', 'integer', str(2**63), str(2**63)),
    ('text', 'decimal', '1.239', "'1.239'"),
    ('text', 'decimal', '1000000', "'1000000'"),
    ('text', 'decimal', 'NaN', "'NaN'"),
    ('text', 'boolean', 'perhaps', "'perhaps'"),
    ('text', 'date', '2026-02-30', "'2026-02-30'"),
    ('text', 'date', 'today', "'today'"),
    ('text', 'date', 'infinity', "'infinity'"),
    ('text', 'date', '2026-01-31 12:00', "'2026-01-31 12:00'"),
    ('text', 'date', '2026-01-31 BC', "'2026-01-31 BC'"),
    ('text', 'datetime', 'now', "'now'"),
    ('text', 'datetime', '01/02/2026', "'01/02/2026'"),
    ('text', 'select', 'blue', 'blue'),
    ('text', 'select', LONG, "'xxxxxxxx"),
    ('text', 'multiselect', 'blue', 'blue'),
    ('longtext', 'multiselect', LONG, "'xxxxxxxx"),
    ('integer', 'decimal', 10**6, "'1000000'"),
    ('integer', 'boolean', 5, "'5'"),
    ('integer', 'date', 5, "'5'"),
    ('integer', 'select', 2, '2'),
    ('decimal', 'integer', Decimal('12.50'), "'12.50'"),
    ('boolean', 'integer', True, "'true'"),
    ('boolean', 'date', False, "'false'"),
    ('date', 'integer', date(2026, 1, 31), "'2026-01-31'"),
    ('datetime', 'date', datetime(2026, 1, 31, 12, 30, tzinfo=UTC), '12:30'),
    ('json', 'integer', {'a': 1}, 'a'),
    ('json', 'integer', 1.5, "'1.5'"),
    ('json', 'multiselect', [['red']], 'red'),
    ('json', 'multiselect', ['red', 1], 'red'),
    ('json', 'multiselect', {'red': 1}, 'red'),
    ('json', 'select', ['red'], 'red'),
    ('multiselect', 'select', ['red', 'green'], 'red,green'),
    ('multiselect', 'integer', ['red'], "'red'"),
]


class Converted:
    """A field that holds values, whose type is changed."""

    def __init__(self, type, values, **attributes):
        self.type, self.choice_set = kept_again()
        needs = {'choice_set': self.choice_set} if FIELD_TYPES[type].needs_choice_set else {}
        self.field = make_field(self.type, 'value', type, **needs, **attributes)
        self.pks = [self.type.get_model().objects.create(value=value).pk for value in values]

    def edit(self, type, validate=True):
        field = CustomObjectTypeField.objects.get(pk=self.field.pk)
        field.type = type
        field.choice_set = self.choice_set if FIELD_TYPES[type].needs_choice_set else None
        if validate:
            field.full_clean()
        field.save()

    def values(self):
        by_pk = dict(self.type.get_model().objects.values_list('pk', 'value'))
        return [by_pk[pk] for pk in self.pks]


@pytest.mark.parametrize(
    ('old', 'new', 'before', 'after'), SURVIVE, ids=lambda value: value if isinstance(value, str) else ''
)
def test_values_survive(old, new, before, after):
    converted = Converted(old, before)
    converted.edit(new)
    assert converted.values() == after
    assert (
        introspect(MAIN, converted.type.pk)
        .table(converted.type.get_database_table_name())
        .column(f'f_{converted.field.pk}')
        .type
        == FIELD_TYPES[new].column_type
    )
    for obj in converted.type.get_model().objects.all():
        obj.full_clean()


@pytest.mark.parametrize(('old', 'new', 'value', 'shown'), REFUSED, ids=lambda value: str(value)[:20])
def test_values_that_would_not_are_listed(old, new, value, shown):
    """Refused by validation, under the attribute `type`, and by a bare save() too; nothing changes."""
    converted = Converted(old, [None, value])
    before = introspect(MAIN, converted.type.pk)
    with pytest.raises(ValidationError) as caught:
        converted.edit(new)
    assert list(caught.value.message_dict) == ['type']
    assert shown in caught.value.message_dict['type'][0]
    assert introspect(MAIN, converted.type.pk) == before
    assert CustomObjectTypeField.objects.get(pk=converted.field.pk).type == old
    assert converted.values() == [None, value]


def test_a_bare_save_is_refused_too():
    converted = Converted('text', ['5', 'x', '7', *map(str, range(100)), 'y', LONG])
    before = introspect(MAIN, converted.type.pk)
    with pytest.raises(UnconvertibleValues) as caught:
        converted.edit('integer', validate=False)
    assert [text for _, text in caught.value.examples] == ['x', 'y', LONG[:60]]
    assert caught.value.examples[0][0] == converted.pks[1]
    assert 'created as value' in str(caught.value)
    assert 'bigint' in str(caught.value)
    assert introspect(MAIN, converted.type.pk) == before
    assert CustomObjectTypeField.objects.get(pk=converted.field.pk).type == 'text'


def test_values_that_become_the_same_are_refused_where_they_must_be_unique():
    converted = Converted('text', ['1', '01'], unique=True)
    with pytest.raises(DuplicateValues, match='more than once'):
        converted.edit('integer')
    assert converted.values() == ['1', '01']


def test_a_large_table_is_not_rewritten_inside_a_request(monkeypatch, settings):
    monkeypatch.setitem(settings.PLUGINS_CONFIG['netbox_custom_objects'], 'inline_row_limit', 2)
    converted = Converted('text', ['1', '2', '3'])
    with pytest.raises(SchemaChangeRefused, match='more than 2 rows'):
        converted.edit('integer')
    assert converted.values() == ['1', '2', '3']
    converted.edit('longtext')  # a catalog write, whatever the size
    assert converted.values() == ['1', '2', '3']


class Undo(Exception):
    """Rolls a savepoint back."""


@pytest.mark.parametrize('old', CONVERTIBLE)
def test_every_pair_of_types_converts_or_refuses(old):
    """An empty field converts to everything; a value converts or is refused, and no pair ends in a database error."""
    values = [None, *map(resolve, next(case for case in CASES if case.type == old).values[:2])]
    converted = Converted(old, [None])
    model = converted.type.get_model()
    for value, new in itertools.product(values, CONVERTIBLE):
        model.objects.update(value=value)
        with contextlib.suppress(Undo), transaction.atomic():
            refusals = []
            try:
                converted.edit(new)
            except ValidationError as error:
                refusals = list(error.message_dict)
            assert refusals in ([], ['type'])
            assert not (value is None and refusals)
            assert (converted.values() == [None]) == (value is None)
            raise Undo


@pytest.mark.parametrize(
    ('old', 'new', 'key'),
    [
        ('url', 'text', 'type'),
        ('text', 'url', 'type'),
        ('object', 'integer', 'type'),
        ('multiobject', 'json', 'type'),
        ('text', 'object', '__all__'),
        ('object', 'multiobject', 'type'),
    ],
)
def test_pairs_that_never_convert(old, new, key):
    case = next(case for case in CASES if case.type == old)
    kind, _choice_set = kept_again()
    field = make_field(kind, 'value', old, **case.needs())
    field = CustomObjectTypeField.objects.get(pk=field.pk)
    field.type = new
    with pytest.raises(ValidationError) as caught:
        field.full_clean()
    assert key in caught.value.message_dict
