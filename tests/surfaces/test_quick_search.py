"""`?q=` and selections find objects by what pages show as their name, whatever that is made of."""

import pytest

from dcim.models import Site
from extras.models import CustomFieldChoiceSet
from ipam.models import ASN, RIR, IPAddress

from netbox_custom_objects.models import CustomObjectType
from tests.support.factories import make_field, make_object, make_sites, make_type
from tests.support.kept import keeps, kept_again
from tests.surfaces.rest import Rest, make_user


def found(rest, slug, text):
    """Return the names of what is found, as a selection asks for it."""
    return [obj['display'] for obj in rest.get(f'{slug}/', q=text, brief=True)['results']]


def name_by(rest, kind, field):
    kind.fields.filter(primary=True).update(primary=False)
    kind.fields.filter(name=field).update(primary=True)


def make_asset():
    sites = make_sites()
    labels = CustomFieldChoiceSet.objects.create(
        name='labels', extra_choices=[['a', 'Crimson'], ['b', 'Emerald'], ['c', 'Crimson light']]
    )
    kind = make_type('asset', fields=[
        ('bought', 'date'), ('seen', 'datetime'), {'name': 'state', 'type': 'select', 'choice_set': labels},
        {'name': 'states', 'type': 'multiselect', 'choice_set': labels},
        {'name': 'place', 'type': 'object', 'target': Site},
        {'name': 'places', 'type': 'multiobject', 'target': Site},
        {'name': 'any', 'type': 'object', 'targets': [Site, ASN]},
        {'name': 'many', 'type': 'multiobject', 'targets': [Site, ASN]},
        {'name': 'ip', 'type': 'object', 'target': IPAddress},
    ])  # fmt: skip
    asn = ASN.objects.create(asn=64512, rir=RIR.objects.create(name='R', slug='r'))
    make_object(
        kind, bought='2024-05-01', seen='2023-11-30T10:00:00Z', state='a', states=['b', 'a'], place=sites[0],
        places=sites[:2], any=asn, many=[asn], ip=IPAddress.objects.create(address='10.9.8.7/24'),
    )  # fmt: skip
    make_object(kind, bought='2025-06-02', seen='2025-01-01T10:00:00Z', state='b', states=['b'], place=sites[2])
    return kind


@pytest.fixture
@keeps(make_asset)
def asset(db):
    return kept_again()


@pytest.mark.parametrize(('field', 'text', 'name'), [
    ('bought', '2024-05', '2024-05-01'), ('seen', '2023-11-30', '2023-11-30 10:00:00+00:00'),
    ('state', 'crimson', 'Crimson'), ('states', 'Crims', 'Emerald, Crimson'), ('place', 'erli', 'Berlin'),
    ('places', 'cai', 'Berlin, Cairo'), ('any', '6451', 'AS64512'), ('many', '64512', 'AS64512'),
    ('ip', '10.9.8', '10.9.8.7/24'),
])  # fmt: skip
def test_finds_by_the_primary_field(rest, asset, field, text, name):
    name_by(rest, asset, field)
    assert found(rest, 'asset', text) == [name]
    assert found(rest, 'asset', 'nothing like it') == []


def test_finds_by_what_an_expression_reads(rest, asset, sites):
    CustomObjectType.objects.update(display_expression='{{ place }}: {{ bought }}')
    assert found(rest, 'asset', 'berlin') == ['Berlin: 2024-05-01']
    assert found(rest, 'asset', '2025-06') == ['Dakar: 2025-06-02']


def test_finds_by_names_of_names(rest, asset):
    """An object that is called after an object that is called after a site; in a circle the search ends."""
    name_by(rest, asset, 'place')
    middle = make_type('middle', fields=[{'name': 'asset', 'type': 'object', 'target': asset, 'primary': True}])
    outer = make_type('outer', fields=[{'name': 'some', 'type': 'multiobject', 'target': middle, 'primary': True}])
    first, second = asset.get_model().objects.order_by('pk')
    ends = [make_object(middle, asset=obj) for obj in (first, second)]
    make_object(outer, some=ends)
    make_object(outer, some=ends[1:])
    assert found(rest, 'outer', 'berl') == ['Berlin, Dakar']
    assert found(rest, 'outer', 'dak') == ['Berlin, Dakar', 'Dakar']
    make_field(asset, 'outer', 'object', target=outer)
    name_by(rest, asset, 'outer')
    assert found(rest, 'outer', 'berl') == []


def test_choices_are_found_by_their_labels_whatever_the_name(rest, asset):
    assert len(found(rest, 'asset', 'crimson')) == 1
    assert len(found(rest, 'asset', 'emerald')) == 2


class TestHiddenTargets:
    """What a name is made of is found by those alone who may view it."""

    @pytest.fixture
    def asset(self, sites):
        person = make_type('person', display_expression='{{ name }}{% if salary > 9 %}!{% endif %}', fields=[
            ('name', 'text'), ('salary', 'integer'),
        ])  # fmt: skip
        asset = make_type('asset', fields=[
            {'name': 'boss', 'type': 'object', 'target': person, 'primary': True},
            {'name': 'team', 'type': 'multiobject', 'target': person},
            {'name': 'any', 'type': 'object', 'targets': [person, Site]},
        ])  # fmt: skip
        ann, bob = (make_object(person, name=name, salary=salary) for name, salary in (('Ann', 95000), ('Bob', 96000)))
        make_object(asset, boss=ann, team=[ann], any=ann)
        make_object(asset, boss=bob, team=[bob], any=sites[0])
        asset.person = person
        return asset

    @pytest.mark.parametrize('field', ['boss', 'team', 'any'])
    def test_by_values_of_hidden_objects_nothing_is_found(self, asset, field):
        name_by(None, asset, field)
        for name, rights, expected in (
            ('none', [], []),
            ('some', [(asset.person, ['view'], {'name': 'Ann'})], ['Ann!']),
            ('all', [(asset.person, ['view'], None)], ['Ann!']),
        ):
            rest = Rest(make_user(name, (asset, ['view'], None), *rights))
            assert found(rest, 'asset', '95000') == expected, name
        assert (
            found(
                Rest(make_user('other', (asset, ['view'], None), (asset.person, ['view'], {'name': 'Bob'}))),
                'asset',
                '95000',
            )
            == []
        )

    def test_names_of_names_and_objects_of_netbox(self, asset, sites):
        outer = make_type('outer', fields=[{'name': 'asset', 'type': 'object', 'target': asset, 'primary': True}])
        make_object(outer, asset=asset.get_model().objects.order_by('pk').first())
        grants = [(outer, ['view'], None), (asset.person, ['view'], None)]
        assert found(Rest(make_user('without', *grants)), 'outer', '95000') == []
        assert found(Rest(make_user('with', *grants, (asset, ['view'], None))), 'outer', '95000') == ['Ann!']
        name_by(None, asset, 'any')
        assert found(Rest(make_user('no sites', (asset, ['view'], None))), 'asset', 'berl') == []
        assert found(Rest(make_user('sites', (asset, ['view'], None), (Site, ['view'], None))), 'asset', 'berl') == [
            'Berlin'
        ]
