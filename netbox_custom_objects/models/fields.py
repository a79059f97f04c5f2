"""
CustomObjectTypeField: one field of a user-defined type.

Writing the row is all that this module does about the database; columns follow from the receivers in `signals`.
"""

import json

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models, router, transaction
from django.utils.translation import gettext_lazy as _

from netbox.models import ChangeLoggedModel
from netbox.models.features import CloningMixin, ExportTemplatesMixin
from utilities.querysets import RestrictedQuerySet

from ..choices import (
    ArrayElementTypeChoices,
    CustomObjectFieldTypeChoices,
    FilterLogicChoices,
    ObjectFieldOnDeleteChoices,
    ResultTypeChoices,
    UIEditableChoices,
    UIVisibleChoices,
)
from ..constants import NAME_PATTERN, STORED_LENGTH
from ..ddl.locks import lock_definitions
from ..ddl.target import Target
from ..definitions import CONDITIONS, link_class_name, link_table_name, payload_key
from ..field_types import FIELD_TYPES, field_type_of
from ..field_types.shared.digits import MAX_DIGITS
from .concurrency import UpdatesWhatExists
from .conditions import ConditionalMixin
from .counters import new_until_stored, next_pk, next_schema_id
from .deletion import in_order_of_deletion
from .edit_context import EditedMixin
from .offered import OfferedMixin
from .rollups import RollupAttributes
from .scripting import FieldScripting
from .types import validate_version
from .validation.computed import store_expression
from .validation.conditions import store_conditions
from .validation.default_from import store_path
from .validation.fields import validate_field
from .validation.rollups import store_condition
from .validation.surroundings import surroundings_of


class CustomObjectTypeFieldQuerySet(RestrictedQuerySet):
    """Deletes one by one, so that each field is logged and its column retired."""

    def delete(self):
        deleted = 0
        with transaction.atomic(using=self.db):
            for field in in_order_of_deletion(self):
                field.delete(using=self.db)
                deleted += 1
        return deleted, {CustomObjectTypeField._meta.label: deleted}

    delete.alters_data = True
    delete.queryset_only = True


class CustomObjectTypeField(
    RollupAttributes,
    UpdatesWhatExists,
    EditedMixin,
    FieldScripting,
    ConditionalMixin,
    OfferedMixin,
    CloningMixin,
    ExportTemplatesMixin,
    ChangeLoggedModel,
):
    """A field of a CustomObjectType: what it is called, what it holds, and how it is shown."""

    custom_object_type = models.ForeignKey(
        to='netbox_custom_objects.CustomObjectType',
        on_delete=models.CASCADE,
        related_name='fields',
        verbose_name=_('custom object type'),
    )
    name = models.CharField(
        verbose_name=_('name'),
        max_length=50,
        help_text=_('Internal name, e.g. serial_number; lower-case letters, digits and single underscores'),
        validators=[
            RegexValidator(NAME_PATTERN, _('Only lower-case letters, digits and single underscores are allowed.'))
        ],
    )
    label = models.CharField(
        verbose_name=_('label'), max_length=50, blank=True, help_text=_('Shown to users instead of the name')
    )
    type = models.CharField(
        verbose_name=_('type'),
        max_length=50,
        choices=CustomObjectFieldTypeChoices.listed,
        default=CustomObjectFieldTypeChoices.TYPE_TEXT,
    )
    primary = models.BooleanField(
        verbose_name=_('primary'), default=False, help_text=_('The value of this field names the object')
    )
    context = models.BooleanField(
        verbose_name=_('context'), default=False, help_text=_('The value is shown beside the name in selectors')
    )
    required = models.BooleanField(verbose_name=_('required'), default=False)
    unique = models.BooleanField(
        verbose_name=_('must be unique'), default=False, help_text=_('No two objects may have the same value')
    )
    indexed = models.BooleanField(
        verbose_name=_('indexed'), default=False, help_text=_('Filters, searches and sorting stay fast in large tables')
    )
    default = models.JSONField(
        verbose_name=_('default'), blank=True, null=True, help_text=_('Default value, in JSON, e.g. "text" or 5')
    )
    # Named by the names of fields when it is written, and stored with their ids (`definitions.paths`).
    default_from = models.CharField(
        verbose_name=_('default from'),
        max_length=120,
        blank=True,
        help_text=_('What a new object takes from one that it refers to, e.g. site.tenant'),
    )
    choice_set = models.ForeignKey(
        to='extras.CustomFieldChoiceSet',
        on_delete=models.PROTECT,
        related_name='choices_for_object_type',
        verbose_name=_('choice set'),
        blank=True,
        null=True,
    )
    validation_regex = models.CharField(verbose_name=_('validation regex'), max_length=500, blank=True)
    validation_minimum = models.BigIntegerField(verbose_name=_('minimum value'), blank=True, null=True)
    validation_maximum = models.BigIntegerField(verbose_name=_('maximum value'), blank=True, null=True)
    max_length = models.PositiveIntegerField(
        verbose_name=_('maximum length'),
        blank=True,
        null=True,
        validators=[MinValueValidator(1)],
        help_text=_('Characters that a text can have; no limit if empty'),
    )
    decimal_digits = models.PositiveSmallIntegerField(
        verbose_name=_('digits'),
        blank=True,
        null=True,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_DIGITS)],
        help_text=_('Digits of a number, decimal places included (1 to 38); 8 if empty'),
    )
    decimal_places = models.PositiveSmallIntegerField(
        verbose_name=_('decimal places'),
        blank=True,
        null=True,
        validators=[MaxValueValidator(MAX_DIGITS)],
        help_text=_('Digits after the decimal point; 2 if empty'),
    )
    unit = models.CharField(
        verbose_name=_('unit'), max_length=30, blank=True, help_text=_('Shown beside the number, e.g. €, dBm or Mbit/s')
    )
    number_template = models.CharField(
        verbose_name=_('number template'),
        max_length=100,
        blank=True,
        help_text=_('How a number is written, e.g. DEV{number:06} or {year}-{number}; {number} if empty'),
    )
    restart_yearly = models.BooleanField(
        verbose_name=_('restart yearly'), default=False, help_text=_('Numbers begin again at 1 each year')
    )
    element_type = models.CharField(
        verbose_name=_('element type'),
        max_length=50,
        choices=ArrayElementTypeChoices.listed,
        blank=True,
        help_text=_('What the items of an array are; fixed once the field exists'),
    )
    related_object_type = models.ForeignKey(
        to='core.ObjectType',
        on_delete=models.PROTECT,
        verbose_name=_('related object type'),
        blank=True,
        null=True,
    )
    is_polymorphic = models.BooleanField(verbose_name=_('polymorphic'), default=False)
    related_object_types = models.ManyToManyField(
        to='core.ObjectType',
        related_name='polymorphic_custom_object_type_fields',
        verbose_name=_('related object types'),
        blank=True,
    )
    related_object_filter = models.JSONField(
        verbose_name=_('related object filter'),
        blank=True,
        null=True,
        help_text=_('Query parameters that limit what can be selected, in JSON, e.g. {"status": "active"}'),
    )
    related_object_filter_enforced = models.BooleanField(
        verbose_name=_('enforce related object filter'),
        default=False,
        help_text=_('Objects that the filter does not find cannot be set by any means'),
    )
    related_name = models.CharField(
        verbose_name=_('related name'),
        max_length=100,
        blank=True,
        validators=[
            RegexValidator(r'^(?!.*__)[a-z0-9_]+$', _('Only lower-case letters, digits and single underscores.'))
        ],
    )
    on_delete_behavior = models.CharField(
        verbose_name=_('on delete'),
        max_length=50,
        choices=ObjectFieldOnDeleteChoices,
        default=ObjectFieldOnDeleteChoices.SET_NULL,
        blank=True,
        help_text=_('What happens when the referenced object is deleted'),
    )
    group_name = models.CharField(verbose_name=_('group name'), max_length=50, blank=True)
    description = models.CharField(verbose_name=_('description'), max_length=200, blank=True)
    search_weight = models.PositiveSmallIntegerField(
        verbose_name=_('search weight'), default=500, help_text=_('Lower weighs more; 0 leaves the field out')
    )
    filter_logic = models.CharField(
        verbose_name=_('filter logic'), max_length=50, choices=FilterLogicChoices, default=FilterLogicChoices.LOOSE
    )
    ui_visible = models.CharField(
        verbose_name=_('UI visible'), max_length=50, choices=UIVisibleChoices, default=UIVisibleChoices.ALWAYS
    )
    ui_editable = models.CharField(
        verbose_name=_('UI editable'), max_length=50, choices=UIEditableChoices, default=UIEditableChoices.YES
    )
    weight = models.PositiveSmallIntegerField(
        verbose_name=_('display weight'), default=100, help_text=_('Fields with higher weights come later')
    )
    is_cloneable = models.BooleanField(verbose_name=_('is cloneable'), default=False)
    comments = models.TextField(verbose_name=_('comments'), blank=True)
    schema_id = models.PositiveIntegerField(verbose_name=_('schema ID'), blank=True, null=True, editable=False)
    deprecated = models.BooleanField(verbose_name=_('deprecated'), default=False)
    deprecated_since = models.CharField(
        verbose_name=_('deprecated since'), max_length=50, blank=True, validators=[validate_version]
    )
    scheduled_removal = models.CharField(
        verbose_name=_('scheduled removal'), max_length=50, blank=True, validators=[validate_version]
    )

    # Named by the names of fields when it is written, and stored with their keys (`expressions.typed.storage`).
    expression = models.TextField(
        verbose_name=_('expression'),
        max_length=STORED_LENGTH,
        blank=True,
        help_text=_('How the values of a computed field are calculated, e.g. quantity * unit_price'),
    )
    result_type = models.CharField(
        verbose_name=_('result type'),
        max_length=50,
        choices=ResultTypeChoices,
        blank=True,
        help_text=_('What the values of a computed field are'),
    )

    # The key of this field's value in change data (decision 9): never changed, never used again.
    payload_key = models.CharField(
        verbose_name=_('payload key'), max_length=80, blank=True, editable=False, db_index=True
    )
    # Names the field had before, newest last: change records from before a take-over are keyed by name.
    former_names = ArrayField(
        base_field=models.CharField(max_length=50),
        verbose_name=_('former names'),
        blank=True,
        default=list,
        editable=False,
    )

    objects = CustomObjectTypeFieldQuerySet.as_manager()

    clone_fields = (
        'custom_object_type', 'label', 'type', 'required', 'indexed', *CONDITIONS, 'default', 'default_from',
        'choice_set', 'validation_regex', 'validation_minimum', 'validation_maximum', 'max_length', 'suggest_values',
        'decimal_digits', 'decimal_places', 'unit', 'number_template', 'restart_yearly', 'element_type', 'expression',
        'result_type', 'referring_field', 'aggregate', 'aggregated_field', 'condition', 'related_object_type',
        'is_polymorphic', 'related_object_types', 'related_object_filter', 'related_object_filter_enforced',
        'on_delete_behavior', 'group_name', 'description', 'search_weight', 'filter_logic', 'ui_visible', 'ui_editable',
        'in_list', 'weight', 'is_cloneable',
    )  # fmt: skip

    # Kept by each schema for itself, from the names that it saw.
    _unserialized = ('former_names',)

    class Meta:
        ordering = ('group_name', 'weight', 'name')
        verbose_name = _('custom object type field')
        verbose_name_plural = _('custom object type fields')
        constraints = (
            models.UniqueConstraint(
                fields=('name', 'custom_object_type'),
                name='netbox_custom_objects_customobjecttypefield_unique_name',
                violation_error_message=_('This type already has a field with this name.'),
            ),
            models.UniqueConstraint(
                fields=('related_object_type', 'related_name'),
                condition=~models.Q(related_name=''),
                name='netbox_custom_objects_customobjecttypefield_unique_related_name',
                violation_error_message=_('Another field uses this related name on the same object type.'),
            ),
            models.UniqueConstraint(
                fields=('schema_id', 'custom_object_type'),
                condition=models.Q(schema_id__isnull=False),
                name='netbox_custom_objects_customobjecttypefield_unique_schema_id',
            ),
        )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._loaded_name = self.__dict__.get('name')
        self._loaded_type = self.__dict__.get('type')
        self._loaded_result_type = self.__dict__.get('result_type')

    def __str__(self):
        return self.label or (self.name.replace('_', ' ')[:1].upper() + self.name.replace('_', ' ')[1:])

    def get_absolute_url(self):
        return self.custom_object_type.get_absolute_url()

    @property
    def converted(self) -> str:
        """Which attribute makes its values be of another kind once it is saved, '' if none does."""
        if self._state.adding:
            return ''
        if self._loaded_type != self.type:
            return 'type'
        return '' if self._loaded_result_type == self.result_type else 'result_type'

    @property
    def field_type(self):
        """The FieldType object that answers for fields of this type."""
        return field_type_of(self)

    @property
    def many(self) -> bool:
        return self.field_type.many

    @property
    def is_single_value(self) -> bool:
        return not self.many

    @property
    def through_table_name(self) -> str:
        return link_table_name(self.custom_object_type_id, self.pk)

    @property
    def through_model_name(self) -> str:
        return link_class_name(self.custom_object_type_id, self.pk)

    def intended_targets(self) -> list:
        """
        Return the object types that a polymorphic field may refer to: those about to be saved, or the stored ones.

        Forms and serializers note what they are about to save as `_m2m_values`, as those of NetBox do.
        """
        if not self.is_polymorphic:
            return []
        noted = getattr(self, '_m2m_values', {}).get('related_object_types')
        if noted is not None:
            return list(noted)
        if self._state.adding or self.pk is None:
            return []
        return list(self.related_object_types.db_manager(self._state.db).all())

    @property
    def related_object_type_label(self) -> str:
        """Return the natural key of the target, or an empty string."""
        target = self.related_object_type
        return f'{target.app_label}.{target.model}' if target else ''

    def clone(self):
        attributes = super().clone()
        # NetBox writes false and 0 as Python does, or not at all; forms have inputs of the field's own.
        for name in ('default', 'related_object_filter'):
            attributes.pop(name, None)
            if getattr(self, name) is not None:
                attributes[f'{name}_json'] = json.dumps(getattr(self, name))
        return attributes

    def get_type_color(self):
        return CustomObjectFieldTypeChoices.colors.get(self.type)

    def get_ui_visible_color(self):
        return UIVisibleChoices.colors.get(self.ui_visible)

    def get_ui_editable_color(self):
        return UIEditableChoices.colors.get(self.ui_editable)

    def serialize_object(self, exclude=None):
        return super().serialize_object(exclude=[*(exclude or ()), *self._unserialized])

    def clean_fields(self, exclude=None):
        """Accept a type that this release does not know of a field that has it already: the rest can be edited."""
        if self.type not in FIELD_TYPES and not self._state.adding and self.type == self._loaded_type:
            exclude = {*(exclude or ()), 'type'}
        super().clean_fields({*(exclude or ()), *surroundings_of(self).trusted(self)})

    def clean(self):
        super().clean()
        validate_field(self)

    def validate_unique(self, exclude=None):
        surroundings_of(self).check_key(self, exclude or set(), super().validate_unique)

    def validate_constraints(self, exclude=None):
        surroundings_of(self).check_unique(self, exclude or set(), self._validate_stored)

    def _validate_stored(self, exclude):
        """Ask for all constraints in one query first: hardly ever is there a field that has the same."""
        same = models.Q(custom_object_type=self.custom_object_type_id, name=self.name)
        if self.schema_id is not None:
            same |= models.Q(custom_object_type=self.custom_object_type_id, schema_id=self.schema_id)
        if self.related_name:
            same |= models.Q(related_object_type=self.related_object_type_id, related_name=self.related_name)
        others = type(self).objects.using(router.db_for_write(type(self), instance=self)).filter(same)
        if not self._state.adding:
            others = others.exclude(pk=self.pk)
        if others.exists():
            super().validate_constraints(exclude)

    def save(self, *args, using=None, **kwargs):
        """Write the row and, in the same transaction, its column (by a receiver)."""
        using = using or router.db_for_write(type(self), instance=self)
        with new_until_stored(self, 'payload_key', 'schema_id'), transaction.atomic(using=using):
            if self.schema_id is None:
                # A session that held the counter's row first, and then waited for the lock, would block its holder.
                lock_definitions(Target.for_alias(using))
            if self.pk is None:
                # It is given one now, and Django would try an update first.
                kwargs['force_insert'] = True
            self._assign_identity()
            self._remember_former_name()
            store_expression(self)
            store_condition(self)
            store_path(self)
            store_conditions(self)
            if self.primary:
                self._clear_other_primary(using)
            super().save(*args, using=using, **kwargs)
        self._loaded_name = self.name

    def _assign_identity(self):
        if self.pk is None:
            self.pk = next_pk(type(self))
        if not self.payload_key:
            self.payload_key = payload_key(self.name, self.pk)
        if self.schema_id is None:
            self.schema_id = next_schema_id(self.custom_object_type_id, self.custom_object_type.next_schema_id)

    def _remember_former_name(self):
        if not self._state.adding and self._loaded_name and self._loaded_name != self.name:
            self.former_names = [*(name for name in self.former_names if name != self._loaded_name), self._loaded_name]

    def _clear_other_primary(self, using):
        """One field names the object: choosing this one is logged as a change of the one before."""
        others = type(self).objects.using(using).filter(custom_object_type=self.custom_object_type_id, primary=True)
        for other in others.exclude(pk=self.pk):
            other.snapshot()
            other.primary = False
            other.save(using=using)

    def delete(self, using=None, keep_parents=False):
        using = using or router.db_for_write(type(self), instance=self)
        with transaction.atomic(using=using):
            return super().delete(using=using, keep_parents=keep_parents)
