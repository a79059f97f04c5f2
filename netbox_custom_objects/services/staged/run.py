"""
Executes a staged change: one machine of stages, each of which can be restarted after a crash.

What is left to do follows from the change's row and from the catalog. Must never go on with a stage that a person has
left meanwhile: every step forward says which stage it leaves.
"""

import time
import uuid
from collections.abc import Callable
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from netbox.context_managers import event_tracking
from utilities.request import NetBoxFakeRequest

from ...choices import StagedChangeStageChoices as Stage
from ...ddl.executor import finish
from ...ddl.held import WorkLock
from ...ddl.locks import lock_definitions
from ...ddl.operations import CreateIndex
from ...ddl.plan import Plan
from ...ddl.spec import Index
from ...ddl.staging.filling import Unfinished, drop_next_unique, take_unique
from ...ddl.staging.leftovers import drop_leftovers
from ...ddl.staging.reads import count_rows, has_column, index_is_valid
from ...definitions.names import next_unique_name
from ...exceptions import BranchBeingMade, DuplicateValues, SchemaChangeRefused, SchemaLocked, sentence_of
from ...models import StagedChange
from ...models.rows.convert import field_definition
from ..upkeep.reference_check_job import find_schema
from .checks import find_offenders
from .subject import Subject

# Seconds that one statement of a backfill should take, and the numbers of rows that it may look at.
BATCH_SECONDS = 0.2
FIRST_BATCH, SMALLEST_BATCH, LARGEST_BATCH = 2000, 100, 20000
# Objects that are given a value in one transaction: each is saved, and logged.
OBJECTS_AT_ONCE = 100
# Seconds to wait for rows, or for a table, that another session holds; and how often it is tried again.
PAUSE, TRIES = 0.5, 20
# Seconds to wait for a branch that is being made of the table.
COPYING_PAUSE = 5
# Seconds to wait for another process that is about to put the change down.
PATIENCE = 5


def run(change_id: int, note: Callable[[str], None] = lambda text: None) -> StagedChange:
    """
    Carry a change on until a person must say how to go on, and return it. Does nothing if another process is at it.

    Must not be called inside a transaction.

    Args:
        change_id: of the StagedChange
        note: called with a sentence for each step

    Raises:
        SchemaChangeRefused: it could not go on; the change's `error` says why, and it can be resumed
    """
    changes = StagedChange.objects.using(DEFAULT_DB_ALIAS)
    lock = WorkLock(f'staged change {change_id}')
    try:
        if lock.acquire(PATIENCE):
            StagedRun(change_id, note).go()
    except (DatabaseError, SchemaChangeRefused) as error:
        changes.filter(pk=change_id).update(error=sentence_of(error), updated=timezone.now())
        raise
    finally:
        lock.release()
    return changes.get(pk=change_id)


class StagedRun:
    """One process that carries one change on."""

    def __init__(self, change_id: int, note: Callable[[str], None]):
        self.changes = StagedChange.objects.using(DEFAULT_DB_ALIAS).filter(pk=change_id)
        self.note = note
        self.request_id = uuid.uuid4()
        self.steps = {
            Stage.PENDING: self.expand,
            Stage.FILLING: self.fill,
            Stage.CHECKING: self.check,
            Stage.SWITCHING: self.switch,
            Stage.FINISHING: self.finish,
            Stage.UNDOING: self.undo,
            Stage.CANCELLING: self.cancel,
        }

    def go(self) -> None:
        while (change := self.changes.defer('offenders').get()).stage in self.steps:
            schema = find_schema(change.alias)
            if schema is None:
                raise SchemaChangeRefused(_('The branch is not open; resume the change when it is.'))
            self.change = change
            with schema.activate():
                self.subject = Subject.of(change)
                if self.subject is None:
                    self._give_up()
                    continue
                self.note(str(change.get_stage_display()))
                self.steps[change.stage]()

    # Stages

    def expand(self) -> None:
        subject, total = self.subject, 0
        if subject.column is not None:
            self._patiently(subject.column.expand)
            total = count_rows(subject.target, subject.table)
        elif self.change.fill is not None:
            total = subject.empty_objects().count()
        self._advance(Stage.FILLING, position=0, rows_done=0, rows_total=total)

    def fill(self) -> None:
        if self.subject.column is not None:
            done = self._convert_rows()
        elif self.change.fill is not None:
            done = self._fill_objects()
        else:
            done = True
        if done:
            self._advance(Stage.CHECKING, position=0, rows_done=self.change.rows_total)

    def check(self) -> None:
        count, offenders = find_offenders(self.subject)
        if not count:
            try:
                self._build_indexes()
            except DuplicateValues:
                # They were written since they were looked for: the next round finds them.
                return
        if count:
            self.note(_('Values prevent the change.'))
            self._advance(Stage.BLOCKED, offender_count=count, offenders=offenders)
        else:
            self._advance(Stage.SWITCHING, offender_count=0, offenders=[])

    def switch(self) -> None:
        subject = self.subject
        if subject.has(self.change.wanted) and (subject.column is None or subject.column.is_switched()):
            self._advance(Stage.SWITCHED)
            return
        try:
            subject.field_with(self.change.wanted).full_clean()
            self._patiently(self._switch_now)
        except ValidationError as error:
            self._advance(Stage.BLOCKED, error=' '.join(error.messages))
        except Unfinished:
            self._advance(Stage.FILLING, position=0)

    def undo(self) -> None:
        subject, column = self.subject, self.subject.column
        if subject.has(self.change.former) and (column is None or not column.is_switched()):
            self._advance(Stage.UNDONE)
            return
        count, offenders = find_offenders(subject, undoing=True)
        if count:
            message = _('Values written since the switch are not valid for the former field.')
            self._advance(Stage.SWITCHED, error=message, offender_count=count, offenders=offenders)
            return
        try:
            if column is not None and subject.was_unique:
                self._build_unique((column.former,))
            subject.field_with(self.change.former).full_clean()
            self._patiently(self._undo_now)
        except ValidationError as error:
            self._advance(Stage.SWITCHED, error=' '.join(error.messages))
        except (DuplicateValues, Unfinished):
            # Such a value has just been written: the next round lists it.
            time.sleep(PAUSE)

    def finish(self) -> None:
        column = self.subject.column
        if column is not None and column.is_switched():
            at = timezone.now().isoformat(timespec='seconds')
            self._patiently(lambda: column.finish(self.change.pk, at))
        self._advance(Stage.FINISHED, offender_count=0, offenders=[])

    def cancel(self) -> None:
        if self.subject.column is not None:
            self._patiently(self.subject.column.cancel)
        else:
            drop_next_unique(self.subject.target, self.subject.table, self.change.column)
        self._advance(Stage.CANCELLED)

    # What the stages are made of

    def _convert_rows(self) -> bool:
        """Return whether every row is converted; False if a person wants something else meanwhile."""
        column, position, done, size = self.subject.column, self.change.position, self.change.rows_done, FIRST_BATCH
        while True:
            started = time.monotonic()
            last, converted = column.fill(position, size)
            taken = time.monotonic() - started
            if last is None and column.is_filled():
                return True
            done += converted
            position = last or 0
            if not self.changes.filter(stage=Stage.FILLING).update(
                position=position, rows_done=done, updated=timezone.now()
            ):
                return False
            # The rows that were left out are looked at again; and others want to work, too.
            time.sleep(PAUSE if last is None else taken / 10)
            factor = min(2, max(0.5, BATCH_SECONDS / max(taken, 0.001)))
            size = int(min(LARGEST_BATCH, max(SMALLEST_BATCH, size * factor)))
            self._note_progress(done)

    def _fill_objects(self) -> bool:
        """Save the objects without a value with the one that was given; return as `_convert_rows` does."""
        subject, position, done = self.subject, self.change.position, self.change.rows_done
        value = subject.fill_value()
        while objects := list(
            subject.empty_objects().filter(pk__gt=position).order_by('pk')[:OBJECTS_AT_ONCE]
        ):  # fmt: skip
            with self._as_user(), transaction.atomic(using=self.change.alias):
                # Locked, and read again: others change and delete objects meanwhile.
                found = subject.empty_objects().filter(pk__in=[obj.pk for obj in objects])
                for obj in found.select_for_update(of=('self',), no_key=True):
                    obj.snapshot()
                    setattr(obj, subject.field.name, value)
                    obj.save(using=self.change.alias)
            position, done = objects[-1].pk, done + len(objects)
            if not self.changes.filter(stage=Stage.FILLING).update(
                position=position, rows_done=done, updated=timezone.now()
            ):
                return False
            self._note_progress(done)
        return True

    def _note_progress(self, done: int) -> None:
        tenth = max(self.change.rows_total // 10, 1)
        if done // tenth > self.change.rows_done // tenth:
            self.note(f'{done} / {self.change.rows_total}')
        self.change.rows_done = done

    def _build_indexes(self) -> None:
        column = self.subject.column
        if column is not None:
            column.index_offenders()
        if self.subject.builds_unique:
            self._build_unique(tuple(self.subject.unique_columns) if column is None else (column.next,))

    def _build_unique(self, columns: tuple[str, ...]) -> None:
        name = next_unique_name(self.subject.table, self.change.column)
        if not index_is_valid(self.subject.target, name):
            step = CreateIndex(self.subject.table, Index(name, columns, unique=True))
            finish(self.subject.target, Plan((step,)))

    def _switch_now(self) -> None:
        subject = self.subject
        with self._as_user(), transaction.atomic(using=self.change.alias):
            lock_definitions(subject.target)
            field = subject.field_with(self.change.wanted)
            if subject.column is not None:
                comment = field.field_type.comment(field_definition(field))
                subject.column.switch(comment, unique=subject.builds_unique, drop=subject.dropped_readers())
            elif subject.builds_unique:
                take_unique(subject.target, subject.table, self.change.column, subject.unique_columns)
            field.save(using=self.change.alias)
            if subject.target.is_main:
                # In the same transaction as the columns.
                self._advance(Stage.SWITCHED)

    def _undo_now(self) -> None:
        subject = self.subject
        with self._as_user(), transaction.atomic(using=self.change.alias):
            lock_definitions(subject.target)
            field = subject.field_with(self.change.former)
            if subject.column is not None:
                subject.column.switch_back(unique=subject.was_unique, drop=subject.dropped_readers())
            field.save(using=self.change.alias)
            if subject.target.is_main:
                self._advance(Stage.UNDONE, offender_count=0, offenders=[])

    def _patiently(self, work: Callable[[], None]) -> None:
        """Try again what needs a table for a moment: each time is short, so that others need not wait."""
        tried = 0
        while self.changes.filter(stage=self.change.stage).exists():
            try:
                return work()
            except BranchBeingMade:
                # It may take minutes, and ends by itself.
                self.note(_('Waiting for a branch that is being provisioned.'))
                time.sleep(COPYING_PAUSE)
            except SchemaLocked:
                tried += 1
                if tried == TRIES:
                    raise
                time.sleep(PAUSE)

    def _give_up(self) -> None:
        """The field was deleted, and what was being changed with it."""
        target, table, column = Subject.place_of(self.change)
        if has_column(target, table, 'id'):
            drop_leftovers(target, table, column, timezone.now().isoformat(timespec='seconds'))
        self.changes.update(stage=Stage.CANCELLED, error=_('The field has been deleted.'), updated=timezone.now())

    def _advance(self, stage: str, error: str = '', **values) -> None:
        """Leave the present stage, unless a person has asked for something else meanwhile."""
        self.changes.filter(stage=self.change.stage).update(stage=stage, error=error, updated=timezone.now(), **values)

    @contextmanager
    def _as_user(self):
        """Log what is changed in the name of who asked for it."""
        if self.change.user is None:
            raise SchemaChangeRefused(
                _('The user who requested the change no longer exists. Resume it in your own name.')
            )
        empty = {'META': {}, 'GET': {}, 'POST': {}, 'path': ''}
        with event_tracking(NetBoxFakeRequest({'id': self.request_id, 'user': self.change.user, **empty})):
            yield
