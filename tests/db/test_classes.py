"""Dynamic classes: generations of one type are equal to Python, ghosts are empty, and no registry learns of them."""

import copy
import pickle

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import OperationalError, connection
from django.db.models import Q
from django.test import Client

from core.models import ObjectChange, ObjectType
from dcim.models import Site
from users.models import User

from netbox_custom_objects.models import CustomObject, CustomObjectTypeField
from netbox_custom_objects.runtime.classes import island
from netbox_custom_objects.runtime.classes.ghost import ghost
from netbox_custom_objects.runtime.classes.registry import forget_worlds, model_for, world
from netbox_custom_objects.runtime.classes.world import _islands as islands
from tests.support.factories import make_every_kind, make_field, make_object, make_type
from tests.support.request import request

pytestmark = pytest.mark.django_db


@pytest.fixture
def thing():
    return make_type('thing', fields=[{'name': 'title', 'type': 'text', 'primary': True}])


def rename(custom_object_type, old, new):
    field = CustomObjectTypeField.objects.get(custom_object_type=custom_object_type, name=old)
    field.name = new
    field.full_clean()
    field.save()


@pytest.fixture
def built(monkeypatch):
    """The ids of the types whose classes were built together, each time."""
    found, build = [], island.build_classes

    def noted(definitions):
        found.append({definition.id for definition in definitions})
        return build(definitions)

    monkeypatch.setattr(island, 'build_classes', noted)
    return found


def forget_all():
    """Know as little as a process that has just started."""
    forget_worlds()
    islands.clear()


class TestGenerations:
    """Somebody holds on to a class or an object of before the type was edited."""

    @pytest.fixture
    def old(self, thing):
        """(class, object) of the generation before."""
        model = thing.get_model()
        obj = make_object(thing, title='old')
        make_field(thing, 'more', default='x')
        assert thing.get_model() is not model
        return model, obj

    def test_classes_are_equal(self, thing, old):
        model, obj = old
        new = thing.get_model()
        assert model == new
        assert hash(model) == hash(new)
        assert {model: 1}[new] == 1
        assert new in [model]
        assert issubclass(model, new)
        assert issubclass(new, model)
        assert issubclass(new, CustomObject)
        assert isinstance(obj, new)
        assert isinstance(obj, CustomObject)
        assert not isinstance(obj, make_type('other').get_model())
        assert model != make_type('third').get_model()

    def test_objects_are_equal(self, thing, old):
        _, obj = old
        new = thing.get_model().objects.get(pk=obj.pk)
        assert obj == new
        assert hash(obj) == hash(new)
        assert obj in [new]
        assert obj in thing.get_model().objects.all()
        assert obj != make_object(thing, title='another')

    def test_old_objects_can_be_saved_refreshed_and_deleted(self, thing, old):
        model, obj = old
        obj.title = 'saved'
        obj.save()
        new = thing.get_model().objects.get(pk=obj.pk)
        assert (new.title, new.more) == ('saved', 'x')
        obj.refresh_from_db()
        created = model.objects.create(title='created by the old class')
        assert thing.get_model().objects.get(pk=created.pk).title == 'created by the old class'
        obj.delete()
        assert not thing.get_model().objects.filter(title='saved').exists()

    def test_old_objects_are_accepted_as_targets(self, thing, old):
        _, obj = old
        other = make_type('other')
        make_field(other, 'ref', 'object', target=thing)
        make_field(other, 'refs', 'multiobject', target=thing)
        referrer = make_object(other, ref=obj, refs=[obj])
        model = other.get_model()
        assert model.objects.filter(ref=obj).get() == referrer
        assert model.objects.filter(refs=obj).get() == referrer
        assert model.objects.filter(Q(ref__in=[obj])).get() == referrer

    def test_old_objects_can_be_saved_after_their_field_is_gone(self, thing, old):
        """The column is retired and not dropped, so that whoever is in the middle of something meets no error."""
        model, obj = old
        thing.fields.get(name='title').delete()
        obj.title = 'too late'
        obj.save()
        assert model.objects.get(pk=obj.pk) == obj
        assert thing.get_model().objects.get(pk=obj.pk).more == 'x'

    def test_exceptions_are_caught_across_generations(self, thing, old):
        model, _ = old
        with pytest.raises(model.DoesNotExist):
            thing.get_model().objects.get(pk=0)
        with pytest.raises(thing.get_model().DoesNotExist):
            model.objects.get(pk=0)
        with pytest.raises(ghost(thing.pk).DoesNotExist):
            model.objects.get(pk=0)

    def test_pickles_and_copies_are_of_the_present_class(self, thing, old):
        _, obj = old
        for twin in (pickle.loads(pickle.dumps(obj)), copy.copy(obj), copy.deepcopy(obj)):
            assert twin == obj
            assert twin.title == 'old'
            assert isinstance(twin, thing.get_model())

    def test_snapshots_and_change_records_of_old_objects_are_kept_by_field(self, thing, old):
        _, obj = old
        with request() as made:
            rename(thing, 'title', 'label')
            obj.snapshot()
            obj.title = 'new'
            obj.save()
        change = ObjectChange.objects.get(request_id=made.id, changed_object_id=obj.pk, action='update')
        key = thing.fields.get(name='label').payload_key
        assert (change.prechange_data[key], change.postchange_data[key]) == ('old', 'new')


class TestWorlds:
    def test_those_that_differ_in_one_type_share_all_others(self, thing):
        """A process keeps many Worlds: each with definitions of its own would fill the memory with copies."""
        other = make_type('other', fields=[('title', 'text')])
        before = world().definitions
        make_field(other, 'more', 'text')
        after = world().definitions
        assert after is not before
        assert after[thing.pk] is before[thing.pk]
        assert after[other.pk] is not before[other.pk]

    def test_only_what_is_asked_for_is_built(self, thing, built):
        other = make_type('other', fields=[('title', 'text'), {'name': 'ref', 'type': 'object', 'target': thing}])
        third = make_type('third', fields=[('title', 'text')])
        user = User.objects.create_superuser('admin')
        client = Client()
        client.force_login(user)
        forget_all()
        built.clear()
        for path in ('/', '/dcim/sites/'):
            assert client.get(path).status_code == 200
        assert 'other' in world().by_name
        assert built == []
        other.get_model()
        assert built == [{thing.pk, other.pk}]
        CustomObjectTypeField.objects.filter(custom_object_type=other, name='title').update(label='Shown')
        third.get_model()
        assert other.get_model()._definition.fields_by_name['title'].label == 'Shown'
        assert built == [{thing.pk, other.pk}, {third.pk}, {thing.pk, other.pk}]

    def test_a_lost_connection_is_not_kept_as_a_fault(self, thing, monkeypatch):
        def lost(definitions):
            raise OperationalError('the connection is closed')

        forget_all()
        with monkeypatch.context() as patched:
            patched.setattr(island, 'build_classes', lost)
            with pytest.raises(OperationalError):
                model_for(thing.pk)
        assert model_for(thing.pk) is not None
        assert world().faults == {}

    def test_a_name_that_comes_back_is_known_to_have_been_another(self, thing):
        before = world()
        rename(thing, 'title', 'label')
        rename(thing, 'label', 'title')
        (field,) = world().model(thing.pk)._definition.fields
        assert (field.name, field.former_names) == ('title', ('title', 'label'))
        assert before.model(thing.pk)._definition.fields[0].former_names == ()


class TestResolution:
    def test_every_way_to_ask_for_a_class_gives_the_present_one(self, thing):
        model = thing.get_model()
        name = model._meta.model_name
        assert apps.get_model('netbox_custom_objects', name) is model
        assert apps.get_model('netbox_custom_objects', f'Table{thing.pk}Model') is model
        assert apps.get_model(f'netbox_custom_objects.{name}') is model
        assert ContentType.objects.get_for_model(model).model_class() is model
        assert ObjectType.objects.get_for_model(model).pk == thing.object_type.pk
        assert model_for(thing.pk) is model
        assert apps.get_app_config('netbox_custom_objects').get_model(name) is model

    def test_link_tables_have_classes_too(self):
        kind = make_every_kind()
        field = kind.fields.get(type='multiobject')
        through = kind.get_model().places.through
        assert apps.get_model('netbox_custom_objects', field.through_model_name) is through
        assert through._meta.db_table == field.through_table_name

    @pytest.mark.parametrize('name', ['table999999model', 'nonsense', 'through_custom_objects_1_f_999', 'tablemodel'])
    def test_what_never_was_is_not_found(self, thing, name):
        with pytest.raises(LookupError, match=name):
            apps.get_model('netbox_custom_objects', name)

    def test_static_models_are_what_they_are(self):
        assert apps.get_model('netbox_custom_objects', 'CustomObjectTypeField') is CustomObjectTypeField


class TestGhosts:
    """The class of a type that is gone, or that only a branch has."""

    @pytest.fixture
    def gone(self, thing):
        make_object(thing, title='a')
        pk = thing.pk
        thing.delete()
        return ContentType.objects.get(app_label='netbox_custom_objects', model=f'table{pk}model').model_class()

    def test_it_is_empty_and_harmless(self, gone):
        assert gone is not None
        assert not gone.objects.exists()
        assert list(gone.objects.filter(pk=1)) == []
        assert gone._base_manager.count() == 0
        with pytest.raises(gone.DoesNotExist):
            gone.objects.get(pk=1)
        assert gone.objects.all().delete()[0] == 0
        assert gone.objects.update(created=None) == 0

    def test_its_change_records_can_be_listed_and_shown(self, thing):
        obj = make_object(thing, title='a')
        name = obj._meta.model_name
        with request():
            thing.delete()
        change = ObjectChange.objects.valid_models().get(changed_object_type__model=name, action='delete')
        assert str(change)
        assert change.changed_object is None

    def test_a_type_that_comes_back_is_itself_again(self, thing):
        obj, pk = make_object(thing, title='a'), thing.pk
        thing.delete()
        assert model_for(pk) is None
        thing.pk, thing._state.adding = pk, True
        thing.save()
        assert isinstance(obj, model_for(pk))


class TestGlobalRegistry:
    def test_only_the_call_without_flags_lists_stubs(self, thing):
        world()
        name = f'table{thing.pk}model'

        def listed(**flags):
            return name in {model._meta.model_name for model in apps.get_models(**flags)}

        assert listed()
        assert not listed(include_auto_created=True)
        assert not listed(include_swapped=True)
        assert name not in apps.all_models['netbox_custom_objects']
        assert thing.get_model() in apps.get_models()

    def test_no_relation_of_ours_reaches_a_core_model(self):
        before = [relation.name for relation in Site._meta.get_fields(include_hidden=True)]
        kind = make_every_kind()
        make_object(kind, title='a', place=Site.objects.create(name='S', slug='s'))
        Site._meta._expire_cache()
        assert [relation.name for relation in Site._meta.get_fields(include_hidden=True)] == before
        assert not [key for key in apps._pending_operations if 'netbox_custom_objects' in str(key)]

    def test_stubs_are_listed_for_types_that_are_gone(self, thing):
        """Their change records stay visible."""
        pk = thing.pk
        thing.delete()
        world()
        assert f'table{pk}model' in {model._meta.model_name for model in apps.get_models()}

    def test_nothing_is_listed_where_the_database_is_not_migrated(self):
        with connection.cursor() as cursor:
            cursor.execute('ALTER TABLE django_content_type RENAME TO elsewhere')
        apps.get_models.cache_clear()
        try:
            assert apps.get_models()
        finally:
            apps.get_models.cache_clear()


def test_the_type_is_told_by_the_class_and_by_its_objects(db):
    """Other plugins read both on the class."""
    thing = make_type('thing', fields=[('title', 'text')])
    model = thing.get_model()
    assert model.custom_object_type_id == model(title='a').custom_object_type_id == thing.pk
    assert model.custom_object_type == model(title='a').custom_object_type == thing
    thing.description = 'edited'
    thing.save()
    assert model.custom_object_type.description == 'edited'
