"""The form of import pages, checked before NetBox reads what was sent, and where it could not be read."""

import csv

from django import forms
from django.utils.translation import gettext_lazy as _

from utilities.forms.bulk_import import BulkImportForm

# What NetBox's form raises for text that is not UTF-8, that holds dates that do not exist, numbers of thousands of
# digits or cells that are too long, or that is nested too deeply.
UNREADABLE = (ValueError, RecursionError, csv.Error)


class CheckedImportForm(BulkImportForm):
    """NetBox's, which expects that a file is there and that all inputs are valid; it leaves the text unread."""

    def clean(self):
        missing = {'upload': 'upload_file', 'datafile': 'data_file'}.get(self.cleaned_data.get('import_method'))
        if not self.errors and missing and not self.cleaned_data.get(missing):
            raise forms.ValidationError({missing: _('Choose a file.')})

    def add_reading_error(self, error: Exception) -> None:
        self.add_error(None, _('The data cannot be read: {error}').format(error=error))
