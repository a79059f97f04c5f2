"""Definitions: names derived from ids, payload keys, fingerprints, and what a definition knows about itself."""

from dataclasses import FrozenInstanceError, fields

import pytest

from netbox_custom_objects.definitions import (
    ChoiceSetRef,
    FieldDefinition,
    TargetRef,
    TypeDefinition,
    canonical_json,
    class_name,
    column_name,
    field_id_from_payload_key,
    field_maker,
    fingerprint,
    index_name,
    link_class_name,
    link_table_name,
    model_name,
    payload_key,
    sequence_name,
    table_name,
    type_id_from_model_name,
    unique_name,
)

# PostgreSQL cuts longer names off without a word.
NAME_LIMIT = 63
LARGE_ID = 10**10 - 1


def field(id=7, name='title', **attributes):
    return FieldDefinition(
        id, **{'type_id': 5, 'name': name, 'type': 'text', 'payload_key': payload_key(name, id), **attributes}
    )


def type_(*fields, **attributes):
    return TypeDefinition(**{'id': 5, 'name': 'server', 'slug': 'server', **attributes}).with_fields(fields)


@pytest.mark.parametrize(
    ('made', 'expected'),
    [
        (table_name(5), 'custom_objects_5'),
        (column_name(7), 'f_7'),
        (column_name(7, 'lat'), 'f_7_lat'),
        (link_table_name(5, 7), 'custom_objects_5_f_7'),
        (sequence_name('custom_objects_5'), 'custom_objects_5_id_seq'),
        (index_name('custom_objects_5', 'f_7'), 'custom_objects_5_f_7_idx'),
        (unique_name('custom_objects_5', 'f_7', 'f_8'), 'custom_objects_5_f_7_f_8_key'),
        (class_name(5), 'Table5Model'),
        (model_name(5), 'table5model'),
        (link_class_name(5, 7), 'Through_custom_objects_5_f_7'),
        (payload_key('title', 7), 'title__7'),
    ],
)
def test_names(made, expected):
    assert made == expected


@pytest.mark.parametrize(
    'name',
    [
        sequence_name(link_table_name(LARGE_ID, LARGE_ID)),
        unique_name(link_table_name(LARGE_ID, LARGE_ID), 'source_id', 'target_id'),
        unique_name(table_name(LARGE_ID), column_name(LARGE_ID)),
    ],
)
def test_the_longest_names_fit_postgresql(name):
    assert len(name) <= NAME_LIMIT


@pytest.mark.parametrize(
    ('name', 'type_id'),
    [
        ('table5model', 5),
        ('table5012model', 5012),
        (model_name(LARGE_ID), LARGE_ID),
        (link_class_name(5, 7).lower(), 5),
        (link_class_name(5, 7), 5),
        ('tablemodel', None),
        ('table5models', None),
        ('mytable5model', None),
        ('table5model\n', None),
        ('table-5model', None),
        ('customobjecttype', None),
        ('', None),
    ],
)
def test_type_ids_are_found_in_model_names(name, type_id):
    assert type_id_from_model_name(name) == type_id


@pytest.mark.parametrize(
    ('key', 'field_id'),
    [
        ('title__7', 7),
        ('a_1__12', 12),
        ('1st_floor__3', 3),
        (payload_key('x' * 50, LARGE_ID), LARGE_ID),
        ('title', None),
        ('title_7', None),
        ('title__', None),
        ('__7', None),
        ('title__7_title', None),
        ('title__7\n', None),
        ('Title__7', None),
    ],
)
def test_field_ids_are_found_in_payload_keys(key, field_id):
    assert field_id_from_payload_key(key) == field_id


@pytest.mark.parametrize(
    ('value', 'text'),
    [
        ({'b': 1, 'a': [1, 2.5, None]}, '{"a":[1,2.5,null],"b":1}'),
        ('Zürich ✓', '"Zürich ✓"'),
        (2**63 - 1, '9223372036854775807'),
        (False, 'false'),
        ('', '""'),
    ],
)
def test_canonical_json(value, text):
    assert canonical_json(value) == text


def test_what_is_made_in_bulk_is_a_definition_like_others():
    values = {item.name: getattr(field(label='Title'), item.name) for item in fields(FieldDefinition)}
    made = field_maker('name', 'id')(values.pop('name'), values.pop('id'), **values)
    assert type(made) is FieldDefinition
    assert (made, hash(made)) == (field(label='Title'), hash(field(label='Title')))
    with pytest.raises(FrozenInstanceError):
        made.name = 'other'


def test_equal_definitions_have_equal_fingerprints_and_hashes():
    one, two = type_(field(default_json='"x"')), type_(field(default_json='"x"'))
    one.fields_by_name  # noqa: B018 -- what is cached on a definition is no part of it
    assert (one, hash(one), fingerprint(one)) == (two, hash(two), fingerprint(two))
    assert len(fingerprint(one)) == 16


@pytest.mark.parametrize(
    'change',
    [
        {'name': 'label'},
        {'required': True},
        {'default_json': '"y"'},
        {'weight': 1},
        {'choice_set': ChoiceSetRef(1, 'later')},
        {'targets': (TargetRef('dcim', 'site'),)},
    ],
)
def test_a_changed_field_makes_another_definition(change):
    before = type_(field(choice_set=ChoiceSetRef(1, 'now')))
    after = type_(field(**{'choice_set': ChoiceSetRef(1, 'now'), **change}))
    assert before != after
    assert fingerprint(before) != fingerprint(after)


@pytest.mark.parametrize('value', [field(), TargetRef('dcim', 'site'), ChoiceSetRef(1, ''), type_()])
def test_definitions_are_frozen(value):
    with pytest.raises(FrozenInstanceError):
        setattr(value, fields(value)[0].name, 8)


@pytest.mark.parametrize(
    ('attributes', 'shown'),
    [
        ({'name': 'serial_number'}, 'Serial number'),
        ({'name': 'serial_number', 'label': 'S/N'}, 'S/N'),
        ({'name': 'm_po', 'label': 'ärger'}, 'Ärger'),
        ({'name': '1st'}, '1st'),
    ],
)
def test_shown_name_of_a_field(attributes, shown):
    assert field(**attributes).display_label == shown


@pytest.mark.parametrize(
    ('attributes', 'singular', 'plural'),
    [
        ({'name': 'np'}, 'Np', 'Nps'),
        ({'name': 'np', 'verbose_name': 'policy'}, 'policy', 'policys'),
        ({'name': 'np', 'verbose_name': 'policy', 'verbose_name_plural': 'policies'}, 'policy', 'policies'),
        ({'name': 'np', 'verbose_name_plural': 'policies'}, 'Np', 'policies'),
    ],
)
def test_shown_names_of_a_type(attributes, singular, plural):
    assert (type_(**attributes).display_name, type_(**attributes).display_name_plural) == (singular, plural)


def test_fields_stand_in_display_order():
    fields = [
        field(1, 'zebra', weight=10),
        field(2, 'apple', weight=200),
        field(3, 'grouped', weight=1, group_name='Details'),
        field(4, 'alpha', weight=10),
    ]
    assert [item.name for item in type_(*fields).fields] == ['alpha', 'zebra', 'apple', 'grouped']


def test_of_several_primary_fields_the_last_names_the_object():
    fields = [field(1, 'a', primary=True), field(2, 'b', primary=True), field(3, 'c')]
    assert type_(*fields).primary_field.name == 'b'
    assert type_(fields[2]).primary_field is None


def test_targets():
    site, custom = TargetRef('dcim', 'site'), TargetRef('netbox_custom_objects', 'table9model')
    assert (site.label, site.type_id) == ('dcim.site', None)
    assert (custom.label, custom.type_id) == ('netbox_custom_objects.table9model', 9)
    # A model of another plugin may have such a name by accident.
    assert TargetRef('other', 'table9model').type_id is None
    assert field(targets=(site,)).target == site
    assert field(targets=(site, custom), is_polymorphic=True).target is None
    both = type_(field(1, 'a', targets=(site,)), field(2, 'b', targets=(custom, site), is_polymorphic=True))
    assert both.referenced_type_ids == {9}


@pytest.mark.parametrize(
    ('text', 'value'), [(None, None), ('null', None), ('false', False), ('[1]', [1]), ('"x"', 'x')]
)
def test_defaults_are_stored_as_text(text, value):
    assert field(default_json=text).default == value


def test_a_list_default_is_a_fresh_list_each_time():
    definition = field(default_json='[1]')
    definition.default.append(2)
    assert definition.default == [1]


def test_physical_names_of_a_definition():
    assert (field().column(), field().column('title'), field().link_table) == (
        'f_7',
        'f_7_title',
        'custom_objects_5_f_7',
    )
    assert (type_().table, type_().model_name) == ('custom_objects_5', 'table5model')
    assert type_(field()).fields_by_name['title'].id == 7
