"""Filterset of the fields of custom object types."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import ObjectType
from extras.models import CustomFieldChoiceSet
from netbox.filtersets import ChangeLoggedModelFilterSet
from utilities.filtersets import register_filterset

from ..choices import (
    AggregateChoices,
    ArrayElementTypeChoices,
    CustomObjectFieldTypeChoices,
    FilterLogicChoices,
    ObjectFieldOnDeleteChoices,
    ResultTypeChoices,
    UIEditableChoices,
    UIVisibleChoices,
)
from ..models import CustomObjectTypeField
from .base import AskedForMixin, DeprecationFilterSet, OfTypeFilterSet, TrueOrFalseMixin


@register_filterset
class CustomObjectTypeFieldFilterSet(
    TrueOrFalseMixin, OfTypeFilterSet, DeprecationFilterSet, ChangeLoggedModelFilterSet, AskedForMixin
):
    q = django_filters.CharFilter(method='search', label=_('Search'))
    type = django_filters.MultipleChoiceFilter(choices=CustomObjectFieldTypeChoices.listed, distinct=False)
    element_type = django_filters.MultipleChoiceFilter(choices=ArrayElementTypeChoices.listed, distinct=False)
    aggregate = django_filters.MultipleChoiceFilter(choices=AggregateChoices, distinct=False)
    referring_field_id = django_filters.ModelMultipleChoiceFilter(
        queryset=CustomObjectTypeField.objects.all(), distinct=False, label=_('Referring field (ID)')
    )
    result_type = django_filters.MultipleChoiceFilter(choices=ResultTypeChoices, distinct=False)
    choice_set_id = django_filters.ModelMultipleChoiceFilter(
        queryset=CustomFieldChoiceSet.objects.all(), distinct=False, label=_('Choice set (ID)')
    )
    related_object_type_id = django_filters.ModelMultipleChoiceFilter(
        queryset=ObjectType.objects.all(), distinct=False, label=_('Related object type (ID)')
    )
    related_object_types_id = django_filters.ModelMultipleChoiceFilter(
        field_name='related_object_types', queryset=ObjectType.objects.all(), label=_('Related object types (ID)')
    )
    on_delete_behavior = django_filters.MultipleChoiceFilter(choices=ObjectFieldOnDeleteChoices, distinct=False)
    filter_logic = django_filters.MultipleChoiceFilter(choices=FilterLogicChoices, distinct=False)
    ui_visible = django_filters.MultipleChoiceFilter(choices=UIVisibleChoices, distinct=False)
    ui_editable = django_filters.MultipleChoiceFilter(choices=UIEditableChoices, distinct=False)

    class Meta:
        model = CustomObjectTypeField
        fields = (
            'id', 'name', 'label', 'description', 'primary', 'context', 'required', 'unique', 'indexed',
            'validation_regex', 'validation_minimum', 'validation_maximum', 'max_length', 'suggest_values',
            'decimal_digits', 'decimal_places', 'unit', 'number_template', 'restart_yearly', 'is_polymorphic',
            'related_object_filter_enforced', 'related_name',
            'group_name', 'search_weight', 'in_list', 'weight', 'is_cloneable', 'schema_id', 'deprecated',
            'deprecated_since', 'scheduled_removal',
        )  # fmt: skip

    def search(self, queryset, name, value):
        if not value.strip():
            return queryset
        matches = Q()
        for lookup in ('name', 'label', 'group_name', 'description', 'comments'):
            matches |= Q(**{f'{lookup}__icontains': value})
        return queryset.filter(matches)
