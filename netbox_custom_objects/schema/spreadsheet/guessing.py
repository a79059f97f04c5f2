"""
What each column could be, from a sample: a kind, how many values are of it, and the reason for people.

Nothing is asked of the database; references are found by `references`, which has the last word.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ...field_types.choice import VALUE_LENGTH
from ...field_types.shared.cells import SEPARATORS
from .headers import labels_of, names_of
from .kinds import (
    BOOLEAN,
    INTEGER,
    KINDS,
    LATITUDE,
    LONGITUDE,
    LONGTEXT,
    MULTISELECT,
    SELECT,
    TEXT,
    TRIED,
)
from .sample import ColumnNotes, Notes

# The part of the values that must be of a kind for it to be proposed.
ENOUGH = 0.9
YES_OR_NO = re.compile(r'^(?:is|has|can|may|use)\b|enabled|disabled|active|flag|\?$', re.IGNORECASE)
LATITUDES = re.compile(r'\b(?:lat|latitude)\b', re.IGNORECASE)
LONGITUDES = re.compile(r'\b(?:lon|lng|long|longitude)\b', re.IGNORECASE)
NAMES = re.compile(r'^(?:name|title|hostname|label)$|\bname$', re.IGNORECASE)
IDENTIFIERS = re.compile(r'^(?:id|identifier|serial|asset tag|key)\b', re.IGNORECASE)
MOST_CHOICES, REPEATED, MANY_PARTS, LONGEST_CHOICE = 50, 3, 0.1, 50
LONG = 250


@dataclass
class Guess:
    """A proposal for a column."""

    name: str
    label: str
    kind: str = TEXT
    hits: int = 0
    of: int = 0
    why: str = ''
    target: str = ''
    required: bool = False
    unique: bool = False
    primary: bool = False
    use: bool = True
    # Other kinds that fit as well.
    others: list[str] = field(default_factory=list)


def guess(headers: list[str], notes: Notes) -> list[Guess]:
    """Return a proposal for each column."""
    names = names_of(headers)
    found = []
    for position, (header, name, label) in enumerate(zip(headers, names, labels_of(headers, names))):
        made = Guess(name, label)
        column = notes.columns[position]
        _guess_kind(made, header.replace('_', ' '), column, notes.sampled(position))
        made.required = 0 < column.filled == notes.rows
        made.unique = column.is_unique and made.required and KINDS[made.kind].identifies
        # A column without a header and without values is a gap between others.
        made.use = bool(column.filled or header)
        found.append(made)
    _pair_up(headers, found, notes)
    choose_primary(headers, found)
    return found


def _guess_kind(made: Guess, header: str, column: ColumnNotes, values: list[str]) -> None:
    made.of = len(values)
    if not values:
        made.why = _('No values.')
        return
    counted = Counter(values)
    hits = {key: sum(count for text, count in counted.items() if KINDS[key].is_meant(text, header)) for key in TRIED}
    best = max(TRIED, key=lambda key: hits[key])
    if hits[best] >= ENOUGH * len(values) and _is_meant(best, header, counted):
        made.kind, made.hits = best, hits[best]
        made.others = [key for key in TRIED if key != best and hits[key] == hits[best]]
        made.why = _rate(made)
        if best == 'date_day' and 'date_month' in made.others:
            made.why += ' ' + _('Day and month could be the other way round.')
    else:
        _guess_text(made, header, column, values)


def _is_meant(key: str, header: str, counted: Counter) -> bool:
    if key == BOOLEAN and not counted.keys() - {'0', '1'}:
        # Ones and noughts are numbers, unless the header asks a question.
        return bool(YES_OR_NO.search(header))
    return True


def _guess_text(made: Guess, header: str, column: ColumnNotes, values: list[str]) -> None:
    made.hits = len(values)
    if all(text in ('0', '1') for text in values):
        made.kind, made.why = INTEGER, _rate(made)
    elif _is_select(header, column):
        made.kind = SELECT
        count = len(column.values)
        made.why = ngettext(
            '{count} different value in {rows} rows.', '{count} different values in {rows} rows.', count
        ).format(count=count, rows=column.filled)
    elif (parts := _parts(values)) is not None:
        made.kind = MULTISELECT
        made.why = _('Lists of {count} different values.').format(count=len(parts))
    elif column.has_lines or column.longest > LONG:
        made.kind, made.why = LONGTEXT, _('Long texts, or texts of several lines.')
    else:
        made.kind, made.why = TEXT, _('Texts.')


def _is_select(header: str, column: ColumnNotes) -> bool:
    is_name = NAMES.search(header) or IDENTIFIERS.search(header)
    if column.values is None or is_name or column.longest > LONGEST_CHOICE:
        return False
    count = len(column.values)
    has_lists = any(SEPARATORS.search(text) for text in column.values)
    return 1 < count <= MOST_CHOICES and column.filled >= REPEATED * count and not has_lists


def _parts(values: list[str]) -> set[str] | None:
    """Return the different parts of values that are lists of few of them; None if they are not."""
    lists = [[part.strip() for part in SEPARATORS.split(text)] for text in values]
    parts = Counter(part for found in lists for part in found if part)
    several = sum(len(found) > 1 for found in lists)
    is_few = 1 < len(parts) <= MOST_CHOICES and sum(parts.values()) >= REPEATED * len(parts)
    is_short = all(len(part) <= min(LONGEST_CHOICE, VALUE_LENGTH) for part in parts)
    return set(parts) if is_few and is_short and several >= MANY_PARTS * len(lists) else None


def _rate(made: Guess) -> str:
    return _('{hits} of {of} values.').format(hits=made.hits, of=made.of)


def _pair_up(headers: list[str], found: list[Guess], notes: Notes) -> None:
    """Make one field of coordinates of a column of latitudes and the column of longitudes behind it."""
    words = [header.replace('_', ' ') for header in headers]
    for position, (left, right) in enumerate(zip(words, words[1:])):
        pair = found[position : position + 2]
        if not (LATITUDES.search(left) and LONGITUDES.search(right)) or not all(
            _are_mostly(kind, notes.sampled(position + place)) for place, kind in enumerate((LATITUDE, LONGITUDE))
        ):
            continue
        rest = LATITUDES.sub('', left).strip(' -_')
        name = names_of([*(made.name for made in found if made not in pair), rest or 'location'])[-1]
        for made, kind in zip(pair, (LATITUDE, LONGITUDE)):
            made.kind, made.name, made.label, made.unique = kind, name, '', False
            made.why = _('A pair of latitude and longitude.')


def _are_mostly(key: str, values: list[str]) -> bool:
    hits = sum(KINDS[key].value_of(text) is not None for text in values)
    return len(values) > 0 and hits >= ENOUGH * len(values)


def choose_primary(headers: list[str], found: list[Guess]) -> None:
    """Choose the column that names the objects: one that is called so, or else the first that tells them apart."""
    for made in found:
        made.primary = False

    def place(pair: tuple[str, Guess]) -> tuple:
        header, made = pair
        header = header.replace('_', ' ')
        return not made.unique, not NAMES.search(header), made.kind != TEXT and not IDENTIFIERS.search(header)

    able = [
        (header, made)
        for header, made in zip(headers, found)
        if made.use and (made.unique or made.kind == TEXT) and made.of
    ]
    if able:
        min(able, key=place)[1].primary = True
