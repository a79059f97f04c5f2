"""The contract of every field type, at the level of storage and definition. Surfaces have modules of their own."""

import json
import re

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from netbox_custom_objects.ddl.introspect import introspect
from netbox_custom_objects.field_types.polymorphic.keys import to_text
from netbox_custom_objects.models import CustomObjectTypeField
from tests.field_types.case import NAME, resolve
from tests.field_types.cases import CASES
from tests.field_types.kit import MAIN, expected
from tests.support.factories import make_choice_set, make_object

pytestmark = [pytest.mark.django_db, pytest.mark.parametrize('case', CASES, ids=str, scope='module')]


def columns_of(table, field_id):
    return [column for column in table.columns if re.fullmatch(rf'f_{field_id}(_.*)?', column.name)]


def test_columns(kit, case):
    """The columns have the promised types, accept NULL, and have no default in the database."""
    field = kit.field
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT format_type(atttypid, atttypmod), attnotnull, atthasdef FROM pg_attribute '
            r"WHERE attrelid = %s::regclass AND attname LIKE 'f\_%%' AND attnum > 0 AND attname ~ %s ORDER BY attnum",
            [kit.type.get_database_table_name(), rf'^f_{field.pk}(_|$)'],
        )
        found = cursor.fetchall()
    assert found == [(column, False, bool(case.source)) for column in case.columns]
    link_table = introspect(MAIN, kit.type.pk).table(field.through_table_name)
    assert (link_table is not None) == kit.many


def test_values_come_back_as_they_were_stored(kit, case):
    for value in case.values:
        obj = kit.make(value)
        obj.full_clean()
        assert kit.get(obj) == expected(case, value)


def test_null_and_empty_are_told_apart(kit, case):
    assert kit.get(kit.make(None)) is None
    for value in case.empty:
        assert kit.get(kit.make(value)) == value
    for value in case.blank:
        assert kit.get(kit.make(value)) is None
    attribute = next(iter(case.attributes(None)))
    assert kit.model.objects.filter(**{f'{attribute}__isnull': True}).count() == 1 + len(case.blank)


def test_values_that_do_not_fit_are_refused(kit, case):
    for value in case.bad_values:
        obj = kit.model(title='x')
        case.store(obj, resolve(value))
        with pytest.raises(ValidationError) as caught:
            obj.full_clean()
        assert set(caught.value.message_dict) <= set(case.keys), value


def test_default_reaches_old_and_new_rows(bare, case):
    """Rows that exist get the default when the field is added, new ones when they are made; null stays null."""
    if case.default is None:
        with pytest.raises(ValidationError) as caught:
            bare.add(default=1)
        assert list(caught.value.message_dict) == ['default']
        return
    default, value = map(resolve, case.default)
    old = bare.model.objects.create(title='old')
    bare.add(default=default)
    assert bare.get(old) == expected(case, value)
    if not bare.many:  # an object exists before it has links: forms and REST apply such a default
        new = bare.model(title='new')
        new.full_clean()
        new.save()
        assert bare.get(new) == expected(case, value)
        assert bare.get(bare.make(None)) is None
    bare.edit(default=None)
    assert bare.get(old) == expected(case, value)
    assert bare.get(bare.model.objects.create(title='newer')) is None


def test_defaults_that_do_not_fit_are_refused(kit, case):
    for default in case.bad_defaults:
        assert kit.refused('default', default=resolve(default))


def test_required(kit, case):
    """A required field refuses nothing and the empty value; it cannot become required while objects lack a value."""
    if case.source:
        assert kit.refused('required', required=True)
        return
    kit.make(case.values[0])
    lacking = [kit.make(value) for value in (None, *case.empty, *case.blank)]
    assert str(len(lacking)) in kit.refused('required', required=True)
    for obj in lacking:
        kit.set(obj, case.values[1])
    kit.edit(required=True)
    if kit.many:  # links are checked by the surfaces: an object exists before it has any
        return
    for value in (None, *case.empty, *case.blank):
        with pytest.raises(ValidationError) as caught:
            kit.model(title='x', **case.attributes(value)).full_clean()
        assert list(caught.value.message_dict)[0] == case.key


def test_unique(bare, case):
    if not case.unique:
        with pytest.raises(ValidationError) as caught:
            bare.add(unique=True)
        assert list(caught.value.message_dict) == ['unique']
        return
    bare.add(unique=True)
    first, second = bare.make(case.values[0]), bare.make(case.values[1])
    bare.make(None)
    bare.make(None)
    case.store(second, resolve(case.values[0]))
    with pytest.raises(ValidationError) as caught:
        second.full_clean()
    assert list(caught.value.message_dict) == [case.key]
    with pytest.raises(IntegrityError), transaction.atomic():
        second.save()
    assert bare.get(first) == expected(case, case.values[0])


def test_unique_is_switched_on_only_if_stored_values_allow_it(kit, case):
    if not case.unique:
        return
    kit.make(case.values[0])
    again = kit.make(case.values[0])
    kit.make(None)
    kit.make(None)
    value = resolve(case.values[0])
    assert (to_text(value) if case.is_polymorphic else str(value)) in kit.refused('unique', unique=True)
    kit.set(again, case.values[1])
    kit.edit(unique=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        kit.make(case.values[1])
    kit.edit(unique=False)
    kit.make(case.values[1])


def test_limits_are_refused_where_they_mean_nothing(kit, case):
    field_type = case.field_type
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
    field, made = kit.field, []
    for value in (*case.values, *case.empty, None):
        obj = kit.make(value)
        data = json.loads(json.dumps(obj.serialize_object()))
        assert data == json.loads(json.dumps(kit.model.objects.get(pk=obj.pk).serialize_object()))
        assert NAME not in data
        is_held = not case.source and (not kit.many or value is not None)
        assert any(key.startswith(field.payload_key) for key in data) == is_held
        made.append((obj.pk, data, value))
    kit.edit(name='renamed')
    for pk, data, value in made:
        restored = kit.model.deserialize_object(data, pk=pk)
        kit.model.objects.get(pk=pk).delete()
        restored.save()
        assert kit.get(restored.object, 'renamed') == expected(case, value)


def test_payload_keys_are_aliases_of_the_attribute(kit, case):
    """The host's generic deserializer sets what it finds in change data as attributes."""
    if case.source:
        return  # it holds no values
    field = kit.field
    source, obj = kit.make(case.values[0]), kit.make(None)
    for key, part in json.loads(json.dumps(source.serialize_object())).items():
        if key.startswith(field.payload_key):
            setattr(obj, key, part)
    source.delete()  # some values can be there only once
    obj.save()
    assert kit.get(obj) == expected(case, case.values[0])


def test_rename_keeps_values_and_needs_no_ddl(kit, case):
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
    if case.source:
        return  # its column can be calculated again, and is dropped
    field = kit.field
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
        (retired, live) = (columns_of(columns, made.pk) for made in (field, again))
        assert len(retired) == len(live) == len(case.columns)
        assert all(column.retired for column in retired)
        assert not any(column.retired for column in live)
        count = f'SELECT count({retired[0].name}) FROM {table}'
    with connection.cursor() as cursor:
        cursor.execute(count)
        assert cursor.fetchone()[0] >= 2
    assert (again.payload_key, again.schema_id) != (field.payload_key, field.schema_id)


def test_a_deleted_field_that_comes_back_has_its_values(kit, case):
    """Undo of a deletion (a revert, a squash) restores in O(1) what was retired."""
    field = kit.field
    pk = field.pk
    objects = [kit.make(value) for value in case.values]
    field.delete()
    assert not hasattr(kit.model, NAME)
    kit.restore(field, pk)
    assert [kit.get(obj) for obj in objects] == [expected(case, value) for value in case.values]


def test_objects_can_be_found_by_value(kit, case):
    for value in case.values[:2]:
        kit.make(value)
    if kit.many:
        found = kit.model.objects.filter(**case.lookup(resolve(case.values[0])[0])).distinct()
        assert len(found) == 2
        return
    found = kit.model.objects.filter(**case.attributes(resolve(case.values[1])))
    assert [kit.get(obj) for obj in found] == [expected(case, case.values[1])]


def test_make_object_accepts_every_value(kit, case):
    for value in case.values:
        value = resolve(value)
        obj = make_object(kit.type, title='x', **case.attributes(value))
        assert kit.get(obj) == expected(case, value)
