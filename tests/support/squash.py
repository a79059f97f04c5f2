"""Walks the migrations of one app by different paths, and records what the schema looks like on the way.

All inside a transaction that is rolled back, on a database where the app's tables are dropped first.
"""

from contextlib import contextmanager
from functools import cached_property

from django.apps import apps
from django.db import connection, transaction
from django.db.migrations import Migration
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.questioner import MigrationQuestioner
from django.db.migrations.state import ModelState, ProjectState

from tests.support.catalog import read_catalog
from tests.support.quick_migrations import NearState

# What models alone decide; the rest is made by the Python and SQL of migrations.
OF_MODELS = ('columns', 'constraints', 'indexes')

_DROP = """
    DO $body$
    DECLARE found record;
    BEGIN
        FOR found IN SELECT c.oid::regclass AS name FROM pg_class c
            WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname ~ '^{prefix}'
        LOOP EXECUTE 'DROP TABLE ' || found.name || ' CASCADE'; END LOOP;
        FOR found IN SELECT oid::regprocedure AS name FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace AND proname ~ '^{prefix}'
        LOOP EXECUTE 'DROP FUNCTION ' || found.name; END LOOP;
        FOR found IN SELECT c.oid::regclass AS name FROM pg_class c
            WHERE c.relkind = 'S' AND c.relnamespace = 'public'::regnamespace AND c.relname ~ '^{prefix}'
        LOOP EXECUTE 'DROP SEQUENCE ' || found.name; END LOOP;
    END $body$
"""


class App:
    """The migrations of one app as they are on disk."""

    def __init__(self, label: str):
        self.label = label
        self.prefix = f'{label}_'
        self.loader = MigrationLoader(None)
        self.squashed = self._plan()
        self._walks = {}
        self.one_by_one = [single for migration in self.squashed for single in self.parts(migration)]

    def _plan(self) -> list[Migration]:
        """The path of a new installation: squashed migrations instead of what they replace."""
        graph = self.loader.graph
        keys = dict.fromkeys(key for leaf in graph.leaf_nodes(self.label) for key in graph.forwards_plan(leaf))
        return [graph.nodes[key] for key in keys if key[0] == self.label]

    @property
    def paths(self) -> list[list[Migration]]:
        """The paths that differ: one, as long as nothing is squashed whose parts are still on disk."""
        return [self.squashed] if self.squashed == self.one_by_one else [self.squashed, self.one_by_one]

    def parts(self, migration: Migration) -> list[Migration]:
        """What a squashed migration replaces, in order, if that is on disk; else the migration itself."""
        on_disk = self.loader.disk_migrations
        if not migration.replaces or not all(tuple(key) in on_disk for key in migration.replaces):
            return [migration]
        return [single for key in migration.replaces for single in self.parts(on_disk[tuple(key)])]

    def state_before(self) -> ProjectState:
        """The state of all that the app depends on, without the app."""
        return self._state_before.clone()

    @cached_property
    def _state_before(self) -> ProjectState:
        needed = {tuple(key) for migration in self.one_by_one + self.squashed for key in migration.dependencies}
        nodes = sorted(key for key in needed if key[0] != self.label and key in self.loader.graph.nodes)
        known = self.loader.project_state(nodes)
        # Classes are by far the dearest part: they are made of what the app refers to, and clones take them along.
        state = NearState(known.models, known.real_apps)
        assert state.apps
        return state

    def walk(self, path: list[Migration]) -> dict[str, dict]:
        """Apply migrations to a database without the app; return the catalog after each, by name."""
        return self._walk_there_and_back(path)[0]

    def not_undone(self, path: list[Migration]) -> list[str]:
        """Return the names of migrations that, unapplied, do not leave the catalog as it was before them."""
        return self._walk_there_and_back(path)[1]

    def _walk_there_and_back(self, path: list[Migration]) -> tuple[dict[str, dict], list[str]]:
        """A walk takes seconds, as each step renders the models of all NetBox: each path is walked once."""
        key = tuple(migration.name for migration in path)
        if key not in self._walks:
            self._walks[key] = self._walk(path)
        return self._walks[key]

    def _walk(self, path):
        catalogs, past, wrong = {}, [], []
        with self.nothing():
            before_it = [self._read()]
            for migration, before in self._forwards(path):
                past.append((migration, before))
                catalogs[migration.name] = self._read()
                before_it.append(catalogs[migration.name])
            for migration, before in reversed(past):
                with connection.schema_editor() as editor:
                    migration.unapply(before, editor)
                before_it.pop()
                if self._read() != before_it[-1]:
                    wrong.append(migration.name)
        return catalogs, wrong

    def walk_models(self) -> dict:
        """Return the catalog as one migration would make it that is written now, from the models as they are."""
        before = self.state_before()
        wanted = before.clone()
        for model in apps.get_app_config(self.label).get_models(include_auto_created=False, include_swapped=True):
            wanted.add_model(ModelState.from_model(model))
        made = MigrationAutodetector(before, wanted, MigrationQuestioner(specified_apps={self.label})).changes(
            MigrationGraph(), trim_to_apps={self.label}
        )
        with self.nothing():
            for _ in self._forwards(made.get(self.label, ()), before):
                pass
            return {kind: rows for kind, rows in self._read().items() if kind in OF_MODELS}

    def missing(self) -> list[str]:
        """What `makemigrations --check` complains about."""
        found = MigrationAutodetector(self.loader.project_state(), ProjectState.from_apps(apps)).changes(
            self.loader.graph, trim_to_apps={self.label}
        )
        return [op.describe() for made in found.get(self.label, ()) for op in made.operations]

    @contextmanager
    def nothing(self):
        """Inside, the database has nothing of the app; afterwards it is as before."""
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(_DROP.format(prefix=self.prefix))
            yield
            transaction.set_rollback(True)

    def _forwards(self, path, state=None):
        state = state or self.state_before()
        for migration in path:
            before = state.clone()
            with connection.schema_editor() as editor:
                state = migration.apply(state, editor)
            yield migration, before

    def _read(self) -> dict:
        return read_catalog(self.prefix)
