"""
CSV exports of custom objects that the bulk import form reads back.

NetBox's own export, by labels and for people, stays as it is.
"""

import csv
import json
from itertools import batched

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header, urlencode
from django.utils.translation import gettext_lazy as _

from netbox.object_actions import BulkExport

from ...choices import UIEditableChoices
from ...field_types import field_type_of
from ...runtime.classes.memo import surfaced_fields

# The value of `?export=` that asks for it.
IMPORTABLE = 'importable'
# That of NetBox for the columns of the list.
TABLE = 'table'
ROWS_AT_ONCE = 1000


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
        # Not streamed: by the time that a server reads a stream, the branch of the request is no longer active.
        return HttpResponse(
            ''.join(importable_rows(self.model, queryset, request.user)),
            content_type='text/csv; charset=utf-8',
            headers={'Content-Disposition': content_disposition_header(True, filename)},
        )


class Echo:
    """What csv.writer writes to: hands each line back."""

    def write(self, line: str) -> str:
        return line


def importable_rows(model, queryset, user):
    """Yield the lines of a CSV file that the import form of `model` reads, header first; `user` reads them."""
    write = csv.writer(Echo()).writerow
    fields = [field for field in surfaced_fields(model) if field.input_mode == UIEditableChoices.YES]
    columns = [name for field in fields for name in field_type_of(field).get_import_fields(field)]
    local_data = ['local_context_data'] if model._definition.config_context_enabled else []
    yield write(['id', *columns, *local_data, 'owner', 'tags'])
    prefetches = [name for field in fields for name in field_type_of(field).get_import_prefetches(field)]
    found = queryset.prefetch_related('tags', *prefetches).iterator(chunk_size=ROWS_AT_ONCE)
    for instances in batched(found, ROWS_AT_ONCE):
        parts = [field_type_of(field).get_import_rows(instances, field, user) for field in fields]
        for instance, *values in zip(instances, *parts, strict=True):
            row = [value for part in values for value in part.values()]
            for name in local_data:
                row.append('' if getattr(instance, name) is None else json.dumps(getattr(instance, name)))
            tags = ','.join(tag.slug for tag in instance.tags.all())
            yield write([instance.pk, *row, instance.owner_id or '', tags])
