"""What a color field refuses."""

from .common import BOOLEANS, HUGE, LISTS, OBJECTS, UNSTORABLE, WORDS

BAD_INPUTS = (
    # No text.
    *BOOLEANS, *OBJECTS, *LISTS, 0, 1, -1, 5, 1.5, 1e300, HUGE, -HUGE, 2**63, 123456, ['aa1409'],
    [['aa1409']],
    {'value': 'aa1409'},
    *UNSTORABLE, *WORDS,
    # No colour.
    '', ' ', '#', '##', 'red', 'Red', 'a', 'aa', 'aaa', '#aaa', 'aaaa', 'aaaaa', 'aaaaaaa', 'aaaaaaaa', '#aaaaaaaa',
    '##aaaaaa', '#aaaaa', '#aaaaaaa', 'gggggg', 'aa140g', '-a1409', 'aa 140', 'aa-140', '0xaa1409', '0xaa14', 'x00000',
    'aa1409,', 'aa1409;', 'aa1409\x00', '\x00aa140', 'aa\x001409', '\ud800a1409', 'aa140\udfff', 'aa\n409', 'aa\t409',
    'rgb(170,20,9)', 'rgb(0,0,0)', 'rgba(0,0,0,0)', 'hsl(0,0%,0%)', 'transparent', 'inherit', 'none', 'null', 'true',
    'ａａ1409', 'aa14०9', '١٢٣٤٥٦', '½½½½½½', 'ªªªªªª', '<b></b', '"><b>x', "';--ab", '[]', '{}', '1e5', '+12345',
    '12345.', '1.5e10', 'x' * 10_000, '0' * 7, 'f' * 100_000,
)  # fmt: skip
