"""
Filtersets of custom objects, built per type from its definition.

May import field_types and runtime. Must build from the definition alone: what is memoised here serves all requests.
"""

from copy import copy
from typing import ClassVar

from django.core.validators import EMPTY_VALUES
from django.utils.translation import gettext_lazy as _

from netbox.filtersets import NetBoxModelFilterSet
from tenancy.filtersets import ContactModelFilterSet
from users.filterset_mixins import OwnerFilterMixin

from ..choices import FilterLogicChoices
from ..definitions import FieldDefinition, class_name
from ..field_types import field_type_of
from ..field_types.shared.filters import TrueOrFalseFilter
from ..models.rows.convert import field_definition
from ..models.validation.reserved import PARAMETER_PREFIX, parameter_of
from ..runtime.classes.memo import per_type, surfaced_fields
from ..runtime.reading.quick_search import quick_search, searched_fields
from ..services.attention.unindexed import note_filters
from .base import AskedForMixin, TrueOrFalseMixin

# So many objects that `?q=` finds are looked up by their keys.
FEW = 1000


class CustomObjectFilterSet(
    TrueOrFalseMixin, ContactModelFilterSet, OwnerFilterMixin, NetBoxModelFilterSet, AskedForMixin
):
    """Base of all filtersets of custom objects: what every type can be filtered by."""

    # Parameters that match a part of the text, without regard to letter case. Underscored, as no field can be.
    _loose: ClassVar[frozenset[str]] = frozenset()
    # Filters that are not called as their fields, because a parameter of NetBox is.
    _prefixed: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, *args, **kwargs):
        # Past NetBoxModelFilterSet, which would query for NetBox's custom fields: these objects have none.
        super(NetBoxModelFilterSet, self).__init__(*args, **kwargs)

    @classmethod
    def get_filters(cls):
        # NetBox asks again for each instance, in case a lookup was registered after the class was made. All are
        # registered by the time the class of a type is made.
        if 'base_filters' in cls.__dict__:
            return cls.base_filters
        filters = super().get_filters()
        # What a class declares wins over what NetBox derives from it (`__empty` of long texts and lists).
        filters.update((name, cls.declared_filters[name]) for name in filters.keys() & cls.declared_filters.keys())
        for name in cls._loose:
            # Changed last, because NetBox derives its lookups from exact filters only.
            filters[name] = copy(filters[name])
            filters[name].lookup_expr = 'icontains'
        return filters | cls._lookups_by_name(filters)

    @classmethod
    def _lookups_by_name(cls, filters) -> dict:
        """Return the lookups of prefixed filters once more, as people expect them: `start__gte` of `field_start`."""
        names = (name for name in filters if '__' in name and name.split('__')[0] in cls._prefixed)
        found = {name.removeprefix(PARAMETER_PREFIX): copy(filters[name]) for name in names}
        return {name: lookup for name, lookup in found.items() if name not in filters}

    def filter_queryset(self, queryset):
        note_filters(self._meta.model._definition, queryset.db, self._filtered_by())
        return super().filter_queryset(queryset)

    def _filtered_by(self):
        """Yield the definitions of the fields whose values are looked at."""
        model = self._meta.model
        for name, value in self.form.cleaned_data.items():
            if name not in self.filters or value in EMPTY_VALUES:
                continue
            if name == 'q':
                yield from searched_fields(model)
            elif field := model._definition.fields_by_name.get(self.filters[name].field_name):
                yield field

    def search(self, queryset, name, value):
        """Match what contains the words: any text-like or number field, and what the name is made of."""
        if not value.strip():
            return queryset
        condition = quick_search(self._meta.model, value)
        if condition is None:
            return queryset.none()
        found = queryset.filter(condition)
        # PostgreSQL cannot know that a text is rare, and would look for it in the order of the list. So it is searched
        # once, and not again to count the objects and to read a page of them.
        keys = list(found.order_by().values_list('pk', flat=True)[: FEW + 1])
        return found if len(keys) > FEW else queryset.filter(pk__in=keys)


@per_type
def get_filterset_class(model) -> type[CustomObjectFilterSet]:
    """Return the filterset class of a custom object model, `Table<id>ModelFilterSet`."""
    fields = surfaced_fields(model)
    found = {name: made for field in fields for name, made in field_type_of(field).get_filters(field).items()}
    prefixed = {parameter_of(name): made for name, made in found.items() if parameter_of(name) != name}
    # A filter that is called as its field wins. What an older row is called may also be the name of a base filter.
    taken = CustomObjectFilterSet.base_filters.keys() | {name for name in found if parameter_of(name) != name}
    filters = prefixed | {name: made for name, made in found.items() if name not in taken}
    if model._definition.config_context_enabled:
        # As NetBox's LocalConfigContextFilterSet has it.
        filters['local_context_data'] = TrueOrFalseFilter(
            field_name='local_context_data',
            lookup_expr='isnull',
            exclude=True,
            label=_('Has local config context data'),
        )
    loose = frozenset(name for field in fields if _is_loose(field) and (name := parameter_of(field.name)) in filters)
    meta = type('Meta', (), {'model': model, 'fields': ('id',)})
    name = f'{class_name(model._type_id)}FilterSet'
    attributes = {'__module__': __name__, 'Meta': meta, '_loose': loose, '_prefixed': frozenset(prefixed)}
    return type(name, (CustomObjectFilterSet,), {**attributes, **filters})


def build_filter_for_field(field) -> dict:
    """
    Return the filters of one field by parameter name, without the lookups that NetBox derives from them.

    Args:
        field: a CustomObjectTypeField or its FieldDefinition
    """
    definition = field if isinstance(field, FieldDefinition) else field_definition(field)
    filters = field_type_of(definition).get_filters(definition)
    if definition.name in filters and _is_loose(definition):
        filters[definition.name].lookup_expr = 'icontains'
    return {parameter_of(name): found for name, found in filters.items()}


def _is_loose(field: FieldDefinition) -> bool:
    return field_type_of(field).loose_filter and field.filter_logic == FilterLogicChoices.LOOSE
