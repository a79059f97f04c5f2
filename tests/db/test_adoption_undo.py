"""The way back: after it the database is as the vendor plugin left it, to every name that the contract gives."""

from hashlib import sha1

import pytest
from django.core.management import CommandError
from django.db import connection

from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.evolution.adoption.survey import survey
from netbox_custom_objects.exceptions import SchemaChangeRefused
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.services.reconcile import plan_all, reconcile
from tests.support.catalog import read_catalog
from tests.support.factories import make_field, make_object, make_type
from tests.support.migrations import LENT_LABEL, LentCommand, migration, write_migrations
from tests.support.vendor_database import migrate
from tests.support.vendor_state import INITIAL, branch, execute, rows, run, shape

pytestmark = pytest.mark.slow

MAIN = Target.for_alias('default')

# What docs/architecture/contract.md (12.3) says of names.
NAMES = {
    'custom_objects_1_title_key', 'custom_objects_1_web_key', 'custom_objects_1_twin_id_key',
    'custom_objects_1_site_id_fk', 'custom_objects_1_twin_id_fk', 'custom_objects_2_parent_id_fk',
    'custom_objects_1_the_one_site_at_which_a_device_like_that_was_f', 'co_1_anything_gfk', 'co_1_things_pgfk',
    'co_1_whatever_it_is_that_this_one_here_leads_to_by_name_gfk', 'custom_objects_2_f_33_key',
    f'custom_objects_1_places_{sha1(b"custom_objects_1_places").hexdigest()[:8]}_target_fk',
}  # fmt: skip


def applied():
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM django_migrations WHERE app = 'netbox_custom_objects' ORDER BY name")
        return [name for (name,) in cursor.fetchall()]


@pytest.mark.parametrize('with_the_command', [True, False])
def test_there_and_back_and_there_again(vendor, with_the_command):
    before, before_rows, before_applied = shape(), rows(), applied()
    connection.close()
    migrate(vendor)
    taken_over = [read_catalog(prefix) for prefix in ('custom_objects_', 'netbox_custom_objects_')]
    if with_the_command:
        status, said = run('--undo')
        assert status == 0
        assert f'3 types were returned. Now run "migrate netbox_custom_objects {INITIAL}"' in said
    connection.close()
    # Without the command, the migration itself leads back.
    migrate(vendor, 'netbox_custom_objects', INITIAL)
    after = shape()
    assert after[:2] == before[:2]
    assert before[2] >= NAMES
    assert after[2] >= NAMES
    assert rows() == before_rows
    assert applied() == [*before_applied[:1], INITIAL, *before_applied[1:]]
    connection.close()
    migrate(vendor)
    assert [read_catalog(prefix) for prefix in ('custom_objects_', 'netbox_custom_objects_')] == taken_over


def test_types_born_here_are_given_to_the_vendor(adopted):
    born = make_type('born_here', config_context_enabled=True)
    make_field(born, 'title', unique=True)
    make_field(born, 'web', 'url')
    make_field(born, 'twin', 'object', target=CustomObjectType.objects.get(name='unit'), on_delete_behavior='protect')
    make_field(born, 'friends', 'multiobject', target=born)
    make_field(born, 'any_of_them', 'object', targets=[born])
    make_field(born, 'all_of_them', 'multiobject', targets=[born])
    first = make_object(born, title='a', web='https://example.com')
    make_object(born, title='b', friends=[first], any_of_them=first)
    gone = make_field(born, 'gone')
    column = f'f_{gone.pk}'
    gone.delete()
    status, said = run('--undo', '--dry-run')
    assert status == 0
    assert f'field twin: column f_{born.fields.get(name="twin").pk} of custom_objects_{born.pk} becomes twin_id' in said
    assert f'note: Column {column} of custom_objects_{born.pk} contains values of a deleted field' in said
    assert run('--undo')[0] == 0
    table = f'custom_objects_{born.pk}'
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT title, web, web_title, _config_context_generation FROM {table} ORDER BY id')
        assert cursor.fetchall() == [('a', 'https://example.com', '', 0), ('b', None, '', 0)]
        cursor.execute(f'INSERT INTO {table} (web_title, _config_context_generation) VALUES (%s, 0) RETURNING id', [''])
        assert cursor.fetchone() == (3,)
        cursor.execute(f'SELECT source_id, target_id FROM {table}_friends')
        assert cursor.fetchall() == [(2, 1)]
    constraints = {row[2] for row in read_catalog(table)['constraints']}
    assert 'FOREIGN KEY (twin_id) REFERENCES custom_objects_2(id) ON DELETE RESTRICT NOT VALID' in constraints
    # And here again.
    status, said = run()
    assert status == 0
    assert '4 types were taken over.' in said
    assert plan_all('default') == {}
    assert born.get_model().objects.get(title='b').friends.get() == first


def test_between_there_and_here_nothing_is_mended(adopted):
    """A worker that still runs, or a migrate, must not take the vendor's tables for broken ones of ours."""
    # Of a type without fields, nothing tells whose it is but its table; all that it can be given is an index.
    CustomObjectType.objects.get(name='bare').delete()
    assert run('--undo')[0] == 0
    before = shape()
    assert plan_all('default') == {}
    with pytest.raises(SchemaChangeRefused, match='Type device_note has not been taken over from the vendor plugin'):
        reconcile('default', 1)
    with pytest.raises(SchemaChangeRefused):
        make_field(CustomObjectType.objects.get(pk=1), 'later')
    connection.close()
    assert 'no longer needed' not in migrate(adopted)
    assert shape() == before
    assert len(survey(MAIN)) == 2


def test_what_the_vendor_lacks_is_in_the_way(adopted):
    device_note = CustomObjectType.objects.get(pk=1)
    make_field(device_note, 'address', 'email')
    execute("UPDATE custom_objects_1 SET f_11 = ARRAY[repeat('x', 60)] WHERE id = 1")
    execute(branch('ready'))
    before = shape()
    for told in (run('--undo', '--dry-run')[1], str(pytest.raises(CommandError, run, '--undo').value)):
        assert 'Field address is of type email, which the vendor plugin does not have.' in told
        assert 'Field colors holds a choice of 60 characters; the vendor plugin allows 50.' in told
        assert 'open branches: Rebuild (ready)' in told
    assert run('--undo', '--dry-run')[0] == 1
    connection.close()
    said = migrate(adopted, 'netbox_custom_objects', INITIAL, expect=1)
    assert 'Field address is of type email' in said
    assert shape() == before


def test_a_link_to_nothing_is_in_the_way(adopted):
    execute('INSERT INTO custom_objects_2_f_32 (source_id, target_id) VALUES (1, 999)')
    with pytest.raises(CommandError, match='Type unit could not be returned: .* violates foreign key') as refused:
        run('--undo')
    assert 'upgrade_custom_objects --check-references --repair' in str(refused.value)
    assert [entry.type.id for entry in survey(MAIN)] == [1]
    execute('DELETE FROM custom_objects_2_f_32 WHERE target_id = 999')
    assert run('--undo')[0] == 0


def test_an_installation_of_ours_can_go_back_too(fresh_database):
    """Whoever began here can change to the vendor plugin, which finds its migrations applied."""
    thing = make_type('thing', fields=[('title', 'text')])
    make_object(thing, title='a')
    assert run('--undo')[0] == 0
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT id, title FROM custom_objects_{thing.pk}')
        assert cursor.fetchall() == [(1, 'a')]
    connection.close()
    migrate(fresh_database.name, 'netbox_custom_objects', INITIAL)
    assert len(applied()) == 19


def test_a_step_back_leaves_an_installation_of_ours_alone(fresh_database):
    """Only who was taken over is given back by the migration: others may have what the vendor lacks."""
    thing = make_type('thing', fields=[('address', 'email')])
    make_object(thing, address='a@example.com')
    connection.close()
    migrate(fresh_database.name, 'netbox_custom_objects', '0004')
    migrate(fresh_database.name)
    assert thing.get_model().objects.get().address == 'a@example.com'
    assert CustomObjectTypeField.objects.get().payload_key


def test_all_or_nothing(vendor, tmp_path):
    """`migrate_custom_objects` gives all types back if a later migration of the same run fails."""
    before, before_rows = shape(), rows()
    fail = "RunSQL('SELECT 1 / 0', RunSQL.noop),"
    after = [('netbox_custom_objects', '0005_adopt_installation')]
    write_migrations(tmp_path / 'lent', LENT_LABEL, {'0001_fail': migration(fail, dependencies=after)})
    connection.close()
    arguments = 'migrate_custom_objects', '--skip-checks'
    result = LentCommand(tmp_path, 'lent', *arguments, database=vendor, alone=False).end()
    assert result.returncode == 1
    assert f'Migration {LENT_LABEL}.0001_fail failed' in result.stderr
    assert 'The database is as it was before.' in result.stderr
    assert shape()[:2] == before[:2]
    assert rows() == before_rows
