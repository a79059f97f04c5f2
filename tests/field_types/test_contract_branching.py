"""The contract of every field type in branches: one type with all of them, in one branch for each strategy."""

import pytest

from netbox_custom_objects.models import CustomObjectType
from tests.field_types.everything import Everything
from tests.support.beginnings import begins_with
from tests.support.branches import Lab, assert_schema_is_clean


def make_everything():
    with Lab().request():
        made = Everything()
        for title in ('edited', 'cleared', 'deleted', 'untouched'):
            made.write(title, 0)
        made.write('filled', None)


@pytest.fixture
@begins_with(make_everything)
def everything(lab):
    return Everything(CustomObjectType.objects.get(name='everything'))


def test_values_are_merged_and_reverted(lab, strategy, everything, branch):
    before = {'edited': 0, 'cleared': 0, 'deleted': 0, 'untouched': 0, 'filled': None}
    after = {'edited': 1, 'cleared': None, 'untouched': 0, 'filled': 0, 'created': 1, 'created and edited': 0}
    with lab.request(branch):
        everything.write('created', 1)
        everything.write('created and edited', 1)
    with lab.request(branch):
        everything.write('edited', 1)
        everything.write('cleared', None)
        everything.write('filled', 0)
        everything.write('created and edited', 0)
        everything.model.objects.get(title='deleted').delete()
        holds(everything, after)
    with lab.request():
        holds(everything, before)
    lab.merge(branch, strategy)
    with lab.request():
        holds(everything, after)
        assert_schema_is_clean()
    lab.revert(branch)
    with lab.request():
        holds(everything, before)
        assert_schema_is_clean()
    lab.merge(branch, strategy)
    with lab.request():
        holds(everything, after)


def test_fields_added_in_a_branch_arrive_with_their_values(lab, branch, strategy):
    with lab.request(branch):
        everything = Everything()
        everything.write('one', 0)
        everything.write('one', 1)
        everything.write('empty', None)
    lab.merge(branch, strategy)
    with lab.request():
        holds(everything, {'one': 1, 'empty': None})
        assert_schema_is_clean()
    lab.revert(branch)
    with lab.request():
        assert not everything.model.objects.exists()


def holds(everything, wanted):
    """Assert which objects there are, and the number of the sample that each of them holds."""
    assert set(everything.model.objects.values_list('title', flat=True)) == set(wanted)
    for title, sample in wanted.items():
        assert everything.read(title) == everything.holding(sample), title
