"""
The related object filter of a reference as rows: a parameter, how it compares, and values in inputs of its own.

May import the filter forms of NetBox and of plugins, by the names under which NetBox finds them. What such a form
cannot show without loss, such as an object that the user may not view, is a row of plain text.
"""

from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property

from django import forms
from django.apps import apps
from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from utilities.forms import restrict_form_fields
from utilities.forms.widgets import FilterModifierWidget
from utilities.forms.widgets.modifiers import MODIFIER_EMPTY_FALSE, MODIFIER_EMPTY_TRUE

from ..field_types.shared.limits import as_list, as_text, name_in
from .ranges import BETWEEN

EXACT, EMPTY = 'exact', 'empty'
_EMPTY = {'true': MODIFIER_EMPTY_TRUE, 'false': MODIFIER_EMPTY_FALSE}
# Saved filters belong to the list of a user.
_LEFT_OUT = frozenset({'filter_id'})
_NULL = settings.FILTERS_NULL_CHOICE_VALUE


@dataclass(frozen=True, slots=True)
class Row:
    """One parameter of a filter, as the builder shows it."""

    # The name of the parameter without its lookup.
    name: str
    label: str
    # Of its input: rendered HTML.
    input: str
    # (code, label); none if it compares in one way only.
    lookups: Sequence[tuple[str, str]] = ()
    lookup: str = EXACT
    # The field of the same object whose value it takes, '' for the values of the input.
    source: str = ''
    needs_value: bool = True


def filter_form_of(model: type) -> type[forms.Form] | None:
    """Return the class of the form that filters the lists of a model, None if it has none."""
    module = apps.get_app_config(model._meta.app_label).name
    try:
        return import_string(f'{module}.forms.{model.__name__}FilterForm')
    except ImportError:
        return None


class FilterBuilder:
    """
    Makes the rows of filters of one or several models; parameters are those that all of them have.

    Args:
        models: what the field refers to
        user: whose objects the inputs show
    """

    def __init__(self, models: Sequence[type], user):
        self._forms = [form() for model in models if (form := filter_form_of(model)) is not None]
        if len(self._forms) < len(models):
            self._forms = []
        for form in self._forms:
            restrict_form_fields(form, user)
        # NetBox's fields forget their objects once they are rendered, and a parameter may have several rows.
        fields = self._forms[0].fields if self._forms else {}
        self._objects = {name: field.queryset for name, field in fields.items() if hasattr(field, 'queryset')}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The parameters that a row can be added for."""
        if not self._forms:
            return ()
        first, *others = self._forms
        shared = [name for name in first.fields if all(name in form.fields for form in others)]
        return tuple(
            name for name in shared
            if name not in _LEFT_OUT and name.rpartition('__')[0] not in first.fields
            and not isinstance(first.fields[name].widget, forms.HiddenInput)
        )  # fmt: skip

    def choices(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return the parameters with their labels, by the sections of the filter form."""
        left, found = dict.fromkeys(self.names), []
        for section in getattr(self._forms[0], 'fieldsets', ()) if self._forms else ():
            members = [name for name in _flat(section.items) if name in left]
            for name in members:
                left.pop(name, None)
            if members:
                found.append((str(section.name or ''), [(name, self.label(name)) for name in members]))
        if left:
            found.append(('', [(name, self.label(name)) for name in left]))
        return found

    def label(self, name: str) -> str:
        field = self._forms[0].fields[name] if name in self.names else None
        return str(field.label or name.replace('_', ' ').capitalize()) if field is not None else name

    def rows(self, limit: dict) -> Iterator[Row]:
        """Yield the rows of a filter: one for each parameter."""
        for key, value in limit.items():
            yield self.row(key, list(map(as_text, as_list(value))))

    def row(self, key: str, values: Sequence[str] = ()) -> Row:
        """
        Return the row of a parameter.

        Args:
            key: the parameter with its lookup, such as `name__ic`
            values: as an address has them
        """
        name, lookup = self._split(key, values)
        if name not in self.names:
            return _as_plain(key, values)
        field = self._forms[0].fields[name]
        lookups = _lookups_of(field)
        source = name_in(values[0]) if len(values) == 1 else ''
        needs_value = lookup not in _EMPTY.values()
        rendered = self._render(name, [] if source or not needs_value else values)
        if rendered is None:
            return _as_plain(key, values)
        return Row(name, self.label(name), rendered, lookups, lookup, source, needs_value)

    def _split(self, key: str, values: Sequence[str]) -> tuple[str, str]:
        name, _separator, lookup = key.rpartition('__')
        if name in self.names:
            if lookup == EMPTY and len(values) == 1 and values[0].lower() in _EMPTY:
                lookup = _EMPTY[values[0].lower()]
            if lookup in dict(_lookups_of(self._forms[0].fields[name])):
                return name, lookup
        return key, EXACT

    def _render(self, name: str, values: Sequence[str]) -> str | None:
        """Return the input of a parameter with its values, None if it cannot hold them."""
        field = self._forms[0].fields[name]
        # Sets the address that choices are fetched from.
        widget = self._forms[0][name].field.widget
        if isinstance(widget, FilterModifierWidget):
            widget.original_widget.attrs.update(widget.attrs)
            widget = widget.original_widget
        widget = deepcopy(widget)
        is_many = getattr(widget, 'allow_multiple_selected', False)
        if len(values) > 1 and not is_many:
            return None
        if name in self._objects:
            chosen = list(_chosen(field, self._objects[name], values))
            if len(chosen) < len(set(values)):
                return None
            widget.choices = chosen if is_many else [('', '---------'), *chosen]
        elif isinstance(widget, forms.Select):
            known = {str(code).lower(): str(code) for code in _codes(widget.choices)}
            values = [known.get(value.lower()) for value in values]
            if None in values:
                return None
        attributes = {'id': None, 'aria-label': str(_('Value')), 'data-filter-value': ''}
        return widget.render(name='', value=values if is_many else next(iter(values), None), attrs=attributes)


def _as_plain(key: str, values: Sequence[str]) -> Row:
    """Return a row of text; several values are in several inputs."""
    source = name_in(values[0]) if len(values) == 1 else ''
    widget = forms.TextInput(attrs={'class': 'form-control', 'data-filter-value': '', 'aria-label': str(_('Value'))})
    shown = ('',) if source else values or ('',)
    return Row(key, key, ''.join(widget.render(name='', value=value) for value in shown), source=source)


def _lookups_of(field: forms.Field) -> list[tuple[str, str]]:
    lookups = getattr(field.widget, 'lookups', ())
    return [(code, str(label)) for code, label in lookups if code != BETWEEN]


def _chosen(field: forms.Field, objects, values: Sequence[str]) -> Iterator[tuple[str, str]]:
    key = getattr(field, 'to_field_name', None) or 'pk'
    if _NULL in values:
        yield _NULL, getattr(field, 'null_option', None) or settings.FILTERS_NULL_CHOICE_LABEL
    wanted = [value for value in values if value != _NULL]
    try:
        found = list(objects.filter(**{f'{key}__in': wanted})) if wanted else ()
    except (TypeError, ValueError):
        return
    yield from ((str(getattr(instance, key)), str(instance)) for instance in found)


def _codes(choices: Iterable) -> Iterator:
    for code, label in choices:
        if isinstance(label, (list, tuple)):
            yield from (inner for inner, _label in label)
        else:
            yield code


def _flat(items: Iterable) -> Iterator[str]:
    """Yield the names of inputs in a section of a form."""
    for item in items:
        if isinstance(item, str):
            yield item
        else:
            yield from _flat(getattr(item, 'fields', ()))
