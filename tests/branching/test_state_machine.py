"""Random edits in main and in up to three branches, random merges, syncs and reverts, checked against a small model.

A failure prints its steps and the seed to run it again with (`NCO_SEED`); with `NCO_LONG=1` seeds differ each time.
"""

import os
import random
from contextlib import suppress

import pytest
from django.core.signals import request_finished
from hypothesis import HealthCheck, Phase, note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from tests.branching.scenarios import LONG, model
from tests.branching.scenarios.invariants import violations
from tests.branching.scenarios.stage import model_of
from tests.support import branches
from tests.support.factories import make_field, make_object, make_type

EXAMPLES = 60 if LONG else 3
STEPS = 20
MAX_BRANCHES = 3

numbers = st.integers(0, 1000)


class OpenBranch:
    """A branch: what it holds, and what main's log held when it was provisioned or last synchronised."""

    def __init__(self, name, instance, main):
        self.name, self.instance = name, instance
        self.side = model.Side(main.types)
        self.base = len(main.log)
        self.known_types = set(main.types)
        # How long main's log was when this was merged; None if it is not.
        self.merged_at = None

    def changes(self):
        return [change for change, _ in self.side.log]

    def news(self, main):
        """What main changed since, except for what this branch did there."""
        return [change for change, origin in main.log[self.base :] if origin != self.name]


class Branches(RuleBasedStateMachine):
    """The rules; `database` is set by the test."""

    database = None

    def __init__(self):
        super().__init__()
        self.database.replace()
        self.lab = branches.Lab()
        self.main = model.Side()
        self.open: list[OpenBranch] = []
        self.count = 0

    # Choosing

    def name(self, kind):
        self.count += 1
        return f'{kind}_{self.count}'

    def place(self, number):
        """Return main or a branch that can be edited, as (side, branch instance or None)."""
        editable = [branch for branch in self.open if branch.merged_at is None]
        chosen = number % (len(editable) + 1)
        return (self.main, None) if not chosen else (editable[chosen - 1].side, editable[chosen - 1].instance)

    def pick(self, items, number):
        items = sorted(items)
        return items[number % len(items)] if items else None

    # Edits

    @rule(where=numbers, fields=st.integers(0, 2))
    def add_type(self, where, fields):
        side, branch = self.place(where)
        name = self.name('type')
        with self.lab.request(branch):
            pk = make_type(name).pk
        side.do(model.AddType(pk, name))
        for _ in range(fields):
            self.add_field(where, len(side.types) - 1)

    @rule(where=numbers, which=numbers)
    def add_field(self, where, which):
        side, branch = self.place(where)
        type_id = self.pick(side.types, which)
        if type_id is None:
            return
        name = self.name('field')
        with self.lab.request(branch):
            pk = make_field(CustomObjectType.objects.get(pk=type_id), name).pk
        side.do(model.AddField(type_id, pk, name))

    @rule(where=numbers, which=numbers)
    def rename_type(self, where, which):
        side, branch = self.place(where)
        type_id = self.pick(side.types, which)
        if type_id is None:
            return
        name = self.name('type')
        with self.lab.request(branch):
            branches.edit(CustomObjectType.objects.get(pk=type_id), name=name)
        side.do(model.RenameType(type_id, side.types[type_id].name, name))

    @rule(where=numbers, which=numbers)
    def rename_field(self, where, which):
        side, branch = self.place(where)
        type_id, pk = self.pick(fields_of(side), which) or (None, None)
        if pk is None:
            return
        name = self.name('field')
        with self.lab.request(branch):
            branches.edit(CustomObjectTypeField.objects.get(pk=pk), name=name)
        side.do(model.RenameField(type_id, pk, side.types[type_id].fields[pk], name))

    @rule(where=numbers, which=numbers)
    def delete_field(self, where, which):
        side, branch = self.place(where)
        type_id, pk = self.pick(fields_of(side), which) or (None, None)
        if pk is None:
            return
        with self.lab.request(branch):
            branches.delete(CustomObjectTypeField.objects.get(pk=pk))
        side.do(model.DeleteField(type_id, pk, side.types[type_id].fields[pk]))

    @rule(where=numbers, which=numbers)
    def delete_type(self, where, which):
        side, branch = self.place(where)
        type_id = self.pick(side.types, which)
        if type_id is None or which % 3:
            return
        with self.lab.request(branch):
            branches.delete(CustomObjectType.objects.get(pk=type_id))
        side.do(model.DeleteType(type_id, side.types[type_id]))

    @rule(where=numbers, which=numbers)
    def create(self, where, which):
        side, branch = self.place(where)
        type_id = self.pick(side.types, which)
        if type_id is None:
            return
        values = {pk: self.name('value') for pk in side.types[type_id].fields}
        named = {side.types[type_id].fields[pk]: value for pk, value in values.items()}
        with self.lab.request(branch):
            pk = make_object(CustomObjectType.objects.get(pk=type_id), **named).pk
        side.do(model.Create(type_id, pk, values))

    @rule(where=numbers, which=numbers, field=numbers)
    def edit(self, where, which, field):
        side, branch = self.place(where)
        type_id, pk = self.pick(rows_of(side), which) or (None, None)
        field_id = self.pick(side.types[type_id].fields, field) if pk is not None else None
        if field_id is None:
            return
        value = self.name('value')
        with self.lab.request(branch):
            branches.edit(model_of(type_id).objects.get(pk=pk), **{side.types[type_id].fields[field_id]: value})
        old = side.types[type_id].rows[pk].get(field_id)
        side.do(model.Edit(type_id, pk, field_id, old, value))

    @rule(where=numbers, which=numbers)
    def delete(self, where, which):
        side, branch = self.place(where)
        type_id, pk = self.pick(rows_of(side), which) or (None, None)
        if pk is None:
            return
        with self.lab.request(branch):
            branches.delete(model_of(type_id).objects.get(pk=pk))
        known = {key: value for key, value in side.types[type_id].rows[pk].items() if key in side.types[type_id].fields}
        side.do(model.Delete(type_id, pk, known))

    # Branches

    @precondition(lambda self: len(self.open) < MAX_BRANCHES)
    @rule()
    def provision(self):
        name = self.name('branch')
        self.open.append(OpenBranch(name, self.lab.branch(name), self.main))

    @precondition(lambda self: any(branch.merged_at is None for branch in self.open))
    @rule(which=numbers, squash=st.booleans())
    def merge(self, which, squash):
        """Merge as the model says; what it says is refused is refused, and the branch is given up."""
        candidates = [branch for branch in self.open if branch.merged_at is None]
        branch = candidates[which % len(candidates)]
        changes, news = branch.changes(), branch.news(self.main)
        if not changes:
            return
        # Squashed, an edit and its opposite are no change; replayed, they overwrite what main did meanwhile.
        strategy = 'squash' if squash and model.independent(changes, news) else 'iterative'
        expected = replayed(self.main, branch)
        note(f'merging {branch.name}, {strategy}: {"refused" if expected is None else "accepted"}')
        if expected is None:
            with pytest.raises(Exception, match=r'.'):
                self.lab.merge(branch.instance, strategy)
            request_finished.send(sender=None)
            self.check()
            self.discard(branch)
        else:
            self.lab.merge(branch.instance, strategy)
            self.main = expected
            branch.merged_at = len(self.main.log)
        self.check()

    @precondition(lambda self: any(self.can_revert(branch) for branch in self.open))
    @rule()
    def revert(self):
        branch = next(branch for branch in self.open if self.can_revert(branch))
        self.lab.revert(branch.instance)
        for change in reversed(branch.changes()):
            self.main.do(model.Undo(change.type_id, change), branch.name)
        branch.merged_at = None
        self.check()

    def can_revert(self, branch):
        """Only what nothing was built upon, so that the model need not know what a later edit does to a revert."""
        return branch.merged_at == len(self.main.log)

    @precondition(lambda self: any(branch.merged_at is None for branch in self.open))
    @rule(which=numbers)
    def sync(self, which):
        candidates = [branch for branch in self.open if branch.merged_at is None]
        branch = candidates[which % len(candidates)]
        news = branch.news(self.main)
        if not news or not model.independent(branch.changes(), news):
            return
        self.lab.sync(branch.instance)
        for change in news:
            change.apply(branch.side)
        branch.base, branch.known_types = len(self.main.log), set(self.main.types)
        self.check()

    def discard(self, branch):
        branches.close(branch.instance)
        with self.lab.request():
            self.lab.fresh(branch.instance).delete()
        self.open.remove(branch)

    @precondition(lambda self: len(self.open) == MAX_BRANCHES)
    @rule(which=numbers)
    def discard_one(self, which):
        self.discard(self.open[which % len(self.open)])

    # Checking

    def check(self):
        for side, branch in [(self.main, None), *((branch.side, branch.instance) for branch in self.open)]:
            with self.lab.request(branch):
                assert found() == side.shown(), f'in {branch or "main"}'

    def teardown(self):
        try:
            self.check()
            aliases = ['default', *(branch.instance.connection_name for branch in self.open)]
            assert violations(aliases) == []
        finally:
            with suppress(Exception):
                request_finished.send(sender=None)


def fields_of(side):
    return [(type_id, pk) for type_id, each in side.types.items() for pk in each.fields]


def rows_of(side):
    return [(type_id, pk) for type_id, each in side.types.items() for pk in each.rows]


def replayed(main, branch):
    """Return main as it is after a merge of the branch, None if that must be refused."""
    merged = model.Side(main.types)
    merged.log = list(main.log)
    touched = {change.type_id for change in branch.changes()}
    if any(pk in branch.known_types and pk not in main.types and pk in branch.side.types for pk in touched):
        return None
    try:
        for change in branch.changes():
            merged.do(change, branch.name)
    except model.Refused:
        return None
    return merged


def found():
    """Return what the active schema holds, as the model shows it."""
    types = {}
    for custom_object_type in CustomObjectType.objects.all():
        names = dict(custom_object_type.fields.order_by('pk').values_list('pk', 'name'))
        objects = model_of(custom_object_type.pk).objects.all()
        rows = [[(name, getattr(obj, name)) for _, name in sorted(names.items())] for obj in objects]
        types[custom_object_type.name] = (sorted(names.values()), sorted(rows, key=str))
    return types


@pytest.mark.slow
def test_random_work_in_branches(fresh_database, no_limit):
    Branches.database = fresh_database
    chosen = int(os.environ.get('NCO_SEED', random.randrange(10**6) if LONG else 0))
    print(f'To run this again: NCO_SEED={chosen}' + (' NCO_LONG=1' if LONG else ''))
    run_state_machine_as_test(
        seed(chosen)(Branches),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            database=None,
            derandomize=False,
            deadline=None,
            # Shrinking an example takes minutes; the steps and the seed are printed.
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
