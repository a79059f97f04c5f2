"""
What is said about deprecated fields and types, and when their removal is due.

May import django and packaging. Takes definitions and rows alike: everything that has the three attributes.
"""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from packaging.version import Version


def notice(item) -> str:
    """
    Return one sentence, e.g. `Deprecated since 1.2, scheduled for removal in 2.0.`

    Args:
        item: a deprecated type or field, as a definition or as a row
    """
    since, removal = item.deprecated_since, item.scheduled_removal
    if since and removal:
        return _('Deprecated since {since}, scheduled for removal in {removal}.').format(since=since, removal=removal)
    if since:
        return _('Deprecated since {since}.').format(since=since)
    if removal:
        return _('Deprecated, scheduled for removal in {removal}.').format(removal=removal)
    return _('Deprecated.')


def read_only(field) -> str:
    """Return why a value of a deprecated field is refused."""
    return f'{_("This field is read-only.")} {notice(field)}'


def closed(definition) -> str:
    """Return why objects of a deprecated type are neither created nor changed."""
    message = _('Objects of type {name} can be deleted, but not created or changed.')
    return f'{message.format(name=definition.display_name)} {notice(definition)}'


def parse_version(text: str) -> Version | None:
    """Return a PEP 440 version in a form that can be compared; None if the text is not one, or empty."""
    try:
        return Version(text)
    except ValueError:  # InvalidVersion is one, and numbers of thousands of digits raise another
        return None


def is_due(item, version: str) -> bool:
    """
    Whether the planned removal of something deprecated has come.

    Args:
        item: a type or field
        version: the version that its type has reached; without one, nothing is due
    """
    planned, reached = parse_version(item.scheduled_removal), parse_version(version)
    return bool(item.deprecated and planned and reached and planned <= reached)


def check(item, before) -> Iterator[tuple[str, str]]:
    """
    Yield (attribute, message) for what is wrong with the versions of a type or field.

    Args:
        item: the row that is about to be stored
        before: the stored row, None if there is none; what it holds already is not looked at again
    """
    versions = item.deprecated_since, item.scheduled_removal
    if before is not None and versions == (before.deprecated_since, before.scheduled_removal):
        return
    since, removal = map(parse_version, versions)
    if since and removal and removal < since:
        message = _('The scheduled removal ({removal}) precedes the deprecation ({since}).')
        yield 'scheduled_removal', message.format(removal=item.scheduled_removal, since=item.deprecated_since)
