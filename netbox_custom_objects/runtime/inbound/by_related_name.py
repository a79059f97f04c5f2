"""
Reverse access by related name: the custom objects that refer to an object, for scripts, templates and other plugins.

May import field_types and the registry. Must not add anything to the class of a core model (decision 5), so that this
is a function and no attribute; custom objects that refer to each other have Django's own attribute as well.
"""

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from netbox.context import current_request

from ...definitions import FieldDefinition, model_name
from ...field_types import field_type_of
from ..classes.registry import world


def linked(obj: Model, related_name: str, user=None) -> QuerySet:
    """
    Return the custom objects that refer to `obj` by the field with a related name.

    In the current schema: that of the active branch, or main. An ordinary queryset, to be filtered further.

    Args:
        obj: an object of NetBox, of another plugin, or a custom one
        related_name: that of the field; a field of type object without one is found by `table<type id>model_<name>_set`
        user: return only objects that this user may view

    Raises:
        LookupError: no field that refers to such objects has this related name
    """
    current = world()
    label = obj._meta.concrete_model._meta.label_lower
    fields = {name: field for field in current.referring(label) if (name := name_of(field))}
    field = fields.get(related_name)
    if field is None:
        raise LookupError(
            _(
                'No custom object field refers to {label} with the related name {name}. Available related names: '
                '{names}'
            ).format(label=label, name=related_name, names=', '.join(sorted(fields)) or '-')
        )
    objects = current.model(field.type_id).objects.filter(**field_type_of(field).reference_filter(field, obj))
    return objects if user is None else objects.restrict(user, 'view')


def name_of(field: FieldDefinition) -> str | None:
    """Return the name under which the referrers of a field are found; None if it has none."""
    if field.is_polymorphic:
        return None
    if field.related_name or field_type_of(field).many:
        return field.related_name or None
    return f'{model_name(field.type_id)}_{field.name}_set'


def linked_for_template(obj: Model, related_name: str) -> QuerySet:
    """As `linked`, of objects that the user of the current request may view; a Jinja filter."""
    request = current_request.get()
    return linked(obj, related_name, user=getattr(request, 'user', None))
