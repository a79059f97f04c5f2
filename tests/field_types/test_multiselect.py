"""Specials of multiselect: a list in the order given, of values that may hold anything."""

import pytest

from tests.field_types.refusals import one_field, refused_value

pytestmark = pytest.mark.django_db

CHOICES = ['a', 'b', 'with, comma', 'with "quotes"', '{}', 'null', 'x' * 100]


def test_order_and_special_characters_are_kept():
    thing = one_field('multiselect', choices=CHOICES)
    obj = thing.get_model()(value=CHOICES[::-1])
    obj.full_clean()
    obj.save()
    assert thing.get_model().objects.get(pk=obj.pk).value == CHOICES[::-1]
    key = thing.fields.get().payload_key
    assert obj.serialize_object()[key] == CHOICES[::-1]
    assert thing.get_model().deserialize_object(obj.serialize_object()).object.value == CHOICES[::-1]


def test_one_wrong_value_among_right_ones_is_named():
    assert 'purple' in refused_value(one_field('multiselect', choices=CHOICES), ['a', 'purple'])


def test_a_default_is_a_fresh_list_for_each_object():
    thing = one_field('multiselect', choices=CHOICES, default=['a'])
    thing.get_model()().value.append('b')
    assert thing.get_model()().value == ['a']


def test_objects_can_be_found_by_one_of_the_values():
    model = one_field('multiselect', choices=CHOICES).get_model()
    model.objects.create(value=['a', 'b'])
    model.objects.create(value=['b'])
    assert model.objects.filter(value__contains=['a']).count() == 1
    assert model.objects.filter(value__contains=['b']).count() == 2
