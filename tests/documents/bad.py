"""Bad documents: (name, what makes the small model bad, the paths of its faults)."""

from netbox_custom_objects.schema.errors import InvalidDocument
from netbox_custom_objects.schema.reading import check
from tests.documents.models import field_of, small

# Attributes of the field `title` of `server`, and the path of the fault below it.
FIELDS = [
    ('reserved name', {'name': 'id'}, 'name'),
    ('name of a base column', {'name': 'owner_id'}, 'name'),
    ('upper case', {'name': 'Title'}, 'name'),
    ('no name', {'name': ''}, 'name'),
    ('double underscore', {'name': 'a__b'}, 'name'),
    ('name too long', {'name': 'a' * 51}, 'name'),
    ('name is a number', {'name': 5}, 'name'),
    ('name is null', {'name': None}, 'name'),
    ('unknown type', {'type': 'number'}, 'type'),
    ('type is null', {'type': None}, 'type'),
    ('label too long', {'label': 'a' * 51}, 'label'),
    ('label is a list', {'label': []}, 'label'),
    ('description too long', {'description': 'a' * 201}, 'description'),
    ('NUL', {'description': 'a\x00'}, 'description'),
    ('half of a surrogate pair', {'description': '\ud800'}, 'description'),
    ('group too long', {'group_name': 'a' * 51}, 'group_name'),
    ('primary is a text', {'primary': 'yes'}, 'primary'),
    ('required is a number', {'required': 1}, 'required'),
    ('primary and context', {'context': True}, ''),
    ('regex cannot be compiled', {'validation_regex': '('}, 'validation_regex'),
    ('regex of a boolean', {'type': 'boolean', 'validation_regex': 'a'}, 'validation_regex'),
    ('limits of a text', {'validation_minimum': 1}, 'validation_minimum'),
    ('limits crossed', {'type': 'integer', 'validation_minimum': 2, 'validation_maximum': 1}, 'validation_minimum'),
    ('limit too large', {'type': 'integer', 'validation_minimum': 2**63}, 'validation_minimum'),
    ('limit is a fraction', {'type': 'integer', 'validation_minimum': 1.5}, 'validation_minimum'),
    ('unique boolean', {'type': 'boolean', 'unique': True}, 'unique'),
    ('default does not fit', {'type': 'integer', 'default': 'x'}, 'default'),
    ('default of coordinates', {'type': 'coordinates', 'default': 1}, 'default'),
    ('default not among the choices', {'type': 'select', 'choice_set': 'Server states', 'default': 'x'}, 'default'),
    ('empty default and required', {'default': '', 'required': True}, 'default'),
    ('date does not exist', {'type': 'date', 'default': '2026-02-30'}, 'default'),
    ('no choice set', {'type': 'select'}, 'choice_set'),
    ('choice set of a text', {'choice_set': 'Server states'}, 'choice_set'),
    ('unknown choice set', {'type': 'select', 'choice_set': 'None such'}, 'choice_set'),
    ('no target', {'type': 'object'}, 'related_object_type'),
    ('unknown target', {'type': 'object', 'related_object_type': 'dcim/none'}, 'related_object_type'),
    ('unknown type as target', {'type': 'object', 'related_object_type': 'custom-objects/no'}, 'related_object_type'),
    ('target by its table', {'type': 'object', 'related_object_type': 'dcim.site'}, 'related_object_type'),
    ('target of a text', {'related_object_type': 'dcim/site'}, 'related_object_type'),
    ('polymorphic text', {'is_polymorphic': True}, 'is_polymorphic'),
    ('no targets', {'type': 'object', 'is_polymorphic': True}, ''),
    (
        'an unknown target of several',
        {'type': 'object', 'is_polymorphic': True, 'related_object_types': ['dcim/site', 'dcim/none']},
        'related_object_types[0]',
    ),
    ('filter is a list', {'type': 'object', 'related_object_type': 'dcim/site', 'related_object_filter': []},
     'related_object_filter'),
    ('filter of a text', {'related_object_filter': {}}, 'related_object_filter'),
    ('related name of a text', {'related_name': 'a'}, 'related_name'),
    ('related name taken', {'type': 'object', 'related_object_type': 'dcim/site', 'related_name': 'devices'},
     'related_name'),
    ('related name cannot be one', {'type': 'object', 'related_object_type': 'dcim/site', 'related_name': 'A-b'},
     'related_name'),
    ('cascade of a text', {'on_delete_behavior': 'cascade'}, 'on_delete_behavior'),
    ('unknown behaviour', {'on_delete_behavior': 'explode'}, 'on_delete_behavior'),
    ('weight below zero', {'weight': -1}, 'weight'),
    ('weight too large', {'weight': 32768}, 'weight'),
    ('search weight is a text', {'search_weight': '5'}, 'search_weight'),
    ('unknown filter logic', {'filter_logic': 'x'}, 'filter_logic'),
    ('unknown visibility', {'ui_visible': 'x'}, 'ui_visible'),
    ('unknown editability', {'ui_editable': False}, 'ui_editable'),
    ('no version', {'deprecated': True, 'deprecated_since': 'x'}, 'deprecated_since'),
    ('array without elements', {'type': 'array'}, 'element_type'),
    ('length of an integer', {'type': 'integer', 'max_length': 9}, 'max_length'),
    ('template of a text', {'number_template': '{number}'}, 'number_template'),
    ('digits of an integer', {'type': 'integer', 'decimal_digits': 9}, 'decimal_digits'),
    ('more places than digits', {'type': 'decimal', 'decimal_places': 9}, 'decimal_places'),
    ('unit of a text', {'unit': 'm'}, 'unit'),
    ('computed from nothing', {'type': 'computed', 'result_type': 'text'}, 'expression'),
    ('expression of a text', {'expression': '1 + 1'}, 'expression'),
    ('elements of a text', {'element_type': 'text'}, 'element_type'),
    ('id is zero', {'id': 0}, 'id'),
    ('id is too large', {'id': 2**31}, 'id'),
    ('id is a text', {'id': '1'}, 'id'),
]  # fmt: skip


def _type(**changes):
    return lambda document: document['types'][1].update(changes)


def _fields(*fields):
    return lambda document: document['types'][1]['fields'].extend(fields)


def _removed(*fields):
    return _type(removed_fields=list(fields))


OTHERS = [
    # Looked at once all fields are as in the document.
    ('condition of nothing', _fields({'id': 9, 'name': 'a', 'type': 'text', 'required_if': 'nothing == 1'}),
     ['types[1].fields[4].required_if']),
    ('condition that is none', _fields({'id': 9, 'name': 'a', 'type': 'text', 'visible_if': '1 + 1'}),
     ['types[1].fields[4].visible_if']),
    ('condition of what is computed', _fields({
        'id': 9, 'name': 'a', 'type': 'computed', 'result_type': 'text', 'expression': "'a'", 'editable_if': 'true',
    }), ['types[1].fields[4].editable_if']),
    ('no types', lambda document: document.update(types=[]), ['types']),
    ('types are missing', lambda document: document.pop('types'), ['']),
    ('types are no list', lambda document: document.update(types={}), ['types']),
    ('other version', lambda document: document.update(schema_version='2'), ['schema_version']),
    ('no version', lambda document: document.pop('schema_version'), ['']),
    ('no slug', lambda document: document['types'][1].pop('slug'), ['types[1]']),
    ('bad slug', _type(slug='a b'), ['types[1].slug']),
    ('reserved slug', _type(slug='linked-objects'), ['types[1].slug']),
    ('same slug', _type(slug='Rack'), ['types[1].slug']),
    ('same name', _type(name='rack'), ['types[1].name']),
    ('bad name', _type(name='Server'), ['types[1].name']),
    ('bad version of a type', _type(version='x'), ['types[1].version']),
    ('bad expression', _type(display_expression='{{'), ['types[1].display_expression']),
    ('removal before deprecation', _type(deprecated=True, deprecated_since='2.0', scheduled_removal='1.0'),
     ['types[1].scheduled_removal']),
    ('fields are no list', _type(fields={}), ['types[1].fields']),
    ('same id', _fields({'id': 1, 'name': 'b', 'type': 'text'}), ['types[1].fields[4].id']),
    ('same name of fields', _fields({'id': 9, 'name': 'title', 'type': 'text'}), ['types[1].fields[4].name']),
    ('two primary fields', _fields({'id': 9, 'name': 'b', 'type': 'text', 'primary': True}),
     ['types[1].fields[4].primary']),
    ('attributes clash', _fields({'id': 9, 'name': 'a', 'type': 'url'}, {'id': 8, 'name': 'a_title', 'type': 'text'}),
     ['types[1].fields[5].name']),
    ('removed and kept', _removed({'id': 1, 'name': 'title', 'type': 'text'}), ['types[1].removed_fields[0].id']),
    ('removed twice', _removed(*[{'id': 9, 'name': 'a', 'type': 'text'}] * 2), ['types[1].removed_fields[1].id']),
    ('removed without an id', _removed({'name': 'a', 'type': 'text'}), ['types[1].removed_fields[0]']),
    ('choice set twice', lambda document: document['choice_sets'].append({**document['choice_sets'][0]}),
     ['choice_sets[1].name']),
    ('choice set without choices', lambda document: document['choice_sets'][0].update(extra_choices=[]),
     ['choice_sets[0]']),
    ('three parts of a choice', lambda document: document['choice_sets'][0].update(extra_choices=[['a', 'b', 'c']]),
     ['choice_sets[0].extra_choices[0]']),
    ('unknown base choices', lambda document: document['choice_sets'][0].update(base_choices='x'),
     ['choice_sets[0].base_choices']),
]  # fmt: skip


def _changing(changes):
    return lambda document: field_of(document).update(changes)


BAD = [
    (name, _changing(changes), [f'types[1].fields[0].{below}'.rstrip('.')]) for name, changes, below in FIELDS
] + OTHERS


def bad(spoil) -> dict:
    document = small()
    spoil(document)
    return document


def is_refused_unseen(document) -> bool:
    """Whether a document is refused without looking at an instance."""
    try:
        check(document)
    except InvalidDocument:
        return True
    return False


# What can be told without an instance, and what only validation of the rows tells: of fields, and of all else.
UNSEEN = [case for case in BAD if is_refused_unseen(bad(case[1]))]
BAD_FIELDS = [case for case in FIELDS if not is_refused_unseen(bad(_changing(case[1])))]
BAD_OTHERS = [case for case in OTHERS if not is_refused_unseen(bad(case[1]))]


def all_bad_fields() -> tuple[dict, list[str]]:
    """Return one document with a field for each case of BAD_FIELDS, and the paths of all faults."""
    document = small()
    fields = [
        {'id': number, 'name': f'n{number}', 'type': 'text', 'primary': 'primary' in name, **changes}
        for number, (name, changes, _below) in enumerate(BAD_FIELDS, start=10)
    ]
    document['types'][1]['fields'] = fields
    return document, [f'types[1].fields[{n}].{below}'.rstrip('.') for n, (_, _, below) in enumerate(BAD_FIELDS)]
