"""
CustomObjectType: one object type that a user defined.

Writing the row is all that this module does about the database; tables follow from the receivers in `signals`.
"""

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, router, transaction
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from netbox.models import NetBoxModel
from utilities.querysets import RestrictedQuerySet

from .. import settings
from ..constants import APP_LABEL, NAME_PATTERN, RESERVED_SLUGS
from ..definitions import class_name, model_name, table_name
from ..field_types import field_type_of
from ..field_types.shared.deprecation import check as deprecation_errors
from ..field_types.shared.deprecation import parse_version
from . import deletion
from .concurrency import UpdatesWhatExists
from .config_contexts import CONFIG_CONTEXT_NAMES
from .counters import new_until_stored, next_type_id
from .display import validate_expression
from .edit_context import EditedMixin
from .object_types import ensure_object_type
from .objects import CustomObject
from .scripting import TypeScripting
from .validation.surroundings import surroundings_of


class CustomObjectTypeQuerySet(RestrictedQuerySet):
    """What can be asked of types, and how several of them are deleted."""

    def linked_to(self, obj: models.Model, user=None) -> 'CustomObjectTypeQuerySet':
        """
        Return those types that have objects which refer to `obj`, by a field of any kind.

        Costs one query for the fields that can refer to it, and one for each of these.

        Args:
            obj: an object of NetBox, of another plugin, or a custom one
            user: consider only objects that this user may view
        """
        content_type = ContentType.objects.get_for_model(obj)
        fields = apps.get_model(APP_LABEL, 'customobjecttypefield').objects.filter(
            models.Q(related_object_type=content_type.pk) | models.Q(related_object_types=content_type.pk)
        )
        found = set()
        for pk, type_id in fields.values_list('pk', 'custom_object_type').distinct():
            model = apps.get_model(APP_LABEL, model_name(type_id))
            field = next((field for field in model._definition.fields if field.id == pk), None)
            if field is None:
                continue  # it cannot be built
            objects = model.objects.all() if user is None else model.objects.restrict(user, 'view')
            if objects.filter(**field_type_of(field).reference_filter(field, obj)).exists():
                found.add(type_id)
        return self.filter(pk__in=found)

    def delete(self):
        """Delete one by one, because a type takes its objects and fields with it in a logged order."""
        deleted = 0
        with transaction.atomic(using=self.db):
            for custom_object_type in self:
                custom_object_type.delete(using=self.db)
                deleted += 1
        return deleted, {CustomObjectType._meta.label: deleted}

    delete.alters_data = True
    delete.queryset_only = True


def validate_version(value: str) -> None:
    """Raise ValidationError unless `value` is a PEP 440 version."""
    if parse_version(value) is None:
        raise ValidationError(_('%(value)s is not a valid version, such as 1.0 or 2.1rc1.'), params={'value': value})


class CustomObjectType(UpdatesWhatExists, EditedMixin, TypeScripting, NetBoxModel):
    """A type of objects, with fields of its own, each object of which is a row of a table of its own."""

    name = models.CharField(
        verbose_name=_('name'),
        max_length=100,
        unique=True,
        help_text=_('Internal name, e.g. power_feed; lower-case letters, digits and single underscores'),
        validators=[
            RegexValidator(NAME_PATTERN, _('Only lower-case letters, digits and single underscores are allowed.'))
        ],
    )
    slug = models.SlugField(verbose_name=_('slug'), max_length=100, unique=True)
    verbose_name = models.CharField(verbose_name=_('verbose name'), max_length=100, blank=True)
    verbose_name_plural = models.CharField(verbose_name=_('verbose name (plural)'), max_length=100, blank=True)
    description = models.CharField(verbose_name=_('description'), max_length=200, blank=True)
    comments = models.TextField(verbose_name=_('comments'), blank=True)
    version = models.CharField(verbose_name=_('version'), max_length=50, blank=True, validators=[validate_version])
    group_name = models.CharField(
        verbose_name=_('menu group'),
        max_length=100,
        blank=True,
        db_index=True,
        help_text=_('Types of the same group are listed together in the menu'),
    )
    display_expression = models.CharField(
        verbose_name=_('display expression'),
        max_length=500,
        blank=True,
        help_text=_('Jinja2 template for the name of an object, e.g. {{ name }} ({{ serial }})'),
    )
    config_context_enabled = models.BooleanField(verbose_name=_('config context enabled'), default=False)
    deprecated = models.BooleanField(
        verbose_name=_('deprecated'), default=False, help_text=_('Objects can no longer be created or changed')
    )
    deprecated_since = models.CharField(
        verbose_name=_('deprecated since'), max_length=50, blank=True, validators=[validate_version]
    )
    scheduled_removal = models.CharField(
        verbose_name=_('scheduled removal'), max_length=50, blank=True, validators=[validate_version]
    )
    schema_document = models.JSONField(verbose_name=_('schema document'), blank=True, null=True, editable=False)
    next_schema_id = models.PositiveIntegerField(verbose_name=_('next schema ID'), default=0, editable=False)
    cache_timestamp = models.DateTimeField(verbose_name=_('cache timestamp'), default=timezone.now, editable=False)
    object_type = models.OneToOneField(
        to='core.ObjectType',
        on_delete=models.SET_NULL,
        related_name='custom_object_types',
        blank=True,
        null=True,
        editable=False,
    )

    objects = CustomObjectTypeQuerySet.as_manager()

    clone_fields = (
        'verbose_name',
        'verbose_name_plural',
        'group_name',
        'description',
        'display_expression',
        'config_context_enabled',
    )

    # NetBox would offer a page of its own documentation, which has none about this model.
    docs_url = None

    # Bookkeeping that each schema does for itself: in change data it would only make false conflicts.
    _unserialized = ('next_schema_id', 'cache_timestamp')

    class Meta:
        ordering = ('name',)
        verbose_name = _('custom object type')
        verbose_name_plural = _('custom object types')
        constraints = (
            models.UniqueConstraint(
                Lower('name'),
                name='netbox_custom_objects_customobjecttype_name',
                violation_error_message=_('A custom object type with this name already exists.'),
            ),
        )

    def __str__(self):
        return self.display_name

    def get_absolute_url(self):
        return reverse('plugins:netbox_custom_objects:customobjecttype', args=[self.pk])

    def get_list_url(self):
        """Return the URL of the list of this type's objects."""
        return reverse('plugins:netbox_custom_objects:customobject_list', kwargs={'custom_object_type': self.slug})

    @property
    def display_name(self) -> str:
        return self.get_verbose_name()

    def get_verbose_name(self) -> str:
        return self.verbose_name or self.name[:1].upper() + self.name[1:]

    def get_verbose_name_plural(self) -> str:
        return self.verbose_name_plural or f'{self.get_verbose_name()}s'

    @property
    def title_case_name(self) -> str:
        return self.get_verbose_name()

    @property
    def title_case_name_plural(self) -> str:
        return self.get_verbose_name_plural()

    @classmethod
    def get_table_model_name(cls, table_id: int) -> str:
        """Return the class name of a type's model: `Table5Model`."""
        return class_name(table_id)

    @staticmethod
    def get_content_type_label(custom_object_type_id: int) -> str:
        """Return the natural key of a type's content type: `netbox_custom_objects.table5model`."""
        return f'{APP_LABEL}.{model_name(custom_object_type_id)}'

    def get_database_table_name(self) -> str:
        return table_name(self.pk)

    def get_model(self, skip_object_fields: bool = False, no_cache: bool = False) -> type[CustomObject]:
        """
        Return the model class of this type in the current context (active branch or main).

        The arguments are accepted for callers of the vendor plugin; classes are immutable and always current here.
        """
        return apps.get_model(APP_LABEL, model_name(self.pk))

    def clone(self):
        """Return what the form of a copy begins with; it takes the fields from this type, unless told otherwise."""
        return {**super().clone(), 'fields_of': self.pk}

    def serialize_object(self, exclude=None):
        return super().serialize_object(exclude=[*(exclude or ()), *self._unserialized])

    def clean(self):
        super().clean()
        errors = {}
        surroundings = surroundings_of(self)
        before = surroundings.before(self)
        if before is None:
            self._check_limit()
        if (before is None or before.slug != self.slug) and (error := self._slug_error()):
            errors['slug'] = error
        enables_context = before is not None and self.config_context_enabled and not before.config_context_enabled
        if enables_context and (taken := surroundings.fields_called(self, CONFIG_CONTEXT_NAMES)):
            errors['config_context_enabled'] = _('Config contexts use the names of these fields: {names}').format(
                names=', '.join(field.name for field in taken)
            )
        errors |= dict(deprecation_errors(self, before))
        # What was stored before an expression could do less stays as it is until someone changes it.
        if self.display_expression and (before is None or before.display_expression != self.display_expression):
            try:
                validate_expression(self.display_expression)
            except ValidationError as error:
                errors['display_expression'] = error
        if errors:
            raise ValidationError(errors)

    def _check_limit(self):
        limit = settings.get('max_custom_object_types')
        if limit and surroundings_of(self).count_types(self) >= limit:
            raise ValidationError(
                _('There can be at most %(limit)s custom object types (setting max_custom_object_types).'),
                params={'limit': limit},
            )

    def _slug_error(self):
        if self.slug in RESERVED_SLUGS:
            return _("This slug is reserved for one of the plugin's own pages.")
        if self.slug and surroundings_of(self).has_slug(self):
            return _('Another custom object type has this slug (slugs are case-insensitive).')
        return None

    def validate_unique(self, exclude=None):
        surroundings_of(self).check_unique(self, exclude or set(), super().validate_unique)

    def validate_constraints(self, exclude=None):
        surroundings_of(self).check_unique(self, exclude or set(), super().validate_constraints)

    def save(self, *args, using=None, **kwargs):
        """Write the row and, in the same transaction, its table (by a receiver); reserve its object type first."""
        using = using or router.db_for_write(type(self), instance=self)
        with new_until_stored(self, 'object_type'):
            self._save(using, *args, **kwargs)

    def _save(self, using, *args, **kwargs):
        if self._state.adding:
            # The id comes first: the object type is named by it, and must exist before any row refers to it.
            if self.pk is None:
                self.pk = next_type_id(type(self))
                # Django would try an update first, as the row has a key.
                kwargs['force_insert'] = True
            self.object_type = self.object_type or ensure_object_type(self.pk, CustomObject, using)
        self.cache_timestamp = timezone.now()
        with transaction.atomic(using=using):
            super().save(*args, using=using, **kwargs)

    def delete(self, using=None, keep_parents=False, delete_referencing_fields=None):
        """
        Delete the type: its objects, its fields and itself are logged in this order; its table is retired.

        See `deletion.empty_type` for what is logged of a large type, and for the errors raised.

        Args:
            using: connection alias of the schema, by default that of the current context
            keep_parents: as in Django
            delete_referencing_fields: delete the fields of other types that refer to this one, too; by default what
                `edit_context` says, as NetBox's views pass no arguments
        """
        using = using or router.db_for_write(type(self), instance=self)
        if delete_referencing_fields is None:
            delete_referencing_fields = self.edit_context.delete_referencing_fields
        with transaction.atomic(using=using):
            deletion.empty_type(self, using, delete_referencing_fields)
            return super().delete(using=using, keep_parents=keep_parents)
