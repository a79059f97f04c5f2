"""Field types text and longtext."""

import django_tables2 as tables
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from netbox.tables import columns
from netbox.ui import attrs
from utilities.forms.widgets import MarkdownWidget

from ..ddl.spec import IndexKind
from ..expressions.typed.kinds import TEXT
from .base import FieldType
from .json import validate_storable
from .registry import register
from .shared.cells import CellKind
from .shared.columns import SHORT_UNBROKEN
from .shared.filters import EmptyFilter, TextFilter


def read_text(text: str) -> str:
    validate_storable(text)
    return text


class CharacterFieldType(FieldType):
    """What text, longtext and url share: a regular expression, text lookups, quick search by `contains`."""

    regex_allowed = True
    sorted_by_index = True
    index_kinds = (IndexKind.BEGINNING, IndexKind.PARTS)
    kind = TEXT
    loose_filter = True
    empty_values = ('',)

    def to_python(self, field, value):
        if isinstance(value, (bool, dict, list)):
            raise ValidationError(_('Not a valid string.'))
        return None if value is None else str(value)

    def get_validators(self, field):
        length = [MaxLengthValidator(field.max_length)] if field.max_length is not None else []
        return [*super().get_validators(field), validate_storable, *length]

    def annotate_form_field(self, field, form_field):
        if field.max_length is not None:
            form_field.widget.attrs['maxlength'] = field.max_length
        return super().annotate_form_field(field, form_field)

    def get_filter(self, field):
        return TextFilter(field_name=field.name, label=field.display_label)

    def quick_search_lookups(self, field):
        return (f'{field.name}__icontains',)


class MultilineField(forms.CharField):
    """Text of several lines; browsers send line ends of their own, and an edit must not change what it shows."""

    def to_python(self, value):
        value = super().to_python(value)
        return value.replace('\r\n', '\n') if isinstance(value, str) else value


class SuggestingInput(forms.TextInput):
    """Text input with a datalist of values in use, fetched while the user types."""

    template_name = 'netbox_custom_objects/widgets/suggesting_input.html'

    def __init__(self, field_id: int):
        super().__init__({'autocomplete': 'off'})
        self.field_id = field_id

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        attributes = context['widget']['attrs']
        suggestions = f'{attributes.get("id", name)}_suggestions'
        attributes |= {
            'list': suggestions,
            'hx-get': reverse('plugins:netbox_custom_objects:customobjecttypefield_suggestions', args=[self.field_id]),
            'hx-trigger': 'focus once, input changed delay:200ms',
            'hx-target': f'#{suggestions}',
            'hx-swap': 'innerHTML',
        }
        context['suggestions'] = suggestions
        return context


@register
class TextFieldType(CharacterFieldType):
    name = 'text'
    limits_others = True
    label = _('Text')
    color = 'blue'
    position = 10
    example = 'Example'
    cell_kinds = (
        CellKind(name, read_text, _('contains characters that cannot be stored'), identifies=True, may_name=True),
    )
    fits_arrays = True
    length_allowed = True
    has_limitless_values = True
    suggestions_allowed = True
    column_type = 'character varying'

    def get_model_field(self, field, **kwargs):
        return models.CharField(**self.model_field_kwargs(field), **kwargs)

    def get_form_field(self, field, **kwargs):
        if field.suggest_values and field.id:
            kwargs['widget'] = SuggestingInput(field.id)
        return forms.CharField(empty_value=None, **self.form_field_kwargs(field, **kwargs))

    def get_table_column_field(self, field):
        # A field that names the object links to it, as `name` does on NetBox's own lists.
        return tables.Column(linkify=field.primary or None, verbose_name=field.display_label, attrs=SHORT_UNBROKEN)


@register
class LongTextFieldType(CharacterFieldType):
    name = 'longtext'
    label = _('Text (long)')
    group = 'text'
    icon, words = 'text-long', _('notes comments markdown multiline description')
    color = 'blue'
    position = 20
    listed = False
    example = 'Some **bold** text'
    cell_kinds = (CellKind(name, read_text, _('contains characters that cannot be stored')),)
    length_allowed = True
    # Entries of other indexes cannot be as long as these texts.
    sorted_by_index = False
    index_kinds = (IndexKind.PARTS,)
    column_type = 'text'

    def get_filters(self, field):
        filters = super().get_filters(field)
        if filters:
            # Lookups are the columns' business, and NetBox has given this one to varchar columns only.
            empty = EmptyFilter(field_name=field.name, label=field.display_label, empty_values=('',))
            filters[f'{field.name}__empty'] = empty
        return filters

    def get_model_field(self, field, **kwargs):
        return models.TextField(**self.model_field_kwargs(field), **kwargs)

    def get_form_field(self, field, **kwargs):
        return MultilineField(empty_value=None, widget=MarkdownWidget, **self.form_field_kwargs(field, **kwargs))

    def get_attribute(self, field):
        return attrs.TemplatedAttr(
            field.name, label=field.display_label, template_name='netbox_custom_objects/attrs/markdown.html'
        )

    def get_table_column_field(self, field):
        return columns.MarkdownColumn(verbose_name=field.display_label)
