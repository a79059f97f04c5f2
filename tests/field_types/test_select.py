"""Specials of select: a choice set decides what may be written, and may change at any time."""

import pytest

from utilities.exceptions import AbortRequest

from netbox_custom_objects.models import CustomObjectTypeField
from tests.field_types.refusals import one_field, refused, refused_field, refused_value
from tests.support.factories import make_choice_set

pytestmark = pytest.mark.django_db


def test_a_choice_set_is_needed():
    assert refused_field('choice_set', type='select')


def test_new_choices_can_be_used_at_once_and_gone_ones_no_more():
    thing = one_field('select', choices=['red', 'green'])
    obj = thing.get_model().objects.create(value='red')
    assert refused_value(thing, 'blue')
    choice_set = thing.fields.get().choice_set
    choice_set.extra_choices = [['blue', 'Blue'], ['green', 'Green']]
    with pytest.raises(AbortRequest, match='red'):
        choice_set.save()
    obj.value = 'green'
    obj.save()
    choice_set.save()
    thing.get_model()(value='blue').full_clean()
    assert refused_value(thing, 'red')
    assert thing.get_model().objects.get(pk=obj.pk).value == 'green'


def test_another_choice_set_can_be_chosen():
    thing = one_field('select', choices=['red'])
    field = CustomObjectTypeField.objects.get()
    field.choice_set = make_choice_set('other', ['north'])
    field.full_clean()
    field.save()
    thing.get_model()(value='north').full_clean()
    assert refused_value(thing, 'red')


def test_the_longest_value_fits():
    longest = 'x' * 100
    thing = one_field('select', choices=[longest])
    obj = thing.get_model()(value=longest)
    obj.full_clean()
    obj.save()


def test_a_default_is_one_of_the_choices():
    thing = one_field('select', choices=['red'])
    field = thing.fields.get()
    field.default = 'blue'
    assert 'blue' in refused(field.full_clean, 'default')
