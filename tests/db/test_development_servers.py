"""Checkouts that share what the development tools keep, and what they keep outside of the checkout."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dev import postgres, scratch
from dev.paths import ROOT

NAMES = """
from dev import postgres, redis, scratch
print(postgres.STATE, postgres.socket_directory(), redis.CONFIGURATION, scratch.DIRECTORY)
"""


def checkout(directory: Path) -> Path:
    shutil.copytree(ROOT / 'dev', directory / 'dev', ignore=shutil.ignore_patterns('__pycache__'))
    return directory


def names_in(directory: Path) -> str:
    result = subprocess.run([sys.executable, '-c', NAMES], cwd=directory, capture_output=True, text=True, check=True)
    return result.stdout


def test_checkouts_share_servers_if_they_share_their_state(tmp_path):
    # The paths of sockets differ if these are too long to be inside.
    one, other, alone = (checkout(tmp_path / name / ('x' * 90)) for name in ('one', 'other', 'alone'))
    (one / '.dev').mkdir()
    (other / '.dev').symlink_to(one / '.dev')
    assert names_in(one) == names_in(other)
    assert not set(names_in(one).split()) & set(names_in(alone).split())


@pytest.fixture
def directories(fresh_database):
    made = [postgres.home() / f'scratch-{os.getpid()}-{name}' for name in ('one', 'other')]
    for directory in made:
        postgres.make_private_directory(directory)
    yield made
    for directory in made:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def connection(monkeypatch):
    """A connection to the server, which has no tablespace yet."""
    monkeypatch.setattr(scratch, 'NAME', f'scratch_{os.getpid()}')
    with postgres.connect(user='postgres') as connection:
        yield connection
        connection.execute(f'DROP TABLESPACE IF EXISTS {scratch.NAME}')


def place(connection):
    location = 'SELECT pg_tablespace_location(oid) FROM pg_tablespace WHERE spcname = %s'
    return connection.execute(location, [scratch.NAME]).fetchone()[0]


def test_a_tablespace_that_is_elsewhere_is_left_alone(directories, connection, monkeypatch):
    for directory in directories:
        monkeypatch.setattr(scratch, 'DIRECTORY', directory)
        scratch.make_tablespace()
        assert place(connection) == str(directories[0])


def test_what_an_earlier_server_left_makes_room_for_the_tablespace(directories, connection, monkeypatch):
    monkeypatch.setattr(scratch, 'DIRECTORY', directories[0])
    scratch.make_tablespace()
    (directory,) = directories[0].iterdir()
    connection.execute(f'DROP TABLESPACE {scratch.NAME}')
    left = directory / '1449790'
    left.mkdir(parents=True)
    (left / '2601').write_bytes(bytes(8192))
    scratch.make_tablespace()
    assert place(connection) == str(directories[0])
    assert not left.exists()
