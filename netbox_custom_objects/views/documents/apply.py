"""
The page that previews a document and applies it.

May import schema. The text of the document travels from page to page; nothing is kept between them.
"""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.choices import DataSourceStatusChoices
from core.models import DataSource
from core.signals import clear_events
from netbox.object_actions import ObjectAction
from utilities.forms import restrict_form_fields
from utilities.views import get_action_url, register_model_view

from ...exceptions import SchemaLocked
from ...forms.documents import ApplyDocumentForm, ImportDocumentForm
from ...models import CustomObjectType
from ...models.applied_files import applied_files, note_applied
from ...runtime import extensions
from ...runtime.context import current_alias
from ...schema import apply_job
from ...schema.errors import DocumentError, InvalidDocument
from ...schema.executor import apply
from ...schema.exporter import to_yaml
from ...schema.notation import what_was_changed
from ...schema.preview import preview_document
from ...services.upkeep.schemas import schema_name
from .page import FLAGS, DocumentPage


class ImportModel(ObjectAction):
    """Leads to the page."""

    name = 'import_model'
    label = gettext_lazy('Import model')
    permissions_required = frozenset(('add',))
    icon = 'mdi-file-import-outline'


@register_model_view(CustomObjectType, 'import_model', path='import-model', detail=False)
class ImportModelView(DocumentPage):
    """Takes a document, shows what applying it would do, and applies it."""

    form_template = 'netbox_custom_objects/documents/import.html'
    preview_template = 'netbox_custom_objects/documents/preview.html'
    branch_message = gettext_lazy('The branch is being made; the document is applied there by a job.')

    def get(self, request):
        return self._form(ImportDocumentForm())

    def post(self, request):
        if '_sync' in request.POST:
            return self._sync(request.POST['_sync'])
        form = ImportDocumentForm(request.POST, request.FILES)
        restrict_form_fields(form, request.user)
        if not form.is_valid():
            return self._form(form)
        apply_form = ApplyDocumentForm(request.POST if '_preview' not in request.POST else None)
        try:
            answer = self.carry_out(form, apply_form)
        except InvalidDocument as error:
            form.faults = error.faults
            return self._form(form)
        return answer or self._preview(form, apply_form)

    def _form(self, form):
        # Of what was undone, no events are sent when the request ends.
        clear_events.send(sender=self)
        restrict_form_fields(form, self.request.user)
        context = {
            'form': form,
            'applied_files': applied_files(self.request.user),
            'return_url': self.list_url(),
        }
        return render(self.request, self.form_template, context)

    def _sync(self, pk: str):
        """Synchronize the data source of a file that was applied, and preview the file as it is now."""
        rows = applied_files(self.request.user)
        applied = get_object_or_404(rows, pk=pk) if pk.isdecimal() else None
        if applied is None:
            raise Http404
        source = applied.data_file.source
        is_busy = source.status == DataSourceStatusChoices.SYNCING
        try:
            if DataSource.objects.restrict(self.request.user, 'sync').filter(pk=source.pk).exists():
                source.sync()
        except Exception as error:  # of the library that reads the source
            if not is_busy:
                DataSource.objects.filter(pk=source.pk).update(status=DataSourceStatusChoices.FAILED)
            message = _('{source} cannot be synchronized: {error}')
            messages.error(self.request, message.format(source=source, error=error))
            return self._form(ImportDocumentForm())
        form = ImportDocumentForm({'data_source': source.pk, 'data_file': applied.data_file_id})
        restrict_form_fields(form, self.request.user)
        return self._preview(form, ApplyDocumentForm()) if form.is_valid() else self._form(form)

    def _preview(self, form: ImportDocumentForm, apply_form: ApplyDocumentForm):
        try:
            preview = preview_document(form.document, self.request.user)
        except (DocumentError, SchemaLocked) as error:
            form.add_error(None, str(error))
            return self._form(form)
        context = {
            'text': to_yaml(form.document),
            'source': form.source,
            'again_url': get_action_url(CustomObjectType, action='import_model'),
        }
        return self.show_preview(preview, apply_form, **context)

    def apply(self, subject, form):
        flags, user = {name: form.cleaned_data[name] for name in FLAGS}, self.request.user
        document, source = subject.document, subject.source
        if apply_job.is_large(document):
            return redirect(apply_job.enqueue(document, user, **flags, source=source).get_absolute_url())
        comparison = apply(document, user=user, **flags)
        note_applied(source, user, schema_name(current_alias()))
        messages.success(self.request, what_was_changed(comparison))
        return redirect(self.list_url())

    def apply_in_new_branch(self, subject, name, form):
        flags = {name: form.cleaned_data[name] for name in FLAGS}
        return extensions.apply_in_new_branch(name, subject.document, self.request.user, flags, subject.source)
