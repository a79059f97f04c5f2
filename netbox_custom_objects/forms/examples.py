"""
How a field will look: an input, a cell of a list and a value in REST, with the example of its type.

May import field_types and runtime. Works for fields that do not exist yet, so must never ask for their tables.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace

import django_tables2
from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from utilities.forms import GenericObjectFormMixin

from ..definitions import FieldDefinition
from ..expressions import ExpressionError, expression_of
from ..field_types import field_type_of
from ..field_types.reference import target_model

# How many objects stand for several.
SEVERAL = 2


class ExampleForm(GenericObjectFormMixin, forms.Form):
    """A form of one field."""

    @classmethod
    def of(cls, field: FieldDefinition) -> 'ExampleForm':
        try:
            inputs = field_type_of(field).get_form_fields(field)
        except LookupError:
            # It refers to a type that is being designed, which has no objects.
            inputs = {field.name: forms.ChoiceField(label=field.display_label, required=field.is_required)}
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
    found = _targets(field, user)
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


def _targets(field: FieldDefinition, user) -> list:
    """Return some objects that a reference may be to; none of a type that is being designed."""
    if field.related_object_filter:
        return []  # it holds parameters of the target's list, which are not lookups
    try:
        objects = target_model(field.targets[0]).objects
    except LookupError:
        return []
    return list(objects.restrict(user, 'view')[:SEVERAL]) if hasattr(objects, 'restrict') else []


@dataclass(frozen=True, slots=True)
class Look:
    """An object of a type as it will be seen, by all of its fields."""

    # What it is called.
    name: str
    examples: list[Example]
    # Indented JSON.
    rest: str


def examples_of(fields: Sequence[FieldDefinition], display_expression: str, user) -> Look:
    """Return what an object will look like that has these fields; see `example_of`."""
    examples = [example_of(field, user) for field in fields]
    values = {name: value for example in examples for name, value in json.loads(example.rest).items()}
    name = _name(fields, display_expression, values)
    rest = json.dumps({'id': 1, 'display': name, **values}, indent=2, ensure_ascii=False)
    return Look(name, examples, rest)


def _name(fields: Sequence[FieldDefinition], display_expression: str, values: dict) -> str:
    texts = {name: _text(value) for name, value in values.items()}
    if display_expression:
        try:
            return expression_of(display_expression).render(texts)
        except ExpressionError as error:
            return str(error)
    primary = next((field for field in fields if field.primary), None)
    return str(texts.get(primary.name) or '') if primary else ''


def _text(value):
    """Return a value of REST as an expression sees it: what has a label or a name of its own goes by that."""
    if isinstance(value, dict):
        return value.get('display', value.get('label', ''))
    return [_text(item) for item in value] if isinstance(value, list) else value
