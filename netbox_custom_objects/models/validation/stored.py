"""
What is stored, against what a field is to be: values survive a conversion, and meet what is switched on.

Called by `fields`, for a field that exists. Errors quote only values that their reader may view.
"""

from collections.abc import Iterable, Iterator

from django.apps import apps
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Count, Func, IntegerField
from django.db.models.functions import Left, Length
from django.utils.translation import gettext_lazy as _

from ...constants import APP_LABEL
from ...ddl.conversion import EXAMPLE_LENGTH, EXAMPLES, converted_values, keeps_bytes, unconvertible
from ...ddl.executor import is_large
from ...ddl.target import Target
from ...definitions import column_name, model_name, table_name
from ...exceptions import ObjectsInTheWay
from ...field_types import field_type_of
from ...field_types.shared.indexes import INDEXED_BYTES
from ..readers import counted, named, readable
from ..rows.convert import field_definition
from .surroundings import is_replaying

Errors = Iterator[tuple[str, object]]
# How many objects an error leads to.
OBJECTS = 10


def type_change_errors(field, before) -> Errors:
    if before.type == field.type:
        if before.field_type.digits_allowed and not before.field_type.is_computed and not field.edit_context.is_staged:
            yield from _conversion(field, before)
        return
    if before.field_type.is_reference:
        yield 'type', _('The type of a field that refers to objects cannot be changed.')
    elif field.field_type.is_reference:
        yield NON_FIELD_ERRORS, _('type cannot be changed to one that refers to objects.')
    elif not (before.field_type.convertible and field.field_type.convertible):
        yield 'type', _('A {old} field cannot be converted to {new}.').format(old=before.type, new=field.type)
    elif not field.edit_context.is_staged:
        yield from _conversion(field, before)


def _conversion(field, before) -> Errors:
    """Check that what is stored survives the conversion; a large table is neither read nor converted (ddl.executor)."""
    target = Target.for_alias(before._state.db)
    table = table_name(field.custom_object_type_id)
    definitions = field_definition(before), field_definition(field)
    if any(field_type_of(definition).fault(definition) for definition in definitions):
        return  # it is an error by itself
    old, new = (field_type_of(definition).get_column_type(definition) for definition in definitions)
    if old == new or keeps_bytes(old, new) or is_large(target, table):
        return
    column = table, column_name(field.pk), old, new
    if examples := unconvertible(target, *column):
        values = _shown_examples(field, examples)
        if before.type == field.type:
            attribute = 'decimal_digits' if before.decimal_digits != field.decimal_digits else 'decimal_places'
            text = _('Some values have more digits or decimal places: {values}').format(values=values)
        else:
            attribute = 'type'
            text = _('Some values cannot be converted to {new}: {values}').format(new=field.type, values=values)
        yield attribute, _in_the_way(field, text, [pk for pk, _value in examples])
    elif field.field_type.needs_choice_set and field.choice_set_id is not None:
        choices = field.field_type.choices(field_definition(field))
        holders: dict[str, list[int]] = {}
        for value, pks in converted_values(target, *column):
            for item in value if isinstance(value, list) else [value]:
                if item and item not in choices:
                    holders.setdefault(item, []).extend(pks)
        if holders:
            values = _shown_values(field, holders)
            text = _('Some values are not in the choice set: {values}').format(values=values)
            yield 'type', _in_the_way(field, text, _holding(holders))
    elif field.field_type.checked_when_converted or field.max_length is not None:
        model_field = field.field_type.get_model_field(field_definition(field))
        found = converted_values(target, *column)
        if refused := {repr(value): pks for value, pks in found if not _passes(model_field, value)}:
            values = _shown_values(field, refused)
            text = _('Some values are not valid for {new}: {values}').format(new=field.type, values=values)
            yield 'type', _in_the_way(field, text, _holding(refused))


def _in_the_way(field, text: str, pks: Iterable[int]) -> ObjectsInTheWay:
    return ObjectsInTheWay(text, field.custom_object_type_id, pks)


def _holding(holders: dict[str, list[int]]) -> list[int]:
    """Return the ids of the first objects that hold a value; holders are {value: ids of the objects}."""
    return sorted({pk for pks in holders.values() for pk in pks[:OBJECTS]})[:OBJECTS]


def _shown_examples(field, examples: list[tuple[int, str]]) -> str:
    """Return the values that an error is about, and the ids of their objects."""
    viewable = _readable_ids(field, [pk for pk, _value in examples])
    shown = [f'{value!r} ({pk})' for pk, value in examples if pk in viewable]
    return named(shown, len(examples) - len(shown))


def _shown_values(field, holders: dict[str, list[int]]) -> str:
    """Return some of the values that an error is about; holders are {value: ids of the objects that hold it}."""
    viewable = _readable_ids(field, [pk for pks in holders.values() for pk in pks])
    shown = sorted(value for value, pks in holders.items() if not viewable.isdisjoint(pks))
    return named(shown[:EXAMPLES], len(holders) - len(shown))


def _readable_ids(field, pks: list[int]) -> set[int]:
    return set(readable(objects_of(field).filter(pk__in=pks)).values_list('pk', flat=True))


def objects_of(field):
    """Return the objects of a field's type, in the field's schema."""
    objects = apps.get_model(APP_LABEL, model_name(field.custom_object_type_id)).objects
    return objects.using(field._state.db) if field._state.db else objects.all()


def _passes(model_field, value) -> bool:
    try:
        model_field.run_validators(value)
    except ValidationError:
        return False
    return True


def stored_errors(field, before) -> Errors:
    """Check what is stored against a constraint that is being switched on."""
    becomes_unique = field.unique and not before.unique and field.field_type.unique_allowed
    becomes_required = _needs_value(field) and not _needs_value(before)
    removed = _removed_choices(field, before)
    shortened, becomes_limited = _is_shortened(field, before), _limits_bytes(field) and not _limits_bytes(before)
    found = (becomes_unique, becomes_required, removed, shortened, becomes_limited)
    if field.edit_context.is_staged or not any(found):
        return
    objects = objects_of(field)
    definition = field_definition(before)
    if not before.field_type.is_surfaced(definition, objects.model._payload_names):
        return
    name = before.name
    if becomes_unique and not is_replaying():
        yield from _duplicates(before, objects)
    if becomes_required:
        empty = before.field_type.get_empty_condition(definition)
        text = _('This field has no value in {objects}.')
        yield from _counted(field, 'deprecated' if before.required else 'required', text, objects.filter(empty))
    if removed:
        found = objects.filter(**before.field_type.choice_filter(definition, removed))
        text = _('A value that is not in this choice set is used by {objects}.')
        yield from _counted(field, 'choice_set', text, found)
    if shortened:
        yield from _too_long(field, objects, name)
    if becomes_limited:
        yield from _too_long_for_index(field, before, objects)


def _counted(field, attribute: str, text, found) -> Errors:
    """Yield an error with the number of some objects, if there are any."""
    if number := counted(found):
        pks = found.order_by('pk').values_list('pk', flat=True)[:OBJECTS]
        yield attribute, _in_the_way(field, text.format(objects=number), pks)


def _duplicates(before, objects) -> Errors:
    definition = field_definition(before)
    names = before.field_type.unique_attributes(definition)
    # In capitals, which names of fields are not.
    counts = objects.filter(**{f'{name}__isnull': False for name in names}).values(*names).annotate(COUNT=Count('pk'))
    rows = counts.filter(COUNT__gt=1).order_by(*names).values(*names)
    if found := list(rows[:EXAMPLES]):
        viewable = readable(objects)
        shown = [row for row in found if viewable.filter(**row).exists()]
        texts = [before.field_type.shown_duplicate([*row.values()]) for row in shown]
        values = named(texts, len(found) - len(shown))
        pks = [pk for row in found for pk in objects.filter(**row).order_by('pk').values_list('pk', flat=True)]
        text = _('Several objects have the same value: {values}').format(values=values)
        yield 'unique', _in_the_way(before, text, pks[:OBJECTS])


def _is_shortened(field, before) -> bool:
    """Whether stored texts may be longer than they can be from now on; a conversion checks the values themselves."""
    both = before.field_type.length_allowed and field.field_type.length_allowed
    return both and field.max_length is not None and not (before.max_length and before.max_length <= field.max_length)


def _too_long(field, objects, name: str) -> Errors:
    found = objects.alias(LENGTH=Length(name)).filter(LENGTH__gt=field.max_length).order_by('pk')
    if examples := list(found.values_list('pk', Left(name, EXAMPLE_LENGTH))[:EXAMPLES]):
        text = _('Some values are longer: {values}').format(values=_shown_examples(field, examples))
        yield 'max_length', _in_the_way(field, text, [pk for pk, _value in examples])


def _limits_bytes(field) -> bool:
    """Whether values of the field are stored in an index whose entries cannot have any length."""
    return field.indexed and field.field_type.has_limitless_values


def _too_long_for_index(field, before, objects) -> Errors:
    """Look for texts that an index cannot hold; of other values, which are seldom long, building the index shows it."""
    if not before.field_type.length_allowed:
        return
    name = before.name
    size = Func(name, function='octet_length', output_field=IntegerField())
    found = objects.alias(SIZE=size).filter(SIZE__gt=INDEXED_BYTES).order_by('pk')
    if examples := list(found.values_list('pk', Left(name, EXAMPLE_LENGTH))[:EXAMPLES]):
        values = _shown_examples(field, examples)
        message = _('Some values are longer than the {limit} bytes that an index can hold: {values}')
        text = message.format(limit=INDEXED_BYTES, values=values)
        yield 'indexed', _in_the_way(field, text, [pk for pk, _value in examples])


def _needs_value(field) -> bool:
    return field.required and not field.deprecated and not field.visible_if


def _removed_choices(field, before) -> list[str]:
    """Return the choices that are lost with another choice set; a conversion checks the values themselves."""
    if before.type != field.type or None in (before.choice_set, field.choice_set):
        return []
    if before.choice_set_id == field.choice_set_id:
        return []
    return sorted(
        {str(value) for value in before.choice_set.values} - {str(value) for value in field.choice_set.values}
    )
