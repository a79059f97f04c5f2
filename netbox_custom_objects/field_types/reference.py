"""
Field types object and multiobject: one or many objects of one type, NetBox's own or a custom one.

Columns, links and integrity are ours (decision 5): no foreign key in the database, no relation on the target's class.
"""

from typing import Any, ClassVar

import django_tables2 as tables
from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from rest_framework.fields import CreateOnlyDefault

from netbox.api.exceptions import SerializerNotFound
from netbox.ui import attrs
from utilities.api import get_serializer_for_model
from utilities.forms.fields import DynamicModelChoiceField, DynamicModelMultipleChoiceField

from ..choices import FilterLogicChoices
from ..ddl.spec import Column, Index, Table
from ..definitions import FieldDefinition, TargetRef, index_name, unique_name
from ..expressions.typed.kinds import Term, reference_to
from .base import FieldType
from .graphql import related_type
from .polymorphic.keys import model_of, viewable
from .polymorphic.ui import TargetsColumn
from .registry import register
from .shared.cells import CellKind, join_values
from .shared.filters import EmptyFilter, TargetFilter
from .shared.gone_defaults import once_a_request
from .shared.help import with_hint
from .shared.indexes import field_table, plain_index
from .shared.natural_keys import NamedObjectField, NamedObjectsField, NaturalKey, natural_key
from .shared.rest import ReferenceField, ReferenceListDefault, ReferenceListField, plain_serializer
from .shared.selects import select_context
from .shared.stand_ins import StandInMixin
from .text import read_text

NESTED_PREFIX = 'Nested'


def target_model(target: TargetRef):
    """Return the target's model class as the current context (branch or main) knows it."""
    return apps.get_model(target.app_label, target.model)


class ReferenceFieldType(StandInMixin, FieldType):
    """What all references share."""

    is_reference: ClassVar[bool] = True
    limits_others = True
    convertible = False

    def attribute_names(self, field):
        # `<name>_id` is the attribute that Django adds, and a filter.
        return {*super().attribute_names(field), f'{field.name}_id'}

    def fault(self, field):
        if field.target is None:
            return _('It has no related object type.')
        if field.target.type_id is None and model_of(field.target) is None:
            return format_lazy(_('Model {model} does not exist; a plugin may be missing.'), model=field.target.label)
        if not isinstance(field.related_object_filter, dict | None):
            return _('Its related object filter is not a JSON object.')
        return super().fault(field)

    def queryset(self, field: FieldDefinition):
        return target_model(field.target).objects.all()

    def form_field_kwargs(self, field, **kwargs):
        custom = field.target.type_id is not None
        queryset = self.queryset(field)
        return super().form_field_kwargs(
            field,
            **{
                'queryset': queryset,
                'context': select_context(queryset.model),
                'query_params': field.related_object_filter,
                'selector': True,
                'quick_add': custom,
                **kwargs,
            },
        )

    def get_filterform_field(self, field):
        queryset = self.queryset(field)
        return DynamicModelMultipleChoiceField(
            queryset=queryset, required=False, null_option='None', context=select_context(queryset.model)
        )

    def reference_filter(self, field: FieldDefinition, obj) -> dict[str, Any]:
        """Return the lookups that find the objects which refer to `obj` by this field."""
        return {field.name: obj.pk}

    def reference_initial(self, field: FieldDefinition, obj) -> dict[str, Any]:
        """Return the parameters of the add form's URL with which the new object refers to `obj`."""
        return {field.name: obj.pk}

    # The column of imported files.
    import_field_class: ClassVar[type]

    def natural_key(self, field: FieldDefinition) -> NaturalKey:
        """Return what files call the targets."""
        return natural_key(target_model(field.target))

    def get_import_fields(self, field):
        key = self.natural_key(field)
        form_field = self.import_field_class(key, queryset=self.queryset(field), required=field.is_required)
        form_field.help_text = with_hint(escape(field.description), key.help_text)
        return {field.name: self.annotate_form_field(field, form_field)}

    def links_of(self, instance, field: FieldDefinition) -> list:
        """Return the objects that an object refers to."""
        raise NotImplementedError

    def get_import_prefetches(self, field):
        return self.natural_key(field).prefetches(field.name)

    def get_import_rows(self, instances, field, user):
        targets = viewable(user, (self.links_of(instance, field) for instance in instances))
        texts = self.natural_key(field).texts_of({target.pk: target for found in targets for target in found}.values())
        names = [[texts[target.pk] for target in found] for found in targets]
        return [{field.name: join_values(found) if self.many else ''.join(found)} for found in names]

    def get_filters(self, field):
        if field.filter_logic == FilterLogicChoices.DISABLED:
            return {}
        kwargs = {
            'field_name': field.name,
            'label': field.display_label,
            # Asked again for each request, so that the choices follow the branch that it is made in.
            'queryset': lambda request: self.queryset(field),
            # Only links can make an object match twice.
            'distinct': self.many,
        }
        return {
            field.name: TargetFilter(**kwargs),
            f'{field.name}_id': TargetFilter(**kwargs),
            f'{field.name}__empty': EmptyFilter(field_name=field.name, label=field.display_label),
        }

    def nested_serializer(self, field: FieldDefinition, model) -> type:
        """Return the serializer class of the targets; that of a custom object type shows no references (cycles)."""
        target = model._meta.get_field(field.name).related_model
        try:
            return get_serializer_for_model(target, prefix=NESTED_PREFIX if field.target.type_id is not None else '')
        except SerializerNotFound:
            return plain_serializer(target)


@register
class ObjectFieldType(ReferenceFieldType):
    name = 'object'
    label = _('Object')
    group = 'references'
    icon, words = 'vector-link', _('reference link relation foreign key device site tenant polymorphic')
    color = 'green'
    position = 120
    cell_kinds = (CellKind(name, read_text, _('not the name of an object')),)
    column_type = 'bigint'
    import_field_class = NamedObjectField

    def links_of(self, instance, field):
        target = getattr(instance, field.name)
        return [] if target is None else [target]

    def get_indexes(self, field, trigrams=''):
        return super().get_indexes(field) or (plain_index(field, field.column()),)

    def get_terms(self, field):
        if field.target is None:
            return ()
        return (Term(str(field.id), field.name, reference_to(field.target.label), f'{field.name}_id'),)

    def get_model_fields(self, field, context):
        return {field.name: context.foreign_key(field, **self.model_field_kwargs(field))}

    def get_graphql_annotation(self, field, related=related_type):
        return related(field.target) | None

    def to_python(self, field, value):
        if value is None or isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError(_('The default of an object field must be the ID of an existing object.'))
        return value

    def validate_default(self, field):
        value = self.to_python(field, field.default)
        if not self.queryset(field).filter(pk=value).exists():
            raise ValidationError(_('Object does not exist: %(value)s.'), params={'value': value})

    @once_a_request
    def is_default_gone(self, field):
        return field.default is not None and not self.queryset(field).filter(pk=field.default).exists()

    def get_attribute(self, field):
        return attrs.RelatedObjectAttr(field.name, label=field.display_label, linkify=True)

    def get_search_values(self, instance, field):
        model_field = instance._meta.get_field(field.name)
        if model_field.is_cached(instance):
            return {field.name: getattr(instance, field.name)}
        # Not by attribute: the router would look in main when a worker indexes the objects of a branch.
        targets = model_field.remote_field.model._base_manager.using(instance._state.db)
        model_field.set_cached_value(instance, targets.filter(pk=getattr(instance, model_field.attname)).first())
        return {field.name: model_field.get_cached_value(instance)}

    def get_form_field(self, field, **kwargs):
        return DynamicModelChoiceField(**self.form_field_kwargs(field, **kwargs))

    def get_serializer_fields(self, field, model):
        kwargs = self.declared_kwargs(field, model)
        return {field.name: ReferenceField(self.nested_serializer(field, model), **kwargs)}

    def get_table_column_field(self, field):
        return tables.Column(linkify=True, verbose_name=field.display_label)


@register
class MultiObjectFieldType(ReferenceFieldType):
    name = 'multiobject'
    label = _('Multiple objects')
    group = 'references'
    icon, words = 'source-branch', _('references links relations many to many devices polymorphic')
    color = 'green'
    position = 130
    listed = False
    unique_allowed = False
    many = True
    import_field_class = NamedObjectsField

    def links_of(self, instance, field):
        return list(getattr(instance, field.name).all())

    def get_columns(self, field):
        return ()

    def get_indexes(self, field, trigrams=''):
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
            fill=(field_table(field), tuple((pk,) for pk in self.to_python(field, field.default)))
            if field.default
            else None,
        )

    def get_model_fields(self, field, context):
        kwargs = self.model_field_kwargs(field)
        for name in ('null', 'unique', 'db_column', 'default', 'validators'):
            kwargs.pop(name, None)
        return {field.name: context.link_field(field, **kwargs)}

    def get_graphql_annotation(self, field, related=related_type):
        return list[related(field.target)]

    def to_python(self, field, value):
        if not isinstance(value, list) or any(isinstance(pk, bool) or not isinstance(pk, int) for pk in value):
            raise ValidationError(
                _('The default of a multiple-objects field must be a list of IDs of existing objects.')
            )
        return value

    def validate_default(self, field):
        value = self.to_python(field, field.default)
        missing = set(value) - set(self.queryset(field).filter(pk__in=value).values_list('pk', flat=True))
        if missing:
            raise ValidationError(_('Object does not exist: %(value)s.'), params={'value': min(missing)})
        if field.required and not value:
            raise ValidationError(_('A required field cannot have an empty default.'))

    def default_targets(self, field):
        return list(self.queryset(field).filter(pk__in=field.default))

    @once_a_request
    def is_default_gone(self, field):
        ids = set(field.default or ())
        return bool(ids) and self.queryset(field).filter(pk__in=ids).count() < len(ids)

    def get_search_values(self, instance, field):
        targets = getattr(instance, field.name)
        if field.name not in getattr(instance, '_prefetched_objects_cache', ()):
            targets = targets.db_manager(instance._state.db)
        return {field.name: ', '.join(str(target) for target in targets.all())}

    def get_form_field(self, field, **kwargs):
        return DynamicModelMultipleChoiceField(**self.form_field_kwargs(field, **kwargs))

    def get_serializer_fields(self, field, model):
        kwargs = {'required': field.is_required, 'allow_empty': not field.is_required, **self.label_kwargs(field)}
        if field.default_json is not None:
            kwargs |= {'required': False, 'default': CreateOnlyDefault(ReferenceListDefault(field.default))}
        return {field.name: ReferenceListField(self.nested_serializer(field, model), **kwargs)}

    def get_table_column_field(self, field):
        return TargetsColumn(field.name, verbose_name=field.display_label)

    def get_display_value(self, instance, field):
        return list(getattr(instance, field.name).all())
