"""Spreadsheets in branches: loaded there, and in a branch that the job makes."""

import pytest

from netbox_branching.models import Branch

from netbox_custom_objects.api import spreadsheet_job
from netbox_custom_objects.api.spreadsheet_job import LoadSpreadsheetJob
from netbox_custom_objects.branching.making import new_branch
from netbox_custom_objects.models import CustomObjectType
from netbox_custom_objects.schema.spreadsheet.uploads import store
from tests.spreadsheets.files import csv_of, upload_of

FILE = csv_of(['Name', 'Ports'], ['a', '1'], ['b', '2'])


def load(lab, branch=None, new=''):
    """Load the file in a branch, or in a new one, as the worker does; return the outcome."""
    with lab.request(branch):
        sheet = store(upload_of(FILE).file, 'switches.csv', lab.user)[0]
        made = new_branch(new, lab.user) if new else None
        job = spreadsheet_job.enqueue(sheet, lab.user, made)
    alias = None if new else branch.connection_name
    LoadSpreadsheetJob(job).work(spreadsheet=sheet.pk, alias=alias)
    sheet.refresh_from_db()
    return sheet.outcome


@pytest.mark.parametrize('new', ['', 'switches'])
def test_a_spreadsheet_is_loaded_in_a_branch_and_merged(lab, branch, new):
    assert load(lab, branch, new)['created'] == 2
    assert not CustomObjectType.objects.exists()
    if new:
        branch = Branch.objects.get(name=new)
    lab.merge(branch)
    model = CustomObjectType.objects.get(slug='switches').get_model()
    assert sorted(model.objects.values_list('name', 'ports')) == [('a', 1), ('b', 2)]
