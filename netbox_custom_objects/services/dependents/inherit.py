"""
Constraints of permissions that name a field which a type does not have: a new field must not inherit them silently.

May import the kinds. Also finds constraints that cannot be resolved for any other reason.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from netbox.context import current_request
from users.models import ObjectPermission

from ...constants import APP_LABEL
from ...definitions import TypeDefinition, model_name
from ...field_types import field_type_of
from ...models import CustomObjectTypeField
from ...models.rows.convert import field_definition
from ...models.rows.loader import type_definition
from ...models.validation.surroundings import surroundings_of
from ...runtime.classes.registry import world
from ...runtime.restrictions import resolution_error
from .find import allowed
from .kinds import Permissions, lookups_of
from .subject import Subject, reverse_name


@dataclass(frozen=True, slots=True)
class Unresolved:
    """One constraint of a permission that grants nothing, because it cannot be resolved for a type."""

    permission: ObjectPermission
    definition: TypeDefinition
    constraint: object
    error: str

    def describe(self) -> str:
        """Return a sentence for administrators, in English as all of the command's."""
        constraint = json.dumps(self.constraint, default=str)
        return (
            f'The constraint {constraint} of the permission "{self.permission}" cannot be resolved, and grants '
            f'nothing: {self.error}'
        )


def find_unresolved(alias: str) -> Iterator[Unresolved]:
    """Yield the constraints on custom objects that cannot be resolved in the schema behind `alias`."""
    current = world(alias)
    by_model = {model_name(type_id): type_id for type_id in current.definitions}
    permissions = ObjectPermission.objects.filter(object_types__app_label=APP_LABEL, enabled=True)
    permissions = permissions.exclude(constraints__isnull=True).distinct().prefetch_related('object_types')
    for permission in permissions:
        for object_type in permission.object_types.all():
            type_id = by_model.get(object_type.model) if object_type.app_label == APP_LABEL else None
            definition = None if type_id is None else current.definition(type_id)
            for constraint in permission.list_constraints() if definition is not None else ():
                if error := resolution_error(current.model(definition.id), constraint):
                    yield Unresolved(permission, definition, constraint, error)


def refuse_inheritance(field, using: str) -> None:
    """
    Refuse a name for a field if constraints of permissions hold it already: they were made for another field.

    Raises:
        ValidationError: keyed by `name`; names the permissions that the user of the request may view
    """
    kind = Permissions()
    # Asked first, as constraints are rare, and the World is loaded again after each change of definitions.
    rows = surroundings_of(field).keep('constraints', lambda: list(kind.constrained()))
    if not rows:
        return
    new = field_definition(field)
    names = {*field_type_of(new).attribute_names(new), new.name, reverse_name(new)}
    rows = [row for row in rows if any(names.intersection(lookup.split('__')) for lookup in lookups_of(row))]
    if not rows:
        return
    current = world(using)
    definition = current.all_definitions.get(field.custom_object_type_id)
    if definition is None and CustomObjectTypeField.custom_object_type.is_cached(field):
        definition = type_definition(field.custom_object_type)
    if definition is None:
        return
    subject = Subject(current, definition, new)
    holders = [row for row in rows if kind.mentions(row, subject)]
    if not holders:
        return
    request = current_request.get()
    visible = allowed(ObjectPermission, request.user, 'view', [row.pk for row in holders]) if request else set()
    names = [f'"{row}"' for row in holders if row.pk in visible]
    if hidden := len(holders) - len(names):
        names.append(
            ngettext(
                '{count} permission that you may not view', '{count} permissions that you may not view', hidden
            ).format(count=hidden)
        )
    message = _(
        'Constraints of permissions already mention a field {name} of this type, and would apply to this one: '
        '{permissions}. Change them first, or choose another name.'
    )
    raise ValidationError({'name': message.format(name=field.name, permissions=', '.join(names))})
