"""The column of tags, which lead to lists of objects with the same tag. May import field_types and NetBox's tables."""

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django_tables2 import A

from netbox.tables import columns

from ..field_types.polymorphic.ui import NOTHING


class TagsColumn(columns.TagColumn):
    """Tags that link to the list of the same type; NetBox's own column cannot pass the slug to the URL."""

    def list_url(self, record) -> str:
        """Return where the tags of an object lead to, without the parameter."""
        return record.get_list_url()

    def render(self, record, table, value):
        # NetBox's column renders a template for each row, and another one for each of its tags.
        known = table.__dict__.setdefault('_rendered', {})
        tags = list(value.all())
        for tag in tags:
            if tag.pk not in known:
                shown = render_to_string('builtins/tag.html', {'tag': tag})
                known[tag.pk] = format_html('<a href="{}?tag={}">{}</a>', self.list_url(record), tag.slug, shown)
        return format_html_join(' ', '{}', ((known[tag.pk],) for tag in tags)) or NOTHING


class TagsHereColumn(TagsColumn):
    """Tags of objects in rows, which link to the same page."""

    def __init__(self, accessor: str):
        super().__init__()
        self.accessor = A(accessor)

    def list_url(self, record):
        return ''
