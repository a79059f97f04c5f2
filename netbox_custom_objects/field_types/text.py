"""Field types text and longtext."""
import django_tables2 as tables
from django import forms
from django.db import models

from netbox.tables import columns
from utilities.filters import MultiValueCharFilter

from .base import FieldType


class CharacterFieldType(FieldType):
    """What text, longtext and url share: a regular expression, text lookups, quick search by `contains`."""
    regex_allowed = True
    loose_filter = True

    def get_filter(self, field):
        return MultiValueCharFilter(field_name=field.name, label=field.display_label)

    def quick_search_lookups(self, field):
        return (f'{field.name}__icontains',)


class TextFieldType(CharacterFieldType):
    name = 'text'
    column_type = 'character varying'

    def get_model_field(self, field, **kwargs):
        return models.CharField(**self.model_field_kwargs(field), **kwargs)

    def get_form_field(self, field, **kwargs):
        return forms.CharField(**self.form_field_kwargs(field, **kwargs))

    def get_table_column_field(self, field):
        # A field that names the object links to it, as `name` does on NetBox's own lists.
        return tables.Column(linkify=field.primary or None, verbose_name=field.display_label)


class LongTextFieldType(CharacterFieldType):
    name = 'longtext'
    column_type = 'text'

    def get_model_field(self, field, **kwargs):
        return models.TextField(**self.model_field_kwargs(field), **kwargs)

    def get_form_field(self, field, **kwargs):
        return forms.CharField(widget=forms.Textarea, **self.form_field_kwargs(field, **kwargs))

    def get_table_column_field(self, field):
        return columns.MarkdownColumn(verbose_name=field.display_label)
