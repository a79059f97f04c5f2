"""Numbers of thousands of digits, documents nested too deeply and null characters are refused wherever they arrive."""

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile

from dcim.models import Site
from utilities.forms.bulk_import import BulkImportForm

from tests.support.factories import make_field, make_object, make_type
from tests.support.kept import keeps, kept_again
from tests.surfaces.rest import API
from tests.surfaces.ui import url

DIGITS = '1' * 5000
DEEP = '[' * 100_000
DOCUMENTS = (DEEP, '{"a":' * 50_000, f'[{DIGITS}]', '[' * 900 + ']' * 900, '"\\u0000"')


def make_thing():
    return make_type('thing', config_context_enabled=True, fields=[
        {'name': 'title', 'primary': True}, ('extra', 'json'),
        {'name': 'tags_of', 'type': 'array', 'element_type': 'text'},
    ])  # fmt: skip


@pytest.fixture
@keeps(make_thing)
def thing(db):
    return kept_again()


def test_versions(rest, thing):
    for key in ('version', 'deprecated_since', 'scheduled_removal'):
        assert list(rest.patch(f'custom-object-types/{thing.pk}/', {key: DIGITS[:50] + '.x'}, expect=400)) == [key]
        assert key in rest.patch(f'custom-object-types/{thing.pk}/', {key: DIGITS}, expect=400)
    assert 'scheduled_removal__lte' in rest.get('custom-object-types/', scheduled_removal__lte=DIGITS, expect=400)


def test_ids(rest, thing):
    body = {'custom_object_type': thing.pk, 'name': 'a', 'type': 'object', 'related_object_type': DIGITS}
    assert list(rest.post('custom-object-type-fields/', body, expect=400)) == ['related_object_type']
    rest.get('linked-objects/', object_type='dcim.site', object_id=DIGITS, expect=404)
    rest.get('linked-objects/', object_type=f'custom-objects.table{DIGITS}model', object_id=1, expect=400)
    assert 'field' in rest.get('staged-changes/', field=DIGITS, expect=400)
    rest.get(f'staged-changes/{DIGITS}/', expect=404)
    rest.get(f'thing/{DIGITS}/', expect=404)


def test_patterns(rest, thing):
    body = {'custom_object_type': thing.pk, 'name': 'a', 'type': 'text', 'validation_regex': f'a{{{DIGITS}}}'}
    assert 'validation_regex' in rest.post('custom-object-type-fields/', body, expect=400)


def test_null_characters_in_parameters_of_endpoints(rest, thing):
    site = Site.objects.create(name='Berlin', slug='berlin')
    asked = {'object_type': 'dcim.site', 'object_id': site.pk}
    for key in ('q', 'tag', 'type'):
        assert list(rest.get('linked-objects/', **asked, **{key: 'a\x00'}, expect=400)) == [key]
    assert rest.get('linked-objects/', **asked, field='a\x00')['results'] == []
    field = make_field(thing, 'color', 'select', choices=['red'])
    assert rest.get(f'custom-object-type-fields/{field.pk}/choices/', q='\x00')['results'] == []
    assert 'x\x00' in rest.get(f'custom-object-type-fields/{field.pk}/choices/', **{'x\x00': 1}, expect=400)


@pytest.mark.parametrize('body', [DEEP, '{"title":' * 100_000, DIGITS, f'{{"title": {DIGITS}}}'], ids=range(4))
def test_bodies(rest, thing, body):
    for path in ('thing/', 'custom-object-types/', 'custom-object-type-fields/'):
        response = rest.client.post(API + path, body, content_type='application/json')
        assert response.status_code == 400, path


if apps.is_installed('netbox_branching'):

    def test_bodies_about_branches(rest):
        branch = apps.get_model('netbox_branching.branch')(name='one', status='ready')
        branch.save(provision=False)
        for body in (DEEP, DIGITS):
            path = f'{API}branches/{branch.pk}/merge-check/'
            response = rest.client.post(path, body, content_type='application/json')
            assert (response.status_code, response.headers['Content-Type']) == (400, 'application/json')


class TestPages:
    def test_arrange(self, browser, thing):
        pks = list(thing.fields.values_list('pk', flat=True))
        for wrong in (f'{DIGITS}:', f'{pks[0]}:a\x00b', '9' * 30 + ':', '²:', ':'):
            sent = [wrong, *(f'{pk}:' for pk in pks[1:])]
            browser.post(f'custom-object-types/{thing.pk}/arrange/', field=sent)
            assert browser.messages
        assert not thing.fields.exclude(group_name='').exists()

    def test_a_row_of_the_designer_with_two_types(self, browser):
        row = {'row': 'f00000000', 'shown': 'f00000000', 'f00000000-type': ['text', 'url']}
        page = browser.post('custom-object-types/design/row/', 200, **row)
        assert 'f00000000-name' in page
        browser.get('custom-object-type-fields/add/?type=text&type=url&name=a&name=b')

    @pytest.mark.parametrize('document', DOCUMENTS, ids=range(len(DOCUMENTS)))
    def test_documents(self, browser, thing, document):
        made = make_object(thing, title='a')
        sent = {'title': 'a', 'extra': document}
        for path in ('thing/add/', f'thing/{made.pk}/edit/'):
            browser.post(path, 200, **sent)
            assert list(browser.errors) == ['extra']
        browser.post('thing/add/', 200, title='a', local_context_data=document)
        assert list(browser.errors) == ['local_context_data']
        field = {'custom_object_type': thing.pk, 'name': 'b', 'type': 'json', 'default': document}
        browser.post('custom-object-type-fields/add/', 200, **field)
        assert 'default' in browser.errors
        browser.post('thing/bulk-edit/', 200, pk=[made.pk], _apply='1', extra=document)
        assert list(browser.errors) == ['extra']
        assert thing.get_model().objects.count() == 1

    @pytest.mark.parametrize('document', DOCUMENTS[:4], ids=range(4))
    def test_addresses_that_fill_in_forms(self, browser, thing, document):
        browser.get('thing/add/', data={'extra': document[:4000] if document != f'[{DIGITS}]' else document})

    @pytest.mark.parametrize('document', DOCUMENTS[:3], ids=range(3))
    def test_files(self, browser, thing, document):
        sent = {'data': document, 'format': 'json', 'csv_delimiter': 'auto', 'import_method': 'direct'}
        for path in ('thing/bulk-import/', 'custom-object-types/import/', 'custom-object-type-fields/import/'):
            browser.post(path, 200, **sent)
            assert browser.errors

    def test_files_that_are_not_there_or_cannot_be_read(self, browser, thing):
        sent = {'format': 'auto', 'csv_delimiter': 'auto'}
        for path in ('thing/bulk-import/', 'custom-object-types/import/'):
            for method, key in (('upload', 'upload_file'), ('datafile', 'data_file'), ('x', 'import_method')):
                browser.post(path, 200, import_method=method, **sent)
                assert list(browser.errors) == [key], method
            browser.post(
                path, 200, import_method='upload', upload_file=SimpleUploadedFile('a.csv', b'\xff\xfe'), **sent
            )
            assert browser.errors
            browser.post(path, 200, data='title\na', format='nonsense')
            assert list(browser.errors) == ['format']
            browser.post(path, 200, data='- title: 2024-99-99', format='yaml', csv_delimiter='auto')
            assert browser.errors
        file = SimpleUploadedFile('a.csv', b'title\nfrom a file\n')
        browser.post('thing/bulk-import/', import_method='upload', upload_file=file, **sent | {'format': 'csv'})
        assert thing.get_model().objects.get().title == 'from a file'

    def test_a_file_is_read_once(self, browser, thing, monkeypatch):
        read, times = BulkImportForm._clean_csv, []
        monkeypatch.setattr(BulkImportForm, '_clean_csv', lambda *args, **kw: times.append(1) or read(*args, **kw))
        sent = {'format': 'csv', 'csv_delimiter': ',', 'import_method': 'direct'}
        browser.post('thing/bulk-import/', data='title\na', **sent)
        assert times == [1]
        browser.post('thing/bulk-import/', 200, data=f'title\n{"a" * 200_000}', **sent)
        assert 'field larger than field limit' in str(browser.errors)
        assert len(times) == 2

    def test_null_characters_and_ids_in_addresses(self, browser, thing):
        for query in ('export=a%00', 'q=%00', 'tableconfig_id=x', f'tableconfig_id={DIGITS}', 'a%00=1', 'sort=%00'):
            browser.get(f'thing/?{query}', 400)
            browser.get(f'custom-object-types/?{query}', 400)

    def test_return_addresses_and_journal_entries_of_nothing(self, browser, thing):
        browser.post('thing/add/', 400, title='a', return_url='[]')
        browser.post('thing/add/', title='a', return_url='/dcim/sites/')
        for sent in ({}, {'assigned_object_type': 'x'}, {'assigned_object_type': DIGITS}):
            browser.post('journal-entries/add/', 400, comments='x', **sent)

    def test_selections(self, browser, thing):
        make_field(thing, 'mixed', 'multiobject', targets=[thing])
        made = make_object(thing, title='a')
        for pk in (DIGITS, '9' * 30, 'x', '²', 'a\x00b'):
            for page in ('bulk-edit', 'bulk-delete', 'bulk-rename'):
                response = browser.client.post(url(f'thing/{page}/'), {'pk': [pk]})
                assert response.status_code < 500, (page, pk)
            name = f'mixed__netbox_custom_objects__table{thing.pk}model'
            response = browser.client.post(url(f'thing/{made.pk}/edit/'), {'title': 'a', name: [pk]})
            assert response.status_code == 200, pk
