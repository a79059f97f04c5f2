"""
What pages of netbox-branching show besides its own.

The page of a branch: a link to the merge check, and its last result. That of a change: what was changed on either side.
"""

from django.utils.translation import gettext as _

from netbox.plugins import PluginTemplateExtension

from ...constants import APP_LABEL
from ...services.changes.records import CARD, card
from .reports import (
    changes_in_branch,
    changes_in_main,
    check_report,
    last_replay,
    may_merge,
    may_revert,
    objects_in_the_way,
)


class BranchContent(PluginTemplateExtension):
    """A button that leads to the merge check, and a warning if the last one found something."""

    models = ('netbox_branching.branch',)

    def _usable(self) -> bool:
        branch = self.context['object']
        return branch.ready and may_merge(branch, self.context['request'].user)

    def buttons(self):
        return self.render('netbox_custom_objects/branching/check_button.html') if self._usable() else ''

    def alerts(self):
        branch, user = self.context['object'], self.context['request'].user
        found = in_the_way(self, last_replay(branch)) if may_merge(branch, user) or may_revert(branch, user) else ''
        return found + self._of_last_check()

    def _of_last_check(self):
        report = check_report(self.context['object'], self.context['request'].user) if self._usable() else None
        if report is None or report['outdated']:
            return ''
        findings = [finding for finding in report['findings'] if finding.blocks]
        if not findings:
            return ''
        return self.render('netbox_custom_objects/branching/check_alert.html', {**report, 'findings': findings})


class ReplayJobContent(PluginTemplateExtension):
    """On the page of a job that has merged, reverted or synchronized a branch: the objects that were in the way."""

    models = ('core.job',)

    def alerts(self):
        return in_the_way(self, self.context['object'])


def in_the_way(extension: PluginTemplateExtension, job) -> str:
    found = objects_in_the_way(job, extension.context['request'].user) if job else []
    return extension.render('netbox_custom_objects/branching/in_the_way.html', {'found': found}) if found else ''


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


EXTENSIONS = [BranchContent, ReplayJobContent, ChangeDiffContent]
