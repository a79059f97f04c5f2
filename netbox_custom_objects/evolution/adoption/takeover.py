"""
Takes an installation of the vendor plugin over in place: one transaction for each type, and only catalog writes in it.

May import ddl, field_types and runtime. Resumable: what is done is seen in the rows and tables themselves.
"""

import logging
from collections.abc import Callable

from django.core.management import CommandError
from django.db import transaction

from ...ddl.adoption.tables import adopt
from ...ddl.diff import diff
from ...ddl.executor import execute, finish
from ...ddl.introspect import introspect
from ...ddl.locks import lock_definitions
from ...ddl.target import Target
from ...exceptions import CustomObjectsError, SchemaChangeRefused, VerificationFailed
from ...runtime.context import mark_changed
from .rows import complete_rows, unfinished_branches
from .survey import Survey, compile_vendor_type, survey, vendor_types

logger = logging.getLogger('netbox.plugins.netbox_custom_objects.evolution')


class AdoptionRefused(CustomObjectsError, CommandError):
    """An installation cannot be taken over or given back as it is; the message says what to do."""


def adopt_installation(alias: str, report: Callable[[str], None] = logger.info) -> int:
    """
    Take over all types of one schema that are still the vendor's, and return how many those were.

    Does nothing in an installation that is ours. Types that were taken over stay so if a later one fails: the next call
    goes on with the rest.

    Args:
        alias: connection alias of main or of a branch
        report: called with a sentence for each type that is done

    Raises:
        AdoptionRefused: something is in the way, and nothing was changed; or one type failed, which is as it was
    """
    target = Target.for_alias(alias)
    found = survey(target)
    if found:
        refuse([*(branch_obstacles(target) if target.is_main else ()), *type_obstacles(found)])
    for number, entry in enumerate(found, 1):
        try:
            _adopt_type(target, entry.type.id)
        except SchemaChangeRefused as error:
            raise AdoptionRefused(
                f'Type {entry.type.name} could not be taken over: {error} Types before it are done and remain so '
                f'({number - 1} of {len(found)}). Run this again once the cause is resolved.'
            ) from error
        report(f'{target}: type {entry.type.name} is taken over ({number} of {len(found)}).')
    return len(found)


def refuse(obstacles: list[str]) -> None:
    """
    Raises:
        AdoptionRefused: there are obstacles
    """
    if obstacles:
        raise AdoptionRefused('\n'.join([*obstacles, 'Nothing was changed.']))


def type_obstacles(found: list[Survey]) -> list[str]:
    """Return sentences about the types that cannot be taken over as they are, with what to do at the end."""
    lines = [f'  {entry.type.name}: {sentence}' for entry in found for sentence in entry.obstacles]
    if not lines:
        return []
    return [
        'Some types differ from what release 0.7.1 of netboxlabs-netbox-custom-objects creates:',
        *lines,
        'Fix this with that package installed, or delete the field or type there, then try again.',
    ]


def branch_obstacles(target: Target) -> list[str]:
    """Return a sentence about the branches that are in use: their tables and records would stay behind."""
    branches = unfinished_branches(target)
    if not branches:
        return []
    named = ', '.join(f'{name} ({status})' for name, status in branches)
    return [
        f'There are open branches: {named}. Merge, archive or delete them with the package that created them, then '
        f'try again.'
    ]


def _adopt_type(target: Target, type_id: int) -> None:
    mark_changed(target.alias)
    with transaction.atomic(using=target.alias):
        lock_definitions(target)
        # Another process may have been faster.
        vendor_type = next((found for found in vendor_types(target)[0] if found.id == type_id), None)
        if vendor_type is None:
            return
        desired = compile_vendor_type(vendor_type)
        adopt(target, vendor_type, desired)
        complete_rows(target, vendor_type)
        actual = introspect(target, type_id)
        plan = diff(actual, desired, now='')
        if plan.destructive:
            raise VerificationFailed(f'{target}, type {type_id}: {" ".join(plan.describe())}')
        later = execute(target, type_id, plan, actual)
        if later:
            # Without blocking writers; if this is killed, the hourly repair builds what is missing.
            transaction.on_commit(lambda: finish(target, later), using=target.alias)
