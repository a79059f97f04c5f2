"""
Objects that would not meet a constraint once main and branch are one.

Each value is the branch's where the branch made or changed it, and main's otherwise; PostgreSQL puts the rows together
and calculates, one query per constraint. Reads only.
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
from ...ddl.spec import Schema
from ...ddl.target import Target
from ...definitions import ConstraintDefinition, TypeDefinition
from ...expressions.typed import sql_of
from ...field_types.base import FAULTS
from ...field_types.constraints import CHECK, read_columns, scope_of, typed_expression, unique_fields, unique_parts
from ...runtime.classes.registry import world
from .findings import VIOLATION, Finding

# Objects that a finding names for each constraint.
SHOWN = 10

_MERGED = sql.SQL("""
WITH diff AS (
    SELECT object_id, action, modified, original FROM {diffs}
    WHERE branch_id = {branch} AND object_type_id = {content_type}
), merged AS (
    SELECT id, {columns}
    FROM {main} main FULL JOIN {theirs} theirs USING (id) LEFT JOIN diff ON diff.object_id = id
    WHERE diff.action IS DISTINCT FROM 'delete' AND (main.id IS NOT NULL OR diff.action = 'create')
)
""")
_CHANGED = sql.SQL(
    "CASE WHEN diff.action = 'create' OR diff.modified -> {key} IS DISTINCT FROM diff.original -> {key} "
    'THEN {theirs} ELSE {main} END AS {column}'
)


def find_unmet(branch: Branch, merged: dict[int, TypeDefinition]) -> Iterator[Finding]:
    """
    Yield one finding for each object, or pair of objects, that would violate a constraint.

    Args:
        branch: the branch
        merged: the definitions as they will be
    """
    targets = Target.for_alias(DEFAULT_DB_ALIAS), Target.for_alias(branch.connection_name)
    for definition, content_type_id in _concerned(branch, merged):
        sides = [introspect(target, definition.id) for target in targets]
        for constraint in definition.constraints:
            try:
                query = _query(branch, constraint, definition, content_type_id, targets, sides)
            except FAULTS:
                continue  # it is not enforced either
            with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
                cursor.execute(query)
                for first, second in cursor.fetchall():
                    yield _finding(constraint, definition, first, second)


def _concerned(branch: Branch, merged: dict[int, TypeDefinition]) -> Iterator[tuple[TypeDefinition, int]]:
    """Yield the types with constraints that one side changed, or whose objects the branch changed."""
    main, theirs = world(DEFAULT_DB_ALIAS).all_definitions, world(branch.connection_name).all_definitions
    with_constraints = {
        definition.model_name: definition
        for definition in merged.values()
        if definition.constraints and definition.id in main and definition.id in theirs
    }
    if not with_constraints:
        return
    diffs = ChangeDiff.objects.filter(branch=branch, object_type__app_label=APP_LABEL).order_by()
    changed = set(diffs.values_list('object_type_id', flat=True).distinct())
    for content_type in ContentType.objects.filter(app_label=APP_LABEL, model__in=with_constraints):
        definition = with_constraints[content_type.model]
        constraints = main[definition.id].constraints, theirs[definition.id].constraints, definition.constraints
        if content_type.pk in changed or len(set(constraints)) > 1:
            yield definition, content_type.pk


def _query(
    branch, constraint: ConstraintDefinition, definition, content_type_id, targets, sides: list[Schema]
) -> sql.Composed:
    columns = [
        _column(column, key, *(side.table(definition.table) for side in sides))
        for column, key in read_columns(constraint, definition).items()
    ]
    main, theirs = (sql.Identifier(target.schema, definition.table) for target in targets)
    merged = _MERGED.format(
        diffs=sql.Identifier(targets[0].schema, ChangeDiff._meta.db_table),
        branch=sql.Literal(branch.pk),
        content_type=sql.Literal(content_type_id),
        # A constraint may read nothing of the objects.
        columns=sql.SQL(', ').join(columns or [sql.SQL('NULL AS nothing')]),
        main=main,
        theirs=theirs,
    )
    scope = scope_of(definition)
    if constraint.type == CHECK:
        select = sql.SQL('SELECT id, NULL FROM merged WHERE NOT ({}) ORDER BY id LIMIT {}')
        return merged + select.format(
            sql.SQL(sql_of(typed_expression(constraint.expression, scope))), sql.Literal(SHOWN)
        )
    parts = [sql.SQL(part.sql) for part in unique_parts(constraint, definition)]
    conditions = [sql.SQL('{} IS NOT NULL').format(part) for part in parts if constraint.nulls_distinct]
    if constraint.condition:
        conditions.append(sql.SQL(sql_of(typed_expression(constraint.condition, scope))))
    select = sql.SQL('SELECT min(id), max(id) FROM merged WHERE {} GROUP BY {} HAVING count(*) > 1 ORDER BY 1 LIMIT {}')
    where = sql.SQL(' AND ').join(conditions) if conditions else sql.SQL('true')
    return merged + select.format(where, sql.SQL(', ').join(parts), sql.Literal(SHOWN))


def _column(column: str, key: str, main, theirs) -> sql.Composed:
    """Return the expression of one value; a column that only one side has holds all that is known of it."""
    values = [
        sql.Identifier(name, column) if table is not None and table.column(column) is not None else sql.SQL('NULL')
        for name, table in (('main', main), ('theirs', theirs))
    ]
    return _CHANGED.format(key=sql.Literal(key), main=values[0], theirs=values[1], column=sql.Identifier(column))


def _finding(constraint: ConstraintDefinition, definition: TypeDefinition, first: int, second: int | None) -> Finding:
    if second is None:
        text = _('{type} {first} would not meet the constraint "{constraint}".')
        labels = ''
    else:
        text = _('{type} {first} and {second} would have the same {fields} (constraint "{constraint}").')
        labels = ', '.join(field.display_label for field in unique_fields(constraint, definition))
    found = first if second is None else second
    return Finding(
        kind=VIOLATION,
        blocks=True,
        text=text.format(
            type=definition.display_name, first=first, second=second, fields=labels, constraint=constraint.name
        ),
        remedy=_('Change a value, in main or in the branch, or the constraint.'),
        object_type=f'{APP_LABEL}.{definition.model_name}',
        object_id=found,
        rule=(constraint.id, False),
        objects=(first,) if second is None else (first, second),
        url=reverse('plugins:netbox_custom_objects:customobject', args=[definition.slug, found]),
    )
