"""What all filtersets of the plugin share. May import NetBox's filtersets and the filters of field_types."""

import django_filters

from utilities.filters import MultiValueCharFilter

from ..field_types.filters import TextFilter, TrueOrFalseFilter


class TrueOrFalseMixin(django_filters.FilterSet):
    """Makes filters refuse words that are neither yes nor no, and bad patterns: also those that NetBox adds."""

    @classmethod
    def get_filters(cls):
        return {name: _refusing(found) for name, found in super().get_filters().items()}


def _refusing(found):
    if type(found) is MultiValueCharFilter:
        # NetBox's own fails at a bad pattern, and at `null` with most lookups.
        return TextFilter(
            field_name=found.field_name, lookup_expr=found.lookup_expr, label=found._label, exclude=found.exclude
        )
    if type(found) is not django_filters.BooleanFilter:
        return found
    return TrueOrFalseFilter(
        field_name=found.field_name,
        lookup_expr=found.lookup_expr,
        label=found._label,
        method=found.method,
        exclude=found.exclude,
    )
