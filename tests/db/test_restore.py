"""Restore: what was deleted comes back with its values, from the command line, unless something is in its way."""

import json

import pytest
from django.core.management import CommandError

from core.models import ObjectChange
from dcim.models import Site

from netbox_custom_objects.exceptions import RestoreRefused
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeConstraint, CustomObjectTypeField
from netbox_custom_objects.services.deleted.definitions import find_restorable, restore
from netbox_custom_objects.services.upkeep.purge import purge, purge_now
from netbox_custom_objects.services.upkeep.schemas import open_main_schema
from tests.field_types.everything import Everything
from tests.support.beginnings import begins_with
from tests.support.branches import Lab, assert_schema_is_clean, close, delete, edit
from tests.support.commands import upgrade as run
from tests.support.factories import make_field, make_object, make_type


def make_thing():
    with Lab().request():
        thing = make_type('thing', fields=[('title', 'text')])
        make_field(thing, 'serial', unique=True, required=True)
        make_field(thing, 'sites', 'multiobject', target=Site)
        make_field(thing, 'site', 'object', target=Site)
        oslo, bonn = (Site.objects.create(name=name, slug=name.lower()) for name in ('Oslo', 'Bonn'))
        make_object(thing, title='a', serial='1', sites=[oslo, bonn], site=bonn)


@pytest.fixture
@begins_with(make_thing)
def thing(lab):
    return CustomObjectType.objects.get()


def make_everything():
    with Lab().request():
        everything = Everything()
        for number, title in enumerate(('first', 'second')):
            everything.write(title, number)


@pytest.fixture
@begins_with(make_everything)
def everything(lab):
    """A type with a field of each kind, and two objects."""
    return Everything(CustomObjectType.objects.get(name='everything'))


def remove(lab, *instances, branch=None):
    with lab.request(branch):
        for instance in instances:
            delete(instance)


def field(name):
    return CustomObjectTypeField.objects.get(name=name)


def again(custom_object_type):
    """Return another instance, because one that is deleted has no id any more."""
    return CustomObjectType.objects.get(pk=custom_object_type.pk)


def refused(*arguments):
    with pytest.raises(CommandError) as caught:
        run('--restore', *arguments)
    return str(caught.value)


class TestFields:
    def test_come_back_with_values_of_every_kind(self, lab, everything):
        names = list(everything.cases)
        remove(lab, *CustomObjectTypeField.objects.filter(name__in=names))
        for name in names:
            assert run('--restore', f'everything.{name}')[0] == 0
        with lab.request():
            assert everything.read('first') == everything.holding(0)
            # They are fields like any other.
            everything.write('third', 1)
            assert everything.read('third') == everything.holding(1)
        assert_schema_is_clean()
        assert run('--restore') == (0, 'No problems found.\n')

    def test_are_what_they_were(self, lab, thing):
        before = {name: field(name).serialize_object() for name in ('serial', 'sites')}
        pks = {name: field(name).pk for name in before}
        remove(lab, *(field(name) for name in before))
        with lab.request():
            make_object(thing, title='meanwhile')
        for name in before:
            run('--restore', f'thing.{name}')
            assert field(name).pk == pks[name]
            after = field(name).serialize_object()
            assert {**after, 'last_updated': 0, 'created': 0} == {**before[name], 'last_updated': 0, 'created': 0}
        found = thing.get_model().objects.order_by('pk').values_list('title', 'serial')
        assert list(found) == [('a', '1'), ('meanwhile', None)]
        with lab.request(), pytest.raises(Exception, match='already exists'):
            make_object(thing, title='b', serial='1')
        created = ObjectChange.objects.filter(changed_object_id=pks['serial'], action='create').order_by('-pk')
        assert created[0].user_name == 'engineer'

    def test_are_listed_and_a_dry_run_changes_nothing(self, lab, thing):
        pk = field('serial').pk
        remove(lab, field('serial'))
        status, said = run('--restore')
        assert status == 0
        assert f'main  thing: thing.serial (f_{pk}), deleted ' in said
        assert said.endswith('by engineer.\n')
        (entry,) = json.loads(run('--restore', '--json')[1])
        assert (entry['type'], entry['done'], entry['note']) == ('thing', True, True)
        status, said = run('--restore', f'f_{pk}', '--dry-run')
        assert (status, 'Done' in said) == (1, False)
        assert not CustomObjectTypeField.objects.filter(pk=pk).exists()
        status, said = run('--restore', f'f_{pk}')
        assert (status, said.endswith('Done.\n')) == (0, True)

    def test_two_users_at_once(self, lab, thing):
        remove(lab, thing)
        (deletion,) = find_restorable(open_main_schema())
        with lab.request():
            restore(deletion)
            for dry_run in (True, False):
                with pytest.raises(RestoreRefused, match='has been restored meanwhile'):
                    restore(deletion, dry_run)

    def test_purged_meanwhile(self, lab, thing):
        remove(lab, field('serial'))
        (deletion,) = find_restorable(open_main_schema())
        purge_now(deletion.schema, deletion.kept)
        with lab.request(), pytest.raises(RestoreRefused, match='has been purged meanwhile'):
            restore(deletion)

    def test_references_that_lead_nowhere_are_cleared(self, lab, thing):
        remove(lab, field('sites'), field('site'))
        remove(lab, Site.objects.get(name='Bonn'))
        assert 'Cleared references to objects that no longer exist: 1.' in run('--restore', 'thing.sites')[1]
        run('--restore', 'thing.site')
        obj = thing.get_model().objects.get()
        assert [site.name for site in obj.sites.all()] == ['Oslo']
        assert obj.site is None
        assert run('--check-references') == (0, 'No problems found.\n')

    def test_are_refused_with_the_reason(self, lab, thing):
        assert refused('thing.serial') == '"thing.serial" has not been deleted.'
        assert refused('thing.other') == 'No deleted type or field in main is named "thing.other".'
        first = field('serial').pk
        remove(lab, field('serial'))
        with lab.request():
            make_field(thing, 'serial')
        said = refused('thing.serial')
        assert 'already has a field with this name. Rename the type or field that has taken its place first.' in said
        assert 'already has a field with this name' in refused('thing.serial', '--dry-run')
        second = field('serial').pk
        remove(lab, field('serial'))
        assert refused('thing.serial') == f'"thing.serial" is ambiguous. Specify one of: f_{first}, f_{second}.'
        run('--restore', f'f_{first}')
        assert thing.get_model().objects.get().serial == '1'

    def test_are_gone_once_purged(self, lab, thing):
        remove(lab, field('serial'), field('sites'))
        assert all(purged.done for purged in purge(-1))
        for name in ('thing.serial', 'thing.sites'):
            assert refused(name) == f'"{name}" has been purged: its values are gone, and it cannot be restored.'
        assert run('--restore') == (0, 'No problems found.\n')

    def test_another_field_that_names_objects_goes_on_doing_so(self, lab, thing):
        with lab.request():
            edit(field('title'), primary=True)
        remove(lab, field('title'))
        with lab.request():
            edit(field('serial'), primary=True)
        run('--restore', 'thing.title')
        assert (field('title').primary, field('serial').primary) == (False, True)

    def test_of_a_branch_come_back_there(self, lab, thing, branch):
        with lab.request(branch):
            delete(field('serial'))
        assert 'has not been deleted' in refused('thing.serial')
        assert run('--restore', 'thing.serial', '--branch', branch.name)[0] == 0
        with lab.request(branch):
            assert thing.get_model().objects.get().serial == '1'
        assert_schema_is_clean(branch.connection_name)
        lab.merge(branch)
        with lab.request():
            assert thing.get_model().objects.get().serial == '1'
        close(branch)


class TestTypes:
    def test_come_back_with_fields_and_objects(self, lab, everything):
        with lab.request():
            pks = [
                (obj.pk, obj.title, obj.created.replace(microsecond=0))
                for obj in everything.model.objects.order_by('pk')
            ]
        pk, fields = everything.type.pk, everything.type.fields.count()
        remove(lab, CustomObjectType.objects.get(name='everything'))
        status, said = run('--restore', 'everything')
        assert status == 0
        assert f'With {fields} fields and 2 objects.' in said
        assert CustomObjectType.objects.get(name='everything').pk == pk
        with lab.request():
            found = everything.model.objects.order_by('pk')
            assert [(obj.pk, obj.title, obj.created.replace(microsecond=0)) for obj in found] == pks
            for number, title in enumerate(('first', 'second')):
                assert everything.read(title) == everything.holding(number)
        assert_schema_is_clean()

    def test_objects_point_at_one_another_again_and_at_others(self, lab, thing):
        with lab.request():
            make_field(thing, 'peer', 'object', target=thing)
            make_field(thing, 'peers', 'multiobject', target=thing)
            make_field(thing, 'mixed', 'multiobject', targets=[thing, Site])
            one = thing.get_model().objects.get()
            two = make_object(thing, title='b', serial='2', peer=one, peers=[one], mixed=[one, Site.objects.first()])
            edit(one, peer=two)
            one.peers.set([two, one])
            one.mixed.set([two])
            CustomObjectTypeConstraint.objects.create(
                custom_object_type=thing, name='titles', type='check', expression="title != 'x'"
            )
        remove(lab, again(thing))
        run('--restore', 'thing')
        assert again(thing).constraints.get().name == 'titles'
        assert_schema_is_clean()
        one, two = thing.get_model().objects.order_by('pk')
        assert (one.peer, two.peer) == (two, one)
        assert (set(one.peers.all()), set(two.peers.all())) == ({one, two}, {one})
        assert (set(one.mixed.all()), set(two.mixed.all())) == ({two}, {one, Site.objects.first()})
        assert {site.name for site in one.sites.all()} == {'Bonn', 'Oslo'}

    def test_a_large_one_comes_back_with_what_was_retired(self, lab, thing, plugin_settings):
        plugin_settings(type_delete_log_limit=0)
        remove(lab, again(thing))
        assert 'With 4 fields.' in run('--restore', f'custom_objects_{thing.pk}')[1]
        assert thing.get_model().objects.get().serial == '1'

    def test_what_was_deleted_before_it_stays_deleted_and_can_follow(self, lab, thing):
        remove(lab, field('serial'))
        remove(lab, again(thing))
        assert 'serial' not in run('--restore')[1]
        assert refused('thing.serial') == 'The type of "thing.serial" has been deleted, too. Restore thing first.'
        run('--restore', 'thing')
        assert not CustomObjectTypeField.objects.filter(name='serial').exists()
        run('--restore', 'thing.serial')
        assert thing.get_model().objects.get().serial == '1'

    def test_a_field_waits_for_the_type_that_it_points_at(self, lab, thing):
        with lab.request():
            other = make_type('other', fields=[{'name': 'thing', 'type': 'object', 'target': thing}])
            make_object(other, thing=thing.get_model().objects.get())
            again(thing).delete(delete_referencing_fields=True)
        assert f'Restore custom_objects_{thing.pk} first' in refused('other.thing')
        run('--restore', 'thing')
        run('--restore', 'other.thing')
        assert other.get_model().objects.get().thing.serial == '1'

    def test_a_rollup_follows_the_field_that_it_reads(self, lab, thing):
        with lab.request():
            other = make_type('other', fields=[{'name': 'thing', 'type': 'object', 'target': thing}])
            make_object(other, thing=thing.get_model().objects.get())
            make_field(thing, 'others', 'rollup', referring_field=field('thing'), aggregate='count')
            pk = field('thing').pk
            again(thing).delete(delete_referencing_fields=True)
        assert 'With 5 fields' in run('--restore', 'thing')[1]
        run('--restore', 'other.thing')
        assert thing.get_model().objects.get().others == 1
        remove(lab, field('others'), field('thing'))
        assert refused('thing.others') == f'"thing.others" reads a field that has been deleted. Restore f_{pk} first.'
        run('--restore', 'other.thing')
        run('--restore', 'thing.others')
        assert thing.get_model().objects.get().others == 1

    def test_are_refused_with_the_reason(self, lab, thing):
        assert refused('thing') == '"thing" has not been deleted.'
        remove(lab, again(thing))
        with lab.request():
            other = make_type('thing', slug='other')
        assert 'with this Name already exists. Rename the type or field that has' in refused('thing')
        with lab.request():
            edit(other, name='other', slug='THING')
        assert 'Another custom object type has this slug.' in refused('thing')
        remove(lab, other)
        assert all(purged.done for purged in purge(-1))
        assert 'has been purged' in refused('thing')


def test_the_log_must_have_a_user(lab, thing):
    remove(lab, field('serial'))
    assert refused('thing.serial', '--user', 'nobody') == 'User "nobody" does not exist.'
    assert not CustomObjectTypeField.objects.filter(name='serial').exists()
