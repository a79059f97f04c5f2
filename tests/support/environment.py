"""Gives this test process a database and Redis numbers of its own, before NetBox loads its settings.

pytest loads this module first (see pyproject.toml), also in each worker of pytest-xdist.
"""

import fcntl
import itertools
import os

from dev.paths import STATE, make_state_directories, netbox_environment


def _claim_slot():
    """Lock the first free number for as long as this process lives, however it ends.

    Numbers instead of worker names let several test runs go on at once in one checkout.
    """
    directory = STATE / 'test-slots'
    directory.mkdir(exist_ok=True)
    for number in itertools.count():
        lock = os.open(directory / str(number), os.O_WRONLY | os.O_CREAT)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            return number


make_state_directories()
DATABASE = f'nco_test_{_claim_slot()}'
os.environ.update(netbox_environment(DATABASE))
