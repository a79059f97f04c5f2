"""
What is noted of a sheet while its rows go by: counts of all rows, and a sample to guess from.

Standard library only. Takes a bounded amount of memory for any number of rows.
"""

import random
from collections import Counter
from collections.abc import Iterable, Iterator

from .reading import Row

# Rows that are looked at closely, the first of them in any case.
SAMPLED, FIRST = 2000, 500
# Different values of a column that are counted.
MOST_VALUES = 200
# Values of all columns together that are remembered to see whether they repeat.
REMEMBERED = 3_000_000


class ColumnNotes:
    """What is known of one column."""

    def __init__(self):
        self.filled = 0
        self.longest = 0
        self.has_lines = False
        # How often each value occurs; None if there are too many.
        self.values: Counter | None = Counter()
        # The hashes of its values; None once a value has occurred twice, or too many had to be remembered.
        self.seen: set[int] | None = set()

    def note(self, text: str, may_remember: bool) -> None:
        self.filled += 1
        self.longest = max(self.longest, len(text))
        self.has_lines = self.has_lines or '\n' in text
        if self.values is not None:
            self.values[text] += 1
            if len(self.values) > MOST_VALUES:
                self.values = None
        if self.seen is not None:
            mark = hash(text)
            if mark in self.seen or not may_remember:
                self.seen = None
            else:
                self.seen.add(mark)

    @property
    def is_unique(self) -> bool:
        return bool(self.seen) and self.filled > 1


class Notes:
    """What is known of a sheet; `follow` takes the rows, and hands them on."""

    def __init__(self, width: int):
        self.rows = 0
        self.columns = [ColumnNotes() for _column in range(width)]
        self.sample: list[list[str]] = []
        self._random = random.Random(0)  # the same file gives the same proposal

    def follow(self, rows: Iterable[Row]) -> Iterator[Row]:
        for number, cells in rows:
            self.rows += 1
            self._keep(cells)
            may_remember = self.rows * len(self.columns) < REMEMBERED
            for column, text in zip(self.columns, cells):
                if text:
                    column.note(text, may_remember)
            yield number, cells

    def _keep(self, cells: list[str]) -> None:
        """Keep the first rows, and of the others any one as likely as any other."""
        if len(self.sample) < SAMPLED:
            self.sample.append(cells)
        else:
            place = self._random.randrange(self.rows - FIRST) + FIRST
            if place < SAMPLED:
                self.sample[place] = cells

    def sampled(self, position: int) -> list[str]:
        """Return the values of a column in the sample, without empty ones."""
        return [cells[position] for cells in self.sample if position < len(cells) and cells[position]]
