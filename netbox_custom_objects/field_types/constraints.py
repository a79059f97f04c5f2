"""
Compiles the constraints of a type into the indexes and checks that enforce them.

A constraint that cannot be compiled (it reads a field that is gone, or has another kind now) is not enforced;
validation refuses what would lead there. Pure in effect, like `compile`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from ..ddl.spec import Check, Index
from ..definitions import (
    CONDITIONS,
    ConstraintDefinition,
    FieldDefinition,
    TypeDefinition,
    constraint_name,
    fingerprint,
)
from ..expressions.typed import InvalidExpression, Scope, Typed, check_stored, shown_form, sql_of
from ..expressions.typed.checker import typed_term
from ..expressions.typed.functions import FUNCTIONS
from ..expressions.typed.kinds import BOOLEAN, TEXT, Term
from .base import FAULTS, FieldType
from .registry import field_type_of

UNIQUE, CHECK = 'unique', 'check'
# What NetBox knows of each object, which fields cannot be called.
_OF_NETBOX = ('id', 'owner', 'tags', 'created', 'last_updated')
_NOT_A_FIELD = _('“{name}” is not a field of the type, and cannot be read. Give the type a field for it.')


def scope_of(definition: TypeDefinition) -> Scope:
    """Return what constraints of a type may read."""
    return _scope(definition.fields, lambda field: field_type_of(field).get_constraint_terms(field))


def scope_of_fields(fields: Iterable[FieldDefinition], is_stored: bool = False) -> Scope:
    """
    Return what expressions may read of these fields of a type.

    Args:
        fields: the fields
        is_stored: rows are looked at that are stored, so that what was calculated for them can be read, too
    """
    if is_stored:
        return _scope(fields, lambda field: field_type_of(field).get_row_terms(field))
    return _scope(fields, lambda field: field_type_of(field).get_terms(field))


def _scope(fields: Iterable[FieldDefinition], terms_of: Callable[[FieldDefinition], tuple[Term, ...]]) -> Scope:
    terms, refused = [], {name: format_lazy(_NOT_A_FIELD, name=name) for name in _OF_NETBOX}
    for field in fields:
        try:
            found = terms_of(field)
        except FAULTS:
            found = ()
        terms += found
        if not found:
            refused[field.name] = format_lazy(field_type_of(field).unreadable, name=field.name)
    return Scope(terms, refused)


def with_field_names(stored: str, fields: Iterable[FieldDefinition]) -> str:
    """Return an expression as people write it, with the names of these fields; as it is, if it cannot be read."""
    try:
        return shown_form(stored, scope_of_fields(fields, is_stored=True)) if stored else ''
    except InvalidExpression:
        return stored


def checked_condition(source: str, scope: Scope) -> Typed:
    """
    Return a condition of a field, as stored, checked. It is calculated when it is needed, and may change with time.

    Raises:
        InvalidExpression: it does not hold together
    """
    return check_stored(source, scope, BOOLEAN)


def find_conditions(definition: TypeDefinition) -> Iterator[tuple[FieldDefinition, str, Typed | InvalidExpression]]:
    """Yield (field, attribute, condition) of the conditions of a type; of one that has no effect, what is wrong."""
    scope = None
    for field in definition.fields:
        for name in CONDITIONS:
            if source := getattr(field, name):
                scope = scope or scope_of(definition)
                try:
                    yield field, name, checked_condition(source, scope)
                except InvalidExpression as error:
                    yield field, name, error


def typed_expression(source: str, scope: Scope) -> Typed:
    """
    Return a condition that is stored, or is written with names of fields, checked.

    Raises:
        InvalidExpression: it does not hold together, or its value may change without a change of the object
    """
    return check_stored(source, scope, BOOLEAN, is_kept=True)


def compile_constraint(constraint: ConstraintDefinition, definition: TypeDefinition) -> Index | Check:
    """
    Return what enforces a constraint; its name says what it enforces, by ids alone (invariant I6).

    Raises:
        InvalidExpression, ValueError, LookupError: the definition does not hold together
    """
    scope = scope_of(definition)
    if constraint.type == CHECK:
        body = sql_of(typed_expression(constraint.expression, scope))
        return Check(constraint_name(definition.id, constraint.id, fingerprint(body)), body)
    body = f'({", ".join(part.sql for part in unique_parts(constraint, definition))})'
    if not constraint.nulls_distinct:
        body += ' NULLS NOT DISTINCT'
    if constraint.condition:
        body += f' WHERE {sql_of(typed_expression(constraint.condition, scope))}'
    return Index.of_constraint(constraint_name(definition.id, constraint.id, fingerprint(body)), body)


def problem_of(constraint: ConstraintDefinition, definition: TypeDefinition) -> str:
    """Return why a constraint cannot be compiled, and is not enforced, '' if it can."""
    try:
        compile_constraint(constraint, definition)
    except InvalidExpression as error:
        return str(error)
    except FAULTS:
        return str(_('A field that it is about does not exist, or its values cannot be unique.'))
    return ''


def can_be_unique(field: FieldDefinition) -> bool:
    """Whether unique constraints can be about a field."""
    try:
        return bool(field_type_of(field).get_unique_columns(field))
    except FAULTS:
        return False


def uniqueness_of(field: FieldDefinition) -> ConstraintDefinition:
    """Return what a unique field asks for as a constraint: one without an id, which no row stands for."""
    return ConstraintDefinition(0, field.type_id, field.name, UNIQUE, (field.id,))


def is_unique(field: FieldDefinition) -> bool:
    """Whether the values of a field are unique by themselves, and can be."""
    field_type = field_type_of(field)
    return field_type.is_unique(field) and not field_type.many and can_be_unique(field)


def unique_fields(constraint: ConstraintDefinition, definition: TypeDefinition) -> list[FieldDefinition]:
    """Return the fields whose combination must be unique; raises LookupError if one is gone, or holds no column."""
    by_id = {field.id: field for field in definition.fields}
    fields = [by_id[field_id] for field_id in constraint.field_ids]
    if not fields or not all(map(can_be_unique, fields)):
        raise LookupError(constraint.name)
    return fields


@dataclass(frozen=True, slots=True)
class UniquePart:
    """
    What must be unique, together with the other parts of a constraint.

    Attributes:
        column: the column that holds it
        typed: what is compared in place of the column, None if it is that
        is_calculated: whether it is the value of a computed field, which is calculated wherever it is needed
    """

    column: str
    typed: Typed | None = None
    is_calculated: bool = False

    @property
    def sql(self) -> str:
        return f'"{self.column}"' if self.typed is None else f'({sql_of(self.typed)})'


def unique_parts(constraint: ConstraintDefinition, definition: TypeDefinition) -> list[UniquePart]:
    """Return what must be unique together; raises as `unique_fields` does."""
    return [part for field in unique_fields(constraint, definition) for part in _unique_parts(field, constraint)]


def _unique_parts(field: FieldDefinition, constraint: ConstraintDefinition) -> Iterator[UniquePart]:
    field_type: FieldType = field_type_of(field)
    terms = {term.column: term for term in field_type.get_constraint_terms(field)}
    for column in field_type.get_unique_columns(field):
        term = terms.get(column)
        is_folded = constraint.case_insensitive and term is not None and term.kind == TEXT
        is_calculated = term is not None and term.calculated is not None
        typed = typed_term(term) if is_folded or is_calculated else None
        yield UniquePart(column, _lower(typed) if is_folded else typed, is_calculated)


def _lower(typed: Typed) -> Typed:
    """Return `lower(typed)`."""
    return Typed('call', TEXT, (typed,), FUNCTIONS['lower'])


def calculated_from(constraint: ConstraintDefinition, definition: TypeDefinition) -> list[Typed]:
    """Return all expressions of a constraint: its own, and those of the computed fields that it is about."""
    scope = scope_of(definition)
    own = [typed_expression(source, scope) for source in (constraint.condition, constraint.expression) if source]
    parts = unique_parts(constraint, definition) if constraint.type == UNIQUE else ()
    return [*own, *(part.typed for part in parts if part.is_calculated)]


def read_columns(constraint: ConstraintDefinition, definition: TypeDefinition) -> dict[str, str]:
    """Return {column: key in change data} of what a constraint is about or reads, and computed fields for it."""
    read = {
        part.value.column
        for typed in calculated_from(constraint, definition)
        for part in typed.walk()
        if part.op == 'term'
    }
    found = {}
    for field in definition.fields:
        field_type = field_type_of(field)
        keys = field_type.payload_names(field)
        named = {term.column: keys.get(term.attribute, field.payload_key) for term in field_type.get_terms(field)}
        is_held = field.id in constraint.field_ids and not field_type.is_calculated
        columns = field_type.get_unique_columns(field) if is_held else ()
        found |= {column: named.get(column, field.payload_key) for column in (*columns, *(read & named.keys()))}
    return found


def compile_constraints(definition: TypeDefinition) -> Iterator[Index | Check]:
    """Yield what enforces the constraints of a type, without those that cannot be compiled."""
    for constraint in definition.constraints:
        try:
            yield compile_constraint(constraint, definition)
        except FAULTS:
            continue
