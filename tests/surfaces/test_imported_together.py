"""Files leave the same behind whether their objects are written together or one by one, and all errors are listed."""

import json

import pytest

from netbox_custom_objects.models import CustomObjectTypeField
from netbox_custom_objects.views.objects import importing
from tests.support.factories import make_object
from tests.support.kept import keeps, kept_again
from tests.surfaces.test_written_together import make_scene
from tests.surfaces.together import Run
from tests.surfaces.ui import Browser


@pytest.fixture
@keeps(make_scene)
def scene(db):
    return kept_again()


@pytest.fixture
def imported(scene, monkeypatch, settings, django_capture_on_commit_callbacks):
    """Import a file both ways; return what both showed, and whether the objects were written together."""

    def imported(text, format='csv', user='boss'):
        browser = Browser(scene[user])
        data = {
            'data': text,
            'format': format,
            'csv_delimiter': ',',
            'import_method': 'direct',
            'changelog_message': 'x',
        }

        def send():
            browser.response = browser.client.post('/plugins/custom-objects/thing/bulk-import/', data)
            return browser.response.status_code, browser.errors.get('__all__', [])

        run = Run(scene['type'].get_model(), monkeypatch, settings, django_capture_on_commit_callbacks)
        together, one_by_one, taken = run.both(send)
        shown, native = together.pop('answer'), one_by_one.pop('answer')
        for name, found in one_by_one.items():
            assert together[name] == found or (name == 'signals' and not taken), name
        return shown, native, taken

    return imported


# name: (text, format, whether it can be written together)
FILES = {
    'scalars': (
        'title,code,amount,price,bought,color,colors,address,web,extra\n'
        'a,x,1,2.5,2024-05-01,red,"cyan,pink",10.0.0.1/24,https://example.com/a,"{""a"": 1}"\n'
        'b,,,,,,,,,\n',
        'csv', True,
    ),
    'references by name': ('title,place,author\na,Berlin,Ann\nb,Cairo,\nc,Berlin,Bob\n', 'csv', True),
    'references by another attribute': ('title,place.slug\na,berlin\nb,cairo\n', 'csv', True),
    'links and tags': (
        'title,places,authors,topics,tags\na,"Berlin,Cairo",Ann,dcim.site:BERLIN,"red,blue"\nb,,,,\nc,Cairo,,,green\n',
        'csv', True,
    ),
    'objects of several types': ('title,about_content_type,about_object_id\na,dcim.site,BERLIN\nb,,\n', 'csv', True),
    'records with different keys': (json.dumps([
        {'title': 'a', 'amount': 3}, {'title': 'b', 'places': ['Berlin']}, {'title': 'c', 'place': 'Dakar'},
    ]), 'json', True),
    'changes': ('id,title,amount\n1,a,5\n,b,6\n', 'csv', False),
    'nothing of the type itself': ('title,amount\na,5\n', 'csv', True),
}  # fmt: skip


@pytest.mark.parametrize('name', FILES)
def test_both_ways_leave_the_same(imported, scene, name):
    for field in CustomObjectTypeField.objects.filter(name__in=('parent', 'peers')):
        field.ui_editable = 'hidden'
        field.save()
    text, format, can_be_together = FILES[name]
    shown, native, taken = imported(text.replace('BERLIN', str(scene['sites'][0].pk)), format)
    assert (shown, native, taken) == ([302, []], [302, []], can_be_together)


def test_files_that_refer_to_their_own_objects(imported):
    shown, native, taken = imported('title,parent\na,\nb,a\n')
    assert (shown, native, taken) == ([302, []], [302, []], False)


class TestErrors:
    @pytest.fixture(autouse=True)
    def hide_references(self, scene):
        for field in CustomObjectTypeField.objects.filter(name__in=('parent', 'peers')):
            field.ui_editable = 'hidden'
            field.save()

    def test_all_are_listed(self, imported):
        shown, native, _taken = imported(
            'title,amount,place,color\nold 1,5,Berlin,red\nb,many,Nowhere,red\nb2,6,Berlin,black\n,7,,\n'
            'fine,8,,\ntwice,9,,\ntwice,10,,\nlow,-4,,\n'
        )
        assert [status for status, _errors in (shown, native)] == [200, 200]
        assert shown[1][0] == native[1][0]
        records = [message.split(' ', 2)[1] for message in shown[1]]
        assert records == ['1', '2', '2', '3', '4', '7', '8']

    def test_combinations_within_the_file(self, imported):
        shown, native, taken = imported('title,amount,place\na,5,Berlin\nb,5,Berlin\n')
        assert (shown, taken) == (native, False)
        assert shown[0] == 200

    def test_validators(self, imported, settings):
        settings.CUSTOM_VALIDATORS = {'netbox_custom_objects.thing': [{'title': {'min_length': 3}}]}
        assert imported('title\nabc\nabcd\n')[::2] == ([302, []], False)

    def test_objects_that_the_user_may_not_add(self, imported):
        shown, native, _taken = imported('title,amount\na,5\nb,60\n', user='few')
        assert shown == native
        assert shown[0] == 200

    def test_no_more_than_a_thousand(self, scene, monkeypatch):
        monkeypatch.setattr(importing, 'ERRORS_SHOWN', 5)
        monkeypatch.setattr(importing, 'RECORDS_AT_ONCE', 3)
        browser = Browser(scene['boss'])
        rows = '\n'.join(f'new {number},many' for number in range(8))
        data = {'format': 'csv', 'csv_delimiter': ',', 'import_method': 'direct'}
        browser.post('thing/bulk-import/', 200, data=f'title,amount\n{rows}\n', **data)
        errors = browser.errors['__all__']
        assert len(errors) == 6
        assert errors[-1] == '3 more errors are not shown.'
        assert scene['type'].get_model().objects.count() == 3


def test_many_records_are_written_in_parts(scene, monkeypatch):
    monkeypatch.setattr(importing, 'RECORDS_AT_ONCE', 2)
    for field in CustomObjectTypeField.objects.filter(name__in=('parent', 'peers')):
        field.ui_editable = 'hidden'
        field.save()
    make_object(scene['type'], title='between')
    browser = Browser(scene['boss'])
    data = {'format': 'csv', 'csv_delimiter': ',', 'import_method': 'direct'}
    browser.post('thing/bulk-import/', data='title\na\nb\nc\nd\ne\n', **data)
    titles = scene['type'].get_model().objects.values_list('title', flat=True)
    assert list(titles)[-5:] == ['a', 'b', 'c', 'd', 'e']
    browser.post('thing/bulk-import/', 200, data='title\nf\ng\nh\nf\n', **data)
    assert [*browser.errors['__all__']] == ['Record 4 title: Thing with this Title already exists.']
