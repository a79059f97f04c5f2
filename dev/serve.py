"""Runs NetBox as in production: a web server with several processes, and a worker for background jobs.

Use: with start_netbox('nco_demo') as netbox: requests.get(netbox.url, headers=netbox.headers)
"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field

from dev import admin
from dev.paths import LOGS, ROOT, netbox_environment

SECONDS_TO_START = 300
SECONDS_TO_STOP = 10


@dataclass
class NetBoxServer:
    """A running NetBox. Leaving its `with` block, or calling stop(), ends all of its processes."""

    database: str
    port: int
    processes: list = field(default_factory=list)
    username: str = admin.USERNAME
    password: str = admin.PASSWORD
    token: str = admin.TOKEN

    @property
    def url(self):
        return f'http://127.0.0.1:{self.port}'

    @property
    def headers(self):
        """HTTP headers of an API client that may do everything."""
        return {'Authorization': f'Bearer {self.token}', 'Accept': 'application/json'}

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(SECONDS_TO_STOP)
            except subprocess.TimeoutExpired:
                # A worker is in the middle of a job, in a process group of its own: asked twice, it ends that as well.
                process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(SECONDS_TO_STOP)
            # Whatever is left of the process or its children would block the database.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.processes.clear()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.stop()


def start_netbox(database, port=None, *, processes=2, threads=3, jobs=True, start=subprocess.Popen, **environment):
    """Serve a database of the private server; return when it answers.

    `jobs=False` leaves out the background worker. `start` starts a process as subprocess.Popen does. Further keywords
    are environment variables for NetBox.
    """
    environment = netbox_environment(database, **environment)
    server = NetBoxServer(database, port or free_port())
    try:
        server.processes.append(
            _start(_gunicorn(server.port, processes, threads), f'{database}-web', environment, start)
        )
        if jobs:
            server.processes.append(start_worker(database, start, **environment))
        if _start([sys.executable, '-m', 'dev.admin'], f'{database}-admin', environment, start).wait():
            raise SystemExit(f'NetBox has no administrator: read {LOGS}/{database}-admin.log')
        _wait_until_it_answers(server)
    except BaseException:
        server.stop()
        raise
    return server


def start_worker(database, start=subprocess.Popen, **environment):
    """Start a process that runs background jobs of a database; the caller ends it."""
    environment = netbox_environment(database, **environment)
    return _start([sys.executable, '-m', 'dev.worker'], f'{database}-jobs', environment, start)


def free_port():
    with socket.create_server(('127.0.0.1', 0)) as probe:
        return probe.getsockname()[1]


def is_free(port):
    with socket.socket() as probe:
        return probe.connect_ex(('127.0.0.1', port)) != 0


def _gunicorn(port, processes, threads):
    return [
        sys.executable, '-m', 'gunicorn', '--bind', f'127.0.0.1:{port}', '--workers', str(processes),
        '--threads', str(threads), '--timeout', '300', '--graceful-timeout', '2', '--no-control-socket',
        # One request per connection, as behind NetBox's nginx. When a response is sent before the body of its request
        # was read, gunicorn 26 can swallow the next request of that connection with the rest of the body.
        '--keep-alive', '0', 'dev.wsgi:application',
    ]  # fmt: skip


def _start(command, name, environment, start):
    with open(LOGS / f'{name}.log', 'w') as log:
        return start(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # A group of its own can be ended together with its children.
        )


def _wait_until_it_answers(server):
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        if any(process.poll() is not None for process in server.processes):
            break
        try:
            with urllib.request.urlopen(f'{server.url}/login/', timeout=SECONDS_TO_START):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f'NetBox did not start: read {LOGS}/{server.database}-*.log')
