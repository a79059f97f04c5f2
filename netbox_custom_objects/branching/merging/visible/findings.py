"""
What of findings a reader is shown: those about objects that the reader may view, in main or in the branch.

A finding that is withheld keeps its kind and whether it blocks, so that a merge is not taken for free of trouble.
"""

from collections.abc import Iterable
from dataclasses import replace

from django.utils.translation import gettext as _
from rq import get_current_job

from netbox.context import current_request
from netbox_branching.models import Branch

from ..findings import Finding
from .objects import links_to, visible_ids


def visible_findings(branch: Branch, findings: Iterable[Finding], user) -> list[Finding]:
    """
    Return the findings, without their texts where a user may not view what they are about.

    Args:
        branch: the branch
        findings: about it
        user: None may view nothing
    """
    findings = list(findings)
    pks: dict[str, set[int]] = {}
    for finding in findings:
        if finding.object_type and finding.object_id is not None:
            pks.setdefault(finding.object_type, set()).update({finding.object_id, *finding.objects})
    viewable = {label: visible_ids(branch, label, found, user) for label, found in pks.items()} if user else {}
    links = {label: links_to(branch, label, found, user) for label, found in pks.items()} if user else {}
    return [
        _linked(finding, links[finding.object_type])
        if finding.object_id in viewable.get(finding.object_type, ())
        else _withheld(finding)
        for finding in findings
    ]


def for_current_reader(branch: Branch, findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings for the user of the request; in a job, whose record many may read, without their texts."""
    request = current_request.get()
    if get_current_job() is None and request is None:
        return list(findings)
    return visible_findings(branch, findings, None if get_current_job() else getattr(request, 'user', None))


def _linked(finding: Finding, links: dict[int, tuple[str, str]]) -> Finding:
    return replace(finding, links=tuple(links[pk] for pk in finding.objects if pk in links))


def _withheld(finding: Finding) -> Finding:
    if not finding.object_type:
        return finding
    return replace(
        finding, text=_('This concerns an object that you may not view.'), remedy='', object_id=None, url='', objects=()
    )
