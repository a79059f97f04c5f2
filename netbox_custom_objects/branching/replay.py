"""
Knows whether the changes of a branch are being merged, reverted or synchronized, and keeps the rows that this writes.

netbox-branching sends no signal when that fails. Hence what `begin` notes is a hint, believed only while the default
connection is inside a transaction, as every replay is, and dropped at the start of each request (proven, 3.1).
"""

from contextvars import ContextVar
from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS, connections

from netbox_branching.merge_strategies import MergeStrategy

from ..exceptions import UnmetRules
from ..models.job_reports import keep_in_trouble
from ..runtime import released
from ..runtime.context import current_alias, forget_tokens
from ..schema.rows.replayed import ReplayedRows
from ..services.constraints import enforce_released

# Whether `update_dependent_objects` is called for what was written when all changes are replayed.
_TELLS_ITS_END = hasattr(MergeStrategy, '_update_dependent_objects')


@dataclass(slots=True)
class Replay:
    """
    A replay that has begun.

    Attributes:
        alias: of the branch whose changes are replayed
        is_revert: whether they are undone
        writes_main: whether main is written, and not the branch
        is_tried: whether each change is undone that fails, and those after it are tried
        rows: what main holds by now, if that was asked for
        transaction: in which it was
    """

    alias: str
    is_revert: bool = False
    writes_main: bool = True
    is_tried: bool = False
    rows: ReplayedRows | None = None
    transaction: object = None


_replay: ContextVar[Replay | None] = ContextVar('netbox_custom_objects_replay', default=None)


def begin(branch, is_tried: bool = False, **kwargs) -> None:
    """Note that `branch` is being merged from now on; `is_tried` if by a dry run."""
    _begin(Replay(branch.connection_name, is_tried=is_tried))


def begin_revert(branch, **kwargs) -> None:
    """Note that the merge of `branch` starts being undone."""
    _begin(Replay(branch.connection_name, is_revert=True))


def begin_sync(branch, **kwargs) -> None:
    """Note that `branch` is being synchronised from now on."""
    _begin(Replay(branch.connection_name, writes_main=False))


def end(**kwargs) -> None:
    """Note that no replay is going on."""
    _begin(None)


def _begin(replay: Replay | None) -> None:
    forget_tokens()
    released.forget()
    _replay.set(replay)


def current_replay() -> Replay | None:
    """Return what is being replayed now."""
    replay = _replay.get()
    return replay if replay and connections[DEFAULT_DB_ALIAS].in_atomic_block else None


def replayed_alias() -> str | None:
    """Return the connection alias of the branch that is being replayed, None outside of a replay."""
    replay = current_replay()
    return replay.alias if replay else None


def is_revert() -> bool:
    """Return whether changes are being undone now."""
    replay = current_replay()
    return replay is not None and replay.is_revert


def replayed_rows() -> ReplayedRows | None:
    """
    Return the types and fields of main as a merge or revert has left them by now, None outside of one.

    Tables are left for later if netbox-branching tells when the changes are replayed, but not if each of them is tried:
    single changes are undone then, and their errors must be met.
    """
    replay = current_replay()
    if replay is None or not replay.writes_main or current_alias() != DEFAULT_DB_ALIAS:
        return None
    transaction = connections[DEFAULT_DB_ALIAS].atomic_blocks[0]
    if replay.rows is None or replay.transaction is not transaction:
        replay.rows = ReplayedRows(
            DEFAULT_DB_ALIAS, postpones=_TELLS_ITS_END and not replay.is_tried, forget=forget_rows
        )
        replay.transaction = transaction
    return replay.rows


def forget_rows() -> None:
    """Read rows and tokens again: a change was undone, or changed what the rows were read with."""
    forget_tokens()
    if replay := _replay.get():
        replay.rows = None


def written_alias() -> str:
    """Return the alias of what the replay that has begun writes, also when it is committed."""
    replay = _replay.get()
    return replay.alias if replay and not replay.writes_main else DEFAULT_DB_ALIAS


def complete() -> bool:
    """
    Do what the current replay has left for its end: all of its changes are written. Return whether there is a replay.

    One that is tried change by change says itself which rules are not met.
    """
    replay = current_replay()
    if replay is not None and replay.writes_main:
        make_tables(DEFAULT_DB_ALIAS)
        if not replay.is_tried:
            for type_id in set(released.released().values()):
                enforce(type_id, DEFAULT_DB_ALIAS)
    return replay is not None


def enforce(type_id: int, alias: str) -> None:
    """Enforce what the replay has released of a type; the report of its job names the objects that violate it."""
    try:
        enforce_released(type_id, alias)
    except UnmetRules as error:
        keep_in_trouble({'type': error.type_id, 'unmet': [list(found) for found in error.unmet]})
        raise


def make_tables(alias: str) -> None:
    """Make the tables of main that the current replay has left for later."""
    replay = current_replay()
    if replay is not None and replay.rows is not None and alias == DEFAULT_DB_ALIAS:
        replay.rows.prepare()
