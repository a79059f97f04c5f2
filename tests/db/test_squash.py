"""`make squash-check`: whichever way our migrations are applied, the schema is the same, to the letter."""

import pytest

from netbox_custom_objects.constants import APP_LABEL
from tests.support.catalog import differences, read_catalog
from tests.support.migrations import LENT_LABEL, lent_app, migration
from tests.support.squash import OF_MODELS, App


def compare(app: App) -> list[str]:
    """Return how the path of a new installation differs from that of an old one, after each step they share."""
    if len(app.paths) == 1:
        # Nothing on disk is replaced by anything, so both are one.
        return []
    new, *others = (app.walk(path) for path in app.paths)
    return [
        f'{step.name} {difference}'
        for step in app.squashed
        for old in others
        for difference in differences(old[app.parts(step)[-1].name], new[step.name])
    ]


class TestOurMigrations:
    @pytest.fixture(scope='class')
    def ours(self):
        return App(APP_LABEL)

    def test_squashed_and_one_by_one_give_the_same_schema(self, db, ours):
        assert compare(ours) == []

    def test_models_say_the_same_as_migrations(self, db, ours):
        assert ours.missing() == []
        *_, last = ours.walk(ours.squashed).values()
        assert last['columns']
        # `migrate` itself made this database.
        assert differences(read_catalog(ours.prefix), last) == []
        assert differences({kind: last[kind] for kind in OF_MODELS}, ours.walk_models()) == []

    def test_each_step_back_leaves_what_was_before(self, db, ours):
        for path in ours.paths:
            assert ours.not_undone(path) == []


FIRST = migration("""
    CreateModel('Book', [('id', models.BigAutoField(primary_key=True)), ('title', models.CharField(max_length=50))]),
""")
SECOND = migration("""
    AddField('book', 'isbn', models.CharField(max_length=20, null=True)),
    AddField('book', 'pages', models.IntegerField(null=True)),
""")
THIRD = migration("""
    AlterField('book', 'pages', models.IntegerField()),
    AddIndex('book', models.Index(fields=['title'], name='humanize_book_by_title')),
""")
LATER = migration(
    "AddField('book', 'shelf', models.IntegerField(null=True)),", dependencies=[(LENT_LABEL, '0001_squashed_0003')]
)
SQUASHED = """
    CreateModel('Book', [
        ('id', models.BigAutoField(primary_key=True)),
        ('title', models.CharField(max_length={length})),
        ('isbn', models.CharField(max_length=20, null=True)),
        ('pages', models.IntegerField({null})),
    ]),
    {index}
"""
INDEX = "AddIndex('book', models.Index(fields=['title'], name='humanize_book_by_title')),"


class TestTheCheck:
    """On an app whose squashed migration a test writes well or badly."""

    @pytest.fixture
    def differences_of(self, db, tmp_path, monkeypatch):
        def find(length=50, null='', index=INDEX):
            sources = {
                '0001_first': FIRST,
                '0002_second': SECOND,
                '0003_third': THIRD,
                '0001_squashed_0003': migration(
                    SQUASHED.format(length=length, null=null, index=index),
                    replaces=[(LENT_LABEL, name) for name in ('0001_first', '0002_second', '0003_third')],
                    dependencies=[],
                ),
                '0004_later': LATER,
            }
            with lent_app(tmp_path, monkeypatch, sources):
                app = App(LENT_LABEL)
                assert [step.name for step in app.squashed] == ['0001_squashed_0003', '0004_later']
                assert [step.name for step in app.one_by_one] == [
                    '0001_first',
                    '0002_second',
                    '0003_third',
                    '0004_later',
                ]
                assert app.not_undone(app.one_by_one) == []
                return compare(app)

        return find

    def test_a_faithful_squash_passes(self, differences_of):
        assert differences_of() == []

    @pytest.mark.parametrize(
        ('mistake', 'told'),
        [
            ({'length': 60}, '0001_squashed_0003 + columns: humanize_book title character varying(60)'),
            ({'null': 'null=True'}, '0001_squashed_0003 + columns: humanize_book pages integer False'),
            ({'index': ''}, '0001_squashed_0003 - indexes: humanize_book humanize_book_by_title CREATE INDEX'),
        ],
    )
    def test_an_unfaithful_one_is_told(self, differences_of, mistake, told):
        found = differences_of(**mistake)
        assert any(difference.startswith(told) for difference in found), found
        # Mid-way as well as at the end.
        assert any(difference.startswith('0004_later') for difference in found)
