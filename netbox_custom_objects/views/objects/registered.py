"""
Views that other plugins have registered for a type or for all custom objects, at `<slug>/<pk>/<path>/`.

They may be registered at any time, so nothing but the request tells what there is.
"""

from django.conf import settings
from django.contrib.auth.mixins import AccessMixin
from django.views.generic import View

from ...constants import APP_LABEL, COMMON_MODEL
from ...models.registered import registered_pages
from ...runtime.lookup import model_by_slug


class RegisteredView(AccessMixin, View):
    """Hands over to the view that is registered for the rest of the address."""

    def dispatch(self, request, custom_object_type, path, **kwargs):
        if settings.LOGIN_REQUIRED and not request.user.is_authenticated:
            # Before the look-up: users who are not logged in must not learn whether a type exists.
            return self.handle_no_permission()
        model = model_by_slug(custom_object_type)
        found = registered_pages(model, detail='pk' in kwargs).resolve(f'{path}/')
        view = found.func
        view_class = getattr(view, 'view_class', None)
        if hasattr(view_class, 'queryset') and _is_about(view_class.queryset, model):
            # The class may be older than the type is now, and another one in this branch.
            view = view_class.as_view(**{**view.view_initkwargs, 'queryset': model.objects.all()})
        return view(request, *found.args, **kwargs, **found.kwargs)


def _is_about(queryset, model: type) -> bool:
    """Whether a view's queryset is left to us, or of the same type."""
    if queryset is None:
        return True
    found = getattr(queryset, 'model', None)
    names = COMMON_MODEL, model._meta.model_name
    return found is not None and found._meta.app_label == APP_LABEL and found._meta.model_name in names
