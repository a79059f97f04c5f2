"""
Field types for scripts and plugins: by the names and with the arguments of the plugin that this one replaces.

Each class takes a CustomObjectTypeField where ours take its FieldDefinition, and knows what is polymorphic. Nothing in
the plugin uses them.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from django import forms
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.html import format_html

from ..choices import UIEditableChoices
from ..constants import APP_LABEL
from ..definitions import FieldDefinition, model_name
from .base import FieldType
from .registry import FIELD_TYPES, field_type_of


def definition_of(field) -> FieldDefinition:
    """Return the definition of a field, which may be one already."""
    return field if isinstance(field, FieldDefinition) else field.definition


class Scripting:
    """What scripts call. Keyword arguments are attributes of what is returned, which it would not have otherwise."""

    def get_model_field(self, field, **kwargs) -> models.Field:
        """Return the model field; one that needs the class of its type, such as a reference, is that of the class."""
        definition = definition_of(field)
        try:
            return field_type_of(definition).get_model_field(definition, **kwargs)
        except NotImplementedError:
            # The model fields of references and coordinates are only complete as parts of a class.
            options = apps.get_model(APP_LABEL, model_name(definition.type_id))._meta
        for name in field_type_of(definition).payload_names(definition):
            try:
                return options.get_field(name)
            except FieldDoesNotExist:
                continue
        return options.get_field(definition.name)

    def get_serializer_field(self, field, **kwargs):
        definition = definition_of(field)
        model = apps.get_model(APP_LABEL, model_name(definition.type_id))
        field_type = field_type_of(definition)
        declared = field_type.get_serializer_fields(definition, model)
        found = next(iter(declared.values()), None) or field_type.get_serializer_field(definition, model)
        found._kwargs = {**found._kwargs, **kwargs}
        return deepcopy(found)  # a new one with its arguments

    def get_form_field(self, field, **kwargs) -> forms.Field:
        """Return the input, the first one of several."""
        definition = definition_of(field)
        return next(iter(field_type_of(definition).get_form_fields(definition, **kwargs).values()))

    def get_annotated_form_field(self, field, enforce_visibility: bool = True, **kwargs) -> forms.Field:
        """Return the input with label and help; disabled if users may not edit the field, unless that is waived."""
        definition = definition_of(field)
        form_field = self.get_form_field(definition, **kwargs)
        form_field.disabled = enforce_visibility and definition.input_mode != UIEditableChoices.YES
        return form_field

    def get_filterform_field(self, field, **kwargs) -> forms.Field:
        definition = definition_of(field)
        found = field_type_of(definition).get_filterform_fields(definition)
        return _with(next(iter(found.values())), kwargs)

    def get_table_column_field(self, field, **kwargs):
        definition = definition_of(field)
        return _with(field_type_of(definition).get_table_column_field(definition), kwargs)

    def render_table_column_linkified(self, record, value, column=None):
        """Return an object's value with a link to the object, for a table's `render_<field>`; some columns have one."""
        has_link = getattr(column, 'link', None) is not None
        return value if has_link else format_html('<a href="{}">{}</a>', record.get_absolute_url(), value)

    def get_display_value(self, instance, field_name: str) -> Any:
        """Return the value of an object as text, a list or an object with a URL."""
        definition = type(instance)._definition.fields_by_name[field_name]
        return field_type_of(definition).get_display_value(instance, definition)

    def after_model_generation(self, instance, model, field_name) -> None:
        """Do nothing: classes are complete when they are made."""

    def create_m2m_table(self, instance, model, field_name, schema_conn=None) -> None:
        """Do nothing: the link table of a field is there as soon as the field is saved."""

    def get_graphql_annotation(self) -> Any:
        """Return what one value is in GraphQL, regardless of what a field refers to."""
        return (self.graphql_type or str) | None


def _with(found, attributes: dict[str, Any]):
    for name, value in attributes.items():
        setattr(found, name, value)
    return found


class ClassesForScripts(Mapping):
    """The field types as classes with the methods above, by the names of types, such as `text`."""

    def __init__(self):
        self._made: dict[type[FieldType], type[FieldType]] = {}

    def __getitem__(self, name):
        own = type(FIELD_TYPES[name])
        if own not in self._made:
            attributes = {'__module__': __name__, '__doc__': own.__doc__}
            self._made[own] = type(own.__name__, (Scripting, own), attributes)
        return self._made[own]

    def __iter__(self):
        return iter(FIELD_TYPES)

    def __len__(self):
        return len(FIELD_TYPES)


FIELD_TYPE_CLASS = ClassesForScripts()
