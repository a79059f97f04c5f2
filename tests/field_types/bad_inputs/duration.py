"""What a duration field refuses."""

from .common import BOOLEANS, HUGE, LISTS, OBJECTS, UNSTORABLE, WORDS

BAD_INPUTS = (
    # No text.
    *BOOLEANS, *OBJECTS, *LISTS, 0, 1, -1, 5, 1.5, 1e300, HUGE, -HUGE, 2**63, 123456, ['00:00:05'],
    [['00:00:05']],
    {'value': '00:00:05'},
    *UNSTORABLE, *WORDS,
    # No duration.
    '', ' ', 'x', '-', '+', '--5', '+-5', '5-', '5+', ':', '5:', ':5', '1:2:', '::5', '1::2', '1:2:3:4', '1:-2',
    '1:2:-3', '1.5:00', '1.5 days', '1 2 3', '1  2', '1 day 2 days', 'one day', '5 seconds', '1 hour', '1h', '1h30m',
    '5s', '@ 1 day', '1 week', '1 mon', '1-2', '1/2', '1e5', '0x10', '5.', '.5', '5..5', '5.5.5', '1,5,5', 'NaN',
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
