"""What an email field refuses."""

from .common import BOOLEANS, HUGE, LISTS, OBJECTS, UNSTORABLE, WORDS

BAD_INPUTS = (
    # No text.
    *BOOLEANS, *OBJECTS, *LISTS, 0, 1, -1, 5, 1.5, 1e300, HUGE, -HUGE, 2**63, 123456, ['a@example.com'],
    [['a@example.com']],
    {'value': 'a@example.com'},
    *UNSTORABLE, *WORDS,
    # No address.
    'a', '@', 'a@', '@b', '@example.com', 'a.example.com', 'a@b', 'a@b@example.com', 'a@example', 'a@.com', 'a@com.',
    'a@-b.com', 'a@b-.com', 'a@b..com', 'a@b_c.com', 'a@b.c', 'a@b.1', '.a@b.com', 'a.@b.com', 'a..b@c.com',
    'a b@c.com', 'a@b c.com', 'a,b@c.com', 'a@b.com,c@d.com', 'a@b.com; c@d.com', 'A <a@b.com>', '<a@b.com>',
    'mailto:a@b.com', 'a(x)@b.com', 'a:b@c.com', 'a;b@c.com', '"a@b.com', 'a"b@c.com', 'a@[192.0.2.256]',
    'a@[192.0.2.1', 'a@192.0.2.1]', 'a@[x]', 'a@[]', 'ä@example.com', 'a@example.com/x', 'a@example.com:25',
    'a@exa\tmple.com', 'a@exa\nmple.com', 'a\r\nBcc: b@example.com', 'null', 'true', '[]', '{}',
    'https://a.example.com',
    # What no column of text can hold.
    'a\x00b@example.com', '\x00', 'a@exam\x00ple.com', 'a\ud800@example.com', '\udfff', 'a@ex\ud800mple.com',
    # Too long.
    'x' * 244 + '@example.com', 'x' * 10_000 + '@example.com', 'a@' + 'x' * 64 + '.com', 'a@' + 'x.' * 200 + 'com',
    'x' * 100_000,
)  # fmt: skip
