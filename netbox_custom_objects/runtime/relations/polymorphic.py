"""
The model field of a polymorphic reference, one object of several models, and how targets of any models are fetched.

May import field_types.polymorphic.keys. Not Django's GenericForeignKey, because NetBox and netbox-branching treat that
as a promise that the target exists, and a merge or a revert writes referrers before their targets.
"""

from collections.abc import Iterable
from contextvars import ContextVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.fields.mixins import FieldCacheMixin
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ...field_types.polymorphic.keys import Key, key_from_payload, key_of, model_of, target_of, to_text
from ...models.together import joins_others
from ..context import in_replay
from ..reading.names import MAX_DEPTH, name_lookups
from .foreign_key import ObjectForeignKey

# How many names deep the targets of targets are being fetched, see `fetch`.
_depth: ContextVar[int] = ContextVar('netbox_custom_objects_generic_depth', default=0)


def fetch(keys: Iterable[Key], alias: str | None) -> dict[Key, models.Model]:
    """
    Return the objects that exist, by key, with what naming them reads: one query per type, and one per such relation.

    Args:
        keys: (content type id, object id) pairs
        alias: the schema that the referrers were read from; None lets the router decide
    """
    by_type: dict[int, set[int]] = {}
    for content_type, pk in keys:
        by_type.setdefault(content_type, set()).add(pk)
    found = {}
    reset = _depth.set(_depth.get() + 1)
    try:
        for content_type, pks in by_type.items():
            objects = _objects(content_type, alias)
            if objects is not None:
                found |= {(content_type, pk): target for pk, target in objects.in_bulk(pks).items()}
    finally:
        _depth.reset(reset)
    return found


def _objects(content_type: int, alias: str | None):
    model = model_of(target_of(content_type))
    if model is None:
        return None
    manager = model._base_manager
    objects = manager.using(alias) if alias else manager.all()
    # Objects may be named after one another in a circle.
    if hasattr(objects.model, '_definition') and _depth.get() <= MAX_DEPTH:
        objects = objects.prefetch_related(*name_lookups(objects.model))
    return objects


class ContentTypeKey(ObjectForeignKey):
    """The type of a reference. Whether it is allowed is the reference's business, and asks no query."""

    def validate(self, value, model_instance):
        """Accept any type."""


class GenericReference(FieldCacheMixin, models.Field):
    """`instance.<name>`: an object of any type, held in `<name>_content_type` and `<name>_object_id`."""

    many_to_one = True
    many_to_many = one_to_one = one_to_many = False

    def __init__(self, **kwargs):
        # Not editable by itself: model forms would take it for a column.
        super().__init__(null=True, editable=False, **kwargs)
        self.is_relation = True

    def contribute_to_class(self, cls, name, **kwargs):
        super().contribute_to_class(cls, name, private_only=True)
        setattr(cls, name, GenericReferenceDescriptor(self))

    def get_attname_column(self):
        return self.name, None

    @cached_property
    def cache_name(self):
        return self.name

    @property
    def type_attribute(self) -> str:
        return f'{self.name}_content_type_id'

    @property
    def id_attribute(self) -> str:
        return f'{self.name}_object_id'

    def get_key(self, instance) -> Key | None:
        """Return what `instance` refers to, None if nothing."""
        key = getattr(instance, self.type_attribute), getattr(instance, self.id_attribute)
        return None if None in key else key

    def set_key(self, instance, key: Key | None) -> None:
        """Make `instance` refer to another object, whether that exists or not."""
        content_type, pk = key or (None, None)
        setattr(instance, self.type_attribute, content_type)
        setattr(instance, self.id_attribute, pk)
        if self.is_cached(instance):
            self.delete_cached_value(instance)

    def validate_reference(self, instance, check) -> None:
        """
        Raise ValidationError unless what `instance` refers to is whole, there if required, and accepted by `check`.

        While changes are replayed the target may come later, and the allowed types may change with it.
        """
        types, ids = getattr(instance, self.type_attribute), getattr(instance, self.id_attribute)
        if types is None and ids is None:
            if not self.blank:
                raise ValidationError(self.error_messages['blank'], code='blank')
        elif types is None or ids is None:
            raise ValidationError(_('Both the type of the object and its ID are required.'))
        elif not in_replay():
            target = getattr(instance, self.name)
            check((types, ids), {} if target is None else {(types, ids): target})

    def validate_unique(self, instance) -> None:
        """
        Raise ValidationError if another object refers to what `instance` refers to.

        Not in a replay. Of objects that are written together, all are asked for at once (`services.unique_values`).
        """
        key = self.get_key(instance)
        if key is None or in_replay() or joins_others(instance):
            return
        model = type(instance)
        others = model._default_manager.filter(**dict(zip((self.type_attribute, self.id_attribute), key, strict=True)))
        if not instance._state.adding and instance.pk is not None:
            others = others.exclude(pk=instance.pk)
        if others.exists():
            raise instance.unique_error_message(model, (self.name,))

    # Change data: both columns in one value, which can only be changed, and be in conflict, as a whole.

    def get_payload(self, instance) -> str | None:
        key = self.get_key(instance)
        return None if key is None else to_text(key)

    def set_payload(self, instance, value: str | None) -> None:
        self.set_key(instance, key_from_payload(value))


class GenericReferenceDescriptor:
    """Reads and writes the object; what does not exist (any more) reads as None."""

    def __init__(self, field: GenericReference):
        self.field = field

    def __get__(self, instance, cls=None):
        if instance is None:
            return self
        key = self.field.get_key(instance)
        if key is None:
            return None
        cached = self.field.get_cached_value(instance, default=None)
        if cached is not None and key_of(cached) == key:
            return cached
        if cached is None and self.field.is_cached(instance):
            return None
        found = fetch([key], instance._state.db).get(key)
        self.field.set_cached_value(instance, found)
        return found

    def __set__(self, instance, value):
        self.field.set_key(instance, None if value is None else key_of(value))
        self.field.set_cached_value(instance, value)

    # prefetch_related() asks for these two.

    def is_cached(self, instance):
        return self.field.is_cached(instance)

    def get_prefetch_querysets(self, instances, querysets=None):
        if querysets:
            raise ValueError('The targets of a polymorphic reference are not of one model, and take no queryset.')
        keys = {key for instance in instances if (key := self.field.get_key(instance))}
        found = fetch(keys, instances[0]._state.db)
        return list(found.values()), key_of, self.field.get_key, True, self.field.cache_name, False
