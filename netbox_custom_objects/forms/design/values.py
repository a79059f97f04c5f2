"""
Values that belong to a field's definition, in the inputs of the field itself: people type no JSON.

May import field_types. What cannot be shown before more is chosen has no input.
"""

import json
from collections.abc import Iterable
from decimal import Decimal
from urllib.parse import parse_qs, urlencode, urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import EMPTY_VALUES
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from utilities.forms.utils import add_blank_choice

from ...definitions import FieldDefinition
from ...field_types import field_type_of
from ...field_types.base import FAULTS


def value_input(definition: FieldDefinition, stored, label) -> forms.Field | None:
    """
    Return the input of a value of a field, None if it has none, or not yet.

    Args:
        definition: the field as it is being designed
        stored: the value as it is stored, as JSON; None for none
        label: what the input is called
    """
    field_type = field_type_of(definition)
    try:
        if not field_type.default_allowed or field_type.polymorphic or field_type.fault(definition):
            return None
        found = _inputs(field_type, definition)
        value = None if stored is None else field_type.to_python(definition, stored)
    except FAULTS:
        return None
    # A URL has a title, too, which has no default.
    form_field = found[definition.name]
    form_field.required, form_field.disabled = False, False
    form_field.label, form_field.initial = label, value
    return form_field


def _inputs(field_type, definition: FieldDefinition) -> dict[str, forms.Field]:
    if not field_type.needs_choice_set:
        return field_type.get_form_fields(definition, required=False, initial=None)
    # Choices of a field that does not exist cannot be fetched by its id.
    pairs = field_type.choices(definition).pairs
    if isinstance(field_type.get_form_field(definition), forms.MultipleChoiceField):
        return {definition.name: forms.MultipleChoiceField(choices=pairs)}
    return {definition.name: forms.ChoiceField(choices=add_blank_choice(pairs))}


def as_json(value):
    """Return what an input has read as definitions hold it, None for nothing."""
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool | int | float | dict):
        return value
    if isinstance(value, Iterable):
        items = [as_json(item) for item in value] if not hasattr(value, 'prefixlen') else str(value)
        return items or None
    if value in EMPTY_VALUES:
        return None
    try:
        return json.loads(json.dumps(value, cls=DjangoJSONEncoder))
    except TypeError:
        return str(value)


def _number(value: Decimal):
    """Return a number that JSON holds exactly, as text otherwise."""
    if value == value.to_integral_value():
        return int(value)
    return float(value) if Decimal(repr(float(value))) == value else str(value)


class FilterInput(forms.CharField):
    """The parameters of a list, as the address of a filtered list has them; stored as a JSON object."""

    def __init__(self, **kwargs):
        super().__init__(
            required=False,
            label=_('Only objects that match'),
            help_text=_(
                'Filter the list of the target, and paste its address here, or write parameters, such as '
                'status=active&site_id=$site: a name with $ is the value of another field of the same object.'
            ),
            widget=forms.TextInput(attrs={'class': 'form-control', 'spellcheck': 'false'}),
            **kwargs,
        )

    def prepare_value(self, value):
        if not isinstance(value, dict):
            return value if isinstance(value, str) else ''
        return urlencode(
            [(name, _text(item)) for name, items in value.items() for item in _items(items)], safe='$,:/ '
        ).replace(' ', '+')

    def to_python(self, value):
        text = (super().to_python(value) or '').strip()
        if not text:
            return None
        query = urlsplit(text).query if '?' in text else text
        try:
            found = parse_qs(query, keep_blank_values=True, strict_parsing=True, max_num_fields=100)
        except ValueError as error:
            raise ValidationError(_('Enter parameters such as status=active, separated by &.')) from error
        return {name: items[0] if len(items) == 1 else items for name, items in found.items()}


def _items(value) -> list:
    return value if isinstance(value, list) else [value]


def _text(value) -> str:
    return value if isinstance(value, str) else json.dumps(value)
