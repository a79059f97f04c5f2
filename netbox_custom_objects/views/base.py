"""
What all pages of custom objects share: the type is named by its slug, and looked up in the schema of the request.

A view class serves every type, so that NetBox's generic views do the work; what differs per type is set on the view
instance for each request.
"""

from django.conf import settings
from django.urls import resolve

from ..runtime.lookup import model_by_slug


class TypeFromURLMixin:
    """
    Sets `model` and `queryset` from the slug in the URL before the generic view looks at them.

    Views add what they need per type in `bind`.
    """

    model = None
    queryset = None

    def dispatch(self, request, *args, custom_object_type=None, **kwargs):
        if settings.LOGIN_REQUIRED and not request.user.is_authenticated:
            # Before the look-up: whether a type exists is nobody's business who is not logged in.
            return self.handle_no_permission()
        # A background job calls the view with the request alone.
        slug = custom_object_type or resolve(request.path_info).kwargs['custom_object_type']
        self.bind(model_by_slug(slug))
        return super().dispatch(request, *args, **kwargs)

    def bind(self, model: type) -> None:
        """Set what depends on the type; `model` is its class in the current context."""
        self.model = model
        self.queryset = model.objects.all()
