"""
Table cells of references to many types or many objects, and page attributes of polymorphic fields.

Objects that the reader may not view are counted, and not named: in lists as on the detail page.
"""

import django_tables2 as tables
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import ngettext

from netbox.ui import attrs

from .keys import key_of, visible_keys

NOTHING = mark_safe('<span class="text-muted">&mdash;</span>')


def hidden_text(count: int) -> str:
    """Return what stands for objects that the reader may not view, '' if there are none."""
    return ngettext('{count} hidden object', '{count} hidden objects', count).format(count=count) if count else ''


def link_to(target) -> str:
    """Return a link to an object, named, with its type; only the name if it has no page."""
    kind = target._meta.verbose_name
    url = target.get_absolute_url() if hasattr(target, 'get_absolute_url') else None
    if not url:
        return format_html('{} <span class="text-muted">({})</span>', target, kind)
    return format_html('<a href="{}">{}</a> <span class="text-muted">({})</span>', url, target, kind)


class PolymorphicColumn(tables.Column):
    """Links to the object, with its type; exports its name."""

    def __init__(self, field_name: str, **kwargs):
        self.field_name = field_name
        super().__init__(**{'orderable': False, **kwargs})

    def targets_of(self, record) -> list:
        target = getattr(record, self.field_name)
        return [] if target is None else [target]

    def viewable(self, table, rows) -> set:
        """Return the keys of the targets in some rows that the reader may view, asked once for all of them."""
        request = getattr(table, 'request', None) or getattr(table, 'context', {}).get('request')
        known = table.__dict__.setdefault('_visible_targets', {})
        if self.field_name not in known:
            targets = [target for row in rows for target in self.targets_of(row.record)]
            known[self.field_name] = visible_keys(request.user if request else None, targets)
        return known[self.field_name]

    def forget_viewable(self, table) -> None:
        """Ask again which targets the reader may view: those of other rows are written."""
        table.__dict__.setdefault('_visible_targets', {}).pop(self.field_name, None)

    def shown(self, record, table, rows) -> tuple[list, str]:
        """Return the targets that are named, and what stands for the others."""
        viewable, targets = self.viewable(table, rows), self.targets_of(record)
        named = [target for target in targets if key_of(target) in viewable]
        return named, hidden_text(len(targets) - len(named))

    def link_to(self, target) -> str:
        return link_to(target)

    def render(self, record, table):
        page = table.paginated_rows if hasattr(table, 'page') else table.rows
        named, hidden = self.shown(record, table, page)
        parts = [self.link_to(target) for target in named]
        if hidden:
            parts.append(format_html('<span class="text-muted">{}</span>', hidden))
        return format_html_join(mark_safe(', '), '{}', ((part,) for part in parts)) or NOTHING

    def value(self, record, table):
        # Exports write all rows, not those of one page only.
        named, hidden = self.shown(record, table, table.rows)
        return ', '.join([*map(str, named), *([hidden] if hidden else [])])


class PolymorphicListColumn(PolymorphicColumn):
    """Links to the objects, with their types; exports their names."""

    def targets_of(self, record):
        return list(getattr(record, self.field_name).all())


class TargetsColumn(PolymorphicListColumn):
    """Links to objects of one type."""

    def link_to(self, target):
        url = target.get_absolute_url() if hasattr(target, 'get_absolute_url') else None
        return format_html('<a href="{}">{}</a>', url, target) if url else escape(target)


class PolymorphicAttr(attrs.GenericForeignKeyAttr):
    """NetBox's attribute of a generic foreign key, for those who may view the object."""

    def render(self, obj, context):
        target = self.get_value(obj)
        if target is not None and key_of(target) not in visible_keys(context['perms'].user, [target]):
            return self.placeholder
        return super().render(obj, context)
