"""
Deleted objects of a type: a page that lists and restores them, and the message that leads there after a deletion.

May import services.
"""

from uuid import UUID

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from netbox.views.generic.base import BaseMultiObjectView
from utilities.exceptions import AbortRequest
from utilities.permissions import get_permission_for_model

from ...constants import APP_LABEL
from ...exceptions import RestoreRefused
from ...field_types.shared.bounds import whole_number
from ...services.deleted.visible import restore_objects_for, viewable_objects
from ..base import TypeFromURLMixin, WritingMixin, page_of

# The parameter that narrows the page to what one request has deleted.
REQUEST = 'request_id'


def deleted_objects_url(model: type) -> str:
    return reverse(f'plugins:{APP_LABEL}:customobject_deleted', args=[model._definition.slug])


class DeletedObjectsView(WritingMixin, BaseMultiObjectView):
    """The objects of a type that can be restored, newest first; those who may add objects restore them."""

    template_name = f'{APP_LABEL}/deleted/objects.html'

    def get_required_permission(self):
        return get_permission_for_model(self.model, 'view' if self.request.method == 'GET' else 'add')

    def get(self, request):
        records = viewable_objects(request.user, self.model)
        is_undo = (request_id := as_uuid(request.GET.get(REQUEST, ''))) is not None
        if is_undo:
            records = records.filter(request_id=request_id)
        shown = page_of(request, records)
        context = {
            'model': self.model,
            'records': shown['page'].object_list,
            **shown,
            'is_undo': is_undo,
            'list_url': self.model.get_list_url(),
            'may_restore': request.user.has_perm(get_permission_for_model(self.model, 'add')),
        }
        return render(request, self.template_name, context)

    def post(self, request):
        asked = {pk for text in request.POST.getlist('pk') if (pk := whole_number(text)) is not None}
        try:
            restored = restore_objects_for(request.user, self.model, asked)
        except (RestoreRefused, AbortRequest) as refused:
            messages.error(request, str(refused))
            return redirect(deleted_objects_url(self.model))
        messages.success(request, self._message(restored))
        if len(restored.ids) == 1:
            return redirect(self.model._get_action_url(kwargs={'pk': restored.ids[0]}))
        return redirect(self.model.get_list_url())

    def _message(self, restored) -> str:
        count = len(restored.ids)
        names = self.model._meta.verbose_name, self.model._meta.verbose_name_plural
        text = _('Restored {count} {objects}.').format(count=count, objects=names[count != 1])
        if restored.linked:
            linked = ngettext('{count} reference to it is back.', '{count} references are back.', restored.linked)
            text = f'{text} {linked.format(count=restored.linked)}'
        if restored.cleared:
            cleared = _('Cleared references to objects that no longer exist: {count}.')
            text = f'{text} {cleared.format(count=restored.cleared)}'
        if restored.left_out:
            text = f'{text} {_("Not restored:")} {" ".join(restored.left_out)}'
        return text


class RestorableObjectsMixin(TypeFromURLMixin):
    """For pages that delete objects: afterwards, a message leads to where they can be restored."""

    def post(self, request, *args, **kwargs):
        response = super().post(request, *args, **kwargs)
        if viewable_objects(request.user, self.model).filter(request_id=request.id).exists():
            page = f'{deleted_objects_url(self.model)}?{REQUEST}={request.id}'
            messages.info(request, format_html('<a href="{}">{}</a>', page, _('Undo')), fail_silently=True)
        return response


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
