"""GraphQL types of custom object types, their fields and constraints: ordinary models of NetBox, ordinary types."""

from typing import Annotated

import strawberry
import strawberry_django
from strawberry.scalars import JSON
from strawberry_django import FilterLookup, StrFilterLookup

from netbox.graphql.filters import ChangeLoggedModelFilter, NetBoxModelFilter, register_filter
from netbox.graphql.scalars import BigInt
from netbox.graphql.types import NetBoxObjectType, ObjectType, register_type

from ..models import CustomObjectType, CustomObjectTypeConstraint, CustomObjectTypeField
from ..runtime.shown import field_names, shown_expression

CHOICE_SET = Annotated['CustomFieldChoiceSetType', strawberry.lazy('extras.graphql.types')]  # noqa: F821
OBJECT_TYPE = Annotated['ObjectTypeType', strawberry.lazy('netbox.graphql.types')]  # noqa: F821
TYPE = Annotated['CustomObjectTypeType', strawberry.lazy('netbox_custom_objects.graphql.definition_types')]
FIELD = Annotated['CustomObjectTypeFieldType', strawberry.lazy('netbox_custom_objects.graphql.definition_types')]
CONSTRAINT = Annotated[
    'CustomObjectTypeConstraintType', strawberry.lazy('netbox_custom_objects.graphql.definition_types')
]
TYPE_FILTER = Annotated['CustomObjectTypeFilter', strawberry.lazy('netbox_custom_objects.graphql.definition_types')]
FIELD_FILTER = Annotated[
    'CustomObjectTypeFieldFilter', strawberry.lazy('netbox_custom_objects.graphql.definition_types')
]


@register_filter(CustomObjectType, lookups=True)
class CustomObjectTypeFilter(NetBoxModelFilter):
    name: StrFilterLookup | None = strawberry_django.filter_field()
    slug: StrFilterLookup | None = strawberry_django.filter_field()
    verbose_name: StrFilterLookup | None = strawberry_django.filter_field()
    verbose_name_plural: StrFilterLookup | None = strawberry_django.filter_field()
    group_name: StrFilterLookup | None = strawberry_django.filter_field()
    description: StrFilterLookup | None = strawberry_django.filter_field()
    version: StrFilterLookup | None = strawberry_django.filter_field()
    fields: FIELD_FILTER | None = strawberry_django.filter_field()


@register_filter(CustomObjectTypeField, lookups=True)
class CustomObjectTypeFieldFilter(ChangeLoggedModelFilter):
    name: StrFilterLookup | None = strawberry_django.filter_field()
    label: StrFilterLookup | None = strawberry_django.filter_field()
    type: StrFilterLookup | None = strawberry_django.filter_field()
    description: StrFilterLookup | None = strawberry_django.filter_field()
    group_name: StrFilterLookup | None = strawberry_django.filter_field()
    primary: FilterLookup[bool] | None = strawberry_django.filter_field()
    required: FilterLookup[bool] | None = strawberry_django.filter_field()
    unique: FilterLookup[bool] | None = strawberry_django.filter_field()
    indexed: FilterLookup[bool] | None = strawberry_django.filter_field()
    custom_object_type: TYPE_FILTER | None = strawberry_django.filter_field()
    custom_object_type_id: strawberry.ID | None = strawberry_django.filter_field()


@register_type(
    CustomObjectType,
    fields=[
        'id', 'name', 'slug', 'verbose_name', 'verbose_name_plural', 'version', 'group_name', 'description', 'comments',
        'display_expression', 'config_context_enabled', 'created', 'last_updated',
    ],
    filters=CustomObjectTypeFilter,
    pagination=True,
)  # fmt: skip
class CustomObjectTypeType(NetBoxObjectType):
    fields: list[FIELD]
    constraints: list[CONSTRAINT] = strawberry_django.field(field_name='constraints')


@register_type(
    CustomObjectTypeField,
    fields=[
        'id', 'name', 'label', 'type', 'description', 'group_name', 'primary', 'context', 'required', 'unique',
        'indexed', 'validation_regex', 'validation_minimum', 'validation_maximum', 'max_length', 'suggest_values',
        'decimal_digits', 'decimal_places', 'unit', 'number_template', 'restart_yearly', 'is_polymorphic',
        'related_object_filter_enforced', 'related_name', 'on_delete_behavior', 'search_weight', 'filter_logic',
        'ui_visible', 'ui_editable', 'in_list', 'weight',
        'is_cloneable', 'comments', 'schema_id', 'deprecated', 'deprecated_since', 'scheduled_removal', 'result_type',
        'aggregate',
        'created', 'last_updated',
    ],
    filters=CustomObjectTypeFieldFilter,
    pagination=True,
)  # fmt: skip
class CustomObjectTypeFieldType(ObjectType):
    default: JSON | None
    validation_minimum: BigInt | None
    validation_maximum: BigInt | None
    related_object_filter: JSON | None
    custom_object_type: TYPE
    choice_set: CHOICE_SET | None
    related_object_type: OBJECT_TYPE | None
    related_object_types: list[OBJECT_TYPE]

    @strawberry_django.field(only=['custom_object_type', 'required_if'])
    def required_if(self) -> str:
        return shown_expression(self, self.required_if)

    @strawberry_django.field(only=['custom_object_type', 'visible_if'])
    def visible_if(self) -> str:
        return shown_expression(self, self.visible_if)

    @strawberry_django.field(only=['custom_object_type', 'editable_if'])
    def editable_if(self) -> str:
        return shown_expression(self, self.editable_if)


@register_filter(CustomObjectTypeConstraint, lookups=True)
class CustomObjectTypeConstraintFilter(ChangeLoggedModelFilter):
    name: StrFilterLookup | None = strawberry_django.filter_field()
    type: StrFilterLookup | None = strawberry_django.filter_field()
    message: StrFilterLookup | None = strawberry_django.filter_field()
    custom_object_type: TYPE_FILTER | None = strawberry_django.filter_field()
    custom_object_type_id: strawberry.ID | None = strawberry_django.filter_field()


# What an expression is shown by, besides itself.
_WITH_TYPE = ('custom_object_type',)


@register_type(
    CustomObjectTypeConstraint,
    fields=['id', 'name', 'type', 'case_insensitive', 'nulls_distinct', 'message', 'created', 'last_updated'],
    filters=CustomObjectTypeConstraintFilter,
    pagination=True,
)
class CustomObjectTypeConstraintType(ObjectType):
    custom_object_type: TYPE

    @strawberry_django.field(only=['field_ids', *_WITH_TYPE])
    def fields(self) -> list[str]:
        return field_names(self)

    @strawberry_django.field(only=['condition', *_WITH_TYPE])
    def condition(self) -> str:
        return shown_expression(self, self.condition)

    @strawberry_django.field(only=['expression', *_WITH_TYPE])
    def expression(self) -> str:
        return shown_expression(self, self.expression)
