"""Reads the public registries that the netaddr package ships: IEEE's of network card vendors, IANA's of prefixes.

Knows nothing of NetBox; every record is a plain value that the demo loads, and later compares with what it finds.
"""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

import netaddr

DIRECTORY = Path(netaddr.__file__).parent
IANA = '{http://www.iana.org/assignments}'

# Registry of a vendor: large blocks of addresses, or (closed since 2014) individual ones.
LARGE, INDIVIDUAL = 'MA-L', 'IAB'

# Whose whois server answers for a prefix.
RIRS = {
    'whois.afrinic.net': 'AFRINIC',
    'whois.apnic.net': 'APNIC',
    'whois.arin.net': 'ARIN',
    'whois.iana.org': 'IANA',
    'whois.lacnic.net': 'LACNIC',
    'whois.ripe.net': 'RIPE NCC',
}


@dataclass(frozen=True, slots=True)
class Vendor:
    """One block of MAC addresses and who owns it."""

    prefix: str
    organisation: str
    address: str
    country: str
    registry: str

    @property
    def block_size(self) -> int:
        """How many addresses the block has."""
        return 1 << (48 - 4 * len(self.prefix.replace('-', '')))


@dataclass(frozen=True, slots=True)
class Allocation:
    """One IP prefix and to whom IANA gave it."""

    prefix: str
    designation: str
    status: str
    date: str | None
    rir: str | None
    whois: str
    rdap: str | None


def read_vendors(limit: int | None) -> tuple[list[Vendor], int]:
    """
    Return the first vendors of both registries, and how many blocks were left out.

    A few blocks were given to a second owner by mistake; the first one in the file counts, as blocks are unique.

    Args:
        limit: how many to return, the registries sharing them by their sizes; None for all
    """
    files = ((LARGE, 'oui.txt'), (INDIVIDUAL, 'iab.txt'))
    found = [list(_read_ieee(registry, DIRECTORY / 'eui' / name)) for registry, name in files]
    total = sum(map(len, found))
    unique: dict[str, Vendor] = {}
    repeated = 0
    for vendors in found:
        share = len(vendors) if limit is None else round(limit * len(vendors) / total)
        for vendor in vendors[:share]:
            repeated += vendor.prefix in unique
            unique.setdefault(vendor.prefix, vendor)
    return list(unique.values()), repeated


def _read_ieee(registry: str, path: Path):
    """Records are separated by empty lines; the first one is a heading."""
    for lines in _paragraphs(path.read_text(encoding='utf-8').splitlines()[4:]):
        block, organisation = re.split(r'\s+\(hex\)\s*', lines[0])
        if registry == INDIVIDUAL:
            # The second line holds the range of the last 24 bits: 0D7000-0D7FFF.
            block = f'{block}-{lines[1][:3]}'
        country, address = '', [line.strip() for line in lines[2:]]
        if address and re.fullmatch('[A-Z]{2}', address[-1]):
            country = address.pop()
        yield Vendor(block, organisation.strip(), '\n'.join(filter(None, address)), country, registry)


def _paragraphs(lines):
    paragraph = []
    for line in [*lines, '']:
        # Lines of blanks belong to incomplete addresses; only an empty one ends a record.
        if line:
            paragraph.append(line)
        elif paragraph:
            yield paragraph
            paragraph = []


def read_allocations() -> list[Allocation]:
    """Return IANA's allocations of IPv4 and IPv6 unicast prefixes."""
    files = ('ipv4-address-space.xml', 'ipv6-unicast-address-assignments.xml')
    return [allocation for name in files for allocation in _read_iana(DIRECTORY / 'ip' / name)]


def _read_iana(path: Path):
    for record in ElementTree.parse(path).getroot().iter(f'{IANA}record'):

        def text(name, record=record):
            return ' '.join(record.findtext(IANA + name, '').split())

        date = text('date') or record.get('date', '')
        whois = text('whois')
        yield Allocation(
            prefix=_prefix(text('prefix')),
            designation=text('designation') or text('description'),
            status=text('status'),
            # The older registry gives months only.
            date=f'{date}-01' if len(date) == len('1981-09') else date or None,
            rir=RIRS.get(whois),
            whois=whois,
            rdap=record.findtext(f'{IANA}rdap/{IANA}server'),
        )


def _prefix(text: str) -> str:
    """Return `001/8`, as the registry of IPv4 writes it, the way everybody else does."""
    if match := re.fullmatch(r'(\d{3})/8', text):
        return f'{int(match[1])}.0.0.0/8'
    return text


def vendors_of(allocation: Allocation, vendors: list[Vendor]) -> list[Vendor]:
    """Return the vendors that a prefix went to directly: those whose names begin with the same word."""
    if allocation.rir == 'IANA' or allocation.rdap is None or allocation.designation.startswith('Administered by'):
        return []
    word = _first_word(allocation.designation)
    return [vendor for vendor in vendors if _first_word(vendor.organisation) == word]


def _first_word(name: str) -> str:
    return re.split(r'[\s,.]', name, maxsplit=1)[0].casefold()
