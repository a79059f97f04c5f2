"""The objects that a many-valued reference leads to: a table that the detail page embeds."""

import django_tables2 as tables
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from netbox.registry import registry
from netbox.tables import BaseTable
from netbox.views import generic
from utilities.htmx import htmx_partial
from utilities.tables import get_table_for_model

from ...field_types import field_type_of
from ...field_types.polymorphic.keys import existing_models
from ...field_types.polymorphic.ui import hidden_text
from ...runtime.classes.memo import surfaced_fields
from ..base import TypeFromURLMixin
from .panels import viewable_and_hidden


class CustomObjectLinksView(TypeFromURLMixin, generic.ObjectChildrenView):
    """Lists what one field of an object refers to, as far as the user may view it, with the targets' own table."""

    actions = ()

    def get(self, request, *args, field_name, target=None, **kwargs):
        """Show the targets; of a polymorphic field those of one type, `app.model`."""
        fields = {field.name: field for field in surfaced_fields(self.model) if field_type_of(field).many}
        if field_name not in fields:
            raise Http404
        self.field_name = field_name
        self.child_model = self._target_model(fields[field_name], target)
        if self.child_model is None:
            raise Http404
        self.table = get_table_for_model(self.child_model) or plain_table(self.child_model)
        self.filterset = registry['filtersets'].get(self.child_model._meta.label_lower)
        return super().get(request, *args, **kwargs)

    def _target_model(self, field, label: str | None):
        if not field.is_polymorphic:
            return None if label else self.model._meta.get_field(field.name).related_model
        return {target.label: model for target, model in existing_models(field).items()}.get(label)

    def _targets(self, parent):
        targets = getattr(parent, self.field_name)
        return targets.objects_of(self.child_model) if hasattr(targets, 'objects_of') else targets.all()

    def get_children(self, request, parent):
        self.parent = parent
        targets = self._targets(parent)
        return targets.restrict(request.user, 'view') if hasattr(targets, 'restrict') else targets

    def get_table(self, data, request, bulk_actions=True):
        table = super().get_table(data, request, bulk_actions)
        _shown, hidden = viewable_and_hidden(self.child_model, lambda: self._targets(self.parent), request.user)
        if hidden:
            table.empty_text = hidden_text(hidden)
        if htmx_partial(request):
            # Sorting and paging must come back here, and not to the page around the table.
            table.embedded = True
            table.htmx_url = request.path
        return table

    def get_extra_context(self, request, instance):
        return {'base_template': 'netbox_custom_objects/customobject.html'}


def plain_table(target: type) -> type[BaseTable]:
    """Return a table with one column, for models that do not have one of their own."""
    meta = type('Meta', (BaseTable.Meta,), {'model': target, 'fields': ('object',)})
    column = tables.Column(accessor='pk', linkify=True, verbose_name=_('Object'), order_by=('pk',))
    column.render = lambda record: str(record)
    return type(BaseTable)(f'{target.__name__}Table', (BaseTable,), {'object': column, 'Meta': meta})
