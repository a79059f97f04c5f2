"""
Errors that carry their data and render a sentence that says what to do next.

May import django's and NetBox's exceptions only.
"""

from html import escape

from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from utilities.exceptions import AbortRequest


class CustomObjectsError(Exception):
    """Base of all errors of this plugin."""


class RestoreRefused(CustomObjectsError):
    """What was deleted cannot be brought back; the message says why, and nothing was changed."""


class SchemaChangeRefused(CustomObjectsError, AbortRequest):
    """
    A schema change cannot be made as asked; nothing was changed.

    NetBox's views and endpoints roll back and show the message of an AbortRequest to the user.
    """

    def __init__(self, message: str):
        # Deletion pages take the message for HTML, and it may hold stored values or the name of a database client.
        message = mark_safe(escape(message, quote=False))
        super().__init__(message)
        self.args = (message,)


class SchemaLocked(SchemaChangeRefused):
    """Another transaction is in the way for longer than we are willing to wait."""

    def __init__(self, table: str | None, holders: list[str]):
        """
        Args:
            table: the table that it holds, None if it changes definitions as we want to
            holders: a phrase for each session that does
        """
        self.table = table
        self.holders = holders
        who = '; '.join(holders) or 'a transaction that has ended since'
        what = f'Table {table} is in use' if table else 'Types are being changed by somebody else'
        super().__init__(f'{what} ({who}). Nothing was changed; try again in a moment.')


class BranchBeingMade(SchemaLocked):
    """A branch is being made, as a copy of main's tables: these cannot be changed before it is complete."""

    def __init__(self):
        self.table = None
        self.holders = []
        SchemaChangeRefused.__init__(
            self,
            _(
                'A branch is being made as a copy of main, whose tables cannot be changed meanwhile. Nothing was '
                'changed; try again when the branch is ready.'
            ),
        )


class BranchIncomplete(CustomObjectsError):
    """A new branch does not hold what main held when it was made."""

    def __init__(self, reason: str):
        super().__init__(
            _('The branch is no complete copy of main, and was given up: {reason}. Create it again.').format(
                reason=reason
            )
        )


class UnconvertibleValues(SchemaChangeRefused):
    """Stored values do not survive a change of a field's type."""

    def __init__(self, field: str, new_type: str, examples: list[tuple[int, str]]):
        self.field = field
        self.new_type = new_type
        self.examples = examples
        shown = ', '.join(f'{value!r} (object {pk})' for pk, value in examples)
        super().__init__(f'Stored values of {field} cannot be converted to {new_type}: {shown}.')


class DuplicateValues(SchemaChangeRefused):
    """Several stored values are the same where each must be unique."""

    def __init__(self, table: str, detail: str):
        self.table = table
        self.detail = detail
        super().__init__(f'Values of {table} must be unique, but some are stored more than once: {detail}')


class VerificationFailed(CustomObjectsError):
    """After a plan was executed the schema is not what the definitions ask for: a defect, and never ignored."""
