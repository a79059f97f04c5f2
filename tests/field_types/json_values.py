"""Pieces of the tables: JSON values that most types refuse."""

NUL, HIGH, LOW = '\0', '\ud83d', '\udc0d'
HUGE = 10**30
BOOLEANS = (True, False)
OBJECTS = (
    {}, {'a': 1}, {'value': 1}, {'id': 1}, {'': ''}, {'value': None}, {'a': {'b': {'c': []}}},
    {'value': 'x', 'label': 'X'},
    {'__class__': 'x'}, {'0': 0},
)  # fmt: skip
LISTS = (
    [], [1], ['a'], [None], [[]], [[[]]], [{}], [{'a': 1}], [True], ['a', 'b'], [1, 2, 3], [[1], [2]], [''], [0.5],
    [NUL],
)  # fmt: skip
UNSTORABLE = (
    NUL, f'a{NUL}', f'{NUL}a', f'a{NUL}b', NUL * 2, f'a\n{NUL}', HIGH, LOW, f'a{HIGH}', f'{HIGH}a', f'a{LOW}b',
    f'{LOW}{HIGH}', f'{HIGH}{HIGH}', f'a{NUL}{HIGH}', f'{HIGH} {LOW}', f'日本{NUL}', f'日本{LOW}', '\ud800', '\udbff',
    '\udc00',
    '\udfff',
)  # fmt: skip
WORDS = (
    'a', 'abc', 'None', 'null', 'nil', 'undefined', 'x' * 5_000, '日本', '--', '?', '%s', '{}', '[]',
    "'; DROP TABLE x; --",
    '<script>', '\\', '"', "'",
)  # fmt: skip
NOT_FINITE = ('NaN', 'nan', 'Infinity', '-Infinity', 'inf', '-inf', 'sNaN', '+inf')
