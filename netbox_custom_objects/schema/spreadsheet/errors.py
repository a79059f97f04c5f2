"""What is wrong with an uploaded file."""

from ...exceptions import CustomObjectsError


class Unreadable(CustomObjectsError):
    """A file is not a spreadsheet, or exceeds a limit; the message says which, and where."""
