"""Runs management commands as a shell does: the exit status, and what was printed."""

import io

from django.core.management import call_command


def upgrade(*arguments: str) -> tuple[int, str]:
    """Return the exit status of `upgrade_custom_objects` and what it printed; raises CommandError as it does."""
    out = io.StringIO()
    try:
        call_command('upgrade_custom_objects', *arguments, stdout=out)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()
