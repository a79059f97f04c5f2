"""
Constraints and unique fields, and the objects that do not meet them: they are named, as far as they may be, and a
replay may pass through states that its end does not have. And copies of constraints for another type.

May import runtime. The database would refuse a constraint as well, but not say which objects are in the way.
"""

from collections.abc import Collection
from dataclasses import replace

from django.utils.translation import gettext as _

from ..ddl.executor import is_large
from ..ddl.target import Target
from ..definitions import ConstraintDefinition
from ..exceptions import Unmet, UnmetRules
from ..models import CustomObjectTypeConstraint
from ..models.readers import named, readable
from ..models.rows.convert import constraint_definition
from ..models.validation.constraints import EXPRESSIONS, fields_read
from ..runtime.classes.constraints import TypeConstraints, with_unique_fields
from ..runtime.classes.registry import world
from ..runtime.released import Rule, release, released, rule_of, take_back
from ..runtime.shown import shown_expression
from .reconcile import reconcile

OBJECTS_NAMED = 10
_COPIED = ('name', 'type', 'case_insensitive', 'nulls_distinct', 'message')


def refuse_offended(type_id: int, rules: Collection[Rule], using: str) -> None:
    """
    Look for objects that do not meet rules which have been stored; reads the table once for each.

    Raises:
        UnmetRules: there are some
    """
    model = world(using).model(type_id)
    constraints = with_unique_fields(model) if model else None
    unmet, sentences = [], []
    for constraint, _typed in constraints.enforced if constraints else ():
        found = constraints.offenders(constraint, model, using) if rule_of(constraint) in rules else ()
        if found := list(found[: OBJECTS_NAMED + 1]):
            if constraint.id:
                text = _('Some objects do not meet the constraint "{name}"').format(name=constraint.name)
            else:
                text = _('Several objects have the same value in the unique field "{name}"').format(
                    name=constraint.name
                )
            unmet.append(Unmet(tuple(rule_of(constraint)), text, {obj.pk: str(obj) for obj in found[:OBJECTS_NAMED]}))
            sentences.append(f'{text}: {_shown(found, model.objects.using(using))}')
    if unmet:
        raise UnmetRules(type_id, unmet, '\n'.join(sentences))


def named_offenders(constraint: ConstraintDefinition, using: str) -> str:
    """
    Return the names of objects that do not meet a constraint, as far as they may be shown; '' if all meet it.

    Args:
        constraint: one that can be enforced, or what a unique field asks for
        using: alias of the schema
    """
    model = world(using).model(constraint.type_id)
    found = with_unique_fields(model).offenders(constraint, model, using)[: OBJECTS_NAMED + 1]
    return _shown(list(found), model.objects.using(using)) if found else ''


def find_offenders(constraint: ConstraintDefinition, using: str) -> list[int] | None:
    """
    Return the ids of the first objects that do not meet a constraint, which need not be stored.

    None if that is not known: it reads a field that is not stored as it is to be, or the table is large.
    """
    model = world(using).model(constraint.type_id)
    if model is None or is_large(Target.for_alias(using), model._meta.db_table):
        return None
    definition = replace(model._definition, constraints=(constraint,))
    found = TypeConstraints(name='constraints', definition=definition)
    if not found.enforced:
        return None
    return [obj.pk for obj in found.offenders(constraint, model, using)[:OBJECTS_NAMED]]


def _shown(found: list, objects) -> str:
    """Return the names of some objects, as far as they may be shown."""
    visible = set(readable(objects.filter(pk__in=[obj.pk for obj in found])).values_list('pk', flat=True))
    names = [str(obj) for obj in found if obj.pk in visible]
    more = ' …' if len(names) > OBJECTS_NAMED else ''
    return named(names[:OBJECTS_NAMED], len(found) - len(names)) + more


def copy_constraints(constraints, target, copies) -> list[CustomObjectTypeConstraint]:
    """
    Give a type copies of another type's constraints, without those that read other fields than it has copies of.

    Args:
        constraints: a queryset of those that may be copied, all of one type
        target: a saved type
        copies: the fields of the target, which have the names of what they are copies of

    Raises:
        ValidationError: a copy is not valid
    """
    by_name, made = {field.name: field.pk for field in copies}, []
    for constraint in constraints.select_related('custom_object_type'):
        names = dict(constraint.custom_object_type.fields.values_list('pk', 'name'))
        read = fields_read(constraint_definition(constraint))
        if not all(names.get(pk) in by_name for pk in read):
            continue
        copy = CustomObjectTypeConstraint(
            custom_object_type=target,
            field_ids=[by_name[names[pk]] for pk in constraint.field_ids],
            **{name: shown_expression(constraint, getattr(constraint, name)) for name in EXPRESSIONS},
            **{name: getattr(constraint, name) for name in _COPIED},
        )
        copy.full_clean()
        copy.save()
        made.append(copy)
    return made


def release_violated(instance, using: str) -> None:
    """
    Release, until the end of the replay, what an object violates that is about to be written.

    A branch and main may both be fine at each moment, and yet come past the same value when they are put together.
    """
    model = type(instance)
    constraints = with_unique_fields(model)
    violated = list(constraints.violated(model, instance, using)) if constraints else ()
    for constraint in violated:
        release(rule_of(constraint), model._type_id)
    if violated:
        reconcile(using, model._type_id)


def enforce_released(type_id: int, using: str) -> None:
    """
    Enforce the constraints and unique fields of a type that a replay has released.

    Raises:
        UnmetRules: objects do not meet some of them
        SchemaChangeRefused: as `reconcile` does
    """
    rules = [rule for rule, found in released().items() if found == type_id]
    for rule in rules:
        take_back(rule)
    refuse_offended(type_id, rules, using)
    reconcile(using, type_id)
