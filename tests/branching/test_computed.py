"""Computed fields in branches: calculated there, made, changed, merged, reverted and merged again; conflicts."""

import pytest
from django.db import IntegrityError, transaction

from netbox_custom_objects.branching.merging.three_way import three_way_merge
from netbox_custom_objects.branching.merging.validators import find_conflicts
from netbox_custom_objects.definitions.merge import Kind
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from tests.support.beginnings import begins_with
from tests.support.branches import STRATEGIES, Lab, assert_schema_is_clean, delete, edit
from tests.support.factories import make_constraint, make_field, make_object, make_type


def make_lines():
    with Lab().request():
        line = make_type('line', fields=[('title', 'text'), ('quantity', 'integer'), ('price', 'integer')])
        compute(line, 'total', 'quantity * price')
        make_object(line, title='a', quantity=2, price=5)


def compute(line, name, expression):
    return make_field(line, name, 'computed', expression=expression, result_type='integer')


@pytest.fixture
@begins_with(make_lines)
def lines(lab):
    return lab


def values(lab, name, branch=None):
    with lab.request(branch):
        objects = CustomObjectType.objects.get().get_model().objects
        return dict(objects.values_list('title', name))


def field(name):
    return CustomObjectTypeField.objects.get(name=name)


@pytest.mark.parametrize('strategy', STRATEGIES)
def test_merge_and_revert_and_again(lines, strategy):
    """A branch changes an expression, makes a field and one that reads it, and deletes another such pair."""
    lab = lines
    with lab.request():
        line = CustomObjectType.objects.get()
        make_field(line, 'gone', 'integer')
        compute(line, 'reads_gone', 'gone + 1')
    branch = lab.branch()
    assert_schema_is_clean(branch.connection_name)
    with lab.request(branch):
        line = CustomObjectType.objects.get()
        edit(line.get_model().objects.get(), quantity=3)
    assert values(lab, 'total', branch=branch) == {'a': 15}
    assert values(lab, 'total') == {'a': 10}
    with lab.request(branch):
        line = CustomObjectType.objects.get()
        make_field(line, 'discount', 'integer')
        compute(line, 'net', 'quantity * price - discount')
        edit(field('total'), expression='quantity * price * 2')
        delete(field('reads_gone'))
        delete(field('gone'))
        made = line.get_model()(title='b', quantity=1, price=7, discount=2)
        made.full_clean()
        made.save()
    assert values(lab, 'total', branch=branch) == {'a': 30, 'b': 14}
    for _time in range(2):
        lab.merge(branch, strategy)
        assert_schema_is_clean()
        assert values(lab, 'total') == {'a': 30, 'b': 14}
        assert values(lab, 'net') == {'a': None, 'b': 5}
        lab.revert(branch)
        assert_schema_is_clean()
        assert values(lab, 'total') == {'a': 10}
        assert values(lab, 'reads_gone') == {'a': None}


def test_sync_and_conflicts(lines):
    """The same edit on both sides is silent, another one a conflict; and so is a field that lost what it reads."""
    lab, branch = lines, lines.branch()
    for place in (branch, None):
        with lab.request(place):
            edit(field('total'), expression='quantity + price')
    assert three_way_merge(branch).conflicts == ()
    with lab.request():
        edit(CustomObjectType.objects.get().get_model().objects.get(), price=6)
    lab.sync(branch)
    assert values(lab, 'total', branch=branch) == {'a': 8}
    assert_schema_is_clean(branch.connection_name)
    with lab.request(branch):
        edit(field('total'), expression='quantity - price')
    with lab.request():
        edit(field('total'), expression='quantity')
        delete(field('price'))
    found = {(conflict.kind, conflict.attribute) for conflict in three_way_merge(branch).conflicts}
    assert found == {(Kind.ATTRIBUTE, 'expression'), (Kind.DANGLING_REFERENCE, 'expression')}


@pytest.mark.parametrize('strategy', STRATEGIES)
def test_constraints_about_them(lines, strategy):
    """They are checked with the values that the merge puts together, and follow the expression."""
    lab = lines
    with lab.request():
        line = CustomObjectType.objects.get()
        other = make_object(line, title='b', quantity=1, price=7)
        make_constraint(line, 'low', expression='total < 50')
    branch = lab.branch()
    with lab.request(branch):
        line = CustomObjectType.objects.get()
        make_constraint(line, 'total', fields=['total'])
        edit(line.get_model().objects.get(pk=other.pk), price=5)
    with lab.request():
        # Only with the price of the branch, it is the total of the first one.
        edit(CustomObjectType.objects.get().get_model().objects.get(pk=other.pk), quantity=2)
    (finding,) = find_conflicts(branch)
    assert 'would have the same Total (constraint "total")' in finding.text
    with lab.request(branch):
        edit(CustomObjectType.objects.get().get_model().objects.get(pk=other.pk), price=6)
        edit(field('total'), expression='quantity * price * 3')
    assert find_conflicts(branch) == []
    for _time in range(2):
        lab.merge(branch, strategy)
        assert_schema_is_clean()
        assert values(lab, 'total') == {'a': 30, 'b': 36}
        assert refusals(lab) == [True, True, True]
        lab.revert(branch)
        assert_schema_is_clean()
        assert values(lab, 'total') == {'a': 10, 'b': 14}
        assert refusals(lab) == [False, False, True]
    with lab.request():
        edit(field('total'), expression='quantity * price + 1')
    with lab.request(branch):
        edit(field('total'), expression='quantity * price * 3', description='shown')
    assert [finding.kind for finding in find_conflicts(branch)] == [Kind.ATTRIBUTE.value]


def refusals(lab):
    """Return whether the database refuses: the total of the first one times three, a third of the limit, the limit."""
    found = []
    with lab.request():
        model = CustomObjectType.objects.get().get_model()
        for price in (10, 17, 50):
            try:
                with transaction.atomic():
                    model.objects.bulk_create([model(quantity=1, price=price)])
                    transaction.set_rollback(True)
                found.append(False)
            except IntegrityError:
                found.append(True)
    return found
