"""Specials of json: documents are kept exactly, defaults are never shared."""

import json as _json

import pytest
from strawberry.scalars import JSON

from tests.field_types.case import Case, Filter, sample
from tests.field_types.json_values import HIGH, LOW, NUL, UNSTORABLE
from tests.field_types.refusals import one_field, refused_value
from tests.field_types.samples import (
    INT64_MAX,
)

pytestmark = pytest.mark.django_db


def test_values_that_are_false_are_not_empty():
    model = one_field('json').get_model()
    stored = [0, False, '', [], {}, None]
    for value in stored:
        model.objects.create(value=value)
    found = list(model.objects.order_by('pk').values_list('value', flat=True))
    assert [(type(value), value) for value in found] == [(type(value), value) for value in stored]


def test_a_default_is_a_fresh_document_for_each_object():
    model = one_field('json', default={'tags': []}).get_model()
    model().value['tags'].append('spoilt')
    assert model().value == {'tags': []}


@pytest.mark.parametrize('value', [{'a': 'nul \0'}, ['\ud800'], {'\0': 1}, float('nan'), [float('inf')]])
def test_what_postgresql_cannot_store_is_refused(value):
    assert refused_value(one_field('json'), value)


def test_deep_documents():
    value = 'x'
    for _ in range(200):
        value = [value]
    model = one_field('json').get_model()
    pk = model.objects.create(value=value).pk
    assert model.objects.get(pk=pk).value == value


# What the contract of all types runs, and what REST refuses, see case.py.
DOCUMENTS = (
    ({'a': [1, 2.5, None, {'ü': True}]}, '{"a": [1, 2.5, null, {"ü": true}]}'),
    ([1, 'two, "three"'], '[1, "two, \\"three\\""]'),
    (0, '0'),
    ('text', '"text"'),
)

CASES = (
    Case(
        'json',
        ('jsonb',),
        values=({'a': [1, 2.5, None, {'ü': True}]}, [1], 'text', 0, False, INT64_MAX),
        default=({'a': [1]}, {'a': [1]}),
        bad_values=('nul \0 byte', {'nul': '\0'}, {1, 2}),
        empty=({}, [], ''),
        samples=tuple(sample(document, form=text) for document, text in DOCUMENTS),
        filters=(Filter('value', '"Ü"', (0,)), Filter('value', 'THREE', (1,))),
        bad_filters=(('value', 'nul\0'),),
        # As jsonb sorts: text, numbers, arrays, objects.
        order=(3, 2, 1, 0),
        bad_form={'value': '{'},
        bad_text={'value': '{'},
        bad_rest='nul \0 byte',
        graphql=JSON | None,
    ),
)


def deep(levels: int, kind: str = '[]'):
    """Return lists or objects nested this deep."""
    opening, closing = ('[', ']') if kind == '[]' else ('{"a":', '}')
    return _json.loads(opening * levels + ('' if kind == '[]' else '1') + closing * levels)


BAD_INPUTS = (
    *UNSTORABLE,
    *([text] for text in UNSTORABLE),
    *({'a': text} for text in (NUL, HIGH, LOW, f'x{NUL}', f'x{HIGH}')),
    *({text: 1} for text in (NUL, HIGH, LOW, f'x{NUL}', f'x{HIGH}', f'{NUL}x')),
    *({'a': [{'b': {text: []}}]} for text in (NUL, HIGH, LOW)),
    *([1, 'a', [[text]]] for text in (NUL, HIGH, LOW)),
    *(deep(levels) for levels in (203, 250, 300, 350)),
    *(deep(levels, '{}') for levels in (203, 250, 300, 350)),
    *([deep(levels)] for levels in (220, 330)),
    *({'a': deep(levels)} for levels in (220, 330)),
)
