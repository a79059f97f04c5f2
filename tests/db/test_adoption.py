"""`migrate` takes an installation of the vendor plugin over: catalog, rows and numbers; no object is rewritten."""

import pytest
from django.db import connection

from core.models import ObjectType
from extras.models import CustomField, TaggedItem

from netbox_custom_objects.ddl.introspect import introspect_all
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.evolution.adoption.survey import survey
from netbox_custom_objects.evolution.heal import heal
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField, Revision, SchemaIdCounter
from netbox_custom_objects.services.reconcile import plan_all
from netbox_custom_objects.services.upkeep.schemas import open_main_schema
from tests.support.catalog import read_catalog
from tests.support.commands import upgrade
from tests.support.vendor_database import KEPT_BEFORE, migrate, read_kept

pytestmark = pytest.mark.slow

MAIN = Target.for_alias('default')


def rows(query, *params):
    with connection.cursor() as cursor:
        cursor.execute(query, params or None)
        return cursor.fetchall()


def test_everything_is_ours_afterwards(adopted):
    # Nothing is left for reconcile, for the healing after migrate, or for a second take-over.
    assert plan_all('default') == {}
    assert heal(open_main_schema()) == []
    assert survey(MAIN) == []
    assert upgrade() == (0, 'No problems found.\n')
    catalog = read_catalog('custom_objects_')
    tables = {table.name for schema in introspect_all(MAIN).values() for table in schema.tables}
    links = {f'custom_objects_1_f_{n}' for n in (14, 15, 17, 20, 21)} | {
        f'custom_objects_2_f_{n}' for n in (32, 35, 36)
    }
    assert tables == {'custom_objects_1', 'custom_objects_2', 'custom_objects_3', *links}
    assert {row[0] for row in catalog['columns']} == tables
    kinds = {row[2].split()[0] for row in catalog['constraints']}
    assert kinds == {'PRIMARY', 'UNIQUE'}
    assert {row[1] for row in catalog['constraints'] if row[2].startswith('PRIMARY')} == {f'{t}_pkey' for t in tables}
    assert {row[0] for row in catalog['sequences']} == {f'{table}_id_seq' for table in tables}
    assert not any(row[4] for row in catalog['columns']), 'identity columns are left'
    defaults = {row[0]: row[7] for row in catalog['columns'] if row[1] == 'id'}
    assert defaults == {table: f"nextval('{table}_id_seq'::regclass)" for table in tables}
    comments = {(row[0], row[1]): row[8] for row in catalog['columns'] if row[8]}
    assert comments['custom_objects_1', 'f_8'] == 'field 8, created as web (url)'
    titles = [row[3] for row in catalog['columns'] if row[1] == 'f_8_title']
    assert titles == [False], 'titles may be empty'

    fields = {field.pk: field for field in CustomObjectTypeField.objects.all()}
    assert fields[1].payload_key == 'title__1'
    assert fields[33].payload_key == 'f_34__33'
    assert fields[37].former_names == ['sn']
    assert [field.pk for field in fields.values() if field.former_names] == [37]
    # 30 was the highest number that type 1 had handed out.
    assert fields[23].schema_id == 31
    assert dict(SchemaIdCounter.objects.values_list('type_id', 'value')) == {1: 31, 2: 8, 3: 0}
    assert Revision.objects.filter(schema='public').exists()
    document = CustomObjectType.objects.get(pk=1).schema_document
    # What the vendor noted is brought up to date, what is not known is kept.
    assert document['later'] == 1
    assert '_config_context_generation' in [column['name'] for column in document['base_columns']]


def test_numbers_go_on_and_swapped_names_keep_their_values(adopted):
    numbers = {'custom_objects_1': 401, 'custom_objects_2': 31, 'custom_objects_3': 1, 'custom_objects_1_f_14': 121}
    for table, number in numbers.items():
        assert rows("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", table) == [(number,)], table
    assert rows("INSERT INTO custom_objects_2 (f_30) VALUES ('new') RETURNING id") == [(32,)]
    # Fields 33 and 34 of type 2 have each other's column for a name, fields 35 and 36 each other's table.
    assert rows('SELECT f_33, f_34 FROM custom_objects_2 WHERE id = 7') == [(7, 1007)]
    assert sorted(rows('SELECT source_id, target_id FROM custom_objects_2_f_35')) == [(1, 1), (1, 2)]
    assert rows('SELECT source_id, target_id FROM custom_objects_2_f_36') == [(1, 5)]


def test_nothing_is_rewritten_and_what_netbox_keeps_is_kept(adopted):
    assert read_kept(adopted) == KEPT_BEFORE
    assert ObjectType.objects.get(app_label='netbox_custom_objects', model='table1model').public
    assert TaggedItem.objects.get().content_object.title == 'Note 1'
    assert CustomField.objects.get().related_object_type.model == 'table2model'
    # The vendor's migrations stay recorded, and a second run finds nothing to do.
    connection.close()
    assert 'No migrations to apply.' in migrate(adopted)
