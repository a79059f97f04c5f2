"""Field type json: any JSON document."""

import json
from math import isfinite
from typing import ClassVar

import django_filters
import django_tables2 as tables
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Cast
from django.forms.fields import InvalidJSONInput
from django.utils.html import escape, format_html
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from netbox.ui import attrs
from utilities.forms.fields import JSONField

from ..ddl.notation import Notation
from .base import FieldType
from .graphql import JSON
from .registry import register
from .shared.cells import CellKind

# Python's encoder gives up at about 900, in the middle of a list of objects that could be read until then.
MAX_DEPTH = 200


class JSONColumn(tables.Column):
    """Shows the document as compact text, and exports it as JSON."""

    def render(self, value):
        return format_html('<code>{}</code>', self.value(value))

    def value(self, value):
        return json.dumps(value, ensure_ascii=False)


class JSONTextFilter(django_filters.CharFilter):
    """Matches objects whose document, in its JSON notation, contains the text."""

    def __init__(self, *args, **kwargs):
        # Not `exact`, for which the filterset would make lookups that this filter knows nothing of.
        super().__init__(*args, **{**kwargs, 'lookup_expr': 'icontains'})

    def filter(self, queryset, value):
        if not value:
            return queryset
        alias = f'_{self.field_name}_as_text'
        queryset = queryset.alias(**{alias: Cast(self.field_name, models.TextField())})
        return queryset.filter(**{f'{alias}__icontains': value})


def validate_storable(document) -> None:
    """Raise ValidationError if PostgreSQL cannot store a document as jsonb, or if it is too deep to be read again."""
    remaining = [(document, 0)]
    while remaining:
        item, depth = remaining.pop()
        if depth > MAX_DEPTH:
            raise ValidationError(_('Documents can be nested {n} levels deep at most.').format(n=MAX_DEPTH))
        if isinstance(item, dict):
            remaining += [(part, depth + 1) for part in (*item.keys(), *item.values())]
        elif isinstance(item, list):
            remaining += [(part, depth + 1) for part in item]
        elif isinstance(item, str) and any(char == '\x00' or '\ud800' <= char <= '\udfff' for char in item):
            raise ValidationError(_('Null characters and unpaired surrogates cannot be stored.'))
        elif isinstance(item, float) and not isfinite(item):
            raise ValidationError(_('Infinity and NaN are not part of JSON.'))


def read_document(text: str):
    """Return the document in a cell of a spreadsheet; a text or a number alone is not meant as one."""
    if text[:1] not in ('{', '['):
        raise ValueError(text)
    document = json.loads(text, parse_constant=float)
    validate_storable(document)
    return document


class TypedDocument(forms.Textarea):
    """Hands on what was typed as such, so that it is not taken for a stored document that is a text."""

    def value_from_datadict(self, data, files, name):
        value = super().value_from_datadict(data, files, name)
        return InvalidJSONInput(value) if isinstance(value, str) else value


class DocumentInput(JSONField):
    """
    An input for any JSON document that PostgreSQL can store.

    Shows any stored document as JSON, and what was typed as it was typed: NetBox takes a text for JSON that it may
    format, and would turn "12" into 12.
    """

    widget = TypedDocument

    def to_python(self, value):
        try:
            document = super().to_python(value)
        except (ValueError, RecursionError) as error:
            raise ValidationError(self.error_messages['invalid'], code='invalid', params={'value': value}) from error
        validate_storable(document)
        return document

    def bound_data(self, data, initial):
        return initial if self.disabled else data

    def prepare_value(self, value):
        if isinstance(value, InvalidJSONInput) or value is None:
            return value or ''
        return json.dumps(value, indent=4, ensure_ascii=False, cls=self.encoder)


class DocumentField(serializers.JSONField):
    """Any JSON document that PostgreSQL can store."""

    def to_internal_value(self, data):
        try:
            document = super().to_internal_value(data)
        except RecursionError:
            self.fail('invalid')
        # Before the validators run: that of uniqueness queries.
        validate_storable(document)
        return document


@register
class JSONFieldType(FieldType):
    name = 'json'
    label = _('JSON')
    icon, words = 'code-json', _('document object dictionary data')
    color = 'gray'
    position = 90
    listed = False
    example: ClassVar = {'key': 'value'}
    cell_kinds = (CellKind(name, read_document, _('not a JSON object or list'), rank=130),)
    notation = Notation(text="({} #>> '{{}}')")
    column_type = 'jsonb'
    graphql_type = JSON
    empty_values = ('', [], {})
    searchable = False

    def get_model_field(self, field, **kwargs):
        return models.JSONField(**self.model_field_kwargs(field), **kwargs)

    def get_validators(self, field):
        return [*super().get_validators(field), validate_storable]

    def get_form_field(self, field, **kwargs):
        help_text = escape(field.description) or _('A JSON document')
        return DocumentInput(help_text=help_text, **self.form_field_kwargs(field, **kwargs))

    def get_import_values(self, instance, field):
        value = getattr(instance, field.name)
        return {field.name: '' if value is None else json.dumps(value, ensure_ascii=False)}

    def get_clone_values(self, instance, field):
        # NetBox leaves false out of the address of the form, and takes 0 and "" for no documents.
        value = getattr(instance, field.name)
        return {} if value is None else {field.name: json.dumps(value)}

    def get_attribute(self, field):
        return attrs.TemplatedAttr(
            field.name, label=field.display_label, template_name='netbox_custom_objects/attrs/json.html'
        )

    def get_filter(self, field):
        return JSONTextFilter(field_name=field.name, label=field.display_label)

    def get_serializer_fields(self, field, model):
        return {field.name: DocumentField(**self.declared_kwargs(field, model))}

    def get_table_column_field(self, field):
        return JSONColumn(verbose_name=field.display_label)
