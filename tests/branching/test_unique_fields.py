"""Unique fields in replays: states in between may hold a value twice, the end may not."""

import pytest
from django.db import IntegrityError, transaction

from dcim.models import Region, Site

from netbox_custom_objects.branching.merging.findings import VIOLATION
from netbox_custom_objects.branching.merging.validators import find_conflicts
from netbox_custom_objects.branching.trial.dry_run import dry_run
from netbox_custom_objects.exceptions import SchemaChangeRefused
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.runtime.classes.registry import world
from netbox_custom_objects.services.attention.ignored_rules import unique_fields_ignored
from netbox_custom_objects.services.upkeep.repair import repair
from tests.support.beginnings import begins_with
from tests.support.branches import STRATEGIES, Lab, assert_schema_is_clean, edit
from tests.support.factories import make_field, make_object, make_type

# A field of each kind that can be unique.
UNIQUE = ('name', 'code', 'site', 'spot', 'number')


def make_units():
    with Lab().request():
        sites = [Site.objects.create(name=name, slug=name) for name in 'abcd']
        regions = [Region.objects.create(name=name, slug=name) for name in 'abcd']
        unit = make_type('unit', fields=[
            {'name': 'name', 'primary': True, 'unique': True}, {'name': 'code', 'type': 'integer', 'unique': True},
            {'name': 'site', 'type': 'object', 'target': Site, 'unique': True},
            {'name': 'spot', 'type': 'object', 'targets': [Site, Region], 'unique': True},
            {'name': 'number', 'type': 'autonumber'}, ('tag', 'text'),
        ])  # fmt: skip
        for letter, code, site, region in zip('ab', (1, 2), sites, regions):
            make_object(unit, name=letter, code=code, site=site, spot=region, number=str(code), tag=letter)


@pytest.fixture
@begins_with(make_units)
def units(lab):
    return lab


def make(lab, place, **values):
    with lab.request(place):
        return make_object(CustomObjectType.objects.get(), **values).pk


def unit(**lookups):
    return CustomObjectType.objects.get().get_model().objects.get(**lookups)


def values_of(first):
    """Return values of a unit, by the number of what they refer to."""
    return {
        'name': 'abcd'[first], 'code': first + 1, 'site': Site.objects.order_by('pk')[first],
        'spot': Region.objects.order_by('pk')[first], 'number': str(first + 1),
    }  # fmt: skip


def state(lab, place=None):
    """Return what each unit holds, by the number of what it refers to."""
    with lab.request(place):
        first = {'site': Site.objects.order_by('pk')[0].pk, 'spot': Region.objects.order_by('pk')[0].pk}
        objects = CustomObjectType.objects.get().get_model().objects.order_by('pk')
        return [
            ('abcd'.index(name), code - 1, site - first['site'], place - first['spot'], int(number) - 1)
            for name, code, site, place, number in objects.values_list(
                'name', 'code', 'site', 'spot_object_id', 'number'
            )
        ]


def is_refused(lab, branch=None, **values):
    """Whether the database itself refuses an object."""
    alias = branch.connection_name if branch else 'default'
    with lab.request(branch):
        model = CustomObjectType.objects.get().get_model()
        try:
            with transaction.atomic(using=alias):
                model.objects.using(alias).bulk_create([model(**{'number': '99', **values})])
                transaction.set_rollback(True, using=alias)
        except IntegrityError:
            return True
    return False


def assert_enforced(lab, branch=None):
    assert_schema_is_clean(branch.connection_name if branch else 'default')
    with lab.request(branch):
        held = values_of(0)
    assert [name for name in UNIQUE if not is_refused(lab, branch, **{name: held[name]})] == []


def swap(lab, place):
    """Let the two units pass their values to each other, by way of others."""
    with lab.request(place):
        first, second = CustomObjectType.objects.get().get_model().objects.order_by('pk')
        edit(first, **values_of(2))
        edit(second, **values_of(0))
        edit(unit(pk=first.pk), **values_of(1))


SWAPPED, BEFORE, MAINS = [(1,) * 5, (0,) * 5], [(0,) * 5, (1,) * 5], [(2,) * 5]


@pytest.mark.parametrize('strategy', STRATEGIES)
def test_swapped_values(units, strategy):
    """Main has taken what the branch passed by; squashing passes by what the other object has."""
    lab, branch = units, units.branch()
    swap(lab, branch)
    with lab.request():
        taken = values_of(2)
    make(lab, None, **taken)
    assert [finding for finding in find_conflicts(branch) if finding.blocks] == []
    assert dry_run(branch, strategy, lab.user) == []
    assert state(lab) == BEFORE + MAINS
    for _time in range(2):
        lab.merge(branch, strategy)
        assert state(lab) == SWAPPED + MAINS
        assert_enforced(lab)
        lab.revert(branch)
        assert state(lab) == BEFORE + MAINS
        assert_enforced(lab)


def test_synchronization(units):
    """What main passed by is what the branch has taken; what both have in the end is named, until it is corrected."""
    lab, branch = units, units.branch()
    with lab.request(branch):
        taken = values_of(2)
    theirs = make(lab, branch, **taken)
    swap(lab, None)
    lab.sync(branch)
    assert state(lab, branch) == SWAPPED + MAINS
    assert_enforced(lab, branch)
    ours = make(lab, None, **{**taken, 'name': 'd', 'site': None, 'spot': None, 'number': '9'})
    lab.sync(branch)
    for _time in range(2):
        assert ignored(lab, branch) == ['code']
        assert repair() == {}
    assert [finding.kind for finding in find_conflicts(branch)] == [VIOLATION]
    with lab.request(branch):
        edit(unit(pk=theirs), code=7)
    assert list(repair()) == [branch.connection_name]
    assert ignored(lab, branch) == []
    assert_enforced(lab, branch)
    assert ours


def ignored(lab, branch):
    """Return the unique fields that the type's page in a branch shows as not enforced."""
    with lab.request(branch):
        (definition,) = world().definitions.values()
        return [field.name for field, _text in unique_fields_ignored(definition, branch.connection_name)]


@pytest.mark.parametrize('strategy', STRATEGIES)
def test_what_the_end_does_not_meet(units, strategy, monkeypatch):
    """If a clash comes after the check, the merge fails and names the objects."""
    lab, branch = units, units.branch()
    ours, theirs = make(lab, None, name='same', code=3), make(lab, branch, name='same', code=3)
    found = dry_run(branch, strategy, lab.user)
    assert sorted((finding.kind, 'field "name"' in finding.text, finding.blocks) for finding in found) == [
        (VIOLATION, False, True), (VIOLATION, True, True),
    ]  # fmt: skip
    assert all(finding.remedy for finding in found)
    monkeypatch.setattr('netbox_custom_objects.branching.merging.validators.find_violations', lambda *args: ())
    with pytest.raises(SchemaChangeRefused, match='unique field "name": same, same'):
        lab.merge(branch, strategy)
    assert is_refused(lab, name='same')
    assert ours
    assert_schema_is_clean()
    with lab.request(branch):
        edit(unit(pk=theirs), name='other', code=4)
    assert dry_run(branch, strategy, lab.user) == []
    lab.merge(branch, strategy)
    assert_enforced(lab)


@pytest.mark.parametrize('strategy', STRATEGIES)
def test_a_field_that_is_made_unique_on_the_way(units, strategy):
    """The branch corrects an object of main after it has made the field unique, and deletes and restores another."""
    lab, branch = units, units.branch()
    with lab.request(branch):
        edit(CustomObjectTypeField.objects.get(name='tag'), unique=True)
        made = make_field(CustomObjectType.objects.get(), 'serial', unique=True)
        edit(unit(name='a'), serial='x')
    mended = make(lab, None, name='c', tag='a')
    lab.sync(branch)
    assert ignored(lab, branch) == ['tag']
    with lab.request(branch):
        edit(unit(pk=mended), tag='c')
    repair()
    assert ignored(lab, branch) == []
    for _time in range(2):
        lab.merge(branch, strategy)
        assert is_refused(lab, tag='a')
        assert is_refused(lab, serial='x')
        assert_enforced(lab)
        lab.revert(branch)
        assert not is_refused(lab, tag='a')
        assert_enforced(lab)
    assert made


def test_main_makes_a_field_unique_whose_values_the_branch_holds_twice(units):
    """The synchronization goes through; the branch cannot be merged until it is corrected."""
    lab, branch = units, units.branch()
    theirs = make(lab, branch, name='c', tag='a')
    with lab.request():
        edit(CustomObjectTypeField.objects.get(name='tag'), unique=True)
    lab.sync(branch)
    assert ignored(lab, branch) == ['tag']
    assert [finding.kind for finding in find_conflicts(branch)] == [VIOLATION]
    with lab.request(branch):
        edit(unit(pk=theirs), tag='c')
    repair()
    assert ignored(lab, branch) == []
    assert is_refused(lab, branch, tag='a')
    lab.merge(branch, 'squash')
    assert_enforced(lab)
