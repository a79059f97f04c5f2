"""What a polymorphic multiobject field refuses, one that points at sites and regions."""

from . import polymorphic_object
from .common import BOOLEANS, HIGH, HUGE, LISTS, NOT_FINITE, NUL, OBJECTS, WORDS

SITE = {'_content_type': 'dcim.site', 'id': 10**9}
SCALARS = ('', ' ', 0, 1, -1, 1.5, HUGE, 'dcim.site', 'dcim.site:1', '[]', f'a{NUL}', HIGH)
ITEMS = tuple([item] for item in polymorphic_object.BAD_INPUTS)
NESTED = (SITE, {'0': SITE}, [[SITE]], [SITE, None], [None, SITE], [SITE, 1], [[], SITE], [SITE] * 100)
BAD_INPUTS = (
    *BOOLEANS, *(value for value in LISTS if value), *OBJECTS, *WORDS, *NOT_FINITE, *SCALARS, *ITEMS, *NESTED,
)  # fmt: skip
