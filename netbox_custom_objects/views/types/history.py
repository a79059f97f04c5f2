"""
The history of a type's schema: what was added, changed and deleted, request by request; and the undoing of the last.

May import services. Read from the change log, as plans are executed and not kept.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import router
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.signals import clear_events
from netbox.views.generic.base import BaseObjectView
from utilities.exceptions import AbortRequest
from utilities.permissions import get_permission_for_model
from utilities.views import ViewTab, register_model_view

from ...constants import APP_LABEL
from ...exceptions import UndoRefused
from ...field_types.shared.bounds import whole_number
from ...models import CustomObjectType
from ...services.history.revisions import keys_of, records_of, revisions
from ...services.history.undo import last_change, undo
from ...services.preview import previewing
from ..base import TriesAgainMixin, page_of

HISTORY = f'plugins:{APP_LABEL}:customobjecttype_schema_history'


class TypeHistoryView(BaseObjectView):
    """Base: pages for those who may view a type, and of the change log what they may view."""

    queryset = CustomObjectType.objects.all()

    def get_required_permission(self):
        return get_permission_for_model(CustomObjectType, 'view')

    def records(self, custom_object_type):
        return records_of(custom_object_type).restrict(self.request.user, 'view')


@register_model_view(CustomObjectType, 'schema_history', path='schema-history')
class SchemaHistoryView(TypeHistoryView):
    """A tab of a type: the requests that changed its schema, newest first."""

    template_name = f'{APP_LABEL}/history/list.html'
    tab = ViewTab(label=gettext_lazy('Schema History'), permission='core.view_objectchange', weight=600)

    def get(self, request, pk):
        custom_object_type = self.get_object(pk=pk)
        records = self.records(custom_object_type)
        shown = page_of(request, keys_of(records))
        context = {
            'object': custom_object_type,
            'tab': self.tab,
            'revisions': revisions(records, shown['page'].object_list, request.user),
            'may_undo': shown['page'].number == 1 and may_change(request.user),
            **shown,
        }
        return render(request, self.template_name, context)


def may_change(user) -> bool:
    """Whether a user may change some types or fields; whether these ones is asked when it is done."""
    names = ('customobjecttype', 'customobjecttypefield', 'customobjecttypeconstraint')
    return any(
        user.has_perm(f'{APP_LABEL}.{action}_{name}') for name in names for action in ('change', 'delete', 'add')
    )


@register_model_view(CustomObjectType, 'undo', path='schema-history/undo')
class UndoView(TriesAgainMixin, TypeHistoryView):
    """Shows what undoing the last change of a type would do, and does it."""

    template_name = f'{APP_LABEL}/history/undo.html'

    def get(self, request, pk):
        custom_object_type = self.get_object(pk=pk)
        change = self._last(custom_object_type)
        if change is None:
            messages.warning(request, _('No changes to this type or its fields have been recorded.'))
            return redirect(HISTORY, pk=pk)
        steps, refusal = self._try_out(custom_object_type, change.key)
        groups = [{'request_id': change.records[0].request_id, 'replay': change.replay}]
        found = revisions(self.records(custom_object_type), groups, request.user)
        return render(request, self.template_name, {
            'object': custom_object_type,
            'key': change.key,
            'revision': found[0] if found else None,
            'steps': steps,
            'refusal': refusal,
            'return_url': reverse(HISTORY, args=[pk]),
        })  # fmt: skip

    def post(self, request, pk):
        custom_object_type = self.get_object(pk=pk)
        if self._last(custom_object_type) is None:
            raise PermissionDenied()
        try:
            undo(custom_object_type, whole_number(request.POST.get('key', '')) or 0, request.user)
        except (UndoRefused, AbortRequest) as refused:
            messages.error(request, _('The change cannot be undone: {reason}').format(reason=refused))
            clear_events.send(sender=self)
        else:
            messages.success(request, _('The last change has been undone.'))
        return redirect(HISTORY, pk=pk)

    def _last(self, custom_object_type):
        """Return the last change, None if there is none; who undoes it must be able to view all of it."""
        change = last_change(custom_object_type)
        if change is not None:
            pks = [record.pk for record in change.records]
            if self.records(custom_object_type).filter(pk__in=pks).count() < len(pks):
                raise PermissionDenied()
        return change

    def _try_out(self, custom_object_type, key: int) -> tuple[list, str]:
        """Return what would be done to tables, or why it would be refused."""
        try:
            with previewing(router.db_for_write(CustomObjectType)) as preview:
                undo(custom_object_type, key, self.request.user)
            return preview.steps(), ''
        except (UndoRefused, AbortRequest) as refused:
            return [], str(refused)
        except PermissionDenied:
            return [], _('You may not carry out all of its edits.')
        finally:
            # NetBox sends events of what is queued when the request ends.
            clear_events.send(sender=self)
