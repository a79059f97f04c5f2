"""What of a field is offered to users who have not asked: a column of lists, and values that are in use."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OfferedMixin(models.Model):
    """The attributes of a field that lists and forms read."""

    suggest_values = models.BooleanField(
        verbose_name=_('suggest values'),
        default=False,
        help_text=_('Forms suggest values that other objects have'),
    )
    in_list = models.BooleanField(
        verbose_name=_('in list'),
        blank=True,
        null=True,
        help_text=_('Whether lists show it to users who have not chosen their columns; decided by the type if empty'),
    )

    class Meta:
        abstract = True
