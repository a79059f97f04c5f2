"""Field type mac_address: a 48-bit hardware address in PostgreSQL's macaddr, shown as NetBox shows its own."""

import re

import django_tables2 as tables
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from netaddr import EUI

from dcim.fields import MACAddressField, mac_unix_expanded_uppercase
from netbox.ui import attrs
from utilities import filters

from ..ddl.notation import Notation
from ..ddl.spec import IndexKind
from .base import FieldType
from .registry import register
from .shared.cells import CellKind
from .shared.filters import EmptyFilter, TextFilter
from .shared.rest import ParsedTextField

DIGITS = 12
# Groups of digits with the same separator between them; netaddr would also take addresses that lack digits.
NOTATION = re.compile(r'[0-9A-Fa-f]+(?:([-:. ])[0-9A-Fa-f]+(?:\1[0-9A-Fa-f]+)*)?')
GROUPS = (1, 2, 3, 6)
_HEX = '[0-9A-Fa-f]'
# The same in PostgreSQL.
IN_COLUMNS = Notation(
    rf'^({_HEX}{{12}}|{_HEX}{{6}}[-:. ]{_HEX}{{6}}|{_HEX}{{4}}([-:. ]){_HEX}{{4}}\2{_HEX}{{4}}'
    rf'|{_HEX}{{1,2}}([-:. ])({_HEX}{{1,2}}\3){{4}}{_HEX}{{1,2}})$',
    read=(
        # One digit stands for two, and separators are of no account.
        (rf'(?<!{_HEX})({_HEX})(?!{_HEX})', r'0\1', 'g'),
        (rf'[^{_HEX[1:]}', '', 'g'),
    ),
    text='upper({}::text)',
    text_in_json=True,
)


def parse_mac_address(value) -> EUI | None:
    """
    Return an address, which reads 00:1A:2B:3C:4D:5E as text.

    Args:
        value: an EUI, or text: twelve hexadecimal digits, as a whole or in two, three or six groups separated by
            colons, hyphens, dots or spaces; of six groups, each may lack a leading zero. None and '' are not addresses.

    Raises:
        ValidationError: it is something else
    """
    if value is None or value == '':
        return None
    error = ValidationError(_('Enter a 48-bit MAC address, such as 00:1A:2B:3C:4D:5E.'))
    if isinstance(value, EUI) and value.version == 48:
        return EUI(int(value), version=48, dialect=mac_unix_expanded_uppercase)
    if not isinstance(value, str) or not (found := NOTATION.fullmatch(text := value.strip())):
        raise error
    groups = text.split(found[1]) if found[1] else [text]
    if len(groups) == DIGITS // 2:
        groups = [group.zfill(2) for group in groups]
    if len(groups) not in GROUPS or any(len(group) != DIGITS // len(groups) for group in groups):
        raise error
    return EUI(int(''.join(groups), 16), version=48, dialect=mac_unix_expanded_uppercase)


def read_cell(text: str) -> str:
    return str(parse_mac_address(text))


class MACAddressModelField(MACAddressField):
    """NetBox's field, which refuses incomplete addresses."""

    def to_python(self, value):
        return parse_mac_address(value)

    def value_to_string(self, obj):
        return str(self.to_python(self.value_from_object(obj)))


class MACAddressInputField(forms.CharField):
    """A text input for addresses in all notations."""

    def to_python(self, value):
        return parse_mac_address(super().to_python(value))


class MACAddressFilter(TextFilter, filters.MultiValueMACAddressFilter):
    """A whole address in any notation, or a part of it as PostgreSQL writes it, with colons."""


@extend_schema_field({'type': 'string', 'pattern': '^[0-9A-Fa-f]{1,12}([-:. ][0-9A-Fa-f]{1,6}){0,5}$'})
class MACAddressValueField(ParsedTextField):
    """An address in any notation, read as NetBox shows its own."""

    def __init__(self, **kwargs):
        super().__init__(parse_mac_address, **kwargs)


@register
class MACAddressFieldType(FieldType):
    name = 'mac_address'
    label = _('MAC address')
    group = 'network'
    icon, words = 'ethernet', _('hardware address eui')
    color = 'yellow'
    position = 160
    example = '00:1A:2B:3C:4D:5E'
    cell_kinds = (
        CellKind(
            name,
            read_cell,
            _('not a MAC address'),
            rank=60,
            identifies=True,
            may_name=True,
        ),
    )
    notation = IN_COLUMNS
    column_type = 'macaddr'
    sorted_by_index = True
    index_kinds = (IndexKind.PARTS,)

    def get_model_field(self, field, **kwargs):
        return MACAddressModelField(**self.model_field_kwargs(field), **kwargs)

    def to_python(self, field, value):
        if value == '':
            raise ValidationError(_('A MAC address may not be blank.'))
        return parse_mac_address(value)

    def to_column(self, field, value):
        return None if value is None else str(value)

    def form_field_kwargs(self, field, **kwargs):
        return {**super().form_field_kwargs(field, initial=self.to_python(field, field.default)), **kwargs}

    def get_form_field(self, field, **kwargs):
        return MACAddressInputField(empty_value=None, **self.form_field_kwargs(field, **kwargs))

    def get_filters(self, field):
        found = super().get_filters(field)
        if found:
            # NetBox has given this lookup to columns of text only.
            found[f'{field.name}__empty'] = EmptyFilter(field_name=field.name, label=field.display_label)
        return found

    def get_filter(self, field):
        return MACAddressFilter(field_name=field.name, label=field.display_label)

    def get_serializer_fields(self, field, model):
        return {field.name: MACAddressValueField(**self.declared_kwargs(field, model))}

    def get_table_column_field(self, field):
        return tables.Column(linkify=field.primary or None, verbose_name=field.display_label)

    def get_attribute(self, field):
        return attrs.TextAttr(field.name, label=field.display_label, style='font-monospace', copy_button=True)

    def quick_search_lookups(self, field):
        return (f'{field.name}__icontains',)
