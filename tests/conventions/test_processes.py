"""I3 and I9 in processes of their own: life without netbox-branching, and without a database."""

import pytest

from tests.support.processes import run_netbox, run_python

# Says where a connection was asked for, if one was.
PROBE = """
import sys, traceback
from django.db.backends.base.base import BaseDatabaseWrapper

class Connected(BaseException):
    pass

def refuse(self):
    raise Connected

BaseDatabaseWrapper.connect = refuse
import django
django.setup()
"""
NOWHERE = 'nco_does_not_exist'


def test_i9_start_up_opens_no_connection():
    """Neither importing the plugin nor ready() asks the database for anything, not even in vain."""
    result = run_python('import netbox_custom_objects.signals', NOWHERE, preamble=PROBE)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    'command',
    [
        ['check'],
        ['collectstatic', '--dry-run', '--no-input', '--verbosity', '0'],
        ['makemigrations', 'netbox_custom_objects', '--check', '--dry-run'],
    ],
    ids=lambda command: command[0],
)
def test_i9_commands_work_where_no_database_answers(command):
    result = run_netbox(*command, database=NOWHERE)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.slow
def test_commands_find_nothing_to_complain_about(fresh_database):
    """With the database at hand, and types in it: no migration is missing, no check fails, no permission is made."""
    made = run_python(
        """
        from dcim.models import Site
        make_object(make_every_kind(), title='a', places=[Site.objects.create(name='S', slug='s')])
        """,
        fresh_database.name,
    )
    assert made.returncode == 0, made.stderr
    for command in (['check'], ['makemigrations', '--check', '--dry-run'], ['migrate', '--no-input']):
        result = run_netbox(*command, database=fresh_database.name)
        assert result.returncode == 0, result.stdout + result.stderr
        assert 'custom_objects_' not in result.stdout


@pytest.mark.slow
class TestWithoutBranching:
    """I3: the plugin works where netbox-branching is not configured."""

    def test_checks_pass_and_it_is_not_even_imported(self, fresh_database):
        code = """
            import sys
            from django.core.management import call_command
            call_command('check')
            assert not [name for name in sys.modules if name.startswith('netbox_branching')]
            assert not [name for name in sys.modules if name.startswith('netbox_custom_objects.branching.')]
        """
        result = run_python(code, fresh_database.name, NCO_PLUGINS='netbox_custom_objects')
        assert result.returncode == 0, result.stderr

    def test_types_fields_and_objects_work(self, fresh_database):
        code = """
            from dcim.models import Site
            kind = make_every_kind()
            site = Site.objects.create(name='S', slug='s')
            row = make_object(kind, title='a', place=site, places=[site])
            site.delete()
            row.refresh_from_db()
            say([str(row), row.place_id, list(row.places.all())])
            kind.delete()
        """
        result = run_python(code, fresh_database.name, NCO_PLUGINS='netbox_custom_objects')
        assert result.returncode == 0, result.stderr
        assert result.stdout.splitlines()[-1] == '["a", null, []]'
