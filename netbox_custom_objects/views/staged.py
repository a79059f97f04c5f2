"""
Staged changes on the page of a type: progress, the objects that prevent them, and the buttons.

May import services. Users who may view a field see its changes; those who may change it have the buttons.
"""

import csv

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from netbox.ui import panels
from netbox.views.generic.base import BaseObjectView
from utilities.permissions import get_permission_for_model
from utilities.views import ObjectPermissionRequiredMixin, register_model_view

from ..choices import StagedChangeStageChoices as Stage
from ..constants import APP_LABEL
from ..exceptions import ObjectGone
from ..field_types.shared.cells import harmless
from ..models import CustomObjectType, CustomObjectTypeField
from ..runtime.classes.registry import model_for
from ..services.staged import start
from ..services.staged.visible import Offenders, changes_of, viewable_offenders

# How many changes that have ended, and how many offenders of each change, the page shows.
ENDED_SHOWN = 3
OFFENDERS_SHOWN = 10

LABELS = {
    'cancel': gettext_lazy('Cancel'),
    'undo': gettext_lazy('Undo'),
    'finish': gettext_lazy('Finish'),
    'resume': gettext_lazy('Resume'),
}


def begun_message(change, field) -> str:
    """Return what is said when a change has begun, with the way to where its progress is shown."""
    return format_html(
        '{} <a href="{}#staged-changes">{}</a>',
        _('A job changes the field step by step: {change}.').format(change=change.describe()),
        field.custom_object_type.get_absolute_url(),
        _('Progress'),
    )


def context_of(custom_object_type, user) -> dict:
    """Return what the panel shows: changes that are under way, and the last that have ended."""
    changes = list(changes_of(user, 'view', custom_object_type.pk).select_related('job')[:50])
    under_way = [change for change in changes if change.stage in Stage.UNFINISHED]
    ended = [change for change in changes if change.stage not in Stage.UNFINISHED][:ENDED_SHOWN]
    allowed = set()
    if under_way:
        fields = custom_object_type.fields.restrict(user, 'change')
        allowed = set(fields.values_list('pk', flat=True))
    return {
        'object': custom_object_type,
        'entries': [entry_of(change, user, change.field_id in allowed) for change in (*under_way, *ended)],
        'is_running': any(change.is_running and not change.error for change in under_way),
    }


def entry_of(change, user, is_allowed: bool) -> dict:
    offenders = viewable_offenders(change, user) if change.stage in Stage.WAITING else Offenders()
    model = model_for(change.type_id)
    return {
        'change': change,
        'actions': [(name, LABELS[name]) for name in change.actions] if is_allowed else [],
        'offenders': [
            (model._get_action_url(kwargs={'pk': pk}), pk, text, reason)
            for pk, text, reason in offenders.listed[:OFFENDERS_SHOWN]
        ],
        'count': offenders.count,
        'has_others': offenders.has_others,
        'has_list': bool(offenders.listed),
    }


class StagedChangesPanel(panels.ObjectPanel):
    """Progress of staged changes; asks for itself again while a job is at work."""

    template_name = f'{APP_LABEL}/panels/staged_changes.html'
    title = gettext_lazy('Staged changes')

    def get_context(self, context):
        found = super().get_context(context)
        return {**found, **context_of(found['object'], context['request'].user)}

    def should_render(self, context):
        return bool(context['entries'])


@register_model_view(CustomObjectType, 'staged_changes', path='staged-changes')
class StagedChangesView(BaseObjectView):
    """What is inside of the panel, as it is now."""

    queryset = CustomObjectType.objects.all()
    template_name = f'{APP_LABEL}/inc/staged_changes.html'

    def get_required_permission(self):
        return get_permission_for_model(CustomObjectType, 'view')

    def get(self, request, pk):
        context = context_of(self.get_object(pk=pk), request.user)
        response = render(request, self.template_name, context)
        if not context['is_running']:
            # The fields, elsewhere on the page, may be others now.
            response.headers['HX-Refresh'] = 'true'
        return response


class OneChangeView(ObjectPermissionRequiredMixin, View):
    """Base of what is done with one change of a field."""

    queryset = CustomObjectTypeField.objects.all()
    permission = 'view'

    def get_required_permission(self):
        return get_permission_for_model(CustomObjectTypeField, self.permission)

    def find(self, request, pk: int, change: int):
        field = get_object_or_404(self.queryset, pk=pk)
        return field, get_object_or_404(changes_of(request.user, self.permission), pk=change, field_id=field.pk)


@register_model_view(CustomObjectTypeField, 'staged_change', path='staged-changes/<int:change>/<str:action>')
class StagedChangeActionView(OneChangeView):
    """The buttons."""

    permission = 'change'

    def post(self, request, pk, change, action):
        field, found = self.find(request, pk, change)
        if action not in LABELS:
            raise Http404
        try:
            start.ask(found, action, request.user)
        except ObjectGone as error:
            raise Http404 from error
        except ValidationError as error:
            messages.error(request, ' '.join(error.messages))
        else:
            messages.success(request, _('{change}: the job continues.').format(change=found))
        return redirect(f'{field.custom_object_type.get_absolute_url()}#staged-changes')


@register_model_view(CustomObjectTypeField, 'offenders', path='offenders/<int:change>')
class OffendersView(OneChangeView):
    """The list of what stands in the way, as a CSV file; of objects that the user may view."""

    def get(self, request, pk, change):
        field, found = self.find(request, pk, change)
        name = f'{field.custom_object_type.slug}_{field.name}_offenders.csv'
        response = HttpResponse(
            content_type='text/csv; charset=utf-8',
            headers={'Content-Disposition': content_disposition_header(True, name)},
        )
        write = csv.writer(response).writerow
        write(['id', 'url', 'value', 'reason'])
        model = model_for(found.type_id)
        for object_id, text, reason in viewable_offenders(found, request.user).listed:
            url = request.build_absolute_uri(model._get_action_url(kwargs={'pk': object_id}))
            write([object_id, url, harmless(text), reason])
        return response
