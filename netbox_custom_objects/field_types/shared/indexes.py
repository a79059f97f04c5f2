"""The table and the indexes of a field. May import definitions and ddl.spec."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ...ddl.spec import Index, IndexKind
from ...definitions import FieldDefinition, index_name, unique_name

# What an index of each kind is over, by the SQL that Django makes of lookups: what ignores case looks at `upper()` of a
# text, also of the text of a number.
BODIES = {
    IndexKind.BEGINNING: '(upper(("{column}")::text) text_pattern_ops)',
    IndexKind.PARTS: 'USING gin (upper(("{column}")::text) "{trigrams}".gin_trgm_ops)',
    IndexKind.ITEMS: 'USING gin ("{column}")',
    IndexKind.HOST: '((host("{column}")::inet))',
}
# An entry of a btree has about 2,700 bytes at most, and capital letters may take half as many bytes again.
INDEXED_BYTES = 1500


def field_table(field: FieldDefinition) -> str:
    return field.link_table.removesuffix(f'_{field.column()}')


def plain_index(field: FieldDefinition, *columns: str) -> Index:
    return Index(index_name(field_table(field), *columns), columns)


class IndexedMixin:
    """How the values of a field type are indexed."""

    # Whether an index gives them in order, and finds exact ones and ranges; and what else is indexed of them.
    sorted_by_index: ClassVar[bool] = False
    index_kinds: ClassVar[tuple[IndexKind, ...]] = ()
    # Whether values can be longer than an entry of an index; where a field is indexed, such values are refused.
    has_limitless_values: ClassVar[bool] = False

    @property
    def index_allowed(self) -> bool:
        return self.sorted_by_index or bool(self.index_kinds)

    @property
    def unindexable(self) -> str:
        """Why fields of the type cannot be indexed, if they cannot."""
        if self.is_reference:
            return _('References are always indexed.')
        return _('Fields of this type cannot be indexed.')

    def indexed_as(self, field: FieldDefinition) -> tuple[bool, tuple[IndexKind, ...]]:
        """Return whether an index gives the values in order, and what else is indexed of them."""
        return self.sorted_by_index, self.index_kinds

    def is_unique(self, field: FieldDefinition) -> bool:
        """Whether no two objects can have the same value."""
        return field.unique or self.is_always_unique

    def get_indexes(self, field: FieldDefinition, trigrams: str = '') -> tuple[Index, ...]:
        """
        Return the indexes that the field's columns need.

        Args:
            field: the definition of the field
            trigrams: the schema of the extension pg_trgm, '' if it is not installed
        """
        table, found = field_table(field), []
        if self.is_unique(field):
            columns = self.get_unique_columns(field)
            found.append(Index(unique_name(table, *columns), columns, unique=True))
        if field.indexed:
            is_sorted, kinds = self.indexed_as(field)
            if is_sorted:
                found.append(plain_index(field, field.column(), 'id'))
            for column in self.get_columns(field):
                found += kind_indexes(table, column.name, kinds, trigrams)
        return tuple(found)


def kind_indexes(table: str, column: str, kinds: tuple[IndexKind, ...], trigrams: str) -> list[Index]:
    """Return the indexes of what is made of a column, as far as the database can have them."""
    return [
        Index.of_kind(table, column, kind, BODIES[kind].format(column=column, trigrams=trigrams))
        for kind in kinds
        if kind is not IndexKind.PARTS or trigrams
    ]


def validate_indexable(value) -> None:
    """Raise ValidationError for a text, or a list with one, that is too long for an index."""
    texts = value if isinstance(value, list) else [value]
    if any(isinstance(text, str) and len(text.encode()) > INDEXED_BYTES for text in texts):
        raise ValidationError(
            _('Values of an indexed field can have %(limit)s bytes at most.'), params={'limit': INDEXED_BYTES}
        )
