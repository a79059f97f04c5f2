"""
Rows to definitions: the only reader of the definition tables for the engine.

Two queries, for any number of types, and one that finds the new ones. Names the alias explicitly; never asks the
router.
"""

import json
from collections import defaultdict
from collections.abc import Collection
from functools import cache
from hashlib import sha256
from weakref import WeakValueDictionary

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
# What a row is known by. Numbers in JSON have the same hash with any number of decimal places, hence the texts.
_DIGEST_OF_TYPE = 'hash_record_extended(found, 0)::text'
_DIGEST_OF_FIELD = 'concat(hash_record_extended(found, 0), found."default", found.related_object_filter)'

# Definitions in use, by digests of the row of the type and of those of its fields: equal rows, of any schema, are the
# same object.
_in_use: WeakValueDictionary[tuple[str, str], TypeDefinition] = WeakValueDictionary()


def load_definitions(alias: str, type_id: int | None = None) -> dict[int, TypeDefinition]:
    """
    Return the definitions in the schema behind `alias`, by type id.

    Args:
        alias: a Django connection alias
        type_id: load this type only
    """
    return _load(alias, None if type_id is None else [type_id])[0]


def load_changed(alias: str) -> dict[int, TypeDefinition]:
    """
    Return the definitions in the schema behind `alias`, as `load_definitions` does, but read only those that are new.

    Costs one query if all are in use in this process, and two more to read the others.
    """
    if not _in_use:
        return _load(alias)[0]
    digests = _digests(alias)
    found = {pk: _in_use.get(key) for pk, key in digests.items()}
    if changed := [pk for pk, definition in found.items() if definition is None]:
        loaded = _load(alias, changed if len(changed) < len(found) else None)[0]
        found |= {pk: loaded.get(pk) for pk in changed}
    return {pk: definition for pk, definition in found.items() if definition is not None}


def type_definition(row: CustomObjectType) -> TypeDefinition:
    """Return the definition of one type as it is in memory, saved or not, without its fields."""
    return TypeDefinition(**{name: getattr(row, name) for name in _TYPE_ATTRIBUTES})


def load_with_documents(alias: str) -> tuple[dict[int, TypeDefinition], dict[int, dict | None]]:
    """Return the definitions in the schema behind `alias`, and what each type's `schema_document` holds."""
    definitions, rows = _load(alias, None, 'schema_document')
    return definitions, {row['id']: row['schema_document'] for row in rows}


def _load(
    alias: str, type_ids: Collection[int] | None = None, *more: str
) -> tuple[dict[int, TypeDefinition], list[dict]]:
    """Return definitions, and rows of types with the attributes that were asked for besides."""
    by_type = defaultdict(list)
    for row in _read(alias, _field_rows(), 'custom_object_type_id', type_ids, _DIGEST_OF_FIELD):
        by_type[row['custom_object_type_id']].append(row)
    with_constraints = _has_constraints(Target.for_alias(alias))
    found = _read(alias, _type_rows(*more, with_constraints=with_constraints), 'id', type_ids, _DIGEST_OF_TYPE)
    definitions = {}
    for row in found:
        fields = sorted(by_type[row['id']], key=lambda field: field['id'])
        key = row['digest'], sha256(''.join(field['digest'] for field in fields).encode()).hexdigest()
        if more or (definition := _in_use.get(key)) is None:
            definition = _definition(row, fields)
        definitions[row['id']] = definition if more else _in_use.setdefault(key, definition)
    return definitions, found


def _definition(row: dict, fields: list[dict]) -> TypeDefinition:
    constraints = tuple(constraint_from_row(json.loads(constraint)) for constraint in row.get('found_constraints', ()))
    attributes = {name: row[name] for name in _TYPE_ATTRIBUTES}
    return TypeDefinition(**attributes, constraints=constraints).with_fields(map(definition_from_row, fields))


def _digests(alias: str) -> dict[int, tuple[str, str]]:
    """Return the keys of the types in a schema to what is in use."""
    types, type_params = _type_rows(with_constraints=_has_constraints(Target.for_alias(alias)))
    fields, field_params = _field_rows()
    # As `_load` makes them. Not by MD5, which neither Python nor PostgreSQL has on hosts that follow FIPS 140.
    query = f"""
        SELECT type.id, type.digest, encode(sha256(convert_to(coalesce(field.digests, ''), 'UTF8')), 'hex')
        FROM (SELECT found.id, {_DIGEST_OF_TYPE} AS digest FROM ({types}) found) type
        LEFT JOIN (
            SELECT found.custom_object_type_id AS type_id,
                   string_agg({_DIGEST_OF_FIELD}, '' ORDER BY found.id) AS digests
            FROM ({fields}) found GROUP BY 1
        ) field ON field.type_id = type.id
        ORDER BY type.id
    """
    with connections[alias].cursor() as cursor:
        cursor.execute(query, (*type_params, *field_params))
        return {pk: (own, of_fields) for pk, own, of_fields in cursor.fetchall()}


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


def _read(
    alias: str, statement: tuple[str, tuple], column: str, type_ids: Collection[int] | None, digest: str
) -> list[dict]:
    """Run a SELECT in the schema behind `alias`, of some types only if their ids are given; return rows by name."""
    query, params = statement
    query = f'SELECT found.*, {digest} AS digest FROM ({query}) found'
    if type_ids is not None:
        query, params = f'{query} WHERE found.{column} = ANY(%s)', (*params, [*type_ids])
    query = f'{query} ORDER BY found.{column}'
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
