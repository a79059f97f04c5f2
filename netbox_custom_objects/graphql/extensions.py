"""
`custom_objects`, a field of NetBox's own objects: which custom objects refer to them.

One static class for all models. NetBox reads it while plugins are initialised, so that GraphQL types of NetBox must not
be imported here.
"""

from typing import Annotated, ClassVar

import strawberry
from django.apps import apps

from netbox.graphql.pagination import OffsetPaginationInput

from .linked import entries_of

# What the field is called.
FIELD = 'custom_objects'
LINKED = Annotated['LinkedCustomObject', strawberry.lazy('netbox_custom_objects.graphql.linked')]  # noqa: F821

# NetBox's models that have a GraphQL type: it does not start with others among them. A test compares.
NAMES = {
    'circuits': (
        'circuit circuitgroup circuitgroupassignment circuittermination circuittype provider provideraccount '
        'providernetwork virtualcircuit virtualcircuittermination virtualcircuittype'
    ),
    'core': 'datafile datasource objectchange',
    'dcim': (
        'cable cablebundle cabletermination consoleport consoleporttemplate consoleserverport '
        'consoleserverporttemplate coolingfeed coolingintake coolingintaketemplate coolingoutflow '
        'coolingoutflowtemplate coolingsource device devicebay devicebaytemplate devicerole devicetype '
        'frontport frontporttemplate interface interfacetemplate inventoryitem inventoryitemrole '
        'inventoryitemtemplate location macaddress manufacturer module modulebay modulebaytemplate '
        'modulebaytype moduletype moduletypeprofile platform portmapping porttemplatemapping powerfeed '
        'poweroutlet poweroutlettemplate powerpanel powerport powerporttemplate rack rackgroup '
        'rackreservation rackrole racktype rearport rearporttemplate region site sitegroup virtualchassis '
        'virtualdevicecontext'
    ),
    'extras': (
        'configcontext configcontextprofile configtemplate customfield customfieldchoiceset customlink '
        'eventrule exporttemplate imageattachment journalentry notification notificationgroup savedfilter '
        'subscription tableconfig tag webhook'
    ),
    'ipam': (
        'aggregate asn asnrange fhrpgroup fhrpgroupassignment ipaddress iprange prefix rir role routetarget '
        'service servicetemplate vlan vlangroup vlantranslationpolicy vlantranslationrule vrf'
    ),
    'tenancy': 'contact contactassignment contactgroup contactrole tenant tenantgroup',
    'users': 'group owner ownergroup user',
    'virtualization': 'cluster clustergroup clustertype virtualdisk virtualmachine virtualmachinetype vminterface',
    'vpn': (
        'ikepolicy ikeproposal ipsecpolicy ipsecprofile ipsecproposal l2vpn l2vpntermination tunnel '
        'tunnelgroup tunneltermination'
    ),
    'wireless': 'wirelesslan wirelesslangroup wirelesslink',
}


def _existing() -> tuple[str, ...]:
    """Return the labels of those that this release of NetBox has."""
    known = {model._meta.label_lower for model in apps.get_models(include_auto_created=True)}
    labels = (f'{app_label}.{name}' for app_label, names in NAMES.items() for name in names.split())
    return tuple(label for label in labels if label in known)


MODELS = _existing()


@strawberry.type
class CustomObjectsMixin:
    """What NetBox's types are extended with."""

    models: ClassVar[tuple[str, ...]] = MODELS

    @strawberry.field(description='Custom objects that refer to this object, one entry for each object and field.')
    def custom_objects(
        self,
        info: strawberry.Info,
        type: list[str] | None = None,
        field: list[str] | None = None,
        pagination: OffsetPaginationInput | None = None,
    ) -> list[LINKED]:
        return entries_of(self, info, type, field, pagination)


type_extensions = [CustomObjectsMixin]
