"""
Errors that carry their data and render a message that says what to do next.

May import django's, DRF's and NetBox's exceptions only.
"""

from collections.abc import Iterable
from html import escape
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, InterfaceError, InternalError, OperationalError
from django.db.transaction import TransactionManagementError
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException

from utilities.exceptions import AbortRequest


class CustomObjectsError(Exception):
    """Base of all errors of this plugin."""


class RestoreRefused(CustomObjectsError):
    """What was deleted cannot be brought back; the message gives the reason, and nothing was changed."""


class UndoRefused(CustomObjectsError):
    """The last change of a type cannot be undone; the message gives the reason, and nothing was changed."""


class PurgeRefused(CustomObjectsError):
    """What was deleted cannot be dropped for good; the message gives the reason."""


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

    def __repr__(self):
        """Return the message: NetBox shows this of a job that fails."""
        return str(self)


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
        who = '; '.join(holders) or _('a transaction that has since ended')
        if table:
            message = _('Table {table} is in use ({sessions}). Nothing was changed; try again in a moment.')
        else:
            message = _(
                'Another session is changing custom object types ({sessions}). Nothing was changed; try again in a '
                'moment.'
            )
        super().__init__(message.format(table=table, sessions=who))


class BranchBeingMade(SchemaLocked):
    """A branch is being made, as a copy of main's tables: these cannot be changed before it is complete."""

    def __init__(self):
        self.table = None
        self.holders = []
        SchemaChangeRefused.__init__(
            self,
            _(
                'A branch is being provisioned, and the tables of main cannot be changed until it is ready. Nothing '
                'was changed; try again when the branch is ready.'
            ),
        )


class BranchIncomplete(CustomObjectsError):
    """A new branch does not hold what main held when it was made."""

    def __init__(self, reason: str):
        super().__init__(
            _(
                'The branch is not a complete copy of main, and provisioning has failed: {reason}. Create the branch '
                'again.'
            ).format(reason=reason)
        )


class UnconvertibleValues(SchemaChangeRefused):
    """
    Stored values do not survive a change of a field's type.

    The message quotes none of them: it is shown, and kept, where not all may be viewed. `examples` holds some.
    """

    def __init__(self, field: str, new_type: str, examples: list[tuple[int, str]]):
        self.field = field
        self.new_type = new_type
        self.examples = examples
        super().__init__(
            _('Stored values of {field} cannot be converted to {type}.').format(field=field, type=new_type)
        )


class DuplicateValues(SchemaChangeRefused):
    """Several stored values are the same where each must be unique; `detail`, and not the message, quotes one."""

    def __init__(self, table: str, detail: str):
        self.table = table
        self.detail = detail
        super().__init__(_('Values of {table} must be unique, but some are stored more than once.').format(table=table))


class ValuesTooLong(SchemaChangeRefused):
    """Stored values are longer than an entry of an index can be."""

    def __init__(self, table: str):
        self.table = table
        super().__init__(_('Some values of {table} are too long to be indexed.').format(table=table))


class ViolatedCheck(SchemaChangeRefused):
    """Stored values make a check false that is to be added."""

    def __init__(self, table: str):
        self.table = table
        super().__init__(_('Some objects of {table} do not meet the new rule.').format(table=table))


class ObjectsInTheWay(ValidationError):
    """An error about stored objects of a type; forms lead to those of them that their reader may view."""

    def __init__(self, message, type_id: int, pks: Iterable[int]):
        super().__init__(message)
        self.type_id, self.pks = type_id, [*pks]


class Unmet(NamedTuple):
    """A constraint or unique field that some objects do not meet."""

    # The id of the constraint or field, and whether it is a field.
    rule: tuple[int, bool]
    sentence: str
    # Names of some of the objects, by id.
    objects: dict[int, str]


class UnmetRules(SchemaChangeRefused):
    """
    Objects do not meet constraints, or share values of unique fields.

    The message names objects, as far as its reader may view them.
    """

    def __init__(self, type_id: int, unmet: list[Unmet], message: str):
        self.type_id = type_id
        self.unmet = unmet
        super().__init__(message)


# Errors about objects that do not meet what is asked of them.
OBJECTS_IN_THE_WAY = (DuplicateValues, ValuesTooLong, ViolatedCheck, UnmetRules)

# What PostgreSQL refuses a row with: a violation, or a value longer than an entry of an index can be. The second
# is one of many operational errors: ask `refuses_row`.
REFUSED_ROWS = (IntegrityError, OperationalError)
# SQLSTATE of a value that is too long.
TOO_LONG = '54000'


def sqlstate_of(error: DatabaseError) -> str:
    """Return the SQLSTATE of an error that PostgreSQL has answered with, '' of others."""
    return getattr(error.__cause__, 'sqlstate', None) or ''


def refuses_row(error: Exception) -> bool:
    """Whether an error is about the row itself, not about other transactions or the connection."""
    return not isinstance(error, OperationalError) or sqlstate_of(error) == TOO_LONG


# What ends an attempt and shows nothing about what was attempted: the connection, the transaction, or memory. The same
# attempt may succeed the next time.
PASSING = (OperationalError, InterfaceError, InternalError, TransactionManagementError, MemoryError)

# SQLSTATE of what cannot be dropped. The message names views and columns, never values.
DEPENDENT_OBJECTS = '2BP01'


def sentence_of(error: Exception) -> str:
    """
    Return what may be kept of an error where more people read it than may view the data that it is about.

    PostgreSQL quotes values (`Key (f_7)=(…) already exists`), and so do errors of other libraries.
    """
    if isinstance(error, SchemaChangeRefused):
        return str(error)
    cause = error.__cause__ if isinstance(error, DatabaseError) and error.__cause__ is not None else error
    state = getattr(cause, 'sqlstate', None)
    if state == DEPENDENT_OBJECTS:
        return str(cause).strip()
    name = f'{type(cause).__name__} ({state})' if state else type(cause).__name__
    return _('{error}. See the server log for details.').format(error=name)


class NoColumnsLeft(SchemaChangeRefused):
    """A table has used up the columns that PostgreSQL allows; those that were dropped count."""

    def __init__(self, table: str, used: int, dropped: int, retired: int, limit: int):
        message = _('{table} uses {used} of the {limit} columns that PostgreSQL allows per table.').format(
            table=table, used=used, limit=limit
        )
        if dropped or retired:
            message = ' '.join([
                message,
                _('{retired} of them belong to deleted fields that are retained, and {dropped} are dropped '
                'columns.').format(
                    retired=retired, dropped=dropped
                ),
                _(
                    'Purge the deleted fields and rewrite the table with: netbox upgrade_custom_objects --purge 0 '
                    '--cot {type_id}. Then try again.'
                ).format(type_id=table.split('_')[2]),
            ])  # fmt: skip
        else:
            message = f'{message} ' + _('Delete fields that are not needed, or move some of them to another type.')
        super().__init__(message)


class StillReferredTo(SchemaChangeRefused):
    """A type or field cannot be deleted, because rows of plugins that are not installed refer to it."""

    def __init__(self, definition, tables: list[str]):
        self.tables = tables
        message = _(
            '{object} cannot be deleted, because rows of these tables refer to it, whose plugins are not installed: '
            '{tables}. Install the plugins again and delete the rows there, or drop the tables.'
        )
        super().__init__(message.format(object=definition, tables=', '.join(tables)))


class RewriteRefused(SchemaChangeRefused):
    """A table cannot be rewritten, because objects that others have attached to it would be lost."""

    def __init__(self, table: str, obstacles: list[str]):
        self.table = table
        self.obstacles = obstacles
        message = _('{table} cannot be rewritten, because this would be lost: {obstacles}. Remove it first.')
        super().__init__(message.format(table=table, obstacles=', '.join(obstacles)))


class VerificationFailed(CustomObjectsError):
    """After a plan was executed the schema is not what the definitions ask for: a defect, and never ignored."""


class ConcurrentChange(CustomObjectsError, AbortRequest, APIException):
    """
    Another request was in the way of this one, of which nothing was carried out.

    NetBox's pages show the message of an AbortRequest, and DRF answers an APIException, on NetBox's own pages and
    endpoints as on ours.
    """

    status_code = status.HTTP_409_CONFLICT

    def __init__(self):
        self.message = self.sentence()
        APIException.__init__(self, self.message)
        self.args = (self.message,)

    def sentence(self) -> str:
        return _('Another request was changing the same objects. Nothing was changed; try again.')


class TargetGone(ConcurrentChange):
    """The target of a reference was deleted since it was looked up."""

    def sentence(self) -> str:
        return _('An object that this one refers to has just been deleted. Nothing was changed; try again.')


class BranchClosed(ConcurrentChange):
    """The branch of a request is being merged, or was merged or archived, since the request began."""

    def sentence(self) -> str:
        return _('The branch is being merged or has been closed. Nothing was changed.')


class ObjectGone(ConcurrentChange):
    """An object was deleted since it was read for a change or a deletion."""

    status_code = status.HTTP_404_NOT_FOUND

    def sentence(self) -> str:
        return _('This object has just been deleted by another request.')
