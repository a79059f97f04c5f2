"""
The type designer: a type with all of its fields on one page, stored together.

May import services and forms. Rows are rendered one by one, by htmx; nothing is stored before "Create".
"""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from core.signals import clear_events
from utilities.forms import restrict_form_fields
from utilities.views import register_model_view

from ...constants import APP_LABEL
from ...forms.designer import ROW_KEY, DesignerTypeForm, new_row_key, row_from_inputs, rows_of
from ...forms.examples import example_of
from ...models import CustomObjectType
from ...models.rows.convert import field_definition
from ...services.dependents import dependents_of_type, grouped
from ...services.designer import Invalid, designed
from ..base import NewTypeView

ROW_VIEW = f'plugins:{APP_LABEL}:customobjecttype_design_row'


class DesignerBase(NewTypeView):
    """What the pages of the designer share: the forms."""

    def forms(self) -> tuple:
        """Return the form of the type and those of the rows, bound to the request."""
        request = self.request
        type_form = DesignerTypeForm(data=request.POST, instance=CustomObjectType())
        rows = rows_of(request.POST, reverse(ROW_VIEW))
        for form in (type_form, *rows):
            restrict_form_fields(form, request.user)
        return type_form, rows


@register_model_view(CustomObjectType, 'design', detail=False)
class DesignerView(DesignerBase):
    """The page: shows it, and stores what was designed."""

    template_name = f'{APP_LABEL}/designer.html'

    def get(self, request):
        type_form = DesignerTypeForm(instance=CustomObjectType(), initial=request.GET.dict())
        first = row_from_inputs(new_row_key(), request.GET, reverse(ROW_VIEW))
        for form in (type_form, first):
            restrict_form_fields(form, request.user)
        return self._render(type_form, [first])

    def post(self, request):
        type_form, rows = self.forms()
        try:
            with designed(type_form, rows, request.user, keep=True) as (custom_object_type, fields):
                count = len(fields)
        except Invalid:
            clear_events.send(sender=self)
            return self._render(type_form, rows)
        link = format_html('<a href="{}">{}</a>', custom_object_type.get_absolute_url(), custom_object_type)
        messages.success(request, format_html(_('Created custom object type {} with {} fields'), link, count))
        return redirect(custom_object_type.get_absolute_url())

    def _render(self, type_form, rows):
        return render(self.request, self.template_name, {'form': type_form, 'rows': rows, 'model': CustomObjectType})


@register_model_view(CustomObjectType, 'design_row', path='design/row', detail=False)
class DesignerRowView(DesignerBase):
    """One row: a new one, or one whose type was just changed, with what was typed into it."""

    def get(self, request):
        key = request.GET.get('row', '')
        key = key if ROW_KEY.match(key) else new_row_key()
        row = row_from_inputs(key, request.GET, reverse(ROW_VIEW))
        restrict_form_fields(row, request.user)
        return render(request, f'{APP_LABEL}/inc/designer_row.html', {'row': row})


@register_model_view(CustomObjectType, 'design_preview', path='design/preview', detail=False)
class DesignerPreviewView(DesignerBase):
    """How the fields will look: the type is made, looked at, and undone."""

    def post(self, request):
        type_form, rows = self.forms()
        examples, errors, dependents = [], [], []
        try:
            with designed(type_form, rows, request.user, keep=False) as (custom_object_type, fields):
                dependents = grouped(dependents_of_type(custom_object_type), request.user)
                examples = [example_of(field_definition(field), request.user) for field in fields]
        except Invalid:
            errors = self._errors(type_form, rows)
        finally:
            # NetBox sends events of what is queued when the request ends.
            clear_events.send(sender=self)
        context = {'examples': examples, 'errors': errors, 'dependents': dependents}
        return render(request, f'{APP_LABEL}/inc/designer_preview.html', context)

    @staticmethod
    def _errors(type_form, rows) -> list[tuple[str, str]]:
        named = [(_('Type'), type_form)]
        for number, row in enumerate(rows, start=1):
            name = row.data.get(row.add_prefix('name')) or _('field {number}').format(number=number)
            named.append((name, row))
        return [(title, message) for title, form in named for messages in form.errors.values() for message in messages]
