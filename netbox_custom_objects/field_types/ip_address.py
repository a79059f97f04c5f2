"""
Field type ip_address: an IPv4 or IPv6 address with a mask length, and what it shares with ip_prefix.

Addresses are written as NetBox writes its own: always with a mask length, /32 or /128 if none was given.
"""

import ipaddress
import re
from typing import ClassVar

import django_filters
import django_tables2 as tables
import netaddr
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from netaddr import IPNetwork

from ipam.fields import IPAddressField
from netbox.search import FieldTypes
from utilities import filters
from utilities.forms.utils import add_blank_choice

from ..ddl.notation import Notation
from ..ddl.spec import IndexKind
from .base import FieldType
from .registry import register
from .shared.cells import CellKind
from .shared.filters import EmptyFilter, SingleColumnMixin, TextFilter
from .shared.rest import ParsedTextField

# Nothing but digits, colons and dots, and a length: libraries and PostgreSQL also read netmasks, zones, single numbers
# and shortened addresses, each a little differently.
NOTATION = re.compile(r'([0-9A-Fa-f.:]+)(/(?:0|[1-9][0-9]{0,2}))?')
# The same for PostgreSQL, which completes what is shortened, and takes a network without a mask for a host.
ADDRESS = r'^([0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9A-Fa-f.:]*:[0-9A-Fa-f.:]*)(/[0-9]{1,3})?$'
FAMILIES = ((4, 'IPv4'), (6, 'IPv6'))


def parse_address(value) -> IPNetwork | None:
    """
    Return an address with its mask length; one without gets that of a single host.

    Args:
        value: text, or an object of netaddr or ipaddress; None and empty text are not addresses

    Raises:
        ValidationError: it is something else
    """
    if value is None or value == '':
        return None
    if isinstance(value, IPNetwork):
        return value
    if isinstance(value, (netaddr.IPAddress, ipaddress.IPv4Address, ipaddress.IPv6Address)):
        value = str(value)
    error = ValidationError(
        _('%(value)s is not an IPv4 or IPv6 address with an optional mask length, such as 192.0.2.1/24.'),
        # Halves of surrogate pairs could not be shown.
        params={'value': str(value)[:100].encode(errors='replace').decode()},
    )
    if not isinstance(value, str) or not NOTATION.fullmatch(text := value.strip()):
        raise error
    try:
        return IPNetwork(str(ipaddress.ip_interface(text)))
    except ValueError:
        raise error from None


def same_or_none(parse, value):
    """Return the text of a value that `parse` accepts, None of one that it refuses."""
    try:
        return str(parse(value))
    except ValidationError:
        return None


def read_cell(text: str) -> str:
    return str(parse_address(text))


class AddressModelField(IPAddressField):
    """NetBox's field with all of its lookups, which refuses incomplete addresses."""

    def to_python(self, value):
        return parse_address(value)


class NetworkFormField(forms.CharField):
    """An input for what `parse` reads."""

    def __init__(self, parse, **kwargs):
        self.parse = parse
        super().__init__(**kwargs)

    def prepare_value(self, value):
        # Iterating over the network would list its addresses instead.
        return str(value) if isinstance(value, IPNetwork) else value

    def to_python(self, value):
        return self.parse(super().to_python(value) if isinstance(value, str) else value)

    def has_changed(self, initial, data):
        # Two addresses of one network are equal to netaddr.
        return str(initial or '') != str(data or '')


class NetworkFilter(TextFilter):
    """A whole value, or a part of how it is written; whole values must be valid ones."""

    parse = staticmethod(parse_address)

    @property
    def field(self):
        field = super().field
        if self.lookup_expr == 'exact' and self._validate not in field.validators:
            field.validators.append(self._validate)
        return field

    def _validate(self, value):
        if value != self.null_value:
            self.parse(value)


class AddressFilter(NetworkFilter):
    """An address: without a mask length it is found with any mask, as in NetBox."""

    def get_filter_predicate(self, v):
        if v is None or self.lookup_expr != 'exact':
            return super().get_filter_predicate(v)
        text = str(parse_address(v))
        return {f'{self.field_name}__net_in': [text if '/' in v else text.split('/')[0]]}


class NetworkRelationFilter(SingleColumnMixin, filters.MultiValueCharFilter):
    """A network that stands in some relation to the value; host bits of what is asked for do not count."""

    @property
    def field(self):
        field = super().field
        if parse_address not in field.validators:
            field.validators.append(parse_address)
        return field

    def get_filter_predicate(self, v):
        return {f'{self.field_name}__{self.lookup_expr}': str(parse_address(v).cidr)}


class NetworkFieldType(FieldType):
    """What ip_address and ip_prefix share."""

    sorted_by_index = True
    index_kinds = (IndexKind.PARTS,)
    parse = staticmethod(parse_address)
    filter_class: ClassVar[type] = NetworkFilter
    # The lookups that the parameters `<field>__<name>` stand for.
    relations: ClassVar[dict[str, str]] = {
        'contains': 'net_contains_or_equals',
        'contained': 'net_contained_or_equal',
    }
    # The relation that the filter form has an input for.
    form_relation: ClassVar[str]

    def to_python(self, field, value):
        if value is not None and not isinstance(value, str):
            raise ValidationError(_('Not a valid string.'))
        return self.parse(value)

    def to_column(self, field, value):
        return None if value is None else str(value)

    def to_payload(self, field, value, stored=None):
        # As the column will give it back.
        return value if stored is None else same_or_none(self.parse, stored) or value

    def get_form_field(self, field, **kwargs):
        return NetworkFormField(self.parse, **self.form_field_kwargs(field, **kwargs))

    def get_serializer_fields(self, field, model):
        return {field.name: ParsedTextField(self.parse, **self.declared_kwargs(field, model))}

    def get_filters(self, field):
        found = super().get_filters(field)
        if found:
            kwargs = {'field_name': field.name, 'label': field.display_label}
            found[f'{field.name}__empty'] = EmptyFilter(**kwargs)
            found[f'{field.name}__family'] = django_filters.TypedChoiceFilter(
                lookup_expr='family', choices=FAMILIES, coerce=int, **kwargs
            )
            for name, lookup in self.relations.items():
                found[f'{field.name}__{name}'] = NetworkRelationFilter(lookup_expr=lookup, **kwargs)
        return found

    def get_filter(self, field):
        return self.filter_class(field_name=field.name, label=field.display_label)

    def get_filterform_fields(self, field):
        label, relation = field.display_label, self.form_relation
        return {
            **super().get_filterform_fields(field),
            f'{field.name}__{relation}': forms.CharField(required=False, label=_('{0} within').format(label)),
            f'{field.name}__family': forms.ChoiceField(
                required=False, label=_('{0} family').format(label), choices=add_blank_choice(FAMILIES)
            ),
        }

    def get_table_column_field(self, field):
        return tables.Column(linkify=field.primary or None, verbose_name=field.display_label)

    def quick_search_lookups(self, field):
        return (f'{field.name}__icontains',)


@register
class IPAddressFieldType(NetworkFieldType):
    name = 'ip_address'
    label = _('IP address')
    group = 'network'
    icon, words = 'ip-network-outline', _('ipv4 ipv6 host peer')
    color = 'yellow'
    position = 180
    example = '192.0.2.1/24'
    cell_kinds = (CellKind(name, read_cell, _('not an IP address'), rank=80, identifies=True, may_name=True),)
    fits_arrays = True
    notation = Notation(ADDRESS, text_in_json=True)
    column_type = 'inet'
    index_kinds = (IndexKind.HOST, IndexKind.PARTS)
    search_kind = FieldTypes.INET
    filter_class = AddressFilter
    relations: ClassVar[dict[str, str]] = {**NetworkFieldType.relations, 'parent': 'net_host_contained'}
    form_relation = 'parent'

    def get_model_field(self, field, **kwargs):
        return AddressModelField(**self.model_field_kwargs(field), **kwargs)
