"""The recipes of docs/clients.md, run as they stand there by programs from PyPI, against a running NetBox."""

import json
import os
import subprocess

import pytest
import requests

from extras.models import JournalEntry

from dev.paths import ROOT
from dev.serve import start_netbox
from netbox_custom_objects.models import CustomObjectType
from tests.field_types.case import resolve
from tests.field_types.everything import Everything
from tests.neighbours.installed import Programs
from tests.neighbours.sources import examples
from tests.support.assets import make_assets
from tests.support.branches import Lab
from tests.support.databases import TEST_DATABASE
from tests.support.factories import make_object, make_type
from tests.support.processes import Fork

pytestmark = pytest.mark.slow

RECIPES = dict(examples(ROOT / 'docs' / 'clients.md'))
PROGRAMS = Programs(
    # The package `ansible` has the collection of NetBox, besides a hundred others. NetBox Labs' own MCP server is not
    # on PyPI; this is a fork that adds tools which write.
    wanted=('ansible-core==2.21.5', 'netbox-mcp-server-extended==1.2.1.post4', 'openapi-python-client==0.29.1',
            'pynetbox==7.9.0'),
    parts=('ansible==14.5.0', ('ansible_collections/netbox/netbox/',)),
)  # fmt: skip
EVERY_FIELD = """
import json
import os
import sys

from netbox_assets import AuthenticatedClient
from netbox_assets.api.plugins import (
    plugins_custom_objects_everything_create as create,
    plugins_custom_objects_everything_destroy as destroy,
    plugins_custom_objects_everything_list as find,
    plugins_custom_objects_everything_partial_update as update,
    plugins_custom_objects_everything_retrieve as retrieve,
)
from netbox_assets.models import CustomObjectEverythingRequest, PatchedCustomObjectEverythingRequest

client = AuthenticatedClient(os.environ['NETBOX_URL'], token=os.environ['NETBOX_TOKEN'])
first, second = (
    create.sync(client=client, body=CustomObjectEverythingRequest.from_dict(body)).id
    for body in json.load(sys.stdin)
)
result = {'first': retrieve.sync(first, client=client).to_dict()}
change = {key: value for key, value in json.load(open('second.json')).items() if key != 'title'}
result['changed'] = update.sync(
    first, client=client, body=PatchedCustomObjectEverythingRequest.from_dict(change)
).to_dict()
result['found'] = [obj.title for obj in find.sync(client=client, title=['second']).results]
result['listed'] = [obj.title for obj in find.sync(client=client, ordering='-title').results]
destroy.sync_detailed(second, client=client)
print(json.dumps(result))
"""


def make_scene():
    make_assets()
    with Lab().request():
        Everything()


@pytest.fixture(scope='module')
def shared_kitchen(tmp_path_factory, django_db_blocker):
    """One server for all recipes. No test asks for a fixture of a database, so that nothing replaces it meanwhile."""
    PROGRAMS.install()
    with django_db_blocker.unblock():
        TEST_DATABASE.replace(make_scene)
        TEST_DATABASE.mark_dirty()
        with start_netbox(TEST_DATABASE.name, processes=1, jobs=False, start=Fork) as server:
            yield Kitchen(tmp_path_factory.mktemp('kitchen'), server)
        TEST_DATABASE.drop()


@pytest.fixture
def kitchen(shared_kitchen):
    """The kitchen without the assets that a recipe before has left."""
    assets().delete()
    return shared_kitchen


class Kitchen:
    """A directory with the recipes, in which programs run."""

    def __init__(self, directory, server):
        self.directory, self.server = directory, server
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(('PYTHON', 'DJANGO'))},
            'PATH': f'{PROGRAMS.commands}{os.pathsep}{os.environ["PATH"]}',
            'HOME': str(directory),
            'NETBOX_URL': server.url,
            'NETBOX_TOKEN': server.token,
            # Ansible and the MCP server ask for nothing outside.
            'ANSIBLE_LOCALHOST_WARNING': 'false',
            'FASTMCP_CHECK_FOR_UPDATES': 'off',
            'FASTMCP_SHOW_SERVER_BANNER': 'false',
        }
        for name, source in RECIPES.items():
            (directory / name).write_text(source)

    def run(self, *command, given=None):
        """Run a program, and return what it prints; its errors fail the test."""
        done = subprocess.run(
            command, cwd=self.directory, env=self.environment, input=given, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def asset_type():
    return CustomObjectType.objects.get(name='asset')


def assets():
    return asset_type().get_model().objects.all()


def stored_assets():
    return set(assets().values_list('serial', 'state', 'price'))


def test_pynetbox(kitchen):
    kitchen.run('python', 'with_pynetbox.py')
    assert stored_assets() == {('P2', None, 10), ('P3', None, 10)}


def test_ansible(kitchen):
    """The playbook is run twice, by one process: it creates the asset, and then finds it."""
    make_object(asset_type(), serial='A0')
    kitchen.run('ansible-playbook', 'assets.yml', 'assets.yml')
    assert stored_assets() == {('A1', 'old', None)}
    asset = assets().get()
    assert (asset.site.slug, str(asset.kind)) == ('berlin', 'Server')
    assert [entry.assigned_object for entry in JournalEntry.objects.all()] == [asset, asset]


@pytest.fixture(scope='module')
def generated(shared_kitchen):
    """The client that is generated by the recipe, of one more type."""
    script = shared_kitchen.directory / 'generate.sh'
    script.write_text(script.read_text().replace('types=assets', 'types=assets,everything'))
    shared_kitchen.run('bash', '-e', 'generate.sh')


def test_generated_client(kitchen, generated):
    kitchen.run('python', 'with_generated_client.py')
    assert stored_assets() == {('G2', 'old', 10)}


def test_generated_client_with_fields_of_all_types(kitchen, generated):
    everything = Everything(CustomObjectType.objects.get(name='everything'))
    bodies = [
        {
            'title': title,
            **{
                key.replace('value', name, 1): value
                for name, case in everything.cases.items()
                for key, value in resolve(case.samples[number].rest).items()
            },
        }
        for number, title in enumerate(('first', 'second'))
    ]
    (kitchen.directory / 'second.json').write_text(json.dumps(bodies[1]))
    result = json.loads(kitchen.run('python', '-c', EVERY_FIELD, given=json.dumps(bodies)).replace('+00:00', 'Z'))
    assert (result['found'], result['listed']) == (['second'], ['second', 'first'])
    assert everything.read('first') == everything.holding(1)
    assert everything.read('second') is None
    url = f'{kitchen.server.url}/api/plugins/custom-objects/everything/{result["first"]["id"]}/'
    read = requests.get(url, headers=kitchen.server.headers).json()
    assert result['changed'] == read
    # What the client has read of a new object is what anyone else reads of one like it.
    alike = requests.post(url.removesuffix(f'{read["id"]}/'), json=bodies[0], headers=kitchen.server.headers).json()
    own = {key: result['first'][key] for key in ('id', 'url', 'display_url', 'created', 'last_updated')}
    assert result['first'] == {**alike, **own}


def test_mcp_servers(kitchen):
    lab = Lab()
    branch = lab.branch()
    with lab.request(branch):
        crate = make_type('crate', 'crates', fields=[{'name': 'title', 'primary': True}])
        make_object(crate, title='Only there')
    make_object(asset_type(), serial='A1', state='old')
    for name, type_id, filters, shown in (
        ('netbox', asset_type().pk, {'serial': 'A1', 'state': 'old'}, 'A1'),
        ('netbox-branch', crate.pk, {'title__ic': 'only'}, 'Only there'),
    ):
        configured = json.loads(RECIPES['mcp.json'])['mcpServers'][name]
        known, found = talk(
            kitchen, configured, branch, object_type=f'netbox_custom_objects.table{type_id}model', filters=filters
        )
        assert ('netbox_custom_objects.table' in known, [obj['display'] for obj in found]) == (True, [shown])
        assert (f'table{crate.pk}model' in known) == (name == 'netbox-branch')


def talk(kitchen, configured, branch, **question):
    """Start an MCP server as an MCP client does; return its description of a tool, and what that tool answers."""
    hello = {'protocolVersion': '2025-06-18', 'capabilities': {}, 'clientInfo': {'name': 'test', 'version': '1'}}
    command = [configured['command'], *configured['args']]
    environment = {'NETBOX_BRANCH': branch.schema_id} if 'NETBOX_BRANCH' in configured['env'] else {}
    log = kitchen.directory / 'mcp.log'
    with open(log, 'w') as errors, subprocess.Popen(
        command, cwd=kitchen.directory, env={**kitchen.environment, **environment}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
    ) as server:  # fmt: skip

        def ask(number, method, **params):
            send(method, id=number, params=params)
            for line in server.stdout:
                if (answer := json.loads(line)).get('id') == number:
                    assert 'result' in answer, answer
                    return answer['result']
            raise AssertionError(log.read_text())

        def send(method, **others):
            server.stdin.write(json.dumps({'jsonrpc': '2.0', 'method': method, **others}) + '\n')
            server.stdin.flush()

        ask(1, 'initialize', **hello)
        send('notifications/initialized')
        tools = {tool['name']: tool['description'] for tool in ask(2, 'tools/list')['tools']}
        answer = ask(3, 'tools/call', name='netbox_get_objects', arguments=question)
        server.stdin.close()
        (content,) = answer['content']
        return tools['netbox_get_objects'], json.loads(content['text'])['results']
