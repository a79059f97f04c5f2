"""
What expressions see of objects that references lead to: a name, an id, and what REST shows of them in brief.

May import expressions and NetBox's serializers. Must not query for more than the name, which is left out if it is not
read.
"""

from collections.abc import Collection
from functools import cache
from types import MappingProxyType

from django.db import models

from netbox.api.exceptions import SerializerNotFound
from utilities.api import get_serializer_for_model

from ...expressions import MAX_ITEMS, StandIn, plain
from ..polymorphic.keys import existing_models

DISPLAY = 'display'


def stand_in(target: models.Model | None, reads: Collection[str] | None = None) -> StandIn | None:
    """
    Return what stands for an object.

    Args:
        target: the object
        reads: the attributes that are needed, None for all of them
    """
    if target is None:
        return None
    attributes = {
        name: plain(target.__dict__[attribute])
        for name, attribute in brief_attributes(type(target)).items()
        # What was not loaded would cost a query.
        if attribute in target.__dict__
    }
    name = str(target) if reads is None or DISPLAY in reads else ''
    return StandIn(name, MappingProxyType({'id': target.pk, **attributes}))


def brief_attributes(model: type[models.Model]) -> dict[str, str]:
    """Return the columns that REST shows of a model's objects in brief, by key. Of custom objects it shows none."""
    return {} if hasattr(model, '_definition') else _brief_attributes(model)


@cache
def _brief_attributes(core_model: type[models.Model]) -> dict[str, str]:
    try:
        serializer = get_serializer_for_model(core_model)
    except SerializerNotFound:
        return {}
    columns = {field.name: field.attname for field in core_model._meta.concrete_fields if not field.is_relation}
    return {
        name: columns[name]
        for name in getattr(serializer.Meta, 'brief_fields', ())
        if name in columns and not _is_hidden(serializer, name)
    }


def _is_hidden(serializer: type, name: str) -> bool:
    """Whether a serializer does not show the model's attribute of a name under that name."""
    declared = serializer._declared_fields.get(name)
    if declared is None:
        return getattr(serializer.Meta, 'extra_kwargs', {}).get(name, {}).get('write_only', False)
    return declared.write_only or declared.source not in (None, name)


class StandInMixin:
    """What field types do whose values are objects."""

    def get_plain_value(self, instance, field, reads=None):
        value = getattr(instance, field.name)
        if not self.many:
            return stand_in(value, reads)
        # An object that is not saved yet (or not any more) has no links.
        return [] if instance.pk is None else [stand_in(target) for target in value.all()[:MAX_ITEMS]]

    def readable_attributes(self, field):
        if self.many:
            return frozenset()  # those of its items, in a loop
        found = [brief_attributes(model) for model in existing_models(field).values()]
        return frozenset({'id', DISPLAY}).union(*found)
