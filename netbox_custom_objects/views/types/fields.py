"""
The fields of a type on its page, by group and in order, and the order that users drag them into.

May import services, tables and forms. What is dragged is saved with one request, which is answered with the panel.
"""

from itertools import groupby

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.signals import clear_events
from netbox.ui import panels
from netbox.views.generic.base import BaseObjectView
from utilities.exceptions import PermissionsViolation
from utilities.permissions import get_permission_for_model
from utilities.string import title
from utilities.views import register_model_view

from ...constants import APP_LABEL
from ...definitions import CONDITIONS
from ...field_types.shared.bounds import whole_number
from ...models import CustomObjectType, CustomObjectTypeField
from ...models.readers import readable
from ...runtime.rights import reader_may_view
from ...runtime.shown import rollup_summary, shown_expression
from ...services.arrange_fields import arrange_fields
from ..base import add_button

PANEL = f'{APP_LABEL}/panels/fields.html'
CHANGE = get_permission_for_model(CustomObjectTypeField, 'change')


def targets_of(field: CustomObjectTypeField) -> list:
    """Return the object types that a field refers to; both relations should have been fetched before."""
    found = list(field.related_object_types.all()) if field.is_polymorphic else [field.related_object_type]
    return [object_type for object_type in found if object_type is not None]


def target_link(object_type) -> str:
    """Return the name of an object type, a custom one linked to its page if the reader may know of it."""
    model = object_type.model_class()
    if model is None or not may_know(model):
        return f'{object_type.app_label}.{object_type.model}'
    if (type_id := getattr(model, '_type_id', None)) is not None:
        url = reverse(f'plugins:{APP_LABEL}:customobjecttype', args=[type_id])
        return format_html('<a href="{}">{}</a>', url, title(model._meta.verbose_name))
    return f'{model._meta.app_config.verbose_name} > {title(model._meta.verbose_name)}'


def may_know(model: type) -> bool:
    """Whether the user of the request may know what a model is called; a type, if it or its objects may be viewed."""
    type_id = getattr(model, '_type_id', None)
    if type_id is None or reader_may_view(model._definition):
        return True
    return readable(CustomObjectType.objects.filter(pk=type_id)).exists()


def fields_context(request, custom_object_type) -> dict:
    """Return what the panel shows: the fields that the user may view, by group, and which of them may be changed."""
    own = CustomObjectTypeField.objects.filter(custom_object_type=custom_object_type)
    fields = (
        own.restrict(request.user, 'view')
        .select_related('related_object_type', 'choice_set')
        .prefetch_related('related_object_types')
    )
    may_change = request.user.has_perm(CHANGE)
    changeable = set(own.restrict(request.user, 'change').values_list('pk', flat=True)) if may_change else set()
    rows = [
        {
            'field': field,
            'may_change': field.pk in changeable,
            'targets': [target_link(target) for target in targets_of(field)],
            'calculation': rollup_summary(field),
            'conditions': [
                (field._meta.get_field(name).verbose_name, shown_expression(field, stored))
                for name in CONDITIONS
                if (stored := getattr(field, name))
            ],
        }
        for field in fields
    ]
    groups = [(name, list(found)) for name, found in groupby(rows, key=lambda row: row['field'].group_name)]
    return {
        'groups': groups,
        'may_arrange': len(rows) > 1 and all(row['may_change'] for row in rows),
        'may_delete': request.user.has_perm(get_permission_for_model(CustomObjectTypeField, 'delete')),
    }


class FieldsPanel(panels.ObjectPanel):
    """The fields of a type, which can be dragged or moved by buttons into another order; with a button to add one."""

    template_name = PANEL
    title = gettext_lazy('Fields')

    def __init__(self):
        super().__init__(actions=[add_button(CustomObjectTypeField, gettext_lazy('Add Field'))])

    def get_context(self, context):
        found = super().get_context(context)
        return {**found, **fields_context(context['request'], found['object'])}

    def should_render(self, context):
        return context['request'].user.has_perm(get_permission_for_model(CustomObjectTypeField, 'view'))


@register_model_view(CustomObjectType, 'arrange')
class ArrangeFieldsView(BaseObjectView):
    """Takes `<id of a field>:<name of its group>` for each field, in the order wanted."""

    queryset = CustomObjectType.objects.all()
    panel = FieldsPanel()

    def get_required_permission(self):
        return get_permission_for_model(CustomObjectType, 'view')

    def get(self, request, pk):
        return redirect(self.get_object(pk=pk).get_absolute_url())

    def post(self, request, pk):
        custom_object_type = self.get_object(pk=pk)
        try:
            changed = self._arrange(request, custom_object_type)
        except ValidationError as error:
            clear_events.send(sender=self)
            outcome = {'error': ' '.join(error.messages)}
        except PermissionsViolation as error:
            clear_events.send(sender=self)
            outcome = {'error': error.message}
        else:
            saved = ngettext('Saved: {count} field moved.', 'Saved: {count} fields moved.', changed)
            outcome = {'status': saved.format(count=changed)}
        if not request.htmx:
            for level, text in outcome.items():
                (messages.error if level == 'error' else messages.success)(request, text)
            return redirect(custom_object_type.get_absolute_url())
        context = self.panel.get_context({'request': request, 'object': custom_object_type})
        return render(request, PANEL, {**context, **outcome})

    def _arrange(self, request, custom_object_type) -> int:
        # Not two lists: NetBox's pages do not send inputs that are empty, such as the name of no group.
        places = [place.partition(':') for place in request.POST.getlist('field')]
        order = [(whole_number(pk), group) for pk, colon, group in places if colon and '\x00' not in group]
        if not order or len(order) < len(places) or None in dict(order):
            raise ValidationError(_('Each field needs its ID and the name of its group.'))
        fields = CustomObjectTypeField.objects.restrict(request.user, 'change')
        return arrange_fields(custom_object_type, order, fields)
