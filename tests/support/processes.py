"""Other processes of NetBox on the test database: one-shot commands, and workers that can be killed."""

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import textwrap
from dataclasses import dataclass
from unittest import mock

from django.core.management import execute_from_command_line

from dev.paths import NETBOX_COMMAND, ROOT, netbox_environment

PREAMBLE = """
import json, sys
import django
django.setup()
from django.db import connection, transaction
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from tests.support.factories import *
"""
# What code that runs by itself tells is the last line of its output.
SAY = """
def say(value):
    print(json.dumps(value, default=str), file=sys.__stdout__, flush=True)
"""
SECONDS_TO_END = 300

# Loading NetBox costs seconds of computing time: one process does it, and the others are forked from that.
FORKED = multiprocessing.get_context('forkserver')
FORKED.set_forkserver_preload(['tests.support.loaded'])
NEW = multiprocessing.get_context('spawn')


def run_netbox(*arguments, database, **environment):
    """Run a management command and return how it ended, with its output as text."""
    if _is_ours(database) and not environment:
        return Command(*arguments, database=database).wait()
    return run_new_netbox(*arguments, database=database, **environment)


def run_new_netbox(*arguments, database, **environment):
    """The same in a new interpreter, which shows what loading NetBox says as well."""
    return subprocess.run(
        [*NETBOX_COMMAND, *arguments],
        cwd=ROOT,
        env=netbox_environment(database, **environment),
        capture_output=True,
        text=True,
    )


def run_python(code, database, *, preamble=PREAMBLE + SAY, **environment):
    """Run Python code in a new interpreter; return the CompletedProcess, with its output as text."""
    return subprocess.run(
        [sys.executable, '-c', preamble + textwrap.dedent(code)],
        cwd=ROOT,
        env=netbox_environment(database, **environment),
        capture_output=True,
        text=True,
    )


@dataclass(frozen=True)
class Ended:
    """What a command said, and how it ended."""

    returncode: int
    stdout: str
    stderr: str


class Command:
    """A management command in a process that is forked; it can be killed."""

    def __init__(self, *arguments, database):
        assert _is_ours(database), 'What is forked has loaded the settings of this process.'
        self.files = [tempfile.NamedTemporaryFile('r') for _ in range(2)]  # noqa: SIM115  # closed in wait()
        self.process = FORKED.Process(target=_execute, args=(arguments, *(file.name for file in self.files)))
        self.process.start()

    def wait(self, timeout=SECONDS_TO_END):
        """Wait until it has ended, and return what it said."""
        self.process.join(timeout)
        assert self.process.exitcode is not None, 'The command does not end.'
        said = []
        for file in self.files:
            with file:
                said.append(file.read())
        return Ended(self.process.exitcode, *said)

    def kill(self):
        """End it as a crash does (SIGKILL)."""
        self.process.kill()
        self.wait()


class Worker:
    """A process that runs code as it is told to, one piece after the other. Use it as a context manager."""

    def __init__(self, database, **environment):
        self.connection, theirs = multiprocessing.Pipe()
        context = FORKED if _is_ours(database) and not environment else NEW
        self.process = context.Process(target=_work, args=(theirs,))
        with mock.patch.dict(os.environ, netbox_environment(database, **environment)):
            self.process.start()
        # Only then can be seen that the process is gone.
        theirs.close()

    def __enter__(self):
        assert self.read() == 'ready'
        return self

    def __exit__(self, *exception):
        self.kill()

    def send(self, code):
        """Tell the process to run code, without waiting for it."""
        self.connection.send(textwrap.dedent(code))

    def read(self):
        """Wait for the next thing that the process says."""
        try:
            return json.loads(self.connection.recv())
        except EOFError:
            self.process.join()
            raise AssertionError(f'the process ended with {self.process.exitcode}') from None

    def run(self, code):
        """Run code and return what it left in `result`."""
        self.send(code)
        answer = self.read()
        assert 'error' not in answer, answer['error']
        return answer['result']

    def kill(self):
        """End the process as a crash does (SIGKILL): nothing in it gets a chance to tidy up."""
        self.process.kill()
        self.process.join()
        self.connection.close()


def _is_ours(database):
    return database == os.environ['NCO_DATABASE']


def _work(requests):
    """Run one piece of Python code after the other, and answer with the JSON of what it left in `result`."""

    def say(value):
        requests.send(json.dumps(value, default=str))

    scope = {'say': say}
    exec(PREAMBLE, scope)
    say('ready')
    while True:
        scope['result'] = None
        try:
            exec(requests.recv(), scope)
        except EOFError:
            return
        except Exception as error:
            say({'error': f'{type(error).__name__}: {error}'})
        else:
            say({'result': scope['result']})


def _execute(arguments, *outputs):
    for name, number in zip(outputs, (1, 2), strict=True):
        with open(name, 'w') as file:
            os.dup2(file.fileno(), number)
    sys.argv = ['netbox', *arguments]
    execute_from_command_line(sys.argv)
