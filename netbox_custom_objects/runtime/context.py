"""
What the current code is doing: in which schema, since which revision, and whether a change is being replayed.

May import ddl.target and models.revision. Branching says through `set_alias_resolver` which alias is active, so that
this module, and everything above branching/, never imports netbox_branching.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.db import DEFAULT_DB_ALIAS, connections

from netbox.context import query_cache

from ..ddl.target import MAIN_ALIAS, Target
from ..models.revision import read_token

_resolve_alias: Callable[[], str] = lambda: MAIN_ALIAS  # noqa: E731
_resolve_replay: Callable[[], str | None] = lambda: None  # noqa: E731
_forget_replay: Callable[[], None] = lambda: None  # noqa: E731
_is_revert: Callable[[], bool] = lambda: False  # noqa: E731
_fit: Callable[[type, str], type | None] = lambda model, alias: model  # noqa: E731


def set_fitter(fitter: Callable[[type, str], type | None]) -> None:
    """Make `fitter` choose classes for schemas; the registry does this, which managers cannot import."""
    global _fit
    _fit = fitter


def fit(model: type, alias: str) -> type | None:
    """Return the class to read the schema behind `alias` with: `model` if it fits, None if the type is not there."""
    return _fit(model, alias)


@dataclass(slots=True)
class Pin:
    """A token that is trusted until the request ends; a provisional one is read again at every look-up."""

    token: int
    provisional: bool = False


_pins: ContextVar[dict[str, Pin] | None] = ContextVar('netbox_custom_objects_pins', default=None)


@dataclass(slots=True)
class ReplayTokens:
    """The tokens that a replay has read, good for as long as its transaction lasts."""

    transaction: object
    tokens: dict[str, int] = field(default_factory=dict)


_replay_tokens: ContextVar[ReplayTokens | None] = ContextVar('netbox_custom_objects_replay_tokens', default=None)


def set_alias_resolver(resolver: Callable[[], str]) -> None:
    """Make `resolver` say which connection alias the current context reads and writes."""
    global _resolve_alias
    _resolve_alias = resolver


def set_replay_resolver(
    resolver: Callable[[], str | None], forget: Callable[[], None], is_revert: Callable[[], bool]
) -> None:
    """
    Make `resolver` say which branch's alias is being merged, synchronised or reverted now, if any.

    `forget` is called when a request begins: a replay that failed in this thread may not have said that it ended.
    `is_revert` says whether the replay undoes changes.
    """
    global _resolve_replay, _forget_replay, _is_revert
    _resolve_replay, _forget_replay, _is_revert = resolver, forget, is_revert


def current_alias() -> str:
    """Return the alias of the active branch, or that of main."""
    return _resolve_alias()


def replayed_alias() -> str | None:
    """Return the alias of the branch whose changes are being replayed, None outside of a replay."""
    return _resolve_replay()


def in_replay() -> bool:
    """Whether changes are being replayed: the targets of references may then come later (proven, 3.2)."""
    return _resolve_replay() is not None


def in_revert() -> bool:
    """Whether changes are being undone: a required value may then go before the field that requires it."""
    return _is_revert()


@contextmanager
def pinned(request=None) -> Iterator[None]:
    """
    Read each schema's token once and trust it until the end of the block: one query a request (decision 6).

    NetBox applies this as a request processor to every request, script and background view.
    """
    _forget_replay()
    reset = _pins.set({})
    try:
        yield
    finally:
        _pins.reset(reset)


@contextmanager
def as_one_request() -> Iterator[None]:
    """Remember the revision and object types, as within a request: NetBox asks for them once per object."""
    reset = query_cache.set(defaultdict(dict))
    try:
        with pinned():
            yield
    finally:
        query_cache.reset(reset)


def within_request() -> AbstractContextManager:
    """Return a block that remembers as the current request does, or as one if there is none."""
    return as_one_request() if query_cache.get() is None else nullcontext()


def current_token(target: Target) -> int:
    """Return the revision token of a target: pinned if the current request has seen it, read otherwise."""
    if in_replay():
        tokens = _tokens_of_replay()
        if target.schema not in tokens:
            tokens[target.schema] = read_token(target)
        return tokens[target.schema]
    pins = _pins.get()
    if pins is None:
        return read_token(target)
    pin = pins.get(target.schema)
    if pin is None:
        pin = pins[target.schema] = Pin(read_token(target))
    elif pin.provisional:
        pin.token = read_token(target)
    return pin.token


def has_moved(alias: str) -> bool:
    """Whether another request has changed definitions in a schema since the current one has first looked at them."""
    target = Target.for_alias(alias)
    pin = (_pins.get() or {}).get(target.schema)
    return pin is not None and not pin.provisional and read_token(target) != pin.token


def _tokens_of_replay() -> dict[str, int]:
    """
    Return the tokens that the current replay has read, by schema.

    A replay asks for classes a dozen times per object, and is no request. As a request does, it goes on with what it
    has read if another process changes definitions meanwhile; its own edits are followed by `mark_changed`.
    """
    transaction = connections[DEFAULT_DB_ALIAS].atomic_blocks[0]
    held = _replay_tokens.get()
    if held is None or held.transaction is not transaction:
        held = ReplayTokens(transaction)
        _replay_tokens.set(held)
    return held.tokens


def forget_tokens() -> None:
    """Read tokens again: definitions were changed, or a savepoint was rolled back that may have changed them."""
    _replay_tokens.set(None)


def mark_changed(alias: str) -> None:
    """
    Note that the current request changes definitions in a schema.

    From now on its token is read at every look-up, because a roll-back to a savepoint would bring the old one back.
    """
    forget_tokens()
    pins = _pins.get()
    if pins is not None:
        target = Target.for_alias(alias)
        pins.setdefault(target.schema, Pin(0)).provisional = True
