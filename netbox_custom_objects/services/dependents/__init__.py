"""Dependents: what mentions a field by its name, or is about a type, and how it follows a rename."""

from .find import Dependent, Group, dependents_of_change, dependents_of_field, dependents_of_type, grouped, subject_of
from .follow import follow_rename, updating_dependents
from .inherit import Unresolved, find_unresolved, refuse_inheritance

__all__ = (
    'Dependent',
    'Group',
    'Unresolved',
    'dependents_of_change',
    'dependents_of_field',
    'dependents_of_type',
    'find_unresolved',
    'follow_rename',
    'grouped',
    'refuse_inheritance',
    'subject_of',
    'updating_dependents',
)
