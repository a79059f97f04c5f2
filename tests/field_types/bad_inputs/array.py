"""Values that an array field refuses over REST whatever its items are, and items that it refuses depending on that."""

BAD_INPUTS = (
    # No list.
    True, False, 0, 1, -1, 5, 1.5, -0.0, 1e300, 2**63, 10**30, '', ' ', 'x', 'a,b', 'a\nb', '[', ']', '[]', '["a"]',
    '{"a"}', '{}', '{a,b}', 'null', '\x00', '\ud800', 'x' * 100_000, {}, {'a': 1}, {'0': 'a'}, {'value': ['a']},
    {'value': None}, {'id': 1}, {'': ''}, {'length': 1},
    # Items that are nothing, or no single value.
    [None], [None, None], ['2026-01-31', None], [None, 1], [''], ['', ''], [' '], ['\t'], ['\n'], ['', None],
    [[]], [[], []], [['a']],
    [[1]], [[None]], [['a'], ['b']], [['a', 'b'], ['c']], [[['a']]], ['x', ['x']], [{}], [{}, {}], [{'a': 1}],
    [{'value': 'a'}],
    [{'id': 1}], [{'0': 'a'}], [[{}]], [{'a': []}], [{'a': {'a': {}}}], [[True]], [[1.5]], [1, [2, [3]]],
    ['\x00'], ['2026-01-31\x00'], ['a', '\x00b'], ['\ud800'], ['1\udfff'], ['\x00'] * 1000, [''] * 1000, [None] * 1000,
)  # fmt: skip

BAD_ITEMS = {
    'text': (True, False),
    'integer': ('x', 1.5, '1.5', True, 2**63, -(2**63) - 1, 'NaN', '1e3', '0x10', '9' * 2000, '1,2', '½'),
    'decimal': ('x', True, 0.001, 1000000, 'NaN', 'Infinity', '1e10', '9' * 2000, '1,5', 1e300),
    'boolean': ('x', 2, -1, 1.5, 'maybe', 'null', 'None'),
    'date': (
        'x', 20260131, True, '2026-02-30', '2026-13-01', '0000-01-01', '2026-01-31T00:00:00Z', '31.01.2026', 'today',
    ),
    'datetime': ('x', 5, True, '2026-02-30T00:00', '2026-01-31T25:00', '12:00', 'now', '0000-01-01T00:00', 'x' * 2000),
    'url': (
        'x', 5, True, 'example.com', 'javascript:alert(1)', 'https://', 'https://a b.example/',
        'https://a.example/' + 'x' * 200,
    ),
    'email': ('x', 5, True, 'a@', '@b.example', 'a@b', 'a b@c.example', 'x' * 250 + '@b.example'),
    'ip_address': ('x', 5, True, '192.0.2', '192.0.2.256', '192.0.2.1/33', '2001:db8::g', '192.0.2.1/255.255.255.0'),
    'ip_prefix': ('x', 5, True, '192.0.2.0', '192.0.2.1/24', '2001:db8::1/64', '192.0.2.0/33'),
}  # fmt: skip
