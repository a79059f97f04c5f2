"""
What operations of all types have in common, written once: parameters and answers as components of the document.

May import the standard library only. Components are named by their content, so that descriptions of types can be put
together that were made at different times.
"""

import json
from collections.abc import Collection
from hashlib import sha256

PARAMETERS, RESPONSES = 'parameters', 'responses'
# What a parameter in the query has by itself, according to OpenAPI.
DEFAULTS = {'explode': True, 'style': 'form'}


def share(document: dict, own_parameters: Collection[str], own_component: str) -> dict:
    """
    Return a document of one type in which operations refer to what is not the type's own.

    Args:
        document: as drf-spectacular makes it
        own_parameters: names of parameters that stay where they are: filters by the type's fields
        own_component: what the names of the type's components contain
    """
    shared: dict[str, dict[str, dict]] = {PARAMETERS: {}, RESPONSES: {}}

    def shortened(operation: dict) -> dict:
        found = dict(operation)
        if PARAMETERS in operation:
            found[PARAMETERS] = [
                one if one['name'] in own_parameters else _refer(shared[PARAMETERS], PARAMETERS, one['name'], one)
                for one in map(without_defaults, operation[PARAMETERS])
            ]
        answers = found[RESPONSES] = dict(operation[RESPONSES])
        for code, answer in answers.items():
            if own_component not in json.dumps(answer):
                answers[code] = _refer(shared[RESPONSES], RESPONSES, f'Answer{code}', answer)
        return found

    paths = {
        path: {method: shortened(operation) for method, operation in item.items()}
        for path, item in document['paths'].items()
    }
    found = {kind: dict(sorted(components.items())) for kind, components in shared.items()}
    return {**document, 'paths': paths, 'components': {**document['components'], **found}}


def without_defaults(parameter: dict) -> dict:
    """Return a parameter without those keys that have their default."""
    if parameter['in'] != 'query':
        return parameter
    return {name: value for name, value in parameter.items() if name not in DEFAULTS or DEFAULTS[name] != value}


def _refer(components: dict, kind: str, name: str, content: dict) -> dict:
    digest = sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:6]
    components[f'{name}_{digest}'] = content
    return {'$ref': f'#/components/{kind}/{name}_{digest}'}
