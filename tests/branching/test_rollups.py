"""Rollups in branches, where the branch's objects count: merged, reverted and merged again; conflicts."""

import pytest

from netbox_custom_objects.branching.merging.three_way import three_way_merge
from netbox_custom_objects.definitions.merge import Kind
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from tests.support.beginnings import begins_with
from tests.support.branches import STRATEGIES, Lab, assert_schema_is_clean, delete, edit
from tests.support.factories import make_field, make_object, make_type


def make_invoices():
    with Lab().request():
        invoice = make_type('invoice', fields=[{'name': 'number', 'primary': True}])
        line = make_type('line', fields=[
            ('amount', 'integer'), ('discount', 'integer'), {'name': 'invoice', 'type': 'object', 'target': invoice},
        ])  # fmt: skip
        roll_up(invoice, 'total', 'invoice', 'amount', condition='amount > 0')
        make_object(line, amount=5, discount=1, invoice=make_object(invoice, number='A'))


def roll_up(invoice, name, referring, aggregated, **attributes):
    return make_field(
        invoice, name, 'rollup', referring_field=field(referring), aggregate='sum',
        aggregated_field=field(aggregated), **attributes,
    )  # fmt: skip


def field(name):
    return CustomObjectTypeField.objects.get(name=name)


def type_(name):
    return CustomObjectType.objects.get(name=name)


@pytest.fixture
@begins_with(make_invoices)
def invoices(lab):
    return lab


def values(lab, name, branch=None):
    with lab.request(branch):
        return dict(type_('invoice').get_model().objects.values_list('number', name))


@pytest.mark.parametrize('strategy', STRATEGIES)
def test_merge_and_revert_and_again(invoices, strategy):
    """A branch adds lines, changes a rollup, makes a type with a rollup over it, and deletes what a rollup read."""
    lab, branch = invoices, invoices.branch()
    with lab.request(branch):
        invoice, line = type_('invoice'), type_('line')
        make_object(line, amount=7, invoice=invoice.get_model().objects.get())
    assert values(lab, 'total', branch) == {'A': 12}
    assert values(lab, 'total') == {'A': 5}
    with lab.request(branch):
        edit(field('total'), condition='', aggregated_field=field('discount'))
        payment = make_type(
            'payment', fields=[('paid', 'integer'), {'name': 'of', 'type': 'object', 'target': invoice}]
        )
        roll_up(invoice, 'received', 'of', 'paid')
        make_object(payment, paid=3, of=invoice.get_model().objects.get())
        delete(field('amount'))
    assert values(lab, 'total', branch) == {'A': 1}
    for _time in range(2):
        lab.merge(branch, strategy)
        assert_schema_is_clean()
        assert (values(lab, 'total'), values(lab, 'received')) == ({'A': 1}, {'A': 3})
        lab.revert(branch)
        assert_schema_is_clean()
        assert values(lab, 'total') == {'A': 5}


def test_sync_and_conflicts(invoices):
    """The same edit on both sides is silent, another one a conflict; and so is a rollup that lost what it reads."""
    lab, branch = invoices, invoices.branch()
    for place in (branch, None):
        with lab.request(place):
            edit(field('total'), condition='amount > 1')
    assert three_way_merge(branch).conflicts == ()
    with lab.request():
        make_object(type_('line'), amount=2, invoice=type_('invoice').get_model().objects.get())
    lab.sync(branch)
    assert values(lab, 'total', branch) == {'A': 7}
    with lab.request(branch):
        edit(field('total'), condition='discount > 0')
    with lab.request():
        edit(field('total'), condition='')
        delete(field('discount'))
    found = {(conflict.kind, conflict.attribute) for conflict in three_way_merge(branch).conflicts}
    assert found == {(Kind.ATTRIBUTE, 'condition'), (Kind.DANGLING_REFERENCE, 'condition')}
