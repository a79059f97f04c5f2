"""The definition models, the abstract base of all dynamic models, and what reads definitions from rows."""

from .applied_files import AppliedFile
from .attachments import SetAside
from .constraints import CustomObjectTypeConstraint
from .fields import CustomObjectTypeField
from .job_reports import JobReport
from .objects import CustomObject
from .proxies import CustomObjectObjectType
from .revision import Revision, SchemaIdCounter
from .spreadsheets import Spreadsheet, SpreadsheetRows
from .staged_change import StagedChange
from .types import CustomObjectType

__all__ = (
    'AppliedFile',
    'CustomObject',
    'CustomObjectObjectType',
    'CustomObjectType',
    'CustomObjectTypeConstraint',
    'CustomObjectTypeField',
    'JobReport',
    'Revision',
    'SchemaIdCounter',
    'SetAside',
    'Spreadsheet',
    'SpreadsheetRows',
    'StagedChange',
)
