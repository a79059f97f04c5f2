"""
Conditions of fields: which of them an object needs, which ones its form shows, and which of them can be changed.

They are calculated by PostgreSQL, all of an object in one statement, and only where they decide something.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import batched
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DEFAULT_DB_ALIAS
from django.utils.translation import gettext as _

from ...definitions import FieldDefinition
from ...expressions.typed import InvalidExpression, Typed, evaluate
from ...field_types import field_type_of
from ...field_types.base import EMPTY_VALUES
from ...field_types.constraints import find_conditions, with_field_names
from ...models.change_data import parked_objects
from ...models.together import joins_others
from ..context import in_replay
from .constraints import ROWS_AT_ONCE, OfDefinition, row_of

# The attributes of which a form could not read the value.
UNREAD = '_unread_attributes'
# What `hidden_fields` has found of an object.
HIDDEN = '_hidden_fields'


@dataclass(frozen=True, slots=True)
class State:
    """What the conditions of a field come to for one object. What is unknown counts as false."""

    is_visible: bool = True
    is_required: bool = False
    is_editable: bool = True


class Conditions(OfDefinition):
    """What `validate_constraints` asks: the conditions of all fields of a type."""

    @cached_property
    def by_field(self) -> dict[int, dict[str, Typed]]:
        """By field id, its conditions; of one that cannot be calculated, nothing: it has no effect."""
        found: dict[int, dict[str, Typed]] = {}
        for field, name, condition in find_conditions(self.definition):
            if not field.deprecated:
                # Values of deprecated fields cannot be set anyway.
                of_field = found.setdefault(field.id, {})
                if not isinstance(condition, InvalidExpression):
                    of_field[name] = condition
        return found

    @cached_property
    def fields(self) -> list[FieldDefinition]:
        """The fields that have conditions."""
        return [field for field in self.definition.fields if field.id in self.by_field]

    def validate(self, model, instance, exclude=None, using=DEFAULT_DB_ALIAS):
        """
        Raise ValidationError, by field, where a value is missing, or was changed and must not be.

        Not in a replay: what was written in a branch is not refused later. Of objects that are written together, all
        are asked for at once (`met_by_all`).
        """
        if in_replay() or joins_others(instance):
            return
        excluded = exclude or ()
        # What is wrong with a value is said already. Forms also leave out what they do not ask for.
        wrong = instance.__dict__.get(UNREAD, excluded)
        (errors,) = self._errors(model, [instance], using, wrong)
        if errors:
            found: dict[str, list[str]] = {}
            for name, message in errors.items():
                found.setdefault(NON_FIELD_ERRORS if name in excluded else name, []).append(message)
            raise ValidationError(found)

    def met_by_all(self, model, instances: Sequence, using: str) -> bool:
        """Whether objects lack no value, and change none that they must not, if they are written as they are."""
        return not any(self._errors(model, instances, using))

    def _errors(self, model, instances: Sequence, using: str, wrong: Collection[str] = ()) -> list[dict[str, str]]:
        """
        Return {attribute: message} of each object; two statements at most.

        Args:
            model: the class of the objects
            instances: the objects
            using: alias of the schema that they are stored in
            wrong: attributes that are not looked at
        """
        fields = [field for field in surfaced(self.fields, model) if field.name not in wrong]
        required = [field for field in fields if field.required or 'required_if' in self.by_field[field.id]]
        restricted = [field for field in fields if 'editable_if' in self.by_field[field.id]]
        links = [field.name for field in (*required, *restricted) if field_type_of(field).many]
        stored = stored_objects(model, instances, using, links) if restricted or links else {}
        found: list[dict[str, str]] = [{} for _instance in instances]
        asked = []
        for errors, instance in zip(found, instances):
            before = None if instance._state.adding else stored.get(instance.pk)
            missing = [field for field in required if is_missing(instance, before, field)]
            changed = [field for field in restricted if has_changed(instance, before, field)]
            if missing or changed:
                asked.append((errors, (instance, before), missing, changed))
        states = self.states([pair for _errors, pair, _missing, _changed in asked], using)
        for (errors, _pair, missing, changed), state in zip(asked, states):
            errors |= {field.name: self._refused(field) for field in changed if not state[field.id].is_editable}
            errors |= {field.name: self._required(field) for field in missing if state[field.id].is_required}
        return found

    def states(self, pairs: Sequence[tuple], using: str) -> list[dict[int, State]]:
        """
        Return what the conditions of fields come to for each object, by field id; one statement.

        Args:
            pairs: objects with the values that they are to have, and as they are stored; for None, the own value of a
                field counts as not stored yet
            using: alias of the connection to PostgreSQL
        """
        listed = [(pk, name, typed) for pk, found in self.by_field.items() for name, typed in found.items()]
        rows, places = [], []
        for instance, before in pairs:
            own_rows = self._own_rows(row_of(self.scope, instance), before)
            places.append({pk: len(rows) + number for number, pk in enumerate(own_rows)})
            rows += own_rows.values()
        expressions = [typed for _pk, _name, typed in listed]
        results = [result for part in batched(rows, ROWS_AT_ONCE) for result in evaluate(expressions, part, using)]
        return [self._states_of(place, listed, results) for place in places]

    def _own_rows(self, row: dict[str, Any], before) -> dict[int | None, dict[str, Any]]:
        """
        Return what conditions read of an object; under ids of fields, what their `editable_if` reads instead.

        Of a value that would be changed, the stored one decides: "while it has none" could not be met otherwise.
        """
        rows: dict[int | None, dict[str, Any]] = {None: row}
        if self._reading_themselves:
            stored = {} if before is None else row_of(self.scope, before)
            rows |= {pk: {**row, **{key: stored.get(key) for key in own}} for pk, own in self._reading_themselves}
        return rows

    @cached_property
    def _reading_themselves(self) -> list[tuple[int, set[str]]]:
        """The ids of the fields whose `editable_if` reads the field itself, with the keys of their values."""
        found = []
        for field in self.fields:
            own = {term.key for term in field_type_of(field).get_terms(field)}
            typed = self.by_field[field.id].get('editable_if')
            if typed is not None and own & {part.value.key for part in typed.walk() if part.op == 'term'}:
                found.append((field.id, own))
        return found

    def _states_of(self, places: dict[int | None, int], listed, results) -> dict[int, State]:
        values: dict[int, dict[str, Any]] = {}
        for number, (pk, name, _typed) in enumerate(listed):
            place = places.get(pk, places[None]) if name == 'editable_if' else places[None]
            values.setdefault(pk, {})[name] = results[place][number]
        return {field.id: _state(field, values.get(field.id, {})) for field in self.fields}

    def _required(self, field: FieldDefinition) -> str:
        if field.required:
            return _('{label} is required.').format(label=field.display_label)
        message = _('{label} is required while this is true: {condition}')
        return message.format(label=field.display_label, condition=self._shown(field.required_if))

    def _refused(self, field: FieldDefinition) -> str:
        message = _('{label} can only be changed while this is true: {condition}')
        return message.format(label=field.display_label, condition=self._shown(field.editable_if))

    def _shown(self, condition: str) -> str:
        return with_field_names(condition, self.definition.fields)


def _state(field: FieldDefinition, values: dict[str, Any]) -> State:
    is_visible = values.get('visible_if', True) is True
    return State(
        is_visible=is_visible,
        is_required=is_visible and (field.required or values.get('required_if', False) is True),
        is_editable=values.get('editable_if', True) is True,
    )


def conditions_of(model) -> Conditions | None:
    """Return the conditions of a class, None if its type has none."""
    return next((found for found in model._meta.constraints if isinstance(found, Conditions)), None)


def hidden_fields(instance) -> frozenset[str]:
    """Return the names of the fields that are not shown of an object as it is stored; one statement for each object."""
    conditions = conditions_of(type(instance))
    if conditions is None or not any('visible_if' in found for found in conditions.by_field.values()):
        return frozenset()
    if HIDDEN not in instance.__dict__:
        (states,) = conditions.states([(instance, instance)], instance._state.db or DEFAULT_DB_ALIAS)
        names = (field.name for field in conditions.fields if not states[field.id].is_visible)
        instance.__dict__[HIDDEN] = frozenset(names)
    return instance.__dict__[HIDDEN]


def surfaced(fields: Iterable[FieldDefinition], model) -> Iterator[FieldDefinition]:
    """Yield those of the fields of a type that its class has attributes for."""
    return (field for field in fields if field_type_of(field).is_surfaced(field, model._payload_names))


def stored_objects(model, instances: Iterable, using: str, links: Iterable[str]) -> dict[int, Any]:
    """Return the objects that are not new as they are stored, by id, with their links of the fields of these names."""
    pks = [instance.pk for instance in instances if not instance._state.adding]
    return model._base_manager.using(using).prefetch_related(*links).in_bulk(pks) if pks else {}


def is_missing(instance, before, field: FieldDefinition) -> bool:
    """Whether an object would have no value of a field."""
    if field_type_of(field).many:
        return not _targets(instance, before, field)
    nothing = (*EMPTY_VALUES, *field_type_of(field).empty_values)
    return all(value in nothing for value in _values(instance, field))


def has_changed(instance, before, field: FieldDefinition) -> bool:
    """Whether a value differs from what is stored; of a new object, from the default, if that is not a linked one."""
    if before is None and field.default_from:
        return False
    if field_type_of(field).many:
        if before is not None:
            return _targets(instance, before, field) != _keys(getattr(before, field.name).all())
        defaults = field_type_of(field).default_targets(field) if field.default_json is not None else ()
        return _targets(instance, None, field) not in (set(), _keys(defaults))
    if before is None:
        before = type(instance)()
    pairs = zip(_values(instance, field), _values(before, field), strict=True)
    return any(new != old and not (new in EMPTY_VALUES and old in EMPTY_VALUES) for new, old in pairs)


def _values(instance, field: FieldDefinition) -> list:
    """Return what an object holds in those columns of a field that show whether it has a value."""
    columns = field_type_of(field).get_unique_columns(field)
    by_column = {found.column: found.attname for found in type(instance)._meta.concrete_fields}
    return [getattr(instance, by_column[column]) for column in columns]


def _targets(instance, before, field: FieldDefinition) -> set:
    """Return what an object is to be linked to, as forms and serializers have noted it, or is linked to now."""
    noted = instance.__dict__.get('_m2m_values', {}).get(field.name)
    if noted is None and before is None:
        noted = parked_objects(instance).get(field.name, ())
    return _keys(getattr(before, field.name).all() if noted is None else noted)


def _keys(objects: Iterable) -> set:
    return {(found._meta.label, found.pk) for found in objects}
