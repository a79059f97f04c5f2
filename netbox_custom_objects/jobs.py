"""
Background jobs of the plugin.

The name of a job says for which type and schema it runs, so that none is queued twice.
"""

from dataclasses import dataclass
from itertools import batched

from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, connections, transaction

from core.choices import JobIntervalChoices
from extras.models import CachedValue
from netbox.jobs import system_job
from netbox.search.backends import CachedValueSearchBackend, search_backend

from .constants import APP_LABEL, DISPLAY_IN_SEARCH, LONG_JOB_SECONDS
from .definitions import TypeDefinition, model_name
from .field_types import field_type_of
from .models.display import expression_names
from .runtime.classes.memo import surfaced_fields
from .runtime.classes.registry import model_for, world
from .runtime.context import as_one_request
from .services.discreet_job import DiscreetJob

# Objects that are read, and named, at once.
CHUNK = 1000


class ReindexCustomObjectTypeJob(DiscreetJob):
    """Writes the search index of one type in one schema again."""

    class Meta:
        name = 'Reindex Custom Object Type'

    def work(self, type_id: int, alias: str = DEFAULT_DB_ALIAS, *args, **kwargs):
        count = reindex(type_id, alias)
        self.logger.info(f'{count} values of custom object type {type_id} are indexed.')

    @classmethod
    def enqueue_for(cls, type_id: int, alias: str = DEFAULT_DB_ALIAS) -> None:
        """
        Queue the job when the current transaction commits, unless it waits already or there is nothing to index.

        Args:
            type_id: id of the type
            alias: the schema whose objects are indexed
        """
        asked = Reindexing(type_id, alias)
        # A type with many fields asks as many times in one transaction. What was asked in a savepoint that is undone
        # is among these no more.
        if not any(hook == asked for _savepoints, hook, *_more in reversed(connections[alias].run_on_commit)):
            transaction.on_commit(asked, using=alias)


@dataclass(frozen=True)
class Reindexing:
    """Queues the job of one type when it is called, unless it waits already or there is nothing to index."""

    type_id: int
    alias: str

    def __call__(self):
        name = f'{ReindexCustomObjectTypeJob.name} {self.type_id}'
        if self.alias != DEFAULT_DB_ALIAS:
            name += f' ({self.alias})'
        if ReindexCustomObjectTypeJob.waiting(name):
            return
        model = model_for(self.type_id, self.alias)
        if cached_values(self.type_id, self.alias).exists() or (model and model.objects.using(self.alias).exists()):
            ReindexCustomObjectTypeJob.enqueue(
                name=name, type_id=self.type_id, alias=self.alias, job_timeout=LONG_JOB_SECONDS
            )


@system_job(interval=JobIntervalChoices.INTERVAL_DAILY)
class RefreshDisplayExpressionSearchJob(DiscreetJob):
    """
    Brings the names of objects in the search index up to date, in main.

    A name that is built from other objects changes when those do, and the index is not notified.
    """

    class Meta:
        name = 'Refresh custom object display names in search'

    def work(self, *args, **kwargs):
        for definition in world(DEFAULT_DB_ALIAS).definitions.values():
            if count := refresh_names(definition):
                self.logger.info(f'{count} objects of custom object type {definition.id} have new display names.')


def refresh_names(definition: TypeDefinition) -> int:
    """Index the objects of a type again whose display name is not the one in the index; return their number."""
    references = {field.name for field in definition.fields if field_type_of(field).is_reference}
    if not references & expression_names(definition.display_expression):
        return 0
    if (model := model_for(definition.id, DEFAULT_DB_ALIAS)) is None:
        return 0
    objects = model.objects.using(DEFAULT_DB_ALIAS)
    names = cached_values(definition.id, DEFAULT_DB_ALIAS).filter(field=DISPLAY_IN_SEARCH)
    count = 0
    with as_one_request():
        for batch in batched(objects.iterator(chunk_size=CHUNK), CHUNK):
            known = dict(names.filter(object_id__in=[obj.pk for obj in batch]).values_list('object_id', 'value'))
            changed = [obj for obj in batch if known.get(obj.pk) != str(obj)]
            search_backend.cache(changed)
            count += len(changed)
    return count


def cached_values(type_id: int, alias: str):
    """Return what the index holds of a type in the schema behind `alias`."""
    object_type = ContentType.objects.get_by_natural_key(APP_LABEL, model_name(type_id))
    return CachedValue.objects.using(alias).filter(object_type_id=object_type.pk)


def reindex(type_id: int, alias: str) -> int:
    """
    Replace the search index of one type in one schema, and return the number of values that it has now.

    A chunk of objects at a time: the table of a large type is in use for moments only. Where a run was ended, the rest
    is found by its old values.
    """
    with as_one_request():
        model, known = model_for(type_id, alias), cached_values(type_id, alias)
        if model is None:
            known._raw_delete(using=alias)
            return 0
        objects = model.objects.using(alias).order_by('pk')
        if alias == DEFAULT_DB_ALIAS:
            # In a branch, Django would prefetch from where the router points: outside of the branch, to main.
            objects = objects.prefetch_related(
                *(field.name for field in surfaced_fields(model) if field_type_of(field).is_reference)
            )
        # Other backends know no schemas: they keep one index, that of main.
        schema = {'using': alias} if isinstance(search_backend, CachedValueSearchBackend) else {}
        count = last = 0
        while last is not None:
            with transaction.atomic(using=alias):
                chunk = list(objects.filter(pk__gt=last)[:CHUNK])
                end = chunk[-1].pk if len(chunk) == CHUNK else None
                old = known.filter(object_id__gt=last)
                # Without loading the values first, as NetBox's own clear() does, which cannot be told a schema.
                (old if end is None else old.filter(object_id__lte=end))._raw_delete(using=alias)
                count += search_backend.cache(chunk, remove_existing=not schema, **schema) or 0
            last = end
        return count
