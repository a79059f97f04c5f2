"""
What serializers of definitions and of objects share: NetBox's extra keys, checked before NetBox takes them as they are.

May import field_types and NetBox's serializers.
"""

from rest_framework import serializers

from core.models import ObjectChange
from netbox.api.serializers import NestedTagSerializer

from ...field_types.rest import ReferenceListField


class CheckedMessageMixin(serializers.Serializer):
    """Refuses a change log message that NetBox could not store."""

    def to_internal_value(self, data):
        if type(data) is dict:  # a form's data is of another class, and NetBox reads these keys in plain ones only
            data = {**data, **self._checked(data, self._extra_fields())}
        return super().to_internal_value(data)

    def _extra_fields(self) -> dict[str, serializers.Field]:
        length = ObjectChange._meta.get_field('message').max_length
        return {'changelog_message': serializers.CharField(max_length=length, allow_blank=True)}

    def _checked(self, data, fields) -> dict:
        """Return the valid values, as the primitive types that NetBox reads a second time."""
        values, errors = {}, {}
        for name in data.keys() & fields.keys():
            fields[name].bind(name, self)
            try:
                values[name] = fields[name].run_validation(data[name])
            except serializers.ValidationError as error:
                errors[name] = error.detail
        if errors:
            raise serializers.ValidationError(errors)
        return {name: [tag.pk for tag in value] if isinstance(value, list) else value for name, value in values.items()}


class CheckedTagsMixin(CheckedMessageMixin):
    """Refuses tags that do not exist or are not named properly, whichever of the three keys they come under."""

    tags = ReferenceListField(NestedTagSerializer, required=False)

    def _extra_fields(self):
        return {
            **super()._extra_fields(),
            'add_tags': ReferenceListField(NestedTagSerializer),
            'remove_tags': ReferenceListField(NestedTagSerializer),
        }
