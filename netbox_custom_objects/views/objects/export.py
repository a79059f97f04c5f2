"""
CSV exports of custom objects: NetBox's, by labels and for people, and one that the bulk import form reads back.

Both are streamed: what is read for some objects is forgotten before the next are read.
"""

import csv
import json
from collections.abc import Iterator
from contextvars import copy_context
from functools import partial
from itertools import batched, chain

from django.http import StreamingHttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext_lazy as _
from django_tables2.data import TableQuerysetData

from netbox.object_actions import BulkExport
from utilities.constants import CSV_DELIMITERS

from ...choices import UIEditableChoices
from ...field_types import field_type_of
from ...runtime.classes.memo import surfaced_fields
from ...runtime.reading.prefetch import prefetch_relations
from ...tables.exporting import ROWS_AT_ONCE, Echo, csv_lines

# The value of `?export=` that asks for it.
IMPORTABLE = 'importable'
# That of NetBox for the columns of the list.
TABLE = 'table'


class ExportObjects(BulkExport):
    """NetBox's export menu, with one entry more."""

    template_name = 'netbox_custom_objects/buttons/export.html'

    @classmethod
    def get_context(cls, context, model):
        found = super().get_context(context, model)
        query = context['request'].GET.copy()

        def choice(label, export, **kwargs):
            query['export'] = export
            return {'label': label, 'url': f'?{query.urlencode()}', **kwargs}

        choices = [
            choice(_('Current View'), TABLE, id='export_current_view'),
            choice(_('All Data (CSV)'), ''),
            choice(_('All Data, for import (CSV)'), IMPORTABLE),
        ]
        for number, template in enumerate(found['export_templates']):
            choices.append(choice(template.name, template.name, title=template.description, separated=number == 0))
        if context['request'].user.has_perm('extras.add_exporttemplate'):
            url = f'{reverse("extras:exporttemplate_add")}?{urlencode({"object_types": found["object_type"].pk})}'
            choices.append({'label': _('Add export template…'), 'url': url, 'separated': True})
        return {**found, 'choices': choices}


class ImportableExportMixin:
    """Adds `?export=importable` to a list view of custom objects."""

    def get(self, request):
        if request.GET.get('export') != IMPORTABLE:
            if request.GET.get('export', TABLE) != TABLE:
                # Templates read whole objects.
                self.queryset = self.queryset.with_rollups()
            return super().get(request)
        queryset = self.filterset(request.GET, self.queryset, request=request).qs
        filename = f'netbox_{self.model._meta.verbose_name_plural}_import.csv'
        return streamed(importable_rows(self.model, queryset, request.user), filename)

    def export_table(self, table, columns=None, filename=None, delimiter=None):
        if not isinstance(table.data, TableQuerysetData) or (delimiter and delimiter not in CSV_DELIMITERS):
            return super().export_table(table, columns, filename, delimiter)
        names = [name for name, _label in table.selected_columns + table.available_columns]
        excluded = {'pk', 'actions', *(name for name in names if columns and name not in columns)}
        table._apply_prefetching(columns=[name for name in names if name not in excluded])
        lines = csv_lines(table, excluded, CSV_DELIMITERS[delimiter or 'comma'])
        return streamed(lines, filename or f'netbox_{self.model._meta.verbose_name_plural}.csv')


def streamed(lines: Iterator[str], filename: str) -> StreamingHttpResponse:
    """Return a CSV file, each part of which is made as if within the request: in its branch, and for its user."""
    context = copy_context()
    parts = map(''.join, batched(iter(partial(context.run, next, lines, None), None), ROWS_AT_ONCE))
    # Until something is sent, a failure can be answered.
    first = next(parts)
    return StreamingHttpResponse(
        chain([first], parts),
        content_type='text/csv; charset=utf-8',
        headers={'Content-Disposition': content_disposition_header(True, filename)},
    )


def importable_rows(model, queryset, user):
    """Yield the lines of a CSV file that the import form of `model` reads, header first; `user` reads them."""
    write = csv.writer(Echo()).writerow
    fields = [field for field in surfaced_fields(model) if field.input_mode == UIEditableChoices.YES]
    columns = [name for field in fields for name in field_type_of(field).get_import_fields(field)]
    local_data = ['local_context_data'] if model._definition.config_context_enabled else []
    yield write(['id', *columns, *local_data, 'owner', 'tags'])
    prefetches = [name for field in fields for name in field_type_of(field).get_import_prefetches(field)]
    for instances in batched(queryset.iterator(chunk_size=ROWS_AT_ONCE), ROWS_AT_ONCE):
        prefetch_relations(instances, lambda _model: ('tags', *prefetches))
        parts = [field_type_of(field).get_import_rows(instances, field, user) for field in fields]
        for instance, *values in zip(instances, *parts, strict=True):
            row = [value for part in values for value in part.values()]
            for name in local_data:
                row.append('' if getattr(instance, name) is None else json.dumps(getattr(instance, name)))
            tags = ','.join(tag.slug for tag in instance.tags.all())
            yield write([instance.pk, *row, instance.owner_id or '', tags])
