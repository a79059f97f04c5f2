"""What bulk edits and imports show of what is wrong with many objects, and what they do not take."""

import pytest
from django.utils.html import escape

from dcim.models import Site

from netbox_custom_objects.views.objects import bulk_errors, records
from tests.support.factories import make_constraint, make_object, make_sites, make_type
from tests.support.kept import keeps, kept_again
from tests.surfaces.rest import superuser
from tests.surfaces.ui import Browser, text_of

IMPORT = {'format': 'csv', 'csv_delimiter': ',', 'import_method': 'direct'}


def make_scene():
    sites = make_sites()
    asset = make_type('asset', fields=[
        {'name': 'title', 'primary': True},
        {'name': 'number', 'type': 'autonumber'},
        {'name': 'code', 'unique': True},
        {'name': 'status', 'type': 'select', 'choices': ['active', 'retired']},
        {'name': 'serial', 'required_if': 'status == "active"', 'label': 'Serial no'},
        {'name': 'reason', 'required': True, 'visible_if': 'status == "retired"', 'description': 'Why & when'},
        {'name': 'tag'},
        {'name': 'owned', 'type': 'boolean'},
        {'name': 'address', 'type': 'ip_address', 'unique': True},
        {'name': 'price', 'type': 'decimal', 'unique': True},
        {'name': 'bought', 'type': 'date'},
        {'name': 'seen', 'type': 'datetime'},
        {'name': 'days', 'type': 'array', 'element_type': 'date'},
        {'name': 'shown', 'ui_editable': 'no'},
        {'name': 'home', 'type': 'object', 'target': Site, 'ui_editable': 'no'},
        {'name': 'sites', 'type': 'multiobject', 'target': Site, 'ui_editable': 'no'},
        {'name': 'old', 'deprecated': True},
        {'name': 'total', 'type': 'computed', 'result_type': 'text', 'expression': 'lower(title)'},
    ])  # fmt: skip
    make_constraint(asset, 'tags', ['tag'], case_insensitive=True, condition='owned == null')
    held = {'shown': 'kept', 'home': sites[0], 'sites': sites[:2], 'old': 'kept'}
    assets = [make_object(asset, title=title, serial='S', reason='R', **held) for title in 'ABC']
    return {'asset': asset, 'assets': assets, 'boss': superuser()}


@pytest.fixture
@keeps(make_scene)
def scene(db):
    return kept_again()


@pytest.fixture
def browser(scene):
    return Browser(scene['boss'])


@pytest.fixture
def edit(scene, browser):
    """Send a bulk edit of all assets; return its errors."""

    def edit(expect=200, **sent):
        browser.post('asset/bulk-edit/', expect, pk=[asset.pk for asset in scene['assets']], _apply='1', **sent)
        return [*browser.errors.get('__all__', [])]

    return edit


@pytest.fixture
def imported(browser):
    """Import a file; return its errors."""

    def imported(text, expect=200):
        browser.post('asset/bulk-import/', expect, data=text, **IMPORT)
        return [*browser.errors.get('__all__', [])]

    return imported


READ_ONLY = ['number', 'shown', 'home', 'sites', 'old', 'total']


def test_bulk_edits_neither_empty_nor_set_what_is_read_only(scene, browser, edit):
    def held(asset):
        asset.refresh_from_db()
        return [asset.number, asset.shown, asset.home, list(asset.sites.all()), asset.old, asset.total]

    before = [held(asset) for asset in scene['assets']]
    page = browser.post('asset/bulk-edit/', 200, pk=[scene['assets'][0].pk])
    for name in READ_ONLY:
        assert f'name="{name}"' not in page
        assert f'value="{name}"' not in page
    edit(302, _nullify=READ_ONLY)
    edit(302, number='X', shown='X', home='', sites=[], old='X', total='X', title='a')
    assert [found[:5] for found in map(held, scene['assets'])] == [found[:5] for found in before]


class TestErrorsOfBulkEdits:
    def test_each_object_is_named_once_with_its_fields(self, scene, edit):
        first, second, third = scene['assets']
        type(second).objects.filter(pk=second.pk).update(serial=None)
        found = edit(status='active', title='all')
        condition = 'Serial no: Serial no is required while this is true: status == "active"'
        assert found == [f'B (ID {second.pk}): {condition}']
        # Of objects that become the same, the first one is right.
        assert edit(tag='x') == [
            f'{asset} (ID {asset.pk}): Tag: Another object has the same: Tag' for asset in (second, third)
        ]
        # An object with several errors has one message.
        message, _third = edit(status='active', tag='x')
        assert message == f'B (ID {second.pk}): Tag: Another object has the same: Tag; {condition}'

    def test_no_more_than_some(self, scene, edit, monkeypatch):
        monkeypatch.setattr(bulk_errors, 'OBJECTS_SHOWN', 1)
        found = edit(address='10.0.0.1/24')
        assert len(found) == 2
        assert found[0].startswith(f'B (ID {scene["assets"][1].pk}): Address: ')
        assert found[1] == 'Objects after these have not been checked.'


class TestClashesWithinAFile:
    def test_all_are_listed(self, scene, imported):
        found = imported('title,tag\na,X1\nb,x1\nc,Y1\nd,y1\ne,Z\n')
        message = 'tag: Another object has the same: Tag'
        assert found == [f'Record {number} {message}' for number in (2, 4)]
        # One that the condition leaves out is none; nor are two that only look alike to Python.
        imported('title,tag,owned\na,X1,true\nb,x1,\nc,ß,\nd,ss,\n', 302)

    def test_with_other_faults_before_and_after(self, imported, monkeypatch):
        text = (
            'title,tag,status,owned,code\na,X1,nothing,,\nb,x2,,,C1\nc,X2,active,,C1\nd,x1,,,\ne,X1,,,\nf,x2,,true,\n'
        )
        text += 'g,q,,perhaps so,\n'
        for size in (500, 2):
            monkeypatch.setattr(records, 'RECORDS_AT_ONCE', size)
            found = sorted(' '.join(message.split(' ')[1:3]) for message in imported(text))
            assert found == ['1 status:', '3 code:', '3 serial:', '3 tag:', '5 tag:', '7 owned:'], size

    def test_unique_fields_of_any_type(self, scene, imported):
        found = imported('title,address,price\na,10.0.0.1/24,1\nb,10.0.0.2/24,1.0\nc,10.0.0.1/24,2\nd,,1.00\n')
        assert [' '.join(message.split(' ')[1:3]) for message in found] == ['2 price:', '3 address:', '4 price:']
        imported('title,address\na,10.0.0.1/24\nb,10.0.0.2/24\n', 302)


class TestDatesInFiles:
    def test_only_iso_is_read(self, scene, imported):
        day = 'Write dates as YYYY-MM-DD, such as 2026-12-31.'
        moment = 'Write date and time as YYYY-MM-DD HH:MM:SS, such as 2026-12-31 18:30:00.'
        for text in ('01/02/2026', '1/2/26', 'Jan 2 2026', '2 January 2026', '20260102', '2026-W01-1'):
            assert imported(f'title,bought,days\na,{text},{text}\n') == [
                f'Record 1 bought: {day}', f'Record 1 days: Item 1 is not valid: {day}',
            ], text  # fmt: skip
            assert imported(f'title,seen\na,{text}\n') == [f'Record 1 seen: {moment}'], text
        assert imported('title,seen\na,01/02/2026 10:00\n') == [f'Record 1 seen: {moment}']
        imported('title,bought,days,seen\na,2026-01-02,2026-01-03,2026-01-02T10:00:00Z\nb,,,2026-01-02 10:00\n', 302)
        (made,) = scene['asset'].get_model().objects.filter(title='a')
        assert [str(made.bought), str(made.days[0]), made.seen.isoformat()] == [
            '2026-01-02', '2026-01-03', '2026-01-02T10:00:00+00:00',
        ]  # fmt: skip

    def test_dates_of_yaml_are_dates(self, scene, browser):
        text = '- title: y\n  bought: 2026-01-02\n  seen: 2026-01-02 10:00:00\n'
        browser.post('asset/bulk-import/', data=text, format='yaml', import_method='direct')
        (made,) = scene['asset'].get_model().objects.filter(title='y')
        assert [str(made.bought), made.seen.hour] == ['2026-01-02', 10]

    def test_forms_read_what_django_reads(self, scene, browser):
        browser.post('asset/add/', title='form', bought='01/02/2026')
        assert str(scene['asset'].get_model().objects.get(title='form').bought) == '2026-01-02'


def test_the_page_shows_what_is_required_when(browser):
    page = browser.get('asset/bulk-import/')
    text = text_of(page)
    assert 'Required while this is true: status == "active"' in text
    assert escape('Why & when. Required while this is true: status == "retired"') in page
    assert 'A number is drawn if the file does not have this column.' in text
    assert [text.count(form) for form in ('Format: YYYY-MM-DD HH:MM:SS.', 'Format: YYYY-MM-DD')] == [1, 2]


def test_messages_without_a_column_have_no_gap(imported):
    assert imported('title,total\na,x\n') == ['Record 1: total: This field is read-only: its value is calculated.']
