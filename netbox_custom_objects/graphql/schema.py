"""What NetBox adds to its own query: types, their fields and constraints, and linked objects (plugin resource)."""

import strawberry
import strawberry_django

from netbox.graphql.pagination import OffsetPaginationInput

from .definition_types import CustomObjectTypeConstraintType, CustomObjectTypeFieldType, CustomObjectTypeType
from .linked import LinkedCustomObject, entries_of
from .target import target_of


@strawberry.type(name='Query')
class CustomObjectsQuery:
    custom_object_type: CustomObjectTypeType = strawberry_django.field()
    custom_object_type_list: list[CustomObjectTypeType] = strawberry_django.field()

    custom_object_type_field: CustomObjectTypeFieldType = strawberry_django.field()
    custom_object_type_field_list: list[CustomObjectTypeFieldType] = strawberry_django.field()

    custom_object_type_constraint: CustomObjectTypeConstraintType = strawberry_django.field()
    custom_object_type_constraint_list: list[CustomObjectTypeConstraintType] = strawberry_django.field()

    @strawberry.field(description='Custom objects that refer to an object, one entry for each object and field.')
    def linked_custom_objects(
        self,
        info: strawberry.Info,
        object_type: str,
        object_id: strawberry.ID,
        type: list[str] | None = None,
        field: list[str] | None = None,
        pagination: OffsetPaginationInput | None = None,
    ) -> list[LinkedCustomObject]:
        target = target_of(object_type, object_id, info.context.request.user)
        return entries_of(target, info, type, field, pagination)


schema = [CustomObjectsQuery]
