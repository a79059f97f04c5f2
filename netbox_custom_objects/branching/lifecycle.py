"""What happens to our bookkeeping when branches come and go."""

import logging
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from netbox_branching.choices import BranchStatusChoices
from netbox_branching.models import Branch
from netbox_branching.utilities import activate_branch

from ..ddl.target import MAIN_ALIAS, Target
from ..ddl.upkeep.marks import copy_retired_marks
from ..exceptions import SchemaChangeRefused
from ..field_types.constraints import CHECK
from ..models.attachments import forget_set_aside, give_back_present
from ..models.revision import forget_schema
from ..models.staged_change import forget_changes
from ..runtime.classes.registry import world
from ..runtime.released import released
from ..services.reconcile import reconcile, reconcile_all
from ..services.upkeep.reference_check_job import check_after_replay
from ..services.upkeep.repair import sweep
from ..services.upkeep.schemas import OpenSchema, open_main_schema
from . import replay

logger = logging.getLogger('netbox.plugins.netbox_custom_objects')
# What is logged here is shown with netbox-branching's jobs.
job_logger = logging.getLogger('netbox_branching.branch.sync')


def forget_branch(branch, **kwargs) -> None:
    """A branch's schema was dropped: its token must not greet a later schema of the same name."""
    forget_schema(branch.schema_name)
    forget_changes(branch.connection_name)
    forget_set_aside(branch.schema_name)
    # Not before the branch's own records, which refer to the content types, are gone too.
    transaction.on_commit(sweep, robust=True)


def complete_copy(branch, **kwargs) -> None:
    """
    A branch was provisioned: what main has retired is retired there, too, checks are added, and computed fields are
    calculated by the branch itself.

    NetBox-branching copies neither comments nor CHECK constraints (host-facts 1.1), and of generated columns the values
    alone.
    """
    copy_retired_marks(Target.for_alias(MAIN_ALIAS), branch.schema_name)
    for definition in world(MAIN_ALIAS).all_definitions.values():
        if any(constraint.type == CHECK for constraint in definition.constraints) or any(
            field.expression for field in definition.fields
        ):
            reconcile(branch.connection_name, definition.id)


def enforce_rest(branch, **kwargs) -> None:
    """
    A replay is committed: constraints that it released are enforced, unless one of its rows had them enforced already.

    After a synchronization this applies to all of them: it sends no signal before its transaction ends.
    """
    alias = replay.written_alias()
    for type_id in set(released().values()):
        try:
            replay.enforce(type_id, alias)
        except SchemaChangeRefused as error:
            # The type's page says so, and a merge of the branch is refused.
            logger.error('The constraints of type %s cannot be enforced in %s: %s', type_id, alias, error)
            job_logger.warning('%s. %s', error, _('Until these are corrected, not all constraints are enforced.'))


def reconcile_branch(branch, **kwargs) -> None:
    """A branch caught up with migrations: its dynamic tables, which migrations do not know, follow."""
    reconcile_all(branch.connection_name)


def check_main(branch, user=None, **kwargs) -> None:
    """
    Main was changed by a replay, which is committed: references that lead nowhere now are found by a job.

    Objects that came back have their bookmarks and the like again.
    """
    give_back_present()
    check_after_replay(open_main_schema(), user)


def check_branch(branch, user=None, **kwargs) -> None:
    """A branch was synchronised: its references are checked by a job."""
    check_after_replay(open_schema(branch), user)


def open_schema(branch: Branch) -> OpenSchema:
    return OpenSchema(branch.name, branch.connection_name, partial(activate_branch, branch))


def idle_branches() -> list[OpenSchema]:
    """
    Return the schemas of the branches that are ready for use.

    While a branch is provisioned its tables are there before its definitions are: they would seem to belong to no type.
    """
    ready = Branch.objects.filter(status=BranchStatusChoices.READY)
    return [open_schema(branch) for branch in ready]
