"""What cannot be taken over is refused by `migrate` before it changes anything, and told by the dry run."""

import io
import json
import sys

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from netbox_custom_objects import checks
from tests.support.catalog import differences, read_catalog
from tests.support.vendor_database import OURS, migrate
from tests.support.vendor_state import branch, execute

pytestmark = pytest.mark.slow

PREFIXES = ('custom_objects_', 'netbox_custom_objects_')


def state():
    """All that a take-over would change: catalog, migrations."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM django_migrations WHERE app = 'netbox_custom_objects'")
        applied = {name for (name,) in cursor.fetchall()}
    return [read_catalog(prefix) for prefix in PREFIXES], applied


def dry_run(*arguments):
    """Return the exit status and what was printed."""
    out = io.StringIO()
    try:
        call_command('adopt_custom_objects', '--dry-run', *arguments, stdout=out)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


OBSTACLES = {
    'older': (
        "DELETE FROM django_migrations WHERE name = '0018_alter_customobjecttypefield_schema_id'",
        ('older than 0.7.1', '0018_alter_customobjecttypefield_schema_id', 'Install netboxlabs-netbox-custom-objects'),
    ),
    'newer': (
        "INSERT INTO django_migrations (app, name, applied) VALUES ('netbox_custom_objects', '0019_more', now())",
        ('newer than 0.7.1', '0019_more', 'Go back to 0.7.1'),
    ),
    'unrecorded': (
        "DELETE FROM django_migrations WHERE app = 'netbox_custom_objects'",
        ('django_migrations has no record of the migrations', 'backup'),
    ),
    'open branch': (branch('ready'), ('open branches: Rebuild (ready)', 'Merge, archive or delete')),
    'failed branch': (branch('failed'), ('open branches: Rebuild (failed)',)),
    'column missing': (
        'ALTER TABLE custom_objects_1 RENAME amount TO amounts',
        ('device_note: Field amount: column amount of custom_objects_1 is missing.',),
    ),
    'column of another type': (
        'ALTER TABLE custom_objects_1 ALTER amount TYPE integer',
        ('device_note: Field amount: column amount of custom_objects_1 is integer, not bigint.',),
    ),
    'column in the way': (
        'ALTER TABLE custom_objects_1 ADD f_1 text',
        ('custom_objects_1 has a column f_1 that does not belong to a field.',),
    ),
    'table missing': ('DROP TABLE custom_objects_2 CASCADE', ('unit: Table custom_objects_2 is missing.',)),
    'links missing': (
        'ALTER TABLE custom_objects_1_places RENAME TO custom_objects_1_place',
        ('Field places: table custom_objects_1_places is missing.',),
    ),
    'links in the way': (
        'CREATE TABLE custom_objects_1_f_14 (id bigint)',
        ('Field places: there is a table custom_objects_1_f_14 already.',),
    ),
    'links of another shape': (
        'ALTER TABLE custom_objects_1_places RENAME target_id TO site_id',
        ('Field places: table custom_objects_1_places has no column target_id.',),
    ),
    'unknown type': (
        "UPDATE netbox_custom_objects_customobjecttypefield SET type = 'color' WHERE id = 1",
        ('Field title is of type color, which release 0.7.1 of the vendor plugin does not have.',),
    ),
}


@pytest.mark.parametrize(('change', 'told'), OBSTACLES.values(), ids=OBSTACLES)
def test_nothing_is_begun_that_cannot_be_finished(vendor, change, told):
    execute(change)
    before = state()
    with pytest.raises(CommandError) as refused:
        call_command('migrate', verbosity=0, interactive=False)
    assert 'Nothing was changed.' in str(refused.value)
    for words in told:
        assert words in str(refused.value)
    assert state() == before
    # Before it, the dry run says the same.
    status, said = dry_run()
    assert status == 1
    for words in told:
        assert words in said
    assert state() == before


@pytest.mark.parametrize('status', ['merged', 'archived'])
def test_finished_branches_are_in_nobodys_way(vendor, status):
    execute(branch(status))
    assert dry_run()[0] == 0


def test_all_obstacles_are_told_at_once(vendor):
    for name in ('open branch', 'column missing', 'table missing'):
        execute(OBSTACLES[name][0])
    status, said = dry_run('--json')
    assert status == 1
    report = json.loads(said)
    assert len(report['obstacles']) == 1
    assert [(entry['name'], len(entry['obstacles'])) for entry in report['types']] == [
        ('device_note', 1),
        ('unit', 1),
        ('bare', 0),
    ]


def test_another_app_can_be_migrated_meanwhile(vendor):
    execute(OBSTACLES['open branch'][0])
    call_command('migrate', 'dcim', verbosity=0, interactive=False)
    assert not state()[1] & OURS


def test_the_dry_run_says_what_would_be_done(vendor):
    before = state()
    status, said = dry_run()
    assert status == 0
    assert state() == before
    for line in (
        'device_note (type 1)',
        '  field title: column title of custom_objects_1 becomes f_1',
        '  field colors: column colors of custom_objects_1 becomes f_11, character varying(50)[] becomes character '
        'varying[]',
        '  field spot: column spot_latitude of custom_objects_1 becomes f_18_lat',
        '  field places: table custom_objects_1_places becomes custom_objects_1_f_14',
        '  table custom_objects_1: without 4 foreign keys and 3 checks, which the plugin itself looks after',
        '  note: Table custom_objects_1_f_14 keeps its 32-bit id, which limits it to 2,147,483,647 links over its '
        'lifetime.',
        'Nothing was changed. Of 3 types, none has problems; run "migrate" to do this.',
    ):
        assert line in said.splitlines()
    with pytest.raises(CommandError, match='Run "migrate" first'):
        call_command('adopt_custom_objects')
    with pytest.raises(CommandError, match='--json requires --dry-run'):
        call_command('adopt_custom_objects', '--json')


def test_columns_of_nobody_are_kept(vendor):
    """As a failed deletion leaves them: they are told, kept, and no longer stand in the way of new objects."""
    execute("ALTER TABLE custom_objects_2 ADD left_behind text NOT NULL DEFAULT 'x'")
    execute('ALTER TABLE custom_objects_2 ALTER left_behind DROP DEFAULT')
    assert 'note: Column left_behind of custom_objects_2 does not belong to a field' in dry_run()[1]
    connection.close()
    said = migrate(vendor)
    assert 'Column left_behind of custom_objects_2 is no longer needed by NetBox, but is kept.' in said
    execute("INSERT INTO custom_objects_2 (f_30) VALUES ('new')")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM custom_objects_2 WHERE left_behind = 'x'")
        assert cursor.fetchone() == (20,)


def test_regular_expressions_that_cannot_be_used_are_told(vendor):
    execute("UPDATE netbox_custom_objects_customobjecttypefield SET validation_regex = '(?!x)' WHERE id = 30")
    assert 'note: The regular expression of field title cannot be enforced: look-around' in dry_run()[1]


def test_a_missing_unique_index_is_built_or_refused(vendor):
    execute('ALTER TABLE custom_objects_2 DROP CONSTRAINT custom_objects_2_f_34_key')
    execute('UPDATE custom_objects_2 SET f_34 = 1')
    assert 'note: Field f_34 is unique, but has no unique index; one is built.' in dry_run()[1]
    connection.close()
    said = migrate(vendor, expect=1)
    assert 'Type unit could not be taken over: Values of custom_objects_2 must be unique' in said
    assert 'Types before it are done and remain so (1 of 3).' in said
    execute('UPDATE custom_objects_2 SET f_34 = id')
    connection.close()
    migrate(vendor)
    assert dry_run() == (0, 'Nothing would be changed.\n')


def test_an_installation_of_ours_has_nothing_to_take_over(fresh_database):
    before = read_catalog('netbox_custom_objects_')
    assert dry_run() == (0, 'Nothing would be changed.\n')
    out = io.StringIO()
    call_command('adopt_custom_objects', stdout=out)
    assert out.getvalue() == 'There is nothing to take over.\n'
    assert differences(before, read_catalog('netbox_custom_objects_')) == []


def test_both_distributions_beside_each_other(db, tmp_path, monkeypatch):
    """E004, by what pip leaves in a directory of packages."""
    assert checks.check_vendor_distribution(None) == []
    directory = tmp_path / 'netboxlabs_netbox_custom_objects-0.7.1.dist-info'
    directory.mkdir()
    (directory / 'METADATA').write_text(
        'Metadata-Version: 2.1\nName: netboxlabs-netbox-custom-objects\nVersion: 0.7.1\n'
    )
    monkeypatch.setattr(sys, 'path', [str(tmp_path), *sys.path])
    with pytest.raises(CommandError) as failed:
        call_command('check')
    assert 'netbox_custom_objects.E004' in str(failed.value)
    assert 'netboxlabs-netbox-custom-objects 0.7.1 is installed beside this package' in str(failed.value)
    assert 'Uninstall both with pip' in str(failed.value)
