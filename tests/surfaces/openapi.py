"""Asks for the OpenAPI schema as a client does."""

import functools
import json
from itertools import product

from django.conf import settings
from django.core.cache import cache
from django.urls import include, path
from django.utils.translation import get_language, get_supported_language_variant, override
from drf_spectacular.generators import SchemaGenerator as HostGenerator
from openapi_spec_validator import OpenAPIV30SpecValidator

from netbox.api.views import StatusView

from netbox_custom_objects.api.openapi.endpoints import OneTypeGenerator
from netbox_custom_objects.api.openapi.generator import host_key
from netbox_custom_objects.api.openapi.names import schema_names
from netbox_custom_objects.api.openapi.sharing import share
from netbox_custom_objects.api.openapi.template import describe_common, describe_type, own_filters, template
from netbox_custom_objects.api.openapi.texts import merge, packed
from netbox_custom_objects.filtersets import get_filterset_class
from netbox_custom_objects.models import CustomObjectType
from netbox_custom_objects.runtime.classes.registry import world
from tests.support.factories import make_field
from tests.surfaces.rest import API

# A small host, under the name that Django asks for: describing all of NetBox takes many seconds. One other page has to
# be there, or the names of operations get shorter.
urlpatterns = [
    path(API.removeprefix('/'), include('netbox_custom_objects.api.urls')),
    path('api/status/', StatusView.as_view()),
]


@functools.cache
def small_host():
    """Return the part that is the same for all users and types, which the program keeps in a cache as well."""
    return HostGenerator(patterns=urlpatterns).get_schema(None, True)


def get_schema(rest, whole=False, **params):
    """Return the OpenAPI document that `/api/schema/` shows to a Rest client, by default with little of NetBox."""
    # The answer to another test may be of the same types and of the same revision.
    cache.clear()
    if not whole:
        keep_small_host()
    document = rest.get('/api/schema/', format='json', **params)
    assert ('/api/dcim/sites/' in document['paths']) == whole
    return document


def keep_small_host():
    """Let the program find the part that does not concern this plugin in its cache."""
    languages = settings.LANGUAGE_CODE, get_supported_language_variant(settings.LANGUAGE_CODE)
    # The management command names no version.
    for language, version in product(languages, (settings.REST_FRAMEWORK_VERSION, None)):
        with override(language):
            key = host_key(version)
        cache.set(key, packed(small_host()))


def our_part(document):
    """Return the document without the endpoints of NetBox and of other plugins, and what only they need."""
    paths = {path: operations for path, operations in document['paths'].items() if path.startswith(API)}
    components = document['components']
    # What operations of all types have in common.
    schemas, pending = {}, [paths, components.get('parameters'), components.get('responses')]
    while pending:
        for name in _references(pending.pop()) - schemas.keys():
            schemas[name] = components['schemas'][name]
            pending.append(schemas[name])
    return {**document, 'paths': paths, 'components': {**components, 'schemas': schemas}}


def _references(part):
    text = json.dumps(part)
    prefix = '"#/components/schemas/'
    return {piece.split('"', 1)[0] for piece in text.split(prefix)[1:]}


def operations_of(document, slug):
    """Return {(method, path below the type's endpoint): operation}."""
    prefix = f'{API}{slug}/'
    return {
        (method, path.removeprefix(prefix)): resolved(document, operation)
        for path, operations in document['paths'].items()
        if path.startswith(prefix)
        for method, operation in operations.items()
    }


def resolved(document, operation):
    """Return an operation with parameters and answers in place of references to them."""

    def find(part):
        reference = part.get('$ref')
        if reference is None:
            return part
        _root, _components, kind, name = reference.split('/')
        return document['components'][kind][name]

    return {
        **operation,
        'parameters': [find(parameter) for parameter in operation.get('parameters', ())],
        'responses': {code: find(answer) for code, answer in operation['responses'].items()},
    }


def component(document, name, kind=''):
    return document['components']['schemas'][f'CustomObject{name}{kind}']


def assert_described_as_by_drf_spectacular(made):
    """What is put together of a template and of the type's own parts is what drf-spectacular makes of the endpoints."""
    CustomObjectType.objects.filter(pk=made.pk).update(config_context_enabled=True, description='All of them')
    make_field(made, 'hint', 'select', choices=['a', 'b'], context=True, required=True, deprecated=True)
    make_field(made, 'start', 'date', required=True, unique=True)
    names = schema_names(world().definitions.values())
    definition, component = world().definitions[made.pk], names[made.pk].component
    by_host = OneTypeGenerator(definition.slug, None, schema_names=names).get_schema(None, True)
    common = template(None, get_language())
    by_host = share(by_host, own_filters(get_filterset_class(made.get_model()), common), component)
    ours = merge(describe_common(common), [describe_type(definition, names, common)])
    assert ours.keys() == {'paths', 'components'}
    assert ours['components'].keys() == by_host['components'].keys()
    for kind, expected in by_host['components'].items():
        assert ours['components'][kind].keys() == expected.keys()
        for name in expected:
            assert as_text(ours['components'][kind][name]) == as_text(expected[name]), name
    assert as_text(ours['paths']) == as_text(by_host['paths'])


def as_text(part):
    """Return something that shows the order of keys, too."""
    return json.dumps(part, indent=1, default=str)


def errors_of(document):
    return [error.message for error in OpenAPIV30SpecValidator(document).iter_errors()]


def parameters(operation):
    return {parameter['name']: parameter for parameter in operation.get('parameters', ())}
