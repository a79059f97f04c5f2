"""What a polymorphic object field refuses, one that points at sites and regions."""

from tests.field_types.cases.reference import NOWHERE

from .common import BOOLEANS, HIGH, HUGE, LISTS, NOT_FINITE, NUL, OBJECTS, WORDS

SITE = 'dcim.site'
SCALARS = ('', ' ', 0, 1, -1, 1.5, HUGE, SITE, f'{SITE}:1', '{"_content_type": "dcim.site", "id": 1}', f'a{NUL}', HIGH)
INCOMPLETE = (
    {'_content_type': SITE}, {'_content_type': SITE, 'id': None}, {'_content_type': None, 'id': 1}, {'object_id': 1},
    {'app_label': 'dcim', 'id': 1}, {'model': 'site', 'id': 1}, {'app_label': 'dcim', 'model': 'site'},
    {'app_label': None, 'model': None, 'id': 1}, {'content_type_id': 1}, {'display': 'Berlin'},
)  # fmt: skip
TYPES = tuple(
    {'_content_type': name, 'id': 1}
    for name in (
        '', '.', 'dcim', 'site', '.site', 'dcim.', 'dcim.nothing', 'nothing.site', 'dcim.site.x', 'DCIM.SITE',
        'dcim.device', 'users.user', 'custom-objects.nothing', 'netbox_custom_objects.table0model',
        'netbox_custom_objects.table999999model', 'netbox_custom_objects.customobjecttype', f'dcim.site{NUL}',
        f'dcim.{HIGH}', 'dcim.ort\u00e9', 1, True, 1.5, [], ['dcim', 'site'], {},
        {'app_label': 'dcim', 'model': 'site'},
        'x' * 5_000, "dcim.site'; DROP TABLE x; --",
    )
)  # fmt: skip
TYPE_IDS = tuple(
    {'content_type_id': pk, 'id': 1} for pk in (0, -1, 10**9, 2**31, 2**63, HUGE, 1.5, True, 'x', '', '1.0', [], {})
)
IDS = tuple(
    {'_content_type': SITE, 'id': pk}
    for pk in (0, -1, NOWHERE, 2**63, HUGE, -HUGE, 1.5, 1e300, True, False, '', ' ', 'x', '-1', '0', '1.5', '1e3',
               '\u0661', str(NOWHERE), str(HUGE), '1' * 2_000, f'1{NUL}', HIGH, [], [1], {}, {'id': 1})
)  # fmt: skip
CONTRADICTORY = (
    {'_content_type': SITE, 'app_label': 'dcim', 'model': 'region', 'id': NOWHERE},
    {'_content_type': SITE, 'id': 1, 'object_id': 2},
    {'app_label': 'dcim', 'model': ['site'], 'id': 1},
    {'app_label': {}, 'model': 'site', 'id': 1},
)
BAD_INPUTS = (
    *BOOLEANS, *LISTS, *OBJECTS, *WORDS, *NOT_FINITE, *SCALARS, *INCOMPLETE, *TYPES, *TYPE_IDS, *IDS, *CONTRADICTORY,
)  # fmt: skip
