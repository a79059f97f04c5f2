"""Runs the demo on a database of its own, then serves NetBox with what it loaded.

Environment: DEMO_ROWS (rows of the source, or `all`), DEMO_SERVE (0: end instead of serving, 1: serve in any case).
"""

import os
import signal
import sys

from dev import database
from dev.demo.client import Failure
from dev.demo.model import ALLOCATIONS, VENDORS
from dev.demo.report import Report
from dev.demo.steps import Demo
from dev.paths import LOGS
from dev.serve import free_port, is_free, start_netbox

DATABASE = 'nco_demo'
PORT = 8001
ROWS = 2000
INTERRUPTED = 130


def main() -> int:
    limit = rows_wanted()
    # `make stop` and closing the terminal must end the server's processes as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    report = Report()
    try:
        database.clone(DATABASE)
        print('Starting NetBox on a new database.', flush=True)
        with start_netbox(DATABASE, PORT if is_free(PORT) else free_port()) as netbox:
            try:
                Demo(netbox, report, limit).run()
            except Failure as failure:
                print(f'\nThe demo failed. {failure}\nLogs of NetBox are in {LOGS}.', file=sys.stderr)
                return 1
            report.table()
            if serving_is_wanted():
                serve(netbox)
    except KeyboardInterrupt:
        print('\nInterrupted. The next demo starts with a new database.')
        return INTERRUPTED
    return 0


def rows_wanted() -> int | None:
    """Return how many rows of the source to load, None for all."""
    text = os.environ.get('DEMO_ROWS') or str(ROWS)
    if text == 'all':
        return None
    if not text.isdecimal() or int(text) == 0:
        raise SystemExit(f'DEMO_ROWS must be a number or "all", not "{text}".')
    return int(text)


def serving_is_wanted() -> bool:
    """Without a word from the user, serve where somebody can press Ctrl-C."""
    wanted = os.environ.get('DEMO_SERVE')
    return wanted != '0' if wanted else sys.stdin.isatty()


def serve(netbox) -> None:
    url = netbox.url
    print(f'\nNetBox is at {url}, user "{netbox.username}", password "{netbox.password}". Worth a look:')
    for path, what in (
        (f'plugins/custom-objects/{VENDORS}/', 'the vendors: filter, sort, search, edit them'),
        (f'plugins/custom-objects/{ALLOCATIONS}/', 'prefixes, with links to RIRs and vendors'),
        ('plugins/branching/branches/', 'the branch: see its changes, revert it, merge it'),
        ('plugins/custom-objects/custom-object-types/gallery/', 'models to begin with: install one'),
        ('api/plugins/custom-objects/', 'the same over REST'),
    ):
        print(f'  {url + "/" + path:<64} {what}')
    print('Press Ctrl-C to stop.', flush=True)
    try:
        signal.pause()
    except KeyboardInterrupt:
        print('\nStopping.')


if __name__ == '__main__':
    sys.exit(main())
