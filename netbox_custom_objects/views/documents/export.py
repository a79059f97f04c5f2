"""Page that exports types as a document, and the buttons that lead there. May import schema."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from netbox.object_actions import ObjectAction
from utilities.forms import restrict_form_fields
from utilities.views import ObjectPermissionRequiredMixin, get_action_url, register_model_view

from ...field_types.shared.bounds import whole_number
from ...forms.documents import ExportDocumentForm
from ...models import CustomObjectType
from ...schema.errors import ExportRefused
from ...schema.exporter import export_types, to_json, to_yaml

WRITERS = {'json': to_json, 'yaml': to_yaml}


class ExportModel(ObjectAction):
    """Leads to the page."""

    name = 'export_model'
    label = _('Export model')
    permissions_required = frozenset(('view',))
    icon = 'mdi-file-export-outline'
    template_name = 'netbox_custom_objects/buttons/export_model.html'


class ExportThisModel(ExportModel):
    """Leads from the page of a type to the page, with the type chosen."""

    @classmethod
    def get_url(cls, obj):
        return f'{get_action_url(CustomObjectType, action=cls.name)}?types={obj.pk}'


class ExportSelectedModels(ExportModel):
    """Leads from the selected types of the list to the page, with these chosen."""

    label = _('Export selected')
    multi = True
    template_name = 'netbox_custom_objects/buttons/export_selected.html'


@register_model_view(CustomObjectType, 'export_model', path='export-model', detail=False)
class ExportModelView(ObjectPermissionRequiredMixin, View):
    """Asks for types and format, and answers with the document."""

    queryset = CustomObjectType.objects.all()
    template_name = 'netbox_custom_objects/documents/export.html'

    def get_required_permission(self):
        return 'netbox_custom_objects.view_customobjecttype'

    def get(self, request):
        return self._render(self._form(request.GET.getlist('types')))

    def post(self, request):
        if 'format' not in request.POST:
            # From the list, whose selection is to be confirmed.
            return self._render(self._form(request.POST.getlist('pk')))
        form = ExportDocumentForm(request.POST)
        restrict_form_fields(form, request.user)
        if form.is_valid():
            types = form.cleaned_data['types'] or self.queryset.all()
            try:
                document = export_types(types, request.user, form.cleaned_data['with_referred'])
                if not document['types']:
                    raise ExportRefused(_('No custom object types to export.'))
                return self._file(document, form.cleaned_data['format'])
            except ExportRefused as error:
                form.add_error(None, str(error))
        return self._render(form)

    @staticmethod
    def _form(pks: list[str]) -> ExportDocumentForm:
        chosen = [pk for pk in pks if whole_number(pk)]
        return ExportDocumentForm(initial={'types': chosen, 'with_referred': True})

    def _render(self, form):
        restrict_form_fields(form, self.request.user)
        context = {'form': form, 'return_url': get_action_url(CustomObjectType, action='list')}
        return render(self.request, self.template_name, context)

    @staticmethod
    def _file(document: dict, format_: str) -> HttpResponse:
        response = HttpResponse(WRITERS[format_](document), content_type=f'application/{format_}')
        name = document['types'][0]['slug'] if len(document['types']) == 1 else 'model'
        response['Content-Disposition'] = f'attachment; filename="{name}.{format_}"'
        return response
