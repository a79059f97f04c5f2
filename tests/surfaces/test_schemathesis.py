"""
schemathesis sends what the OpenAPI schema allows, and what it does not; every answer must be one that the schema names.

Bounded and repeatable: three examples of each operation, or 25 in `make test-long`. For a longer search:
`SCHEMATHESIS_EXAMPLES=200 pytest tests/surfaces/test_schemathesis.py`.
"""

import os

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from dcim.models import Site
from users.models import Token

from tests.field_types.cases import CASES
from tests.support.factories import make_object, make_type
from tests.surfaces.openapi import get_schema, our_part, resolved
from tests.surfaces.rest import Rest, superuser

EXAMPLES = int(os.environ.get('SCHEMATHESIS_EXAMPLES', 25 if os.environ.get('NCO_LONG') else 3))
# Of other endpoints it is only asked that they do not fail.
OTHERS = ('/branches/',)
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# They choose keys of the answer, which the schema describes with all of them.
CHOOSING_KEYS = {'brief', 'fields', 'omit'}


@pytest.fixture
def types(sites):
    """A type with a field of each kind, and one that is hard to please and refers to the first."""
    everything = make_type('everything', fields=[
        {'name': 'title', 'primary': True, 'context': False},
        *(
            {'name': f'a_{case.type}', 'type': case.type, **renamed(case.type, case.needs())}
            for case in {case.type: case for case in CASES}.values()
        ),
    ])  # fmt: skip
    strict = make_type('strict', fields=[
        {'name': 'code', 'required': True, 'unique': True, 'validation_regex': '^[a-z]{1,5}$'},
        {'name': 'size', 'type': 'integer', 'validation_minimum': 1, 'validation_maximum': 9, 'context': True},
        {'name': 'parent', 'type': 'object', 'target': everything, 'on_delete_behavior': 'protect'},
        {'name': 'sites', 'type': 'multiobject', 'target': Site, 'required': True},
        {'name': 'state', 'type': 'select', 'choices': ['on', 'off'], 'default': 'on'},
    ])  # fmt: skip
    parent = make_object(everything, title='First')
    make_object(everything, title='Second')
    make_object(strict, code='abc', size=3, parent=parent, sites=sites)
    return [everything, strict]


def renamed(name, needs):
    if 'choice_set' in needs:  # its name is the same in all cases
        needs['choice_set'].name = name
        needs['choice_set'].save()
    return needs


# No worker runs here that such a job could be left to.
BACKGROUND = 'background'


@pytest.fixture
def api(types, sites):
    """The schema of the plugin's endpoints, of each type's for itself, with IDs of which some exist."""
    user = superuser()
    document = our_part(get_schema(Rest(user)))
    document['paths'] = {path: item for path, item in document['paths'].items() if '{custom_object_type}' not in path}
    ids = [sites[0].pk, 10**9, 0, -1, 2**63 - 1, 2**63]
    document['components']['schemas']['ObjectReference']['oneOf'][0] = {'type': 'integer', 'enum': ids}
    models = {custom_object_type.slug: custom_object_type.get_model() for custom_object_type in types}
    for path, item in document['paths'].items():
        model = next((model for slug, model in models.items() if f'/{slug}/' in path), None)
        known = [*model.objects.values_list('pk', flat=True)] if model else [types[0].pk]
        for operation in item.values():
            shown = resolved(document, operation)['parameters']
            operation['parameters'] = [
                {**parameter, 'schema': {'type': 'integer', 'enum': [*known, *ids[1:]]}}
                if parameter['in'] == 'path'
                else parameter
                for parameter in shown
                if parameter['name'] not in (*CHOOSING_KEYS, BACKGROUND)
            ]
    loaded = schemathesis.openapi.from_dict(document)
    loaded.app = WSGIHandler()
    # As Django's test client does: the connection outlives the requests.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    token = Token(user=user)
    token.save()
    yield loaded, {'Authorization': f'Bearer nbt_{token.key}.{token.token}'}
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_what_it_has_found(db):
    """Requests that were answered with a 500 once."""
    rest = Rest(superuser())
    for path in ('custom-object-types/', 'custom-object-type-fields/'):
        assert 'name__iregex' in rest.get(path, name__iregex='+', expect=400)
        assert 'created' in rest.get(path, created='2361-07-18T17:15:05-20:24', expect=400)
        assert rest.get(path, name__isw='null')['count'] == 0
    for tags in ([{'': 1}], [{'no_such': 1}]):
        for key in ('tags', 'add_tags', 'remove_tags'):
            assert key in rest.post('custom-object-types/', {'name': 'a', 'slug': 'a', key: tags}, expect=400)


@pytest.mark.slow
def test_every_answer_is_one_that_the_schema_names(api):
    schema, headers = api
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) >= 4 * 9
    failures = []
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                try_out(operation, mode, headers)
            except (Exception, ExceptionGroup) as failure:
                failures.append(failure)
    if failures:
        raise ExceptionGroup('wrong answers', failures)


def try_out(operation, mode, headers):
    """Send some examples of an operation, each in a transaction that is rolled back."""
    checks = CHECKS[:1] if any(part in operation.path for part in OTHERS) else CHECKS

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, suppress_health_check=[*HealthCheck]
    )
    def send(case):
        try:
            with transaction.atomic():
                response = case.call(headers=headers)
                transaction.set_rollback(True)
        finally:
            transaction.get_connection().needs_rollback = False
        # What is no number at the end of the path makes it no URL of the plugin, and Django answers.
        is_ours = str(case.path_parameters.get('id', 0)).isdecimal()
        case.validate_response(response, checks=checks if is_ours else CHECKS[:1])

    send()
