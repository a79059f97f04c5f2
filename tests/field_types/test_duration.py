"""Specials of duration: what is accepted, that nothing is rounded, and how people read it."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from netbox_custom_objects.field_types.duration import parse_duration, readable
from tests.field_types.case import Case, Filter, ordered_lookups, sample
from tests.field_types.conversion import converted, refused_conversion
from tests.field_types.json_values import BOOLEANS, HUGE, LISTS, OBJECTS, UNSTORABLE, WORDS
from tests.field_types.refusals import one_field, refused_value
from tests.support.clients import browser, rest, user  # noqa: F401
from tests.support.factories import make_field, make_object
from tests.surfaces.ui import text_of

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
ACCEPTED = {
    '5': timedelta(seconds=5),
    ' 5.5 ': timedelta(seconds=5.5),
    '-5': timedelta(seconds=-5),
    '1:30': timedelta(seconds=90),
    '-1:30': timedelta(seconds=-90),
    '90:00:00': 90 * HOUR,
    '1 02:03:04.000005': timedelta(days=1, hours=2, minutes=3, seconds=4, microseconds=5),
    '1 5': timedelta(days=1, seconds=5),
    '-1 23:00:00': -HOUR,
    '3 days': timedelta(days=3),
    '1 day, 2:00:00': timedelta(hours=26),
    '-1 days +23:00:00': -HOUR,
    '3 days -01:00:00': timedelta(hours=71),
    'P1D': timedelta(days=1),
    'P2W': timedelta(weeks=2),
    'PT1H': HOUR,
    '-PT1H': -HOUR,
    '+PT1H': HOUR,
    'P1W2DT3H4M5.000006S': timedelta(weeks=1, days=2, hours=3, minutes=4, seconds=5, microseconds=6),
    'PT0,5S': timedelta(seconds=0.5),
}
# Read when they are typed, but not when a field of text becomes a duration.
TYPED_ONLY = {
    'PT1.5H': 1.5 * HOUR,
    'P0.5D': 12 * HOUR,
    '90:00': 1.5 * HOUR,
    '1:90:00': 2.5 * HOUR,
}
REFUSED = (
    'x', '1:2:3:4', '1.5 days', '1 hour', 'P', 'PT', 'P1DT', 'P1D2H', 'P1Y', 'P1M', '0.0000001', '1.1234567', '5:',
    '1000000000 00:00:00', '-1000000000 00:00:00', 'today', 'infinity', '1-2', '٥',
)  # fmt: skip


@pytest.mark.parametrize('text', [*ACCEPTED, *TYPED_ONLY])
def test_accepted(text):
    assert parse_duration(text) == {**ACCEPTED, **TYPED_ONLY}[text]


@pytest.mark.parametrize('text', REFUSED)
def test_refused(text):
    with pytest.raises(ValidationError):
        parse_duration(text)


def test_reasons_are_given():
    thing = one_field('duration')
    assert 'Years and months' in refused_value(thing, 'P1Y2M')
    assert 'microsecond' in refused_value(thing, '0.0000001')
    assert '999999999' in refused_value(thing, 'P1000000000D')
    assert 'PT1M' not in refused_value(thing, 'x')


def test_nothing_is_rounded(rest):
    """Django reads numbers as floats, with 53 bits for seconds and their fraction."""
    one_field('duration')
    for text in ('999999999 23:59:59.999999', '-999999999 00:00:00', '100000 00:00:00.000001'):
        made = rest.post('thing/', {'value': text})
        assert made['value'] == text
        assert rest.get('thing/', value=text)['results'][0]['id'] == made['id']
    assert rest.post('thing/', {'value': 'PT86399999999999.999999S'})['value'] == '999999999 23:59:59.999999'


def test_text_means_the_same_everywhere():
    """PostgreSQL would read two numbers as hours and minutes."""
    model = one_field('duration').get_model()
    model.objects.create(value='1:30')
    assert model.objects.get().value == timedelta(seconds=90)
    assert model.objects.filter(value='1:30', value__gte='1:30', value__lt='1:31').exists()


def test_a_raw_value_is_the_same_in_change_data():
    thing = one_field('duration')
    key = thing.fields.get().payload_key
    written = [thing.get_model()(pk=1, value=value).serialize_object()[key] for value in ('PT1H', HOUR, '1:00:00')]
    assert written == ['01:00:00'] * 3


@pytest.mark.parametrize(
    ('value', 'shown'),
    [
        (timedelta(0), '0s'),
        (timedelta(microseconds=1), '0.000001s'),
        (timedelta(seconds=59.5), '59.5s'),
        (timedelta(minutes=90), '1h 30m'),
        (-HOUR, '-1h'),
        (timedelta(days=2, seconds=1), '2d 1s'),
        (timedelta.max, '999999999d 23h 59m 59.999999s'),
        (timedelta.min, '-999999999d'),
    ],
)
def test_people_can_read_it(value, shown):
    assert readable(value) == shown


def test_pages(browser):
    thing = one_field('duration')
    make_field(thing, 'title', primary=True)
    obj = make_object(thing, title='a', value='1 02:30:00.5')
    make_object(thing, title='b', value='0')
    page = text_of(browser.get('thing/'))
    assert '1d 2h 30m 0.5s' in page
    assert ' 0s ' in page
    assert '1d 2h 30m 0.5s' in text_of(browser.get(f'thing/{obj.pk}/'))
    assert 'value="1 02:30:00.500000"' in browser.get(f'thing/{obj.pk}/edit/')
    assert '1 02:30:00.500000' in browser.get('thing/?export=table')


def test_the_form_proposes_a_default_as_it_will_be_read(browser):
    one_field('duration', default='PT1.5H')
    assert 'value="01:30:00"' in browser.get('thing/add/')


def test_a_clone_has_the_same_duration():
    thing = one_field('duration', is_cloneable=True)
    obj = make_object(thing, value='-1 23:00:00.000001')
    assert obj.clone()['value'] == '-1 23:00:00.000001'


def test_numbers_of_imported_yaml_are_seconds(browser):
    thing = one_field('duration')
    sent = {'data': '- value: 90\n- value: 1.5\n', 'format': 'yaml', 'csv_delimiter': ',', 'import_method': 'direct'}
    browser.post('thing/bulk-import/', **sent)
    assert list(thing.get_model().objects.order_by('value').values_list('value', flat=True)) == [
        timedelta(seconds=1.5), timedelta(seconds=90)
    ]  # fmt: skip


def test_text_is_converted_as_it_would_be_read():
    assert converted('text', 'duration', *ACCEPTED, '', None) == [*ACCEPTED.values(), None, None]


@pytest.mark.parametrize('text', [*REFUSED, *TYPED_ONLY, 'PT100000000000H'])
def test_text_that_is_no_duration_is_not_converted(text):
    assert text in refused_conversion('text', 'duration', text)


def test_conversions_to_other_types():
    values = ('P1DT2H', '-PT1H', '3 days', 'PT0.5S', timedelta.min, None)
    texts = converted('duration', 'text', *values)
    assert texts == ['1 02:00:00', '-1 23:00:00', '3 00:00:00', '00:00:00.5', '-999999999 00:00:00', None]
    assert [parse_duration(text) for text in texts] == [parse_duration(value) for value in values]
    assert converted('duration', 'json', 'P1DT2H') == ['1 02:00:00']
    assert '00:00:05' in refused_conversion('duration', 'integer', '5')
    assert converted('integer', 'duration', 5) == [timedelta(seconds=5)]


# What the contract of all types runs, and what REST refuses, see case.py.
DURATIONS = (
    (timedelta(days=1, hours=2, minutes=30), 'P1DT2H30M', '1 02:30:00', '1d 2h 30m'),
    (timedelta(minutes=-90), '-PT1H30M', '-1 22:30:00', '-1h 30m'),
    (timedelta(seconds=59, microseconds=120), '59.00012', '00:00:59.000120', '59.00012s'),
)

CASES = (
    Case(
        'duration',
        ('interval',),
        values=(
            *(value for value, *_ in DURATIONS),
            timedelta(0),
            timedelta(microseconds=1),
            timedelta(microseconds=-1),
            timedelta.min,
            timedelta.max,
        ),
        default=('PT1.5H', timedelta(hours=1, minutes=30)),
        bad_values=('x', 'P1Y', 'P1M', 'PT', '1:2:3:4', '0.0000001', '1000000000 00:00:00', 5, 'nul\0'),
        bad_defaults=('', 'x', 5, 1.5, True, ['1'], {'a': 1}, 'P1Y', '1000000000 00:00:00'),
        samples=tuple(sample(value, rest, reads=text, form=text, cell=cell) for value, rest, text, cell in DURATIONS),
        filters=(
            Filter('value', '26:30:00', (0,)),
            *ordered_lookups('P1DT2H30M', '-1 22:30:00', 'PT59.00012S', order=(1, 2, 0)),
        ),
        bad_filters=(
            ('value', 'x'),
            ('value', 'P1Y'),
            ('value', '9' * 30),
            ('value', 'null'),
            ('value__gt', 'x'),
            ('value__n', 'P'),
            ('value__empty', 'maybe'),
        ),
        order=(1, 2, 0),
        bad_form={'value': 'P1Y'},
        bad_text={'value': 'x'},
        bad_rest='P1Y',
        word='02:30',
        graphql=str | None,
    ),
)

BAD_INPUTS = (
    # No text.
    *BOOLEANS, *OBJECTS, *LISTS, 0, 1, -1, 5, 1.5, 1e300, HUGE, -HUGE, 2**63, 123456, ['00:00:05'],
    [['00:00:05']],
    {'value': '00:00:05'},
    *UNSTORABLE, *WORDS,
    # No duration.
    '', ' ', 'x', '-', '+', '--5', '+-5', '5-', '5+', ':', '5:', ':5', '1:2:', '::5', '1::2', '1:2:3:4', '1:-2',
    '1:2:-3', '1.5:00', '1 2 3', '1  2', '1 day 2 days', '1h 2h', 'one day', '5 fortnights', '1 month', '2y', 'h',
    '1h-30m', '1h30', '@ 1 day', '1 mon', '1-2', '1/2', '1e5', '0x10', '5.', '.5', '5..5', '5.5.5', '1,5,5', 'NaN',
    'inf', 'infinity', 'today', 'null', 'true', '2024-01-01', '2024-01-01T00:00:00Z', '12:00 PM', '[]', '{}',
    # No ISO 8601, or with months and years, which have no fixed length.
    'P', 'PT', '-P', '+PT', 'P1', 'PT1', 'P1DT', 'P1H', 'PT1D', 'P1D2H', 'PT1S1M', 'PT1H30', 'p1d', 'PT-1H', 'P-1D',
    '--P1D', 'P1Y', 'P1M', 'P1Y2M3D', '-P1M', 'P0.5Y', 'P1YT1H', 'P1D PT1H', 'PT1H/PT2H', 'P0001-00-04T05:06:07',
    'PT1.S', 'PT.5S',
    # Finer than a microsecond, which would have to be rounded.
    '0.0000001', '1.1234567', '00:00:01.1234567', 'PT0.0000001S', 'P0.00000000001D',
    # Longer than Python can hold.
    '1000000000 00:00:00', '-1000000000 00:00:00', '999999999 24:00:00', 'P1000000000D', '-P1000000000D',
    'P999999999W', 'PT24000000000H', '86400000000000', '9' * 30, 'P' + '9' * 30 + 'D', '9' * 90, '9' * 10_000,
    'P' + '9' * 10_000 + 'D', 'x' * 100_000,
    # What no text can hold, and digits of other scripts.
    '\x00', '5\x00', '1:\x0030', 'P1\x00D', '\ud800', '5\udfff', '1:\n30', '٥', '５', '१:३०', 'P１D', '½',
)  # fmt: skip
