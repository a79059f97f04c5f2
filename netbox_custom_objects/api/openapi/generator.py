"""
The OpenAPI schema with the endpoints of every type that a user may view, beside NetBox's own.

NetBox's schema view cannot show them: its URL patterns are the same for all types and all users, and it keeps what it
answers for a day. May import the viewsets.
"""

from collections.abc import Callable, Iterable

from django.conf import settings as django_settings
from django.core.cache import cache
from django.utils.translation import get_language

from netbox.plugins.utils import get_installed_plugins

from ...constants import APP_LABEL
from ...definitions import TypeDefinition
from ...runtime.classes.registry import world
from ..views.root import viewable_types
from .descriptions import describe
from .endpoints import BaseGenerator
from .texts import Form, Tree, join, merge, packed, unpacked, write

# Seconds. What NetBox and other plugins offer takes long to describe, and changes with their versions only.
KEEP_HOST = 24 * 60 * 60


class SchemaGenerator(BaseGenerator):
    """NetBox's generator, with the types that one user may view; with all types without a request."""

    def __init__(self, form: Form | None = None, **kwargs):
        """
        Args:
            form: what the document is written in; None for the document itself
        """
        self.form = form
        super().__init__(**kwargs)

    def get_schema(self, request=None, public=False) -> dict | bytes:
        types = describe(self.get_types(request), self.api_version, host_key(self.api_version), self.form)
        document = merge(self.get_host(), types)
        return join(document, self.form) if self.form else document

    def get_types(self, request) -> Iterable[TypeDefinition]:
        return viewable_types(request.user) if request else world().definitions.values()

    def get_host(self) -> Tree:
        """Return what the document has besides, in the form that is asked for."""
        if self.form is None:
            return self._host()
        return self._kept(f'_{self.form.name}', lambda: write(self._host(), self.form))

    def _host(self) -> Tree:
        return self._kept('', lambda: BaseGenerator.get_schema(self, None, True))

    def _kept(self, suffix: str, make: Callable[[], Tree]) -> Tree:
        """Return what the cache holds of NetBox's whole document, or what is made of it."""
        if self.patterns is not None or self.urlconf is not None:
            return make()
        key = f'{host_key(self.api_version)}{suffix}'
        if (kept := cache.get(key)) is not None:
            return unpacked(kept)
        made = make()
        cache.set(key, packed(made), KEEP_HOST)
        return made


class TypeSchemaGenerator(SchemaGenerator):
    """Describes the endpoints of some types, and nothing else."""

    def __init__(self, definitions: Iterable[TypeDefinition], **kwargs):
        super().__init__(**{**kwargs, 'patterns': []})
        self.definitions = [*definitions]

    def get_types(self, request):
        return self.definitions


def host_key(version: str | None) -> str:
    """Return the key under which the part that does not concern this plugin is kept."""
    versions = '_'.join(f'{name}={number}' for name, number in sorted(get_installed_plugins().items()))
    release = django_settings.RELEASE.full_version
    return f'{APP_LABEL}_packed_host_{django_settings.BASE_PATH}_{release}_{versions}_{version}_{get_language()}'
