"""
Empty inputs of filter forms, which are drawn once: a form has a hundred, and drawing them takes as long as the list.

Only inputs that are the same for every user: lists of objects and of choices are drawn each time.
"""

from typing import ClassVar

from django import forms
from django.utils.translation import get_language

from utilities.forms.widgets import DatePicker, DateTimePicker

# Exactly these: what is derived from them may show more.
TYPED = frozenset((forms.TextInput, forms.NumberInput, DatePicker, DateTimePicker))


class KeptInput(forms.BoundField):
    def as_widget(self, widget=None, attrs=None, only_initial=False):
        if widget is not None or only_initial or not self._is_kept():
            return super().as_widget(widget, attrs, only_initial)
        key = get_language(), self.html_name, self.auto_id, *sorted((attrs or {}).items())
        kept = self.form.kept_inputs
        if key not in kept:
            kept[key] = super().as_widget(attrs=attrs)
        return kept[key]

    def _is_kept(self) -> bool:
        """Whether this is an input of the form's class, and empty; NetBox's custom fields are added to each form."""
        widget = getattr(self.field.widget, 'original_widget', self.field.widget)
        is_yes_or_no = type(widget) is forms.Select and isinstance(self.field, forms.NullBooleanField)
        is_same = self.name in self.form.base_fields and (type(widget) in TYPED or is_yes_or_no)
        return is_same and self.value() in (None, '') and not self.errors


class KeptInputsMixin:
    """For forms that are made for one type, with a `kept_inputs` of its own."""

    bound_field_class = KeptInput
    kept_inputs: ClassVar[dict[tuple, str]]
