"""Staged changes and branches: a branch may be made, merged, reverted and synchronised before, during and after one."""

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse

from netbox_custom_objects.branching.merging.schema_changes import schema_changes
from netbox_custom_objects.constants import APP_LABEL
from netbox_custom_objects.exceptions import SchemaChangeRefused
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField, StagedChange
from netbox_custom_objects.runtime.classes.registry import world
from netbox_custom_objects.services.staged import start
from netbox_custom_objects.services.staged.run import StagedRun, run
from tests.support.beginnings import begins_with
from tests.support.branches import Lab, assert_schema_is_clean, edit
from tests.support.commands import upgrade
from tests.support.numbered import make_numbered
from tests.support.staged import ask, leftovers, make_filled
from tests.surfaces.ui import Browser


def make_numbers():
    with Lab().request():
        make_filled(['1', '2', '3'])


@pytest.fixture
@begins_with(make_numbers)
def field(lab, monkeypatch):
    """A text field with three numbers, in a table that counts as large."""
    monkeypatch.setitem(settings.PLUGINS_CONFIG[APP_LABEL], 'inline_row_limit', 2)
    return CustomObjectTypeField.objects.get()


def model():
    return CustomObjectType.objects.get().get_model()


def values(branch=None):
    alias = branch.connection_name if branch else 'default'
    (type_id,) = world(alias).definitions
    return list(world(alias).model(type_id).objects.using(alias).order_by('pk').values_list('value', flat=True))


def type_in(branch=None):
    return CustomObjectTypeField.objects.using(branch.connection_name if branch else 'default').get().type


def convert(lab, branch=None, type='integer'):
    """Convert the field step by step, in main or in a branch, up to where it waits."""
    with lab.request(branch):
        change = start.start(CustomObjectTypeField.objects.get(), {'type': type}, lab.user)
    return run(change.pk)


def write(lab, branch=None, *texts, **changes):
    """Create an object for each text; `change_1='9'` changes the object 1."""
    with lab.request(branch):
        for text in texts:
            obj = model()(value=text)
            obj.full_clean()
            obj.save()
        for name, value in changes.items():
            edit(model().objects.get(pk=name.removeprefix('change_')), value=value)


def ready(branch, status='ready'):
    """After a replay that failed, as whoever looks after branches does."""
    type(branch).objects.filter(pk=branch.pk).update(status=status)


def refusal(lab, branch, action):
    """Return why netbox-branching does not offer an action; a branch that is refused stays as usable as before."""
    fresh = lab.fresh(branch)
    assert fresh.status == 'ready'
    assert not getattr(fresh, action)
    return str(getattr(fresh, action).message)


def test_a_branch_that_is_made_during_a_change(lab, field, strategies):
    """It has none of the working columns; its edits are merged into the changing table."""
    write(lab, None, 'x')
    change = convert(lab)
    assert change.stage == 'blocked'
    branch = lab.branch()
    assert type_in(branch) == 'text'
    write(lab, branch, '5', change_4='4')
    assert leftovers(branch.connection_name) == []
    for strategy in strategies:
        lab.merge(branch, strategy)
        assert values() == ['1', '2', '3', '4', '5']
        assert ask(change, 'resume').stage == 'switched'
        assert values() == [1, 2, 3, 4, 5]


def test_working_columns_do_not_get_into_branches(lab, field):
    write(lab, None, 'x')
    change = convert(lab)
    branch = lab.branch()
    write(lab, None, change_4='4')
    assert ask(change, 'resume').stage == 'switched'
    later = lab.branch('later')
    assert (type_in(later), values(later)) == ('integer', [1, 2, 3, 4])
    assert leftovers(branch.connection_name) == leftovers(later.connection_name) == []
    # Main's own are in use.
    assert leftovers()
    assert (values(branch), values(later)) == (['1', '2', '3', 'x'], [1, 2, 3, 4])
    for alias in ('default', branch.connection_name, later.connection_name):
        assert_schema_is_clean(alias)
    assert ask(change, 'undo').stage == 'undone'
    assert upgrade()[0] == 0


# More rows than a change copies at once.
LARGE = 2500
LARGE_VALUES = [str(number) for number in range(1, LARGE + 1)]


@pytest.fixture
def large_field(lab, monkeypatch):
    """A text field in a table that counts as large."""
    monkeypatch.setitem(settings.PLUGINS_CONFIG[APP_LABEL], 'inline_row_limit', 2)
    with lab.request():
        return make_numbered(LARGE)


def stripped(branch=None):
    return [str(value).strip() for value in values(branch)]


def expanded(lab):
    """Start a change in main, and stop as a killed process does while it converts rows."""
    with lab.request():
        change = start.start(CustomObjectTypeField.objects.get(), {'type': 'integer'}, lab.user)
    process = StagedRun(change.pk, lambda text: None)
    process.steps = {'pending': process.steps['pending']}
    process.go()
    return change


@pytest.mark.parametrize('moment', [expanded, convert])
def test_a_large_table_is_changed_while_a_branch_lives(lab, fresh_database, large_field, moment):
    change = moment(lab)
    branch = lab.branch()
    assert leftovers(branch.connection_name) == []
    assert stripped(branch) == LARGE_VALUES
    for end in fresh_database.each(['cancel', 'undo', 'finish']):
        write(lab, branch, '9001', change_1='9000')
        if end != 'cancel':
            assert run(change.pk).stage == 'switched'
        elif moment is convert:
            end = 'undo'
        # Main's trigger works in the other direction now.
        write(lab, branch, '9002', change_2='9003')
        assert ask(change, end).stage in ('cancelled', 'undone', 'finished')
        assert leftovers() == []
        write(lab, branch, change_1='9004')
        assert stripped() == LARGE_VALUES
        lab.merge(branch)
        assert stripped() == ['9004', '9003', *LARGE_VALUES[2:], '9001', '9002']
        lab.revert(branch)
        assert stripped() == LARGE_VALUES
        assert_schema_is_clean()
        lab.fresh(branch).archive(user=lab.user)
        assert_schema_is_clean()


def test_a_branch_with_a_copy_of_the_trigger_from_an_earlier_release(lab, fresh_database, large_field):
    """netbox-branching has copied it, and the branch was merged: nobody will ever archive it."""
    branch = lab.branch()
    change = convert(lab)
    with connection.cursor() as cursor:
        table = large_field.custom_object_type.get_database_table_name()
        cursor.execute(
            f'CREATE TRIGGER {table}_f_{large_field.pk}_staged BEFORE INSERT OR UPDATE ON {branch.schema_name}.{table}'
            f' FOR EACH ROW EXECUTE FUNCTION {table}_f_{large_field.pk}_staged()'
        )
    for end in fresh_database.each(['undo', 'finish']):
        ready(branch, 'merged')
        assert ask(change, end).error == ''
        assert leftovers() == []
        ready(branch)
        write(lab, branch, '9001')


def test_edits_of_a_branch_from_before_reach_a_converted_table(lab, field, branch, strategy):
    write(lab, branch, '5', change_1='10')
    change = convert(lab)
    assert change.stage == 'switched'
    lab.merge(branch, strategy)
    assert values() == [10, 2, 3, 5]
    ask(change, 'finish')
    lab.revert(branch)
    assert values() == [1, 2, 3]
    assert_schema_is_clean()


def test_a_branch_follows_a_conversion_in_main_by_one_of_its_own(lab, field, branch):
    """A synchronisation cannot wait for a job: it is refused, says what to do, and goes on once that is done."""
    write(lab, branch, '5')
    ask(convert(lab), 'finish')
    assert 'step by step' in refusal(lab, branch, 'can_sync')
    with pytest.raises(Exception, match='not permitted'):
        lab.sync(branch)
    assert (type_in(branch), values(branch)) == ('text', ['1', '2', '3', '5'])
    assert convert(lab, branch).stage == 'switched'
    lab.sync(branch)
    assert (type_in(branch), values(branch)) == ('integer', [1, 2, 3, 5])
    lab.merge(branch)
    assert values() == [1, 2, 3, 5]


def test_a_conversion_that_was_staged_in_a_branch(lab, field, branch, strategy):
    """Main is not touched; it is merged where main's table is small, or where main has been converted likewise."""
    change = convert(lab, branch)
    assert change.stage == 'switched'
    assert (type_in(branch), values(branch)) == ('integer', [1, 2, 3])
    assert (type_in(), values(), leftovers()) == ('text', ['1', '2', '3'], [])
    write(lab, branch, 4)
    assert 'step by step' in refusal(lab, branch, 'can_merge')
    with pytest.raises(Exception, match='not permitted'):
        lab.merge(branch, strategy)
    assert (type_in(), values()) == ('text', ['1', '2', '3'])
    (change_of_type,) = schema_changes(lab.fresh(branch))
    assert 'step by step' in change_of_type.refusal
    assert 'step by step' in Browser(lab.user).get(
        reverse('plugins:netbox_branching:branch_schema_changes', args=[branch.pk])
    )
    main = ask(convert(lab), 'finish')
    assert main.stage == 'finished'
    assert ask(change, 'finish').stage == 'finished'
    lab.merge(branch, strategy)
    assert (type_in(), values()) == ('integer', [1, 2, 3, 4])
    # The way back is the same: main first, then what refers to it.
    with pytest.raises(SchemaChangeRefused, match='step by step'):
        lab.revert(branch)
    ready(branch, 'merged')
    ask(convert(lab, type='text'), 'finish')
    lab.revert(branch)
    assert (type_in(), values()) == ('text', ['1', '2', '3'])
    assert_schema_is_clean()


def test_a_small_table_of_main_is_converted_by_the_merge(lab, field, branch, monkeypatch, strategy):
    ask(convert(lab, branch), 'finish')
    monkeypatch.setitem(settings.PLUGINS_CONFIG[APP_LABEL], 'inline_row_limit', 1000)
    lab.merge(branch, strategy)
    assert (type_in(), values()) == ('integer', [1, 2, 3])
    lab.revert(branch)
    assert (type_in(), values()) == ('text', ['1', '2', '3'])


def test_undone_in_the_branch_it_leaves_nothing_to_merge(lab, field, branch):
    change = convert(lab, branch)
    write(lab, branch, change_1=7)
    assert ask(change, 'undo').stage == 'undone'
    assert (type_in(branch), values(branch)) == ('text', ['7', '2', '3'])
    lab.merge(branch, 'squash')
    assert (type_in(), values()) == ('text', ['7', '2', '3'])
    assert_schema_is_clean()


def test_a_merge_cannot_convert_what_main_is_converting(lab, field, branch, monkeypatch):
    ask(convert(lab, branch, 'decimal'), 'finish')
    write(lab, None, 'x')
    change = convert(lab)
    assert change.stage == 'blocked'
    monkeypatch.setitem(settings.PLUGINS_CONFIG[APP_LABEL], 'inline_row_limit', 1000)
    with pytest.raises(Exception, match='step by step'):
        lab.merge(branch)
    assert values() == ['1', '2', '3', 'x']
    assert ask(change, 'cancel').stage == 'cancelled'


def test_a_deleted_branch_leaves_no_change_behind(lab, field, branch):
    convert(lab, branch)
    assert StagedChange.objects.filter(alias=branch.connection_name).exists()
    lab.fresh(branch).delete()
    assert not StagedChange.objects.filter(alias=branch.connection_name).exists()
