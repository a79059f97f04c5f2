"""
Forms of the page "From spreadsheet": the upload, the type, and one line for each column.

May import schema. The inputs of a line are prefixed with its position: `c3-name`.
"""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from extras.models import CustomFieldChoiceSet
from utilities.permissions import get_permission_for_model

from ..constants import NAME_PATTERN
from ..models import CustomObjectType, CustomObjectTypeField, Spreadsheet
from ..models.validation.reserved import alternatives, is_reserved
from ..runtime.rights import may_grant
from ..schema.spreadsheet.headers import LABEL_LENGTH, NAME_LENGTH
from ..schema.spreadsheet.kinds import KINDS, LATITUDE, LONGITUDE, OBJECT
from ..schema.spreadsheet.plan import ALL, CHOICES, FITTING, NONE, Column, Plan
from ..schema.spreadsheet.references import Targets

# Plain selectors: NetBox's script would make one of its own of each, of which there are hundreds.
_SELECT = {'class': 'form-select form-select-sm no-ts'}
_INPUT = {'class': 'form-control form-control-sm'}
_BOX = {'class': 'form-check-input'}
TYPE_ATTRIBUTES = ('name', 'slug', 'verbose_name', 'verbose_name_plural', 'group_name')


class UploadSpreadsheetForm(forms.Form):
    """The file."""

    file = forms.FileField(
        label=_('File'),
        help_text=_('CSV or XLSX; the first row holds the headers'),
        widget=forms.FileInput(attrs={'accept': '.csv,.tsv,.txt,.xlsx,.xlsm'}),
    )


class SpreadsheetTypeForm(forms.ModelForm):
    """The type, which rows are loaded, and where."""

    rows = forms.ChoiceField(
        label=_('Rows'),
        choices=(
            (ALL, _('Load all rows, or create nothing if some do not fit')),
            (FITTING, _('Leave out rows that do not fit')),
            (NONE, _('Load no rows: create the type only')),
        ),
        widget=forms.Select(attrs={'class': 'form-select no-ts'}),
    )
    branch_name = forms.CharField(
        required=False,
        max_length=100,
        label=_('New branch'),
        help_text=_('Create the type and its objects in a branch of this name. Choice sets are not branched.'),
    )

    class Meta:
        model = CustomObjectType
        fields = TYPE_ATTRIBUTES


class ColumnForm(forms.Form):
    """One line: a column, and what becomes of it."""

    use = forms.BooleanField(required=False, label=_('Use'), widget=forms.CheckboxInput(attrs=_BOX))
    name = forms.CharField(
        required=False, max_length=NAME_LENGTH, label=_('Name'), widget=forms.TextInput(attrs=_INPUT)
    )
    label = forms.CharField(
        required=False, max_length=LABEL_LENGTH, label=_('Label'), widget=forms.TextInput(attrs=_INPUT)
    )
    kind = forms.ChoiceField(label=_('Type'), widget=forms.Select(attrs=_SELECT))
    target = forms.ChoiceField(required=False, label=_('Related object type'), widget=forms.Select(attrs=_SELECT))
    choice_set = forms.ChoiceField(required=False, label=_('Choice set'), widget=forms.Select(attrs=_SELECT))
    required = forms.BooleanField(required=False, label=_('Required'), widget=forms.CheckboxInput(attrs=_BOX))
    unique = forms.BooleanField(required=False, label=_('Unique'), widget=forms.CheckboxInput(attrs=_BOX))

    def __init__(self, data, column: Column, choices: 'Choices', line_url: str = ''):
        """
        Args:
            column: what was proposed, or corrected earlier
            line_url: the address that renders the line from its inputs
        """
        initial = {name: getattr(column, name) for name in self.base_fields}
        super().__init__(data, prefix=f'c{column.position}', initial=initial)
        self.column = column
        self.is_primary = column.primary
        self.fields['kind'].choices = [(kind.key, kind.label) for kind in KINDS.values()]
        self.fields['kind'].widget.attrs |= {
            'hx-get': line_url, 'hx-include': 'closest tr', 'hx-target': 'closest tr', 'hx-select': 'unset',
            'hx-swap': 'outerHTML',
        }  # fmt: skip
        for name, bound in ((name, self[name]) for name in self.fields):
            self.fields[name].widget.attrs['aria-label'] = f'{bound.label}: {column.header}'
        kind = self['kind'].value()
        if kind == OBJECT:
            self.fields['target'].choices = [('', '---------'), *choices.targets]
        else:
            del self.fields['target']
        if kind in CHOICES:
            self.fields['choice_set'].choices = [('', _('New choice set')), *choices.sets]
        else:
            del self.fields['choice_set']

    @property
    def is_used(self) -> bool:
        """Whether a valid line makes a field."""
        return self.cleaned_data['use']

    @property
    def needs_choice_set(self) -> bool:
        """Whether a choice set is to be made for the column."""
        return bool(self['use'].value() and 'choice_set' in self.fields and not self['choice_set'].value())

    def clean(self):
        super().clean()
        if not self.cleaned_data.get('use'):
            return self.cleaned_data
        name = self.cleaned_data.get('name', '')
        if not re.match(NAME_PATTERN, name):
            self.add_error('name', _('Use lower-case letters, digits, and single underscores between them.'))
        elif is_reserved(name):
            others = _(' or ').join([other for other in alternatives(name) if not is_reserved(other)][:2])
            message = _('This name is used by NetBox itself. Choose another one, such as {names}.')
            self.add_error('name', message.format(names=others))
        kind = KINDS.get(self.cleaned_data.get('kind'))
        if kind is not None and self.cleaned_data.get('unique') and not kind.type.unique_allowed:
            self.add_error('unique', _('Fields of this type cannot be unique.'))
        if kind is not None and kind.key == OBJECT and not self.cleaned_data.get('target'):
            self.add_error('target', _('Choose what the field refers to.'))
        return self.cleaned_data

    def corrected(self, primary: str) -> Column:
        """Return the column as the person wants it; of valid inputs."""
        found = {name: self.cleaned_data.get(name, '') for name in self.base_fields}
        column = Column(self.column.position, self.column.header, **found, why=self.column.why)
        column.primary = primary == self.prefix
        return column


class Choices:
    """What lines offer: read once for all of them."""

    def __init__(self, user):
        self.of_user = Targets(user)
        self.targets = self.of_user.choices()
        sets = CustomFieldChoiceSet.objects.restrict(user, 'view').values_list('name', flat=True)
        self.sets = [(name, name) for name in sets]


class PlanForms:
    """All forms of the page together; `plan` is what they say, once they are valid."""

    def __init__(self, spreadsheet: Spreadsheet, user, data=None, line_url=lambda position: ''):
        self.choices = Choices(user)
        stored = Plan.from_json(spreadsheet.plan)
        self.type_form = SpreadsheetTypeForm(data, initial={'rows': stored.rows}, instance=_type_of(stored))
        if not may_grant(user):
            # Permissions for a type that does not exist yet cannot be granted otherwise.
            rows = self.type_form.fields['rows']
            rows.choices = [choice for choice in rows.choices if choice[0] == NONE]
        self.lines = [ColumnForm(data, column, self.choices, line_url(column.position)) for column in stored.columns]
        self._primary = None if data is None else data.get('primary', '')
        if data is not None:
            for line in self.lines:
                line.is_primary = line.prefix == self._primary
        self.plan: Plan | None = None

    def is_valid(self) -> bool:
        """Whether all inputs are; sets `plan`."""
        forms_are_valid = [form.is_valid() for form in (self.type_form, *self.lines)]
        if not all(forms_are_valid):
            return False
        self.plan = Plan(
            **{name: self.type_form.cleaned_data[name] for name in TYPE_ATTRIBUTES},
            rows=self.type_form.cleaned_data['rows'],
            columns=[line.corrected(self._primary) for line in self.lines],
        )
        return self._names_are_different()

    def _names_are_different(self) -> bool:
        # An error takes the value out of `cleaned_data`.
        used = [(line, *(line.cleaned_data[name] for name in ('name', 'kind'))) for line in self.lines if line.is_used]
        if not used:
            self.type_form.add_error(None, _('Use at least one column.'))
        kinds: dict[str, list[str]] = {}
        for line, name, kind in used:
            found = kinds.setdefault(name, [])
            found.append(kind)
            if len(found) > 1 and sorted(found) != sorted((LATITUDE, LONGITUDE)):
                line.add_error('name', _('Another column has this name.'))
        for line, name, _kind in used:
            if kinds[name] in ([LATITUDE], [LONGITUDE]):
                line.add_error('kind', _('Give the columns of latitude and longitude the same name.'))
        return bool(used) and not any(line.errors for line, *_rest in used)

    def note(self, column: Column | None, message: str) -> None:
        """Show what is wrong at the line that it is about."""
        if column is None:
            self.type_form.add_error(None, message)
        else:
            self.lines[column.position].add_error(None, message)

    def missing_rights(self, user) -> list[str]:
        """Return the permissions without which the plan, or else the proposal, cannot be carried out."""
        wanted = [(CustomObjectType, 'add'), (CustomObjectTypeField, 'add')]
        if any(line.needs_choice_set for line in self.lines):
            wanted.append((CustomFieldChoiceSet, 'add'))
        names = (get_permission_for_model(model, action) for model, action in wanted)
        return [name for name in names if not user.has_perm(name)]


def _type_of(plan: Plan) -> CustomObjectType:
    return CustomObjectType(**{name: getattr(plan, name) for name in TYPE_ATTRIBUTES})
