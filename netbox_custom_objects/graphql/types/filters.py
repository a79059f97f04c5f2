"""
Filters of custom objects in GraphQL: NetBox's lookups for values, nested filters for references, AND OR NOT DISTINCT.

What is asked of the objects that a reference leads to is asked of those that the user may view: a filter must not tell
more than the answer would (invariant I11).
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from django.db.models import CharField, F, Model, Q, QuerySet, TextField
from django.db.models.functions import Cast
from graphql import GraphQLBoolean, GraphQLID, GraphQLInputField, GraphQLInputObjectType, GraphQLNamedType
from strawberry import ID
from strawberry.types.arguments import convert_argument
from strawberry_django import ComparisonFilterLookup, DatetimeFilterLookup, StrFilterLookup, process_filters

from extras.models import JournalEntry, Tag
from users.models import Owner

from ...choices import FilterLogicChoices
from ...definitions import FieldDefinition
from ...field_types import field_type_of
from ...field_types.polymorphic.keys import existing_models, key_type
from ...runtime.classes.memo import surfaced_fields
from ..host import host
from ..names import attribute_name, filter_name
from ..reading import references

LOGIC = ('AND', 'OR', 'NOT')
# Lookups of text that PostgreSQL has for text only: others are asked of the column as it is.
TEXT_LOOKUPS = frozenset(
    f'{sign}{name}' for sign in ('', 'i_') for name in ('contains', 'starts_with', 'ends_with', 'regex')
) | {'i_exact'}

# (value, queryset, info) -> the queryset, perhaps with more annotations, and the condition.
Condition = Callable[[Any, QuerySet, Any], tuple[QuerySet, Q]]
# (queryset, value, info) -> those of the objects that match a value: `apply` of a Filter, or `with_id`.
Matching = Callable[[QuerySet, Any, Any], QuerySet]


class Filter(Protocol):
    """Filters of the objects of one model."""

    type: GraphQLNamedType

    def apply(self, queryset: QuerySet, value: dict, info) -> QuerySet: ...


class HostFilter:
    """Those that NetBox has of one of its models."""

    def __init__(self, filter_class: type):
        self._class = filter_class
        self.type = host().convert(filter_class | None)

    def apply(self, queryset: QuerySet, value: dict, info) -> QuerySet:
        made = _converted(value, self._class, info)
        queryset, condition = process_filters(made, queryset, references.strawberry_info(info))
        return queryset.filter(condition)


class ObjectFilter:
    """Those of the objects of one custom object type; `conditions` is filled once all types of an island are known."""

    def __init__(self, type_id: int, description: str):
        self.conditions: dict[str, Condition] = {}
        self._inputs: dict[str, GraphQLInputField] = {}
        self.type = GraphQLInputObjectType(filter_name(type_id), self._fields, description=description)

    def add(self, name: str, input_type, condition: Condition, description: str = '') -> None:
        """Add an input; the type's own fields are named by `attribute_name`."""
        self._inputs[name] = GraphQLInputField(input_type, description=description or None)
        self.conditions[name] = condition

    def _fields(self) -> dict[str, GraphQLInputField]:
        logic = {name: GraphQLInputField(self.type) for name in LOGIC}
        return {**self._inputs, **logic, 'DISTINCT': GraphQLInputField(GraphQLBoolean)}

    def apply(self, queryset: QuerySet, value: dict, info) -> QuerySet:
        queryset, condition = self.condition(value, queryset, info)
        return queryset.filter(condition)

    def condition(self, value: dict, queryset: QuerySet, info) -> tuple[QuerySet, Q]:
        """Return what a value asks for; what stands beside OR is an alternative, as with NetBox's filters."""
        found = Q()
        for name, condition in self.conditions.items():
            if value.get(name) is not None:
                queryset, part = condition(value[name], queryset, info)
                found &= part
        for name in LOGIC:
            if value.get(name) is not None:
                queryset, part = self.condition(value[name], queryset, info)
                found = {'AND': found & part, 'OR': found | part, 'NOT': found & ~part}[name]
        return (queryset.distinct() if value.get('DISTINCT') else queryset), found


def _converted(value, type_, info):
    return convert_argument(value, type_, host().scalars, host().config, references.strawberry_info(info))


def by_lookup(name: str, lookup: type, as_text: bool = False) -> Condition:
    """
    Return the condition on an attribute.

    Args:
        name: the attribute
        lookup: NetBox's input for it
        as_text: whether a column of another type is searched like text
    """

    def condition(value, queryset, info):
        strawberry_info = references.strawberry_info(info)
        textual = {key: part for key, part in value.items() if as_text and key in TEXT_LOOKUPS}
        found = Q()
        if textual:
            alias = f'_{name}_as_text'
            queryset = queryset.alias(**{alias: Cast(F(name), TextField())})
            queryset, found = process_filters(
                _converted(textual, lookup, info), queryset, strawberry_info, prefix=f'{alias}__'
            )
        plain = {key: part for key, part in value.items() if key not in textual}
        queryset, rest = process_filters(_converted(plain, lookup, info), queryset, strawberry_info, prefix=f'{name}__')
        return queryset, found & rest

    return condition


def with_id(queryset: QuerySet, value: str, info) -> QuerySet:
    return queryset.filter(pk=value)


def by_targets(name: str, model: type[Model], matching: Matching, **also) -> Condition:
    """Return the condition that an attribute leads to objects of a model, which the user may view and which match."""

    def condition(value, queryset, info):
        targets = matching(references.viewable(model, info), value, info).order_by()
        return queryset, Q(**{f'{name}__in': targets.values('pk')}, **{key: of() for key, of in also.items()})

    return condition


def by_links_to_types(field: FieldDefinition, model: type[Model], matching: Matching) -> Condition:
    """Return the condition that one of an object's links to many types leads to an object of a model."""

    def condition(value, queryset, info):
        targets = matching(references.viewable(model, info), value, info).order_by().values('pk')
        through = queryset.model._meta.get_field(field.name).remote_field.through
        links = through._default_manager.filter(content_type=key_type(model), object_id__in=targets)
        return queryset, Q(pk__in=links.values('source'))

    return condition


def add_filters(
    made: ObjectFilter,
    model: type[Model],
    targets: Callable[[str], Filter | None],
    attempt: Callable[[type[Model], FieldDefinition, Callable], Any],
) -> None:
    """
    Add the conditions of one type to its filters.

    Args:
        made: the filters of the type
        model: its class
        targets: returns the filters of a model, by its label; None if there are none, or the user must not know of it
        attempt: calls what may fail for a field, with the class and the field
    """
    _add_base_filters(made, targets)
    for field in surfaced_fields(model):
        if field.filter_logic == FilterLogicChoices.DISABLED:
            continue
        if not field_type_of(field).is_reference:
            attempt(model, field, partial(_add_value_filters, made))
        elif field.is_polymorphic:
            attempt(model, field, partial(_add_polymorphic_filters, made, targets))
        else:
            attempt(model, field, partial(_add_reference_filters, made, targets))


def _add_base_filters(made: ObjectFilter, targets) -> None:
    made.add('id', *_input('id', ComparisonFilterLookup[ID]))
    for name in ('created', 'last_updated'):
        made.add(name, *_input(name, DatetimeFilterLookup))
    for name, model in (('tags', Tag), ('owner', Owner)):
        if found := targets(model._meta.label_lower):
            made.add(name, found.type, by_targets(name, model, found.apply))
    made.add('owner_id', GraphQLID, by_targets('owner', Owner, with_id))
    if found := targets(JournalEntry._meta.label_lower):
        made.add('journal_entries', found.type, journal_condition_of(found))


def journal_condition_of(entry_filter: Filter) -> Condition:
    """Return the condition that an object has journal entries which match."""

    def condition(value, queryset, info):
        entries = references.viewable(JournalEntry, info).filter(assigned_object_type=key_type(queryset.model))
        entries = entry_filter.apply(entries, value, info).order_by()
        return queryset, Q(pk__in=entries.values('assigned_object_id'))

    return condition


def _input(name: str, lookup, as_text: bool = False):
    resolved = host().resolve(lookup)
    return host().convert(lookup | None), by_lookup(name, resolved, as_text)


def _add_value_filters(made: ObjectFilter, model, field: FieldDefinition) -> None:
    for name, lookup in field_type_of(field).get_graphql_lookups(field).items():
        is_text = isinstance(model._meta.get_field(name), (CharField, TextField))
        made.add(
            attribute_name(name), *_input(name, lookup, lookup is StrFilterLookup and not is_text), field.description
        )


def _add_reference_filters(made: ObjectFilter, targets, model, field: FieldDefinition) -> None:
    target = model._meta.get_field(field.name).related_model
    if found := targets(field.target.label):
        made.add(attribute_name(field.name), found.type, by_targets(field.name, target, found.apply), field.description)
    made.add(attribute_name(f'{field.name}_id'), GraphQLID, by_targets(field.name, target, with_id))


def _add_polymorphic_filters(made: ObjectFilter, targets, model, field: FieldDefinition) -> None:
    field_type = field_type_of(field)
    for target, target_model in existing_models(field).items():
        if target.type_id is not None and targets(target.label) is None:
            continue
        name = field_type.inputs(field, target)[0]
        inputs = [(f'{name}_id', GraphQLID, with_id)]
        if found := targets(target.label):
            inputs.append((name, found.type, found.apply))
        for key, input_type, matching in inputs:
            made.add(attribute_name(key), input_type, _to_types(field, target_model, matching))


def _to_types(field: FieldDefinition, model: type[Model], matching: Matching) -> Condition:
    if field_type_of(field).many:
        return by_links_to_types(field, model, matching)
    also = {f'{field.name}_content_type': lambda: key_type(model)}
    return by_targets(f'{field.name}_object_id', model, matching, **also)
