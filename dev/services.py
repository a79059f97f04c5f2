"""Start, stop and look at the private PostgreSQL and Redis of this checkout.

Use: python -m dev.services start|stop|status|clean
"""

import shutil
import sys

from dev import postgres, redis, scratch
from dev.paths import STATE, exclusive, make_state_directories


def start():
    """Start whatever is not running. Safe to call at any time, from several processes at once."""
    make_state_directories()
    with exclusive('services'):
        scratch.make_directory()
        postgres.start()
        scratch.make_tablespace()
        redis.start()


def stop():
    """Stop whatever is running."""
    if not STATE.exists():
        return
    with exclusive('services'):
        redis.stop()
        postgres.stop()


def clean():
    """Stop everything and delete all that was generated, inside and outside of the checkout."""
    stop()
    postgres.remove()
    scratch.remove()
    shutil.rmtree(STATE, ignore_errors=True)


def status():
    """Print which services run, and where."""
    for name, service, place in (
        ('PostgreSQL', postgres, postgres.socket_directory()),
        ('Redis', redis, f'{redis.HOST}:{redis.endpoint()["port"]}'),
    ):
        print(f'{name:<11}{"running" if service.is_running() else "stopped":<9}{place}')


COMMANDS = {'start': start, 'stop': stop, 'status': status, 'clean': clean}

if __name__ == '__main__':
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        raise SystemExit(__doc__)
    COMMANDS[sys.argv[1]]()
