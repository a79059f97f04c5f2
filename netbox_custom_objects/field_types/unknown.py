"""
What stands in place of a field type that this release does not know: nothing is made of such a field, and nothing lost.
"""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from .base import FieldType


class UnknownFieldType(FieldType):
    """The type of fields whose row names none of FIELD_TYPES."""

    name = ''
    convertible = False
    unique_allowed = False
    default_allowed = False
    searchable = False

    def get_columns(self, field):
        return ()

    def get_indexes(self, field, trigrams=''):
        return ()

    def get_model_fields(self, field, context):
        return {}

    def is_surfaced(self, field, names):
        return False

    def fault(self, field):
        return format_lazy(_('Unknown field type "{type}".'), type=field.type)
