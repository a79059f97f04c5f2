"""
How a field will look: an input, a cell of a list and a value in REST, with the example of its type.

May import field_types and runtime. Works for fields that do not exist yet, so must never ask for their tables.
"""

import json
from dataclasses import dataclass, replace
from types import SimpleNamespace

import django_tables2
from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from utilities.forms import GenericObjectFormMixin

from ..definitions import FieldDefinition
from ..field_types import field_type_of
from ..field_types.reference import target_model

# How many objects stand for several.
SEVERAL = 2


class ExampleForm(GenericObjectFormMixin, forms.Form):
    """A form of one field."""

    @classmethod
    def of(cls, field: FieldDefinition) -> 'ExampleForm':
        inputs = field_type_of(field).get_form_fields(field)
        return type(cls)('ExampleForm', (cls,), inputs)(prefix='example')


@dataclass(frozen=True, slots=True)
class Example:
    """One field as it will be seen."""

    form: ExampleForm
    heading: str
    cell: str
    # Indented JSON.
    rest: str


def example_of(field: FieldDefinition, user) -> Example:
    """
    Return what a field will look like.

    Args:
        field: a valid definition, of a stored field or not
        user: references are shown with objects that this user may view
    """
    build = _reference if field_type_of(field).is_reference else _value
    cell, rest = build(field, user)
    rest = json.dumps(rest, indent=2, cls=DjangoJSONEncoder)
    return Example(ExampleForm.of(field), field.display_label, cell, rest)


def _value(field: FieldDefinition, user) -> tuple[str, dict]:
    field_type = field_type_of(field)
    value = field_type.get_example(field)
    record = SimpleNamespace(**field_type.example_attributes(field, value))
    return _cell(field, record), field_type.example_in_rest(field, value)


def _cell(field: FieldDefinition, record) -> str:
    # The primary field would link to an object that there is not.
    column = field_type_of(field).get_table_column_field(replace(field, primary=False))
    table = type(django_tables2.Table)('ExampleTable', (django_tables2.Table,), {field.name: column})([record])
    return table.rows[0].get_cell(field.name)


def _reference(field: FieldDefinition, user) -> tuple[str, dict]:
    model = target_model(field.targets[0])
    objects = model.objects.restrict(user, 'view') if hasattr(model.objects, 'restrict') else model.objects.none()
    # The filter holds parameters of the target's list, which are not lookups.
    found = [] if field.related_object_filter else list(objects[:SEVERAL])
    links = format_html_join(
        ', ', '{}', ((format_html('<a href="{}">{}</a>', obj.get_absolute_url(), obj),) for obj in found)
    )
    shape = [{'id': obj.pk, 'display': str(obj)} for obj in found] or [{'id': 1, 'display': _('an object')}]
    if field.is_polymorphic:
        shape = [{'_content_type': field.targets[0].label, **item} for item in shape]
    many = field_type_of(field).many
    if not many and found:
        links = format_html('<a href="{}">{}</a>', found[0].get_absolute_url(), found[0])
    return links or _('an object'), {field.name: shape if many else shape[0]}
