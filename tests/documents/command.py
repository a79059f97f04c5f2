"""Runs `custom_objects_schema` as a shell does."""

import io

from django.core.management import CommandError, call_command


def run(*arguments: str) -> tuple[int, str]:
    """Return the exit status and what was printed."""
    out = io.StringIO()
    try:
        call_command('custom_objects_schema', *arguments, stdout=out, stderr=out)
    except SystemExit as end:
        return end.code, out.getvalue()
    except CommandError as error:
        return error.returncode, out.getvalue() + str(error)
    return 0, out.getvalue()
