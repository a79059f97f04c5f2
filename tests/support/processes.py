"""Other processes of NetBox on the test database: one-shot commands, and workers that can be killed."""

import json
import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
import textwrap
import traceback
from unittest import mock

from dev.paths import NETBOX_COMMAND, ROOT, netbox_environment

PREAMBLE = """
import gc, json, sys
gc.set_threshold(200_000, 20, 100)  # What is loaded stays: there is little to collect.
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
    """Run a management command; return the CompletedProcess, with its output as text."""
    if _can_fork(database, environment):
        return run_module('netbox', *arguments, database=database)
    return run_new_netbox(*arguments, database=database, **environment)


def run_module(module, *arguments, database):
    """Do what `python -m` does; return the CompletedProcess, with its output as text."""
    return Command('-m', module, *arguments, database=database).end()


def run_new_netbox(*arguments, database, **environment):
    """Run a management command in a new interpreter, which shows what loading NetBox says as well."""
    return subprocess.run(
        [*NETBOX_COMMAND, *arguments],
        cwd=ROOT,
        env=netbox_environment(database, **environment),
        capture_output=True,
        text=True,
    )


def run_python(code, database, **environment):
    """Run Python code where NetBox is loaded; return the CompletedProcess, with its output as text."""
    code = PREAMBLE + SAY + textwrap.dedent(code)
    if _can_fork(database, environment):
        return Command('-c', code, database=database).end()
    return run_new_python(code, database, **environment)


def run_new_python(code, database, **environment):
    """Run Python code in a new interpreter, which shows how NetBox is loaded."""
    return subprocess.run(
        [sys.executable, '-c', textwrap.dedent(code)],
        cwd=ROOT,
        env=netbox_environment(database, **environment),
        capture_output=True,
        text=True,
    )


class Fork:
    """What `subprocess.Popen` is for commands `python -m MODULE` and `python -c CODE`, but forked, not started."""

    def __init__(self, command, *, env, stdout, stderr=subprocess.STDOUT, **others):
        python, *arguments = command
        assert python == sys.executable
        assert _can_fork(env['NCO_DATABASE']), 'What is forked has loaded the settings of this process.'
        outputs = [stdout, stdout if stderr == subprocess.STDOUT else stderr]
        self.process = FORKED.Process(target=_run, args=(arguments, env, [file.name for file in outputs]))
        self.process.start()

    @property
    def pid(self):
        return self.process.pid

    @property
    def returncode(self):
        return self.process.exitcode

    def poll(self):
        return self.process.exitcode

    def wait(self, timeout=None):
        self.process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self.process.name, timeout)
        return self.returncode

    def terminate(self):
        self.process.terminate()

    def kill(self):
        self.process.kill()


class Command(Fork):
    """A command that is going on."""

    def __init__(self, *arguments, database):
        self.files = [tempfile.NamedTemporaryFile('r') for _ in range(2)]  # noqa: SIM115  # closed in end()
        out, errors = self.files
        command = [sys.executable, *arguments]
        super().__init__(command, env=netbox_environment(database), stdout=out, stderr=errors)

    def end(self, timeout=SECONDS_TO_END):
        """Wait until it has ended; return the CompletedProcess, with its output as text."""
        self.wait(timeout)
        with self.files[0] as out, self.files[1] as errors:
            return subprocess.CompletedProcess(self.process.name, self.returncode, out.read(), errors.read())


class Worker:
    """A process that runs code as it is told to, one piece after the other. Use it as a context manager."""

    def __init__(self, database, **environment):
        self.connection, theirs = multiprocessing.Pipe()
        context = FORKED if _can_fork(database, environment) else NEW
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


def _can_fork(database, environment=None):
    """Tell whether the process would have the settings of this one."""
    return database == os.environ['NCO_DATABASE'] and not environment


def _work(requests):
    """Run one piece of Python code after the other, and answer with the JSON of what it left in `result`."""

    def say(value):
        requests.send(json.dumps(value, default=str))

    # A new process gets the import path of this one, in place of what its environment says.
    sys.path[:0] = os.environ['PYTHONPATH'].split(os.pathsep)
    scope = {'say': say}
    exec(PREAMBLE, scope)
    say('ready')
    while True:
        scope['result'] = None
        try:
            exec(requests.recv(), scope)
        except EOFError:
            return
        except Exception:
            say({'error': traceback.format_exc()})
        else:
            say({'result': scope['result']})


def _run(arguments, environment, outputs):
    """Do in a forked process what the Python interpreter does in a new one, in a session of its own."""
    os.setsid()
    os.environ.update(environment)
    for name, number in zip(outputs, (1, 2), strict=True):
        with open(name, 'a') as file:
            os.dup2(file.fileno(), number)
    option, what, *others = arguments
    sys.argv = [what if option == '-m' else option, *others]
    if option == '-m':
        runpy.run_module(what, run_name='__main__', alter_sys=True)
    else:
        exec(what, {'__name__': '__main__'})
