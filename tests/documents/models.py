"""Documents that tests begin with: a small model, and one that says all that can be said."""

from copy import deepcopy

SMALL = {
    'schema_version': '1',
    'choice_sets': [{'name': 'Server states', 'extra_choices': [['up', 'Up'], ['down', 'Down']]}],
    'types': [
        {
            'name': 'rack',
            'slug': 'rack',
            'fields': [{'id': 1, 'name': 'title', 'type': 'text', 'primary': True}],
        },
        {
            'name': 'server',
            'slug': 'server',
            'fields': [
                {'id': 1, 'name': 'title', 'type': 'text', 'primary': True},
                {'id': 2, 'name': 'amount', 'type': 'integer', 'validation_minimum': 1},
                {'id': 3, 'name': 'state', 'type': 'select', 'choice_set': 'Server states'},
                {'id': 5, 'name': 'rack', 'type': 'object', 'related_object_type': 'custom-objects/rack'},
            ],
        },
    ],
}

_TEXT = {'max_length': 200, 'validation_regex': '^[a-z]+$'}
_NUMBER = {'validation_minimum': 1, 'validation_maximum': 9}
_CONDITIONS = {'required_if': 'f3 > 5', 'visible_if': 'f9 != null', 'editable_if': "f1 == 'abc' || f3 == null"}
_CHOICE = {'choice_set': 'Colors'}
_ONE = {
    'related_object_type': 'dcim/site',
    'related_object_filter': {'status': 'active'},
    'related_object_filter_enforced': True,
}
_MANY = {'is_polymorphic': True, 'related_object_types': ['custom-objects/every-kind', 'dcim/site']}
# (type, its default, what else it has)
KINDS = (
    ('text', 'abc', {**_TEXT, 'indexed': True, 'suggest_values': True, 'default_from': 'f12.name', **_CONDITIONS}),
    ('longtext', 'abc', _TEXT),
    ('integer', 5, _NUMBER),
    ('decimal', 5.25, {**_NUMBER, 'decimal_digits': 20, 'decimal_places': 4, 'unit': '€'}),
    ('boolean', True, {}),
    ('date', '2026-01-31', {}),
    ('datetime', '2026-01-31T10:00:00Z', {}),
    ('url', 'https://example.com/', {'validation_regex': '^https:'}),
    ('json', {'a': [1, 2.5, None]}, {}),
    ('select', 'red', _CHOICE),
    ('multiselect', ['red', 'blue'], _CHOICE),
    ('object', None, {**_ONE, 'related_name': 'every_kind', 'on_delete_behavior': 'protect'}),
    ('multiobject', None, {**_ONE, 'related_name': 'every_kinds'}),
    ('object', None, {**_MANY, 'on_delete_behavior': 'cascade'}),
    ('multiobject', None, _MANY),
    ('email', 'a@example.com', {'validation_regex': '@example'}),
    ('color', 'ff0000', {}),
    ('mac_address', '00:11:22:33:44:55', {}),
    ('duration', 'P1DT2H', {}),
    ('ip_address', '192.0.2.1/24', {}),
    ('ip_prefix', '192.0.2.0/24', {}),
    ('coordinates', None, {}),
    ('autonumber', None, {'number_template': '{year}-{number:04}', 'restart_yearly': True}),
    ('array', [1, 2], {'element_type': 'integer', **_NUMBER}),
    (
        'computed',
        None,
        {
            'expression': 'f4 * 2',
            'result_type': 'decimal',
            'decimal_digits': 20,
            'decimal_places': 4,
            'unit': '€',
        },
    ),
)
_EVERY_FIELD = {
    'description': 'What it is: a field',
    'group_name': 'Group',
    'context': True,
    'search_weight': 1000,
    'filter_logic': 'exact',
    'ui_visible': 'if-set',
    'ui_editable': 'no',
    'in_list': True,
    'is_cloneable': True,
    'comments': 'A *comment*\nof two lines',
}
EVERYTHING = {
    'schema_version': '1',
    'choice_sets': [
        {
            'name': 'Colors',
            'description': 'Some colors',
            'extra_choices': [['blue', 'Blue'], ['red', 'Red']],
            'choice_colors': {'red': 'red'},
            'order_alphabetically': True,
        }
    ],
    'types': [
        {
            'name': 'every_kind',
            'slug': 'every-kind',
            'verbose_name': 'Every kind',
            'verbose_name_plural': 'Every kinds',
            'version': '1.2',
            'description': 'All of them',
            'group_name': 'Tests',
            'display_expression': '{{ f1 }}',
            'config_context_enabled': True,
            'deprecated': True,
            'deprecated_since': '1.0',
            'scheduled_removal': '2.0',
            'comments': 'no',
            'fields': [
                {'id': number, 'name': f'f{number}', 'type': kind, 'label': f'Field {number}', 'weight': number}
                | _EVERY_FIELD
                | more
                | ({} if default is None else {'default': default})
                for number, (kind, default, more) in enumerate(KINDS, start=1)
            ]
            + [
                {'id': 50, 'name': 'number', 'type': 'integer', 'required': True, 'unique': True, 'primary': True},
                {
                    'id': 51, 'name': 'old', 'type': 'text', 'deprecated': True, 'deprecated_since': '1.0',
                    'scheduled_removal': '2.0',
                },
            ],
            'removed_fields': [{'id': 40, 'name': 'gone', 'type': 'text', 'removed_in': '1.1'}],
        }
    ],
}  # fmt: skip


def small(**changes) -> dict:
    """Return the small model; `changes` are attributes of the first field of `server`."""
    document = deepcopy(SMALL)
    field_of(document).update(changes)
    return document


def field_of(document, number=0, type_=1) -> dict:
    return document['types'][type_]['fields'][number]
