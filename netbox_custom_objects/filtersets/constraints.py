"""Filterset of the constraints of custom object types."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from netbox.filtersets import ChangeLoggedModelFilterSet
from utilities.filtersets import register_filterset

from ..choices import ConstraintTypeChoices
from ..models import CustomObjectTypeConstraint
from .base import AskedForMixin, OfTypeFilterSet, TrueOrFalseMixin


@register_filterset
class CustomObjectTypeConstraintFilterSet(TrueOrFalseMixin, OfTypeFilterSet, ChangeLoggedModelFilterSet, AskedForMixin):
    q = django_filters.CharFilter(method='search', label=_('Search'))
    type = django_filters.MultipleChoiceFilter(choices=ConstraintTypeChoices, distinct=False)

    class Meta:
        model = CustomObjectTypeConstraint
        fields = ('id', 'name', 'case_insensitive', 'nulls_distinct', 'message')

    def search(self, queryset, name, value):
        if not value.strip():
            return queryset
        return queryset.filter(Q(name__icontains=value) | Q(message__icontains=value))
