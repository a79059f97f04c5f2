"""Filterset of custom object types."""

from django.db.models import Q

from netbox.filtersets import NetBoxModelFilterSet
from utilities.filtersets import register_filterset

from ..models import CustomObjectType
from .base import AskedForMixin, DeprecationFilterSet, TrueOrFalseMixin


@register_filterset
class CustomObjectTypeFilterSet(TrueOrFalseMixin, DeprecationFilterSet, NetBoxModelFilterSet, AskedForMixin):
    class Meta:
        model = CustomObjectType
        fields = (
            'id', 'name', 'slug', 'verbose_name', 'verbose_name_plural', 'version', 'group_name', 'display_expression',
            'description', 'config_context_enabled', 'deprecated', 'deprecated_since', 'scheduled_removal',
        )  # fmt: skip

    def search(self, queryset, name, value):
        if not value.strip():
            return queryset
        lookups = ('name', 'slug', 'verbose_name', 'verbose_name_plural', 'group_name', 'description', 'comments')
        matches = Q()
        for lookup in lookups:
            matches |= Q(**{f'{lookup}__icontains': value})
        return queryset.filter(matches)
