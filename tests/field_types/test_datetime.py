"""Specials of datetime: moments, whatever the time zone; microseconds survive in change data."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.field_types.refusals import one_field

pytestmark = pytest.mark.django_db

KATHMANDU = timezone(timedelta(hours=5, minutes=45))
MOMENT = datetime(2026, 1, 31, 12, 30, 15, 123456, tzinfo=UTC)


def test_the_same_moment_in_another_zone_is_the_same_value():
    thing = one_field('datetime', unique=True)
    obj = thing.get_model().objects.create(value=MOMENT.astimezone(KATHMANDU))
    assert thing.get_model().objects.get(value=MOMENT) == obj


def test_the_same_moment_is_the_same_in_change_data():
    thing = one_field('datetime')
    key = thing.fields.get().payload_key
    values = (MOMENT, MOMENT.astimezone(KATHMANDU))
    written = [thing.get_model()(pk=1, value=value).serialize_object()[key] for value in values]
    assert written == ['2026-01-31T12:30:15.123456Z'] * 2


def test_a_bare_date_as_default_is_midnight():
    assert one_field('datetime', default='2026-01-31').get_model()().value == datetime(2026, 1, 31, tzinfo=UTC)


def test_summer_time_is_no_obstacle():
    """02:30 happened twice that night in Berlin: the two are an hour apart."""
    model = one_field('datetime').get_model()
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    model.objects.create(value=first)
    model.objects.create(value=second)
    assert list(model.objects.order_by('value').values_list('value', flat=True)) == [first, second]
