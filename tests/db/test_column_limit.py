"""PostgreSQL allows a table 1,600 columns, dropped ones included: what is refused, and how room is made."""

import pytest
from django.db import IntegrityError, connection, transaction

from core.models import Job

from netbox_custom_objects.ddl.introspect import introspect
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.ddl.upkeep.column_limit import LIMIT, usages
from netbox_custom_objects.definitions import table_name
from netbox_custom_objects.models import CustomObjectType
from netbox_custom_objects.services.upkeep.repair import repair
from netbox_custom_objects.services.upkeep.rewriting import RewriteTableJob, rewrite_where_worth_it
from tests.support.beginnings import begins_with
from tests.support.branches import Lab, close
from tests.support.commands import upgrade as run
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.rest import Rest

MAIN = Target.for_alias('default')


def make_thing():
    with Lab().request():
        thing = make_type('thing', fields=[{'name': 'title', 'unique': True}, ('amount', 'integer')])
        for number in range(3):
            make_object(thing, title=str(number), amount=number)


@pytest.fixture
@begins_with(make_thing)
def thing(lab):
    return CustomObjectType.objects.get()


def make_worn():
    use_up(CustomObjectType.objects.get(), 1300)


@pytest.fixture
@begins_with(make_worn)
def worn(thing):
    """The type, near the limit: 1300 columns of its table were dropped."""
    return thing


def use_up(thing, count):
    """Add columns and drop them again."""
    table = table_name(thing.pk)
    with connection.cursor() as cursor:
        cursor.execute(f"""
            DO $$ BEGIN
                FOR number IN 1..{count} LOOP
                    ALTER TABLE {table} ADD COLUMN x integer;
                    ALTER TABLE {table} DROP COLUMN x;
                END LOOP;
            END $$
        """)


def used(thing):
    (usage,) = [usage for usage in usages(MAIN, least=1) if usage.type_id == thing.pk]
    return usage


def state(thing):
    """What must be as before."""
    rows = list(thing.get_model().objects.order_by('pk').values_list('pk', 'title', 'amount', 'created'))
    return introspect(MAIN, thing.pk), rows


def test_a_full_table_refuses_and_makes_room(lab, thing):
    rest = Rest(lab.user)
    use_up(thing, LIMIT - used(thing).used)
    before = state(thing)
    body = {'custom_object_type': thing.pk, 'name': 'more', 'type': 'text'}
    for path in ('custom-object-type-fields/', 'custom-object-type-fields/?dry_run=true'):
        message = str(rest.post(path, body, expect=400))
        assert '1600 columns' in message
        assert f'netbox upgrade_custom_objects --purge 0 --cot {thing.pk}' in message
    assert state(thing) == before
    assert 'Rewrite table' in run('--purge', '0', '--cot', str(thing.pk), '--dry-run')[1]
    assert used(thing).used == LIMIT
    assert 'Rewrite table' in run('--purge', '0', '--cot', str(thing.pk))[1]
    assert used(thing).dropped == 0
    assert state(thing) == before
    assert repair() == {}
    rest.post('custom-object-type-fields/', body)
    model = thing.get_model()
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(title='0')
    assert model.objects.create(title='new', more='x').pk > max(pk for pk, *_ in before[1])
    branch = lab.branch()
    with lab.request(branch):
        assert thing.get_model().objects.create(title='in the branch').pk is not None
        assert thing.get_model().objects.count() == 5
    lab.merge(branch)
    assert thing.get_model().objects.filter(title='in the branch').exists()
    close(branch)


def test_columns_of_deleted_fields_are_counted_in_the_refusal(lab, thing):
    with lab.request():
        thing.fields.get(name='amount').delete()
    use_up(thing, LIMIT - used(thing).used)
    message = str(Rest(lab.user).post(
        'custom-object-type-fields/', {'custom_object_type': thing.pk, 'name': 'more', 'type': 'text'}, expect=400
    ))  # fmt: skip
    assert '1 of them belong to deleted fields that are retained' in message


def test_a_job_makes_room_before_it_is_needed(lab, worn):
    with lab.request():
        make_field(worn, 'more')
    assert Job.objects.filter(name=RewriteTableJob.name).count() == 1
    before = state(worn)
    (rewritten,) = rewrite_where_worth_it()
    assert (rewritten.done, rewritten.error) == (True, '')
    assert state(worn) == before
    assert rewrite_where_worth_it() == []
    with lab.request():
        make_field(worn, 'even_more')
    assert Job.objects.filter(name=RewriteTableJob.name).count() == 1


def test_what_depends_on_a_table_stops_its_rewriting(worn):
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE VIEW report AS SELECT id FROM {table_name(worn.pk)}')
    before = state(worn)
    (rewritten,) = rewrite_where_worth_it()
    assert not rewritten.done
    assert 'report' in rewritten.error
    assert state(worn) == before


@pytest.mark.parametrize(('attach', 'named'), [
    ('GRANT SELECT (id) ON {table} TO PUBLIC', 'rights on the column id'),
    ('CREATE PUBLICATION own FOR TABLE {table}', 'the publication own'),
    ('ALTER TABLE {table} REPLICA IDENTITY FULL', 'a replica identity'),
    ('ALTER TABLE {table} ENABLE ROW LEVEL SECURITY', 'row security'),
    ('CREATE POLICY mine ON {table} USING (true)', 'the policy mine'),
    ('CREATE RULE quiet AS ON DELETE TO {table} WHERE false DO INSTEAD NOTHING', 'the rule quiet'),
    ('CREATE TABLE more () INHERITS ({table})', 'inheritance by more'),
    ('ALTER TABLE {table} SET UNLOGGED', 'no write-ahead log'),
])  # fmt: skip
def test_what_would_be_lost_stops_a_rewriting(worn, attach, named):
    with connection.cursor() as cursor:
        cursor.execute(attach.format(table=table_name(worn.pk)))
    before = state(worn), used(worn)
    (rewritten,) = rewrite_where_worth_it()
    assert not rewritten.done
    assert 'would be lost' in rewritten.error
    assert named in rewritten.error
    assert (state(worn), used(worn)) == before


def test_what_others_attached_is_there_after_a_rewriting(worn):
    table = table_name(worn.pk)
    attached = f"""
        SELECT reloptions, relacl, (SELECT string_agg(obj_description(indexrelid, 'pg_class'), ',') FROM pg_index
                                    WHERE indrelid = c.oid)
        FROM pg_class c WHERE oid = '{table}'::regclass
    """
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE {table} SET (fillfactor = 70, autovacuum_enabled = false)')
        cursor.execute(f'CREATE INDEX own ON {table} (created)')
        cursor.execute("COMMENT ON INDEX own IS 'it''s ours'")
        cursor.execute(f'GRANT SELECT ON {table} TO pg_monitor WITH GRANT OPTION')
        cursor.execute(attached)
        before = cursor.fetchone()
        assert 'pg_monitor=r*' in str(before)
        (rewritten,) = rewrite_where_worth_it()
        assert rewritten.done, rewritten.error
        cursor.execute(attached)
        assert cursor.fetchone() == before
