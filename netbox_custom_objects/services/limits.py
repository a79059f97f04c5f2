"""
Enforced related object filters: an object refers only to objects that the filters of its fields find.

Called by the receivers in `signals` when an object is validated. What an object refers to already is kept, unless the
values that the filter names change, so that its other values can be edited.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from ..definitions import FieldDefinition
from ..field_types import field_type_of
from ..field_types.polymorphic.keys import model_of, target_of
from ..field_types.shared.limits import find_inside, names_in, with_values
from ..models.change_data import parked_objects
from ..models.readers import named, readable

# {model of targets: {id: object}}
Targets = dict[type[Model], dict[int, Model | None]]
# {(id of the field, model): (ids that were looked for, ids that its filter finds)}
Ahead = Mapping[tuple[int, type], tuple[set[int], set[int]]]
_ahead: ContextVar[Ahead] = ContextVar('netbox_custom_objects_limits_ahead', default=MappingProxyType({}))


def refuse_outside(instance) -> None:
    """Raise ValidationError, by field, if an object refers to objects that an enforced filter does not find."""
    errors = {}
    for field in limited_fields(type(instance)):
        if names := list(_outside(instance, field)):
            message = _('This cannot be selected here: {objects}.')
            errors[field.name] = message.format(objects=named([name for name in names if name], names.count('')))
    if errors:
        raise ValidationError(errors)


def limited_fields(model) -> Iterator[FieldDefinition]:
    """Yield the fields of a class whose filters are enforced."""
    for field in model._surfaced_fields():
        if field.related_object_filter_enforced and field_type_of(field).is_reference and field.related_object_filter:
            yield field


@contextmanager
def looked_up_ahead(model, targets: Targets) -> Iterator[None]:
    """
    Hold the targets of many objects against the filters at once, one statement for each filter and model of targets.

    Args:
        model: of the objects that are written in the block, which must not change whether a filter finds a target
        targets: what they may refer to
    """
    found, known = {}, {}
    for field in limited_fields(model):
        target = None if field.target is None else model_of(field.target)
        if target in (None, model) or not targets.get(target) or names_in(field.related_object_filter):
            continue
        key, pks = (target, field.related_object_filter_json), set(targets[target])
        if key not in known:
            known[key] = pks, find_inside(target, field.related_object_filter, pks)
        found[field.id, target] = known[key]
    reset = _ahead.set(found)
    try:
        yield
    finally:
        _ahead.reset(reset)


def _outside(instance, field: FieldDefinition) -> Iterator[str]:
    """Yield the names of the targets that the filter of a field does not find, '' for those that are not shown."""
    parameters = parameters_of(instance, field)
    stored = None
    for model, targets in _targets(instance, field).items():
        known, inside = _ahead.get().get((field.id, model), (set(), set()))
        if not known >= targets.keys():
            inside = find_inside(model, parameters, targets)
        outside = targets.keys() - inside
        if outside and not instance._state.adding:
            stored = stored or type(instance)._base_manager.using(instance._state.db).filter(pk=instance.pk).first()
            if stored and parameters_of(stored, field) == parameters:
                outside -= _targets(stored, field, is_stored=True).get(model, {}).keys()
        if outside:
            objects = model._default_manager.filter(pk__in=outside)
            shown = {target.pk: str(target) for target in readable(objects)}
            # What does not exist has an error of its own.
            yield from (shown.get(pk, '') for pk in objects.values_list('pk', flat=True))


def parameters_of(instance, field: FieldDefinition) -> dict[str, list]:
    """Return what the filter of a field comes to with the values of an object."""
    return with_values(field.related_object_filter, lambda name: values_of(instance, name))


def _targets(instance, field: FieldDefinition, is_stored: bool = False) -> Targets:
    """Return what an object is to refer to by a field; of a stored one, what it refers to."""
    if field_type_of(field).many:
        found: Targets = {}
        links = noted_links(instance, field.name)
        if links is None and (is_stored or names_in(field.related_object_filter)):
            links = links_of(instance, field.name)
        for target in links or ():
            found.setdefault(type(target), {})[target.pk] = target
        return found
    if field.is_polymorphic:
        key = instance._meta.get_field(field.name).get_key(instance)
        model = model_of(target_of(key[0])) if key else None
        return {model: {key[1]: None}} if model else {}
    pk = getattr(instance, f'{field.name}_id')
    return {} if pk is None else {instance._meta.get_field(field.name).related_model: {pk: None}}


def noted_links(instance, name: str) -> list[Model] | None:
    """Return the objects that a many-valued reference is about to be linked to, None if it stays as it is."""
    return {**parked_objects(instance), **getattr(instance, '_m2m_values', {})}.get(name)


def links_of(instance, name: str) -> list[Model]:
    """Return the objects that a many-valued reference links to once the object is saved."""
    noted = noted_links(instance, name)
    if noted is not None:
        return noted
    return [] if instance._state.adding else list(getattr(instance, name).all())


def values_of(instance, name: str) -> list:
    """Return the values of a field as a filter takes them; none of a field that is gone."""
    field = instance._definition.fields_by_name.get(name)
    if field is None or name not in instance._payload_names:
        return []
    if field_type_of(field).many:
        return sorted(target.pk for target in links_of(instance, name))
    value = getattr(instance, f'{name}_id' if field_type_of(field).is_reference else name)
    return [item for item in (value if isinstance(value, list) else [value]) if item not in (None, '')]
