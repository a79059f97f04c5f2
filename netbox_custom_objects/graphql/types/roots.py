"""The two fields by which a query begins with a custom object type: `custom_objects_<slug>` and `..._list`."""

from django.db.models import Model
from django.utils.translation import gettext as _
from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
)

from ...field_types.shared.bounds import whole_number
from ...runtime.reading.ordering import totally_ordered
from ..errors import NotFound, coded
from ..reading import references
from ..reading.batch import Batch
from ..reading.paging import page_of_queryset
from .filters import Filter


def root_fields(
    model: type[Model],
    output: GraphQLObjectType,
    filters: Filter,
    order: GraphQLInputObjectType,
    pagination: GraphQLInputType,
) -> tuple[GraphQLField, GraphQLField]:
    """Return the field for one object of a type and the field for many."""

    def one(root, info, id):
        pk = whole_number(id)
        found = None if pk is None else references.viewable(model, info).filter(pk=pk).first()
        if found is None:
            raise NotFound(_('The object does not exist.'))
        return found

    def many(root, info, filters=None, pagination=None, order=None):
        queryset = references.viewable(model, info)
        if filters is not None:
            queryset = own.apply(queryset, filters, info)
        terms = [f'{sign}{name}' for entry in order or () for name, sign in entry.items() if sign is not None]
        queryset = references.optimized(totally_ordered(queryset, terms), info)
        found = list(page_of_queryset(queryset, pagination))
        Batch(found)
        return found

    own = filters
    args = {
        'filters': GraphQLArgument(filters.type),
        'pagination': GraphQLArgument(pagination),
        'order': GraphQLArgument(GraphQLList(GraphQLNonNull(order))),
    }
    return (
        GraphQLField(
            GraphQLNonNull(output),
            args={'id': GraphQLArgument(GraphQLNonNull(GraphQLID))},
            resolve=coded(one),
            description=str(model._meta.verbose_name),
        ),
        GraphQLField(
            GraphQLNonNull(GraphQLList(GraphQLNonNull(output))),
            args=args,
            resolve=coded(many),
            description=str(model._meta.verbose_name_plural),
        ),
    )
