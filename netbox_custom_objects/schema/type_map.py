"""
A map of types and their references, models of NetBox included: the data that `map.js` draws in the browser.

May import definitions and models. Holds what a user may view, and nothing else.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from django.apps import apps
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from utilities.string import title
from utilities.views import get_action_url

from ..choices import CustomObjectFieldTypeChoices
from ..constants import APP_LABEL
from ..definitions import FieldDefinition, TargetRef, TypeDefinition, model_name
from ..field_types import field_type_of
from ..models import CustomObjectType, CustomObjectTypeField
from .format import CUSTOM_OBJECTS_APP_LABEL_SLUG

# What the deletion of a target does, in a word or two.
ON_DELETE = {'set_null': _('set null'), 'cascade': _('cascade'), 'protect': _('protect')}
ADDED, CHANGED, REMOVED = 'added', 'changed', 'removed'

Definitions = Mapping[int, TypeDefinition]


class Viewable(NamedTuple):
    """The ids of what a user may view."""

    types: frozenset[int]
    fields: frozenset[int]


def viewable_parts(user, aliases: Iterable[str | None] = (None,)) -> Viewable:
    """Return what a user may view in any of some schemas; None is the current one."""
    found = []
    for model in (CustomObjectType, CustomObjectTypeField):
        pks = model.objects.restrict(user, 'view').values_list('pk', flat=True)
        found.append(frozenset(pk for alias in aliases for pk in (pks.using(alias) if alias else pks)))
    return Viewable(*found)


def everything(definitions: Definitions) -> Viewable:
    """Return that all of some types may be viewed."""
    fields = (field.id for definition in definitions.values() for field in definition.fields)
    return Viewable(frozenset(definitions), frozenset(fields))


def type_page(definition: TypeDefinition) -> str:
    return reverse(f'plugins:{APP_LABEL}:customobjecttype', args=[definition.id])


def type_map(
    definitions: Definitions,
    viewable: Viewable,
    *,
    before: Definitions | None = None,
    url_of: Callable[[TypeDefinition], str] = type_page,
) -> dict[str, list]:
    """
    Return the map as JSON: `types` with their `fields`, `models` of NetBox and other plugins, and `references`.

    Args:
        before: the definitions that these will replace; their differences are marked by `status`
        url_of: where a type leads to; '' for nowhere
    """
    before = definitions if before is None else before
    types, references, models = [], [], {}
    for type_id in sorted(viewable.types & {*before, *definitions}):
        old, new = before.get(type_id), definitions.get(type_id)
        shown = new or old
        fields = _fields_of(old, new, viewable)
        types.append({
            'key': shown.model_name,
            'label': shown.display_name,
            'group': shown.group_name,
            'url': url_of(shown) if new else '',
            'status': _status(old, new),
            'fields': [_field(field, status) for field, status in fields],
        })  # fmt: skip
        for field, status in fields:
            for target in field.targets if field_type_of(field).is_reference else ():
                if target.type_id is None:
                    models.setdefault(target.label, _model(target))
                elif target.type_id not in viewable.types or target.type_id not in {*before, *definitions}:
                    continue
                references.append(_reference(shown, field, target, status))
    return {'types': types, 'models': _told_apart(models), 'references': references}


def around(definitions: Definitions, type_id: int) -> dict[int, TypeDefinition]:
    """Return a type and those that it refers to, or that refer to it."""
    center = definitions[type_id]
    return {
        pk: definition
        for pk, definition in definitions.items()
        if pk == type_id or pk in center.referenced_type_ids or type_id in definition.referenced_type_ids
    }


def definitions_of(document: Mapping) -> dict[int, TypeDefinition]:
    """Return the types of a valid document, numbered by their places; for its map."""
    places = {entry['slug']: place for place, entry in enumerate(document['types'], start=1)}
    found = {}
    for place, entry in enumerate(document['types'], start=1):
        names = ('name', 'slug', 'verbose_name', 'group_name')
        fields = [_field_of(place, index, field, places) for index, field in enumerate(entry.get('fields', ()))]
        known = {name: entry[name] for name in names if entry.get(name)}
        found[place] = TypeDefinition(id=place, **known).with_fields(fields)
    return found


def _field_of(place: int, index: int, entry: Mapping, places: Mapping[str, int]) -> FieldDefinition:
    targets = entry.get('related_object_types') or [entry.get('related_object_type')]
    names = ('name', 'type', 'label', 'group_name', 'weight', 'is_polymorphic', 'on_delete_behavior')
    return FieldDefinition(
        id=place * 10_000 + index,
        type_id=place,
        payload_key='',
        targets=tuple(_target_of(target, places) for target in targets if target),
        **{name: entry[name] for name in names if entry.get(name)},
    )


def _target_of(target: str, places: Mapping[str, int]) -> TargetRef:
    app_label, model = target.split('/', 1)
    if app_label == CUSTOM_OBJECTS_APP_LABEL_SLUG and model in places:
        return TargetRef(APP_LABEL, model_name(places[model]))
    return TargetRef(app_label, model)


def _fields_of(old: TypeDefinition | None, new: TypeDefinition | None, viewable: Viewable) -> list[tuple]:
    """Return (field, status) of a type in display order, what will be removed at the end."""
    ours = {field.id: field for field in old.fields} if old else {}
    theirs = {field.id: field for field in new.fields} if new else {}
    fields = [*theirs.values(), *(field for pk, field in ours.items() if pk not in theirs)]
    pairs = [(field, _status(ours.get(field.id), theirs.get(field.id))) for field in fields]
    return [(field, status) for field, status in pairs if field.id in viewable.fields]


def _status(old, new) -> str:
    if old == new:
        return ''
    return ADDED if old is None else REMOVED if new is None else CHANGED


def _field(field: FieldDefinition, status: str) -> dict:
    kind = str(dict(CustomObjectFieldTypeChoices).get(field.type, field.type))
    return {'name': field.name, 'label': field.display_label, 'type': kind, 'status': status}


def _reference(definition: TypeDefinition, field: FieldDefinition, target: TargetRef, status: str) -> dict:
    many = field_type_of(field).many
    return {
        'from': definition.model_name,
        'to': target.model if target.type_id is not None else target.label,
        'field': field.name,
        'many': many,
        'required': field.is_required,
        'on_delete': '' if many else field.on_delete_behavior,
        'label': '' if many else str(ON_DELETE.get(field.on_delete_behavior, '')),
        'status': status,
    }


def _told_apart(models: dict[str, dict]) -> list[dict]:
    """Return models; labels that several have, such as "Interface", get the names of their apps."""
    counts = Counter(model['label'] for model in models.values())
    for model in models.values():
        if counts[model['label']] > 1:
            app = apps.get_app_config(model['key'].split('.')[0])
            model['label'] = f'{model["label"]} ({app.verbose_name})'
    return list(models.values())


def _model(target: TargetRef) -> dict:
    try:
        model = apps.get_model(target.app_label, target.model)
    except LookupError:
        return {'key': target.label, 'label': target.label, 'url': ''}
    try:
        url = get_action_url(model, action='list')
    except NoReverseMatch:
        url = ''
    return {'key': target.label, 'label': title(model._meta.verbose_name), 'url': url}
