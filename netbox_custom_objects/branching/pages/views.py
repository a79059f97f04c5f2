"""
Pages of a branch: what merging would do to types and tables, and a dry run of the merge.

Entered as tabs of netbox-branching's own branch page.
"""

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from netbox.views import generic
from netbox_branching.choices import BranchMergeStrategyChoices
from netbox_branching.models import Branch
from utilities.views import ViewTab, register_model_view

from ..merging.three_way import count_schema_changes
from ..trial.trial_job import queue_check
from .reports import check_report, conflicts, may_merge, schema_change_map, visible_schema_changes


class CheckMergeForm(forms.Form):
    """Asks for the strategy to try."""

    strategy = forms.ChoiceField(choices=BranchMergeStrategyChoices, label=_('Merge strategy'))


@register_model_view(Branch, 'schema_changes', path='schema-changes')
class BranchSchemaChangesView(generic.ObjectView):
    """What merging the branch would do to types, fields, tables and columns of main."""

    queryset = Branch.objects.all()
    template_name = 'netbox_custom_objects/branching/schema_changes.html'
    tab = ViewTab(
        label=_('Schema Changes'),
        badge=count_schema_changes,
        permission='netbox_branching.view_branch',
        hide_if_empty=True,
        weight=2100,
    )

    def get_extra_context(self, request, instance):
        if not instance.ready:
            return {'usable': False, 'changes': []}
        changes = visible_schema_changes(instance, request.user)
        drawn = schema_change_map(instance, request.user) if changes else None
        return {'usable': True, 'changes': changes, 'map': drawn}


@register_model_view(Branch, 'merge_check', path='merge-check')
class BranchMergeCheckView(generic.ObjectView):
    """Conflicts of definitions, and everything that a dry run of the merge failed at."""

    queryset = Branch.objects.all()
    template_name = 'netbox_custom_objects/branching/merge_check.html'
    tab = ViewTab(label=_('Merge Check'), permission='netbox_branching.merge_branch', weight=2200)

    def get_required_permission(self):
        return 'netbox_branching.merge_branch'

    def get_extra_context(self, request, instance):
        known, report = conflicts(instance, request.user), check_report(instance, request.user)
        further = [finding for finding in report['findings'] if finding not in known] if report else []
        return {'form': CheckMergeForm(), 'conflicts': known, 'report': report, 'further': further}

    def post(self, request, **kwargs):
        """Queue a dry run."""
        branch = self.get_object(**kwargs)
        form = CheckMergeForm(request.POST)
        if not may_merge(branch, request.user):
            return self.handle_no_permission()
        if not branch.ready:
            messages.error(request, _('Only a branch that is ready can be checked.'))
        elif form.is_valid():
            if queue_check(branch, request.user, form.cleaned_data['strategy']):
                messages.success(request, _('A dry run of merging branch {branch} has started.').format(branch=branch))
            else:
                messages.warning(
                    request, _('A dry run of merging branch {branch} is already running.').format(branch=branch)
                )
        else:
            messages.error(request, ' '.join(form.errors['strategy']))
        return redirect('plugins:netbox_branching:branch_merge_check', pk=branch.pk)
