"""Field type json: any JSON document."""
import json

import django_filters
import django_tables2 as tables
from django.db import models
from django.db.models.functions import Cast
from django.utils.html import format_html

from utilities.forms.fields import JSONField

from .base import FieldType


class JSONColumn(tables.Column):
    """Shows the document as compact text, and exports it as JSON."""

    def render(self, value):
        return format_html('<code>{}</code>', self.value(value))

    def value(self, value):
        return json.dumps(value, ensure_ascii=False)


class JSONTextFilter(django_filters.CharFilter):
    """Matches objects whose document, in its JSON notation, contains the text."""

    def filter(self, queryset, value):
        if not value:
            return queryset
        alias = f'_{self.field_name}_as_text'
        return queryset.alias(**{alias: Cast(self.field_name, models.TextField())}).filter(**{f'{alias}__icontains': value})


class JSONFieldType(FieldType):
    name = 'json'
    column_type = 'jsonb'
    searchable = False

    def get_model_field(self, field, **kwargs):
        return models.JSONField(**self.model_field_kwargs(field), **kwargs)

    def get_form_field(self, field, **kwargs):
        kwargs = self.form_field_kwargs(field, **kwargs)
        if kwargs['initial'] is not None:
            kwargs['initial'] = json.dumps(kwargs['initial'])
        return JSONField(**kwargs)

    def get_filter(self, field):
        return JSONTextFilter(field_name=field.name, label=field.display_label)

    def get_table_column_field(self, field):
        return JSONColumn(verbose_name=field.display_label)
