"""Cases of select and multiselect."""

from netbox_custom_objects.field_types.graphql import CustomObjectChoiceType
from tests.support.factories import make_choice_set

from .base import Case, Filter, empty_lookup, sample, text_lookups

CHOICES = ['red', 'green', 'Ärmel, lang']


def takes_choices() -> dict:
    return {'choice_set': make_choice_set('colors', CHOICES)}


def shown(*values: str) -> list[dict]:
    return [{'value': value, 'label': value.capitalize()} for value in values]


CASES = (
    Case(
        'select',
        ('character varying(100)',),
        values=tuple(CHOICES),
        default=('red', 'red'),
        bad_values=('blue', 'Red', 'red '),
        bad_defaults=('blue', 5, ['red']),
        blank=('',),
        needs=takes_choices,
        samples=tuple(
            sample(value, reads=shown(value)[0], cell=value.capitalize(), payload=value) for value in CHOICES
        ),
        filters=(Filter('value', 'red', (0,)), Filter('value', ['red', 'green'], (0, 1)), *text_lookups(*CHOICES)),
        bad_filters=(('value', 'blue'), ('value__regex', '('), ('value__empty', 'maybe')),
        order=(1, 0, 2),
        bad_form={'value': 'blue'},
        bad_text={'value': 'blue'},
        bad_rest='blue',
        word='red',
        choices=tuple(CHOICES),
        quick='RED',
        graphql=CustomObjectChoiceType | None,
    ),
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
        choices=tuple(CHOICES),
        graphql=list[CustomObjectChoiceType] | None,
    ),
)
