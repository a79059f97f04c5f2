"""
Imported files: records are validated and written together, and all that is wrong is listed, and can be downloaded.

What NetBox does record by record is left to it where that may make a difference, see `services.writing`.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from types import MappingProxyType
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.db import models, router
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.translation import ngettext
from django.views.generic import View

from core.models import Job
from utilities.exceptions import AbortRequest
from utilities.jobs import is_background_request
from utilities.views import ConditionalLoginRequiredMixin

from ...exceptions import REFUSED_ROWS
from ...models.together import NotTogether
from ...runtime.classes.constraints import constraints_of
from ...services.writing import can_be_written_together, tried_together
from .records import ID, Records, without_wrong_ids

# What ends a try to write records together: errors of records are all shown.
REFUSED = (NotTogether, *REFUSED_ROWS, AbortRequest)
# Messages about records that are shown.
ERRORS_SHOWN = 1000
# The key in the data of a job.
ERRORS = 'import_errors'
ERRORS_FILE = 'import_errors.csv'


class ImportsTogetherMixin:
    """For import pages of objects: records are written together."""

    # [record, column, message] of what is wrong with the file.
    import_errors: Sequence[list] = ()
    # What is wrong with the IDs of records, by their numbers.
    wrong_ids: Mapping[int, str] = MappingProxyType({})

    def create_and_update_objects(self, form, request):
        form.cleaned_data['data'], self.wrong_ids = without_wrong_ids(form.cleaned_data['data'])
        return super().create_and_update_objects(form, request)

    def _process_import_records(self, form, request, records, prefetched_objects):
        using = router.db_for_write(self.queryset.model)
        if can_be_written_together(self.queryset.model, using):
            made = tried_together(
                lambda: self._write(Records(self, form, request, prefetched_objects, self.wrong_ids), records),
                using, type(self), refused=REFUSED,
            )  # fmt: skip
            if made is not None:
                return made
            # Their attributes have been changed.
            prefetched_objects = self.queryset.model.objects.in_bulk(prefetched_objects)
        if self.wrong_ids:
            raise self._refusal({number: {ID: [message]} for number, message in self.wrong_ids.items()})
        return super()._process_import_records(form, request, records, prefetched_objects)

    def _write(self, found: Records, records: Sequence[dict]) -> list[models.Model]:
        """Write records and return their objects; raise ValidationError with what is wrong with each."""
        made = found.write(records)
        if found.errors:
            raise self._refusal(found.errors)
        return made

    def _refusal(self, found: dict[int, dict[str, list[str]]]) -> ValidationError:
        """Note what is wrong with records, by number and column, and return it as an error."""
        errors = [
            (number, name, text)
            for number, of_record in sorted(found.items())
            for name, text in self._by_message(of_record)
        ]
        self.import_errors = [[number, name.replace('__all__', ''), text] for number, name, text in errors]
        del self.import_errors[ERRORS_SHOWN:]
        if is_background_request(self.request):
            self.request.job.job.data = {ERRORS: self.import_errors}
        return ValidationError(self._messages(errors))

    def _by_message(self, of_record: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
        """Yield (columns, message): a constraint that reads several columns is one thing that is wrong."""
        constraints = constraints_of(self.queryset.model)
        of_constraints = constraints.messages() if constraints else ()
        columns: dict[str, list[str]] = {}
        for name, messages in of_record.items():
            for text in map(str, messages):
                if text in of_constraints:
                    columns.setdefault(text, []).append(name)
                else:
                    yield name, text
        yield from ((', '.join(names), text) for text, names in columns.items())

    def _compile_form_errors(self, errors, index, prefix=None):
        by_columns: dict[str, list[str]] = {}
        for name, text in self._by_message(errors):
            by_columns.setdefault(name, []).append(text)
        # NetBox leaves a gap where the name of a column would be.
        found = super()._compile_form_errors(by_columns, index, prefix)
        return [message.replace(f'Record {index} : ', f'Record {index}: ', 1) for message in found]

    def _messages(self, errors: Sequence[tuple]) -> list[str]:
        messages = [
            message
            for number, name, text in errors[:ERRORS_SHOWN]
            for message in self._compile_form_errors({name: [text]}, index=number)
        ]
        if (more := len(errors) - ERRORS_SHOWN) > 0:
            text = ngettext('{count} more error is not shown.', '{count} more errors are not shown.', more)
            messages.append(text.format(count=more))
        return messages

    def get_extra_context(self, request):
        context = super().get_extra_context(request)
        if self.import_errors:
            context['errors_address'] = f'data:text/csv;charset=utf-8,{quote(errors_csv(self.import_errors))}'
            context['errors_file'] = ERRORS_FILE
            context['errors'] = self.import_errors
        return context


class ImportErrorsView(ConditionalLoginRequiredMixin, View):
    """The errors of an import that was a background job, for those who may view the job."""

    def get(self, request, pk):
        job = get_object_or_404(Job.objects.restrict(request.user, 'view'), pk=pk)
        if not isinstance(job.data, dict) or ERRORS not in job.data:
            raise Http404
        headers = {'Content-Disposition': content_disposition_header(True, ERRORS_FILE)}
        return HttpResponse(errors_csv(job.data[ERRORS]), content_type='text/csv; charset=utf-8', headers=headers)


def errors_csv(errors: Iterable[Sequence]) -> str:
    """Return errors of records as the text of a CSV file."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(['row', 'column', 'message'])
    writer.writerows(errors)
    return text.getvalue()
