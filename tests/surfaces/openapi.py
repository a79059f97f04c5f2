"""Asks for the OpenAPI schema as a client does."""

import functools
import json
from itertools import product

from django.conf import settings
from django.core.cache import cache
from django.urls import include, path
from django.utils.translation import get_supported_language_variant, override
from drf_spectacular.generators import SchemaGenerator as HostGenerator

from netbox.api.views import StatusView

from netbox_custom_objects.api.openapi.generator import host_key
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
        cache.set(key, small_host())


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
