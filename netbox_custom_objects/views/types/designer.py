"""
The type designer: a type with all of its fields and constraints on one page, stored together.

May import the design and its forms. Rows are rendered one by one, by htmx; nothing is stored before the last button.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.signals import clear_events
from netbox.views.generic.base import BaseObjectView
from utilities.permissions import get_permission_for_model
from utilities.views import register_model_view

from ...constants import APP_LABEL
from ...ddl.target import MAIN_ALIAS
from ...forms.design.page import DesignPage
from ...forms.design.rows import CONSTRAINTS, FIELDS, is_key, new_key
from ...forms.examples import examples_of
from ...models import CustomObjectType, CustomObjectTypeConstraint, CustomObjectTypeField
from ...models.rows.convert import field_definition
from ...runtime.context import current_alias
from ...schema.design import Invalid, store, try_out
from ...schema.design.sentences import sentences
from ...services.dependents import dependents_of_type, grouped
from ..base import NewTypeView, TriesAgainMixin, may_branch
from ..staged import begun_message
from .in_branch import store_in_new_branch


class DesignMixin(TriesAgainMixin):
    """What the pages of a design have in common: the type, and the forms."""

    def page(self, **arguments) -> DesignPage:
        return DesignPage(self.custom_object_type(), self.request.user, **arguments)

    def custom_object_type(self) -> CustomObjectType | None:
        return None


class NewDesignMixin(DesignMixin, NewTypeView):
    """For a type that does not exist yet."""


class StoredDesignMixin(DesignMixin, BaseObjectView):
    """For a type that exists: for users who may change anything of it; what they may not change is locked."""

    queryset = CustomObjectType.objects.all()

    def get_required_permission(self):
        return get_permission_for_model(CustomObjectType, 'view')

    def has_permission(self):
        return super().has_permission() and may_design(self.request.user)

    def custom_object_type(self):
        return get_object_or_404(self.queryset, pk=self.kwargs['pk'])


def may_design(user) -> bool:
    """Whether a user may change anything of a type in the designer."""
    rights = [(CustomObjectType, 'change')]
    rights += [(model, action) for model in (CustomObjectTypeField, CustomObjectTypeConstraint) for action in ACTIONS]
    return any(user.has_perm(get_permission_for_model(model, action)) for model, action in rights)


ACTIONS = ('add', 'change', 'delete')


class PageMixin:
    """The page: shows the design, and stores what was sent."""

    template_name = f'{APP_LABEL}/designer.html'

    def get(self, request, **kwargs):
        return self._render(self.page(initial=request.GET.dict()))

    def post(self, request, **kwargs):
        page = self.page(data=request.POST)
        try:
            if '_branch' in request.POST:
                return self._store_in_branch(page)
            found = store(page.design(), request.user)
        except Invalid:
            clear_events.send(sender=self)
            return self._render(page)
        if not found.actions and not found.staged:
            messages.info(request, _('Nothing was changed.'))
            return redirect(found.type.get_absolute_url())
        link = format_html('<a href="{}">{}</a>', found.type.get_absolute_url(), found.type)
        if page.type is None:
            text = ngettext(
                'Created custom object type {} with {} field', 'Created custom object type {} with {} fields',
                len(found.fields),
            )  # fmt: skip
        else:
            text = _('Modified custom object type {}')
        messages.success(request, format_html(text, link, len(found.fields)))
        fields = {field.pk: field for field in found.fields}
        for change in found.staged.values():
            messages.info(request, begun_message(change, fields[change.field_id]))
        return redirect(found.type.get_absolute_url())

    def _store_in_branch(self, page: DesignPage):
        """Have a job store the design in a branch that is made for it, unless it is refused here already."""
        request, user = self.request, self.request.user
        if not self._may_branch():
            raise PermissionDenied
        missing = try_out(page.design(), user).missing_rights(user)
        try:
            if missing:
                raise ValidationError(
                    _('Your permissions do not allow this: {permission}.').format(permission=', '.join(missing))
                )
            name = request.POST.get('branch_name', '').strip()
            if not name:
                raise ValidationError(_('The new branch needs a name.'))
            job = store_in_new_branch(name, page.type, request.POST, user)
        except ValidationError as error:
            page.form.note(' '.join(error.messages))
            raise Invalid from error
        branch = job.object
        text = _('Branch {} is being made. A job stores the design there as soon as it is ready.')
        messages.success(request, format_html(text, branch.name))
        if user.has_perm(get_permission_for_model(branch, 'view')):
            return redirect(branch.get_absolute_url())
        return redirect(page.type.get_absolute_url() if page.type else CustomObjectType._get_action_url('list'))

    def _may_branch(self) -> bool:
        """Branches are made of main."""
        return may_branch(self.request.user) and current_alias() == MAIN_ALIAS

    def _render(self, page: DesignPage):
        context = {'page': page, 'form': page.form, 'model': CustomObjectType, 'object': page.type}
        context |= {'may_branch': self._may_branch(), 'branch_name': self.request.POST.get('branch_name', '')}
        return render(self.request, self.template_name, context)


class RowMixin:
    """One row: a new one, or one of which something was just changed that its other inputs depend on."""

    kind, template_name = FIELDS, f'{APP_LABEL}/inc/designer_row.html'

    def post(self, request, **kwargs):
        key = request.POST.get('shown', '')
        page = self.page(typed=request.POST)
        row = page.row(self.kind, key if is_key(self.kind, key) else new_key(self.kind))
        if row is None:
            raise Http404
        return render(request, self.template_name, {'row': row, 'page': page})


class ConstraintMixin(RowMixin):
    kind, template_name = CONSTRAINTS, f'{APP_LABEL}/inc/designer_constraint.html'


class PreviewMixin:
    """What storing the design would do, and how it will look; nothing is written."""

    def post(self, request, **kwargs):
        page = self.page(data=request.POST)
        design = page.design()
        context = {'page': page}
        try:
            found = try_out(design, request.user)
        except Invalid:
            context['faults'] = page.faults()
        else:
            definitions = [field_definition(field) for field in found.fields]
            context |= {
                'type': found.type,
                'changes': sentences(design, found),
                'steps': found.steps,
                'look': examples_of(definitions, found.type.display_expression, request.user),
                'dependents': grouped(dependents_of_type(found.type), request.user) if page.type is None else (),
            }
        finally:
            clear_events.send(sender=self)
        return render(request, f'{APP_LABEL}/inc/designer_preview.html', context)


@register_model_view(CustomObjectType, 'design', detail=False)
class DesignView(PageMixin, NewDesignMixin):
    pass


@register_model_view(CustomObjectType, 'design_row', path='design/row', detail=False)
class DesignRowView(RowMixin, NewDesignMixin):
    pass


@register_model_view(CustomObjectType, 'design_constraint', path='design/constraint', detail=False)
class DesignConstraintView(ConstraintMixin, NewDesignMixin):
    pass


@register_model_view(CustomObjectType, 'design_preview', path='design/preview', detail=False)
class DesignPreviewView(PreviewMixin, NewDesignMixin):
    pass


@register_model_view(CustomObjectType, 'redesign', path='design')
class RedesignView(PageMixin, StoredDesignMixin):
    pass


@register_model_view(CustomObjectType, 'redesign_row', path='design/row')
class RedesignRowView(RowMixin, StoredDesignMixin):
    pass


@register_model_view(CustomObjectType, 'redesign_constraint', path='design/constraint')
class RedesignConstraintView(ConstraintMixin, StoredDesignMixin):
    pass


@register_model_view(CustomObjectType, 'redesign_preview', path='design/preview')
class RedesignPreviewView(PreviewMixin, StoredDesignMixin):
    pass
