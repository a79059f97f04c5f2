"""Serializer of the constraints of custom object types: fields by name, expressions with the names of today."""

from contextlib import contextmanager

from django.core.exceptions import ValidationError as ModelValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from netbox.api.serializers import ChangeLogMessageSerializer, ValidatedModelSerializer

from ...choices import ConstraintTypeChoices
from ...ddl.introspect import constraints_enforced
from ...ddl.target import Target
from ...exceptions import OBJECTS_IN_THE_WAY
from ...models import CustomObjectType, CustomObjectTypeConstraint
from ...runtime.classes.registry import world
from ...runtime.context import current_alias
from ...runtime.rights import is_known_to_reader
from ...runtime.shown import field_names, shown_expression
from ...services.attention.ignored_rules import why_ignored
from ...services.preview import current_preview
from .common import CheckedMessageMixin, ExpressionField


class KnownTypeField(serializers.PrimaryKeyRelatedField):
    """A type that the user knows of: errors about a constraint name fields."""

    def to_internal_value(self, data):
        found = super().to_internal_value(data)
        if not is_known_to_reader(found.pk):
            self.fail('does_not_exist', pk_value=data)
        return found


class CustomObjectTypeConstraintSerializer(CheckedMessageMixin, ChangeLogMessageSerializer, ValidatedModelSerializer):
    """A constraint of a type."""

    # What the database enforces, read once for a list.
    _enforced = None

    custom_object_type = KnownTypeField(queryset=CustomObjectType.objects.all())
    type = serializers.ChoiceField(choices=ConstraintTypeChoices)
    fields = serializers.ListField(
        source='field_ids', child=serializers.CharField(max_length=50), max_length=32, required=False
    )
    condition = ExpressionField()
    expression = ExpressionField()
    ignored_because = serializers.SerializerMethodField(
        help_text=gettext_lazy('Why it is not enforced, empty if it is')
    )

    class Meta:
        model = CustomObjectTypeConstraint
        fields = (
            'id', 'url', 'display_url', 'display', 'custom_object_type', 'name', 'type', 'fields', 'case_insensitive',
            'nulls_distinct', 'condition', 'expression', 'message', 'ignored_because', 'created', 'last_updated',
        )  # fmt: skip
        brief_fields = ('id', 'url', 'display', 'custom_object_type', 'name', 'type')

    def to_representation(self, instance):
        data = super().to_representation(instance)
        shown = {
            'fields': lambda: field_names(instance),
            'condition': lambda: shown_expression(instance, instance.condition),
            'expression': lambda: shown_expression(instance, instance.expression),
        }
        return {**data, **{name: show() for name, show in shown.items() if name in data}}

    def create(self, validated_data):
        with self._objects_in_the_way(validated_data['type']):
            return super().create(validated_data)

    def update(self, instance, validated_data):
        with self._objects_in_the_way(validated_data.get('type', instance.type)):
            return super().update(instance, validated_data)

    @contextmanager
    def _objects_in_the_way(self, type_: str):
        try:
            yield
        except OBJECTS_IN_THE_WAY as error:
            key = 'expression' if type_ == ConstraintTypeChoices.CHECK else 'fields'
            raise serializers.ValidationError({key: [str(error)]}) from error

    def get_ignored_because(self, instance) -> str:
        definition = world().all_definitions.get(instance.custom_object_type_id)
        constraint = (
            next((constraint for constraint in definition.constraints if constraint.id == instance.pk), None)
            if definition
            else None
        )
        if constraint is None:
            return ''
        if self._enforced is None:
            self._enforced = constraints_enforced(Target.for_alias(current_alias()))
            if preview := current_preview():
                self._enforced |= preview.added_at_once()
        return why_ignored(constraint, definition, self._enforced, current_alias())

    def validate(self, data):
        if self.nested:
            return data
        if 'field_ids' in data:
            data['field_ids'] = self._ids_of(data['field_ids'], data)
        try:
            return super().validate(data)
        except ModelValidationError as error:
            raise ModelValidationError(
                {'fields' if name == 'field_ids' else name: found for name, found in error.error_dict.items()}
            ) from error

    def _ids_of(self, names: list[str], data) -> list[int]:
        """Return the ids of the fields with these names."""
        custom_object_type = data.get('custom_object_type') or self.instance.custom_object_type
        ids = dict(custom_object_type.fields.values_list('name', 'pk'))
        if unknown := [name for name in names if name not in ids]:
            message = _('The type has no field with this name: {names}').format(names=', '.join(unknown))
            raise serializers.ValidationError({'fields': [message]})
        return [ids[name] for name in names]
