"""
What a constraint must satisfy, each error under the attribute it is about; and what it forbids about the fields that it
reads.

Called from CustomObjectTypeConstraint.clean(), and before a field is changed or deleted.
"""

from collections.abc import Iterator
from dataclasses import replace

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ...choices import ConstraintTypeChoices
from ...definitions import ConstraintDefinition, TypeDefinition
from ...exceptions import SchemaChangeRefused
from ...expressions.typed import InvalidExpression, Scope, parse, stored_form
from ...field_types.base import FAULTS
from ...field_types.constraints import can_be_unique, compile_constraint, scope_of, typed_expression
from ...field_types.known_choices import refuse_unknown_choices
from ..readers import named_rows
from ..rows.convert import constraint_definition
from .computed import error_for_reader
from .definitions import broken_by, definition_of
from .surroundings import is_replaying, surroundings_of

EXPRESSIONS = ('condition', 'expression')
Errors = Iterator[tuple[str, object]]


def validate_constraint(constraint) -> None:
    """Raise ValidationError, keyed by attribute, unless a constraint can be enforced; have its expressions stored."""
    if constraint.custom_object_type_id is None or constraint.type not in ConstraintTypeChoices.values():
        return  # the model field's own validation has said so
    definition = definition_of(constraint, constraint._state.db)
    scope = scope_of(definition)
    check = _unique if constraint.type == ConstraintTypeChoices.UNIQUE else _check
    errors: dict[str, list] = {}
    for attribute, message in check(constraint, definition):
        errors.setdefault(attribute, []).append(message)
    if errors:
        raise ValidationError(errors)
    for name in EXPRESSIONS:
        setattr(constraint, name, as_stored(getattr(constraint, name), scope))
    if not is_replaying():
        _refuse_twin(constraint)


def _refuse_twin(constraint) -> None:
    """Raise ValidationError if another constraint of the type asks for the same; it may be so already."""
    surroundings, using, rule = surroundings_of(constraint), constraint._state.db, _rule_of(constraint)
    before = surroundings.before(constraint)
    if before is not None and _rule_of(before) == rule:
        return
    others = surroundings.constraints_of(constraint.custom_object_type_id, using)
    same = {found.pk: found.name for found in others if found.pk != constraint.pk and _rule_of(found) == rule}
    if same:
        names = named_rows(same, constraint.custom_object_type.constraints.using(using))
        attribute = 'field_ids' if constraint.type == ConstraintTypeChoices.UNIQUE else 'expression'
        raise ValidationError({attribute: _('The type already has this constraint: {names}.').format(names=names)})


def _rule_of(constraint) -> tuple:
    """Return what is equal for constraints that refuse the same objects, as far as their texts tell."""
    if constraint.type != ConstraintTypeChoices.UNIQUE:
        return constraint.type, _shape_of(constraint.expression)
    return (
        constraint.type, frozenset(constraint.field_ids), constraint.case_insensitive, constraint.nulls_distinct,
        _shape_of(constraint.condition),
    )  # fmt: skip


def _shape_of(source: str):
    """Return what an expression consists of, wherever it has spaces and comments."""
    try:
        return _parts_of(parse(source, stored=True)) if source else ''
    except InvalidExpression:
        return source


def _parts_of(node) -> tuple:
    return node.op, node.value, tuple(map(_parts_of, node.args))


def _unique(constraint, definition: TypeDefinition) -> Errors:
    by_id = {field.id: field for field in definition.fields}
    if not constraint.field_ids:
        yield 'field_ids', _('Choose at least one field.')
    if len(set(constraint.field_ids)) < len(constraint.field_ids):
        yield 'field_ids', _('Each field can be named once.')
    for pk in constraint.field_ids:
        if pk not in by_id:
            yield 'field_ids', _('The type has no field with the ID {pk}.').format(pk=pk)
        elif not can_be_unique(by_id[pk]):
            yield 'field_ids', _('Values of {field} cannot be unique.').format(field=by_id[pk].name)
    if constraint.expression:
        yield 'expression', _('A unique constraint has a condition, and no expression.')
    if constraint.condition:
        yield from _expression(constraint, 'condition', definition)


def _check(constraint, definition: TypeDefinition) -> Errors:
    for name in ('field_ids', 'condition', 'case_insensitive'):
        if getattr(constraint, name):
            yield name, _('This is for unique constraints.')
    if not constraint.expression:
        yield 'expression', _('A check needs an expression.')
        return
    yield from _expression(constraint, 'expression', definition)


def _expression(constraint, name: str, definition: TypeDefinition) -> Errors:
    # As it is written, so that errors have the places of that text.
    source = getattr(constraint, name)

    def checked(fields):
        scope = scope_of(definition.with_fields(fields))
        stored = as_stored(source, scope)
        typed_expression(source, scope)
        if not is_replaying() and not _is_kept(constraint, name, stored):
            refuse_unknown_choices(parse(source, stored=True), scope, fields)

    try:
        checked(definition.fields)
    except InvalidExpression as error:
        yield name, str(error_for_reader(error, constraint, definition.fields, checked))


def _is_kept(constraint, name: str, stored: str) -> bool:
    """Whether an expression stays as it is; choices may have changed since it was written."""
    before = type(constraint).objects.using(constraint._state.db).filter(pk=constraint.pk)
    return constraint.pk is not None and before.filter(**{name: stored}).exists()


def as_stored(source: str, scope: Scope) -> str:
    """
    Return an expression as it is stored, whether it is so already or as a person has written it.

    Raises:
        InvalidExpression: it cannot be read
    """
    if not source:
        return ''
    try:
        return stored_form(source, scope)
    except InvalidExpression:
        if any(node.op == 'key' for node in parse(source, stored=True).walk()):
            return source
        raise


def normalise(constraint, using: str) -> None:
    """Have names of fields replaced in the expressions of a constraint that is saved without validation."""
    if not any(getattr(constraint, name) for name in EXPRESSIONS):
        return
    scope = None
    for name in EXPRESSIONS:
        source = getattr(constraint, name)
        try:
            names = [node.value for node in parse(source, stored=True).walk() if node.op == 'name'] if source else []
        except InvalidExpression:
            continue
        if names:
            scope = scope or scope_of(definition_of(constraint, using))
            setattr(constraint, name, as_stored(source, scope))


def constraints_of(field, using: str) -> list[ConstraintDefinition]:
    """Return the constraints that are about a field, or read it."""
    return [constraint for constraint in _constraints_of(field, using) if reads(constraint, field.pk)]


def refuse_used_field(field, using: str) -> None:
    """Raise SchemaChangeRefused if constraints read a field that is about to be deleted."""
    if constraints := constraints_of(field, using):
        raise SchemaChangeRefused(
            str(_('The field "{field}" is used by constraints: {names}. Change or delete them first.')).format(
                field=field.name, names=_named(constraints, field, using)
            )
        )


def refuse_broken_constraints(field, using: str) -> None:
    """Raise ValidationError if constraints that read a field cannot be enforced once it is what it is to be."""
    constraints = constraints_of(field, using)

    def not_enforced(definition: TypeDefinition) -> set[int]:
        return {found.id for found in constraints if not _is_enforced(found, definition)}

    if constraints and (broken := broken_by(field, using, not_enforced)):
        names = _named([found for found in constraints if found.id in broken], field, using)
        message = _('These constraints need the field as it is: {names}. Change or delete them first.')
        raise ValidationError({field.converted or 'expression': message.format(names=names)})


def _named(constraints: list[ConstraintDefinition], field, using: str) -> str:
    """Return the names of constraints of a field's type, for the reader of an error."""
    names = {constraint.id: constraint.name for constraint in constraints}
    return named_rows(names, field.custom_object_type.constraints.using(using))


def _is_enforced(constraint: ConstraintDefinition, definition: TypeDefinition) -> bool:
    try:
        compile_constraint(replace(constraint, type_id=definition.id), definition)
    except FAULTS:
        return False
    return True


def reads(constraint: ConstraintDefinition, field_id: int) -> bool:
    """Whether a constraint is about a field, or reads it."""
    return field_id in fields_read(constraint)


def fields_read(constraint: ConstraintDefinition) -> set[int]:
    """Return the ids of the fields that a constraint is about, or reads."""
    return {*constraint.field_ids, *_read_by(constraint)}


def _read_by(constraint: ConstraintDefinition) -> Iterator[int]:
    """Yield the ids of the fields that the expressions of a constraint read."""
    for source in filter(None, (constraint.condition, constraint.expression)):
        try:
            tree = parse(source, stored=True)
        except InvalidExpression:
            continue
        yield from (int(node.value.split('_')[0]) for node in tree.walk() if node.op == 'key')


def _constraints_of(field, using: str) -> list[ConstraintDefinition]:
    return list(map(constraint_definition, surroundings_of(field).constraints_of(field.custom_object_type_id, using)))
