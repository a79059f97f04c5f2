"""
What a computed field must satisfy, and what it forbids about the fields that it reads.

Called from CustomObjectTypeField.clean(), and before a field is changed or deleted.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ...choices import ResultTypeChoices
from ...definitions import FieldDefinition, TypeDefinition, read_ids
from ...exceptions import SchemaChangeRefused
from ...expressions.typed import InvalidExpression, Kind, parse
from ...field_types import field_type_of
from ...field_types.computed import check_computed
from ..readers import readable
from .definitions import broken_by, is_stored, others_of, stored_expression
from .surroundings import surroundings_of

Errors = Iterator[tuple[str, object]]


def computed_errors(field, before) -> Errors:
    """Yield (attribute, message) for what is wrong with how the values of a field are calculated."""
    if not field.field_type.is_computed:
        for name in ('expression', 'result_type'):
            if getattr(field, name):
                yield name, _('This is for computed fields.')
        return
    if field.required:
        yield 'required', _('The values of a computed field cannot be required.')
    if not field.result_type:
        yield 'result_type', _('Choose what the values are.')
    if not field.expression:
        yield 'expression', _('A computed field needs an expression.')
    if not field.expression or field.result_type not in ResultTypeChoices.values():
        return
    if before is not None and (before.expression, before.result_type) == (field.expression, field.result_type):
        return  # a field that it reads may be gone, and must not prevent other edits
    checked = partial(_check, field.expression, Kind(field.result_type))
    try:
        checked(others_of(field))
    except InvalidExpression as error:
        yield 'expression', str(error_for_reader(error, field, checked))


def _check(source: str, kind: Kind, fields: Iterable[FieldDefinition]) -> None:
    check_computed(read_tree(source), kind, fields)


def error_for_reader(error: InvalidExpression, field, checked: Callable[[list], object]) -> InvalidExpression:
    """Return what is wrong with an expression, as if the fields that the reader may not view did not exist."""
    stored = type(field).objects.using(field._state.db).filter(custom_object_type=field.custom_object_type_id)
    hidden = {*stored.values_list('pk', flat=True)} - {*readable(stored).values_list('pk', flat=True)}
    if not hidden:
        return error
    shown = [other for other in others_of(field) if other.id not in hidden]
    try:
        checked(shown)
    except InvalidExpression as found:
        return found
    return error


def read_tree(source: str):
    """
    Return an expression that is written with names of fields, or stored with keys, as a tree.

    Raises:
        InvalidExpression: it cannot be read; the position is that in the source
    """
    try:
        return parse(source)
    except InvalidExpression:
        if is_stored(source):
            return parse(source, stored=True)
        raise


def store_expression(field) -> None:
    """Have the names of fields replaced by keys in an expression that people have written."""
    # One that cannot be read was saved without validation: the field is left out of its type, and reported.
    field.expression = stored_expression(field)


def computed_from(field, using: str | None) -> list[str]:
    """Return the names of the computed fields that read a field."""
    fields = surroundings_of(field).fields_of(field.custom_object_type_id, using)
    return sorted(other.name for other in fields if other.expression and field.pk in read_ids(other.expression))


def refuse_read_field(field, using: str) -> None:
    """Raise SchemaChangeRefused if computed fields read a field that is about to be deleted."""
    if names := computed_from(field, using):
        raise SchemaChangeRefused(
            str(_('The field "{field}" is read by computed fields: {names}. Change or delete them first.')).format(
                field=field.name, names=', '.join(names)
            )
        )


def refuse_read_conversion(field, using: str) -> None:
    """Raise ValidationError if computed fields that read a field cannot be calculated once it has another type."""
    if not computed_from(field, using):
        return

    def faulty(definition: TypeDefinition) -> set[str]:
        reading = (other for other in definition.fields if field.pk in read_ids(other.expression))
        return {other.name for other in reading if field_type_of(other).fault(other)}

    if names := broken_by(field, using, faulty):
        message = _('These computed fields need the field as it is: {names}. Change or delete them first.')
        raise ValidationError({'type': message.format(names=', '.join(names))})
