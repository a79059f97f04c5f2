"""
The manager of every dynamic model: reads each schema through a class that fits it.

A class may be older or newer than the table it is asked to read (a branch that lacks a field, a main that lacks the
type). Queries are moved to the class of the schema they run against, and only when the columns do not fit: a class
that fits keeps its field names, which is what whoever asked understands (proven, 1.4).
"""

from django.db import models, router

from utilities.querysets import RestrictedQuerySet

from .context import fit


class CustomObjectQuerySet(RestrictedQuerySet):
    """A restricted queryset that is empty where its type does not exist."""

    def using(self, alias):
        queryset = super().using(alias)
        if self.query.where or self.query.is_sliced:
            return queryset
        return refitted(queryset, alias)


class CustomObjectManager(models.Manager.from_queryset(CustomObjectQuerySet)):
    """`objects`, and the base manager too: Django's Collector, generic foreign keys and refresh_from_db() use that."""

    use_in_migrations = False

    def get_queryset(self):
        alias = self._db or router.db_for_read(self.model, **self._hints)
        return refitted(super().get_queryset(), alias)

    def using(self, alias):
        # Not by way of get_queryset(): for a type that the routed schema lacks, that is empty for good.
        return self.db_manager(alias).get_queryset()


def refitted(queryset, alias: str):
    """Return the queryset on the class that fits the schema behind `alias`; an empty one if the type is not there."""
    model = fit(queryset.model, alias)
    if model is None:
        return queryset.none()
    if model is not queryset.model:
        return CustomObjectQuerySet(model, using=queryset._db, hints=queryset._hints)
    return queryset
