"""
The constraints of a type as one constraint of its model class: forms, REST and scripts report errors before they write.

The database enforces the same constraints. All conditions are calculated in one statement, as PostgreSQL does it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property, reduce
from itertools import batched
from operator import or_
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, models
from django.db.models import F, Q, Value
from django.db.models.lookups import Exact, IsNull
from django.utils.translation import gettext as _

from utilities.exceptions import AbortRequest

from ...definitions import ConstraintDefinition, TypeDefinition, constraint_id_from_name
from ...exceptions import REFUSED_ROWS, TOO_LONG, sqlstate_of
from ...expressions.typed import Scope, Typed, compile_condition, compile_expression, evaluate, shown_form
from ...expressions.typed.kinds import BOOLEAN
from ...field_types import field_type_of
from ...field_types.autonumber import ToBeDrawn
from ...field_types.base import FAULTS
from ...field_types.constraints import (
    CHECK,
    UniquePart,
    compile_constraint,
    is_unique,
    scope_of,
    typed_expression,
    unique_fields,
    unique_parts,
    uniqueness_of,
)
from ...models.together import joins_others
from ..context import in_replay
from ..released import is_released, rule_of
from .memo import per_type

# Objects whose conditions are calculated by one statement, and whose twins are looked for by one.
ROWS_AT_ONCE = 1000
TWINS_AT_ONCE = 100


class OfDefinition(models.BaseConstraint):
    """A constraint of a model class that follows from the definition of its type."""

    def __init__(self, *, name: str, definition: TypeDefinition):
        super().__init__(name=name)
        self.definition = definition

    def deconstruct(self):
        path, _args, kwargs = super().deconstruct()
        return path, (), {**kwargs, 'definition': self.definition}

    def __eq__(self, other):
        return type(other) is type(self) and (other.name, other.definition) == (self.name, self.definition)

    __hash__ = models.BaseConstraint.__hash__

    def check(self, model, connection):
        """Say nothing: constraints are checked when they are stored."""
        return []

    @cached_property
    def scope(self) -> Scope:
        """What expressions of the type may read."""
        return scope_of(self.definition)


class TypeConstraints(OfDefinition):
    """What `validate_constraints` asks: all constraints of a type that can be enforced."""

    @cached_property
    def enforced(self) -> list[tuple[ConstraintDefinition, Typed | None]]:
        """The constraints, each with its expression (of a check) or its condition (of a unique one, if any)."""
        found = []
        for constraint in self.definition.constraints:
            try:
                compile_constraint(constraint, self.definition)
            except FAULTS:
                continue
            source = constraint.expression if constraint.type == CHECK else constraint.condition
            found.append((constraint, typed_expression(source, self.scope) if source else None))
        return found

    @cached_property
    def parts(self) -> dict[ConstraintDefinition, list[UniquePart]]:
        """What must be unique together, by unique constraint that can be enforced."""
        return {found: unique_parts(found, self.definition) for found, _typed in self.enforced if found.type != CHECK}

    def _asked(self, constraint: ConstraintDefinition, typed: Typed | None) -> list[Typed]:
        """Return what has to be calculated of an object: its condition or expression, and values of computed fields."""
        parts = self.parts.get(constraint, ())
        return [*([typed] if typed else ()), *(part.typed for part in parts if part.is_calculated)]

    def validate(self, model, instance, exclude=None, using=DEFAULT_DB_ALIAS):
        """
        Raise ValidationError, by field, for each constraint that an object would violate.

        Not in a replay, which releases them (`services.constraints`): only its result must meet them. Of objects that
        are written together, all are asked for at once (`met_by_all`).
        """
        if in_replay() or joins_others(instance):
            return
        errors: dict[str, list[str]] = {}
        for constraint in self.violated(model, instance, using):
            for name in self.names_of(constraint, model, exclude or ()):
                errors.setdefault(name, []).append(self.message_of(constraint))
        if errors:
            raise ValidationError(errors)

    def violated(self, model, instance, using) -> Iterator[ConstraintDefinition]:
        """Yield the constraints that an object would violate if it were written as it is."""
        row = row_of(self.scope, instance)
        # What could not be read as a value has an error of its own.
        constraints = [
            (constraint, typed)
            for constraint, typed in self.enforced
            if not is_released(rule_of(constraint)) and _can_be_asked(self._asked(constraint, typed), row)
        ]
        asked = [expression for found in constraints for expression in self._asked(*found)]
        results = iter(evaluate(asked, [row], using)[0])
        for constraint, typed in constraints:
            own = [next(results) for _expression in self._asked(constraint, typed)]
            result = own.pop(0) if typed else True
            if constraint.type == CHECK:
                if result is False:
                    yield constraint
            elif result and self._has_twin(constraint, typed, model, instance, own, using):
                yield constraint

    def met_by_all(self, model, instances: Sequence, using: str) -> bool:
        """Whether objects would certainly violate no constraint if they were all written as they are."""
        rows = [row_of(self.scope, instance) for instance in instances]
        constraints = [found for found in self.enforced if not is_released(rule_of(found[0]))]
        asked = [expression for found in constraints for expression in self._asked(*found)]
        if not all(_can_be_asked(asked, row) for row in rows):
            return False
        results = [iter(result) for part in batched(rows, ROWS_AT_ONCE) for result in evaluate(asked, part, using)]
        for constraint, typed in constraints:
            own = [[next(result) for _expression in self._asked(constraint, typed)] for result in results]
            met = [found.pop(0) if typed else True for found in own]
            if constraint.type == CHECK:
                if False in met:
                    return False
            else:
                subject = [(one, found) for one, found, is_met in zip(instances, own, met) if is_met]
                if not self._are_unlike(constraint, typed, model, subject, using):
                    return False
        return True

    def _are_unlike(self, constraint, condition, model, subject, using) -> bool:
        """Whether (object, calculated values) have no twin among one another, nor among those that are stored."""
        marks, twins = set(), []
        for instance, calculated in subject:
            if (twin := self._twin(constraint, model, instance, calculated)) is None:
                continue
            mark = tuple(_mark(part, value) for part, value in self._values(constraint, model, instance, calculated))
            if mark in marks:
                return False
            marks.add(mark)
            twins.append(twin)
        others = self._subject_to(condition, model, using)
        return not any(others.filter(reduce(or_, some)).exists() for some in batched(twins, TWINS_AT_ONCE))

    def clashes(self, model, instances: Sequence, using: str, seen: dict) -> Iterator[tuple[Any, ConstraintDefinition]]:
        """
        Yield (object, constraint) of objects that would have the same values as one before them.

        Args:
            model: the class of the objects
            instances: the objects, which are to be written
            using: alias of the connection to PostgreSQL, which calculates what is compared
            seen: {constraint: the values of objects before these}, which those of these objects are added to
        """
        constraints = [(found, typed) for found, typed in self.enforced if found in self.parts]
        constraints = [found for found in constraints if not is_released(rule_of(found[0]))]
        asked = {
            found: [*([typed] if typed else ()), *(part.typed for part in self.parts[found] if part.typed)]
            for found, typed in constraints
        }
        rows = [row_of(self.scope, instance) for instance in instances]
        every = [expression for expressions in asked.values() for expression in expressions]
        results = [iter(result) for part in batched(rows, ROWS_AT_ONCE) for result in evaluate(every, part, using)]
        for constraint, typed in constraints:
            known = seen.setdefault(constraint, set())
            for instance, row, result in zip(instances, rows, results):
                own = [next(result) for _expression in asked[constraint]]
                is_met = (own.pop(0) if typed else True) and _can_be_asked(asked[constraint], row)
                if not is_met or (key := self._key(constraint, model, instance, own)) is None:
                    continue
                if key in known:
                    yield instance, constraint
                known.add(key)

    def _key(self, constraint, model, instance, calculated: Sequence) -> tuple | None:
        """Return what is equal if values certainly count as the same, None if they are the same as no others."""
        attributes, results = _attributes(model), iter(calculated)
        values = [
            getattr(instance, attributes[part.column]) if part.typed is None else next(results)
            for part in self.parts[constraint]
        ]
        if (constraint.nulls_distinct and None in values) or any(isinstance(value, ToBeDrawn) for value in values):
            return None
        return tuple(map(comparable, values))

    def _has_twin(self, constraint, condition, model, instance, calculated: Sequence, using) -> bool:
        """Whether another object has the same values."""
        twin = self._twin(constraint, model, instance, calculated)
        return twin is not None and self._subject_to(condition, model, using).filter(twin).exists()

    def _subject_to(self, condition, model, using) -> models.QuerySet:
        """Return the objects that a unique constraint with a condition is about."""
        objects = model._base_manager.using(using)
        return objects.all() if condition is None else objects.filter(compile_condition(condition))

    def _values(self, constraint, model, instance, calculated: Sequence) -> Iterator[tuple[UniquePart, Any]]:
        """Yield what must be unique, with the values of an object; those that are `calculated` in their order."""
        attributes, results = _attributes(model), iter(calculated)
        for part in self.parts[constraint]:
            yield part, next(results) if part.is_calculated else getattr(instance, attributes[part.column])

    def _twin(self, constraint, model, instance, calculated: Sequence) -> Q | None:
        """Return what finds objects with the same values, None if no other object counts as the same."""
        attributes, found = _attributes(model), []
        for part, value in self._values(constraint, model, instance, calculated):
            if value is None and constraint.nulls_distinct:
                return None
            if part.is_calculated:
                own = compile_expression(part.typed)
                kind = part.typed.kind.model_field
                found.append(Q(IsNull(own, True) if value is None else Exact(own, Value(value, kind))))
            elif value is None:
                found.append(Q(**{f'{attributes[part.column]}__isnull': True}))
            elif part.typed is not None:
                own = compile_expression(part.typed, lambda _term, value=value: Value(value, models.TextField()))
                found.append(Q(Exact(compile_expression(part.typed), own)))
            else:
                found.append(Q(**{attributes[part.column]: value}))
        if instance.pk is not None and not instance._state.adding:
            found.append(~Q(pk=instance.pk))
        return Q(*found)

    def offenders(self, constraint: ConstraintDefinition, model, using) -> models.QuerySet:
        """
        Return the objects that violate a constraint: those of which a check is false, or that have a twin.

        More conditions on them would leave twins out: look for them by their keys.
        """
        objects = model.objects.using(using)
        typed = next(typed for found, typed in self.enforced if found == constraint)
        if constraint.type == CHECK:
            return objects.filter(compile_condition(Typed('!', BOOLEAN, (typed,)))).order_by('pk')
        if typed is not None:
            objects = objects.filter(compile_condition(typed))
        values = [_compared(part, _attributes(model)) for part in self.parts[constraint]]
        if constraint.nulls_distinct:
            objects = objects.filter(*(IsNull(value, False) for value in values))
        # One sort, however many are the same; a join would compare each object with each if nulls are the same.
        # Names of fields have small letters.
        objects = objects.annotate(Same=models.Window(models.Count('pk'), partition_by=values))
        return objects.filter(Same__gt=1).order_by('pk')

    def names_of(self, constraint: ConstraintDefinition, model, exclude) -> list[str]:
        """Return the attributes that an error is about, without those that a form does not show."""
        if constraint.type == CHECK:
            asked, attributes = [typed_expression(constraint.expression, self.scope)], []
        else:
            asked = self._asked(constraint, None)
            attributes = [term.attribute for field in unique_fields(constraint, self.definition)
                          for term in field_type_of(field).get_terms(field)]  # fmt: skip
        # Of computed fields, those that they are calculated from: they can be changed.
        keys = {key for typed in asked for key in _keys(typed)}
        attributes += [term.attribute for key, term in self.scope.by_key.items() if key in keys]
        by_attribute = {field.attname: field.name for field in model._meta.concrete_fields}
        by_attribute |= {
            field.id_attribute: field.name for field in model._meta.private_fields if hasattr(field, 'id_attribute')
        }
        names = dict.fromkeys(by_attribute.get(attribute, attribute) for attribute in attributes)
        return [name for name in names if name not in exclude] or [NON_FIELD_ERRORS]

    def messages(self) -> set[str]:
        """Return what is said of objects that do not meet one of the constraints."""
        return {self.message_of(constraint) for constraint, _typed in self.enforced}

    def message_of(self, constraint: ConstraintDefinition) -> str:
        if constraint.message:
            return constraint.message
        if constraint.type == CHECK:
            return _('The constraint "{name}" is not met: {expression}').format(
                name=constraint.name, expression=shown_form(constraint.expression, self.scope)
            )
        labels = ', '.join(field.display_label for field in unique_fields(constraint, self.definition))
        return _('Another object has the same: {fields}').format(fields=labels)


def comparable(value):
    """Return what is equal for values of a field if they are the same to the database."""
    # Networks are equal to Python if only their hosts differ.
    return value if isinstance(value, str | Decimal | datetime) else repr(value)


def _mark(part: UniquePart, value):
    """Return something that is equal for values that may count as the same."""
    return value.casefold() if part.typed is not None and isinstance(value, str) else repr(value)


def _attributes(model) -> dict[str, str]:
    """Return the attributes of a class by column."""
    return {field.column: field.attname for field in model._meta.concrete_fields}


def _compared(part: UniquePart, attributes: dict[str, str]):
    """Return what is compared of objects that are stored."""
    return F(attributes[part.column]) if part.typed is None else compile_expression(part.typed)


def _can_be_asked(asked: Sequence[Typed], row: dict[str, Any]) -> bool:
    """Whether a row has all values that expressions read."""
    return all(_keys(typed) <= row.keys() for typed in asked)


def row_of(scope: Scope, instance) -> dict[str, Any]:
    """Return the values of an object by the keys of terms, without those that are none of their kind."""
    row = {}
    for term in scope.by_key.values():
        if term.calculated is not None:
            continue
        value = getattr(instance, term.attribute, None)
        try:
            # Django's field of booleans refuses null.
            row[term.key] = None if value is None else term.kind.model_field.to_python(value)
        except (ValidationError, ValueError, TypeError):
            continue
    return row


def _keys(typed: Typed) -> set[str]:
    return {part.value.key for part in typed.walk() if part.op == 'term'}


def constraints_of(model) -> TypeConstraints | None:
    """Return the constraints of a class, None if its type has none."""
    return next((found for found in model._meta.constraints if isinstance(found, TypeConstraints)), None)


@per_type
def with_unique_fields(model) -> TypeConstraints | None:
    """Return the constraints of a class, those among them that unique fields ask for; None if there are none."""
    definition = model._definition
    unique = tuple(uniqueness_of(field) for field in model._surfaced_fields() if is_unique(field))
    found = replace(definition, constraints=(*definition.constraints, *unique))
    return TypeConstraints(name='constraints', definition=found) if found.constraints else None


def violation_of(error: DatabaseError, model) -> ValidationError | None:
    """
    Return the error about a unique field or constraint that only the database saw violated, None of anything else.

    Of two requests that write the same at once, validation refuses neither, and the index one; and it cannot hold long
    values.
    """
    too_long = _('The value is too long for an index of the field.') if sqlstate_of(error) == TOO_LONG else ''
    name = getattr(getattr(error.__cause__, 'diag', None), 'constraint_name', None) or ''
    if too_long and not name:
        return ValidationError({NON_FIELD_ERRORS: [too_long]})  # one that fills a page: PostgreSQL names no index
    for field in model._surfaced_fields():
        if any(index.name == name and (index.unique or too_long) for index in field_type_of(field).get_indexes(field)):
            return ValidationError({field.name: [too_long or _('This field must be unique.')]})
    constraint_id, constraints = constraint_id_from_name(name), constraints_of(model)
    constraint = (
        next((constraint for constraint in constraints.definition.constraints if constraint.id == constraint_id), None)
        if constraints
        else None
    )
    if constraint is None:
        return None
    return ValidationError(
        dict.fromkeys(constraints.names_of(constraint, model, ()), [too_long or constraints.message_of(constraint)])
    )


@contextmanager
def violations_refused(model, using: str) -> Iterator[None]:
    """Raise AbortRequest, whose message NetBox's forms show, for a statement of which `violation_of` says something."""

    def run(execute, *arguments):
        try:
            return execute(*arguments)
        except REFUSED_ROWS as error:
            violation = violation_of(error, model)
            if violation is None:
                raise
            names = ', '.join(name for name in violation.message_dict if name != NON_FIELD_ERRORS)
            (message,) = {message for messages in violation.message_dict.values() for message in messages}
            raise AbortRequest(f'{names}: {message}' if names else message) from error

    with connections[using].execute_wrapper(run):
        yield
