"""
Find and replace in the texts of many objects: NetBox's bulk rename, for all text fields of a type.

NetBox's view saves without validation; here each object is validated first, because the database does not know what a
field requires.
"""

from copy import copy

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from netbox.object_actions import BulkRename
from netbox.views import generic
from utilities.exceptions import AbortRequest
from utilities.views import get_action_url

from ...choices import UIEditableChoices, UIVisibleChoices
from ...field_types import field_type_of
from ...field_types.text import CharacterFieldType
from ...filtersets import get_filterset_class
from ...runtime.classes.memo import surfaced_fields
from ...runtime.reading.prefetch import prefetch_relations
from ..base import WritingMixin
from .together import RenamesTogetherMixin, lookups_of_records


def rename_fields(model) -> tuple[str, ...]:
    """Return the names of the text fields of a type that users may see and edit, the one that names objects first."""
    types = [(field, field_type_of(field)) for field in surfaced_fields(model)]
    fields = [
        field
        for field, field_type in types
        if isinstance(field_type, CharacterFieldType)
        and not field_type.numbers_allowed
        and field.input_mode == UIEditableChoices.YES
        and field.ui_visible != UIVisibleChoices.HIDDEN
    ]
    return tuple(field.name for field in sorted(fields, key=lambda field: not field.primary))


def field_choice(model, names: tuple[str, ...]) -> forms.MultipleChoiceField:
    """Return the input of the fields to rename by; at first it is the one that names objects."""
    fields = model._definition.fields_by_name
    return forms.MultipleChoiceField(
        choices=[(name, fields[name].display_label) for name in names],
        widget=forms.CheckboxSelectMultiple,
        initial=names[:1],
        required=False,
        label=gettext_lazy('Fields'),
    )


class RenameObjects(BulkRename):
    """NetBox's button, for types that have a text field."""

    @classmethod
    def get_url(cls, obj):
        return get_action_url(obj, action=cls.name) if rename_fields(obj) else None


class CustomObjectBulkRenameView(RenamesTogetherMixin, WritingMixin, generic.BulkRenameView):
    """Renames by any text fields; nothing is stored unless every object is valid afterwards."""

    template_name = 'netbox_custom_objects/customobject_rename.html'

    def __init__(self, **kwargs):
        # Not NetBox's own yet: it makes a form for the model, which only the request tells.
        super(generic.BulkRenameView, self).__init__(**kwargs)

    def bind(self, model):
        super().bind(model)
        self.filterset = get_filterset_class(model)
        self.rename_fields = rename_fields(model)
        super().__init__()
        # NetBox's template ticks all of them.
        self.form = type('RenameForm', (self.form,), {'field_names': field_choice(model, self.rename_fields)})

    def _rename_objects(self, form, selected_objects, field_names=None):
        prefetch_relations(selected_objects, lookups_of_records)
        renamed = super()._rename_objects(form, selected_objects, field_names)
        for obj in selected_objects:
            for name in field_names:
                if not getattr(obj.new_names, name):
                    # NetBox takes null for an empty text: what has no text stays as it is, what loses it becomes null.
                    setattr(obj.new_names, name, None if getattr(obj, name) else getattr(obj, name))
        is_applied = '_apply' in self.request.POST
        if not (is_applied and self._rename_together(form, list(selected_objects), field_names)):
            for obj in selected_objects:
                self._validate(obj, field_names)
        return renamed

    def _validate(self, obj, field_names):
        candidate = copy(obj)
        for name in field_names:
            setattr(candidate, name, getattr(obj.new_names, name))
        try:
            candidate.full_clean()
        except ValidationError as error:
            found = [
                message if name == NON_FIELD_ERRORS else f'{name}: {message}'
                for name, messages in error.message_dict.items()
                for message in messages
            ]
            message = _('{object} cannot be renamed: {reasons}')
            raise AbortRequest(message.format(object=obj, reasons=' '.join(found))) from error
