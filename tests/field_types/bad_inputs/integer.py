"""What an integer field refuses."""

from .common import BOOLEANS, HIGH, HUGE, LISTS, NOT_FINITE, NUL, OBJECTS, WORDS

NUMBERS = (
    '', ' ', 1.5, -0.5, 0.1, 1e300, -1e300, 1e19, HUGE, -HUGE, 2**63, -(2**63) - 1, str(2**63), str(-(2**63) - 1),
    '1' * 2_000,
    '1.5', '1,5', '1e3', '0x10', '0b1', '0o7', '1 000',
    '1_000', '1_', '_1', '-1_0', '1__0', '1_0.0', '1_000x', '١x', '1-', '--1', '+-1', '½', '²', 'Ⅷ', '1/2', '1%',
    '1 2',
    f'1{NUL}', f'1{HIGH}', '2024-01-01', 'true', '1.0.0',
)  # fmt: skip
BAD_INPUTS = (*BOOLEANS, *OBJECTS, *LISTS, *WORDS, *NOT_FINITE, *NUMBERS)
