"""
Which objects are in the way of a constraint that is made or changed: they are named, as far as they may be.

May import runtime. The database would refuse the constraint as well, but not say which objects these are.
"""

from django.utils.translation import gettext as _

from ..exceptions import SchemaChangeRefused
from ..models.readers import named, readable
from ..models.rows.loader import load_definitions
from ..runtime.classes.registry import world
from ..runtime.classes.rules import Rules

OBJECTS_NAMED = 10


def refuse_offended(constraint, using: str) -> None:
    """
    Look for objects that do not meet a constraint which has been stored; reads the table once, and blocks nobody.

    Raises:
        SchemaChangeRefused: there are some
    """
    definition = load_definitions(using, constraint.custom_object_type_id).get(constraint.custom_object_type_id)
    rules = Rules(name='rules', definition=definition) if definition else None
    rule = next((rule for rule, _typed in rules.enforced if rule.id == constraint.pk), None) if rules else None
    if rule is None:
        return
    model = world(using).model(definition.id)
    found = list(rules.offenders(rule, model, using)[: OBJECTS_NAMED + 1])
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
