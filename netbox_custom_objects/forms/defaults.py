"""
Defaults of new objects in forms. May import field_types and runtime.

Attributes of a new instance have their defaults; many-valued references have them only once the object is saved.
"""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EMPTY_VALUES
from django.db.models import QuerySet

from ..field_types import field_type_of
from ..field_types.shared.bounds import whole_number
from ..field_types.shared.limits import names_in
from ..runtime.classes.memo import surfaced_fields
from ..runtime.linked_defaults import linked_defaults, sources_of

# What renders the form again when another object is selected.
FOLLOW = {'hx-get': '.', 'hx-include': '#form_fields', 'hx-target': '#form_fields', 'hx-trigger': 'change'}


# The hidden input that holds the ids of the objects from which a page has taken values, by the input that selects them.
TAKEN_FROM = '_taken_from'


class LinkDefaultsMixin:
    """Proposes the defaults of many-valued references for a new object, and sets those that users cannot choose."""

    def __init__(self, *args, initial=None, **kwargs):
        super().__init__(*args, initial=initial, **kwargs)
        self._default_links = self._find_default_links() if self.instance._state.adding else {}
        for name in self._default_links.keys() & self.fields.keys() - (initial or {}).keys():
            self.initial[name] = self._default_links[name]

    def _find_default_links(self) -> dict[str, list]:
        fields = surfaced_fields(self._meta.model)
        many = [field for field in fields if field.default_json is not None and field_type_of(field).many]
        return {field.name: field_type_of(field).default_targets(field) for field in many}

    def _save_m2m(self):
        super()._save_m2m()
        for name, targets in self._default_links.items():
            if name not in self.cleaned_data:
                getattr(self.instance, name).set(targets)


class ImportDefaultsMixin(LinkDefaultsMixin):
    """Gives a new object the defaults of the columns that an imported file does not have."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            return
        for field in surfaced_fields(self._meta.model):
            if field.default_json is None and not field.default_from:
                continue
            columns = field_type_of(field).get_import_fields(field).keys() & self.fields.keys()
            if not self.is_bound:
                self._describe(columns)
            elif not columns & self.data.keys():
                for name in columns:
                    del self.fields[name]

    def _describe(self, columns):
        """Ask for nothing that has a default: NetBox's page lists what a file must have."""
        for name in columns:
            self.fields[name].required = False


class LinkedDefaultsMixin:
    """
    Fills empty inputs of a new object from what it refers to, as soon as that is selected, and what has no input.

    What was filled in, and was not changed since, follows when another object is selected. An input that is sent empty
    stays empty.
    """

    def __init__(self, *args, initial=None, **kwargs):
        super().__init__(*args, initial=initial, **kwargs)
        if self.instance._state.adding and (fields := self._fields_with_paths()):
            sources = sources_of(fields, self._meta.model) & self.fields.keys()
            if not self.is_bound:
                self._propose(fields, sources, _read_sources((initial or {}).get(TAKEN_FROM)))
            if self.prefix:
                return
            for name in sources:
                self.fields[name].widget.attrs |= FOLLOW
            if not self.is_bound or TAKEN_FROM in self.data:
                self.fields[TAKEN_FROM] = forms.CharField(required=False, widget=forms.HiddenInput)

    def _fields_with_paths(self) -> list:
        return [field for field in surfaced_fields(self._meta.model) if field.default_from and not field.deprecated]

    def _propose(self, fields: list, sources: set[str], before: dict[str, int] | None) -> None:
        """Fill inputs from the objects that are selected; from `before` they were filled when the page was rendered."""
        model, fields = self._meta.model, [field for field in fields if field.name in self.fields]
        selected = {name: self._target(name, self._pk_of(name)) for name in sources}
        pks = {name: target.pk for name, target in selected.items() if target is not None}
        changed = {name for name in sources if before is None or before.get(name) != pks.get(name)}
        if before is not None:
            self._forget(fields, {name: self._target(name, before.get(name)) for name in changed})
        empty = [
            field
            for field in fields
            if self._initial_of(field.name) in EMPTY_VALUES and sources_of([field], model) <= changed
        ]
        for name, value in linked_defaults(model, selected, empty).items():
            self.initial[name] = value
        self.initial[TAKEN_FROM] = json.dumps(pks)

    def _forget(self, fields: list, earlier: dict[str, Any]) -> None:
        """Empty what was taken from objects that are selected no longer, and what is selected among theirs."""
        for name, value in linked_defaults(self._meta.model, earlier, fields).items():
            if self._holds(name, value):
                self.initial[name] = None
        for field in surfaced_fields(self._meta.model):
            # As NetBox's selectors do where the page is not rendered again.
            if field.name in self.fields and names_in(field.related_object_filter) & earlier.keys():
                self.initial[field.name] = None

    def _holds(self, name: str, value) -> bool:
        """Whether an input holds a value that was taken from an object."""
        try:
            typed = self.fields[name].clean(self._initial_of(name))
        except ValidationError:
            return False
        if isinstance(typed, QuerySet):
            return {target.pk for target in typed} == {target.pk for target in value}
        return typed == value

    def _initial_of(self, name: str):
        return self.get_initial_for_field(self.fields[name], name)

    def _pk_of(self, name: str) -> int | None:
        value = self._initial_of(name)
        return getattr(value, 'pk', None) or whole_number(str(value or ''))

    def _target(self, name: str, pk: int | None):
        """Return the object of an id that a reference may refer to, None if there is none."""
        return self.fields[name].queryset.model._default_manager.filter(pk=pk).first() if pk else None

    def clean(self):
        super().clean()
        if self.instance._state.adding and (fields := self._fields_with_paths()):
            self._give([field for field in fields if field.name not in self.fields or self.fields[field.name].disabled])
        return self.cleaned_data

    def _give(self, fields: list) -> None:
        for name, value in linked_defaults(self._meta.model, self.cleaned_data, fields).items():
            if name in self.fields:
                self.cleaned_data[name] = value
            elif isinstance(value, list) and self._meta.model._meta.get_field(name).many_to_many:
                self._default_links[name] = value
            else:
                setattr(self.instance, name, value)


def _read_sources(sent) -> dict[str, int | None] | None:
    """Return the objects from which a page has taken values, as it has sent them; None if it has not."""
    try:
        found = json.loads(sent) if isinstance(sent, str) else None
    except (ValueError, RecursionError):
        return None
    return {name: whole_number(str(pk)) for name, pk in found.items()} if isinstance(found, dict) else None
