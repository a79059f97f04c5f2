"""
Defaults that a new object takes from the objects that it refers to, and how the paths to them are shown.

Only what the user of the request may view is taken.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ..definitions import DefaultPath, FieldDefinition, read_ids, with_names
from ..field_types import field_type_of
from ..field_types.shared.linked_values import fits, fits_kind, kind_of_attribute
from ..models.readers import viewable
from .classes.registry import world
from .rights import is_known_to_reader


def sources_of(fields: Iterable[FieldDefinition], model) -> set[str]:
    """Return the names of the references of a class from which fields take defaults."""
    ids = {path.field_id for field in fields if (path := DefaultPath.read(field.default_from))}
    return {field.name for field in model._surfaced_fields() if field.id in ids and not field_type_of(field).many}


def linked_defaults(model, values: Mapping[str, Any], wanted: Iterable[FieldDefinition]) -> dict[str, Any]:
    """
    Return the values that fields of a new object take from what it refers to, by name; fields without one are left out.

    Args:
        model: the class of the object
        values: {name of a reference: the object that it is to refer to, or None}
        wanted: the fields that were given no value
    """
    names = {field.id: field.name for field in model._surfaced_fields()}
    found, known = {}, {}
    for field in wanted:
        path = DefaultPath.read(field.default_from) if field.default_from else None
        linked = values.get(names.get(path.field_id)) if path else None
        if linked is None:
            continue
        if linked not in known:
            known[linked] = _may_view(linked)
        if known[linked] and (value := _value(field, linked, path)) not in (None, '', []):
            found[field.name] = value
    return found


def _value(field: FieldDefinition, linked, path: DefaultPath) -> Any:
    """Return what a field takes from a linked object, None if that does not fit it (any more)."""
    if path.target_id is None:
        kind = kind_of_attribute(type(linked), path.attribute)
        if kind is None or not fits_kind(field, kind):
            return None
        value = getattr(linked, path.attribute)
    else:
        surfaced = linked._surfaced_fields() if hasattr(linked, '_surfaced_fields') else ()
        other = next((other for other in surfaced if other.id == path.target_id), None)
        if other is None or not fits(field, other):
            return None
        value = getattr(linked, other.name)
        if field_type_of(other).many:
            return [target for target in value.all() if _may_view(target)]
    return None if hasattr(value, '_meta') and not _may_view(value) else value


def _may_view(target) -> bool:
    return viewable(type(target)._default_manager.filter(pk=target.pk)).exists()


def shown_path(stored: str) -> str:
    """Return a stored path with the names that its fields have now."""
    if not (ids := read_ids(stored)):
        return stored
    definitions = world().all_definitions.values()
    found = [(type_.id, field) for type_ in definitions for field in type_.fields if field.id in ids]
    return with_names(stored, {field.id: field.name for type_id, field in found if is_known_to_reader(type_id)})
