"""Constraints on the type's page: made, changed and deleted there, and what forms of objects say of them."""

import pytest

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeConstraint, CustomObjectTypeField
from netbox_custom_objects.runtime.classes.constraints import TypeConstraints

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
    assert ui.errors == {'expression': ['Line 1, column 1: Unknown field “ende”. Did you mean “end”?']}
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
    assert list(contract.constraints.values_list('name', flat=True)) == ['name']


def test_a_clone_has_the_constraints(ui, contract):
    """Of its own fields; those of users who may not add any are left out."""
    ids = dict(contract.fields.values_list('name', 'pk'))
    for attributes in (
        {'name': 'period', 'type': 'check', 'expression': 'end > start'},
        {'name': 'name', 'type': 'unique', 'field_ids': [ids['name']], 'condition': 'end == null'},
    ):
        CustomObjectTypeConstraint.objects.create(custom_object_type=contract, **attributes)
    ui.post('custom-object-types/add/', name='loan', slug='loan', fields_of=contract.pk)
    loan = CustomObjectType.objects.get(name='loan')
    shown = text_of(ui.get(loan.get_absolute_url()))
    assert 'end > start' in shown
    assert 'name where end == null' in shown
    assert loan.constraints.get(name='name').field_ids == [loan.fields.get(name='name').pk]
    ui.post('loan/add/', expect=200, name='a', start='2026-02-01', end='2026-01-01')
    rights = [(CustomObjectType, ['view', 'add'], None), (CustomObjectTypeField, ['view', 'add'], None)]
    modeller = Browser(make_user('modeller', *rights, (CustomObjectTypeConstraint, ['view'], None)))
    modeller.post('custom-object-types/add/', name='lease', slug='lease', fields_of=contract.pk)
    assert not CustomObjectType.objects.get(name='lease').constraints.exists()


def test_objects_in_the_way(ui, contract):
    wrong = contract.get_model().objects.create(start='2026-02-01', end='2026-01-01')
    data = {'custom_object_type': contract.pk, 'name': 'period', 'type': 'check', 'expression': 'end > start'}
    shown = text_of(ui.post(ADD, expect=200, **data))
    message = f'Some objects do not meet the constraint "period": {wrong}'
    assert message in shown
    assert list(ui.errors) == ['expression']
    assert 'Add a new constraint' in shown
    assert 'Create & Add Another' in shown
    assert not contract.constraints.exists()
    # The form shows it before it is saved, with links to the objects that its reader may view.
    preview = ADD.replace('add', 'preview')
    shown = ui.post(preview, expect=200, **data)
    assert 'Some objects do not meet it' in text_of(shown)
    assert f'href="{wrong.get_absolute_url()}"' in shown
    shown = ui.post(preview, expect=200, **{**data, 'expression': 'ende > start', 'name': ''})
    assert 'data-fault="expression"' in shown
    assert 'Still missing: Name' in text_of(shown)
    modeller = (CustomObjectTypeConstraint, ['view', 'add'], None), (CustomObjectType, ['view'], None)
    shown = Browser(make_user('modeller', *modeller)).post(preview, expect=200, **data)
    assert 'some that you may not view' in shown
    assert wrong.get_absolute_url() not in shown
    wrong.delete()
    assert 'All objects meet it' in ui.post(preview, expect=200, **data)
    assert not contract.constraints.exists()
    ui.post(ADD, **data)
    (made,) = contract.constraints.all()
    page = ui.client.get(f'/plugins/custom-objects/custom-object-type-constraints/{made.pk}/')
    assert page.url == contract.get_absolute_url()


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


def test_many_objects(ui, contract, monkeypatch):
    """Imports and bulk edits say which object is wrong; so do forms of what only the database sees."""
    late, taken = 'The end must be after the start.', 'Taken.'
    name = contract.fields.get(name='name')
    for attributes in (
        {'name': 'period', 'type': 'check', 'expression': 'end > start', 'message': late},
        {'name': 'name', 'type': 'unique', 'field_ids': [name.pk], 'case_insensitive': True, 'message': taken},
    ):
        CustomObjectTypeConstraint.objects.create(custom_object_type=contract, **attributes)
    objects = contract.get_model().objects

    def load(*lines, expect):
        data = '\n'.join(('name,start,end', *lines))
        sent = {'data': data, 'format': 'csv', 'csv_delimiter': ',', 'import_method': 'direct'}
        return text_of(ui.post('contract/bulk-import/', expect, **sent))

    def change(expect, **values):
        pks = list(objects.values_list('pk', flat=True))
        return text_of(ui.post('contract/bulk-edit/', expect, pk=pks, _apply='1', **values))

    fine = 'a,2026-01-01,2026-02-01'
    assert late in load(fine, 'b,2026-02-01,2026-01-01', expect=200)
    assert taken in load(fine, 'A,,', expect=200)
    assert not objects.exists()
    load(fine, 'b,,2026-03-01', expect=302)
    assert late in change(200, start='2026-02-15')
    assert taken in change(200, name='c')
    assert sorted(objects.values_list('name', flat=True)) == ['a', 'b']
    change(302, start='2026-01-15')
    monkeypatch.setattr(TypeConstraints, 'validate', lambda *args, **kwargs: None)
    ui.post('contract/add/', expect=200, name='c', start='2026-02-01', end='2026-01-01')
    assert ui.errors == {'__all__': [f'end, start: {late}']}
    assert f'name: {taken}' in load('c,,', 'B,,', expect=200)
    assert f'name: {taken}' in change(200, name='c')
    assert f'name: {taken}' in text_of(
        ui.post('contract/bulk-rename/', 200, pk=[objects.first().pk], find='a', replace='B', field_names=['name'],
                _apply='1')
    )  # fmt: skip
    assert sorted(objects.values_list('name', flat=True)) == ['a', 'b']
