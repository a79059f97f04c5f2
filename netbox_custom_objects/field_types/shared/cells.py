"""Several values in one cell of an imported or exported file. Standard library and Django's exceptions only."""

import csv
import io

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


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
