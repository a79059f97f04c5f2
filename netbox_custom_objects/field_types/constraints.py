"""
Compiles the constraints of a type into the indexes and checks that enforce them.

A constraint that cannot be compiled (it reads a field that is gone, or has another kind now) is not enforced;
validation refuses what would lead there. Pure in effect, like `compile`.
"""

from collections.abc import Iterable, Iterator

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
from ..expressions.typed import InvalidExpression, Scope, Typed, check, parse, shown_form, sql_of
from ..expressions.typed.functions import FUNCTIONS
from ..expressions.typed.kinds import BOOLEAN, TEXT, Term
from .base import FAULTS, FieldType
from .registry import field_type_of

UNIQUE, CHECK = 'unique', 'check'


def scope_of(definition: TypeDefinition) -> Scope:
    """Return what expressions of a type may read."""
    return scope_of_fields(definition.fields)


def scope_of_fields(fields: Iterable[FieldDefinition], is_stored: bool = False) -> Scope:
    """
    Return what expressions may read of these fields of a type.

    Args:
        fields: the fields
        is_stored: rows are looked at that are stored, so that what was calculated for them can be read, too
    """
    terms, refused = [], {}
    for field in fields:
        field_type = field_type_of(field)
        try:
            found = field_type.get_row_terms(field) if is_stored else field_type.get_terms(field)
        except FAULTS:
            found = ()
        terms += found
        if not found:
            refused[field.name] = format_lazy(field_type_of(field).unreadable, name=field.name)
    return Scope(terms, refused)


def with_field_names(stored: str, fields: Iterable[FieldDefinition], is_stored: bool = False) -> str:
    """
    Return an expression as people write it, with the names of these fields; as it is, if it cannot be read.

    Args:
        stored: the expression
        fields: the fields
        is_stored: as for `scope_of_fields`
    """
    try:
        return shown_form(stored, scope_of_fields(fields, is_stored)) if stored else ''
    except InvalidExpression:
        return stored


def checked_condition(source: str, scope: Scope) -> Typed:
    """
    Return a condition of a field, as stored, checked. It is calculated when it is needed, and may change with time.

    Raises:
        InvalidExpression: it does not hold together
    """
    return check(parse(source, stored=True), scope, BOOLEAN)


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
    Return a condition that is stored, checked.

    Raises:
        InvalidExpression: it does not hold together, or its value may change without a change of the object
    """
    return kept(check(parse(source, stored=True), scope, BOOLEAN))


def kept(typed: Typed) -> Typed:
    """Return an expression that the database may keep the value of; raises InvalidExpression otherwise."""
    for part in typed.walk():
        if part.op == 'call' and part.value.is_volatile:
            raise InvalidExpression(
                _('“{name}” cannot be used here: its value changes with time.').format(name=part.value.name)
            )
    return typed


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
    body = f'({", ".join(unique_parts(constraint, definition))})'
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


def unique_parts(constraint: ConstraintDefinition, definition: TypeDefinition) -> list[str]:
    """Return what must be unique together, in SQL; raises as `unique_fields` does."""
    return [part for field in unique_fields(constraint, definition) for part in _unique_parts(field, constraint)]


def read_columns(constraint: ConstraintDefinition, definition: TypeDefinition) -> dict[str, str]:
    """Return {column: key in change data} of what a constraint is about or reads."""
    scope = scope_of(definition)
    sources = filter(None, (constraint.condition, constraint.expression))
    read = {
        part.value.column for source in sources for part in typed_expression(source, scope).walk() if part.op == 'term'
    }
    found = {}
    for field in definition.fields:
        field_type = field_type_of(field)
        keys = field_type.payload_names(field)
        named = {term.column: keys.get(term.attribute, field.payload_key) for term in field_type.get_terms(field)}
        columns = field_type.get_unique_columns(field) if field.id in constraint.field_ids else ()
        found |= {column: named.get(column, field.payload_key) for column in (*columns, *(read & named.keys()))}
    return found


def _unique_parts(field: FieldDefinition, constraint: ConstraintDefinition) -> Iterator[str]:
    """Yield the columns of a field, or what is compared in place of one."""
    field_type: FieldType = field_type_of(field)
    texts = {term.column: term for term in field_type.get_terms(field) if term.kind == TEXT}
    for column in field_type.get_unique_columns(field):
        if constraint.case_insensitive and column in texts:
            yield f'({sql_of(lower(texts[column]))})'
        else:
            yield f'"{column}"'


def lower(term: Term) -> Typed:
    """Return `lower(term)`."""
    return Typed('call', TEXT, (Typed('term', TEXT, value=term),), FUNCTIONS['lower'])


def compile_constraints(definition: TypeDefinition) -> Iterator[Index | Check]:
    """Yield what enforces the constraints of a type, without those that cannot be compiled."""
    for constraint in definition.constraints:
        try:
            yield compile_constraint(constraint, definition)
        except FAULTS:
            continue
