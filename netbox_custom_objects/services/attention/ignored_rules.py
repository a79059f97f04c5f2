"""
Rules that are stored, but not applied: regular expressions that RE2 cannot run, defaults that name what no longer
exists, conditions that cannot be calculated, and constraints and unique fields that the database does not enforce
either, or not yet.

May import ddl and field_types. Writes of objects ignore these rules; this reports them.
"""

from collections.abc import Iterator, Set

from django.utils.translation import gettext as _

from ...ddl.executor import is_large
from ...ddl.introspect import constraints_enforced, unique_columns
from ...ddl.target import Target
from ...definitions import ConstraintDefinition, FieldDefinition, TypeDefinition
from ...expressions.typed import InvalidExpression
from ...field_types import field_type_of
from ...field_types.constraints import compile_constraint, find_conditions, is_unique, problem_of, uniqueness_of
from ...field_types.shared.regex import why_unusable
from ..constraints import named_offenders


def ignored_rules(field: FieldDefinition, definition: TypeDefinition) -> Iterator[str]:
    """
    Yield a sentence for each rule of a field that is not applied; a query for a default that names an object.

    Args:
        field: the field
        definition: its type
    """
    if field.validation_regex and (reason := why_unusable(field.validation_regex)):
        yield _('The regular expression is not enforced: {reason}.').format(reason=reason)
    if field.default_json is not None and field_type_of(field).is_default_gone(field):
        yield _('The default refers to an object or choice that no longer exists; it is not applied to new objects.')
    for found, name, condition in find_conditions(definition) if field.has_conditions else ():
        if found.id == field.id and isinstance(condition, InvalidExpression):
            yield _('The condition "{name}" has no effect: {problem}').format(name=name, problem=condition)


def unique_fields_ignored(definition: TypeDefinition, alias: str) -> Iterator[tuple[FieldDefinition, str]]:
    """Yield the unique fields of a type that may hold a value twice, each with a sentence; one query if it has any."""
    if fields := [field for field in definition.fields if is_unique(field)]:
        enforced = unique_columns(Target.for_alias(alias), definition.table)
        for field in fields:
            if field_type_of(field).get_unique_columns(field) not in enforced:
                yield (
                    field,
                    _waiting(
                        _('Unique values are not enforced yet: {reason}'), uniqueness_of(field), definition, alias
                    ),
                )


def ignored_constraints(definition: TypeDefinition, alias: str) -> Iterator[tuple[ConstraintDefinition, str]]:
    """Yield the rules of a type that are not enforced, each with a sentence; one query if it has any."""
    if definition.constraints:
        enforced = constraints_enforced(Target.for_alias(alias))
        for rule in definition.constraints:
            if sentence := why_ignored(rule, definition, enforced, alias):
                yield rule, sentence


def why_ignored(rule: ConstraintDefinition, definition: TypeDefinition, enforced: Set[str], alias: str) -> str:
    """
    Return a sentence about a rule that is not enforced, '' about others.

    Args:
        enforced: what `constraints_enforced` returns of the schema
        alias: of the schema
    """
    if problem := problem_of(rule, definition):
        return _('The constraint is not enforced: {problem}').format(problem=problem)
    if compile_constraint(rule, definition).name not in enforced:
        return _waiting(_('The constraint is not enforced yet: {reason}'), rule, definition, alias)
    return ''


def _waiting(text: str, rule: ConstraintDefinition, definition: TypeDefinition, alias: str) -> str:
    """Return what a rule waits for that could be enforced; reads the table, unless that is large."""
    if is_large(Target.for_alias(alias), definition.table):
        reason = _('a background job has to check the objects first.')
    elif names := named_offenders(rule, alias):
        reason = _('some objects do not meet it: {names}. Within an hour after they are corrected, a job enforces it.')
        reason = reason.format(names=names)
    else:
        reason = _('all objects meet it, and a job enforces it within an hour.')
    return text.format(reason=reason)
