"""
How a reference to an object of any type is written down: as (content type id, object id), and as text for people.

May import django and definitions. Content types live in the main schema and are shared by all branches, so that a
pair means the same everywhere; what has no content type (any more) is None here, and never an exception.
"""

from collections.abc import Iterable

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS

from ...constants import APP_LABEL, TABLE_MODEL_RE
from ...definitions import FieldDefinition, TargetRef
from ..shared.bounds import whole_number

# (content type id, object id)
Key = tuple[int, int]

# The app label under which custom object types are named by their slugs.
TYPES_BY_SLUG = 'custom-objects'


def _content_types():
    return ContentType.objects.db_manager(DEFAULT_DB_ALIAS)


def content_type_id(target: TargetRef) -> int | None:
    """Return the id of a target's content type; cached by Django."""
    try:
        return _content_types().get_by_natural_key(target.app_label, target.model).pk
    except ContentType.DoesNotExist:
        return None


def target_of(content_type: int) -> TargetRef | None:
    """Return what a content type id means."""
    try:
        found = _content_types().get_for_id(content_type)
    except ContentType.DoesNotExist:
        return None
    return TargetRef(found.app_label, found.model)


def model_of(target: TargetRef | None) -> type | None:
    """Return the class of a target in the current context; None if its plugin is gone or it never existed."""
    if target is None:
        return None
    try:
        return apps.get_model(target.app_label, target.model)
    except LookupError:
        return None


def allowed_types(field: FieldDefinition) -> dict[int, TargetRef]:
    """Return the targets that a field may refer to, by content type id."""
    found = {content_type_id(target): target for target in field.targets}
    return {pk: target for pk, target in found.items() if pk is not None}


def existing_models(field: FieldDefinition) -> dict[TargetRef, type]:
    """Return the classes of the targets that a field may refer to."""
    found = {target: model_of(target) for target in field.targets}
    return {target: model for target, model in found.items() if model is not None}


def key_of(target) -> Key:
    """Return the key of an object; raise ValueError for anything else, and for an object that is not saved."""
    if not hasattr(target, '_meta'):
        raise ValueError(f'{target!r} is not an object that can be referred to')
    if target.pk is None:
        raise ValueError(f'{target!r} must be saved before it can be referred to')
    return key_type(target), target.pk


def key_type(model) -> int:
    """Return the content type id of a model's objects; takes an object, too."""
    return _content_types().get_for_model(model).pk


def label_of(key: Key) -> str:
    """Return the natural key of the type that is meant, or its id if it no longer exists."""
    target = target_of(key[0])
    return target.label if target else str(key[0])


def to_text(key: Key) -> str:
    """Return a key as text that stays readable: `dcim.site:5`."""
    return f'{label_of(key)}:{key[1]}'


def from_text(text: str) -> Key:
    """
    Return the key that a text means: the inverse of `to_text`.

    Args:
        text: `app.model:id`, `custom-objects.slug:id` or `content type id:id`

    Raises:
        ValueError: it is none of these, or the type does not exist
    """
    label, _, object_id = text.strip().rpartition(':')
    pk, number = type_from_text(label), whole_number(object_id)
    if not pk or not number:
        raise ValueError(text)
    return pk, number


def key_from_payload(value) -> Key | None:
    """
    Return the key in a piece of change data; None if there is none, or of a type that is not known here.

    Args:
        value: `dcim.site:5`, or `{'content_type': 'dcim.site', 'object_id': 5}`
    """
    if isinstance(value, dict):
        value = f'{value.get("content_type")}:{value.get("object_id")}'
    try:
        return from_text(value) if value else None
    except ValueError:
        return None


def type_from_text(label: str) -> int | None:
    """Return the content type id that `app.model`, `custom-objects.slug` or a number means, None if there is none."""
    if is_id_text(label):
        return pk if (pk := whole_number(label)) and target_of(pk) else None
    app_label, dot, model = label.partition('.')
    return content_type_id_of(app_label, model) if dot else None


def content_type_id_of(app_label: str, model: str) -> int | None:
    """
    Return the content type id of a model.

    Custom object types are known by their slug and as `table<id>model`, both under `custom-objects` and under the
    plugin's own label.
    """
    names = app_label + model
    if not names.isascii() or '\0' in names:
        return None  # nothing is called so, and the database could not even be asked
    if app_label == APP_LABEL:
        return content_type_id(TargetRef(APP_LABEL, model)) or _type_by_slug(model)
    if app_label == TYPES_BY_SLUG:
        return _type_by_slug(model) or (TABLE_MODEL_RE.match(model) and content_type_id(TargetRef(APP_LABEL, model)))
    return content_type_id(TargetRef(app_label, model))


def _type_by_slug(slug: str) -> int | None:
    types = apps.get_model(APP_LABEL, 'customobjecttype').objects
    return types.filter(slug=slug).values_list('object_type_id', flat=True).first()


def is_id_text(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def existing(keys: Iterable[Key]) -> dict[Key, object]:
    """Return the objects that exist in the current context, by key: one query per type, however many keys there are."""
    by_type: dict[int, set[int]] = {}
    for content_type, pk in keys:
        by_type.setdefault(content_type, set()).add(pk)
    found = {}
    for content_type, pks in by_type.items():
        model = model_of(target_of(content_type))
        if model is not None:
            found |= {(content_type, target.pk): target for target in model._default_manager.filter(pk__in=pks)}
    return found


def visible_keys(user, targets: Iterable) -> set[Key]:
    """
    Return the keys of those objects that a user may view.

    Costs one query for each type whose objects the user may view in part, and none for the others.

    Args:
        user: who asks; None for the system itself, which may view everything
        targets: objects of any types
    """
    by_model: dict[type, dict[int, Key]] = {}
    for target in targets:
        by_model.setdefault(type(target), {})[target.pk] = key_of(target)
    found: set[Key] = set()
    for model, keys in by_model.items():
        objects = model._default_manager.all()
        if user is not None and hasattr(objects, 'restrict'):
            objects = objects.restrict(user, 'view')
        if objects.query.is_empty():
            continue
        if objects.query.where:
            found |= {keys[pk] for pk in objects.filter(pk__in=keys).values_list('pk', flat=True)}
        else:
            found |= set(keys.values())
    return found


def viewable(user, lists: Iterable[Iterable]) -> list[list]:
    """Return lists of objects without those that a user may not view; asks once for all of them."""
    found = [list(targets) for targets in lists]
    keys = visible_keys(user, [target for targets in found for target in targets])
    return [[target for target in targets if key_of(target) in keys] for targets in found]


def links_name(field: FieldDefinition) -> str:
    """Return the name under which queries reach the link rows of a polymorphic many-valued field."""
    return f'r_{field.id}'
