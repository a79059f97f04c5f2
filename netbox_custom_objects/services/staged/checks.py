"""
Finds the rows that prevent a staged change, or undoing it: all are counted, the first are listed.

May import models and runtime. Must never write.
"""

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.core.validators import EMPTY_VALUES
from django.utils.translation import gettext as _

from ...ddl.conversion import EXAMPLE_LENGTH
from ...ddl.staging.reads import duplicates, values_after
from ...field_types import FIELD_TYPES
from ...models.rows.convert import field_definition
from .subject import Subject

# How many are listed.
LISTED = 5000
# How many values are read at once, to be held against the field's rules.
ROWS_AT_ONCE = 5000

# [primary key, text of the value, reason]
Offender = list


def find_offenders(subject: Subject, undoing: bool = False) -> tuple[int, list[Offender]]:
    """
    Return (how many rows stand in the way, the first of them).

    A row may be counted for each of several reasons.

    Args:
        subject: what is changed
        undoing: look for what stands in the way of the way back
    """
    count, found = 0, []
    for part, listed in _parts(subject, undoing):
        count += part
        found += listed
        if part:
            # What comes later reads converted values.
            break
    return count, found[:LISTED]


def _parts(subject: Subject, undoing: bool) -> Iterator[tuple[int, list[Offender]]]:
    column = subject.column
    if column is not None:
        yield column.count_offenders(), _unconverted(subject, undoing)
    if undoing:
        if column is not None and subject.was_unique:
            yield _repeated(subject, {column.former: column.old_type})
        return
    if subject.builds_unique:
        yield _repeated(subject, subject.unique_columns if column is None else {column.next: column.new_type})
    if subject.becomes_required and column is None:
        pks = subject.empty_objects().order_by('pk').values_list('pk', flat=True)
        yield pks.count(), [[pk, '', _('no value')] for pk in pks[:LISTED]]
    if subject.limits_values or (subject.becomes_required and column is not None):
        yield _invalid(subject)


def _unconverted(subject: Subject, undoing: bool) -> list[Offender]:
    values = subject.change.former if undoing else subject.change.wanted
    if 'type' in values:
        reason = _('cannot be converted to {type}').format(type=values['type'])
    else:
        reason = _('more digits or decimal places')
    return [[pk, text, reason] for pk, text in subject.column.offenders(LISTED, reverse=undoing)]


def _repeated(subject: Subject, columns: dict[str, str]) -> tuple[int, list[Offender]]:
    count, rows = duplicates(subject.target, subject.table, columns, LISTED)
    shown = subject.field.field_type.shown_duplicate
    return count, [[pk, shown(texts), _('the same value as object {pk}').format(pk=first)] for pk, texts, first in rows]


def _invalid(subject: Subject) -> tuple[int, list[Offender]]:
    """Hold every value against the rules that the field is to have, one page after the other."""
    definition = field_definition(subject.field_with(subject.change.wanted))
    model_field = FIELD_TYPES[definition.type].get_model_field(definition)
    must_be_there = subject.becomes_required and subject.column is not None
    count, found = 0, []
    for pk, value in _values(subject):
        reason = ''
        if value in EMPTY_VALUES:
            reason = _('no value') if must_be_there else ''
        elif subject.limits_values:
            reason = _complaint(model_field, value)
        if reason:
            count += 1
            if count <= LISTED:
                found.append([pk, '' if value is None else str(value)[:EXAMPLE_LENGTH], reason])
    return count, found


def _values(subject: Subject) -> Iterator[tuple]:
    objects, last = None, 0
    if subject.column is None and (objects := subject.objects()) is None:
        return
    while True:
        if subject.column is not None:
            rows = values_after(subject.target, subject.table, subject.column.next, last, ROWS_AT_ONCE)
        else:
            page = objects.filter(pk__gt=last).order_by('pk')
            rows = list(page.values_list('pk', subject.field.name)[:ROWS_AT_ONCE])
        if not rows:
            return
        yield from rows
        last = rows[-1][0]


def _complaint(model_field, value) -> str:
    try:
        model_field.run_validators(value)
    except ValidationError as error:
        return ' '.join(error.messages)
    return ''
