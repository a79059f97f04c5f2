"""
Which World is current, and which class a name means: the entrance to everything at run time.

A World is loaded when a look-up meets a token that it has not seen; nothing is loaded at import or start-up (I9).
"""

import logging
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS

from ...constants import APP_LABEL, COMMON_MODEL
from ...ddl.introspect import columns_of
from ...ddl.target import Target
from ...definitions import names
from ...models.object_types import undone
from ...models.registered import hold_senders
from ...models.revision import UNCHANGED, is_installed
from ...models.rows.loader import load_changed
from .. import context
from .any_object import any_object
from .faults import Fault
from .ghost import ghost
from .known_types import note_types
from .world import World

# Worlds are thin, but each keeps its islands alive: enough for main and the branches that are worked in at once.
WORLDS_KEPT = 64
# A World that found no table or column for a definition is rebuilt after so many seconds: no token tells when it is
# there again.
FAULTY_SECONDS = 5

logger = logging.getLogger('netbox.plugins.netbox_custom_objects')

# With the moment of `time.monotonic()` until which it is good.
_worlds: OrderedDict[tuple[str, int], tuple[World, float]] = OrderedDict()
# Which faults were logged, of which schema.
_told: set[tuple[str, Fault]] = set()
_lock = threading.Lock()
_empty = World({})
# Whether tables are being made, so that one that is missing is not worth a line in the log.
_making: ContextVar[bool] = ContextVar('netbox_custom_objects_making', default=False)
_prepare: Callable[[str], None] = lambda alias: None  # noqa: E731


def set_preparation(prepare: Callable[[str], None]) -> None:
    """Have `prepare` called with an alias before its definitions are loaded, to make tables that are missing."""
    global _prepare
    _prepare = prepare


@contextmanager
def making_tables() -> Iterator[None]:
    """Write definitions whose tables are made at the end; what is still missing then is logged when it is met again."""
    before = _making.set(True)
    try:
        yield
    finally:
        _making.reset(before)


def world(alias: str | None = None) -> World:
    """
    Return the World of the schema behind `alias`, by default that of the current context (active branch or main).

    Costs one query to read the schema's token, or none if the request has read it; loading definitions happens only
    when the token is new to this process.
    """
    target = Target.for_alias(alias or context.current_alias())
    # The token is read before the definitions: if both change in between, the older key is never asked for again.
    key = target.schema, context.current_token(target)
    with _lock:
        found, until = _worlds.get(key, (None, 0))
        if found is not None and time.monotonic() < until:
            _worlds.move_to_end(key)
            return found
    loaded = _load(target, key[1])
    if loaded is _empty:
        return _empty
    until = time.monotonic() + FAULTY_SECONDS if loaded.lacks_storage else math.inf
    with _lock:
        _worlds[key] = loaded, until
        while len(_worlds) > WORLDS_KEPT:
            _worlds.popitem(last=False)
    # A new type may be among them; the flag-less list of models is cached by Django (proven, 1.1).
    apps.get_models.cache_clear()
    note_types(loaded.definitions)
    hold_senders()
    return loaded


def _load(target: Target, token: int) -> World:
    if token == UNCHANGED and not is_installed(target):
        return _empty
    _prepare(target.alias)
    definitions = load_changed(target.alias)
    # What a preview writes has no tables, and never gets any.
    return World(definitions, None if undone.get() else columns_of(target), partial(_log, target))


def _log(target: Target, fault: Fault) -> None:
    if (target.schema, fault) not in _told and not _making.get():
        _told.add((target.schema, fault))
        logger.warning('%s: %s', target, fault)


def forget_lacking(schema: str) -> None:
    """Drop the Worlds of a schema that lack tables or columns: these were made just now."""
    with _lock:
        for key in [key for key, (found, _until) in _worlds.items() if key[0] == schema and found.lacks_storage]:
            del _worlds[key]


def forget_worlds() -> None:
    """Drop every cached World; for tests, which replace the database under a running process."""
    with _lock:
        _worlds.clear()
    apps.get_models.cache_clear()


def resolve(model_name: str) -> type:
    """
    Return the class that a model name of this app means in the current context.

    In order: the current schema's class, that of the branch which is being replayed, a ghost if the type exists or
    existed anywhere. While plugins are starting up, it is a ghost in any case: nothing may be asked of the database.

    Raises:
        LookupError: no such type was ever defined
    """
    name = model_name.lower()
    if name == COMMON_MODEL:
        return any_object()
    if match := names.TABLE_MODEL_RE.match(name):
        type_id = int(match[1])
        if not apps.ready:
            return ghost(type_id)
        for found in _worlds_in_order():
            if (model := found.model(type_id)) is not None:
                return model
        if _was_ever_defined(name):
            return ghost(type_id)
    elif apps.ready and (match := names.LINK_MODEL_RE.match(name)):
        for found in _worlds_in_order():
            if (model := found.link_model(int(match[1]), int(match[2]))) is not None:
                return model
    raise LookupError(f"App '{APP_LABEL}' doesn't have a '{model_name}' model.")


def model_for(type_id: int, alias: str | None = None) -> type | None:
    """Return the class of a type in a schema, None if the type is not there."""
    return world(alias).model(type_id)


def model_or_ghost(type_id: int) -> type:
    """Return the class of a type in the current context, its ghost if there is none; never asks whether it existed."""
    found = (current.model(type_id) for current in _worlds_in_order())
    return next((model for model in found if model is not None), None) or ghost(type_id)


def fit(model: type, alias: str) -> type | None:
    """Return `model` if its columns exist in the schema behind `alias`, else that schema's class, else None."""
    current = world(alias).model(model._type_id)
    if current is None or current is model:
        return current
    return model if model._storage and model._storage <= current._storage else current


def _worlds_in_order():
    yield world()
    replayed = context.replayed_alias()
    if replayed is not None and replayed != context.current_alias():
        yield world(replayed)


def _was_ever_defined(model_name: str) -> bool:
    """Whether a content type of this name exists; one outlives its type while anything refers to it."""
    content_types = ContentType.objects.db_manager(DEFAULT_DB_ALIAS)
    try:
        content_types.get_by_natural_key(APP_LABEL, model_name)
    except ContentType.DoesNotExist:
        return False
    return True


context.set_fitter(fit)
