"""
NetBox's own schema, which is made once: its converted types are part of every schema that is composed here.

May import NetBox's GraphQL modules. Must never convert one of NetBox's types a second time.
"""

from copy import copy
from functools import cache

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLType
from strawberry.annotation import StrawberryAnnotation
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.schema.types import ConcreteType
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.unset import UNSET
from strawberry_django.utils.typing import get_django_definition

from netbox.graphql.schema import schema as netbox_schema


class Host:
    """The converted types of NetBox, of other plugins, and of the lookups that custom object types need besides."""

    def __init__(self, schema):
        self.schema = schema
        self.config = schema.config
        self.scalars = schema.schema_converter.scalar_registry
        # Knows NetBox's types, and gets to know those that custom object types share; NetBox's own stays as it is.
        self.converter: GraphQLCoreConverter = copy(schema.schema_converter)
        self.converter.type_map = dict(schema.schema_converter.type_map)
        self.query: dict = self.converter.type_map['Query'].implementation.fields
        # By annotation: what it stands for is told once, and not for each field.
        self._resolved: dict = {}
        self._converted: dict = {}
        self._by_model: dict[str, ConcreteType] = {}
        for name, concrete in self.converter.type_map.items():
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
        return self.converter.type_map['CustomObject'].implementation

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

    def resolve(self, annotation):
        """Return the class, or Strawberry's type, that an annotation stands for."""
        if annotation not in self._resolved:
            self._resolved[annotation] = StrawberryAnnotation(annotation).resolve()
        return self._resolved[annotation]

    def convert(self, annotation) -> GraphQLType:
        """Return the type that an annotation stands for: one that may be null if the annotation says so."""
        if annotation not in self._converted:
            self._converted[annotation] = self.converter.from_maybe_optional(self.resolve(annotation))
        return self._converted[annotation]


@cache
def host() -> Host:
    return Host(netbox_schema)
