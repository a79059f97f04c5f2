"""
Reads a document from JSON or YAML, and says everything that is wrong with it, and what of it is not understood.

May import jsonschema and PyYAML. Nothing is asked of the database here.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import islice

import yaml
from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator

from .errors import FORMAT, Fault, InvalidDocument, Path, path_text

# A document is refused if it is larger: in bytes of its text, in values once its aliases are resolved, in depth.
LONGEST_TEXT, MOST_VALUES, DEEPEST = 20_000_000, 300_000, 50
# Keys that YAML's merge keys (`<<`) bring into mappings: a few lines can ask for billions.
MOST_MERGED = 200_000
# Faults of the format that are listed: a document of another kind has one for each of its values.
MOST_FAULTS = 1000
# What is quoted of a fault: it may be about a whole document.
LONGEST_MESSAGE = 300
_TAG = 'tag:yaml.org,2002:'

# What there is only one of: (list, key, what the list stands in, whether letter case counts).
# Lists of a type, and what is in them.
_PARTS = (('fields', 'field'), ('removed_fields', 'removed_field'), ('constraints', 'constraint'))
_UNIQUE = (('choice_sets', 'name', True), ('types', 'slug', False), ('types', 'name', False))


@cache
def json_schema() -> dict:
    """Return the JSON Schema of the format."""
    return json.loads(files(__package__).joinpath('cot_schema_v1.json').read_text())


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json_schema())


class _Loader(getattr(yaml, 'CSafeLoader', yaml.SafeLoader)):
    """YAML as documents use it: `no` and `2024-05-01` are texts, as in JSON and YAML 1.2; no key stands there twice."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key_node, _value in node.value:
            if key_node.tag == f'{_TAG}merge':
                continue
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise yaml.constructor.ConstructorError(None, None, _('a key is not a text'), key_node.start_mark)
            if key in seen:
                raise _repeated(key, key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)

    def flatten_mapping(self, node):
        is_merged = any(key.tag == f'{_TAG}merge' for key, _value in node.value)
        super().flatten_mapping(node)
        self.merged = getattr(self, 'merged', 0) + (len(node.value) if is_merged else 0)
        if self.merged > MOST_MERGED:
            raise yaml.constructor.ConstructorError(None, None, _('too many keys are merged'), node.start_mark)


def _check_size(text: str) -> None:
    """Raise an error if YAML is too large, or nested too deeply: libyaml would end the process before it says so."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=_Loader)):
        if count > 2 * MOST_VALUES:  # keys and values
            raise ValueError(_('The document is too large.'))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise RecursionError
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _repeated(key: str, mark):
    return yaml.constructor.ConstructorError(None, None, _('the key {key} is repeated').format(key=key), mark)


# What a plain word of YAML means; all other words are texts. All of these are quoted where they are texts.
_WORDS = (
    ('bool', r'^(?:true|True|TRUE|false|False|FALSE)$', 'tTfF'),
    ('int', r'^[-+]?(?:0|[1-9][0-9]*)$', '-+0123456789'),
    ('float', r'^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+][0-9]+)?$', '-+.0123456789'),
    ('null', r'^(?:~|null|Null|NULL|)$', ['~', 'n', 'N', '']),
    ('merge', r'^(?:<<)$', '<'),
)
_Loader.yaml_implicit_resolvers = {}
for _name, _pattern, _first in _WORDS:
    _Loader.add_implicit_resolver(f'{_TAG}{_name}', re.compile(_pattern), list(_first))


def parse_stream(stream) -> dict:
    """Return the document that a binary stream holds, as `parse` does, and read no more of it than can be one."""
    return parse(stream.read(LONGEST_TEXT + 1))


def parse(text: str | bytes) -> dict:
    """
    Return a document that is written in JSON or YAML; it has yet to be checked.

    Raises:
        InvalidDocument: it is neither
    """
    try:
        if len(text) > LONGEST_TEXT:
            raise ValueError(_('The document is too large.'))
        text = text.decode('utf-8-sig') if isinstance(text, bytes) else text
        if text.lstrip().startswith('{'):
            return json.loads(text, object_pairs_hook=_mapping, parse_constant=_not_a_number)
        _check_size(text)
        return yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise _unreadable(' '.join(str(error).split())) from error
    except RecursionError as error:
        raise _unreadable(_('The document is nested too deeply.')) from error
    except ValueError as error:
        raise _unreadable(str(error)) from error


def _mapping(pairs: list[tuple]) -> dict:
    found = dict(pairs)
    if len(found) < len(pairs):
        times = Counter(name for name, _value in pairs)
        raise ValueError(_('The key {key} is repeated.').format(key=next(n for n in times if times[n] > 1)))
    return found


def _not_a_number(text: str):
    raise ValueError(_('{text} is not a value of JSON.').format(text=text))


def _unreadable(message: str) -> InvalidDocument:
    return InvalidDocument([Fault((), message, FORMAT)])


def check(document) -> list[str]:
    """
    Check a document as far as that is possible without an instance; return a warning for each key that is not known.

    Raises:
        InvalidDocument: with all faults
    """
    for faults in (_unusable_values(document), _violations(document), _contradictions(document)):
        if found := list(islice(faults, MOST_FAULTS)):
            raise InvalidDocument(found)
    return list(_unknown_keys(document))


def _violations(document) -> Iterator[Fault]:
    """Yield a fault for each rule of the JSON Schema that is violated, in order of their places."""
    errors = islice(_validator().iter_errors(document), MOST_FAULTS)
    for error in sorted(errors, key=lambda error: [str(part) for part in error.absolute_path]):
        yield Fault(tuple(error.absolute_path), _sentence(error), FORMAT)


def _sentence(error) -> str:
    message = error.message
    return message if len(message) < LONGEST_MESSAGE else f'{message[:LONGEST_MESSAGE]}…'


def _unusable_values(document) -> Iterator[Fault]:
    """Yield a fault for each value that no database could store, and for a document that is too large or too deep."""
    waiting, count = [((), document)], 0
    while waiting:
        path, value = waiting.pop()
        count += 1
        if count > MOST_VALUES or len(path) > DEEPEST:
            yield Fault((), _('The document is too large, or nested too deeply.'), FORMAT)
            return
        if isinstance(value, dict):
            waiting += [((*path, key), part) for pair in value.items() for key, part in _both(*pair)]
        elif isinstance(value, list):
            waiting += [((*path, index), part) for index, part in enumerate(value)]
        elif isinstance(value, str):
            if '\x00' in value or any('\ud800' <= letter <= '\udfff' for letter in value):
                yield Fault(_printable(path), _('This text has characters that cannot be stored.'), FORMAT)
        elif isinstance(value, float) and not math.isfinite(value):
            yield Fault(path, _('{text} is not a value of JSON.').format(text=value), FORMAT)
        elif not (value is None or isinstance(value, (bool, int, float))):
            yield Fault(path, _('Values of this type cannot be part of a document.'), FORMAT)


def _both(key, value) -> Iterator[tuple]:
    """Yield what is to be looked at of an entry of a mapping: its value, and its key if that may be unusable."""
    if not isinstance(key, str) or not key.isprintable():
        yield _printable((key,))[0], key if isinstance(key, str) else object()
    yield key, value


def _printable(path: Path) -> Path:
    return tuple(part if isinstance(part, int) else ascii(part)[1:-1] for part in path)


def _contradictions(document: dict) -> Iterator[Fault]:
    """Yield a fault for everything that a document says twice."""
    for group, key, counts in _UNIQUE:
        yield from _repetitions((group,), document.get(group, []), key, counts)
    for index, type_ in enumerate(document['types']):
        path, fields, removed = ('types', index), type_.get('fields', []), type_.get('removed_fields', [])
        for key in ('id', 'name'):
            yield from _repetitions((*path, 'fields'), fields, key)
        yield from _repetitions((*path, 'removed_fields'), removed, 'id')
        yield from _repetitions((*path, 'constraints'), type_.get('constraints', []), 'name')
        kept = {field['id'] for field in fields}
        for number, field in enumerate(removed):
            if field['id'] in kept:
                yield Fault((*path, 'removed_fields', number, 'id'), _('A field with this id is among the fields.'))
        primary = [number for number, field in enumerate(fields) if field.get('primary')]
        for number in primary[1:]:
            yield Fault((*path, 'fields', number, 'primary'), _('Only one field can name the objects.'))


def _repetitions(path: Path, entries: list[dict], key: str, counts: bool = True) -> Iterator[Fault]:
    seen = set()
    for index, entry in enumerate(entries):
        value = entry[key] if counts else entry[key].lower()
        if value in seen:
            yield Fault((*path, index, key), _('Duplicate value: {value}.').format(value=entry[key]))
        seen.add(value)


def _unknown_keys(document: dict) -> Iterator[str]:
    schema = json_schema()
    places = [((), document, schema)]
    places += [(('choice_sets', n), found, 'choice_set') for n, found in enumerate(document.get('choice_sets', []))]
    for index, type_ in enumerate(document['types']):
        path = ('types', index)
        places.append((path, type_, 'type'))
        for group, name in _PARTS:
            places += [((*path, group, number), found, name) for number, found in enumerate(type_.get(group, []))]
    for path, found, name in places:
        known = (name if isinstance(name, dict) else schema['$defs'][name])['properties']
        for key in found:
            if key not in known:
                yield _('{path} is unknown and was ignored.').format(path=path_text((*path, key)))
