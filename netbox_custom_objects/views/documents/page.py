"""
What the pages share that preview a document and apply it: in the schema of the request, or in a branch made for it.

May import schema.
"""

from abc import abstractmethod

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from core.models import Job
from core.signals import clear_events
from utilities.exceptions import AbortRequest
from utilities.permissions import get_permission_for_model
from utilities.views import ObjectPermissionRequiredMixin

from ...constants import APP_LABEL
from ...forms.documents import ApplyDocumentForm
from ...models import CustomObjectType
from ...schema.comparator import Comparison, COTDiff, compare
from ...schema.errors import DocumentError, InvalidDocument
from ...schema.executor import rights_needed
from ...schema.preview import DocumentPreview, place_of
from ...schema.sentences import effects
from ...services.dependents import grouped
from ..base import may_branch

# The flags of an application that its form asks for.
FLAGS = ('allow_destructive', 'ignore_base')


class DocumentPage(ObjectPermissionRequiredMixin, View):
    """Base. What is applied, its `subject`, has a `document`: a valid form, or a model of the gallery."""

    queryset = CustomObjectType.objects.all()
    preview_template: str
    branch_message = ''

    def get_required_permission(self):
        return 'netbox_custom_objects.view_customobjecttype'

    @abstractmethod
    def apply(self, subject, form: ApplyDocumentForm):
        """Apply the subject here, and return the response."""

    @abstractmethod
    def apply_in_new_branch(self, subject, name: str, form: ApplyDocumentForm) -> Job:
        """Queue the job that applies the subject in a branch of this name."""

    def carry_out(self, subject, form: ApplyDocumentForm):
        """
        Do what was asked for, and return the response; None if only a preview was, or the form has errors now.

        Raises:
            InvalidDocument: it was valid when the preview was made
        """
        try:
            if '_apply' in self.request.POST and form.is_valid():
                return self.apply(subject, form)
            if '_branch' in self.request.POST and form.is_valid():
                return self._branch(subject, form)
        except InvalidDocument:
            raise
        except PermissionDenied as error:
            form.add_error(None, str(error) or _('Your permissions do not allow this.'))
        except (DocumentError, AbortRequest) as error:
            form.add_error(None, str(error))
        return None

    def _branch(self, subject, form: ApplyDocumentForm):
        if not self.can_branch():
            raise PermissionDenied
        # Else there would be a branch, in which the job is refused.
        if missing := self.missing_rights(compare(subject.document, self.request.user)):
            message = _('Your permissions do not allow this: {permission}.')
            raise PermissionDenied(message.format(permission=', '.join(missing)))
        try:
            job = self.apply_in_new_branch(subject, form.cleaned_data['branch_name'], form)
        except ValidationError as error:
            form.add_error('branch_name' if 'name' in getattr(error, 'error_dict', ()) else None, error.messages)
            return None
        messages.success(self.request, self.branch_message)
        return redirect(job.get_absolute_url())

    def can_branch(self) -> bool:
        return may_branch(self.request.user)

    def show_preview(self, preview: DocumentPreview, form: ApplyDocumentForm, **context):
        # Of what was undone, no events are sent when the request ends.
        clear_events.send(sender=self)
        comparison = preview.comparison
        context |= {
            'preview': preview,
            'types': [TypePreview(preview, diff, self.request.user) for diff in comparison.diffs],
            'choice_sets': [found for found in comparison.choice_sets if found.has_changes],
            'form': form,
            'missing_rights': (missing := self.missing_rights(comparison)),
            'can_apply': comparison.has_changes and not preview.faults and not missing,
            'can_branch': self.can_branch(),
        }
        return render(self.request, self.preview_template, context)

    def missing_rights(self, comparison: Comparison) -> list[str]:
        """Return the permissions that the user lacks to apply a document."""
        names = {get_permission_for_model(model, action) for model, action in rights_needed(comparison)}
        return sorted(name for name in names if not self.request.user.has_perm(name))

    @staticmethod
    def list_url() -> str:
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
