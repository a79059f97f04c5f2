"""
The list table of custom objects, built per type.

May import runtime and field_types. Must never query per row.
"""

import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_tables2.data import TableQuerysetData
from django_tables2.utils import OrderByTuple

from netbox.tables import columns

from ..choices import UIVisibleChoices
from ..field_types import field_type_of
from ..runtime.classes.memo import per_type, surfaced_fields
from ..runtime.reading.ordering import terms_of
from .base import OrderedTable


class TagsColumn(columns.TagColumn):
    """Tags that link to the list of the same type; NetBox's own column cannot pass the slug to the URL."""

    template_code = """
    {% load helpers %}
    {% for tag in value.all %}
      <a href="{{ record.get_list_url }}?tag={{ tag.slug }}">{% tag tag %}</a>
    {% empty %}
      <span class="text-muted">&mdash;</span>
    {% endfor %}
    """


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


class CustomObjectTable(OrderedTable):
    """What the tables of all types share."""

    custom_object_type = TypeColumn()
    owner = tables.Column(linkify=True, verbose_name=_('Owner'))
    created = columns.DateTimeColumn(verbose_name=_('Created'))
    last_updated = columns.DateTimeColumn(verbose_name=_('Last updated'))
    tags = TagsColumn()

    def _apply_prefetching(self, columns=None):
        super()._apply_prefetching(columns)
        if isinstance(self.data, TableQuerysetData):
            # NetBox sees relations to one model only.
            shown = {column.name for column in self.columns.iterall() if column.visible} if columns is None else columns
            fields = [field.name for field in surfaced_fields(self._meta.model) if field.is_polymorphic]
            self.data.data = self.data.data.prefetch_related(*(name for name in fields if name in shown))


# How many columns of fields a list shows to users who have not chosen any.
SHOWN_BY_DEFAULT = 8
# Columns before and after those of the fields.
FIRST, LAST = ('pk', 'id'), ('custom_object_type', 'owner', 'created', 'last_updated', 'tags', 'actions')


@per_type
def get_table_class(model) -> type[CustomObjectTable]:
    """
    Return the table class of a type, named `Table<id>ModelTable`: users' column preferences are stored by that name.

    Args:
        model: a dynamic model class
    """
    shown, first = {}, []
    for field in surfaced_fields(model):
        if field.ui_visible != UIVisibleChoices.HIDDEN:
            found = field_type_of(field).get_table_columns(field)
            for column in found.values() if field.deprecated else ():
                column.verbose_name = _('{label} (deprecated)').format(label=column.verbose_name)
            if field_type_of(field).is_reference and not field_type_of(field).many and not field.is_polymorphic:
                found[field.name].order_by = OrderByTuple(terms_of(model, field.name))
            shown |= found
            # What links to the object is never left out.
            first = [*found, *first] if field.primary else [*first, *found]
    closed = {'actions': columns.ActionsColumn(actions=('delete', 'changelog'))} if model._definition.deprecated else {}
    meta = type('Meta', (OrderedTable.Meta,), {
        'model': model,
        'fields': (*FIRST, *shown, *LAST),
        'default_columns': ('pk', 'id', *(name for name in shown if name in first[:SHOWN_BY_DEFAULT])),
    })  # fmt: skip
    name = f'{model.__name__}Table'
    return type(CustomObjectTable)(
        name, (CustomObjectTable,), {'Meta': meta, '__module__': __name__, **shown, **closed}
    )
