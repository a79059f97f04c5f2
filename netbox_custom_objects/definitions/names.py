"""
Physical and internal names, derived from ids alone (invariant I6).

May import the standard library only. Must never look at a name that a user chose, except to make a payload key
readable: renaming a type or a field changes nothing that is computed here.
"""

import re

TABLE_MODEL_RE = re.compile(r'^table(\d+)model\Z')
LINK_MODEL_RE = re.compile(r'^through_custom_objects_(\d+)_f_(\d+)\Z')
FIELD_COLUMN_RE = re.compile(r'^f_(\d+)(_|\Z)')
# What a staged change works with while it is under way (ddl.staging.filling): no field has columns with these suffixes.
NEXT, FORMER, SURVIVES = 'next', 'former', 'survives'
WORKING_COLUMN_RE = re.compile(rf'^f_(\d+)_({NEXT}|{FORMER}|{SURVIVES})\Z')
WORKING_INDEX_RE = re.compile(rf'^custom_objects_\d+_f_\d+_{NEXT}_key\Z')
# An index of what is made of a column (`IndexKind`), and the indexes that upkeep adds to large tables.
INDEX_OF_KIND_RE = re.compile(r'^custom_objects_\d+_(f_\d+(?:_[a-z]+)?)_(upper|trgm|items|host)\Z')
UPKEEP_INDEX_RE = re.compile(r'^custom_objects_\d+_(?:created|last_updated)_id_idx\Z')
# What the tables of types with config contexts have besides (NetBox's ConfigContextModel).
CONFIG_CONTEXT_COLUMNS = ('_config_context_data', '_config_context_generation', 'local_context_data')
# An index or check that a constraint asks for; the digest says what it enforces.
CONSTRAINT_NAME_RE = re.compile(r'^custom_objects_\d+_constraint_(\d+)_[0-9a-f]{8}\Z')
PAYLOAD_KEY_RE = re.compile(r'^[a-z0-9_]+?__(\d+)\Z')


def table_name(type_id: int) -> str:
    """Return the table that holds the objects of a type: `table_name(5)` is `custom_objects_5`."""
    return f'custom_objects_{type_id}'


def type_id_from_table_name(table: str) -> int:
    """Return 5 for `custom_objects_5` and for a link table such as `custom_objects_5_f_7`."""
    return int(table.removeprefix('custom_objects_').split('_')[0])


def column_name(field_id: int, suffix: str = '') -> str:
    """Return the column of a field: `column_name(7)` is `f_7`, `column_name(7, 'lat')` is `f_7_lat`."""
    return f'f_{field_id}_{suffix}' if suffix else f'f_{field_id}'


def is_working_column(name: str) -> bool:
    """Whether a column belongs to a staged change, and to no definition."""
    return WORKING_COLUMN_RE.match(name) is not None


def is_working_index(name: str) -> bool:
    """Whether an index was built for a staged change that has not switched to it yet."""
    return WORKING_INDEX_RE.match(name) is not None


def former_column_name(field_id: int, change_id: int) -> str:
    """Return what the column that change 3 has replaced is called once it is retired: `f_7_former_3`."""
    return column_name(field_id, f'{FORMER}_{change_id}')


def field_id_from_column_name(name: str) -> int | None:
    """Return 7 for `f_7` and `f_7_lat`, None for a column that every table has."""
    match = FIELD_COLUMN_RE.match(name)
    return int(match[1]) if match else None


def is_field_column(name: str) -> bool:
    """Whether a column is that of a field, and not one that every table has."""
    return FIELD_COLUMN_RE.match(name) is not None


def is_optional_column(name: str) -> bool:
    """Whether a column is there because the definition asks for it: a field's, or one of config contexts."""
    return is_field_column(name) or name in CONFIG_CONTEXT_COLUMNS


def number_sequence_name(table: str, column: str) -> str:
    """Return the sequence, always in the main schema, from which the numbers of a column are drawn in every schema."""
    return f'{table}_{column}_number_seq'


def link_table_name(type_id: int, field_id: int) -> str:
    """Return the table that holds the links of a many-valued field: `custom_objects_5_f_7`."""
    return f'{table_name(type_id)}_{column_name(field_id)}'


def sequence_name(table: str) -> str:
    """Return the sequence, always in the main schema, that numbers the rows of `table` in every schema."""
    return f'{table}_id_seq'


def index_name(table: str, *columns: str) -> str:
    """Return the name of a plain index on `columns` of `table`."""
    return f'{table}_{"_".join(columns)}_idx'


def unique_name(table: str, *columns: str) -> str:
    """Return the name of a unique index on `columns` of `table`."""
    return f'{table}_{"_".join(columns)}_key'


def kind_index_name(table: str, column: str, kind: str) -> str:
    """Return the name of an index of what is made of a column: `custom_objects_5_f_7_upper`."""
    return f'{table}_{column}_{kind}'


def kind_of_index(name: str) -> tuple[str, str] | None:
    """Return ('f_7', 'upper') for `custom_objects_5_f_7_upper`, None for the name of anything else."""
    match = INDEX_OF_KIND_RE.match(name)
    return (match[1], match[2]) if match else None


def is_upkeep_index(name: str) -> bool:
    """Whether an index was added because the table is large, and belongs to no definition."""
    return UPKEEP_INDEX_RE.match(name) is not None


def constraint_name(type_id: int, constraint_id: int, digest: str) -> str:
    """Return the index or check that enforces a constraint: `custom_objects_5_constraint_3_1a2b3c4d`."""
    return f'{table_name(type_id)}_constraint_{constraint_id}_{digest[:8]}'


def constraint_id_from_name(name: str) -> int | None:
    """Return 3 for `custom_objects_5_constraint_3_1a2b3c4d`, None for the name of anything else."""
    match = CONSTRAINT_NAME_RE.match(name)
    return int(match[1]) if match else None


def next_unique_name(table: str, column: str) -> str:
    """Return the name that a unique index has until a staged change switches to it."""
    return unique_name(table, column_with(column, NEXT))


def column_with(column: str, suffix: str) -> str:
    """Return the name of a column beside another one: `column_with('f_7', 'next')` is `f_7_next`."""
    return f'{column}_{suffix}'


def staging_name(table: str, column: str) -> str:
    """Return the name of the trigger, of its function and of the index that a staged change works with."""
    return f'{table}_{column}_staged'


def class_name(type_id: int) -> str:
    """Return the name of a type's model class: `Table5Model`."""
    return f'Table{type_id}Model'


def model_name(type_id: int) -> str:
    """Return the lower-case model name of a type, as content types hold it: `table5model`."""
    return f'table{type_id}model'


def link_class_name(type_id: int, field_id: int) -> str:
    """Return the name of the model class of a link table: `Through_custom_objects_5_f_7`."""
    return f'Through_{link_table_name(type_id, field_id)}'


def type_id_from_model_name(name: str) -> int | None:
    """Return 5 for `table5model` or for the name of a link model of type 5, None for anything else."""
    match = TABLE_MODEL_RE.match(name) or LINK_MODEL_RE.match(name.lower())
    return int(match[1]) if match else None


def payload_key(name_at_birth: str, field_id: int) -> str:
    """
    Return the key under which a field's value stands in change data: `payload_key('title', 1)` is `title__1`.

    Field names cannot contain a double underscore, so that a payload key is never the attribute of another field.
    """
    return f'{name_at_birth}__{field_id}'


def field_id_from_payload_key(key: str) -> int | None:
    """Return the field id in a payload key, None if `key` is not one."""
    match = PAYLOAD_KEY_RE.match(key)
    return int(match[1]) if match else None
