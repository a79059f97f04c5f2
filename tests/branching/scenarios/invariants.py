"""What must hold in main and in every branch after whatever was done, told as a list of violations."""

import re

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from core.models import ObjectChange
from extras.models import JournalEntry, TaggedItem

from netbox_custom_objects.constants import APP_LABEL
from netbox_custom_objects.ddl.introspect import introspect_all
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.definitions import (
    sequence_name,
    table_name,
    type_id_from_model_name,
)
from netbox_custom_objects.field_types import compile_type
from netbox_custom_objects.models.change_data import RETIRED_VALUES
from netbox_custom_objects.models.rows.loader import load_definitions
from netbox_custom_objects.services.reconcile import reconcile_all

# The field in the name of a column (`f_7`, `f_7_lat`) or of a link table.
FIELD_ID_RE = re.compile(r'(?:^|_)f_(\d+)')
# The field in a key of change data; a type with two columns adds a suffix (`web__7_title`).
KEY_RE = re.compile(r'^[a-z0-9_]+?__(\d+)(?:_[a-z]+)?$')
OUR_TABLES = r'^custom_objects_\d+(_f_\d+)?$'


def violations(aliases, may_dangle=frozenset()) -> list[str]:
    """
    Return one sentence for each broken invariant.

    Args:
        aliases: the connection aliases of main and of all branches that exist
        may_dangle: ids of types whose references may lead to what is gone
    """
    schemas = {alias: (load_definitions(alias), introspect_all(Target.for_alias(alias))) for alias in aliases}
    found = [*_abandoned_content_types(schemas), *_abandoned_sequences()]
    for alias, (definitions, tables) in schemas.items():
        for sentence in (
            *_drifted_tables(definitions, tables),
            *_hanging_links(alias, definitions, may_dangle),
            *_hanging_references(alias, definitions, may_dangle),
            *_hanging_attachments(alias),
            *_unknown_keys(alias, schemas),
        ):
            found.append(f'{alias}: {sentence}')
        if plans := reconcile_all(alias):
            found.append(f'{alias}: reconcile had to mend {plans}')
    return found


def _drifted_tables(definitions, tables):
    for type_id, definition in definitions.items():
        for wanted in compile_type(definition).tables:
            table = tables[type_id].table(wanted.name) if type_id in tables else None
            if table is None or table.retired:
                yield f'{wanted.name} is missing or retired'
            elif set(table.live_columns) != set(wanted.columns):
                yield f'{wanted.name} has the columns {table.live_columns}, not {wanted.columns}'
            elif unique_of(table) != unique_of(wanted):
                yield f'{wanted.name} has the indexes {table.indexes}, not {wanted.indexes}'
    for type_id, schema in tables.items():
        wanted = compile_type(definitions[type_id]) if type_id in definitions else None
        for table in schema.tables:
            if not table.retired and (wanted is None or wanted.table(table.name) is None):
                yield f'{table.name} belongs to no type or field, and is not retired'


def unique_of(table):
    """Return the unique indexes of columns in use: a retired column keeps its own."""
    live = {column.name for column in table.live_columns}
    return {index for index in table.indexes if index.unique and live.issuperset(index.columns)}


def _hanging_links(alias, definitions, may_dangle):
    for definition in definitions.values():
        for field in definition.fields:
            links = compile_type(definition).table(field.link_table)
            if links is None:
                continue
            yield from _missing(alias, field.link_table, 'source_id', table_name(definition.id))
            if field.target is not None and definition.id not in may_dangle:
                yield from _missing(alias, field.link_table, 'target_id', _table_of(field.target))


def _hanging_references(alias, definitions, may_dangle):
    for definition in definitions.values():
        for field in definition.fields:
            single = field.target is not None and any(c.name == field.column() for c in _columns(definition))
            if single and definition.id not in may_dangle:
                yield from _missing(alias, table_name(definition.id), field.column(), _table_of(field.target))


def _columns(definition):
    return compile_type(definition).table(definition.table).columns


def _table_of(target) -> str:
    return (
        table_name(target.type_id) if target.type_id else apps.get_model(target.app_label, target.model)._meta.db_table
    )


def _missing(alias, table, column, target_table):
    """Yield a sentence if values of a column name no row of the target's table, in the schema behind the alias."""
    target = Target.for_alias(alias)
    with target.cursor() as cursor:
        cursor.execute('SELECT to_regclass(%s)', [f'"{target.schema}"."{target_table}"'])
        exists = cursor.fetchone()[0] is not None
        condition = f'NOT EXISTS (SELECT 1 FROM "{target.schema}"."{target_table}" t WHERE t.id = r.{column})'
        cursor.execute(
            f'SELECT array_agg(r.{column}) FROM "{target.schema}"."{table}" r '
            f'WHERE r.{column} IS NOT NULL AND {condition if exists else "true"}'
        )
        if values := cursor.fetchone()[0]:
            yield f'{table}.{column} names rows of {target_table} that do not exist: {values}'


def _hanging_attachments(alias):
    """Tags and journal entries of objects that are gone; those of a retired table are kept with it."""
    target = Target.for_alias(alias)
    definitions = load_definitions(alias)
    types = {
        pk: type_id_from_model_name(model)
        for pk, model in ContentType.objects.filter(app_label=APP_LABEL).values_list('pk', 'model')
        if type_id_from_model_name(model) is not None
    }
    for model, type_column, id_column in (
        (TaggedItem, 'content_type_id', 'object_id'),
        (JournalEntry, 'assigned_object_type_id', 'assigned_object_id'),
    ):
        for content_type_id, type_id in types.items():
            rows = model.objects.using(alias).filter(**{type_column: content_type_id})
            ids = set(rows.values_list(id_column, flat=True))
            if ids and type_id in definitions:
                with target.cursor() as cursor:
                    cursor.execute(f'SELECT id FROM "{target.schema}"."{table_name(type_id)}"')
                    ids -= {pk for (pk,) in cursor.fetchall()}
            if ids:
                yield f'{model.__name__} of objects of type {type_id} that do not exist: {sorted(ids)}'


def _abandoned_content_types(schemas):
    known = {type_id for definitions, tables in schemas.values() for type_id in (*definitions, *tables)}
    for content_type in ContentType.objects.filter(app_label=APP_LABEL):
        type_id = type_id_from_model_name(content_type.model)
        if type_id is not None and type_id not in known:
            yield f'content type {content_type.model} belongs to no type and to no retired table'


def _abandoned_sequences():
    with connection.cursor() as cursor:
        cursor.execute(r"SELECT sequencename FROM pg_sequences WHERE sequencename ~ '^custom_objects_\d'")
        sequences = {name for (name,) in cursor.fetchall()}
        cursor.execute('SELECT tablename FROM pg_tables WHERE tablename ~ %s', [OUR_TABLES])
        wanted = {sequence_name(name) for (name,) in cursor.fetchall()}
    if sequences != wanted:
        yield f'sequences without tables: {sequences - wanted}; tables without sequences: {wanted - sequences}'


def _unknown_keys(alias, schemas):
    """Keys in change records that are neither attributes that every object has nor columns of a field."""
    tables = [table for _, found in schemas.values() for schema in found.values() for table in schema.tables]
    columns = [column.name for table in tables for column in table.columns]
    names = [name for name in [*columns, *(table.name for table in tables)] if FIELD_ID_RE.search(name)]
    field_ids = {int(FIELD_ID_RE.search(name)[1]) for name in names}
    base = {'created', 'last_updated', 'tags', 'owner', RETIRED_VALUES}
    for change in ObjectChange.objects.using(alias).filter(changed_object_type__model__regex=r'^table\d+model$'):
        for data in (change.prechange_data, change.postchange_data):
            for key in data or ():
                match = KEY_RE.match(key)
                if key not in base and not (match and int(match[1]) in field_ids):
                    yield f'change record {change.pk} ({change}) has the unknown key {key}'
