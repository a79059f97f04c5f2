"""
Rows to definitions: the only reader of the definition tables for the engine.

Two queries, however many types there are. Names the alias explicitly; never asks the router.
"""

import json
from collections import defaultdict
from functools import cache

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connections
from django.db.models import F, OuterRef, Value
from django.db.models.functions import Concat, JSONObject

from ...ddl.target import Target
from ...definitions import TypeDefinition
from ..constraints import CustomObjectTypeConstraint
from ..fields import CustomObjectTypeField
from ..types import CustomObjectType
from .convert import CONSTRAINT_ATTRIBUTES, PLAIN_ATTRIBUTES, constraint_from_row, definition_from_row

_TYPE_ATTRIBUTES = (
    'id',
    'name',
    'slug',
    'verbose_name',
    'verbose_name_plural',
    'group_name',
    'description',
    'display_expression',
    'config_context_enabled',
    'deprecated',
    'deprecated_since',
    'scheduled_removal',
)
# What a cursor leaves as text, as Django's model fields read it.
_JSON = {'default', 'related_object_filter', 'schema_document'}


def load_definitions(alias: str, type_id: int | None = None) -> dict[int, TypeDefinition]:
    """
    Return the definitions in the schema behind `alias`, by type id.

    Args:
        alias: a Django connection alias
        type_id: load this type only
    """
    return _load(alias, type_id)[0]


def type_definition(row: CustomObjectType) -> TypeDefinition:
    """Return the definition of one type as it is in memory, saved or not, without its fields."""
    return TypeDefinition(**{name: getattr(row, name) for name in _TYPE_ATTRIBUTES})


def load_with_documents(alias: str) -> tuple[dict[int, TypeDefinition], dict[int, dict | None]]:
    """Return the definitions in the schema behind `alias`, and what each type's `schema_document` holds."""
    definitions, rows = _load(alias, None, 'schema_document')
    return definitions, {row['id']: row['schema_document'] for row in rows}


def _load(alias: str, type_id: int | None, *more: str) -> tuple[dict[int, TypeDefinition], list[dict]]:
    """Return definitions, and rows of types with the attributes that were asked for besides."""
    by_type = defaultdict(list)
    for row in _read(alias, _field_rows(), 'custom_object_type_id', type_id):
        by_type[row['custom_object_type_id']].append(definition_from_row(row))
    with_constraints = _has_constraints(Target.for_alias(alias))
    found = _read(alias, _type_rows(*more, with_constraints=with_constraints), 'id', type_id)
    definitions = {}
    for row in found:
        constraints = tuple(
            constraint_from_row(json.loads(constraint)) for constraint in row.get('found_constraints', ())
        )
        attributes = {name: row[name] for name in _TYPE_ATTRIBUTES}
        definitions[row['id']] = TypeDefinition(**attributes, constraints=constraints).with_fields(by_type[row['id']])
    return definitions, found


def forget_tables() -> None:
    """Look again for the table of constraints: a migration is about to remove it."""
    _with_constraints.clear()


def _has_constraints(target: Target) -> bool:
    """Whether a schema has the table of constraints: while it is migrated from an older release, it has not."""
    if target.schema not in _with_constraints:
        with target.cursor() as cursor:
            cursor.execute(
                'SELECT to_regclass(%s)', [f'"{target.schema}"."{CustomObjectTypeConstraint._meta.db_table}"']
            )
            if cursor.fetchone()[0] is None:
                return False
        _with_constraints.add(target.schema)
    return True


# The schemas of which that is known; a table of ours goes with the plugin only.
_with_constraints: set[str] = set()


def _read(alias: str, statement: tuple[str, tuple], column: str, type_id: int | None) -> list[dict]:
    """Run a SELECT in the schema behind `alias`, of one type only if its id is given, and return rows by name."""
    query, params = statement
    if type_id is not None:
        query, params = f'SELECT * FROM ({query}) found WHERE {column} = %s', (*params, type_id)
    with connections[alias].cursor() as cursor:
        cursor.execute(query, params)
        names = [found.name for found in cursor.description]
        rows = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    for name in _JSON.intersection(names):
        for row in rows:
            row[name] = None if row[name] is None else json.loads(row[name])
    return rows


# Both statements are written once in the life of a process, as writing one takes longer than running it.


@cache
def _type_rows(*more: str, with_constraints: bool) -> tuple[str, tuple]:
    rows = CustomObjectType.objects.order_by('pk').values(*_TYPE_ATTRIBUTES, *more)
    if with_constraints:
        rows = rows.annotate(found_constraints=ArraySubquery(_constraints_of_types()))
    return rows.query.sql_with_params()


def _constraints_of_types():
    """Select the constraints of a type, each as JSON."""
    constraints = CustomObjectTypeConstraint.objects.filter(custom_object_type=OuterRef('pk')).order_by('pk')
    values = JSONObject(**{name: name for name in CONSTRAINT_ATTRIBUTES}, type_id='custom_object_type_id')
    return constraints.values_list(values)


@cache
def _field_rows() -> tuple[str, tuple]:
    rows = CustomObjectTypeField.objects.order_by().values(
        *PLAIN_ATTRIBUTES,
        'custom_object_type_id',
        'former_names',
        'default',
        'related_object_filter',
        'choice_set_id',
        choice_set_version=F('choice_set__last_updated'),
        target_app=F('related_object_type__app_label'),
        target_model=F('related_object_type__model'),
        target_labels=ArraySubquery(_labels_of_targets()),
    )
    return rows.query.sql_with_params()


def _labels_of_targets():
    """Select the object types that a polymorphic field may refer to, such as `dcim.site`."""
    links = CustomObjectTypeField.related_object_types.through.objects.filter(customobjecttypefield=OuterRef('pk'))
    return links.values_list(Concat('objecttype__app_label', Value('.'), 'objecttype__model'))
