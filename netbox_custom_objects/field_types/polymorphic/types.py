"""
Polymorphic object and multiobject: one or many objects of several allowed types, NetBox's own or custom ones.

A reference is a pair of content type and id (see `generic`). Content types are the same in main and in all branches.
May import what `reference` may. Integrity is ours, as for all references (decision 5).
"""

from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from rest_framework.fields import CreateOnlyDefault

from ...choices import FilterLogicChoices
from ...ddl.spec import Column, Index, Table
from ...definitions import FieldDefinition, TargetRef, index_name, unique_name
from ...expressions.typed.kinds import OPAQUE, Term
from ..base import EMPTY_VALUES, FieldType
from ..graphql import CustomObjectRelatedObjectType, related_type
from ..registry import register
from ..shared.filters import EmptyFilter
from ..shared.gone_defaults import once_a_request
from ..shared.indexes import field_table, plain_index
from ..shared.stand_ins import StandInMixin
from .filters import TargetKeyFilter, TargetLinkFilter
from .forms import (
    PolymorphicChoiceField,
    PolymorphicMultipleChoiceField,
    TargetListField,
    TargetTypeField,
    type_queryset,
)
from .keys import (
    TYPES_BY_SLUG,
    Key,
    allowed_types,
    existing,
    existing_models,
    key_from_payload,
    key_of,
    label_of,
    links_name,
    to_text,
    viewable,
)
from .rest import PolymorphicField, PolymorphicListField, default_keys
from .ui import PolymorphicAttr, PolymorphicColumn, PolymorphicListColumn


class PolymorphicFieldType(StandInMixin, FieldType):
    """What both share. The types `object` and `multiobject` with `is_polymorphic` set are these."""

    is_reference = True
    polymorphic = True
    unique_allowed = False
    convertible = False
    # The filter class of the parameters `<field>_<app>_<model>`.
    filter_class: type

    def attribute_names(self, field):
        return {
            *super().attribute_names(field),
            *(name for target in field.targets for name in self.inputs(field, target)),
        }

    def inputs(self, field: FieldDefinition, target: TargetRef) -> tuple[str, ...]:
        """Return the filter parameters for targets of one type."""
        return (f'{field.name}_{target.app_label}_{target.model}',)

    # Definition

    def fault(self, field):
        # A target that is gone is left out by itself: see `existing_models`.
        if not isinstance(field.related_object_filter, dict | None):
            return _('Its related object filter is not a JSON object.')
        return super().fault(field)

    def validate_default(self, field):
        for key in self.default_keys(field):
            if field.targets:
                self.check_type(field, key)
            # Otherwise they come after the field itself, as in a merge (models.validation.fields).
            self.check_exists(key, existing([key]))

    @once_a_request
    def is_default_gone(self, field):
        keys = self.default_keys(field) if field.default else []
        return len(existing(keys)) < len(set(keys))

    def default_keys(self, field: FieldDefinition) -> list[Key]:
        """Return the default as keys; raise ValidationError unless it is well-formed."""
        raise NotImplementedError

    def check_key(self, field: FieldDefinition, key: Key, found: dict[Key, Any] | None) -> None:
        """Raise ValidationError unless a field may refer to an object. `found` is what exists; None trusts that."""
        self.check_type(field, key)
        if found is not None:
            self.check_exists(key, found)

    def check_type(self, field: FieldDefinition, key: Key) -> None:
        if key[0] not in allowed_types(field):
            raise ValidationError(
                _('Objects of type %(type)s are not allowed here. Allowed types: %(allowed)s.'),
                params={'type': label_of(key), 'allowed': ', '.join(target.label for target in field.targets)},
            )

    def check_exists(self, key: Key, found: dict[Key, Any]) -> None:
        if key not in found:
            raise ValidationError(_('Object does not exist: %(value)s.'), params={'value': to_text(key)})

    def objects_of_type(self, objects, field: FieldDefinition, content_type: int):
        """Return those of a queryset's objects that refer to objects of one type."""
        raise NotImplementedError

    def reference_filter(self, field: FieldDefinition, obj) -> dict[str, Any]:
        """Return the lookups that find the objects which refer to `obj` by this field."""
        raise NotImplementedError

    def reference_initial(self, field: FieldDefinition, obj) -> dict[str, Any]:
        """Return the parameters of the add form's URL with which the new object refers to `obj`."""
        raise NotImplementedError

    # Surfaces

    def get_graphql_annotation(self, field, related=related_type):
        found = tuple(related(target) for target in field.targets) or (CustomObjectRelatedObjectType,)
        union = reduce(or_, found)
        return list[union] if self.many else union | None

    def get_filters(self, field):
        if field.filter_logic == FilterLogicChoices.DISABLED:
            return {}
        found = {f'{field.name}__empty': self.empty_filter(field)}
        for target, model in existing_models(field).items():
            names = [*self.inputs(field, target)]
            if target.type_id is not None:
                names.append(f'{field.name}_{TYPES_BY_SLUG.replace("-", "_")}_{model._definition.slug}')
            for name in names:
                for suffix, exclude in (('', False), ('__n', True)):
                    found[f'{name}{suffix}'] = self.filter_class(
                        field=field, target=target, exclude=exclude, label=self.target_label(field, model)
                    )
        return found

    def empty_filter(self, field: FieldDefinition):
        raise NotImplementedError

    def target_label(self, field: FieldDefinition, model) -> str:
        return f'{field.display_label} ({model._meta.verbose_name})'

    def get_filterform_fields(self, field):
        return {
            self.inputs(field, target)[0]: self.target_select(model, label=self.target_label(field, model))
            for target, model in existing_models(field).items()
        }

    def target_select(self, model, **kwargs):
        return PolymorphicMultipleChoiceField.select(model, **kwargs)


@register
class PolymorphicObjectFieldType(PolymorphicFieldType):
    name = 'object'
    filter_class = TargetKeyFilter
    unique_allowed = True

    def attribute_names(self, field):
        return {
            *super().attribute_names(field),
            *(f'{field.name}_{part}' for part in ('content_type', 'content_type_id', 'object_id', 'id')),
        }

    # Storage

    def get_columns(self, field):
        types, ids = self.default_keys(field)[0] if field.default else (None, None)
        comment = self.comment(field)
        return (
            Column(field.column('type'), 'integer', f'content type of {comment}', fill=types),
            Column(field.column('object'), 'bigint', f'object id of {comment}', fill=ids),
        )

    def get_terms(self, field):
        return (Term(f'{field.id}_object', field.name, OPAQUE, f'{field.name}_object_id'),)

    def get_indexes(self, field, trigrams=''):
        return super().get_indexes(field) or (plain_index(field, *self.get_unique_columns(field)),)

    def unique_attributes(self, field):
        return f'{field.name}_content_type', f'{field.name}_object_id'

    def shown_duplicate(self, parts):
        content_type, pk = parts
        return to_text((int(content_type), pk))

    # Model

    def get_model_fields(self, field, context):
        types, ids = (
            {
                'verbose_name': field.display_label,
                'db_column': field.column(suffix),
                'null': True,
                'blank': True,
                **self._default_kwargs(field, position),
            }
            for position, suffix in enumerate(('type', 'object'))
        )
        kwargs = {'verbose_name': field.display_label, 'help_text': field.description, 'blank': not field.is_required}
        return context.generic_reference(field, types, ids, **kwargs)

    def _default_kwargs(self, field, position) -> dict:
        if not field.default:
            return {}
        return {'default': lambda: None if self.is_default_gone(field) else self.default_keys(field)[0][position]}

    def clean_instance(self, instance, field):
        reference = instance._meta.get_field(field.name)
        try:
            reference.validate_reference(instance, lambda key, found: self.check_key(field, key, found))
            if self.is_unique(field):
                reference.validate_unique(instance)
        except ValidationError as error:
            raise ValidationError({field.name: error}) from error

    def get_empty_condition(self, field):
        return Q(**{f'{field.name}_object_id__isnull': True})

    # Change data

    def get_change_data(self, instance, field, data):
        for part in ('content_type', 'object_id'):
            data.pop(f'{field.name}_{part}', None)
        return {field.payload_key: instance._meta.get_field(field.name).get_payload(instance)}

    def former_payload_names(self, field, name):
        # Records from before a take-over hold both columns, which are set as the attributes that they are.
        parts = ('content_type', 'object_id')
        return {**super().former_payload_names(field, name), **{f'{name}_{x}': f'{field.name}_{x}' for x in parts}}

    def name_change_data(self, field, key, value):
        types, ids = key_from_payload(value) or (None, None)
        return {f'{field.name}_content_type': types, f'{field.name}_object_id': ids}

    # Definition

    def default_keys(self, field):
        return default_keys([field.default])

    def objects_of_type(self, objects, field, content_type):
        return objects.filter(**{f'{field.name}_content_type': content_type})

    def reference_filter(self, field, obj):
        content_type, pk = key_of(obj)
        return {f'{field.name}_content_type': content_type, f'{field.name}_object_id': pk}

    reference_initial = reference_filter

    # Surfaces

    def get_form_fields(self, field, **kwargs):
        form_field = PolymorphicChoiceField(
            content_type_queryset=type_queryset(field.targets),
            query_params=field.related_object_filter,
            selector=True,
            # NetBox's form for bulk edits is rendered again by another method.
            hx_method='post' if 'initial' in kwargs else 'get',
            **{'required': field.is_required, **kwargs},
        )
        return {field.name: self.annotate_form_field(field, form_field)}

    def get_import_fields(self, field):
        types = TargetTypeField(
            queryset=type_queryset(field.targets),
            required=field.is_required,
            label=_('{label} (type)').format(label=field.display_label),
            help_text=_('Type of the object, e.g. dcim.site, or the ID of its content type'),
        )
        ids = TargetTypeField.id_field(
            required=field.is_required, label=_('{label} (ID)').format(label=field.display_label)
        )
        return {f'{field.name}_content_type': types, f'{field.name}_object_id': ids}

    def get_import_rows(self, instances, field, user):
        targets = (getattr(instance, field.name) for instance in instances)
        rows = viewable(user, ([] if target is None else [target] for target in targets))
        names = f'{field.name}_content_type', f'{field.name}_object_id'
        keys = [key_of(found[0]) if found else None for found in rows]
        return [dict(zip(names, (label_of(key), str(key[1])) if key else ('', ''), strict=True)) for key in keys]

    def empty_filter(self, field):
        return EmptyFilter(field_name=f'{field.name}_object_id', label=field.display_label)

    def get_serializer_fields(self, field, model):
        return {field.name: PolymorphicField(field, **self.presence_kwargs(field), **self.label_kwargs(field))}

    def get_serializer_kwargs(self, field):
        return {}

    def get_table_column_field(self, field):
        return PolymorphicColumn(field.name, verbose_name=field.display_label)

    def get_attribute(self, field):
        return PolymorphicAttr(field.name, label=field.display_label, linkify=True)

    def get_clone_attributes(self, field):
        return f'{field.name}_content_type', f'{field.name}_object_id'

    def get_search_values(self, instance, field):
        return {field.name: getattr(instance, field.name)}


@register
class PolymorphicMultiObjectFieldType(PolymorphicFieldType):
    name = 'multiobject'
    listed = False
    many = True
    filter_class = TargetLinkFilter

    # Storage

    def get_columns(self, field):
        return ()

    def get_link_table(self, field):
        name = field.link_table
        key = ('content_type_id', 'object_id')
        return Table(
            name,
            columns=tuple(Column(column, 'bigint') for column in ('id', 'source_id', *key)),
            indexes=(
                Index(unique_name(name, 'source_id', *key), ('source_id', *key), unique=True),
                Index(index_name(name, *key), key),
            ),
            comment=f'links of {self.comment(field)}',
            fill=(field_table(field), tuple(self.default_keys(field))) if field.default else None,
        )

    # Model

    def get_model_fields(self, field, context):
        kwargs = {'verbose_name': field.display_label, 'help_text': field.description, 'blank': not field.is_required}
        return {field.name: context.generic_links(field, **kwargs)}

    # Change data

    def get_change_data(self, instance, field, data):
        links = instance._meta.get_field(field.name).get_payload(instance)
        return {field.payload_key: links} if links else {}

    # Definition

    def validate_default(self, field):
        super().validate_default(field)
        if field.required and field.default in EMPTY_VALUES:
            raise ValidationError(_('A required field cannot have an empty default.'))

    def default_keys(self, field):
        return default_keys(field.default)

    def default_targets(self, field):
        return list(existing(self.default_keys(field)).values())

    def objects_of_type(self, objects, field, content_type):
        return objects.filter(**{field.name: content_type}).distinct()

    def reference_filter(self, field, obj):
        content_type, pk = key_of(obj)
        return {f'{links_name(field)}__content_type': content_type, f'{links_name(field)}__object_id': pk}

    def reference_initial(self, field, obj):
        return {field.name: to_text(key_of(obj))}

    # Surfaces

    def get_form_fields(self, field, **kwargs):
        kwargs = {'required': field.is_required, **kwargs}
        form_field = PolymorphicMultipleChoiceField(field, **kwargs)
        return {field.name: self.annotate_form_field(field, form_field)}

    def get_import_fields(self, field):
        form_field = TargetListField(
            field,
            required=field.is_required,
            help_text=_('Objects as app.model:id, separated by commas, e.g. dcim.site:1,dcim.region:5'),
        )
        return {field.name: self.annotate_form_field(field, form_field)}

    def get_import_rows(self, instances, field, user):
        rows = viewable(user, (getattr(instance, field.name).all() for instance in instances))
        return [{field.name: ','.join(to_text(key_of(target)) for target in found)} for found in rows]

    def empty_filter(self, field):
        return EmptyFilter(field_name=field.name, label=field.display_label)

    def get_serializer_fields(self, field, model):
        kwargs = {
            'required': field.is_required,
            'allow_empty': not field.is_required,
            'allow_null': not field.is_required,
            **self.label_kwargs(field),
        }
        if field.default_json is not None:
            kwargs |= {
                'required': False,
                'default': CreateOnlyDefault(lambda: self.default_targets(field)),
            }
        return {field.name: PolymorphicListField(field, **kwargs)}

    def get_serializer_kwargs(self, field):
        return {}

    def get_table_column_field(self, field):
        return PolymorphicListColumn(field.name, verbose_name=field.display_label)

    def get_clone_values(self, instance, field):
        return {field.name: [to_text(key_of(target)) for target in getattr(instance, field.name).all()]}

    def get_display_value(self, instance, field):
        return list(getattr(instance, field.name).all())

    def get_search_values(self, instance, field):
        return {field.name: ', '.join(str(target) for target in getattr(instance, field.name).all())}
