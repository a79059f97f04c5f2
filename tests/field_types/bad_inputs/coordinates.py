"""Bodies that are refused over REST because of a coordinates field; the error stands under one of their keys."""

from tests.field_types.cases import Keys


def latitude(value) -> Keys:
    return Keys(value_latitude=value, value_longitude=8.5)


def longitude(value) -> Keys:
    return Keys(value_latitude=47.4, value_longitude=value)


NO_NUMBERS = (
    True, False, [], [1], [47.4, 8.5], {}, {'a': 1}, {'latitude': 47.4}, '', ' ', 'x', '-', '+', '.', ',',
    '47,4', '47.4.1',
    '--1', '+-1', '1-', '1 1', '0x10', '1/2', '47.4N', '47°', '47° 24′', "47°24'36\"", 'N 47', '47.4, 8.5', 'null',
    'true', 'NaN', 'nan', 'Infinity', '-Infinity', 'inf', 'sNaN', '[]', '{}', '\x00', '4\x007', '\ud800', '½', '二',
    '1' * 2000, 'x' * 100_000,
)  # fmt: skip
TOO_FINE_OR_FAR = (
    181, -181, 1000, 2**63, -(10**30), 1e300, -1e300, '1e3', '180.000001', '-180.000001', 0.1234567, '0.1234567',
    '0.0000001', '1.0000000', '-0.0000001', '1e-7',
)  # fmt: skip

BAD_INPUTS = (
    *map(latitude, (*NO_NUMBERS, *TOO_FINE_OR_FAR, 90.000001, -90.000001, '90.000001', 91, 180, -91, '1e2', 123.456)),
    *map(longitude, (*NO_NUMBERS, *TOO_FINE_OR_FAR, 360, '1e200', 180.5)),
    # One without the other; both wrong.
    latitude(None),
    longitude(None),
    *(
        Keys(value_latitude=first, value_longitude=second)
        for first, second in ((0, None), (None, 0), (91, 181), ('x', 'y'), (8.5, [8.5]), (151.2, -33.8), ([], {}))
    ),
)
