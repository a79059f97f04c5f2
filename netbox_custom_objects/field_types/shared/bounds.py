"""
Numbers and documents from outside, within bounds: where text from a request or a file becomes either.

Python raises a ValueError for a number of some thousand digits and a RecursionError for a document that is nested too
deeply, where callers expect nothing of the kind.
"""

import json

from django.utils.translation import gettext as _

# What an ID or any other whole number can be.
INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1
# What the length of a text can be limited to, at most.
MAX_LENGTH = 2**31 - 1


def whole_number(text) -> int | None:
    """Return the number that a text of ASCII digits means, None if it is another text or no column could hold it."""
    text = str(text)
    if len(text) > len(str(INT64_MAX)) or not (text.isascii() and text.isdecimal()):
        return None
    number = int(text)
    return number if number <= INT64_MAX else None


def read_json(text: str, **kwargs):
    """
    Return the document in a text; arguments are those of `json.loads`.

    Raises:
        ValueError: it is not JSON, or it is nested too deeply, or has a number of thousands of digits
    """
    try:
        return json.loads(text, **kwargs)
    except RecursionError as error:
        raise ValueError(_('The document is nested too deeply.')) from error
