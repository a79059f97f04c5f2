"""Field type color: an RGB colour as NetBox stores its own, six lower-case hexadecimal digits."""

import re

from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field

from netbox.tables import columns
from netbox.ui import attrs
from utilities.fields import ColorField
from utilities.forms.fields import ColorField as ColorFormField
from utilities.forms.widgets import ColorSelect
from utilities.validators import ColorValidator

from ..ddl.notation import Notation
from ..ddl.spec import IndexKind
from ..expressions.typed.kinds import TEXT
from .base import FieldType
from .registry import register
from .shared.cells import CellKind
from .shared.empty import EmptyTextIsNull
from .shared.filters import TextFilter
from .shared.rest import ParsedTextField

COLOR_LENGTH = 6


def normalized(value):
    """Return a colour as it is stored: without the # that other programs put in front, and in lower case."""
    return value.strip().removeprefix('#').lower() if isinstance(value, str) else value


def parse_color(value: str) -> str:
    """Return a colour as it is stored; raise ValidationError if it is none."""
    value = normalized(value)
    ColorValidator(value)
    return value


class ColorModelField(EmptyTextIsNull, ColorField):
    """NetBox's field, which takes other ways of writing the same colour too."""

    def to_python(self, value):
        return normalized(super().to_python(value)) or None

    def value_to_string(self, obj):
        return self.to_python(self.value_from_object(obj))


class AnyColorSelect(ColorSelect):
    """NetBox's selection, in which a colour that is none of NetBox's own stays selected when a form is saved."""

    def optgroups(self, name, value, attrs=None):
        groups = super().optgroups(name, value, attrs)
        known = {option['value'] for _name, options, _index in groups for option in options}
        others = [color for color in value if color and color not in known]
        options = [
            self.create_option(name, color, f'#{color}', True, len(groups) + index, attrs=attrs)
            for index, color in enumerate(others)
        ]
        return [*groups, (None, options, len(groups))] if options else groups


class ColorInputField(ColorFormField):
    """NetBox's form field, for any colour."""

    widget = AnyColorSelect

    def prepare_value(self, value):
        return normalized(value)

    def to_python(self, value):
        return normalized(super().to_python(value))


class ColorColumn(columns.ColorColumn):
    """Shows the colour and its code; exports the code as REST gives it."""

    def render(self, value):
        return format_html('<span class="color-label" style="background-color: #{0}">&nbsp;</span> {0}', value)

    def value(self, value):
        return value


class ColorFilter(TextFilter):
    """A whole colour, which must be one, or a part of its code."""

    @property
    def field(self):
        field = super().field
        if self.lookup_expr == 'exact' and self._validate not in field.validators:
            field.validators.append(self._validate)
        return field

    def _validate(self, value):
        if value != self.null_value:
            parse_color(value)


@extend_schema_field({'type': 'string', 'pattern': '^#?[0-9A-Fa-f]{6}$'})
class ColorValueField(ParsedTextField):
    """A colour, read as it is stored."""

    def __init__(self, **kwargs):
        super().__init__(parse_color, **kwargs)


@register
class ColorFieldType(FieldType):
    name = 'color'
    label = _('Color')
    group = 'choices'
    icon, words = 'palette-outline', _('colour rgb')
    color = 'pink'
    position = 150
    example = 'aa1409'
    cell_kinds = (
        CellKind(
            name,
            parse_color,
            _('not a color, such as 2196f3'),
            rank=110,
            hint=re.compile(r'colou?r|rgb|hex', re.IGNORECASE),
            certain=re.compile('#[0-9A-Fa-f]{6}'),
        ),
    )
    notation = Notation('^#?[0-9A-Fa-f]{6}$', read=(('^#', '', ''),), stored='lower({})')
    column_type = f'character varying({COLOR_LENGTH})'
    sorted_by_index = True
    index_kinds = (IndexKind.BEGINNING, IndexKind.PARTS)
    kind = TEXT
    empty_values = ('',)

    def get_model_field(self, field, **kwargs):
        return ColorModelField(**self.model_field_kwargs(field), **kwargs)

    def to_python(self, field, value):
        if value is not None and not isinstance(value, str):
            raise ValidationError(_('Enter a color as six hexadecimal digits.'))
        return normalized(value)

    def get_form_field(self, field, **kwargs):
        return ColorInputField(empty_value=None, **self.form_field_kwargs(field, **kwargs))

    def get_filterform_field(self, field):
        return ColorInputField(required=False)

    def get_filter(self, field):
        return ColorFilter(field_name=field.name, label=field.display_label)

    def get_serializer_fields(self, field, model):
        return {field.name: ColorValueField(**self.declared_kwargs(field, model))}

    def get_table_column_field(self, field):
        return ColorColumn(linkify=field.primary or None, verbose_name=field.display_label)

    def get_attribute(self, field):
        return attrs.TemplatedAttr(
            field.name, label=field.display_label, template_name='netbox_custom_objects/attrs/color.html'
        )

    def quick_search_lookups(self, field):
        return (f'{field.name}__icontains',)
