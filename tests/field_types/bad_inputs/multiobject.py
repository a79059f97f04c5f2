"""What a multiobject field refuses, one that points at sites s1, s2 and s3."""

from tests.field_types.cases.reference import NOWHERE, S1

from .common import BOOLEANS, HIGH, HUGE, NUL, OBJECTS, WORDS
from .object import ATTRIBUTES

ITEMS = (
    True, False, None, '', ' ', 'abc', 's1', 0, -1, NOWHERE, HUGE, -HUGE, 2**63, 2**64, 1.5, 1e300, [], [1], [[1]],
    NUL, HIGH,
    '1.5', str(HUGE), '1' * 2_000,
)  # fmt: skip
OTHERS = ('', 0, 1, -1, 1.5, HUGE, 's1', '1,2', '[1]', S1, NUL, HIGH)
BAD_INPUTS = (
    *BOOLEANS,
    *OBJECTS,
    *WORDS,
    *OTHERS,
    *([item] for item in (*ITEMS, *ATTRIBUTES)),
    [S1, NOWHERE],
    [S1, 'x'],
    [S1, None],
    [S1, [S1]],
    [NOWHERE, S1],
)
