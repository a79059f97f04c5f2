"""Field type url: an address and an optional title that is shown in its place."""

import django_tables2 as tables
from django import forms
from django.core.validators import URLValidator
from django.db import models
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from netbox.ui import attrs
from utilities.forms.fields import LaxURLField

from ..ddl.spec import Column
from .graphql import related_type
from .registry import register
from .shared.cells import CellKind
from .shared.empty import EmptyTextIsNull
from .text import CharacterFieldType

URL_LENGTH = TITLE_LENGTH = 200
# In spreadsheets.
check_address = URLValidator(schemes=('http', 'https', 'ftp', 'ftps', 'ssh', 'sftp', 'telnet'))


def read_address(text: str) -> str:
    check_address(text)
    if len(text) > URL_LENGTH:
        raise ValueError(text)
    return text


class URLModelField(EmptyTextIsNull, models.URLField):
    """Django's field, without empty addresses."""


class TitleField(models.CharField):
    """A title that is empty where there is none; the column is nullable, as all of ours, and null reads as empty."""

    def from_db_value(self, value, expression, connection):
        return value or ''

    def pre_save(self, model_instance, add):
        if getattr(model_instance, self.attname) is None:
            setattr(model_instance, self.attname, '')
        return super().pre_save(model_instance, add)


class URLColumn(tables.Column):
    """Links to the address under its title; exports the bare address."""

    def __init__(self, title_attribute: str, **kwargs):
        self.title_attribute = title_attribute
        super().__init__(**kwargs)

    def render(self, value, record):
        return format_html('<a href="{}">{}</a>', value, getattr(record, self.title_attribute) or value)

    def value(self, value):
        return value


@register
class URLFieldType(CharacterFieldType):
    name = 'url'
    label = _('URL')
    group = 'text'
    icon, words = 'link-variant', _('link web website address http')
    color = 'indigo'
    position = 80
    example = 'https://example.com/'
    cell_kinds = (CellKind(name, read_address, _('not an address of a web page'), rank=100),)
    fits_arrays = True
    column_type = f'character varying({URL_LENGTH})'
    convertible = False

    def title_attribute(self, field) -> str:
        return f'{field.name}_title'

    def example_attributes(self, field, value):
        return {**super().example_attributes(field, value), self.title_attribute(field): ''}

    def example_in_rest(self, field, value):
        return {**super().example_in_rest(field, value), self.title_attribute(field): ''}

    def get_columns(self, field):
        title = Column(field.column('title'), f'character varying({TITLE_LENGTH})', f'title of {self.comment(field)}')
        return (*super().get_columns(field), title)

    def get_unique_columns(self, field):
        return (field.column(),)

    def get_model_fields(self, field, context):
        return {
            field.name: self.get_model_field(field),
            self.title_attribute(field): TitleField(
                verbose_name=_('{label} title').format(label=field.display_label),
                max_length=TITLE_LENGTH,
                db_column=field.column('title'),
                blank=True,
                null=True,
                default='',
            ),
        }

    def get_model_field(self, field, **kwargs):
        return URLModelField(max_length=URL_LENGTH, **self.model_field_kwargs(field), **kwargs)

    def payload_names(self, field):
        return {**super().payload_names(field), self.title_attribute(field): f'{field.payload_key}_title'}

    def get_form_fields(self, field, **kwargs):
        title = forms.CharField(
            label=_('{label} title').format(label=field.display_label), max_length=TITLE_LENGTH, required=False
        )
        if field.input_mode == 'no':
            title.disabled = True
        return {**super().get_form_fields(field, **kwargs), self.title_attribute(field): title}

    def get_form_field(self, field, **kwargs):
        return LaxURLField(
            assume_scheme='https',
            max_length=URL_LENGTH,
            empty_value=None,
            **self.form_field_kwargs(field, **kwargs),
        )

    def get_serializer_kwargs(self, field):
        return {**super().get_serializer_kwargs(field), self.title_attribute(field): {'allow_null': False}}

    def get_serializer_names(self, field):
        return field.name, self.title_attribute(field)

    def get_table_column_field(self, field):
        return URLColumn(self.title_attribute(field), verbose_name=field.display_label)

    def get_graphql_annotations(self, field, related=related_type):
        return {**super().get_graphql_annotations(field, related), self.title_attribute(field): str | None}

    def get_clone_attributes(self, field):
        return field.name, self.title_attribute(field)

    def get_attribute(self, field):
        return attrs.TemplatedAttr(
            field.name,
            label=field.display_label,
            template_name='netbox_custom_objects/attrs/url.html',
            context={'title_attribute': self.title_attribute(field)},
        )

    def get_import_values(self, instance, field):
        return {name: getattr(instance, name) or '' for name in (field.name, self.title_attribute(field))}

    def get_search_values(self, instance, field):
        return {name: getattr(instance, name) for name in (field.name, self.title_attribute(field))}

    def quick_search_lookups(self, field):
        return f'{field.name}__icontains', f'{self.title_attribute(field)}__icontains'
