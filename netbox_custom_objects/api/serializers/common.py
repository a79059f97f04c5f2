"""
What serializers of definitions and of objects share: NetBox's extra keys, checked before NetBox takes them as they are.

May import field_types and NetBox's serializers.
"""

from django.core.exceptions import ValidationError
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.fields import empty, get_error_detail

from core.models import ObjectChange
from netbox.api.serializers import NestedTagSerializer

from ...expressions.typed.grammar import MAX_LENGTH
from ...field_types.shared.rest import ReferenceListField


def encodable(detail):
    """Return the errors of a serializer without halves of surrogate pairs, which errors that quote a value may hold."""
    if isinstance(detail, dict):
        return {key: encodable(part) for key, part in detail.items()}
    if isinstance(detail, (list, tuple)):
        return [encodable(part) for part in detail]
    return ErrorDetail(detail.encode(errors='replace').decode(), getattr(detail, 'code', None))


class ExpressionField(serializers.CharField):
    """A condition or expression; not trimmed, so that positions in errors stay right."""

    def __init__(self, **kwargs):
        super().__init__(**{
            'max_length': MAX_LENGTH, 'required': False, 'allow_blank': True, 'trim_whitespace': False, **kwargs,
        })  # fmt: skip


class CheckedMessageMixin(serializers.Serializer):
    """Refuses a change log message that NetBox could not store; answers can always be encoded."""

    def run_validation(self, data=empty):
        try:
            return super().run_validation(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError(encodable(error.detail)) from error

    def to_internal_value(self, data):
        if type(data) is dict:  # a form's data is of another class, and NetBox reads these keys in plain ones only
            data = {**data, **self._checked(data, self.extra_fields())}
        return super().to_internal_value(data)

    def extra_fields(self) -> dict[str, serializers.Field]:
        """Return the fields of what is taken besides the serializer's own fields, by key."""
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
            except ValidationError as error:  # Django's, as for attributes that no tag has
                errors[name] = get_error_detail(error)
        if errors:
            raise serializers.ValidationError(errors)
        return {name: [tag.pk for tag in value] if isinstance(value, list) else value for name, value in values.items()}


class CheckedTagsMixin(CheckedMessageMixin):
    """Refuses tags that do not exist or are not named properly, whichever of the three keys they come under."""

    tags = ReferenceListField(NestedTagSerializer, required=False)

    def extra_fields(self):
        return {
            **super().extra_fields(),
            'add_tags': ReferenceListField(NestedTagSerializer),
            'remove_tags': ReferenceListField(NestedTagSerializer),
        }
