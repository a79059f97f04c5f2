"""
Deletion of a type that fields of other types refer to: refused, or done with these fields if the user asks for it.

May import services. A part of the delete page of types.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import ProtectedError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from utilities.forms import DeleteForm
from utilities.htmx import htmx_partial

from ...exceptions import SchemaChangeRefused
from ...models.deletion import refuse_if_referenced
from ...services.type_deletion import check_rights, references_to

# The checkbox.
PARAMETER = 'delete_referencing_fields'


class ReferencedTypeMixin:
    """Asks about the fields that refer to a type on a page of its own: NetBox's dialog has no place for a checkbox."""

    references_template = 'netbox_custom_objects/customobjecttype_delete_references.html'

    def get(self, request, *args, **kwargs):
        obj = self.get_object(**kwargs)
        references = references_to(obj, request.user)
        if not references:
            return super().get(request, *args, **kwargs)
        if htmx_partial(request):
            return HttpResponse(headers={'HX-Redirect': request.path})
        context = {
            'object': obj,
            'form': DeleteForm(instance=obj, initial=request.GET),
            'return_url': self.get_return_url(request, obj),
            'references': [reference for reference in references if reference.is_visible],
            'hidden': sum(not reference.is_visible for reference in references),
            'is_allowed': all(reference.is_allowed for reference in references),
            **self.get_extra_context(request, obj),
        }
        return render(request, self.references_template, context)

    def get_object(self, **kwargs):
        obj = super().get_object(**kwargs)
        if self.request.method == 'POST' and self.request.POST.get(PARAMETER):
            obj.set_edit_context(delete_referencing_fields=True)
        return obj

    def post(self, request, *args, **kwargs):
        obj = self.get_object(**kwargs)
        try:
            if obj.edit_context.delete_referencing_fields:
                check_rights(references_to(obj, request.user))
            else:
                # NetBox would name the fields alone, without their types.
                refuse_if_referenced(obj, obj._state.db)
            return super().post(request, *args, **kwargs)
        except PermissionDenied as error:
            messages.error(request, str(error) or _('You may not delete this type.'))
        except (ProtectedError, SchemaChangeRefused) as error:
            messages.error(request, error.args[0])
        return redirect(obj.get_absolute_url())
