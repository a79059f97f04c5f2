"""
What the conditions of a field must satisfy, and what they forbid about the fields that they read.

Called from CustomObjectTypeField.clean(), and before a field is changed or deleted. In a replay they are taken as they
come: a field that one reads may follow, or be gone for good, and the condition then has no effect.
"""

from collections.abc import Iterable, Iterator
from functools import partial

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ...definitions import CONDITIONS, FieldDefinition, TypeDefinition, read_ids
from ...exceptions import SchemaChangeRefused
from ...expressions.typed import InvalidExpression, Scope, check, stored_form
from ...expressions.typed.kinds import BOOLEAN
from ...field_types.constraints import find_conditions, scope_of_fields
from ...field_types.known_choices import refuse_unknown_choices
from ..readers import named_rows
from ..rows.convert import field_definition
from .computed import error_for_reader, is_stored, read_tree
from .definitions import broken_by, others_of
from .surroundings import is_replaying, surroundings_of

Errors = Iterator[tuple[str, object]]


def condition_errors(field, before) -> Errors:
    """Yield (attribute, message) for what is wrong with the conditions of a field."""
    if is_replaying():
        return
    for name in CONDITIONS:
        source = getattr(field, name)
        if not source:
            continue
        if field.field_type.is_calculated:
            yield name, _('This field cannot have conditions: its values are calculated.')
        elif before is None or getattr(before, name) != source:
            # Others may read a field that is gone, which must not prevent other edits.
            checked, others = partial(_check, source, field), others_of(field)
            try:
                checked(others)
            except InvalidExpression as error:
                yield name, str(error_for_reader(error, field, others, checked))


def _check(source: str, field, others: Iterable[FieldDefinition]) -> None:
    fields = [*others, field_definition(field)]
    tree, scope = read_tree(source), scope_of_fields(fields)
    check(tree, scope, BOOLEAN)
    refuse_unknown_choices(tree, scope, fields)


def _scope(field, others: Iterable[FieldDefinition]) -> Scope:
    """Return what the conditions of a field may read: the other fields of its type, and itself."""
    return scope_of_fields([*others, field_definition(field)])


def store_conditions(field) -> None:
    """Have the names of fields replaced by keys in the conditions that people have written, once its own is known."""
    if field.pk is None:
        return
    scope = None
    for name in CONDITIONS:
        source = getattr(field, name)
        if source and not is_stored(source):
            scope = scope or _scope(field, others_of(field))
            try:
                setattr(field, name, stored_form(source, scope))
            except InvalidExpression:
                continue  # saved without validation: it has no effect, and is reported


def _conditional_on(field, using: str | None) -> dict[int, str]:
    """Return the names of the other fields whose conditions read a field, by primary key."""
    return {
        other.pk: other.name
        for other in surroundings_of(field).fields_of(field.custom_object_type_id, using)
        if other.pk != field.pk
        and other.pk not in field.edit_context.leaving
        and any(field.pk in read_ids(getattr(other, name)) for name in CONDITIONS)
    }


def refuse_field_of_conditions(field, using: str) -> None:
    """Raise SchemaChangeRefused if conditions of other fields read a field that is about to be deleted."""
    if names := _conditional_on(field, using):
        raise SchemaChangeRefused(
            str(_('The field "{field}" is read by conditions of: {names}. Change or delete them first.')).format(
                field=field.name, names=named_rows(names, type(field).objects.using(using))
            )
        )


def refuse_broken_conditions(field, using: str) -> None:
    """Raise ValidationError if conditions that read a field have no effect once it is what it is to be."""
    if broken := broken_by(field, using, _without_effect):
        message = _('Conditions of these fields need the field as it is: {names}. Change them first.')
        names = named_rows({pk: name for pk, name, _attribute in broken}, type(field).objects.using(using))
        raise ValidationError({'type': message.format(names=names)})


def _without_effect(definition: TypeDefinition) -> set[tuple[int, str, str]]:
    found = find_conditions(definition)
    return {
        (field.id, field.name, name) for field, name, condition in found if isinstance(condition, InvalidExpression)
    }
