"""The attributes of a field that define what a rollup makes of the objects that refer to an object."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..choices import AggregateChoices
from ..constants import STORED_LENGTH


class RollupAttributes(models.Model):
    """What of CustomObjectTypeField only rollups have; its `expression` is what only computed fields have."""

    # Fields that a rollup reads cannot be deleted, but in a replay, which may bring them back.
    referring_field = models.ForeignKey(
        to='self',
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name='+',
        verbose_name=_('referring field'),
        blank=True,
        null=True,
        help_text=_('The field by which other objects refer to objects of this type'),
    )
    aggregate = models.CharField(
        verbose_name=_('aggregate'),
        max_length=50,
        choices=AggregateChoices,
        blank=True,
        help_text=_('What is made of the objects that refer to an object'),
    )
    aggregated_field = models.ForeignKey(
        to='self',
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name='+',
        verbose_name=_('aggregated field'),
        blank=True,
        null=True,
        help_text=_('The field of the referring objects whose values are taken; none for a count'),
    )
    condition = models.TextField(
        verbose_name=_('condition'),
        max_length=STORED_LENGTH,
        blank=True,
        help_text=_('Which referring objects count, e.g. !cancelled; all if empty'),
    )

    class Meta:
        abstract = True

    @property
    def is_calculated(self) -> bool:
        """Whether its values are calculated from other fields, which it must be deleted before."""
        return bool(self.expression or self.aggregate)
