"""Migration operations, forwards and backwards on tables with rows; afterwards there is nothing to migrate."""

import pytest
from django.db import IntegrityError, connection, connections, migrations, models, transaction
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.operations.base import Operation
from django.db.migrations.optimizer import MigrationOptimizer
from django.db.migrations.questioner import MigrationQuestioner
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.writer import OperationWriter
from django.test.utils import isolate_apps

from netbox_custom_objects.ddl.introspect import split_comment
from netbox_custom_objects.evolution.operations import (
    AddStagedColumn,
    FinalizeStagedColumn,
    RetireFieldColumn,
    RetireModelTable,
    SetModelBases,
)
from tests.support.branches import Lab, close
from tests.support.catalog import read_catalog

LABEL = 'books'


def changes(before, after):
    """What the autodetector would do to get from one state to another."""
    found = MigrationAutodetector(before, after, MigrationQuestioner(specified_apps={LABEL})).changes(MigrationGraph())
    return [operation.describe() for made in found.values() for migration in made for operation in migration.operations]


class Timeline:
    """The migrations of one app, applied one after the other, and taken back."""

    def __init__(self, *operations):
        self.state = ProjectState()
        self.past = []
        for operation in operations:
            self.forwards(operation)

    def forwards(self, operation: Operation):
        before, after = self.state, self.state.clone()
        operation.state_forwards(LABEL, after)
        with connection.schema_editor() as editor:
            operation.database_forwards(LABEL, editor, before, after)
        self.past.append((operation, before))
        self.state = after

    def backwards(self):
        operation, before = self.past.pop()
        with connection.schema_editor() as editor:
            operation.database_backwards(LABEL, editor, self.state, before)
        self.state = before

    def model(self, name):
        return self.state.apps.get_model(LABEL, name)

    def changes_to(self, *models):
        """What the autodetector would still want to do for these models to be what migrations say."""
        wanted = ProjectState()
        for model in models:
            wanted.add_model(ModelState.from_model(model))
        return changes(self.state, wanted)


def key():
    # As Django itself writes primary keys into migrations.
    return 'id', models.BigAutoField(primary_key=True, serialize=False)


AUTHOR = migrations.CreateModel('Author', [key(), ('name', models.CharField(max_length=50))])
BOOK = migrations.CreateModel(
    'Book',
    [
        key(),
        ('title', models.CharField(max_length=50)),
        ('isbn', models.CharField(max_length=20, unique=True, db_comment='thirteen digits')),
        ('shelf', models.IntegerField(default=7)),
        ('author', models.ForeignKey('books.author', models.CASCADE)),
        ('readers', models.ManyToManyField('books.author', related_name='+')),
    ],
)


def state_after(*operations):
    state = ProjectState()
    for operation in operations:
        operation.state_forwards(LABEL, state)
    return state


@pytest.fixture
def books(fresh_database):
    timeline = Timeline(AUTHOR, BOOK)
    author = timeline.model('author').objects.create(name='Ada')
    book = timeline.model('book').objects.create(title='first', isbn='1', shelf=3, author=author)
    book.readers.add(author)
    return timeline


def catalog():
    return read_catalog('books_')


def without_names(found):
    """A catalog without the names of constraints and indexes, which Django makes again."""
    return {
        kind: [(row[0], *row[2:]) for row in rows] if kind in ('constraints', 'indexes') else rows
        for kind, rows in found.items()
    }


def one(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()


def column(table, name):
    """(not null, comment) of a column."""
    return one(
        'SELECT attnotnull, col_description(attrelid, attnum) FROM pg_attribute'
        ' WHERE attrelid = %s::regclass AND attname = %s',
        table,
        name,
    )


def written(operation):
    """An operation as makemigrations and squashmigrations would write it."""
    text, imports = OperationWriter(operation, indentation=0).serialize()
    scope = {}
    exec('\n'.join([*imports, 'from django.db import migrations', f'made = [{text}]']), scope)
    return scope['made'][0]


@pytest.mark.parametrize(
    'operation',
    [
        SetModelBases('Book', ('books.author', models.Model)),
        AddStagedColumn('book', 'code', models.CharField(max_length=20)),
        FinalizeStagedColumn('book', 'code'),
        RetireFieldColumn('book', 'title'),
        RetireModelTable('Book'),
    ],
    ids=lambda operation: type(operation).__name__,
)
def test_operations_can_be_written(operation):
    again = written(operation)
    assert type(again) is type(operation)
    assert again.describe() == operation.describe()
    assert operation.reversible
    assert operation.reduces_to_sql
    assert operation.migration_name_fragment.isidentifier()


class TestSetModelBases:
    CHILD = migrations.CreateModel(
        'Novel',
        [
            (
                'author_ptr',
                models.OneToOneField(
                    'books.author',
                    models.CASCADE,
                    parent_link=True,
                    primary_key=True,
                    auto_created=True,
                    serialize=False,
                ),
            ),
            ('pages', models.IntegerField()),
        ],
        bases=('books.author',),
    )

    def test_a_model_leaves_its_parent(self, fresh_database):
        timeline = Timeline(AUTHOR, self.CHILD)
        timeline.model('novel').objects.create(name='Ada', pages=3)
        before = catalog()
        assert timeline.model('novel')._meta.parents
        timeline.forwards(SetModelBases('Novel', (models.Model,)))
        assert catalog() == before
        novel = timeline.model('novel')
        assert not novel._meta.parents
        assert [field.name for field in novel._meta.get_fields()] == ['author_ptr', 'pages']
        pointer = models.OneToOneField('books.author', models.CASCADE, primary_key=True, serialize=False)
        timeline.forwards(migrations.AlterField('novel', 'author_ptr', pointer))
        assert catalog() == before
        assert timeline.model('novel').objects.get().author_ptr.name == 'Ada'
        # A field of the parent's name, which Django would refuse in a child.
        timeline.forwards(migrations.AddField('novel', 'name', models.CharField(max_length=50, default='own')))
        assert timeline.model('novel').objects.get().name == 'own'
        with isolate_apps('django.contrib.humanize'):

            class Author(models.Model):
                id = models.BigAutoField(primary_key=True)
                name = models.CharField(max_length=50)

                class Meta:
                    app_label = LABEL

            class Novel(models.Model):
                author_ptr = models.OneToOneField(Author, models.CASCADE, primary_key=True)
                name = models.CharField(max_length=50, default='own')
                pages = models.IntegerField()

                class Meta:
                    app_label = LABEL

            assert timeline.changes_to(Author, Novel) == []
            assert timeline.state.models[LABEL, 'novel'].bases == ModelState.from_model(Novel).bases
        for _ in range(3):
            timeline.backwards()
        assert catalog() == before
        assert timeline.model('novel').objects.get().name == 'Ada'


class TestStaged:
    FIELD = models.CharField(max_length=20)

    def test_required_by_the_application_and_then_by_the_database(self, books):
        before = catalog()
        books.forwards(AddStagedColumn('book', 'code', self.FIELD))
        book = books.model('book').objects.get()
        assert book.code is None
        with pytest.raises(Exception, match='code'):
            book.full_clean()
        assert column('books_book', 'code') == (False, None)
        with pytest.raises(IntegrityError), transaction.atomic():
            books.forwards(FinalizeStagedColumn('book', 'code'))
        assert column('books_book', 'code') == (False, None)
        books.model('book').objects.update(code='x')
        books.forwards(FinalizeStagedColumn('book', 'code'))
        assert column('books_book', 'code') == (True, None)
        with pytest.raises(IntegrityError), transaction.atomic():
            books.model('book').objects.update(code=None)
        # What makemigrations compares with the model says the same in both stages.
        plain = books.past[-1][1].clone()
        assert changes(books.state, plain) == []
        books.backwards()
        assert column('books_book', 'code') == (False, None)
        assert books.model('book').objects.get().code == 'x'
        books.backwards()
        assert catalog() == before

    def test_a_finalized_column_is_what_an_ordinary_one_is(self, books):
        books.model('book').objects.all().delete()
        books.forwards(migrations.AddField('book', 'code', self.FIELD))
        ordinary = catalog()
        books.backwards()
        books.forwards(AddStagedColumn('book', 'code', self.FIELD))
        books.forwards(FinalizeStagedColumn('book', 'code'))
        assert catalog() == ordinary

    @pytest.mark.parametrize(
        'field', [models.CharField(null=True), models.IntegerField(default=1), models.IntegerField(db_default=1)]
    )
    def test_what_needs_no_staging_is_refused(self, field):
        with pytest.raises(ValueError, match='use AddField'):
            AddStagedColumn('book', 'code', field)

    def test_squashing_keeps_the_end(self):
        operations = [AddStagedColumn('book', 'code', self.FIELD), migrations.RenameField('book', 'code', 'key')]
        (made,) = MigrationOptimizer().optimize(operations, LABEL)
        assert type(made) is AddStagedColumn
        assert made.name == 'key'


class TestRetireColumn:
    def test_values_are_kept_and_come_back(self, books):
        before = catalog()
        books.forwards(RetireFieldColumn('book', 'isbn'))
        not_null, comment = column('books_book', 'isbn')
        assert not not_null
        said, at = split_comment(comment)
        assert said == 'thirteen digits'
        assert at
        assert one('SELECT isbn FROM books_book') == ('1',)
        # Rows can be added by a model that knows nothing of the column.
        author = books.model('author').objects.get()
        added = books.model('book').objects.create(title='second', author=author)
        added.delete()
        books.backwards()
        assert catalog() == before
        assert books.model('book').objects.get().isbn == '1'

    def test_rows_added_meanwhile(self, books):
        books.forwards(RetireFieldColumn('book', 'isbn'))
        books.forwards(RetireFieldColumn('book', 'shelf'))
        author = books.model('author').objects.get()
        books.model('book').objects.create(title='second', author=author)
        books.backwards()
        assert column('books_book', 'shelf') == (True, None)
        books.backwards()
        # There is no value to give them, so the column is as after AddStagedColumn.
        assert column('books_book', 'isbn') == (False, 'thirteen digits')
        assert list(books.model('book').objects.order_by('pk').values_list('isbn', 'shelf')) == [('1', 3), (None, 7)]
        assert changes(books.state, state_after(AUTHOR, BOOK)) == []

    def test_what_it_points_at_can_be_deleted(self, books):
        before = catalog()
        books.forwards(RetireFieldColumn('book', 'author'))
        books.forwards(RetireModelTable('Book'))
        books.model('author').objects.get().delete()
        assert one('SELECT author_id IS NOT NULL FROM books_book') == (True,)
        books.backwards()
        books.backwards()
        assert one('SELECT author_id FROM books_book') == (None,)
        assert not column('books_book', 'author_id')[0]
        one('DELETE FROM books_book_readers RETURNING 1')
        one('DELETE FROM books_book RETURNING 1')
        books.forwards(RetireFieldColumn('book', 'author'))
        books.backwards()
        assert without_names(catalog()) == without_names(before)

    @pytest.mark.parametrize('name', ['readers', 'id'])
    def test_what_has_no_column_of_its_own_is_refused(self, books, name):
        before = catalog()
        with pytest.raises(ValueError, match='cannot be retired'):
            books.forwards(RetireFieldColumn('book', name))
        assert catalog() == before


class TestRetireTable:
    def test_rows_are_kept_and_come_back(self, books):
        before = catalog()
        books.forwards(RetireModelTable('Book'))
        assert (LABEL, 'book') not in books.state.models
        (comment,) = one("SELECT obj_description('books_book'::regclass, 'pg_class')")
        assert split_comment(comment)[1]
        assert one('SELECT title FROM books_book') == ('first',)
        assert not [
            text for table, _, text, _ in catalog()['constraints'] if 'FOREIGN KEY' in text and table == 'books_book'
        ]
        assert changes(books.state, state_after(AUTHOR)) == []
        books.backwards()
        assert without_names(catalog()) == without_names(before)
        book = books.model('book').objects.get()
        assert (book.title, book.author.name, book.readers.get().name) == ('first', 'Ada', 'Ada')


@pytest.mark.parametrize(
    ('label', 'model', 'name', 'is_copied'),
    [('dcim', 'Manufacturer', 'description', True), ('users', 'User', 'first_name', False)],
)
def test_in_a_branch_its_own_tables_are_changed_alone(fresh_database, label, model, name, is_copied):
    branch = Lab().branch()
    before, after = ProjectState(), ProjectState()
    table = f'{label}_{model.lower()}'
    fields = [key(), (name, models.CharField(max_length=200))]
    migrations.CreateModel(model, fields, options={'db_table': table}).state_forwards(label, before)
    migrations.CreateModel(model, fields, options={'db_table': table}).state_forwards(label, after)
    operation = RetireFieldColumn(model, name)
    operation.state_forwards(label, after)

    def mark(schema):
        return column(f'{schema}.{table}', name)[1]

    with connections[branch.connection_name].schema_editor() as editor:
        operation.database_forwards(label, editor, before, after)
    if is_copied:
        assert split_comment(mark(branch.schema_name))[1]
        with connections[branch.connection_name].schema_editor() as editor:
            operation.database_backwards(label, editor, after, before)
        assert mark(branch.schema_name) is None
    assert mark('public') is None
    close(branch)
