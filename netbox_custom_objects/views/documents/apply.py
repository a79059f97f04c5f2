"""
Pages that preview a document and apply it: in the schema of the request, or in a branch that is made for it.

May import schema. The text of the document travels from page to page; nothing is kept between them.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import View

from core.choices import DataSourceStatusChoices
from core.models import DataSource
from core.signals import clear_events
from netbox.object_actions import ObjectAction
from utilities.exceptions import AbortRequest
from utilities.forms import restrict_form_fields
from utilities.permissions import get_permission_for_model
from utilities.views import ObjectPermissionRequiredMixin, get_action_url, register_model_view

from ...constants import APP_LABEL
from ...exceptions import SchemaLocked
from ...forms.documents import ApplyDocumentForm, ImportDocumentForm
from ...models import CustomObjectType
from ...models.applied_files import applied_files, note_applied
from ...runtime import extensions
from ...runtime.context import current_alias
from ...schema import apply_job
from ...schema.comparator import COTDiff
from ...schema.errors import DocumentError, InvalidDocument
from ...schema.executor import apply, rights_needed
from ...schema.exporter import to_yaml
from ...schema.preview import DocumentPreview, place_of, preview_document
from ...schema.sentences import effects
from ...services.dependents import grouped
from ...services.upkeep.schemas import schema_name


class ImportModel(ObjectAction):
    """Leads to the page."""

    name = 'import_model'
    label = gettext_lazy('Import model')
    permissions_required = frozenset(('add',))
    template_name = 'netbox_custom_objects/buttons/import_model.html'


@register_model_view(CustomObjectType, 'import_model', path='import-model', detail=False)
class ImportModelView(ObjectPermissionRequiredMixin, View):
    """Takes a document, shows what applying it would do, and applies it."""

    queryset = CustomObjectType.objects.all()
    form_template = 'netbox_custom_objects/documents/import.html'
    preview_template = 'netbox_custom_objects/documents/preview.html'

    def get_required_permission(self):
        return 'netbox_custom_objects.view_customobjecttype'

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
            if '_apply' in request.POST and apply_form.is_valid():
                return self._apply(form, apply_form.cleaned_data)
            if '_branch' in request.POST and apply_form.is_valid():
                answer = self._apply_in_new_branch(form, apply_form)
                if answer is not None:
                    return answer
        except InvalidDocument as error:
            # It was valid when the preview was made.
            form.faults = error.faults
            return self._form(form)
        except DocumentError as error:
            apply_form.add_error(None, str(error))
        except PermissionDenied as error:
            apply_form.add_error(None, str(error) or _('Your permissions do not allow this.'))
        except AbortRequest as error:
            apply_form.add_error(None, str(error))
        return self._preview(form, apply_form)

    def _form(self, form):
        # Of what was undone, no events are sent when the request ends.
        clear_events.send(sender=self)
        restrict_form_fields(form, self.request.user)
        context = {
            'form': form,
            'applied_files': applied_files(self.request.user),
            'return_url': self._list_url(),
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
        finally:
            clear_events.send(sender=self)
        comparison = preview.comparison
        context = {
            'preview': preview,
            'types': [TypePreview(preview, diff, self.request.user) for diff in comparison.diffs],
            'choice_sets': [found for found in comparison.choice_sets if found.has_changes],
            'form': apply_form,
            'text': to_yaml(form.document),
            'source': form.source,
            'missing_rights': self._missing_rights(preview),
            'can_branch': extensions.apply_in_new_branch is not None
            and self.request.user.has_perm('netbox_branching.add_branch'),
            'return_url': self._list_url(),
            'again_url': get_action_url(CustomObjectType, action='import_model'),
        }
        return render(self.request, self.preview_template, context)

    def _missing_rights(self, preview: DocumentPreview) -> list[str]:
        names = {get_permission_for_model(model, action) for model, action in rights_needed(preview.comparison)}
        return sorted(name for name in names if not self.request.user.has_perm(name))

    def _apply(self, form: ImportDocumentForm, options: dict):
        flags, user = {name: options[name] for name in ('allow_destructive', 'ignore_base')}, self.request.user
        if apply_job.is_large(form.document):
            return redirect(apply_job.enqueue(form.document, user, **flags, source=form.source).get_absolute_url())
        comparison = apply(form.document, user=user, **flags)
        note_applied(form.source, user, schema_name(current_alias()))
        count = sum(diff.has_changes for diff in comparison.diffs)
        message = ngettext('{count} type was changed.', '{count} types were changed.', count).format(count=count)
        messages.success(self.request, message if comparison.has_changes else _('Nothing differed from the document.'))
        return redirect(self._list_url())

    def _apply_in_new_branch(self, document_form: ImportDocumentForm, form: ApplyDocumentForm):
        if extensions.apply_in_new_branch is None or not self.request.user.has_perm('netbox_branching.add_branch'):
            raise PermissionDenied
        options = form.cleaned_data
        flags = {name: options[name] for name in ('allow_destructive', 'ignore_base')}
        try:
            job = extensions.apply_in_new_branch(
                options['branch_name'], document_form.document, self.request.user, flags, document_form.source
            )
        except ValidationError as error:
            form.add_error('branch_name' if 'name' in getattr(error, 'error_dict', ()) else None, error.messages)
            return None
        messages.success(self.request, _('The branch is being made; the document is applied there by a job.'))
        return redirect(job.get_absolute_url())

    @staticmethod
    def _list_url() -> str:
        return reverse(f'plugins:{APP_LABEL}:customobjecttype_list')


class TypePreview:
    """One table of the page: a type, and a line for each of its fields that changes."""

    def __init__(self, preview: DocumentPreview, diff: COTDiff, user):
        self.diff = diff
        self.rows = preview.rows.get(diff.slug, 0)
        steps = preview.steps.get(diff.slug, [])
        self.changes, shown = [], []
        for change in diff.field_changes:
            own, path = preview.steps_of(diff, change), place_of(diff, change)
            shown += own
            self.changes.append(
                {
                    'change': change,
                    'when': preview.verdict(diff, change),
                    'effects': effects(preview, diff, change),
                    'steps': own,
                    'staged': preview.staged.get(path, ''),
                    'faults': [fault for fault in preview.faults if fault.path[:4] == path],
                    'dependents': grouped(preview.dependents.get((diff.slug, change.schema_id), []), user),
                }
            )
        self.other_steps = [step for step in steps if step not in shown]
        self.faults = [
            fault
            for fault in preview.faults
            if fault.path[:2] == ('types', diff.index) and fault.path[2:3] not in (('fields',), ('removed_fields',))
        ]
