"""
What mentions a field or a type, and what of it a user may know.

May import the kinds. One query for each kind; nothing is written.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import router
from django.db.models import Model
from django.utils.translation import gettext as _

from core.models import ConfigRevision
from netbox.config import get_config
from utilities.permissions import get_permission_for_model

from ...constants import APP_LABEL
from ...definitions import TypeDefinition
from ...models.rows.convert import field_definition
from ...runtime.classes.registry import world
from .kinds import KINDS, Kind
from .subject import Subject

VALIDATOR_SETTINGS = ('CUSTOM_VALIDATORS', 'PROTECTION_RULES')


@dataclass(frozen=True, slots=True)
class Dependent:
    """One thing that mentions a field or a type."""

    # What a user must be able to view to be told about it.
    model: type[Model]
    # None for a setting.
    row: Model | None
    name: str
    # What in it mentions the field; empty if the thing is about the type as a whole.
    mentions: tuple[str, ...] = ()
    # Whether it can be rewritten when the field is renamed.
    follows: bool = False
    # Whether it is, even if that is not asked for.
    always_follows: bool = False

    @property
    def url(self) -> str | None:
        return self.row.get_absolute_url() if self.row is not None else None


@dataclass(frozen=True, slots=True)
class Group:
    """Dependents of one kind: those that a user may view, and how many there are."""

    model: type[Model]
    shown: list[Dependent]
    count: int

    @property
    def hidden(self) -> int:
        return self.count - len(self.shown)


def subject_of(field, using: str, **changes) -> Subject:
    """Return the subject that a CustomObjectTypeField is, as it is in memory but for some attributes."""
    current = world(using)
    definition = current.all_definitions[field.custom_object_type_id]
    return Subject(current, definition, field_definition(field, **changes))


def rows_that_mention(kind: Kind, subject: Subject) -> Iterator[tuple[Model, list[str]]]:
    """Yield the rows of a kind that mention a field, each with what does."""
    for row in kind.rows(subject):
        if found := kind.mentions(row, subject):
            yield row, found


def dependents_of_change(field, using: str) -> list[Dependent]:
    """
    Return what mentions a CustomObjectTypeField as it is stored, if it is to have another name or type.

    Of a new field, return what mentions its name already: it was made for a field that is gone.
    """
    if field._state.adding:
        return dependents_of_field(field, using)
    stored = type(field).objects.using(using).filter(pk=field.pk).first()
    if stored is None or (stored.name, stored.type) == (field.name, field.type):
        return []
    return dependents_of_field(stored, using)


def dependents_of_field(field, using: str) -> list[Dependent]:
    """Return what mentions a CustomObjectTypeField."""
    subject, found = subject_of(field, using), []
    for kind in KINDS:
        # What all schemas share would break for the others.
        is_here = router.db_for_write(kind.model) == using
        for row, mentions in rows_that_mention(kind, subject):
            follows = is_here and kind.follows(row, subject)
            found.append(
                Dependent(kind.model, row, name_of(row), tuple(mentions), follows, follows and kind.always_follows)
            )
    for setting, rules in _validator_rules(subject.definition):
        paths = [path for rule in rules if isinstance(rule, dict) for path in rule]
        if mentions := [path for path in dict.fromkeys(paths) if path.split('.')[0] in subject.attributes]:
            found.append(Dependent(ConfigRevision, None, setting, tuple(mentions)))
    return found


def dependents_of_type(custom_object_type) -> list[Dependent]:
    """Return what is about the objects of a CustomObjectType, besides fields and the type itself."""
    definition = TypeDefinition(custom_object_type.pk, custom_object_type.name, custom_object_type.slug)
    found = [
        Dependent(kind.model, row, name_of(row))
        for kind in KINDS
        if kind.model._meta.app_label != APP_LABEL
        for row in kind.rows_of_type(definition)
    ]
    return found + [Dependent(ConfigRevision, None, setting) for setting, _rules in _validator_rules(definition)]


def grouped(dependents: list[Dependent], user) -> list[Group]:
    """Return dependents by kind; of those that a user may not view there is only a number."""
    by_model: dict[type[Model], list[Dependent]] = {}
    for dependent in dependents:
        by_model.setdefault(dependent.model, []).append(dependent)
    groups = []
    for model, members in by_model.items():
        pks = allowed(model, user, 'view', [member.row.pk for member in members if member.row is not None])
        may_view = user.has_perm(get_permission_for_model(model, 'view'))
        shown = [member for member in members if (may_view if member.row is None else member.row.pk in pks)]
        groups.append(Group(model, shown, len(members)))
    return groups


def allowed(model: type[Model], user, action: str, pks: list[int]) -> set[int]:
    """Return those rows that a user may do something with; what is private to another user is not among them."""
    if not pks:
        return set()
    rows = model.objects.filter(pk__in=pks).restrict(user, action)
    if hasattr(rows, 'restrict_to_shared'):
        rows = rows.restrict_to_shared(user)
    return set(rows.values_list('pk', flat=True))


def name_of(row: Model) -> str:
    """Return the name of a row, that of a field with its type's."""
    return f'{row.custom_object_type.name}.{row.name}' if hasattr(row, 'custom_object_type') else str(row)


def _validator_rules(definition: TypeDefinition) -> Iterator[tuple[str, list]]:
    """Yield (setting and key, rules) of what the configuration holds for a type, under its slug or its model's name."""
    keys = {f'{APP_LABEL}.{name}'.lower() for name in (definition.slug, definition.model_name)}
    for setting in VALIDATOR_SETTINGS:
        for key, rules in (getattr(get_config(), setting) or {}).items():
            if str(key).lower() in keys:
                yield _('{setting}, {key}').format(setting=setting, key=key), list(rules)
