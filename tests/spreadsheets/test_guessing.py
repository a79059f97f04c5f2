"""What is proposed for columns of each kind, and for headers of any kind."""

import pytest

from netbox_custom_objects.schema.spreadsheet.guessing import guess
from netbox_custom_objects.schema.spreadsheet.headers import names_of
from netbox_custom_objects.schema.spreadsheet.kinds import KINDS
from netbox_custom_objects.schema.spreadsheet.sample import SAMPLED, Notes


def guessed(*columns):
    """Return the proposals for columns of (header, values)."""
    notes = Notes(len(columns))
    rows = zip(*(values for _header, values in columns))
    list(notes.follow(enumerate(map(list, rows), start=2)))
    return guess([header for header, _values in columns], notes)


@pytest.mark.parametrize(
    ('header', 'values', 'kind'),
    [
        ('Count', ['1', '20', '-3'], 'integer'),
        ('Number', ['007', '010', '100'], 'text'),
        ('Large', ['9223372036854775808', '1'], 'text'),
        ('Price', ['1', '2.5', '-0.25'], 'decimal'),
        ('Price', ['1,50', '2', '3,5'], 'decimal_comma'),
        ('Exact', ['0.123', '4.5678'], 'text'),
        ('Live', ['yes', 'no', 'Yes'], 'boolean'),
        ('Is live', ['1', '0', '1'], 'boolean'),
        ('Units', ['1', '0', '1'], 'integer'),
        ('Bought', ['2026-01-31', '2025-12-01'], 'date'),
        ('Bought', ['31.12.2025', '01.02.2026'], 'date_day'),
        ('Bought', ['12/31/2025', '02/01/2026'], 'date_month'),
        ('Seen', ['2026-01-31 12:30', '2026-01-31T12:30:15Z', '2026-02-01'], 'datetime'),
        ('Seen', ['31.01.2026 12:30', '01.02.2026 00:00:01'], 'datetime_day'),
        ('Seen', ['1/31/2026 2:30 PM', '2/1/2026 12:00 AM'], 'datetime_month'),
        ('Web', ['https://example.com/a', 'http://192.0.2.1/'], 'url'),
        ('Mail', ['a@example.com', 'b.c@example.org'], 'email'),
        ('Addr', ['192.0.2.1', '192.0.2.5/24', '2001:db8::1'], 'ip_address'),
        ('Net', ['192.0.2.0/24', '10.0.0.0/8', '2001:db8::/32'], 'ip_prefix'),
        ('Port', ['00:1a:2b:3c:4d:5e', '001A.2B3C.4D5F'], 'mac_address'),
        ('Paint', ['#ff0000', '#00FF00'], 'color'),
        ('Color', ['ff0000', 'abcdef'], 'color'),
        ('Word', ['facade', 'decade'], 'text'),
        ('Lease', ['1 02:30:00', '12:00:00', 'P1D'], 'duration'),
        ('Where', ['52.52, 13.405', '48.85,2.35'], 'coordinates'),
        ('Extra', ['{"a": 1}', '[1, 2]'], 'json'),
        ('State', ['up', 'down', 'up'] * 4, 'select'),
        ('Roles', ['web, db', 'db', 'web', 'web, cache, db', 'cache', 'cache, web'] * 2, 'multiselect'),
        ('Notes', ['two\nlines', 'x'], 'longtext'),
        ('Notes', ['x' * 300, 'y'], 'longtext'),
        ('Title', ['Alpha', 'Beta', 'Gamma'], 'text'),
        ('Nothing', ['', ''], 'text'),
    ],
)
def test_kinds(header, values, kind):
    (made,) = guessed((header, values))
    assert made.kind == kind, made.why


def test_a_few_faults_do_not_change_the_kind():
    (made,) = guessed(('Count', [str(number) for number in range(97)] + ['many', 'few', '-']))
    assert (made.kind, made.hits, made.of, made.why) == ('integer', 97, 100, '97 of 100 values.')
    (made,) = guessed(('Count', ['1', '2', '3', '4', 'many']))
    assert made.kind == 'text'


def test_required_unique_and_primary():
    count = 30
    names, states = [f'n{number}' for number in range(count)], ['up', 'down', ''] * 10
    state, serial, name = guessed(
        ('State', states), ('Serial', [str(n) for n in range(count)]), ('Name', names)
    )  # fmt: skip
    assert (state.required, state.unique, state.primary) == (False, False, False)
    assert (serial.required, serial.unique, serial.primary) == (True, True, False)
    assert (name.required, name.unique, name.primary) == (True, True, True)


def test_a_repeated_value_is_seen_although_it_is_not_in_the_sample():
    values = [f'v{number}' for number in range(3 * SAMPLED)]
    (made,) = guessed(('Name', [*values, values[0]]))
    assert not made.unique
    (made,) = guessed(('Name', values))
    assert made.unique
    assert made.of == SAMPLED


def test_latitude_and_longitude_make_a_pair():
    name, latitude, longitude = guessed(
        ('Name', ['a', 'b']), ('GPS latitude', ['52.520008', '-10']), ('GPS longitude', ['13.404954', '179.9'])
    )
    assert (latitude.kind, longitude.kind) == ('latitude', 'longitude')
    assert latitude.name == longitude.name == 'gps'
    assert KINDS['latitude'].value_of('52.5200081') == '52.520008'
    assert KINDS['latitude'].value_of('91') is None


@pytest.mark.parametrize(
    ('headers', 'names'),
    [
        (['Serial Number', 'serialNumber', 'serial_number'], ['serial_number', 'serial_number_2', 'serial_number_3']),
        (['Größe (m²)', 'Straße', 'Łódź'], ['grosse_m2', 'strasse', 'lodz']),
        (['名前', '', 'Имя'], ['column_1', 'column_2', 'column_3']),
        (['ID', 'URL', 'Tags', 'created'], ['identifier', 'website', 'labels', 'created_on']),
        (['2nd line', '#', '100 %'], ['n_2nd_line', 'number', 'n_100_percent']),
        (['Site', 'Site ID', 'Web', 'Web title'], ['site', 'site_id_2', 'web', 'web_title_2']),
        (['x' * 80, 'x' * 80], ['x' * 50, 'x' * 46 + '_2']),
        (['__a__', 'A', 'r 2'], ['a', 'a_2', 'r_2_value']),
    ],
)
def test_names(headers, names):
    assert names_of(headers) == names
