"""What a boolean field refuses."""

from .common import HIGH, HUGE, LISTS, NOT_FINITE, NUL, OBJECTS

WORDS = (
    2, -1, 0.5, 1.5, HUGE, -HUGE, 2**63, 1e300, 'maybe', 'tru', 'truee', 'fals', 'wahr', 'falsch', 'oui', 'ok', '2',
    '-1', '00',
    '11', '1.5', 'x', '?', 'true false', 'true,false', 'not true', f'true{NUL}', f'true{HIGH}', '日本', 'x' * 5_000,
    '{}', '[]',
    '%s', "'; DROP TABLE x; --", 'Y E S', '+', '10', 'enabled', 'disabled', 'checked',
)  # fmt: skip
BAD_INPUTS = (*OBJECTS, *LISTS, *NOT_FINITE, *WORDS)
