"""
Creates the sample objects of a model, as REST creates objects: validated by their serializers, logged, permitted.

May import services. Objects are referred to as in imported files, by name; targets of polymorphic fields
with their type, as in `dcim.site:Berlin`. Nothing of NetBox is created: a reference to an object that is not there, or
that the user may not view, is left empty.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied
from django.db import router
from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail

from utilities.api import get_serializer_for_model
from utilities.permissions import get_permission_for_model

from ...field_types import field_type_of
from ...field_types.polymorphic.keys import model_of, target_of, type_from_text
from ...field_types.shared.natural_keys import natural_key
from ...models.together import NotTogether
from ...runtime.classes.memo import surfaced_fields
from ...runtime.classes.registry import world
from ...runtime.rights import may_add_objects, may_grant, may_have_added
from ...services.writing import TOGETHER_FROM, tried_together
from ..comparator import Comparison
from ..errors import Fault, InvalidDocument


@dataclass
class LoadedRows:
    """What became of sample objects."""

    # How many were created, by the slug of the type.
    created: dict[str, int] = field(default_factory=dict)
    # Slugs of types that had objects before, and got none.
    kept: list[str] = field(default_factory=list)
    # What was referred to and not found, such as `dcim.site:Berlin`, in order and each once.
    missing: dict[str, None] = field(default_factory=dict)
    # How many were not created, because they require an object that was not found.
    left_out: int = 0

    @property
    def count(self) -> int:
        return sum(self.created.values())


def load_rows(rows: dict[str, list[dict]], user=None, new: Collection[str] = ()) -> LoadedRows:
    """
    Create sample objects in the current schema; types that have objects already get none.

    Args:
        rows: by the slug of the type, in the order in which they are created
        user: whose rights count; None for all rights
        new: slugs of types that the current transaction has made

    Raises:
        InvalidDocument: with the faults of all objects of a type; what was written must be undone
        PermissionDenied: the user may not create objects of a type
    """
    loaded = LoadedRows()
    for slug, found in rows.items():
        current = world()
        model = current.model(current.find_slug(slug).id)
        if user is not None and not may_add_objects(user, model, slug in new):
            raise _denied(model, slug in new)
        if model.objects.exists():
            loaded.kept.append(slug)
        else:
            _Loader(model, slug, user, loaded, new).run(found)
    return loaded


class _Loader:
    """Creates the objects of one type."""

    def __init__(self, model: type, slug: str, user, loaded: LoadedRows, new: Collection[str]):
        self.model, self.slug, self.user, self.loaded, self.new = model, slug, user, loaded, new
        self.serializer_class = get_serializer_for_model(model)
        self.references = [found for found in surfaced_fields(model) if field_type_of(found).is_reference]

    def run(self, rows: list[dict]) -> None:
        made = self._create_each(self._readable(rows)) if self._name_one_another(rows) else self._create_all(rows)
        # The constraints of permissions hold for what was created.
        if self.user is not None and not may_have_added(self.user, self.model, made, self.slug in self.new):
            raise _denied(self.model)
        self.loaded.created[self.slug] = len(made)

    def _name_one_another(self, rows: list[dict]) -> bool:
        """Whether an object may refer to one that was created before it."""
        own = self.model._type_id
        names = [found.name for found in self.references if any(target.type_id == own for target in found.targets)]
        return any(row.get(name) for row in rows for name in names)

    def _create_all(self, rows: list[dict]) -> list[int]:
        """Create objects together, or one by one if one of them is wrong; return their IDs."""
        readable = list(self._readable(rows))

        def write():
            serializer = self.serializer_class(data=[values for _index, values in readable], many=True)
            if not serializer.is_valid():
                raise NotTogether
            return [instance.pk for instance in serializer.save()]

        made = None
        if len(readable) >= TOGETHER_FROM:
            made = tried_together(write, router.db_for_write(self.model), type(self))
        return self._create_each(readable) if made is None else made

    def _create_each(self, readable: Iterable[tuple[int, dict]]) -> list[int]:
        made, faults = [], []
        for index, values in readable:
            serializer = self.serializer_class(data=values)
            if serializer.is_valid():
                made.append(serializer.save().pk)
            else:
                faults += _faults(('rows', self.slug, index), serializer.errors)
        if faults:
            raise InvalidDocument(faults)
        return made

    def _readable(self, rows: list[dict]) -> Iterator[tuple[int, dict]]:
        """Yield rows with their numbers, and the keys of what they refer to; without those that lack something."""
        for index, row in enumerate(rows):
            values = self._resolved(row)
            if values is None:
                self.loaded.left_out += 1
            else:
                yield index, values

    def _resolved(self, row: dict) -> dict | None:
        """Return a row with the keys of what it refers to; None if something that it requires is not there."""
        values = dict(row)
        for definition in self.references:
            if definition.name not in row:
                continue
            named = row[definition.name]
            is_many = field_type_of(definition).many
            keys = [self._key(definition, text) for text in (named if is_many else [named])]
            keys = [key for key in keys if key is not None]
            if not keys and definition.is_required:
                return None
            values[definition.name] = keys if is_many else next(iter(keys), None)
        return values

    def _key(self, definition, text: str):
        """Return what the serializer takes for the object that a text names, None if there is none."""
        if definition.is_polymorphic:
            label, _colon, name = text.partition(':')
            content_type = type_from_text(label)
            model = None if content_type is None else model_of(target_of(content_type))
        else:
            label, name, model = definition.target.label, text, model_of(definition.target)
        found = self._find(model, name) if model is not None else None
        if found is None:
            self.loaded.missing[f'{label}:{name}'] = None
            return None
        return {'content_type_id': content_type, 'id': found.pk} if definition.is_polymorphic else found.pk

    def _find(self, model: type, name: str):
        objects = model.objects.all()
        # What was created with it may be referred to, also by those who may add it only because it is new.
        is_new = hasattr(model, '_definition') and model._definition.slug in self.new
        if self.user is not None and hasattr(objects, 'restrict') and not (is_new and may_grant(self.user)):
            objects = objects.restrict(self.user, 'view')
        # Of several that a name fits, none is chosen.
        found = natural_key(model).find(objects, name)
        return found[0] if len(found) == 1 else None


def _faults(path, errors) -> list[Fault]:
    if isinstance(errors, dict):
        return [fault for key, value in errors.items() for fault in _faults((*path, key), value)]
    return [
        fault
        for index, error in enumerate(errors)
        for fault in ([Fault(path, str(error))] if isinstance(error, ErrorDetail) else _faults((*path, index), error))
    ]


def may_load_rows(comparison: Comparison, user) -> bool:
    """Whether a user may add objects of all types of a model; its new types do not exist yet."""
    return all(
        may_grant(user) if diff.stored is None else may_add_objects(user, diff.stored.get_model(), is_new=False)
        for diff in comparison.diffs
    )


def _denied(model, is_new=False) -> PermissionDenied:
    if is_new:
        message = _(
            'The right to add objects of a new type can only be given once the type exists. Install the model without '
            'sample objects first, and with them once you may add objects of its types.'
        )
        return PermissionDenied(message)
    message = _('Your permissions do not allow this: {permission}.')
    return PermissionDenied(message.format(permission=get_permission_for_model(model, 'add')))
