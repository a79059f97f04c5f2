"""Specials of date: text in ISO 8601 is read, the calendar is respected."""

from datetime import date

import pytest

from tests.field_types.refusals import one_field, refused_value

pytestmark = pytest.mark.django_db


def test_text_is_read():
    obj = one_field('date').get_model()(value='2024-02-29')
    obj.full_clean()
    assert obj.value == date(2024, 2, 29)


def test_days_that_do_not_exist_are_refused():
    assert refused_value(one_field('date'), '2023-02-29')


def test_dates_can_be_compared():
    model = one_field('date').get_model()
    for day in (1, 2, 3):
        model.objects.create(value=date(2026, 1, day))
    assert model.objects.filter(value__gte=date(2026, 1, 2)).count() == 2
