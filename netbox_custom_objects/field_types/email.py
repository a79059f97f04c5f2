"""Field type email: one e-mail address, as Django's validator understands it."""

from urllib.parse import quote

import django_tables2 as tables
from django import forms
from django.core.validators import validate_email
from django.db import models
from django.utils.translation import gettext_lazy as _

from netbox.ui import attrs

from ..ddl.notation import Notation
from .registry import register
from .shared.cells import CellKind
from .shared.empty import EmptyTextIsNull
from .text import CharacterFieldType

EMAIL_LENGTH = 254


def mailto(value: str) -> str:
    """Return the address to link to; a `?` is allowed in front of the @, and must not begin a list of mail headers."""
    return f'mailto:{quote(value, safe="@")}'


def read_email(text: str) -> str:
    validate_email(text)
    return text


class EmailModelField(EmptyTextIsNull, models.EmailField):
    """Django's field, without empty addresses."""


class EmailAttr(attrs.TemplatedAttr):
    """Links to the address on the detail page."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, template_name='netbox_custom_objects/attrs/email.html', **kwargs)

    def get_context(self, obj, attr, value, context):
        return {**super().get_context(obj, attr, value, context), 'url': mailto(value)}


@register
class EmailFieldType(CharacterFieldType):
    name = 'email'
    label = _('E-mail address')
    group = 'text'
    icon, words = 'email-outline', _('email mail contact')
    color = 'indigo'
    position = 140
    example = 'someone@example.com'
    cell_kinds = (CellKind(name, read_email, _('not an email address'), rank=90, identifies=True),)
    fits_arrays = True
    # Whether it is an address in every respect is not for PostgreSQL to decide.
    notation = Notation(r'^[^@].*@[^@\s]+$')
    column_type = f'character varying({EMAIL_LENGTH})'
    checked_when_converted = True

    def get_model_field(self, field, **kwargs):
        return EmailModelField(max_length=EMAIL_LENGTH, **self.model_field_kwargs(field), **kwargs)

    def get_form_field(self, field, **kwargs):
        return forms.EmailField(max_length=EMAIL_LENGTH, empty_value=None, **self.form_field_kwargs(field, **kwargs))

    def get_table_column_field(self, field):
        return tables.Column(linkify=field.primary or mailto, verbose_name=field.display_label)

    def get_attribute(self, field):
        return EmailAttr(field.name, label=field.display_label)
