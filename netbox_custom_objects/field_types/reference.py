"""
Field types object and multiobject: one or many objects of one type, NetBox's own or a custom one.

Columns, links and integrity are ours (decision 5): no foreign key in the database, no relation on the target's class.
"""
from typing import ClassVar

import django_filters
import django_tables2 as tables
from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework.fields import CreateOnlyDefault
from rest_framework.validators import UniqueValidator

from netbox.tables import columns
from utilities.api import get_serializer_for_model
from utilities.forms.fields import (
    CSVModelChoiceField,
    CSVModelMultipleChoiceField,
    DynamicModelChoiceField,
    DynamicModelMultipleChoiceField,
)

from ..choices import FilterLogicChoices
from ..ddl.spec import Column, Index, Table
from ..definitions import FieldDefinition, TargetRef, index_name, unique_name
from .base import FieldType, plain_index
from .rest import ReferenceField, ReferenceListDefault, ReferenceListField

# The attribute by which an imported file names the target, if the file's header does not say.
NATURAL_ATTRIBUTES = ('name', 'slug', 'model', 'address', 'prefix', 'identifier')
NESTED_PREFIX = 'Nested'


def target_model(target: TargetRef):
    """Return the target's model class as the current context (branch or main) knows it."""
    return apps.get_model(target.app_label, target.model)


class ReferenceFieldType(FieldType):
    """What all references share."""
    is_reference: ClassVar[bool] = True
    convertible = False
    searchable = False

    def attribute_names(self, field):
        # `<name>_id` is the attribute that Django adds, and a filter.
        return {*super().attribute_names(field), f'{field.name}_id'}

    def queryset(self, field: FieldDefinition):
        return target_model(field.target).objects.all()

    def form_field_kwargs(self, field, **kwargs):
        custom = field.target.type_id is not None
        return super().form_field_kwargs(field, **{
            'queryset': self.queryset(field),
            'query_params': field.related_object_filter,
            'selector': not custom,
            'quick_add': custom,
            **kwargs,
        })

    def import_attribute(self, field: FieldDefinition) -> str:
        """Return the attribute that names a target in imported files, unless the header says another."""
        model = target_model(field.target)
        if field.target.type_id is not None:
            return getattr(model, 'primary_attribute', None) or 'pk'
        names = {model_field.name for model_field in model._meta.get_fields()}
        return next((name for name in NATURAL_ATTRIBUTES if name in names), 'pk')

    def nested_serializer(self, field: FieldDefinition, model) -> type:
        """Return the serializer class of the targets; that of a custom object type shows no references (cycles)."""
        target = model._meta.get_field(field.name).related_model
        return get_serializer_for_model(target, prefix=NESTED_PREFIX if field.target.type_id is not None else '')

    def get_serializer_kwargs(self, field):
        return {}


class ObjectFieldType(ReferenceFieldType):
    name = 'object'
    column_type = 'bigint'

    def get_indexes(self, field):
        return super().get_indexes(field) or (plain_index(field, field.column()),)

    def get_model_fields(self, field, context):
        return {field.name: context.foreign_key(field, **self.model_field_kwargs(field))}

    def validate_default(self, field):
        value = field.default
        if value is None or isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError(_('The default of an object field is the id of an existing object.'))
        if not self.queryset(field).filter(pk=value).exists():
            raise ValidationError(_('There is no such object: %(value)s.'), params={'value': value})

    def get_form_field(self, field, **kwargs):
        return DynamicModelChoiceField(**self.form_field_kwargs(field, **kwargs))

    def get_import_fields(self, field):
        form_field = CSVModelChoiceField(
            queryset=self.queryset(field), to_field_name=self.import_attribute(field), required=field.required
        )
        return {field.name: self.annotate_form_field(field, form_field)}

    def get_filterform_field(self, field):
        return DynamicModelMultipleChoiceField(queryset=self.queryset(field), required=False, null_option='None')

    def get_filters(self, field):
        if field.filter_logic == FilterLogicChoices.DISABLED:
            return {}
        # Asked anew for each request, so that the choices follow the branch that it is made in.
        kwargs = {'queryset': lambda request: self.queryset(field), 'label': field.display_label}
        return {
            name: django_filters.ModelMultipleChoiceFilter(field_name=field.name, **kwargs)
            for name in (field.name, f'{field.name}_id')
        }

    def get_serializer_fields(self, field, model):
        kwargs = self.presence_kwargs(field)
        if field.unique:
            kwargs['validators'] = [UniqueValidator(model._default_manager)]
        return {field.name: ReferenceField(self.nested_serializer(field, model), **kwargs)}

    def get_table_column_field(self, field):
        return tables.Column(linkify=True, verbose_name=field.display_label)


class MultiObjectFieldType(ReferenceFieldType):
    name = 'multiobject'
    unique_allowed = False
    many = True

    def get_columns(self, field):
        return ()

    def get_indexes(self, field):
        return ()

    def get_link_table(self, field):
        name = field.link_table
        return Table(
            name,
            columns=(Column('id', 'bigint'), Column('source_id', 'bigint'), Column('target_id', 'bigint')),
            indexes=(
                Index(unique_name(name, 'source_id', 'target_id'), ('source_id', 'target_id'), unique=True),
                Index(index_name(name, 'target_id'), ('target_id',)),
            ),
            comment=f'links of {self.comment(field)}',
        )

    def get_model_fields(self, field, context):
        kwargs = self.model_field_kwargs(field)
        for name in ('null', 'unique', 'db_column', 'default', 'validators'):
            kwargs.pop(name, None)
        return {field.name: context.link_field(field, **kwargs)}

    def validate_default(self, field):
        value = field.default
        if not isinstance(value, list) or any(isinstance(pk, bool) or not isinstance(pk, int) for pk in value):
            raise ValidationError(_('The default of a multiple-objects field is a list of ids of existing objects.'))
        missing = set(value) - set(self.queryset(field).filter(pk__in=value).values_list('pk', flat=True))
        if missing:
            raise ValidationError(_('There is no such object: %(value)s.'), params={'value': min(missing)})
        if field.required and not value:
            raise ValidationError(_('A required field cannot have an empty default.'))

    def get_form_field(self, field, **kwargs):
        return DynamicModelMultipleChoiceField(**self.form_field_kwargs(field, **kwargs))

    def get_import_fields(self, field):
        form_field = CSVModelMultipleChoiceField(
            queryset=self.queryset(field), to_field_name=self.import_attribute(field), required=field.required
        )
        return {field.name: self.annotate_form_field(field, form_field)}

    def get_filterform_field(self, field):
        return DynamicModelMultipleChoiceField(queryset=self.queryset(field), required=False, null_option='None')

    def get_filters(self, field):
        if field.filter_logic == FilterLogicChoices.DISABLED:
            return {}
        # Asked anew for each request, so that the choices follow the branch that it is made in.
        kwargs = {'queryset': lambda request: self.queryset(field), 'label': field.display_label}
        return {
            name: django_filters.ModelMultipleChoiceFilter(field_name=field.name, distinct=True, **kwargs)
            for name in (field.name, f'{field.name}_id')
        }

    def get_serializer_fields(self, field, model):
        kwargs = {'required': field.required, 'allow_empty': not field.required}
        if field.default_json is not None:
            kwargs |= {'required': False, 'default': CreateOnlyDefault(ReferenceListDefault(field.default))}
        return {field.name: ReferenceListField(self.nested_serializer(field, model), **kwargs)}

    def get_table_column_field(self, field):
        return columns.ManyToManyColumn(linkify_item=True, verbose_name=field.display_label)

    def get_display_value(self, instance, field):
        return list(getattr(instance, field.name).all())
