"""
Filter inputs of values that have an order: before, after, and between two values.

May import NetBox's filter forms. `between` is sent as two parameters that every list knows, `__gte` and `__lte`.
"""

from copy import deepcopy

from django import forms
from django.utils.translation import gettext_lazy as _

from utilities.forms.mixins import FORM_FIELD_LOOKUPS
from utilities.forms.widgets import FilterModifierWidget

from ..constants import APP_LABEL

BETWEEN = 'between'
FROM, UNTIL = 'gte', 'lte'
ORDERED = (forms.IntegerField, forms.DecimalField, forms.DateField, forms.DateTimeField, forms.DurationField)
# NetBox has none for moments and durations.
MOMENTS = FORM_FIELD_LOOKUPS[forms.DateField]


class RangeWidget(FilterModifierWidget):
    """NetBox's widget, with one more choice; the second value has an input of its own."""

    def __init__(self, widget: FilterModifierWidget):
        super().__init__(widget.original_widget, [*widget.lookups, (BETWEEN, _('between'))])


class UntilWidget(forms.Widget):
    """The second value, shown while `between` is chosen."""

    template_name = f'{APP_LABEL}/widgets/until.html'

    def __init__(self, widget: forms.Widget, name: str):
        super().__init__()
        self.original_widget, self.name = widget, name

    def value_from_datadict(self, data, files, name):
        # Without a first value, the first input shows this one.
        return self.original_widget.value_from_datadict(data, files, name) if f'{self.name}__{FROM}' in data else None

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        inner = self.original_widget.get_context(name, value, attrs)['widget']
        context['widget'] |= {'of': self.name, 'original_widget': inner}
        return context


class RangesMixin:
    """Offers `between` for each input whose filter knows both ends."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in [name for name in self.fields if isinstance(self.fields[name].widget, FilterModifierWidget)]:
            lookups = self.fields[name].widget.lookups
            if {FROM, UNTIL} <= {lookup for lookup, _label in lookups} and f'{name}__{UNTIL}' in self.fields:
                self.fields[name].widget = RangeWidget(self.fields[name].widget)

    def _get_lookup_choices(self, field):
        is_moment = isinstance(field, (forms.DateTimeField, forms.DurationField))
        return MOMENTS if is_moment else super()._get_lookup_choices(field)


def until(name: str, first: forms.Field) -> dict[str, forms.Field]:
    """Return the second input of a field that has an order, by name; nothing for others."""
    if not isinstance(first, ORDERED):
        return {}
    field = deepcopy(first)
    field.widget = UntilWidget(field.widget, name)
    return {f'{name}__{UNTIL}': field}
