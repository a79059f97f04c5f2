"""Field type boolean: true, false or not set."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from netbox.tables import columns
from netbox.ui import attrs
from utilities.forms.utils import add_blank_choice

from ..expressions.typed.kinds import BOOLEAN
from .base import FieldType
from .registry import register
from .shared.cells import CellKind
from .shared.filters import EmptyFilter, TrueOrFalseFilter

YES_NO = ((True, _('Yes')), (False, _('No')))
# In spreadsheets.
WORDS = {
    **dict.fromkeys(('true', 'yes', 'y', 'on', '1'), True),
    **dict.fromkeys(('false', 'no', 'n', 'off', '0'), False),
}


class YesNoField(forms.Field):
    """Reads true or false (also yes or no, 1 or 0) from imported text, and refuses anything else."""

    words = {'true': True, 'yes': True, '1': True, 'false': False, 'no': False, '0': False}

    def to_python(self, value):
        if value in self.empty_values:
            return None
        try:
            return self.words[str(value).strip().lower()]
        except KeyError:
            raise ValidationError(_('Must be a valid boolean.')) from None


def read_boolean(text: str) -> bool:
    try:
        return WORDS[text.lower()]
    except KeyError:
        raise ValueError(text) from None


@register
class BooleanFieldType(FieldType):
    name = 'boolean'
    label = _('Boolean (true/false)')
    group = 'choices'
    icon, words = 'checkbox-marked-outline', _('yes no flag checkbox bool')
    color = 'teal'
    position = 50
    example = True
    cell_kinds = (CellKind(name, read_boolean, _('neither true nor false'), rank=10),)
    fits_arrays = True
    column_type = 'boolean'
    sorted_by_index = True
    kind = BOOLEAN
    graphql_type = bool
    unique_allowed = False
    searchable = False

    def get_model_field(self, field, **kwargs):
        return models.BooleanField(**self.model_field_kwargs(field), **kwargs)

    def to_python(self, field, value):
        if value is not None and not isinstance(value, bool):
            raise ValidationError(_('Must be a valid boolean.'))
        return value

    def get_form_field(self, field, **kwargs):
        return forms.NullBooleanField(
            widget=forms.Select(choices=add_blank_choice(YES_NO)), **self.form_field_kwargs(field, **kwargs)
        )

    def get_import_fields(self, field):
        form_field = YesNoField(required=field.is_required)
        return {field.name: self.annotate_form_field(field, form_field)}

    def get_clone_values(self, instance, field):
        # NetBox leaves false out of the address of the form.
        value = getattr(instance, field.name)
        return {} if value is None else {field.name: str(value)}

    def get_attribute(self, field):
        return attrs.BooleanAttr(field.name, label=field.display_label)

    def get_filterform_field(self, field):
        return forms.NullBooleanField(required=False, widget=forms.Select(choices=add_blank_choice(YES_NO)))

    def get_filters(self, field):
        filters = super().get_filters(field)
        if filters:
            filters[f'{field.name}__empty'] = EmptyFilter(field_name=field.name, label=field.display_label)
        return filters

    def get_filter(self, field):
        return TrueOrFalseFilter(field_name=field.name, label=field.display_label)

    def get_table_column_field(self, field):
        return columns.BooleanColumn(verbose_name=field.display_label)
