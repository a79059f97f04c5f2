"""
What other plugins have registered for a type: for its class, or for all custom objects.

NetBox keeps registrations per model, in lists that it goes through when it shows a page. The list of a type holds its
own entries, which take the place of those of all types that are called the same. Django keeps receivers of signals per
class, and the class of a type is another one after each edit and in each branch.
"""

from collections.abc import Callable, Hashable, Iterator, MutableSequence
from urllib.parse import unquote
from weakref import ReferenceType

from asgiref.sync import async_to_sync
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save
from django.dispatch import Signal
from django.urls import URLResolver, reverse
from django.urls.resolvers import RegexPattern

from netbox.signals import post_clean
from utilities.urls import get_model_urls

from ..constants import APP_LABEL, COMMON_MODEL

INHERITED_SIGNALS = (pre_save, post_save, pre_delete, post_delete, post_clean)
# Classes that receivers are connected for: Django forgets a receiver with the class.
_held: dict[int, type] = {}


class Registered(MutableSequence):
    """The entries of one type, after those of all types: these are looked up at each use."""

    def __init__(self, own: list, common: Callable[[], list], name_of: Callable[..., Hashable]):
        self.own, self.common, self.name_of = own, common, name_of

    def _entries(self) -> list:
        names = {self.name_of(entry) for entry in self.own}
        return [entry for entry in self.common() if self.name_of(entry) not in names] + self.own

    def __len__(self):
        return len(self._entries())

    def __getitem__(self, index):
        return self._entries()[index]

    def __setitem__(self, index, entry):
        self.own[self.own.index(self[index])] = entry

    def __delitem__(self, index):
        self.own.remove(self[index])

    def insert(self, index, entry):
        self.own.insert(max(index - len(self) + len(self.own), 0), entry)


def registered_pages(model: type, detail: bool) -> URLResolver:
    """Return what resolves the addresses of registered views: below an object's address, or below that of the list."""
    return URLResolver(RegexPattern(''), get_model_urls(APP_LABEL, model._meta.model_name, detail=detail))


def registered_url(model: type, action: str, kwargs: dict) -> str:
    """
    Return the address of a registered view, by the name that it was registered under.

    Raises:
        NoReverseMatch: the name is unknown, or its view needs other arguments
    """
    place = {name: kwargs[name] for name in ('custom_object_type', 'pk') if name in kwargs}
    others = {name: value for name, value in kwargs.items() if name not in place}
    pages = registered_pages(model, detail='pk' in place)
    path = unquote(pages.reverse(f'{model._meta.model_name}_{action}', **others)).removesuffix('/')
    return reverse(f'plugins:{APP_LABEL}:customobject_registered', kwargs={**place, 'path': path})


def pass_on(sender: type, signal: Signal, **kwargs) -> None:
    """Receiver: call the receivers of another class of the sender's type, or of all custom objects; each once."""
    if getattr(sender, '_type_id', None) is None:
        return
    called, inherited = [], {}
    for receiver, of, is_async in _connected(signal):
        if of is None or of is sender:
            called.append(receiver)
        elif of == sender or is_of_all(of):
            inherited[receiver] = is_async
    for receiver, is_async in inherited.items():
        if receiver not in called:
            call = async_to_sync(receiver) if is_async else receiver
            call(sender=sender, signal=signal, **kwargs)


def hold_senders() -> None:
    """Keep the classes of types that receivers are connected for; to be called while they are still in use."""
    for signal in INHERITED_SIGNALS:
        for _receiver, sender, _is_async in _connected(signal):
            if getattr(sender, '_type_id', None) is not None:
                _held[id(sender)] = sender


def _connected(signal: Signal) -> Iterator[tuple[Callable, type | None, bool]]:
    """Yield each receiver, the class that it is connected for, or None for all, and whether it is a coroutine."""
    for _key, receiver, reference, is_async in signal.receivers:
        sender = reference() if reference is not None else None
        receiver = receiver() if isinstance(receiver, ReferenceType) else receiver
        if receiver is not None and (sender is not None or reference is None):
            yield receiver, sender, is_async


def is_of_all(model: type) -> bool:
    """Whether a class stands for all custom objects."""
    options = getattr(model, '_meta', None)
    return options is not None and (options.app_label, options.model_name) == (APP_LABEL, COMMON_MODEL)
