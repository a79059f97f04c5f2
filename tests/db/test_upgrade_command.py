"""`netbox upgrade_custom_objects`: what it finds out of line, what it mends, and with which status it ends."""

import json

import pytest
from django.core.management import CommandError
from django.db import connection

from core.models import ObjectChange
from dcim.models import Region, Site

from netbox_custom_objects.ddl.introspect import introspect
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.models import CustomObjectType
from netbox_custom_objects.runtime.inbound.holding import missing_targets_allowed
from netbox_custom_objects.services.upkeep.integrity import find_dangling
from tests.support.beginnings import begins_with
from tests.support.branches import Lab, edit
from tests.support.commands import upgrade as run
from tests.support.factories import make_field, make_object, make_type


def execute(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def make_thing():
    with Lab().request():
        thing = make_type('thing', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
        make_field(thing, 'site', 'object', target=Site)
        make_field(thing, 'sites', 'multiobject', target=Site)
        make_field(thing, 'any', 'object', targets=[Site, Region])
        make_field(thing, 'many', 'multiobject', targets=[Site, Region])


@pytest.fixture
@begins_with(make_thing)
def thing(lab):
    return CustomObjectType.objects.get()


class TestTables:
    def test_nothing_is_out_of_line(self, thing):
        assert run() == (0, 'No problems found.\n')

    def test_a_lost_column_is_told_and_brought_back(self, lab, thing, branch):
        table, column = thing.get_database_table_name(), f'f_{thing.fields.get(name="title").pk}'
        before = introspect(Target.for_alias('default'), thing.pk)
        for schema in ('public', branch.schema_name):
            execute(f'ALTER TABLE {schema}.{table} DROP COLUMN {column} CASCADE')
        status, said = run('--dry-run')
        assert status == 1
        assert said.count(column) >= 2
        assert introspect(Target.for_alias('default'), thing.pk) != before
        status, said = run('--branch', 'main')
        assert status == 0
        assert 'Done.' in said
        # Columns are in another order now.
        found = introspect(Target.for_alias('default'), thing.pk)
        assert {*found.table(table).columns} == {*before.table(table).columns}
        status, said = run('--dry-run', '--json')
        assert status == 1
        assert {entry['schema'] for entry in json.loads(said)} == {branch.name}
        assert run()[0] == 0
        assert run('--dry-run') == (0, 'No problems found.\n')

    def test_one_type_by_name_or_id(self, thing):
        other = make_type('other', fields=[('title', 'text')])
        for custom_object_type in (thing, other):
            column = f'f_{custom_object_type.fields.get(name="title").pk}'
            execute(f'ALTER TABLE {custom_object_type.get_database_table_name()} DROP COLUMN {column} CASCADE')
        assert run('--cot', 'other', '--dry-run')[0] == 1
        assert run('--cot', str(other.pk))[0] == 0
        assert run('--cot', 'other', '--dry-run')[0] == 0
        assert run('--cot', 'thing', '--dry-run')[0] == 1

    @pytest.mark.parametrize(
        ('arguments', 'message'),
        [
            (('--cot', 'unknown'), 'Custom object type "unknown" does not exist'),
            (('--branch', 'unknown'), 'no open branch "unknown"'),
            (('--repair',), '--check-references'),
            (('--check-references', '--repair', '--dry-run'), '--dry-run'),
        ],
    )
    def test_bad_arguments(self, thing, arguments, message):
        with pytest.raises(CommandError, match=message):
            run(*arguments)


class TestReferences:
    @pytest.fixture
    def broken(self, lab, thing):
        """An object all of whose references lead nowhere."""
        with lab.request():
            site, region = Site.objects.create(name='s', slug='s'), Region.objects.create(name='r', slug='r')
            kept = Site.objects.create(name='kept', slug='kept')
            broken = make_object(thing, title='broken', site=site, sites=[site, kept], any=region, many=[region, kept])
            make_object(thing, title='whole', site=kept, sites=[kept], any=kept, many=[kept])
        Site.objects.filter(pk=site.pk)._raw_delete('default')
        Region.objects.filter(pk=region.pk)._raw_delete('default')
        return broken

    def test_they_are_told_with_their_objects(self, broken):
        status, said = run('--check-references')
        assert status == 1
        lines = said.splitlines()
        assert len(lines) == 4
        assert all('which does not exist' in line and broken.get_absolute_url() in line for line in lines)
        assert len(list(find_dangling('default'))) == 4

    def test_they_are_cleared_and_logged(self, lab, thing, broken):
        status, said = run('--check-references', '--repair', '--json')
        assert status == 0
        assert all(entry['done'] for entry in json.loads(said))
        assert run('--check-references') == (0, 'No problems found.\n')
        model = thing.get_model()
        found = model.objects.get(pk=broken.pk)
        assert (found.site_id, found.any) == (None, None)
        assert [[target.name for target in links.all()] for links in (found.sites, found.many)] == [['kept'], ['kept']]
        whole = model.objects.get(title='whole')
        assert whole.site == whole.any == whole.sites.get() == whole.many.first()
        changes = ObjectChange.objects.filter(changed_object_type=thing.object_type, changed_object_id=broken.pk)
        assert changes.filter(action='update', user=lab.user).exists()

    def test_in_a_branch(self, lab, thing):
        with lab.request():
            site = Site.objects.create(name='s', slug='s')
            obj = make_object(thing, title='a', site=site)
        branch = lab.branch()
        Site.objects.using(branch.connection_name).filter(pk=site.pk)._raw_delete(branch.connection_name)
        assert run('--check-references', '--branch', 'main')[0] == 0
        status, said = run('--check-references')
        assert status == 1
        assert said.startswith(f'{branch.name}  thing: ')
        assert run('--check-references', '--branch', branch.name, '--repair')[0] == 0
        with lab.request(branch):
            assert thing.get_model().objects.get(pk=obj.pk).site_id is None
        with lab.request():
            assert thing.get_model().objects.get(pk=obj.pk).site_id == site.pk
        assert lab.fresh(branch).get_unmerged_changes().count() == 1

    def test_links_of_objects_that_are_gone(self, lab, thing, broken):
        model = thing.get_model()
        model._base_manager.filter(pk=broken.pk)._raw_delete('default')
        status, said = run('--check-references', '--repair')
        assert status == 0
        assert said.count('remains from') == 2
        assert not list(find_dangling('default'))
        assert model.objects.get().many.count() == 1

    def test_a_required_reference_is_cleared_too(self, lab, thing):
        with lab.request():
            site = Site.objects.create(name='s', slug='s')
            obj = make_object(thing, title='a', site=site)
            edit(thing.fields.get(name='site'), required=True)
        Site.objects.filter(pk=site.pk)._raw_delete('default')
        assert run('--check-references', '--repair')[0] == 0
        assert thing.get_model().objects.get(pk=obj.pk).site_id is None

    def test_what_is_left_after_a_repair_is_told(self, thing, broken, monkeypatch):
        """Only some are told at once; the status must not say that all is well while there are more."""
        monkeypatch.setattr('netbox_custom_objects.services.upkeep.integrity.REFERENCES_SHOWN', 1)
        model = thing.get_model()
        site_id = model.objects.get(pk=broken.pk).site_id
        with missing_targets_allowed():
            model.objects.filter(title='whole').update(site=site_id)
        status, said = run('--check-references', '--repair', '--json')
        assert status == 1
        assert [entry['done'] for entry in json.loads(said)].count(False) == 1
        assert run('--check-references', '--repair')[0] == 0
        assert run('--check-references') == (0, 'No problems found.\n')

    def test_in_whose_name(self, thing, broken):
        with pytest.raises(CommandError, match='User "nobody" does not exist'):
            run('--check-references', '--repair', '--user', 'nobody')
        assert len(list(find_dangling('default'))) == 4
