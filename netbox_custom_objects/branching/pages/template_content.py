"""
What pages of netbox-branching show besides its own.

The page of a branch: a link to the merge check, and its last result. That of a change: what was changed on either side.
"""

from django.utils.translation import gettext as _

from netbox.plugins import PluginTemplateExtension

from ...constants import APP_LABEL
from ...services.changes.records import CARD, card
from .reports import changes_in_branch, changes_in_main, check_report, may_merge


class BranchContent(PluginTemplateExtension):
    """A button that leads to the merge check, and a warning if the last one found something."""

    models = ('netbox_branching.branch',)

    def _usable(self) -> bool:
        branch = self.context['object']
        return branch.ready and may_merge(branch, self.context['request'].user)

    def buttons(self):
        return self.render('netbox_custom_objects/branching/check_button.html') if self._usable() else ''

    def alerts(self):
        report = check_report(self.context['object'], self.context['request'].user) if self._usable() else None
        if report is None or report['outdated']:
            return ''
        findings = [finding for finding in report['findings'] if finding.blocks]
        if not findings:
            return ''
        return self.render('netbox_custom_objects/branching/check_alert.html', {**report, 'findings': findings})


class ChangeDiffContent(PluginTemplateExtension):
    """The first card of a change of a branch: what the branch changed, and what main has changed since."""

    models = ('netbox_branching.changediff',)

    def alerts(self):
        diff, user = self.context['object'], self.context['request'].user
        if diff.object_type.app_label != APP_LABEL:
            return ''
        branch, main = changes_in_branch(diff, user), changes_in_main(diff, user)
        if not branch and not main:
            return ''
        return self.render(CARD, card(diff, branch, main, titles=(_('In the branch'), _('In main'))))
