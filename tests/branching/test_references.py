"""What is pointed at is deleted in a branch: the outcome there, after the merge, and after its revert."""

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError, RestrictedError

from core.models import ObjectChange
from dcim.models import Region, Site

from netbox_custom_objects.services.upkeep.integrity import find_dangling
from tests.support.branches import STRATEGIES, assert_schema_is_clean, delete, edit
from tests.support.factories import make_field, make_object, make_type, object_type_of

TARGETS = ('core', 'custom', 'self', 'cycle')
# (type of the field, whether it is polymorphic, what it does)
FIELDS = [
    *(('object', is_any, behavior) for is_any in (False, True) for behavior in ('set_null', 'cascade', 'protect')),
    ('multiobject', False, 'unlink'),
    ('multiobject', True, 'unlink'),
]  # fmt: skip


def model_of(kind):
    return apps.get_model('netbox_custom_objects', f'table{kind.pk}model')


class Cell:
    """A type with a field `ref`, and objects that point by it at one that will go and at one that stays."""

    def __init__(self, target, field, number):
        self.target = target
        self.type, self.polymorphic, self.behavior = field
        self.many = self.type == 'multiobject'
        self.name = f'{target}_{number}'
        self.thing = self._type(self.name)
        self.kind = self._kind()
        options = {} if self.many else {'on_delete_behavior': self.behavior}
        where = {'targets': [Region]} if self.polymorphic else {'target': self.kind}
        made = make_field(self.thing, 'ref', self.type, **where, **options)
        if self.polymorphic:
            made.related_object_types.add(object_type_of(self.kind))
        gone, kept = self._target('gone'), self._target('kept')
        make_object(self.thing, title='one', ref=[gone, kept] if self.many else gone)
        make_object(self.thing, title='other', ref=[kept] if self.many else kept)

    def _type(self, name):
        return make_type(name, fields=[{'name': 'title', 'type': 'text', 'primary': True}])

    def _kind(self):
        if self.target == 'core':
            return Site
        if self.target == 'self':
            return self.thing
        kind = self._type(f'{self.name}_target')
        if self.target == 'cycle':
            make_field(kind, 'back', 'object', target=self.thing)
        return kind

    def _target(self, name):
        if self.kind is Site:
            return Site.objects.create(name=f'{self.name} {name}', slug=f'{self.name}-{name}')
        return make_object(self.kind, title=f'{self.name} {name}')

    def find_gone(self):
        model = Site if self.kind is Site else model_of(self.kind)
        return model.objects.get(**{'name' if self.kind is Site else 'title': f'{self.name} gone'})

    def rows(self):
        """What the two objects refer to, by title; names without the cell's."""
        found = {}
        for obj in model_of(self.thing).objects.filter(title__in=['one', 'other']):
            targets = list(obj.ref.all()) if self.many else [obj.ref]
            found[obj.title] = sorted(str(target).split()[-1] for target in targets if target)
        return found

    before = property(lambda self: {'one': ['gone', 'kept'] if self.many else ['gone'], 'other': ['kept']})

    @property
    def after(self):
        if self.behavior == 'protect':
            return self.before
        if self.behavior == 'cascade':
            return {'other': ['kept']}
        return {'one': ['kept'] if self.many else [], 'other': ['kept']}


def delete_as_asked(cells, by_queryset):
    for cell in cells:
        gone = cell.find_gone()
        delete_it = type(gone).objects.filter(pk=gone.pk).delete if by_queryset else lambda gone=gone: delete(gone)
        if cell.behavior == 'protect':
            with pytest.raises((ProtectedError, RestrictedError)), transaction.atomic(using=gone._state.db):
                delete_it()
        else:
            delete_it()


def all_rows(cells):
    return {cell.name: cell.rows() for cell in cells}


@pytest.mark.slow
def test_deletion_in_a_branch(lab, fresh_database, no_limit):
    with lab.request():
        cells = [Cell(target, field, number) for target in TARGETS for number, field in enumerate(FIELDS)]
        before = {cell.name: cell.before for cell in cells}
        after = {cell.name: cell.after for cell in cells}
        assert all_rows(cells) == before
    branch = lab.branch()
    logged = []
    # What is replayed is the same, so each way is merged with one of the strategies.
    for by, strategy in fresh_database.each(zip(['objects', 'querysets'], STRATEGIES, strict=True)):
        logged.append(delete_in_branch(lab, cells, branch, by == 'querysets'))
        with lab.request():
            assert all_rows(cells) == before
        lab.merge(branch, strategy)
        with lab.request():
            assert all_rows(cells) == after
            assert not list(find_dangling('default'))
        lab.revert(branch)
        with lab.request():
            assert all_rows(cells) == before
            assert not list(find_dangling('default'))
        assert_schema_is_clean()
    by_objects, by_querysets = logged
    assert by_objects == by_querysets


def delete_in_branch(lab, cells, branch, by_queryset):
    with lab.request(branch) as made:
        delete_as_asked(cells, by_queryset)
        assert all_rows(cells) == {cell.name: cell.after for cell in cells}
        logged = ObjectChange.objects.using(branch.connection_name).filter(request_id=made.id)
        for cell in cells:
            actions = logged.filter(changed_object_type=object_type_of(cell.thing), object_repr='one')
            expected = {'cascade': ['delete'], 'protect': []}.get(cell.behavior, ['update'])
            assert list(actions.values_list('action', flat=True)) == expected, cell.name
        return [record_of(change) for change in logged.order_by('pk')]


def record_of(change):
    """Return what a record says, without the times of the edit."""
    data = [
        {name: value for name, value in (found or {}).items() if name != 'last_updated'}
        for found in (change.prechange_data, change.postchange_data)
    ]
    return change.action, change.changed_object_type_id, change.changed_object_id, change.object_repr, data


def test_a_type_goes_with_the_fields_that_point_at_it(lab, strategies):
    with lab.request():
        target = make_type('target', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
        other = make_type('other', fields=[('title', 'text')])
        make_field(other, 'one', 'object', target=target, on_delete_behavior='protect')
        make_field(other, 'many', 'multiobject', target=target)
        any_field = make_field(other, 'any', 'object', targets=[Site])
        any_field.related_object_types.add(target.object_type)
        here = make_object(target, title='here')
        make_object(other, title='a', one=here, many=[here], any=here)
    branch = lab.branch()
    names = ['any', 'many', 'one', 'title']

    def fields():
        return sorted(other.fields.values_list('name', flat=True))

    with lab.request(branch):
        kind = type(target).objects.get(pk=target.pk)
        kind.snapshot()
        kind.delete(delete_referencing_fields=True)
        assert fields() == ['any', 'title']
    with lab.request():
        assert fields() == names
    for strategy in strategies:
        lab.merge(branch, strategy)
        with lab.request():
            assert fields() == ['any', 'title']
            assert not type(target).objects.filter(pk=target.pk).exists()
            assert model_of(other).objects.get().any is None
        lab.revert(branch)
        with lab.request():
            assert fields() == names
            obj = model_of(other).objects.get()
            assert [str(obj.one), str(obj.any), *map(str, obj.many.all())] == ['here'] * 3
            assert not list(find_dangling('default'))
        assert_schema_is_clean()


def test_an_enforced_filter_is_merged(lab, strategies, fresh_database):
    """A branch enforces a filter and main sets what it does not find: merged, kept, and refused from then on."""
    with lab.request():
        planned = Site.objects.create(name='Planned', slug='planned', status='planned')
        thing = make_type('thing', fields=[('title', 'text'), {'name': 'ref', 'type': 'object', 'target': Site}])
    branch = lab.branch()
    with lab.request(branch):
        edit(
            thing.fields.get(name='ref'),
            related_object_filter={'status': 'active'},
            related_object_filter_enforced=True,
        )
        with pytest.raises(ValidationError, match='cannot be selected'):
            make_object(thing, ref=planned)
        edit(Site.objects.get(name='Planned'), status='active')
        theirs = make_object(thing, ref=planned)
    with lab.request():
        ours = make_object(thing, ref=planned)
    for strategy in strategies:
        for _ in range(2):
            lab.merge(branch, strategy)
            with lab.request():
                assert set(model_of(thing).objects.values_list('pk', 'ref')) == {
                    (ours.pk, planned.pk), (theirs.pk, planned.pk)
                }  # fmt: skip
                edit(Site.objects.get(name='Planned'), status='retired')
                edit(model_of(thing).objects.get(pk=ours.pk), title='still here')
                with pytest.raises(ValidationError, match='cannot be selected'):
                    make_object(thing, ref=planned)
                edit(Site.objects.get(name='Planned'), status='active')
            lab.revert(branch)
            with lab.request():
                delete(make_object(thing, ref=planned))
                assert_schema_is_clean()
