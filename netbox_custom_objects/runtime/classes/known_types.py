"""
Which types this process has seen in any schema, and who is notified of new ones.

NetBox keeps registries per model (search, tabs, filtersets) that it reads without asking us first. What stands in them
must therefore be entered as soon as a type can be seen, once, and must resolve the type again at each use.
"""

import threading
from collections.abc import Callable, Iterable

_lock = threading.RLock()
_known: set[int] = set()
_listeners: list[Callable[[int], None]] = []


def on_new_type(listener: Callable[[int], None]) -> None:
    """Call `listener(type_id)` once for each type that this process comes to know, and for those it knows already."""
    with _lock:
        _listeners.append(listener)
        for type_id in _known:
            listener(type_id)


def note_types(type_ids: Iterable[int]) -> None:
    """Note that these types exist, or existed, in some schema."""
    if not (unknown := set(type_ids) - _known):
        return
    # Another thread may be notifying of the same types; what is registered twice would show twice.
    with _lock:
        for type_id in unknown - _known:
            for listener in _listeners:
                listener(type_id)
            _known.add(type_id)
