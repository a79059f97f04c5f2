"""
Pages "From spreadsheet": the upload, the proposal to correct, the rows that do not fit, and what the job has done.

May import schema, and the job. A sheet is its owner's: it does not exist for others.
"""

import csv
from itertools import chain

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import DEFAULT_DB_ALIAS, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from netbox.object_actions import ObjectAction
from utilities.htmx import htmx_partial
from utilities.views import register_model_view

from ..api import spreadsheet_job
from ..constants import APP_LABEL
from ..field_types.shared.bounds import whole_number
from ..field_types.shared.cells import harmless
from ..forms.spreadsheets import Choices, ColumnForm, PlanForms, UploadSpreadsheetForm
from ..models import CustomObjectType, Spreadsheet
from ..runtime import extensions
from ..runtime.rights import may_grant
from ..schema.spreadsheet.errors import Unreadable
from ..schema.spreadsheet.jobs import CheckSpreadsheetJob, ReadSpreadsheetJob, is_large
from ..schema.spreadsheet.plan import Plan
from ..schema.spreadsheet.reading import MOST_COLUMNS, MOST_ROWS, is_large_file
from ..schema.spreadsheet.uploads import keep, keep_found, keep_plan, store
from .base import NewTypeView, may_branch

TEMPLATES = f'{APP_LABEL}/spreadsheets'
# Rows of the preview, and of a page of rows that do not fit.
FIRST_ROWS, ROWS_ON_A_PAGE = 8, 20


class FromSpreadsheet(ObjectAction):
    """Leads to the page."""

    name = 'from_spreadsheet'
    label = gettext_lazy('From spreadsheet')
    permissions_required = frozenset(('add',))
    icon = 'mdi-table-arrow-up'


class SpreadsheetBase(NewTypeView):
    """Finds the sheet of the request."""

    def find(self, pk: int, lock: bool = False) -> Spreadsheet:
        own = Spreadsheet.objects.of(self.request.user)
        # The job is read after the lock was taken.
        own = own.select_for_update(of=('self',)) if lock else own.select_related('job')
        return get_object_or_404(own, pk=pk)


def address(spreadsheet: Spreadsheet, part: str = '', **kwargs) -> str:
    """Return the address of a page of a sheet."""
    name = f'plugins:{APP_LABEL}:customobjecttype_spreadsheet{part}'
    return reverse(name, kwargs={'spreadsheet': spreadsheet.pk, **kwargs})


@register_model_view(CustomObjectType, 'from_spreadsheet', path='from-spreadsheet', detail=False)
class UploadSpreadsheetView(SpreadsheetBase):
    """Takes a file."""

    def get(self, request):
        return self._form(UploadSpreadsheetForm())

    def post(self, request):
        form = UploadSpreadsheetForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data['file']
            try:
                return redirect(address(self._take(file.file, file.name)))
            except Unreadable as error:
                form.add_error('file', str(error))
        return self._form(form)

    def _take(self, file, name: str) -> Spreadsheet:
        if not is_large_file(file):
            return store(file, name, self.request.user)[0]
        sheet = keep(file, name, self.request.user)
        ReadSpreadsheetJob.enqueue_for(sheet, user=self.request.user)
        return sheet

    def _form(self, form):
        own = Spreadsheet.objects.of(self.request.user).defer('found').order_by('-pk')
        context = {
            'form': form,
            'uploads': [(found, address(found)) for found in own],
            'most_rows': MOST_ROWS,
            'most_columns': MOST_COLUMNS,
            'return_url': reverse(f'plugins:{APP_LABEL}:customobjecttype_list'),
        }
        return render(self.request, f'{TEMPLATES}/upload.html', context)


@register_model_view(CustomObjectType, 'spreadsheet', path='from-spreadsheet/<int:spreadsheet>', detail=False)
class SpreadsheetView(SpreadsheetBase):
    """The proposal, which is corrected, checked and carried out; afterwards what has become of it."""

    def get(self, request, spreadsheet):
        sheet = self.find(spreadsheet)
        # Asked once: it changes at any time.
        if (in_use := sheet.is_in_use) or not sheet.is_read or 'type' in sheet.outcome:
            context = self._context(sheet) | outcome_of(sheet, request.user) | {'in_use': in_use}
            return render(request, f'{TEMPLATES}/outcome.html', context)
        return self._show(sheet, self._forms(sheet))

    def post(self, request, spreadsheet):
        # Two at once would queue two jobs.
        with transaction.atomic(using=DEFAULT_DB_ALIAS):
            return self._post(self.find(spreadsheet, lock=True))

    def _post(self, sheet: Spreadsheet):
        if sheet.is_in_use or 'type' in sheet.outcome:
            return self._lead_to(address(sheet))
        if '_delete' in self.request.POST:
            sheet.delete()
            return redirect(reverse(f'plugins:{APP_LABEL}:customobjecttype_from_spreadsheet'))
        if not sheet.is_read:
            return self._lead_to(address(sheet))
        found = self._forms(sheet, self.request.POST)
        if found.is_valid():
            sheet.outcome = {}
            if self._keep(sheet, found) and '_create' in self.request.POST:
                self._enqueue(sheet, found)
            if sheet.is_in_use:
                return self._lead_to(address(sheet))
        return self._show(sheet, found, is_valid=found.plan is not None)

    def _lead_to(self, url: str):
        """Show another page, also in answer to a request of htmx, which would put it into this one."""
        return HttpResponse(headers={'HX-Redirect': url}) if htmx_partial(self.request) else redirect(url)

    def _keep(self, sheet: Spreadsheet, found: PlanForms) -> bool:
        """Store and check a plan, or leave the check to a job; return whether nothing speaks against the plan yet."""
        if is_large(sheet, found.plan):
            sheet.plan = found.plan.as_json()
            keep_found(sheet, None)
            sheet.save(using=DEFAULT_DB_ALIAS)
            if '_create' not in self.request.POST:
                CheckSpreadsheetJob.enqueue_for(sheet, user=self.request.user)
            return True
        fault = keep_plan(sheet, found.plan, found.choices.of_user)
        if fault is not None:
            found.note(fault.column, str(fault))
        return fault is None

    def _forms(self, sheet: Spreadsheet, data=None) -> PlanForms:
        return PlanForms(sheet, self.request.user, data, lambda position: address(sheet, '_line', position=position))

    def _enqueue(self, sheet: Spreadsheet, found: PlanForms) -> None:
        """Queue the job, or show why there cannot be one."""
        if missing := found.missing_rights(self.request.user):
            found.note(None, _('These permissions are missing: {names}.').format(names=', '.join(missing)))
            return
        name, branch = found.type_form.cleaned_data['branch_name'], None
        if name:
            if not may_branch(self.request.user):
                raise PermissionDenied
            try:
                branch = extensions.new_branch(name, self.request.user)
            except ValidationError as error:
                found.type_form.add_error('branch_name', error.messages)
                return
        spreadsheet_job.enqueue(sheet, self.request.user, branch)

    def _show(self, sheet: Spreadsheet, found: PlanForms, is_valid: bool = True):
        context = self._context(sheet) | {
            'forms': found,
            'form': found.type_form,
            'is_valid': is_valid,
            'missing_rights': found.missing_rights(self.request.user),
            'can_branch': may_branch(self.request.user),
            'can_load': may_grant(self.request.user),
            'first_rows': first_rows(sheet),
            'others': [
                (other, address(other))
                for other in Spreadsheet.objects.of(self.request.user).filter(upload=sheet.upload).defer('found')
            ],
            **faults_of(sheet, 1),
        }
        template = 'plan_form' if htmx_partial(self.request) else 'plan'
        return render(self.request, f'{TEMPLATES}/{template}.html', context)

    def _context(self, sheet: Spreadsheet) -> dict:
        return {
            'sheet': sheet,
            'url': address(sheet),
            'faults_url': address(sheet, '_faults'),
            'upload_url': reverse(f'plugins:{APP_LABEL}:customobjecttype_from_spreadsheet'),
            'interrupted': _('The job was interrupted. Nothing was created.') if sheet.was_interrupted else '',
        }


def first_rows(sheet: Spreadsheet) -> list[list[str]]:
    """Return the rows that the preview shows, each with a cell for each column."""
    batch = next(sheet.read_rows(), [])
    width = len(sheet.headers)
    return [(cells + [''] * width)[:width] for _number, cells in batch[:FIRST_ROWS]]


def faults_of(sheet: Spreadsheet, number) -> dict:
    """Return a page of the rows that do not fit: (number, [(header, text, reason)])."""
    found = sheet.found or {'fitting': 0, 'rows': []}
    page = Paginator(found['rows'], ROWS_ON_A_PAGE).get_page(number)
    headers = {None: '', **dict(enumerate(sheet.headers))}
    lines = [(row, [(headers[position], text, reason) for position, text, reason in reasons]) for row, reasons in page]
    return {'faults': page, 'lines': lines, 'fitting': found['fitting'], 'is_checked': sheet.found is not None}


def outcome_of(sheet: Spreadsheet, user) -> dict:
    """Return what the job has done, or how far it is."""
    progress = (sheet.job.data or {}) if sheet.job is not None else {}
    done, total = progress.get('done', 0), progress.get('rows', 0)
    made = CustomObjectType.objects.restrict(user, 'view').filter(pk=sheet.outcome.get('type')).first()
    return {
        'progress_url': address(sheet, '_progress'),
        'percent': 100 * done // total if total else 0,
        'done': done,
        'total': total,
        'made': made,
        'plan': Plan.from_json(sheet.plan) if sheet.plan else None,
        'branch': sheet.job.object if sheet.job is not None and sheet.job.object_id else None,
        **faults_of(sheet, 1),
    }


@register_model_view(
    CustomObjectType, 'spreadsheet_line', path='from-spreadsheet/<int:spreadsheet>/lines/<int:position>', detail=False
)
class SpreadsheetLineView(SpreadsheetBase):
    """One line, whose type was just changed, with what was typed into it."""

    def get(self, request, spreadsheet, position):
        sheet = self.find(spreadsheet)
        columns = Plan.from_json(sheet.plan).columns if sheet.is_read else []
        if position >= len(columns):
            raise Http404
        column = columns[position]
        # What was proposed says nothing about another type.
        column.why = ''
        line = ColumnForm(request.GET, column, Choices(request.user), address(sheet, '_line', position=position))
        line.is_primary = request.GET.get('primary') == line.prefix
        line.errors.clear()
        return render(request, f'{TEMPLATES}/line.html', {'line': line})


@register_model_view(
    CustomObjectType, 'spreadsheet_faults', path='from-spreadsheet/<int:spreadsheet>/faults', detail=False
)
class SpreadsheetFaultsView(SpreadsheetBase):
    """The rows that do not fit: a page of them, or all of them as a CSV file."""

    def get(self, request, spreadsheet):
        sheet = self.find(spreadsheet)
        if 'export' in request.GET:
            return self._file(sheet)
        page = whole_number(request.GET.get('page', '1')) or 1
        context = {'sheet': sheet, 'faults_url': address(sheet, '_faults'), **faults_of(sheet, page)}
        return render(request, f'{TEMPLATES}/faults.html', context)

    @staticmethod
    def _file(sheet: Spreadsheet) -> HttpResponse:
        response = HttpResponse(
            content_type='text/csv; charset=utf-8',
            headers={'Content-Disposition': content_disposition_header(True, f'{sheet.title}_left_out.csv')},
        )
        # Excel takes a file for UTF-8 only if it begins so.
        response.write('\ufeff')
        write = csv.writer(response).writerow
        write([*(harmless(header) for header in sheet.headers), _('Row'), _('Reason')])
        width = len(sheet.headers)
        left_out = dict((sheet.found or {}).get('rows', ()))
        for number, cells in chain.from_iterable(sheet.read_rows() if left_out else ()):
            if number not in left_out:
                continue
            said = '; '.join(
                reason if position is None else f'{sheet.headers[position]}: {reason}'
                for position, _text, reason in left_out[number]
            )
            write([*(harmless(cell) for cell in (cells + [''] * width)[:width]), number, harmless(said)])
        return response


@register_model_view(
    CustomObjectType, 'spreadsheet_progress', path='from-spreadsheet/<int:spreadsheet>/progress', detail=False
)
class SpreadsheetProgressView(SpreadsheetBase):
    """How far the job is; the page is loaded again when it has ended."""

    def get(self, request, spreadsheet):
        sheet = self.find(spreadsheet)
        in_use = sheet.is_in_use
        context = {'sheet': sheet, 'in_use': in_use, **outcome_of(sheet, request.user)}
        response = render(request, f'{TEMPLATES}/progress.html', context)
        if not in_use:
            response.headers['HX-Refresh'] = 'true'
        return response
