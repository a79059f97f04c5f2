"""
NetBox's own schema, which is made once: its converted types are part of every schema that is composed here.

May import NetBox's GraphQL modules. Must never convert one of NetBox's types a second time.
"""

import re
from copy import copy
from functools import cache

from graphql import GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, GraphQLType
from strawberry.annotation import StrawberryAnnotation
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.schema.types import ConcreteType
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.unset import UNSET
from strawberry_django.utils.typing import get_django_definition

from netbox.graphql.schema import schema as netbox_schema

# What belongs to custom object types, and is not shared: names as those of class_name() and of unions.
OWN = re.compile(r'Table\d+Model|CustomObject\d+_')


class Host:
    """The converted types of NetBox, of other plugins, and of the lookups that custom object types need besides."""

    def __init__(self, schema):
        self.schema = schema
        self.config = schema.config
        self.scalars = schema.schema_converter.scalar_registry
        self.shared: dict[str, ConcreteType] = dict(schema.schema_converter.type_map)
        self.query: dict = schema.schema_converter.type_map['Query'].implementation.fields
        self._by_model: dict[str, ConcreteType] = {}
        for name, concrete in self.shared.items():
            if (model := self._model_of(concrete)) is None:
                continue
            label = model._meta.label_lower
            if label not in self._by_model or name == f'{model.__name__}Type':
                self._by_model[label] = concrete

    @staticmethod
    def _model_of(concrete: ConcreteType):
        """Return the model that an output type stands for, None for anything else."""
        definition = concrete.definition
        if not isinstance(definition, StrawberryObjectDefinition) or definition.is_input:
            return None
        django = get_django_definition(definition.origin)
        return None if django is None else django.model

    @property
    def interface(self) -> GraphQLInterfaceType:
        return self.shared['CustomObject'].implementation

    def labels(self) -> frozenset[str]:
        """Return the labels of the models that have a type."""
        return frozenset(self._by_model)

    def output_type(self, label: str) -> GraphQLObjectType | None:
        concrete = self._by_model.get(label)
        return None if concrete is None else concrete.implementation

    def origin(self, label: str) -> type | None:
        """Return the class that NetBox made the type of a model from."""
        concrete = self._by_model.get(label)
        return None if concrete is None else concrete.definition.origin

    def filter_class(self, label: str) -> type | None:
        """Return the class of the filters of a model."""
        origin = self.origin(label)
        found = None if origin is None else get_django_definition(origin).filters
        return None if found in (None, UNSET) else found

    def converter(self) -> 'Converter':
        """Return a converter that knows all shared types, and to which others can be added."""
        return Converter(self)


class Converter:
    """Makes what graphql-core needs of annotations, for the types of one island."""

    def __init__(self, host: Host):
        self._host = host
        self._known = dict(host.shared)
        self.strawberry: GraphQLCoreConverter = copy(host.schema.schema_converter)
        self.strawberry.type_map = dict(self._known)

    def convert(self, annotation) -> GraphQLType:
        """Return the type that an annotation stands for: one that may be null if the annotation says so."""
        return self.strawberry.from_maybe_optional(self.resolve(annotation))

    def resolve(self, annotation):
        """Return the class, or Strawberry's type, that an annotation stands for."""
        return StrawberryAnnotation(annotation).resolve()

    def finish(self) -> None:
        """Convert what was only mentioned so far, and share it with all other islands."""
        seen: set[str] = set()
        while new := self.strawberry.type_map.keys() - self._known.keys() - seen:
            seen |= new
            for name in new:
                implementation = self.strawberry.type_map[name].implementation
                if isinstance(implementation, (GraphQLObjectType, GraphQLInputObjectType, GraphQLInterfaceType)):
                    # graphql-core converts fields when it is first asked for them.
                    _ = implementation.fields
        for name in seen:
            if not OWN.match(name):
                self._host.shared.setdefault(name, self.strawberry.type_map[name])


@cache
def host() -> Host:
    return Host(netbox_schema)
