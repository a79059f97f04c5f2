"""What docs/documents.md shows works as it is written."""

import re

import pytest
import yaml

from users.models import User

from dev.paths import ROOT
from netbox_custom_objects.schema.reading import check, parse
from tests.documents.command import run

TEXT = (ROOT / 'docs' / 'documents.md').read_text()
DOCUMENT = re.search(r'```yaml\n(schema_version.*?)```', TEXT, re.DOTALL)[1]
COMMANDS = re.findall(r'^netbox custom_objects_schema (.*)$', TEXT, re.MULTILINE)


def test_the_document_is_one():
    assert check(parse(DOCUMENT)) == []
    assert yaml.safe_load(DOCUMENT) == parse(DOCUMENT)


def test_the_commands(db, tmp_path, monkeypatch):
    User.objects.create_superuser('admin')
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'model.yaml').write_text(DOCUMENT)
    assert len(COMMANDS) == 5
    assert run('apply', 'model.yaml')[0] == 0
    for command in COMMANDS:
        status, output = run(*command.split())
        assert status == 0, (command, output)
    assert (tmp_path / 'rows.json').exists()


@pytest.mark.parametrize('key', ['allow_destructive', 'ignore_base', 'report', 'schema_errors', 'changed_since_export'])
def test_keys_are_those_of_the_code(key):
    sources = [*(ROOT / 'netbox_custom_objects' / 'schema').glob('*.py')]
    sources.append(ROOT / 'netbox_custom_objects' / 'api' / 'views' / 'documents.py')
    assert any(f"'{key}'" in path.read_text() for path in sources)
