"""The list table of custom object types."""

from collections.abc import Callable
from typing import Any

import django_tables2 as tables
from django.db.models import Count
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from netbox.tables import columns
from utilities.permissions import get_permission_for_model

from ..field_types.polymorphic.ui import NOTHING
from ..field_types.shared.columns import NUMERIC
from ..field_types.shared.deprecation import notice
from ..models import CustomObjectType, CustomObjectTypeField
from ..runtime.reading.counts import count_viewable
from .base import OrderedTable

# Objects of each type are counted up to here.
COUNTED = 10_000


class CountColumn(tables.Column):
    """Numbers of things that types have, read for all rows of a page at once."""

    def __init__(self, count: Callable[[list[int], Any], dict[int, int]], **kwargs):
        super().__init__(accessor='pk', orderable=False, attrs=NUMERIC, **kwargs)
        self.count = count

    def counted(self, table, rows) -> dict[int, int]:
        known = table.__dict__.setdefault('_counted', {})
        if self.count not in known:
            request = getattr(table, 'request', None) or getattr(table, 'context', {}).get('request')
            known[self.count] = self.count([row.record.pk for row in rows], request.user) if request else {}
        return known[self.count]

    def render(self, record, table):
        count = self.counted(table, table.paginated_rows if hasattr(table, 'page') else table.rows).get(record.pk)
        return NOTHING if count is None else self.shown(record, count)

    def value(self, record, table):
        return self.counted(table, table.rows).get(record.pk)

    def shown(self, record, count: int):
        return count


class ObjectsColumn(CountColumn):
    """The number of objects, with a link to them."""

    def shown(self, record, count: int):
        more = count > COUNTED
        return format_html('<a href="{}">{}{}</a>', record.get_list_url(), min(count, COUNTED), '+' if more else '')


def count_objects(pks: list[int], user) -> dict[int, int]:
    return count_viewable(pks, user, COUNTED + 1)


def count_fields(pks: list[int], user) -> dict[int, int]:
    """Return how many fields types have, as far as the user may view fields."""
    if not user.has_perm(get_permission_for_model(CustomObjectTypeField, 'view')):
        return {}
    fields = CustomObjectTypeField.objects.restrict(user, 'view').filter(custom_object_type__in=pks).order_by()
    return dict.fromkeys(pks, 0) | dict(fields.values_list('custom_object_type').annotate(Count('pk')))


class CustomObjectTypeTable(OrderedTable):
    display_name = tables.Column(linkify=True, order_by=('verbose_name', 'name'), verbose_name=_('Display name'))
    name = tables.Column(linkify=True, verbose_name=_('Name'))
    field_count = CountColumn(count_fields, verbose_name=_('Fields'))
    object_count = ObjectsColumn(count_objects, verbose_name=_('Objects'))
    description = tables.Column(verbose_name=_('Description'))
    comments = columns.MarkdownColumn(verbose_name=_('Comments'))
    config_context_enabled = columns.BooleanColumn(verbose_name=_('Config context'))
    deprecated = columns.BooleanColumn(verbose_name=_('Deprecated'), false_mark=None)
    tags = columns.TagColumn(url_name='plugins:netbox_custom_objects:customobjecttype_list')

    def render_display_name(self, value, record):
        if not record.deprecated:
            return value
        badge = '{} <span class="badge text-bg-yellow" title="{}">{}</span>'
        return format_html(badge, value, notice(record), _('Deprecated'))

    def value_display_name(self, value):
        return value

    class Meta(OrderedTable.Meta):
        model = CustomObjectType
        fields = (
            'pk', 'id', 'display_name', 'name', 'field_count', 'object_count', 'verbose_name', 'verbose_name_plural',
            'slug', 'group_name', 'version', 'description',
            'display_expression', 'config_context_enabled', 'deprecated', 'deprecated_since', 'scheduled_removal',
            'comments', 'tags', 'created', 'last_updated', 'actions',
        )  # fmt: skip
        default_columns = ('pk', 'display_name', 'name', 'field_count', 'object_count', 'group_name', 'description')
