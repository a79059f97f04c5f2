"""References in circles, to themselves, and in chains: each object is deleted or changed once, or all of them stay."""

import pytest
from django.db import transaction
from django.db.models import ProtectedError, RestrictedError

from dcim.models import Site

from tests.support.factories import make_field, make_object, make_type
from tests.support.request import changes_of, request

pytestmark = pytest.mark.django_db

# Whether the references are plain or polymorphic: Django's collector does the former, we do the latter.
KINDS = pytest.mark.parametrize('polymorphic', [False, True], ids=['plain', 'polymorphic'])


def point(source, name, target, polymorphic=False, **attributes):
    """Add a field to `source` that refers to `target`, a type."""
    if not polymorphic:
        return make_field(source, name, 'object', target=target, **attributes)
    field = make_field(source, name, 'object', targets=[Site], **attributes)
    field.related_object_types.add(target.object_type)
    return field


def link(obj, name, target):
    """Point from one object at another, as edits do that come after both were made."""
    obj = type(obj).objects.get(pk=obj.pk)
    setattr(obj, name, target)
    obj.save()


def delete(obj):
    obj = obj.custom_object_type.get_model().objects.get(pk=obj.pk)
    with request() as made:
        obj.snapshot()
        obj.delete()
    return changes_of(made)


def refused(obj):
    with pytest.raises((ProtectedError, RestrictedError)), transaction.atomic():
        delete(obj)
    return True


def count(*types):
    return [kind.get_model().objects.count() for kind in types]


def ring(names, polymorphic, behaviors):
    """Return types, and an object of each, of which every one refers to the next."""
    types = [make_type(name, fields=[('title', 'text')]) for name in names]
    for n, kind in enumerate(types):
        point(kind, 'next', types[(n + 1) % len(types)], polymorphic, on_delete_behavior=behaviors[n])
    objects = [make_object(kind, title='ring') for kind in types]
    for n, obj in enumerate(objects):
        link(obj, 'next', objects[(n + 1) % len(objects)])
    return types, objects


@KINDS
class TestRings:
    def test_cascade_takes_all_of_it_once(self, polymorphic):
        types, objects = ring('abc', polymorphic, ['cascade'] * 3)
        changes = delete(objects[0])
        assert count(*types) == [0, 0, 0]
        assert len(changes) == len({*changes}) == 3
        assert {action for action, *_ in changes} == {'delete'}

    def test_cascade_ends_where_a_field_is_cleared(self, polymorphic):
        types, (a, b, c) = ring('abc', polymorphic, ['cascade', 'set_null', 'cascade'])
        delete(a)  # c refers to a and goes; b refers to c and is cleared
        assert count(*types) == [0, 1, 0]
        assert types[1].get_model().objects.get(pk=b.pk).next is None

    def test_protection_in_it_refuses_all(self, polymorphic):
        types, (a, b, c) = ring('abc', polymorphic, ['cascade', 'protect', 'cascade'])
        assert refused(a)
        assert count(*types) == [1, 1, 1]
        assert types[2].get_model().objects.get().next == a

    def test_objects_that_point_at_themselves(self, polymorphic):
        for behavior in ('set_null', 'cascade'):
            kind = make_type(f'self_{behavior}', fields=[('title', 'text')])
            point(kind, 'me', kind, polymorphic, on_delete_behavior=behavior)
            obj = make_object(kind)
            link(obj, 'me', obj)
            changes = delete(obj)
            assert [action for action, *_ in changes if action == 'delete'] == ['delete']
            assert count(kind) == [0]

    def test_a_tree_goes_with_its_root(self, polymorphic):
        kind = make_type('node', fields=[('title', 'text')])
        point(kind, 'parent', kind, polymorphic, on_delete_behavior='cascade')
        root = make_object(kind)
        for _ in range(3):
            child = make_object(kind, parent=root)
            for _ in range(2):
                make_object(kind, parent=child)
        link(root, 'parent', child)
        changes = delete(root)
        assert count(kind) == [0]
        assert len(changes) == len({*changes}) == 10


@KINDS
class TestChains:
    def chain(self, polymorphic, last):
        """A site, and types that each cascade to the one before; the last one behaves otherwise."""
        site = Site.objects.create(name='S', slug='s')
        one = make_type('one')
        make_field(one, 'site', 'object', target=Site, on_delete_behavior='cascade')
        two, three = make_type('two'), make_type('three')
        point(two, 'one', one, polymorphic, on_delete_behavior='cascade')
        point(three, 'two', two, polymorphic, on_delete_behavior=last)
        point(one, 'three', three, not polymorphic)  # closes a circle
        first = make_object(one, site=site)
        second = make_object(two, one=first)
        third = make_object(three, two=second)
        link(first, 'three', third)
        return site, (one, two, three)

    def test_cascades_go_through(self, polymorphic):
        site, types = self.chain(polymorphic, 'cascade')
        with request() as made:
            site.delete()
        deleted = [change for change in changes_of(made) if change[0] == 'delete']
        assert count(*types) == [0, 0, 0]
        assert len(deleted) == len({*deleted}) == 4
        assert deleted[-1][1] == 'site'

    def test_the_last_one_is_cleared(self, polymorphic):
        site, types = self.chain(polymorphic, 'set_null')
        with request():
            site.delete()
        assert count(*types) == [0, 0, 1]
        assert types[2].get_model().objects.get().two is None

    def test_the_last_one_refuses_everything(self, polymorphic):
        site, types = self.chain(polymorphic, 'protect')
        with pytest.raises((ProtectedError, RestrictedError)), transaction.atomic(), request() as made:
            site.delete()
        assert Site.objects.exists()
        assert count(*types) == [1, 1, 1]
        assert not changes_of(made)
