"""
What a field type is: one object per type that answers every question the rest of the plugin asks about it.

May import definitions, ddl.spec, django and NetBox's form, filter and serializer fields. Must never import models,
runtime or a surface: callers pass the FieldDefinition, and a model class where one is needed.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.html import escape
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.validators import UniqueValidator

from netbox.ui import attrs

from ..choices import FilterLogicChoices, UIEditableChoices
from ..ddl.notation import Notation
from ..ddl.spec import Column, Table
from ..definitions import FieldDefinition
from ..expressions import plain
from ..expressions.typed.kinds import OPAQUE, Kind, Term
from .building import ModelContext
from .graphql import RelatedType, annotation_of, lookup_of, related_type
from .shared.cells import CellKind
from .shared.deprecation import read_only
from .shared.help import with_hint
from .shared.indexes import IndexedMixin, validate_indexable
from .shared.regex import PatternValidator
from .shared.searched import SearchedMixin

EMPTY_VALUES = (None, '', [], {}, ())
# Names of attributes. Those that are older than NAME_PATTERN may begin or end with an underscore.
NAME = re.compile(r'(?!.*__)\w+\Z', re.ASCII)
# What a definition that does not hold together raises where something is made of it; anything else is a defect of ours.
FAULTS = (ValidationError, ValueError, LookupError)


class FieldType(IndexedMixin, SearchedMixin):
    """
    Base of all field types. A type with one plain column sets `column_type` and the few classes it differs by.

    Methods whose name ends in `s` return a dict keyed by the attribute, input, filter or column name that they make,
    because a type may need several (a URL has a title). Names always start with the field's own name.
    """

    name: ClassVar[str]
    # What users choose it by, the color of its badge, and where it stands in lists: by number, then by name.
    label: ClassVar[str] = ''
    color: ClassVar[str] = 'gray'
    # The group in which it is offered, its icon of Material Design, and other words that people look for.
    group: ClassVar[str] = 'other'
    icon: ClassVar[str] = 'form-textbox'
    words: ClassVar[str] = ''
    position: ClassVar[int] = 1000
    # A value as REST takes it, for previews.
    example: ClassVar[Any] = None
    # How its values are written as text, and read from the text of other types, where the field is converted.
    notation: ClassVar[Notation | None] = None
    # How cells of spreadsheets are read as its values.
    cell_kinds: ClassVar[tuple[CellKind, ...]] = ()
    # Whether the items of an array can be of this type: one column, and no settings of its own.
    fits_arrays: ClassVar[bool] = False
    # Spelled as PostgreSQL's format_type() spells it.
    column_type: ClassVar[str] = ''
    unique_allowed: ClassVar[bool] = True
    default_allowed: ClassVar[bool] = True
    regex_allowed: ClassVar[bool] = False
    bounds_allowed: ClassVar[bool] = False
    # Whether it can have a maximum length, and forms can suggest values.
    length_allowed: ClassVar[bool] = False
    suggestions_allowed: ClassVar[bool] = False
    # Whether it has a number of digits and decimal places, and whether a unit.
    digits_allowed: ClassVar[bool] = False
    # Whether its values are drawn, by a template; whether no two objects can have the same, without being asked for.
    numbers_allowed: ClassVar[bool] = False
    is_always_unique: ClassVar[bool] = False
    unit_allowed: ClassVar[bool] = False
    # The lowest limit that makes sense, if there is one.
    lowest_bound: ClassVar[int | None] = None
    needs_choice_set: ClassVar[bool] = False
    has_elements: ClassVar[bool] = False
    is_reference: ClassVar[bool] = False
    many: ClassVar[bool] = False
    # Whether related object filters of other fields can name it as a value (shared.limits): it has one input.
    limits_others: ClassVar[bool] = False
    # Whether it refers to objects of several types.
    polymorphic: ClassVar[bool] = False
    # Types that a filled field may be converted to, besides its own (contract 2.2).
    convertible: ClassVar[bool] = True
    # Converted values must also pass the validators of the model field, not only fit the column.
    checked_when_converted: ClassVar[bool] = False
    loose_filter: ClassVar[bool] = False
    # Whether lists show it to users who have not chosen any columns.
    listed: ClassVar[bool] = True
    # Values that are stored but count as missing where one is required, besides NULL.
    empty_values: ClassVar[tuple] = ()
    # Whether its values are calculated, and read-only: by an expression, which the database does when an
    # object is written, or from the objects that refer to an object, when they are read.
    is_calculated: ClassVar[bool] = False
    is_computed: ClassVar[bool] = False
    is_rollup: ClassVar[bool] = False
    # What a value is to rules (expressions.typed).
    kind: ClassVar[Kind] = OPAQUE
    # Why rules cannot read it, if they cannot.
    unreadable: ClassVar[Any] = _('“{name}” cannot be read here: its values are not stored with the object.')
    # What one value is in GraphQL, where it may always be null; None: derived from the model field.
    graphql_type: ClassVar[Any] = None
    # The input by which GraphQL filters values, if it does not follow from what they are.
    graphql_lookup: ClassVar[Any] = None

    def option_faults(self, field: FieldDefinition) -> dict[str, str]:
        """Return faults of the options that only this type has, by attribute."""
        return {}

    def fault(self, field: FieldDefinition) -> str:
        """
        Return why nothing can be made of a definition, '' if something can. Must not query.

        Validation lets no such definition pass; but plugins are removed, and rows come from elsewhere.
        """
        if not NAME.match(field.name):
            return format_lazy(_('"{name}" cannot be the name of a field.'), name=field.name)
        if found := self.option_faults(field):
            return next(iter(found.values()))
        try:
            if field.default_json is not None:
                self.to_python(field, field.default)
        except FAULTS:
            return format_lazy(_('Its default, {default}, is not valid for its type.'), default=field.default_json)
        return ''

    # Storage

    def get_columns(self, field: FieldDefinition) -> tuple[Column, ...]:
        """Return the columns of the type's table that hold the field; none for many-valued references."""
        type_ = self.get_column_type(field)
        return (Column(field.column(), type_, self.comment(field), fill=self.get_fill(field)),)

    def get_column_type(self, field: FieldDefinition) -> str:
        """Return the type of the field's column, '' if it has not exactly one."""
        return self.column_type

    def get_fill(self, field: FieldDefinition) -> Any:
        """Return what rows get that exist when the column is added: the default, as the database driver takes it."""
        return None if field.default_json is None else self.to_column(field, self.to_python(field, field.default))

    def to_column(self, field: FieldDefinition, value: Any) -> Any:
        """Return the value of a model attribute as the database driver takes it."""
        return value

    def get_link_table(self, field: FieldDefinition) -> Table | None:
        """Return the link table of a many-valued reference."""
        return None

    def comment(self, field: FieldDefinition) -> str:
        return f'field {field.id}, created as {field.payload_key.rsplit("__", 1)[0]} ({field.type})'

    # Rules

    def get_kind(self, field: FieldDefinition) -> Kind:
        return self.kind

    def get_terms(self, field: FieldDefinition) -> tuple[Term, ...]:
        """Return what rules may read of the field; nothing, if it has no column."""
        columns = self.get_columns(field)
        return (Term(str(field.id), field.name, self.get_kind(field), field.name),) if columns else ()

    def get_constraint_terms(self, field: FieldDefinition) -> tuple[Term, ...]:
        """Return what constraints may read of the field."""
        return self.get_terms(field)

    def get_row_terms(self, field: FieldDefinition) -> tuple[Term, ...]:
        """Return what may be read of the field where rows that are stored already are looked at."""
        return self.get_terms(field)

    def get_unique_columns(self, field: FieldDefinition) -> tuple[str, ...]:
        """Return the columns that hold the value, where it must be unique, by itself or together with others."""
        return tuple(column.name for column in self.get_columns(field))

    def unique_attributes(self, field: FieldDefinition) -> tuple[str, ...]:
        """Return the attributes that these columns are on the model."""
        return (field.name,)

    def shown_duplicate(self, parts: Sequence) -> str:
        """Return how errors show a value that several objects have, of its `unique_attributes` or their text."""
        return str(parts[0])

    # Model

    def get_model_fields(self, field: FieldDefinition, context: ModelContext) -> dict[str, models.Field]:
        """Return the Django model fields, and what else the class gets for the field, by attribute name."""
        return {field.name: self.get_model_field(field)}

    def get_model_field(self, field: FieldDefinition, **kwargs) -> models.Field:
        raise NotImplementedError

    def model_field_kwargs(self, field: FieldDefinition) -> dict[str, Any]:
        """Return what every model field of ours is given: nullable in the database, strict in the application."""
        kwargs = {
            'verbose_name': field.display_label,
            'help_text': field.description,
            'db_column': field.column(),
            'null': True,
            'blank': not field.is_required,
            'unique': self.is_unique(field),
            'validators': self.get_validators(field),
        }
        if field.default_json is not None:
            kwargs['default'] = self.default_factory(field)
        return kwargs

    def default_factory(self, field: FieldDefinition):
        """Return a callable that makes a fresh default value; none, if what it names is gone."""
        return lambda: None if self.is_default_gone(field) else self.to_python(field, field.default)

    def is_default_gone(self, field: FieldDefinition) -> bool:
        """Whether an object or a choice that the default names has been deleted since; the default is then ignored."""
        return False

    def get_validators(self, field: FieldDefinition) -> list:
        validators = []
        if self.regex_allowed and field.validation_regex:
            validators.append(PatternValidator(field.validation_regex, field.display_label))
        if field.indexed and self.has_limitless_values:
            validators.append(validate_indexable)
        return validators

    def to_python(self, field: FieldDefinition, value: Any) -> Any:
        """Return a JSON value (a default, an imported value) as the model attribute holds it; raise ValidationError."""
        return value

    def payload_names(self, field: FieldDefinition) -> dict[str, str]:
        """Return {attribute name: key in change data}."""
        return {field.name: field.payload_key}

    def former_payload_names(self, field: FieldDefinition, name: str) -> dict[str, str]:
        """Return {attribute that the field had when it was called `name`: key that change data has for it now}."""
        return self.payload_names(replace(field, name=name))

    def is_surfaced(self, field: FieldDefinition, names: Collection[str]) -> bool:
        """Whether a class whose attributes for fields are `names` has the field: built-in names belong to NetBox."""
        return field.name in names

    def attribute_names(self, field: FieldDefinition) -> set[str]:
        """Return the names that the field takes up on the model, in filters and in REST."""
        return {*self.payload_names(field), *self.get_serializer_names(field)}

    def to_payload(self, field: FieldDefinition, value: Any, stored: Any = None) -> Any:
        """Return a value from Django's serializer, made of the attribute `stored`, as change data holds it."""
        return value

    def get_change_data(self, instance: models.Model, field: FieldDefinition, data: dict) -> dict[str, Any]:
        """
        Return the change data of one field, by payload key, and take its attributes out of `data`.

        Args:
            instance: the object
            data: the object as Django's serializer gives it, without what is left out
        """
        return {
            key: self.to_payload(field, data.pop(name), instance.__dict__.get(name))
            for name, key in self.payload_names(field).items()
            if name in data
        }

    def name_change_data(self, field: FieldDefinition, key: str, value: Any) -> dict[str, Any]:
        """Return the value under a payload key as people and event rules see it, by attribute."""
        names = {payload_key: name for name, payload_key in self.payload_names(field).items()}
        return {names[key]: value}

    def clean_instance(self, instance: models.Model, field: FieldDefinition) -> None:
        """Raise ValidationError, keyed by attribute, unless the attributes of an object go together."""

    def gone_choices(self, field: FieldDefinition, value: Any) -> list[str]:
        """Return what a value holds that is not a choice of its set, or no longer."""
        return []

    def get_empty_condition(self, field: FieldDefinition) -> models.Q:
        """Return the condition that an object has no value: NULL, or what counts as missing where one is required."""
        condition = models.Q(**{f'{field.name}__isnull': True})
        for value in self.empty_values:
            condition |= models.Q(**{field.name: value})
        return condition

    # Definition

    def validate_default(self, field: FieldDefinition) -> None:
        """Raise ValidationError unless the default is a value that an object could hold."""
        value = field.default
        if value in EMPTY_VALUES and field.required:
            raise ValidationError(_('A required field cannot have an empty default.'))
        model_field = self.get_model_field(field)
        model_field.set_attributes_from_name(field.name)
        model_field.clean(self.to_python(field, value), None)

    def default_targets(self, field: FieldDefinition) -> list[models.Model]:
        """Return the objects that a many-valued reference refers to by default, as far as they still exist."""
        raise NotImplementedError

    # Surfaces

    def refusal(self, field: FieldDefinition) -> str:
        """Return why requests cannot set a value, '' if they can."""
        return read_only(field) if field.deprecated else ''

    def get_example(self, field: FieldDefinition) -> Any:
        """Return a value that such a field might hold, as REST takes it: the default if there is one."""
        return self.example if field.default is None else field.default

    def example_attributes(self, field: FieldDefinition, value: Any) -> dict[str, Any]:
        """Return the attributes of an object that holds an example."""
        try:
            return {field.name: self.to_python(field, value)}
        except ValidationError:
            return {field.name: value}

    def example_in_rest(self, field: FieldDefinition, value: Any) -> dict[str, Any]:
        """Return an example as REST shows it, by key."""
        return {field.name: value}

    def get_form_fields(self, field: FieldDefinition, **kwargs) -> dict[str, forms.Field]:
        """Return the inputs of the add and edit form. `required=False, initial=None` make them fit for bulk edit."""
        return {field.name: self.annotate_form_field(field, self.get_form_field(field, **kwargs))}

    def get_form_field(self, field: FieldDefinition, **kwargs) -> forms.Field:
        raise NotImplementedError

    def form_field_kwargs(self, field: FieldDefinition, **kwargs) -> dict[str, Any]:
        return {'required': field.is_required, 'initial': field.default, **kwargs}

    def annotate_form_field(self, field: FieldDefinition, form_field: forms.Field) -> forms.Field:
        form_field.label = form_field.label or self.form_label(field)
        # NetBox's templates take help texts for HTML.
        form_field.help_text = form_field.help_text or escape(field.description)
        if field.input_mode == UIEditableChoices.NO:
            form_field.disabled = True
        if field.deprecated:
            form_field.help_text = f'{form_field.help_text} {escape(read_only(field))}'.lstrip()
        form_field.validators = [*form_field.validators, *self.get_validators(field)]
        return form_field

    def form_label(self, field: FieldDefinition) -> str:
        return field.display_label

    def get_import_fields(self, field: FieldDefinition) -> dict[str, forms.Field]:
        """Return the columns of the bulk import form."""
        found = self.get_form_fields(field, initial=None)
        if hint := self.import_hint(field):
            found[field.name].help_text = with_hint(found[field.name].help_text, hint)
        return found

    def import_hint(self, field: FieldDefinition) -> Any:
        """Return how values are written in files, '' if that needs no words."""
        return ''

    def get_import_values(self, instance, field: FieldDefinition) -> dict[str, str]:
        """Return the values of an object as the bulk import form reads them, by its columns."""
        value = getattr(instance, field.name)
        return {field.name: '' if value is None else str(value)}

    def get_import_rows(self, instances: Sequence, field: FieldDefinition, user) -> list[dict[str, str]]:
        """Return these values of several objects, as far as a user may view what they refer to."""
        return [self.get_import_values(instance, field) for instance in instances]

    def get_import_prefetches(self, field: FieldDefinition) -> tuple[str, ...]:
        """Return the relations that `get_import_rows` reads."""
        return (field.name,) if self.is_reference else ()

    def get_filterform_fields(self, field: FieldDefinition) -> dict[str, forms.Field]:
        """Return the inputs of the list page's filter form; names are those of `get_filters`."""
        form_field = self.get_filterform_field(field)
        form_field.label = self.form_label(field)
        return {field.name: form_field}

    def get_filterform_field(self, field: FieldDefinition) -> forms.Field:
        return forms.CharField(required=False)

    def get_filters(self, field: FieldDefinition) -> dict[str, Any]:
        """Return django-filter filters with an exact lookup; the filterset adds NetBox's other lookups to them."""
        return {} if field.filter_logic == FilterLogicChoices.DISABLED else {field.name: self.get_filter(field)}

    def get_filter(self, field: FieldDefinition):
        raise NotImplementedError

    def get_serializer_fields(self, field: FieldDefinition, model: type[models.Model]) -> dict[str, Any]:
        """Return serializer fields that differ from what DRF builds for the fields of `model`."""
        return {}

    def get_serializer_field(self, field: FieldDefinition, model: type[models.Model]) -> serializers.Field:
        """Return a serializer field for one value: ours if there is one, else what DRF builds for the model field."""
        declared = self.get_serializer_fields(field, model)
        if field.name in declared:
            return declared[field.name]
        model_field = self.get_model_field(field)
        model_field.model = model
        field_class, kwargs = serializers.ModelSerializer().build_standard_field(field.name, model_field)
        return field_class(**{**kwargs, **self.presence_kwargs(field)})

    def get_serializer_kwargs(self, field: FieldDefinition) -> dict[str, dict[str, Any]]:
        """Return arguments for the serializer fields that DRF builds itself, by key (`Meta.extra_kwargs`)."""
        return {field.name: self.presence_kwargs(field)}

    def presence_kwargs(self, field: FieldDefinition) -> dict[str, bool]:
        """Return what DRF cannot tell from a column that is always nullable."""
        has_default = field.default_json is not None or bool(field.default_from)
        return {'required': field.is_required and not has_default, 'allow_null': not field.is_required}

    def declared_kwargs(self, field: FieldDefinition, model: type[models.Model]) -> dict[str, Any]:
        """Return the arguments that serializer fields of ours have in common."""
        validators = [UniqueValidator(model._default_manager)] if self.is_unique(field) else []
        return {**self.presence_kwargs(field), **self.label_kwargs(field), 'validators': validators}

    def label_kwargs(self, field: FieldDefinition) -> dict[str, str]:
        """Return what OPTIONS and the OpenAPI schema say about a serializer field, which DRF takes of columns only."""
        return {'label': field.display_label, 'help_text': field.description}

    def get_serializer_names(self, field: FieldDefinition) -> tuple[str, ...]:
        """Return the keys of the field in REST, in order."""
        return (field.name,)

    def get_graphql_annotations(self, field: FieldDefinition, related: RelatedType = related_type) -> dict[str, Any]:
        """Return the types of the field's attributes in GraphQL, as Python annotations; `related` makes references."""
        return {field.name: self.get_graphql_annotation(field, related)}

    def get_graphql_annotation(self, field: FieldDefinition, related: RelatedType = related_type) -> Any:
        return self.graphql_value_type(field) | None

    def graphql_value_type(self, field: FieldDefinition) -> Any:
        """Return the annotation of one value that is there."""
        return self.graphql_type or annotation_of(self.get_model_field(field))

    def get_graphql_value(self, instance, field: FieldDefinition, name: str) -> Any:
        """Return what GraphQL is given for `name`, one of the names of `get_graphql_annotations`."""
        return getattr(instance, name)

    def get_graphql_lookups(self, field: FieldDefinition) -> dict[str, Any]:
        """Return the inputs by which GraphQL filters the attributes of a field that is not a reference, by name."""
        if field.filter_logic == FilterLogicChoices.DISABLED:
            return {}
        annotations = self.get_graphql_annotations(field)
        found = {name: self.graphql_lookup or lookup_of(annotation) for name, annotation in annotations.items()}
        return {name: lookup for name, lookup in found.items() if lookup is not None}

    def get_table_columns(self, field: FieldDefinition) -> dict[str, Any]:
        """Return django-tables2 columns, by accessor."""
        return {field.name: self.get_table_column_field(field)}

    def get_table_column_field(self, field: FieldDefinition):
        raise NotImplementedError

    def get_display_value(self, instance, field: FieldDefinition) -> Any:
        """Return the value of an object as text, a list or an object with a URL."""
        return getattr(instance, field.name)

    def get_plain_value(self, instance, field: FieldDefinition, reads: Collection[str] | None = None) -> Any:
        """
        Return the value as it is part of names and seen by expressions: a plain value, never an object.

        Args:
            instance: the object
            field: the definition of the field
            reads: the attributes of the value that are needed, None for all
        """
        return plain(getattr(instance, field.name))

    def readable_attributes(self, field: FieldDefinition) -> frozenset[str] | None:
        """Return the attributes of the value that expressions can read; None if the value decides."""
        return None

    def get_attribute(self, field: FieldDefinition) -> attrs.ObjectAttribute:
        """Return how the detail page shows the value of an object."""
        return attrs.TextAttr(field.name, label=field.display_label)

    def get_clone_attributes(self, field: FieldDefinition) -> tuple[str, ...]:
        return (field.name,)

    def get_clone_values(self, instance, field: FieldDefinition) -> dict[str, Any]:
        """Return the values with which NetBox's way of cloning would not fill in the form, by input."""
        return {}
