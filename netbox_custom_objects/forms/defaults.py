"""
Defaults of new objects in forms. May import field_types and runtime.

Attributes of a new instance have their defaults; many-valued references have them only once the object is saved.
"""

from django.core.validators import EMPTY_VALUES

from ..field_types import field_type_of
from ..field_types.shared.bounds import whole_number
from ..runtime.classes.memo import surfaced_fields
from ..runtime.linked_defaults import linked_defaults, sources_of

# What renders the form again when another object is selected.
FOLLOW = {'hx-get': '.', 'hx-include': '#form_fields', 'hx-target': '#form_fields', 'hx-trigger': 'change'}


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

    An input that is sent empty stays empty.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance._state.adding and (fields := self._fields_with_paths()):
            sources = sources_of(fields, self._meta.model) & self.fields.keys()
            if not self.is_bound:
                self._propose(fields, sources)
            for name in sources if not self.prefix else ():
                self.fields[name].widget.attrs |= FOLLOW

    def _fields_with_paths(self) -> list:
        return [field for field in surfaced_fields(self._meta.model) if field.default_from and not field.deprecated]

    def _propose(self, fields: list, sources: set[str]) -> None:
        selected = {name: self._selected(name) for name in sources}
        empty = [
            field for field in fields if field.name in self.fields and self._initial_of(field.name) in EMPTY_VALUES
        ]
        for name, value in linked_defaults(self._meta.model, selected, empty).items():
            self.initial[name] = value

    def _initial_of(self, name: str):
        return self.get_initial_for_field(self.fields[name], name)

    def _selected(self, name: str):
        """Return the object that is selected, None if there is none."""
        value = self._initial_of(name)
        model = self.fields[name].queryset.model
        pk = getattr(value, 'pk', None) or whole_number(str(value or ''))
        return model._default_manager.filter(pk=pk).first() if pk else None

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
