"""Specials of polymorphic object: two columns, one attribute, several allowed types."""

import json

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core.models import ObjectChange
from dcim.models import Device, Manufacturer, Region, Site

from netbox_custom_objects.ddl.introspect import introspect
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.exceptions import SchemaChangeRefused
from netbox_custom_objects.models import CustomObjectTypeField
from tests.field_types.case import Case, Keys
from tests.field_types.polymorphic_kit import (
    BAD_FILTERS,
    BAD_KEYS,
    N1,
    NODE_TYPE_ID,
    R1,
    S1,
    S2,
    SITE_TYPE_ID,
    TARGET_TYPES,
    TYPE_LABELS,
    by_target,
    one,
    points_at_three_types,
    region,
    stored,
    type_id,
)
from tests.field_types.refusals import one_field, refused, refused_field
from tests.field_types.samples import NOWHERE, sites
from tests.support.branches import edit
from tests.support.factories import make_field, make_object, make_type, object_type_of
from tests.support.request import request

pytestmark = pytest.mark.django_db


@pytest.fixture
def thing(node):
    """A type whose field `value` refers to sites, regions and nodes."""
    return one_field('object', targets=[Site, Region, node])


class TestStorage:
    def test_two_columns_with_an_index_and_no_foreign_key(self, thing):
        pk = thing.fields.get().pk
        columns = (f'f_{pk}_type', f'f_{pk}_object')
        table = introspect(Target.for_alias('default'), thing.pk).table(thing.get_database_table_name())
        assert [table.column(name).type for name in columns] == ['integer', 'bigint']
        assert [index.unique for index in table.indexes if index.columns == columns] == [False]
        edit(thing.fields.get(), unique=True)
        table = introspect(Target.for_alias('default'), thing.pk).table(thing.get_database_table_name())
        assert [index.unique for index in table.indexes if index.columns == columns] == [True]
        with connection.cursor() as cursor:
            constraints = connection.introspection.get_constraints(cursor, table.name)
        assert not [name for name, details in constraints.items() if details['foreign_key']]


class TestAttribute:
    def test_it_is_the_object_whatever_its_type(self, thing, node):
        for target in (sites()[0], region(), make_object(node, title='a')):
            obj = stored(make_object(thing, value=target))
            assert obj.value == target
            assert (obj.value_content_type.model, obj.value_object_id) == (target._meta.model_name, target.pk)
            assert obj.value_content_type_id == ContentType.objects.get_for_model(target).pk

    def test_it_can_be_set_changed_and_cleared(self, thing):
        obj = make_object(thing, value=sites()[0])
        obj.value = region()
        obj.save()
        assert stored(obj).value == region()
        obj.value = None
        obj.save()
        assert (stored(obj).value, stored(obj).value_object_id, stored(obj).value_content_type_id) == (None, None, None)

    def test_it_follows_its_parts(self, thing):
        one, two, _ = sites()
        obj = make_object(thing, value=one)
        assert obj.value == one
        obj.value_object_id = two.pk
        assert obj.value == two

    def test_what_does_not_exist_is_none(self, thing):
        obj = make_object(thing, value=sites()[0])
        Site.objects.filter(pk=sites()[0].pk)._raw_delete('default')
        assert stored(obj).value is None
        assert str(stored(obj))
        assert stored(obj).serialize_object()

    def test_a_type_that_does_not_exist_is_none(self, thing):
        obj = make_object(thing, value=sites()[0])
        unknown = ContentType.objects.create(app_label='gone', model='gone')
        for content_type in (unknown.pk, 2**31 - 1):
            thing.get_model().objects.filter(pk=obj.pk).update(value_content_type=content_type)
            assert stored(obj).value is None
            assert list(thing.get_model().objects.prefetch_related('value'))[0].value is None
            assert stored(obj).serialize_object()

    def test_nothing_else_can_be_set(self, thing):
        for value in (5, 'x', Site(name='unsaved')):
            with pytest.raises(ValueError):
                thing.get_model()(value=value)

    def test_targets_come_with_one_query_per_type(self, thing, node):
        for n in range(6):
            make_object(thing, value=[sites()[n % 3], region(f'r{n}'), make_object(node, title=str(n))][n % 3])
        with CaptureQueriesContext(connection) as queries:
            found = [obj.value for obj in thing.get_model().objects.prefetch_related('value')]
        assert None not in found
        tables = ('dcim_site', 'dcim_region', node.get_database_table_name())
        assert [len([q for q in queries if f'FROM "{table}"' in q['sql']]) for table in tables] == [1, 1, 1]

    def test_targets_that_are_named_by_their_targets_come_along(self, thing, node):
        """The name of a node is that of what it refers to: no query for each of them."""
        named = make_type('named')
        make_field(named, 'ref', 'object', targets=[Site], primary=True)
        other = one_other(named)
        for site in sites():
            make_object(other, value=make_object(named, ref=site))
        with CaptureQueriesContext(connection) as queries:
            names = [str(obj.value) for obj in other.get_model().objects.prefetch_related('value').order_by('pk')]
        assert names == ['s1', 's2', 's3']
        assert len([query for query in queries if 'FROM "dcim_site"' in query['sql']]) == 1

    def test_objects_named_after_one_another_in_a_circle(self):
        node = make_type('circle')
        make_field(node, 'ref', 'object', targets=[Site], primary=True)
        field = node.fields.get()
        field.related_object_types.add(node.object_type)
        one = make_object(node)
        two = make_object(node, ref=one)
        one = stored(one)
        one.ref = two
        one.save()
        names = {str(obj) for obj in node.get_model().objects.prefetch_related('ref')}
        assert names


def one_other(target):
    other = make_type('other')
    make_field(other, 'value', 'object', targets=[target])
    return other


class TestValidation:
    def test_only_allowed_types(self, thing):
        manufacturer = Manufacturer.objects.create(name='m', slug='m')
        assert 'dcim.manufacturer' in refused(thing.get_model()(value=manufacturer).full_clean)


class TestDefinition:
    def test_at_least_one_type(self):
        assert refused_field('__all__', type='object', targets=[])

    def test_a_default_is_of_an_allowed_type(self):
        default = {'content_type_id': type_id(Device), 'object_id': 1}
        assert 'dcim.device' in refused_field('default', type='object', targets=[Site], default=default)

    def test_no_single_target_and_no_related_name(self):
        assert refused_field('related_object_type', type='object', targets=[Site], target=Site)
        assert refused_field('related_name', make_type('a'), type='object', targets=[Site], related_name='things')

    def test_only_references_are_polymorphic(self):
        assert refused_field('is_polymorphic', type='text', targets=[Site])

    def test_it_stays_as_it_was_made(self, thing):
        field = thing.fields.get()
        field.is_polymorphic = False
        with pytest.raises(ValidationError) as caught:
            field.full_clean()
        assert 'is_polymorphic' in caught.value.message_dict

    @pytest.mark.parametrize('name', ['value_content_type', 'value_content_type_id', 'value_object_id', 'value_id'])
    def test_names_of_its_parts_are_taken(self, thing, name):
        assert name in refused_field('name', thing, name)

    def test_types_can_be_added_and_removed(self, thing):
        obj = make_object(thing, value=sites()[0])
        field = CustomObjectTypeField.objects.get(pk=thing.fields.get().pk)
        field.related_object_types.add(object_type_of(Manufacturer))
        manufacturer = Manufacturer.objects.create(name='m', slug='m')
        other = make_object(thing, value=manufacturer)
        field.related_object_types.remove(object_type_of(Region))
        assert (stored(obj).value, stored(other).value) == (sites()[0], manufacturer)
        assert refused(thing.get_model()(value=region()).full_clean)

    def test_no_stored_value_loses_its_type(self, thing):
        for site in sites():
            make_object(thing, value=site)
        field = thing.fields.get()
        field._m2m_values = {'related_object_types': [object_type_of(Region)]}
        assert 'dcim.site (3 objects)' in refused(field.full_clean, 'related_object_types')
        field = CustomObjectTypeField.objects.get(pk=field.pk)
        for change in (
            lambda: field.related_object_types.remove(object_type_of(Site)),
            lambda: field.related_object_types.set([object_type_of(Region)]),
            lambda: field.related_object_types.clear(),
        ):
            with pytest.raises(SchemaChangeRefused, match=r'dcim\.site \(3 objects\)'), transaction.atomic():
                change()
        assert field.related_object_types.count() == 3

    def test_changes_of_types_are_logged(self, thing):
        field = CustomObjectTypeField.objects.get(pk=thing.fields.get().pk)
        with request() as made:
            field.snapshot()
            field.related_object_types.remove(object_type_of(Region))
        change = ObjectChange.objects.get(request_id=made.id)
        gone = set(change.prechange_data['related_object_types']) - set(change.postchange_data['related_object_types'])
        assert gone == {type_id(Region)}


class TestChangeData:
    def test_one_value_of_two_columns(self, thing):
        """A type and an id that were changed by different people must never be put together."""
        obj = make_object(thing, value=sites()[0])
        key = thing.fields.get().payload_key
        data = json.loads(json.dumps(obj.serialize_object()))
        assert data[key] == f'dcim.site:{sites()[0].pk}'
        assert not {'value', 'value_content_type', 'value_object_id'} & data.keys()
        assert make_object(thing).serialize_object()[key] is None

    def test_people_see_the_columns(self, thing):
        obj = make_object(thing, value=sites()[0])
        obj.snapshot()
        shown = obj._prechange_snapshot
        assert (shown['value_content_type'], shown['value_object_id']) == (type_id(Site), sites()[0].pk)


def test_types_may_point_at_each_other_and_at_themselves():
    one, two = make_type('one'), make_type('two')
    make_field(one, 'ref', 'object', targets=[two, one])
    make_field(two, 'ref', 'object', targets=[one, Site])
    first = make_object(one)
    second = make_object(two, ref=first)
    first = stored(first)
    first.ref = second
    first.full_clean()
    first.save()
    assert stored(first).ref.ref == first


# What the contract of all types runs, and what REST refuses, see case.py.
CASES = (
    Case(
        'object',
        ('integer', 'bigint'),
        is_polymorphic=True,
        variant='polymorphic object',
        values=(S1.key, R1.key, N1.key),
        default=(S2.default, S2.key),
        bad_values=((SITE_TYPE_ID, NOWHERE), (NOWHERE, S1.pk), (SITE_TYPE_ID, None), (None, S1.pk)),
        bad_defaults=(
            1, 'x', True, [], {}, [S1.default], {'content_type_id': SITE_TYPE_ID}, {'object_id': S1.pk},
            {'content_type_id': 'dcim.site', 'object_id': S1.pk}, {'content_type_id': True, 'object_id': S1.pk},
            {'content_type_id': SITE_TYPE_ID, 'object_id': NOWHERE}, {'content_type_id': NOWHERE, 'object_id': S1.pk},
            {'content_type_id': NODE_TYPE_ID, 'object_id': -1}, {**S1.default, 'display': 's1'},
        ),
        needs=points_at_three_types,
        attribute=('value_content_type_id', 'value_object_id'),
        samples=(one(S1), one(N1, {'_content_type': 'custom-objects.node', 'id': N1.pk}), one(R1)),
        filters=by_target(one=(0,), other=(2,), both=(0,), node=(1,)),
        bad_filters=BAD_FILTERS,
        form_fields=('value',),
        bad_form=Keys(value__ct=SITE_TYPE_ID, value__obj=NOWHERE),
        bad_text=Keys(value_content_type='dcim.site', value_object_id=NOWHERE),
        bad_rest={'_content_type': 'dcim.site', 'id': NOWHERE},
        word='s1',
        choices=TYPE_LABELS,
        graphql=TARGET_TYPES | None,
    ),
)  # fmt: skip

BAD_INPUTS = BAD_KEYS
