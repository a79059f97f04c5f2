"""The contract of every field type in branches: one type with all of them, in one branch for each strategy."""

import pytest
from django.apps import apps

from tests.field_types.cases import SAMPLED, resolve
from tests.field_types.kit import expected
from tests.support.branches import assert_schema_is_clean
from tests.support.factories import make_field, make_type


class Everything:
    """A type with a field of each case, and its objects by title."""

    def __init__(self):
        self.type = make_type('everything', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
        needs = {}
        self.cases = {}
        for number, case in enumerate(SAMPLED):
            # Cases share what they need.
            if case.needs not in needs:
                needs[case.needs] = case.needs()
            name = f'f{number}'
            make_field(self.type, name, case.type, **needs[case.needs])
            self.cases[name] = case

    @property
    def model(self):
        return apps.get_model('netbox_custom_objects', f'table{self.type.pk}model')

    def write(self, title, sample):
        """Create or edit the object of this title, so that each field holds its sample of this number, or nothing."""
        obj = self.model.objects.filter(title=title).first() or self.model(title=title)
        if obj.pk is not None:
            obj.snapshot()
        values = {name: self.value(case, sample) for name, case in self.cases.items()}
        many = {name for name, case in self.cases.items() if case.field_type.many}
        for name in values.keys() - many:
            self.cases[name].store(obj, values[name], name)
        obj.full_clean()
        obj.save()
        for name in many:
            getattr(obj, name).set(values[name] or [])
        return obj

    def read(self, title):
        """Return the values of the object of this title, None if there is none."""
        obj = self.model.objects.filter(title=title).first()
        if obj is None:
            return None
        return {
            name: case.links(getattr(obj, name)) or None if case.field_type.many else case.load(obj, name)
            for name, case in self.cases.items()
        }

    def holding(self, sample):
        """Return what `read` finds after `write`."""
        return {name: expected(case, self.value(case, sample)) for name, case in self.cases.items()}

    def value(self, case, sample):
        return None if sample is None else resolve(case.samples[sample].value)


@pytest.fixture
def everything(lab):
    with lab.request():
        made = Everything()
        for title in ('edited', 'cleared', 'deleted', 'untouched'):
            made.write(title, 0)
        made.write('filled', None)
    return made


def test_values_are_merged_and_reverted(lab, strategy, everything):
    before = {'edited': 0, 'cleared': 0, 'deleted': 0, 'untouched': 0, 'filled': None}
    after = {'edited': 1, 'cleared': None, 'untouched': 0, 'filled': 0, 'created': 1, 'created and edited': 0}
    branch = lab.branch()
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
