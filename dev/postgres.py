"""A PostgreSQL server of this checkout alone: own data, a private Unix socket, no TCP port.

It never touches a cluster of the system.
"""

import locale
import os
import pwd
import re
import shutil
import stat
import subprocess
import time
from pathlib import Path

import psycopg

from dev.paths import LOGS, STATE, STATE_ID

ROLE = 'netbox'
PORT = '5432'  # Only part of the socket's file name: the server listens on no network address.

# PostgreSQL cuts off socket paths beyond 107 bytes; this leaves room for the file's own name.
LONGEST_SOCKET_DIRECTORY = 90

OLDEST_VERSION = 15  # of those that NetBox supports
NOT_FOUND = 'PostgreSQL server binaries (15 or later) were not found; install them with: apt-get install postgresql'

# Speed over durability: after a crash of the machine, `make clean` builds everything again.
SETTINGS = """
listen_addresses = ''
port = {port}
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 200
max_locks_per_transaction = 512
shared_buffers = 256MB
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
checkpoint_timeout = 30min
autovacuum_naptime = 10min
jit = off
log_lock_waits = on
log_line_prefix = '%m [%p] %d '
timezone = UTC
"""


def start():
    """Start the server, creating its data directory first if there is none. Does nothing if it runs."""
    if is_running():
        return
    data = data_directory()
    is_new = not (data / 'PG_VERSION').exists()
    if is_new:
        _initialise(data)
    make_private_directory(socket_directory())
    _launch(data)
    if is_new:
        _run('createuser', '--host', socket_directory(), '--username', 'postgres', '--createdb', ROLE)


def stop():
    """Stop the server if it runs, disconnecting its clients."""
    if is_running():
        _run('pg_ctl', 'stop', '--pgdata', _running_data_directory(), '--mode', 'fast', '--wait')


def is_running():
    """Tell whether the server accepts connections."""
    if not (socket_directory() / f'.s.PGSQL.{PORT}').exists():
        return False
    return _run('pg_isready', '--quiet', '--host', socket_directory(), '--port', PORT, check=False).returncode == 0


def connect(database='postgres', user=ROLE):
    """Open an autocommit connection to one of the server's databases."""
    return psycopg.connect(host=str(socket_directory()), port=PORT, user=user, dbname=database, autocommit=True)


def remove():
    """Delete all data of the server, which must have been stopped."""
    shutil.rmtree(socket_directory(), ignore_errors=True)
    shutil.rmtree(home(), ignore_errors=True)


def home():
    """The directory that holds the server's files: in the checkout if the server's user can reach it."""
    record = STATE / 'postgres-home'
    if record.exists():
        return Path(record.read_text())
    inside = STATE / 'postgres'
    return inside if _can_reach(STATE.parent) else Path(f'/var/tmp/netbox-custom-objects-{STATE_ID}')


def data_directory():
    """The data directory, one for each major version, as versions cannot read each other's files."""
    return home() / f'data-{_major_version(_binaries())}'


def socket_directory():
    """The directory of the Unix socket, whose permissions are the server's only access control."""
    directory = home() / 'socket'
    if len(os.fsencode(directory)) > LONGEST_SOCKET_DIRECTORY:
        return Path(f'/tmp/netbox-custom-objects-{STATE_ID}')
    return directory


def make_private_directory(directory):
    """Create a directory that only the server's user can enter, and refuse one that belongs to another."""
    user = server_user()
    try:
        directory.mkdir(mode=0o700, parents=True)
        if user:
            os.chown(directory, user.pw_uid, user.pw_gid)
    except FileExistsError:
        found = directory.lstat()
        owner = user.pw_uid if user else os.getuid()
        if found.st_uid != owner or not stat.S_ISDIR(found.st_mode):
            raise SystemExit(f'{directory} belongs to another user; remove it first.') from None


def _initialise(data):
    print('Creating a private PostgreSQL cluster.', flush=True)
    make_private_directory(home())
    (STATE / 'postgres-home').write_text(str(home()))
    # A directory without PG_VERSION is what an interrupted initdb left behind.
    shutil.rmtree(data, ignore_errors=True)
    _run(
        'initdb', '--pgdata', data, '--username', 'postgres', '--auth', 'trust',
        '--encoding', 'UTF8', '--locale', _utf8_locale(), '--no-sync', '--no-instructions',
    )  # fmt: skip
    with open(data / 'postgresql.conf', 'a') as configuration:
        configuration.write(SETTINGS.format(port=PORT, socket=socket_directory()))


def _launch(data):
    log = home() / 'postgres.log'
    command = ('pg_ctl', 'start', '--pgdata', data, '--log', log, '--wait', '--timeout', '60')
    for _attempt in range(10):
        if _run(*command, check=False).returncode == 0:
            return
        # Processes of a server that was killed may live on for a moment and keep the data directory busy.
        time.sleep(1)
    raise SystemExit(f'PostgreSQL did not start: read {log}, or run `make clean` to start over.')


def _running_data_directory():
    """The data directory of the running server, which newer binaries may have overtaken."""
    running = [data for data in home().glob('data-*') if (data / 'postmaster.pid').exists()]
    return running[0] if running else data_directory()


def server_user():
    """The user to run the server as, or None for the current one: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ('postgres', 'nobody'):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise SystemExit('PostgreSQL refuses to run as root, and the users "postgres" and "nobody" do not exist.')


def _can_reach(directory):
    return not server_user() or _execute(['test', '-x', str(directory)], check=False).returncode == 0


def _run(program, *arguments, check=True):
    return _execute([str(_binaries() / program), *map(str, arguments)], check)


def _execute(command, check):
    """Run a command as the server's user; if it fails and matters, stop with what it said."""
    user = server_user()
    identity = {'user': user.pw_uid, 'group': user.pw_gid, 'extra_groups': []} if user else {}
    LOGS.mkdir(parents=True, exist_ok=True)
    # A file and not a pipe: a server started by the command would keep a pipe open for ever.
    with open(LOGS / 'postgres-commands.log', 'w+') as output:
        # The current directory may be closed to that user.
        result = subprocess.run(command, cwd='/', stdin=subprocess.DEVNULL, stdout=output, stderr=output, **identity)
        if check and result.returncode:
            output.seek(0)
            raise SystemExit(f'{command[0]} failed: {output.read().strip()}')
    return result


def _binaries():
    """The directory of the newest PostgreSQL server binaries on this machine."""
    installed = [*Path('/usr/lib/postgresql').glob('*/bin'), *Path('/usr').glob('pgsql-*/bin')]
    candidates = sorted(installed, key=_version_in_path, reverse=True)
    if on_path := shutil.which('initdb'):
        candidates.append(Path(on_path).parent)
    if pg_config := shutil.which('pg_config'):
        bindir = subprocess.run([pg_config, '--bindir'], capture_output=True, text=True).stdout.strip()
        candidates.append(Path(bindir))
    for directory in candidates:
        if (directory / 'initdb').exists() and _major_version(directory) >= OLDEST_VERSION:
            return directory
    raise SystemExit(NOT_FOUND)


def _version_in_path(directory):
    return int(re.sub(r'\D', '', directory.parent.name) or 0)


def _major_version(binaries):
    output = subprocess.run([binaries / 'initdb', '--version'], capture_output=True, text=True).stdout
    return int(re.search(r'(\d+)', output).group(1))


def _utf8_locale():
    """A locale that knows upper and lower case beyond ASCII and exists on this machine."""
    for name in ('C.UTF-8', 'en_US.UTF-8'):
        try:
            locale.setlocale(locale.LC_CTYPE, name)
        except locale.Error:
            continue
        return name
    return 'C'
