"""
Writes to deprecated types, and to fields that are deprecated or computed: refused, unless they leave every value as it
is.

May import field_types and runtime. Only requests come through here: merges, reverts and scripts write what they must.
"""

import json

from django.db import models
from django.utils.functional import cached_property
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.utils.encoders import JSONEncoder

from ...definitions import FieldDefinition
from ...field_types import field_type_of
from ...field_types.base import EMPTY_VALUES
from ...field_types.shared.deprecation import closed
from ...runtime.classes.memo import surfaced_fields


class DeprecationMixin(serializers.Serializer):
    """
    Keeps the values of deprecated and computed fields: a new object has their defaults, an existing one what it holds.

    A client may send back what it has read, in either form, as a PUT does.
    """

    def run_validation(self, data=empty):
        definition = self.Meta.model._definition
        if definition.deprecated:
            raise serializers.ValidationError({'non_field_errors': [closed(definition)]})
        return super().run_validation(data)

    @cached_property
    def _closed(self) -> dict[str, FieldDefinition]:
        """The fields whose values requests cannot set, by key."""
        return {
            key: field
            for field in surfaced_fields(self.Meta.model)
            if field_type_of(field).refusal(field)
            for key in field_type_of(field).get_serializer_names(field)
            if key in self.fields
        }

    def to_internal_value(self, data):
        if not self._closed or not hasattr(data, 'keys'):
            return super().to_internal_value(data)
        sent = {key for key in self._closed if key in data}
        if kept := {key for key in sent if self._is_as_read(key, data[key])}:
            data = data.copy()
            for key in kept:
                del data[key]
        values = super().to_internal_value(data)
        refused = {}
        for key, field in self._closed.items():
            source = self.fields[key].source
            if key in sent - kept and (
                self.fields[key].read_only or _comparable(values.get(source)) != _comparable(self._held(key, field))
            ):
                refused[key] = [field_type_of(field).refusal(field)]
            if self.instance is not None:
                values.pop(source, None)
        if refused:
            raise serializers.ValidationError(refused)
        return values

    def _is_as_read(self, key: str, sent) -> bool:
        """Whether a value is what a GET shows."""
        if self.instance is None:
            return False
        field = self.fields[key]
        shown = field.get_attribute(self.instance)
        shown = None if shown is None else field.to_representation(shown)
        return json.loads(json.dumps(shown, cls=JSONEncoder)) == sent

    def _held(self, key: str, field: FieldDefinition):
        """Return what the object holds under a key; of a new one, what it would hold if the key was not sent."""
        if self.instance is not None:
            return getattr(self.instance, self.fields[key].source)
        if field_type_of(field).many:
            return self.fields[key].get_default() if field.default else None
        return getattr(self.Meta.model(), self.fields[key].source)


def _comparable(value):
    """Return something that is equal for equal values: objects by class and id, in any order, and nothing as None."""
    if hasattr(value, 'all'):
        value = list(value.all())
    if isinstance(value, models.Model):
        return type(value)._meta.label, value.pk
    if isinstance(value, (list, tuple)) and any(isinstance(item, models.Model) for item in value):
        return {_comparable(item) for item in value}
    return None if value in EMPTY_VALUES else value
