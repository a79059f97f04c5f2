"""
Field type array: an ordered list of values of one scalar type, duplicates included.

What an item is, on any surface, is asked of its own field type. Must never know what those types do.
"""

import json
import re
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.utils import prefix_validation_error
from django.contrib.postgres.validators import ArrayMaxLengthValidator, ArrayMinLengthValidator
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_filters import MultipleChoiceFilter
from rest_framework import serializers

from netbox.tables import columns
from netbox.ui import attrs
from utilities.filters import multivalue_field_factory

from ..choices import FilterLogicChoices
from ..ddl.spec import IndexKind
from ..definitions import FieldDefinition
from ..expressions.typed.kinds import list_of
from .base import FieldType
from .graphql import related_type
from .registry import FIELD_TYPES, register
from .shared.bounds import read_json
from .shared.filters import BigNumberFilter, EmptyFilter, SingleColumnMixin
from .text import TextFieldType

# What a definition holds only for a moment: the validation of fields demands a type of elements.
UNKNOWN = TextFieldType()
LINE_BREAK = re.compile(r'\r\n|\r|\n')
# Of the input: NetBox's usual height is that of long texts.
ROWS = 4
# Between items that cannot hold them.
SEPARATORS = re.compile(r'[\r\n,;]')


def wrong_item(error: ValidationError, number: int) -> ValidationError:
    """Return an error that says in which item, counted from 0, the value is wrong."""
    return prefix_validation_error(
        error, prefix=_('Item %(nth)s is not valid:'), code='item_invalid', params={'nth': number + 1}
    )


def each(items, convert) -> list:
    """Return the converted items; raise the errors of all of them together."""
    found, errors = [], []
    for number, item in enumerate(items):
        try:
            found.append(convert(item))
        except ValidationError as error:
            errors.append(wrong_item(error, number))
    if errors:
        raise ValidationError(errors)
    return found


def plain(item) -> Any:
    """Return an item as JSON has it."""
    return item if isinstance(item, (bool, int, str)) else as_text(item)


def as_text(item) -> str:
    """Return an item as one writes it in a form."""
    if isinstance(item, bool):
        return str(item).lower()
    return item.isoformat() if isinstance(item, date) else str(item)


def to_lines(items) -> str:
    """Return items one per line or, where lines could not hold them, as a JSON list; `from_lines` reads both."""
    texts = [as_text(item) for item in items]
    text = '\n'.join(texts)
    try:
        as_lines = from_lines(text) == texts
    except ValidationError:
        as_lines = False
    return text if as_lines else json.dumps(texts, ensure_ascii=False)


def from_lines(text: str, separators: re.Pattern = LINE_BREAK) -> list[str] | None:
    """
    Return the items in a text, None if it is empty.

    Args:
        text: what was entered
        separators: what is between items

    Raises:
        ValidationError: it begins as a JSON list, and is none of text, numbers, true and false
    """
    if not text.strip():
        return None
    if not text.lstrip().startswith('['):
        return [item.strip() for item in separators.split(text) if item.strip()]
    try:
        items = read_json(text, parse_float=str, parse_int=str)
    except ValueError:
        raise ValidationError(
            _('Text that begins with a bracket must be a JSON list. Otherwise, enter one item per line.')
        ) from None
    return each(items, from_json)


def from_json(item) -> str:
    if item is None or isinstance(item, (list, dict)):
        raise ValidationError(_('Must be text, a number, true or false.'))
    return as_text(item)


class ItemsModelField(ArrayField):
    """An array whose items are converted one by one, whichever way they come."""

    def to_python(self, value):
        if isinstance(value, str):
            try:
                value = read_json(value)
            except ValueError:
                raise ValidationError(_('Must be a list.')) from None
        if value is None:
            return None
        if not isinstance(value, (list, tuple)):
            raise ValidationError(_('Must be a list.'))
        return each(value, self._item)

    def _item(self, item):
        if isinstance(item, (list, tuple, dict, set)):
            raise ValidationError(_('Items cannot be lists or objects.'))
        return self.base_field.to_python(item)

    def run_validators(self, value):
        super().run_validators(value)
        if value == []:
            # Django takes an empty list for no value, but it may have too few items.
            for validator in self.validators:
                validator(value)


@ItemsModelField.register_lookup
class ItemsAsText(models.Transform):
    """The items, one per line."""

    lookup_name = 'as_text'
    function = 'array_to_string'
    template = "%(function)s(%(expressions)s, E'\\n')"
    output_field = models.TextField()


class ItemsFormField(forms.CharField):
    """Items between separators, or a JSON list; each item is read by `item_field`."""

    widget = forms.Textarea

    def __init__(self, item_field: forms.Field, *, separators: re.Pattern = LINE_BREAK, **kwargs):
        self.item_field, self.separators = item_field, separators
        by_line, by_comma = _('One per line, or a JSON list.'), _('Separated by commas or lines, or a JSON list.')
        super().__init__(**{'help_text': by_line if separators is LINE_BREAK else by_comma, **kwargs})

    def prepare_value(self, value):
        return to_lines(value) if isinstance(value, list) else value

    def to_python(self, value):
        texts = (
            each(value, from_json) if isinstance(value, list) else from_lines(super().to_python(value), self.separators)
        )
        return None if texts is None else each(texts, self.item_field.clean)

    def has_changed(self, initial, data):
        return self.prepare_value(initial or '') != (data or '')


class ItemFilter(SingleColumnMixin, MultipleChoiceFilter):
    """A value that the list holds; what no item could be is refused."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{**kwargs, 'lookup_expr': 'overlap'})

    @property
    def field(self):
        field = super().field
        if self._validate not in field.validators:
            field.validators.append(self._validate)
        return field

    def _validate(self, value):
        if value != self.null_value:
            item_field = self.model._meta.get_field(self.field_name).base_field
            item_field.run_validators(item_field.to_python(value))

    def get_filter_predicate(self, v):
        return super().get_filter_predicate(v if v is None else [v])


@cache
def item_filter_class(form_field_class: type[forms.Field]) -> type[ItemFilter]:
    """Return the filter whose values are read by a class of form fields, one value or many."""
    if not issubclass(form_field_class.widget, forms.SelectMultiple):
        form_field_class = multivalue_field_factory(form_field_class)
    return type('ItemFilter', (ItemFilter,), {'field_class': form_field_class, '__module__': __name__})


class ItemsColumn(columns.ArrayColumn):
    """Shows the items in one line; exports a JSON list."""

    empty_values = (None, '', [])

    def value(self, value):
        return json.dumps([plain(item) for item in value], ensure_ascii=False)


@register
class ArrayFieldType(FieldType):
    name = 'array'
    label = _('Array')
    icon, words = 'code-array', _('list items several values')
    color = 'pink'
    position = 210
    empty_values = ([],)
    unique_allowed = False
    bounds_allowed = True
    index_kinds = (IndexKind.ITEMS,)
    has_limitless_values = True
    lowest_bound = 0
    has_elements = True
    convertible = False

    def fault(self, field):
        if self.element_type(field) is None:
            return _('It has no element type.')
        return super().fault(field)

    def element_type(self, field: FieldDefinition) -> FieldType | None:
        """Return the type of the items, None if the definition names none that they can be of."""
        found = FIELD_TYPES.get(field.element_type)
        return found if found is not None and found.fits_arrays else None

    def element(self, field: FieldDefinition) -> tuple[FieldType, FieldDefinition]:
        """Return the type of the items, and the definition of a field that holds one of them."""
        element_type = self.element_type(field) or UNKNOWN
        return element_type, replace(
            field,
            type=element_type.name,
            required=True,
            default_json=None,
            validation_minimum=None,
            validation_maximum=None,
            max_length=None,
            suggest_values=False,
            indexed=False,
            decimal_digits=None,
            decimal_places=None,
            unit='',
            filter_logic=FilterLogicChoices.EXACT,
        )

    def get_example(self, field):
        element_type, _definition = self.element(field)
        return [element_type.example] if field.default is None else field.default

    def get_kind(self, field):
        return list_of(self.element(field)[0].kind)

    def get_column_type(self, field):
        element_type, definition = self.element(field)
        return f'{element_type.get_column_type(definition)}[]'

    def get_model_field(self, field, **kwargs):
        element_type, definition = self.element(field)
        item_field = element_type.get_model_field(definition)
        return ItemsModelField(item_field, **self.model_field_kwargs(field), **kwargs)

    def get_validators(self, field):
        validators = super().get_validators(field)
        if field.validation_minimum is not None:
            validators.append(ArrayMinLengthValidator(field.validation_minimum))
        if field.validation_maximum is not None:
            validators.append(ArrayMaxLengthValidator(field.validation_maximum))
        return validators

    def to_python(self, field, value):
        if value is None:
            return None
        if not isinstance(value, list):
            raise ValidationError(_('Must be a list.'))
        element_type, definition = self.element(field)
        return each(value, lambda item: element_type.to_python(definition, item))

    def to_column(self, field, value):
        element_type, definition = self.element(field)
        return [element_type.to_column(definition, item) for item in value]

    def get_change_data(self, instance, field, data):
        if field.name not in data:
            return {}
        del data[field.name]  # items as texts, or as JSON has them, depending on their type
        element_type, definition = self.element(field)
        items = instance._meta.get_field(field.name).to_python(getattr(instance, field.name))
        if items is not None:
            items = [element_type.to_payload(definition, plain(item), item) for item in items]
        return {field.payload_key: items}

    def clean_instance(self, instance, field):
        if getattr(instance, field.name) == []:
            # Django's validation of an object passes over what is empty.
            try:
                instance._meta.get_field(field.name).run_validators([])
            except ValidationError as error:
                raise ValidationError({field.name: error}) from error

    def get_form_field(self, field, **kwargs):
        element_type, definition = self.element(field)
        item_field = element_type.get_import_fields(definition)[field.name]
        is_text = element_type.get_column_type(definition).startswith(('character', 'text'))
        separators = LINE_BREAK if is_text else SEPARATORS
        form_field = ItemsFormField(item_field, separators=separators, **self.form_field_kwargs(field, **kwargs))
        form_field.widget.attrs['rows'] = ROWS
        return form_field

    def get_import_values(self, instance, field):
        value = getattr(instance, field.name)
        return {field.name: '' if value is None else json.dumps([plain(item) for item in value], ensure_ascii=False)}

    def get_filters(self, field):
        found = super().get_filters(field)
        if found:
            kwargs = {'field_name': field.name, 'label': field.display_label}
            found[f'{field.name}__n'] = self.get_filter(field, exclude=True)
            found[f'{field.name}__empty'] = EmptyFilter(empty_values=([],), **kwargs)
            for suffix in ('', '__lt', '__lte', '__gt', '__gte'):
                found[f'{field.name}__len{suffix}'] = BigNumberFilter(lookup_expr=f'len{suffix}', **kwargs)
        return found

    def get_filter(self, field, **kwargs):
        element_type, definition = self.element(field)
        filter_class = item_filter_class(element_type.get_filter(definition).field_class)
        return filter_class(field_name=field.name, label=field.display_label, **kwargs)

    def get_serializer_fields(self, field, model):
        element_type, definition = self.element(field)
        limits = {'min_length': field.validation_minimum, 'max_length': field.validation_maximum}
        return {
            field.name: serializers.ListField(
                child=element_type.get_serializer_field(definition, model),
                allow_empty=not field.is_required,
                **{name: limit for name, limit in limits.items() if limit is not None},
                **self.presence_kwargs(field),
                **self.label_kwargs(field),
            )
        }

    def get_table_column_field(self, field):
        return ItemsColumn(func=as_text, verbose_name=field.display_label)

    def get_display_value(self, instance, field):
        return ', '.join(map(as_text, getattr(instance, field.name) or ())) or None

    def get_attribute(self, field):
        return attrs.ArrayAttr(field.name, label=field.display_label)

    def get_graphql_annotation(self, field, related=related_type):
        element_type, definition = self.element(field)
        return list[element_type.graphql_value_type(definition)] | None

    def get_clone_values(self, instance, field):
        value = getattr(instance, field.name)
        return {} if value is None else {field.name: to_lines(value)}

    def get_search_values(self, instance, field):
        element_type, _definition = self.element(field)
        return {field.name: self.get_display_value(instance, field)} if element_type.searchable else {}

    def quick_search_lookups(self, field):
        element_type, definition = self.element(field)
        return (f'{field.name}__as_text__icontains',) if element_type.quick_search_lookups(definition) else ()
