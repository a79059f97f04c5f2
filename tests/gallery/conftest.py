"""Fixtures of the tests of the gallery."""

from tests.support.clients import browser, rest, user  # noqa: F401
from tests.support.indexing import no_indexing  # noqa: F401
