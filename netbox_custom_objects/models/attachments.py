"""
Attachments of the objects of a type, by NetBox's generic relations: journal entries, tags, images, bookmarks, ...

A type that is deleted keeps its objects in a retired table. Their attachments are set aside meanwhile, as rows would
refer to nothing (NetBox's own pages fail at that), and restored with the table. May import ddl.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from django.apps import apps
from django.contrib.contenttypes.fields import GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, models, transaction
from psycopg import sql

from netbox.models.features import ChangeLoggingMixin

from ..constants import APP_LABEL
from ..ddl.target import Target
from ..definitions import model_name
from ..settings import main_schema

# (model, condition on its rows, parameters)
Rows = tuple[type[models.Model], str, list]
# (field, name in its storage)
File = tuple[models.FileField, str]
_EVERYTHING = sql.SQL('TRUE')


class SetAside(models.Model):
    """One row of another table, in JSON, that is attached to a deleted object; in main, for all schemas."""

    schema = models.CharField(max_length=63)
    type_id = models.BigIntegerField()
    # Null if the object went with its whole type, with which it is restored.
    object_id = models.BigIntegerField(blank=True, null=True)
    table = models.CharField(max_length=63)
    row = models.JSONField()

    _netbox_private = True

    class Meta:
        indexes = (models.Index(fields=('schema', 'type_id'), name='nco_setaside_of_type'),)

    def __str__(self):
        return f'{self.schema}.{self.table}'


def set_aside(type_id: int, using: str, only_unlogged: bool = False) -> None:
    """
    Take the attachments of the objects of a type out of their tables, in one schema.

    Args:
        type_id: the type
        using: alias of the schema
        only_unlogged: leave what is change-logged to the deletion of each object, whose records bring it back
    """
    target = Target.for_alias(using)
    with target.cursor() as cursor:
        for model, condition, params in _attached(type_id, only_unlogged):
            if _exists(cursor, target, model):
                cursor.execute(
                    sql.SQL(
                        'WITH gone AS (DELETE FROM {table} WHERE {condition} RETURNING *) '
                        'INSERT INTO {aside} (schema, type_id, "table", "row") '
                        'SELECT %s, %s, %s, to_jsonb(gone) FROM gone'
                    ).format(table=_table(target, model), condition=sql.SQL(condition), aside=_aside()),
                    [*params, target.schema, type_id, model._meta.db_table],
                )


def leave_to_main(model: type[models.Model]) -> None:
    """
    Have deletions in branches leave what branches have no tables of: Django would delete the rows of main.

    Args:
        model: the class of a type, whose relations are its own
    """
    for relation in model._meta.private_fields:
        if isinstance(relation, GenericRelation):
            relation.bulk_related_objects = partial(_related_objects, relation, relation.bulk_related_objects)


def _related_objects(relation: GenericRelation, find: Callable, objects: list, using: str = DEFAULT_DB_ALIAS):
    found = find(objects, using)
    return found.none() if using != DEFAULT_DB_ALIAS and _is_unlogged(relation.related_model) else found


def set_objects_aside(type_id: int, pks: Iterable[int]) -> None:
    """
    Take what hangs on some objects of main without being change-logged out of its tables: their restoration needs it.

    Branches have no such tables of their own.
    """
    target = Target.for_alias(DEFAULT_DB_ALIAS)
    content_type = _content_type(type_id)
    gone, kept, params = [], [], []
    for number, (model, type_column, id_column) in enumerate(_unlogged(type_id) if content_type else ()):
        name = sql.Identifier(f'gone_{number}')
        gone.append(
            sql.SQL('{} AS (DELETE FROM {} WHERE {} = {} AND {} = ANY(%s) RETURNING *)').format(
                name, _table(target, model), sql.Identifier(type_column), sql.Literal(content_type.pk),
                sql.Identifier(id_column),
            )
        )  # fmt: skip
        kept.append(
            sql.SQL('SELECT {}, {}::bigint, {}, {}, to_jsonb({name}) FROM {name}').format(
                sql.Literal(target.schema), sql.Literal(type_id), sql.Identifier(id_column),
                sql.Literal(model._meta.db_table), name=name,
            )
        )  # fmt: skip
        params.append([*pks])
    if gone:
        query = sql.SQL('WITH {} INSERT INTO {} (schema, type_id, object_id, "table", "row") {}').format(
            sql.SQL(', ').join(gone), _aside(), sql.SQL(' UNION ALL ').join(kept)
        )
        with target.cursor() as cursor:
            cursor.execute(query, params)


def give_back(type_id: int, using: str, pks: Iterable[int] | None = None) -> None:
    """
    Put back what was set aside in a schema, without rows that need what was deleted meanwhile (a user, a tag).

    Args:
        type_id: the type
        using: alias of the schema
        pks: the ids of objects that are there again; what was set aside with the type if this is None
    """
    target = Target.for_alias(using)
    which = sql.SQL('aside.object_id IS NULL')
    if pks is not None:
        which = sql.SQL('aside.object_id = ANY({}::bigint[])').format(sql.Literal([*pks]))
    with target.cursor() as cursor:
        cursor.execute(
            sql.SQL('SELECT DISTINCT "table" FROM {} aside WHERE schema = %s AND type_id = %s AND {}').format(
                _aside(), which
            ),
            [target.schema, type_id],
        )
        tables = {name for (name,) in cursor.fetchall()}
        if not tables:
            return
        # Attachments of a journal entry come after it.
        for model in dict.fromkeys(model for model, _, _ in reversed(list(_attached(type_id)))):
            if model._meta.db_table in tables and _exists(cursor, target, model):
                _insert(cursor, target, type_id, model, which)
        _forget(cursor, target, type_id, which)


def count_lost(type_id: int, using: str, pks: Iterable[int]) -> Counter:
    """
    Return how many rows `give_back` would leave out, by model, because they need what was deleted meanwhile.

    Args:
        type_id: the type
        using: alias of the schema
        pks: the ids of objects that come back; what was set aside with the type is looked at, too
    """
    target, lost = Target.for_alias(using), Counter()
    rows = SetAside.objects.using(DEFAULT_DB_ALIAS).filter(schema=target.schema, type_id=type_id)
    tables = set(rows.values_list('table', flat=True))
    with target.cursor() as cursor:
        for model in dict.fromkeys(model for model, _, _ in _attached(type_id)) if tables else ():
            if model._meta.db_table in tables and _exists(cursor, target, model):
                cursor.execute(
                    sql.SQL(
                        'SELECT count(*) FROM {} aside WHERE schema = %s AND type_id = %s AND "table" = %s '
                        'AND (object_id IS NULL OR object_id = ANY(%s)) AND NOT ({})'
                    ).format(_aside(), _what_is_there(target, model)[1]),
                    [target.schema, type_id, model._meta.db_table, [*pks]],
                )
                lost[model] += cursor.fetchone()[0]
    return +lost


def give_back_present() -> None:
    """Put back what was set aside with single objects of main that are there again, as after a revert."""
    target = Target.for_alias(DEFAULT_DB_ALIAS)
    found = SetAside.objects.using(DEFAULT_DB_ALIAS).filter(schema=target.schema, object_id__isnull=False)
    by_type: dict[int, set[int]] = {}
    for type_id, pk in found.values_list('type_id', 'object_id').distinct():
        by_type.setdefault(type_id, set()).add(pk)
    for type_id, pks in by_type.items():
        objects = apps.get_model(APP_LABEL, model_name(type_id)).objects.using(DEFAULT_DB_ALIAS)
        if there := list(objects.filter(pk__in=pks).values_list('pk', flat=True)):
            give_back(type_id, DEFAULT_DB_ALIAS, there)


def forget_unrestorable() -> None:
    """Drop what was set aside with objects whose deletion is not on record any more."""
    with Target.for_alias(DEFAULT_DB_ALIAS).cursor() as cursor:
        cursor.execute(
            sql.SQL(
                'DELETE FROM {} aside WHERE object_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {} record '
                "WHERE record.action = 'delete' AND record.changed_object_id = aside.object_id "
                'AND record.changed_object_type_id = (aside."row" ->> \'object_type_id\')::int)'
            ).format(_aside(), sql.Identifier(main_schema(), 'core_objectchange'))
        )


def logged_attachments(type_id: int) -> list[tuple[type[models.Model], str, str]]:
    """Return (model, name of the content type's field, of the id's field) of attachments of objects that are logged."""
    return [
        (relation.related_model, relation.content_type_field_name, relation.object_id_field_name)
        for relation in apps.get_model(APP_LABEL, model_name(type_id))._meta.private_fields
        if isinstance(relation, GenericRelation) and issubclass(relation.related_model, ChangeLoggingMixin)
    ]


def forget_set_aside(schema: str) -> None:
    """Drop what was set aside in a schema that is gone."""
    SetAside.objects.using(DEFAULT_DB_ALIAS).filter(schema=schema).delete()


def drop_attached(type_id: int, using: str) -> Counter:
    """
    Permanently delete attachments of objects of a type, set aside or not, in one schema; return rows by table.

    The files of images are deleted, too, once this is committed, unless rows of any schema still name them.
    """
    target = Target.for_alias(using)
    dropped: Counter = Counter()
    files: set[File] = set()
    with target.cursor() as cursor:
        for model, condition, params in _attached(type_id):
            if _exists(cursor, target, model):
                query = sql.SQL('DELETE FROM {} gone WHERE {} RETURNING to_jsonb(gone)').format(
                    _table(target, model), sql.SQL(condition)
                )
                cursor.execute(query, params)
                dropped[model._meta.db_table] += cursor.rowcount
                files |= _files(model, cursor.fetchall())
        query = sql.SQL('SELECT "row" FROM {} WHERE schema = %s AND type_id = %s AND "table" = %s').format(_aside())
        for model in {model for model, _, _ in _attached(type_id)}:
            cursor.execute(query, [target.schema, type_id, model._meta.db_table])
            files |= _files(model, cursor.fetchall())
        _forget(cursor, target, type_id)
    if files:
        transaction.on_commit(partial(delete_files, target, files), using=using, robust=True)
    return +dropped


def _files(model: type[models.Model], rows: list[tuple]) -> set[File]:
    """Return the files that some rows, as JSON, name."""
    fields = [field for field in model._meta.concrete_fields if isinstance(field, models.FileField)]
    loaded = [row if isinstance(row, dict) else json.loads(row) for (row,) in rows if fields]
    return {(field, row[field.column]) for row in loaded for field in fields if row.get(field.column)}


def delete_files(target: Target, files: set[File]) -> list[File]:
    """Delete files that no row names, in any schema, set aside or not; return these files."""
    deleted = []
    with target.cursor() as cursor:
        for field, name in sorted(files, key=lambda file: file[1]):
            table = field.model._meta.db_table
            named = [
                sql.SQL('SELECT 1 FROM {} WHERE {} = {}').format(found, sql.Identifier(field.column), sql.Literal(name))
                for found in tables_named(cursor, table)
            ]
            named.append(
                sql.SQL('SELECT 1 FROM {} WHERE "table" = {} AND "row" ->> {} = {}').format(
                    _aside(), *map(sql.Literal, (table, field.column, name))
                )
            )
            cursor.execute(sql.SQL('SELECT EXISTS ({})').format(sql.SQL(' UNION ALL ').join(named)))
            if not cursor.fetchone()[0]:
                field.storage.delete(name)
                deleted.append((field, name))
    return deleted


def tables_named(cursor, name: str) -> list[sql.Identifier]:
    """Return the tables of a name, in all schemas."""
    cursor.execute(
        'SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace '
        "WHERE c.relname = %s AND c.relkind = 'r'",
        [name],
    )
    return [sql.Identifier(schema, name) for (schema,) in cursor.fetchall()]


def _attached(type_id: int, only_unlogged: bool = False) -> Iterator[Rows]:
    """Yield where rows hang on objects of a type; before each table the one whose rows hang on those of it."""
    content_types = ContentType.objects.db_manager(DEFAULT_DB_ALIAS)
    content_type = _content_type(type_id)
    if content_type is None:
        return
    for model, type_column, _id_column in _relations(apps.get_model(APP_LABEL, model_name(type_id))):
        if only_unlogged and not _is_unlogged(model):
            continue
        condition, params = f'"{type_column}" = %s', [content_type.pk]
        for inner, inner_type, inner_id in _relations(model):
            # Unqualified: the table is looked for in a branch's schema first, as everything is.
            rows = f'SELECT id FROM "{model._meta.db_table}" WHERE {condition}'
            yield (
                inner,
                f'"{inner_type}" = %s AND "{inner_id}" IN ({rows})',
                [content_types.get_for_model(model).pk, *params],
            )
        yield model, condition, params
    notifications = apps.get_model('extras', 'notification')
    yield notifications, '"object_type_id" = %s', [content_type.pk]


def _content_type(type_id: int) -> ContentType | None:
    content_types = ContentType.objects.db_manager(DEFAULT_DB_ALIAS)
    return content_types.filter(app_label=APP_LABEL, model=model_name(type_id)).first()


def _is_unlogged(model: type[models.Model]) -> bool:
    """Whether what hangs on an object has no change records; tags are in the record of the object."""
    return not issubclass(model, ChangeLoggingMixin) and model._meta.label_lower != 'extras.taggeditem'


def _unlogged(type_id: int) -> Iterator[tuple[type[models.Model], str, str]]:
    """Yield (model, column of the content type, column of the id) of what hangs on objects without being logged."""
    relations = _relations(apps.get_model(APP_LABEL, model_name(type_id)))
    yield from (found for found in relations if _is_unlogged(found[0]))
    yield apps.get_model('extras', 'notification'), 'object_type_id', 'object_id'


def _relations(model: type[models.Model]) -> Iterator[tuple[type[models.Model], str, str]]:
    """Yield (model, column of the content type, column of the id) of attachments of a model's objects."""
    for relation in model._meta.private_fields:
        if isinstance(relation, GenericRelation):
            fields = relation.related_model._meta
            yield (
                relation.related_model,
                fields.get_field(relation.content_type_field_name).column,
                fields.get_field(relation.object_id_field_name).column,
            )


def _insert(cursor, target: Target, type_id: int, model: type[models.Model], which: sql.Composable) -> None:
    """Put rows back; a column that the table gained meanwhile takes its default."""
    row, conditions = _what_is_there(target, model)
    present = _writable_columns(cursor, target, model)
    cursor.execute(
        sql.SQL(
            'SELECT DISTINCT ARRAY(SELECT jsonb_object_keys("row") ORDER BY 1) FROM {} aside '
            'WHERE schema = %s AND type_id = %s AND "table" = %s AND {}'
        ).format(_aside(), which),
        [target.schema, type_id, model._meta.db_table],
    )
    for (keys,) in cursor.fetchall():
        stored = [key for key in keys if key in present]
        added = _defaults(target, model, present - set(keys))
        cursor.execute(
            sql.SQL(
                'INSERT INTO {table} ({columns}) SELECT {values} FROM {aside} aside '
                'CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, {row}) stored '
                'WHERE aside.schema = %s AND aside.type_id = %s AND aside."table" = %s '
                'AND ARRAY(SELECT jsonb_object_keys(aside."row") ORDER BY 1) = %s AND {which} AND {conditions} '
                'ON CONFLICT DO NOTHING'
            ).format(
                table=_table(target, model),
                columns=sql.SQL(', ').join(map(sql.Identifier, [*stored, *added])),
                values=sql.SQL(', ').join(
                    [*(sql.Identifier('stored', key) for key in stored), *(sql.SQL('%s'),) * len(added)]
                ),
                row=row,
                aside=_aside(),
                which=which,
                conditions=conditions,
            ),
            [*added.values(), target.schema, type_id, model._meta.db_table, keys],
        )


def _what_is_there(target: Target, model: type[models.Model]) -> tuple[sql.Composable, sql.Composable]:
    """Return a stored row without what was deleted meanwhile, and the condition that all is there that it must have."""
    row, conditions = sql.SQL('aside."row"'), [sql.SQL('TRUE')]
    for field in model._meta.concrete_fields:
        if field.remote_field is None:
            continue
        there = sql.SQL('EXISTS (SELECT 1 FROM {} there WHERE there.{} = (aside."row" ->> {})::{})').format(
            sql.Identifier(field.remote_field.model._meta.db_table),
            sql.Identifier(field.target_field.column),
            sql.Literal(field.column),
            sql.SQL(field.db_type(target.connection)),
        )
        if field.null:
            row = sql.SQL("{} || CASE WHEN {} THEN '{{}}'::jsonb ELSE jsonb_build_object({}, NULL) END").format(
                row, there, sql.Literal(field.column)
            )
        else:
            conditions.append(there)
    return row, sql.SQL(' AND ').join(conditions)


def _writable_columns(cursor, target: Target, model: type[models.Model]) -> set[str]:
    cursor.execute(
        'SELECT attname FROM pg_attribute '
        "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
        [_table(target, model).as_string()],
    )
    return {name for (name,) in cursor.fetchall()}


def _defaults(target: Target, model: type[models.Model], columns: set[str]) -> dict[str, object]:
    """Return the defaults that Django, rather than the database, has for some columns."""
    fresh = model()
    return {
        field.column: field.get_db_prep_save(field.pre_save(fresh, True), target.connection)
        for field in model._meta.concrete_fields
        if field.column in columns and not field.has_db_default()
    }


def _forget(cursor, target: Target, type_id: int, which: sql.Composable = _EVERYTHING) -> None:
    query = sql.SQL('DELETE FROM {} aside WHERE schema = %s AND type_id = %s AND {}').format(_aside(), which)
    cursor.execute(query, [target.schema, type_id])


def _exists(cursor, target: Target, model: type[models.Model]) -> bool:
    """Whether a schema has a table of a model: branches share some with main, whose rows belong to main's objects."""
    cursor.execute('SELECT to_regclass(%s)', [f'"{target.schema}"."{model._meta.db_table}"'])
    return cursor.fetchone()[0] is not None


def _table(target: Target, model: type[models.Model]) -> sql.Identifier:
    return sql.Identifier(target.schema, model._meta.db_table)


def _aside() -> sql.Identifier:
    return sql.Identifier(main_schema(), SetAside._meta.db_table)
