"""A tablespace in memory for databases that live only as long as a test: cloning into it takes a tenth of the time.

It is used if the machine has a memory file system with enough room; else such databases lie on disk.
"""

import shutil
from pathlib import Path

from dev import postgres
from dev.paths import STATE_ID

NAME = 'scratch'
MEMORY = Path('/dev/shm')
DIRECTORY = MEMORY / f'netbox-custom-objects-{STATE_ID}'
BYTES_WANTED = 2 * 1024**3


def make_directory():
    """Make the directory again after a restart of the machine: the server does not start well without it."""
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= BYTES_WANTED:
        postgres.make_private_directory(DIRECTORY)


def make_tablespace():
    """Create the tablespace if the server has none. What an earlier one held is lost, unless it is elsewhere."""
    if not DIRECTORY.is_dir():
        return
    with postgres.connect(user='postgres') as connection:
        location = connection.execute(
            'SELECT pg_tablespace_location(oid) FROM pg_tablespace WHERE spcname = %s', [NAME]
        ).fetchone()
        if location and any(Path(location[0]).glob('*')):
            return
        lost = connection.execute(
            'SELECT datname FROM pg_database JOIN pg_tablespace space ON space.oid = dattablespace WHERE spcname = %s',
            [NAME],
        )
        for (database,) in lost.fetchall():
            connection.execute(f'DROP DATABASE "{database}"')
        connection.execute(f'DROP TABLESPACE IF EXISTS {NAME}')
        # A server whose data directory is gone left files behind, which PostgreSQL would refuse.
        for left in DIRECTORY.iterdir():
            shutil.rmtree(left)
        connection.execute(f"CREATE TABLESPACE {NAME} OWNER {postgres.ROLE} LOCATION '{DIRECTORY}'")


def exists(connection):
    """Tell whether the server has the tablespace."""
    return bool(connection.execute('SELECT 1 FROM pg_tablespace WHERE spcname = %s', [NAME]).fetchone())


def remove():
    """Delete the directory of a server that has been stopped."""
    shutil.rmtree(DIRECTORY, ignore_errors=True)
