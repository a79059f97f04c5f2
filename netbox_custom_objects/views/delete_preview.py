"""
Middleware that adds to NetBox's delete pages what the deletion would do to custom objects (ADR 18).

NetBox has no hook there: its pages list what Django's relations lead to, and core models know none of ours. A page
that has another shape than expected is sent as it is.
"""

import logging
from functools import cache

from django.http import Http404
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from netbox.views.generic import BulkDeleteView, ObjectDeleteView
from utilities.permissions import get_permission_for_model

from ..field_types.shared.bounds import whole_number
from ..models import CustomObjectType, CustomObjectTypeField
from ..runtime.lookup import model_by_slug
from ..services.deletion_preview import groups, preview

logger = logging.getLogger('netbox.plugins.netbox_custom_objects.views')

TEMPLATE = 'netbox_custom_objects/inc/delete_preview.html'
# The panel goes before the last of these, each looked for behind the one before: the buttons of the form.
SINGLE_MARKERS = (b'class="modal-body"', b'<div class="modal-footer">')
BULK_MARKERS = (b'id="delete-form" ', b'<div class="text-end">')
# More are not looked up for a page.
OBJECTS_CONSIDERED = 1000


class DeletePreviewMiddleware:
    """Renders the panel before the view runs, while the branch of the request is active, and inserts it afterwards."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        panel, markers = getattr(request, '_custom_objects_panel', (None, ()))
        if panel and response.status_code == 200 and not response.streaming:
            insert(response, panel.encode(response.charset), markers)
        return response

    def process_view(self, request, view_func, view_args, view_kwargs):
        view_class = getattr(view_func, 'view_class', None)
        if view_class is None or not issubclass(view_class, (ObjectDeleteView, BulkDeleteView)):
            return
        try:
            chosen = chosen_objects(view_class, request, view_kwargs)
            panel = chosen and render_panel(request, *chosen)
        except Http404:
            return  # the view says so
        except Exception:
            # The view itself does without it, or reports the error better.
            logger.exception('The effect of a deletion on custom objects could not be determined.')
            return
        if panel:
            markers = BULK_MARKERS if issubclass(view_class, BulkDeleteView) else SINGLE_MARKERS
            request._custom_objects_panel = panel, markers


def chosen_objects(view_class, request, kwargs) -> tuple[type, list[int]] | None:
    """Return the model and the ids that a confirmation page asks about; None if it is none, or not for this user."""
    if 'custom_object_type' in kwargs:
        model = model_by_slug(kwargs['custom_object_type'])
    elif view_class.queryset is None:
        return None
    else:
        model = view_class.queryset.model
    if model in (CustomObjectType, CustomObjectTypeField):
        return None
    if not request.user.has_perm(get_permission_for_model(model, 'delete')):
        return None
    if issubclass(view_class, ObjectDeleteView):
        return (model, [kwargs['pk']]) if request.method == 'GET' and 'pk' in kwargs else None
    if request.method != 'POST' or '_confirm' in request.POST:
        return None
    if request.POST.get('_all'):
        objects = model.objects.all()
        if (filterset := getattr(view_class, 'filterset', None)) is not None:
            objects = filterset(request.GET, objects, request=request).qs
    else:
        objects = model.objects.filter(pk__in=list(filter(None, map(whole_number, request.POST.getlist('pk')))))
    objects = objects.restrict(request.user, 'delete').order_by()
    return model, list(objects.values_list('pk', flat=True)[:OBJECTS_CONSIDERED])


def render_panel(request, model: type, pks: list[int]) -> str:
    """Return the panel as HTML; an empty string if custom objects have nothing to do with the deletion."""
    found = preview(model, pks)
    if not found:
        return ''
    parts = []
    for title, ids in (
        (_('These custom objects prevent the deletion'), found.protecting),
        (_('These custom objects will be deleted as well'), found.deleted),
        (_('These custom objects refer to it and will be changed'), found.changed),
    ):
        shown, hidden = groups(ids, request.user)
        if shown or hidden:
            parts.append({'title': title, 'groups': shown, 'hidden': hidden})
    return render_to_string(TEMPLATE, {'parts': parts}, request=request) if parts else ''


@cache
def note_missing(marker: bytes) -> None:
    """Log, once, that pages look otherwise than expected."""
    logger.warning('A delete page lacks %s: custom objects are not listed on it.', marker.decode())


def insert(response, panel: bytes, markers: tuple[bytes, ...]) -> None:
    """Insert a panel into a page where the markers say; leave a page without them as it is."""
    position = -1
    for marker in markers:
        position = response.content.find(marker, position + 1)
        if position < 0:
            note_missing(marker)
            return
    response.content = response.content[:position] + panel + response.content[position:]
    if response.has_header('Content-Length'):
        response['Content-Length'] = str(len(response.content))
