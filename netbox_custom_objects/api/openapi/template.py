"""
The description of one type, made of what all types have in common, which is described once, and of its own fields.

The result is what OneTypeGenerator makes, which takes several times as long. May import the viewsets.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from drf_spectacular.extensions import OpenApiFilterExtension
from drf_spectacular.plumbing import ComponentRegistry, normalize_result_object
from drf_spectacular.settings import spectacular_settings

from ...definitions import TypeDefinition
from ...runtime.classes.ghost import ghost
from ..serializers import get_serializer_class
from ..views.base import StrictFilterBackend
from ..views.objects import CustomObjectViewSet
from .endpoints import OneTypeGenerator
from .names import SchemaNames
from .operations import StrictAutoSchema, describe_operation
from .sharing import PARAMETERS, share, without_defaults

# Stand for the names of a type in what is described once.
SLUG = 'SLUG-OF-TYPE'
NAMES = SchemaNames('ComponentOfType', 'operation_of_type')
SCHEMAS = 'schemas'
# The operation that parts of a type are described for.
LIST = {'get': 'list'}
# Operations that take one object as a whole: it cannot be left out if a field is required.
WHOLE = ('create', 'update')
# What the component of a request that leaves out values is called.
PARTIAL = 'Patched'


@dataclass(frozen=True)
class Template:
    """What is the same for all types, but for names of the type, which placeholders stand for."""

    # As text.
    paths: str
    # Components that are called after the type.
    own: dict[str, dict]
    # The other components, by kind and name.
    common: dict[str, dict]
    # The names of the parameters of a list, by which these are sorted.
    parameters: tuple[str, ...]


@lru_cache(maxsize=16)
def template(version: str | None, context: str) -> Template:
    """
    Return the template.

    Args:
        version: of the API
        context: what all descriptions depend on: versions and language
    """
    model = ghost(0)
    # One class for all operations: that of a ghost is not kept.
    serializer_class = get_serializer_class(model)
    attributes = {'schema_names': {0: NAMES}, 'model': model, 'get_serializer_class': lambda: serializer_class}
    document = OneTypeGenerator(SLUG, version, **attributes).get_schema(None, True)
    listed = next(item['get'] for path, item in document['paths'].items() if path.endswith(f'/{SLUG}/'))
    names = tuple(parameter['name'] for parameter in listed[PARAMETERS])
    document = share(document, (), NAMES.component)
    schemas = document['components'][SCHEMAS]
    own = {name: schema for name, schema in schemas.items() if NAMES.component in name}
    common = {name: schema for name, schema in schemas.items() if name not in own}
    return Template(json.dumps(document['paths']), own, {**document['components'], SCHEMAS: common}, names)


def describe_type(definition: TypeDefinition, names: dict[int, SchemaNames], found: Template) -> dict:
    """
    Return the paths of a type of the current World, and its own components.

    Args:
        definition: the type's
        names: of all types, by id
        found: what all types have in common
    """
    own, schema = names[definition.id], _auto_schema(definition, names)
    paths = _named(found.paths, definition.slug, own)
    schemas = _schemas(schema, definition.slug, own, found.own)
    for item in paths.values():
        for operation in item.values():
            action = operation['operationId'].removeprefix(own.operation_id(''))
            operation['description'] = describe_operation(action, definition)
            if action == 'list':
                common = zip(found.parameters, operation[PARAMETERS])
                parameters = sorted([*common, *_own_parameters(schema, found)], key=itemgetter(0))
                operation[PARAMETERS] = [parameter for _name, parameter in parameters]
            elif action in WHOLE and 'required' in schemas[f'{own.component}Request']:
                operation['requestBody']['required'] = True
    return {'paths': paths, 'components': {SCHEMAS: schemas}}


def describe_common(found: Template) -> dict:
    """Return the components that descriptions of all types refer to."""
    return {'paths': {}, 'components': found.common}


def _auto_schema(definition: TypeDefinition, names: dict[int, SchemaNames]) -> StrictAutoSchema:
    """Return what describes parts of the operations of a type: as it is for a list of objects."""
    view = CustomObjectViewSet(slug=definition.slug, schema_names=names)
    view.args, view.kwargs, view.format_kwarg, view.action_map, view.swagger_fake_view = (), {}, None, LIST, True
    schema = StrictAutoSchema()
    schema.view, schema.method, schema.path, schema.registry = view, 'GET', '/', ComponentRegistry()
    view.request = spectacular_settings.GET_MOCK_REQUEST(schema.method, schema.path, view, None)
    return schema


def _named(text: str, slug: str, names: SchemaNames):
    """Return what a text of JSON holds, with the names of a type in place of placeholders."""
    named = {SLUG: slug, NAMES.component: names.component, NAMES.operation: names.operation}
    return json.loads(re.sub('|'.join(named), lambda found: named[found[0]], text))


def own_filters(filterset_class, found: Template) -> list[str]:
    """Return the names of filters by fields of a type, which are not those of all types."""
    return [name for name in filterset_class.base_filters if name not in found.parameters]


def _own_parameters(schema: StrictAutoSchema, found: Template) -> Iterator[tuple[str, dict]]:
    """Yield the parameters of a list that filter by fields of the type, by name."""
    filterset_class, model = schema.view.filterset_class, schema.view.model
    describer = OpenApiFilterExtension.get_match(StrictFilterBackend())
    for name in own_filters(filterset_class, found):
        used = filterset_class.base_filters[name]
        for parameter in describer.resolve_filter_field(schema, model, filterset_class, name, used):
            yield parameter['name'], normalize_result_object(without_defaults(parameter))


def _schemas(schema: StrictAutoSchema, slug: str, names: SchemaNames, own: dict[str, dict]) -> dict[str, dict]:
    """Return the components of a type, and those that they refer to."""
    serializer = schema._get_serializer()
    for direction in ('response', 'request'):
        schema.resolve_serializer(serializer, direction)
    found = normalize_result_object(schema.registry.build({}))[SCHEMAS]
    request = found[f'{names.component}Request']
    for placeholder, described in own.items():
        name = placeholder.replace(NAMES.component, names.component)
        if name not in found:
            is_request = name.endswith('Request')
            found[name] = (
                _variant(name, described, request) if is_request else _named(json.dumps(described), slug, names)
            )
    return found


def _variant(name: str, described: dict, request: dict) -> dict:
    """Return the component of a type for a request of another kind, from those of all types and of the type's own."""
    required = {*described.get('required', ()), *(() if name.startswith(PARTIAL) else request.get('required', ()))}
    more = {key: schema for key, schema in described['properties'].items() if key not in request['properties']}
    found = {key: value for key, value in request.items() if key != 'required'}
    properties = {**more, **request['properties']}
    return {**found, 'properties': properties, **({'required': sorted(required)} if required else {})}
