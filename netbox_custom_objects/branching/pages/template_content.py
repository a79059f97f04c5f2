"""What the page of a branch shows besides netbox-branching's own: a link to the merge check, and its last result."""

from netbox.plugins import PluginTemplateExtension

from .reports import check_report, may_merge


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
