"""
What a rollup must satisfy, and what it forbids about the fields that it reads, which are of another type.

Called from CustomObjectTypeField.clean(), and before a field is changed or deleted.
"""

from collections.abc import Iterator
from dataclasses import replace

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ...choices import AggregateChoices
from ...definitions import FieldDefinition, TypeDefinition, ids_read_by
from ...exceptions import SchemaChangeRefused
from ...expressions.typed import InvalidExpression, stored_form
from ...field_types import field_type_of
from ...field_types.constraints import scope_of_fields
from ...field_types.known_choices import refuse_unknown_choices
from ...field_types.rollup import aggregable, aggregates_of, check_condition
from ..readers import named_rows, viewable
from ..rows.convert import field_definition
from .computed import is_stored, read_tree
from .definitions import broken_by
from .surroundings import STORED, is_replaying, surroundings_of

Errors = Iterator[tuple[str, object]]
ATTRIBUTES = ('referring_field', 'aggregate', 'aggregated_field', 'condition')


def rollup_errors(field, before) -> Errors:
    """Yield (attribute, message) for what is wrong with how a rollup is calculated."""
    if not field.field_type.is_rollup:
        for name in ATTRIBUTES:
            if getattr(field, field._meta.get_field(name).attname):
                yield name, _('This is for rollups.')
        return
    if field.required:
        yield 'required', _('The values of a rollup cannot be required.')
    for name in ('primary', 'context'):
        if getattr(field, name):
            yield name, _('A rollup cannot name objects: its value depends on who reads it.')
    if before is not None and _state(before) == _state(field):
        return  # a field that it reads may be gone, and must not prevent other edits
    referring = _known(field, before, 'referring_field')
    if referring is None or not _refers(referring, field.custom_object_type_id):
        yield 'referring_field', _('Choose a field by which objects refer to objects of this type.')
        return
    yield from _aggregate(field, before, referring)
    if field.condition:
        try:
            tree, fields = read_tree(field.condition), _fields(field, before, referring.custom_object_type_id)
            check_condition(tree, fields)
            if not is_replaying():
                refuse_unknown_choices(tree, scope_of_fields(fields, is_stored=True), fields)
        except InvalidExpression as error:
            yield 'condition', str(error)


def _state(field) -> tuple:
    return tuple(getattr(field, field._meta.get_field(name).attname) for name in ATTRIBUTES)


def _refers(referring, type_id: int) -> bool:
    definition = field_definition(referring)
    return field_type_of(definition).is_reference and any(found.type_id == type_id for found in definition.targets)


def _aggregate(field, before, referring) -> Errors:
    if field.aggregate not in AggregateChoices.values():
        yield 'aggregate', _('Choose what is made of the objects that refer to an object.')
        return
    if field.aggregate == AggregateChoices.COUNT:
        if field.aggregated_field_id is not None:
            yield 'aggregated_field', _('A count takes no values of a field.')
        return
    source = _known(field, before, 'aggregated_field')
    if source is None or source.custom_object_type_id != referring.custom_object_type_id:
        yield 'aggregated_field', _('Choose a field of the referring objects.')
        return
    term = aggregable(field_definition(source))
    if term is None:
        yield 'aggregated_field', _('The values of this field cannot be aggregated.')
    elif field.aggregate not in aggregates_of(term.kind):
        yield 'aggregate', _('This cannot be made of values of this kind: {kind}.').format(kind=term.kind.label)


def _known(field, before, name: str):
    """Return the field that an attribute leads to; None if there is none, or the user may not know of it."""
    attname = field._meta.get_field(name).attname
    surroundings, pk = surroundings_of(field), getattr(field, attname)
    if pk is None:
        return None
    is_chosen = surroundings is STORED and (before is None or getattr(before, attname) != pk)
    if is_chosen and not viewable(type(field).objects.using(field._state.db).filter(pk=pk)).exists():
        return None
    return surroundings.field(pk, field._state.db)


def _fields(field, before, type_id: int) -> list[FieldDefinition]:
    """Return the fields of the referring type that a condition may read."""
    found = [other for other in surroundings_of(field).fields_of(type_id, field._state.db) if other.pk != field.pk]
    if surroundings_of(field) is STORED:
        stored = type(field).objects.using(field._state.db).filter(custom_object_type=type_id)
        known = {*viewable(stored).values_list('pk', flat=True)} | (ids_read_by(before) if before else set())
        found = [other for other in found if other.pk in known]
    return [field_definition(other) for other in found]


def store_condition(field) -> None:
    """Have the names of fields replaced by keys in the condition of a rollup that people have written."""
    if not field.condition or not field.referring_field_id or is_stored(field.condition):
        return
    referring = surroundings_of(field).field(field.referring_field_id, field._state.db)
    if referring is None:
        return  # saved without validation: the field is left out of its type, and reported
    others = surroundings_of(field).fields_of(referring.custom_object_type_id, field._state.db)
    scope = scope_of_fields(map(field_definition, others), is_stored=True)
    try:
        field.condition = stored_form(field.condition, scope)
    except InvalidExpression:
        return  # as above


def _rollups_from(field, using: str | None) -> list:
    return [other for other in surroundings_of(field).rollups(using) if field.pk in ids_read_by(other)]


def rollups_from(field, using: str | None) -> str:
    """Return the names of the rollups that read a field, for the reader of an error; '' if there are none."""
    return _shown(_rollups_from(field, using), using)


def _shown(rollups: list, using: str | None) -> str:
    if not rollups:
        return ''
    names = {other.pk: f'{other.custom_object_type.name}.{other.name}' for other in rollups}
    return named_rows(names, type(rollups[0]).objects.using(using))


def rolled_up_targets(field, removed) -> str:
    """
    Return why some types cannot be taken away from a polymorphic field, '' if they can: rollups of theirs count by it.

    Args:
        field: the stored CustomObjectTypeField
        removed: ObjectTypes or ContentTypes
    """
    pks = {target.pk for target in removed}
    names = _shown(
        [
            other
            for other in surroundings_of(field).rollups(field._state.db)
            if other.referring_field_id == field.pk and other.custom_object_type.object_type_id in pks
        ],
        field._state.db,
    )
    return _('These rollups need the types that are removed: {names}.').format(names=names) if names else ''


def refuse_counted_field(field, using: str) -> None:
    """Raise SchemaChangeRefused if rollups read a field that is about to be deleted."""
    if names := rollups_from(field, using):
        message = _('The field "{field}" is read by rollups: {names}. Change or delete them first.')
        raise SchemaChangeRefused(str(message).format(field=field.name, names=names))


def refuse_counted_conversion(field, using: str) -> None:
    """Raise ValidationError if rollups that read a field cannot be calculated once it has another type."""
    rollups = {other.pk: other for other in _rollups_from(field, using)}
    if not rollups:
        return

    def faulty(definition: TypeDefinition) -> set[int]:
        known = {pk: replace(field_definition(other), reads=definition.fields) for pk, other in rollups.items()}
        return {pk for pk, other in known.items() if field_type_of(other).fault(other)}

    if broken := broken_by(field, using, faulty):
        message = _('These rollups need the field as it is: {names}. Change or delete them first.')
        names = _shown([rollups[pk] for pk in broken], using)
        raise ValidationError({field.converted: message.format(names=names)})
