"""A plugin whose migrations use all of our operations, migrated by a process of its own."""

import re

import pytest

from tests.support.catalog import read_catalog
from tests.support.migrations import PLUGIN, migration, write_plugin
from tests.support.processes import Worker
from tests.support.quick_migrations import make_quick

RETIRED = re.compile(r'retired \S+:')
MODELS = """
    class Author(models.Model):
        id = models.BigAutoField(primary_key=True)
        name = models.CharField(max_length=50)
        code = models.CharField(max_length=20)

    class Novel(models.Model):
        author_ptr = models.OneToOneField(Author, models.CASCADE, primary_key=True)
        name = models.CharField(max_length=50, default='')
"""
SOURCES = {
    '0001_before': migration("""
        CreateModel('Author', [
            ('id', models.BigAutoField(primary_key=True, serialize=False)),
            ('name', models.CharField(max_length=50)),
        ]),
        CreateModel('Novel', [
            ('author_ptr', models.OneToOneField(
                'evolving.author', models.CASCADE, parent_link=True, primary_key=True, serialize=False,
            )),
            ('pages', models.IntegerField()),
        ], bases=('evolving.author',)),
        CreateModel('Shelf', [('id', models.BigAutoField(primary_key=True, serialize=False))]),
    """),
    '0002_bases': migration("SetModelBases('Novel', (models.Model,)),"),
    '0003_after': migration("""
        AlterField('novel', 'author_ptr', models.OneToOneField(
            'evolving.author', models.CASCADE, primary_key=True, serialize=False,
        )),
        AddField('novel', 'name', models.CharField(max_length=50, default='')),
        AddStagedColumn('author', 'code', models.CharField(max_length=20)),
        RetireFieldColumn('novel', 'pages'),
        RetireModelTable('Shelf'),
    """),
    '0004_final': migration("FinalizeStagedColumn('author', 'code'),", atomic=False),
}


@pytest.mark.slow
def test_a_plugin_that_uses_all_of_them(fresh_database, tmp_path):
    environment = write_plugin(tmp_path, MODELS, SOURCES)
    with Worker(fresh_database.name, **environment) as worker:
        worker.run(make_quick(PLUGIN))

        def netbox(*arguments):
            return worker.run(f"""
                import io
                from django.core.management import call_command
                out = io.StringIO()
                call_command(*{arguments!r}, stdout=out)
                result = out.getvalue()
            """)

        netbox('migrate_custom_objects', PLUGIN)
        assert 'No changes detected' in netbox('makemigrations', '--check', '--dry-run', PLUGIN)
        shown = netbox('sqlmigrate', PLUGIN, '0002')
        assert '-- Set bases of Novel to Model\n--\n-- (no-op)' in shown
        after = read_catalog('evolving_')
        netbox('migrate', PLUGIN, '0001')
        assert not [row for row in read_catalog('evolving_')['columns'] if row[1] == 'code' or row[-1]]
        netbox('migrate', PLUGIN)
        assert 'retired' in str(after)
        assert RETIRED.sub('', str(read_catalog('evolving_'))) == RETIRED.sub('', str(after))
