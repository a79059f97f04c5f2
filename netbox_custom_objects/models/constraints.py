"""
CustomObjectTypeConstraint: a constraint that all objects of a type meet, enforced by the database.

Writing the row is all that this module does about the database; indexes and checks follow from the receivers in
`signals`.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models, router, transaction
from django.utils.translation import gettext_lazy as _

from netbox.models import ChangeLoggedModel
from netbox.models.features import CloningMixin, ExportTemplatesMixin
from utilities.querysets import RestrictedQuerySet

from ..choices import ConstraintTypeChoices
from ..constants import STORED_LENGTH
from .concurrency import UpdatesWhatExists
from .counters import new_until_stored, next_pk
from .edit_context import EditedMixin
from .validation.constraints import normalise, validate_constraint
from .validation.surroundings import surroundings_of


class CustomObjectTypeConstraintQuerySet(RestrictedQuerySet):
    """Deletes one by one, so that each constraint is logged and what enforces it goes."""

    def delete(self):
        deleted = 0
        with transaction.atomic(using=self.db):
            for constraint in self:
                constraint.delete(using=self.db)
                deleted += 1
        return deleted, {CustomObjectTypeConstraint._meta.label: deleted}

    delete.alters_data = True
    delete.queryset_only = True


class CustomObjectTypeConstraint(UpdatesWhatExists, EditedMixin, CloningMixin, ExportTemplatesMixin, ChangeLoggedModel):
    """
    A constraint of a CustomObjectType: values that are unique together, or a condition that every object meets.

    `condition` and `expression` may be written with the names of fields; they are stored with keys in their place (see
    `expressions.typed.storage`), and `runtime.shown.shown_expression` returns them with the current names.
    """

    custom_object_type = models.ForeignKey(
        to='netbox_custom_objects.CustomObjectType',
        on_delete=models.CASCADE,
        related_name='constraints',
        verbose_name=_('custom object type'),
    )
    name = models.CharField(verbose_name=_('name'), max_length=100)
    type = models.CharField(verbose_name=_('type'), max_length=50, choices=ConstraintTypeChoices)
    # Ids of fields, in the order of the index. No relation, so that a constraint is one row in every change record.
    field_ids = ArrayField(
        base_field=models.BigIntegerField(),
        verbose_name=_('fields'),
        blank=True,
        default=list,
        help_text=_('The fields whose values are unique together'),
    )
    case_insensitive = models.BooleanField(
        verbose_name=_('case-insensitive'), default=False, help_text=_('Texts that differ in case only are the same')
    )
    nulls_distinct = models.BooleanField(
        verbose_name=_('nulls are distinct'),
        default=True,
        help_text=_('Objects that lack a value are never the same as others'),
    )
    condition = models.TextField(
        verbose_name=_('condition'),
        max_length=STORED_LENGTH,
        blank=True,
        help_text=_('Only objects that meet it must be unique, e.g. status != "retired"'),
    )
    expression = models.TextField(
        verbose_name=_('expression'),
        max_length=STORED_LENGTH,
        blank=True,
        help_text=_('Must not be false for any object, e.g. end > start'),
    )
    message = models.CharField(
        verbose_name=_('message'), max_length=200, blank=True, help_text=_('Shown when an object does not meet it')
    )

    objects = CustomObjectTypeConstraintQuerySet.as_manager()

    clone_fields = (
        'custom_object_type',
        'type',
        'field_ids',
        'case_insensitive',
        'nulls_distinct',
        'condition',
        'expression',
        'message',
    )

    class Meta:
        ordering = ('custom_object_type', 'name')
        verbose_name = _('constraint')
        verbose_name_plural = _('constraints')
        constraints = (
            models.UniqueConstraint(
                fields=('custom_object_type', 'name'),
                name='netbox_custom_objects_customobjecttypeconstraint_unique_name',
                violation_error_message=_('This type already has a constraint with this name.'),
            ),
        )

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return self.custom_object_type.get_absolute_url()

    def get_type_color(self):
        return ConstraintTypeChoices.colors.get(self.type)

    def clean_fields(self, exclude=None):
        super().clean_fields({*(exclude or ()), *surroundings_of(self).trusted(self)})

    def validate_constraints(self, exclude=None):
        surroundings_of(self).check_unique(self, exclude or set(), super().validate_constraints)

    def clean(self):
        super().clean()
        validate_constraint(self)

    def save(self, *args, using=None, **kwargs):
        """
        Write the row and, in the same transaction, what enforces it (by a receiver).

        Raises:
            DuplicateValues, ViolatedCheck: objects that exist do not meet it; nothing was changed
        """
        using = using or router.db_for_write(type(self), instance=self)
        with new_until_stored(self), transaction.atomic(using=using):
            if self.pk is None:
                # From main's sequence, which the tables of branches that are migrated later do not share.
                self.pk = next_pk(type(self))
                kwargs['force_insert'] = True
            normalise(self, using)
            super().save(*args, using=using, **kwargs)

    def delete(self, using=None, keep_parents=False):
        using = using or router.db_for_write(type(self), instance=self)
        with transaction.atomic(using=using):
            return super().delete(using=using, keep_parents=keep_parents)
