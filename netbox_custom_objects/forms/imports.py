"""The form of import pages, checked before NetBox reads what was uploaded."""

from django import forms
from django.utils.translation import gettext_lazy as _

from utilities.forms.bulk_import import BulkImportForm


class CheckedImportForm(BulkImportForm):
    """NetBox's, which expects that a file is there and that its text can be read."""

    def clean(self):
        missing = {'upload': 'upload_file', 'datafile': 'data_file'}.get(self.cleaned_data.get('import_method'))
        if self.errors:
            return
        if missing and not self.cleaned_data.get(missing):
            raise forms.ValidationError({missing: _('Choose a file.')})
        try:
            super().clean()
        except (ValueError, RecursionError) as error:
            # Not UTF-8, a date that does not exist, a number of thousands of digits, or nested too deeply.
            raise forms.ValidationError(_('The data cannot be read: {error}').format(error=error)) from error
