"""Takes an upload: its sheets are stored, each with a proposal, and with what the check of its rows has found."""

import uuid
from typing import BinaryIO

from django.db import DEFAULT_DB_ALIAS, transaction

from ...models import CustomObjectType, Spreadsheet
from ...models.spreadsheets import make_room
from .checking import Found, Unusable, check
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
    targets = Targets(user)
    upload, stored = uuid.uuid4(), []
    with transaction.atomic(using=DEFAULT_DB_ALIAS):
        for sheet in read(file, name):
            row = Spreadsheet(owner=user, upload=upload, file_name=name[:255], title=sheet.title[:255])
            row.headers = sheet.headers
            row.save(using=DEFAULT_DB_ALIAS)
            notes = Notes(len(sheet.headers))
            row.store_rows(notes.follow(sheet.rows))
            row.row_count = notes.rows
            guesses = guess(sheet.headers, notes)
            find_references(sheet.headers, notes, guesses, targets)
            keep_plan(row, proposal(sheet.title, sheet.headers, guesses, taken_names()), targets)
            stored.append(row)
    return stored


def taken_names() -> set[str]:
    """Return what types are called, in the form of names."""
    rows = CustomObjectType.objects.values_list('name', 'slug')
    return {text.replace('-', '_') for row in rows for text in row}


def keep_plan(spreadsheet: Spreadsheet, plan: Plan, targets: Targets) -> Unusable | None:
    """Store a plan, and what the check of all rows has found; return why it cannot be carried out, if that is so."""
    fault = None
    try:
        found = check(spreadsheet, plan, targets)
    except Unusable as error:
        found, fault = None, error
    spreadsheet.plan = plan.as_json()
    keep_found(spreadsheet, found)
    spreadsheet.save(using=DEFAULT_DB_ALIAS)
    return fault


def keep_found(spreadsheet: Spreadsheet, found: Found | None) -> None:
    """Note what was found, without storing it yet."""
    spreadsheet.found = None if found is None else {'fitting': found.fitting, 'rows': found.rows}
