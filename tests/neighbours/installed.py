"""
Plugins of others, from PyPI: each is installed into a directory of its own, beside the virtual environment.

Without their dependencies, which NetBox has already: nothing but what is named here is ever installed.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field

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
            command = [sys.executable, '-m', 'pip', 'install', '--no-deps', '--quiet', '--target', str(self.place)]
            done = subprocess.run([*command, *wanted], capture_output=True, text=True)
        if done.returncode:
            # Any other fault of the installation fails the test.
            assert NOT_FOUND in done.stderr, done.stderr
            pytest.skip(f'The package registry does not have {" ".join(wanted)}.')


def environment(*neighbours: Neighbour, first: bool) -> dict[str, str]:
    """Return the environment in which a process of NetBox has these plugins, before or after ours."""
    modules = [neighbour.module for neighbour in neighbours]
    return {
        'PYTHONPATH': os.pathsep.join([*(str(neighbour.place) for neighbour in neighbours), str(ROOT)]),
        'NCO_PLUGINS': ','.join([*modules, OURS, BRANCHING] if first else [OURS, *modules, BRANCHING]),
        'NCO_PLUGINS_CONFIG': json.dumps({neighbour.module: neighbour.settings for neighbour in neighbours}),
    }
