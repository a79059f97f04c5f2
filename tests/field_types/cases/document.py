"""Case of json."""

from strawberry.scalars import JSON

from .base import Case, Filter, sample

INT64_MAX = 2**63 - 1
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
