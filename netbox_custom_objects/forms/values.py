"""
Values that belong to a field's definition, in the inputs of the field itself: people type no JSON.

May import field_types. What cannot be shown before more is chosen has no input.
"""

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from urllib.parse import parse_qs, urlencode, urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import EMPTY_VALUES
from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from utilities.forms.utils import add_blank_choice

from ..constants import APP_LABEL
from ..definitions import FieldDefinition
from ..field_types import FIELD_TYPES, field_type_of
from ..field_types.base import FAULTS
from ..field_types.json import DocumentInput, validate_storable
from ..field_types.polymorphic.forms import PolymorphicMultipleChoiceField
from ..field_types.polymorphic.keys import existing, key_of, key_type
from ..field_types.polymorphic.rest import default_keys
from ..field_types.shared.bounds import whole_number
from ..models import CustomObjectTypeField
from ..models.rows.convert import field_definition
from .prefill import typed_values
from .staged import FILL


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
        if not field_type.default_allowed or field_type.fault(definition):
            return None
        if field_type.polymorphic and not definition.targets:
            return None
        found = _inputs(field_type, definition)
        value = None if stored is None else _shown(field_type, definition, stored)
    except FAULTS:
        return None
    # A URL has a title, too, which has no default.
    form_field = found[definition.name]
    form_field.required, form_field.disabled = False, False
    form_field.label, form_field.initial = label, value
    if isinstance(value, str) and '\n' in value and isinstance(form_field.widget, forms.TextInput):
        form_field.widget = forms.Textarea(attrs={'rows': 2, 'class': 'form-control'})
    return form_field


def _shown(field_type, definition: FieldDefinition, stored):
    """Return a stored value as its input takes it."""
    if not field_type.polymorphic:
        return field_type.to_python(definition, stored)
    keys = default_keys(stored if field_type.many else [stored])
    there = existing(keys)
    return [there[key] for key in keys if key in there]


def _inputs(field_type, definition: FieldDefinition) -> dict[str, forms.Field]:
    if field_type.polymorphic:
        return {definition.name: TargetsInput(definition, is_many=field_type.many)}
    if not field_type.needs_choice_set:
        return field_type.get_form_fields(definition, required=False, initial=None)
    # Choices of a field that does not exist cannot be fetched by its id.
    pairs = field_type.choices(definition).pairs
    if isinstance(field_type.get_form_field(definition), forms.MultipleChoiceField):
        return {definition.name: forms.MultipleChoiceField(choices=pairs)}
    return {definition.name: forms.ChoiceField(choices=add_blank_choice(pairs))}


class TargetsInput(PolymorphicMultipleChoiceField):
    """Objects of several types, or one of them: a list of objects for each type."""

    is_polymorphic = True

    def __init__(self, definition: FieldDefinition, is_many: bool):
        super().__init__(definition)
        self.is_many = is_many

    def clean(self, value):
        found = super().clean(value)
        if self.is_many:
            return found
        if len(found) > 1:
            raise ValidationError(_('Select one object.'))
        return found[0] if found else None


def as_json(value, is_polymorphic: bool = False):
    """Return what an input has read as definitions hold it, None for nothing."""
    if isinstance(value, Model):
        return dict(zip(('content_type_id', 'object_id'), key_of(value))) if is_polymorphic else value.pk
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool | int | float | dict):
        return value
    if isinstance(value, Iterable):
        items = [as_json(item, is_polymorphic) for item in value] if not hasattr(value, 'prefixlen') else str(value)
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


class FilterWidget(forms.TextInput):
    """A text of parameters, behind rows with an input for each of them once the targets are known."""

    template_name = f'{APP_LABEL}/widgets/filter.html'

    def __init__(self, attrs=None):
        super().__init__({'class': 'form-control', 'spellcheck': 'false', **(attrs or {})})
        # What the rows depend on: the targets, as `dcim.site`, and the id of the type that the field belongs to.
        self.targets, self.type_id = (), None

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        if self.targets:
            query = [('target', target) for target in self.targets] + [('type', self.type_id or ''), ('name', name)]
            url = reverse(f'plugins:{APP_LABEL}:customobjecttypefield_filter_builder')
            context['widget']['builder_url'] = f'{url}?{urlencode(query)}'
        return context


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
            widget=FilterWidget,
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
        try:
            query = urlsplit(text).query if '?' in text else text
            found = parse_qs(query, keep_blank_values=True, strict_parsing=True, max_num_fields=100)
        except ValueError as error:
            raise ValidationError(_('Enter parameters such as status=active, separated by &.')) from error
        validate_storable(found)
        return {name: items[0] if len(items) == 1 else items for name, items in found.items()}


def _items(value) -> list:
    return value if isinstance(value, list) else [value]


def _text(value) -> str:
    return value if isinstance(value, str) else json.dumps(value)


class ValueInputsMixin(forms.ModelForm):
    """
    Asks for the default, the value to fill with and the filter of a field in inputs of the field itself.

    For a form with PrefilledMixin, whose `typed` is what an address or a row holds.
    """

    related_object_filter = FilterInput()

    def ask_for_values(self) -> None:
        """Replace inputs of JSON, as far as it is known what a value of the field is; else there is none."""
        definition = self._provisional()
        for name, label in (('default', _('Default value')), (FILL, _('Value for objects without one'))):
            if name not in self.fields:
                continue
            stored = self._proposed('default') if name == 'default' else None
            found = value_input(definition, stored, label) if definition is not None else None
            if found is None:
                del self.fields[name]
            elif isinstance(found, DocumentInput):
                self.fields[name].label = label
                self.initial[name] = self.initial.get(name, stored) if name in self.typed else stored
            else:
                self.fields[name] = found
                self.initial[name] = found.initial
                self.initial |= typed_values({name: found}, self.typed)
        if 'related_object_filter' in self.fields and 'related_object_filter' not in self.typed:
            self.initial['related_object_filter'] = self._proposed('related_object_filter')
        if 'related_object_filter' in self.fields and definition is not None:
            targets = definition.targets if definition.is_polymorphic else filter(None, [definition.target])
            widget = self.fields['related_object_filter'].widget
            widget.targets = [target.label for target in targets]
            widget.type_id = _pk_of(self._chosen('custom_object_type')) or self.instance.custom_object_type_id

    def _proposed(self, name: str):
        """Return what a link proposes that clones a field, otherwise what is stored."""
        try:
            return json.loads(self.typed[f'{name}_json'])
        except (KeyError, TypeError, ValueError, RecursionError):
            return getattr(self.instance, name)

    def _provisional(self) -> FieldDefinition | None:
        """Return the field as far as it is known from what is chosen, None if too little is."""
        row = CustomObjectTypeField(
            pk=self.instance.pk, custom_object_type_id=self.instance.custom_object_type_id or 0, name='value',
            type=self._chosen_type().name, element_type=self._chosen('element_type') or '',
            is_polymorphic=self._chosen_type().polymorphic,
        )  # fmt: skip
        if row.type not in FIELD_TYPES:
            return None
        for name in {'choice_set', 'related_object_type'} & self.fields.keys():
            offered = self.fields[name].queryset
            pk = _pk_of(self._chosen(name))
            if name == 'choice_set' and pk != self.instance.choice_set_id and self.instance.edit_context.user:
                offered = offered.restrict(self.instance.edit_context.user, 'view')
            setattr(row, name, offered.filter(pk=pk).first() if pk else None)
        if row.is_polymorphic:
            pks = filter(None, map(_pk_of, self._chosen('related_object_types') or ()))
            offered = self.fields['related_object_types'].queryset
            row._m2m_values = {'related_object_types': list(offered.filter(pk__in=pks))}
        for name in ('decimal_digits', 'decimal_places'):
            setattr(row, name, whole_number(str(self._chosen(name) or '')))
        row.name = 'default'
        return field_definition(row)

    def _chosen(self, name: str):
        """Return what an input holds that decides what values are, None if there is none."""
        if name not in self.fields:
            return None
        field = self.fields[name]
        if self.is_bound and not field.disabled:
            return field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
        return self.get_initial_for_field(field, name)

    def clean_default(self):
        """Keep what is stored if it was not edited, or may not be seen: inputs show less than JSON does."""
        found, stored = self._as_stored('default'), self.instance.default
        if stored is None or isinstance(self.fields['default'], DocumentInput):
            return found
        if isinstance(found, str) and isinstance(stored, str) and _as_typed(found) == _as_typed(stored):
            return stored
        return _with_hidden(self.fields['default'], found, stored)

    def clean_fill(self):
        return self._as_stored(FILL)

    def _as_stored(self, name: str):
        value, field = self.cleaned_data[name], self.fields[name]
        return value if isinstance(field, DocumentInput) else as_json(value, getattr(field, 'is_polymorphic', False))

    def clean_related_object_filter(self):
        """Keep what is stored if it was not edited: a text does not distinguish 1 from "1"."""
        found, stored = self.cleaned_data['related_object_filter'], self.instance.related_object_filter
        field = self.fields['related_object_filter']
        return stored if isinstance(stored, dict) and field.to_python(field.prepare_value(stored)) == found else found

    @property
    def keeps_default(self) -> bool:
        """Whether the default has no input, and stays as it is."""
        has_input, is_allowed = 'default' in self.fields, self.instance.field_type.default_allowed
        return not has_input and is_allowed and self.cleaned_data.get('type') == self.instance.type


def _pk_of(chosen) -> int | None:
    return whole_number(str(getattr(chosen, 'pk', chosen) or ''))


def _as_typed(text: str) -> str:
    """Return a text as an input has it."""
    return '\n'.join(text.splitlines()).strip()


def _with_hidden(field: forms.Field, found, stored):
    """Return what was chosen, with the objects of the stored default that the user may not view."""
    is_many = isinstance(stored, list)
    hidden = list(_hidden(field, stored if is_many else [stored]))
    if not hidden:
        return found
    if not is_many:
        return stored if found is None else found
    chosen = found or []
    kept = [entry for entry in stored if entry in hidden or entry in chosen]
    return kept + [entry for entry in chosen if entry not in kept]


def _hidden(field: forms.Field, entries: list) -> Iterator:
    """Yield the entries of a default that are objects which exist, and which an input does not offer."""
    is_polymorphic = isinstance(field, TargetsInput)
    selects = field.fields if is_polymorphic else [field]
    for select in (found for found in selects if hasattr(found, 'queryset')):
        model, by_pk = select.queryset.model, {}
        for entry in entries:
            if not is_polymorphic:
                by_pk[entry] = entry
            elif entry['content_type_id'] == key_type(model):
                by_pk[entry['object_id']] = entry
        there, offered = (
            set(objects.filter(pk__in=by_pk).values_list('pk', flat=True))
            for objects in (model._default_manager, select.queryset)
        )
        yield from (by_pk[pk] for pk in there - offered)
