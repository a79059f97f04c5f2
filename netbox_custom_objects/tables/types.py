"""The list table of custom object types."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from netbox.tables import NetBoxTable, columns

from ..models import CustomObjectType


class CustomObjectTypeTable(NetBoxTable):
    name = tables.Column(linkify=True, verbose_name=_('Name'))
    description = tables.Column(verbose_name=_('Description'))
    comments = columns.MarkdownColumn(verbose_name=_('Comments'))
    config_context_enabled = columns.BooleanColumn(verbose_name=_('Config context'))
    tags = columns.TagColumn(url_name='plugins:netbox_custom_objects:customobjecttype_list')

    class Meta(NetBoxTable.Meta):
        model = CustomObjectType
        fields = (
            'pk', 'id', 'name', 'verbose_name', 'verbose_name_plural', 'slug', 'group_name', 'version', 'description',
            'display_expression', 'config_context_enabled', 'comments', 'tags', 'created', 'last_updated', 'actions',
        )  # fmt: skip
        default_columns = ('pk', 'id', 'name', 'group_name', 'description', 'created', 'last_updated')
