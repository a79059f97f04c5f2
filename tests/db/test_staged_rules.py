"""Unique, required and limits in steps: first what stands in the way is listed, then the rule is switched on."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from core.models import Job, ObjectChange
from dcim.models import Region, Site

from netbox_custom_objects.ddl.introspect import introspect
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.exceptions import SchemaChangeRefused
from netbox_custom_objects.services.reconcile import plan_for
from netbox_custom_objects.services.upkeep.deferred import finish_schema_change
from tests.support.branches import edit
from tests.support.factories import make_constraint, make_field, make_object, make_type
from tests.support.staged import ask, begin, carried_out, fresh, leftovers, make_filled, values_of

MAIN = Target.for_alias('default')


@pytest.fixture(autouse=True)
def large(fresh_database, plugin_settings):
    """Every table counts as large."""
    plugin_settings(inline_row_limit=2)


class TestUnique:
    def test_values_that_become_the_same_are_listed(self):
        field = make_filled(['1', '01', '2'], unique=True)
        change = carried_out(field, type='integer')
        assert change.offenders == [[1, '1', 'the same value as object 1'], [2, '1', 'the same value as object 1']]
        field.custom_object_type.get_model().objects.filter(value='01').update(value='3')
        assert ask(change, 'resume').stage == 'switched'
        assert unique_columns(field) == [(f'f_{field.pk}',)]
        with pytest.raises(IntegrityError), transaction.atomic():
            fresh(field).custom_object_type.get_model().objects.create(value=3)

    def test_undoing_builds_the_index_of_before(self):
        field = make_filled(['1', '2', '3'], unique=True)
        change = carried_out(field, type='integer')
        assert ask(change, 'undo').stage == 'undone'
        assert unique_columns(field) == [(f'f_{field.pk}',)]
        assert leftovers() == []

    def test_a_field_becomes_unique_when_no_duplicate_is_left(self):
        field = make_filled(['a', 'b', 'b'])
        change = carried_out(field, unique=True)
        assert change.offenders == [[2, 'b', 'the same value as object 2'], [3, 'b', 'the same value as object 2']]
        assert not fresh(field).unique
        assert unique_columns(field) == []
        field.custom_object_type.get_model().objects.filter(pk=3).update(value='c')
        change = ask(change, 'resume')
        assert change.stage == 'switched'
        assert fresh(field).unique
        assert unique_columns(field) == [(f'f_{field.pk}',)]
        assert not plan_for(MAIN, field.custom_object_type_id)[0]
        assert not Job.objects.filter(name='Finish schema change').exists()
        assert ask(change, 'undo').stage == 'undone'
        assert (fresh(field).unique, unique_columns(field)) == (False, [])

    def test_a_polymorphic_field_becomes_unique(self):
        thing = make_type('thing')
        field = make_field(thing, 'value', 'object', targets=[Site, Region])
        site = Site.objects.create(name='Here', slug='here')
        objects = [make_object(thing, value=value) for value in (site, site, None, None)]
        change = carried_out(field, unique=True)
        same = f'the same value as object {objects[0].pk}'
        assert change.offenders == [[obj.pk, f'dcim.site:{site.pk}', same] for obj in objects[:2]]
        edit(objects[1], value=Region.objects.create(name='Around', slug='around'))
        change = ask(change, 'resume')
        assert (change.stage, fresh(field).unique) == ('switched', True)
        assert unique_columns(field) == [(f'f_{field.pk}_type', f'f_{field.pk}_object')]
        assert not plan_for(MAIN, thing.pk)[0]
        assert ask(change, 'undo').stage == 'undone'
        assert (fresh(field).unique, unique_columns(field)) == (False, [])


def unique_columns(field):
    table = introspect(MAIN, field.custom_object_type_id).table(field.custom_object_type.get_database_table_name())
    return [index.columns for index in table.indexes if index.unique]


class TestRequired:
    def test_objects_without_a_value_are_listed(self):
        field = make_filled(['a', None, ''])
        change = carried_out(field, required=True)
        assert (change.stage, change.offenders) == ('blocked', [[2, '', 'no value'], [3, '', 'no value']])
        assert not fresh(field).required

    def test_they_get_the_fill_value_which_is_logged(self):
        field = make_filled(['a', None, None])
        change = carried_out(field, fill='z', required=True)
        assert (change.stage, change.rows_done) == ('switched', 2)
        assert values_of(field) == ['a', 'z', 'z']
        assert fresh(field).required
        model = field.custom_object_type.get_model()
        records = ObjectChange.objects.filter(changed_object_type__model=model._meta.model_name)
        assert sorted(records.values_list('changed_object_id', flat=True)) == [2, 3]
        assert ask(change, 'undo').stage == 'undone'
        assert not fresh(field).required

    def test_conversion_and_requirement_go_together(self):
        field = make_filled(['1', ' ', '3'])
        change = carried_out(field, type='integer', required=True)
        assert (change.stage, change.offenders) == ('blocked', [[2, '', 'no value']])

    @pytest.mark.parametrize('wanted', [{'unique': True}, {'required': True, 'type': 'integer'}])
    def test_a_fill_value_is_for_requirements_alone(self, wanted):
        with pytest.raises(ValidationError, match='fill value'):
            begin(make_filled(['a']), fill='z', **wanted)

    def test_a_fill_value_must_be_a_value(self):
        with pytest.raises(ValidationError, match='valid integer'):
            begin(make_filled([1], type='integer'), fill='z', required=True)


class TestNarrowing:
    def test_values_outside_of_limits_are_listed(self):
        field = make_filled([1, 50, 99], type='integer')
        change = carried_out(field, validation_minimum=10, validation_maximum=60)
        assert [(pk, text) for pk, text, _reason in change.offenders] == [(1, '1'), (3, '99')]
        assert fresh(field).validation_maximum is None
        field.custom_object_type.get_model().objects.exclude(value=50).delete()
        assert ask(change, 'resume').stage == 'switched'
        assert (fresh(field).validation_minimum, fresh(field).validation_maximum) == (10, 60)

    def test_values_that_a_pattern_does_not_match_are_listed(self):
        field = make_filled(['ab1', 'cd2', 'x'])
        change = carried_out(field, validation_regex='^[a-z]{2}[0-9]$')
        assert [pk for pk, *_rest in change.offenders] == [3]


class TestDigits:
    def test_numbers_that_have_more_are_listed_and_undoing_brings_all_back(self):
        field = make_filled(['1.25', '20.00', None], type='decimal')
        change = carried_out(field, decimal_digits=3, decimal_places=1)
        assert change.offenders == [[1, '1.25', 'more digits or decimal places']]
        model = field.custom_object_type.get_model()
        model.objects.filter(pk=1).update(value=Decimal('1.2'))
        assert ask(change, 'resume').stage == 'switched'
        assert list(map(str, values_of(field))) == ['1.2', '20.0', 'None']
        assert not plan_for(MAIN, field.custom_object_type_id)[0]
        assert ask(change, 'undo').stage == 'undone'
        assert list(map(str, values_of(field))) == ['1.20', '20.00', 'None']
        assert leftovers() == []

    def test_more_digits_need_no_steps_and_more_places_do(self):
        field = make_filled(['1.25', '20.00', None], type='decimal')
        edit(fresh(field), decimal_digits=20)
        with pytest.raises(SchemaChangeRefused, match='step by step'):
            edit(fresh(field), decimal_places=4)
        assert carried_out(field, decimal_places=4).stage == 'switched'
        assert list(map(str, values_of(field))) == ['1.2500', '20.0000', 'None']


def test_what_reads_the_column_follows_it():
    """Constraints and computed fields are dropped with the switch, and added again by a job; undone as well."""
    field = make_filled([1, 2, 3], type='integer')
    type_ = field.custom_object_type
    make_field(type_, 'twice', 'computed', expression='value * 2', result_type='decimal')
    make_constraint(type_, 'low', expression='twice < 100')
    make_constraint(type_, 'same', fields=['value'], condition='value > 0')

    def assert_enforced():
        names = [type(step).__name__ for step in finish_schema_change('default', type_.pk)]
        assert sorted(names) == ['AddCheck', 'CalculateColumn', 'CreateIndex']
        assert not plan_for(MAIN, type_.pk)[0]
        model = fresh(field).custom_object_type.get_model()
        assert list(model.objects.order_by('pk').values_list('twice', flat=True)) == [2, 4, 6]
        for value in (50, 1):
            with pytest.raises(IntegrityError), transaction.atomic():
                model.objects.create(value=value)

    assert_enforced()
    with pytest.raises(ValidationError, match='constraints need the field as it is: same'):
        begin(field, type='text')
    change = carried_out(field, type='decimal')
    assert change.stage == 'switched'
    assert_enforced()
    assert ask(change, 'undo').stage == 'undone'
    assert leftovers() == []
    assert_enforced()
