"""A PgBouncer in transaction mode in front of this checkout's PostgreSQL, for as long as something runs behind it.

Use: python -m dev.pgbouncer COMMAND [ARGUMENT]...
Every process of NetBox that the command starts reaches its database through it.
"""

import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager

from dev import postgres

PORT = '6432'  # Only part of the socket's file name, as that of PostgreSQL.
# Names the directory of a PgBouncer's socket to dev.configuration.
VARIABLE = 'NCO_PGBOUNCER'

NOT_FOUND = 'PgBouncer was not found; install it with: apt-get install pgbouncer'

# netbox-branching sends the search path of a branch in `options`. It must not be ignored: main would be written to.
SETTINGS = """
[databases]
* = host={postgres} port={postgres_port}

[pgbouncer]
listen_addr =
listen_port = {port}
unix_socket_dir = {home}
auth_type = trust
auth_file = {home}/users
pool_mode = transaction
default_pool_size = 20
max_db_connections = 40
ignore_startup_parameters = extra_float_digits
logfile = {home}/log
pidfile = {home}/pid
"""


@contextmanager
def running():
    """Start one with a private directory, which is yielded: that of its socket. Stop it at the end."""
    home = postgres.home() / f'pgbouncer-{os.getpid()}'
    user = postgres.server_user()
    identity = {'user': user.pw_uid, 'group': user.pw_gid, 'extra_groups': []} if user else {}
    shutil.rmtree(home, ignore_errors=True)
    postgres.make_private_directory(home)
    settings = SETTINGS.format(home=home, port=PORT, postgres=postgres.socket_directory(), postgres_port=postgres.PORT)
    for name, text in (('ini', settings), ('users', f'"{postgres.ROLE}" ""\n')):
        (home / name).write_text(text)
        (home / name).chmod(0o644)
    process = subprocess.Popen(
        [binary(), '--quiet', home / 'ini'], cwd='/', stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, **identity,
    )  # fmt: skip
    try:
        _wait_for(home, process)
        yield home
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(home, ignore_errors=True)


def binary():
    """Return the path of the program; Debian installs it where users do not look."""
    path = shutil.which('pgbouncer') or shutil.which('pgbouncer', path='/usr/sbin:/usr/local/sbin')
    if path is None:
        raise SystemExit(NOT_FOUND)
    return path


def _wait_for(home, process):
    for _attempt in range(200):
        if (home / f'.s.PGSQL.{PORT}').exists():
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    log = home / 'log'
    raise SystemExit(f'PgBouncer did not start: {log.read_text() if log.exists() else process.returncode}')


if __name__ == '__main__':
    if not sys.argv[1:]:
        raise SystemExit(__doc__)
    with running() as directory:
        environment = {**os.environ, VARIABLE: str(directory)}
        raise SystemExit(subprocess.run(sys.argv[1:], env=environment).returncode)
