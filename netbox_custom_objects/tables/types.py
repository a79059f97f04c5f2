"""The list table of custom object types."""

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from netbox.tables import columns

from ..field_types.shared.deprecation import notice
from ..models import CustomObjectType
from .base import OrderedTable


class CustomObjectTypeTable(OrderedTable):
    name = tables.Column(linkify=True, verbose_name=_('Name'))
    description = tables.Column(verbose_name=_('Description'))
    comments = columns.MarkdownColumn(verbose_name=_('Comments'))
    config_context_enabled = columns.BooleanColumn(verbose_name=_('Config context'))
    deprecated = columns.BooleanColumn(verbose_name=_('Deprecated'), false_mark=None)
    tags = columns.TagColumn(url_name='plugins:netbox_custom_objects:customobjecttype_list')

    def render_name(self, value, record):
        if not record.deprecated:
            return value
        badge = '{} <span class="badge text-bg-yellow" title="{}">{}</span>'
        return format_html(badge, value, notice(record), _('Deprecated'))

    def value_name(self, value):
        return value

    class Meta(OrderedTable.Meta):
        model = CustomObjectType
        fields = (
            'pk', 'id', 'name', 'verbose_name', 'verbose_name_plural', 'slug', 'group_name', 'version', 'description',
            'display_expression', 'config_context_enabled', 'deprecated', 'deprecated_since', 'scheduled_removal',
            'comments', 'tags', 'created', 'last_updated', 'actions',
        )  # fmt: skip
        default_columns = ('pk', 'id', 'name', 'group_name', 'description', 'created', 'last_updated')
