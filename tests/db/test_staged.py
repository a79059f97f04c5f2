"""A field of a filled table is converted step by step: every stage leads on, and back, and nothing is lost."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django_rq import get_queue
from rq import SimpleWorker

from core.choices import JobStatusChoices
from core.models import Job, ObjectChange

from netbox_custom_objects.ddl.introspect import introspect
from netbox_custom_objects.ddl.staging.filling import StagedColumn, Unfinished
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.exceptions import SchemaChangeRefused
from netbox_custom_objects.models import StagedChange
from netbox_custom_objects.services.reconcile import plan_for
from netbox_custom_objects.services.staged import start
from netbox_custom_objects.services.staged.run import StagedRun
from netbox_custom_objects.services.staged.run_job import stale_columns, take_up_lost
from netbox_custom_objects.services.upkeep.deferred import finish_schema_change
from netbox_custom_objects.services.upkeep.purge import purge
from netbox_custom_objects.services.upkeep.repair import repair
from netbox_custom_objects.services.upkeep.schemas import open_schemas
from tests.support.branches import assert_schema_is_clean, edit
from tests.support.commands import upgrade
from tests.support.factories import make_choice_set
from tests.support.staged import (
    ask,
    begin,
    carried_out,
    columns_of,
    fresh,
    leftovers,
    make_filled,
    somebody,
    stage_of,
    values_of,
)

MAIN = Target.for_alias('default')
NUMBERS = ['1', ' 2 ', '', None, '5']


@pytest.fixture(autouse=True)
def large(fresh_database, plugin_settings):
    """Every table counts as large."""
    plugin_settings(inline_row_limit=2)


def step(change):
    """Carry a change one stage on, as a process does that is then killed."""
    change = StagedChange.objects.get(pk=change.pk)
    process = StagedRun(change.pk, lambda text: None)
    process.steps = {change.stage: process.steps[change.stage]}
    process.go()
    return StagedChange.objects.get(pk=change.pk)


def kinds_of_indexes(field):
    """The kinds of the indexes of a field; '' stands for the one by which lists are sorted."""
    (table,) = introspect(MAIN, field.custom_object_type_id).tables
    return sorted(index.kind for index in table.indexes if f'f_{field.pk}' in index.columns)


class TestConversion:
    def test_reads_and_writes_go_on_and_values_are_converted(self):
        field = make_filled(NUMBERS)
        with pytest.raises(SchemaChangeRefused, match='step by step'):
            edit(fresh(field), type='integer')
        change = carried_out(field, type='integer')
        assert (change.stage, change.error, change.percent) == ('switched', '', 100)
        assert values_of(field) == [1, 2, None, None, 5]
        assert fresh(field).type == 'integer'
        assert not plan_for(MAIN, field.custom_object_type_id)[0]
        model = fresh(field).custom_object_type.get_model()
        model.objects.create(value=7)
        assert ask(change, 'finish').stage == 'finished'
        assert values_of(field) == [1, 2, None, None, 5, 7]
        assert leftovers() == []
        assert_schema_is_clean()

    def test_indexes_of_an_indexed_field_are_built_again_after_the_switch_and_after_undoing(self):
        field = make_filled(['1', ' 2 ', '5'])
        edit(fresh(field), indexed=True)
        finish_schema_change('default', field.custom_object_type_id)
        assert kinds_of_indexes(field) == ['', 'upper']
        change = carried_out(field, type='integer')
        assert kinds_of_indexes(field) == []
        finish_schema_change('default', field.custom_object_type_id)
        assert kinds_of_indexes(field) == ['']
        assert ask(change, 'undo').stage == 'undone'
        finish_schema_change('default', field.custom_object_type_id)
        assert kinds_of_indexes(field) == ['', 'upper']
        assert not plan_for(MAIN, field.custom_object_type_id)[0]

    def test_it_is_logged_as_an_edit_by_who_asked_for_it(self):
        field = make_filled(NUMBERS)
        carried_out(field, type='integer')
        record = ObjectChange.objects.get(changed_object_id=field.pk, action='update')
        assert record.user == somebody()
        assert (record.prechange_data['type'], record.postchange_data['type']) == ('text', 'integer')

    def test_a_value_that_is_written_meanwhile_is_converted_too(self):
        field = make_filled(NUMBERS)
        model = field.custom_object_type.get_model()
        change = step(begin(field, type='integer'))
        assert change.stage == 'filling'
        model.objects.create(value='8')
        model.objects.filter(value='5').update(value='6')
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {model._meta.db_table} (f_{field.pk}) VALUES ('9')")
        assert StagedRun(change.pk, lambda text: None).go() is None
        assert values_of(field) == [1, 2, None, None, 6, 8, 9]

    def test_a_class_of_before_the_switch_goes_on_reading_and_writing(self):
        field = make_filled(NUMBERS)
        old = field.custom_object_type.get_model()
        carried_out(field, type='integer')
        assert old.objects.filter(pk=1).values_list('value', flat=True)[0] == 1
        old.objects.filter(pk=1).update(value='11')
        old.objects.create(value='12')
        assert values_of(field) == [11, 2, None, None, 5, 12]

    def test_the_former_column_is_retired_and_purged_like_any_other(self):
        field = make_filled(NUMBERS)
        change = carried_out(field, type='integer')
        assert f'f_{field.pk}_former' in columns_of(field)
        ask(change, 'finish')
        name = f'f_{field.pk}_former_{change.pk}'
        columns = columns_of(field)
        assert set(columns) == {f'f_{field.pk}', name}
        assert columns[name].startswith('retired ')
        assert '(integer)' in columns[f'f_{field.pk}']
        assert [found.item.column for found in purge(-1)] == [name]
        assert set(columns_of(field)) == {f'f_{field.pk}'}

    def test_a_field_can_be_converted_again_and_again(self):
        field = make_filled(['1', '2', '3'])
        for type, values in (('integer', [1, 2, 3]), ('text', ['1', '2', '3']), ('integer', [1, 2, 3])):
            ask(carried_out(field, type=type), 'finish')
            assert values_of(field) == values

    def test_texts_of_both_kinds_need_no_new_column(self):
        field = make_filled(NUMBERS)
        change = carried_out(field, type='longtext')
        assert change.stage == 'switched'
        assert leftovers() == []
        assert fresh(field).type == 'longtext'
        assert ask(change, 'undo').stage == 'undone'
        assert fresh(field).type == 'text'
        assert values_of(field) == NUMBERS


class TestOffenders:
    def test_they_are_listed_and_nothing_is_switched(self):
        field = make_filled(['1', 'x', '2.5', 'y' * 100])
        change = carried_out(field, type='integer')
        assert (change.stage, change.offender_count) == ('blocked', 3)
        assert change.offenders == [
            [2, 'x', 'cannot be converted to integer'],
            [3, '2.5', 'cannot be converted to integer'],
            [4, 'y' * 60, 'cannot be converted to integer'],
        ]
        assert fresh(field).type == 'text'
        assert values_of(field) == ['1', 'x', '2.5', 'y' * 100]

    def test_once_they_are_corrected_the_change_goes_on(self):
        field = make_filled(['1', 'x'])
        change = carried_out(field, type='integer')
        field.custom_object_type.get_model().objects.filter(value='x').update(value='3')
        change = ask(change, 'resume')
        assert (change.stage, change.offender_count, change.offenders) == ('switched', 0, [])
        assert values_of(field) == [1, 3]

    def test_one_that_is_written_before_the_switch_stops_it(self):
        field = make_filled(['1', '2', '3'])
        change = begin(field, type='integer')
        for _ in range(3):
            change = step(change)
        assert change.stage == 'switching'
        field.custom_object_type.get_model().objects.create(value='x')
        assert step(change).stage == 'filling'
        StagedRun(change.pk, lambda text: None).go()
        change.refresh_from_db()
        assert (change.stage, change.offenders[0][:2]) == ('blocked', [4, 'x'])

    def test_only_the_first_are_kept_but_all_are_counted(self, monkeypatch):
        monkeypatch.setattr('netbox_custom_objects.services.staged.checks.LISTED', 2)
        change = carried_out(make_filled(['a', 'b', 'c']), type='integer')
        assert (change.offender_count, len(change.offenders)) == (3, 2)

    def test_choices_that_the_set_lacks_are_listed(self):
        field = make_filled(['red', 'blue', 'green'])
        choices = make_choice_set('colors', ['red', 'green'])
        change = carried_out(field, type='select', choice_set=choices.pk)
        assert [offender[:2] for offender in change.offenders] == [[2, 'blue']]
        choices.extra_choices.append(['blue', 'Blue'])
        choices.save()
        assert ask(change, 'resume').stage == 'switched'
        assert values_of(field) == ['red', 'blue', 'green']


class TestWayBack:
    @pytest.mark.parametrize('stages', [0, 1, 2, 3])
    def test_a_change_can_be_cancelled_at_each_stage_before_the_switch(self, stages):
        field = make_filled(['1', '2', '3'], unique=True)
        before = introspect(MAIN, field.custom_object_type_id)
        change = begin(field, type='integer')
        for _ in range(stages):
            change = step(change)
        if change.stage == 'switching':
            with pytest.raises(ValidationError, match='Switching'):
                ask(change, 'cancel')
            return
        assert ask(change, 'cancel').stage == 'cancelled'
        assert introspect(MAIN, field.custom_object_type_id) == before
        assert leftovers() == []
        assert set(columns_of(field)) == {f'f_{field.pk}'}
        assert values_of(field) == ['1', '2', '3']

    def test_a_blocked_one_too(self):
        field = make_filled(['x'])
        assert ask(carried_out(field, type='integer'), 'cancel').stage == 'cancelled'
        assert leftovers() == []
        begin(field, type='decimal')

    def test_undoing_gives_back_each_value_as_it_was_written(self):
        field = make_filled(['01', ' 2 ', '', None])
        change = carried_out(field, type='integer')
        model = fresh(field).custom_object_type.get_model()
        model.objects.filter(value=2).update(value=20)
        model.objects.create(value=30)
        assert ask(change, 'undo').stage == 'undone'
        assert values_of(field) == ['01', '20', '', None, '30']
        assert fresh(field).type == 'text'
        assert set(columns_of(field)) == {f'f_{field.pk}'}
        assert leftovers() == []
        assert_schema_is_clean()

    def test_undoing_waits_for_values_that_the_old_type_cannot_hold(self):
        field = make_filled([1, 2, 3], type='integer')
        change = carried_out(field, type='text')
        model = fresh(field).custom_object_type.get_model()
        model.objects.filter(value='2').update(value='two')
        change = ask(change, 'undo')
        assert (change.stage, change.offenders) == ('switched', [[2, 'two', 'cannot be converted to integer']])
        assert 'since the switch' in change.error
        assert values_of(field) == ['1', 'two', '3']
        model.objects.filter(value='two').update(value='2')
        assert ask(change, 'undo').stage == 'undone'
        assert values_of(field) == [1, 2, 3]

    def test_what_is_finished_cannot_be_undone(self):
        change = ask(carried_out(make_filled(['1']), type='integer'), 'finish')
        for action in ('undo', 'cancel', 'finish', 'resume'):
            with pytest.raises(ValidationError, match='Finished'):
                ask(change, action)


class TestMeanwhile:
    def test_the_field_cannot_be_changed_otherwise(self):
        field = make_filled(['1', 'x', '3'])
        carried_out(field, type='integer')
        for values in ({'type': 'decimal'}, {'unique': True}, {'required': True}):
            with pytest.raises(ValidationError, match='step by step'):
                edit(fresh(field), **values)
        edit(fresh(field), label='Another label')

    def test_the_field_and_its_type_cannot_be_deleted(self):
        field = make_filled(['1', 'x', '3'])
        change = carried_out(field, type='integer')
        for thing in (fresh(field), field.custom_object_type):
            with pytest.raises(SchemaChangeRefused, match='cancel that change first'):
                thing.delete()
        ask(change, 'cancel')
        fresh(field).delete()

    def test_there_is_one_change_of_a_field_at_a_time(self):
        field = make_filled(['1', 'x', '3'])
        carried_out(field, type='integer')
        with pytest.raises(ValidationError, match='under way'):
            begin(field, type='decimal')

    def test_repairs_leave_its_columns_alone(self):
        field = make_filled(['1', 'x', '3'])
        change = carried_out(field, type='integer')
        before = columns_of(field)
        assert repair() == {}
        assert stale_columns('default') == []
        assert upgrade()[0] == 0
        purge(-1)
        assert columns_of(field) == before
        assert ask(change, 'cancel').stage == 'cancelled'

    def test_what_nobody_needs_is_removed(self):
        field = make_filled(['1', 'x', '3'])
        carried_out(field, type='integer')
        StagedChange.objects.all().delete()
        status, report = upgrade()
        assert 'left behind' in report
        assert stale_columns('default') == []
        assert set(columns_of(field)) == {f'f_{field.pk}'}
        assert values_of(field) == ['1', 'x', '3']

    def test_former_values_that_nobody_needs_are_retired(self):
        field = make_filled(['1', '2', '3'])
        carried_out(field, type='integer')
        StagedChange.objects.all().delete()
        upgrade()
        (name,) = set(columns_of(field)) - {f'f_{field.pk}'}
        assert columns_of(field)[name].startswith('retired ')
        fresh(field).custom_object_type.get_model().objects.create(value=4)

    def test_a_deleted_user_is_replaced_by_who_resumes_it(self):
        field = make_filled(['1', '2', '3'])
        change = begin(field, type='integer')
        somebody().delete()
        with pytest.raises(SchemaChangeRefused, match='Resume it in your own name'):
            StagedRun(change.pk, lambda text: None).go()
        assert ask(change, 'resume').stage == 'switched'


class TestBadWishes:
    @pytest.mark.parametrize(
        ('wanted', 'words'),
        [
            ({}, 'already has these values'),
            ({'type': 'text'}, 'already has these values'),
            ({'name': 'other'}, 'as usual'),
            ({'type': 'object'}, 'refers to objects'),
            ({'type': 'coordinates'}, 'cannot be converted'),
            ({'type': 'nonsense'}, 'Unknown field type'),
            ({'validation_regex': '('}, 'cannot be used'),
            ({'validation_minimum': 3}, 'only available for'),
            ({'type': 'select'}, 'choice set is required'),
        ],
    )
    def test_are_refused_and_start_nothing(self, wanted, words):
        with pytest.raises(ValidationError, match=words):
            begin(make_filled(['1']), **wanted)
        assert not StagedChange.objects.exists()


class TestJob:
    def test_a_job_carries_it_out_and_tells_how_far_it_is(self):
        field = make_filled(NUMBERS)
        change = begin(field, type='integer')
        work()
        change.refresh_from_db()
        assert (change.stage, change.job.status) == ('switched', JobStatusChoices.STATUS_COMPLETED)
        log = ' '.join(entry['message'] for entry in change.job.log_entries)
        assert 'Filling' in log
        assert 'Switched' in log

    def test_one_that_was_lost_is_queued_again(self):
        field = make_filled(NUMBERS)
        change = begin(field, type='integer')
        get_queue('default').empty()
        Job.objects.all().delete()
        (lost,) = take_up_lost(open_schemas())
        assert lost == change
        # Redis was emptied, too: whoever asks is given another job.
        get_queue('default').empty()
        start.ask(change, 'resume', somebody())
        assert take_up_lost(open_schemas()) == []
        work()
        assert stage_of(change) == 'switched'


def work():
    queue = get_queue('default')
    SimpleWorker([queue], connection=queue.connection).work(burst=True)


def test_a_switch_is_refused_while_rows_are_not_converted():
    field = make_filled(['1', '2', '3'])
    column = StagedColumn(
        MAIN, field.custom_object_type.get_database_table_name(), f'f_{field.pk}', 'character varying', 'bigint'
    )
    column.expand()
    with pytest.raises(Unfinished):
        column.switch('', unique=False)
    assert not column.is_switched()
