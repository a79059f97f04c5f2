"""
References hold between transactions: one that writes a reference and one that deletes its target wait for each other.

The first transaction of each test is held open until the other one waits for it.
"""

import threading
import time
from contextlib import contextmanager, suppress
from copy import copy

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.db.models import ProtectedError, RestrictedError

from dcim.models import Site
from users.models import Owner, OwnerGroup, User

from netbox_custom_objects.api.views.objects import CustomObjectViewSet
from netbox_custom_objects.exceptions import ObjectGone, TargetGone
from netbox_custom_objects.models import CustomObjectType
from netbox_custom_objects.services.upkeep.integrity import find_dangling
from tests.support.branches import close
from tests.support.factories import make_field, make_object, make_type
from tests.support.request import request
from tests.surfaces.rest import Rest
from tests.surfaces.ui import Browser

SECONDS = 120


@contextmanager
def meanwhile(work, alias='default'):
    """
    Yield in a transaction, during which `work` begins in another thread and waits for it; then commit.

    Yields a list that holds what `work` raised or returned, when the block is over.
    """
    answers = []

    def run():
        try:
            answers.append(work())
        except Exception as error:
            answers.append(error)
        finally:
            connections.close_all()

    other = threading.Thread(target=run)
    with transaction.atomic(using=alias):
        yield answers
        other.start()
        _until_something_waits(other, alias)
    other.join(SECONDS)
    assert not other.is_alive()


def _until_something_waits(other, alias='default'):
    end = time.monotonic() + SECONDS
    while other.is_alive() and time.monotonic() < end:
        with connections[alias].cursor() as cursor:
            cursor.execute(
                'SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))'
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)


def delete(model, pk):
    def work():
        with request():
            target = model.objects.get(pk=pk)
            if hasattr(target, 'snapshot'):
                target.snapshot()
            target.delete()

    return work


def dangling():
    return list(find_dangling('default'))


@pytest.fixture(params=['core', 'custom'])
def kind(request, fresh_database):
    """(what fields refer to, its model, one of its objects)"""
    if request.param == 'core':
        return Site, Site, Site.objects.create(name='here', slug='here')
    made = make_type('target', fields=[{'name': 'title', 'primary': True}])
    return made, made.get_model(), make_object(made, title='here')


BEHAVIORS = ('set_null', 'cascade', 'protect')


def another(kind):
    """Return one more object of what fields refer to."""
    target, model, _here = kind
    number = model.objects.count()
    if model is Site:
        return Site.objects.create(name=f'site {number}', slug=f'site-{number}')
    return make_object(target, title=f'target {number}')


def write_reference(objects, old, here, way):
    """Let an object refer to `here`: a new one, or `old`."""
    model = objects.model
    if way == 'save':
        model.objects.create(title='new', ref=here)
    elif way == 'edit':
        old.ref = here
        old.save()
    elif way == 'bulk_create':
        objects.bulk_create([model(title='new', ref=here)])
    elif way == 'update':
        objects.filter(pk=old.pk).update(ref=here.pk)
    else:
        old.ref_id = here.pk
        objects.bulk_update([old], ['ref'])


class TestWriterFirst:
    """The deletion waits, and then finds the reference that was written."""

    @pytest.mark.parametrize('behavior', BEHAVIORS)
    def test_object(self, kind, behavior):
        target, model, _here = kind
        thing = make_type('thing', fields=[('title', 'text')])
        make_field(thing, 'ref', 'object', target=target, on_delete_behavior=behavior)
        objects = thing.get_model().objects
        for way in ('save', 'edit', 'bulk_create', 'update', 'bulk_update'):
            here, old = another(kind), make_object(thing, title='old')
            with meanwhile(delete(model, here.pk)) as answers:
                write_reference(objects, old, here, way)
            if behavior == 'protect':
                assert isinstance(answers[0], (ProtectedError, RestrictedError)), way
                assert objects.filter(ref=here).count() == 1
            else:
                assert answers == [None], way
                assert not objects.filter(ref__isnull=False).exists()
            assert dangling() == [], way

    def test_links(self, kind):
        target, model, _here = kind
        for number, where in enumerate(({'target': target}, {'targets': [target]})):
            thing = make_type(f'thing_{number}', fields=[('title', 'text')])
            make_field(thing, 'refs', 'multiobject', **where)
            obj, here = make_object(thing, title='a'), another(kind)
            with meanwhile(delete(model, here.pk)) as answers:
                obj.refs.add(here)
            assert answers == [None]
            assert obj.refs.through.objects.count() == 0
            here, new = another(kind), thing.get_model()(title='b')
            setattr(new, new._payload_names['refs'], [here])
            with meanwhile(delete(model, here.pk)) as answers:
                new.save()
            assert answers == [None]
            assert obj.refs.through.objects.count() == 0
            with meanwhile(delete(thing.get_model(), obj.pk)) as answers:
                obj.refs.add(another(kind))
            assert answers == [None]
        assert dangling() == []

    def test_polymorphic_object(self, kind):
        target, model, here = kind
        thing = make_type('thing', fields=[('title', 'text')])
        make_field(thing, 'ref', 'object', targets=[target], on_delete_behavior='protect')
        with meanwhile(delete(model, here.pk)) as answers:
            make_object(thing, title='new', ref=here)
        assert isinstance(answers[0], (ProtectedError, RestrictedError))
        assert dangling() == []

    def test_at_the_end_of_a_cascade(self, fresh_database):
        """What goes along is locked before it is asked what refers to it."""
        one, two, three = make_type('one'), make_type('two'), make_type('three')
        make_field(two, 'one', 'object', target=one, on_delete_behavior='cascade')
        make_field(three, 'two', 'object', target=two, on_delete_behavior='protect')
        first = make_object(one)
        second = make_object(two, one=first)
        with meanwhile(delete(one.get_model(), first.pk)) as answers:
            make_object(three, two=second)
        assert isinstance(answers[0], RestrictedError)
        assert dangling() == []

    def test_a_queryset_is_deleted(self, kind):
        target, model, here = kind
        thing = make_type('thing')
        make_field(thing, 'ref', 'object', target=target)
        with meanwhile(lambda: model.objects.filter(pk__gt=0).delete()):
            obj = make_object(thing, ref=here)
        assert thing.get_model().objects.get(pk=obj.pk).ref_id is None

    def test_an_owner(self, fresh_database):
        owner = Owner.objects.create(name='team', group=OwnerGroup.objects.create(name='teams'))
        thing = make_type('thing')
        with meanwhile(delete(Owner, owner.pk)) as answers:
            make_object(thing, owner=owner)
        assert isinstance(answers[0], ProtectedError)

    def test_other_values_of_a_referrer_are_not_lost(self, kind):
        """The deletion edits the referrer as it is when it may, not as it was when it began."""
        target, model, here = kind
        thing = make_type('thing', fields=[('title', 'text')])
        make_field(thing, 'ref', 'object', target=target)
        obj = make_object(thing, title='old', ref=here)
        with meanwhile(delete(model, here.pk)) as answers:
            obj.title = 'new'
            obj.save()
        assert answers == [None]
        stored = thing.get_model().objects.get(pk=obj.pk)
        assert (stored.title, stored.ref_id) == ('new', None)


def test_in_a_branch(lab):
    """Each schema holds its own rows; an owner is held in main's, which branches share."""
    owner = Owner.objects.create(name='team', group=OwnerGroup.objects.create(name='teams'))
    site = Site.objects.create(name='here', slug='here')
    with lab.request():
        thing = make_type('thing', fields=[('title', 'text')])
        make_field(thing, 'ref', 'object', target=Site)
    branch = lab.branch()

    def remove():
        with lab.request(branch):
            Site.objects.get(pk=site.pk).delete()

    with lab.request(branch):
        with meanwhile(remove, branch.connection_name) as answers:
            obj = make_object(thing, ref=Site.objects.get(pk=site.pk), owner=owner)
        assert answers == [None]
        assert thing.get_model().objects.get(pk=obj.pk).ref_id is None
        assert list(find_dangling(branch.connection_name)) == []
        with pytest.raises(TargetGone):
            thing.get_model().objects.create(ref_id=site.pk)
    assert Site.objects.filter(pk=site.pk).exists()
    lab.merge(branch)
    assert dangling() == []
    close(branch)


def test_each_transaction_of_a_decorated_function_locks_anew(kind):
    target, model, _here = kind
    thing = make_type('thing', fields=[('title', 'text')])
    make_field(thing, 'ref', 'object', target=target)
    here = another(kind)

    @transaction.atomic
    def write(title, fails=False):
        thing.get_model().objects.create(title=title, ref=here)
        if fails:
            raise ObjectGone()
        with connection.cursor() as cursor:
            cursor.execute('SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND mode = %s', ['RowShareLock'])
            return cursor.fetchone()[0]

    assert write('a') > 0
    assert write('b') > 0
    with suppress(ObjectGone):
        write('c', fails=True)
    assert write('d') > 0


class TestDeletionFirst:
    """The writer waits, and is then refused, or does without."""

    def test_a_target_that_has_gone_is_refused(self, kind):
        target, model, _here = kind
        thing = make_type('thing', fields=[('title', 'text')])
        make_field(thing, 'ref', 'object', target=target)
        make_field(thing, 'refs', 'multiobject', target=target)
        obj, Thing = make_object(thing, title='old'), thing.get_model()

        def link_new(here):
            new = Thing(title='new')
            setattr(new, new._payload_names['refs'], [here])
            new.save()

        for write in (
            lambda here: Thing(title='new', ref_id=here.pk).save(),
            lambda here: obj.refs.add(here.pk),
            link_new,
            lambda here: Thing.objects.bulk_create([Thing(ref_id=here.pk)]),
            lambda here: Thing.objects.update(ref=here.pk),
        ):
            here = another(kind)
            twin = copy(here)
            with meanwhile(lambda here=twin, write=write: write(here)) as answers:
                here.delete()
            assert isinstance(answers[0], TargetGone)
        assert dangling() == []
        assert Thing.objects.count() == 1

    def test_a_reference_from_memory_is_not_written_back(self, kind):
        target, model, here = kind
        thing = make_type('thing', fields=[('title', 'text')])
        make_field(thing, 'ref', 'object', target=target)
        obj = make_object(thing, title='old', ref=here)
        in_memory = thing.get_model().objects.get(pk=obj.pk)
        model.objects.get(pk=here.pk).delete()
        in_memory.title = 'new'
        with pytest.raises(TargetGone):
            in_memory.save()
        assert dangling() == []

    def test_a_reference_that_led_nowhere_before_is_no_obstacle(self, kind):
        target, model, here = kind
        thing = make_type('thing', fields=[('title', 'text')])
        make_field(thing, 'ref', 'object', target=target)
        make_field(thing, 'other', 'object', target=target)
        obj = make_object(thing, title='old', ref=here)
        model.objects.filter(pk=here.pk)._raw_delete('default')
        obj = thing.get_model().objects.get(pk=obj.pk)
        obj.title, obj.other = 'new', another(kind)
        obj.save()
        assert thing.get_model().objects.get(pk=obj.pk).title == 'new'


class TestGoneObjects:
    """An object, a type, a field that another request deletes is not brought back, and never an error of the server."""

    @pytest.fixture
    def thing(self, fresh_database):
        return make_type('thing', fields=[{'name': 'title', 'primary': True}])

    @pytest.fixture
    def rest(self, fresh_database):
        return Rest(User.objects.create_superuser('root'))

    def test_a_saved_object(self, thing):
        obj = make_object(thing, title='a')
        thing.get_model().objects.get(pk=obj.pk).delete()
        for write in (obj.save, obj.delete):
            with pytest.raises(ObjectGone):
                write()
        assert not thing.get_model().objects.exists()

    def test_over_rest(self, thing, rest):
        objects = thing.get_model().objects
        for send in (
            lambda pk: rest.patch(f'thing/{pk}/', {'title': 'b'}, expect=404),
            lambda pk: rest.patch(f'thing/{pk}/?dry_run=true', {'title': 'b'}, expect=404),
            lambda pk: rest.delete(f'thing/{pk}/', expect=404),
            lambda pk: rest.patch('thing/', [{'id': pk, 'title': 'b'}], expect=400),
            lambda pk: rest.delete('thing/', [{'id': pk}], expect=400),
        ):
            obj = make_object(thing, title='a')
            with meanwhile(lambda pk=obj.pk, send=send: send(pk)) as answers:
                objects.get(pk=obj.pk).delete()
            assert not isinstance(answers[0], Exception), answers
            assert not objects.exists()

    def test_with_an_etag(self, thing, rest):
        obj = make_object(thing, title='a')
        rest.get(f'thing/{obj.pk}/')
        tag = rest.response['ETag']
        with meanwhile(
            lambda: rest.patch(f'thing/{obj.pk}/', {'title': 'b'}, expect=404, headers={'If-Match': tag})
        ) as answers:
            thing.get_model().objects.get(pk=obj.pk).delete()
        assert not isinstance(answers[0], Exception), answers

    def test_before_it_is_read_for_the_answer(self, thing, rest, monkeypatch):
        """The change was written, and the object deleted before it was read again."""
        written = CustomObjectViewSet.perform_update

        def then_deleted(view, serializer):
            written(view, serializer)
            thing.get_model().objects.all().delete()

        monkeypatch.setattr(CustomObjectViewSet, 'perform_update', then_deleted)
        obj = make_object(thing, title='a')
        rest.patch(f'thing/{obj.pk}/', {'title': 'b'}, expect=404)

    def test_a_target_is_refused_by_its_field(self, kind, rest):
        """A request that met the deletion is answered as one that comes after it."""
        target, _model, _here = kind
        thing = make_type('thing', fields=[{'name': 'title', 'primary': True}])
        make_field(thing, 'ref', 'object', target=target)
        make_field(thing, 'refs', 'multiobject', target=target)
        old = make_object(thing, title='old')
        for make_body in (
            lambda pk: {'ref': pk},
            lambda pk: {'refs': [pk]},
            lambda pk: [{'ref': pk}],
            lambda pk: [{'id': old.pk, 'ref': pk, 'refs': [pk]}],
        ):
            here = another(kind)
            body = make_body(here.pk)
            send = rest.patch if 'id' in str(body) else rest.post
            with meanwhile(lambda send=send, body=body: send('thing/', body, expect=400)) as answers:
                here.delete()
            assert not isinstance(answers[0], Exception), answers
            errors = answers[0] if isinstance(body, dict) else answers[0]['errors'][0]['errors']
            assert {'ref', 'refs'} >= set(errors) != set()

    def test_an_edit_of_other_values_goes_on(self, kind, rest):
        target, model, here = kind
        thing = make_type('thing', fields=[{'name': 'title', 'primary': True}])
        make_field(thing, 'ref', 'object', target=target)
        obj = make_object(thing, title='a', ref=here)
        with meanwhile(lambda: rest.patch(f'thing/{obj.pk}/', {'title': 'b'})) as answers:
            model.objects.get(pk=here.pk).delete()
        assert (answers[0]['title'], answers[0]['ref']) == ('b', None)

    @pytest.mark.parametrize('page', ['edit', 'delete'])
    def test_in_the_ui(self, thing, page):
        browser = Browser(User.objects.create_superuser('root'))
        obj = make_object(thing, title='a')
        url = f'/plugins/custom-objects/thing/{obj.pk}/{page}/'
        data = {'title': 'b'} if page == 'edit' else {'confirm': 'on'}
        with meanwhile(lambda: browser.client.post(url, data).status_code) as answers:
            thing.get_model().objects.get(pk=obj.pk).delete()
        assert answers == [404]

    def test_a_field_and_a_type(self, thing):
        field = thing.fields.get()
        CustomObjectTypeField = type(field)
        CustomObjectTypeField.objects.get(pk=field.pk).delete()
        field.label = 'x'
        with pytest.raises(ObjectGone):
            field.save()
        assert not thing.fields.exists()
        CustomObjectType.objects.get(pk=thing.pk).delete()
        thing.description = 'x'
        with pytest.raises(ObjectGone):
            thing.save()
        assert not CustomObjectType.objects.exists()


class TestDeadlocks:
    def objects(self):
        thing = make_type('thing', fields=[{'name': 'title', 'primary': True}])
        return thing, make_object(thing, title='a'), make_object(thing, title='b')

    def deadlock(self, thing, one, two, send):
        """Let a request wait for us while we wait for it; PostgreSQL ends the one that began first, if in time."""
        table = thing.get_database_table_name()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'UPDATE {table} SET last_updated = now() WHERE id = {two.pk}')
            answers = []

            def run():
                try:
                    answers.append(send())
                except Exception as error:
                    answers.append(error)
                finally:
                    connections.close_all()

            other = threading.Thread(target=run)
            other.start()
            _until_something_waits(other)
            with suppress(OperationalError), transaction.atomic():
                cursor.execute(f'UPDATE {table} SET last_updated = now() WHERE id = {one.pk}')
        other.join(SECONDS)
        return answers

    def test_a_request_is_tried_again(self, fresh_database):
        thing, one, two = self.objects()
        rest = Rest(User.objects.create_superuser('root'))
        body = [{'id': one.pk, 'title': 'c'}, {'id': two.pk, 'title': 'd'}]
        answers = self.deadlock(thing, one, two, lambda: rest.patch('thing/', body))
        assert [shown['title'] for shown in answers[0]] == ['c', 'd']

    def test_what_fails_twice_is_a_conflict(self, fresh_database, settings):
        thing, one, _two = self.objects()
        user = User.objects.create_superuser('root')
        rest, browser = Rest(user), Browser(user)
        url = f'/plugins/custom-objects/thing/{one.pk}/edit/'

        def post():
            return browser.client.post(url, {'title': 'b'}).content.decode()

        for send in (lambda: rest.patch(f'thing/{one.pk}/', {'title': 'b'}, expect=409), post):

            def briefly(send=send):
                with connection.cursor() as cursor:
                    cursor.execute("SET lock_timeout = '200ms'")
                return send()

            answers = []

            def run(briefly=briefly, answers=answers):
                try:
                    answers.append(briefly())
                except Exception as error:
                    answers.append(error)
                finally:
                    connections.close_all()

            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f'SELECT 1 FROM {thing.get_database_table_name()} WHERE id = {one.pk} FOR UPDATE')
                other = threading.Thread(target=run)
                other.start()
                other.join(SECONDS)
            assert 'Another request was changing the same objects' in str(answers[0])
        assert thing.get_model().objects.get(pk=one.pk).title == 'a'
