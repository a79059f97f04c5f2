"""
Reads and completes the definition rows of an installation of the vendor plugin, before and after our migrations.

Plain SQL, because the models have columns that such a table lacks. May import ddl; must never issue DDL.
"""

from collections import defaultdict

from psycopg import sql

from ...constants import APP_LABEL
from ...ddl.adoption.layout import VendorField, VendorType
from ...ddl.target import Target
from ...definitions import payload_key
from ...settings import main_schema

TYPES = f'{APP_LABEL}_customobjecttype'
FIELDS = f'{APP_LABEL}_customobjecttypefield'
COUNTERS = f'{APP_LABEL}_schemaidcounter'

# Names of columns that only our migrations add are looked up in the row itself.
_TYPES_SQL = 'SELECT id, name, config_context_enabled, next_schema_id FROM {types} ORDER BY id'
_FIELDS_SQL = """
    SELECT f.id, f.custom_object_type_id, f.name, f.type, f.is_polymorphic, f."unique", f.on_delete_behavior,
           c.app_label, c.model, f.schema_id, coalesce(to_jsonb(f) ->> 'payload_key', ''),
           f.validation_regex
    FROM {fields} f
    LEFT JOIN {content_types} c ON c.id = f.related_object_type_id
    ORDER BY f.id
"""
# Every name that a change record of a field knows, in the order in which they came.
_NAMES_SQL = """
    SELECT r.changed_object_id, n.name
    FROM {changes} r
    CROSS JOIN LATERAL (VALUES (1, r.prechange_data ->> 'name'), (2, r.postchange_data ->> 'name')) n(position, name)
    WHERE r.changed_object_type_id = (SELECT id FROM {content_types} WHERE app_label = %s AND model = %s)
      AND r.changed_object_id = ANY(%s) AND n.name IS NOT NULL
    ORDER BY r.time, r.id, n.position
"""


def has_definitions(target: Target) -> bool:
    """Whether a schema has the table of types at all."""
    with target.cursor() as cursor:
        cursor.execute('SELECT to_regclass(%s) IS NOT NULL', [_table(target, TYPES).as_string()])
        return cursor.fetchone()[0]


def read_types(target: Target) -> list[VendorType]:
    """Return all types with their fields, by id; two queries."""
    fields = defaultdict(list)
    with target.cursor() as cursor:
        cursor.execute(
            sql.SQL(_FIELDS_SQL).format(fields=_table(target, FIELDS), content_types=_main('django_content_type'))
        )
        for pk, type_id, name, type_, polymorphic, unique, on_delete, app_label, model, schema_id, key, regex in cursor:
            aim = (app_label, model) if app_label else None
            fields[type_id].append(
                VendorField(pk, type_id, name, type_, polymorphic, unique, on_delete, aim, schema_id, key, regex)
            )
        cursor.execute(sql.SQL(_TYPES_SQL).format(types=_table(target, TYPES)))
        return [VendorType(*row, tuple(fields[row[0]])) for row in cursor.fetchall()]


def complete_rows(target: Target, vendor_type: VendorType) -> None:
    """Fill what our design adds to the rows of a type and of its fields; the triggers note a new revision."""
    fields = vendor_type.fields
    keys = _keys_of_main(target, [field.id for field in fields])
    former = _former_names(target, vendor_type)
    highest = max([vendor_type.next_schema_id, *(field.schema_id or 0 for field in fields)])
    with target.cursor() as cursor:
        update = sql.SQL(
            'UPDATE {} SET payload_key = %s, former_names = %s::varchar[], schema_id = coalesce(schema_id, %s)'
            ' WHERE id = %s'
        ).format(_table(target, FIELDS))
        for field in fields:
            if field.schema_id is None:
                highest += 1
            key = field.payload_key or keys.get(field.id) or payload_key(field.name, field.id)
            cursor.execute(update, [key, former.get(field.id, []), highest, field.id])
        cursor.execute(
            sql.SQL('UPDATE {} SET next_schema_id = %s, cache_timestamp = now() WHERE id = %s').format(
                _table(target, TYPES)
            ),
            [highest, vendor_type.id],
        )
        cursor.execute(
            sql.SQL(
                'INSERT INTO {} AS counter (type_id, value) VALUES (%s, %s)'
                ' ON CONFLICT (type_id) DO UPDATE SET value = greatest(counter.value, excluded.value)'
            ).format(_main(COUNTERS)),
            [vendor_type.id, highest],
        )


def clear_rows(target: Target, vendor_type: VendorType) -> None:
    """Take back what `complete_rows` wrote that says that a type is ours."""
    with target.cursor() as cursor:
        cursor.execute(
            sql.SQL("UPDATE {} SET payload_key = '' WHERE custom_object_type_id = %s").format(_table(target, FIELDS)),
            [vendor_type.id],
        )


def unfinished_branches(target: Target) -> list[tuple[str, str]]:
    """
    Return (name, status) of the branches that are neither merged nor archived.

    Asks the table, which is there even if netbox-branching is not enabled (any more).
    """
    branches = _main('netbox_branching_branch')
    with target.cursor() as cursor:
        cursor.execute('SELECT to_regclass(%s) IS NOT NULL', [branches.as_string()])
        if not cursor.fetchone()[0]:
            return []
        cursor.execute(
            sql.SQL("SELECT name, status FROM {} WHERE status NOT IN ('merged', 'archived') ORDER BY name").format(
                branches
            )
        )
        return cursor.fetchall()


def _keys_of_main(target: Target, pks: list[int]) -> dict[int, str]:
    """Return the payload keys that fields have in main already: a branch must use the same."""
    if target.is_main:
        return {}
    with target.cursor() as cursor:
        cursor.execute(
            sql.SQL("SELECT id, payload_key FROM {} WHERE id = ANY(%s) AND payload_key <> ''").format(_main(FIELDS)),
            [pks],
        )
        return dict(cursor.fetchall())


def _former_names(target: Target, vendor_type: VendorType) -> dict[int, list[str]]:
    """Return the names that fields had before, oldest first, as far as the change log knows."""
    names: dict[int, list[str]] = defaultdict(list)
    current = {field.id: field.name for field in vendor_type.fields}
    with target.cursor() as cursor:
        cursor.execute(
            sql.SQL(_NAMES_SQL).format(
                changes=_table(target, 'core_objectchange'), content_types=_main('django_content_type')
            ),
            [APP_LABEL, 'customobjecttypefield', list(current)],
        )
        for pk, name in cursor.fetchall():
            if name != current[pk] and name not in names[pk]:
                names[pk].append(name)
    return names


def _table(target: Target, name: str) -> sql.Identifier:
    return sql.Identifier(target.schema, name)


def _main(name: str) -> sql.Identifier:
    return sql.Identifier(main_schema(), name)
