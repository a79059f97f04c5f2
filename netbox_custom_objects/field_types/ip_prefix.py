"""Field type ip_prefix: an IPv4 or IPv6 network with its mask length, in which no host bits are set."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from netaddr import IPNetwork

from ipam.fields import IPNetworkField
from ipam.validators import prefix_validator
from netbox.search import FieldTypes

from ..ddl.notation import Notation
from .ip_address import ADDRESS, NetworkFieldType, NetworkFilter, parse_address
from .registry import register
from .shared.cells import CellKind


def parse_prefix(value) -> IPNetwork | None:
    """
    Return a network; unlike an address it needs a mask length.

    Args:
        value: text or an IPNetwork; None and empty text are not networks

    Raises:
        ValidationError: it is something else, or has host bits set
    """
    if isinstance(value, str) and value.strip() and '/' not in value:
        raise ValidationError(_('Include a mask length, as in 192.0.2.0/24.'))
    network = parse_address(value)
    if network is not None:
        prefix_validator(network)
    return network


def read_cell(text: str) -> str:
    return str(parse_prefix(text))


class PrefixModelField(IPNetworkField):
    """NetBox's field with all of its lookups, which refuses incomplete networks."""

    def to_python(self, value):
        return parse_prefix(value)


class PrefixFilter(NetworkFilter):
    parse = staticmethod(parse_prefix)


@register
class IPPrefixFieldType(NetworkFieldType):
    name = 'ip_prefix'
    label = _('IP prefix')
    group = 'network'
    icon, words = 'ip-outline', _('ipv4 ipv6 subnet network cidr')
    color = 'yellow'
    position = 190
    example = '192.0.2.0/24'
    cell_kinds = (CellKind(name, read_cell, _('not an IP prefix'), rank=70, identifies=True, may_name=True),)
    fits_arrays = True
    notation = Notation(ADDRESS.replace(')?$', ')$'))
    column_type = 'cidr'
    search_kind = FieldTypes.CIDR
    parse = staticmethod(parse_prefix)
    filter_class = PrefixFilter
    form_relation = 'contained'

    def get_model_field(self, field, **kwargs):
        return PrefixModelField(**self.model_field_kwargs(field), **kwargs)
