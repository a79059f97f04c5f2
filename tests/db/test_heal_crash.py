"""A heal is killed (SIGKILL) while it waits for a table, in main or a branch: the next one finishes what it began."""

import pytest
from django.db import connections
from psycopg import sql

from netbox_custom_objects.ddl.introspect import introspect_all
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.definitions import table_name
from netbox_custom_objects.evolution.heal import after_migrate
from netbox_custom_objects.services.reconcile import plan_all
from tests.support.branches import close, rows
from tests.support.factories import make_object, make_type
from tests.support.processes import Worker
from tests.support.sessions import other_session, somebody_waits_for_a_lock, wait_until

TYPES = 4

pytestmark = pytest.mark.slow


def outdate(alias, types):
    """Take a column and its index away, as if NetBox's mixins had had them only since its last release."""
    target = Target.for_alias(alias)
    with connections[alias].cursor() as cursor:
        for made in types:
            table = sql.Identifier(target.schema, table_name(made.pk))
            cursor.execute(sql.SQL('ALTER TABLE {} DROP COLUMN owner_id').format(table))


def healed(alias, types):
    """Return for which types the column is there again."""
    tables = introspect_all(Target.for_alias(alias))
    return [tables[made.pk].table(table_name(made.pk)).column('owner_id') is not None for made in types]


@pytest.mark.parametrize('where', ['main', 'branch'])
def test_the_next_heal_finishes_what_was_begun(lab, where):
    with lab.request():
        types = [make_type(f'type_{number}', fields=[('title', 'text')]) for number in range(TYPES)]
        for made in types:
            make_object(made, title='kept')
    branch = lab.branch()
    aliases = 'default', branch.connection_name
    for alias in aliases:
        outdate(alias, types)
    busy = Target.for_alias(aliases[where == 'branch'])
    with Worker(connections['default'].settings_dict['NAME']) as worker, other_session() as reader:
        reader.execute(f'SELECT count(*) FROM {busy.schema}.{table_name(types[2].pk)}')
        worker.send('from netbox_custom_objects.evolution.heal import after_migrate; after_migrate()')
        wait_until(somebody_waits_for_a_lock)
        worker.kill()
        # Types are healed one by one: those before it are done, and the one that was waited for is as it was.
        assert healed(busy.alias, types) == [True, True, False, False]
        assert healed('default', types) == [True] * TYPES or where == 'main'
    after_migrate()
    for alias in aliases:
        assert plan_all(alias) == {}
        assert healed(alias, types) == [True] * TYPES
    for made in types:
        for context in (lab.request(), lab.request(branch)):
            with context:
                assert rows(made.get_model(), 'title', 'owner') == [('kept', None)]
    close(branch)
