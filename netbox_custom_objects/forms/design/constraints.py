"""
The row of one constraint in a design. May import the form of constraints.

Its fields are those of the design, stored or not, by the keys of their rows.
"""

from django import forms
from django.utils.translation import gettext_lazy as _

from ...choices import ConstraintTypeChoices
from ...field_types import FIELD_TYPES
from ...schema.steps import NotYet
from ..constraints import CustomObjectTypeConstraintForm
from ..expressions import listing
from .rows import FIELDS, RowMixin, id_of, stored_key


class Boxes(forms.CheckboxSelectMultiple):
    """Boxes in NetBox's style, which Django would give to what is around them, too."""

    def create_option(self, *args, **kwargs):
        option = super().create_option(*args, **kwargs)
        option['attrs']['class'] = 'form-check-input'
        return option


class DesignConstraintForm(RowMixin, CustomObjectTypeConstraintForm):
    field_ids = forms.MultipleChoiceField(
        label=_('Fields'),
        widget=Boxes,
        help_text=_('The fields whose values are unique together'),
    )

    # {key of a row: id of its field, None as long as it has none}; set when the fields are stored.
    fields_by_key: dict[str, int | None] | None = None

    def __init__(self, *args, row_url: str, offered=(), **kwargs):
        """
        Args:
            row_url: the address that renders a row from its inputs
            offered: (key, label, name, type) of the fields of the design
        """
        self._offered = offered
        super().__init__(*args, **kwargs)
        for name in ('custom_object_type', 'changelog_message'):
            del self.fields[name]
        self.fields['type'].widget.attrs['class'] = 'form-select no-ts'
        self.render_again(['type'], row_url, 'closest [data-constraint]')
        for name in {'condition', 'expression'} & self.fields.keys():
            help_text = type(self).base_fields[name].help_text
            self.fields[name].help_text = listing(help_text, [name for _key, _label, name, _type in offered])
        if not self.is_bound and not self.is_new and 'field_ids' in self.fields:
            self.initial['field_ids'] = [stored_key(FIELDS, pk) for pk in self.instance.field_ids]

    def _unique_fields(self):
        # Whether a value of the type can be compared at all; what else is wrong is said when it is stored.
        return [
            (key, label)
            for key, label, _name, kind in self._offered
            if kind in FIELD_TYPES and not (FIELD_TYPES[kind].many or FIELD_TYPES[kind].is_rollup)
        ]

    def clean_field_ids(self):
        """Return the ids of the fields; those that are chosen already stay in their order, which an index has."""
        chosen = self.cleaned_data['field_ids']
        if self.fields_by_key is None:
            return [pk for pk in map(id_of, chosen) if pk]
        pks = [self.fields_by_key.get(key) for key in chosen]
        if None in pks:
            raise NotYet
        before = [pk for pk in self.pristine.field_ids if pk in pks]
        return before + [pk for pk in pks if pk not in before]

    @property
    def is_unique(self) -> bool:
        return 'field_ids' in self.fields or self.instance.type == ConstraintTypeChoices.UNIQUE
