"""
The fields of a custom object type in GraphQL: what all objects have, the type's own fields, and who refers to them.

Values are derived from the annotations of the field types; references are read for a whole batch (see `reading`).
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any

from django.db.models import Model, prefetch_related_objects
from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLID,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLString,
    GraphQLUnionType,
    get_named_type,
)
from strawberry.scalars import JSON

from core.models import ObjectChange
from extras.models import Tag
from netbox.graphql.pagination import OffsetPaginationInput

from ...definitions import FieldDefinition
from ...field_types import field_type_of
from ...field_types.base import FieldType
from ...field_types.graphql import CustomObjectRelatedObjectType
from ...field_types.polymorphic.keys import key_type
from ...runtime.reading.names import name_lookups
from ..errors import coded
from ..extensions import FIELD
from ..host import host
from ..names import union_name
from ..reading import references
from ..reading.batch import batch_of
from .filters import Filter

# What is attached to objects: the name in GraphQL, and that of the relation.
ATTACHED = {'journal_entries': 'journal_entries', 'image_attachments': 'images', 'contacts': 'contacts'}

# Reads what a batch of objects refers to: (objects, info, `filters`, `pagination`) -> {primary key: targets}.
Read = Callable[[list, Any, Any, Any], dict]


class Fields:
    """Makes fields for the types of one island; `output` and `filters` say what is known of a model, by its label."""

    def __init__(
        self,
        output: Callable[[str], GraphQLNamedType | None],
        filters: Callable[[str], Filter | None],
    ):
        self.output = output
        self.filters = filters
        self.pagination = host().convert(OffsetPaginationInput | None)
        self.fallback = get_named_type(host().convert(CustomObjectRelatedObjectType))

    # What all objects have

    def base_fields(self, model: type[Model]) -> Iterator[tuple[str, GraphQLField]]:
        """Yield what objects of all types have."""
        moment = host().convert(datetime | None)
        text = GraphQLNonNull(GraphQLString)
        yield 'id', GraphQLField(GraphQLNonNull(GraphQLID), resolve=_getter('pk'))
        yield 'display', GraphQLField(text, resolve=coded(resolve_display))
        yield 'class_type', GraphQLField(text, resolve=lambda obj, info: type(obj).__name__)
        for name in ('created', 'last_updated'):
            yield name, GraphQLField(moment, resolve=_getter(name))
        owner = model._meta.get_field('owner')
        read = partial(_read_column, column=owner.attname, model=owner.related_model)
        yield 'owner', self._single(self.output('users.owner'), read)
        yield 'tags', self._many(self.output('extras.tag'), partial(self._read_tags, model=model), 'extras.tag')
        for name, relation in (
            ('journal_entries', 'journal_entries'),
            ('image_attachments', 'images'),
            ('contacts',) * 2,
        ):
            found = model._meta.get_field(relation)
            label = found.related_model._meta.label_lower
            yield name, self._many(self.output(label), partial(self._read_generic, relation=found), label)
        yield 'changelog', self._many(self.output('core.objectchange'), self._read_changes, 'core.objectchange')
        yield FIELD, self._linked()
        if model._definition.config_context_enabled:
            document = host().convert(JSON | None)
            yield 'local_context_data', GraphQLField(document, resolve=_getter('local_context_data'))
            yield 'config_context', GraphQLField(document, resolve=coded(lambda obj, info: obj.get_config_context()))

    def _linked(self) -> GraphQLField:
        """Return the field that NetBox's own types are extended with."""
        return host().output_type('dcim.site').fields[FIELD]

    # The type's own fields

    def value_fields(self, model: type[Model], definition: FieldDefinition) -> Iterator[tuple[str, GraphQLField]]:
        """Yield the attributes of a field that is not a reference."""
        field_type = field_type_of(definition)
        for name, annotation in field_type.get_graphql_annotations(definition).items():
            found = host().convert(annotation)
            yield name, GraphQLField(found, resolve=_value_resolver(field_type, definition, name, found))

    def reference_field(self, model: type[Model], definition: FieldDefinition) -> GraphQLField:
        """Return the field of a reference to objects of one type."""
        label, model_field = definition.target.label, model._meta.get_field(definition.name)
        if not field_type_of(definition).many:
            read = partial(_read_column, column=model_field.attname, model=model_field.related_model)
            return self._single(self.output(label), read)
        through = model_field.remote_field.through._meta.db_table
        links = references.Links(through, 'source_id', 'target_id')
        return self._many(
            self.output(label), partial(self._read_links, links=links, model=model_field.related_model), label
        )

    def polymorphic_field(self, model: type[Model], definition: FieldDefinition) -> GraphQLField:
        """Return the field of a reference to objects of several types."""
        model_field = model._meta.get_field(definition.name)
        known = {target.label: self.output(target.label) for target in definition.targets}
        output = self._union(definition, known)
        if not field_type_of(definition).many:
            read = partial(_read_keys, key_of=model_field.get_key, allowed=frozenset(known))
            return self._single(output, read, partial(_shown, known=known))
        through = model_field.remote_field.through
        read = partial(_read_key_links, through=through, allowed=frozenset(known))
        return self._many(output, read, show=partial(_shown, known=known))

    def _union(self, definition: FieldDefinition, known: dict[str, GraphQLNamedType | None]) -> GraphQLNamedType:
        members = list(dict.fromkeys(found for found in known.values() if found is not None))
        if len(known) == 1:
            return members[0] if members else self.fallback
        names = {label: found.name for label, found in known.items() if found is not None}

        def type_of(obj, info, union) -> str:
            return names[obj._meta.label_lower] if isinstance(obj, Model) else self.fallback.name

        return GraphQLUnionType(union_name(definition), [*members, self.fallback], resolve_type=type_of)

    # Who refers to objects of the type

    def referrer_field(self, source: type[Model], definition: FieldDefinition) -> GraphQLField:
        """Return the field for the objects of another type that refer to an object by one of their fields."""
        label, model_field = source._meta.label_lower, source._meta.get_field(definition.name)
        if field_type_of(definition).many:
            links = references.Links(model_field.remote_field.through._meta.db_table, 'target_id', 'source_id')
            return self._many(self.output(label), partial(self._read_links, links=links, model=source), label)
        read = partial(self._read_referrers, column=model_field.attname, model=source)
        return self._many(self.output(label), read, label)

    # How they are read

    def _narrowed(self, model: type[Model], info, value):
        queryset = references.viewable(model, info)
        found = self.filters(model._meta.label_lower)
        return queryset if value is None or found is None else found.apply(queryset, value, info)

    def _read_links(self, objects, info, value, page, *, links, model):
        return references.by_links(objects, links, self._narrowed(model, info, value), info, page)

    def _read_referrers(self, objects, info, value, page, *, column, model):
        return references.by_reference(objects, column, self._narrowed(model, info, value), info, page)

    def _read_tags(self, objects, info, value, page, *, model):
        return references.by_links(objects, references.tags_of(model), self._narrowed(Tag, info, value), info, page)

    def _read_generic(self, objects, info, value, page, *, relation):
        targets = self._narrowed(relation.related_model, info, value)
        return references.generic(objects, relation, targets, info, page)

    def _read_changes(self, objects, info, value, page):
        changes = self._narrowed(ObjectChange, info, value).filter(changed_object_type=key_type(objects[0]))
        return references.by_reference(objects, 'changed_object_id', changes, info, page)

    def _single(
        self, output: GraphQLNamedType | None, read: Read, show: Callable = lambda target: target
    ) -> GraphQLField:
        show = show if output else _shown_plainly

        def resolve(obj, info):
            found = batch_of(obj).read(info.path.key, lambda objects: read(objects, info, None, None))
            target = found.get(obj.pk)
            return None if target is None else show(target)

        return GraphQLField(output or self.fallback, resolve=coded(resolve))

    def _many(
        self,
        output: GraphQLNamedType | None,
        read: Read,
        label: str = '',
        show: Callable = lambda target: target,
    ) -> GraphQLField:
        show = show if output else _shown_plainly
        args = {'pagination': GraphQLArgument(self.pagination)}
        if label and (found := self.filters(label)):
            args['filters'] = GraphQLArgument(found.type)

        def resolve(obj, info, filters=None, pagination=None):
            found = batch_of(obj).read(info.path.key, lambda objects: read(objects, info, filters, pagination))
            return [show(target) for target in found.get(obj.pk, ())]

        items = GraphQLNonNull(output or self.fallback)
        return GraphQLField(GraphQLNonNull(GraphQLList(items)), args=args, resolve=coded(resolve))


def resolve_display(obj, info) -> str:
    """Return the name of an object; what names of a batch are made of is read once."""
    batch_of(obj).read(_prefetch_names, _prefetch_names)
    return str(obj)


def _prefetch_names(objects: list) -> dict:
    if lookups := name_lookups(type(objects[0])):
        prefetch_related_objects(objects, *lookups)
    return {}


def _getter(name: str) -> Callable:
    read = attrgetter(name)
    return lambda obj, info: read(obj)


def _value_resolver(field_type: FieldType, definition: FieldDefinition, name: str, output) -> Callable:
    if type(field_type).get_graphql_value is not FieldType.get_graphql_value:
        return coded(lambda obj, info: field_type.get_graphql_value(obj, definition, name))
    if get_named_type(output) is not GraphQLString:
        return _getter(name)
    return lambda obj, info: _as_text(getattr(obj, name))


def _as_text(value):
    if value is None or isinstance(value, str):
        return value
    return [_as_text(item) for item in value] if isinstance(value, (list, tuple)) else str(value)


def _shown(target: Model, known: dict[str, GraphQLNamedType | None]):
    """Return an object as a union shows it: by its own type, or by the one for all others."""
    return target if known.get(target._meta.label_lower) is not None else _shown_plainly(target)


def _shown_plainly(target: Model) -> CustomObjectRelatedObjectType:
    url = target.get_absolute_url() if hasattr(target, 'get_absolute_url') else None
    return CustomObjectRelatedObjectType(
        id=target.pk, object_type=target._meta.label_lower, display=str(target), url=url
    )


def _read_column(objects, info, value, page, *, column, model):
    return references.by_column(objects, column, model, info)


def _read_keys(objects, info, value, page, *, key_of, allowed):
    keys = {obj.pk: [key] for obj in objects if (key := key_of(obj)) is not None}
    found = references.by_keys(objects, keys, allowed, info)
    return {pk: targets[0] if targets else None for pk, targets in found.items()}


def _read_key_links(objects, info, value, page, *, through, allowed):
    keys = references.keys_by_links(objects, through, allowed, info, page)
    return references.by_keys(objects, keys, allowed, info)
