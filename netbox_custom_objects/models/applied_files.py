"""
Which files of data sources were applied as documents, so that a page can say that one has changed since.

One table in the main schema, also for what was applied in branches. NetBox's AutoSyncRecord would need an object that
is written as soon as a file changes; a model is changed only by those who have seen a preview.
"""

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import DataFile


class AppliedFile(models.Model):
    """A file of a data source, as it was when it was last applied."""

    data_file = models.OneToOneField('core.DataFile', on_delete=models.CASCADE, related_name='+')
    hash = models.CharField(max_length=64)
    applied = models.DateTimeField(default=timezone.now)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name='+')
    # `main`, or the name of the branch in which it was applied.
    schema = models.CharField(max_length=100)

    _netbox_private = True

    class Meta:
        ordering = ('data_file',)
        verbose_name = _('applied file')
        verbose_name_plural = _('applied files')

    def __str__(self):
        return str(self.data_file)

    @property
    def has_changed(self) -> bool:
        return self.hash != self.data_file.hash


def note_applied(source: dict | None, user, schema: str) -> None:
    """
    Note that a file was applied, if its user may view it.

    Args:
        source: {'data_file': its primary key, 'hash': of what was applied}, None if the document is from elsewhere
        user: who applied it
        schema: `main`, or the name of the branch in which it was applied
    """
    files = DataFile.objects.using(DEFAULT_DB_ALIAS).restrict(user, 'view')
    if source is None or not files.filter(pk=source['data_file']).exists():
        return
    values = {'hash': source['hash'], 'applied': timezone.now(), 'user': user, 'schema': schema}
    rows = AppliedFile.objects.using(DEFAULT_DB_ALIAS)
    rows.update_or_create(data_file_id=source['data_file'], defaults=values)


def applied_files(user):
    """Return what was applied of the files that a user may view."""
    rows = AppliedFile.objects.using(DEFAULT_DB_ALIAS).filter(data_file__in=DataFile.objects.restrict(user, 'view'))
    return rows.select_related('data_file__source', 'user').defer('data_file__data')


def changed_files(user):
    """Return those that have changed since."""
    return applied_files(user).exclude(hash=models.F('data_file__hash'))
