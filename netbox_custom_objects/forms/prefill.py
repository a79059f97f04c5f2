"""
Forms that begin with what an address holds: links prefill them, and htmx renders them again with what was typed.

May import Django's forms and NetBox's fields. Must treat an address as a submitted form is treated, input by input.
"""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict

from utilities.forms.fields import DynamicModelChoiceField


class PrefilledMixin:
    """
    Reads the initial values that come from an address with the widgets that will show them.

    `typed` is what the address holds, for inputs that are only known later.
    """

    typed: dict | None = None

    def __init__(self, *args, initial=None, **kwargs):
        if self.typed is None:
            self.typed = initial or {}
        super().__init__(*args, initial=initial, **kwargs)
        if not self.is_bound and initial:
            self.initial |= typed_values(self.fields, initial)
            for name in [name for name in initial if not _can_be_key(self.fields.get(name), self.initial.get(name))]:
                del self.initial[name]


def typed_values(fields: dict[str, forms.Field], parameters: dict) -> dict:
    """
    Return the values of those inputs that an address names, by field.

    An input may have a hidden twin of the same name (NetBox's checkboxes), and a field several inputs.

    Args:
        fields: the fields of a form
        parameters: texts, or lists of them, by the names of inputs without the form's prefix
    """
    sent = MultiValueDict()
    for name, value in parameters.items():
        # Views add values that are not text, such as a queryset of the objects to edit.
        if isinstance(value, (str, list)):
            values = value if isinstance(value, list) else [value]
            # The twin is empty, and comes first or last: htmx begins with the input that was changed.
            sent.setlist(name, [text for text in values if text != ''] or values)
    return {
        name: field.widget.value_from_datadict(sent, {}, name)
        for name, field in fields.items()
        if sent.keys() & input_names(name, field.widget)
    }


def _can_be_key(field: forms.Field | None, value) -> bool:
    """Whether a value can identify an object of a field's model: NetBox looks up an owner's group by any other, too."""
    if not isinstance(field, DynamicModelChoiceField) or not isinstance(value, str):
        return True
    model = field.queryset.model
    try:
        model._meta.get_field(field.to_field_name or model._meta.pk.name).to_python(value)
    except ValidationError:
        return False
    return True


def input_names(name: str, widget: forms.Widget) -> set[str]:
    """Return the names of the inputs that a widget renders."""
    return {f'{name}{part}' for part in widget.widgets_names} if isinstance(widget, forms.MultiWidget) else {name}
