"""
Forms of the fields of a custom object type.

Only what a field of the chosen type can have is asked for; choosing another type renders the form again (htmx).
"""

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext_lazy as _

from core.models import ObjectType
from extras.models import CustomFieldChoiceSet
from netbox.forms.mixins import ChangelogMessageMixin
from utilities.forms import BulkEditForm, CSVModelForm, get_field_value
from utilities.forms.fields import (
    CommentField,
    ContentTypeChoiceField,
    ContentTypeMultipleChoiceField,
    CSVChoiceField,
    CSVContentTypeField,
    CSVModelChoiceField,
    CSVMultipleContentTypeField,
    DynamicModelChoiceField,
)
from utilities.forms.rendering import FieldSet
from utilities.forms.utils import add_blank_choice
from utilities.forms.widgets import BulkEditNullBooleanSelect

from ..choices import (
    AggregateChoices,
    ArrayElementTypeChoices,
    CustomObjectFieldTypeChoices,
    FilterLogicChoices,
    ObjectFieldOnDeleteChoices,
    ResultTypeChoices,
    SearchWeightChoices,
    UIEditableChoices,
    UIVisibleChoices,
)
from ..constants import APP_LABEL
from ..definitions import CONDITIONS
from ..field_types import FIELD_TYPES, field_type_named
from ..field_types.json import DocumentInput
from ..field_types.polymorphic.keys import type_from_text
from ..field_types.shared.digits import IntegerFormField
from ..models import CustomObjectObjectType, CustomObjectType, CustomObjectTypeField
from ..runtime.linked_defaults import shown_path
from ..runtime.rights import types_known_to_reader
from ..services.dependents import updating_dependents
from .expressions import ExpressionInput, chosen_type, shown, with_names
from .prefill import PrefilledMixin
from .rollups import ROLLUP_INPUTS, RollupInputsMixin
from .staged import FILL, STEP_BY_STEP, StagedEditMixin
from .values import ValueInputsMixin

# What belongs to some types of fields only, and is reset when the form of another type, without these inputs, is saved.
TYPE_SPECIFIC = (
    'unique', 'indexed', 'validation_regex', 'validation_minimum', 'validation_maximum', 'max_length', 'suggest_values',
    'decimal_digits', 'decimal_places', 'unit', 'number_template', 'restart_yearly', 'element_type', 'choice_set',
    'is_polymorphic', 'related_object_type', 'related_object_types', 'related_object_filter',
    'related_object_filter_enforced', 'related_name',
    'on_delete_behavior', 'default', 'default_from', 'required', 'result_type', 'expression', 'referring_field',
    'aggregate', 'aggregated_field', 'condition', 'primary', 'context', *CONDITIONS,
)  # fmt: skip


class AutomaticSelect(forms.NullBooleanSelect):
    """A choice between yes, no and what is best."""

    def __init__(self, attrs=None):
        super().__init__(attrs)
        self.choices = [('unknown', _('Automatic')), *self.choices[1:]]


UPDATE_DEPENDENTS = 'update_dependents'
# What decides, of a rollup, what else can be chosen.
ROLLUP_DECIDING = ('custom_object_type', 'referring_field', 'aggregate')
# What decides which other inputs there are, or what they offer.
DECIDING = ('type', 'is_polymorphic', 'choice_set', 'element_type', 'related_object_type', 'related_object_types')


def inputs_of(field_type) -> set[str]:
    """Return which of TYPE_SPECIFIC a field of this type has."""
    wanted = {
        **dict.fromkeys(('required', *CONDITIONS), not field_type.is_calculated),
        'primary': not field_type.is_rollup,
        'context': not field_type.is_rollup,
        'unique': field_type.unique_allowed,
        'indexed': field_type.index_allowed,
        'default': field_type.default_allowed,
        'default_from': field_type.default_allowed and not field_type.polymorphic and not field_type.is_calculated,
        'validation_regex': field_type.regex_allowed,
        'validation_minimum': field_type.bounds_allowed,
        'validation_maximum': field_type.bounds_allowed,
        'max_length': field_type.length_allowed,
        'suggest_values': field_type.suggestions_allowed,
        'decimal_digits': field_type.digits_allowed,
        'decimal_places': field_type.digits_allowed,
        'unit': field_type.unit_allowed,
        'number_template': field_type.numbers_allowed,
        'restart_yearly': field_type.numbers_allowed,
        'element_type': field_type.has_elements,
        'result_type': field_type.is_computed,
        'expression': field_type.is_computed,
        **dict.fromkeys(ROLLUP_INPUTS, field_type.is_rollup),
        'choice_set': field_type.needs_choice_set,
        'is_polymorphic': field_type.is_reference,
        'related_object_type': field_type.is_reference and not field_type.polymorphic,
        'related_object_types': field_type.polymorphic,
        'related_object_filter': field_type.is_reference,
        'related_object_filter_enforced': field_type.is_reference,
        'related_name': field_type.is_reference and not field_type.polymorphic,
        'on_delete_behavior': field_type.is_reference and not field_type.many,
    }
    return {name for name, has in wanted.items() if has}


def targets(field=None):
    """
    Return the object types that a field may refer to: public models, and custom types here that the user may know of.

    Args:
        field: one that exists, whose targets are among them in any case
    """
    here = [definition.model_name for definition in types_known_to_reader()]
    if field is not None and field.pk is not None:
        here += [target.model for target in field.intended_targets()]
    dynamic = CustomObjectObjectType.objects.filter(app_label=APP_LABEL, model__startswith='table')
    return CustomObjectObjectType.objects.exclude(pk__in=dynamic.exclude(model__in=here).values('pk'))


class ForgivingErrorsMixin:
    """Shows an error about an attribute that the form does not ask for as an error of the whole form."""

    def add_error(self, field, error):
        found = getattr(error, 'error_dict', None)
        if found is not None:
            kept = {name: messages for name, messages in found.items() if name in self.fields}
            for name, messages in found.items():
                if name not in kept:
                    kept.setdefault(NON_FIELD_ERRORS, []).extend(messages)
            error = ValidationError(kept)
        super().add_error(field, error)


class NotesTargetsMixin:
    """Tells the field which types it is about to refer to, so that it can be validated with them."""

    def clean(self):
        super().clean()
        self.instance._m2m_values = {}
        if 'related_object_types' in self.fields:
            self.instance._m2m_values['related_object_types'] = list(self.cleaned_data.get('related_object_types', ()))
        return self.cleaned_data


class CustomObjectTypeFieldForm(
    PrefilledMixin,
    NotesTargetsMixin,
    ValueInputsMixin,
    StagedEditMixin,
    ForgivingErrorsMixin,
    ChangelogMessageMixin,
    RollupInputsMixin,
):
    custom_object_type = DynamicModelChoiceField(queryset=CustomObjectType.objects.all(), label=_('Custom object type'))
    type = forms.ChoiceField(choices=CustomObjectFieldTypeChoices.listed, label=_('Type'))
    default = DocumentInput(required=False, label=_('Default value'), help_text=_('A JSON document'))
    element_type = forms.ChoiceField(choices=lambda: add_blank_choice(ArrayElementTypeChoices), label=_('Element type'))
    choice_set = DynamicModelChoiceField(
        queryset=CustomFieldChoiceSet.objects.all(), label=_('Choice set'), quick_add=True
    )
    related_object_type = ContentTypeChoiceField(
        queryset=CustomObjectObjectType.objects.all(), label=_('Related object type')
    )
    is_polymorphic = forms.BooleanField(
        required=False, label=_('Polymorphic'), help_text=_('Objects of several types can be chosen')
    )
    related_object_types = ContentTypeMultipleChoiceField(
        queryset=CustomObjectObjectType.objects.all(), label=_('Related object types')
    )
    on_delete_behavior = forms.ChoiceField(
        choices=ObjectFieldOnDeleteChoices, label=_('On delete'), help_text=_('When the related object is deleted')
    )
    result_type = forms.ChoiceField(choices=lambda: add_blank_choice(ResultTypeChoices), label=_('Result type'))
    expression = ExpressionInput(
        label=_('Expression'),
        help_text=_('How the value is calculated from other fields of the object, such as: quantity * unit_price.'),
    )
    required_if = ExpressionInput(
        required=False,
        label=_('Required if'),
        help_text=_("An object must have a value while this is true, such as: status == 'active'."),
    )
    visible_if = ExpressionInput(
        required=False,
        label=_('Visible if'),
        help_text=_('Forms show the field while this is true. Otherwise it keeps its value, and none is required.'),
    )
    editable_if = ExpressionInput(
        required=False, label=_('Editable if'), help_text=_('The value can only be changed while this is true.')
    )
    search_weight = forms.TypedChoiceField(choices=SearchWeightChoices, coerce=int, label=_('Search weight'))
    in_list = forms.NullBooleanField(
        required=False,
        widget=AutomaticSelect(),
        label=_('In list'),
        help_text=_('Whether lists show it to users who have not chosen their columns'),
    )
    comments = CommentField()
    update_dependents = forms.BooleanField(
        required=False,
        label=_('Update dependents'),
        help_text=_(
            'If the name changes, update the permissions, saved filters, table configs and related object filters '
            'that mention the field, as far as you may change them'
        ),
    )

    class Meta:
        model = CustomObjectTypeField
        fields = (
            'custom_object_type', 'name', 'label', 'type', 'primary', 'context', 'required', 'unique', 'indexed',
            'default', *CONDITIONS,
            'default_from', 'element_type', 'result_type', 'expression', *ROLLUP_INPUTS, 'choice_set',
            'validation_regex', 'validation_minimum', 'validation_maximum', 'max_length', 'suggest_values',
            'decimal_digits', 'decimal_places', 'unit', 'number_template', 'restart_yearly', 'is_polymorphic',
            'related_object_type', 'related_object_types', 'related_object_filter', 'related_object_filter_enforced',
            'related_name', 'on_delete_behavior', 'group_name', 'description', 'search_weight', 'filter_logic',
            'ui_visible', 'ui_editable', 'in_list', 'weight', 'is_cloneable', 'deprecated', 'deprecated_since',
            'scheduled_removal', 'comments',
        )  # fmt: skip
        field_classes = dict.fromkeys(
            ('validation_minimum', 'validation_maximum', 'max_length', 'decimal_digits', 'decimal_places'),
            IntegerFormField,
        )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # The whole form is rendered again when another type is chosen.
        wanted = inputs_of(self._chosen_type())
        for name in (*DECIDING, *(ROLLUP_DECIDING if 'aggregate' in wanted else ())):
            self.fields[name].widget.attrs |= {
                'hx-get': '.', 'hx-include': '#form_fields', 'hx-target': '#form_fields',
            }  # fmt: skip
        for name in set(TYPE_SPECIFIC) - wanted:
            del self.fields[name]
        self.fieldsets = fieldsets(wanted, is_new=self.instance._state.adding)
        if 'default' in self.fields:
            self.fields['default'].widget.attrs['rows'] = 3
        for name in {'related_object_type', 'related_object_types'} & self.fields.keys():
            self.fields[name].queryset = targets(self.instance).order_by('app_label', 'model')
        if 'element_type' in self.fields:
            self.fields['validation_minimum'].label = _('Minimum number of items')
            self.fields['validation_maximum'].label = _('Maximum number of items')
        if 'result_type' in self.fields:
            self.fields['decimal_digits'].help_text = _(
                'Digits of a decimal, decimal places included (1 to 38); 15 if empty'
            )
        self._offer_names()
        if 'aggregate' in self.fields:
            self.offer_rollups()
        if stored := self.initial.get('default_from'):
            self.initial['default_from'] = shown_path(stored)
        self._offer_current_weight()
        if self.instance._state.adding:
            del self.fields[UPDATE_DEPENDENTS]
        else:
            self._protect_existing()
        self.ask_for_values()

    def _chosen_type(self):
        """Return the type that the form is rendered for: the one chosen, unless the stored one must stay."""
        current = self.instance.field_type
        if not self.instance._state.adding and not current.convertible:
            return current
        return self._type_named(get_field_value(self, 'type'))

    def _type_named(self, name):
        """Return the type with this name, as chosen in the form; the present one if there is none."""
        known = name in FIELD_TYPES
        return field_type_named(name, self._is_polymorphic()) if known else self.instance.field_type

    def _is_polymorphic(self) -> bool:
        if not self.is_bound:
            return bool(self.initial.get('is_polymorphic'))
        widget = self.base_fields['is_polymorphic'].widget
        return widget.value_from_datadict(self.data, self.files, self.add_prefix('is_polymorphic'))

    def clean(self):
        super().clean()
        for name in TYPE_SPECIFIC:
            is_kept = name == 'related_object_types' or (name == 'default' and self.keeps_default)
            if name not in self.fields and not is_kept:
                setattr(self.instance, name, CustomObjectTypeField._meta.get_field(name).get_default())
        return self.cleaned_data

    def save(self, commit=True):
        if not self.cleaned_data.get(UPDATE_DEPENDENTS):
            return super().save(commit)
        with updating_dependents(self.instance, self.instance.edit_context.user):
            return super().save(commit)

    def _offer_names(self):
        """Show expressions with the names that fields have now, and once what they may read."""
        names = [name for name in ('expression', *CONDITIONS) if name in self.fields]
        definition = chosen_type(self)
        for name in names:
            if stored := self.initial.get(name):
                self.initial[name] = shown(stored, definition)
        for name in names[-1:]:
            self.fields[name].help_text = with_names(self.fields[name].help_text, definition)

    def _offer_current_weight(self):
        weight = self.instance.search_weight
        if weight not in SearchWeightChoices.values():
            self.fields['search_weight'].choices = [*SearchWeightChoices, (weight, str(weight))]

    def _protect_existing(self):
        """Disable what can no longer be changed, and offer only types that the stored values may be converted to."""
        current = self.instance.field_type
        self.fields['custom_object_type'].disabled = True
        for name in {'related_object_type', 'is_polymorphic', 'element_type'} & self.fields.keys():
            self.fields[name].disabled = True
        if not current.convertible:
            self.fields['type'].disabled = True
            if self.instance.type not in FIELD_TYPES:
                self.fields['type'].choices = [(self.instance.type, self.instance.type)]
        else:
            self.fields['type'].choices = [
                (name, label)
                for name, label, *_rest in CustomObjectFieldTypeChoices.CHOICES
                if FIELD_TYPES[name].convertible
            ]


def fieldsets(wanted: set[str], is_new: bool) -> tuple[FieldSet, ...]:
    """Return the sections of the form, given which type-specific inputs there are."""

    def section(heading, *names):
        shown = [name for name in names if name not in TYPE_SPECIFIC or name in wanted]
        return [FieldSet(*shown, name=heading)] if shown else []

    return (
        *section(
            _('Field'), 'custom_object_type', 'name', 'label', 'group_name', 'description', 'type', 'element_type',
            'result_type', 'expression', *ROLLUP_INPUTS, 'decimal_digits', 'decimal_places', 'unit', 'number_template',
            'restart_yearly', 'primary', 'context', 'required', 'unique', 'indexed', 'default',
            'default_from',
        ),
        *section(_('Validation'), 'max_length', 'validation_regex', 'validation_minimum', 'validation_maximum'),
        *section(_('Conditions'), *CONDITIONS),
        *section(_('Choices'), 'choice_set'),
        *section(
            _('Related Object'), 'is_polymorphic', 'related_object_type', 'related_object_types',
            'related_object_filter', 'related_object_filter_enforced', 'related_name', 'on_delete_behavior',
        ),
        *section(
            _('Behavior'), 'search_weight', 'filter_logic', 'ui_visible', 'ui_editable', 'in_list', 'weight',
            'is_cloneable', 'suggest_values',
        ),
        *section(_('Deprecation'), 'deprecated', 'deprecated_since', 'scheduled_removal'),
        *(() if is_new else section(_('Execution'), UPDATE_DEPENDENTS, STEP_BY_STEP, FILL)),
    )  # fmt: skip


class CustomObjectTypeFieldBulkEditForm(ChangelogMessageMixin, BulkEditForm):
    pk = forms.ModelMultipleChoiceField(queryset=CustomObjectTypeField.objects.all(), widget=forms.MultipleHiddenInput)
    group_name = forms.CharField(max_length=50, required=False, label=_('Group name'))
    description = forms.CharField(max_length=200, required=False, label=_('Description'))
    required = forms.NullBooleanField(required=False, widget=BulkEditNullBooleanSelect(), label=_('Required'))
    search_weight = forms.TypedChoiceField(
        choices=add_blank_choice(SearchWeightChoices),
        coerce=int, empty_value=None, required=False, label=_('Search weight'),
    )  # fmt: skip
    filter_logic = forms.ChoiceField(
        choices=add_blank_choice(FilterLogicChoices), required=False, label=_('Filter logic')
    )
    ui_visible = forms.ChoiceField(choices=add_blank_choice(UIVisibleChoices), required=False, label=_('UI visible'))
    ui_editable = forms.ChoiceField(choices=add_blank_choice(UIEditableChoices), required=False, label=_('UI editable'))
    in_list = forms.NullBooleanField(required=False, widget=BulkEditNullBooleanSelect(), label=_('In list'))
    weight = forms.IntegerField(min_value=0, max_value=32767, required=False, label=_('Display weight'))
    is_cloneable = forms.NullBooleanField(required=False, widget=BulkEditNullBooleanSelect(), label=_('Is cloneable'))
    deprecated = forms.NullBooleanField(required=False, widget=BulkEditNullBooleanSelect(), label=_('Deprecated'))
    deprecated_since = forms.CharField(max_length=50, required=False, label=_('Deprecated since'))
    scheduled_removal = forms.CharField(max_length=50, required=False, label=_('Scheduled removal'))
    comments = CommentField()

    fieldsets = (
        FieldSet('group_name', 'description', 'required', name=_('Field')),
        FieldSet(
            'search_weight', 'filter_logic', 'ui_visible', 'ui_editable', 'in_list', 'weight', 'is_cloneable',
            name=_('Behavior'),
        ),
        FieldSet('deprecated', 'deprecated_since', 'scheduled_removal', name=_('Deprecation')),
    )  # fmt: skip
    nullable_fields = ('group_name', 'description', 'in_list', 'deprecated_since', 'scheduled_removal', 'comments')


class ObjectTypeField(CSVContentTypeField):
    """An object type in an imported file, named in any of the ways that REST knows."""

    def to_python(self, value):
        if not value:
            return None
        found = self.queryset.filter(pk=type_from_text(str(value).strip())).first()
        if found is None:
            raise ValidationError(_('Unknown object type: {name}').format(name=value))
        return found


class ObjectTypesField(CSVMultipleContentTypeField):
    """Object types in an imported file: `app.model` or `custom-objects.slug`, separated by commas."""

    def prepare_value(self, value):
        if not isinstance(value, str):
            return super().prepare_value(value)
        found = {name.strip(): type_from_text(name.strip()) for name in value.split(',') if name.strip()}
        offered = set(self.queryset.filter(pk__in=filter(None, found.values())).values_list('pk', flat=True))
        if unknown := [name for name, pk in found.items() if pk not in offered]:
            raise ValidationError(_('Unknown object type: {name}').format(name=unknown[0]))
        return list(found.values())


class CustomObjectTypeFieldImportForm(NotesTargetsMixin, ForgivingErrorsMixin, ChangelogMessageMixin, CSVModelForm):
    custom_object_type = CSVModelChoiceField(
        queryset=CustomObjectType.objects.all(), to_field_name='name', help_text=_('Name of the custom object type')
    )
    type = CSVChoiceField(choices=CustomObjectFieldTypeChoices, help_text=_('Type of the field'))
    related_object_type = ObjectTypeField(
        queryset=ObjectType.objects.public(), required=False, help_text=_('Related object type, e.g. dcim.site')
    )
    related_object_types = ObjectTypesField(
        queryset=ObjectType.objects.public(),
        required=False,
        help_text=_('Related object types of a polymorphic field, e.g. dcim.site,dcim.region'),
    )
    choice_set = CSVModelChoiceField(
        queryset=CustomFieldChoiceSet.objects.all(),
        to_field_name='name', required=False, help_text=_('Name of the choice set'),
    )  # fmt: skip
    element_type = CSVChoiceField(
        choices=ArrayElementTypeChoices, required=False, help_text=_('What the items of an array are')
    )
    result_type = CSVChoiceField(
        choices=ResultTypeChoices, required=False, help_text=_('What the values of a computed field are')
    )
    aggregate = CSVChoiceField(
        choices=AggregateChoices,
        required=False,
        help_text=_('What a rollup makes of the objects that refer to an object'),
    )
    referring_field, aggregated_field = (
        CSVModelChoiceField(queryset=CustomObjectTypeField.objects.all(), required=False, help_text=help_text)
        for help_text in (
            _('ID of the field by which other objects refer to objects of this type'),
            _('ID of the field of the referring objects whose values are taken'),
        )
    )
    filter_logic = CSVChoiceField(choices=FilterLogicChoices, required=False)
    ui_visible = CSVChoiceField(choices=UIVisibleChoices, required=False)
    ui_editable = CSVChoiceField(choices=UIEditableChoices, required=False)
    on_delete_behavior = CSVChoiceField(choices=ObjectFieldOnDeleteChoices, required=False)
    search_weight = forms.IntegerField(min_value=0, max_value=32767, required=False)
    weight = forms.IntegerField(min_value=0, max_value=32767, required=False)

    class Meta:
        model = CustomObjectTypeField
        fields = CustomObjectTypeFieldForm.Meta.fields
        field_classes = CustomObjectTypeFieldForm.Meta.field_classes

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ('related_object_type', 'related_object_types'):
            if name in self.fields:
                self.fields[name].queryset = ObjectType.objects.filter(pk__in=targets(self.instance).values('pk'))

    def clean(self):
        super().clean()
        # An empty cell leaves the value as it is.
        for name in {'search_weight', 'weight'} & self.cleaned_data.keys():
            if self.cleaned_data[name] is None:
                self.cleaned_data[name] = getattr(self.instance, name)
        return self.cleaned_data
