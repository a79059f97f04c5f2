"""
Inputs of expressions in the typed language, and what they may read.

May import field_types and runtime.
"""

from collections.abc import Iterable

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from utilities.forms import get_field_value

from ..definitions import TypeDefinition
from ..expressions.typed.grammar import MAX_LENGTH
from ..expressions.typed.storage import quoted
from ..field_types.constraints import scope_of_fields, with_field_names
from ..field_types.shared.bounds import whole_number
from ..models import CustomObjectType
from ..runtime.classes.registry import world
from ..runtime.rights import is_known_to_reader


class ExpressionInput(forms.CharField):
    """A condition or expression; not stripped, so that positions in errors stay right."""

    widget = forms.Textarea(attrs={'rows': 2, 'class': 'font-monospace', 'spellcheck': 'false'})

    def __init__(self, **kwargs):
        super().__init__(max_length=MAX_LENGTH, strip=False, **kwargs)


def chosen_type(form: forms.ModelForm) -> TypeDefinition | None:
    """Return the type that is chosen in a form, None if there is none or the user may not know of it."""
    chosen = get_field_value(form, 'custom_object_type') or form.instance.custom_object_type_id
    pk = chosen.pk if isinstance(chosen, CustomObjectType) else whole_number(str(chosen or 0))
    definition = world().all_definitions.get(pk)
    return definition if definition and is_known_to_reader(pk) else None


def shown(expression: str, definition: TypeDefinition | None) -> str:
    """Return an expression with names in place of keys, as far as they are known; one being typed as it is."""
    return with_field_names(expression, definition.fields) if definition else expression


def with_names(help_text: str, definition: TypeDefinition | None) -> str:
    """Return a help text that also lists what expressions of the fields of a type may read."""
    return listing(help_text, scope_of_fields(definition.fields).by_name if definition else ())


def listing(help_text: str, names: Iterable[str]) -> str:
    """Return a help text with the names of fields behind it."""
    names = sorted(names)
    if not names:
        return help_text
    listed = format_html_join(' ', '<code>{}</code>', ((quoted(name),) for name in names))
    return format_html('{}<br>{} {}', help_text, _('Fields:'), listed)
