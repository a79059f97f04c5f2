"""
Defaults of new objects in forms. May import field_types and runtime.

Attributes of a new instance have their defaults; many-valued references have them only once the object is saved.
"""

from ..field_types import field_type_of
from ..runtime.classes.memo import surfaced_fields


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
            if name not in self.fields:
                getattr(self.instance, name).set(targets)


class ImportDefaultsMixin(LinkDefaultsMixin):
    """Gives a new object the defaults of the columns that an imported file does not have."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            return
        for field in surfaced_fields(self._meta.model):
            if field.default_json is None:
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
