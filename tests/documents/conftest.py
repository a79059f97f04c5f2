"""What the tests of documents share."""

from tests.support.clients import browser, rest, user  # noqa: F401
