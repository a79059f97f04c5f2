"""The table of scenarios, run through merges, dry runs, reverts, merges again and syncs; see scenarios/runner.py."""

import pytest

from tests.branching.scenarios import (
    FIRST_STRATEGIES,
    fields,
    more_types,
    objects,
    references,
    runner,
    sequences,
    types,
)
from tests.branching.scenarios.refusals import REFUSALS
from tests.branching.scenarios.renames import RENAMES
from tests.support.beginnings import begins_with

BATCHES = {
    'types': types.TYPES,
    'fields 1': fields.FIELDS[:20],
    'fields 2': fields.FIELDS[20:],
    'renames': RENAMES,
    'objects': objects.OBJECTS,
    'attachments': objects.ATTACHMENTS,
    'references': references.REFERENCES,
    'custom references': references.CUSTOM_REFERENCES,
    'polymorphic': more_types.POLYMORPHIC,
    'kinds of values': more_types.KINDS_OF_VALUES,
    'files': more_types.FILES,
}
IN_TURNS = {
    'side by side': (sequences.SEQUENCES + sequences.SIDE_BY_SIDE, False),
    'one after the other': (sequences.SEQUENCES + sequences.ONE_AFTER_THE_OTHER, True),
}


pytestmark = pytest.mark.usefixtures('no_limit', 'spare')


@pytest.mark.parametrize('strategy', FIRST_STRATEGIES)
@pytest.mark.parametrize('batch', BATCHES)
def test_merge_and_revert_and_again(fresh_database, batch, strategy):
    runner.run(fresh_database, BATCHES[batch], runner.merge_and_revert, strategy)


@pytest.mark.parametrize('strategy', FIRST_STRATEGIES)
def test_sync_then_merge(fresh_database, strategy):
    rows = [row for batch in BATCHES.values() for row in batch if row.main and row.can_sync]
    runner.run(fresh_database, rows, runner.sync_and_merge, strategy)


@pytest.mark.parametrize('strategy', FIRST_STRATEGIES)
@pytest.mark.parametrize('batch', IN_TURNS)
def test_two_branches(fresh_database, batch, strategy):
    rows, one_after_the_other = IN_TURNS[batch]
    runner.run(fresh_database, rows, runner.two_branches, strategy, one_after_the_other)


def begin_deletions():
    return runner.Batch.begin(sequences.DELETED_TWICE, 'first', 'second')


@pytest.mark.parametrize('scenario', sequences.DELETED_TWICE, ids=str)
@begins_with(begin_deletions)
def test_what_two_branches_deleted_is_restored_once(fresh_database, scenario):
    runner.run_alone(fresh_database.made[begin_deletions].only(scenario), runner.restore_once)


def begin_refusals():
    return runner.Batch.begin(REFUSALS, 'branch')


@pytest.mark.parametrize('scenario', REFUSALS, ids=str)
@begins_with(begin_refusals)
def test_refused(fresh_database, scenario):
    runner.run_alone(fresh_database.made[begin_refusals].only(scenario), runner.refuse)


def test_the_table_is_as_large_as_it_claims():
    rows = [row for batch in BATCHES.values() for row in batch]
    rows += [*sequences.SEQUENCES, *sequences.SIDE_BY_SIDE, *sequences.ONE_AFTER_THE_OTHER]
    rows += [*sequences.DELETED_TWICE, *REFUSALS]
    names = [row.name for row in rows]
    assert len(set(names)) == len(names) >= 120
