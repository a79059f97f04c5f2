"""
Global search: an index per type, found by NetBox without a restart.

NetBox keeps indexes by model name for ever. What is registered here holds nothing but a type's id, and resolves the
type at each use: an object is indexed as the schema that it was read from defines it.
"""

import threading
from decimal import Decimal

from django.db import router
from django.utils.choices import BaseChoiceIterator
from django.utils.translation import gettext_lazy as _

from netbox.registry import registry
from netbox.search import FieldTypes, ObjectFieldValue, SearchIndex
from netbox.search.backends import search_backend

from .constants import APP_LABEL, DISPLAY_EXPRESSION_SEARCH_WEIGHT, DISPLAY_IN_SEARCH
from .definitions import model_name, type_id_from_model_name
from .field_types import field_type_of
from .models import CustomObjectType
from .runtime.classes.known_types import on_new_type
from .runtime.classes.memo import surfaced_fields
from .runtime.classes.registry import model_for, model_or_ghost, world
from .runtime.context import current_alias
from .runtime.reading.names import MAX_DEPTH, name_lookups, references, relation_lookups
from .runtime.reading.prefetch import prefetch_relations
from .runtime.rights import reader_may_view

_lock = threading.Lock()
# What the objects that are being indexed refer to.
_batch = threading.local()


class CustomObjectTypeIndex(SearchIndex):
    model = CustomObjectType
    fields = (('name', 100), ('description', 500), ('comments', 5000))
    display_attrs = ('description',)


class ObjectIndexMeta(type):
    """Resolves what NetBox reads from an index class as plain attributes."""

    @property
    def model(cls):
        return model_or_ghost(cls.type_id)

    @property
    def fields(cls):
        return tuple((field.name, field.search_weight) for field in surfaced_fields(cls.model) if field.search_weight)


class ObjectIndex(SearchIndex, metaclass=ObjectIndexMeta):
    """The index of one type; subclassed with its id."""

    type_id: int
    category = _('Custom Objects')

    @classmethod
    def to_cache(cls, instance, custom_fields=None):
        """Return the values of an object to cache: of its searchable fields, and its name if that is an expression."""
        instance = as_its_schema_defines(instance)
        _read_for_peers(instance)
        found, known = [], _targets_of_batch(custom_fields)
        for field in surfaced_fields(type(instance)):
            if field.search_weight:
                field_type = field_type_of(field)
                _share_target(instance, field, known)
                for name, value in field_type.get_search_values(instance, field).items():
                    if value not in (None, ''):
                        kind = field_type.search_kind or cls.get_kind(value)
                        found.append(ObjectFieldValue(name, kind, field.search_weight, str(value)))
                _share_target(instance, field, known)
        if instance._definition.display_expression:
            weight = DISPLAY_EXPRESSION_SEARCH_WEIGHT
            found.append(ObjectFieldValue(DISPLAY_IN_SEARCH, FieldTypes.STRING, weight, str(instance)))
        return found

    @staticmethod
    def get_kind(value) -> str:
        """Return how NetBox's search compares a value."""
        kinds = {int: FieldTypes.INTEGER, Decimal: FieldTypes.FLOAT}
        return kinds.get(type(value), FieldTypes.STRING)


def _read_for_peers(instance) -> None:
    """Read what the objects that were read along with one refer to, once for all of them."""
    peers = instance._state.peers
    if not peers or getattr(_batch, 'peers', None) is peers or router.db_for_read(type(instance)) != instance._state.db:
        return
    _batch.peers = peers
    lookups = [lookup for lookup in _indexed_relations(type(instance)) if not _is_read(instance, lookup.split('__')[0])]
    if lookups:
        prefetch_relations([peer for ref in peers if (peer := ref()) is not None], lambda _model: lookups)


def _is_read(instance, name: str) -> bool:
    field = instance._meta.get_field(name)
    return (
        name in getattr(instance, '_prefetched_objects_cache', ()) if field.many_to_many else field.is_cached(instance)
    )


def _indexed_relations(model) -> list[str]:
    """Return the relations that the index of a type reads."""
    indexed = [field for field in references(model) if field.search_weight]
    named = name_lookups(model) if model._definition.display_expression else ()
    return [*relation_lookups(model, indexed, MAX_DEPTH), *named]


def _targets_of_batch(custom_fields: list | None) -> dict:
    """
    Return {(field, alias, ID): target}, the same dictionary for objects that NetBox indexes at once.

    It hands the same list of custom fields to those of a large batch, once the first 2,000 values are written.
    """
    if custom_fields is None:
        return {}
    if getattr(_batch, 'custom_fields', None) is not custom_fields:
        _batch.custom_fields, _batch.targets = custom_fields, {}
    return _batch.targets


def _share_target(instance, field, known: dict) -> None:
    """Have a reference of an object lead to the target that another object of the batch has led to, or note it."""
    if field.target is None or field_type_of(field).many:
        return
    model_field = instance._meta.get_field(field.name)
    key = field.id, instance._state.db, getattr(instance, model_field.attname)
    if model_field.is_cached(instance):
        known[key] = model_field.get_cached_value(instance)
    elif key in known:
        model_field.set_cached_value(instance, known[key])


def as_its_schema_defines(instance):
    """
    Return an object as an instance of the class that its schema has today.

    A worker indexes objects of branches outside of the branch, with main's class: fields that only the branch has
    would be left out (host-facts 8, trap 26).
    """
    alias = instance._state.db
    if alias in (None, current_alias()):
        return instance
    current = model_for(instance._type_id, alias)
    if current is None or current._definition == instance._definition:
        return instance
    return current._base_manager.using(alias).filter(pk=instance.pk).first() or instance


class ObjectTypeChoices(BaseChoiceIterator):
    """The object types that the search page offers: NetBox's own, and the custom ones that the user may view here."""

    def __iter__(self):
        here = {found.model_name for found in world().definitions.values() if reader_may_view(found)}
        with _lock:
            # A backend of its own, because NetBox keeps the first answer for ever.
            groups = type(search_backend)().get_object_types()
        for group, choices in groups:
            if not isinstance(choices, (list, tuple)):
                yield group, choices
            elif kept := [choice for choice in choices if _exists(choice[0], here)]:
                yield group, kept


def _exists(label: str, here: set[str]) -> bool:
    app_label, name = label.split('.')
    return app_label != APP_LABEL or type_id_from_model_name(name) is None or name in here


def register() -> None:
    """Have an index registered for each type that this process sees, and the search page offer what exists."""
    on_new_type(register_index)
    search_backend._object_types = ObjectTypeChoices()


def register_index(type_id: int) -> None:
    name = model_name(type_id)
    index = ObjectIndexMeta(f'Table{type_id}ModelIndex', (ObjectIndex,), {'__module__': __name__, 'type_id': type_id})
    with _lock:
        # Another plugin may have an index of its own.
        registry['search'].setdefault(f'{APP_LABEL}.{name}', index)


indexes = [CustomObjectTypeIndex]
