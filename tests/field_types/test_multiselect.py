"""Specials of multiselect: a list in the order given, of values that may hold anything."""

import pytest

from netbox_custom_objects.field_types.graphql import CustomObjectChoiceType
from tests.field_types.case import Case, Filter, empty_lookup, sample
from tests.field_types.json_values import BOOLEANS, HIGH, HUGE, NUL, OBJECTS, WORDS
from tests.field_types.refusals import one_field, refused_value
from tests.field_types.samples import (
    COLORS,
    shown,
    takes_choices,
)

pytestmark = pytest.mark.django_db

CHOICES = ['a', 'b', 'with, comma', 'with "quotes"', '{}', 'null', 'x' * 100]


def test_order_and_special_characters_are_kept():
    thing = one_field('multiselect', choices=CHOICES)
    obj = thing.get_model()(value=CHOICES[::-1])
    obj.full_clean()
    obj.save()
    assert thing.get_model().objects.get(pk=obj.pk).value == CHOICES[::-1]
    key = thing.fields.get().payload_key
    assert obj.serialize_object()[key] == CHOICES[::-1]
    assert thing.get_model().deserialize_object(obj.serialize_object()).object.value == CHOICES[::-1]


def test_one_wrong_value_among_right_ones_is_named():
    assert 'purple' in refused_value(one_field('multiselect', choices=CHOICES), ['a', 'purple'])


def test_a_default_is_a_fresh_list_for_each_object():
    thing = one_field('multiselect', choices=CHOICES, default=['a'])
    thing.get_model()().value.append('b')
    assert thing.get_model()().value == ['a']


def test_objects_can_be_found_by_one_of_the_values():
    model = one_field('multiselect', choices=CHOICES).get_model()
    model.objects.create(value=['a', 'b'])
    model.objects.create(value=['b'])
    assert model.objects.filter(value__contains=['a']).count() == 1
    assert model.objects.filter(value__contains=['b']).count() == 2


# What the contract of all types runs, and what REST refuses, see case.py.
CASES = (
    Case(
        'multiselect',
        ('character varying(100)[]',),
        values=(['red'], ['green', 'red'], ['Ärmel, lang']),
        default=(['red', 'green'], ['red', 'green']),
        bad_values=(['blue'], ['red', 'blue']),
        bad_defaults=('red', ['blue'], [1], {'a': 1}),
        empty=([],),
        unique=False,
        needs=takes_choices,
        samples=(
            sample(['red'], form=['red'], text='red', reads=shown('red'), cell='Red', payload=['red']),
            sample(
                ['green', 'Ärmel, lang'],
                form=['green', 'Ärmel, lang'],
                text='green,"Ärmel, lang"',
                reads=shown('green', 'Ärmel, lang'),
                cell='Green Ärmel, lang',
                payload=['green', 'Ärmel, lang'],
            ),
        ),
        filters=(
            Filter('value', 'red', (0,)),
            Filter('value', ['red', 'green'], (0, 1)),
            Filter('value__n', 'red', (1, None)),
            *empty_lookup(2),
        ),
        bad_filters=(('value', 'blue'), ('value__n', 'blue'), ('value__empty', 'maybe')),
        order=(1, 0),
        bad_form={'value': ['blue']},
        bad_text={'value': 'red,blue'},
        bad_rest=['blue'],
        word='red',
        choices=tuple(COLORS),
        graphql=list[CustomObjectChoiceType] | None,
    ),
)

LISTS = (
    ['blue'], ['red', 'blue'], ['Red'], ['red '], [''], [' '], [None], ['red', None], [1], [0], [1.5], [True], [False],
    [HUGE],
    [[]], [['red']], [{}], [{'value': 'blue'}], [{'value': 'red', 'a': 1}], ['red', ['green']], ['red,green'],
    ['red', 'green', 'x'], [f'red{NUL}'], [NUL], [HIGH], ['x' * 101], ['r'], ['réd'], ['Ärmel'], [[[['red']]]],
)  # fmt: skip
OTHERS = (
    'red',
    'red,green',
    '',
    ' ',
    '["red"]',
    0,
    1,
    1.5,
    -1,
    HUGE,
    f'red{NUL}',
    HIGH,
    {'red': True},
    {'value': ['red']},
)
BAD_INPUTS = (*BOOLEANS, *OBJECTS, *WORDS, *LISTS, *OTHERS)
