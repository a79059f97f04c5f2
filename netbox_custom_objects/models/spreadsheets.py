"""
Uploaded spreadsheets, between the upload and the type that is made of them.

Two tables in the main schema for all schemas, never change-logged, never copied into a branch. Rows are kept as they
were read: nothing is read twice. Only a file that a job is to read is kept as it is until then. May import ddl, neither
definitions nor the rooms that read them.
"""

import base64
import json
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import batched
from typing import BinaryIO

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.choices import JobStatusChoices

from ..ddl.held import WorkLock

# How long a sheet is kept, and how many each user can have; older ones go first.
KEPT, KEPT_FOR_A_USER = timedelta(days=2), 20
ROWS_TOGETHER = 500
# Bytes of a part of a file that is kept as it is.
PART = 2**20
# A job that has waited for longer may be lost; one that has begun holds its lock soon.
QUEUED_FOR, BEGUN_FOR = timedelta(hours=1), timedelta(minutes=1)


class PackedField(models.BinaryField):
    """A JSON document, compressed."""

    def from_db_value(self, value, expression, connection):
        return None if value is None else json.loads(zlib.decompress(value))

    def get_prep_value(self, value):
        return super().get_prep_value(None if value is None else zlib.compress(json.dumps(value).encode()))


class SpreadsheetQuerySet(models.QuerySet):
    def of(self, user) -> 'SpreadsheetQuerySet':
        """Return the sheets that a user has uploaded, and may still use."""
        return self.using(DEFAULT_DB_ALIAS).filter(owner=user, created__gt=timezone.now() - KEPT)

    def expired(self) -> 'SpreadsheetQuerySet':
        return self.using(DEFAULT_DB_ALIAS).filter(created__lte=timezone.now() - KEPT)


class Spreadsheet(models.Model):
    """One sheet; only its owner ever sees it."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name='+')
    # The sheets of one file have the same.
    upload = models.UUIDField(db_index=True)
    file_name = models.CharField(max_length=255)
    title = models.CharField(max_length=255)
    headers = models.JSONField(default=list)
    row_count = models.PositiveIntegerField(default=0)
    # What is to be made of it, see schema.spreadsheet.plan; and what the check of all rows has found.
    plan = models.JSONField(default=dict)
    found = PackedField(null=True)
    # What the job does (`step`); then what it has done, or why it has done nothing.
    outcome = models.JSONField(default=dict)
    job = models.ForeignKey('core.Job', on_delete=models.SET_NULL, null=True, related_name='+')
    created = models.DateTimeField(auto_now_add=True)

    objects = SpreadsheetQuerySet.as_manager()

    _netbox_private = True

    class Meta:
        ordering = ('pk',)
        verbose_name = _('spreadsheet')
        verbose_name_plural = _('spreadsheets')

    def __str__(self):
        return self.title

    def store_rows(self, rows: Iterable[tuple[int, list[str]]]) -> None:
        """Store rows as they come, some at a time."""
        for batch in batched(rows, ROWS_TOGETHER):
            SpreadsheetRows.objects.using(DEFAULT_DB_ALIAS).create(spreadsheet=self, rows=batch)

    store_rows.alters_data = True

    def read_rows(self) -> Iterator[list[tuple[int, list[str]]]]:
        """Yield the stored rows, some at a time."""
        stored = SpreadsheetRows.objects.using(DEFAULT_DB_ALIAS).filter(spreadsheet=self)
        # One by one: a cursor on the server would not outlive the transactions of a job.
        for pk in list(stored.values_list('pk', flat=True)):
            yield [(number, cells) for number, cells in stored.get(pk=pk).rows]

    def keep_file(self, file: BinaryIO) -> None:
        """Store a file, in parts."""
        file.seek(0)
        while part := file.read(PART):
            rows = base64.b64encode(part).decode()
            SpreadsheetRows.objects.using(DEFAULT_DB_ALIAS).create(spreadsheet=self, rows=rows)

    @contextmanager
    def take_file(self) -> Iterator[BinaryIO]:
        """Yield the stored file, and forget it; to be called in a transaction, so that it is there again on failure."""
        stored = SpreadsheetRows.objects.using(DEFAULT_DB_ALIAS).filter(spreadsheet=self)
        with tempfile.TemporaryFile() as file:
            for pk in list(stored.values_list('pk', flat=True)):
                file.write(base64.b64decode(stored.get(pk=pk).rows))
            stored.delete()
            yield file

    @staticmethod
    def work_lock(pk: int) -> WorkLock:
        """Return the lock that a job holds while it works on a sheet."""
        return WorkLock(f'spreadsheet {pk}')

    @property
    def is_read(self) -> bool:
        """Whether its rows are known; else a file waits to be read, or could not be read."""
        return bool(self.headers)

    @property
    def is_in_use(self) -> bool:
        """Whether a job is to work on it, or does; a job whose process was killed does not."""
        if self.job is None or self.job.completed is not None:
            return False
        age = timezone.now() - (self.job.started or self.job.created)
        if self.job.status != JobStatusChoices.STATUS_RUNNING:
            return age < QUEUED_FOR
        if age < BEGUN_FOR or self._workers():
            return True
        # It may have ended since this row was read: what it has done is stored before its lock is released.
        self.refresh_from_db(fields=('outcome', 'found', 'job'))
        return False

    def _workers(self) -> list[str]:
        lock = self.work_lock(self.pk)
        try:
            return lock.holders()
        finally:
            lock.release()

    @property
    def was_interrupted(self) -> bool:
        """Whether the last job of a sheet that is not in use ended without a word."""
        is_open = self.job is not None and self.job.completed is None
        return is_open and 'step' in self.outcome


class SpreadsheetRows(models.Model):
    """
    Some rows of a sheet, in the order of the primary keys: (number of the row, texts of its cells).

    Or a part of a file that is kept as it is, in base 64.
    """

    spreadsheet = models.ForeignKey(Spreadsheet, on_delete=models.CASCADE, related_name='+')
    rows = PackedField()

    objects = models.Manager()

    _netbox_private = True

    class Meta:
        ordering = ('pk',)
        verbose_name = _('rows of a spreadsheet')
        verbose_name_plural = _('rows of spreadsheets')

    def __str__(self):
        return f'{self._meta.verbose_name} {self.pk}'


def make_room(user) -> None:
    """Drop what has expired, and the oldest sheets of a user who has too many; those that a job works on stay."""
    own = Spreadsheet.objects.of(user).filter(models.Q(job=None) | models.Q(job__completed__isnull=False))
    too_many = own.order_by('-pk').values_list('pk', flat=True)[KEPT_FOR_A_USER:]
    drop_expired()
    Spreadsheet.objects.using(DEFAULT_DB_ALIAS).filter(pk__in=list(too_many)).delete()


def drop_expired() -> int:
    """Drop the sheets that are older than they are kept; return their number."""
    _total, counts = Spreadsheet.objects.expired().delete()
    return counts.get(Spreadsheet._meta.label, 0)
