"""
Bulk edits of references to several objects: what is added, and what is removed; the usual input replaces all of them.

May import field_types. The inputs have names that no field can have.
"""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from ..definitions import FieldDefinition
from ..field_types import field_type_of
from ..field_types.shared.help import with_hint

ADD, REMOVE = '__add', '__remove'


def has_links(field: FieldDefinition) -> bool:
    return field_type_of(field).is_reference and field_type_of(field).many


def bulk_inputs(field: FieldDefinition) -> dict[str, forms.Field]:
    """Return the inputs of a field in the bulk edit form; of a reference to several objects three."""
    found = _inputs(field)
    if not has_links(field):
        return found
    found[field.name].help_text = with_hint(escape(field.description), _('Replaces all that there are.'))
    for suffix, label in ((ADD, _('{label}: add')), (REMOVE, _('{label}: remove'))):
        form_field = _inputs(field)[field.name]
        form_field.label = format_lazy(label, label=field.display_label)
        form_field.help_text = ''
        found[f'{field.name}{suffix}'] = form_field
    return found


def _inputs(field: FieldDefinition) -> dict[str, forms.Field]:
    return field_type_of(field).get_form_fields(field, required=False, initial=None)


def linked_inputs(name: str) -> tuple[str, str]:
    """Return the inputs by which a reference to several objects is changed, besides the one that replaces them."""
    return f'{name}{ADD}', f'{name}{REMOVE}'


def changes_links(form, field: FieldDefinition) -> bool:
    """Whether a valid form of a bulk edit adds or removes something."""
    return has_links(field) and any(form.cleaned_data.get(name) for name in linked_inputs(field.name))


def wanted_links(form, field: FieldDefinition, present: list) -> list:
    """
    Return what an object is to refer to after a bulk edit that `changes_links`.

    Args:
        form: the valid form
        field: a reference to several objects
        present: what the object refers to, after all of it was replaced if it was

    Raises:
        ValidationError: nothing would be left of a required reference
    """
    added, removed = (list(form.cleaned_data.get(name) or ()) for name in linked_inputs(field.name))
    wanted = [target for target in present if target not in removed]
    wanted += [target for target in added if target not in wanted]
    if field.is_required and not wanted:
        raise ValidationError({field.name: _('This field is required.')})
    return wanted
