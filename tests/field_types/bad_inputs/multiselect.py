"""What a multiselect field refuses, one with the choices red, green and `Ärmel, lang`."""

from .common import BOOLEANS, HIGH, HUGE, NUL, OBJECTS, WORDS

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
