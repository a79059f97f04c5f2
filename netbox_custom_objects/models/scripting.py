"""
What only scripts and plugins ask definitions, by the names of the plugin that this one replaces (contract, chapter 11).

Must change nothing. That plugin keeps the classes of types in caches; here classes follow definitions by themselves.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from operator import attrgetter
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DEFAULT_DB_ALIAS, models
from django.utils.translation import gettext as _

from netbox.search import FieldTypes

from ..constants import APP_LABEL
from ..definitions import FieldDefinition, canonical_json, link_table_name, model_name, table_name
from ..field_types.base import EMPTY_VALUES
from ..field_types.shared.choice_sets import Choices, choices_of
from .display import expression_names
from .rows.convert import field_definition

SEARCH_TYPES = {'integer': FieldTypes.INTEGER, 'decimal': FieldTypes.FLOAT}


class TypeScripting(models.Model):
    """The methods of CustomObjectType that are about caches of classes, and others that nothing else calls."""

    class Meta:
        abstract = True

    def get_model_with_serializer(self) -> type:
        """Return the model class; its serializer is made when it is first needed."""
        return self.get_model()

    def create_model(self) -> None:
        """Do nothing: the table is there as soon as the type is saved."""

    def register_custom_object_search_index(self, model: type) -> None:
        """Do nothing: each type has a search index as soon as it is saved."""

    def get_display_expression_fields(self) -> list:
        """Return the fields whose values the display expression reads, in order."""
        names = expression_names(self.display_expression)
        return [field for field in self.fields.all() if field.name in names]

    @classmethod
    def clear_model_cache(cls, custom_object_type_id: int | None = None, *, all_branches: bool = False) -> None:
        """Do nothing: no class is kept beyond a change of its definition."""

    @classmethod
    def unregister_model(cls, model: type, branch_id: int | None = None) -> None:
        """Do nothing: dynamic classes are in no registry of Django's."""

    @classmethod
    def is_model_cached(cls, custom_object_type_id: int, branch_id: int | None = None) -> bool:
        """Return whether `get_cached_model` returns a class: whether the schema has the type."""
        return cls.get_cached_model(custom_object_type_id, branch_id) is not None

    @classmethod
    def get_cached_model(cls, custom_object_type_id: int, branch_id: int | None = None) -> type | None:
        """
        Return the class of a type, None if the schema does not have the type.

        Args:
            custom_object_type_id: id of the type
            branch_id: id of a branch; by default the active branch, or main
        """
        try:
            model = apps.get_model(APP_LABEL, model_name(custom_object_type_id))
        except LookupError:
            return None
        objects = model.objects.all() if branch_id is None else model.objects.using(_alias_of_branch(branch_id))
        return None if objects.query.is_empty() else objects.model

    @classmethod
    def get_cached_timestamp(cls, custom_object_type_id: int, branch_id: int | None = None):
        """Return when the type was saved last, None if the schema does not have it."""
        types = cls.objects.all() if branch_id is None else cls.objects.using(_alias_of_branch(branch_id))
        return types.filter(pk=custom_object_type_id).values_list('cache_timestamp', flat=True).first()

    @classmethod
    def get_cached_through_models(cls, custom_object_type_id: int, branch_id: int | None = None) -> dict[str, type]:
        """Return the classes of the link tables of a type, by their names."""
        model = cls.get_cached_model(custom_object_type_id, branch_id)
        return {} if model is None else {found.__name__: found for found in _link_models(model).values()}

    @classmethod
    def get_cached_through_model(
        cls, custom_object_type_id: int, through_name: str, branch_id: int | None = None
    ) -> type | None:
        """
        Return the class of a link table, or None if the table does not exist.

        Args:
            custom_object_type_id: id of the type
            through_name: name of the class, in any letter case; `Through_custom_objects_5_sites` is one, too
            branch_id: id of a branch; by default the active branch, or main
        """
        model = cls.get_cached_model(custom_object_type_id, branch_id)
        if model is None:
            return None
        links, table = _link_models(model), table_name(custom_object_type_id)
        names = {f'through_{link_table_name(custom_object_type_id, pk)}': found for pk, found in links.items()}
        by_field = {f.id: f'through_{table}_{f.name}' for f in model._definition.fields}
        names |= {by_field[pk]: found for pk, found in links.items() if pk in by_field}
        return names.get(through_name.lower())


def _link_models(model: type) -> dict[int, type]:
    """Return the classes of the link tables of a type's fields, by the fields' ids."""
    ids = {field.id for field in model._definition.fields}
    return {pk: found for pk, found in model._island.link_models.items() if pk in ids}


def _alias_of_branch(branch_id: int) -> str:
    return apps.get_model('netbox_branching', 'branch').objects.get(pk=branch_id).connection_name


class FieldScripting(models.Model):
    """What CustomObjectTypeField has in common with NetBox's CustomField, and what refers to other classes."""

    class Meta:
        abstract = True

    @property
    def definition(self) -> FieldDefinition:
        """What everything that is made of the field is made of, with the fields that its values are calculated from."""
        definition = field_definition(self)
        if not (ids := definition.ids_read):
            return definition
        read = type(self).objects.using(self._state.db).filter(pk__in=ids)
        return replace(definition, reads=tuple(sorted(map(field_definition, read), key=attrgetter('sort_key'))))

    @property
    def original(self):
        """The field as it is stored, None before it is saved."""
        return type(self).objects.using(self._state.db).filter(pk=self.pk).first() if self.pk else None

    @property
    def model_class(self) -> type | None:
        """The class of the objects that the field refers to; None if it refers to none, or to those of several."""
        target = self.related_object_type
        return target.model_class() if target else None

    @property
    def targets_custom_object_type(self) -> bool:
        """Whether the field refers to custom objects."""
        return any(target.type_id is not None for target in self.definition.targets)

    @property
    def search_type(self) -> str | None:
        """How NetBox's search compares the values; None if they are not searched."""
        field_type = self.field_type
        if not field_type.searchable:
            return None
        return field_type.search_kind or SEARCH_TYPES.get(self.type, FieldTypes.STRING)

    @property
    def choices(self) -> list[tuple[str, str]]:
        """(value, label) of each choice of the field's choice set; empty without one."""
        return list(self._choices.pairs)

    @property
    def _choices(self) -> Choices:
        ref = self.definition.choice_set
        return choices_of(ref) if ref else Choices((), {}, {})

    def get_choice_label(self, value: str) -> str:
        return self._choices.labels.get(value, value)

    def get_choice_color(self, value: str) -> str | None:
        return self._choices.colors.get(value)

    def get_child_relations(self, instance: models.Model):
        """Return the objects that an object refers to by this field, as a queryset or manager; () for a single one."""
        return getattr(instance, self.name).all() if self.many else ()

    def serialize(self, value: Any) -> Any:
        """Return a value of an object as JSON has it: objects as their ids, dates as text."""
        if self.many:
            objects = value.all() if hasattr(value, 'all') else value
            return [self._plain(item) for item in objects] or None if isinstance(objects, Iterable) else objects
        return self._plain(value)

    def _plain(self, value: Any) -> Any:
        if not isinstance(value, models.Model):
            return None if value is None else json.loads(json.dumps(value, cls=_Encoder))
        if not self.is_polymorphic:
            return value.pk
        content_type = ContentType.objects.db_manager(DEFAULT_DB_ALIAS).get_for_model(value)
        return {'content_type_id': content_type.pk, 'object_id': value.pk}

    def deserialize(self, value: Any) -> Any:
        """Return a value of JSON as an attribute of an object has it: the inverse of `serialize`."""
        if value is None:
            return None
        if not self.field_type.is_reference:
            return self.field_type.to_python(self.definition, value)
        if not self.many:
            return next(iter(self._targets([value])), None)
        return self._targets(value)

    def _targets(self, values: Iterable) -> list[models.Model]:
        if not self.is_polymorphic:
            found = self.model_class._default_manager.in_bulk(values)
            return [found[pk] for pk in values if pk in found]
        types = ContentType.objects.db_manager(DEFAULT_DB_ALIAS)
        found = (
            types.get_for_id(value['content_type_id']).model_class()._default_manager.filter(pk=value['object_id'])
            for value in values
        )
        return [objects.get() for objects in found if objects.exists()]

    def validate(self, value: Any) -> None:
        """
        Check a value, as an attribute of an object has it or as JSON.

        Raises:
            ValidationError: no object could hold the value
        """
        if self.field_type.is_calculated:
            raise ValidationError(self.field_type.refusal(self.definition))
        if value in EMPTY_VALUES:
            if self.definition.is_required:
                raise ValidationError(_('Required field cannot be empty.'))
            return
        if self.field_type.default_allowed:
            default = canonical_json(self.serialize(value))
            self.field_type.validate_default(replace(self.definition, default_json=default))
            return
        for part, form_field in zip(value, self.field_type.get_form_fields(self.definition).values(), strict=True):
            form_field.clean(part)

    def to_filter(self, lookup_expr: str | None = None):
        """Return a filter of the field; None if its filter logic is `disabled`."""
        found = next(iter(self.field_type.get_filters(self.definition).values()), None)
        if found is not None and lookup_expr is not None:
            found.lookup_expr = lookup_expr
        return found


class _Encoder(DjangoJSONEncoder):
    """Writes what Django's does not know as text: addresses, networks."""

    def default(self, o):
        try:
            return super().default(o)
        except TypeError:
            return str(o)
