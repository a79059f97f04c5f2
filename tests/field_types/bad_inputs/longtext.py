"""What a long text field refuses, one with a pattern over lines."""

from .common import BOOLEANS, LISTS, OBJECTS, UNSTORABLE

FIELD = {'validation_regex': r'(?m)^# \w+$'}
PATTERN = (
    '#', '# ', '#a', '# a b', ' #  a', 'a # a', '## a', 'text\n#', 'text\n ## a\n', '#\na', 'Ä', 'b\n#\nc',
    '# a!\n# b!',
    0, 1.5, -3, 10**40, 'x' * 100_000, '# ' * 50_000,
)  # fmt: skip
BAD_INPUTS = (*BOOLEANS, *OBJECTS, *LISTS, *UNSTORABLE, *PATTERN)
