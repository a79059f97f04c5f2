"""
Removal: removes everything of this plugin from a NetBox that continues without it.

What is of use afterwards is exported first. Tables of ours that migrations made are left to `migrate ... zero`.
"""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from psycopg import sql

from extras.models import CustomField, CustomLink, Dashboard, EventRule, ExportTemplate, SavedFilter, TaggedItem

from ...constants import APP_LABEL
from ...ddl.locks import lock_definitions, with_retries
from ...ddl.target import MAIN_ALIAS, Target
from ...ddl.upkeep.removal import all_tables, drop_all
from ...definitions import model_name, type_id_from_model_name
from ...exceptions import CustomObjectsError
from ...models import CustomObjectType
from ...models.attachments import SetAside, drop_attached
from ...models.revision import Revision, bump_shared_token
from ...runtime.classes.registry import world
from ...runtime.inbound.stored import in_chunks
from .foreign_rows import ForeignRows

# What is for some types of objects: deleted if these are all ours, else it loses ours.
FOR_TYPES = (CustomLink, EventRule, ExportTemplate, SavedFilter)


class RemovalRefused(CustomObjectsError):
    """Nothing was removed; the message says what to do first."""


@dataclass(frozen=True, slots=True)
class Removed:
    """What there was, and is gone unless it was a dry run."""

    tables: tuple[str, ...]
    # Rows of tables of NetBox and of other plugins, by table.
    rows: Counter


class Undo(Exception):
    """Ends a dry run."""


def export(directory: Path) -> list[Path]:
    """
    Write a JSON file for each type of main, with its definition, fields and objects; return the paths.

    Raises:
        RemovalRefused: values of fields that are left out would be missing
    """
    _refuse_left_out()
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for custom_object_type in CustomObjectType.objects.using(MAIN_ALIAS).order_by('name'):
        path = directory / f'{custom_object_type.name}.json'
        model = apps.get_model(APP_LABEL, model_name(custom_object_type.pk))
        with path.open('w', encoding='utf-8') as file:
            file.write('{"type": ' + _json(custom_object_type.serialize_object()) + ',\n"fields": [')
            _write(file, (field.serialize_object() for field in custom_object_type.fields.using(MAIN_ALIAS)))
            file.write('],\n"objects": [')
            chunks = in_chunks(model.objects.using(MAIN_ALIAS).prefetch_related('tags'))
            _write(file, ({'id': row.pk, **row.serialize_object()} for chunk in chunks for row in chunk))
            file.write(']}\n')
        written.append(path)
    return written


def _refuse_left_out() -> None:
    faults = (fault for found in world(MAIN_ALIAS).faults.values() for fault in found)
    # A field without a column has no values.
    if found := sorted(str(fault) for fault in faults if fault.field is None or not fault.lacks_storage):
        raise RemovalRefused(
            f'These cannot be exported. Repair or delete them first, or remove everything with --no-export. '
            f'{" ".join(found)}'
        )


def _write(file, items) -> None:
    for number, item in enumerate(items):
        file.write((',\n' if number else '\n') + _json(item))


def _json(value) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)


def refuse_branches() -> None:
    """Raise RemovalRefused if branches have tables of types."""
    main = Target.for_alias(MAIN_ALIAS)
    if branches := sorted(set(all_tables(main)) - {main.schema}):
        raise RemovalRefused(
            f'Branches also have custom objects. Merge, archive or delete the branches with these schemas: '
            f'{", ".join(branches)}.'
        )


def remove(
    dry_run: bool = False, report: Callable[[str], None] = lambda text: None, directory: Path | None = None
) -> Removed:
    """
    Export all types, then delete them with their tables, and every row of NetBox that refers to one; one transaction.

    Nothing is logged: the change records of what is removed go as well.

    Args:
        dry_run: tell what there is, and keep it
        report: is told of each step
        directory: where to export to, which happens while no object can be written; None for no export

    Raises:
        RemovalRefused: branches have tables of types, or values cannot be exported
        SchemaLocked: types or objects are being changed
        DatabaseError: something that is not ours, such as a view, depends on a table
    """
    refuse_branches()
    target = Target.for_alias(MAIN_ALIAS)
    try:
        with transaction.atomic(using=MAIN_ALIAS):
            lock_definitions(target)
            if directory is not None:
                _lock_objects(target)
                for path in export(directory):
                    report(f'Exported: {path}')
            removed = _remove(target, report)
            if dry_run:
                raise Undo
    except Undo:
        ContentType.objects.clear_cache()
        return removed
    ContentType.objects.clear_cache()
    return removed


def _lock_objects(target: Target) -> None:
    """Let others read objects, their links and tags, and write none, until the transaction ends."""
    tables = sorted({*all_tables(target).get(target.schema, ()), TaggedItem._meta.db_table})
    for table in tables:
        with_retries(target, table, partial(_lock_table, target, table))


def _lock_table(target: Target, table: str) -> None:
    with target.cursor() as cursor:
        cursor.execute(sql.SQL('LOCK TABLE {} IN SHARE MODE').format(sql.Identifier(target.schema, table)))


def _remove(target: Target, report: Callable[[str], None]) -> Removed:
    content_types = ContentType.objects.using(MAIN_ALIAS).filter(app_label=APP_LABEL)
    pks = list(content_types.values_list('pk', flat=True))
    tables = tuple(all_tables(target).get(target.schema, ()))
    rows: Counter = Counter()
    for custom_field in CustomField.objects.using(MAIN_ALIAS).filter(related_object_type__in=pks):
        report(f'Custom field {custom_field.name}, which refers to custom objects')
        custom_field.delete()
        rows[CustomField._meta.db_table] += 1
    for model in FOR_TYPES:
        for row in model.objects.using(MAIN_ALIAS).filter(object_types__in=pks).distinct():
            if not row.object_types.exclude(pk__in=pks).exists():
                report(f'{model._meta.verbose_name} {row}, which is for custom objects only')
                row.delete()
                rows[model._meta.db_table] += 1
    _clear_dashboards(report)
    for name in content_types.filter(model__regex=r'^table\d+model$').values_list('model', flat=True):
        rows += drop_attached(type_id_from_model_name(name), MAIN_ALIAS)
    foreign = ForeignRows(target, rows)
    types = CustomObjectType._meta.db_table
    foreign.delete(types, sql.SQL('TRUE'))
    if pks:
        ours = sql.SQL('id = ANY({})').format(sql.Literal(pks))
        foreign.delete(ContentType._meta.db_table, ours)
    for model in (SetAside, Revision):
        model.objects.using(MAIN_ALIAS).all().delete()
    report(f'{len(tables)} tables of types')
    drop_all(target)
    bump_shared_token()
    return Removed(tables, rows)


def _clear_dashboards(report: Callable[[str], None]) -> None:
    """Take the lists of custom objects off the home pages of users: NetBox could not show these any more."""
    for dashboard in Dashboard.objects.using(MAIN_ALIAS).all():
        config = {
            key: widget
            for key, widget in dashboard.config.items()
            if not str((widget.get('config') or {}).get('model', '')).startswith(f'{APP_LABEL}.')
        }
        if len(config) < len(dashboard.config):
            report(f'Lists of custom objects on the home page of {dashboard.user}')
            dashboard.config = config
            dashboard.layout = [place for place in dashboard.layout if place.get('id') in config]
            dashboard.save()
