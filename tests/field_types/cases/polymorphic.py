"""Cases of polymorphic references, which point at sites, regions and the custom object type `node`."""

from typing import Annotated

import strawberry

from dcim.models import Region, Site

from netbox_custom_objects.field_types.graphql import CustomObjectRelatedObjectType
from netbox_custom_objects.field_types.polymorphic.keys import key_of
from tests.field_types.polymorphic_kit import node_type, nodes, regions

from .base import NULL, Case, Filter, Keys, Later, empty_lookup, sample
from .reference import NOWHERE, SITE_TYPE, sites

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
    """Return all filters, for three samples. Each argument: which of them point at s1, at r1, at s1 or s2, at n1."""
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


def many(*targets: Target, payload: tuple[Target, ...]):
    """Return a sample of links, which change data has in the order `payload`."""
    kinds = dict.fromkeys(target.kind for target in targets)
    return sample(
        [target.key for target in targets],
        [target.written for target in targets],
        reads=[target.read for target in targets],
        form=Keys({INPUTS[kind]: [target.pk for target in targets if target.kind == kind] for kind in kinds}),
        text=Later(lambda: ','.join(target.text.find() for target in targets), 'texts'),
        cell=targets[0].name,
        payload=[target.payload for target in payload],
    )


CASES = (
    Case(
        'object',
        ('integer', 'bigint'),
        is_polymorphic=True,
        variant='polymorphic object',
        values=(S1.key, R1.key, N1.key),
        default=(S2.default, S2.key),
        bad_values=((SITE_TYPE_ID, NOWHERE), (NOWHERE, S1.pk), (SITE_TYPE_ID, None), (None, S1.pk)),
        bad_defaults=(
            1, 'x', True, [], {}, [S1.default], {'content_type_id': SITE_TYPE_ID}, {'object_id': S1.pk},
            {'content_type_id': 'dcim.site', 'object_id': S1.pk}, {'content_type_id': True, 'object_id': S1.pk},
            {'content_type_id': SITE_TYPE_ID, 'object_id': NOWHERE}, {'content_type_id': NOWHERE, 'object_id': S1.pk},
            {'content_type_id': NODE_TYPE_ID, 'object_id': -1}, {**S1.default, 'display': 's1'},
        ),
        unique=False,
        needs=points_at_three_types,
        attribute=('value_content_type_id', 'value_object_id'),
        samples=(one(S1), one(N1, {'_content_type': 'custom-objects.node', 'id': N1.pk}), one(R1)),
        filters=by_target(one=(0,), other=(2,), both=(0,), node=(1,)),
        bad_filters=BAD_FILTERS,
        form_fields=('value',),
        bad_form=Keys(value__ct=SITE_TYPE_ID, value__obj=NOWHERE),
        bad_text=Keys(value_content_type='dcim.site', value_object_id=NOWHERE),
        bad_rest={'_content_type': 'dcim.site', 'id': NOWHERE},
        word='s1',
        choices=TYPE_LABELS,
        graphql=TARGET_TYPES | None,
    ),
    Case(
        'multiobject',
        (),
        is_polymorphic=True,
        variant='polymorphic multiobject',
        values=([S1.key], [N1.key, S2.key, S1.key], [R1.key, R2.key, N1.key, N2.key]),
        default=([S1.default, N1.default], [S1.key, N1.key]),
        bad_defaults=(
            '1', 1, True, {}, S1.default, [1], [{}], [[]], [S1.default, S1.pk],
            [S1.default, {'content_type_id': SITE_TYPE_ID, 'object_id': NOWHERE}],
        ),
        unique=False,
        needs=points_at_three_types,
        links=lambda manager: sorted(map(key_of, manager.all())),
        lookup=lambda key: {'value': key[0]},
        samples=(
            many(S1, N1, payload=(S1, N1)),
            many(S2, S3, R1, payload=(R1, S2, S3)),
            many(N2, payload=(N2,)),
        ),
        filters=by_target(one=(0,), other=(1,), both=(0, 1), node=(0,)),
        bad_filters=BAD_FILTERS,
        form_fields=('value',),
        bad_form={'value__dcim__site': [NOWHERE]},
        bad_text={'value': f'dcim.site:{NOWHERE}'},
        bad_rest=[{'_content_type': 'dcim.site', 'id': NOWHERE}],
        word='s1',
        choices=TYPE_LABELS,
        graphql=list[TARGET_TYPES],
    ),
)  # fmt: skip
