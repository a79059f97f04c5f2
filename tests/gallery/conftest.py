"""Fixtures of the tests of the gallery."""

from tests.support.indexing import no_indexing  # noqa: F401
