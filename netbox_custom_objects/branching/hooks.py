"""
Everything that is registered with netbox-branching, in one list.

Imported only when netbox-branching is installed and enabled. Must never query.
"""

from netbox.plugins.registration import register_template_extensions
from netbox_branching import signals
from netbox_branching.models import Branch
from netbox_branching.utilities import register_branching_resolver, register_objectchange_field_migrator

from ..models.receivers import FINDERS
from ..models.validation.surroundings import set_replay
from ..runtime import context, extensions
from ..runtime.classes.registry import set_preparation
from ..services.upkeep.schemas import set_branch_lister
from . import diffs, documents, lifecycle, making, replay, resolver, standstill
from .merging import squash, validators
from .pages import api, replays, template_content, views
from .trial import dry_run

# Entered as tabs of the branch page when they are imported.
PAGES = (views.BranchSchemaChangesView, views.BranchMergeCheckView)


def register() -> None:
    """Connect this plugin with netbox-branching; called once, from ready()."""
    context.set_alias_resolver(resolver.current_alias)
    context.set_replay_resolver(replay.replayed_alias, forget=replay.end, is_revert=replay.is_revert)
    set_branch_lister(lifecycle.idle_branches)
    register_branching_resolver(resolver.supports_branching)
    register_objectchange_field_migrator(resolver.migrate_record)
    FINDERS['netbox_branching.signal_receivers.record_change_diff'] = diffs.with_diffs
    extensions.api_urlpatterns += api.urlpatterns
    extensions.apply_in_new_branch = documents.apply_in_new_branch
    extensions.install_in_new_branch = documents.install_in_new_branch
    extensions.new_branch = making.new_branch
    extensions.inside_new_branch = making.inside_new_branch
    extensions.with_replays = replays.with_replays
    extensions.describe_replays = replays.describe_replays
    register_template_extensions(template_content.EXTENSIONS)
    Branch.register_preaction_check(validators.check_merge, 'merge')
    Branch.register_preaction_check(validators.check_sync, 'sync')
    set_replay(replay.replayed_rows, replay.complete, lambda: replay.replayed_alias() is not None)
    set_preparation(replay.make_tables)
    signals.pre_merge.connect(replay.begin)
    signals.pre_revert.connect(replay.begin_revert)
    signals.pre_sync.connect(replay.begin_sync)
    for signal in (signals.post_merge, signals.post_revert, signals.post_sync):
        signal.connect(lifecycle.enforce_rest)
        signal.connect(replay.end)
    for signal in (signals.pre_provision, signals.post_provision):
        signal.connect(replay.end)
    # First and last: everything between happens while main's tables stay as they are.
    signals.pre_provision.connect(standstill.begin)
    # After `end`: what is read from now on is not part of the replay.
    for signal in (signals.post_merge, signals.post_revert):
        signal.connect(lifecycle.check_main)
    signals.post_sync.connect(lifecycle.check_branch)
    signals.pre_merge.connect(validators.wait_for_edits)
    signals.pre_merge.connect(validators.refuse_hopeless_replay)
    signals.pre_merge.connect(validators.refuse_lossy_squash)
    signals.squash_dependency_graph_built.connect(squash.add_edges)
    signals.squash_dependency_graph_built.connect(dry_run.wrap_collapsed)
    signals.post_provision.connect(lifecycle.complete_copy)
    signals.post_provision.connect(standstill.finish)
    signals.post_migrate.connect(lifecycle.reconcile_branch)
    signals.post_deprovision.connect(lifecycle.forget_branch)
