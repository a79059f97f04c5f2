"""What the tests of spreadsheets share."""

from tests.support.clients import browser, rest, user  # noqa: F401
