"""What tests of polymorphic references share: targets of three kinds, and a look at what was stored."""

from typing import Annotated

import strawberry
from django.contrib.contenttypes.models import ContentType

from dcim.models import Region, Site

from netbox_custom_objects.field_types.graphql import CustomObjectRelatedObjectType
from netbox_custom_objects.field_types.polymorphic.keys import key_of
from netbox_custom_objects.models import CustomObjectType
from tests.field_types.case import NULL, Filter, Keys, Later, empty_lookup, sample
from tests.field_types.json_values import BOOLEANS, HIGH, HUGE, LISTS, NOT_FINITE, NUL, OBJECTS, WORDS
from tests.field_types.samples import NOWHERE, SITE_TYPE, sites
from tests.support.factories import make_object, make_type


def regions() -> list[Region]:
    return [region(name) for name in ('r1', 'r2')]


def region(name: str = 'r1') -> Region:
    return Region.objects.get_or_create(slug=name, defaults={'name': name})[0]


def node_type() -> CustomObjectType:
    """Return the type `node`, made if it is not there yet."""
    found = CustomObjectType.objects.filter(slug='node').first()
    return found or make_type('node', fields=[{'name': 'title', 'type': 'text', 'primary': True}])


def nodes() -> list:
    node = node_type()
    objects = node.get_model().objects
    return [objects.filter(title=title).first() or make_object(node, title=title) for title in ('n1', 'n2')]


def type_id(target) -> int:
    """Return the id of the content type of an object, or of a class."""
    return ContentType.objects.get_for_model(target).pk


def stored(obj):
    """Return an object as it is in the database."""
    return type(obj).objects.get(pk=obj.pk)


REGION_NAME = 'RegionType'
REGION_TYPE = Annotated[REGION_NAME, strawberry.lazy('dcim.graphql.types')]
TARGET_TYPES = SITE_TYPE | REGION_TYPE | CustomObjectRelatedObjectType


def points_at_three_types() -> dict:
    sites(), regions(), nodes()
    return {'targets': [Site, Region, node_type()]}


MADE_BY = {'site': sites, 'region': regions, 'node': nodes}
BY_NODE = Later(lambda: f'value_netbox_custom_objects_table{node_type().pk}model', 'value_<node>')
BY_NODE_NOT = Later(lambda: f'value_netbox_custom_objects_table{node_type().pk}model__n', 'value_<node>__n')
# The inputs of forms.
INPUTS = {
    'site': 'value__dcim__site',
    'region': 'value__dcim__region',
    'node': Later(lambda: f'value__netbox_custom_objects__table{node_type().pk}model', 'value__<node>'),
}


class Target:
    """One of the objects of a kind, as each surface has it once there is a database."""

    def __init__(self, kind: str, number: int):
        def find():
            return MADE_BY[kind]()[number - 1]

        self.kind = kind
        self.name = name = f'{kind[0]}{number}'
        self.key = Later(lambda: key_of(find()), name)
        self.content_type = Later(lambda: key_of(find())[0], f'type of {name}')
        self.pk = Later(lambda: find().pk, name)
        self.label = Later(lambda: find()._meta.label_lower, f'label of {name}')
        self.text = Later(lambda: f'{find()._meta.label_lower}:{find().pk}', f'text of {name}')
        self.default = {'content_type_id': self.content_type, 'object_id': self.pk}
        self.written = {'_content_type': self.label, 'id': self.pk}
        self.read = {**self.written, 'display': name}
        self.form = Keys(value__ct=self.content_type, value__obj=self.pk)
        self.columns = Keys(value_content_type=self.label, value_object_id=Later(lambda: str(find().pk), name))
        self.payload = {'content_type': self.label, 'object_id': self.pk}


S1, S2, S3 = (Target('site', number) for number in (1, 2, 3))
R1, R2 = (Target('region', number) for number in (1, 2))
N1, N2 = (Target('node', number) for number in (1, 2))
TYPE_LABELS = (S1.label, R1.label, N1.label)
SITE_TYPE_ID, NODE_TYPE_ID = S1.content_type, N1.content_type
BAD_FILTERS = (
    ('value_dcim_site', 'x'), ('value_dcim_region__n', '1.5'), ('value_dcim_site', str(10**30)), (BY_NODE, 'x'),
    ('value_custom_objects_node', '-'), ('value__empty', 'maybe'), ('value', '1'), ('value_dcim_device', '1'),
    ('value_dcim_site', 'null'),
)  # fmt: skip


def by_target(one: tuple, other: tuple, both: tuple, node: tuple) -> tuple[Filter, ...]:
    """Return all filters, for three samples. Each argument: which of them refer to s1, to r1, to s1 or s2, to n1."""
    found = [Filter('value_dcim_site', [S1.pk, S2.pk], both), Filter('value_dcim_site', NOWHERE, ())]
    for name, negated, target, matches in (
        ('value_dcim_site', 'value_dcim_site__n', S1, one),
        ('value_dcim_region', 'value_dcim_region__n', R1, other),
        ('value_custom_objects_node', 'value_custom_objects_node__n', N1, node),
        (BY_NODE, BY_NODE_NOT, N1, node),
    ):
        rest = (*(number for number in range(3) if number not in matches), NULL)
        found += [Filter(name, target.pk, matches), Filter(negated, target.pk, rest)]
    return (*found, *empty_lookup(3))


def one(target: Target, rest=None):
    """Return a sample of a reference to one object."""
    return sample(
        target.key,
        rest or target.written,
        reads=target.read,
        form=target.form,
        text=target.columns,
        cell=target.name,
        payload=target.text,
    )


def many(*targets: Target):
    """Return a sample of links, which all surfaces give in the order in which they were made."""
    kinds = dict.fromkeys(target.kind for target in targets)
    return sample(
        [target.key for target in targets],
        [target.written for target in targets],
        reads=[target.read for target in targets],
        form=Keys({INPUTS[kind]: [target.pk for target in targets if target.kind == kind] for kind in kinds}),
        text=Later(lambda: ','.join(target.text.find() for target in targets), 'texts'),
        cell=targets[0].name,
        payload=[target.payload for target in targets],
    )


# What a polymorphic object field refuses, one that refers to sites and regions.
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
BAD_KEYS = (
    *BOOLEANS, *LISTS, *OBJECTS, *WORDS, *NOT_FINITE, *SCALARS, *INCOMPLETE, *TYPES, *TYPE_IDS, *IDS, *CONTRADICTORY,
)  # fmt: skip
