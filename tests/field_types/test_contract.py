"""The contract that every field type keeps, at the level of storage and definition: one test, thirteen types."""

import json
import re

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from netbox_custom_objects.ddl.introspect import introspect
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.field_types import FIELD_TYPES
from netbox_custom_objects.models import CustomObjectTypeField
from tests.field_types.cases import CASES, resolve
from tests.support.factories import make_choice_set, make_field, make_object, make_type

MAIN = Target.for_alias('default')
NAME = 'value'

pytestmark = [pytest.mark.django_db, pytest.mark.parametrize('case', CASES, ids=str)]


class Kit:
    """A type with one field of the case's type."""

    def __init__(self, case, **attributes):
        self.case = case
        self.type = make_type('thing', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
        self.needs = case.needs()
        self.attributes = attributes
        self.field = None

    def add(self, name=NAME, **attributes):
        self.field = make_field(self.type, name, self.case.type, **{**self.needs, **self.attributes, **attributes})
        return self.field

    @property
    def model(self):
        return self.type.get_model()

    @property
    def many(self):
        return FIELD_TYPES[self.case.type].many

    def make(self, value, title='x', **attributes):
        """Create an object that holds `value`, without validation."""
        obj = self.model(title=title, **attributes)
        self.set(obj, value)
        return obj

    def set(self, obj, value, name=NAME):
        value = resolve(value)
        if self.many:
            obj.save()
            getattr(obj, name).set(value or [])
            return
        setattr(obj, f'{name}_id' if self.case.type == 'object' else name, value)
        obj.save()

    def get(self, obj, name=NAME):
        """Return the stored value as a case spells it."""
        obj = self.model.objects.get(pk=obj.pk)
        if self.many:
            return sorted(getattr(obj, name).values_list('pk', flat=True)) or None
        return getattr(obj, f'{name}_id' if self.case.type == 'object' else name)

    def edit(self, **changes):
        field = CustomObjectTypeField.objects.get(pk=self.field.pk)
        for name, value in changes.items():
            setattr(field, name, value)
        field.full_clean()
        field.save()
        return field

    def refused(self, key, **changes):
        """Return the messages with which an edit of the field is refused; nothing may have changed."""
        before = introspect(MAIN, self.type.pk)
        with pytest.raises(ValidationError) as caught:
            self.edit(**changes)
        assert list(caught.value.message_dict) == [key]
        assert introspect(MAIN, self.type.pk) == before
        return ' '.join(caught.value.message_dict[key])


def expected(case, value):
    value = resolve(value)
    return sorted(value) if case.type == 'multiobject' and value is not None else value


@pytest.fixture
def kit(case):
    return Kit(case)


def test_columns(kit, case):
    """The columns have the promised types, accept NULL, and have no default in the database."""
    field = kit.add()
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT format_type(atttypid, atttypmod), attnotnull, atthasdef FROM pg_attribute '
            r"WHERE attrelid = %s::regclass AND attname LIKE 'f\_%%' AND attnum > 0 AND attname ~ %s ORDER BY attnum",
            [kit.type.get_database_table_name(), rf'^f_{field.pk}(_|$)'],
        )
        found = cursor.fetchall()
    assert found == [(column, False, False) for column in case.columns]
    link_table = introspect(MAIN, kit.type.pk).table(field.through_table_name)
    assert (link_table is not None) == kit.many


def test_values_come_back_as_they_were_stored(kit, case):
    kit.add()
    for value in case.values:
        obj = kit.make(value)
        obj.full_clean()
        assert kit.get(obj) == expected(case, value)


def test_null_and_empty_are_told_apart(kit, case):
    kit.add()
    assert kit.get(kit.make(None)) is None
    for value in case.empty:
        assert kit.get(kit.make(value)) == value
    assert kit.model.objects.filter(**{f'{NAME}__isnull': True}).count() == 1


def test_values_that_do_not_fit_are_refused(kit, case):
    kit.add()
    for value in case.bad_values:
        obj = kit.model(title='x')
        setattr(obj, f'{NAME}_id' if case.type == 'object' else NAME, value)
        with pytest.raises(ValidationError) as caught:
            obj.full_clean()
        assert list(caught.value.message_dict) == [NAME], value


def test_default_reaches_old_and_new_rows(kit, case):
    """Rows that exist get the default when the field is added, new ones when they are made; null stays null."""
    default, value = map(resolve, case.default)
    old = kit.model.objects.create(title='old')
    kit.add(default=default)
    assert kit.get(old) == expected(case, value)
    if not kit.many:  # an object exists before it has links: forms and REST apply such a default
        new = kit.model(title='new')
        new.full_clean()
        new.save()
        assert kit.get(new) == expected(case, value)
        assert kit.get(kit.make(None)) is None
    kit.edit(default=None)
    assert kit.get(old) == expected(case, value)
    assert kit.get(kit.model.objects.create(title='newer')) is None


def test_defaults_that_do_not_fit_are_refused(kit, case):
    kit.add()
    for default in case.bad_defaults:
        assert kit.refused('default', default=default)


def test_required(kit, case):
    """A required field refuses nothing and the empty value; it cannot become required while objects lack a value."""
    kit.add()
    kit.make(case.values[0])
    lacking = [kit.make(value) for value in (None, *case.empty)]
    assert str(len(lacking)) in kit.refused('required', required=True)
    for obj in lacking:
        kit.set(obj, case.values[1])
    kit.edit(required=True)
    if kit.many:  # links are checked by the surfaces: an object exists before it has any
        return
    for value in (None, *case.empty):
        with pytest.raises(ValidationError) as caught:
            kit.model(title='x', **{NAME: value}).full_clean()
        assert list(caught.value.message_dict) == [NAME]


def test_unique(kit, case):
    if not case.unique:
        with pytest.raises(ValidationError) as caught:
            kit.add(unique=True)
        assert list(caught.value.message_dict) == ['unique']
        return
    kit.add(unique=True)
    first, second = kit.make(case.values[0]), kit.make(case.values[1])
    kit.make(None)
    kit.make(None)
    setattr(second, f'{NAME}_id' if case.type == 'object' else NAME, resolve(case.values[0]))
    with pytest.raises(ValidationError) as caught:
        second.full_clean()
    assert list(caught.value.message_dict) == [NAME]
    with pytest.raises(IntegrityError), transaction.atomic():
        second.save()
    assert kit.get(first) == expected(case, case.values[0])


def test_unique_is_switched_on_only_if_stored_values_allow_it(kit, case):
    if not case.unique:
        return
    kit.add()
    kit.make(case.values[0])
    again = kit.make(case.values[0])
    kit.make(None)
    kit.make(None)
    shown = str(resolve(case.values[0]))
    assert shown in kit.refused('unique', unique=True)
    kit.set(again, case.values[1])
    kit.edit(unique=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        kit.make(case.values[1])
    kit.edit(unique=False)
    kit.make(case.values[1])


def test_limits_are_refused_where_they_mean_nothing(kit, case):
    kit.add()
    field_type = FIELD_TYPES[case.type]
    if not field_type.bounds_allowed:
        assert kit.refused('validation_minimum', validation_minimum=1)
        assert kit.refused('validation_maximum', validation_maximum=1)
    if not field_type.regex_allowed:
        assert kit.refused('validation_regex', validation_regex='x')
    if not field_type.needs_choice_set:
        assert kit.refused('choice_set', choice_set=make_choice_set('unused', ['a']))
    if not field_type.is_reference:
        assert kit.refused('related_object_filter', related_object_filter={'a': 1})
        assert kit.refused('related_name', related_name='things')
    if case.type != 'object':
        assert kit.refused('on_delete_behavior', on_delete_behavior='cascade')


def test_change_data_round_trip(kit, case):
    """serialize -> JSON -> deserialize gives back the same value, whatever the field is called by then."""
    field = kit.add()
    for value in (*case.values, *case.empty, None):
        obj = kit.make(value)
        data = json.loads(json.dumps(obj.serialize_object()))
        assert data == json.loads(json.dumps(kit.model.objects.get(pk=obj.pk).serialize_object()))
        assert NAME not in data
        assert (field.payload_key in data) == (not kit.many or value is not None)
        kit.edit(name='renamed')
        restored = kit.model.deserialize_object(data, pk=obj.pk)
        kit.model.objects.get(pk=obj.pk).delete()
        restored.save()
        assert kit.get(obj, 'renamed') == expected(case, value)
        kit.edit(name=NAME)


def test_payload_keys_are_aliases_of_the_attribute(kit, case):
    """The host's generic deserializer sets what it finds in change data as attributes."""
    field = kit.add()
    source, obj = kit.make(case.values[0]), kit.make(None)
    setattr(obj, field.payload_key, json.loads(json.dumps(source.serialize_object()))[field.payload_key])
    obj.save()
    assert kit.get(obj) == expected(case, case.values[0])


def test_rename_keeps_values_and_needs_no_ddl(kit, case):
    kit.add()
    objects = [kit.make(value) for value in case.values]
    before = introspect(MAIN, kit.type.pk)
    with CaptureQueriesContext(connection) as queries:
        kit.edit(name='renamed', label='Renamed')
    ddl = re.compile(r'^\s*(ALTER|CREATE|DROP|COMMENT)\b', re.IGNORECASE)
    assert not [query['sql'] for query in queries if ddl.match(query['sql'])]
    assert introspect(MAIN, kit.type.pk) == before
    assert [kit.get(obj, 'renamed') for obj in objects] == [expected(case, value) for value in case.values]
    assert not hasattr(kit.model, NAME)


def test_a_deleted_field_keeps_its_column_and_a_new_one_gets_another(kit, case):
    field = kit.add()
    obj = kit.make(case.values[0])
    kit.make(case.values[1])
    CustomObjectTypeField.objects.get(pk=field.pk).delete()
    assert not hasattr(kit.model, NAME)
    again = kit.add()
    assert kit.get(obj) is None
    schema = introspect(MAIN, kit.type.pk)
    if kit.many:
        assert schema.table(field.through_table_name).retired
        assert not schema.table(again.through_table_name).retired
        count = f'SELECT count(*) FROM {field.through_table_name}'
    else:
        table = kit.type.get_database_table_name()
        columns = schema.table(table)
        assert columns.column(f'f_{field.pk}').retired
        assert not columns.column(f'f_{again.pk}').retired
        count = f'SELECT count(f_{field.pk}) FROM {table}'
    with connection.cursor() as cursor:
        cursor.execute(count)
        assert cursor.fetchone()[0] >= 2
    assert (again.payload_key, again.schema_id) != (field.payload_key, field.schema_id)


def test_a_deleted_field_that_comes_back_has_its_values(kit, case):
    """Undo of a deletion (a revert, a squash) restores in O(1) what was retired."""
    field = kit.add()
    pk = field.pk
    objects = [kit.make(value) for value in case.values]
    field.delete()
    assert not hasattr(kit.model, NAME)
    field.pk = pk
    field._state.adding = True
    field.save()
    assert [kit.get(obj) for obj in objects] == [expected(case, value) for value in case.values]


def test_objects_can_be_found_by_value(kit, case):
    kit.add()
    for value in case.values[:2]:
        kit.make(value)
    if kit.many:
        found = kit.model.objects.filter(**{NAME: resolve(case.values[0])[0]}).distinct()
        assert len(found) == 2
        return
    found = kit.model.objects.filter(**{NAME: resolve(case.values[1])})
    assert [kit.get(obj) for obj in found] == [expected(case, case.values[1])]


def test_make_object_accepts_every_value(kit, case):
    kit.add()
    for value in case.values:
        value = resolve(value)
        name = f'{NAME}_id' if case.type == 'object' else NAME
        obj = make_object(kit.type, title='x', **{name: value})
        assert kit.get(obj) == expected(case, value)
