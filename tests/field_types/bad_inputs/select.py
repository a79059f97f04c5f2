"""What a select field refuses, one with the choices red, green and `Ärmel, lang`."""

from .common import BOOLEANS, HIGH, HUGE, LISTS, NUL, OBJECTS, WORDS

CHOICES = (
    '', ' ', 'blue', 'Red', 'RED', 'red ', ' red', 'red,green', 'red green', 'r', 'redd', 'réd', 'Green', 'Ärmel',
    'ärmel, lang',
    'Ärmel,lang', 'Armel, lang', 0, 1, 1.5, -1, HUGE, f'red{NUL}', f'red{HIGH}', 'red\n', '["red"]', '{"value": "red"}',
    'x' * 101, '*', 'red|green',
)  # fmt: skip
NESTED = (
    {'value': 'blue'},
    {'value': None},
    {'value': {'value': 'red'}},
    {'value': 'red', 'a': 1},
    {'label': 'Red'},
    ['red'],
    ['red', 'green'],
    [['red']],
)
BAD_INPUTS = (*BOOLEANS, *OBJECTS, *LISTS, *WORDS, *CHOICES, *NESTED)
