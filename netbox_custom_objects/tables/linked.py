"""
The table of the tab "Custom Objects": which objects of any type refer to the object of the page.

Its rows are `LinkedRow`s, which the view has fetched and restricted.
"""

from dataclasses import dataclass

import django_tables2 as tables
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django_tables2.data import TableListData

from netbox.tables import BaseTable

from .. import settings
from ..definitions import FieldDefinition, TypeDefinition


class FetchedRows(TableListData):
    """Rows of one page, in the order in which the database sorted all of them."""

    def order_by(self, aliases):
        return


@dataclass(frozen=True, slots=True)
class LinkedRow:
    """One object, and the field by which it refers to the object of the page."""

    type: TypeDefinition
    object: object
    field: FieldDefinition
    # What the field refers to, as far as the user may view it.
    value: list
    # Whether the user may do so with some objects of the type; the pages behind the buttons look at the object.
    may_change: bool
    may_delete: bool


class LinkedObjectsTable(BaseTable):
    """One row for each object and field; sorted by the code that fetches the page's rows."""

    type = tables.Column(verbose_name=_('Type'))
    object = tables.Column(linkify=lambda value: value.get_absolute_url(), verbose_name=_('Object'))
    value = tables.Column(verbose_name=_('Value'), orderable=False)
    field = tables.Column(verbose_name=_('Field'))
    tags = tables.TemplateColumn(
        '{% load helpers %}{% for tag in record.object.tags.all %}'
        '<a href="?tag={{ tag.slug }}">{% tag tag %}</a> {% empty %}{{ ""|placeholder }}{% endfor %}',
        accessor='object',
        verbose_name=_('Tags'),
        orderable=False,
    )
    actions = tables.TemplateColumn(
        template_name='netbox_custom_objects/buttons/linked_actions.html',
        accessor='object',
        verbose_name='',
        orderable=False,
        attrs={'td': {'class': 'text-end text-nowrap noprint'}},
    )

    class Meta(BaseTable.Meta):
        empty_text = _('No custom objects refer to this object.')

    def render_type(self, value):
        return format_html('<a href="?type={}">{}</a>', value.slug, value.display_name)

    def render_field(self, value):
        return value.display_label

    def render_value(self, value):
        shown = settings.multiobject_display()
        links = format_html_join(', ', '{}', ((_link(target),) for target in value[:shown]))
        return format_html('{}, …', links) if len(value) > shown else links


def _link(target) -> str:
    url = target.get_absolute_url() if hasattr(target, 'get_absolute_url') else ''
    return format_html('<a href="{}">{}</a>', url, target) if url else format_html('{}', target)
