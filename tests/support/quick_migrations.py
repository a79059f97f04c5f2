"""
Makes `migrate` quick in tests: what the migrations of NetBox and other plugins come to is computed once.

For every command, Django computes the state of all models from 350 migrations, two or three times, and makes classes
of all 180 models, again and again. Here the state before the migrations in question is kept, and classes are made only
of the models of these apps and of what they refer to. What migrations do stays as it is. New interpreters, such as the
ones that build the template, go without; tests/db/test_harness.py compares.
"""

import functools

from django.apps import apps
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState, StateApps
from django.utils.functional import cached_property

from netbox_custom_objects.constants import APP_LABEL
from tests.support import quick_object_types

# An installed app that has neither models nor migrations lends its label to those that tests write.
LENT_LABEL = 'humanize'
# Whose migrations are run in tests.
RUN = {APP_LABEL, LENT_LABEL}
# Content types and permissions are made after `migrate`.
WANTED_AFTERWARDS = {'contenttypes', 'auth'}

_create_project_state = MigrationExecutor._create_project_state
_mutate_state = Migration.mutate_state
_known_states = {}


class NearState(ProjectState):
    """A state that begins with what is known, and knows classes only of what is near."""

    def __init__(self, models=None, real_apps=None, known=frozenset()):
        super().__init__(models, real_apps)
        self.known = known

    def clone(self):
        other = super().clone()
        near = NearState(other.models, other.real_apps, self.known)
        near.__dict__.update(other.__dict__)
        return near

    @cached_property
    def apps(self):
        found = near_models(self.models)
        labels = {label for label, _ in found}
        return StateApps(self.real_apps & labels, {key: self.models[key] for key in found if key in self.models})


def near_models(models) -> set[tuple[str, str]]:
    """Return the keys of the models of the apps that are migrated, and of what they refer to, directly or not."""
    queue = [key for key in models if key[0] in RUN]
    for label in RUN | WANTED_AFTERWARDS:
        # What they refer to when all migrations are done is made from the start.
        queue += [_key(model) for model in apps.get_app_config(label).get_models(include_auto_created=True)]
    found = set()
    while queue:
        key = queue.pop()
        if key not in found:
            found.add(key)
            queue += _referred_to(key, models)
    return found


def _referred_to(key, models):
    state = models.get(key)
    if state is None:
        try:
            model = apps.get_model(*key)
        except LookupError:  # A class of an earlier migration, which is gone by now.
            return
        parents = [parent for parent in model.__mro__[1:] if hasattr(parent, '_meta')]
        yield from (_key(parent) for parent in parents if not parent._meta.abstract)
        fields = [*model._meta.local_fields, *model._meta.local_many_to_many]
    else:
        yield from (tuple(base.lower().split('.')) for base in state.bases if isinstance(base, str))
        fields = state.fields.values()
    for field in fields:
        for target in (field.related_model, getattr(field.remote_field, 'through', None)) if field.is_relation else ():
            if isinstance(target, str):
                label, _, name = target.lower().rpartition('.')
                yield (label or key[0], name) if name != 'self' else key
            elif target is not None:
                yield _key(target)


def _key(model):
    return model._meta.app_label, model._meta.model_name


def install():
    """Make the migrations of this process, and of what is forked from it, quick."""
    MigrationExecutor._create_project_state = create_project_state
    Migration.mutate_state = mutate_state
    quick_object_types.install()


def make_quick(label: str) -> str:
    """Return the code that makes the migrations of an app quick in a new interpreter that has set up Django."""
    return f"""
        from tests.support import quick_migrations
        quick_migrations.RUN.add({label!r})
        quick_migrations.install()
    """


@functools.wraps(_create_project_state)
def create_project_state(self, with_applied_migrations=False):
    nodes, applied = self.loader.graph.nodes, self.loader.applied_migrations
    known = frozenset(key for key in nodes if key[0] not in RUN)
    if not all(key in applied for key in known):
        return _create_project_state(self, with_applied_migrations)
    begin = _known_state(self, known)
    state = NearState({key: model.clone() for key, model in begin.models.items()}, begin.real_apps, known)
    if with_applied_migrations:
        for migration, _ in self.migration_plan(self.loader.graph.leaf_nodes(), clean_start=True):
            if (migration.app_label, migration.name) in applied:
                migration.mutate_state(state, preserve=False)
    return state


def _known_state(executor, known):
    key = known, frozenset(executor.loader.unmigrated_apps)
    if key not in _known_states:
        state = ProjectState(real_apps=executor.loader.unmigrated_apps)
        for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True):
            if (migration.app_label, migration.name) in known:
                _mutate_state(migration, state, preserve=False)
        _known_states[key] = state
    return _known_states[key]


@functools.wraps(_mutate_state)
def mutate_state(self, project_state, preserve=True):
    if isinstance(project_state, NearState) and (self.app_label, self.name) in project_state.known:
        return project_state
    return _mutate_state(self, project_state, preserve)


def prepare():
    """Compute what is kept, without a database."""
    executor = MigrationExecutor(None)
    _known_state(executor, frozenset(key for key in executor.loader.graph.nodes if key[0] not in RUN))
