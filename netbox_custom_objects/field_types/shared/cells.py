"""
Cells of files: several values in one cell, and what the cells of a spreadsheet's column can mean.

Standard library and Django's exceptions only.
"""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Between the values of one cell, where a spreadsheet was not exported from NetBox.
SEPARATORS = re.compile(r'[,;|\n]')


@dataclass(frozen=True, slots=True)
class CellKind:
    """
    A way to read the cells of a spreadsheet's column as values of one type of field.

    Attributes:
        key: names it among the kinds of all types
        read: returns the value that a text means as REST takes it, or raises ValueError or ValidationError
        reason: what a text that cannot be read is not
        note: distinguishes it from other kinds of the same type
        rank: of kinds that fit equally well, the lowest is proposed; None if text alone does not suggest it
        hint: matches headers that suggest a kind which many texts fit by chance
        certain: matches texts that are clearly of such a kind, with any header
        identifies: whether a column of different values probably identifies its objects
        may_name: whether the values may as well name other objects
    """

    key: str
    read: Callable[[str], Any]
    reason: str
    note: str = ''
    rank: int | None = None
    hint: re.Pattern | None = None
    certain: re.Pattern | None = None
    identifies: bool = False
    may_name: bool = False


def split_values(text: str) -> list[str]:
    """Return the values that `join_values` made a text of."""
    try:
        return [item.strip() for row in csv.reader(io.StringIO(text), skipinitialspace=True) for item in row]
    except csv.Error as error:
        raise ValidationError(_('Enter values separated by commas, not: {text}').format(text=text)) from error


def join_values(values) -> str:
    """Return values separated by commas, in quotes where needed: one cell of a CSV file."""
    line = io.StringIO()
    csv.writer(line, lineterminator='').writerow(values)
    return line.getvalue()


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; numbers may have a sign."""
    is_number = text[:1] in ('+', '-') and text[1:].replace('.', '', 1).isdecimal()
    return f"'{text}" if text.startswith(('=', '+', '-', '@', '\t', '\r')) and not is_number else text
