"""What a decimal field refuses: 8 digits, 2 places."""

from .common import BOOLEANS, HIGH, HUGE, LISTS, NOT_FINITE, NUL, OBJECTS, WORDS

NUMBERS = (
    1.234, 0.001, -0.001, 1000000, -1000000, 1234567.5, 999999.999, HUGE, -HUGE, 1e300, -1e300, 1e-10, 2**63, '1.234',
    '0.001',
    '1000000', '-1000000.00', '999999.991', '1e400', '1e-400', '1e7', '1E+7', '1' * 2_000, '0.' + '1' * 2_000, '1,5',
    '1.5.5',
    '0x10', '1 000',
    '1_000', '1_', '_1', '-1_0', '1_0.5', '1.1_0', '1e_2', '_',
    '½', '²', '1/2', '1%', '$1', '1 2', '--1', '+-1', '1-', '.', '-', '+', 'e', '1e', f'1{NUL}',
    f'1{HIGH}',
    'true', '2024-01-01',
)  # fmt: skip
BAD_INPUTS = (*BOOLEANS, *OBJECTS, *LISTS, *WORDS, *NOT_FINITE, *NUMBERS)
