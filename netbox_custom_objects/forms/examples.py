"""
How a field will look: an input, a cell of a list and a value in REST, with a value that such a field might hold.

May import field_types and runtime. Works for fields that do not exist yet, so must never ask for their tables.
"""

import json
from dataclasses import dataclass, replace
from types import SimpleNamespace

import django_tables2
from django import forms
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from utilities.forms import GenericObjectFormMixin

from ..definitions import FieldDefinition
from ..field_types import field_type_of
from ..field_types.reference import target_model

# Values as REST has them, by type.
EXAMPLES = {
    'text': 'Example',
    'longtext': 'Some **bold** text',
    'integer': 42,
    'decimal': 12.5,
    'boolean': True,
    'date': '2026-01-31',
    'datetime': '2026-01-31T12:00:00Z',
    'url': 'https://example.com/',
    'json': {'key': 'value'},
    'email': 'someone@example.com',
    'color': 'aa1409',
    'mac_address': '00:1A:2B:3C:4D:5E',
    'duration': '01:30:00',
    'ip_address': '192.0.2.1/24',
    'ip_prefix': '192.0.2.0/24',
}
COORDINATES = (52.52, 13.405)
# How many choices or objects stand for several.
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
    if field.type == 'coordinates':
        latitude, longitude = COORDINATES
        names = field_type.get_serializer_names(field)
        return f'{latitude}, {longitude}', dict(zip(names, COORDINATES))
    value = _plain(field)
    try:
        python = field_type.to_python(field, value)
    except ValidationError:
        python = value
    record = SimpleNamespace(**{field.name: python, f'{field.name}_title': ''})
    rest = dict.fromkeys(field_type.get_serializer_names(field), '')
    return _cell(field, record), {**rest, field.name: _as_read(field, value)}


def _plain(field: FieldDefinition):
    """Return a value as REST takes it: the default if there is one."""
    if field.default is not None:
        return field.default
    field_type = field_type_of(field)
    if field_type.needs_choice_set:
        values = [value for value, _label in field_type.choices(field).pairs][:SEVERAL]
        return values if field.type == 'multiselect' else next(iter(values), None)
    if field_type.has_elements:
        return [EXAMPLES[field.element_type]]
    value = EXAMPLES[field.type]
    if field_type.bounds_allowed and field.type in ('integer', 'decimal'):
        limits = [limit for limit in (field.validation_minimum, field.validation_maximum) if limit is not None]
        return limits[0] if limits else value
    return value


def _as_read(field: FieldDefinition, value):
    """Return a value as REST shows it."""
    field_type = field_type_of(field)
    if not field_type.needs_choice_set or value is None:
        return value
    labels = field_type.choices(field).labels
    shown = [{'value': item, 'label': str(labels.get(item, item))} for item in value if field.type == 'multiselect']
    return shown if field.type == 'multiselect' else {'value': value, 'label': str(labels.get(value, value))}


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
