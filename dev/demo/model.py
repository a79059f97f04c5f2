"""What the demo makes of the source: choice sets, types, fields, and the JSON of their objects."""

from dev.demo.source import INDIVIDUAL, LARGE, Allocation, Vendor

API = 'plugins/custom-objects/'
TYPES = f'{API}custom-object-types/'
FIELDS = f'{API}custom-object-type-fields/'
CHOICE_SETS = 'extras/custom-field-choice-sets/'

# Slugs, and so the names of endpoints and pages.
VENDORS = 'mac-vendors'
ALLOCATIONS = 'ip-allocations'

CHOICES = {
    'IEEE registry': [[LARGE, 'MAC addresses, large blocks'], [INDIVIDUAL, 'Individual address blocks']],
    'IANA status': [['ALLOCATED', 'Allocated'], ['LEGACY', 'Legacy'], ['RESERVED', 'Reserved']],
}

VENDOR_TYPE = {
    'name': 'mac_vendor',
    'slug': VENDORS,
    'verbose_name': 'MAC vendor',
    'group_name': 'Registries',
    'description': 'Owners of blocks of MAC addresses, from the registries of IEEE',
}
ALLOCATION_TYPE = {
    'name': 'ip_allocation',
    'slug': ALLOCATIONS,
    'verbose_name': 'IP allocation',
    'group_name': 'Registries',
    'description': 'Prefixes that IANA gave away',
}

# The first name of a field that is renamed half-way, and what it is called from then on.
OLD_NAME, NEW_NAME = 'organisation', 'holder'


def vendor_fields(choice_sets: dict[str, int]) -> list[dict]:
    return [
        {'name': 'prefix', 'type': 'text', 'primary': True, 'required': True, 'unique': True, 'filter_logic': 'exact'},
        {'name': OLD_NAME, 'type': 'text', 'required': True},
        {'name': 'country', 'type': 'text', 'validation_regex': '^[A-Z]{2}$', 'filter_logic': 'exact'},
        {'name': 'address', 'type': 'longtext'},
        {'name': 'registry', 'type': 'select', 'required': True, 'choice_set': choice_sets['IEEE registry']},
    ]


def allocation_fields(choice_sets: dict[str, int]) -> list[dict]:
    return [
        {'name': 'prefix', 'type': 'text', 'primary': True, 'required': True, 'unique': True, 'filter_logic': 'exact'},
        {'name': 'designation', 'type': 'text', 'required': True},
        {'name': 'status', 'type': 'select', 'required': True, 'choice_set': choice_sets['IANA status']},
        {'name': 'allocated', 'type': 'date'},
        {'name': 'rir', 'label': 'RIR', 'type': 'object', 'app_label': 'ipam', 'model': 'rir'},
        {'name': 'whois', 'type': 'text'},
        {'name': 'rdap', 'label': 'RDAP', 'type': 'url'},
        {'name': 'vendors', 'type': 'multiobject', 'app_label': 'custom-objects', 'model': VENDORS},
    ]


BLOCK_SIZE_FIELD = {
    'name': 'block_size',
    'type': 'integer',
    'validation_minimum': 1,
    'description': 'Number of addresses',
}


def vendor_row(vendor: Vendor, renamed: bool) -> dict:
    """Return a vendor as JSON, with the names of fields before or after the change of the type."""
    row = {
        'prefix': vendor.prefix,
        NEW_NAME if renamed else OLD_NAME: vendor.organisation,
        'country': vendor.country or None,
        'address': vendor.address or None,
        'registry': vendor.registry,
    }
    return {**row, 'block_size': vendor.block_size} if renamed else row


def allocation_row(allocation: Allocation, vendors: list) -> dict:
    """Return an allocation as JSON; `vendors` are ids to write, or what the linked vendors are called to compare."""
    return {
        'prefix': allocation.prefix,
        'designation': allocation.designation,
        'status': allocation.status,
        'allocated': allocation.date,
        'rir': allocation.rir,
        'whois': allocation.whois or None,
        'rdap': allocation.rdap,
        'vendors': vendors,
    }


def written(row: dict) -> dict:
    """Return a row of an allocation as it is written: the RIR by its attributes."""
    return {**row, 'rir': {'name': row['rir']} if row['rir'] else None}
