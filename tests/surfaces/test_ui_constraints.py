"""Constraints on the type's page: made, changed and deleted there, and what forms of objects say of them."""

import pytest

from netbox_custom_objects.models import CustomObjectTypeConstraint

from ..support.factories import make_type
from .rest import make_user, superuser
from .ui import Browser, text_of

ADD = 'custom-object-type-constraints/add/'


@pytest.fixture
def contract(db):
    return make_type('contract', fields=[('name', 'text'), ('start', 'date'), ('end', 'date')])


@pytest.fixture
def ui(contract):
    return Browser(superuser())


def test_constraints_of_a_type(ui, contract):
    page = contract.get_absolute_url()
    assert 'Add Constraint' in text_of(ui.get(page))
    ids = dict(contract.fields.values_list('name', 'pk'))
    form = text_of(ui.get(f'{ADD}?custom_object_type={contract.pk}&type=unique'))
    assert 'Case-insensitive' in form.replace('case-insensitive', 'Case-insensitive')
    assert 'Expression' not in form
    common = {'custom_object_type': contract.pk, 'name': 'period', 'type': 'check'}
    ui.post(ADD, expect=200, **common, expression='ende > start')
    assert ui.errors == {'expression': ['Line 1, column 1: There is no field “ende”. Did you mean “end”?']}
    ui.post(ADD, **common, expression='end > start', message='The end must be after the start.')
    ui.post(ADD, **{**common, 'name': 'name', 'type': 'unique'}, field_ids=[ids['name']], condition='end == null')
    shown = text_of(ui.get(page))
    assert 'end > start' in shown
    assert 'name where end == null' in shown
    period = CustomObjectTypeConstraint.objects.get(name='period')
    edit = f'custom-object-type-constraints/{period.pk}/edit/'
    assert '>end &gt; start</textarea>' in ui.get(edit).replace('\n', '')
    ui.post('contract/add/', expect=200, name='a', start='2026-02-01', end='2026-01-01')
    assert ui.errors == {name: ['The end must be after the start.'] for name in ('start', 'end')}
    ui.post(edit, **common, expression='end >= start')
    ui.post('contract/add/', name='a', start='2026-01-01', end='2026-01-01')
    ui.post(f'custom-object-type-constraints/{period.pk}/delete/', confirm=True)
    assert list(contract.rules.values_list('name', flat=True)) == ['name']


def test_objects_in_the_way(ui, contract):
    wrong = contract.get_model().objects.create(start='2026-02-01', end='2026-01-01')
    data = {'custom_object_type': contract.pk, 'name': 'period', 'type': 'check', 'expression': 'end > start'}
    shown = text_of(ui.post(ADD, expect=200, **data))
    assert f'Some objects do not meet the constraint "period": {wrong}' in shown
    assert not contract.rules.exists()


def test_rights(contract):
    CustomObjectTypeConstraint.objects.create(
        custom_object_type=contract, name='secret', type='check', expression='end > start'
    )
    viewer = make_user('viewer', (type(contract), ['view'], None))
    assert 'Constraints' not in text_of(Browser(viewer).get(contract.get_absolute_url()))
    Browser(viewer).get(ADD, expect=403)
    reader = make_user(
        'reader', (type(contract), ['view'], None), (CustomObjectTypeConstraint, ['view'], {'name': 'x'})
    )
    shown = text_of(Browser(reader).get(contract.get_absolute_url()))
    assert 'Constraints' in shown
    assert 'secret' not in shown
