"""Pages: a model is exported, changed, previewed and applied; what is refused is said where it was typed."""

import json
import re

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile

from core.models import DataFile, DataSource

from netbox_custom_objects.models import AppliedFile, CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.schema.executor import apply_document
from tests.documents.models import SMALL, field_of, small
from tests.surfaces.rest import make_user
from tests.surfaces.ui import Browser, text_of

TYPES = 'custom-object-types/'
EXPORT, IMPORT = f'{TYPES}export-model/', f'{TYPES}import-model/'


@pytest.fixture
def applied(browser):
    apply_document(SMALL)


def test_there_and_back(browser, applied):
    """From the list, a type's page and the selection to a file; and from the file, changed, back."""
    server = CustomObjectType.objects.get(slug='server')
    assert EXPORT in browser.get(TYPES)
    assert IMPORT in browser.get(TYPES)
    assert f'{EXPORT}?types={server.pk}' in browser.get(f'{TYPES}{server.pk}/')
    for page in (browser.get(f'{EXPORT}?types={server.pk}&types=x'), browser.post(EXPORT, expect=200, pk=[server.pk])):
        assert re.search(rf'<option value="{server.pk}"[^>]*selected', page)
    document = yaml.safe_load(browser.post(EXPORT, expect=200, types=[server.pk], format='yaml', with_referred='on'))
    assert browser.response.headers['Content-Disposition'] == 'attachment; filename="model.yaml"'
    field_of(document)['label'] = 'Titre'
    page = text_of(browser.post(IMPORT, expect=200, text=yaml.safe_dump(document), _preview=''))
    assert 'label' in page
    assert 'Titre' in page
    browser.post(IMPORT, text=json.dumps(document), _apply='')
    assert CustomObjectTypeField.objects.get(custom_object_type=server, name='title').label == 'Titre'
    assert 'No differences' in text_of(browser.post(IMPORT, expect=200, text=json.dumps(document), _preview=''))


def test_an_export_that_would_not_be_complete(browser, applied):
    server = CustomObjectType.objects.get(slug='server')
    assert 'rack, which is not chosen' in browser.post(EXPORT, expect=200, types=[server.pk], format='json')
    assert [*json.loads(browser.post(EXPORT, expect=200, format='json'))] == ['schema_version', 'choice_sets', 'types']


def test_the_preview_says_what_happens(browser, applied):
    document = small(name='label', type='longtext')
    fields = document['types'][1]['fields']
    document['types'][1]['removed_fields'] = [fields.pop(1)]
    fields.append({'id': 9, 'name': 'serial', 'type': 'text'})
    text = json.dumps(document)
    page = text_of(browser.post(IMPORT, expect=200, text=text, _preview=''))
    for words in ('Rename', 'Remove', 'Add', 'Instant', 'Destructive', 'Details', 'Retire column', 'Remove fields'):
        assert words in page
    assert 'The field disappears. No object has a value.' in page
    assert 'The values stay. Clients of the API' in page
    assert 'The type has no objects yet.' in page
    assert 'removes fields' in text_of(browser.post(IMPORT, expect=200, text=text, _apply=''))
    browser.post(IMPORT, text=text, allow_destructive='true', _apply='')
    assert not CustomObjectTypeField.objects.filter(name='amount').exists()


def test_what_was_changed_since_the_export(browser, applied):
    document = yaml.safe_load(browser.post(EXPORT, expect=200, format='yaml'))
    field_of(document)['label'] = 'Title'
    CustomObjectTypeField.objects.get(name='amount').delete()
    assert 'Changed since the export' in text_of(browser.post(IMPORT, expect=200, text=json.dumps(document)))
    assert 'have changed since' in text_of(browser.post(IMPORT, expect=200, text=json.dumps(document), _apply=''))
    browser.post(IMPORT, text=json.dumps(document), ignore_base='true', _apply='')


@pytest.mark.parametrize('text', ['{', 'a: 1', json.dumps(small(type='number')), json.dumps(small(name='id')), ''])
def test_faults_are_shown(browser, text):
    page = text_of(browser.post(IMPORT, expect=200, text=text, _apply=''))
    assert 'cannot be applied' in page or 'Paste a document' in page
    assert not CustomObjectType.objects.exists()


def test_uploads_and_files_of_data_sources(browser):
    content = yaml.safe_dump(SMALL).encode()
    page = browser.post(IMPORT, expect=200, upload_file=SimpleUploadedFile('model.yaml', content), _preview='')
    assert 'server' in text_of(page)
    source = DataSource.objects.create(name='Models', type='local', source_url='file:///tmp')
    file = DataFile.objects.create(
        source=source,
        path='model.yaml',
        data=content,
        size=len(content),
        hash='0' * 64,
        last_updated='2026-01-01T00:00Z',
    )
    assert 'server' in text_of(browser.post(IMPORT, expect=200, data_source=source.pk, data_file=file.pk, _preview=''))
    assert 'Paste a document' in browser.post(IMPORT, expect=200, text='a: 1', data_file=file.pk, _preview='')


@pytest.fixture
def file(tmp_path):
    """A file of a data source that NetBox has read."""
    (tmp_path / 'model.yaml').write_text(yaml.safe_dump(SMALL))
    source = DataSource.objects.create(name='Models', type='local', source_url=f'file://{tmp_path}')
    source.sync()
    return source.datafiles.get()


def test_a_file_that_was_applied_has_changed(browser, file, tmp_path):
    page = browser.post(IMPORT, expect=200, data_source=file.source_id, data_file=file.pk, _preview='')
    kept = {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ('applied_file', 'applied_hash')}
    browser.post(IMPORT, text=json.dumps(SMALL), _apply='', **kept)
    assert 'Up to date' in browser.get(IMPORT)
    assert 'has changed since it was applied' not in browser.get(TYPES)
    (tmp_path / 'model.yaml').write_text(yaml.safe_dump(small(label='Quantity')))
    file.source.sync()
    assert 'Changed since' in browser.get(IMPORT)
    assert '1 data file has changed since it was applied' in browser.get(TYPES)
    (tmp_path / 'model.yaml').write_text(yaml.safe_dump(small(label='Number')))
    applied = AppliedFile.objects.get()
    page = text_of(browser.post(IMPORT, expect=200, _sync=applied.pk))
    assert 'Number' in page
    assert 'Quantity' not in page
    # What was previewed is applied, even if its file has been replaced or deleted.
    (tmp_path / 'model.yaml').unlink()
    assert 'Select a valid choice' in text_of(browser.post(IMPORT, expect=200, _sync=applied.pk))
    browser.post(IMPORT, expect=404, _sync=applied.pk)
    browser.post(IMPORT, text=json.dumps(small(label='Previewed')), _apply='', **kept)
    assert CustomObjectTypeField.objects.filter(label='Previewed').exists()
    assert not AppliedFile.objects.exists()


def test_a_source_that_cannot_be_read_and_files_that_a_user_may_not_view(browser, file):
    applied = AppliedFile.objects.create(data_file=file, hash=file.hash, schema='main')
    DataSource.objects.update(status='syncing')
    assert 'cannot be synchronized' in text_of(browser.post(IMPORT, expect=200, _sync=applied.pk))
    reader = Browser(make_user('reader', (CustomObjectType, ['view'], None)))
    assert 'model.yaml' not in reader.get(IMPORT)
    reader.post(IMPORT, expect=404, _sync=applied.pk)
    AppliedFile.objects.update(hash='another')
    assert 'changed since it was applied' in browser.get(TYPES)
    assert 'changed since it was applied' not in reader.get(TYPES)


def test_who_may_not_apply_is_told(applied):
    types, fields = (CustomObjectType, ['view'], None), (CustomObjectTypeField, ['view'], None)
    reader = Browser(make_user('reader', types, fields))
    document = small(label='Title')
    del document['choice_sets']
    page = text_of(reader.post(IMPORT, expect=200, text=json.dumps(document), _preview=''))
    assert 'change_customobjecttypefield' in page
    assert 'do not allow' in text_of(reader.post(IMPORT, expect=200, text=json.dumps(document), _apply=''))
    assert not CustomObjectTypeField.objects.filter(label='Title').exists()
    stranger = Browser(make_user('other'))
    for path in (IMPORT, EXPORT):
        stranger.get(path, expect=403)
