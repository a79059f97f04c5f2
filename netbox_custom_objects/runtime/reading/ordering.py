"""
In which order objects are listed: references by the names that they show, and the key last.

May import field_types, models.display and surfaces. Without the key, pages would repeat some objects and lose others.
"""

from collections.abc import Iterable

from django.db.models import Case, F, Q, QuerySet, When

from ...field_types import field_type_of
from ...models.display import expression_names
from ...models.readers import viewable
from ..classes.memo import surfaced_fields
from ..relations.rollups import rollups_of
from .names import MAX_DEPTH

KEYS = frozenset(('pk', 'id'))


def totally_ordered(queryset: QuerySet, terms: Iterable[str] = ()) -> QuerySet:
    """
    Return a queryset in an order without ties.

    Args:
        queryset: of any model
        terms: names of fields, with a minus for the reverse; by default the order that the queryset has
    """
    if found := [part for term in terms for part in terms_of(queryset.model, term)]:
        queryset = queryset.order_by(*found)
    if queryset.query.is_sliced:
        return queryset
    queryset = _with_rollups(queryset)
    present = tuple(queryset.query.order_by or queryset.model._meta.ordering)
    terms = _as_seen(queryset.model, present)
    if not any(isinstance(term, str) and term.removeprefix('-') in KEYS for term in terms):
        # In the direction of the column that comes before, so that one index gives both.
        reversed_columns = {f'-{column.name}' for column in queryset.model._meta.concrete_fields}
        terms = (*terms, '-pk' if terms and terms[-1] in reversed_columns else 'pk')
    return queryset if terms == present else queryset.order_by(*terms)


def _with_rollups(queryset: QuerySet) -> QuerySet:
    """Return a queryset that reads the rollups which it is ordered by: as the user of this request sees them."""
    read_as = {field.name: field.read_as for field in rollups_of(queryset.model)}
    order = queryset.query.order_by
    names = {term.removeprefix('-') for term in order if isinstance(term, str)} & read_as.keys()
    if not names:
        return queryset
    read = {name: read_as[name] for name in names} | {f'-{name}': f'-{read_as[name]}' for name in names}
    terms = (read.get(term, term) if isinstance(term, str) else term for term in order)
    return queryset.with_rollups(names).order_by(*terms)


def _as_seen(model: type, terms: tuple) -> tuple:
    """Return terms of an order in which objects that the reader may not view are all alike."""
    found = ((term, _condition_of_sight(model, term)) for term in terms)
    return tuple(
        term if condition is None else _where(condition, term) for term, condition in found if condition is not False
    )


def _condition_of_sight(model: type, term) -> Q | bool | None:
    """
    Return the condition that the reader may view all custom objects on the way to what a term is about.

    None if the reader may view all of them, or there are none; False if the reader may view none.
    """
    parts = term.removeprefix('-').split('__') if isinstance(term, str) and hasattr(model, '_definition') else ()
    condition = Q()
    for depth, part in enumerate(parts[:-1], start=1):
        model = model._meta.get_field(part).related_model
        if not hasattr(model, '_definition'):
            break
        targets = viewable(model._default_manager.all())
        if targets.query.is_empty():
            return False
        if targets.query.where:
            condition &= Q(**{f'{"__".join(parts[:depth])}__in': targets.order_by().values('pk')})
    return condition or None


def _where(condition: Q, term: str):
    value = Case(When(condition, then=F(term.removeprefix('-'))), default=None)
    return value.desc(nulls_last=True) if term.startswith('-') else value.asc(nulls_last=True)


def terms_of(model: type, term: str) -> list[str]:
    """Return what a term means: of a reference to custom objects what their names are made of, else the term itself."""
    name = term.removeprefix('-')
    if not hasattr(model, '_definition') or name not in model._payload_names:
        return [term]
    names = _parts(model, model._definition.fields_by_name.get(name), MAX_DEPTH)
    return [f'-{part}' if term.startswith('-') else part for part in names] or [term]


def name_terms(model: type, depth: int = MAX_DEPTH) -> list[str]:
    """Return the fields by which objects are sorted by their names: of an expression those that it reads."""
    definition = model._definition
    fields = [definition.primary_field] if definition.primary_field else []
    if expression := definition.display_expression:
        read = sorted(expression_names(expression), key=expression.find)
        fields = [definition.fields_by_name[name] for name in read if name in definition.fields_by_name] or fields
    shown = [field for field in fields if field in surfaced_fields(model)]
    return [part for field in shown for part in _parts(model, field, depth)] or ['pk']


def _parts(model, field, depth: int) -> list[str]:
    """
    Return the columns, by name, that a field's values are sorted by.

    None for links, which would repeat objects, and none for rollups, which names cannot contain.
    """
    if field is None or field_type_of(field).many or field_type_of(field).is_rollup:
        return []
    if field.is_polymorphic:
        return [f'{field.name}_content_type', f'{field.name}_object_id']
    if not field_type_of(field).is_reference:
        return [name for name in field_type_of(field).payload_names(field) if name in model._payload_names]
    target = model._meta.get_field(field.name).related_model
    if depth == 0 or not hasattr(target, '_definition'):
        return [field.name]
    return [f'{field.name}__{part}' for part in name_terms(target, depth - 1)]
