"""Forms of custom object types."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from netbox.forms import NetBoxModelBulkEditForm, NetBoxModelForm, NetBoxModelImportForm
from utilities.exceptions import AbortRequest, PermissionsViolation
from utilities.forms.fields import CommentField, DynamicModelChoiceField, SlugField
from utilities.forms.rendering import FieldSet
from utilities.forms.widgets import BulkEditNullBooleanSelect
from utilities.permissions import get_permission_for_model

from .. import settings
from ..models import CustomObjectType, CustomObjectTypeConstraint, CustomObjectTypeField
from ..services.arrange_fields import copy_fields
from ..services.constraints import copy_constraints


class CustomObjectTypeForm(NetBoxModelForm):
    slug = SlugField(slug_source='name')
    fields_of = DynamicModelChoiceField(
        queryset=CustomObjectType.objects.all(),
        required=False,
        label=_('Copy fields from'),
        help_text=_('The new type gets the same fields and constraints, which can be changed later'),
    )
    comments = CommentField()

    fieldsets = (
        FieldSet(
            'name', 'verbose_name', 'verbose_name_plural', 'display_expression', 'group_name', 'slug', 'version',
            'description', 'config_context_enabled', 'fields_of', 'tags', name=_('Custom Object Type'),
        ),
        FieldSet('deprecated', 'deprecated_since', 'scheduled_removal', name=_('Deprecation')),
    )  # fmt: skip

    class Meta:
        model = CustomObjectType
        fields = (
            'name', 'verbose_name', 'verbose_name_plural', 'display_expression', 'group_name', 'slug', 'version',
            'description', 'config_context_enabled', 'deprecated', 'deprecated_since', 'scheduled_removal',
            'comments', 'tags',
        )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        given = _('Objects have local context data, and the data of the config contexts that apply to them.')
        self.fields['config_context_enabled'].help_text = f'{given} {_kept_for()}'
        if not self.instance._state.adding:
            del self.fields['fields_of']

    def save(self, commit=True):
        """Save the type, and copies of the fields that were asked for: all of them, or nothing at all is saved."""
        custom_object_type = super().save(commit)
        if source := self.cleaned_data.get('fields_of'):
            self._copy_fields(source, custom_object_type)
        return custom_object_type

    def _copy_fields(self, source, custom_object_type):
        user = custom_object_type.edit_context.user
        try:
            copies = copy_fields(source, custom_object_type, CustomObjectTypeField.objects.restrict(user, 'view'))
            constraints = copy_constraints(self._constraints_of(source, user), custom_object_type, copies)
        except ValidationError as error:
            raise AbortRequest(' '.join(error.messages)) from error
        for model, made in ((CustomObjectTypeField, copies), (CustomObjectTypeConstraint, constraints)):
            if model.objects.restrict(user, 'add').filter(pk__in=[copy.pk for copy in made]).count() != len(made):
                raise PermissionsViolation

    @staticmethod
    def _constraints_of(source, user):
        """Return the constraints to copy; none for users who may not add any."""
        constraints = CustomObjectTypeConstraint.objects
        if not user.has_perm(get_permission_for_model(CustomObjectTypeConstraint, 'add')):
            return constraints.none()
        return constraints.restrict(user, 'view').filter(custom_object_type=source)


class CustomObjectTypeBulkEditForm(NetBoxModelBulkEditForm):
    model = CustomObjectType
    group_name = forms.CharField(max_length=100, required=False, label=_('Menu group'))
    version = forms.CharField(max_length=50, required=False, label=_('Version'))
    display_expression = forms.CharField(max_length=500, required=False, label=_('Display expression'))
    description = forms.CharField(max_length=200, required=False, label=_('Description'))
    config_context_enabled = forms.NullBooleanField(
        required=False, label=_('Config context enabled'), widget=BulkEditNullBooleanSelect()
    )
    deprecated = forms.NullBooleanField(required=False, label=_('Deprecated'), widget=BulkEditNullBooleanSelect())
    deprecated_since = forms.CharField(max_length=50, required=False, label=_('Deprecated since'))
    scheduled_removal = forms.CharField(max_length=50, required=False, label=_('Scheduled removal'))
    comments = CommentField()

    fieldsets = (
        FieldSet('group_name', 'version', 'display_expression', 'config_context_enabled', 'description'),
        FieldSet('deprecated', 'deprecated_since', 'scheduled_removal', name=_('Deprecation')),
    )
    nullable_fields = (
        'group_name', 'version', 'display_expression', 'description', 'deprecated_since', 'scheduled_removal',
        'comments',
    )  # fmt: skip


class CustomObjectTypeImportForm(NetBoxModelImportForm):
    slug = SlugField()

    class Meta:
        model = CustomObjectType
        fields = (
            'name', 'slug', 'verbose_name', 'verbose_name_plural', 'display_expression', 'group_name', 'version',
            'config_context_enabled', 'description', 'deprecated', 'deprecated_since', 'scheduled_removal',
            'comments', 'tags',
        )  # fmt: skip


def _kept_for() -> str:
    """Say what becomes of local context data when a type has no config contexts any longer."""
    days = settings.get('retention_days')
    if days is None:
        return _('Disabling this hides local data; enabling it again restores them.')
    return ngettext(
        'Disabling this hides local data. Enabling it again within {days} day restores them; after that they are '
        'deleted.',
        'Disabling this hides local data. Enabling it again within {days} days restores them; after that they are '
        'deleted.',
        days,
    ).format(days=days)
