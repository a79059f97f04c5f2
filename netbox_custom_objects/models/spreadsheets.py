"""
Uploaded spreadsheets, between the upload and the type that is made of them.

Two tables in the main schema for all schemas, never change-logged, never copied into a branch. Rows are kept as they
were read, not as a file: nothing is read twice. May import neither definitions nor the rooms that read them.
"""

import json
import zlib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import batched

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# How long a sheet is kept, and how many each user can have; older ones go first.
KEPT, KEPT_FOR_A_USER = timedelta(days=2), 20
ROWS_TOGETHER = 500


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
    # What the job has done, or why it has done nothing.
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

    @property
    def is_in_use(self) -> bool:
        """Whether a job is to work on it, or does."""
        return self.job is not None and self.job.completed is None


class SpreadsheetRows(models.Model):
    """Some rows of a sheet, in the order of the primary keys: (number of the row, texts of its cells)."""

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
