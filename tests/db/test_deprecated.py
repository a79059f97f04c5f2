"""`upgrade_custom_objects --due` tells what is deprecated, and what has reached the version of its removal."""

import json

import pytest

from tests.support.commands import upgrade as run
from tests.support.factories import make_field, make_type


@pytest.fixture
def server(db):
    server = make_type('server', version='1.10', fields=[('title', 'text')])
    make_field(server, 'serial', deprecated=True, deprecated_since='1.2', scheduled_removal='1.9')
    make_field(server, 'rack', deprecated=True, deprecated_since='1.9', scheduled_removal='2.0')
    make_type('printer', deprecated=True, scheduled_removal='1.0')
    return server


def test_nothing_is_said_of_what_is_not_deprecated(db):
    make_type('server', version='3.0', fields=[{'name': 'title', 'scheduled_removal': '2.0'}])
    assert run('--due') == (0, 'No problems found.\n')


def test_versions_are_compared_as_versions(server):
    status, said = run('--due')
    assert status == 1
    assert said.splitlines() == [
        'main  printer: The type: Deprecated, scheduled for removal in 1.0.',
        'main  server: Field "rack": Deprecated since 1.9, scheduled for removal in 2.0.',
        'main  server: Field "serial": Deprecated since 1.2, scheduled for removal in 1.9. '
        'Due: the type has version 1.10.',
    ]
    server.version = '1.8'
    server.save()
    assert run('--due')[0] == 0
    assert [entry['note'] for entry in json.loads(run('--due', '--cot', 'server', '--json')[1])] == [True, True]
