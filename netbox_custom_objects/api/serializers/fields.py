"""Serializer of the fields of custom object types (contract 4.2)."""

from collections.abc import Collection

from django.core.exceptions import ValidationError as ModelValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.models import ObjectType
from netbox.api.serializers import ChangeLogMessageSerializer, ValidatedModelSerializer

from ...choices import ObjectFieldOnDeleteChoices
from ...constants import APP_LABEL, COMMON_MODEL
from ...definitions import CONDITIONS, type_id_from_model_name
from ...field_types import FIELD_TYPES
from ...field_types.json import DocumentField
from ...field_types.polymorphic.keys import content_type_id_of
from ...field_types.shared.bounds import whole_number
from ...field_types.shared.digits import IntegerValueField
from ...models import CustomObjectType, CustomObjectTypeField
from ...runtime.linked_defaults import shown_path
from ...runtime.rights import is_known_to_reader
from ...runtime.shown import shown_condition, shown_expression
from ...services.dependents import updating_dependents
from .common import CheckedMessageMixin, ExpressionField

TARGETS = 'related_object_types'


def find_object_type(app_label: str, model: str, present: Collection[int] = ()) -> ObjectType | None:
    """
    Return an object type that fields can refer to, None if the user of the request knows none of this name.

    Args:
        app_label: of a Django app, or `custom-objects`
        model: a model name of that app in lower case; for custom object types the slug will do, too
        present: ids of those that are known in any case
    """
    pk = content_type_id_of(app_label, model)
    object_type = pk and ObjectType.objects.filter(pk=pk).first()
    return object_type if object_type and exists_here(object_type, present) else None


def exists_here(object_type: ObjectType, present: Collection[int] = ()) -> bool:
    """Whether the current schema has the model: object types outlive plugins, deleted types and other branches."""
    if object_type.app_label == APP_LABEL and (type_id := type_id_from_model_name(object_type.model)) is not None:
        is_known = object_type.pk in present or is_known_to_reader(type_id)
        return is_known and CustomObjectType.objects.filter(pk=type_id).exists()
    if (object_type.app_label, object_type.model) == (APP_LABEL, COMMON_MODEL):
        return False
    return object_type.model_class() is not None


def targets_of(field) -> set[int]:
    """Return the ids of what a field refers to already; of None, and of several fields, none."""
    if not isinstance(field, CustomObjectTypeField):
        return set()
    return {field.related_object_type_id, *(found.pk for found in field.intended_targets())}


class ObjectTypeField(serializers.RelatedField):
    """An object type: reads as `{id, app_label, model}`, is written as a primary key or as such a dict."""

    default_error_messages = {
        'unusable': _('Give the ID of an object type, or a dictionary with app_label and model.'),
        'unknown': _('Unknown object type: {value}'),
    }

    def use_pk_only_optimization(self):
        return False

    def to_representation(self, value):
        return {'id': value.pk, 'app_label': value.app_label, 'model': value.model}

    def to_internal_value(self, data):
        if isinstance(data, dict):
            names = data.get('app_label'), data.get('model')
            if not all(isinstance(name, str) and name and '\x00' not in name for name in names):
                self.fail('unusable')
            found = find_object_type(*names, self._present())
        elif type(data) is int or (isinstance(data, str) and data.isdecimal()):
            found = self.get_queryset().filter(pk=whole_number(data)).first()
            found = found if found is not None and exists_here(found, self._present()) else None
        else:
            self.fail('unusable')
        if found is None:
            self.fail('unknown', value=data)
        return found

    def _present(self) -> set[int]:
        serializer = self.parent.parent if isinstance(self.parent, serializers.ManyRelatedField) else self.parent
        return targets_of(serializer.instance)


class CustomObjectTypeFieldSerializer(CheckedMessageMixin, ChangeLogMessageSerializer, ValidatedModelSerializer):
    """A field of a type. Its target is written as `app_label` and `model`, or as `related_object_type`."""

    # The limits of values.
    serializer_field_mapping = {
        **ValidatedModelSerializer.serializer_field_mapping,
        models.BigIntegerField: IntegerValueField,
    }

    app_label = serializers.CharField(write_only=True, required=False, allow_null=True)
    model = serializers.CharField(write_only=True, required=False, allow_null=True)
    default = DocumentField(required=False, allow_null=True)
    related_object_type = ObjectTypeField(queryset=ObjectType.objects.all(), required=False, allow_null=True)
    related_object_types = ObjectTypeField(many=True, read_only=True)
    related_object_types_input = ObjectTypeField(
        many=True, queryset=ObjectType.objects.all(), required=False, write_only=True
    )
    related_object_filter = DocumentField(required=False, allow_null=True)
    on_delete_behavior = serializers.ChoiceField(
        choices=ObjectFieldOnDeleteChoices.CHOICES, required=False, allow_null=True, allow_blank=True
    )

    expression = ExpressionField()
    required_if = ExpressionField()
    visible_if = ExpressionField()
    editable_if = ExpressionField()

    condition = ExpressionField()
    referring_field, aggregated_field = (
        serializers.PrimaryKeyRelatedField(
            queryset=CustomObjectTypeField.objects.all(), required=False, allow_null=True, help_text=help_text
        )
        for help_text in (
            _('Of a rollup: the field by which other objects refer to objects of this type'),
            _('Of a rollup: the field of these objects whose values are taken'),
        )
    )

    update_dependents = serializers.BooleanField(
        write_only=True,
        required=False,
        help_text=_(
            'If the name changes, update the permissions, saved filters, table configs and related object filters '
            'that mention the field, as far as you may change them'
        ),
    )

    class Meta:
        model = CustomObjectTypeField
        brief_fields = (
            'id', 'url', 'display', 'name', 'label', 'custom_object_type', 'description', 'type', 'primary', 'context',
            'required', *CONDITIONS, 'unique', 'indexed', 'default', 'default_from', 'choice_set', 'validation_regex',
            'validation_minimum',
            'validation_maximum', 'max_length', 'suggest_values', 'decimal_digits', 'decimal_places', 'unit',
            'number_template', 'restart_yearly', 'element_type', 'expression', 'result_type', 'referring_field',
            'aggregate', 'aggregated_field', 'condition', 'is_polymorphic', 'related_object_type',
            'related_object_types', 'related_object_filter', 'related_object_filter_enforced', 'related_name',
            'on_delete_behavior', 'group_name', 'search_weight', 'filter_logic', 'ui_visible', 'ui_editable',
            'in_list', 'weight', 'is_cloneable', 'comments', 'schema_id', 'deprecated', 'deprecated_since',
            'scheduled_removal',
        )  # fmt: skip
        fields = (*brief_fields, 'app_label', 'model', 'related_object_types_input', 'update_dependents')

    def to_representation(self, instance):
        data = super().to_representation(instance)
        if instance.type != 'object' and 'on_delete_behavior' in data:
            data['on_delete_behavior'] = None
        if data.get('default_from'):
            data['default_from'] = shown_path(instance.default_from)
        for name in ('expression', *CONDITIONS):
            if data.get(name):
                data[name] = shown_expression(instance, data[name])
        if data.get('condition'):
            data['condition'] = shown_condition(instance)
        return data

    def to_internal_value(self, data):
        if isinstance(data, dict) and self._changes_targets(data.get(TARGETS)):
            data = {f'{TARGETS}_input': data[TARGETS], **data}
        return super().to_internal_value(data)

    def _changes_targets(self, given) -> bool:
        """Whether targets are given under the key by which they are read, and not as they are read."""
        if not isinstance(given, list) or not given:
            return False
        stored = self.instance.intended_targets() if isinstance(self.instance, CustomObjectTypeField) else ()
        return given != self.fields[TARGETS].to_representation(stored)

    def validate(self, data):
        if self.nested:
            return data
        if data.get('on_delete_behavior', '') is None:
            # What a read shows for fields that refer to nothing must be accepted when it is sent back.
            data['on_delete_behavior'] = ObjectFieldOnDeleteChoices.SET_NULL
        self._updates_dependents = data.pop('update_dependents', False)
        self._take_target(data)
        self._take_targets(data)
        try:
            return super().validate(data)
        except ModelValidationError as error:
            # What is wrong with the types stands under the key by which they were sent.
            raise ModelValidationError(
                {f'{name}_input' if name == TARGETS else name: found for name, found in error.error_dict.items()}
            ) from error

    def update(self, instance, validated_data):
        if not self._updates_dependents:
            return super().update(instance, validated_data)
        with updating_dependents(instance, self.context['request'].user):
            return super().update(instance, validated_data)

    def _take_targets(self, data) -> None:
        """Replace `related_object_types_input` in the validated data by the relation that it is written to."""
        targets = data.pop(f'{TARGETS}_input', None)
        if targets is not None:
            data[TARGETS] = targets
        elif self.instance is None and data.get('is_polymorphic'):
            data[TARGETS] = []  # so that the model says what is missing

    def _take_target(self, data) -> None:
        """Replace `app_label` and `model` in the validated data by the object type that they name."""
        names = data.pop('app_label', None), data.pop('model', None)
        field_type = FIELD_TYPES.get(data.get('type') or getattr(self.instance, 'type', None))
        if names == (None, None) or field_type is None or not field_type.is_reference:
            return
        if None in names:
            raise _target_error(_('app_label and model must be given together.'))
        found = find_object_type(*names, targets_of(self.instance))
        if found is None:
            message = _('Unknown object type: {0}.{1}').format(*names)
            raise _target_error(message)
        data['related_object_type'] = found


def _target_error(message) -> serializers.ValidationError:
    return serializers.ValidationError({'__all__': [message]})
