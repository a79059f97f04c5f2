"""
The table of the tab "Custom Objects": which objects of any type refer to the object of the page.

Its rows are `LinkedRow`s, which the view has fetched and restricted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

import django_tables2 as tables
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django_tables2.data import TableListData

from netbox.tables import BaseTable

from .. import settings
from ..definitions import FieldDefinition, TypeDefinition
from .tags import TagsHereColumn

# A button, before and after the address of an object.
BEFORE_URL = '<a class="btn btn-sm btn-{}" role="button" aria-label="{}" href="'
AFTER_URL = '{}/?return_url={}"><i class="mdi mdi-{}"></i></a>'


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


class LinkedActionsColumn(tables.Column):
    """Buttons that lead to the pages of an object and, when those are done, back to the tab."""

    def __init__(self):
        super().__init__(
            accessor='object', verbose_name='', orderable=False, attrs={'td': {'class': 'text-end text-nowrap noprint'}}
        )

    def render(self, record, table):
        url, buttons = record.object.get_absolute_url(), table.buttons
        shown = [
            before + url + after
            for (before, after), is_shown in zip(buttons, (record.may_change, record.may_delete))
            if is_shown
        ]
        return mark_safe(' '.join(shown))


class LinkedObjectsTable(BaseTable):
    """One row for each object and field; sorted by the code that fetches the page's rows."""

    type = tables.Column(verbose_name=_('Type'))
    object = tables.Column(verbose_name=_('Object'))
    value = tables.Column(verbose_name=_('Value'), orderable=False)
    field = tables.Column(verbose_name=_('Field'))
    tags = TagsHereColumn('object__tags')
    actions = LinkedActionsColumn()

    class Meta(BaseTable.Meta):
        empty_text = _('No custom objects refer to this object.')

    @cached_property
    def buttons(self) -> list[tuple[str, str]]:
        """Return what comes before and after the address of an object in its buttons: to edit it, and to delete it."""
        back = quote(self.context['request'].get_full_path(), safe='')
        kinds = (('edit', 'warning', _('Edit'), 'pencil'), ('delete', 'danger', _('Delete'), 'trash-can-outline'))
        return [
            (format_html(BEFORE_URL, color, label), format_html(AFTER_URL, action, back, icon))
            for action, color, label, icon in kinds
        ]

    def render_type(self, value):
        return self._once(value, lambda: format_html('<a href="?type={}">{}</a>', value.slug, value.display_name))

    def render_object(self, value):
        return _link(value)

    def render_field(self, value):
        return value.display_label

    def render_value(self, value):
        shown = settings.multiobject_display()
        links = [self._once(target, lambda target=target: _link(target)) for target in value[:shown]]
        return format_html('{}, …', mark_safe(', '.join(links))) if len(value) > shown else mark_safe(', '.join(links))

    def _once(self, shown, render: Callable[[], str]) -> str:
        """Return what is rendered for something that many rows of a page have in common, in memory as well."""
        if id(shown) not in self.rendered:
            self.rendered[id(shown)] = shown, render()
        return self.rendered[id(shown)][1]

    @cached_property
    def rendered(self) -> dict[int, tuple[object, str]]:
        return {}


def _link(target) -> str:
    url = target.get_absolute_url() if hasattr(target, 'get_absolute_url') else ''
    return format_html('<a href="{}">{}</a>', url, target) if url else format_html('{}', target)
