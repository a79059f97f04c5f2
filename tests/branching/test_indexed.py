"""Indexes of fields in branches: copied, built there, merged, reverted; and conflicts about them."""

import pytest

from netbox_custom_objects.branching.merging.three_way import three_way_merge
from netbox_custom_objects.ddl.introspect import introspect
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from tests.support.beginnings import begins_with
from tests.support.branches import STRATEGIES, Lab, assert_schema_is_clean, edit
from tests.support.factories import make_object, make_type


def make_things():
    with Lab().request():
        thing = make_type('thing', fields=[{'name': 'title', 'indexed': True}, ('number', 'integer')])
        make_object(thing, title='a', number=1)


@pytest.fixture
@begins_with(make_things)
def things(lab):
    return lab


def indexed(lab, branch=None):
    """The fields that have an index of their own in a schema."""
    target = Target.for_alias(branch.connection_name if branch else 'default')
    with lab.request(branch):
        type_id = CustomObjectType.objects.get().pk
        names = dict(CustomObjectTypeField.objects.values_list('pk', 'name'))
    (table,) = introspect(target, type_id).tables
    found = [index.columns for index in table.indexes]
    return {name for pk, name in names.items() if (f'f_{pk}', 'id') in found}


@pytest.mark.parametrize('strategy', STRATEGIES)
def test_merge_and_revert_and_again(things, strategy):
    lab, branch = things, things.branch()
    assert_schema_is_clean(branch.connection_name)
    assert indexed(lab, branch) == {'title'}
    with lab.request(branch):
        edit(CustomObjectTypeField.objects.get(name='title'), indexed=False)
        edit(CustomObjectTypeField.objects.get(name='number'), indexed=True)
    assert indexed(lab, branch) == {'number'}
    assert indexed(lab) == {'title'}
    for _time in range(2):
        lab.merge(branch, strategy)
        assert_schema_is_clean()
        assert indexed(lab) == {'number'}
        lab.revert(branch)
        assert_schema_is_clean()
        assert indexed(lab) == {'title'}


def test_sync_and_both_sides(things):
    """The same edit on both sides is silent; one of main reaches the branch with a synchronization."""
    lab, branch = things, things.branch()
    for place in (branch, None):
        with lab.request(place):
            edit(CustomObjectTypeField.objects.get(name='number'), indexed=True)
    with lab.request():
        edit(CustomObjectTypeField.objects.get(name='title'), indexed=False)
    assert three_way_merge(branch).conflicts == ()
    lab.sync(branch)
    assert_schema_is_clean(branch.connection_name)
    assert indexed(lab, branch) == {'number'}
