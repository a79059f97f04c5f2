"""CSV and XLSX files are read as people see them, or refused with a reason."""

import io
import zipfile
from contextlib import suppress
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netbox_custom_objects.schema.spreadsheet import reading
from netbox_custom_objects.schema.spreadsheet.errors import Unreadable
from netbox_custom_objects.schema.spreadsheet.guessing import guess
from netbox_custom_objects.schema.spreadsheet.kinds import KINDS
from netbox_custom_objects.schema.spreadsheet.sample import Notes
from tests.spreadsheets.files import csv_of, xlsx_of


def read(content: bytes, name='table.csv') -> dict:
    """Return the headers and rows of each sheet, by its title."""
    return {
        sheet.title: [sheet.headers, *(cells for _number, cells in sheet.rows)]
        for sheet in reading.read(io.BytesIO(content), name)
    }


@pytest.mark.parametrize('delimiter', [',', ';', '\t', '|'])
@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig', 'utf-16', 'cp1252'])
def test_encodings_and_delimiters(delimiter, encoding):
    rows = [['Name', 'Größe'], ['Zürich, "HB"; 1|2\t', '3'], ['München', '4']]
    expected = [[cell.strip() for cell in row] for row in rows]
    assert read(csv_of(*rows, delimiter=delimiter, encoding=encoding)) == {'table': expected}


@pytest.mark.parametrize(
    ('content', 'expected'),
    [
        (b'Name\nA\nB\n', [['Name'], ['A'], ['B']]),
        (b'\n\n Name ,\n\n A ,,\n', [['Name'], ['A']]),
        (b'Name,City\nA\nB,C,D\n', [['Name', 'City'], ['A'], ['B', 'C', 'D']]),
        (b'Name\r\n"two\r\nlines"\r\n', [['Name'], ['two\r\nlines']]),
        (b'Text\n"a; b; c"\n"d; e"\n', [['Text'], ['a; b; c'], ['d; e']]),
    ],
)
def test_what_csv_files_can_be(content, expected):
    assert read(content) == {'table': expected}


def test_rows_have_the_numbers_that_spreadsheets_show():
    (sheet,) = reading.read(io.BytesIO(b'\nName\n\nA\n,\nB\n'), 'x.csv')
    assert [number for number, _cells in sheet.rows] == [4, 6]


def test_values_of_workbooks():
    found = read(
        xlsx_of(
            Values=[
                ['Name', 'Value'],
                ['whole', 5.0],
                ['fraction', 0.1 + 0.2],
                ['true', True],
                ['date', date(2026, 1, 31)],
                ['moment', datetime(2026, 1, 31, 12, 30)],
                ['time', time(12, 30)],
                ['duration', timedelta(days=1, hours=2)],
                ['formula', '=1+1'],
                [None, None],
                ['empty', None],
            ]
        ),
        'x.xlsx',
    )
    assert found['Values'][1:] == [
        ['whole', '5'], ['fraction', '0.3'], ['true', 'true'], ['date', '2026-01-31'],
        ['moment', '2026-01-31 12:30:00'], ['time', '12:30:00'], ['duration', '1 day, 2:00:00'],
        ['formula'],  # it was never calculated
        ['empty'],
    ]  # fmt: skip


def test_sheets_and_merged_cells():
    workbook = openpyxl.Workbook()
    first = workbook.active
    first.title = 'First'
    for row in (['Name', 'Site'], ['A', 'Berlin'], ['B', None]):
        first.append(row)
    first.merge_cells('B2:B3')
    workbook.create_sheet('Nothing')
    workbook.create_sheet('Second').append(['Other'])
    hidden = workbook.create_sheet('Hidden')
    hidden.append(['Secret'])
    hidden.sheet_state = 'hidden'
    file = io.BytesIO()
    workbook.save(file)
    assert read(file.getvalue(), 'x.xlsx') == {
        'First': [['Name', 'Site'], ['A', 'Berlin'], ['B']],
        'Second': [['Other']],
    }


def zipped(**files) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace('__', '/') + '.xml', content)
    return file.getvalue()


def with_part(name: str, content: str | bytes) -> bytes:
    """Return a workbook of which one part is another."""
    source, file = zipfile.ZipFile(io.BytesIO(xlsx_of(A=[['x'], ['y']]))), io.BytesIO()
    with zipfile.ZipFile(file, 'w', zipfile.ZIP_DEFLATED) as archive:
        for part in {*source.namelist(), name}:
            archive.writestr(part, content if part == name else source.read(part))
    return file.getvalue()


MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET, WORKBOOK = 'xl/worksheets/sheet1.xml', 'xl/workbook.xml'
ENTITIES = '<!DOCTYPE a [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'


def sheet_of(cells: str, start='') -> bytes:
    return with_part(SHEET, f'{start}<worksheet {MAIN}><sheetData><row>{cells}</row></sheetData></worksheet>')


def test_workbooks_that_attack():
    """They are refused before they have taken much memory."""
    text = '<c t="inlineStr"><is><t>{}</t></is></c>'
    for content, reason in (
        (sheet_of('<c/>' * 600_000), 'too large when unpacked'),
        (sheet_of(text.format('x' * 34_000_000)), 'too large when unpacked'),
        (sheet_of(text.format('x' * 40_000)), 'Row 1, column 1: more than 32767 characters'),
        (sheet_of(text.format('x') * 16_000), 'more than 200 columns'),
        (sheet_of('<c r="ZZZZZ1"/>'), 'not a valid XLSX workbook'),
        (sheet_of(text.format('&b;'), ENTITIES), 'declarations that are not accepted'),
        (sheet_of(text.format('&c;'), ' ' * (2**20 - 5) + ENTITIES), 'declarations that are not accepted'),
        (sheet_of(text.format('<![CDATA[<c/>]]>')), 'declarations that are not accepted'),
        (with_part(WORKBOOK, f'{ENTITIES}<workbook {MAIN}/>'), 'declarations that are not accepted'),
        (with_part('xl/sharedStrings.xml', f'<sst {MAIN}>' + '<si/>' * 4_000_001), 'too large when unpacked'),
    ):
        with pytest.raises(Unreadable, match=reason):
            read(content)
    # As the text of a cell it harms nothing.
    assert read(sheet_of(text.format('&lt;!DOCTYPE html&gt;'))) == {'A': [['<!DOCTYPE html>']]}
    # UTF-16 hides the declaration; the library refuses it.
    hidden = f'{ENTITIES}<worksheet {MAIN}><sheetData><row>{text.format("&b;")}</row></sheetData></worksheet>'
    with pytest.raises(Unreadable, match='not a valid XLSX workbook'):
        read(with_part(SHEET, hidden.encode('utf-16')))


def test_csv_files_that_attack():
    for content, reason in (
        (b'x,' * 1_000_000, 'more than 200 columns'),
        (b'x,' * 4_000_000, 'A row is too long'),
        (b'a\n"' + b'\n' * 7_000_000, 'cannot be read'),
        (b'a\n' + b'"\n",' * 2_000_000, 'A row is too long'),
        (b'a,b\n' + b'x' * 50_000_000, 'A row is too long'),
        ('a;b\n\0;1'.encode('utf-16-le'), 'neither an XLSX workbook nor text'),
    ):
        with pytest.raises(Unreadable, match=reason):
            read(content)


@pytest.mark.parametrize(
    ('content', 'reason'),
    [
        (b'', 'empty'),
        (b'\n\n,,\n', 'empty'),
        (xlsx_of(Empty=[]), 'empty'),
        (b'\xd0\xcf\x11\xe0 an old workbook', 'Save the file as XLSX or CSV'),
        (b'PK\x03\x04 not a zip', 'not a valid XLSX workbook'),
        (zipped(some='<a/>'), 'not a valid XLSX workbook'),
        (xlsx_of(A=[['x']])[:-200], 'not a valid XLSX workbook'),
        (b'Name\n\x00\x01\x02\n', 'neither an XLSX workbook nor text'),
        (b'\x81\x8d\x8f\n', 'neither an XLSX workbook nor text'),
        (b'a,b\n' + b'x' * 40_000, 'Row 2, column 1: more than 32767 characters'),
        (b'a,b\n' + b'x' * 140_000, 'cannot be read'),
        (b','.join([b'x'] * 201), 'more than 200 columns'),
        (b'a\n' + b'1\n' * 50_001, 'more than 50000 rows'),
    ],
)
def test_what_is_refused(content, reason):
    with pytest.raises(Unreadable, match=reason):
        read(content)


def test_limits_of_workbooks(monkeypatch):
    bomb = zipped(xl__sharedStrings='0' * 3_000_000)
    monkeypatch.setattr(reading, 'LARGEST_PART', 2_000_000)
    with pytest.raises(Unreadable, match='too large when unpacked'):
        read(bomb)
    monkeypatch.setattr(reading, 'LARGEST_FILE', 10)
    with pytest.raises(Unreadable, match='larger than'):
        read(b'12345678901')


def test_the_size_that_a_workbook_claims_does_not_matter():
    """A row far below all others, and a dimension that covers the whole sheet."""
    workbook = openpyxl.Workbook()
    workbook.active['A1'] = 'Name'
    workbook.active['A70000'] = 'x'
    file = io.BytesIO()
    workbook.save(file)
    assert read(file.getvalue(), 'x.xlsx') == {'Sheet': [['Name'], ['x']]}


lines = st.lists(st.lists(st.text(max_size=12), max_size=5), max_size=12)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.text(), lines.map(lambda rows: csv_of(*rows).decode())), st.sampled_from(['utf-8', 'utf-16']))
def test_any_text_gives_a_proposal_or_an_error(text, encoding):
    with suppress(Unreadable):
        for sheet in reading.read(io.BytesIO(text.encode(encoding, 'replace')), 'any.csv'):
            notes = Notes(len(sheet.headers))
            list(notes.follow(sheet.rows))
            found = guess(sheet.headers, notes)
            assert len({made.name for made in found}) == len(found)
            assert all(0 <= made.hits <= made.of and made.kind in KINDS for made in found)
            assert sum(made.primary for made in found) <= 1


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content):
    for start in (b'', b'PK\x03\x04'):
        with suppress(Unreadable):
            read(start + content)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_any_value_is_of_a_kind_or_not(text):
    for kind in KINDS.values():
        kind.value_of(text)
