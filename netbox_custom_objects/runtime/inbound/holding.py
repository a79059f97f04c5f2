"""
What a transaction holds, so that references hold between transactions as foreign keys would make them (decision 5).

Writing a reference locks its target FOR KEY SHARE until the transaction ends. A deletion locks its object FOR UPDATE,
and looks for referrers after that. One of the two waits for the other, and then sees what it did. Reads and writes over
the connection that it is told, and never outside of a transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from django.db import connections, transaction
from django.db.models import ForeignKey, Model, QuerySet
from psycopg import sql

from ...exceptions import TargetGone
from ...field_types.polymorphic.keys import model_of, target_of
from ...models.concurrency import meeting
from ..context import fit, in_replay
from ..relations.polymorphic import ContentTypeKey, GenericReference

# (table, name of its key), and with the id of a row.
Table = tuple[str, str]
Row = tuple[Table, int]
Targets = dict[type[Model], set[int]]


@dataclass(eq=False)
class Held:
    """
    The rows that the current transaction of one connection holds, and those that it has deleted.

    It is called when that commits, which does nothing: it is among what Django calls then for as long as the
    transaction goes on. The block that began it does not tell: a decorator's is entered again for each call.
    """

    # The savepoints within which a row was locked: rolling one of them back releases it.
    rows: dict[Row, tuple[str, ...]] = field(default_factory=dict)
    deleted: set[Row] = field(default_factory=set)
    # Where it was found among these the last time.
    place: int = 0

    def __call__(self):
        pass

    def is_among(self, hooks: list[tuple]) -> bool:
        if not (self.place < len(hooks) and hooks[self.place][1] is self):
            self.place = next((place for place, hook in enumerate(hooks) if hook[1] is self), len(hooks))
        return self.place < len(hooks)


# Whether references may be written whose targets are missing, for what finds and clears those when it is done.
_is_lenient: ContextVar[bool] = ContextVar('netbox_custom_objects_lenient_references', default=False)
_held: WeakKeyDictionary[object, Held] = WeakKeyDictionary()


def _held_by(using: str) -> tuple[Held, tuple[str, ...]]:
    """Return what is held over a connection, and its savepoints."""
    connection = connections[using]
    held = _held.get(connection)
    if held is None or not held.is_among(connection.run_on_commit):
        held = _held[connection] = Held()
    return held, tuple(filter(None, connection.savepoint_ids))


def _remember(held: Held, using: str) -> None:
    """Let what is held be found until the transaction ends."""
    if not held.is_among(connections[using].run_on_commit):
        transaction.on_commit(held, using=using)


def _table(model: type[Model], using: str) -> Table | None:
    """Return where objects of a model are in a schema, None if it has no such objects."""
    found = fit(model, using) if hasattr(model, '_type_id') else model._meta.concrete_model
    return None if found is None else (found._meta.db_table, found._meta.pk.column)


@contextmanager
def missing_targets_allowed() -> Iterator[None]:
    """Write references whose targets are missing; the caller must look for them before the transaction ends."""
    reset = _is_lenient.set(True)
    try:
        yield
    finally:
        _is_lenient.reset(reset)


def _may_be_missing() -> bool:
    """Whether a target may be missing: while changes are replayed, it may come later."""
    return _is_lenient.get() or in_replay()


def hold(targets: Targets, using: str) -> set[Row]:
    """
    Lock rows FOR KEY SHARE until the transaction ends: in one statement, by table and id; none if all are held.

    Args:
        targets: the ids of objects, by model
        using: the alias of the schema

    Returns:
        the rows that do not exist
    """
    held, savepoints = _held_by(using)
    wanted: dict[Table, set[int]] = defaultdict(set)
    for model, pks in targets.items():
        if (table := _table(model, using)) is not None:
            wanted[table] |= {pk for pk in pks if not _is_held(held, savepoints, (table, pk))}
    wanted = {table: wanted[table] for table in sorted(wanted) if wanted[table]}
    if not wanted:
        return set()
    tables = list(wanted)
    statement = sql.SQL(' UNION ALL ').join(_selection(number, table) for number, table in enumerate(tables))
    with connections[using].cursor() as cursor:
        cursor.execute(statement, [sorted(wanted[table]) for table in tables])
        found = {(tables[number], pk) for number, pk in cursor.fetchall()}
    if found:
        held.rows |= dict.fromkeys(found, savepoints)
        _remember(held, using)
    return {(table, pk) for table, pks in wanted.items() for pk in pks} - found


def _selection(number: int, table: Table) -> sql.Composable:
    return sql.SQL(
        'SELECT {number}, held.id FROM (SELECT {key} AS id FROM {table} WHERE {key} = ANY(%s::bigint[]) ORDER BY 1 '
        'FOR KEY SHARE) AS held'
    ).format(number=number, key=sql.Identifier(table[1]), table=sql.Identifier(table[0]))


def _is_held(held: Held, savepoints: tuple[str, ...], row: Row) -> bool:
    since = held.rows.get(row)
    return since is not None and savepoints[: len(since)] == since


def hold_or_refuse(targets: Targets, using: str) -> None:
    """
    Lock the targets of references; while changes are replayed, a target may come later.

    Raises:
        TargetGone: one of them does not exist
    """
    if connections[using].in_atomic_block and hold(targets, using) and not _may_be_missing():
        raise meeting(TargetGone())


def hold_objects(objects: Iterable[Model], using: str) -> None:
    """Lock objects that are about to be referred to; see `hold_or_refuse`."""
    if targets := targets_of((), objects):
        hold_or_refuse(targets, using)


def hold_links(instance: Model, model: type[Model], pks: Iterable[int], using: str) -> None:
    """Lock both ends of links that are about to be made; see `hold_or_refuse`."""
    targets: Targets = defaultdict(set, {type(instance): {instance.pk}})
    targets[model] |= set(pks)
    hold_or_refuse(targets, using)


def hold_keys(keys: Iterable[tuple[int, int]], source: Model, using: str) -> None:
    """Lock the targets of new polymorphic links, and the object that they belong to; see `hold_or_refuse`."""
    targets: Targets = defaultdict(set, {type(source): {source.pk}})
    for content_type, pk in keys:
        if (model := model_of(target_of(content_type))) is not None:
            targets[model].add(pk)
    hold_or_refuse(targets, using)


@dataclass(frozen=True, slots=True)
class Reference:
    """What an object in memory refers to by one of its fields."""

    # {attribute: value}, as in the row.
    values: dict[str, int]
    model: type[Model]
    pk: int


def references_of(instance: Model, names: Iterable[str] | None = None) -> Iterator[Reference]:
    """
    Yield the references in the columns of an object: those of its fields, and its owner.

    Args:
        instance: a custom object
        names: of fields; by default all
    """
    opts, names = instance._meta, None if names is None else set(names)
    for key in opts.concrete_fields:
        if isinstance(key, ForeignKey) and not isinstance(key, ContentTypeKey):
            pk = getattr(instance, key.attname)
            if pk is not None and (names is None or names & {key.name, key.attname}):
                yield Reference({key.attname: pk}, key.remote_field.model, pk)
    for generic in opts.private_fields:
        if isinstance(generic, GenericReference) and (key := generic.get_key(instance)) is not None:
            values = {generic.type_attribute: key[0], generic.id_attribute: key[1]}
            named = names is None or names & {generic.name, f'{generic.name}_content_type', *values}
            if named and (model := model_of(target_of(key[0]))) is not None:
                yield Reference(values, model, key[1])


def hold_references(
    instance: Model, using: str, names: Iterable[str] | None = None, linked: Iterable[Model] = ()
) -> None:
    """
    Lock what an object that is about to be written refers to.

    An update that changes no reference locks the object itself, in one statement: as long as its row says so, deleting
    a target waits for it. References of an object in memory that are no longer those of its row count as changed.

    Args:
        instance: the custom object
        using: the alias that it is written over
        names: of the fields that are written; by default all
        linked: what a new object will be linked to as well

    Raises:
        TargetGone: a target does not exist
    """
    if not connections[using].in_atomic_block:
        return
    held, savepoints = _held_by(using)
    found = []
    for reference in references_of(instance, names):
        table = _table(reference.model, using)
        if table is not None and not _is_held(held, savepoints, (table, reference.pk)):
            found.append(reference)
    rows = QuerySet(type(instance), using=using).filter(pk=instance.pk)
    is_new, linked = instance._state.adding, list(linked)
    if not linked and (not found or (not is_new and _is_locked_with(rows, found))):
        return
    missing = hold(targets_of(found, linked), using)
    if not missing or _may_be_missing():
        return
    if any((_table(type(target), using), target.pk) in missing for target in linked):
        raise meeting(TargetGone())
    for reference in found:
        # One that led nowhere before is not what this change is about.
        is_missing = (_table(reference.model, using), reference.pk) in missing
        if is_missing and (is_new or not rows.filter(**reference.values).exists()):
            raise meeting(TargetGone())


def hold_references_of_all(
    instances: Iterable[Model], using: str, names: Iterable[str] | None = None, linked: Iterable[Model] = ()
) -> None:
    """Lock what objects that are about to be written refer to, all at once; see `hold_or_refuse`."""
    references = (found for instance in instances for found in references_of(instance, names))
    hold_or_refuse(targets_of(references, linked), using)


def as_written(model: type[Model], values: dict[str, object]) -> tuple[Model | None, set[str]]:
    """
    Return an object that refers to what a statement writes into columns, and the names of those that hold references.

    Args:
        model: of the rows
        values: the arguments of `update`; what PostgreSQL is to compute is passed over

    Returns:
        None and no names if no reference is written
    """
    generic = {name for field in model._meta.private_fields for name in _generic_names(field)}
    columns: dict[str, object] = {}
    for key in model._meta.concrete_fields:
        if key.is_relation or key.attname in generic:
            for name in {key.name, key.attname} & values.keys():
                value = values[name].pk if isinstance(values[name], Model) else values[name]
                if not hasattr(value, 'resolve_expression'):
                    columns[key.attname] = value
    if not columns:
        # Making an object asks for the defaults of its fields, which may cost queries.
        return None, set()
    written = model()
    for name, value in columns.items():
        setattr(written, name, value)
    return written, set(columns)


def _generic_names(field) -> set[str]:
    return {field.type_attribute, field.id_attribute} if isinstance(field, GenericReference) else set()


def targets_of(references: Iterable[Reference], objects: Iterable[Model] = ()) -> Targets:
    """Return the ids of what is referred to, and of objects, by model."""
    targets: Targets = defaultdict(set)
    for reference in references:
        targets[reference.model].add(reference.pk)
    for target in objects:
        targets[type(target)].add(target.pk)
    return targets


def _is_locked_with(rows: QuerySet, references: list[Reference]) -> bool:
    """Lock the row of an object if it still holds these references; return whether it does."""
    values = {name: value for reference in references for name, value in reference.values.items()}
    return bool(rows.filter(**values).select_for_update(no_key=True).values_list('pk'))


def lock_for_deletion(model: type[Model], pks: Iterable[int], using: str) -> set[int]:
    """Lock rows FOR UPDATE, by id; return the ids of those that exist."""
    rows = QuerySet(model, using=using).filter(pk__in=pks).order_by('pk').select_for_update()
    return set(rows.values_list('pk', flat=True))


def note_deletion(instance: Model, using: str) -> None:
    """Note that the current transaction deletes an object, whose row it may have held for others."""
    if connections[using].in_atomic_block and (table := _table(type(instance), using)) is not None:
        held, _ = _held_by(using)
        held.rows.pop((table, instance.pk), None)
        if hasattr(instance, '_type_id'):
            held.deleted.add((table, instance.pk))
            _remember(held, using)


def was_deleted_here(instance: Model, using: str) -> bool:
    """Whether the current transaction has deleted an object itself, perhaps along with another one."""
    table = _table(type(instance), using)
    return table is not None and (table, instance.pk) in _held_by(using)[0].deleted
