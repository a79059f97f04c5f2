"""
What tables and their values make impossible once main and branch are one: duplicates in a unique field, and conversions
of large tables, for which no replay can wait.

Compares the two schemas in the database, one query per unique field whose objects the branch changed. Reads only.
"""

from collections.abc import Iterator

from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, connections
from django.urls import reverse
from django.utils.translation import gettext as _
from psycopg import sql

from netbox_branching.models import Branch, ChangeDiff

from ...constants import APP_LABEL
from ...ddl.introspect import introspect
from ...ddl.target import Target
from ...definitions import FieldDefinition, TypeDefinition
from ...field_types import field_type_of
from ...field_types.constraints import is_unique
from ...runtime.classes.registry import world
from ...services.reconcile import refusal
from .findings import VIOLATION, Finding

# Pairs of rows that a finding names for each field.
PAIRS_SHOWN = 10

# Rows as they will be: the branch's where it made or changed the value, main's otherwise, without what it deleted.
_DUPLICATES = sql.SQL("""
WITH diff AS (
    SELECT object_id, action, modified -> {key} IS DISTINCT FROM original -> {key} AS changed
    FROM {diffs} WHERE branch_id = {branch} AND object_type_id = {content_type}
), merged AS (
    SELECT id, {columns} FROM {main}
    WHERE id NOT IN (SELECT object_id FROM diff WHERE changed OR action = 'delete')
    UNION ALL
    SELECT id, {columns} FROM {theirs}
    WHERE id IN (SELECT object_id FROM diff WHERE changed AND action <> 'delete')
)
SELECT {texts}, min(id), max(id) FROM merged WHERE num_nulls({columns}) = 0
GROUP BY {columns} HAVING count(*) > 1 ORDER BY 1 LIMIT {limit}
""")


def find_violations(branch: Branch, merged: dict[int, TypeDefinition]) -> Iterator[Finding]:
    """
    Yield one finding for each pair of objects that would share a value of a unique field.

    Args:
        branch: the branch
        merged: the definitions as they will be
    """
    main, theirs = Target.for_alias(DEFAULT_DB_ALIAS), Target.for_alias(branch.connection_name)
    for definition, content_type_id in _touched(branch, merged):
        unique = [field for field in definition.fields if is_unique(field)]
        if not unique:
            continue
        sides = [introspect(target, definition.id).table(definition.table) for target in (main, theirs)]
        for field in unique:
            field_type = field_type_of(field)
            columns = field_type.get_unique_columns(field)
            # A column that only one side has holds no values that could meet the other's.
            if all(table is not None and table.column(name) is not None for table in sides for name in columns):
                query = _query(branch, definition, field, columns, content_type_id, main, theirs)
                for parts, first, second in _rows(query):
                    yield _finding(definition, field, field_type.shown_duplicate(parts), first, second)


def find_large_conversions(
    target: Target, stored: dict[int, TypeDefinition], merged: dict[int, TypeDefinition]
) -> Iterator[Finding]:
    """
    Yield one finding for each type of which a replay would convert a table that is too large for it.

    Args:
        target: the schema that the replay would change
        stored: the definitions there
        merged: the definitions as they will be
    """
    for type_id, after in merged.items():
        before = stored.get(type_id)
        if before is not None and _kinds(before).items() - _kinds(after).items() and (reason := refusal(target, after)):
            yield Finding(
                kind=VIOLATION,
                blocks=True,
                text=_('The types of fields of "{type}" cannot be changed: {reason}').format(
                    type=after.name, reason=reason
                ),
                remedy=_('Change them in {schema} first.').format(
                    schema=_('main') if target.is_main else _('the branch')
                ),
                object_type=f'{APP_LABEL}.customobjecttype',
                object_id=type_id,
            )


def _kinds(definition: TypeDefinition) -> dict[int, tuple]:
    return {
        field.id: (field.type, field.element_type, field.decimal_digits, field.decimal_places)
        for field in definition.fields
    }


def _touched(branch, merged) -> Iterator[tuple[TypeDefinition, int]]:
    """The types whose objects the branch changed, or that have a unique field which one side just made unique."""
    names = {definition.model_name: definition for definition in merged.values()}
    main = world(DEFAULT_DB_ALIAS).all_definitions
    diffs = ChangeDiff.objects.filter(branch=branch).order_by()
    changed = set(diffs.filter(object_type__app_label=APP_LABEL).values_list('object_type_id', flat=True).distinct())
    for content_type in ContentType.objects.filter(app_label=APP_LABEL, model__in=names):
        definition = names[content_type.model]
        if content_type.pk in changed or _unique(definition) - _unique(main.get(definition.id)):
            yield definition, content_type.pk


def _unique(definition: TypeDefinition | None) -> set[int]:
    """Return the ids of the unique fields of a type."""
    return {field.id for field in definition.fields if is_unique(field)} if definition else set()


def _query(branch, definition, field: FieldDefinition, columns, content_type_id, main, theirs) -> sql.Composed:
    names = [sql.Identifier(name) for name in columns]
    return _DUPLICATES.format(
        key=sql.Literal(field.payload_key),
        diffs=sql.Identifier(main.schema, ChangeDiff._meta.db_table),
        branch=sql.Literal(branch.pk),
        content_type=sql.Literal(content_type_id),
        columns=sql.SQL(', ').join(names),
        texts=sql.SQL('ARRAY[{}]').format(sql.SQL(', ').join(sql.SQL('{}::text').format(name) for name in names)),
        main=sql.Identifier(main.schema, definition.table),
        theirs=sql.Identifier(theirs.schema, definition.table),
        limit=sql.Literal(PAIRS_SHOWN),
    )


def _rows(query) -> list[tuple]:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def _finding(definition, field, value, first, second) -> Finding:
    url = reverse('plugins:netbox_custom_objects:customobject', args=[definition.slug, second])
    return Finding(
        kind=VIOLATION,
        blocks=True,
        text=_('{type} {first} and {second} would both have "{value}" in the unique field "{field}".').format(
            type=definition.display_name, first=first, second=second, value=value, field=field.name
        ),
        remedy=_('Change the value of one of them, in main or in the branch.'),
        object_type=f'{APP_LABEL}.{definition.model_name}',
        object_id=second,
        url=url,
        rule=(field.id, True),
        objects=(first, second),
    )
