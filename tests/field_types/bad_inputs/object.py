"""What an object field refuses, one that points at sites s1, s2 and s3."""

from tests.field_types.cases.reference import NOWHERE, S1

from .common import BOOLEANS, HIGH, HUGE, LISTS, NOT_FINITE, NUL, WORDS

IDS = (
    '', ' ', 0, -1, NOWHERE, HUGE, -HUGE, 2**31, 2**63, 2**64, 1.5, 1e300, '0', '-1', str(NOWHERE), str(HUGE),
    '1' * 2_000,
    '1.5', '1e3', '0x1', 's1', 'S1', f's1{NUL}', f'1{NUL}', f'1{HIGH}', 'dcim.site', '/api/dcim/sites/1/',
)  # fmt: skip
ATTRIBUTES = (
    {}, {'a': 1}, {'slug': 'nowhere'}, {'slug': ''}, {'slug': ['s1']}, {'slug': {}}, {'slug': f's1{NUL}'},
    {'slug': HIGH},
    {'slug': True}, {'id': 'abc'}, {'id': NOWHERE}, {'id': HUGE}, {'id': [1]}, {'id': {}}, {'id': ''},
    {'name': 's1', 'slug': 's2'},
    {'': 1}, {'slug__in': ['s1']}, {'slug__foo': 1}, {'region': {}}, {'region': {'slug': 'x'}}, {'region__nope': 1},
    {'latitude': 'x'}, {'time_zone': 'x'}, {'status': 'active'}, {'pk': 'x'}, {'__class__': 1}, {'objects': 1},
    {'id__gt': 'x'},
)  # fmt: skip
BAD_INPUTS = (*BOOLEANS, *LISTS, [S1], *WORDS, *NOT_FINITE, *IDS, *ATTRIBUTES)
