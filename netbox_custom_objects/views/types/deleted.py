"""
Deleted types and fields: a page of all, a panel of those of one type, and the forms that restore and purge them.

May import services.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from netbox.object_actions import ObjectAction
from netbox.ui import panels
from utilities.exceptions import AbortRequest
from utilities.permissions import get_permission_for_model
from utilities.views import ObjectPermissionRequiredMixin, register_model_view

from ...constants import APP_LABEL
from ...exceptions import PurgeRefused, RestoreRefused
from ...field_types import field_type_named
from ...models import CustomObjectType
from ...services.deleted.definitions import RecordedDeletion
from ...services.deleted.visible import (
    COUNT_LIMIT,
    count_kept,
    find_viewable,
    may_purge,
    may_restore,
    purge_for,
    restorable_until,
    restore_for,
    viewable_deletions,
)
from ..base import page_of

LIST = f'plugins:{APP_LABEL}:customobjecttype_deleted'
RESTORE = f'plugins:{APP_LABEL}:customobjecttype_restore_deleted'


class Deleted(ObjectAction):
    """Leads to the page."""

    name = 'deleted'
    label = gettext_lazy('Deleted')
    permissions_required = frozenset(('view',))
    icon = 'mdi-delete-restore'


def entry_of(deletion: RecordedDeletion, user, is_counted: bool = True) -> dict:
    """Return what the page and the panel show of a deletion; counting what is kept may read a whole table."""
    data, count = deletion.record.prechange_data, count_kept(deletion) if is_counted else 0
    return {
        'pk': deletion.record.pk,
        'name': deletion.name,
        'is_type': deletion.field_id is None,
        'kind': None if deletion.field_id is None else field_type_named(data['type']).label,
        'record': deletion.record,
        'is_counted': is_counted,
        'count': min(count, COUNT_LIMIT),
        'has_more': count > COUNT_LIMIT,
        'until': restorable_until(deletion.record.time),
        'may_restore': may_restore(user, deletion),
        'may_purge': may_purge(user, deletion),
    }


class DeletedPage(ObjectPermissionRequiredMixin, View):
    """Base: for users who may view types or fields."""

    queryset = CustomObjectType.objects.all()

    def get_required_permission(self):
        return get_permission_for_model(CustomObjectType, 'view')


@register_model_view(CustomObjectType, 'deleted', path='deleted', detail=False)
class DeletedView(DeletedPage):
    """Everything in the current schema that can be restored, newest first."""

    template_name = f'{APP_LABEL}/deleted/list.html'

    def get(self, request):
        deletions = viewable_deletions(request.user)
        shown = page_of(request, deletions)
        context = {
            'model': CustomObjectType,
            'entries': [entry_of(deletion, request.user) for deletion in shown['page'].object_list],
            **shown,
        }
        return render(request, self.template_name, context)


class OneDeletionView(DeletedPage):
    """Base of the forms: a question, and what is done when it is answered."""

    template_name = f'{APP_LABEL}/deleted/confirm.html'

    def find(self, request, pk: int) -> RecordedDeletion:
        if (deletion := find_viewable(request.user, pk)) is None:
            raise Http404()
        return deletion

    def show(self, request, deletion: RecordedDeletion, **context):
        entry = entry_of(deletion, request.user)
        return render(request, self.template_name, {'entry': entry, 'return_url': reverse(LIST), **context})


@register_model_view(CustomObjectType, 'restore_deleted', path='deleted/<int:record>/restore', detail=False)
class RestoreView(OneDeletionView):
    """Shows what would come back, and brings it back."""

    def get(self, request, record):
        deletion = self.find(request, record)
        try:
            restored, error = restore_for(request.user, deletion, dry_run=True), ''
        except RestoreRefused as refused:
            restored, error = None, str(refused)
        return self.show(request, deletion, restored=restored, error=error, action='restore')

    def post(self, request, record):
        deletion = self.find(request, record)
        try:
            restored = restore_for(request.user, deletion)
        except (RestoreRefused, AbortRequest) as refused:
            messages.error(request, str(refused))
            return redirect(LIST)
        except ValidationError as error:
            messages.error(request, ' '.join(error.messages))
            return redirect(LIST)
        text = _('{name} has been restored.').format(name=deletion.name)
        messages.success(request, f'{text} {restored.describe()}'.rstrip())
        return redirect(CustomObjectType.objects.get(pk=deletion.type_id).get_absolute_url())


@register_model_view(CustomObjectType, 'purge_deleted', path='deleted/<int:record>/purge', detail=False)
class PurgeView(OneDeletionView):
    """Drops what was deleted before its time is up."""

    def get(self, request, record):
        deletion = self.find(request, record)
        if not may_purge(request.user, deletion):
            raise PermissionDenied()
        return self.show(request, deletion, action='purge')

    def post(self, request, record):
        deletion = self.find(request, record)
        try:
            purge_for(request.user, deletion)
        except PurgeRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _('{name} has been purged.').format(name=deletion.name))
        return redirect(LIST)


class DeletedFieldsPanel(panels.ObjectPanel):
    """The deleted fields of a type that can be restored."""

    template_name = f'{APP_LABEL}/panels/deleted_fields.html'
    title = gettext_lazy('Deleted Fields')

    def get_context(self, context):
        found = super().get_context(context)
        user = context['request'].user
        deletions = viewable_deletions(user, found['object'].pk)
        return {**found, 'entries': [entry_of(deletion, user, is_counted=False) for deletion in deletions]}

    def should_render(self, context):
        return bool(context['entries'])


class RestorableMixin:
    """For pages that delete types or fields: afterwards, a message leads to where they can be restored."""

    def post(self, request, *args, **kwargs):
        response = super().post(request, *args, **kwargs)
        made = [found for found in viewable_deletions(request.user) if found.record.request_id == request.id]
        if made:
            messages.info(request, undo_message(made))
        return response


def undo_message(deletions: list[RecordedDeletion]) -> str:
    """Return what is said once something is deleted: until when it can be restored, and the way there."""
    until = restorable_until(deletions[0].record.time)
    text = _('Restorable until {date}.').format(date=localtime(until).date()) if until else _('This can be restored.')
    page = reverse(RESTORE, args=[deletions[0].record.pk]) if len(deletions) == 1 else reverse(LIST)
    return format_html('{} <a href="{}">{}</a>', text, page, _('Undo'))
