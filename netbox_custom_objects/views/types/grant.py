"""The page that grants rights to the objects of a type."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from netbox.views.generic.base import BaseObjectView
from users.models import ObjectPermission
from utilities.exceptions import PermissionsViolation
from utilities.forms import restrict_form_fields
from utilities.permissions import get_permission_for_model
from utilities.views import register_model_view

from ...constants import APP_LABEL
from ...forms.grant import GrantForm
from ...models import CustomObjectType


@register_model_view(CustomObjectType, 'grant', path='grant')
class GrantView(BaseObjectView):
    """For those who may view the type and add permissions."""

    queryset = CustomObjectType.objects.all()
    template_name = f'{APP_LABEL}/grant.html'

    def get_required_permission(self):
        return get_permission_for_model(CustomObjectType, 'view')

    def has_permission(self):
        allowed = super().has_permission()
        return allowed and self.request.user.has_perm(get_permission_for_model(ObjectPermission, 'add'))

    def get(self, request, pk):
        return self._show(self.get_object(pk=pk), self._form())

    def post(self, request, pk):
        custom_object_type, form = self.get_object(pk=pk), self._form(request.POST)
        if not form.is_valid():
            return self._show(custom_object_type, form)
        try:
            permission = form.save(custom_object_type, request.user)
        except PermissionsViolation as error:
            form.add_error(None, error.message)
            return self._show(custom_object_type, form)
        messages.success(request, _('Granted: {permission}').format(permission=permission))
        return redirect(custom_object_type.get_absolute_url())

    def _form(self, data=None) -> GrantForm:
        form = GrantForm(data)
        restrict_form_fields(form, self.request.user)
        return form

    def _show(self, custom_object_type, form):
        return render(self.request, self.template_name, {'object': custom_object_type, 'form': form})
