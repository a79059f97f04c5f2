"""
What records of types, fields and constraints changed, in sentences.

May import models and the records that people read. Records are read together: they name the same choice sets.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.choices import ObjectChangeActionChoices
from core.models import ObjectChange

from ...choices import CustomObjectFieldTypeChoices
from ...models import CustomObjectType, CustomObjectTypeConstraint, CustomObjectTypeField
from ..changes.definitions import MODELS, definition_values
from ..changes.pieces import Value, sentence

CREATE, DELETE = ObjectChangeActionChoices.ACTION_CREATE, ObjectChangeActionChoices.ACTION_DELETE
# Attributes that columns, indexes and link tables follow; all others are kept in the row of the field alone.
STRUCTURAL = {
    'type', 'unique', 'indexed', 'element_type', 'expression', 'result_type', 'decimal_digits', 'decimal_places',
    'related_object_type', 'related_object_types', 'is_polymorphic',
}  # fmt: skip
WEIGHT = 'weight'

Values = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Edit:
    """A sentence about one record, or about several of which only the order changed."""

    text: str
    # Whether tables were changed with it.
    structural: bool
    url: str
    record: ObjectChange


def edits_of(records: Sequence[ObjectChange], user) -> list[Edit]:
    """Return what records changed, in their order; new weights of the fields of a request are one edit."""
    found, moved = [], {}
    for record, before, after in _read(records, user):
        changed = [name for name in {**before, **after} if _pieces(before, name) != _pieces(after, name)]
        if record.action not in (CREATE, DELETE) and WEIGHT in changed:
            # Where the order is described, and of which fields.
            moved.setdefault((record.request_id, record.replay), (len(found), record, []))[2].append(_name(record))
            found += [None] if moved[record.request_id, record.replay][1] is record else []
            changed.remove(WEIGHT)
        found += _edits(record, changed, before, after)
    for position, record, names in moved.values():
        text = _('Order changed: {fields}.').format(fields=', '.join(names))
        found[position] = Edit(text, False, record.get_absolute_url(), record)
    return found


def _read(records: Sequence[ObjectChange], user) -> Iterator[tuple[ObjectChange, Values, Values]]:
    """Yield records with what they hold; records of one model are read together."""
    values: dict[int, tuple[Values, Values]] = {}
    for model in MODELS:
        ours = [record for record in records if record.changed_object_type.model_class() is model]
        states = [state for record in ours for state in (record.prechange_data, record.postchange_data)]
        read = definition_values(model, states, user) if ours else []
        values |= {record.pk: (read[2 * place], read[2 * place + 1]) for place, record in enumerate(ours)}
    for record in records:
        yield record, *values[record.pk]


def _edits(record: ObjectChange, changed: list[str], before: Values, after: Values) -> Iterator[Edit]:
    url, model = record.get_absolute_url(), record.changed_object_type.model_class()
    if record.action in (CREATE, DELETE):
        yield Edit(_existence(record, model), True, url, record)
        return
    subjects = {
        CustomObjectType: _('Type'),
        CustomObjectTypeField: _('Field "{name}"'),
        CustomObjectTypeConstraint: _('Constraint "{name}"'),
    }
    subject = subjects[model].format(name=_name(record))
    for name in changed:
        text = _('{subject}: {attribute} changed from {old} to {new}.').format(
            subject=subject,
            attribute=(after.get(name) or before.get(name)).label.lower(),
            old=sentence(before.get(name)),
            new=sentence(after.get(name)),
        )
        is_structural = model is CustomObjectTypeField and name in STRUCTURAL
        yield Edit(text, is_structural or model is CustomObjectTypeConstraint, url, record)


def _existence(record: ObjectChange, model: type) -> str:
    texts = {
        (CREATE, CustomObjectTypeField): _('New field "{name}" ({type}).'),
        (DELETE, CustomObjectTypeField): _('Field "{name}" ({type}) deleted; its values are retired.'),
        (CREATE, CustomObjectType): _('New type "{name}".'),
        (DELETE, CustomObjectType): _('Type "{name}" deleted.'),
        (CREATE, CustomObjectTypeConstraint): _('New constraint "{name}".'),
        (DELETE, CustomObjectTypeConstraint): _('Constraint "{name}" deleted.'),
    }
    data = record.postchange_data or record.prechange_data or {}
    kind = dict(CustomObjectFieldTypeChoices).get(data.get('type'), data.get('type', ''))
    return texts[record.action, model].format(name=_name(record), type=kind)


def _name(record: ObjectChange) -> str:
    data = record.prechange_data or record.postchange_data or {}
    return data.get('name', record.object_repr)


def _pieces(values: Values, name: str) -> tuple:
    return values[name].pieces if name in values else ()
