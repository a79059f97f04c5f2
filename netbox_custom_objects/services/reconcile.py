"""
reconcile: make the tables of one type, in one schema, what its definition rows ask for.

Idempotent, so that a user's edit, a merge, a sync, a revert, a retry and a repair are all the same call. Loads rows,
compiles them, compares with the catalog, executes the plan: read this file to see the engine in one piece.
"""

import logging
from contextvars import ContextVar
from dataclasses import replace

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..ddl.diff import diff
from ..ddl.executor import execute, split
from ..ddl.introspect import introspect, introspect_all
from ..ddl.locks import lock_definitions
from ..ddl.operations import AddColumn, CalculateColumn
from ..ddl.plan import Plan
from ..ddl.spec import Schema
from ..ddl.target import Target
from ..definitions import FieldDefinition, TypeDefinition, constraint_id_from_name
from ..exceptions import DuplicateValues, SchemaChangeRefused, ValuesTooLong, ViolatedCheck
from ..field_types import compile_type, field_type_of, fills_of
from ..models.rows.loader import load_definitions
from ..runtime.classes.registry import forget_lacking
from ..runtime.context import mark_changed
from ..runtime.released import Rule, is_released
from .presence import follow_table
from .preview import current_preview
from .staged.guard import refuse_while_staged
from .upkeep.deferred import enqueue_deferred
from .upkeep.rewriting import enqueue_if_worth_it

logger = logging.getLogger('netbox.plugins.netbox_custom_objects')


def reconcile(alias: str, type_id: int, deleted: FieldDefinition | None = None) -> Plan:
    """
    Bring the tables of one type into line with its definition, and return the plan that was carried out.

    While a preview is made, the plan is noted there and not carried out. In a block of `Postponed` nothing is done yet.

    Steps that would take long on a big table are queued as a job when the transaction commits.

    Args:
        alias: connection alias; its schema alone is read and changed
        type_id: the type; if it has no row in that schema, its tables are retired
        deleted: a field that was just deleted; objects get its default that are made until it is restored

    Raises:
        SchemaLocked, SchemaChangeRefused, UnconvertibleValues: see ddl.executor.execute and `refuse_while_staged`;
            nothing was changed
        SchemaChangeRefused: the type has not been taken over from the vendor plugin yet
    """
    target = Target.for_alias(alias)
    mark_changed(alias)
    preview = current_preview()
    if (postponed := _postponing.get()) is not None and preview is None:
        postponed.note(alias, type_id)
        return Plan(())
    with transaction.atomic(using=alias):
        # The lock comes before the reading: what a concurrent transaction committed meanwhile must be seen, or its
        # columns would seem to belong to no field and be retired.
        lock_definitions(target)
        plan, actual = plan_for(target, type_id, deleted)
        refuse_while_staged(alias, type_id, plan)
        if preview is not None:
            preview.note(target, type_id, plan, actual)
        elif plan:
            if execute(target, type_id, plan, actual):
                transaction.on_commit(lambda: enqueue_deferred(alias, type_id), using=alias)
            forget_lacking(target.schema)
            follow_table(target, type_id, plan)
            if any(isinstance(operation, (AddColumn, CalculateColumn)) for operation in plan):
                enqueue_if_worth_it(alias, type_id)
    return plan


def plan_for(target: Target, type_id: int, deleted: FieldDefinition | None = None) -> tuple[Plan, Schema]:
    """Return what reconcile would do now, and the introspected schema that it would do it to."""
    definition = load_definitions(target.alias, type_id).get(type_id)
    if definition and not is_ours(definition):
        raise SchemaChangeRefused(
            _(
                'Type {name} has not been taken over from the vendor plugin: run adopt_custom_objects, or migrate.'
            ).format(name=definition.name)
        )
    actual = introspect(target, type_id)
    return plan_of(definition, actual, deleted), actual


def plan_of(definition: TypeDefinition | None, actual: Schema, deleted: FieldDefinition | None = None) -> Plan:
    """Return what makes the tables of a type what its definition asks for; retires them if it has none."""
    desired = _without_released(definition, compile_type(definition, actual)) if definition else Schema()
    fills = fills_of(deleted) if deleted else {}
    return diff(actual, desired, now=timezone.now().isoformat(timespec='seconds'), fills=fills)


def _without_released(definition: TypeDefinition, desired: Schema) -> Schema:
    """Return the tables of a type without what enforces that which a replay has released."""
    names = {constraint.id for constraint in definition.constraints if is_released(Rule(constraint.id))}
    columns = {
        field_type_of(field).get_unique_columns(field)
        for field in definition.fields
        if is_released(Rule(field.id, of_field=True))
    }
    if not names and not columns:
        return desired
    table = desired.table(definition.table)
    indexes = [
        index
        for index in table.indexes
        if constraint_id_from_name(index.constraint) not in names and not (index.unique and index.columns in columns)
    ]
    checks = [check for check in table.checks if constraint_id_from_name(check.name) not in names]
    return desired.replace(table.name, replace(table, indexes=tuple(indexes), checks=tuple(checks)))


class Postponed:
    """
    A context manager in which types are noted and not reconciled: many new fields of a type then cost what one does.

    Who uses it must catch up before anything reads or changes the tables of a type, and before the transaction ends.
    """

    def __init__(self):
        self._noted: dict[tuple[str, int], None] = {}

    def __enter__(self):
        self._reset = _postponing.set(self)
        return self

    def __exit__(self, *exception):
        _postponing.reset(self._reset)

    def note(self, alias: str, type_id: int) -> None:
        self._noted[alias, type_id] = None

    def types(self, alias: str) -> list[int]:
        """Return the ids of the types that were noted, in this order."""
        return [type_id for noted, type_id in self._noted if noted == alias]

    def catch_up(self, alias: str, type_id: int) -> None:
        """Reconcile a type, if it was noted; raises as `reconcile` does."""
        if (alias, type_id) not in self._noted:
            return
        # First: what is called meanwhile may ask for the same.
        del self._noted[alias, type_id]
        try:
            reconcile(alias, type_id)
        except Exception:
            self._noted[alias, type_id] = None
            raise


_postponing: ContextVar[Postponed | None] = ContextVar('netbox_custom_objects_postponing', default=None)


def refusal(target: Target, definition: TypeDefinition) -> str:
    """Return why the tables of a type cannot be brought into line with a definition at once, '' if they can."""
    actual = introspect(target, definition.id)
    try:
        split(target, diff(actual, compile_type(definition, actual), now=''), actual)
    except SchemaChangeRefused as error:
        return str(error)
    return ''


def reconcile_all(alias: str) -> dict[int, Plan]:
    """
    Reconcile every type of one schema, and tables whose type is gone; return the plans that were run.

    Costs four queries when nothing is to do, however many types there are. A type whose objects do not meet a
    constraint that is to be enforced is left as it is.
    """
    done = {}
    for type_id in plan_all(alias):
        try:
            done[type_id] = reconcile(alias, type_id)
        except (DuplicateValues, ValuesTooLong, ViolatedCheck) as error:
            # The other types do not wait until the objects are corrected; the type's page names them.
            logger.error('%s: %s', alias, error)
    return done


def is_ours(definition: TypeDefinition) -> bool:
    """Whether the tables of a type follow from its definition; not before a take-over, nor on the way back."""
    return all(field.payload_key for field in definition.fields)


def plan_all(alias: str, definitions=None, actual: dict[int, Schema] | None = None) -> dict[int, Plan]:
    """Return what `reconcile_all` would do now, by type id; reads the definitions and tables that it is not given."""
    definitions = load_definitions(alias) if definitions is None else definitions
    actual = introspect_all(Target.for_alias(alias)) if actual is None else actual
    now = timezone.now().isoformat(timespec='seconds')
    plans = {}
    for type_id in sorted({*definitions, *actual}):
        if type_id in definitions and not is_ours(definitions[type_id]):
            # Its columns would seem to belong to no field, and empty ones of ours would be added.
            continue
        found = actual.get(type_id, Schema())
        try:
            desired = compile_type(definitions[type_id], found) if type_id in definitions else Schema()
        except Exception:  # it must not stop the other types
            # The World tells which field it is, and why; other types need not wait until that is repaired.
            logger.exception('%s: the tables of type %s cannot be determined', alias, type_id)
            continue
        if plan := diff(found, desired, now=now):
            plans[type_id] = plan
    return plans
