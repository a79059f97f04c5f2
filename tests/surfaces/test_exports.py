"""CSV exports: the same bytes as NetBox's, streamed in parts."""

import pytest
from django.db import connection
from django.http import StreamingHttpResponse
from django.test.utils import CaptureQueriesContext

from dcim.models import Region, Site

from netbox_custom_objects.views.objects.export import ImportableExportMixin
from tests.support.factories import make_every_kind, make_field, make_object, make_sites
from tests.support.kept import keeps, kept_again
from tests.surfaces.rest import make_user, superuser
from tests.surfaces.ui import Browser


def make_scene():
    sites, region = make_sites(), Region.objects.create(name='North', slug='north')
    kind = make_every_kind()
    make_field(kind, 'about', 'object', targets=[Site, Region, kind])
    make_field(kind, 'topics', 'multiobject', targets=[Site, Region])
    make_field(kind, 'parent', 'object', target=kind)
    make_field(kind, 'number', 'autonumber')
    make_field(kind, 'total', 'computed', result_type='integer', expression='amount * 2')
    for number in range(5):
        obj = make_object(
            kind, title=f'"{number}"; ä,', notes='*many*\nlines', amount=number, price='1.50', active=number % 2 == 0,
            place=sites[number % 3], places=sites[:number], about=(region, sites[0])[number % 2],
            web='https://example.com/a' if number else None, extra={'a': [number]}, colors=['red', 'blue'][:number],
        )  # fmt: skip
        obj.topics.set([region, *sites[:number]][:number])
        obj.tags.add(*['red', 'blue'][:number])
    empty = make_object(kind, title='')
    empty.parent = obj
    empty.save()
    reader = make_user('reader', (kind, ['view'], None), (Site, ['view'], {'name': 'Berlin'}))
    return {'kind': kind, 'boss': superuser(), 'reader': reader}


@pytest.fixture
@keeps(make_scene)
def scene(db):
    return kept_again()


@pytest.mark.parametrize('user', ['boss', 'reader'])
def test_the_same_bytes_as_netbox(scene, monkeypatch, user):
    monkeypatch.setattr('netbox_custom_objects.tables.exporting.ROWS_AT_ONCE', 2)
    browser = Browser(scene[user])
    columns = 'include_columns=title,place,places,about,topics,parent,tags,number,total'
    queries = ['export=', 'export=table', f'export=table&{columns}', 'export=&title__ic=1', 'export=table&sort=-place']
    for query in queries:
        text, ours = browser.get(f'every-kind/?{query}'), browser.response
        with monkeypatch.context() as patch:
            patch.delattr(ImportableExportMixin, 'export_table')
            assert browser.get(f'every-kind/?{query}') == text, query
        assert (ours.streaming, browser.response.streaming) == (True, False)
        for header in ('Content-Disposition', 'Content-Type'):
            assert browser.response.headers[header] == ours.headers[header]
        assert text.count('\r\n') >= 2


def test_parts_are_read_when_they_are_sent(scene, monkeypatch):
    for module in ('tables.exporting', 'views.objects.export'):
        monkeypatch.setattr(f'netbox_custom_objects.{module}.ROWS_AT_ONCE', 1)
    browser = Browser(scene['boss'])
    for query in ('export=table', 'export=importable'):
        response = browser.client.get(f'/plugins/custom-objects/every-kind/?{query}')
        assert isinstance(response, StreamingHttpResponse)
        with CaptureQueriesContext(connection) as found:
            next(iter(response.streaming_content))
            few = len(found)
            assert len(list(response.streaming_content)) == 6
        assert len(found) > few
