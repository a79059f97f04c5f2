"""
Takes an upload: its sheets are stored, each with a proposal, and with what the check of its rows has found.

A large file is kept as it is first, and read by a job.
"""

import uuid
from typing import BinaryIO

from django.db import DEFAULT_DB_ALIAS, transaction

from ...models import CustomObjectType, Spreadsheet
from ...models.spreadsheets import make_room
from .checking import Found, Note, Unusable, check
from .guessing import guess
from .plan import Plan, proposal
from .reading import read
from .references import Targets, find_references
from .sample import Notes


def store(file: BinaryIO, name: str, user) -> list[Spreadsheet]:
    """
    Store the sheets of a file, and return them.

    Raises:
        Unreadable: the file is not a spreadsheet, or exceeds a limit; nothing was stored
    """
    make_room(user)
    with transaction.atomic(using=DEFAULT_DB_ALIAS):
        return read_sheets(file, _upload(name, user))


def keep(file: BinaryIO, name: str, user) -> Spreadsheet:
    """Store a file as it is, to be read later; return what its first sheet will be."""
    make_room(user)
    with transaction.atomic(using=DEFAULT_DB_ALIAS):
        first = _upload(name, user)
        first.save(using=DEFAULT_DB_ALIAS)
        first.keep_file(file)
    return first


def _upload(name: str, user) -> Spreadsheet:
    return Spreadsheet(owner=user, upload=uuid.uuid4(), file_name=name[:255])


def read_sheets(file: BinaryIO, first: Spreadsheet, note: Note = lambda done, total: None) -> list[Spreadsheet]:
    """
    Store the sheets of a file in the current transaction, and return them; the first one as `first`.

    Args:
        file: must be seekable
        first: has owner, upload and name of the file
        note: called with how many rows were checked, of how many

    Raises:
        Unreadable: the file is not a spreadsheet, or exceeds a limit; what was written must be undone
    """
    targets, stored = Targets(first.owner), []
    for sheet in read(file, first.file_name):
        row = Spreadsheet(owner=first.owner, upload=first.upload, file_name=first.file_name) if stored else first
        row.title, row.headers = sheet.title[:255], sheet.headers
        row.save(using=DEFAULT_DB_ALIAS)
        notes = Notes(len(sheet.headers))
        row.store_rows(notes.follow(sheet.rows))
        row.row_count = notes.rows
        guesses = guess(sheet.headers, notes)
        find_references(sheet.headers, notes, guesses, targets)
        keep_plan(row, proposal(sheet.title, sheet.headers, guesses, taken_names()), targets, note)
        stored.append(row)
    return stored


def taken_names() -> set[str]:
    """Return what types are called, in the form of names."""
    rows = CustomObjectType.objects.values_list('name', 'slug')
    return {text.replace('-', '_') for row in rows for text in row}


def keep_plan(
    spreadsheet: Spreadsheet, plan: Plan, targets: Targets, note: Note = lambda done, total: None
) -> Unusable | None:
    """Store a plan, and what the check of all rows has found; return why it is unusable, or None."""
    fault = None
    try:
        found = check(spreadsheet, plan, targets, note)
    except Unusable as error:
        found, fault = None, error
    spreadsheet.plan = plan.as_json()
    keep_found(spreadsheet, found)
    spreadsheet.save(using=DEFAULT_DB_ALIAS)
    return fault


def keep_found(spreadsheet: Spreadsheet, found: Found | None) -> None:
    """Note what was found, without storing it yet."""
    spreadsheet.found = None if found is None else {'fitting': found.fitting, 'rows': found.rows}
