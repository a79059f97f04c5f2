"""
Add and edit forms that follow the conditions of fields, and what forms tell conditions.

The page posts what is typed, and the rows of fields whose conditions have changed are replaced (htmx); all others stay,
with the focus and the text in them. May import runtime and field_types.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS
from django.forms.utils import ErrorDict
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from ..definitions import FieldDefinition
from ..field_types import field_type_of
from ..field_types.constraints import with_field_names
from ..runtime.classes.conditions import UNREAD, State, conditions_of
from ..runtime.classes.memo import surfaced_fields
from ..runtime.relations.many import twin_of
from .prefill import input_names

# What a page sends while its form is being filled in.
FOLLOW = '_follow'
# The hidden input that holds which state of each field a page shows.
SHOWN = '_conditions'
# NetBox's template of a row begins so.
ROW = re.compile(r'<div class="row')


def conditional_inputs(model, fields: list[FieldDefinition]) -> dict[int, dict[str, bool]]:
    """Return {field id: {input: whether it must be filled where a value is required}} of fields with conditions."""
    conditions = conditions_of(model)
    known = {field.id for field in conditions.fields} if conditions else ()
    found = {}
    for field in fields:
        if field.id in known:
            required = replace(field, required=True, visible_if='')
            inputs = field_type_of(field).get_form_fields(required)
            found[field.id] = {name: form_field.required for name, form_field in inputs.items()}
    return found


def conditional_requirements(model, fields: list[FieldDefinition]) -> dict[int, str]:
    """Return, by field id, when a value is required of fields of which one is required only under a condition."""
    found = {}
    for field in fields:
        if field.deprecated or field.is_required:
            continue
        required = [] if field.required else [field.required_if]
        asked = [text for text in (*required, field.visible_if) if text]
        if asked and (field.required or field.required_if):
            shown = [with_field_names(text, model._definition.fields) for text in asked]
            condition = shown[0] if len(shown) == 1 else ' && '.join(f'({text})' for text in shown)
            found[field.id] = format_lazy(_('Required while this is true: {condition}'), condition=condition)
    return found


class UnreadInputsMixin:
    """Lets the instance know which inputs hold no value that could be read: they are not missing."""

    def _post_clean(self):
        self.instance.__dict__[UNREAD] = {
            field.name
            for field in surfaced_fields(self._meta.model)
            if not field_type_of(field).attribute_names(field).isdisjoint(self._errors)
        }
        try:
            super()._post_clean()
        finally:
            del self.instance.__dict__[UNREAD]


class FollowInput(forms.HiddenInput):
    """The states that a page or dialog shows, and what follows the inputs beside it (htmx)."""

    def __init__(self, url: str):
        super().__init__()
        self.url = url

    def render(self, name, value, attrs=None, renderer=None):
        return format_html(
            '{}<link rel="stylesheet" href="{}"><div hx-post="{}" hx-vals="{}" hx-swap="none" hx-sync="this:replace"'
            ' hx-trigger="input from:closest form delay:250ms, change from:closest form delay:250ms"></div>',
            super().render(name, value, attrs, renderer),
            static('netbox_custom_objects/conditions.css'),
            self.url,
            json.dumps({FOLLOW: '1'}),
        )


class ConditionsMixin(UnreadInputsMixin):
    """
    Shows, asks for and takes values by the conditions of their fields, given what all inputs hold.

    A field that is not shown, or cannot be changed, keeps what is stored.
    """

    # What `conditional_inputs` returns of the type.
    conditional_inputs: ClassVar[dict[int, dict[str, bool]]] = {}

    def __init__(self, *args, initial=None, **kwargs):
        super().__init__(*args, initial=initial, **kwargs)
        # The inputs that are not taken, because of what others hold.
        self._kept: set[str] = set()
        self._follows = bool(self.conditional_inputs)
        if self._follows:
            self.fields[SHOWN] = forms.CharField(required=False, widget=FollowInput(self._url()))
            if not self.is_bound:
                self._show(self._states(self._typed(initial or {})))

    def _url(self) -> str:
        """Return where what is typed is posted: with the prefix that the inputs of a dialog have."""
        if self.instance._state.adding:
            url = self._meta.model._get_action_url('add')
        else:
            url = self.instance._get_action_url('edit', kwargs={'pk': self.instance.pk})
        return f'{url}?_quickadd=True' if self.prefix else url

    def _typed(self, initial: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values that an address holds, as far as they can be read."""
        values = {}
        # A new object may have defaults that are proposed.
        given = self.initial if self.instance._state.adding else initial
        for name in given.keys() & self.fields.keys():
            try:
                values[name] = self.fields[name].clean(self.initial.get(name))
            except ValidationError:
                continue
        return values

    def _states(self, values: Mapping[str, Any]) -> dict[int, State]:
        """Return what conditions come to if inputs hold these values."""
        model, before = self._meta.model, None if self.instance._state.adding else self.instance
        intended = twin_of(self.instance)
        for field in surfaced_fields(model):
            if not field_type_of(field).many:
                for name in field_type_of(field).payload_names(field).keys() & values.keys():
                    setattr(intended, name, None if values[name] == '' else values[name])
                if field.name in values:
                    setattr(intended, field.name, None if values[field.name] == '' else values[field.name])
        using = self.instance._state.db or DEFAULT_DB_ALIAS
        return conditions_of(model).states([(intended, before)], using)[0]

    def _show(self, states: Mapping[int, State]) -> None:
        """Have the inputs rendered by the conditions of their fields."""
        self.shown_states = {}
        for pk, inputs in self.conditional_inputs.items():
            state = states[pk]
            words = [
                *(() if state.is_visible else ('hidden',)),
                *(('required',) if state.is_required else ()),
                *(() if state.is_editable else ('disabled',)),
            ]
            self.shown_states[str(pk)] = ' '.join(words)
            for name in inputs.keys() & self.fields.keys():
                form_field = self.fields[name]
                form_field.required = form_field.widget.is_required = state.is_required and inputs[name]
                form_field.disabled = form_field.disabled or not state.is_editable
                if self.instance._state.adding and not state.is_editable:
                    self.initial.pop(name, None)  # it has the default, and not what an address holds
                form_field.widget.attrs |= {
                    'data-condition-of': self.add_prefix(name), 'data-condition': ' '.join(words),
                }  # fmt: skip
        self.initial[SHOWN] = json.dumps(self.shown_states)

    def _clean_form(self):
        if self._follows:
            states = self._states(self.cleaned_data)
            for pk, inputs in self.conditional_inputs.items():
                for name in inputs.keys() & self.fields.keys():
                    # A change of what cannot be changed is an error; a browser does not send it.
                    if not states[pk].is_visible or (not states[pk].is_editable and not self._is_sent(name)):
                        self._kept.add(name)
                        self.cleaned_data.pop(name, None)
                        self._errors.pop(name, None)
            self._show(states)
        super()._clean_form()

    def _is_sent(self, name: str) -> bool:
        return not input_names(self.add_prefix(name), self.fields[name].widget).isdisjoint(self.data)

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() | self._kept

    def follow(self) -> None:
        """Let a bound form show what was typed, and no errors."""
        self._errors, self.cleaned_data = ErrorDict(), {}
        self._clean_fields()
        if self._follows:
            self._show(self._states(self.cleaned_data))
        self._errors = ErrorDict()

    def changed_rows(self) -> Iterator[str]:
        """Yield the rows of fields that are to be shown in another way than the page does, for htmx to put in place."""
        before = self._states_of_page()
        for pk, inputs in self.conditional_inputs.items():
            if before.get(str(pk)) == self.shown_states[str(pk)]:
                continue
            for name in inputs:
                if name in self.fields:
                    place = format_html(
                        '<div hx-swap-oob="outerHTML:.field-group > .row:has([data-condition-of=&quot;{}&quot;])" '
                        'class="row',
                        self.add_prefix(name),
                    )
                    row = render_to_string('netbox_custom_objects/inc/form_row.html', {'field': self[name]})
                    yield mark_safe(ROW.sub(lambda found, place=place: place, row, count=1))
        shown = self[SHOWN]
        yield format_html(
            '<input type="hidden" id="{}" name="{}" value="{}" hx-swap-oob="true">',
            shown.auto_id, shown.html_name, self.initial[SHOWN],
        )  # fmt: skip

    def _states_of_page(self) -> dict[str, str]:
        """Return what the page shows, as it has sent it."""
        try:
            found = json.loads(self.data.get(self.add_prefix(SHOWN)) or '{}')
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}
