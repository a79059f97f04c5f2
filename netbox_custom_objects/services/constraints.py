"""
Constraints and the objects that do not meet them: they are named, as far as they may be, and a replay may pass through
states that its end does not have. And copies of constraints for another type.

May import runtime. The database would refuse a constraint as well, but not say which objects are in the way.
"""

from collections.abc import Collection

from django.utils.translation import gettext as _

from ..exceptions import SchemaChangeRefused
from ..models import CustomObjectTypeConstraint
from ..models.readers import named, readable
from ..models.rows.convert import constraint_definition
from ..models.rows.loader import load_definitions
from ..models.validation.constraints import EXPRESSIONS, fields_read
from ..runtime.classes.constraints import TypeConstraints, constraints_of
from ..runtime.classes.registry import world
from ..runtime.released import release, released, take_back
from ..runtime.shown import shown_expression
from .reconcile import reconcile

OBJECTS_NAMED = 10
_COPIED = ('name', 'type', 'case_insensitive', 'nulls_distinct', 'message')


def refuse_offended(type_id: int, constraint_ids: Collection[int], using: str) -> None:
    """
    Look for objects that do not meet constraints which have been stored; reads the table once for each.

    Raises:
        SchemaChangeRefused: there are some
    """
    definition = load_definitions(using, type_id).get(type_id)
    constraints = TypeConstraints(name='constraints', definition=definition) if definition else None
    for constraint, _typed in constraints.enforced if constraints else ():
        if constraint.id in constraint_ids:
            _refuse(constraint, constraints, world(using).model(type_id), using)


def _refuse(constraint, constraints: TypeConstraints, model, using: str) -> None:
    found = list(constraints.offenders(constraint, model, using)[: OBJECTS_NAMED + 1])
    if not found:
        return
    same = model.objects.using(using).filter(pk__in=[obj.pk for obj in found])
    visible = set(readable(same).values_list('pk', flat=True))
    names = [str(obj) for obj in found if obj.pk in visible]
    more = ' …' if len(names) > OBJECTS_NAMED else ''
    raise SchemaChangeRefused(
        _('Some objects do not meet the constraint "{name}": {objects}').format(
            name=constraint.name, objects=named(names[:OBJECTS_NAMED], len(found) - len(names)) + more
        )
    )


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
    Release, until the end of the replay, the constraints that an object violates which is about to be written.

    A branch and main may both be fine at each moment, and yet come past the same value when they are put together.
    """
    constraints, model = constraints_of(type(instance)), type(instance)
    violated = list(constraints.violated(model, instance, using)) if constraints else ()
    for constraint in violated:
        release(constraint.id, constraints.definition.id)
    if violated:
        reconcile(using, constraints.definition.id)


def enforce_released(type_id: int, using: str) -> None:
    """
    Enforce the constraints of a type that a replay has released.

    Raises:
        SchemaChangeRefused: objects do not meet one; or as `reconcile` does
    """
    constraint_ids = [constraint_id for constraint_id, found in released().items() if found == type_id]
    for constraint_id in constraint_ids:
        take_back(constraint_id)
    refuse_offended(type_id, constraint_ids, using)
    reconcile(using, type_id)
