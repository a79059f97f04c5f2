"""Compares what NetBox gives back with the source, value by value.

Raises Failure with a sentence about the first difference.
"""

from itertools import chain

from dev.demo.client import Client, Failure
from dev.demo.model import ALLOCATIONS, API, TYPES, VENDORS
from dev.demo.source import LARGE

SPOT_ROWS = 10


def check_everything(client: Client, vendors: list[dict], allocations: list[dict]) -> int:
    """Compare all objects of both types with what they should be, and return how many there are."""
    for slug, expected in ((VENDORS, vendors), (ALLOCATIONS, allocations)):
        path = f'{API}{slug}/'
        if (count := client.count(path)) != len(expected):
            raise Failure(f'There are {count:,} {slug}, but should be {len(expected):,}.')
        wanted = {row['prefix']: row for row in expected}
        names = ','.join(dict.fromkeys(chain.from_iterable(expected)))
        for found in chain.from_iterable(client.pages(path, fields=f'id,{names}')):
            if found['prefix'] not in wanted:
                raise Failure(f'{slug}: {found["prefix"]} is there once too often, or is not in the source.')
            _compare(slug, found, wanted.pop(found['prefix']))
        if wanted:
            raise Failure(f'{slug}: {next(iter(wanted))} and {len(wanted) - 1:,} more are missing.')
    return len(vendors) + len(allocations)


def check_filters(client: Client, vendors: list[dict]) -> None:
    """Count by filters, and compare with counting the source."""
    path = f'{API}{VENDORS}/'
    country = vendors[0]['country']
    word = 'electronics'
    for parameters, expected in (
        ({'registry': LARGE}, sum(row['registry'] == LARGE for row in vendors)),
        ({'country': country}, sum(row['country'] == country for row in vendors)),
        ({'holder__ic': word}, sum(word in row['holder'].lower() for row in vendors)),
        ({'block_size__empty': 'true'}, sum(row['block_size'] is None for row in vendors)),
    ):
        if (found := client.count(path, **parameters)) != expected:
            raise Failure(f'{VENDORS} with {parameters} are {found:,}, but should be {expected:,}.')


def spot_rows(vendors: list[dict]) -> list[dict]:
    """Return ten rows worth looking at: longest and non-ASCII texts, an empty one, and some from all over the file."""
    chosen = [
        vendors[0],
        vendors[-1],
        max(vendors, key=lambda row: len(row['holder'])),
        max(vendors, key=lambda row: len(row['address'] or '')),
        *[row for row in vendors if not row['holder'].isascii()][:2],
        *[row for row in vendors if not (row['address'] or '').isascii()][:1],
        *[row for row in vendors if row['address'] is None][:1],
        *vendors[:: max(1, len(vendors) // SPOT_ROWS)],
    ]
    return list({row['prefix']: row for row in chosen}.values())[:SPOT_ROWS]


def check_spot_rows(client: Client, rows: list[dict]) -> None:
    """Find each row by its prefix, read its own page, and compare it."""
    for row in rows:
        found = client.get(f'{API}{VENDORS}/', prefix=row['prefix'])['results']
        if len(found) != 1:
            raise Failure(f'{VENDORS} with prefix {row["prefix"]} are {len(found)}, but should be one.')
        _compare(VENDORS, client.get(f'{API}{VENDORS}/{found[0]["id"]}/'), row)


def check_absent(client: Client) -> None:
    """Make sure that main knows nothing of what the branch holds."""
    if count := client.count(TYPES):
        raise Failure(f'Main has {count} types, but should have none.')
    for slug in (VENDORS, ALLOCATIONS):
        if (status := client.status(f'{API}{slug}/')) != 404:
            raise Failure(f'{slug} should not exist in main, but asking for them is answered with {status}.')
    if count := client.count('ipam/rirs/'):
        raise Failure(f'Main has {count} RIRs, but should have none.')


def _compare(slug, found: dict, expected: dict) -> None:
    for name, value in expected.items():
        actual = _plain(found.get(name))
        if actual != value:
            raise Failure(f'{slug}: {name} of {expected["prefix"]} should be {value!r}, but is {actual!r}.')


def _plain(value):
    """Return choices as their value, and objects as what they are called."""
    if isinstance(value, list):
        return sorted(map(_plain, value))
    if isinstance(value, dict):
        return value['value'] if 'value' in value else value['display']
    return value
