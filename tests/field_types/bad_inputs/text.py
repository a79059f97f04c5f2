"""What a text field refuses, one with a pattern."""

from .common import BOOLEANS, LISTS, OBJECTS, UNSTORABLE

FIELD = {'validation_regex': r'^[A-Z]{2}-\d{4}$'}
PATTERN = (
    'ab-1234', 'AB-123', 'AB-12345', 'AB1234', 'AB-1234x', 'xAB-1234', 'AB-1234 AB-1234', '1234', 'AB', '-', 'ÄB-1234',
    'AB–1234', 'AB-12 34', 'A B-1234', 1234, 12.34, -1, 0, 10**40,
)  # fmt: skip
BAD_INPUTS = (*BOOLEANS, *OBJECTS, *LISTS, *UNSTORABLE, *PATTERN)
