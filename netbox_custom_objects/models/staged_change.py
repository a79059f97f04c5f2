"""
Changes of fields that a job makes step by step: what was requested, and the progress.

One table in the main schema for all schemas; never change-logged, never copied into a branch. May import ddl and
definitions. What is left to do follows from the row and the catalog together (services.staged.run).
"""

from datetime import timedelta

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..choices import StagedChangeStageChoices as Stage
from ..definitions import column_name, table_name

# Attributes of a field that a staged change can change; others are changed as always.
STAGED_ATTRIBUTES = (
    'type',
    'required',
    'unique',
    'default',
    'choice_set',
    'validation_regex',
    'validation_minimum',
    'validation_maximum',
    'max_length',
    'decimal_digits',
    'decimal_places',
)


# After this time without progress a person may ask to resume; that does no harm if the job is still at work.
SILENCE = timedelta(minutes=1)


class StagedChangeQuerySet(models.QuerySet):
    def unfinished(self, alias: str) -> 'StagedChangeQuerySet':
        """Return the changes that are under way in the schema behind an alias."""
        return self.filter(alias=alias, stage__in=Stage.UNFINISHED)


class StagedChange(models.Model):
    """One change of one field in one schema."""

    alias = models.CharField(max_length=100)
    type_id = models.BigIntegerField()
    field_id = models.BigIntegerField()
    # What the field was called when the change was asked for.
    field_name = models.CharField(max_length=50)
    # {attribute: value} as asked for, and as it was before; a choice set by its id.
    wanted = models.JSONField()
    former = models.JSONField()
    # The value that rows without one get first, if a field becomes required.
    fill = models.JSONField(null=True)
    stage = models.CharField(max_length=20, choices=Stage, default=Stage.PENDING)
    # The primary key up to which rows were looked at, and the numbers of rows.
    position = models.BigIntegerField(default=0)
    rows_done = models.BigIntegerField(default=0)
    rows_total = models.BigIntegerField(default=0)
    # How many rows stand in the way, and the first of them: [primary key, text, reason].
    offender_count = models.BigIntegerField(default=0)
    offenders = models.JSONField(default=list)
    error = models.TextField(blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name='+')
    job = models.ForeignKey('core.Job', on_delete=models.SET_NULL, null=True, related_name='+')
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    objects = StagedChangeQuerySet.as_manager()

    _netbox_private = True

    class Meta:
        ordering = ('-pk',)
        verbose_name = _('staged change')
        verbose_name_plural = _('staged changes')
        constraints = (
            models.UniqueConstraint(
                fields=('alias', 'field_id'),
                condition=models.Q(stage__in=Stage.UNFINISHED),
                name='netbox_custom_objects_stagedchange_one_per_field',
            ),
        )

    def __str__(self):
        return f'{self.field_name}: {self.describe()}'

    def describe(self) -> str:
        """Return what is changed, as `type: text → integer`."""
        return ', '.join(f'{name}: {_shown(self.former[name])} → {_shown(self.wanted[name])}' for name in self.wanted)

    @property
    def table(self) -> str:
        return table_name(self.type_id)

    @property
    def column(self) -> str:
        return column_name(self.field_id)

    @property
    def is_running(self) -> bool:
        """Whether a job is at work, or should be."""
        return self.stage in Stage.RUNNING

    @property
    def percent(self) -> int:
        return min(100, 100 * self.rows_done // self.rows_total) if self.rows_total else 0

    @property
    def actions(self) -> tuple[str, ...]:
        """What a person can ask for now."""
        if self.stage == Stage.SWITCHED:
            return ('finish', 'undo')
        if self.stage == Stage.BLOCKED:
            return ('resume', 'cancel')
        resume = ('resume',) if self.is_running and (self.error or self.is_silent) else ()
        return (*resume, 'cancel') if self.stage in Stage.CANCELLABLE else resume

    @property
    def is_silent(self) -> bool:
        """Whether nothing was heard of the job for so long that it may have died."""
        return timezone.now() - self.updated > SILENCE

    def get_stage_color(self) -> str:
        return Stage.colors.get(self.stage)


def unfinished_change(alias: str, field_id: int) -> StagedChange | None:
    """Return the change of a field that is under way in a schema; its list of offenders is not loaded."""
    changes = StagedChange.objects.using(DEFAULT_DB_ALIAS).unfinished(alias)
    return changes.filter(field_id=field_id).defer('offenders').first()


def forget_changes(alias: str) -> None:
    """Drop what is known of a schema that no longer exists."""
    StagedChange.objects.using(DEFAULT_DB_ALIAS).filter(alias=alias).delete()


def _shown(value) -> str:
    return '–' if value in (None, '') else str(value).lower() if isinstance(value, bool) else str(value)
