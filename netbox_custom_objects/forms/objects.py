"""
Forms of custom objects, built per type: add and edit, bulk edit, bulk import.

May import runtime and field_types. The views restrict querysets; what they hide is the business of `hidden_targets`.
"""

from typing import ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext_lazy as _

from netbox.forms import NetBoxModelBulkEditForm, NetBoxModelForm, NetBoxModelImportForm
from netbox.forms.mixins import OwnerMixin
from users.models import Owner
from utilities.forms import GenericObjectFormMixin
from utilities.forms.fields import CSVModelChoiceField
from utilities.forms.rendering import FieldSet

from ..choices import UIEditableChoices
from ..definitions import FieldDefinition
from ..field_types import field_type_of
from ..field_types.json import DocumentInput, TypedDocument
from ..field_types.shared.help import with_hint
from ..models.validation.reserved import PAGE_INPUTS
from ..runtime.classes.memo import per_type, surfaced_fields
from .conditions import ConditionsMixin, UnreadInputsMixin, conditional_inputs, conditional_requirements
from .defaults import ImportDefaultsMixin, LinkDefaultsMixin, LinkedDefaultsMixin
from .hidden_targets import HiddenTargetsMixin
from .links import bulk_inputs, has_links
from .prefill import PrefilledMixin

# Inputs that NetBox's templates show below the fieldsets on their own: in a fieldset they would be shown twice, and
# what is entered in the first of the two would be lost.
SHOWN_BY_TEMPLATES = frozenset({'comments'})


class PartErrorsMixin:
    """Shows an error about a value that is given in several inputs at the first of them."""

    # The names of the inputs of each field, by its name.
    parts: ClassVar[dict[str, tuple[str, ...]]] = {}

    def _update_errors(self, errors):
        if not hasattr(errors, 'error_dict'):
            super()._update_errors(errors)
            return
        kept = {}
        for name, found in errors.error_dict.items():
            inputs = [name, *self.parts.get(name, ())]
            shown = next((part for part in inputs if part in self.fields or part == NON_FIELD_ERRORS), None)
            # What a form does not ask for is not its business, as for fields of one input.
            if shown is not None:
                kept.setdefault(shown, []).extend(found)
        if kept:
            super()._update_errors(ValidationError(kept))


class HeldChoicesMixin:
    """Offers choices that are gone from their set to the object that holds them, which would lose them otherwise."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            return
        for field in surfaced_fields(self._meta.model):
            if field_type_of(field).needs_choice_set and field.name in self.fields:
                gone = field_type_of(field).gone_choices(field, getattr(self.instance, field.name))
                self.fields[field.name].choices = [*self.fields[field.name].choices, *zip(gone, gone)]


class CustomObjectForm(
    HiddenTargetsMixin,
    ConditionsMixin,
    HeldChoicesMixin,
    LinkedDefaultsMixin,
    PrefilledMixin,
    LinkDefaultsMixin,
    PartErrorsMixin,
    GenericObjectFormMixin,
    OwnerMixin,
    NetBoxModelForm,
):
    """The add and edit form that those of all types are made of."""

    # Inputs that only show what an object holds.
    deprecated_inputs: tuple[str, ...] = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            # A disabled input takes its initial value, which may come from the URL.
            for name in self.deprecated_inputs:
                self.initial.pop(name, None)

    def clean(self):
        super().clean()
        empty_to_null(self)
        return self.cleaned_data


class CustomObjectBulkEditForm(PrefilledMixin, GenericObjectFormMixin, OwnerMixin, NetBoxModelBulkEditForm):
    """The bulk edit form that those of all types are made of."""

    def __init__(self, data=None, *args, initial=None, **kwargs):
        if data is not None and initial:
            # NetBox adds some parameters of the list's filters, which may be the names of fields.
            initial = {'pk': initial.get('pk')}
        super().__init__(data, *args, initial=initial, **kwargs)


class CustomObjectImportForm(
    HiddenTargetsMixin,
    UnreadInputsMixin,
    HeldChoicesMixin,
    LinkedDefaultsMixin,
    ImportDefaultsMixin,
    PartErrorsMixin,
    NetBoxModelImportForm,
):
    """The bulk import form that those of all types are made of; a record becomes one instance of it."""

    owner = CSVModelChoiceField(
        queryset=Owner.objects.all(), required=False, help_text=_('ID of the owner, or owner.name as the header')
    )

    # {name of a value that cannot be set: why}
    refused_inputs: ClassVar[dict[str, str]] = {}

    # {name of a column: when it is required, if that depends on others}
    requirements: ClassVar[dict[str, str]] = {}

    def __init__(self, *args, headers=None, **kwargs):
        # NetBox would say that it does not know the header, or fail at one that names an attribute of the target.
        known = {name: part for name, part in (headers or {}).items() if name not in self.refused_inputs}
        super().__init__(*args, headers=known, **kwargs)
        if not self.is_bound:
            for name, text in self.requirements.items():
                self.fields[name].help_text = with_hint(self.fields[name].help_text, text)

    def clean(self):
        super().clean()
        for name in self.refused_inputs:
            if name in self.data:
                self.add_error(None, f'{name}: {self.refused_inputs[name]}')
        return self.cleaned_data


def empty_to_null(form: forms.ModelForm) -> None:
    """Store nothing for an input that was left empty: two empty values must not be duplicates of one another."""
    for field in surfaced_fields(form._meta.model):
        if form.cleaned_data.get(field.name) == '':
            form.cleaned_data[field.name] = None


def fieldsets(fields, names: dict[int, list[str]], ungrouped: str) -> tuple[FieldSet, ...]:
    """
    Return one fieldset per group of fields, those without a group first.

    Args:
        fields: the FieldDefinitions, in display order
        names: the inputs of each field, by field id
        ungrouped: heading of the fields without a group
    """
    groups: dict[str, list[str]] = {}
    for field in fields:
        groups.setdefault(field.group_name, []).extend(names[field.id])
    return tuple(FieldSet(*inputs, name=group or ungrouped) for group, inputs in groups.items() if inputs)


@per_type
def get_form_class(model) -> type[CustomObjectForm]:
    """Return the add and edit form of a type."""
    fields = [field for field in surfaced_fields(model) if field.ui_editable != UIEditableChoices.HIDDEN]
    inputs = _without_clashes(
        CustomObjectForm, {field.id: field_type_of(field).get_form_fields(field) for field in fields}
    )
    local_data = _local_data(model)
    declared = {**_merged(inputs), **local_data}
    return _form(CustomObjectForm, model, 'Form', declared, {
        'Meta': _meta(model, [*declared, 'owner', 'tags']),
        'fieldsets': (
            *fieldsets(fields, _for_fieldsets(inputs), model._definition.display_name),
            FieldSet('tags', name=_('Tags')),
            *(FieldSet(name, name=_('Config Context Data')) for name in local_data),
        ),
        'parts': _parts(fields, inputs),
        'conditional_inputs': conditional_inputs(model, [field for field in fields if inputs[field.id]]),
        'deprecated_inputs': tuple(name for field in fields if field.deprecated for name in inputs[field.id]),
    })  # fmt: skip


@per_type
def get_bulk_edit_form_class(model) -> type[CustomObjectBulkEditForm]:
    """Return the bulk edit form of a type: nothing is required in it, and what is left alone stays as it is."""
    fields = _editable(model)
    inputs = _without_clashes(CustomObjectBulkEditForm, {field.id: _enabled(bulk_inputs(field)) for field in fields})
    return _form(CustomObjectBulkEditForm, model, 'BulkEditForm', _merged(inputs), {
        'model': model,
        'fieldsets': fieldsets(fields, _for_fieldsets(inputs), model._definition.display_name),
        'nullable_fields': tuple(
            name
            for field in fields
            if not field.is_required
            for name in inputs[field.id]
            if not (has_links(field) and name != field.name)
        ),
    })  # fmt: skip


@per_type
def get_import_form_class(model) -> type[CustomObjectImportForm]:
    """Return the bulk import form of a type."""
    fields = _editable(model)
    inputs = {field.id: field_type_of(field).get_import_fields(field) for field in fields}
    inputs = _without_clashes(CustomObjectImportForm, inputs)
    declared = _merged(inputs)
    declared |= _local_data(model)
    return _form(CustomObjectImportForm, model, 'ImportForm', declared, {
        'Meta': _meta(model, [*declared, 'owner', 'tags']),
        'requirements': {
            name: text for pk, text in conditional_requirements(model, fields).items() for name in inputs[pk]
        },
        'parts': _parts(fields, inputs),
        'refused_inputs': {
            name: reason
            for field in surfaced_fields(model)
            if (reason := field_type_of(field).refusal(field))
            for name in field_type_of(field).get_import_fields(field) or (field.name,)
        },
    })  # fmt: skip


def _without_clashes(base: type, inputs: dict[int, dict]) -> dict[int, dict]:
    """Leave out the inputs of older fields whose names NetBox's form, or the page around it, uses itself."""
    taken = base.base_fields.keys() | PAGE_INPUTS
    return {pk: {} if found.keys() & taken else found for pk, found in inputs.items()}


def _for_fieldsets(inputs: dict[int, dict]) -> dict[int, list[str]]:
    return {pk: [name for name in found if name not in SHOWN_BY_TEMPLATES] for pk, found in inputs.items()}


def _enabled(inputs: dict[str, forms.Field]) -> dict[str, forms.Field]:
    """Leave out what can only be read: a page of many objects has no value to show, and would offer to empty it."""
    return {name: form_field for name, form_field in inputs.items() if not form_field.disabled}


def _editable(model) -> list[FieldDefinition]:
    return [field for field in surfaced_fields(model) if field.input_mode == UIEditableChoices.YES]


def _local_data(model) -> dict[str, forms.Field]:
    """Return the input for what an object itself adds to its config context, if objects of the type have one."""
    if not model._definition.config_context_enabled:
        return {}
    widget = TypedDocument(attrs={'aria-label': _('Local config context data')})
    help_text = _('A JSON object that takes precedence over the data of config contexts')
    return {'local_context_data': DocumentInput(required=False, label='', widget=widget, help_text=help_text)}


def _parts(fields: list[FieldDefinition], inputs: dict[int, dict]) -> dict[str, tuple[str, ...]]:
    return {field.name: tuple(inputs[field.id]) for field in fields}


def _merged(inputs: dict[int, dict]) -> dict[str, forms.Field]:
    return {name: form_field for found in inputs.values() for name, form_field in found.items()}


def _meta(model, fields: list[str]) -> type:
    # The form assigns polymorphic references itself (GenericObjectFormMixin).
    generic = {field.name for field in model._meta.private_fields}
    return type('Meta', (), {'model': model, 'fields': [name for name in fields if name not in generic]})


def _form(base, model, suffix: str, declared: dict, attributes: dict) -> type:
    return form_class((base,), f'{model.__name__}{suffix}', declared, {**attributes, '__module__': __name__})


def form_class(bases: tuple[type, ...], name: str, declared: dict[str, forms.Field], attributes: dict) -> type:
    """Return a form class; its inputs may be called as attributes of the class that NetBox reads, such as `model`."""
    made = type(bases[0])(name, bases, {**declared, **attributes})
    hidden = {key: declared[key] for key in declared.keys() & attributes.keys()}
    made.declared_fields |= hidden
    made.base_fields |= hidden
    return made
