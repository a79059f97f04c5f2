"""
Runs Django's migrations all or not at all, on one node at a time; see docs/operations/safe-migrate.md.

May import ddl. Must leave to Django's own command what `migrate` does, and only look after what happens if it fails.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.core.management import CommandError, call_command
from django.core.management.commands import migrate
from django.db import Error, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import AmbiguityError, MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from ...ddl.held import WorkLock
from ...ddl.run_marks import read_mark, write_mark
from ...ddl.target import MAIN_ALIAS
from ...exceptions import CustomObjectsError
from .plan import Key, Step, key_name, step_of, to_undo, undoes_half

LOCK = 'migrate_custom_objects'


class SafeMigrateError(CustomObjectsError):
    """Migrations were refused, or failed; the message says what has been done about it, and what to do."""


class _Migrate(migrate.Command):
    """Django's own command, which also reports its progress."""

    def __init__(self, watch: Callable[[str, object], None]):
        super().__init__()
        self.watch = watch

    def migration_progress_callback(self, action, migration=None, fake=False):
        self.watch(action, migration)
        super().migration_progress_callback(action, migration, fake)


@dataclass(slots=True)
class Undone:
    """What undoing has come to: migrations unapplied, those that stay, whose values are lost, and what went wrong."""

    undone: list[Key] = field(default_factory=list)
    kept: list[Key] = field(default_factory=list)
    emptied: list[Key] = field(default_factory=list)
    error: str = ''

    @property
    def is_exact(self) -> bool:
        return not self.kept and not self.emptied and not self.error

    def describe(self) -> list[str]:
        """Return sentences for the person who ran the migrations."""
        sentences = [f'Unapplied, newest first: {_names(self.undone)}.' if self.undone else 'Nothing to unapply.']
        if self.emptied:
            sentences.append(f'What {_names(self.emptied)} had dropped is restored, without its values.')
        if self.error:
            sentences.append(f'Unapplying failed: {self.error}')
        if self.kept:
            sentences.append(f'Still applied: {_names(self.kept)}.')
        if self.error:
            sentences.append('Resolve the cause, then run migrate_custom_objects --undo.')
        return sentences


class SafeMigrate:
    """One run of migrations on main."""

    def __init__(self, report: Callable[[str], None], **options):
        """
        Args:
            report: called with each sentence that is not an error
            options: passed on to Django's `migrate`: verbosity, interactive, stdout and the like
        """
        self.report = report
        self.options = options
        self.connection = connections[MAIN_ALIAS]
        self.lock = WorkLock(LOCK)
        # The mark is committed at once; the lock is held by a transaction that stays open.
        self.notes = connections[MAIN_ALIAS].copy()
        self.mark: dict | None = None
        self.running: Step | None = None

    def plan(self, app_label: str | None = None, name: str | None = None) -> list[Step]:
        """
        Return what would be done, for all apps or for one, up to its last migration or the one named.

        Raises:
            SafeMigrateError: the app or migration does not exist
        """
        executor = MigrationExecutor(self.connection)
        targets = _targets(executor.loader, app_label, name)
        return [step_of(migration, backwards) for migration, backwards in executor.migration_plan(targets)]

    def run(
        self, app_label: str | None = None, name: str | None = None, wait: float = 0, allow_irreversible=False
    ) -> list[Step]:
        """
        Migrate as Django's command does; after a failure undo what was done. Return what was applied.

        Args:
            app_label: one app only
            name: up to this migration only
            wait: seconds to wait for another node
            allow_irreversible: also run what cannot be undone

        Raises:
            SafeMigrateError: refused, or failed
        """
        with self._alone(wait):
            steps = self.plan(app_label, name)
            _refuse(steps, allow_irreversible)
            earlier = self._left_behind()
            planned = {step.key for step in steps} | earlier
            if planned:
                self._remember(planned)
            try:
                call_command(_Migrate(self._watch), *filter(None, (app_label, name)), **self.options)
            except (Exception, KeyboardInterrupt) as error:
                raise SafeMigrateError(self._after_failure(error, planned)) from error
            if earlier <= self._applied():
                self._forget()
            else:
                # Only a part of what an earlier run had planned was asked for, so that run can still be undone.
                self._remember(earlier)
        return steps

    def undo(self, wait: float = 0) -> None:
        """
        Undo what a run that was killed has applied.

        Raises:
            SafeMigrateError: the run does not exist, or undoing failed
        """
        with self._alone(wait):
            planned = self._left_behind()
            if not planned:
                raise SafeMigrateError('There is nothing to undo: no run was interrupted.')
            result = self._undo(planned)
            if result.error:
                raise SafeMigrateError('\n'.join(result.describe()))
            self._forget()
            for sentence in result.describe():
                self.report(sentence)

    @contextmanager
    def _alone(self, wait: float) -> Iterator[None]:
        try:
            if not self.lock.acquire(wait):
                who = '; '.join(self.lock.holders()) or 'a session that has since ended'
                raise SafeMigrateError(f'Migrations are already running: {who}. Nothing was done.')
            # The table that carries the mark.
            MigrationRecorder(self.connection).ensure_schema()
            yield
        finally:
            self.lock.release()
            self.notes.close()

    def _left_behind(self) -> set[Key]:
        """Return what an interrupted run planned, and report it; empty if it has been finished since."""
        with self.notes.cursor() as cursor:
            mark = read_mark(cursor)
        if mark is None:
            return set()
        loader = MigrationLoader(self.connection)
        planned = {tuple(key) for key in mark['planned']} & set(loader.disk_migrations)
        if planned <= set(loader.applied_migrations):
            self._forget()
            return set()
        applied = [key for key in loader.applied_migrations if key in planned]
        self.report(
            f'An earlier run ({mark["by"]}, since {mark["since"]}) was interrupted. It had applied: '
            f'{_names(applied) or "nothing"}. If this run fails, these are undone as well.'
        )
        running = mark['running'] and tuple(mark['running'])
        if running in planned and running not in applied:
            self.report(f'It was in the middle of {key_name(running)}, {_HALF_DONE}')
        return planned

    def _applied(self) -> set[Key]:
        return set(MigrationRecorder(self.connection).applied_migrations())

    def _remember(self, planned: set[Key]) -> None:
        since = timezone.now().isoformat(timespec='seconds')
        self.mark = {'by': self.lock.owner, 'since': since, 'planned': sorted(planned), 'running': None}
        self._write(self.mark)

    def _forget(self) -> None:
        self._write(None)

    def _write(self, mark: dict | None) -> None:
        with self.lock.cursor() as cursor:
            # Fails if the lock is lost: then the mark may be another's.
            cursor.execute('SELECT 1')
        with self.notes.cursor() as cursor:
            write_mark(cursor, mark)

    def _watch(self, action: str, migration) -> None:
        if action == 'apply_start':
            step = step_of(migration)
            # Also proves, before each migration, that the lock is still held. What is atomic is
            # applied and recorded in one transaction, so its beginning need not be recorded.
            self._write({**self.mark, 'running': None if step.atomic else step.key})
            self.running = step
        elif action == 'apply_success':
            self.running = None

    def _after_failure(self, error: BaseException, planned: set[Key]) -> str:
        """Undo what was applied, and return the whole story."""
        reason = str(error) if isinstance(error, CommandError) else f'{type(error).__name__}: {error}'.strip()
        failed = f'Migration {self.running.name} failed' if self.running else 'Migrating failed'
        sentences = [f'{failed}: {reason}']
        if self.running and not self.running.atomic:
            sentences.append(f'It is {_HALF_DONE}')
        try:
            self.connection.close_if_unusable_or_obsolete()
            if not self.lock.is_held():
                return '\n'.join(
                    [*sentences, 'The lock was lost, and another node has taken it. See what that node reports.']
                )
            if planned <= self._applied():
                self._forget()
                return '\n'.join(
                    [
                        *sentences,
                        'All migrations had been applied, and remain applied. Run this again once the cause is '
                        'resolved.',
                    ]
                )
            result = self._undo(planned)
            if not result.error:
                self._forget()
        except Error as lost:
            sentences += [f'Nothing could be undone: {lost}', 'Run this again to continue, or with --undo to go back.']
            return '\n'.join(sentences)
        sentences += result.describe()
        if result.is_exact and not (self.running and not self.running.atomic):
            sentences.append('The database is as it was before.')
        return '\n'.join(sentences)

    def _undo(self, planned: set[Key]) -> Undone:
        """Unapply those of the planned migrations that are applied, newest first, as far as possible."""
        result = Undone()

        def watch(action, migration=None, fake=False):
            if action == 'unapply_success':
                result.undone.append((migration.app_label, migration.name))

        executor = MigrationExecutor(self.connection, watch)
        loader = executor.loader
        if not (planned & set(loader.applied_migrations)) <= set(loader.graph.nodes):
            # The last of what a squashed migration replaces was applied, which hides them behind it.
            loader.replace_migrations = False
            loader.build_graph()
        nodes = loader.graph.nodes
        applied = {key for key in planned if key in loader.applied_migrations and key in nodes}
        for key in [key for key in planned - applied if key in nodes and _may_be_half_done(loader, key)]:
            # For this run of Django's alone: nothing is recorded.
            loader.applied_migrations[key] = nodes[key]
            applied.add(key)
        order = executor.migration_plan(loader.graph.leaf_nodes(), clean_start=True)
        irreversible = {key for key in applied if step_of(nodes[key]).irreversible}
        undo, result.kept = to_undo(
            [(migration.app_label, migration.name) for migration, _ in order],
            applied,
            irreversible,
            loader.graph.forwards_plan,
        )
        recorded = set(executor.recorder.applied_migrations())
        try:
            if undo:
                executor.migrate(None, plan=[(nodes[key], True) for key in undo])
        except Exception as error:  # A reverse step may raise anything, and the caller has a story to tell.
            result.error = f'{type(error).__name__}: {error}'.strip()
            result.kept += reversed(undo[len(result.undone) :])
        result.emptied = [key for key in result.undone if step_of(nodes[key]).lossy]
        # Django records on the way that what a squashed migration replaces is applied, also if it was not before.
        for key in set(executor.recorder.applied_migrations()) - recorded:
            executor.recorder.record_unapplied(*key)
        return result


_HALF_DONE = 'not atomic: what it had done by then remains. Check its operations before you try again.'


def _may_be_half_done(loader: MigrationLoader, key: Key) -> bool:
    """Whether a migration that is not recorded may have begun, and can be undone all the same."""
    *needed, _ = loader.graph.forwards_plan(key)
    return undoes_half(loader.graph.nodes[key]) and set(needed) <= set(loader.applied_migrations)


def _refuse(steps: list[Step], allow_irreversible: bool) -> None:
    """
    Raises:
        SafeMigrateError: the plan goes backwards, or has steps that cannot be undone and are not allowed
    """
    if any(step.backwards for step in steps):
        raise SafeMigrateError(
            'This would unapply migrations, and data dropped by that could not be restored after a failure. Use '
            'migrate instead.'
        )
    fatal = [step for step in steps if not step.can_be_undone]
    if fatal and not allow_irreversible:
        told = '\n'.join(f'  {step.name}: {step.describe()}' for step in fatal)
        raise SafeMigrateError(
            f'Nothing was done. If a later migration failed, these could not be undone:\n{told}\n'
            f'Make a backup, then add --allow-irreversible.'
        )


def _targets(loader: MigrationLoader, app_label: str | None, name: str | None) -> list[tuple[str, str | None]]:
    if app_label is None:
        return loader.graph.leaf_nodes()
    if app_label not in loader.migrated_apps:
        raise SafeMigrateError(f'No app "{app_label}" with migrations exists.')
    if name is None:
        return loader.graph.leaf_nodes(app_label)
    if name == 'zero':
        return [(app_label, None)]
    try:
        migration = loader.get_migration_by_prefix(app_label, name)
    except AmbiguityError as error:
        raise SafeMigrateError(f'More than one migration of {app_label} begins with "{name}".') from error
    except KeyError as error:
        raise SafeMigrateError(f'No migration of {app_label} begins with "{name}".') from error
    target = (app_label, migration.name)
    if target not in loader.graph.nodes and target in loader.replacements:
        # A squashed migration of which a part is applied stands for the last that it replaces.
        target = loader.replacements[target].replaces[-1]
    return [target]


def _names(keys) -> str:
    return ', '.join(map(key_name, keys))
