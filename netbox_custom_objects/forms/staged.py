"""
How the form of a field leaves to a staged change what takes time in proportion to the rows. May import services.

What else is edited is saved at once; the change itself begins when the form is saved.
"""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ..exceptions import SchemaChangeRefused
from ..field_types.json import DocumentInput
from ..models import CustomObjectTypeField
from ..services.staged import start

STEP_BY_STEP, FILL = 'step_by_step', 'fill'


class StagedEditMixin(forms.ModelForm):
    """Adds two inputs to the form of an existing field, and makes a staged change of what they are about."""

    step_by_step = forms.BooleanField(
        required=False,
        label=_('Step by step'),
        help_text=_(
            'A background job checks the stored values, lists those that prevent the change, and then changes the '
            'type, default, choices, limits, and whether the field is required or unique. Conversions of large '
            'tables are always done this way.'
        ),
    )
    fill = DocumentInput(
        required=False,
        label=_('Fill value'),
        help_text=_('The value for objects without one if the field becomes required step by step'),
    )

    # The field as it is stored, if the form edits one.
    before: CustomObjectTypeField | None = None
    # The change that begins when the form is saved.
    staged_change = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            del self.fields[STEP_BY_STEP], self.fields[FILL]
        else:
            self.fields[FILL].widget.attrs['rows'] = 1

    def clean(self):
        super().clean()
        self.before = None if self.instance._state.adding else self._stored()
        self.instance.set_edit_context(is_staged=self.before is not None and self._is_staged())
        return self.cleaned_data

    def full_clean(self):
        super().full_clean()
        if self.before is not None and not self.errors:
            self._prepare()

    def _prepare(self) -> None:
        """Prepare the staged change of a field that is valid, or add what speaks against it to the errors."""
        if not self.instance.edit_context.is_staged:
            if self.cleaned_data.get(FILL) is not None:
                self.add_error(FILL, _('Objects can only be filled step by step.'))
            return
        # On a copy: what is shown of the field is what it will be.
        wanted = start.split_edit(self._copy(), self.before)
        try:
            self.staged_change = start.prepare(self.before, wanted, self.cleaned_data.get(FILL)) if wanted else None
        except ValidationError as error:
            self.add_error(None, error)

    def save(self, commit=True):
        if self.staged_change is not None:
            start.split_edit(self.instance, self._stored())
        field = super().save(commit)
        if self.staged_change is not None:
            try:
                begun = start.begin(self.staged_change, self.instance.edit_context.user)
            except ValidationError as error:
                raise SchemaChangeRefused(' '.join(error.messages)) from error
            self.instance.set_edit_context(begun=begun)
        return field

    def _stored(self) -> CustomObjectTypeField:
        return CustomObjectTypeField.objects.using(self.instance._state.db).get(pk=self.instance.pk)

    def _copy(self) -> CustomObjectTypeField:
        copy = self._stored()
        for field in copy._meta.concrete_fields:
            setattr(copy, field.attname, getattr(self.instance, field.attname))
        return copy

    def _is_staged(self) -> bool:
        wanted = {name: self.cleaned_data.get(name) for name in start.SHAPING}
        wanted['unique'] = bool(wanted['unique'])
        return bool(self.cleaned_data.get(STEP_BY_STEP)) or start.needs_stages(self.before, wanted)
