"""Other processes of NetBox on the test database: one-shot commands, and workers that can be killed."""

import json
import subprocess
import sys
import textwrap

from dev.paths import NETBOX_COMMAND, ROOT, netbox_environment

PREAMBLE = """
import json, sys
import django
django.setup()
from django.db import connection, transaction
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from tests.support.factories import *

def say(value):
    print(json.dumps(value, default=str), file=sys.__stdout__, flush=True)
"""

# Reads one JSON text of Python code per line, runs it, and answers with the JSON of what it left in `result`.
LOOP = """
scope = globals()
say('ready')
for line in sys.stdin:
    scope['result'] = None
    try:
        exec(json.loads(line), scope)
    except Exception as error:
        say({'error': f'{type(error).__name__}: {error}'})
    else:
        say({'result': scope['result']})
"""


def run_netbox(*arguments, database, **environment):
    """Run a management command and return the CompletedProcess, with its output as text."""
    return subprocess.run(
        [*NETBOX_COMMAND, *arguments],
        cwd=ROOT,
        env=netbox_environment(database, **environment),
        capture_output=True,
        text=True,
    )


def run_python(code, database, *, preamble=PREAMBLE, **environment):
    """Run Python code in a process that has loaded NetBox; return the CompletedProcess, with its output as text."""
    return subprocess.run(
        [sys.executable, '-c', preamble + textwrap.dedent(code)],
        cwd=ROOT,
        env=netbox_environment(database, **environment),
        capture_output=True,
        text=True,
    )


class Worker:
    """A process that runs code as it is told to, one piece after the other. Use it as a context manager."""

    def __init__(self, database, **environment):
        self.process = subprocess.Popen(
            [sys.executable, '-c', PREAMBLE + LOOP],
            cwd=ROOT,
            env=netbox_environment(database, **environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self):
        assert self.read() == 'ready'
        return self

    def __exit__(self, *exception):
        self.kill()

    def send(self, code):
        """Tell the process to run code, without waiting for it."""
        self.process.stdin.write(json.dumps(textwrap.dedent(code)) + '\n')
        self.process.stdin.flush()

    def read(self):
        """Wait for the next thing that the process says."""
        line = self.process.stdout.readline()
        assert line, f'the process ended with {self.process.wait()}'
        return json.loads(line)

    def run(self, code):
        """Run code and return what it left in `result`."""
        self.send(code)
        answer = self.read()
        assert 'error' not in answer, answer['error']
        return answer['result']

    def kill(self):
        """End the process as a crash does (SIGKILL): nothing in it gets a chance to tidy up."""
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
