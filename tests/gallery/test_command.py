"""The gallery on the command line."""

import json

import pytest

from netbox_custom_objects.models import CustomObjectType
from netbox_custom_objects.schema.gallery.catalog import gallery_models
from netbox_custom_objects.schema.reading import check, parse
from tests.documents.command import run
from tests.gallery.test_install import CENTERS, objects
from tests.surfaces.rest import superuser


@pytest.fixture(autouse=True)
def user(db):
    return superuser()


def test_the_list():
    status, output = run('gallery', 'list')
    assert status == 0
    assert [line.split()[0] for line in output.splitlines()] == [model.name for model in gallery_models()]
    assert json.loads(run('gallery', 'list', '--json')[1])[0]['types'][0] == 'assets'


def test_what_is_shown_is_a_document(tmp_path):
    status, output = run('gallery', 'show', 'cost-centers')
    assert (status, output.splitlines()[0]) == (0, '# Cost centers')
    assert check(parse(output)) == []
    assert json.loads(run('gallery', 'show', 'cost-centers', '--json')[1]) == parse(output)
    file = tmp_path / 'costs.yaml'
    file.write_text(output)
    assert run('apply', str(file))[0] == 0
    assert run('gallery', 'install', 'cost-centers') == (0, 'No differences.\n')


def test_installation():
    status, output = run('gallery', 'install', 'cost-centers', '--rows')
    assert status == 0
    assert 'Created 9 sample objects.' in output
    assert 'dcim.site:DM-Akron was not found' in output
    assert objects().count() == 6
    body = json.loads(run('gallery', 'install', 'cost-centers', '--rows', '--json')[1])
    assert body['rows'] == {'created': {}, 'kept': ['cost-centers', 'cost-allocations'], 'missing': [], 'left_out': 0}


@pytest.mark.parametrize('words', [[], ['list', 'dns'], ['show'], ['install', 'nothing'], ['remove', 'dns']])
def test_what_cannot_be_done(words):
    assert run('gallery', *words)[0] == 2


def test_another_type_with_the_slug():
    CustomObjectType.objects.create(name='mine', slug=CENTERS)
    status, output = run('gallery', 'install', 'cost-centers')
    assert (status, 'The type mine has this slug' in output) == (2, True)
