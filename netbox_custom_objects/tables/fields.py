"""The table of the fields of a custom object type."""

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from netbox.tables import columns

from ..models import CustomObjectTypeField
from .base import OrderedTable


class CustomObjectTypeFieldTable(OrderedTable):
    # Not a link: a field has no page of its own, and its form is behind the pencil.
    name = tables.Column(verbose_name=_('Name'))
    id = tables.Column(verbose_name=_('ID'))
    custom_object_type = tables.Column(linkify=True, verbose_name=_('Custom object type'))
    type = columns.ChoiceFieldColumn(verbose_name=_('Type'))
    primary = columns.BooleanColumn(verbose_name=_('Primary'), false_mark=None)
    context = columns.BooleanColumn(verbose_name=_('Context'), false_mark=None)
    required = columns.BooleanColumn(verbose_name=_('Required'), false_mark=None)
    unique = columns.BooleanColumn(verbose_name=_('Unique'), false_mark=None)
    indexed = columns.BooleanColumn(verbose_name=_('Indexed'), false_mark=None)
    is_cloneable = columns.BooleanColumn(verbose_name=_('Is cloneable'), false_mark=None)
    suggest_values = columns.BooleanColumn(verbose_name=_('Suggest values'), false_mark=None)
    restart_yearly = columns.BooleanColumn(verbose_name=_('Restart yearly'), false_mark=None)
    related_object_filter_enforced = columns.BooleanColumn(verbose_name=_('Filter enforced'), false_mark=None)
    default_from = tables.Column(verbose_name=_('Default from'))
    deprecated = columns.BooleanColumn(verbose_name=_('Deprecated'), false_mark=None)
    related_object_type = columns.ContentTypeColumn(verbose_name=_('Related object type'))
    related_object_types = columns.ManyToManyColumn(verbose_name=_('Related object types'))
    choice_set = tables.Column(linkify=True, verbose_name=_('Choice set'))
    ui_visible = columns.ChoiceFieldColumn(verbose_name=_('Visible'))
    ui_editable = columns.ChoiceFieldColumn(verbose_name=_('Editable'))
    in_list = columns.BooleanColumn(verbose_name=_('In list'))
    filter_logic = columns.ChoiceFieldColumn(verbose_name=_('Filter logic'))
    comments = columns.MarkdownColumn(verbose_name=_('Comments'))

    class Meta(OrderedTable.Meta):
        model = CustomObjectTypeField
        fields = (
            'pk', 'id', 'custom_object_type', 'name', 'type', 'primary', 'context', 'related_object_type',
            'related_object_types', 'label', 'group_name', 'description', 'required', 'unique', 'indexed',
            'search_weight', 'filter_logic', 'default', 'default_from', 'related_object_filter',
            'related_object_filter_enforced', 'related_name', 'on_delete_behavior', 'weight',
            'validation_regex', 'validation_minimum', 'validation_maximum', 'max_length', 'suggest_values',
            'decimal_digits', 'decimal_places', 'unit', 'number_template', 'restart_yearly', 'element_type',
            'result_type', 'aggregate', 'choice_set', 'ui_visible', 'ui_editable', 'in_list', 'is_cloneable',
            'deprecated', 'deprecated_since', 'scheduled_removal', 'schema_id', 'comments', 'created', 'last_updated',
            'actions',
        )  # fmt: skip
        default_columns = (
            'pk', 'name', 'custom_object_type', 'label', 'type', 'related_object_type', 'primary', 'required',
            'unique', 'group_name', 'weight', 'description',
        )  # fmt: skip
