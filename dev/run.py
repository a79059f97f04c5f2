"""Serves NetBox on a database that is kept between runs, or opens a shell on it.

Use: python -m dev.run [shell]
"""

import os
import signal
import sys

from dev import database
from dev.paths import LOGS, NETBOX_COMMAND, netbox_environment
from dev.serve import free_port, is_free, start_netbox

DATABASE = 'nco_run'
PORT = 8000


def prepare():
    """Clone the template at the first run, and migrate what was cloned earlier from an older one."""
    template = database.ensure_template()
    with database.connect() as connection:
        is_new = not database.exists(connection, DATABASE)
    if is_new:
        database.clone(DATABASE, template)
    else:
        database.migrate(DATABASE)


def serve():
    # `make stop` and closing the terminal must end the server's processes as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    port = PORT if is_free(PORT) else free_port()
    with start_netbox(DATABASE, port) as netbox:
        print(f'NetBox is at {netbox.url}, user "{netbox.username}", password "{netbox.password}".')
        print(f'API clients send the header "Authorization: Bearer {netbox.token}".')
        print(f'Logs are in {LOGS}. Press Ctrl-C to stop.', flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            print('\nStopping.')


def shell():
    os.execvpe(NETBOX_COMMAND[0], [*NETBOX_COMMAND, 'nbshell'], netbox_environment(DATABASE))


if __name__ == '__main__':
    prepare()
    shell() if sys.argv[1:] == ['shell'] else serve()
