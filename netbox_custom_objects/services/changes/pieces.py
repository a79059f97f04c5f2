"""
Values of change records as people read them, and what changed between two of them.

May import django and runtime. What a user may not view is not named here.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import unified_diff
from typing import Any

from django.apps import apps
from django.utils.timezone import is_aware, localtime
from django.utils.translation import gettext as _

from utilities.permissions import get_permission_for_model

from ...expressions import plain, text
from ...field_types.duration import readable
from ...field_types.polymorphic.keys import Key, existing, model_of, target_of, visible_keys
from ...runtime.rights import has_right_to_all

EMPTY = (None, '', [], {}, ())
# Longer texts, and those of several lines, are compared line by line; so many lines are shown.
SHORT = 80
LINES = 60


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a value: one of several, or all of it. `key` distinguishes what is shown by the same text."""

    text: str
    url: str = ''
    is_muted: bool = False
    key: Any = None


@dataclass(frozen=True, slots=True)
class Value:
    """What a record holds of one field or attribute."""

    label: str
    pieces: tuple[Piece, ...]
    many: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What came and went; `lines` instead, each with its sign, of texts that are compared line by line."""

    label: str
    removed: tuple[Piece, ...] = ()
    added: tuple[Piece, ...] = ()
    many: bool = False
    lines: tuple[tuple[str, str], ...] = ()


def compared(before: Mapping[str, Value], after: Mapping[str, Value]) -> list[Change]:
    """Return what differs between two states, by key; an empty state is that of a row which is not there."""
    changes = (_compared(before.get(key), after.get(key)) for key in {**after, **before})
    return [change for change in changes if change is not None]


def _compared(before: Value | None, after: Value | None) -> Change | None:
    old, new = (value.pieces if value else () for value in (before, after))
    if old == new:
        return None
    label, many = (after or before).label, (after or before).many
    removed = tuple(piece for piece in old if piece not in new)
    added = tuple(piece for piece in new if piece not in old)
    if not many and old and new and any(_is_long(piece.text) for piece in (*old, *new)):
        return Change(label, lines=_lines(old[0].text, new[0].text))
    if not removed and not added:
        # In another order, or not as often.
        removed, added = old, new
    return Change(label, removed, added, many)


def _is_long(found: str) -> bool:
    return len(found) > SHORT or '\n' in found


def _lines(old: str, new: str) -> tuple[tuple[str, str], ...]:
    found = list(unified_diff(old.splitlines(), new.splitlines(), n=1, lineterm=''))[3:]
    if not found:
        # They differ in how lines end.
        found = [*(f'-{line}' for line in old.splitlines()), *(f'+{line}' for line in new.splitlines())]
    lines = [(line[0], line[1:]) if line[0] in '+- ' else ('…', '') for line in found[:LINES]]
    return tuple(lines if len(found) <= LINES else [*lines, ('…', '')])


def sentence(value: Value | None) -> str:
    """Return a value for a sentence."""
    if value is None or not value.pieces:
        return _('nothing')
    found = ', '.join(f'"{piece.text}"' for piece in value.pieces)
    return found if len(found) <= SHORT else f'{found[:SHORT]}…'


def pieces_of(value: Any, unit: str = '') -> tuple[Piece, ...]:
    """Return the pieces of a value other than a reference: one for each item of a list."""
    if value in EMPTY:
        return ()
    if isinstance(value, (list, tuple)):
        return tuple(Piece(_text(item)) for item in value)
    return (Piece(f'{_text(value)} {unit}'.rstrip()),)


def json_pieces(value: Any) -> tuple[Piece, ...]:
    """Return a JSON value as one piece."""
    if value in EMPTY:
        return ()
    if isinstance(value, (dict, list)):
        return (Piece(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)),)
    return (Piece(_text(value)),)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return _('Yes') if value else _('No')
    if isinstance(value, datetime):
        return (localtime(value) if is_aware(value) else value).isoformat(' ', 'seconds')[:19]
    if isinstance(value, timedelta):
        return readable(value)
    if isinstance(value, (dict, list)):
        return json.dumps(value, sort_keys=True, ensure_ascii=False)
    return text(plain(value))


class References:
    """The objects that records refer to, looked up together: named if a user may view them, and linked."""

    def __init__(self, keys: Iterable[Key], user):
        self.user = user
        self.found = existing(set(keys))
        self.visible = visible_keys(user, self.found.values())

    def piece(self, key: Key) -> Piece:
        if key in self.visible:
            target = self.found[key]
            url = target.get_absolute_url() if hasattr(target, 'get_absolute_url') else ''
            return Piece(str(target), url or '', key=key)
        model = model_of(target_of(key[0]))
        # Those who may not view all objects do not learn which of the others exist.
        if key in self.found or model is None or not self._may_view_all(model):
            return Piece(_('hidden object'), is_muted=True, key=key)
        return Piece(_('deleted {type} {id}').format(type=model._meta.verbose_name, id=key[1]), is_muted=True, key=key)

    def pieces(self, keys: Collection[Key]) -> tuple[Piece, ...]:
        return tuple(map(self.piece, keys))

    def _may_view_all(self, model: type) -> bool:
        return self.user is None or has_right_to_all(self.user, get_permission_for_model(model, 'view'))


def model_pieces(content_types: Iterable[int], is_known) -> tuple[Piece, ...]:
    """
    Return the models that content types stand for, custom object types with a link.

    Args:
        content_types: their ids
        is_known: whether the reader may know of a custom object type, by id
    """
    return tuple(_model_piece(pk, is_known) for pk in content_types)


def _model_piece(pk: int, is_known) -> Piece:
    target = target_of(pk)
    type_id = target and target.type_id
    if type_id and not is_known(type_id):
        return Piece(_('hidden type'), is_muted=True, key=pk)
    model = model_of(target)
    if model is None:
        return Piece(target.label if target else str(pk), is_muted=True, key=pk)
    name = str(model._meta.verbose_name)
    types = apps.get_model('netbox_custom_objects', 'customobjecttype')
    return Piece(name[:1].upper() + name[1:], types(pk=type_id).get_absolute_url() if type_id else '', key=pk)
