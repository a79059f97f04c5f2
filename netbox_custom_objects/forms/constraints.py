"""
The form of a constraint: what its type needs is asked for, and fields go by the names that they have now.

Choosing another type, or another kind of constraint, renders the form again (htmx).
"""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from netbox.forms.mixins import ChangelogMessageMixin
from utilities.forms import get_field_value
from utilities.forms.fields import DynamicModelChoiceField
from utilities.forms.rendering import FieldSet

from ..choices import ConstraintTypeChoices
from ..exceptions import OBJECTS_IN_THE_WAY
from ..field_types.constraints import can_be_unique, scope_of
from ..models import CustomObjectType, CustomObjectTypeConstraint
from ..runtime.shown import shown_expression
from .expressions import ExpressionInput, chosen_type, listing
from .fields import ForgivingErrorsMixin
from .prefill import PrefilledMixin

# What only one type of constraint has; it is reset when the form of the other one is saved.
OF_TYPE = {
    ConstraintTypeChoices.UNIQUE: ('field_ids', 'case_insensitive', 'nulls_distinct', 'condition'),
    ConstraintTypeChoices.CHECK: ('expression',),
}


class CustomObjectTypeConstraintForm(PrefilledMixin, ForgivingErrorsMixin, ChangelogMessageMixin, forms.ModelForm):
    custom_object_type = DynamicModelChoiceField(queryset=CustomObjectType.objects.all(), label=_('Custom object type'))
    field_ids = forms.TypedMultipleChoiceField(
        coerce=int, label=_('Fields'), help_text=_('The fields whose values are unique together')
    )
    condition = ExpressionInput(
        required=False,
        label=_('Condition'),
        help_text=_('Only objects that meet it must be unique, such as: end == null'),
    )
    expression = ExpressionInput(
        label=_('Expression'), help_text=_('Must not be false for any object, such as: end > start')
    )

    # Why objects refused what was saved.
    _refused = ''

    class Meta:
        model = CustomObjectTypeConstraint
        fields = (
            'custom_object_type', 'name', 'type', 'field_ids', 'case_insensitive', 'nulls_distinct', 'condition',
            'expression', 'message',
        )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ('custom_object_type', 'type'):
            self.fields[name].widget.attrs |= {
                'hx-get': '.', 'hx-include': '#form_fields', 'hx-target': '#form_fields',
            }  # fmt: skip
        kind = get_field_value(self, 'type')
        shown = OF_TYPE.get(kind, ())
        self._hidden = [name for names in OF_TYPE.values() for name in names if name not in shown]
        for name in self._hidden:
            del self.fields[name]
        if 'field_ids' in self.fields:
            self.fields['field_ids'].choices = self._unique_fields()
        if not self.instance._state.adding:
            self.fields['custom_object_type'].disabled = True
        for name in {'condition', 'expression'} & self.fields.keys():
            if stored := self.initial.get(name):
                self.initial[name] = shown_expression(self.instance, stored)
            self.fields[name].help_text = listing(self.fields[name].help_text, self._names())
        self.fieldsets = (
            FieldSet('custom_object_type', 'name', 'message', 'type', name=_('Constraint')),
            *([FieldSet(*shown, name=_('Rule'))] if shown else []),
        )

    def save(self, commit=True):
        try:
            return super().save(commit)
        except OBJECTS_IN_THE_WAY as error:
            self._refused = str(error)
            raise

    def add_error(self, field, error):
        """Show objects that violate the constraint beside the input: the view would do it for the whole form."""
        if field is None and self._refused and error == self._refused:
            field = self.rule_input
        super().add_error(field, error)

    @property
    def rule_input(self) -> str:
        """The input beside which objects that do not meet the constraint are named."""
        return 'expression' if 'expression' in self.fields else 'field_ids'

    def _names(self) -> Iterable[str]:
        """Return the names that constraints of the chosen type may read."""
        definition = chosen_type(self)
        return scope_of(definition).by_name if definition else ()

    def _unique_fields(self) -> list[tuple[int, str]]:
        """Return the fields of the chosen type that can be unique."""
        definition = chosen_type(self)
        fields = definition.fields if definition else ()
        return [(field.id, field.display_label) for field in fields if can_be_unique(field)]

    def clean(self):
        super().clean()
        for name in self._hidden:
            setattr(self.instance, name, CustomObjectTypeConstraint._meta.get_field(name).get_default())
        return self.cleaned_data
