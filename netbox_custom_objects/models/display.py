"""
The display name of an object: by its type's expression, its primary field or its id.

The door to `expressions`: what they may read of an object is made here, of plain values only (invariant I12).
"""

import logging
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from netbox.context import current_request, query_cache

from ..constants import APP_LABEL
from ..definitions import FieldDefinition, TypeDefinition
from ..expressions import Budget, Expression, ExpressionError, expression_of, text
from ..field_types import field_type_of

logger = logging.getLogger('netbox.plugins.netbox_custom_objects')


def expression_names(expression: str) -> frozenset[str]:
    """Return the names of the fields that an expression reads; none for one that is not evaluated."""
    return frozenset(expression_of(expression).reads) if expression else frozenset()


def validate_expression(expression: str) -> None:
    """Raise ValidationError, naming lines, unless the expression can be evaluated."""
    if problems := expression_of(expression).problems:
        raise ValidationError([*problems])


@dataclass(frozen=True, slots=True)
class Naming:
    """The objects that are being named now, each for the name of the one before."""

    # (type id, primary key)
    keys: frozenset = frozenset()
    # What the first name may cost, and what the names within it may cost in all.
    own: Budget = field(default_factory=Budget)
    budget: Budget = field(default_factory=Budget)


# Names hold names of other objects: in a network of objects, there are more ways to these than can be gone.
_STEPS_OF_NAME = 100
# A page shows many names. Each may cost so much; beyond that, all of them together so much.
_STEPS_OF_EACH = 200
_STEPS_OF_PAGE = 200_000
_CACHE_KEY = f'{APP_LABEL}.names'
READING = frozenset(('GET', 'HEAD', 'OPTIONS'))
_naming: ContextVar[Naming | None] = ContextVar('netbox_custom_objects_naming', default=None)
# Where an object that was deleted keeps what it was called.
LAST_NAME = '_last_name'


def name_of(instance) -> str:
    """
    Return the display name of an object: by its type's expression, else by its primary field, else by its id.

    Objects that are named after one another in a circle end it with their ids, as do names that hold too many others.
    One that was deleted keeps its name.
    """
    definition, key = instance._definition, (instance._type_id, instance.pk)
    if instance.pk is None and LAST_NAME in instance.__dict__:
        return instance.__dict__[LAST_NAME]
    fallback = definition.display_name if instance.pk is None else f'{definition.display_name} {instance.pk}'
    naming = _naming.get()
    if naming is None:
        if (primary := _only_value(instance)) is not None:
            return text_of(instance, primary) or fallback
        naming = _first_naming()
    if key in naming.keys or (naming.keys and not _is_affordable(naming)):
        return fallback
    reset = _naming.set(replace(naming, keys=naming.keys | {key}))
    try:
        if definition.display_expression and (name := expressed(instance)):
            return name
        primary = definition.primary_field
        if primary is None or not field_type_of(primary).is_surfaced(primary, instance._payload_names):
            return fallback
        return text_of(instance, primary) or fallback
    finally:
        _naming.reset(reset)
        if not naming.keys:
            _note_cost(naming)


def _only_value(instance) -> FieldDefinition | None:
    """Return the field whose value is the whole name, without names of other objects; None if there is more to it."""
    primary = instance._definition.primary_field
    if primary is None or instance._definition.display_expression:
        return None
    field_type = field_type_of(primary)
    if field_type.is_reference or field_type.is_rollup:
        return None
    return primary if field_type.is_surfaced(primary, instance._payload_names) else None


def _first_naming() -> Naming:
    """Return what a name begins with that is in no other: on a page of expensive names, with few steps in the end."""
    if (left := _steps_left()) is None:
        return Naming()
    steps = _STEPS_OF_EACH + left['steps']
    return Naming(own=Budget(steps), budget=Budget(steps))


def _note_cost(naming: Naming) -> None:
    if (left := _steps_left()) is not None:
        cost = naming.own.spent + naming.budget.spent - _STEPS_OF_EACH
        left['steps'] = max(0, left['steps'] - max(0, cost))


def _steps_left() -> dict[str, int] | None:
    """
    Return the steps left for display names in the current request; None if they are not limited.

    Requests that may write are not limited, because the search index and the change log store names.
    """
    request, cache = current_request.get(), query_cache.get()
    if request is None or cache is None or getattr(request, 'method', None) not in READING:
        return None
    left = cache[_CACHE_KEY]
    left.setdefault('steps', _STEPS_OF_PAGE)
    return left


def _is_affordable(naming: Naming) -> bool:
    try:
        naming.budget.spend(_STEPS_OF_NAME)
    except ExpressionError:
        return False
    return True


def expressed(instance) -> str:
    """Return the result of the type's expression, '' if it cannot be evaluated on this object's values."""
    definition = instance._definition
    expression = expression_of(definition.display_expression)
    # Only what is read: each reference would be fetched.
    values = {
        field.name: field_type_of(field).get_plain_value(instance, field, expression.reads[field.name])
        for field in instance._surfaced_fields()
        if field.name in expression.reads and not field_type_of(field).is_rollup
    }
    try:
        naming = _naming.get() or Naming()
        return expression.render(values, naming.budget if len(naming.keys) > 1 else naming.own)
    except Exception as error:  # an object must stay displayable, also if its expression fails
        _log_failure(definition.id, definition.display_expression, type(error).__name__)
        return ''


@lru_cache(maxsize=1024)
def _log_failure(type_id: int, expression: str, error: str) -> None:
    """Log that an expression fails: once, and without values, which not all readers of the log may view."""
    logger.warning('The display expression %r of custom object type %s fails (%s)', expression, type_id, error)


def text_of(instance, field: FieldDefinition) -> str:
    """Return the value of a field as plain text, '' if there is none."""
    return text(field_type_of(field).get_plain_value(instance, field))


def context_of(instance) -> str:
    """Return the values of the fields by which users tell apart objects of the same name, '' if all are empty."""
    return ', '.join(filter(None, (text_of(instance, field) for field in instance._surfaced_fields() if field.context)))


def problems_of(definition: TypeDefinition) -> list[str]:
    """Return why a type's expression cannot be evaluated, or what it reads that is not available; usually nothing."""
    if not definition.display_expression:
        return []
    expression = expression_of(definition.display_expression)
    return [*expression.problems, *_unavailable(definition, expression)]


def _unavailable(definition: TypeDefinition, expression: Expression):
    for name, read in expression.reads.items():
        field = definition.fields_by_name.get(name)
        if field and field_type_of(field).is_rollup:
            yield _('"{name}" is not available: the value of a rollup depends on who reads it.').format(name=name)
            continue
        known = field and field_type_of(field).readable_attributes(field)
        for attribute in sorted((read or frozenset()) - known) if known is not None else ():
            yield _('"{name}.{attribute}" is not available. Available attributes: {known}.').format(
                name=name, attribute=attribute, known=', '.join(sorted(known)) or '-'
            )
