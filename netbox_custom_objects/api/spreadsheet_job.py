"""
The job that makes a type of a spreadsheet, and an object of each row, by the serializers of REST.

Type, choice sets and objects are written in one transaction, in main, a branch, or a branch that is made for it. May
import schema. Its record holds ids and numbers only; the report is kept with the sheet, for its owner.
"""

import uuid
from contextlib import AbstractContextManager

from django.core.exceptions import PermissionDenied
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.models import Job
from extras.models import CustomFieldChoiceSet
from netbox.context_managers import event_tracking
from utilities.permissions import get_permission_for_model
from utilities.request import NetBoxFakeRequest

from ..ddl.locks import lock_definitions
from ..ddl.target import Target
from ..exceptions import CustomObjectsError
from ..field_types.shared.rest import KNOWN_TARGETS
from ..models import CustomObjectType, Spreadsheet
from ..models.together import NotTogether
from ..runtime import extensions
from ..runtime.context import as_one_request, current_alias
from ..runtime.inbound.holding import hold_objects
from ..runtime.rights import may_add_objects, may_have_added
from ..schema.executor import apply
from ..schema.spreadsheet.checking import Found, Read, Reader, check, reading
from ..schema.spreadsheet.jobs import SpreadsheetWork
from ..schema.spreadsheet.plan import ALL, NONE, Plan
from ..schema.spreadsheet.references import Targets
from ..schema.spreadsheet.uploads import keep_found
from ..services.discreet_job import DiscreetJob
from ..services.upkeep.schemas import all_or_nothing, open_schemas
from ..services.writing import TOGETHER_FROM, tried_together
from .prefetch import read_ahead
from .serializers import get_serializer_class


class RowsDoNotFit(CustomObjectsError):
    """All rows were to be loaded, and some do not fit."""

    def __init__(self):
        super().__init__(_('Nothing was created, because some rows do not fit.'))


class LoadSpreadsheetJob(SpreadsheetWork, DiscreetJob):
    """Makes the type, and its objects, that a plan describes; all of it, or nothing."""

    step = 'load'

    class Meta:
        name = gettext_lazy('Create type from spreadsheet')

    def do(self, sheet: Spreadsheet, alias: str | None, **kwargs) -> dict:
        loading = Loading(sheet, self.job.user, self.note)
        try:
            with self._schema(alias), event_tracking(loading.request), all_or_nothing(current_alias()):
                return loading.run()
        finally:
            keep_found(sheet, loading.found)

    def _schema(self, alias: str | None) -> AbstractContextManager:
        if alias is None:
            return extensions.inside_new_branch(self.job.object, self.job.user)
        schema = next((schema for schema in open_schemas() if schema.alias == alias), None)
        if schema is None:
            raise CustomObjectsError(_('The branch no longer exists, or cannot be changed.'))
        return schema.activate()


class Loading:
    """One load of one sheet; `found` is what is known of its rows, also afterwards."""

    def __init__(self, spreadsheet: Spreadsheet, user, note):
        self.spreadsheet = spreadsheet
        self.plan = Plan.from_json(spreadsheet.plan)
        self.user = user
        self.note = note
        self.found: Found | None = None
        values = {'id': uuid.uuid4(), 'user': user, 'META': {}, 'GET': {}, 'POST': {}, 'path': ''}
        self.request = NetBoxFakeRequest(values)

    def run(self) -> dict:
        """
        Write everything, and return what was done.

        Raises:
            RowsDoNotFit: some rows do not, and all were wanted
            Unusable, DocumentError, PermissionDenied, AbortRequest: the type cannot be made; what was written must be
                undone
        """
        targets = Targets(self.user)
        # First of all, as it gives the choices, and writing takes long.
        self.found = check(self.spreadsheet, self.plan, targets)
        if self.found.rows and self.plan.rows == ALL:
            raise RowsDoNotFit
        self._refuse_existing()
        sets = CustomFieldChoiceSet.objects.using(DEFAULT_DB_ALIAS).values_list('name', flat=True)
        apply(self.plan.document(self.found.choices, set(sets)), user=self.user)
        custom_object_type = CustomObjectType.objects.get(slug=self.plan.slug)
        created = 0
        if self.plan.rows != NONE:
            # Definitions are locked: nothing that could be read again changes from here on.
            with as_one_request():
                created = self._load(custom_object_type.get_model(), targets)
        return {'type': custom_object_type.pk, 'created': created, 'alias': current_alias()}

    def _refuse_existing(self) -> None:
        """A type may have been made since the form was checked: applying a document would change it."""
        lock_definitions(Target.for_alias(current_alias()))
        same = Q(name=self.plan.name) | Q(slug=self.plan.slug)
        if CustomObjectType.objects.filter(same).exists():
            raise CustomObjectsError(_('Another type has this name or slug.'))

    def _load(self, model, targets: Targets) -> int:
        if not may_add_objects(self.user, model, is_new=True):
            permission = get_permission_for_model(model, 'add')
            raise PermissionDenied(_('Your permissions do not allow this: {permission}.').format(permission=permission))
        self.found = Found()
        pks = []
        reader = Reader(self.plan, len(self.spreadsheet.headers), targets)
        for batch in reading(self.spreadsheet, reader):
            fitting = [read for read in batch if not read.reasons]
            for read in batch:
                if read.reasons:
                    self.found.leave_out(read.number, read.cells, read.reasons)
            known = read_ahead(model, [read.values for read in fitting])
            hold_objects((target for found in known.values() for target in found.values()), current_alias())
            pks += self._create_all(model, fitting, known)
            self.note(len(pks) + len(self.found.rows), self.spreadsheet.row_count)
        if self.found.rows and self.plan.rows == ALL:
            raise RowsDoNotFit
        if not may_have_added(self.user, model, pks, is_new=True):
            raise PermissionDenied(_('Your permissions do not allow some of the objects.'))
        return len(pks)

    def _create_all(self, model, batch: list[Read], known: dict) -> list[int]:
        """Create the objects of some rows, and return their primary keys; those that do not fit after all are noted."""

        def write():
            serializer = self._serializer(model, [read.values for read in batch], known, many=True)
            if not serializer.is_valid():
                raise NotTogether
            return [made.pk for made in serializer.save()]

        if len(batch) >= TOGETHER_FROM and (made := tried_together(write, current_alias(), type(self))) is not None:
            self.found.fitting += len(batch)
            return made
        return [pk for read in batch if (pk := self._create(model, read, known)) is not None]

    def _serializer(self, model, data, known: dict, **kwargs):
        context = {'request': self.request, KNOWN_TARGETS: known}
        return get_serializer_class(model)(data=data, context=context, **kwargs)

    def _create(self, model, read: Read, known: dict) -> int | None:
        """
        Create the object of a row; return its primary key, or None if it does not fit after all.

        Without a savepoint for each: NetBox would queue a job for the search index of each object.
        """
        serializer = self._serializer(model, read.values, known)
        if not serializer.is_valid():
            reasons = [
                (self._position(key), str(message))
                for key, messages in serializer.errors.items()
                for message in (messages if isinstance(messages, list) else [messages])
            ]
            self.found.leave_out(read.number, read.cells, reasons)
            return None
        self.found.fitting += 1
        return serializer.save().pk

    def _position(self, key: str) -> int | None:
        """Return the position of the column that a key of REST is about."""
        names = {column.name: column.position for column in self.plan.used}
        return names.get(key, names.get(key.rpartition('_')[0]))


def enqueue(spreadsheet: Spreadsheet, user, branch=None) -> Job:
    """
    Queue the job, for the current schema or a branch that was made for it.

    Args:
        branch: from `extensions.new_branch`
    """
    alias = current_alias() if branch is None else None
    return LoadSpreadsheetJob.enqueue_for(spreadsheet, instance=branch, user=user, alias=alias)
