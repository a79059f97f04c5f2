"""
What the forms of a design have in common: keys, and validation that is tried again.

May import Django's forms. A row's inputs are prefixed with its key; of what is stored, the key says which row it is.
"""

import re
import secrets
from collections.abc import Iterable
from copy import copy

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms.utils import ErrorDict
from django.http import QueryDict

from ..prefill import typed_values

# The inputs that hold the keys of the rows in their order.
FIELDS, CONSTRAINTS = 'row', 'constraint'
# The input, behind a key, of a stored row that is to be deleted.
REMOVED = 'removed'
_NEW_KEY = re.compile(r'[fc][0-9a-f]{8}\Z', re.ASCII)
_STORED_KEY = re.compile(r'[pq][0-9]{1,18}\Z', re.ASCII)
# How the keys of new rows begin, and those of stored ones.
_LETTERS = {FIELDS: 'fp', CONSTRAINTS: 'cq'}


def new_key(kind: str) -> str:
    """Return a key for a row that is being added."""
    return f'{_LETTERS[kind][0]}{secrets.token_hex(4)}'


def stored_key(kind: str, pk: int) -> str:
    """Return the key of a row that is stored."""
    return f'{_LETTERS[kind][1]}{pk}'


def is_key(kind: str, key: str) -> bool:
    return bool(_NEW_KEY.match(key) or _STORED_KEY.match(key)) and key[0] in _LETTERS[kind]


def id_of(key: str) -> int | None:
    """Return the id of the row that a key is about, None if it is new."""
    return int(key[1:]) if _STORED_KEY.match(key) else None


def keys_of(kind: str, data: QueryDict) -> list[str]:
    """Return the keys of the rows that were sent, in order; what is none is left out."""
    return list(dict.fromkeys(key for key in data.getlist(kind) if is_key(kind, key)))


def inputs_of_row(key: str, data: QueryDict) -> dict[str, list[str]]:
    """Return what was sent of a row, by the names of its inputs without the key."""
    prefix = f'{key}-'
    return {name.removeprefix(prefix): data.getlist(name) for name in data if name.startswith(prefix)}


class DesignFormMixin(forms.ModelForm):
    """A form that is validated each time that its row is tried, from the start."""

    # The inputs of the drawer, if the form has one: (heading, bound fields).
    drawer: tuple = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # The row as it is stored, and as each try begins.
        self.stored, self.pristine = copy(self.instance), copy(self.instance)

    def start_over(self) -> None:
        """Forget what earlier tries have found, and left on the instance."""
        self._errors = None
        self.instance = copy(self.pristine)

    def note(self, error) -> None:
        """Add an error that the form's own validation has not found."""
        if self._errors is None:
            self._errors, self.cleaned_data = ErrorDict(), {}
        self.add_error(None, error)

    def render_again(self, names: Iterable[str], url: str, row: str) -> None:
        """
        Have inputs render their row again, with all that has been typed.

        Args:
            names: of the inputs
            url: the address that renders a row
            row: the selector of the row, seen from an input
        """
        for name in names:
            attributes = self.fields[name].widget.attrs
            # On a page of its own, the form does it in another way.
            attributes.pop('hx-get', None)
            attributes |= {
                'hx-post': url,
                'hx-include': '#designer',
                'hx-vals': f'{{"shown": "{self.prefix}"}}',
                'hx-target': row,
                'hx-select': 'unset',
                'hx-swap': 'outerHTML',
                'hx-trigger': 'change',
            }

    @property
    def is_new(self) -> bool:
        return self.pristine._state.adding

    @property
    def has_hidden_errors(self) -> bool:
        """Whether something is wrong that is only seen when the drawer is open."""
        return any(found.errors for _heading, members in self.drawer for found in members)


class RowMixin(DesignFormMixin):
    """A form of one row, which is rendered again from its inputs while it is filled in."""

    def __init__(self, *args, prefix: str, data=None, typed: QueryDict | None = None, **kwargs):
        """
        Args:
            prefix: the key of the row
            data: what was sent, of all rows
            typed: likewise, of a row that is only to be rendered again
        """
        sent = data if data is not None else typed
        self.sent = self.typed = inputs_of_row(prefix, sent) if sent is not None else {}
        # What is offered depends on what is chosen.
        kwargs['initial'] = typed_values(type(self).base_fields, self.sent)
        super().__init__(*args, data=data, prefix=prefix, **kwargs)
        # The hidden twin of a box is sent even if that is disabled.
        disabled = [name for name, field in self.fields.items() if field.disabled]
        self.initial |= forms.model_to_dict(self.instance, fields=disabled) if disabled else {}

    def value_of(self, name: str) -> str:
        """Return the text that was sent for an attribute, or that is stored."""
        sent = self.sent.get(name)
        return sent[-1].strip() if sent else getattr(self.stored, name)

    @property
    def kept_errors(self) -> list[str]:
        """The errors that no input shows."""
        return list(self.errors.get(NON_FIELD_ERRORS, ())) if self.is_bound or self._errors else []
