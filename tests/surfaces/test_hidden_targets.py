"""Targets of references that a user may not view: no edit unlinks them, lists and pages count and do not name them."""

import re

import pytest
from django.contrib.contenttypes.models import ContentType

from dcim.models import Site

from tests.support.factories import make_object, make_type
from tests.support.kept import keeps, kept_again
from tests.surfaces.rest import make_user
from tests.surfaces.ui import Browser, text_of


def make_thing():
    return make_type('thing', fields=[
        {'name': 'title', 'primary': True},
        {'name': 'one', 'type': 'object', 'target': Site},
        {'name': 'must', 'type': 'object', 'target': Site, 'required': True},
        {'name': 'many', 'type': 'multiobject', 'target': Site},
        {'name': 'any', 'type': 'object', 'targets': [Site]},
        {'name': 'anys', 'type': 'multiobject', 'targets': [Site]},
        {'name': 'old', 'type': 'object', 'target': Site, 'ui_editable': 'no'},
        {'name': 'olds', 'type': 'multiobject', 'target': Site, 'ui_editable': 'no'},
    ])  # fmt: skip


@pytest.fixture
@keeps(make_thing)
def thing(db):
    return kept_again()


@pytest.fixture
def obj(thing, sites):
    """Berlin is the one site that the editor may view."""
    berlin, cairo, dakar = sites
    return make_object(
        thing, title='a', one=cairo, must=cairo, any=cairo, old=cairo,
        many=[berlin, cairo], anys=[berlin, dakar], olds=[berlin, dakar],
    )  # fmt: skip


@pytest.fixture
def editor(thing):
    grants = (thing, ['view', 'add', 'change'], None), (Site, ['view'], {'name': 'Berlin'})
    return Browser(make_user('editor', *grants))


def links_of(obj):
    obj = type(obj).objects.get(pk=obj.pk)
    single = {name: str(getattr(obj, name)) for name in ('one', 'must', 'any', 'old')}
    return single | {name: sorted(map(str, getattr(obj, name).all())) for name in ('many', 'anys', 'olds')}


def test_an_edit_that_leaves_them_alone(obj, editor, sites):
    before = links_of(obj)
    berlin = sites[0]
    content_type = ContentType.objects.get_for_model(Site).pk
    editor.get(f'thing/{obj.pk}/edit/')
    for more in ({'any__ct': content_type}, {}):
        data = {'title': 'b', 'many': [berlin.pk], 'anys__dcim__site': [berlin.pk], **more}
        editor.post(f'thing/{obj.pk}/edit/', **data)
        assert type(obj).objects.get(pk=obj.pk).title == 'b'
        assert links_of(obj) == before


def test_browsers_do_not_insist_on_a_choice(thing, obj, editor):
    """An input with `required` would never be sent without one."""
    inputs = re.findall(r'<select[^>]*name="must"[^>]*>', editor.get(f'thing/{obj.pk}/edit/'))
    assert inputs
    assert not any(' required' in found for found in inputs)
    assert 'Refers to an object that you may not view' in editor.get(f'thing/{obj.pk}/edit/')
    (asked,) = re.findall(r'<select[^>]*name="must"[^>]*>', editor.get('thing/add/'))
    assert ' required' in asked


def test_an_edit_that_replaces_them(obj, editor, sites):
    berlin = sites[0]
    content_type = ContentType.objects.get_for_model(Site).pk
    editor.post(f'thing/{obj.pk}/edit/', title='b', one=berlin.pk, must=berlin.pk, many=[], any__ct=content_type,
                any__obj=berlin.pk)  # fmt: skip
    assert links_of(obj) == {
        'one': 'Berlin', 'must': 'Berlin', 'any': 'Berlin', 'old': 'Cairo',
        'many': ['Cairo'], 'anys': ['Dakar'], 'olds': ['Berlin', 'Dakar'],
    }  # fmt: skip


def test_a_required_reference_must_still_be_given_where_there_is_none(thing, editor):
    editor.post('thing/add/', title='new', expect=200)
    assert list(editor.errors) == ['must']


def test_bulk_edits(obj, editor, sites):
    berlin = sites[0]
    editor.post('thing/bulk-edit/', pk=[obj.pk], _apply='1', _nullify=['one', 'many', 'anys'])
    assert {name: links_of(obj)[name] for name in ('one', 'many', 'anys')} == {
        'one': 'Cairo', 'many': ['Cairo'], 'anys': ['Dakar'],
    }  # fmt: skip
    editor.post('thing/bulk-edit/', pk=[obj.pk], _apply='1', one=berlin.pk, many=[berlin.pk])
    assert {name: links_of(obj)[name] for name in ('one', 'many')} == {'one': 'Berlin', 'many': ['Berlin', 'Cairo']}


def test_an_import_that_updates(obj, editor):
    before = links_of(obj)
    data = f'id,title,one,many\n{obj.pk},b,,Berlin'
    editor.post('thing/bulk-import/', format='csv', csv_delimiter=',', import_method='direct', data=data)
    assert links_of(obj) == before


def test_exports_name_the_targets_of_all_pages(thing, editor, sites):
    # NetBox adds up to five objects to a last page.
    for number in range(8):
        make_object(thing, title=str(number), must=sites[0], many=sites[:2] if number else [])
    for export in ('table', ''):
        lines = editor.get(f'thing/?export={export}&per_page=1&include_columns=many').splitlines()
        assert ['"Berlin, 1 hidden object"' in line for line in lines[1:]] == [False] + [True] * 7


def test_lists_and_pages_count_them(thing, obj, editor, sites):
    other = make_object(thing, title='c', must=sites[0], many=sites[1:], anys=sites[1:])
    for path in ('thing/?include_columns=many,anys', 'thing/?export=table&include_columns=many,anys'):
        text = text_of(editor.get(path))
        assert '1 hidden object' in text
        assert '2 hidden objects' in text
        assert 'Dakar' not in text
    for found, where, count in ((obj, 'many', '1 hidden object'), (other, 'many', '2 hidden objects')):
        page = text_of(editor.get(f'thing/{found.pk}/'))
        table = text_of(editor.get(f'thing/{found.pk}/links/{where}/'))
        assert count in (page if found is obj else table)
        assert ('Berlin' in table) == (found is obj)
        assert 'Cairo' not in table
