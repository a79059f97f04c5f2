"""Table cells and page attributes of polymorphic fields; objects that the reader may not view are not named."""

import django_tables2 as tables
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from netbox.ui import attrs

from .generic import key_of, visible_keys

HIDDEN = mark_safe('<span class="text-muted">&mdash;</span>')


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

    def viewable(self, table) -> set:
        """Return the keys of the targets on the page that the reader may view, asked once for the whole page."""
        request = getattr(table, 'request', None) or getattr(table, 'context', {}).get('request')
        rows = table.__dict__.setdefault('_visible_targets', {})
        if self.field_name not in rows:
            records = [row.record for row in (table.paginated_rows if hasattr(table, 'page') else table.rows)]
            targets = [target for record in records for target in self.targets_of(record)]
            rows[self.field_name] = visible_keys(request.user if request else None, targets)
        return rows[self.field_name]

    def shown(self, record, table) -> list:
        viewable = self.viewable(table)
        return [target for target in self.targets_of(record) if key_of(target) in viewable]

    def render(self, record, table):
        return format_html_join(mark_safe(', '), '{}', ((link_to(t),) for t in self.shown(record, table))) or HIDDEN

    def value(self, record, table):
        return ', '.join(map(str, self.shown(record, table)))


class PolymorphicListColumn(PolymorphicColumn):
    """Links to the objects, with their types; exports their names."""

    def targets_of(self, record):
        return list(getattr(record, self.field_name).all())


class PolymorphicAttr(attrs.GenericForeignKeyAttr):
    """NetBox's attribute of a generic foreign key, for those who may view the object."""

    def render(self, obj, context):
        target = self.get_value(obj)
        if target is not None and key_of(target) not in visible_keys(context['perms'].user, [target]):
            return self.placeholder
        return super().render(obj, context)
