"""compile_type: the tables that each field type asks for, without a database."""

import pytest

from netbox_custom_objects.ddl.spec import Column, Index, IndexKind, Schema, Table
from netbox_custom_objects.definitions import ChoiceSetRef, FieldDefinition, TargetRef, TypeDefinition
from netbox_custom_objects.field_types import FIELD_TYPES, compile_type
from netbox_custom_objects.field_types.base_columns import BASE_COLUMNS

TABLE = 'custom_objects_5'
LINKS = f'{TABLE}_f_7'
SITE = (TargetRef('dcim', 'site'),)
OWNER_INDEX = Index(f'{TABLE}_owner_id_idx', ('owner_id',))
LINK_TABLE = Table(
    LINKS,
    (Column('id', 'bigint'), Column('source_id', 'bigint'), Column('target_id', 'bigint')),
    (
        Index(f'{LINKS}_source_id_target_id_key', ('source_id', 'target_id'), unique=True),
        Index(f'{LINKS}_target_id_idx', ('target_id',)),
    ),
)

# Each way in which a field is stored: field type -> (attributes that it needs, {column: type}, indexes, link tables)
EXPECTED = {
    'text': ({}, {'f_7': 'character varying'}, (), ()),
    'longtext': ({}, {'f_7': 'text'}, (), ()),
    'integer': ({}, {'f_7': 'bigint'}, (), ()),
    'decimal': ({}, {'f_7': 'numeric(8,2)'}, (), ()),
    'boolean': ({}, {'f_7': 'boolean'}, (), ()),
    'date': ({}, {'f_7': 'date'}, (), ()),
    'datetime': ({}, {'f_7': 'timestamp with time zone'}, (), ()),
    'url': ({}, {'f_7': 'character varying(200)', 'f_7_title': 'character varying(200)'}, (), ()),
    'json': ({}, {'f_7': 'jsonb'}, (), ()),
    'select': ({'choice_set': ChoiceSetRef(1, '')}, {'f_7': 'character varying(100)'}, (), ()),
    'multiselect': ({'choice_set': ChoiceSetRef(1, '')}, {'f_7': 'character varying(100)[]'}, (), ()),
    'object': ({'targets': SITE}, {'f_7': 'bigint'}, (Index(f'{TABLE}_f_7_idx', ('f_7',)),), ()),
    'multiobject': ({'targets': SITE}, {}, (), (LINK_TABLE,)),
    'email': ({}, {'f_7': 'character varying(254)'}, (), ()),
    'color': ({}, {'f_7': 'character varying(6)'}, (), ()),
    'mac_address': ({}, {'f_7': 'macaddr'}, (), ()),
    'duration': ({}, {'f_7': 'interval'}, (), ()),
    'ip_address': ({}, {'f_7': 'inet'}, (), ()),
    'ip_prefix': ({}, {'f_7': 'cidr'}, (), ()),
    'coordinates': ({}, {'f_7_lat': 'numeric(8,6)', 'f_7_lon': 'numeric(9,6)'}, (), ()),
    'autonumber': ({}, {'f_7': 'character varying'}, (Index(f'{TABLE}_f_7_key', ('f_7',), unique=True),), ()),
    'array': ({'element_type': 'decimal'}, {'f_7': 'numeric(8,2)[]'}, (), ()),
}


def definition(type, **attributes):
    field = FieldDefinition(7, 5, 'title', type, 'title__7', **attributes)
    return TypeDefinition(5, 'server', 'server', fields=(field,))


@pytest.mark.parametrize('type', EXPECTED)
def test_columns_and_indexes(type):
    attributes, columns, indexes, links = EXPECTED[type]
    table = Table(
        TABLE,
        (*(base.column for base in BASE_COLUMNS), *(Column(name, spelled) for name, spelled in columns.items())),
        (OWNER_INDEX, *indexes),
    )
    assert compile_type(definition(type, **attributes)) == Schema.of([table, *links])


@pytest.mark.parametrize('type', [name for name in EXPECTED if FIELD_TYPES[name].unique_allowed])
def test_unique_fields_have_a_unique_index_and_no_other(type):
    attributes = EXPECTED[type][0]
    indexes = compile_type(definition(type, unique=True, **attributes)).table(TABLE).indexes
    assert indexes == (OWNER_INDEX, Index(f'{TABLE}_f_7_key', ('f_7',), unique=True))
    assert indexes[1].name == f'{TABLE}_f_7_key'


def test_indexed_fields_have_the_indexes_that_the_database_can_have():
    for trigrams, endings in (('', {'id_idx', 'upper'}), ('extensions', {'id_idx', 'upper', 'trgm'})):
        table = compile_type(definition('text', indexed=True), Schema(trigrams=trigrams)).table(TABLE)
        assert {index.name for index in table.indexes[1:]} == {f'{TABLE}_f_7_{ending}' for ending in endings}
    (index,) = (found for found in table.indexes if found.kind == IndexKind.PARTS)
    assert index.body == 'USING gin (upper(("f_7")::text) "extensions".gin_trgm_ops)'
    for type in EXPECTED:
        if not FIELD_TYPES[type].index_allowed:
            attributes = EXPECTED[type][0]
            assert compile_type(definition(type, indexed=True, **attributes)) == compile_type(
                definition(type, **attributes)
            )


@pytest.mark.parametrize('type', EXPECTED)
def test_nothing_but_the_type_of_a_field_shapes_its_columns(type):
    """Names, labels, limits, required: metadata, whose change needs no DDL."""
    attributes = EXPECTED[type][0]
    changed = {
        'label': 'T',
        'description': 'd',
        'group_name': 'g',
        'weight': 5,
        'required': True,
        'primary': True,
        'validation_regex': 'x',
        'validation_minimum': 1,
        'validation_maximum': 9,
        'related_name': 'r',
        'on_delete_behavior': 'cascade',
        'deprecated': True,
        'search_weight': 0,
        'unit': 'm',
        'max_length': 5,
        'suggest_values': True,
        'in_list': False,
        'number_template': 'A{number}',
        'related_object_filter_enforced': True,
        'default_from': '$8.tenant',
    }
    before = definition(type, **attributes)
    after = TypeDefinition(
        5, 'renamed', 'moved', fields=(FieldDefinition(7, 5, 'renamed', type, 'title__7', **attributes, **changed),)
    )
    assert compile_type(after) == compile_type(before)


def test_digits_of_a_decimal_shape_its_column():
    (column,) = (
        compile_type(definition('decimal', decimal_digits=38, decimal_places=0))
        .table(TABLE)
        .columns[len(BASE_COLUMNS) :]
    )
    assert column.type == 'numeric(38,0)'


def test_a_default_fills_the_rows_that_exist():
    (column,) = compile_type(definition('integer', default_json='5')).table(TABLE).columns[len(BASE_COLUMNS) :]
    assert column.fill == 5


def test_comments_tell_people_what_a_column_was_made_for():
    schema = compile_type(definition('url'))
    comments = [column.comment for column in schema.table(TABLE).columns[len(BASE_COLUMNS) :]]
    assert comments == ['field 7, created as title (url)', 'title of field 7, created as title (url)']
    assert schema.table(TABLE).comment == 'type 5, created as server'
