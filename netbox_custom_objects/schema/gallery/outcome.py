"""What installing a model has done, in sentences: for the page, and for the log of a job."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .install import Installation


def what_was_done(found: Installation) -> str:
    count = sum(diff.has_changes for diff in found.comparison.diffs)
    types = ngettext('{count} type was installed', '{count} types were installed', count).format(count=count)
    if found.rows is None:
        return _('{types}.').format(types=types)
    count = found.rows.count
    objects = ngettext('{count} object was created', '{count} objects were created', count).format(count=count)
    return _('{types}, and {objects}.').format(types=types, objects=objects)


def what_is_not_there(found: Installation) -> Iterator[str]:
    """Yield what sample objects lack, which names nothing of this NetBox."""
    if found.rows is None:
        return
    if found.rows.missing:
        message = _('These were not found, and references to them were left empty: {names}.')
        yield message.format(names=', '.join(found.rows.missing))
    if found.rows.left_out:
        count = found.rows.left_out
        message = ngettext(
            '{count} object was left out, because something that it requires was not found.',
            '{count} objects were left out, because something that they require was not found.',
            count,
        )
        yield message.format(count=count)


def what_was_kept(found: Installation) -> Iterator[str]:
    if found.rows is not None and found.rows.kept:
        message = _('These types have objects already, and got no sample objects: {names}.')
        yield message.format(names=', '.join(found.rows.kept))
