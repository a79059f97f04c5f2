"""
Heals the tables of types after migrations: adds what NetBox's mixins gained, reports what a person must decide.

May import services. Must not stop at the first type that fails, and must never run when a process merely starts.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from ..constants import APP_LABEL
from ..ddl.executor import execute
from ..ddl.introspect import introspect_all
from ..ddl.locks import lock_definitions
from ..ddl.operations import AlterColumnType, RetireColumn
from ..ddl.plan import Plan
from ..ddl.spec import Schema
from ..ddl.target import MAIN_ALIAS, Target
from ..ddl.upkeep.not_null import empty_rows, set_not_null
from ..definitions import TypeDefinition, table_name, type_id_from_table_name
from ..exceptions import SchemaChangeRefused
from ..field_types.base_columns import base_columns
from ..models import CustomObjectType
from ..models.object_types import ensure_common_object_type
from ..models.revision import is_installed, lacks_migrations
from ..models.rows.loader import load_with_documents
from ..runtime.classes.registry import world
from ..runtime.context import mark_changed
from ..services.presence import hide_gone
from ..services.reconcile import is_ours, plan_all, reconcile
from ..services.staged.run_job import clean_up, describe_stale, stale_columns
from ..services.upkeep.schemas import OpenSchema, open_schemas
from .adoption.gate import INITIAL
from .drift import Drift, Kind, find_drift

logger = logging.getLogger('netbox.plugins.netbox_custom_objects.evolution')

ERRORS = (DatabaseError, ValidationError, SchemaChangeRefused)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What to do, beyond adding columns, about drift that a person must decide on."""

    finalize: bool = False
    convert: bool = False
    retire: bool = False

    def cover(self, drift: Drift) -> bool:
        return {Kind.STAGED: self.finalize, Kind.TYPE: self.convert, Kind.SURPLUS: self.retire}.get(drift.kind, False)


@dataclass(slots=True)
class Entry:
    """One thing that was found in one schema, and whether it is in order now."""

    schema: str
    type_id: int
    type: str
    what: str
    done: bool = False
    error: str = ''
    # Nothing needs to be done about it.
    is_note: bool = False


def heal(schema: OpenSchema, type_ids: set[int] | None = None, wishes: Wishes = Wishes(), dry_run=False) -> list[Entry]:
    """
    Compare the tables of one schema with what they should be, repair what can be, and return what was found.

    Each type is healed in a transaction of its own; one that fails is reported with its error and left as it was. Costs
    four queries if nothing is to do, however many types there are.

    Args:
        schema: main or a branch
        type_ids: the types to look at, None for all
        wishes: what to do about drift that is repaired on request only
        dry_run: change nothing
    """
    target = Target.for_alias(schema.alias)
    definitions, documents = load_with_documents(schema.alias)
    tables = introspect_all(target)
    names = {pk: definition.name for pk, definition in definitions.items()}
    found = []
    for type_id, plan in plan_all(schema.alias, definitions, tables).items():
        if type_ids is None or type_id in type_ids:
            entries = [Entry(schema.name, type_id, names.get(type_id, str(type_id)), text) for text in plan.describe()]
            if not dry_run:
                _do(entries, lambda type_id=type_id: reconcile(schema.alias, type_id))
            found += entries
    is_staged = any(table.is_staged for found in tables.values() for table in found.tables)
    for table, column in stale_columns(schema.alias) if is_staged else ():
        type_id = type_id_from_table_name(table)
        if type_ids is None or type_id in type_ids:
            entry = Entry(schema.name, type_id, names.get(type_id, str(type_id)), describe_stale(table, column))
            if not dry_run:
                _do([entry], lambda table=table, column=column: clean_up(schema.alias, table, column))
            found.append(entry)
    if any(entry.done for entry in found):
        tables = introspect_all(target)
    for type_id, drift in _all_drift(definitions, tables, type_ids):
        name = names.get(type_id, str(type_id))
        entry = Entry(schema.name, type_id, name, drift.describe())
        if wishes.cover(drift) and not dry_run:
            _do([entry], lambda type_id=type_id, drift=drift: resolve(target, type_id, drift))
        found.append(entry)
    found += _unbuilt(schema, type_ids)
    if not dry_run:
        failed = {entry.type_id for entry in found if entry.error}
        healed = {
            pk: definition
            for pk, definition in definitions.items()
            if (type_ids is None or pk in type_ids) and pk not in failed and is_ours(definition)
        }
        _remember_base(schema.alias, healed, documents)
    return found


def _unbuilt(schema: OpenSchema, type_ids: set[int] | None) -> Iterator[Entry]:
    """Yield what cannot be built, or cannot be called as it is."""
    current = world(schema.alias)
    for type_id, definition in current.all_definitions.items():
        if type_ids is None or type_id in type_ids:
            for fault in current.faults_of(type_id):
                yield Entry(schema.name, type_id, definition.name, fault.describe())
            for name, other in current.stand_ins(type_id).items():
                what = (
                    f'Field "{name}" has the name of a built-in attribute of all objects, which takes precedence. It '
                    f'is called {other} until it is renamed.'
                )
                yield Entry(schema.name, type_id, definition.name, what, done=True, is_note=True)


def resolve(target: Target, type_id: int, drift: Drift) -> None:
    """
    Do what a person asked for about one difference.

    Raises:
        SchemaChangeRefused: rows without a value, values that cannot be converted, too many rows to convert
    """
    mark_changed(target.alias)
    with transaction.atomic(using=target.alias):
        lock_definitions(target)
        if drift.kind is Kind.STAGED:
            if count := empty_rows(target, drift.table, drift.column.name):
                raise SchemaChangeRefused(f'{count} objects have no value yet.')
            set_not_null(target, drift.table, drift.column.name)
            return
        if drift.kind is Kind.TYPE:
            step = AlterColumnType(drift.table, drift.column, new_type=drift.wanted.column.type)
        else:
            step = RetireColumn(drift.table, drift.column, at=timezone.now().isoformat(timespec='seconds'))
        actual = introspect_all(target)[type_id]
        if execute(target, type_id, Plan((step,)), actual):
            raise SchemaChangeRefused(f'{drift.table} is too large; raise inline_row_limit.')


def after_migrate(using: str = MAIN_ALIAS, verbosity: int = 1, stdout=None, plan=(), **kwargs) -> None:
    """Heal main and every open branch once migrations have run (receiver of post_migrate, for this app alone)."""
    gone = (APP_LABEL, INITIAL) in {(step.app_label, step.name) for step, backwards in plan if backwards}
    if using != MAIN_ALIAS or gone or not is_installed(Target.for_alias(MAIN_ALIAS)):
        return
    ensure_common_object_type()
    # NetBox has just noted all models that it knows as public.
    hide_gone()
    for schema in open_schemas():
        if lacks_migrations(Target.for_alias(schema.alias)):
            # netbox-branching shows it on the branch's page, and its tables follow when it is migrated.
            continue
        try:
            with schema.activate():
                entries = heal(schema)
        except ERRORS as error:
            logger.info('%s could not be healed', schema.name, exc_info=True)
            entries = [Entry(schema.name, 0, 'all types', f'could not be checked: {error}')]
        for entry in entries:
            _report(entry, stdout if verbosity else None)


def _report(entry: Entry, stdout) -> None:
    text = f'{entry.schema}, {entry.type}: {entry.what} {entry.error}'.rstrip()
    if stdout is not None:
        stdout.write(f'  {text}\n')
    # Python shows warnings on the terminal where no logging is configured: what is printed already is not a warning.
    logger.log(logging.INFO if entry.done or stdout is not None else logging.WARNING, text)


def _remember_base(alias: str, definitions: dict[int, TypeDefinition], documents: dict[int, dict | None]) -> None:
    """Note in each type's `schema_document` which columns of the base its table was brought into line with."""
    for type_id, definition in definitions.items():
        columns = sorted(base_columns(definition), key=lambda column: column.name)
        document = documents[type_id] or {}
        if document.get('base_columns') != (snapshot := [column.snapshot() for column in columns]):
            # Not save(): this is not a user's change of the type.
            types = CustomObjectType.objects.using(alias).filter(pk=type_id)
            types.update(schema_document={**document, 'base_columns': snapshot})


def _all_drift(definitions, tables: dict[int, Schema], type_ids) -> Iterator[tuple[int, Drift]]:
    for type_id, schema in sorted(tables.items()):
        table = schema.table(table_name(type_id))
        definition = definitions.get(type_id)
        if table is None or table.retired or not (type_ids is None or type_id in type_ids):
            continue
        if definition is not None and not is_ours(definition):
            continue
        for drift in find_drift(table, base_columns(definition)):
            yield type_id, drift


def _do(entries: list[Entry], work) -> None:
    """Run the repair of some entries; note on them whether it succeeded, or why not."""
    try:
        work()
    except ERRORS as error:
        logger.info('%s could not be healed: %s', entries[0].type, error)
        for entry in entries:
            entry.error = f'Failed: {error}'
    else:
        for entry in entries:
            entry.done = True
