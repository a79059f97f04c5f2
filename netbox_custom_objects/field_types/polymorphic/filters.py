"""Filters of polymorphic fields: one parameter for each allowed type, `<field>_<app>_<model>`, which takes ids."""

from django.db.models import Q

from ...definitions import FieldDefinition, TargetRef
from ..shared.filters import BigNumberFilter
from .keys import content_type_id, links_name


class TargetKeyFilter(BigNumberFilter):
    """Matches objects whose reference is one of several objects of one type; ids of no object match nothing."""

    # Not `exact`: NetBox would derive lookups that mean nothing here.
    lookup = 'target'

    def __init__(self, *args, field: FieldDefinition, target: TargetRef, **kwargs):
        self.field_definition = field
        self.target = target
        super().__init__(*args, **{'lookup_expr': self.lookup, **kwargs})

    def filter(self, queryset, value):
        if not value:
            return queryset
        condition = self.condition(queryset, value)
        return queryset.exclude(condition) if self.exclude else queryset.filter(condition)

    def condition(self, queryset, pks) -> Q:
        """Return the condition that an object refers to one of some targets."""
        name = self.field_definition.name
        return Q(**{f'{name}_content_type': content_type_id(self.target), f'{name}_object_id__in': pks})


class TargetLinkFilter(TargetKeyFilter):
    """Matches objects that are linked to one of several objects of one type."""

    def condition(self, queryset, pks):
        links = queryset.model._meta.get_field(links_name(self.field_definition)).related_model
        rows = links._default_manager.filter(content_type=content_type_id(self.target), object_id__in=pks)
        return Q(pk__in=rows.values('source_id'))
