"""What happens to polymorphic references when an object that they refer to is deleted."""

import pytest
from django.db import connection, transaction
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext

from core.models import ObjectChange
from dcim.models import Region, Site

from tests.field_types.polymorphic_kit import stored, type_id
from tests.field_types.refusals import one_field
from tests.field_types.samples import sites
from tests.support.factories import make_field, make_object, make_type
from tests.support.request import changes_of, request

pytestmark = pytest.mark.django_db
NOWHERE = 10**9


@pytest.fixture
def thing(node):
    """A type whose field `value` refers to sites, regions and nodes."""
    return one_field('object', targets=[Site, Region, node])


class TestDeletion:
    def delete(self, target):
        with request() as made:
            target.snapshot()
            target.delete()
        return changes_of(made)

    def targets(self, node):
        return sites()[0], make_object(node, title='a')

    def test_set_null(self, thing, node):
        for target in self.targets(node):
            obj, other = make_object(thing, value=target), make_object(thing, value=sites()[1])
            name, pk = target._meta.model_name, target.pk
            model_name = thing.get_model()._meta.model_name
            assert self.delete(target) == [('update', model_name, obj.pk), ('delete', name, pk)]
            assert stored(obj).value_object_id is None
            assert stored(other).value == sites()[1]

    def test_cascade(self, node):
        thing = one_field('object', targets=[Site, node], on_delete_behavior='cascade')
        for target in self.targets(node):
            obj, other = make_object(thing, value=target), make_object(thing)
            name, pk = target._meta.model_name, target.pk
            assert self.delete(target) == [('delete', thing.get_model()._meta.model_name, obj.pk), ('delete', name, pk)]
            assert list(thing.get_model().objects.all()) == [other]
            other.delete()

    def test_protect(self, node):
        thing = one_field('object', targets=[Site, node], on_delete_behavior='protect')
        for target in self.targets(node):
            obj = make_object(thing, value=target)
            with pytest.raises(ProtectedError) as caught, transaction.atomic():
                self.delete(target)
            assert caught.value.protected_objects == {obj}
            assert not ObjectChange.objects.filter(action='delete', changed_object_type=type_id(target)).exists()
            obj.delete()
            self.delete(target)

    def test_ids_of_other_types_are_let_alone(self, thing):
        site = sites()[0]
        same = Region.objects.create(pk=site.pk, name='same', slug='same')
        obj = make_object(thing, value=same)
        site.delete()
        assert stored(obj).value == same

    def test_circles(self):
        node = make_type('circle')
        make_field(node, 'ref', 'object', targets=[Site], on_delete_behavior='cascade')
        node.fields.get().related_object_types.add(node.object_type)
        one = make_object(node)
        two = make_object(node, ref=one)
        one = stored(one)
        one.ref = two
        one.save()
        changes = self.delete(one)
        assert sorted(changes) == sorted(set(changes))
        assert not node.get_model().objects.exists()

    def test_objects_that_go_together_do_not_hold_one_another(self):
        for behavior in ('protect', 'set_null', 'cascade'):
            node = make_type(f'circle_{behavior}')
            make_field(node, 'ref', 'object', targets=[Site], on_delete_behavior=behavior)
            node.fields.get().related_object_types.add(node.object_type)
            one = make_object(node)
            two = make_object(node, ref=one)
            one = stored(one)
            one.ref = two
            one.save()
            with request() as made:
                node.get_model().objects.all().delete()
            assert [action for action, *_ in changes_of(made)] == ['delete', 'delete']

    def test_a_type_that_is_pointed_at_stays(self, thing, node):
        with pytest.raises(ProtectedError, match=r'thing\.value'), transaction.atomic():
            node.delete()
        thing.fields.get().related_object_types.remove(node.object_type)
        node.delete()

    def test_one_query_per_field(self, node):
        for n in range(3):
            make_field(make_type(f't{n}'), 'value', 'object', targets=[Site, Region, node])
        target = sites()[0]
        with CaptureQueriesContext(connection) as queries:
            target.delete()
        assert len([query for query in queries if 'SELECT' in query['sql'] and '_object" = ' in query['sql']]) == 3
