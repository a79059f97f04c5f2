"""
Serializer fields of values that DRF has no field for: references and choices.

May import DRF and NetBox's API helpers. Must refuse all invalid input with a ValidationError: an exception of
another kind would be answered with a 500.
"""

import json
from copy import copy
from functools import cache, cached_property

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.relations import ManyRelatedField

from netbox.api.fields import SerializedPKRelatedField
from netbox.api.serializers import BaseModelSerializer
from utilities.api import get_related_object_by_attrs

from ...definitions import ChoiceSetRef
from .choice_sets import choices_of

# Where a serializer's context holds the targets that a bulk request has read ahead: {model: {id: object}}.
KNOWN_TARGETS = 'known_targets'
# Where it holds, while a list is validated, what targets were found by their attributes: {(model, attributes): object};
# and the targets of polymorphic references: {key: object}.
FOUND_TARGETS = 'found_targets'
KNOWN_KEYS = 'known_keys'


class ReferenceField(SerializedPKRelatedField):
    """
    One object of another model: reads as its brief shape.

    Is written as a primary key, as a dictionary of attributes, or as it is read.
    """

    default_error_messages = {
        'unusable': _('Enter the ID of one object, or a dictionary of attributes that identifies it.'),
        'no_attribute': _('Objects cannot be identified by this attribute: {name}'),
    }

    def __init__(self, serializer, **kwargs):
        super().__init__(serializer, nested=True, **kwargs)

    def use_pk_only_optimization(self):
        return False

    def run_validation(self, data=serializers.empty):
        if data == '':  # DRF would take it for null
            self.fail('unusable')
        return super().run_validation(data)

    def get_queryset(self):
        # Asked of the manager each time, which knows the branch that the request is made in.
        return self.serializer.Meta.model.objects.all()

    @property
    def known_targets(self) -> dict:
        """Objects of the target's model that were read ahead, by ID."""
        return self.context.get(KNOWN_TARGETS, {}).get(self.serializer.Meta.model, {})

    def to_internal_value(self, data):
        data = as_key(data)
        if type(data) is int and (known := self.known_targets.get(data)) is not None:
            return known
        if _is_unusable(data):
            self.fail('unusable')
        if isinstance(data, dict) and (name := _no_attribute(self.serializer.Meta.model, data)):
            self.fail('no_attribute', name=name)
        try:
            return self._find(data)
        except (TypeError, ValueError, OverflowError):
            # Values that the target's columns cannot hold, such as text for an ID.
            self.fail('unusable')

    def to_representation(self, value):
        if self._shown is None:
            return super().to_representation(value)
        # By identity, as objects that are read together refer to the same ones in memory.
        if (found := self._shown.get(id(value))) is None:
            found = self._shown[id(value)] = value, super().to_representation(value)
        return copy(found[1])

    @cached_property
    def _shown(self) -> dict[int, tuple[Model, dict]] | None:
        """Representations of the targets of a list, by the ID of the instance in memory; None for a single object."""
        return {} if isinstance(self.root, serializers.ListSerializer) else None

    def _find(self, data):
        """Return the object that an ID or attributes stand for; of a list, objects share what was found."""
        request, found = self.context.get('request'), self.context.get(FOUND_TARGETS, {})
        key = self.serializer.Meta.model, json.dumps(data, sort_keys=True)
        if key not in found:
            user = request.user if request else None
            found[key] = get_related_object_by_attrs(self.get_queryset(), data, user=user)
        return found[key]


def as_key(data):
    """Return the ID of an object in the shape in which it is read; anything else as it is."""
    return data['id'] if isinstance(data, dict) and data.keys() >= {'id', 'display'} else data


def _is_unusable(data) -> bool:
    if isinstance(data, dict):
        return not data or any(_is_unusable(value) for value in data.values() if isinstance(value, (dict, list, str)))
    return data == '' or isinstance(data, (bool, float, list)) or '\x00' in str(data)


def _no_attribute(model: type[Model], attributes: dict) -> str | None:
    """
    Return a key that is not a column of a model, or of its targets; None if all are.

    NetBox takes any lookup, which would tell what is in objects that refer to this one, and in parts of values.
    """
    for name, value in attributes.items():
        try:
            column = model._meta.pk if name == 'pk' else model._meta.get_field(name)
        except FieldDoesNotExist:
            return name
        if not getattr(column, 'concrete', False) or (isinstance(value, dict) and not column.is_relation):
            return name
        if isinstance(value, dict) and (found := _no_attribute(column.related_model, value)):
            return found
    return None


class ReferenceListField(ManyRelatedField):
    """Many objects of another model; null is an empty list, and objects that are named twice count once."""

    default_error_messages = {
        'not_found': _('Related object not found using the provided numeric ID: {id}'),
    }

    def __init__(self, serializer, **kwargs):
        super().__init__(child_relation=ReferenceField(serializer), **kwargs)

    def get_attribute(self, instance):
        # Making a manager takes longer than what it would return.
        prefetched = getattr(instance, '_prefetched_objects_cache', {}).get(self.source)
        return super().get_attribute(instance) if prefetched is None else prefetched

    def run_validation(self, data=serializers.empty):
        return super().run_validation([] if data is None else data)

    def to_internal_value(self, data):
        if not isinstance(data, (list, tuple)):
            self.fail('not_a_list', input_type=type(data).__name__)
        if not data and not self.allow_empty:
            self.fail('empty')
        data = [as_key(item) for item in data]
        # Plain IDs are looked up together: one query, however many there are.
        ids = {item for item in data if type(item) is int}
        by_id = self.child_relation.known_targets
        if unknown := ids - by_id.keys():
            by_id = {**by_id, **self.child_relation.get_queryset().in_bulk(unknown)}
        targets = {}
        for item in data:
            if type(item) is not int:
                target = self.child_relation.run_validation(item)
            elif (target := by_id.get(item)) is None:
                self.fail('not_found', id=item)
            targets[target.pk] = target
        return list(targets.values())


class ReferenceListDefault:
    """The default of a many-valued reference: those of its targets that exist."""

    requires_context = True

    def __init__(self, ids: list[int]):
        self.ids = ids

    def __call__(self, serializer_field):
        return list(serializer_field.child_relation.get_queryset().filter(pk__in=self.ids))


@cache
def plain_serializer(target: type) -> type:
    """Return a serializer for targets that have none of their own, because NetBox does not offer them in its API."""
    meta = type('Meta', (), {'model': target, 'fields': ('id', 'display')})
    return type(f'Plain{target.__name__}Serializer', (BaseModelSerializer,), {'__module__': __name__, 'Meta': meta})


class ParsedTextField(serializers.CharField):
    """Text that `parse` turns into what the attribute holds, or refuses; numbers are refused."""

    def __init__(self, parse, **kwargs):
        self.parse = parse
        super().__init__(**kwargs)

    def to_internal_value(self, data):
        if not isinstance(data, str):
            self.fail('invalid')
        try:
            return self.parse(data)
        except ValidationError as error:
            raise serializers.ValidationError(error.messages) from error


def held_values(value) -> list[str]:
    """Return the choices in the value of an attribute, which holds one, or a list of them, or nothing."""
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str) and item]


class ChoiceValueField(serializers.Field):
    """
    One value of a choice set: reads as `{"value", "label"}`, is written as the bare value or as it is read.

    What the object holds already may be sent back, even if it is gone from the set.
    """

    default_error_messages = {
        'nested': _('Pass the value directly, or as a dictionary with value and label.'),
        'blank': _('This field may not be blank.'),
        'invalid_choice': _('{value} is not a valid choice.'),
    }

    def __init__(self, ref: ChoiceSetRef | None, **kwargs):
        # The reference and not the choices: DRF copies the arguments of every field for every request.
        self.ref = ref
        super().__init__(**kwargs)

    @property
    def choices(self) -> dict[str, str]:
        """The labels by value, which an OPTIONS request shows."""
        return choices_of(self.ref).labels if self.ref else {}

    def to_representation(self, value):
        return {'value': value, 'label': self.choices.get(value, value)}

    def to_internal_value(self, data):
        if isinstance(data, dict) and 'value' in data and data.keys() <= {'value', 'label'}:
            data = data['value']
        if data is None or isinstance(data, (dict, list)):
            self.fail('nested')
        if data == '':
            self.fail('blank')
        if str(data) not in self.choices and data not in self._held():
            self.fail('invalid_choice', value=data)
        return str(data)

    def _held(self) -> list[str]:
        field = self.parent if isinstance(self.parent, serializers.ListField) else self
        return held_values(getattr(field.parent.instance, field.source, None))


class ChoiceValueListField(serializers.ListField):
    """A list of values of a choice set, in the order given, without repetitions."""

    def to_internal_value(self, data):
        return list(dict.fromkeys(super().to_internal_value(data)))
