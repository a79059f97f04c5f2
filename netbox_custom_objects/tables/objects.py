"""
The list table of custom objects, built per type.

May import runtime and field_types. Must never query per row.
"""

from copy import deepcopy
from operator import itemgetter

import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_tables2.data import TableQuerysetData
from django_tables2.utils import OrderByTuple

from netbox.registry import registry
from netbox.tables import columns

from ..choices import UIVisibleChoices
from ..definitions import FieldDefinition, TypeDefinition
from ..field_types import field_type_of
from ..field_types.shared.columns import unbroken_if_short
from ..runtime.classes.memo import per_type, surfaced_fields
from ..runtime.reading.estimates import Estimate, estimated_count
from ..runtime.reading.names import name_lookups
from ..runtime.reading.ordering import name_terms, terms_of
from .base import OrderedTable
from .tags import TagsColumn


class TypeColumn(tables.Column):
    """The type of the object; known from its class, so that no query is made."""

    def __init__(self):
        super().__init__(
            accessor='_definition',
            orderable=False,
            verbose_name=_('Custom object type'),
            linkify=lambda value: reverse('plugins:netbox_custom_objects:customobjecttype', args=[value.id]),
        )

    def render(self, value):
        return value.display_name


class NameColumn(tables.Column):
    """What the object is called, with a link to it; sorted by what the name is made of."""

    def __init__(self, model: type):
        super().__init__(
            accessor='pk',
            linkify=lambda record: record.get_absolute_url(),
            order_by=OrderByTuple(name_terms(model)),
            verbose_name=_('Name'),
            attrs={'td': {'class': lambda record: unbroken_if_short(record)}},
        )

    def render(self, record):
        return str(record)

    def value(self, record):
        return str(record)


class OfTypeMeta(type(OrderedTable)):
    """
    Makes the table classes of one type equal, regardless of the revision they were built for.

    NetBox keeps the columns that other plugins register by the class of the table.
    """

    def __eq__(cls, other):
        type_id = cls.__dict__.get('_type_id')
        return cls is other if type_id is None else getattr(other, '__dict__', {}).get('_type_id') == type_id

    def __hash__(cls):
        type_id = cls.__dict__.get('_type_id')
        return super().__hash__() if type_id is None else hash((__name__, type_id))


class CustomObjectTable(OrderedTable, metaclass=OfTypeMeta):
    """What the tables of all types share: also the columns that other plugins register for this class."""

    custom_object_type = TypeColumn()
    owner = tables.Column(linkify=True, verbose_name=_('Owner'))
    created = columns.DateTimeColumn(verbose_name=_('Created'))
    last_updated = columns.DateTimeColumn(verbose_name=_('Last updated'))
    tags = TagsColumn()

    def __init__(self, *args, extra_columns=None, **kwargs):
        common = registry['tables'].get(CustomObjectTable, {}) if type(self) is not CustomObjectTable else {}
        taken = {*self.base_columns, *registry['tables'].get(type(self), {})}
        found = [(name, deepcopy(column)) for name, column in common.items() if name not in taken]
        super().__init__(*args, extra_columns=[*(extra_columns or ()), *found], **kwargs)

    def paginate(self, *args, per_page=None, page=1, **kwargs):
        estimate = self._estimate(per_page, page)
        if estimate is not None:
            self.data._length = estimate
        super().paginate(*args, per_page=per_page, page=page, **kwargs)
        if estimate is not None:
            self.paginator.count = Estimate(estimate)
        return self

    def _estimate(self, per_page: int | None, page: int) -> int | None:
        """Return about how many objects there are; None if they must be counted, as before the last page."""
        if not per_page or min(per_page, page) < 1 or not isinstance(self.data, TableQuerysetData):
            return None
        beyond = page * per_page + MOST_ORPHANS
        estimate = estimated_count(self.data.data, beyond)
        if estimate is None or not self.data.data.values('pk')[beyond : beyond + 1]:
            return None
        return max(estimate, beyond + 1)

    def _apply_prefetching(self, columns=None):
        super()._apply_prefetching(columns)
        if isinstance(self.data, TableQuerysetData):
            # NetBox sees relations to one model only.
            shown = {column.name for column in self.columns.iterall() if column.visible} if columns is None else columns
            model = self._meta.model
            wanted = [field.name for field in surfaced_fields(model) if field.is_polymorphic and field.name in shown]
            if NAME in shown:
                wanted += name_lookups(model)
            found = self.data.data.prefetch_related(*wanted)
            self.data.data = found.with_rollups(shown)


# The last page of a list may have so many objects more than others (utilities.paginator).
MOST_ORPHANS = 10
# How many columns of fields a list shows to users who have not chosen any, unless more fields ask for it (`in_list`).
SHOWN_BY_DEFAULT = 8
# The column of names; no field can be called so.
NAME = 'display'
# Columns before and after those of the fields.
FIRST, LAST = ('pk', 'id', NAME), ('custom_object_type', 'owner', 'created', 'last_updated', 'tags', 'actions')


def rank(field: FieldDefinition) -> int:
    """Return which fields come first where there is room for a few: what links to the object, then what each has."""
    return 0 if field.primary else 1 if field.required else 2


def default_columns(columns: dict[FieldDefinition, dict]) -> set[str]:
    """Return which columns lists show to users who have not chosen any: those that ask for it, and the best others."""
    asked = {name for field, found in columns.items() if field.in_list for name in found}
    ranked = [
        (rank(field), name)
        for field, found in columns.items()
        if field.in_list is None and (field.primary or field_type_of(field).listed)
        for name in found
    ]
    ranked.sort(key=itemgetter(0))
    return asked | {name for _rank, name in ranked[: max(0, SHOWN_BY_DEFAULT - len(asked))]}


def leads_to_object(definition: TypeDefinition, columns: dict[FieldDefinition, dict]) -> bool:
    """Whether the column of a field, or of the id, shows what the object is called, and links to it."""
    primary = definition.primary_field
    if definition.display_expression:
        return False
    if primary is None:
        return True
    if primary not in columns or field_type_of(primary).is_reference:
        return False
    return any(column.link is not None for column in columns[primary].values())


@per_type
def get_table_class(model) -> type[CustomObjectTable]:
    """
    Return the table class of a type, named `Table<id>ModelTable`: users' column preferences are stored by that name.

    Args:
        model: a dynamic model class
    """
    found: dict[FieldDefinition, dict] = {}
    for field in surfaced_fields(model):
        if field.ui_visible != UIVisibleChoices.HIDDEN:
            found[field] = field_type_of(field).get_table_columns(field)
            for column in found[field].values() if field.deprecated else ():
                column.verbose_name = _('{label} (deprecated)').format(label=column.verbose_name)
            if field_type_of(field).is_reference and not field_type_of(field).many and not field.is_polymorphic:
                found[field][field.name].order_by = OrderByTuple(terms_of(model, field.name))
    shown = {name: column for columns_of_field in found.values() for name, column in columns_of_field.items()}
    first = default_columns(found)
    has_name = bool(shown) and not leads_to_object(model._definition, found)
    closed = {'actions': columns.ActionsColumn(actions=('delete', 'changelog'))} if model._definition.deprecated else {}
    meta = type('Meta', (OrderedTable.Meta,), {
        'model': model,
        'fields': (*FIRST, *shown, *LAST),
        'default_columns': ('pk', 'id', *([NAME] if has_name else ()), *(name for name in shown if name in first)),
    })  # fmt: skip
    attributes = {
        'Meta': meta,
        '__module__': __name__,
        '_type_id': model._type_id,
        NAME: NameColumn(model),
        **shown,
        **closed,
    }
    return type(CustomObjectTable)(f'{model.__name__}Table', (CustomObjectTable,), attributes)
