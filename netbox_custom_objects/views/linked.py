"""
The tab "Custom Objects" of every object: which custom objects point at it (contract, chapter 6).

One statement for the badge, and one for the rows of a page, however many types there are; see `runtime.linked`.
"""

from django.core.paginator import InvalidPage
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from extras.models import Tag
from netbox.context import current_request
from utilities.paginator import EnhancedPaginator, get_paginate_count
from utilities.permissions import get_permission_for_model
from utilities.views import ConditionalLoginRequiredMixin, ViewTab, get_default_template

from ..field_types import field_type_of
from ..runtime.linked import LinkedObjects
from ..tables.linked import FetchedRows, LinkedObjectsTable, LinkedRow
from .base import TypeFromURLMixin
from .features import BASE_TEMPLATE, PassModelMixin


def count_linked(instance) -> int:
    """Return how many entries the tab has for the user of the current request; no query if nothing can point here."""
    request = current_request.get()
    return LinkedObjects(request.user, instance).count() if request else 0


class LinkedObjectsView(ConditionalLoginRequiredMixin, View):
    """A table of (object, field), with search, filters by type and tag, and sorting."""

    base_template = None
    tab = ViewTab(label=_('Custom Objects'), badge=count_linked, hide_if_empty=True, weight=2000)

    def get(self, request, model, **kwargs):
        instance = get_object_or_404(model._default_manager.restrict(request.user, 'view'), **kwargs)
        params = request.GET
        slugs = [slug for slug in params.getlist('type') if slug]
        linked = LinkedObjects(
            request.user,
            instance,
            slugs=slugs,
            tags=params.getlist('tag'),
            search=params.get('q', '').replace('\x00', ''),
            ordering=params.get('sort', ''),
        )
        paginator = EnhancedPaginator(linked.rows(), get_paginate_count(request))
        try:
            page = paginator.page(params.get('page', 1))
        except InvalidPage:
            page = paginator.page(1)
        table = LinkedObjectsTable(FetchedRows(list(self._rows(linked, page))), order_by=params.get('sort') or 'type')
        context = {
            'object': instance,
            'base_template': self.base_template or get_default_template(model),
            'tab': self.tab,
            'table': table,
            'page': page,
            'paginator': paginator,
            'types': self._types(instance),
            'tags': Tag.objects.filter(slug__in=params.getlist('tag')),
            'selected': slugs,
            'search': params.get('q', ''),
        }
        return render(request, 'netbox_custom_objects/linked_objects.html', context)

    def _types(self, instance) -> list:
        """Return the types that can be filtered by: those that the user may view."""
        user = self.request.user
        sources = LinkedObjects(user, instance).sources
        found = {source.definition.id: source for source in sources}
        allowed = (s for s in found.values() if user.has_perm(get_permission_for_model(s.model, 'view')))
        return [source.definition for source in allowed]

    def _rows(self, linked: LinkedObjects, page):
        def objects(source):
            fields = {s.field.name for s in linked.sources if s.definition.id == source.definition.id}
            display = {field.name for field in source.definition.fields if field.primary}
            names = [
                field.name
                for field in source.definition.fields
                if field_type_of(field).is_reference and field.name in fields | display
            ]
            return source.model.objects.prefetch_related('tags', *names)

        user = self.request.user
        for source, found in linked.fetch(list(page.object_list), objects):
            yield LinkedRow(
                type=source.definition,
                object=found,
                field=source.field,
                may_change=user.has_perm(get_permission_for_model(source.model, 'change')),
                may_delete=user.has_perm(get_permission_for_model(source.model, 'delete')),
            )


class CustomObjectLinkedView(TypeFromURLMixin, PassModelMixin, LinkedObjectsView):
    """The tab of a custom object."""

    base_template = BASE_TEMPLATE
