"""
What the related object filter of a field must satisfy: parameters that lists of the targets have, and names of fields.

Not in a replay, which writes fields before the types that they refer to.
"""

from collections.abc import Iterator

from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from ...constants import APP_LABEL
from ...definitions import TargetRef, type_id_from_model_name
from ...field_types import field_type_of
from ...field_types.base import FAULTS
from ...field_types.polymorphic.keys import model_of
from ...field_types.shared.limits import as_list, faults_of, names_in
from ..readers import readable
from ..rows.convert import field_definition
from .reserved import parameter_of
from .surroundings import STORED, replayed_rows, surroundings_of

Errors = Iterator[tuple[str, object]]
ENFORCED, LIMIT = 'related_object_filter_enforced', 'related_object_filter'


def limit_errors(field, before) -> Errors:
    """Yield (attribute, message) for what is wrong with the filter of a reference."""
    limit = field.related_object_filter
    if field.related_object_filter_enforced and not limit:
        yield ENFORCED, _('Enter the related object filter that is to be enforced.')
    if not isinstance(limit, dict) or replayed_rows() is not STORED:
        return
    if any(isinstance(item, (dict, list)) for value in limit.values() for item in as_list(value)):
        yield LIMIT, _('Values must be texts, numbers, true, false, null, or lists of these.')
        return
    if before is not None and _compared(before) == _compared(field):
        return  # a plugin or status may be gone, and must not prevent other edits
    for name in sorted(names_in(limit) - _names_known(field)):
        yield LIMIT, _('Values cannot name this field: {name}.').format(name=name)
    found = [list(_faults(field, target, limit)) for target in _targets(field)]
    # Selectors leave out what a type does not know; objects could not be held against it.
    kept = max if field.related_object_filter_enforced else min
    for message in kept(found, key=len, default=()):
        yield LIMIT, message


def _compared(field) -> tuple:
    return field.related_object_filter, field.related_object_filter_enforced, _targets(field)


def _targets(field) -> list[TargetRef]:
    found = field.intended_targets() if field.is_polymorphic else [field.related_object_type]
    return sorted((TargetRef(item.app_label, item.model) for item in found if item), key=lambda target: target.label)


def _names_known(field) -> set[str]:
    """Return the fields of the same object that values may name, as far as the reader of an error may view them."""
    stored = type(field).objects.using(field._state.db).filter(custom_object_type=field.custom_object_type_id)
    hidden = {*stored.values_list('pk', flat=True)} - {*readable(stored).values_list('pk', flat=True)}
    return {
        other.name
        for other in surroundings_of(field).siblings(field)
        if other.field_type.limits_others and other.pk not in hidden
    }


def _faults(field, target: TargetRef, limit: dict) -> Iterator[str]:
    model = model_of(target)
    if target.type_id is None or (surroundings_of(field) is STORED and not getattr(model, '_is_ghost', False)):
        yield from faults_of(model, limit) if model is not None else ()
        return
    # Its rows are being written, and its class may lack them still.
    known = set(import_string(f'{APP_LABEL}.filtersets.CustomObjectFilterSet').base_filters)
    for other in surroundings_of(field).fields_of(type_id_from_model_name(target.model), field._state.db):
        try:
            known |= {parameter_of(name) for name in field_type_of(other).get_filters(field_definition(other))}
        except FAULTS:
            continue
    for key in limit:
        if key not in known and key.rpartition('__')[0] not in known:
            yield _('Unknown filter: {name}.').format(name=key)
