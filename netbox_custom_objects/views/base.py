"""
What all pages of custom objects share: the type is named by its slug, and looked up in the schema of the request.

A view class serves every type, so that NetBox's generic views do the work; what differs per type is set on the view
instance for each request.
"""

import re
from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.contrib import messages
from django.core.paginator import InvalidPage
from django.db import DEFAULT_DB_ALIAS, router
from django.http import Http404
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import resolve, reverse
from django.utils.translation import gettext

from netbox.choices import ImportMethodChoices
from netbox.object_actions import AddObject, BulkEdit, BulkImport, BulkRename, CloneObject, EditObject
from netbox.ui.actions import AddObject as AddButton
from netbox.views.generic.base import BaseMultiObjectView, BaseObjectView
from utilities.forms import restrict_form_fields
from utilities.htmx import htmx_partial
from utilities.jobs import is_background_request
from utilities.paginator import EnhancedPaginator, get_paginate_count
from utilities.permissions import get_permission_for_model

from ..constants import APP_LABEL
from ..field_types.shared.deprecation import closed
from ..forms.imports import UNREADABLE, CheckedImportForm
from ..models import CustomObjectType, CustomObjectTypeField
from ..runtime import extensions
from ..runtime.classes.constraints import violations_refused
from ..runtime.lookup import model_by_slug
from ..runtime.rights import has_right_to_all
from ..services.second_try import statements_reported, tried_twice

# What a deprecated type does not offer.
WRITES = (AddObject, BulkEdit, BulkImport, BulkRename, CloneObject, EditObject)


def page_of(request, objects) -> dict:
    """Return the page of `objects`, a queryset or a list, that is asked for, or the first; and its paginator."""
    paginator = EnhancedPaginator(objects, get_paginate_count(request))
    try:
        page = paginator.page(request.GET.get('page', 1))
    except InvalidPage:
        page = paginator.page(1)
    return {'paginator': paginator, 'page': page}


def may_branch(user) -> bool:
    """Whether a user may have something done in a new branch."""
    return extensions.new_branch is not None and user.has_perm('netbox_branching.add_branch')


def add_button(model, label) -> AddButton:
    """Return the button of a panel on the page of a type that adds an object of the type, such as a field."""
    return AddButton(
        model._meta.label_lower, label=label, url_params={'custom_object_type': lambda context: context['object'].pk}
    )


class LivePreviewView(BaseObjectView):
    """
    Base of views that answer the inputs of an add or edit form with a preview, for its page to show.

    Nothing is saved. Users need the permission that saving needs.
    """

    form: type
    # (bound form, user) to what the template shows; the form need not be valid.
    preview_of: Callable

    def get_required_permission(self):
        return get_permission_for_model(self.queryset.model, 'change' if self.kwargs else 'add')

    def prepare(self, instance):
        """Prepare the instance before the form is bound."""

    def post(self, request, pk=None):
        instance = self.queryset.model() if pk is None else self.get_object(pk=pk)
        self.prepare(instance)
        form = self.form(data=request.POST, instance=instance)
        restrict_form_fields(form, request.user)
        preview = self.preview_of(form, request.user)
        return render(request, self.template_name, {'preview': preview, 'is_new': pk is None})


class NewTypeView(BaseMultiObjectView):
    """Base of pages that create a type along with its fields, for users who may add both."""

    queryset = CustomObjectType.objects.all()

    def get_required_permission(self):
        return get_permission_for_model(CustomObjectType, 'add')

    def has_permission(self):
        allowed = super().has_permission()
        return allowed and self.request.user.has_perm(get_permission_for_model(CustomObjectTypeField, 'add'))


class TriesAgainMixin:
    """
    Carries a form out once more if another request was in its way.

    If that one is in its way again, the form shows it: NetBox's views show what an AbortRequest says.
    """

    def dispatch(self, request, *args, **kwargs):
        send = partial(super().dispatch, request, *args, **kwargs)
        if request.method != 'POST':
            return send()
        aliases = DEFAULT_DB_ALIAS, router.db_for_write(self.queryset.model)

        def carry_out():
            for file in request.FILES.values():
                file.seek(0)
            try:
                return send()
            except self.queryset.model.DoesNotExist as error:
                raise Http404 from error

        return tried_twice(carry_out, *aliases, again=partial(statements_reported, *aliases))


class BulkEditMixin:
    """For bulk edit pages: a form that is asked for again without any object is answered as NetBox answers others."""

    def post(self, request, **kwargs):
        if htmx_partial(request) and '_apply' not in request.POST and not self._selected(request):
            name = self.queryset.model._meta.verbose_name_plural
            messages.warning(request, gettext('No {object_type} were selected.').format(object_type=name))
            return redirect(self.get_return_url(request))
        return super().post(request, **kwargs)

    def _selected(self, request) -> bool:
        if request.POST.get('_all') and self.filterset is not None:
            return self.filterset(request.GET, self.queryset, request=request).qs.exists()
        return bool(request.POST.getlist('pk'))


class TypeFromURLMixin(TriesAgainMixin):
    """
    Sets `model` and `queryset` from the slug in the URL before the generic view looks at them.

    Views add what they need per type in `bind`.
    """

    model = None
    queryset = None

    def dispatch(self, request, *args, custom_object_type=None, **kwargs):
        if settings.LOGIN_REQUIRED and not request.user.is_authenticated:
            # Before the look-up: users who are not logged in must not learn whether a type exists.
            return self.handle_no_permission()
        # A background job calls the view with the request alone.
        slug = custom_object_type or resolve(request.path_info).kwargs['custom_object_type']
        self.bind(model_by_slug(slug))
        return super().dispatch(request, *args, **kwargs)

    def bind(self, model: type) -> None:
        """Set what depends on the type; `model` is its class in the current context."""
        self.model = model
        self.queryset = model.objects.all()
        if model._definition.deprecated and hasattr(self, 'actions'):
            self.actions = tuple(action for action in self.actions if not issubclass(action, WRITES))


class WritingMixin(TypeFromURLMixin):
    """For pages that create or change objects: those of a deprecated type lead back to the list, and say why."""

    def get(self, request, *args, **kwargs):
        # Some of NetBox's forms for many objects are reached by a POST only.
        show = getattr(super(), 'get', self.http_method_not_allowed)
        return self._refuse(request) or show(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        # What another request has written since the form was validated is an error of the form, too.
        with violations_refused(self.model, router.db_for_write(self.model)):
            return self._refuse(request) or super().post(request, *args, **kwargs)

    def _refuse(self, request):
        if not self.model._definition.deprecated:
            return None
        messages.error(request, closed(self.model._definition), fail_silently=True)
        return redirect(self.model.get_list_url())


class CheckedImportMixin:
    """For import pages: what cannot be read is an error of the form, also where NetBox's own form raises."""

    template_name = 'netbox_custom_objects/customobject_import.html'
    # Whether the file was read: errors that follow are not the form's.
    _was_read = False

    def post(self, request, *args, **kwargs):
        if is_background_request(request):
            return super().post(request, *args, **kwargs)
        form = CheckedImportForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._show(request, form)
        try:
            return super().post(request, *args, **kwargs)
        except UNREADABLE as error:
            if self._was_read:
                raise
            form.add_reading_error(error)
            return self._show(request, form)

    def create_and_update_objects(self, form, request):
        self._was_read = True
        return super().create_and_update_objects(form, request)

    def _show(self, request, form):
        return render(request, self.template_name, {
            'model': self.model_form._meta.model,
            'form': form,
            'fields': self._get_form_fields(),
            'import_method': form.data.get('import_method') or ImportMethodChoices.DIRECT,
            'return_url': self.get_return_url(request),
            **self.get_extra_context(request),
        })  # fmt: skip


def deprecation_context(model: type) -> dict[str, str]:
    """Return what the pages of a type say about its deprecation, for their templates."""
    definition = model._definition
    return {'deprecation_notice': closed(definition)} if definition.deprecated else {}


# Where a type is designed.
DESIGN = f'plugins:{APP_LABEL}:customobjecttype_redesign'


def type_links(user, model: type) -> dict[str, str]:
    """Return the addresses of a type's page and of its design, for its objects' pages, if the user may open them."""
    return {
        'type_url': reverse(f'plugins:{APP_LABEL}:customobjecttype', args=[model._type_id])
        if _may(user, model, 'view')
        else '',
        'design_url': reverse(DESIGN, args=[model._type_id]) if _may(user, model, 'change') else '',
    }


def _may(user, model: type, action: str) -> bool:
    permission = get_permission_for_model(CustomObjectType, action)
    if has_right_to_all(user, permission) or not user.has_perm(permission):
        return user.has_perm(permission)
    return CustomObjectType.objects.restrict(user, action).filter(pk=model._type_id).exists()


FORM = re.compile(rb'<form\b[^>]*>')


class DeleteNoticeMixin:
    """Says what a deletion means above the question whether to delete, on the page and in the dialog of htmx alike."""

    # Shown with what `get_extra_context` returns; the template of the page includes it.
    notice_template = None

    def get(self, request, *args, **kwargs):
        response = super().get(request, *args, **kwargs)
        if htmx_partial(request) and response.content:
            context = self.get_extra_context(request, self.get_object(**kwargs))
            notice = render_to_string(self.notice_template, context, request=request)
            # NetBox's dialog takes the form of the answer and leaves the rest, and its template has no place for more.
            response.content = FORM.sub(lambda found: found[0] + notice.encode(), response.content, count=1)
        return response
