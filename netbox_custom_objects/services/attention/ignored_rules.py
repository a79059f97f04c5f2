"""
Rules of fields that are stored, but cannot be applied: regular expressions that RE2 cannot run, and defaults that
name what no longer exists.

May import field_types. Writes of objects ignore these rules; this reports them.
"""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from ...definitions import FieldDefinition
from ...field_types import field_type_of
from ...field_types.shared.regex import why_unusable


def ignored_rules(field: FieldDefinition) -> Iterator[str]:
    """Yield a sentence for each rule of a field that is not applied; a query for a default that names an object."""
    if field.validation_regex and (reason := why_unusable(field.validation_regex)):
        yield _('The regular expression is not enforced: {reason}.').format(reason=reason)
    if field.default_json is not None and field_type_of(field).is_default_gone(field):
        yield _('The default refers to an object or choice that no longer exists; it is not applied to new objects.')
