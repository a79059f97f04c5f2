"""
Runs scenarios through merges, dry runs, reverts and syncs, many of them in one branch.

A branch takes a second to provision, and scenarios have names of their own: hence they are independent of one another
as long as none of them fails a merge. A batch in which one does is run again without it.
"""

import copy
import re
import traceback

import pytest
from django.core.exceptions import ValidationError
from django.core.signals import request_finished

from utilities.exceptions import AbortTransaction

from netbox_custom_objects.runtime.classes.registry import forget_worlds
from tests.support.branches import STRATEGIES, Lab, close

from .blame import stage_of_error, stage_of_sentence
from .invariants import violations
from .observe import capture, differences
from .stage import Stage

MAIN = 'default'


class Batch:
    """Some scenarios in one database: their stages, the branches, and what was found wrong."""

    def __init__(self, lab, scenarios):
        self.lab = lab
        self.stages = [Stage(scenario, lab, number) for number, scenario in enumerate(scenarios, 1)]
        self.branches = {}
        self.problems: list[str] = []

    @classmethod
    def begin(cls, scenarios, *branches):
        """Make what scenarios begin with, and then branches, of each of which all scenarios get a copy."""
        batch = cls(Lab(), scenarios)
        batch.edit('ancestor')
        for name in branches:
            close(batch.provision(name))
        return batch

    def only(self, scenario):
        """Return a copy for one of the scenarios; the others stay as they began."""
        batch = copy.copy(self)
        batch.stages = [stage.copy() for stage in self.stages if stage.scenario is scenario]
        batch.branches, batch.problems = dict(self.branches), []
        return batch

    # Doing

    def provision(self, name):
        self.branches[name] = self.lab.branch(name)
        return self.branches[name]

    def edit(self, part: str, branch=None) -> None:
        """Make the edits of one part of all scenarios: `ancestor`, `branch`, `main` or `second`."""
        for stage in self.stages:
            for edit in getattr(stage.scenario, part):
                try:
                    with self.lab.request(branch):
                        edit.apply(stage)
                except Exception as error:
                    raise EditFailed(f'{stage.scenario}: in {part}, {edit!r} failed: {error!r}') from error

    def merge(self, branch, strategy) -> None:
        self.blame(self.lab.merge, branch, strategy)

    def dry_run(self, branch, strategy, before) -> None:
        """Replay and roll back; main must be as it was before."""
        try:
            self.blame(self.lab.merge, branch, strategy, commit=False)
        except AbortTransaction:
            request_finished.send(sender=None)
        else:
            self.problems.append('a dry run ended without rolling back')
        self.compare('a dry run', before)

    def revert(self, branch) -> None:
        self.blame(self.lab.revert, branch)

    def sync(self, branch) -> None:
        self.blame(self.lab.sync, branch)

    def blame(self, act, *args, **kwargs) -> None:
        """Do something; if it fails, say because of which scenario."""
        try:
            act(*args, **kwargs)
        except AbortTransaction:
            raise
        except Exception as error:
            raise Guilty(stage_of_error(self.stages, error), act.__name__, self.problems) from error

    # Checking

    def capture(self, branch=None, skip=lambda scenario: False) -> dict:
        with self.lab.request(branch):
            return capture([stage for stage in self.stages if not skip(stage.scenario)])

    def compare(self, after_what, expected, branch=None, skip=lambda scenario: False) -> dict:
        """Note what differs from an earlier capture; return the present one, without what is skipped."""
        found = self.capture(branch, skip)
        for stage, state in found.items():
            lines = differences(expected[stage], state)
            self.problems += [f'{stage.scenario}: after {after_what}, {line}' for line in lines]
        return found

    def expect(self, after_what, part='merged', branch=None) -> None:
        with self.lab.request(branch):
            for stage in self.stages:
                for expectation in getattr(stage.scenario, part) or ():
                    try:
                        lines = expectation.problems(stage)
                    except Exception as error:
                        lines = [f'{expectation!r} could not be checked: {error!r}']
                    self.problems += [f'{stage.scenario}: after {after_what}, {line}' for line in lines]

    def check_invariants(self, after_what) -> None:
        # What a process remembers must not be what makes a state look right.
        forget_worlds()
        may_dangle = {pk for stage in self.stages if stage.scenario.may_dangle for pk in stage.type_ids.values()}
        aliases = [MAIN, *(branch.connection_name for branch in self.branches.values())]
        for line in violations(aliases, may_dangle):
            stage = stage_of_sentence(self.stages, line)
            self.problems.append(f'{stage.scenario if stage else "?"}: after {after_what}, {line}')


class EditFailed(Exception):
    """An edit of a scenario could not even be made."""


class Guilty(Exception):
    """A merge, revert or sync failed because of one scenario, or nobody knows of which (then it is None)."""

    def __init__(self, stage, action, problems):
        super().__init__(action)
        self.scenario = stage.scenario if stage else None
        self.action, self.problems = action, problems


def other_than(strategy: str) -> str:
    return next(other for other in STRATEGIES if other != strategy)


def merge_and_revert(lab, scenarios, strategy) -> list[str]:
    """
    Merge, revert, merge again and revert again, with either strategy in turns.

    The strategy that comes second is tried in a dry run first: there it meets a main that has never seen the changes.
    """
    batch = Batch(lab, scenarios)
    batch.edit('ancestor')
    branch = batch.provision('branch')
    batch.edit('branch', branch)
    batch.edit('main')
    before, in_branch = batch.capture(), batch.capture(branch)
    turns = strategy, other_than(strategy)
    batch.dry_run(branch, turns[1], before)
    for how in turns:
        what = f'the merge ({how})'
        batch.merge(branch, how)
        batch.expect(what)
        batch.compare(f'{what}, as in the branch', in_branch, skip=lambda scenario: scenario.main)
        batch.check_invariants(what)
        what = f'the revert ({how})'
        batch.revert(branch)
        # What a revert cannot restore, it cannot restore twice.
        before = batch.compare(what, before, skip=lambda scenario: scenario.reverted is not None)
        batch.expect(what, 'reverted')
        batch.check_invariants(what)
    batch.compare('everything, in the branch', in_branch, branch)
    return batch.problems


def sync_and_merge(lab, scenarios, strategy) -> list[str]:
    """Sync, then merge: the branch has everything first, and then main has it too; the revert leaves no ruins."""
    batch = Batch(lab, scenarios)
    batch.edit('ancestor')
    branch = batch.provision('branch')
    batch.edit('branch', branch)
    batch.edit('main')
    before = batch.capture()
    batch.sync(branch)
    batch.compare('the sync, main', before)
    expect_synced(batch, 'the sync', branch)
    batch.check_invariants('the sync')
    batch.merge(branch, strategy)
    expect_synced(batch, f'the merge ({strategy})')
    batch.compare('the merge, main differs from the branch', batch.capture(branch))
    batch.check_invariants('the merge')
    batch.revert(branch)
    batch.check_invariants('the revert')
    return batch.problems


def expect_synced(batch, what, branch=None) -> None:
    stages = batch.stages
    for part, chosen in (
        ('merged', [stage for stage in stages if stage.scenario.synced is None]),
        ('synced', [stage for stage in stages if stage.scenario.synced is not None]),
    ):
        batch.stages = chosen
        batch.expect(what, part, branch)
    batch.stages = stages


def two_branches(lab, scenarios, strategy, one_after_the_other) -> list[str]:
    """Merge two branches, revert both in reverse order, and merge them again with the other strategy."""
    batch = Batch(lab, scenarios)
    batch.edit('ancestor')
    branch = batch.provision('first')
    second = None if one_after_the_other else batch.provision('second')
    batch.edit('branch', branch)
    batch.edit('main')
    if second:
        batch.edit('second', second)
    before = batch.capture()
    batch.merge(branch, strategy)
    if second is None:
        second = batch.provision('second')
        batch.edit('second', second)
    between = batch.capture()
    batch.merge(second, strategy)
    batch.expect(f'the merges ({strategy})')
    batch.check_invariants(f'the merges ({strategy})')
    batch.revert(second)
    batch.compare('the revert of the second', between, skip=lambda scenario: scenario.reverted is not None)
    batch.revert(branch)
    batch.compare('the revert of both', before, skip=lambda scenario: scenario.reverted is not None)
    batch.expect('the revert of both', 'reverted')
    batch.check_invariants('the reverts')
    other = other_than(strategy)
    batch.merge(branch, other)
    batch.merge(second, other)
    batch.expect(f'merging again ({other})')
    batch.check_invariants(f'merging again ({other})')
    return batch.problems


def restore_once(batch) -> None:
    """Merge two branches that deleted the same; one can be reverted, the other is refused and changes nothing."""
    lab, first, second = batch.lab, batch.branches['first'], batch.branches['second']
    batch.edit('branch', first)
    batch.edit('second', second)
    batch.merge(first, 'squash')
    batch.merge(second, 'squash')
    batch.expect('the merges')
    batch.revert(second)
    before = batch.capture()
    try:
        lab.revert(first)
    except ValidationError as error:
        request_finished.send(sender=None)
        if 'already exists' not in str(error):
            batch.problems.append(f'the second revert was refused with {error!r}')
    else:
        batch.problems.append('the second revert was not refused')
    batch.compare('the refused revert', before)
    batch.check_invariants('the refused revert')


def refuse(batch) -> None:
    """Try to merge a scenario by itself: what is foretold fails, leaves main as it was and the branch usable."""
    lab, branch = batch.lab, batch.branches['branch']
    (scenario,) = [stage.scenario for stage in batch.stages]
    batch.edit('branch', branch)
    batch.edit('main')
    before, in_branch = batch.capture(), batch.capture(branch)
    for how in STRATEGIES:
        pattern = scenario.refused.get(how)
        if pattern is None:
            batch.merge(branch, how)
            batch.expect(f'the merge ({how})')
            batch.check_invariants(f'the merge ({how})')
            batch.revert(branch)
            batch.expect('the revert', 'reverted')
        else:
            try:
                lab.merge(branch, how)
            except Exception as error:
                request_finished.send(sender=None)
                # A check beforehand refuses with a message of its own, which pages and jobs show.
                said = f'{error} {lab.fresh(branch).can_merge.message or ""}'
                if not re.search(pattern, said):
                    batch.problems.append(f'{scenario}: refused ({how}) with {said!r}, not {pattern!r}')
            else:
                batch.problems.append(f'{scenario}: was merged ({how})')
                return
            if lab.fresh(branch).status != 'ready':
                batch.problems.append(f'{scenario}: the branch is {lab.fresh(branch).status} after the refusal')
        if pattern or scenario.reverted is None:
            batch.compare(f'trying ({how})', before)
        batch.check_invariants(f'trying ({how})')
    batch.compare('trying, in the branch', in_branch, branch)


def run_alone(batch, check) -> None:
    """Run a check on a batch of one scenario, and fail with all that was found wrong."""
    problems = batch.problems
    try:
        check(batch)
    except EditFailed as error:
        problems.append(str(error))
    except Guilty as error:
        problems.append(f'{error.scenario}: {error.action} failed: {describe(error.__cause__)}')
    finally:
        request_finished.send(sender=None)
    report(problems)


def run(database, scenarios, check, *args) -> None:
    """
    Run a check on scenarios, and fail with all that was found wrong.

    If a merge fails, the scenario that made it fail is told and left out, and the others are tried without it.

    Args:
        database: the test's own database, replaced for each further attempt
        scenarios: rows of the table
        check: one of the functions above
        args: its further arguments
    """
    scenarios, problems = list(scenarios), []
    while scenarios:
        if problems:
            database.replace()
        try:
            problems += check(Lab(), scenarios, *args)
            break
        except EditFailed as error:
            problems.append(str(error))
            break
        except Guilty as error:
            problems += error.problems
            problems.append(f'{error.scenario or "one of them"}: {error.action} failed: {describe(error.__cause__)}')
            if error.scenario is None:
                break
            scenarios.remove(error.scenario)
        finally:
            request_finished.send(sender=None)
    report(problems)


def report(problems) -> None:
    if problems:
        pytest.fail('\n'.join(dict.fromkeys(problems)), pytrace=False)


def describe(error) -> str:
    return ''.join(traceback.format_exception(error)[-8:])
