"""
Filter forms of list pages: of types, of fields, and (built per type) of custom objects.

May import runtime and field_types. Input names are the names of filters, see `filtersets`.
"""

from collections.abc import Container

from django import forms
from django.utils.translation import gettext_lazy as _

from extras.forms import LocalConfigContextFilterForm
from netbox.forms import NetBoxModelFilterSetForm
from netbox.forms.mixins import OwnerFilterMixin
from utilities.forms import BOOLEAN_WITH_BLANK_CHOICES, FilterForm
from utilities.forms.fields import DynamicModelMultipleChoiceField, TagFilterField
from utilities.forms.rendering import FieldSet

from ..choices import CustomObjectFieldTypeChoices, FilterLogicChoices
from ..definitions import FieldDefinition
from ..field_types import field_type_of
from ..filtersets import get_filterset_class
from ..models import CustomObjectType, CustomObjectTypeField
from ..models.validation.reserved import PAGE_INPUTS, parameter_of
from ..runtime.classes.memo import per_type, surfaced_fields
from .kept_inputs import KeptInputsMixin
from .objects import fieldsets, form_class
from .ranges import RangesMixin, until


class CustomObjectTypeFilterForm(NetBoxModelFilterSetForm):
    model = CustomObjectType
    fieldsets = (
        FieldSet('q', 'filter_id', 'tag'),
        FieldSet('name', 'slug', 'group_name', 'config_context_enabled', 'deprecated', name=_('Attributes')),
    )
    name = forms.CharField(required=False, label=_('Name'))
    slug = forms.CharField(required=False, label=_('Slug'))
    group_name = forms.CharField(required=False, label=_('Menu group'))
    config_context_enabled = forms.NullBooleanField(
        required=False, label=_('Config context'), widget=forms.Select(choices=BOOLEAN_WITH_BLANK_CHOICES)
    )
    deprecated = forms.NullBooleanField(
        required=False, label=_('Deprecated'), widget=forms.Select(choices=BOOLEAN_WITH_BLANK_CHOICES)
    )
    tag = TagFilterField(CustomObjectType)


class CustomObjectTypeFieldFilterForm(FilterForm):
    model = CustomObjectTypeField
    fieldsets = (
        FieldSet('q'),
        FieldSet('custom_object_type_id', 'type', 'required', 'unique', 'indexed', 'deprecated', name=_('Attributes')),
    )
    custom_object_type_id = DynamicModelMultipleChoiceField(
        queryset=CustomObjectType.objects.all(), required=False, label=_('Custom object type')
    )
    type = forms.MultipleChoiceField(choices=CustomObjectFieldTypeChoices.listed, required=False, label=_('Type'))
    required = forms.NullBooleanField(
        required=False, label=_('Required'), widget=forms.Select(choices=BOOLEAN_WITH_BLANK_CHOICES)
    )
    unique = forms.NullBooleanField(
        required=False, label=_('Unique'), widget=forms.Select(choices=BOOLEAN_WITH_BLANK_CHOICES)
    )
    indexed = forms.NullBooleanField(
        required=False, label=_('Indexed'), widget=forms.Select(choices=BOOLEAN_WITH_BLANK_CHOICES)
    )
    deprecated = forms.NullBooleanField(
        required=False, label=_('Deprecated'), widget=forms.Select(choices=BOOLEAN_WITH_BLANK_CHOICES)
    )


class CustomObjectFilterForm(KeptInputsMixin, RangesMixin, OwnerFilterMixin, NetBoxModelFilterSetForm):
    """What the filter forms of all types share."""

    # What NetBox's object selector shows at once.
    selector_fields = ('filter_id', 'q', 'owner_group_id', 'owner_id', 'tag')

    def _verify_lookups_with_filterset(self, field_name, lookups, filterset):
        found = super()._verify_lookups_with_filterset(field_name, lookups, filterset)
        if field_name not in filterset._loose:
            return found
        # NetBox would call the bare parameter "is", which matches a part of the text here, as "contains" does.
        return sorted((lookup for lookup in found if lookup[0] != 'exact'), key=lambda lookup: lookup[0] != 'ic')


@per_type
def get_filter_form_class(model) -> type[CustomObjectFilterForm]:
    """
    Return the filter form of a type, named `Table<id>ModelFilterForm`: the object selector looks it up by that name.

    Args:
        model: a dynamic model class
    """
    fields = [field for field in surfaced_fields(model) if field.filter_logic != FilterLogicChoices.DISABLED]
    inputs = {field.id: _inputs_of(field, get_filterset_class(model).base_filters) for field in fields}
    declared = {name: form_field for found in inputs.values() for name, form_field in found.items()}
    bases, more = (CustomObjectFilterForm,), ()
    if model._definition.config_context_enabled:
        bases = (CustomObjectFilterForm, LocalConfigContextFilterForm)
        more = (FieldSet('local_context_data', name=_('Config Context')),)
    attributes = {
        'model': model,
        'fieldsets': (
            FieldSet('q', 'filter_id', 'tag'),
            FieldSet('owner_group_id', 'owner_id', name=_('Ownership')),
            *fieldsets(fields, inputs, _('Attributes')),
            *more,
        ),
        'selector_fields': (*CustomObjectFilterForm.selector_fields, *(name for name in declared if '__' not in name)),
        'tag': TagFilterField(model),
        'kept_inputs': {},
    }
    return form_class(bases, f'{model.__name__}FilterForm', declared, {**attributes, '__module__': __name__})


def _inputs_of(field: FieldDefinition, filters: Container[str]) -> dict[str, forms.Field]:
    """Return the inputs of a field, by the names of its filters."""
    inputs = {}
    for name, form_field in field_type_of(field).get_filterform_fields(field).items():
        if name not in PAGE_INPUTS:
            parameter = parameter_of(name)
            inputs[parameter] = form_field
            inputs |= {other: found for other, found in until(parameter, form_field).items() if other in filters}
    return inputs
