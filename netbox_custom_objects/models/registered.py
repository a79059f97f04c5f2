"""
What other plugins have registered for a type: for its class, or for all custom objects.

NetBox keeps registrations per model, in lists that it goes through when it shows a page. The list of a type holds its
own entries, which take the place of those of all types that are called the same.
"""

from collections.abc import Callable, Hashable, MutableSequence
from urllib.parse import unquote

from django.urls import URLResolver, reverse
from django.urls.resolvers import RegexPattern

from utilities.urls import get_model_urls

from ..constants import APP_LABEL


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
