"""
Makes `migrate` quick on an empty database: an operation gets classes of the models it is about, not of all.

Django keeps classes of all two hundred models up to date while it migrates, and makes nearly all of them again for each
operation, as NetBox's models are connected with each other: nine tenths of the time. Here a state has classes only when
they are asked for. An operation on one table gets those of its model and of the models that this one refers to, and, if
the type of a key changes, of those that refer to it. Data migrations get all of them. A dump of the resulting database
is the same, in a fifth of the computing time.
"""

import functools

from django.apps.registry import Apps
from django.db.migrations import operations
from django.db.migrations.state import AppConfigStub, ProjectState, StateApps
from django.db.migrations.utils import resolve_relation
from django.utils.functional import SimpleLazyObject, cached_property

# Operations on one table. Renaming a model changes any number of them.
ON_ONE_TABLE = (
    operations.AddConstraint, operations.AddField, operations.AddIndex, operations.AlterField,
    operations.AlterIndexTogether, operations.AlterModelTable, operations.AlterUniqueTogether, operations.CreateModel,
    operations.DeleteModel, operations.RemoveConstraint, operations.RemoveField, operations.RemoveIndex,
    operations.RenameField, operations.RenameIndex,
)  # fmt: skip


def install():
    """Change Django for as long as the process lives."""
    # What is no attribute of the instance is not kept up to date.
    ProjectState.apps = property(lambda state: SimpleLazyObject(lambda: StateApps(state.real_apps, state.models)))
    for operation in ON_ONE_TABLE:
        operation.database_forwards = _with_near_states(operation.database_forwards)


def _with_near_states(database_forwards):
    @functools.wraps(database_forwards)
    def forwards(self, app_label, schema_editor, *states):
        key = app_label, (getattr(self, 'model_name', None) or self.name).lower()
        # The type of a key is that of the columns that refer to it.
        is_key = isinstance(self, operations.AlterField) and any(
            _is_key(state.models[key].fields[self.name]) for state in states
        )
        return database_forwards(self, app_label, schema_editor, *(NearState(state, key, is_key) for state in states))

    return forwards


def _is_key(field):
    return field.primary_key or field.unique


class NearState:
    """A state as an operation on one table sees it."""

    def __init__(self, state, key, with_referring):
        self.models = state.models
        self.key = key
        self.with_referring = with_referring

    @cached_property
    def apps(self):
        near = Near(self.models)
        near.add(self.key, with_targets=True)
        if self.with_referring:
            near.add_referring(self.key)
        return NearApps([self.models[key] for key in near.found])


class NearApps(StateApps):
    """Classes of some models; what they refer to beyond stays a name."""

    def __init__(self, states):
        labels = sorted({state.app_label for state in states})
        # Django's own would refuse what stays a name.
        Apps.__init__(self, [AppConfigStub(label) for label in labels])
        # As in Django: they would prevent copying.
        self._lock = self.ready_event = None
        self.real_models = []
        self.render_multiple(states)


class Near:
    """The keys of models that are found from one of them."""

    def __init__(self, models):
        self.models = models
        self.found = {}

    def add(self, key, with_targets=False):
        """Add a model and what it is made from; its key may be that of another."""
        if key not in self.models or key in self.found:
            return
        self.found[key] = None
        for base in self.models[key].bases:
            if isinstance(base, str):
                self.add(tuple(base.lower().split('.')))
        for field in self.models[key].fields.values():
            if with_targets or field.primary_key:
                for target in targets(field, key):
                    self.add(target)

    def add_referring(self, key):
        """Add the models that refer to one, and those that refer to the same key through them."""
        for other, state in self.models.items():
            fields = [field for field in state.fields.values() if field.remote_field and key in targets(field, other)]
            if fields and other not in self.found:
                self.add(other)
                if any(_is_key(field) for field in fields):
                    self.add_referring(other)


def targets(field, key):
    """Return the keys of the models that a field of a model refers to, and is stored in."""
    if not field.remote_field:
        return []
    named = field.remote_field.model, getattr(field.remote_field, 'through', None)
    return [resolve_relation(name, *key) for name in named if name]
