"""Finds the Chromium that the tests drive: one that the system has, as Playwright's own would be a large download."""

import os
import shutil

# The first has no windows, and takes half the computing time of the others.
NAMES = ('chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable')

NOT_FOUND = (
    'Chromium was not found, which the browser tests need; install it with: apt-get install chromium, '
    'or name another binary of it in the environment variable CHROMIUM.'
)


def find_chromium() -> str | None:
    """Return the path of the browser's binary, None if there is none; the variable CHROMIUM goes first."""
    named = os.environ.get('CHROMIUM')
    return next(filter(None, map(shutil.which, [named] if named else NAMES)), None)


def arguments() -> list[str]:
    """Return the arguments that Chromium is started with."""
    # Its sandbox refuses to work for root, and /dev/shm of a container may be tiny.
    return ['--disable-dev-shm-usage', *(['--no-sandbox'] if os.geteuid() == 0 else [])]
