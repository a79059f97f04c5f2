"""
What prevents a merge, as sentences for the user who decides, each with a remedy.

Pure presentation: turns conflicts of the three-way merge, and errors of a dry run, into one form that pages, REST and
netbox-branching's own messages share.
"""

from dataclasses import asdict, dataclass, fields

from django.utils.translation import gettext as _

from ...definitions import CONDITIONS, ROLLUP_ATTRIBUTES, TypeDefinition, with_names
from ...definitions.merge import DELETED, Conflict, Kind

Definitions = dict[int, TypeDefinition]

VIOLATION = 'violation'


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One thing to know before merging.

    `kind` is a Kind of definitions.merge, `violation` or the class of a dry run's error; `blocks` says whether the
    merge is refused. `object_type` (`app.model`) and `object_id` name the object that is concerned, if there is one.
    """

    kind: str
    blocks: bool
    text: str
    remedy: str = ''
    object_type: str = ''
    object_id: int | None = None
    url: str = ''
    # The constraint (id, False) or unique field (id, True) that is not met, and the objects that do not.
    rule: tuple[int, bool] | None = None
    objects: tuple[int, ...] = ()
    # Names and addresses of those that the reader may view.
    links: tuple[tuple[str, str], ...] = ()

    def as_dict(self) -> dict:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict) -> 'Finding':
        """Return what `as_dict` made a dict of, perhaps in another release, which had more or fewer keys."""
        known = {field.name for field in fields(cls)}
        lists = {key: tuple(data[key]) for key in ('rule', 'objects', 'links') if data.get(key)}
        return cls(**{'kind': '', 'blocks': True, 'text': ''} | {key: data[key] for key in data.keys() & known} | lists)


def explain(conflict: Conflict, main: Definitions, branch: Definitions) -> Finding:
    """Return the finding that stands for a conflict of definitions."""
    names = Names(main, branch)
    text, remedy = _SENTENCES[conflict.kind](conflict, names)
    label, object_id = _about(conflict)
    return Finding(
        kind=conflict.kind.value,
        blocks=conflict.blocks,
        text=text,
        remedy=remedy,
        object_type=f'netbox_custom_objects.{label}',
        object_id=object_id,
    )


def _about(conflict: Conflict) -> tuple[str, int]:
    """Return the model and the id of the row that a conflict is about."""
    if conflict.constraint_id is not None:
        return 'customobjecttypeconstraint', conflict.constraint_id
    if conflict.field_id is not None:
        return 'customobjecttypefield', conflict.field_id
    return 'customobjecttype', conflict.type_id


class Names:
    """Readable names of types, fields and constraints, wherever they still exist."""

    def __init__(self, *sides: Definitions):
        self.types = {pk: definition.name for side in sides for pk, definition in side.items()}
        self.fields = {
            field.id: field.name for side in sides for definition in side.values() for field in definition.fields
        }

        self.constraints = {
            constraint.id: constraint.name
            for side in sides
            for definition in side.values()
            for constraint in definition.constraints
        }

    def type(self, pk: int | None) -> str:
        return f'"{self.types.get(pk, pk)}"'

    def field(self, pk: int | None) -> str:
        return f'"{self.fields.get(pk, pk)}"'

    def constraint(self, pk: int | None) -> str:
        return f'"{self.constraints.get(pk, pk)}"'

    def subject(self, conflict: Conflict) -> str:
        if conflict.constraint_id is not None:
            return _('constraint {constraint} of type {type}').format(
                constraint=self.constraint(conflict.constraint_id), type=self.type(conflict.type_id)
            )
        if conflict.field_id is None:
            return _('type {type}').format(type=self.type(conflict.type_id))
        return _('field {field} of type {type}').format(
            field=self.field(conflict.field_id), type=self.type(conflict.type_id)
        )


def _attribute(conflict, names):
    text = _('Main and the branch both changed "{attribute}" of {subject}: main to {main}, the branch to {branch}.')
    return text.format(
        attribute=conflict.attribute,
        subject=names.subject(conflict),
        main=_value(conflict, conflict.main, names),
        branch=_value(conflict, conflict.branch, names),
    ), _("The branch's value wins. Change it in the branch if main's value is right.")


def _modify_delete(conflict, names):
    if conflict.main == DELETED:
        text = _('Main deleted the {subject}, but the branch changed it or its objects.')
        remedy = (
            _("Merge with the squash strategy, which skips the branch's changes to it, or restore it in main.")
            if conflict.field_id or conflict.constraint_id
            else _('Synchronize the branch, which deletes the type there too, or restore it in main.')
        )
    else:
        text = _('The branch deleted the {subject}, but main has since changed it or its objects.')
        remedy = _(
            'Merging deletes it in main, including what main added to it. Reverting restores only what the branch knew.'
        )
    return text.format(subject=names.subject(conflict)), remedy


def _name_collision(conflict, names):
    if conflict.constraint_id is not None:
        text = _('Main and the branch each have a constraint {constraint} of type {type}.').format(
            constraint=names.constraint(conflict.branch or conflict.main or conflict.constraint_id),
            type=names.type(conflict.type_id),
        )
    elif conflict.field_id is None:
        text = _('Main and the branch each have a type with the same {attribute} as {type}.').format(
            attribute=conflict.attribute, type=names.type(conflict.branch or conflict.main or conflict.type_id)
        )
    else:
        text = _('Main and the branch each have a field {field} of type {type}.').format(
            # Names are those of the branch, where it has any: what collides may have another one there.
            field=names.field(conflict.branch or conflict.main or conflict.field_id),
            type=names.type(conflict.type_id),
        )
    return text, _('Rename one of them, in main or in the branch, and merge with the squash strategy.')


def _dangling_reference(conflict, names):
    side = _('Main') if conflict.main == DELETED else _('The branch')
    if conflict.attribute in ('expression', *ROLLUP_ATTRIBUTES):
        text = _('{side} deleted a field that the {subject} is computed from.')
        return text.format(side=side, subject=names.subject(conflict)), _('Restore that field, or delete this one.')
    text = _('{side} deleted a type that the {subject} refers to.')
    remedy = _('Restore that type, or delete the field.')
    return text.format(side=side, subject=names.subject(conflict)), remedy


_SENTENCES = {
    Kind.ATTRIBUTE: _attribute,
    Kind.MODIFY_DELETE: _modify_delete,
    Kind.NAME_COLLISION: _name_collision,
    Kind.DANGLING_REFERENCE: _dangling_reference,
}


def _value(conflict, value, names) -> str:
    # The condition of a rollup is about fields of another type, which not all readers may view.
    is_constraint = conflict.attribute == 'condition' and conflict.constraint_id is not None
    if is_constraint or conflict.attribute in ('expression', 'default_from', *CONDITIONS):
        value = with_names(value, names.fields)
    return _('nothing') if value in (None, '', ()) else f'"{value}"'
