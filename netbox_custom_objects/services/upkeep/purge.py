"""
Purge: drops what has been out of use for longer than it is kept, in main and in every open branch.

The only end of data in this plugin; what it drops cannot be brought back by a revert.
"""

import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.choices import JobIntervalChoices
from netbox.jobs import system_job

from ... import settings
from ...ddl.locks import lock_definitions
from ...ddl.target import MAIN_ALIAS, Target
from ...ddl.upkeep.retention import Stored, copies, drop, droppable, everything
from ...definitions import table_name
from ...exceptions import PurgeRefused, SchemaChangeRefused, sentence_of
from ...models.attachments import drop_attached, forget_unrestorable
from ...models.kept_files import drop_lost_files
from ...models.revision import bump_shared_token
from ...models.spreadsheets import drop_expired
from ..discreet_job import DiscreetJob
from .repair import sweep
from .rewriting import rewrite_where_worth_it
from .schemas import OpenSchema, open_schemas

logger = logging.getLogger('netbox.plugins.netbox_custom_objects.purge')


@dataclass(slots=True)
class Purged:
    """One thing that may go; `error` says why it is still there."""

    schema: str
    item: Stored
    done: bool = False
    error: str = ''


@system_job(interval=JobIntervalChoices.INTERVAL_DAILY)
class PurgeRetiredJob(DiscreetJob):
    """Drops what has been out of use for `retention_days`; queued by the worker."""

    class Meta:
        name = gettext_lazy('Purge deleted custom object types and fields')

    def work(self, *args, **kwargs):
        if count := drop_expired():
            self.logger.info(f'{count} uploaded spreadsheets have expired.')
        forget_unrestorable()
        if count := drop_lost_files():
            self.logger.info(f'{count} files of images that cannot be restored any more were deleted.')
        for purged in purge(settings.get('retention_days')):
            log = self.logger.info if purged.done else self.logger.warning
            log(f'{purged.schema}: {purged.item.place}: {purged.error or "dropped"}')
        for rewritten in rewrite_where_worth_it():
            log = self.logger.info if rewritten.done else self.logger.warning
            log(f'{rewritten.schema}: {rewritten.describe()} {rewritten.error}'.rstrip())


def purge(days: int | None, type_ids: set[int] | None = None, dry_run: bool = False) -> list[Purged]:
    """
    Drop what has been out of use for at least `days`, and is in use in no schema; return what was found.

    Each thing goes in a transaction of its own; what cannot be dropped is reported with the reason. Branches come
    before main, because their copies of a table keep main's from being dropped.

    Args:
        days: how long data is kept; None for ever
        type_ids: only of these types, None for all
        dry_run: drop nothing
    """
    if days is None:
        return []
    until = (timezone.now() - timedelta(days=days)).isoformat(timespec='seconds')
    main, *branches = open_schemas()
    found = []
    for schema in (*branches, main):
        found += _purge_schema(schema, until, lambda item: type_ids is None or item.type_id in type_ids, dry_run)
    if any(purged.done for purged in found):
        sweep()
    return found


def purge_now(schema: OpenSchema, items: Collection[Stored]) -> None:
    """
    Drop tables or columns that are out of use from one schema, however short a time they have been.

    Raises:
        PurgeRefused: another schema uses them or has a copy, or something that is not ours depends on them
    """
    wanted = {item.what for item in items}
    # A second is what the marks are exact to.
    until = (timezone.now() + timedelta(seconds=1)).isoformat(timespec='seconds')
    found = _purge_schema(schema, until, lambda item: item.what in wanted)
    if errors := [purged.error for purged in found if purged.error]:
        raise PurgeRefused(_('This cannot be purged: {reason}.').format(reason=errors[0].rstrip('.')))
    if not found:
        raise PurgeRefused(_('This cannot be purged: it is still in use in main or in a branch.'))
    sweep()


def _purge_schema(
    schema: OpenSchema, until: str, is_wanted: Callable[[Stored], bool], dry_run: bool = False
) -> list[Purged]:
    target = Target.for_alias(schema.alias)
    stored = everything(target)
    found = []
    for items in _together(filter(is_wanted, droppable(stored, target.schema, until))):
        parts = [Purged(schema.name, item) for item in items]
        tables = [item for item in items if not item.column] if schema.alias == MAIN_ALIAS else ()
        if others := sorted({name for item in tables for name in copies(stored, item)}):
            _note(parts, _('the schemas {names} have copies of the table').format(names=', '.join(others)))
        elif not dry_run:
            _purge(schema, target, parts)
        found += parts
    return found


def _together(items: Iterable[Stored]) -> list[list[Stored]]:
    """Return what goes at once, or not at all: all tables of a type, all columns of a field; half would be no use."""
    items = list(items)
    types = {item.type_id for item in items if item.what == (table_name(item.type_id), '')}
    found: dict[tuple[int, int | None], list[Stored]] = {}
    for item in items:
        found.setdefault((item.type_id, None if item.type_id in types else item.field_id), []).append(item)
    return list(found.values())


def _note(parts: list[Purged], error: str) -> None:
    for purged in parts:
        purged.error = error


def _purge(schema: OpenSchema, target: Target, parts: list[Purged]) -> None:
    try:
        with transaction.atomic(using=schema.alias):
            lock_definitions(target)
            if not {purged.item for purged in parts} <= {*everything(target)}:
                _note(parts, _('it is in use again'))
                return
            for item in (purged.item for purged in parts):
                drop(target, item)
                if item.what == (table_name(item.type_id), ''):
                    drop_attached(item.type_id, schema.alias)
        # Who remembers what was out of use must look again.
        bump_shared_token()
    except (DatabaseError, SchemaChangeRefused) as error:
        _note(parts, sentence_of(error))
        # Who calls reports it.
        for purged in parts:
            logger.info('%s: %s is not dropped: %s', schema.name, purged.item.describe(), error)
    else:
        for purged in parts:
            purged.done = True
