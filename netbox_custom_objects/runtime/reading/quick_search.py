"""
What `?q=` finds among the objects of a type: text-like and number fields, labels of choices, and names: of the objects
themselves, and of those that their references show.

May import field_types and surfaces. Follows names that are other objects' names as far as `naming` does.
"""

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet

from ipam.fields import IPAddressField, IPNetworkField

from ...choices import UIVisibleChoices
from ...definitions import FieldDefinition
from ...field_types import field_type_of
from ...field_types.polymorphic.keys import existing_models
from ...models.display import expression_names
from ...models.readers import viewable
from ..classes.memo import surfaced_fields
from .names import MAX_DEPTH

# Names of so many references are looked at that the name of the object is not made of; each is a part of the statement.
MAX_REFERENCES = 12
# The columns after which objects of NetBox and of other plugins are called.
NAMES = frozenset({'name', 'label', 'title', 'model', 'username', 'cid', 'asn', 'vid', 'address', 'prefix'})


def quick_search(model, text: str) -> Q | None:
    """
    Return the condition that a value of an object contains the text; None if no field can.

    Of the objects that it refers to, only those count that the user of the current request may view.

    Args:
        model: the class of the type
        text: what is looked for, without regard to letter case
    """
    text, named, found = text.strip(), named_fields(model), Q()
    references = [field for field in surfaced_fields(model) if is_shown_reference(field) and field not in named]
    for field in surfaced_fields(model):
        if field in named:
            found |= _by_name(model, field, text, MAX_DEPTH)
        elif field in references[:MAX_REFERENCES]:
            found |= _by_name(model, field, text, 1)
        else:
            found |= field_type_of(field).quick_search(field, text, in_name=False)
    return found or None


def is_shown_reference(field: FieldDefinition) -> bool:
    """Whether pages show the names of the objects that a field refers to."""
    return field_type_of(field).is_reference and field.ui_visible != UIVisibleChoices.HIDDEN


def searched_fields(model) -> list[FieldDefinition]:
    """Return the fields of a type whose own values `?q=` looks at."""
    return [field for field in surfaced_fields(model) if field_type_of(field).quick_search_lookups(field)]


def named_fields(model) -> list[FieldDefinition]:
    """Return the fields that the names of a type's objects are made of."""
    definition = model._definition
    names = expression_names(definition.display_expression)
    return [field for field in surfaced_fields(model) if field.name in names or field is definition.primary_field]


def _by_name(model, field: FieldDefinition, text: str, depth: int) -> Q:
    """Return the condition that what a field contributes to the name contains the text."""
    field_type = field_type_of(field)
    if not field_type.is_reference:
        return field_type.quick_search(field, text, in_name=True)
    found = Q()
    for target in existing_models(field).values():
        # A name may be made of values that those do not see to whom only the name is shown.
        targets = viewable(target._default_manager.all())
        if not targets.query.is_empty() and (condition := _name_contains(target, text, depth)):
            found |= _refers_to(model, field, targets.filter(condition).order_by())
    return found


def _name_contains(model, text: str, depth: int) -> Q:
    """Return the condition that the name of an object of any model contains the text, as far as columns tell."""
    found = Q()
    if hasattr(model, '_definition'):
        for field in named_fields(model) if depth else ():
            found |= _by_name(model, field, text, depth - 1)
        return found
    for column in model._meta.concrete_fields:
        if column.name in NAMES and not column.is_relation:
            # Of addresses, NetBox can compare the beginning only.
            lookup = 'istartswith' if isinstance(column, (IPAddressField, IPNetworkField)) else 'icontains'
            found |= Q(**{f'{column.name}__{lookup}': text})
    return found


def _refers_to(model, field: FieldDefinition, targets: QuerySet) -> Q:
    """Return the condition that an object of `model` refers to one of the targets by a field."""
    ids, many = targets.values('pk'), field_type_of(field).many
    if many:
        # By the link table alone: a join would give an object more than once.
        links = model._meta.get_field(field.name).remote_field.through._default_manager.order_by()
    if not field.is_polymorphic:
        return Q(pk__in=links.filter(target__in=ids).values('source')) if many else Q(**{f'{field.name}__in': ids})
    content_type = ContentType.objects.get_for_model(targets.model).pk
    if many:
        return Q(pk__in=links.filter(content_type=content_type, object_id__in=ids).values('source'))
    return Q(**{f'{field.name}_content_type': content_type, f'{field.name}_object_id__in': ids})
