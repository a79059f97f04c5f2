"""Page that queues the check of references, in the schema of the request, and the button that leads there."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from netbox.object_actions import ObjectAction
from utilities.rqworker import any_workers_for_queue
from utilities.views import ObjectPermissionRequiredMixin, get_action_url, register_model_view

from ..models import CustomObjectType
from ..runtime.context import current_alias
from ..services.upkeep.reference_check_job import enqueue_check, find_schema


class CheckReferences(ObjectAction):
    """Leads to the page."""

    name = 'check_references'
    label = gettext_lazy('Check references')
    permissions_required = frozenset(('change',))
    icon = 'mdi-link-variant-remove'


@register_model_view(CustomObjectType, 'check_references', path='check-references', detail=False)
class CheckReferencesView(ObjectPermissionRequiredMixin, View):
    """Who may change types may have references checked; clearing them, in objects of any type, is for superusers."""

    queryset = CustomObjectType.objects.all()
    template_name = 'netbox_custom_objects/check_references.html'

    def get_required_permission(self):
        return 'netbox_custom_objects.change_customobjecttype'

    def get(self, request):
        return render(request, self.template_name, {'return_url': get_action_url(CustomObjectType, action='list')})

    def post(self, request):
        repair = 'repair' in request.POST
        if repair and not request.user.is_superuser:
            raise PermissionDenied()
        schema = find_schema(current_alias())
        job = schema and enqueue_check(schema, request.user, repair)
        if job is None:
            messages.info(request, _('There is nothing to check: no field refers to an object.'))
            return redirect(get_action_url(CustomObjectType, action='list'))
        if not any_workers_for_queue(job.queue_name):
            messages.warning(request, _('No worker is running. The check will start when one is.'))
        return redirect(job.get_absolute_url())
