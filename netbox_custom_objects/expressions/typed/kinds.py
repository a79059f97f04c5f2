"""
What values of the typed language are, and the fields that an expression may read.

Pure: the standard library, definitions, Django's translations and model fields (for the types of PostgreSQL).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from ...definitions import column_name


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value is. Two are the same if their names, items and details are; for a reference, what it refers to."""

    name: str
    items: 'Kind | None' = None
    detail: str = ''

    @property
    def label(self):
        """Return what users call such a value, as the end of a sentence."""
        return (
            _LABELS[self.name] if self.items is None else format_lazy(_('a list of: {items}'), items=self.items.label)
        )

    @property
    def is_number(self) -> bool:
        return self in (INTEGER, DECIMAL)

    @property
    def is_ordered(self) -> bool:
        """Whether `<` and its like compare two of them."""
        return self in ORDERED

    @property
    def model_field(self) -> models.Field:
        """Return the model field whose column holds such values, without limits."""
        return ArrayField(_FIELDS[self.items.name]()) if self.items else _FIELDS[self.name]()


TEXT = Kind('text')
INTEGER = Kind('integer')
DECIMAL = Kind('decimal')
BOOLEAN = Kind('boolean')
DATE = Kind('date')
DATETIME = Kind('datetime')
DURATION = Kind('duration')
# The kind of `null` until the other operand determines it.
NULL = Kind('null')
# What can be compared with null, and with nothing else.
OPAQUE = Kind('opaque')

ORDERED = (TEXT, INTEGER, DECIMAL, DATE, DATETIME, DURATION)
# What the items of a list can be, and constants.
SCALARS = (*ORDERED, BOOLEAN)

_LABELS = {
    'text': _('text'),
    'integer': _('an integer'),
    'decimal': _('a decimal'),
    'boolean': _('true or false'),
    'date': _('a date'),
    'datetime': _('a date and time'),
    'duration': _('a duration'),
    'reference': _('an object'),
    'null': _('null'),
    'opaque': _('a value that can only be compared with null'),
}
_FIELDS = {
    'text': models.TextField,
    'integer': models.BigIntegerField,
    # Without digits and places: PostgreSQL's numeric, which is exact at any size.
    'decimal': models.DecimalField,
    'boolean': models.BooleanField,
    'date': models.DateField,
    'datetime': models.DateTimeField,
    'duration': models.DurationField,
    'reference': models.BigIntegerField,
    'opaque': models.TextField,
}


def list_of(kind: Kind) -> Kind:
    return Kind('list', items=kind)


def reference_to(label: str) -> Kind:
    """Return the kind of a reference to one object type, e.g. `dcim.site`."""
    return Kind('reference', detail=label)


@dataclass(frozen=True, slots=True)
class Term:
    """
    A value of a row that expressions may read.

    `key` names it for good: the column without its prefix, such as `7` or `7_lat`. `name` is what users call it today,
    `attribute` the model's attribute that holds it. `calculated` is (its checked expression, the Result) of a value
    that is not read but calculated wherever it is needed: so it is right before the object is written, too.
    """

    key: str
    name: str
    kind: Kind
    attribute: str
    calculated: tuple[Any, Any] | None = None

    @property
    def column(self) -> str:
        field_id, _, suffix = self.key.partition('_')
        return column_name(int(field_id), suffix)


class Scope:
    """The terms that an expression may read, and why other fields cannot be read."""

    def __init__(self, terms: Iterable[Term], refused: Mapping[str, Any] | None = None):
        self.by_key = {term.key: term for term in terms}
        self.by_name = {term.name: term for term in self.by_key.values()}
        # By name of a field, the reason as a sentence.
        self.refused = dict(refused or {})
