"""The command: exit statuses for CI, files and standard output, several files at once."""

import json

import pytest
import yaml

from core.models import ObjectChange

from netbox_custom_objects.models import CustomObjectType
from tests.documents.command import run
from tests.documents.models import SMALL, small
from tests.surfaces.rest import superuser


@pytest.fixture
def file(db, tmp_path):
    superuser()
    found = tmp_path / 'model.yaml'
    found.write_text(yaml.safe_dump(SMALL))
    return found


def test_preview_apply_and_preview_again(file):
    status, output = run('preview', str(file))
    assert (status, CustomObjectType.objects.count()) == (1, 0)
    assert '+ server' in output
    assert run('apply', str(file))[0] == 0
    assert ObjectChange.objects.filter(user_name='root').exists()
    assert run('preview', str(file)) == (0, 'No differences.\n')
    assert run('apply', str(file)) == (0, 'No differences.\n')


def test_an_export_is_applied_as_it_is(file, tmp_path):
    run('apply', str(file))
    exported = tmp_path / 'exported.json'
    assert run('export', str(exported)) == (0, '')
    assert run('preview', str(exported))[0] == 0
    assert yaml.safe_load(run('export')[1]) == json.loads(exported.read_text())
    assert [found['slug'] for found in json.loads(run('export', '--json', '--type', 'server')[1])['types']] == [
        'rack',
        'server',
    ]
    assert run('export', '--type', 'server', '--no-referred')[0] == 2
    assert run('export', '--type', 'none')[0] == 2


def test_removing_fields_must_be_allowed(file, tmp_path):
    run('apply', str(file))
    document = small()
    document['types'][1]['removed_fields'] = [document['types'][1]['fields'].pop(1)]
    file.write_text(json.dumps(document))
    status, output = run('apply', str(file))
    assert (status, 'With --allow-destructive, it is applied' in output) == (2, True)
    status, output = run('preview', '--json', str(file))
    assert (status, json.loads(output)['diffs'][1]['has_destructive_changes']) == (1, True)
    assert run('apply', '--allow-destructive', str(file))[0] == 0


def test_several_files_are_one_document(file, tmp_path):
    document = small()
    files = []
    for index, type_ in enumerate(document.pop('types')):
        files.append(tmp_path / f'{index}.json')
        files[-1].write_text(json.dumps({'schema_version': 1, 'types': [type_]}))
    sets = tmp_path / 'sets.json'
    assert run('apply', str(files[1]))[0] == 2
    first = json.loads(files[0].read_text())
    sets.write_text(json.dumps({**first, 'choice_sets': document['choice_sets']}))
    assert run('apply', str(files[1]), str(sets))[0] == 0
    assert CustomObjectType.objects.count() == 2


@pytest.mark.parametrize(
    'arguments', [['preview'], ['apply', '/none/such'], ['export', '--branch', 'none'], ['export', 'a', 'b']]
)
def test_what_cannot_be_done(file, arguments):
    assert run(*arguments)[0] == 2
