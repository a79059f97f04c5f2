"""
Inputs of rollups: which objects they are about, and what they make of them.

May import field_types and runtime. What can be chosen depends on the type and on the field chosen before, so that the
form is rendered again with each choice.
"""

from django import forms
from django.utils.translation import gettext_lazy as _

from utilities.forms import get_field_value
from utilities.forms.utils import add_blank_choice

from ..choices import AggregateChoices
from ..constants import APP_LABEL
from ..definitions import TypeDefinition
from ..field_types.constraints import scope_of_fields
from ..field_types.rollup import aggregable
from ..field_types.shared.bounds import whole_number
from ..models import CustomObjectTypeField
from ..runtime.classes.registry import world
from ..runtime.shown import referring_type, shown_condition
from .expressions import ExpressionInput, chosen_type, listing

ROLLUP_INPUTS = ('referring_field', 'aggregate', 'aggregated_field', 'condition')


class ReferringFieldInput(forms.ModelChoiceField):
    """A field, named with its type."""

    def label_from_instance(self, obj):
        return f'{obj.custom_object_type} › {obj}'


class RollupInputsMixin(forms.ModelForm):
    """The inputs of a form of a field that are for rollups."""

    referring_field = ReferringFieldInput(
        queryset=CustomObjectTypeField.objects.none(),
        label=_('Referring field'),
        help_text=_('The field by which other objects refer to objects of this type'),
    )
    aggregate = forms.ChoiceField(
        choices=lambda: add_blank_choice(AggregateChoices),
        label=_('Aggregate'),
        help_text=_('What is made of the objects that refer to an object'),
    )
    aggregated_field = forms.ModelChoiceField(
        queryset=CustomObjectTypeField.objects.none(),
        label=_('Aggregated field'),
        help_text=_('The field of the referring objects whose values are taken'),
    )
    condition = ExpressionInput(
        required=False,
        label=_('Condition'),
        help_text=_("Which referring objects count, such as: status != 'cancelled'. All of them if this is empty."),
    )

    def offer_rollups(self) -> None:
        """Offer what goes with what is chosen already, as far as the user may know of it."""
        definition = chosen_type(self)
        label = f'{APP_LABEL}.{definition.model_name}' if definition else ''
        inbound = [field.id for field in world().inbound.get(label, ()) if referring_type(field.id)]
        fields = CustomObjectTypeField.objects.select_related('custom_object_type')
        self.fields['referring_field'].queryset = fields.filter(pk__in=inbound).order_by('custom_object_type', 'name')
        if not inbound:
            self.fields['referring_field'].help_text = _('No field refers to objects of this type.')
        referring = referring_type(self._chosen_field())
        if get_field_value(self, 'aggregate') == AggregateChoices.COUNT:
            del self.fields['aggregated_field']
        else:
            self.fields['aggregated_field'].queryset = fields.filter(pk__in=_aggregable(referring))
        if self.initial.get('condition') and not self.instance._state.adding:
            self.initial['condition'] = shown_condition(self.instance)
        condition = self.fields['condition']
        names = scope_of_fields(referring.fields, is_stored=True).by_name if referring else ()
        condition.help_text = listing(condition.help_text, names)

    def _chosen_field(self) -> int | None:
        chosen = get_field_value(self, 'referring_field')
        return chosen.pk if isinstance(chosen, CustomObjectTypeField) else whole_number(str(chosen or 0))


def _aggregable(definition: TypeDefinition | None) -> list[int]:
    """Return the ids of the fields of a type that rollups can take values of."""
    return [field.id for field in definition.fields if aggregable(field)] if definition else []
