"""
Definitions to model classes: the only place where dynamic classes are made.

Must never query, and must never leave a trace outside of the registry that it is given (decision 4).
"""

from copy import deepcopy

from django.apps import apps as global_apps
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import DO_NOTHING, RESTRICT
from django.utils.translation import gettext_lazy as _

from ...choices import ObjectFieldOnDeleteChoices
from ...constants import APP_LABEL, DISPLAY_IN_SEARCH
from ...definitions import FieldDefinition, TargetRef, TypeDefinition, class_name, link_class_name, model_name
from ...field_types import field_type_of
from ...field_types.polymorphic.keys import links_name
from ...field_types.shared.virtual import VirtualField
from ...models.attachments import leave_to_main
from ...models.change_data import alias_property
from ...models.config_contexts import ConfigContextObject
from ...models.display import context_of
from ...models.objects import ADDED, CustomObject
from ..inbound.collecting import DeletesSafely
from ..lenient import LenientInRevert
from ..relations.foreign_key import LinkField, ObjectForeignKey
from ..relations.polymorphic import ContentTypeKey, GenericReference
from ..relations.polymorphic_many import GenericLinks
from ..relations.rollups import RollupField
from .conditions import Conditions
from .constraints import TypeConstraints
from .ghost import exceptions_of, ghost
from .isolated_apps import IsolatedApps
from .managers import CustomObjectManager, CustomObjectQuerySet
from .urls import around_key

ON_DELETE = {
    ObjectFieldOnDeleteChoices.SET_NULL: models.SET_NULL,
    ObjectFieldOnDeleteChoices.CASCADE: models.CASCADE,
    # RESTRICT, so that objects which protect each other can be deleted together with their type.
    ObjectFieldOnDeleteChoices.PROTECT: RESTRICT,
}
# Names of classes of the module where third parties expect them (contract, chapter 11).
MODULE = 'netbox_custom_objects.models'


def build_classes(definitions: tuple[TypeDefinition, ...]) -> tuple[dict[int, type], dict[int, type]]:
    """Return ({type id: model class}, {field id: link model class}) for one connected component of types."""
    links = [(d, f) for d in definitions for f in d.fields if field_type_of(f).many]
    names = {model_name(d.id) for d in definitions} | {link_class_name(d.id, f.id).lower() for d, f in links}
    builder = ClassBuilder(definitions, IsolatedApps(frozenset(names), APP_LABEL))
    built = {definition.id: builder.build(definition) for definition in definitions}
    for model in (*built.values(), *builder.links.values()):
        model._meta._expire_cache()
    return built, builder.links


class ClassBuilder:
    """Builds the classes of one island; the ModelContext that field types build their model fields with."""

    def __init__(self, definitions, registry):
        self.type_ids = {definition.id for definition in definitions}
        self.registry = registry
        self.links: dict[int, type] = {}
        self._link_fields: list[tuple[FieldDefinition, LinkField]] = []

    def build(self, definition: TypeDefinition) -> type[CustomObject]:
        """Return the model class of one type."""
        self._link_fields = []
        bases = (ConfigContextObject, CustomObject) if definition.config_context_enabled else (CustomObject,)
        attributes: dict = deepcopy(ADDED.get(definition.id, {}))
        for field in definition.fields:
            for name, model_field in field_type_of(field).get_model_fields(field, self).items():
                # Where an older row uses a name that is reserved today, the built-in attribute wins (contract 2.3).
                if not any(hasattr(base, name) for base in bases):
                    attributes[name] = model_field
        if any(field.context for field in definition.fields):
            # NetBox's object selector shows what is called so.
            attributes.setdefault('description', property(context_of))
        if definition.display_expression:
            attributes[DISPLAY_IN_SEARCH] = VirtualField(str, verbose_name=_('name'))
        payload_names = {
            name: key
            for field in definition.fields
            for name, key in field_type_of(field).payload_names(field).items()
            if name in attributes
        }
        model = type(CustomObject)(
            class_name(definition.id),
            (LenientInRevert, DeletesSafely, *bases),
            {
                '__module__': MODULE,
                'Meta': self._meta(definition),
                'objects': CustomObjectManager(),
                'clone_fields': clone_fields(definition),
                '_type_id': definition.id,
                '_definition': definition,
                '_payload_names': payload_names,
                '_around_key': classmethod(around_key),
                **attributes,
            },
        )
        leave_to_main(model)
        self._finish(model, definition, payload_names)
        return model

    def _meta(self, definition: TypeDefinition) -> type:
        return type(
            'Meta',
            (),
            {
                'apps': self.registry,
                'app_label': APP_LABEL,
                'db_table': definition.table,
                'managed': False,
                'ordering': ('id',),
                'verbose_name': definition.display_name,
                'verbose_name_plural': definition.display_name_plural,
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': constraints_of(definition),
            },
        )

    def _finish(self, model, definition, payload_names):
        # All generations raise the same exceptions, so that `except model.DoesNotExist` catches them.
        for name, exception in exceptions_of(definition.id).items():
            setattr(model, name, exception)
        for name, key in payload_names.items():
            setattr(model, key, alias_property(name, model._meta.get_field(name)))
        link_tables = [link.remote_field.through._meta.db_table for _, link in self._link_fields]
        model._storage = frozenset([*(field.column for field in model._meta.concrete_fields), *link_tables])

    # ModelContext

    def foreign_key(self, field: FieldDefinition, **kwargs) -> models.Field:
        """Return the model field of a single reference."""
        target, inside = self._target(field.target)
        if not inside:
            return ObjectForeignKey(target, DO_NOTHING, related_name='+', **kwargs)
        related_name = field.related_name or f'{model_name(field.type_id)}_{field.name}_set'
        return ObjectForeignKey(
            target, ON_DELETE[field.on_delete_behavior or 'set_null'], related_name=related_name, **kwargs
        )

    def link_field(self, field: FieldDefinition, **kwargs) -> models.Field:
        """Return the model field of a many-valued reference, and build the class of its link table."""
        target, inside = self._target(field.target)
        related_name = (field.related_name or f'r_{field.id}') if inside else '+'
        through = self.links[field.id] = self._link_model(field, target, inside)
        link = LinkField(
            target, through=through, through_fields=('source', 'target'), related_name=related_name, **kwargs
        )
        self._link_fields.append((field, link))
        return link

    def generic_reference(self, field: FieldDefinition, types: dict, ids: dict, **kwargs) -> dict[str, models.Field]:
        """Return the model fields of a reference to one object of several types; see `generic`."""
        return {
            field.name: GenericReference(**kwargs),
            f'{field.name}_content_type': ContentTypeKey(ContentType, DO_NOTHING, related_name='+', **types),
            f'{field.name}_object_id': models.BigIntegerField(**ids),
        }

    def generic_links(self, field: FieldDefinition, **kwargs) -> models.Field:
        """Return the model field of references to many objects of several types, and build its link table's class."""
        name = f'{link_class_name(field.type_id, field.id)}+'
        through = self.links[field.id] = self._link_class(field, {
            'source': ObjectForeignKey(self._source(field), models.CASCADE, related_name=links_name(field)),
            'content_type': ContentTypeKey(ContentType, DO_NOTHING, related_name=name),
            'object_id': models.BigIntegerField(),
        })  # fmt: skip
        link = GenericLinks(
            ContentType, through=through, through_fields=('source', 'content_type'), related_name='+', **kwargs
        )
        self._link_fields.append((field, link))
        return link

    def rollup(self, field: FieldDefinition, **kwargs) -> models.Field:
        """Return the model field of a rollup."""
        return RollupField(field, field_type_of(field).plain_model_field(field), CustomObjectQuerySet, **kwargs)

    def _link_model(self, field: FieldDefinition, target, inside: bool) -> type:
        name = f'{link_class_name(field.type_id, field.id)}+'
        return self._link_class(field, {
            'source': ObjectForeignKey(self._source(field), models.CASCADE, related_name=name),
            'target': ObjectForeignKey(target, models.CASCADE if inside else DO_NOTHING, related_name=name),
        })  # fmt: skip

    def _source(self, field: FieldDefinition) -> str:
        return f'{APP_LABEL}.{class_name(field.type_id)}'

    def _link_class(self, field: FieldDefinition, attributes: dict) -> type:
        meta = type(
            'Meta',
            (),
            {
                'apps': self.registry,
                'app_label': APP_LABEL,
                'db_table': field.link_table,
                'managed': False,
                # Django serialises and cascades the links of tables that it believes to have made itself.
                'auto_created': True,
            },
        )
        return type(models.Model)(
            link_class_name(field.type_id, field.id),
            (models.Model,),
            {'__module__': MODULE, 'Meta': meta, 'id': models.BigAutoField(primary_key=True), **attributes},
        )

    def _target(self, target: TargetRef):
        """Return (the target's class or its label, whether it is a type of this island)."""
        if target.type_id is None:
            return global_apps.get_model(target.app_label, target.model), False
        if target.type_id in self.type_ids:
            return f'{APP_LABEL}.{class_name(target.type_id)}', True
        return ghost(target.type_id), False


def constraints_of(definition: TypeDefinition) -> list[models.BaseConstraint]:
    """Return what validates objects of a type beyond their single values."""
    found = [TypeConstraints(name='constraints', definition=definition)] if definition.constraints else []
    if any(field.has_conditions for field in definition.fields):
        found.append(Conditions(name='conditions', definition=definition))
    return found


def clone_fields(definition: TypeDefinition) -> tuple[str, ...]:
    """Return the attributes that cloning an object takes over."""
    return tuple(
        name
        for field in definition.fields
        if field.is_cloneable
        for name in field_type_of(field).get_clone_attributes(field)
    )
