"""
Reads CSV and XLSX files, one row after the other: every value becomes a text.

May import openpyxl. Nothing of a file is executed or fetched: formulas count with the value that was stored with them,
macros and links are not read.
"""

import codecs
import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import PurePath
from typing import BinaryIO

import openpyxl
from django.utils.translation import gettext as _

from .errors import Unreadable

LARGEST_FILE = 50 * 2**20
# Of what an XLSX file unpacks to: in all, and each part that is read as a whole.
LARGEST_UNPACKED, LARGEST_PART, MOST_PARTS = 600 * 2**20, 100 * 2**20, 1000
MOST_ROWS, MOST_COLUMNS, LONGEST_CELL, MOST_SHEETS = 50_000, 200, 32_767, 20
# As many rows as Excel knows; empty ones do not count as rows.
LAST_ROW = 1_048_576

ZIP, OLE = b'PK\x03\x04', b'\xd0\xcf\x11\xe0'
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: 'utf-8-sig',
    codecs.BOM_UTF16_LE: 'utf-16',
    codecs.BOM_UTF16_BE: 'utf-16',
}
# Tried in this order where nothing tells.
ENCODINGS = ('utf-8', 'cp1252')
DELIMITERS = ',;\t|'
# How much of a text is looked at to find its delimiter.
SNIFFED = 8192
CHUNK = 2**20
# Characters of a record of a CSV file: all of it is in memory at once.
LONGEST_RECORD = MOST_COLUMNS * (LONGEST_CELL + 3)
# Tags and bytes of a row of an XLSX file, which is in memory at once, too; and tags of a part that is read as a whole.
MOST_TAGS_OF_ROW, LONGEST_ROW, MOST_TAGS = 500_000, 32 * 2**20, 4_000_000
SHEETS = 'xl/worksheets/'
TAG, ROW = (f'<{name}'.encode() for name in ('', 'row'))
# What would make more of a part than it holds, or hide what it holds; programs for spreadsheets write none of it.
FORBIDDEN = tuple(f'<{word}'.encode() for word in ('!DOCTYPE', '!ENTITY', '![CDATA['))
# Larger files are left to a job: in all, and of an XLSX file what its sheets unpack to.
LARGE, LARGE_UNPACKED = 10 * 2**20, 25 * 2**20

# The number of a row, as spreadsheets count, and its cells.
Row = tuple[int, list[str]]


@dataclass
class Sheet:
    """One sheet; its rows are read as they are asked for, before those of the next sheet."""

    title: str
    headers: list[str]
    rows: Iterator[Row]


def is_large_file(file: BinaryIO) -> bool:
    """
    Whether reading a file takes long.

    Raises:
        Unreadable: it exceeds a limit, or is not a file of these kinds
    """
    return (_kind(file) == ZIP and _check_unpacked(file) > LARGE_UNPACKED) or file.seek(0, io.SEEK_END) > LARGE


def read(file: BinaryIO, name: str) -> Iterator[Sheet]:
    """
    Yield the sheets of a file that hold something; a CSV file has one.

    Args:
        file: must be seekable
        name: what the file is called

    Raises:
        Unreadable: at once, or while rows are read
    """
    title = PurePath(name).stem
    sheets = _workbook(file) if _kind(file) == ZIP else iter([(title, _csv_records(file))])
    found = False
    for title, records in sheets:
        if (sheet := _sheet(title, records)) is not None:
            found = True
            yield sheet
    if not found:
        raise Unreadable(_('The file is empty.'))


def _kind(file: BinaryIO) -> bytes:
    """Return what a file begins with, and go back to its beginning."""
    if file.seek(0, io.SEEK_END) > LARGEST_FILE:
        raise Unreadable(_('The file is larger than {size} MB.').format(size=LARGEST_FILE // 2**20))
    file.seek(0)
    first = file.read(len(ZIP))
    file.seek(0)
    if first == OLE:
        raise Unreadable(_('Files of this kind, or with a password, cannot be read. Save the file as XLSX or CSV.'))
    return first


def _sheet(title: str, records: Iterable[list[str]]) -> Sheet | None:
    numbered = ((number, _trimmed(cells)) for number, cells in enumerate(records, start=1))
    filled = ((number, cells) for number, cells in numbered if cells)
    for number, cells in filled:
        _check(number, cells)
        return Sheet(title, cells, _rows(filled))
    return None


def _rows(filled: Iterator[Row]) -> Iterator[Row]:
    for count, (number, cells) in enumerate(filled, start=1):
        if count > MOST_ROWS:
            raise Unreadable(_('There are more than {number} rows.').format(number=MOST_ROWS))
        _check(number, cells)
        yield number, cells


def _trimmed(cells: list[str]) -> list[str]:
    """Return cells without blanks around them, and without empty ones at the end."""
    cells = [cell.strip() for cell in cells]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _check(number: int, cells: list[str]) -> None:
    if len(cells) > MOST_COLUMNS:
        raise Unreadable(_('Row {row} has more than {number} columns.').format(row=number, number=MOST_COLUMNS))
    for position, cell in enumerate(cells, start=1):
        if len(cell) > LONGEST_CELL:
            message = _('Row {row}, column {column}: more than {number} characters. A quotation mark may be missing.')
            raise Unreadable(message.format(row=number, column=position, number=LONGEST_CELL))


# CSV


def _csv_records(file: BinaryIO) -> Iterator[list[str]]:
    text = io.TextIOWrapper(file, encoding=_encoding(file), newline='')
    try:
        delimiter = _delimiter(text.read(SNIFFED))
        text.seek(0)
        lines = _Lines(text)
        for cells in csv.reader(lines, delimiter=delimiter):
            lines.length = 0
            yield cells
    except csv.Error as error:
        raise Unreadable(_('The file cannot be read: {error}').format(error=error)) from error
    finally:
        # The file is the caller's, who may have closed it.
        with suppress(ValueError):
            text.detach()


class _Lines:
    """The lines of a text; `length` is how many characters were read since it was set to 0."""

    def __init__(self, text: io.TextIOWrapper):
        self.text = text
        self.length = 0

    def __iter__(self):
        return self

    def __next__(self) -> str:
        line = self.text.readline(LONGEST_RECORD + 1 - self.length)
        if not line:
            raise StopIteration
        self.length += len(line)
        if self.length > LONGEST_RECORD:
            raise Unreadable(_('A row is too long. A quotation mark may be missing.'))
        return line


def _encoding(file: BinaryIO) -> str:
    start = file.read(4)
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if start.startswith(mark):
            candidates = (encoding,)
            break
    else:
        candidates = ENCODINGS
    for encoding in candidates:
        file.seek(0)
        if _is_text(file, encoding):
            file.seek(0)
            return encoding
    raise Unreadable(_('The file is neither an XLSX workbook nor text in UTF-8 or Windows-1252.'))


def _is_text(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(CHUNK):
            if '\0' in decoder.decode(chunk):
                return False
        decoder.decode(b'', final=True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(start: str) -> str:
    """Return what separates the cells, by the first lines; a file of one column has nothing that does."""
    lines = start.splitlines()
    # The last one may be cut off.
    lines = lines[:-1] if len(start) == SNIFFED and len(lines) > 1 else lines
    header = next((line for line in lines if line.strip()), '')
    try:
        delimiter = csv.Sniffer().sniff('\n'.join(lines), delimiters=DELIMITERS).delimiter
    except csv.Error:
        delimiter = ''
    # It must separate the headers, too.
    return delimiter if delimiter and delimiter in header else max(DELIMITERS, key=header.count)


# XLSX


def _workbook(file: BinaryIO) -> Iterator[tuple[str, Iterator[list[str]]]]:
    _check_unpacked(file)
    try:
        workbook = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False, keep_vba=False)
    except Exception as error:  # of any kind: the library expects well-formed files
        raise _broken(error) from error
    sheets = [sheet for sheet in workbook.worksheets if sheet.sheet_state == 'visible']
    if len(sheets) > MOST_SHEETS:
        raise Unreadable(_('There are more than {number} sheets.').format(number=MOST_SHEETS))
    for sheet in sheets:
        yield sheet.title, _records(sheet)


def _check_unpacked(file: BinaryIO) -> int:
    """Return what the parts of a workbook unpack to; raise Unreadable if that is too much."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            _check_sizes(parts)
            for part in parts:
                with archive.open(part) as content:
                    _check_part(content, part.filename.startswith(SHEETS))
    except (zipfile.BadZipFile, zlib.error, ValueError, RuntimeError, EOFError, OSError) as error:
        raise _broken(error) from error
    file.seek(0)
    return sum(part.file_size for part in parts if part.filename.startswith(SHEETS))


def _check_sizes(parts: list[zipfile.ZipInfo]) -> None:
    # Sheets are read row by row. More than the size given here is never unpacked.
    whole = (part.file_size for part in parts if not part.filename.startswith(SHEETS))
    size = sum(part.file_size for part in parts)
    if size > LARGEST_UNPACKED or max(whole, default=0) > LARGEST_PART or len(parts) > MOST_PARTS:
        raise _too_large()


def _check_part(content: BinaryIO, is_sheet: bool) -> None:
    """Refuse what would take much more memory than it should, before anything of it is kept."""
    tags = length = 0
    rest = b''
    while chunk := content.read(CHUNK):
        # What is looked for may be cut in two; few bytes are looked at twice.
        chunk, rest = rest + chunk, chunk[-len(FORBIDDEN[0]) :]
        if any(word in chunk for word in FORBIDDEN):
            raise Unreadable(_('The workbook holds declarations that are not accepted.'))
        for number, piece in enumerate(chunk.split(ROW) if is_sheet else (chunk,)):
            tags, length = (0, 0) if number else (tags, length)
            tags, length = tags + piece.count(TAG), length + len(piece)
            if tags > (MOST_TAGS_OF_ROW if is_sheet else MOST_TAGS) or (is_sheet and length > LONGEST_ROW):
                raise _too_large()


def _too_large() -> Unreadable:
    return Unreadable(_('The workbook is too large when unpacked.'))


def _records(sheet) -> Iterator[list[str]]:
    # What a file says about its size may be wrong.
    sheet.reset_dimensions()
    try:
        for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            if number > LAST_ROW:
                raise Unreadable(_('There are more than {number} rows.').format(number=LAST_ROW))
            yield [text_of(value) for value in values]
    except Unreadable:
        raise
    except Exception as error:  # of any kind, as above
        raise _broken(error) from error


def _broken(error: Exception) -> Unreadable:
    return Unreadable(_('The file is not a valid XLSX workbook ({error}).').format(error=str(error)[:200]))


def text_of(value) -> str:
    """Return the value of a cell as CSV files have it."""
    if value is None:
        return ''
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, float):
        # 0.1 + 0.2 is shown as 0.3.
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, '.15g')
    if isinstance(value, datetime):
        # A spreadsheet has no dates without a time.
        return value.date().isoformat() if value.time() == time.min else value.isoformat(' ')
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)
