"""
What the values of a column can be: the kinds of cells that the types of fields list, by their keys.

May import field_types. Several kinds can lead to one type of field: dates are written in several orders. Nothing is
asked of the database; what references mean is looked up by `references`.
"""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from ...field_types import FIELD_TYPES
from ...field_types.base import FieldType
from ...field_types.boolean import BooleanFieldType
from ...field_types.choice import MultiSelectFieldType, SelectFieldType
from ...field_types.coordinates import PARTS, CoordinatesFieldType
from ...field_types.number import IntegerFieldType
from ...field_types.reference import ObjectFieldType
from ...field_types.shared.cells import CellKind
from ...field_types.text import LongTextFieldType, TextFieldType

# Keys of kinds that other modules treat specially.
TEXT, LONGTEXT = TextFieldType.name, LongTextFieldType.name
SELECT, MULTISELECT, OBJECT = SelectFieldType.name, MultiSelectFieldType.name, ObjectFieldType.name
INTEGER, BOOLEAN, COORDINATES = IntegerFieldType.name, BooleanFieldType.name, CoordinatesFieldType.name
LATITUDE, LONGITUDE = (part.name for part in PARTS)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of cells, and the type of field that its values are for."""

    cells: CellKind
    type: FieldType

    @property
    def key(self) -> str:
        return self.cells.key

    @property
    def field_type(self) -> str:
        return self.type.name

    @property
    def label(self) -> str:
        label = str(self.type.label)
        return f'{label}: {self.cells.note}' if self.cells.note else label

    def value_of(self, text: str) -> Any:
        """Return the value that a text means; None if it is not of this kind."""
        try:
            return self.cells.read(text)
        except (ValueError, ValidationError, RecursionError):
            return None

    def is_meant(self, text: str, header: str) -> bool:
        """Return whether a text is of this kind, and most likely meant as such."""
        certain, hint = self.cells.certain, self.cells.hint
        if certain and not certain.fullmatch(text) and not hint.search(header):
            return False
        return self.value_of(text) is not None

    @property
    def identifies(self) -> bool:
        """Whether a column of different values probably identifies its objects."""
        return self.cells.identifies and self.type.unique_allowed


KINDS = {cells.key: Kind(cells, type_) for type_ in FIELD_TYPES.values() for cells in type_.cell_kinds}
_RANKS = {key: kind.cells.rank for key, kind in KINDS.items() if kind.cells.rank is not None}
# The kinds that are found by their texts; of those that fit equally well, the first is proposed.
TRIED = sorted(_RANKS, key=_RANKS.get)
