"""Field type boolean: true, false or not set."""
import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from netbox.tables import columns
from utilities.forms.utils import add_blank_choice

from .base import FieldType

YES_NO = ((True, _('Yes')), (False, _('No')))


class BooleanFieldType(FieldType):
    name = 'boolean'
    column_type = 'boolean'
    unique_allowed = False
    searchable = False

    def get_model_field(self, field, **kwargs):
        return models.BooleanField(**self.model_field_kwargs(field), **kwargs)

    def to_python(self, field, value):
        if value is not None and not isinstance(value, bool):
            raise ValidationError(_('True or false is needed.'))
        return value

    def get_form_field(self, field, **kwargs):
        return forms.NullBooleanField(
            widget=forms.Select(choices=add_blank_choice(YES_NO)), **self.form_field_kwargs(field, **kwargs)
        )

    def get_filterform_field(self, field):
        return forms.NullBooleanField(required=False, widget=forms.Select(choices=add_blank_choice(YES_NO)))

    def get_filter(self, field):
        return django_filters.BooleanFilter(field_name=field.name, label=field.display_label)

    def get_table_column_field(self, field):
        return columns.BooleanColumn(verbose_name=field.display_label)
