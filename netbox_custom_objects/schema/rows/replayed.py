"""
The rows of a schema while changes are replayed there: what a change is validated against is in memory.

The tables of types and fields that are new are made when something asks for them, and at the end of the replay: a type
with many fields then costs what one field does. May import services.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from core.models import ObjectType
from extras.models import CustomFieldChoiceSet

from ...ddl.locks import lock_definitions
from ...ddl.target import Target
from ...models import CustomObjectType, CustomObjectTypeConstraint, CustomObjectTypeField
from ...services.reconcile import Postponed
from .picture import Picture


class ReplayedRows(Picture):
    """Types and fields as a replay has left them by now; must be dropped when anything of it is undone."""

    def __init__(self, alias: str, postpones: bool, forget: Callable[[], None]):
        """
        Args:
            alias: of the schema that is written
            postpones: whether tables may be left for later; the replay must then call `prepare` before it ends
            forget: called when a choice set changes, which the rows were read with
        """
        # What others commit from now on would be missed.
        lock_definitions(Target.for_alias(alias))
        super().__init__(alias, self._make_all)
        self.alias = alias
        self.forget = forget
        self.postponed = Postponed() if postpones else None
        self._is_making = False
        self._choice_sets = self._in_use('choice_set')
        self._object_types = self._in_use('related_object_type')

    def _in_use(self, name: str) -> dict:
        rows = (getattr(field, name) for fields in self.fields.values() for field in fields.values())
        return {row.pk: row for row in rows if row is not None}

    # What validation asks.

    def before(self, row):
        stored = super().before(row)
        if stored is not None:
            self.changing(row)  # it may look at objects
        return stored

    def trusted(self, row):
        """Return those that are found here, and note on the row what they lead to."""
        known = {
            'custom_object_type': self.types,
            'choice_set': _Found(self._choice_sets, CustomFieldChoiceSet, self.alias),
            'related_object_type': _Found(self._object_types, ObjectType, self.alias),
            **dict.fromkeys(('referring_field', 'aggregated_field'), _all_fields(self)),
        }
        found = set()
        for field in row._meta.concrete_fields:
            name, rows = field.name, known.get(field.name)
            if rows is None:
                continue
            key = getattr(row, field.attname)
            if key is not None and (other := rows.get(key)) is not None:
                found.add(name)
                if not field.is_cached(row):
                    field.set_cached_value(row, other)
        return found

    def check_key(self, row, exclude, otherwise):
        if not row._state.adding or super().before(row) is not None:
            otherwise(exclude)

    def check_unique(self, row, exclude, otherwise):
        if row._state.adding and super().before(row) is not None:
            otherwise(exclude)  # its key is taken
        super().check_unique(row, exclude, otherwise)

    # What those who write say.

    def is_locked(self, alias):
        return alias == self.alias

    def changing(self, row):
        if isinstance(row, CustomFieldChoiceSet):
            self.prepare()
            self.forget()
        else:
            self._make(type_id_of(row))

    def written(self, row, is_new):
        self.put(row)
        if is_new and self.postponed is not None and isinstance(row, CustomObjectType):
            self.new_types.add(row.pk)

    def deleted(self, row):
        if isinstance(row, (CustomObjectTypeField, CustomObjectTypeConstraint)):
            self.remove(row)
        else:
            self.types.pop(row.pk, None)
            self.new_types.discard(row.pk)
            for field in list(self.fields.pop(row.pk, {}).values()):
                self.remove(field)
        self._stored.pop((type(row), row.pk), None)

    def creating(self) -> AbstractContextManager:
        return nullcontext() if self.postponed is None else self.postponed

    def _make(self, type_id: int) -> None:
        self.new_types.discard(type_id)
        if self.postponed is not None:
            self.postponed.catch_up(self.alias, type_id)

    def _make_all(self) -> None:
        if self.postponed is None or self._is_making:
            return  # what is called while a table is made may ask for classes, and so for all tables
        self._is_making = True
        try:
            for type_id in self.postponed.types(self.alias):
                self._make(type_id)
        finally:
            self._is_making = False


def _all_fields(rows: Picture) -> dict:
    return {pk: row for fields in rows.fields.values() for pk, row in fields.items()}


class _Found:
    """Rows by key, those that are not known yet read one by one."""

    def __init__(self, known: dict, model: type, alias: str):
        self.known, self.objects = known, model.objects.using(alias)

    def get(self, key):
        if key not in self.known and (found := self.objects.filter(pk=key).first()) is not None:
            self.known[key] = found
        return self.known.get(key)


def type_id_of(row) -> int:
    """Return the id of the type that a row is, or is a field or constraint of."""
    return row.pk if isinstance(row, CustomObjectType) else row.custom_object_type_id
