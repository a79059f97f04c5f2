"""What all filtersets of the plugin share. May import NetBox's filtersets and the filters of field_types."""

import django_filters

from utilities.filters import MultiValueCharFilter, MultiValueDateTimeFilter

from ..field_types.filters import DateTimeFilter, TextFilter, TrueOrFalseFilter

# NetBox's own fail at bad patterns, at `null` with most lookups, and at time zones that PostgreSQL does not know.
CHECKED = {MultiValueCharFilter: TextFilter, MultiValueDateTimeFilter: DateTimeFilter}


class TrueOrFalseMixin(django_filters.FilterSet):
    """Makes filters refuse words that are neither yes nor no, and bad patterns: also those that NetBox adds."""

    @classmethod
    def get_filters(cls):
        return {name: _refusing(found) for name, found in super().get_filters().items()}


def _refusing(found):
    if type(found) in CHECKED:
        return CHECKED[type(found)](
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
