"""
Plugins and programs of others, from PyPI: installed into directories of their own, beside the virtual environment.

Plugins come without their dependencies, which NetBox has already; programs with theirs.
"""

import json
import os
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest

from dev.paths import ROOT, STATE, exclusive

OURS = 'netbox_custom_objects'
BRANCHING = 'netbox_branching'
# What pip says of a package that its registry does not have.
NOT_FOUND = 'No matching distribution found'


@dataclass(frozen=True, eq=False)
class Neighbour:
    """A plugin: its distribution with the version that the tests are for, its module, and its settings."""

    distribution: str
    version: str
    settings: dict = field(default_factory=dict)
    # What it needs that NetBox does not have.
    extra: tuple[str, ...] = ()

    @property
    def module(self) -> str:
        return self.distribution.replace('-', '_')

    @property
    def place(self):
        return STATE / 'neighbours' / f'{self.distribution}-{self.version}'

    def install(self) -> None:
        """Install it unless it is there; skip the test if the registry does not have it."""
        with exclusive(f'neighbour-{self.distribution}'):
            if (self.place / self.module).is_dir():
                return
            wanted = [f'{self.distribution}=={self.version}', *self.extra]
            run_pip('install', '--no-deps', '--target', str(self.place), wanted=wanted)


def environment(*neighbours: Neighbour, first: bool) -> dict[str, str]:
    """Return the environment in which a process of NetBox has these plugins, before or after ours."""
    modules = [neighbour.module for neighbour in neighbours]
    return {
        'PYTHONPATH': os.pathsep.join([*(str(neighbour.place) for neighbour in neighbours), str(ROOT)]),
        'NCO_PLUGINS': ','.join([*modules, OURS, BRANCHING] if first else [OURS, *modules, BRANCHING]),
        'NCO_PLUGINS_CONFIG': json.dumps({neighbour.module: neighbour.settings for neighbour in neighbours}),
    }


@dataclass(frozen=True, eq=False)
class Programs:
    """Distributions that are run as programs, in one virtual environment."""

    wanted: tuple[str, ...]
    # A distribution, and the directories of it that are needed: the whole would take many times as long.
    parts: tuple[str, tuple[str, ...]]

    @property
    def place(self):
        digest = sha256(repr((self.wanted, self.parts)).encode()).hexdigest()[:10]
        return STATE / 'neighbours' / f'programs-{digest}'

    @property
    def commands(self):
        return self.place / 'bin'

    def install(self) -> None:
        """Install them unless they are there; skip the test if the registry does not have one of them."""
        complete = self.place / 'complete'
        with exclusive('neighbour-programs'):
            if complete.exists():
                return
            venv.create(self.place, clear=True, symlinks=True)
            python = str(self.commands / 'python')
            run_pip('--python', python, 'install', '--no-compile', wanted=self.wanted)
            distribution, directories = self.parts
            with tempfile.TemporaryDirectory() as directory:
                run_pip('download', '--no-deps', '--dest', directory, wanted=[distribution])
                (wheel,) = Path(directory).iterdir()
                with ZipFile(wheel) as archive:
                    members = [name for name in archive.namelist() if name.startswith(directories)]
                    archive.extractall(next(self.place.glob('lib/python*/site-packages')), members)
            complete.touch()


def run_pip(*arguments: str, wanted) -> None:
    """Run pip; skip the test if its registry does not have what is wanted. Any other fault fails the test."""
    done = subprocess.run([sys.executable, '-m', 'pip', *arguments, '--quiet', *wanted], capture_output=True, text=True)
    if done.returncode:
        assert NOT_FOUND in done.stderr, done.stderr
        pytest.skip(f'The package registry does not have {" ".join(wanted)}.')
