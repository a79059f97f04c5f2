"""Forms of custom object types."""

from django import forms
from django.utils.translation import gettext_lazy as _

from netbox.forms import NetBoxModelBulkEditForm, NetBoxModelForm, NetBoxModelImportForm
from utilities.forms.fields import CommentField, SlugField
from utilities.forms.rendering import FieldSet

from ..models import CustomObjectType


class CustomObjectTypeForm(NetBoxModelForm):
    slug = SlugField(slug_source='name')
    comments = CommentField()

    fieldsets = (
        FieldSet(
            'name', 'verbose_name', 'verbose_name_plural', 'display_expression', 'group_name', 'slug', 'version',
            'description', 'config_context_enabled', 'tags', name=_('Custom Object Type'),
        ),
    )  # fmt: skip

    class Meta:
        model = CustomObjectType
        fields = (
            'name', 'verbose_name', 'verbose_name_plural', 'display_expression', 'group_name', 'slug', 'version',
            'description', 'config_context_enabled', 'comments', 'tags',
        )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.fields['config_context_enabled'].disabled = True
            self.fields['config_context_enabled'].help_text = _('Can only be chosen when the type is created')


class CustomObjectTypeBulkEditForm(NetBoxModelBulkEditForm):
    model = CustomObjectType
    group_name = forms.CharField(max_length=100, required=False, label=_('Group name'))
    description = forms.CharField(max_length=200, required=False, label=_('Description'))
    comments = CommentField()

    fieldsets = (FieldSet('group_name', 'description'),)
    nullable_fields = ('group_name', 'description', 'comments')


class CustomObjectTypeImportForm(NetBoxModelImportForm):
    slug = SlugField()

    class Meta:
        model = CustomObjectType
        fields = (
            'name', 'slug', 'verbose_name', 'verbose_name_plural', 'display_expression', 'group_name', 'version',
            'config_context_enabled', 'description', 'comments', 'tags',
        )  # fmt: skip
