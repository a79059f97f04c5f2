"""Field types select and multiselect: values from one of NetBox's custom field choice sets."""

import json

import django_tables2 as tables
from django import forms
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from netbox.ui import attrs
from utilities.forms.fields import (
    CSVChoiceField,
    CSVMultipleChoiceField,
    DynamicChoiceField,
    DynamicMultipleChoiceField,
)
from utilities.forms.utils import add_blank_choice
from utilities.forms.widgets import APISelect, APISelectMultiple

from ..ddl.spec import IndexKind
from ..definitions import FieldDefinition
from ..expressions import Choice
from ..expressions.typed.kinds import TEXT, list_of
from .base import FieldType
from .graphql import CustomObjectChoiceType
from .json import validate_storable
from .registry import register
from .shared.cells import SEPARATORS, CellKind, join_values, split_values
from .shared.choice_sets import Choices, choices_of
from .shared.empty import EmptyTextIsNull
from .shared.filters import ChoiceFilter, EmptyFilter, MemberFilter
from .shared.rest import ChoiceValueField, ChoiceValueListField, held_values

VALUE_LENGTH = 100
# How many choices stand for several in a preview.
SEVERAL = 2


class ChoiceModelField(EmptyTextIsNull, models.CharField):
    """A text column that holds one choice or none."""


class ChoiceColumn(tables.Column):
    """Shows labels as badges in their colours; exports values."""

    def __init__(self, ref, many=False, **kwargs):
        self.ref = ref
        self.many = many
        super().__init__(**kwargs)

    def render(self, value):
        choices = choices_of(self.ref)
        return format_html_join(
            ' ', '{}', ((choice_badge(choices, item),) for item in (value if self.many else [value]))
        )

    def value(self, value):
        return ','.join(value) if self.many else value


class ChoiceAttr(attrs.ObjectAttribute):
    """Shows labels as badges in their colours on the detail page."""

    def __init__(self, field_type, field):
        super().__init__(field.name, label=field.display_label)
        self.field_type = field_type
        self.field = field

    def render(self, obj, context):
        found = self.field_type.get_display_value(obj, self.field)
        # In one element: NetBox spreads those of a cell over its width.
        return format_html('<span>{}</span>', found) if found else self.placeholder


class NoneIfEmptyMixin:
    """Cleans an empty choice to nothing, as all types have it, and not to an empty list."""

    def clean(self, value):
        return super().clean(value) or None


class ChoicesField(NoneIfEmptyMixin, DynamicMultipleChoiceField):
    """The input of several values."""


class ImportedChoicesField(NoneIfEmptyMixin, CSVMultipleChoiceField):
    """Values separated by commas, in quotes if they hold one; also takes the list that JSON and YAML have."""

    def to_python(self, value):
        if isinstance(value, list):
            return [str(item) for item in value]
        return split_values(value) if isinstance(value, str) else super().to_python(value)


def choice_badge(choices: Choices, value: str):
    """Return a choice's label, in a badge if it has a colour."""
    label, color = choices.labels.get(value, value), choices.colors.get(value)
    return format_html('<span class="badge text-bg-{}">{}</span>', color, label) if color else label


def read_choice(text: str) -> str:
    if len(text) > VALUE_LENGTH:
        raise ValueError(text)
    validate_storable(text)
    return text


def read_choices(text: str) -> list[str]:
    found = list(dict.fromkeys(part for part in map(str.strip, SEPARATORS.split(text)) if part))
    if not found:
        raise ValueError(text)
    return [read_choice(part) for part in found]


class ChoiceFieldType(FieldType):
    """What select and multiselect share."""

    limits_others = True
    needs_choice_set = True
    searchable = True
    graphql_type = CustomObjectChoiceType

    def fault(self, field):
        return super().fault(field) if field.choice_set else _('It has no choice set.')

    def choices(self, field: FieldDefinition) -> Choices:
        return choices_of(field.choice_set) if field.choice_set else Choices((), {}, {})

    def gone_choices(self, field, value):
        choices = self.choices(field)
        return [item for item in held_values(value) if item not in choices]

    def is_default_gone(self, field):
        return bool(self.gone_choices(field, field.default))

    def check_choice(self, field: FieldDefinition, value) -> None:
        if value not in self.choices(field):
            raise ValidationError(_('%(value)s is not a valid choice.'), params={'value': value})

    def labelled(self, field: FieldDefinition, value: str) -> dict[str, str]:
        """Return a choice as REST shows it."""
        return {'value': value, 'label': str(self.choices(field).labels.get(value, value))}

    def get_attribute(self, field):
        return ChoiceAttr(self, field)

    def get_plain_value(self, instance, field, reads=None):
        """Return choices, which are shown by their labels and compared by their values."""
        labels = self.choices(field).labels
        found = [Choice(value, labels.get(value, value)) for value in held_values(getattr(instance, field.name))]
        return found if isinstance(self, MultiSelectFieldType) else next(iter(found), None)

    def get_graphql_value(self, instance, field, name):
        stored = getattr(instance, name)
        if stored is None:
            return None
        choices = self.choices(field)
        found = [
            CustomObjectChoiceType(value=value, label=choices.labels.get(value, value), color=choices.colors.get(value))
            for value in held_values(stored)
        ]
        return found if isinstance(self, MultiSelectFieldType) else next(iter(found), None)

    def readable_attributes(self, field):
        return frozenset({'value', 'label'})

    def quick_search(self, field, text, in_name):
        """Find choices by their labels as well, which are all that pages show."""
        found = [value for value, label in self.choices(field).pairs if text.lower() in label.lower()]
        by_label = models.Q(**self.choice_filter(field, found)) if found else models.Q()
        return super().quick_search(field, text, in_name) | by_label

    def choice_filter(self, field: FieldDefinition, values: list[str]) -> dict[str, list[str]]:
        """Return the lookups that find the objects which hold one of these choices."""
        raise NotImplementedError

    def widget(self, widget_class, field):
        # NetBox's endpoint of choice sets would answer only those who may view these.
        return widget_class(api_url=f'/api/plugins/custom-objects/custom-object-type-fields/{field.id}/choices/')


@register
class SelectFieldType(ChoiceFieldType):
    name = 'select'
    label = _('Selection')
    group = 'choices'
    icon, words = 'form-dropdown', _('choice dropdown enum status list')
    color = 'orange'
    position = 100
    cell_kinds = (CellKind(name, read_choice, _('not a choice'), may_name=True),)
    empty_values = ('',)
    column_type = f'character varying({VALUE_LENGTH})'
    sorted_by_index = True
    index_kinds = (IndexKind.BEGINNING, IndexKind.PARTS)
    kind = TEXT

    def get_model_field(self, field, **kwargs):
        # Not one of the field's validators, which forms have as well: they offer a choice that is gone to its holder.
        own = self.model_field_kwargs(field)
        own['validators'] = [*own['validators'], lambda value: self.check_choice(field, value)]
        return ChoiceModelField(max_length=VALUE_LENGTH, **own, **kwargs)

    def get_example(self, field):
        first = next((value for value, _label in self.choices(field).pairs), None)
        return first if field.default is None else field.default

    def example_in_rest(self, field, value):
        return {field.name: None if value is None else self.labelled(field, value)}

    def choice_filter(self, field, values):
        return {f'{field.name}__in': values}

    def to_python(self, field, value):
        if value is not None and not isinstance(value, str):
            raise ValidationError(_('Must be the value of a choice.'))
        return value

    def get_form_field(self, field, **kwargs):
        return DynamicChoiceField(
            choices=add_blank_choice(self.choices(field).pairs),
            widget=self.widget(APISelect, field),
            **self.form_field_kwargs(field, **kwargs),
        )

    def get_import_fields(self, field):
        # Not NetBox's widget, for which an empty cell leaves a value with a default as it is.
        widget = forms.Select()
        form_field = CSVChoiceField(choices=self.choices(field).pairs, required=field.is_required, widget=widget)
        return {field.name: self.annotate_form_field(field, form_field)}

    def get_filterform_field(self, field):
        return forms.MultipleChoiceField(choices=self.choices(field).pairs, required=False)

    def get_filter(self, field):
        return ChoiceFilter(field_name=field.name, label=field.display_label)

    def get_serializer_fields(self, field, model):
        return {field.name: ChoiceValueField(field.choice_set, **self.declared_kwargs(field, model))}

    def get_table_column_field(self, field):
        return ChoiceColumn(field.choice_set, verbose_name=field.display_label)

    def get_display_value(self, instance, field):
        value = getattr(instance, field.name)
        return choice_badge(self.choices(field), value) if value else None

    def get_search_values(self, instance, field):
        value = getattr(instance, field.name)
        return {field.name: self.choices(field).labels.get(value, value)}

    def quick_search_lookups(self, field):
        return (f'{field.name}__icontains',)


@register
class MultiSelectFieldType(ChoiceFieldType):
    name = 'multiselect'
    label = _('Multiple selection')
    group = 'choices'
    icon, words = 'format-list-checks', _('choices several tags labels list')
    color = 'orange'
    position = 110
    cell_kinds = (CellKind(name, read_choices, _('not a list of choices'), may_name=True),)
    empty_values = ([],)
    column_type = f'character varying({VALUE_LENGTH})[]'
    index_kinds = (IndexKind.ITEMS,)
    kind = list_of(TEXT)
    graphql_type = list[CustomObjectChoiceType]
    unique_allowed = False

    def get_model_field(self, field, **kwargs):
        return ArrayField(
            models.CharField(max_length=VALUE_LENGTH, validators=[lambda value: self.check_choice(field, value)]),
            **self.model_field_kwargs(field),
            **kwargs,
        )

    def get_example(self, field):
        first = [value for value, _label in self.choices(field).pairs[:SEVERAL]]
        return first if field.default is None else field.default

    def example_in_rest(self, field, value):
        return {field.name: [self.labelled(field, item) for item in value]}

    def to_python(self, field, value):
        if value is not None and not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
            raise ValidationError(_('Must be a list of choice values.'))
        return value

    def default_factory(self, field):
        return lambda: self._default(field)

    def _default(self, field: FieldDefinition) -> list[str] | None:
        """Return those of the default's choices that exist, as of several objects; none if all of them are gone."""
        default = self.to_python(field, field.default)
        gone = self.gone_choices(field, default)
        return [value for value in default or () if value not in gone] or (None if gone else default)

    def choice_filter(self, field, values):
        return {f'{field.name}__overlap': values}

    def to_payload(self, field, value, stored=None):
        # Django's serializer writes an array as JSON text.
        return json.loads(value) if isinstance(value, str) else value

    def get_form_field(self, field, **kwargs):
        return ChoicesField(
            choices=self.choices(field).pairs,
            widget=self.widget(APISelectMultiple, field),
            **self.form_field_kwargs(field, **kwargs),
        )

    def get_import_fields(self, field):
        form_field = ImportedChoicesField(choices=self.choices(field).pairs, required=field.is_required)
        return {field.name: self.annotate_form_field(field, form_field)}

    def get_filterform_field(self, field):
        return forms.MultipleChoiceField(choices=self.choices(field).pairs, required=False)

    def get_filters(self, field):
        filters = super().get_filters(field)
        if filters:
            kwargs = {'field_name': field.name, 'label': field.display_label}
            filters[f'{field.name}__n'] = MemberFilter(exclude=True, **kwargs)
            filters[f'{field.name}__empty'] = EmptyFilter(empty_values=([],), **kwargs)
        return filters

    def get_filter(self, field):
        return MemberFilter(field_name=field.name, label=field.display_label)

    def get_serializer_fields(self, field, model):
        child = ChoiceValueField(field.choice_set)
        return {
            field.name: ChoiceValueListField(child=child, **self.presence_kwargs(field), **self.label_kwargs(field))
        }

    def get_table_column_field(self, field):
        return ChoiceColumn(field.choice_set, many=True, verbose_name=field.display_label)

    def get_display_value(self, instance, field):
        choices = self.choices(field)
        badges = ((choice_badge(choices, value),) for value in getattr(instance, field.name) or ())
        return format_html_join(' ', '{}', badges) or None

    def get_search_values(self, instance, field):
        labels = self.choices(field).labels
        values = getattr(instance, field.name) or ()
        return {field.name: ', '.join(labels.get(value, value) for value in values)}

    def get_import_values(self, instance, field):
        return {field.name: join_values(getattr(instance, field.name) or ())}
