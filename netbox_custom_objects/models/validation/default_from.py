"""
Where a field takes its default from: a reference of the same type, and an attribute of the linked object that fits.

Not in a replay, which writes fields before the types that they refer to.
"""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from ...definitions import DefaultPath, TargetRef, written_path
from ...field_types.polymorphic.keys import model_of
from ...field_types.shared.linked_values import fits, fits_kind, kind_of_attribute
from ..readers import readable
from ..rows.convert import field_definition
from .surroundings import STORED, replayed_rows, surroundings_of

Errors = Iterator[tuple[str, object]]
PATH = 'default_from'


def default_from_errors(field, before) -> Errors:
    """Yield (attribute, message) for what is wrong with where a field takes its default from."""
    if not field.default_from or replayed_rows() is not STORED:
        return
    if not field.field_type.default_allowed or field.is_polymorphic or field.field_type.is_calculated:
        yield PATH, _('Fields of this type cannot take a default from a linked object.')
        return
    if before is not None and (before.default_from, before.type) == (stored_path(field), field.type):
        return  # what it names may be gone, and must not prevent other edits
    names = written_path(field.default_from)
    path = DefaultPath.read(stored_path(field))
    if path is None and names is None:
        yield PATH, _('Write it as a field and an attribute of what that refers to, such as site.tenant.')
        return
    reference = _reference(field, path.field_id if path else None)
    if reference is None:
        shown = names[0] if names else field.default_from
        yield PATH, _('{name} is not an object field of this type.').format(name=shown)
        return
    if path.attribute == '' and path.target_id is None or not _has(field, reference, path):
        yield PATH, _('The linked object has no attribute {name}.').format(name=names[1] if names else path)
    elif not _fits(field, reference, path):
        message = _('Values of {path} do not fit a field of type {type}.')
        yield PATH, message.format(path=field.default_from, type=field.type)


def stored_path(field) -> str:
    """Return the path as it is stored, whether it is so already or as a person has written it."""
    names = written_path(field.default_from)
    if names is None:
        return field.default_from
    siblings = surroundings_of(field).siblings(field)
    reference = next((other for other in siblings if other.name == names[0]), None)
    if reference is None:
        return field.default_from
    target = _target(reference)
    if target is None or target.type_id is None:
        return str(DefaultPath(reference.pk, names[1]))
    other = next((other for other in _fields_of(field, target) if other.name == names[1]), None)
    return str(DefaultPath(reference.pk, target_id=other.pk)) if other else str(DefaultPath(reference.pk, names[1]))


def store_path(field) -> None:
    """Have names replaced by ids in a path that a person has written."""
    if field.default_from:
        field.default_from = stored_path(field)


def _reference(field, pk: int | None):
    """Return the field of the same type that a path begins with, if it is one that the reader may view."""
    for other in surroundings_of(field).siblings(field):
        if other.pk == pk and _target(other) is not None and not other.field_type.many:
            rows = type(field).objects.using(field._state.db).filter(pk=pk)
            return other if readable(rows).exists() or not rows.exists() else None
    return None


def _target(reference) -> TargetRef | None:
    found = reference.related_object_type
    return TargetRef(found.app_label, found.model) if found and reference.field_type.is_reference else None


def _fields_of(field, target: TargetRef) -> list:
    fields = list(surroundings_of(field).fields_of(target.type_id, field._state.db))
    stored = type(field).objects.using(field._state.db).filter(custom_object_type=target.type_id)
    hidden = {*stored.values_list('pk', flat=True)} - {*readable(stored).values_list('pk', flat=True)}
    return [other for other in fields if other.pk not in hidden]


def _other(field, reference, path: DefaultPath):
    return next((other for other in _fields_of(field, _target(reference)) if other.pk == path.target_id), None)


def _has(field, reference, path: DefaultPath) -> bool:
    if path.target_id is not None:
        return _other(field, reference, path) is not None
    model = model_of(_target(reference))
    return _target(reference).type_id is None and model is not None and bool(kind_of_attribute(model, path.attribute))


def _fits(field, reference, path: DefaultPath) -> bool:
    definition = field_definition(field)
    if path.target_id is not None:
        return fits(definition, field_definition(_other(field, reference, path)))
    return fits_kind(definition, kind_of_attribute(model_of(_target(reference)), path.attribute))
