"""Forms of the pages that export types as a document, and preview and apply one. May import schema."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms.mixins import SyncedDataMixin
from utilities.forms.fields import DynamicModelMultipleChoiceField

from ..models import CustomObjectType
from ..schema.errors import InvalidDocument
from ..schema.reading import check, parse, parse_stream


class ExportDocumentForm(forms.Form):
    """Which types, and how."""

    types = DynamicModelMultipleChoiceField(
        queryset=CustomObjectType.objects.all(),
        required=False,
        label=_('Types'),
        help_text=_('All types if none are chosen'),
    )
    format = forms.ChoiceField(choices=(('yaml', 'YAML'), ('json', 'JSON')), label=_('Format'))
    with_referred = forms.BooleanField(
        required=False,
        initial=True,
        label=_('With referenced types'),
        help_text=_('Without them, the export is refused if a type that a field refers to is not chosen.'),
    )


class ImportDocumentForm(SyncedDataMixin):
    """A document that is pasted, uploaded, or in a file of a data source; has `document` and `warnings` once valid."""

    text = forms.CharField(
        required=False,
        strip=False,
        label=_('Document'),
        widget=forms.Textarea(attrs={'rows': 16, 'class': 'font-monospace', 'spellcheck': 'false'}),
        help_text=_('JSON or YAML'),
    )
    upload_file = forms.FileField(required=False, label=_('Upload'))

    # The file that a preview was read from; it may have been deleted since.
    applied_file = forms.IntegerField(required=False, widget=forms.HiddenInput)
    applied_hash = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    field_order = ('text', 'upload_file', 'data_source', 'data_file')

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.document, self.warnings, self.faults = None, [], []
        # Of `models.applied_files.note_applied`.
        self.source = None

    def clean(self):
        super().clean()
        text, upload, data_file = (self.cleaned_data.get(name) for name in ('text', 'upload_file', 'data_file'))
        sources = [source for source in (text, upload, data_file) if source]
        if len(sources) != 1:
            raise forms.ValidationError(_('Paste a document, upload one, or choose a file of a data source.'))
        if data_file:
            self.source = {'data_file': data_file.pk, 'hash': data_file.hash}
        elif text and self.cleaned_data.get('applied_file'):
            self.source = {'data_file': self.cleaned_data['applied_file'], 'hash': self.cleaned_data['applied_hash']}
        try:
            self.document = parse_stream(upload) if upload else parse(text or bytes(data_file.data))
            self.warnings = check(self.document)
        except InvalidDocument as error:
            self.document, self.faults = None, error.faults
            raise forms.ValidationError(_('The document is not valid.')) from error


class ApplyDocumentForm(forms.Form):
    """What must be acknowledged, and where the document is applied."""

    allow_destructive = forms.BooleanField(required=False, label=_('Remove fields'))
    ignore_base = forms.BooleanField(required=False, label=_('Overwrite changes made since the export'))
    branch_name = forms.CharField(required=False, max_length=100, label=_('Name of the new branch'))


class InstallModelForm(ApplyDocumentForm):
    """The same of a model of the gallery."""

    with_rows = forms.BooleanField(required=False, label=_('With sample objects'))
