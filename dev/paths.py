"""Where everything that the development tools generate is kept, and the environment NetBox runs in.

All of it lives in `.dev/` of the checkout, except what must be reachable by another system user. Checkouts may share
it by symbolic links: they then share the servers as well.
"""

import fcntl
import hashlib
import os
import sys
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Where it really is: servers are recognised by their paths.
STATE = (ROOT / '.dev').resolve()
LOGS = STATE / 'logs'
NETBOX_ROOT = STATE / 'netbox'
PACKAGE = ROOT / 'netbox_custom_objects'

# Names directories outside the checkout: those of the servers whose state this is, and of no others.
STATE_ID = hashlib.sha256(str(STATE.parent).encode()).hexdigest()[:10]

# How a process of NetBox is started: the same interpreter, so the same virtual environment.
NETBOX_COMMAND = (sys.executable, '-m', 'netbox')


def netbox_environment(database, **extra):
    """Environment variables for a process that runs NetBox on the given private database."""
    return {
        **os.environ,
        'DJANGO_SETTINGS_MODULE': 'netbox.settings',
        'NETBOX_CONFIGURATION': 'dev.configuration',
        'NETBOX_ROOT': str(NETBOX_ROOT),
        'PYTHONPATH': os.pathsep.join(filter(None, (str(ROOT), os.environ.get('PYTHONPATH')))),
        'NCO_DATABASE': database,
        **extra,
    }


def make_state_directories():
    """Create the directories that NetBox and the services expect to find."""
    for directory in (STATE, LOGS, *(NETBOX_ROOT / name for name in ('media', 'reports', 'scripts', 'static'))):
        directory.mkdir(parents=True, exist_ok=True)


@contextmanager
def exclusive(name):
    """Hold a lock between processes, so that two commands at once do not do the same work twice."""
    STATE.mkdir(exist_ok=True)
    with open(STATE / f'{name}.lock', 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
