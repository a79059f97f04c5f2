"""
How values are written as text, by the type of their column: what is read as a value, and what a value reads.

Pure: the standard library only. Field types say how their values are written; their registry enters it here.
"""

import re
from dataclasses import dataclass

# (pattern, replacement, flags), as PostgreSQL's regexp_replace() takes them.
Replacement = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Notation:
    """The notation of the values of a column; patterns are PostgreSQL's regular expressions, not Python's."""

    # What text must look like that is read as a value. PostgreSQL may read more.
    pattern: str = ''
    # They turn such text into what PostgreSQL reads the same way as we do, in this order.
    read: tuple[Replacement, ...] = ()
    # What then becomes of text that is stored as text, in SQL.
    stored: str = '{}'
    # How PostgreSQL writes a value, in SQL; and what turns that into what REST shows.
    text: str = '{}::text'
    written: tuple[Replacement, ...] = ()
    # Whether a value is its text in JSON, where PostgreSQL would write it in another way.
    text_in_json: bool = False
    # The least and the greatest value, if the column can hold others.
    limits: tuple[str, str] | None = None
    # Whether PostgreSQL's text depends on settings of the session.
    varies: bool = False


PLAIN = Notation()
# By type of column. Types that are missing have nothing special about them.
NOTATIONS: dict[str, Notation] = {}


_NUMERIC = re.compile(r'^numeric\(\d+,\d+\)\Z')


def notation_key(column_type: str) -> str:
    """Return what stands for a type of column in NOTATIONS: decimal numbers are written alike, however many digits."""
    return _NUMERIC.sub('numeric', column_type)


def notation_of(column_type: str) -> Notation:
    return NOTATIONS.get(notation_key(column_type), PLAIN)
