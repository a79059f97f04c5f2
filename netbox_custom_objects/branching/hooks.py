"""
Everything that netbox-branching is told, in one list.

Imported only when netbox-branching is installed and enabled. Must never query.
"""

from netbox_branching import signals
from netbox_branching.utilities import register_branching_resolver

from ..runtime import context
from ..services.repair import set_branch_lister
from . import lifecycle, replay, resolver, squash


def register() -> None:
    """Connect this plugin with netbox-branching; called once, from ready()."""
    context.set_alias_resolver(resolver.current_alias)
    context.set_replay_resolver(replay.replayed_alias, forget=replay.end)
    set_branch_lister(lifecycle.idle_aliases)
    register_branching_resolver(resolver.supports_branching)
    for signal in (signals.pre_merge, signals.pre_revert, signals.pre_sync):
        signal.connect(replay.begin)
    for signal in (signals.post_merge, signals.post_revert, signals.post_sync, signals.pre_provision):
        signal.connect(replay.end)
    signals.squash_dependency_graph_built.connect(squash.add_edges)
    signals.post_deprovision.connect(lifecycle.forget_branch)
