"""Specials of boolean: three states."""

import pytest

from tests.field_types.refusals import one_field, refused_value

pytestmark = pytest.mark.django_db


def test_not_set_is_a_state_of_its_own():
    model = one_field('boolean').get_model()
    for value in (True, False, None):
        model.objects.create(value=value)
    assert model.objects.filter(value=False).count() == 1
    assert model.objects.filter(value=True).count() == 1
    assert model.objects.filter(value__isnull=True).count() == 1


def test_a_default_of_false_is_a_default():
    assert one_field('boolean', default=False).get_model()().value is False


def test_required_accepts_false():
    thing = one_field('boolean', required=True)
    thing.get_model()(value=False).full_clean()
    assert refused_value(thing, None)
