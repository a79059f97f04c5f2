"""Constraints in branches: copied, made, changed, merged, reverted, synchronised; enforced wherever they are."""

from datetime import date
from html import unescape

import pytest
from django.db import IntegrityError, transaction
from django_rq import get_queue
from rq import SimpleWorker

from core.models import Job
from dcim.models import Site
from netbox_branching.jobs import RevertBranchJob, SyncBranchJob
from netbox_branching.models import Branch

from netbox_custom_objects.branching.merging.findings import VIOLATION
from netbox_custom_objects.branching.merging.schema_changes import schema_changes
from netbox_custom_objects.branching.merging.three_way import three_way_merge
from netbox_custom_objects.branching.merging.validators import find_conflicts
from netbox_custom_objects.branching.trial.dry_run import dry_run
from netbox_custom_objects.definitions.merge import Kind
from netbox_custom_objects.exceptions import SchemaChangeRefused
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeConstraint, CustomObjectTypeField
from netbox_custom_objects.runtime.classes.registry import world
from netbox_custom_objects.services.attention.ignored_rules import ignored_constraints
from netbox_custom_objects.services.upkeep.repair import repair
from tests.support.beginnings import begins_with
from tests.support.branches import STRATEGIES, Lab, assert_schema_is_clean, delete, edit
from tests.support.factories import make_constraint, make_type
from tests.surfaces.rest import make_user


def make_contracts():
    with Lab().request():
        contract = make_type('contract', fields=[('name', 'text'), ('start', 'date'), ('end', 'date')])
        make_constraint(contract, 'period', expression='end > start')
        make_constraint(contract, 'name', fields=['name'], condition='end == null')


@pytest.fixture
@begins_with(make_contracts)
def contracts(lab):
    return lab


def alias_of(branch):
    return branch.connection_name if branch else 'default'


def is_refused(lab, branch=None, **values):
    """Whether the database itself refuses an object."""
    alias = alias_of(branch)
    with lab.request(branch):
        (type_id,) = world(alias).definitions
        try:
            with transaction.atomic(using=alias):
                world(alias).model(type_id).objects.using(alias).bulk_create([world(alias).model(type_id)(**values)])
                transaction.set_rollback(True, using=alias)
        except IntegrityError:
            return True
    return False


def make(lab, place, **values):
    with lab.request(place):
        made = CustomObjectType.objects.get().get_model()(**values)
        made.full_clean()
        made.save()
        return made.pk


def change(lab, place, pk, **values):
    with lab.request(place):
        edit(CustomObjectType.objects.get().get_model().objects.get(pk=pk), **values)


def names():
    return sorted(CustomObjectType.objects.get().get_model().objects.values_list('name', flat=True))


LATE = {'start': '2026-02-01', 'end': '2026-01-01'}


@pytest.mark.parametrize('strategy', STRATEGIES)
def test_merge_and_revert_and_again(contracts, strategy):
    """A branch changes one constraint, deletes another and makes a third, for a field of its own."""
    lab, branch = contracts, contracts.branch()
    assert_schema_is_clean(branch.connection_name)
    assert is_refused(lab, branch, **LATE)
    with lab.request(branch):
        contract = CustomObjectType.objects.get()
        edit(CustomObjectTypeConstraint.objects.get(name='period'), expression='end >= start')
        delete(CustomObjectTypeConstraint.objects.get(name='name'))
        field = CustomObjectTypeField(custom_object_type=contract, name='count', type='integer')
        field.full_clean()
        field.save()
        make_constraint(contract, 'count', expression='count > 0')
        day = date(2026, 1, 1)
        made = contract.get_model()(name='x', start=day, end=day, count=5)
        made.full_clean()
        made.save()
    assert is_refused(lab, branch, count=0)
    sentences = [edit for change in schema_changes(branch) for edit in change.edits]
    assert [sentence for sentence in sentences if 'constraint' in sentence] == [
        'Change constraint "period".', 'Delete constraint "name" (unique).', 'New constraint "count" (check).'
    ]  # fmt: skip
    for _time in range(2):
        lab.merge(branch, strategy)
        assert_schema_is_clean()
        assert is_refused(lab, count=0)
        assert not is_refused(lab, start='2026-01-01', end='2026-01-01')
        lab.revert(branch)
        assert_schema_is_clean()
        assert is_refused(lab, start='2026-01-01', end='2026-01-01')
        assert CustomObjectTypeConstraint.objects.count() == 2


def test_sync_and_conflicts(contracts):
    """Both sides edit the same constraint: the same edit is silent, another is a conflict by attribute."""
    lab, branch = contracts, contracts.branch()
    for place in (branch, None):
        with lab.request(place):
            edit(CustomObjectTypeConstraint.objects.get(name='period'), expression='end >= start')
    assert three_way_merge(branch).conflicts == ()
    with lab.request():
        edit(CustomObjectTypeConstraint.objects.get(name='period'), message='Main says so.')
        make_constraint(CustomObjectType.objects.get(), 'more', expression="name != 'x'")
    with lab.request(branch):
        edit(CustomObjectTypeConstraint.objects.get(name='period'), message='The branch says so.')
    (conflict,) = three_way_merge(branch).conflicts
    assert (conflict.kind, conflict.attribute) == (Kind.ATTRIBUTE, 'message')
    assert not is_refused(lab, branch, name='x')
    lab.sync(branch)
    assert is_refused(lab, branch, name='x')
    assert_schema_is_clean(branch.connection_name)


def test_objects_that_would_not_meet_a_constraint(contracts):
    """What both sides have done is fine on its own, and is named before the merge that would bring it together."""
    lab, branch = contracts, contracts.branch()

    def found():
        return [finding.text for finding in find_conflicts(branch) if finding.kind == VIOLATION]

    ours, theirs = make(lab, None, name='same'), make(lab, branch, name='same')
    assert found() == [f'Contract {ours} and {theirs} would have the same Name (constraint "name").']
    with lab.request(branch):
        contract = CustomObjectType.objects.get()
        edit(contract.get_model().objects.get(pk=theirs), name='other')
        make_constraint(contract, 'short', expression='size(name) < 6')
        make_constraint(contract, 'constant', expression='1 < 2')
    assert found() == []
    late = make(lab, None, name='too long')
    assert found() == [f'Contract {late} would not meet the constraint "short".']
    with lab.request():
        edit(CustomObjectType.objects.get().get_model().objects.get(pk=late), name='fine')
    assert found() == []


@pytest.mark.parametrize('strategy', STRATEGIES)
def test_states_in_between(contracts, strategy):
    """States that a branch has passed through may conflict with what main now has: only the final one counts."""
    lab, branch = contracts, contracts.branch()
    made, other = make(lab, branch, name='same'), make(lab, branch, name='other')
    change(lab, branch, made, name='fine')
    change(lab, branch, other, name='same')
    change(lab, branch, other, name='else')
    mended = make(lab, None, name='much too long')
    make(lab, None, name='same')
    lab.sync(branch)
    with lab.request(branch):
        # Of main's object, the branch changes the name; only then can the constraint be made there.
        edit(CustomObjectType.objects.get().get_model().objects.get(pk=mended), name='short')
        make_constraint(CustomObjectType.objects.get(), 'short', expression='size(name) < 6')
    for _time in range(2):
        lab.merge(branch, strategy)
        assert names() == ['else', 'fine', 'same', 'short']
        assert_schema_is_clean()
        assert is_refused(lab, name='same')
        assert is_refused(lab, name='too long')
        lab.revert(branch)
        assert names() == ['much too long', 'same']
        assert_schema_is_clean()
        assert is_refused(lab, name='same')
        assert not is_refused(lab, name='too long')


def test_states_in_between_of_main(contracts):
    """
    The same for what main has passed through.

    The type's page says what is not met at the end of a synchronization; once that is corrected, the hourly job has it
    enforced.
    """
    lab, branch = contracts, contracts.branch()
    first = make(lab, branch, name='same')
    made = make(lab, None, name='same')
    change(lab, None, made, name='other')
    lab.sync(branch)
    assert_schema_is_clean(branch.connection_name)
    assert is_refused(lab, branch, name='same')
    make(lab, None, name='taken')
    change(lab, branch, first, name='taken')
    lab.sync(branch)
    for _time in range(2):
        ((rule, text),) = ignored(lab, branch).items()
        assert rule == 'name'
        assert f'some objects do not meet it: Contract {first}' in text
        assert repair() == {}
    assert [finding.kind for finding in find_conflicts(branch)] == [VIOLATION]
    change(lab, branch, first, name='free')
    assert 'all objects meet it' in ignored(lab, branch)['name']
    assert list(repair()) == [branch.connection_name]
    assert ignored(lab, branch) == {}
    assert is_refused(lab, branch, name='taken')


def ignored(lab, branch):
    """Return what the type's page in a branch shows of the rules that are not enforced."""
    with lab.request(branch):
        (definition,) = world().definitions.values()
        return {rule.name: text for rule, text in ignored_constraints(definition, branch.connection_name)}


def run_job(runner, **kwargs):
    """Queue a job and have a worker run it."""
    job = runner.enqueue(**kwargs)
    queue = get_queue(job.queue_name)
    SimpleWorker([queue], connection=queue.connection).work(burst=True)
    return Job.objects.get(pk=job.pk)


def test_objects_in_the_way_of_jobs(contracts, client):
    """The pages of the job and of the branch name them to those who may view them; its record names none."""
    lab, branch = contracts, contracts.branch()
    first = make(lab, None, name='same')
    lab.sync(branch)
    with lab.request(branch):
        delete(CustomObjectType.objects.get().get_model().objects.get(pk=first))
    lab.merge(branch)
    second = make(lab, None, name='same')
    job = run_job(RevertBranchJob, instance=lab.fresh(branch), user=lab.user)
    sentence = 'Some objects do not meet the constraint "name"'
    assert job.status == 'errored'
    assert job.error == f'{sentence}: some that records of jobs do not name'
    page = CustomObjectType.objects.get().get_model().objects.get(pk=second).get_absolute_url()
    decider = make_user('decider', (Branch, ['view', 'revert'], None), (Job, ['view'], None))
    for user, is_named in ((lab.user, True), (decider, False)):
        client.force_login(user)
        for path in (branch.get_absolute_url(), job.get_absolute_url()):
            shown = unescape(client.get(path).content.decode())
            assert 'UnmetRules(' not in shown
            assert sentence in shown
            assert (f'Contract {second}' in shown, f'href="{page}"' in shown) == (is_named, is_named), path


def test_a_clash_after_a_synchronization_is_in_the_log_of_the_job(contracts, client):
    lab, branch = contracts, contracts.branch()
    theirs = make(lab, branch, name='same')
    make(lab, None, name='same')
    job = run_job(SyncBranchJob, instance=lab.fresh(branch), user=lab.user)
    assert job.status == 'completed'
    assert 'do not meet the constraint "name"' in str(job.data)
    client.force_login(lab.user)
    assert f'Contract {theirs}</a>' in client.get(job.get_absolute_url()).content.decode()


@pytest.mark.parametrize('strategy', STRATEGIES)
def test_what_the_end_does_not_meet(contracts, strategy, monkeypatch):
    """If a clash comes after the check, the merge fails and names the objects."""
    lab, branch = contracts, contracts.branch()
    ours, theirs = make(lab, None, name='same'), make(lab, branch, name='same')
    monkeypatch.setattr('netbox_custom_objects.branching.merging.validators.find_unmet', lambda *args: ())
    with pytest.raises(SchemaChangeRefused, match=f'constraint "name": Contract {ours}, Contract {theirs}'):
        lab.merge(branch, strategy)
    assert names() == ['same']
    assert_schema_is_clean()
    assert is_refused(lab, name='same')
    found = dry_run(branch, strategy, lab.user)
    assert [(finding.kind, finding.blocks) for finding in found] == [(VIOLATION, True)]
    change(lab, branch, theirs, name='other')
    assert dry_run(branch, strategy, lab.user) == []
    lab.merge(branch, strategy)
    assert names() == ['other', 'same']


def test_every_kind_in_a_branch(lab, strategies):
    """Partial, regardless of case, nulls the same, polymorphic, check: merged, reverted, merged again, synchronized."""
    with lab.request():
        site = Site.objects.create(name='s', slug='s')
        thing = make_type('thing', fields=[
            ('name', 'text'), ('tag', 'text'), ('owned_by', 'text'), ('code', 'text'), ('slot', 'integer'),
            ('start', 'date'), ('end', 'date'), {'name': 'holder', 'type': 'object', 'targets': [Site]},
            {'name': 'only', 'type': 'object', 'targets': [Site], 'unique': True},
        ])  # fmt: skip
    branch, follower = lab.branch(), lab.branch('follower')
    with lab.request(branch):
        thing = CustomObjectType.objects.get()
        make_constraint(thing, 'tag', fields=['tag'], condition='owned_by == null')
        make_constraint(thing, 'name', fields=['name'], case_insensitive=True)
        make_constraint(thing, 'slot', fields=['code', 'slot'], nulls_distinct=False, condition='code != null')
        make_constraint(thing, 'holder', fields=['holder'])
        make_constraint(thing, 'period', expression='end > start')
    held = {'name': 'Core', 'tag': 'A1', 'code': 'c', 'holder': site}
    make(lab, branch, **held)
    clashes = ({'name': 'cORE'}, {'tag': 'A1'}, {'code': 'c'}, {'holder': site}, LATE)
    fine = ({'tag': 'A1', 'owned_by': 'x'}, {'code': 'c', 'slot': 1})

    def assert_enforced(place=None):
        assert [values for values in clashes if not is_refused(lab, place, **values)] == []
        assert [values for values in fine if is_refused(lab, place, **values)] == []

    assert_enforced(branch)
    for strategy in strategies:
        for _time in range(2):
            lab.merge(branch, strategy)
            assert_schema_is_clean()
            assert_enforced()
            if strategy == STRATEGIES[-1] and _time:
                lab.sync(follower)
                assert_schema_is_clean(follower.connection_name)
                assert_enforced(follower)
            lab.revert(branch)
            assert_schema_is_clean()
            assert [values for values in clashes if is_refused(lab, **values)] == []
