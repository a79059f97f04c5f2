"""`migrate_custom_objects`: all migrations or none, one node at a time, and a run that was killed is no trouble."""

import io
import time

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models.signals import post_migrate

from dcim.models import Site

from netbox_custom_objects.ddl.held import WorkLock
from netbox_custom_objects.ddl.run_marks import write_mark
from netbox_custom_objects.evolution.safe_migrate.run import LOCK
from tests.support.migrations import CREATE, FAIL, LENT_LABEL, applied, lent_app, migration, state

FILL = migration(f"""
    RunPython(
        lambda apps, editor: apps.get_model({LENT_LABEL!r}, 'Book').objects.create(title='first'), RunPython.noop,
    ),
""")
GROW = migration("AddField('book', 'pages', models.IntegerField(default=1)),")

pytestmark = pytest.mark.slow


@pytest.fixture
def migrations_are(fresh_database, tmp_path, monkeypatch):
    """Return what gives the lent app these migrations."""

    def use(sources):
        monkeypatch.setattr('sys.dont_write_bytecode', True)
        return lent_app(tmp_path, monkeypatch, sources, alone=True)

    return use


def run(*arguments, **options):
    out = io.StringIO()
    call_command('migrate_custom_objects', LENT_LABEL, *arguments, stdout=out, **options)
    return out.getvalue()


def refused(*arguments, **options):
    with pytest.raises(CommandError) as refusal:
        run(*arguments, **options)
    return str(refusal.value)


def test_all_are_applied_and_receivers_are_told(migrations_are):
    told = []
    receiver = lambda **kwargs: told.append(kwargs['app_config'].label)  # noqa: E731
    post_migrate.connect(receiver)
    try:
        with migrations_are({'0001_create': CREATE, '0002_fill': FILL, '0003_grow': GROW}):
            said = run('--plan')
            assert said.splitlines() == [
                'apply  humanize.0001_create  can be undone',
                'apply  humanize.0002_fill    can be undone',
                'apply  humanize.0003_grow    can be undone',
            ]
            assert applied() == []
            said = run('0002')
            assert 'Applying humanize.0002_fill... OK' in said
            assert applied() == ['0001_create', '0002_fill']
            run()
            assert run('--dry-run') == 'There is nothing to migrate.\n'
    finally:
        post_migrate.disconnect(receiver)
    assert state()[2] == {'humanize_book': [(1, 'first', 1)]}
    assert 'netbox_custom_objects' in told


def test_a_failure_undoes_what_this_run_applied_and_nothing_else(migrations_are):
    with migrations_are({'0001_create': CREATE, '0002_fill': FILL, '0003_grow': GROW, '0004_fail': FAIL}):
        run('0002')
        before = state()
        said = refused()
        assert said.splitlines() == [
            'Migration humanize.0004_fail failed: DataError: division by zero',
            'Unapplied, newest first: humanize.0003_grow.',
            'The database is as it was before.',
        ]
        assert state() == before
        # And again, to the same effect.
        refused()
        assert state() == before


def test_what_cannot_be_undone_is_refused_beforehand(migrations_are):
    sources = {
        '0001_create': CREATE,
        '0002_grow': GROW,
        '0003_python': migration('RunPython(lambda apps, editor: None),'),
        '0004_inside': migration("SeparateDatabaseAndState([RunSQL('SELECT 1')], []),"),
        '0005_drop': migration("RemoveField('book', 'pages'),"),
        '0006_fail': FAIL,
    }
    with migrations_are(sources):
        before = state()
        said = refused()
        assert 'humanize.0003_python: cannot be undone (Raw Python operation)' in said
        assert 'humanize.0004_inside: cannot be undone (Raw SQL operation)' in said
        assert 'humanize.0005_drop: loses values (Remove field pages from book)' in said
        assert '0002_grow' not in said
        assert state() == before
        # Allowed: what can be undone is, down to what cannot.
        said = refused('--allow-irreversible')
        assert 'Unapplied, newest first: humanize.0005_drop.' in said
        assert 'What humanize.0005_drop had dropped is restored, without its values.' in said
        assert 'Still applied: humanize.0001_create, humanize.0002_grow, humanize.0003_python, humanize.0004_i' in said
        assert 'as it was before' not in said
        assert applied() == ['0001_create', '0002_grow', '0003_python', '0004_inside']
        assert 'unapply migrations' in refused('0001')


def test_a_migration_that_is_not_atomic_is_told_of(migrations_are):
    half = migration(
        """
        AddField('book', 'pages', models.IntegerField(default=1)),
        RunSQL('SELECT 1 / 0', RunSQL.noop),
        """,
        atomic=False,
    )
    with migrations_are({'0001_create': CREATE, '0002_half': half}):
        assert 'humanize.0002_half    can be undone, not atomic' in run('--plan')
        run('0001')
        said = refused()
        assert 'Migration humanize.0002_half failed: DataError: division by zero' in said
        assert 'It is not atomic: what it had done by then remains.' in said
        assert 'as it was before' not in said
        assert applied() == ['0001_create']
        assert 'pages' in {column for _, column, *_ in state()[1]}


def test_a_step_back_that_fails_is_told_and_can_be_repeated(migrations_are):
    stubborn = migration("RunSQL('SELECT 1', 'SELECT 1 / (SELECT count(*) FROM dcim_site)'),")
    with migrations_are({'0001_create': CREATE, '0002_stubborn': stubborn, '0003_grow': GROW, '0004_fail': FAIL}):
        before = state()
        said = refused()
        assert 'Unapplied, newest first: humanize.0003_grow.' in said
        assert 'Unapplying failed: DataError: division by zero' in said
        assert 'Still applied: humanize.0001_create, humanize.0002_stubborn.' in said
        assert '--undo' in said
        Site.objects.create(name='a', slug='a')
        out = io.StringIO()
        call_command('migrate_custom_objects', '--undo', stdout=out)
        assert 'Unapplied, newest first: humanize.0002_stubborn, humanize.0001_create.' in out.getvalue()
        assert state() == before
        with pytest.raises(CommandError, match='nothing to undo'):
            call_command('migrate_custom_objects', '--undo')


CUT = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {condition} AND datname = current_database()'


@pytest.mark.parametrize(
    ('condition', 'undone'),
    [
        # The session with the lock, which is missed before the next migration.
        (f"application_name LIKE '{LOCK}%%'", 'humanize.0002_cut, humanize.0001_create'),
        # The session that migrates.
        ('pid = pg_backend_pid()', 'humanize.0001_create'),
    ],
)
def test_a_lost_connection_is_a_failure_like_any_other(migrations_are, condition, undone):
    cut = migration(f'RunSQL({CUT.format(condition=condition)!r}, RunSQL.noop),')
    with migrations_are({'0001_create': CREATE, '0002_cut': cut, '0003_grow': GROW}):
        before = state()
        said = refused()
        assert f'Unapplied, newest first: {undone}.' in said
        assert 'The database is as it was before.' in said
        assert state() == before


def test_failing_receivers_undo_nothing(migrations_are):
    def receiver(**kwargs):
        raise RuntimeError('not today')

    with migrations_are({'0001_create': CREATE}):
        post_migrate.connect(receiver)
        try:
            said = refused()
        finally:
            post_migrate.disconnect(receiver)
    assert 'Migrating failed: RuntimeError: not today' in said
    assert 'All migrations had been applied, and remain applied.' in said
    assert applied() == ['0001_create']
    state()


def test_squashed_migrations_are_undone_as_a_whole(migrations_are):
    squashed = migration(
        """
        CreateModel('Book', [('id', models.BigAutoField(primary_key=True)), ('pages', models.IntegerField(default=1))]),
        """,
        replaces=[(LENT_LABEL, '0001_create'), (LENT_LABEL, '0002_grow')],
        dependencies=[],
    )
    sources = {'0001_create': CREATE, '0002_grow': GROW, '0001_squashed_0002': squashed}
    failing = migration("RunSQL('SELECT 1 / 0', RunSQL.noop),", dependencies=[(LENT_LABEL, '0001_squashed_0002')])
    with migrations_are({**sources, '0003_fail': failing}):
        before = state()
        assert 'newest first: humanize.0001_squashed_0002.' in refused()
        assert state() == before
    # A part of what it replaces is applied: Django goes on with the rest one by one.
    with migrations_are({'0001_create': CREATE, '0002_grow': GROW}):
        run('0001')
    before = state()
    with migrations_are({**sources, '0003_fail': failing}):
        assert 'newest first: humanize.0002_grow.' in refused()
        assert state() == before


@pytest.mark.parametrize(
    ('arguments', 'said'),
    [
        (['nowhere'], 'No app "nowhere" with migrations exists.'),
        ([LENT_LABEL, '0009'], 'No migration of humanize begins with "0009".'),
        ([LENT_LABEL, '000'], 'More than one migration of humanize begins with "000".'),
        ([LENT_LABEL, '--undo'], '--undo takes neither an app nor --plan'),
        ([LENT_LABEL, 'zero'], 'unapply migrations'),
    ],
)
def test_mistakes_are_told(migrations_are, arguments, said):
    with migrations_are({'0001_create': CREATE, '0002_grow': GROW}):
        if 'zero' in arguments:
            run('0001')
        with pytest.raises(CommandError) as refusal:
            call_command('migrate_custom_objects', *arguments)
    assert said in str(refusal.value)


def test_two_nodes_never_migrate_at_once(migrations_are):
    with migrations_are({'0001_create': CREATE}):
        other = WorkLock(LOCK)
        assert other.acquire()
        try:
            started = time.monotonic()
            said = refused()
            assert time.monotonic() - started < 20
            assert f'Migrations are already running: {other.owner} (session ' in said
            started = time.monotonic()
            refused('--wait', '1')
            assert time.monotonic() - started > 1
            assert applied() == []
            # A plan can be looked at all the same.
            assert '0001_create' in run('--plan')
        finally:
            other.release()
        run()
        assert applied() == ['0001_create']


def note_a_killed_run(*names):
    planned = [[LENT_LABEL, name] for name in names]
    with connection.cursor() as cursor:
        write_mark(cursor, {'by': 'a node', 'since': 'then', 'planned': planned, 'running': None})


def test_what_somebody_has_completed_since_is_not_undone(migrations_are):
    with migrations_are({'0001_create': CREATE, '0002_fill': FILL, '0003_fail': FAIL}):
        run('0001')
        before = state()
        call_command('migrate', LENT_LABEL, '0002', verbosity=0)
        note_a_killed_run('0002_fill', '0009_gone')
        assert 'Nothing to unapply.' in refused()
        assert applied() == ['0001_create', '0002_fill']
        # While it is not complete, it is.
        note_a_killed_run('0002_fill', '0003_fail')
        assert 'Unapplied, newest first: humanize.0002_fill.' in refused()
        assert applied() == ['0001_create']
        assert state()[0] == before[0]


def test_a_killed_run_can_be_undone_although_a_part_of_it_was_completed(migrations_are):
    with migrations_are({'0001_create': CREATE, '0002_fill': FILL, '0003_grow': GROW}):
        before = state()
        run('0001')
        note_a_killed_run('0001_create', '0002_fill', '0003_grow')
        assert 'An earlier run (a node, since then) was interrupted' in run('0002')
        out = io.StringIO()
        call_command('migrate_custom_objects', '--undo', stdout=out)
        assert 'newest first: humanize.0002_fill, humanize.0001_create.' in out.getvalue()
        assert state() == before
