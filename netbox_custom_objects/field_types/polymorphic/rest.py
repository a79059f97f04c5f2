"""
Serializer fields of polymorphic references: `{"_content_type": "dcim.site", "id": 5, "display": "Berlin"}`.

May import DRF. Must name nothing that the reader may not view: such a target keeps its type and id and loses its name,
so that what is read can be written back.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress

from django.core.exceptions import ValidationError as ModelValidationError
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ...definitions import FieldDefinition
from ..shared.bounds import INT64_MAX, whole_number
from ..shared.rest import KNOWN_KEYS
from .keys import (
    Key,
    allowed_types,
    content_type_id_of,
    existing,
    existing_models,
    key_of,
    label_of,
    target_of,
    to_text,
    visible_keys,
)

ID_KEYS = ('id', 'object_id')
SCHEMA = {
    'type': 'object',
    'properties': {
        '_content_type': {'type': 'string', 'example': 'dcim.site'},
        'id': {'type': 'integer'},
        'display': {'type': 'string', 'readOnly': True},
    },
    'required': ['_content_type', 'id'],
}


def default_keys(values: list) -> list[Key]:
    """Return the keys in a default: dictionaries of integers `content_type_id` and `object_id`."""
    if not isinstance(values, list):
        raise ModelValidationError(_('Must be a list of dictionaries with content_type_id and object_id.'))
    return [_default_key(value) for value in values]


def _default_key(value) -> Key:
    if not isinstance(value, dict) or set(value) != {'content_type_id', 'object_id'}:
        raise ModelValidationError(_('Must be a dictionary with content_type_id and object_id.'))
    key = value['content_type_id'], value['object_id']
    if any(type(part) is not int or not 0 < part <= INT64_MAX for part in key):
        raise ModelValidationError(_('content_type_id and object_id must be positive integers.'))
    return key


class _Unusable(Exception):
    """What a client sent is not a reference; the first argument is the code of the error."""


def parse_key(data) -> Key:
    """
    Return the key that a dictionary names: its type in one of three ways, its id as `id` or `object_id`.

    Raises:
        _Unusable: it does not
    """
    if not isinstance(data, dict):
        raise _Unusable('not_a_dict')
    types = {_as_type(data[name]) for name in ('_content_type',) if data.get(name) is not None}
    if data.get('content_type_id') is not None:
        types.add(_as_type_id(data['content_type_id']))
    names = data.get('app_label'), data.get('model')
    if names != (None, None):
        types.add(_find(*names))
    ids = {_as_id(data[name]) for name in ID_KEYS if data.get(name) is not None}
    if not types or not ids:
        raise _Unusable('incomplete')
    if len(types) > 1 or len(ids) > 1:
        raise _Unusable('contradictory')
    return types.pop(), ids.pop()


def _as_type(value) -> int:
    if not isinstance(value, str) or '.' not in value:
        raise _Unusable('bad_type')
    return _find(*value.split('.', 1))


def _as_type_id(value) -> int:
    pk = _as_id(value, 'bad_type')
    if pk > 2**31 - 1 or target_of(pk) is None:
        raise _Unusable('bad_type')
    return pk


def _find(app_label, model) -> int:
    if not isinstance(app_label, str) or not isinstance(model, str):
        raise _Unusable('bad_type')
    found = content_type_id_of(app_label, model)
    if found is None:
        raise _Unusable('bad_type')
    return found


def _as_id(value, code='bad_id') -> int:
    if isinstance(value, str):
        value = whole_number(value)
    if type(value) is not int or not 0 < value <= INT64_MAX:
        raise _Unusable(code)
    return value


class PolymorphicMixin:
    """Reads and writes references of one field."""

    default_error_messages = {
        'not_a_dict': _('Give a dictionary with _content_type (or content_type_id, or app_label and model) and id.'),
        'incomplete': _(
            'Both the type (_content_type, or content_type_id, or app_label and model) and id are required.'
        ),
        'contradictory': _('The type or the ID is given twice, with different values.'),
        'bad_type': _('Unknown object type.'),
        'bad_id': _('The ID of an object must be a positive integer.'),
        'not_allowed': _('Objects of type {type} are not allowed here. Allowed types: {allowed}.'),
        'missing': _('Object does not exist: {reference}.'),
    }

    def __init__(self, field: FieldDefinition, **kwargs):
        self.definition = field
        super().__init__(**kwargs)

    def __deepcopy__(self, memo):
        # DRF copies a declared field with its arguments for every request, and definitions are immutable.
        return type(self)(*self._args, **self._kwargs)

    @property
    def choices(self) -> dict[str, str]:
        """The names of the allowed types, by what `_content_type` says, which an OPTIONS request shows."""
        models = existing_models(self.definition)
        return {target.label: model._meta.verbose_name for target, model in models.items()}

    def parse(self, data) -> Key:
        """Return the key of an allowed object, which may not exist."""
        try:
            key = parse_key(data)
        except _Unusable as error:
            self.fail(error.args[0])
        if key[0] not in allowed_types(self.definition):
            allowed = ', '.join(target.label for target in self.definition.targets)
            self.fail('not_allowed', type=label_of(key), allowed=allowed)
        return key

    def find(self, keys: Iterable[Key]) -> dict[Key, object]:
        """Return the objects that exist, by key; those that a list names were read ahead."""
        known, keys = self.context.get(KNOWN_KEYS, {}), set(keys)
        return {**{key: known[key] for key in keys & known.keys()}, **existing(keys - known.keys())}

    def keys_in(self, data) -> Iterator[Key]:
        """Yield the keys that a value names; errors are reported when it is validated."""
        for item in data if isinstance(data, list) else [data]:
            with suppress(serializers.ValidationError):
                yield self.parse(item)

    def represent(self, target) -> dict:
        """Return the shape of an object."""
        key = key_of(target)
        display = str(target) if key in self._visible() else ''
        return {'_content_type': label_of(key), 'id': key[1], 'display': display}

    def _visible(self) -> set[Key]:
        """Return the keys of the objects on this page that the reader may view, asked once for the whole page."""
        request = self.context.get('request')
        found = self.context.setdefault('_visible_targets', {})
        if (kept := found.get(self.definition.id)) and kept[0] is self.root.instance:
            return kept[1]
        root = self.root.instance
        instances = [root] if hasattr(root, '_meta') else list(root if root is not None else ())
        targets = [target for instance in instances for target in self.targets_of(instance)]
        # Events are serialised without a request, for receivers that are trusted with everything.
        keys = visible_keys(request.user if request else None, targets)
        found[self.definition.id] = root, keys
        return keys

    def targets_of(self, instance) -> list:
        raise NotImplementedError


@extend_schema_field({**SCHEMA, 'nullable': True})
class PolymorphicField(PolymorphicMixin, serializers.Field):
    """One object of an allowed type."""

    def run_validation(self, data=serializers.empty):
        if data == '':  # DRF would take it for null
            self.fail('not_a_dict')
        return super().run_validation(data)

    def to_representation(self, value):
        return self.represent(value)

    def to_internal_value(self, data):
        key = self.parse(data)
        found = self.find([key])
        if key not in found:
            self.fail('missing', reference=to_text(key))
        return found[key]

    def targets_of(self, instance):
        target = getattr(instance, self.definition.name, None)
        return [] if target is None else [target]


@extend_schema_field({'type': 'array', 'items': SCHEMA})
class PolymorphicListField(PolymorphicMixin, serializers.Field):
    """Many objects of allowed types; null is an empty list, and objects that are named twice count once."""

    default_error_messages = {
        'not_a_list': _('Expected a list of items but got type "{input_type}".'),
        'empty': _('This list may not be empty.'),
    }

    def __init__(self, field, allow_empty=True, **kwargs):
        self.allow_empty = allow_empty
        super().__init__(field, **kwargs)

    def run_validation(self, data=serializers.empty):
        return super().run_validation([] if data is None else data)

    def to_representation(self, value):
        return [self.represent(target) for target in value.all()]

    def to_internal_value(self, data):
        if not isinstance(data, list):
            self.fail('not_a_list', input_type=type(data).__name__)
        if not data and not self.allow_empty:
            self.fail('empty')
        keys, errors = {}, {}
        for index, item in enumerate(data):
            try:
                keys[index] = self.parse(item)
            except serializers.ValidationError as error:
                errors[index] = error.detail
        found = self.find(keys.values())
        for index, key in keys.items():
            if key not in found:
                errors[index] = [self.error_messages['missing'].format(reference=to_text(key))]
        if errors:
            raise serializers.ValidationError(dict(sorted(errors.items())))
        return [found[key] for key in dict.fromkeys(keys.values())]

    def targets_of(self, instance):
        return list(getattr(instance, self.definition.name).all())
