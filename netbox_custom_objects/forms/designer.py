"""
Forms of the type designer: a type, and any number of rows, each of which is a field.

May import forms of types and fields. A row's inputs are prefixed with its key, under which `row` names it.
"""

import re
import secrets

from django.forms.models import ModelChoiceIterator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from utilities.forms.fields import ContentTypeChoiceField, ContentTypeMultipleChoiceField
from utilities.forms.rendering import FieldSet

from ..definitions import CONDITIONS
from ..field_types import field_type_named
from ..models import CustomObjectObjectType
from .fields import CustomObjectTypeFieldForm, inputs_of
from .types import CustomObjectTypeForm

# The input that holds the keys of the rows in their order.
ROW = 'row'
ROW_KEY = re.compile(r'^f[0-9a-f]{8}$')
# Set when the type is saved, by the order of the rows, or not at all.
# Conditions read other fields, which may come in a later row.
_NOT_ASKED = ('custom_object_type', 'weight', 'changelog_message', 'deprecated', 'deprecated_since',
              'scheduled_removal', 'comments', 'related_name', *CONDITIONS)  # fmt: skip
# How a row says that its field refers to the type which is being designed.
OWN_TYPE = 'self'
_TARGETS = {'related_object_type', 'related_object_types'}
# Shown without unfolding the row.
_FIRST = ('name', 'label', 'type', 'element_type', 'result_type', 'expression', 'choice_set',
          'is_polymorphic', 'related_object_type', 'related_object_types')  # fmt: skip


def new_row_key() -> str:
    """Return a key for a row that is being added."""
    return f'f{secrets.token_hex(4)}'


def row_keys(data: QueryDict) -> list[str]:
    """Return the keys of the rows that were sent, in order; what is none is left out."""
    return list(dict.fromkeys(key for key in data.getlist(ROW) if ROW_KEY.match(key)))


class DesignerTypeForm(CustomObjectTypeForm):
    """The attributes of the new type."""

    fieldsets = (
        FieldSet('name', 'slug', 'verbose_name', 'verbose_name_plural', 'group_name', 'description'),
        FieldSet('display_expression', 'version', 'config_context_enabled', 'tags'),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields['fields_of']


class TargetChoices(ModelChoiceIterator):
    """The object types, and before them the type that is being designed."""

    def __iter__(self):
        choices = super().__iter__()
        if self.field.empty_label is not None:
            yield next(choices)
        yield OWN_TYPE, _('This type')
        yield from choices


class TargetField(ContentTypeChoiceField):
    """The target of a reference; `own_type` is the object type that OWN_TYPE means, as soon as it exists."""

    iterator = TargetChoices
    own_type = None

    def clean(self, value):
        return self.own_type if value == OWN_TYPE else super().clean(value)


class TargetsField(ContentTypeMultipleChoiceField):
    """The targets of a polymorphic reference, likewise."""

    iterator = TargetChoices
    own_type = None

    def clean(self, value):
        if OWN_TYPE not in (value or ()):
            return super().clean(value)
        others = [pk for pk in value if pk != OWN_TYPE]
        found = list(super().clean(others)) if others else []
        return found if self.own_type is None else [*found, self.own_type]


class DesignerFieldForm(CustomObjectTypeFieldForm):
    """One row: what a field of the chosen type needs, rendered again by itself when another type is chosen."""

    related_object_type = TargetField(queryset=CustomObjectObjectType.objects.all(), label=_('Related object type'))
    related_object_types = TargetsField(queryset=CustomObjectObjectType.objects.all(), label=_('Related object types'))

    def __init__(self, *args, row_url: str, **kwargs):
        """
        Args:
            row_url: the address that renders a row from its inputs
        """
        super().__init__(*args, **kwargs)
        for name in _NOT_ASKED:
            self.fields.pop(name, None)
        # Nothing refers to the type yet.
        offered = self.fields['type'].choices
        self.fields['type'].choices = [choice for choice in offered if not field_type_named(choice[0]).is_rollup]
        for name in ('type', 'is_polymorphic'):
            if name in self.fields:
                self.fields[name].widget.attrs |= {
                    'hx-get': row_url,
                    'hx-include': 'closest [data-field]',
                    'hx-target': 'closest [data-field]',
                    'hx-select': 'unset',
                    'hx-swap': 'outerHTML',
                }
        wanted = inputs_of(self._chosen_type())
        self.first = [self[name] for name in _FIRST if name in self.fields and (name in wanted or name in _FIRST[:3])]
        self.more = [self[name] for name in self.fields if name not in _FIRST]

    def _chosen_type(self):
        if not self.is_bound:
            return super()._chosen_type()
        name = self.data.get(self.add_prefix('type'))
        return self._type_named(name)

    def full_clean(self):
        """Validate the row; the type that it belongs to, if that exists by now, is what OWN_TYPE means."""
        if self.instance.custom_object_type_id is not None:
            own_type = CustomObjectObjectType.objects.get(pk=self.instance.custom_object_type.object_type_id)
            for name in _TARGETS & self.fields.keys():
                self.fields[name].own_type = own_type
        super().full_clean()

    @property
    def has_hidden_errors(self) -> bool:
        """Whether something is wrong that is only seen when the row is unfolded."""
        return any(found.errors for found in self.more)


def rows_of(data: QueryDict, row_url: str) -> list[DesignerFieldForm]:
    """Return a bound form for each row that was sent."""
    return [DesignerFieldForm(data=data, prefix=key, row_url=row_url) for key in row_keys(data)]


def row_from_inputs(key: str, data: QueryDict, row_url: str) -> DesignerFieldForm:
    """Return an unbound form that holds what was typed into a row so far."""
    prefix = f'{key}-'
    typed = {name.removeprefix(prefix): data.getlist(name) for name in data if name.startswith(prefix)}
    return DesignerFieldForm(prefix=key, initial=typed, row_url=row_url)
