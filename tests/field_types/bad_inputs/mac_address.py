"""What a mac_address field refuses."""

from .common import BOOLEANS, HUGE, LISTS, OBJECTS, UNSTORABLE, WORDS

BAD_INPUTS = (
    # No text.
    *BOOLEANS, *OBJECTS, *LISTS, 0, 1, -1, 5, 1.5, 1e300, HUGE, -HUGE, 2**63, 123456, ['00:1A:2B:3C:4D:5E'],
    [['00:1A:2B:3C:4D:5E']],
    {'value': '00:1A:2B:3C:4D:5E'},
    *UNSTORABLE, *WORDS,
    # No address.
    '', ' ', ':', '-', '::', ':::::', 'x', '0', '00', '5', '00:1A', '00:1A:2B:3C:4D', '00:1A:2B:3C:4D:',
    ':00:1A:2B:3C:4D', '00:1A:2B:3C:4D:5E:', '00:1A:2B:3C:4D:5G', '00:1A:2B:3C:4D:5E:6F', '00:1A:2B:3C:4D:5E:6F:70',
    '00:1A:2B:FF:FE:3C:4D:5E', '00::1A:2B:3C:4D', '00:1A:2B:3C:4D:100', '00:1A:2B:3C:4D:-1', '00:1A-2B:3C-4D:5E',
    '00:1A:2B:3C:4D-5E', '00:1A:2B 3C:4D:5E', '00;1A;2B;3C;4D;5E', '00,1A,2B,3C,4D,5E', '00/1A/2B/3C/4D/5E',
    '00_1A_2B_3C_4D_5E', '001A2B3C4D5', '001A2B3C4D5E6', '001A2B3C4D5E6F70', '001A2B3C4D5G', '0x001A2B3C4D5E',
    '001a.2b3c', '001a.2b3c.4d5', '1a.2b3c.4d5e', '001a.2b3c.4d5e.6f70', '001a:2b3c-4d5e', '001a2b:3c4d5',
    '001a2b3c:4d5e', '001a:2b3c4d5e', '00:1A:2B:3C:4D:5E/48', '00:1A:2B:*:*:*', '00:1A:2B', '192.0.2.1', '2001:db8::1',
    'fe80::1', 'null', 'true', 'localhost', '00:1A:2B:3C:4D:5E,00:1A:2B:3C:4D:5F',
    '00:1A:2B:3C:4D:5E 00:1A:2B:3C:4D:5F', '\x00', '00:1A:2B:3C:4D:5E\x00', '00:1A\x00:2B:3C:4D:5E',
    '00:1A:2B:3C:4D:5\ud800', '\udfff', '00:1A\n:2B:3C:4D:5E', '００:1A:2B:3C:4D:5E', '٠٠:1A:2B:3C:4D:5E',
    '0 0:1A:2B:3C:4D:5E', '281474976710655', '[]', '{}', 'x' * 10_000, '0' * 100_000, '00:' * 10_000,
)  # fmt: skip
