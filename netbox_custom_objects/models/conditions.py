"""When an object needs a value of a field, when forms ask for it, and when it can be changed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..constants import STORED_LENGTH


class ConditionalMixin(models.Model):
    """
    The conditions of a field.

    Named by the names of fields when they are written, and stored with their keys (`expressions.typed.storage`).
    """

    required_if = models.TextField(
        verbose_name=_('required if'),
        max_length=STORED_LENGTH,
        blank=True,
        help_text=_("An object must have a value while this is true, e.g. status == 'active'"),
    )
    visible_if = models.TextField(
        verbose_name=_('visible if'),
        max_length=STORED_LENGTH,
        blank=True,
        help_text=_('Forms show the field while this is true, and no value is required otherwise'),
    )
    editable_if = models.TextField(
        verbose_name=_('editable if'),
        max_length=STORED_LENGTH,
        blank=True,
        help_text=_('The value can be changed while this is true'),
    )

    class Meta:
        abstract = True
