"""
CustomObject: the abstract base of all dynamic models, and the metaclass that makes their generations equal.

Concrete classes are built by runtime.classes.factory, which sets the class attributes named here.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.serializers.base import DeserializedObject
from django.db import router
from django.db.models.base import ModelBase
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse

from netbox.models import BaseModel
from netbox.models.features import (
    BookmarksMixin,
    ChangeLoggingMixin,
    CloningMixin,
    ContactsMixin,
    CustomLinksMixin,
    CustomValidationMixin,
    EventRulesMixin,
    ExportTemplatesMixin,
    ImageAttachmentsMixin,
    JournalingMixin,
    NotificationsMixin,
    TagsMixin,
)
from netbox.models.mixins import OwnerMixin

from ..constants import APP_LABEL
from ..definitions import FieldDefinition, TypeDefinition
from ..field_types import field_type_of
from ..field_types.shared.regex import PATTERN_CODE
from ..field_types.shared.rest import held_values
from . import change_data
from .concurrency import UpdatesWhatExists, in_transaction
from .display import name_of
from .records import kept
from .registered import registered_url
from .together import known_references, validated_together
from .validation.surroundings import ReplayedMixin, is_replaying

# What other plugins have added to the class of a type, by type id and name.
ADDED: dict[int, dict[str, Any]] = {}


class CustomObjectMeta(ModelBase):
    """
    Makes the classes of one type equal, regardless of the revision they were built for.

    A class that is still in use (a form, a cached content type, an instance in memory) must go on working after
    the type was edited: Django compares classes with `==` and instances with `isinstance` (proven, 1.5). Where one
    particular generation is meant, use `is`. What is added to a class, such as a GenericRelation, later ones have, too.
    """

    def add_to_class(cls, name, value):
        super().add_to_class(name, value)
        type_id = cls.__dict__.get('_type_id')
        if type_id is not None and cls._meta.apps.all_models[APP_LABEL].get(cls._meta.model_name) is cls:
            # It was complete already.
            ADDED.setdefault(type_id, {})[name] = value

    def __eq__(cls, other):
        type_id = cls.__dict__.get('_type_id')
        if type_id is None or not isinstance(other, CustomObjectMeta):
            return cls is other
        return other.__dict__.get('_type_id') == type_id

    def __hash__(cls):
        type_id = cls.__dict__.get('_type_id')
        return super().__hash__() if type_id is None else hash((APP_LABEL, type_id))

    def __instancecheck__(cls, instance):
        if cls.__dict__.get('_type_id') is None:
            return super().__instancecheck__(instance)
        return cls == instance.__class__

    def __subclasscheck__(cls, subclass):
        if cls.__dict__.get('_type_id') is None or not isinstance(subclass, CustomObjectMeta):
            return super().__subclasscheck__(subclass)
        return cls == subclass


class OfType:
    """An attribute of concrete classes and of their objects alike, derived from the id of the type."""

    def __init__(self, tell: Callable[[int], Any]):
        self.tell = tell

    def __get__(self, instance, owner):
        type_id = getattr(owner, '_type_id', None)
        return self if type_id is None else self.tell(type_id)


class CustomObject(
    ReplayedMixin,
    UpdatesWhatExists,
    BookmarksMixin,
    ChangeLoggingMixin,
    CloningMixin,
    ContactsMixin,
    CustomLinksMixin,
    CustomValidationMixin,
    EventRulesMixin,
    ExportTemplatesMixin,
    ImageAttachmentsMixin,
    JournalingMixin,
    NotificationsMixin,
    TagsMixin,
    OwnerMixin,
    BaseModel,
    metaclass=CustomObjectMeta,
):
    """One object of a user-defined type."""

    # Set by the factory on every concrete class.
    _type_id: ClassVar[int]
    _definition: ClassVar[TypeDefinition]
    # {attribute name: key in change data}, for the fields of the type.
    _payload_names: ClassVar[dict[str, str]] = {}
    # Returns what comes before and after the key of an object in the URL of a view.
    _around_key: ClassVar[Callable[[str, str, str | None], list[str]] | None] = None

    class Meta:
        abstract = True

    def __str__(self):
        return name_of(self)

    # Of the class as well as of its objects; other plugins ask the class.
    custom_object_type_id = OfType(lambda type_id: type_id)
    # The CustomObjectType row, read at each access.
    custom_object_type = OfType(lambda type_id: apps.get_model(APP_LABEL, 'customobjecttype').objects.get(pk=type_id))

    @classmethod
    def _get_action_url(cls, action=None, rest_api=False, kwargs=None):
        """Return a URL of this type's pages or endpoints; NetBox asks every model for it (get_action_url)."""
        kwargs = kwargs or {}
        if rest_api:
            viewname = f'plugins-api:{APP_LABEL}-api:customobject-{action or "detail"}'
        else:
            viewname = f'plugins:{APP_LABEL}:customobject{f"_{action}" if action else ""}'
        try:
            return cls._url(viewname, kwargs)
        except NoReverseMatch:
            if rest_api or not action:
                raise
            return registered_url(cls, action, {**kwargs, 'custom_object_type': cls._definition.slug})

    @classmethod
    def _url(cls, viewname: str, kwargs: dict) -> str:
        """Return the URL of a view; pages of lists show several for each object, which differ in the key only."""
        pk = kwargs.get('pk')
        if cls._around_key is None or kwargs.keys() != {'pk'} or type(pk) is not int or pk < 0:
            return reverse(viewname, kwargs={**kwargs, 'custom_object_type': cls._definition.slug})
        return str(pk).join(cls._around_key(viewname, get_script_prefix(), get_urlconf()))

    def get_absolute_url(self):
        return self._get_action_url(kwargs={'pk': self.pk})

    @classmethod
    def get_list_url(cls):
        return cls._get_action_url('list')

    @classmethod
    def _surfaced_fields(cls) -> tuple[FieldDefinition, ...]:
        """The fields that this class has attributes for: a name that is built in today belongs to NetBox."""
        return tuple(
            field for field in cls._definition.fields if field_type_of(field).is_surfaced(field, cls._payload_names)
        )

    def clean_fields(self, exclude=None):
        """
        Accept what an object holds already and only a later rule forbids, so that its other values can be edited.

        That is a choice which is gone from its set, and text that does not match a regular expression.
        """
        try:
            super().clean_fields(exclude={*(exclude or ()), *known_references(self)})
        except ValidationError as error:
            kept = self._kept_choices(error.error_dict) | self._kept_texts(error.error_dict)
            errors = {name: found for name, found in error.error_dict.items() if name not in kept}
            if errors:
                raise ValidationError(errors) from error

    def _kept_choices(self, names) -> set[str]:
        """Return those of the names of fields whose values are wrong in nothing but choices that are stored."""
        gone = {
            field.name: choices
            for field in self._surfaced_fields()
            if field.name in names and (choices := field_type_of(field).gone_choices(field, getattr(self, field.name)))
        }
        if not gone or self._state.adding:
            return set()
        stored = type(self).objects.using(self._state.db).filter(pk=self.pk).values(*gone).first() or {}
        return {name for name, choices in gone.items() if set(choices) <= set(held_values(stored.get(name)))}

    def _kept_texts(self, errors: dict[str, list[ValidationError]]) -> set[str]:
        """Return the names of fields that do not match a regular expression, but hold what is stored."""
        names = {name for name, found in errors.items() if {error.code for error in found} == {PATTERN_CODE}}
        if not names or self._state.adding:
            return set()
        stored = type(self).objects.using(self._state.db).filter(pk=self.pk).values(*names).first() or {}
        return {name for name in names if name in stored and stored[name] == getattr(self, name)}

    def clean(self):
        super().clean()
        for field in self._surfaced_fields():
            field_type_of(field).clean_instance(self, field)

    def validate_unique(self, exclude=None):
        """
        In a replay, leave out unique fields: only its result must meet them (`services.constraints`).

        Of objects that are written together, all are asked for at once.
        """
        if validated_together(type(self)) is None:
            super().validate_unique(exclude={*(exclude or ()), *self._payload_names} if is_replaying() else exclude)

    def clone(self):
        attributes = super().clone()
        for field in self._surfaced_fields():
            if field.is_cloneable:
                attributes |= field_type_of(field).get_clone_values(self, field)
        return attributes

    def refresh_from_db(self, *args, **kwargs):
        super().refresh_from_db(*args, **kwargs)
        for field in self._meta.private_fields:
            # What was read along with the object.
            self.__dict__.pop(getattr(field, 'read_as', None), None)

    # Change data: keyed by payload keys where it is stored, by field names where people and webhooks read it.

    def serialize_object(self, exclude=None):
        """Return the object as change data; see `payload.serialize`."""
        return change_data.serialize(self, exclude)

    def snapshot(self):
        """Remember the present state, by payload key for the change record and by name for event rules."""
        super().snapshot()
        self._prechange_payload = self._prechange_snapshot
        self._prechange_snapshot = change_data.by_name(type(self), self._prechange_payload)

    snapshot.alters_data = True

    def to_objectchange(self, action):
        """Return the change record, with the data keyed by payload keys."""
        objectchange = super().to_objectchange(action)
        if objectchange.prechange_data is not None:
            objectchange.prechange_data = self._prechange_payload
            if objectchange.postchange_data is None and (retired := self.__dict__.get(change_data.RETIRED_VALUES)):
                objectchange.prechange_data = {**self._prechange_payload, change_data.RETIRED_VALUES: retired}
        if objectchange.postchange_data is not None:
            self._postchange_snapshot = change_data.by_name(type(self), objectchange.postchange_data)
        return kept(objectchange)

    to_objectchange.alters_data = True

    @classmethod
    def deserialize_object(cls, data: dict, pk: int | None = None) -> DeserializedObject:
        """Return an unsaved object made of change data: the inverse of `serialize_object` (used by branching)."""
        return change_data.deserialize(cls, data, pk)

    # What it returns has a method that writes.
    deserialize_object.__func__.alters_data = True

    def save(self, *args, using=None, **kwargs):
        """Write the object and its links; a receiver locks what it refers to until the transaction ends."""
        using = using or router.db_for_write(type(self), instance=self)
        with in_transaction(using):
            super().save(*args, using=using, **kwargs)
            change_data.assign_parked_links(self)
