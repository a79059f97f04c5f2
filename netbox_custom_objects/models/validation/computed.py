"""
What a computed field must satisfy, and what it forbids about the fields that it reads.

Called from CustomObjectTypeField.clean(), and before a field is changed or deleted.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ...choices import ResultTypeChoices
from ...constants import APP_LABEL
from ...definitions import FieldDefinition, TypeDefinition, read_ids
from ...exceptions import SchemaChangeRefused
from ...expressions.typed import InvalidExpression, Kind, parse
from ...field_types import field_type_of
from ...field_types.computed import check_computed
from ...field_types.constraints import scope_of_fields
from ...field_types.known_choices import refuse_unknown_choices
from ..readers import named_rows, readable
from .definitions import broken_by, is_stored, others_of, stored_expression
from .surroundings import is_replaying, surroundings_of

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
    checked, others = partial(_check, field.expression, Kind(field.result_type)), others_of(field)
    try:
        checked(others)
    except InvalidExpression as error:
        yield 'expression', str(error_for_reader(error, field, others, checked))


def _check(source: str, kind: Kind, fields: Iterable[FieldDefinition]) -> None:
    fields, tree = list(fields), read_tree(source)
    check_computed(tree, kind, fields)
    if not is_replaying():
        refuse_unknown_choices(tree, scope_of_fields(fields), fields)


def error_for_reader(
    error: InvalidExpression, row, fields: Iterable[FieldDefinition], checked: Callable[[list], object]
) -> InvalidExpression:
    """
    Return what is wrong with an expression, as if the fields that the reader may not view did not exist.

    Args:
        error: what is wrong with it
        row: the field or constraint that it is of
        fields: what it may read
        checked: raises what is wrong with it if it may read some fields
    """
    stored = apps.get_model(APP_LABEL, 'customobjecttypefield').objects.using(row._state.db)
    stored = stored.filter(custom_object_type=row.custom_object_type_id)
    hidden = {*stored.values_list('pk', flat=True)} - {*readable(stored).values_list('pk', flat=True)}
    if not hidden:
        return error
    shown = [other for other in fields if other.id not in hidden]
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


def _computed_from(field, using: str | None) -> dict[int, str]:
    """Return the names of the computed fields that read a field, by primary key."""
    fields = surroundings_of(field).fields_of(field.custom_object_type_id, using)
    return {other.pk: other.name for other in fields if other.expression and field.pk in read_ids(other.expression)}


def refuse_read_field(field, using: str) -> None:
    """Raise SchemaChangeRefused if computed fields read a field that is about to be deleted."""
    if names := _computed_from(field, using):
        raise SchemaChangeRefused(
            str(_('The field "{field}" is read by computed fields: {names}. Change or delete them first.')).format(
                field=field.name, names=named_rows(names, type(field).objects.using(using))
            )
        )


def refuse_read_conversion(field, using: str) -> None:
    """Raise ValidationError if computed fields that read a field cannot be calculated once it has another type."""
    if not _computed_from(field, using):
        return

    def faulty(definition: TypeDefinition) -> set[tuple[int, str]]:
        reading = (other for other in definition.fields if field.pk in read_ids(other.expression))
        return {(other.id, other.name) for other in reading if field_type_of(other).fault(other)}

    if broken := broken_by(field, using, faulty):
        names = named_rows(dict(broken), type(field).objects.using(using))
        message = _('These computed fields need the field as it is: {names}. Change or delete them first.')
        raise ValidationError({'type': message.format(names=names)})
