"""What all filtersets of the plugin share. May import NetBox's filtersets and the filters of field_types."""

import django_filters

from ..field_types.filters import TrueOrFalseFilter


class TrueOrFalseMixin(django_filters.FilterSet):
    """Makes all yes-or-no filters refuse other words, those included that NetBox adds (`__empty`)."""

    @classmethod
    def get_filters(cls):
        return {name: _refusing(found) for name, found in super().get_filters().items()}


def _refusing(found):
    if type(found) is not django_filters.BooleanFilter:
        return found
    return TrueOrFalseFilter(
        field_name=found.field_name,
        lookup_expr=found.lookup_expr,
        label=found._label,
        method=found.method,
        exclude=found.exclude,
    )
