"""What all filtersets of the plugin share. May import models, NetBox's filtersets and the filters of field_types."""

from copy import copy

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from utilities.filters import MultiValueCharFilter, MultiValueDateTimeFilter

from ..field_types.shared.deprecation import parse_version
from ..field_types.shared.filters import DateTimeFilter, TextFilter, TrueOrFalseFilter
from ..models import CustomObjectType, CustomObjectTypeField
from ..models.types import validate_version

# NetBox's own fail at bad patterns, at `null` with most lookups, and at time zones that PostgreSQL does not know.
CHECKED = {MultiValueCharFilter: TextFilter, MultiValueDateTimeFilter: DateTimeFilter}


class TrueOrFalseMixin(django_filters.FilterSet):
    """Makes filters refuse words that are neither yes nor no, and bad patterns: also those that NetBox adds."""

    @classmethod
    def get_filters(cls):
        return {name: _refusing(found) for name, found in super().get_filters().items()}


class Filters(dict):
    """The filters of a class. Those of an instance share what these were made with: to copy it takes long."""

    def __deepcopy__(self, memo):
        copies = {name: copy(found) for name, found in self.items()}
        for found in copies.values():
            # What calls the method refers to the filter.
            found.method = found.method
        return copies


class AskedForMixin(django_filters.FilterSet):
    """Copies and validates only those filters that the data may be meant for: an object type has about a hundred."""

    def __init__(self, data=None, *args, **kwargs):
        if data is None:
            # NetBox asks which filters there are, to draw a form.
            self.base_filters = Filters(self.base_filters)
        else:
            self.base_filters = {name: found for name, found in self.base_filters.items() if _is_meant(name, data)}
        super().__init__(data, *args, **kwargs)


class ReachedFilter(django_filters.CharFilter):
    """Matches what holds a version up to the one given; by version, which text comparison would get wrong."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, lookup_expr='lte', validators=[validate_version], **kwargs)

    def filter(self, queryset, value):
        limit = parse_version(value)
        if limit is None:
            return queryset
        held = queryset.order_by().values_list(self.field_name, flat=True).distinct()
        reached = [text for text in held if (version := parse_version(text)) is not None and version <= limit]
        return queryset.filter(**{f'{self.field_name}__in': reached})


class DeprecationFilterSet(django_filters.FilterSet):
    """Finds what is scheduled for removal in a version, or before it."""

    scheduled_removal__lte = ReachedFilter(field_name='scheduled_removal', label=_('Scheduled removal, at the latest'))


def types_of_reader(request):
    """Return the types that a user may view, or of which fields: others are answered like those that do not exist."""
    if request is None:
        return CustomObjectType.objects.all()
    types = CustomObjectType.objects.restrict(request.user, 'view')
    fields = CustomObjectTypeField.objects.restrict(request.user, 'view')
    return CustomObjectType.objects.filter(
        Q(pk__in=types.values('pk')) | Q(pk__in=fields.order_by().values('custom_object_type'))
    )


class OfTypeFilterSet(django_filters.FilterSet):
    """Finds what belongs to types that the reader may know of."""

    custom_object_type_id = django_filters.ModelMultipleChoiceFilter(
        queryset=types_of_reader, distinct=False, label=_('Custom object type (ID)')
    )
    custom_object_type = django_filters.ModelMultipleChoiceFilter(
        field_name='custom_object_type__name',
        to_field_name='name',
        queryset=types_of_reader,
        distinct=False,
        label=_('Custom object type (name)'),
    )


def _is_meant(name, data) -> bool:
    # Inputs that consist of several are called after the filter, such as `<name>_min`.
    return any(key == name or key.startswith(f'{name}_') for key in data)


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
