"""Files leave the same behind whether their objects are written together or one by one, and all errors are listed."""

import csv
import json
from urllib.parse import unquote

import pytest
from django.contrib.contenttypes.models import ContentType

from core.models import Job
from dcim.models import Location, Site

from netbox_custom_objects.views.objects import importing, records
from tests.support.factories import make_field, make_object, make_type
from tests.support.kept import keeps, kept_again
from tests.surfaces.rest import make_user
from tests.surfaces.test_written_together import make_scene
from tests.surfaces.together import Run
from tests.surfaces.ui import Browser, text_of


def make_scenes():
    """Return what lists are tested with, and a type whose fields depend on one another and on what they refer to."""
    scene = make_scene()
    here, there = scene['sites'][:2]
    here.facility = 'F1'
    here.save()
    Location.objects.create(name='Hall', slug='hall', site=here)
    Location.objects.create(name='Yard', slug='yard', site=there)
    scene['order'] = make_type('order', fields=[
        {'name': 'title', 'primary': True},
        {'name': 'state', 'type': 'select', 'choices': ['open', 'done']},
        {'name': 'price', 'type': 'integer', 'required_if': 'state == "done"'},
        {'name': 'note', 'editable_if': 'state == "open"'},
        {'name': 'site', 'type': 'object', 'target': Site},
        {'name': 'facility', 'default_from': 'site.facility'},
        {'name': 'spot', 'type': 'object', 'target': Location, 'related_object_filter': {'site_id': '$site'},
         'related_object_filter_enforced': True},
        {'name': 'spots', 'type': 'multiobject', 'target': Location, 'related_object_filter': {'status': ['active']},
         'related_object_filter_enforced': True},
    ])  # fmt: skip
    scene['orders'] = [make_object(scene['order'], title=f'order {n}', state='open', site=here) for n in (1, 2)]
    return scene


@pytest.fixture
@keeps(make_scenes)
def scene(db):
    return kept_again()


@pytest.fixture
def imported(scene, monkeypatch, settings, django_capture_on_commit_callbacks):
    """Import a file both ways; return what both showed, and whether the objects were written together."""

    def imported(text, format='csv', user='boss', kind='thing'):
        browser = Browser(scene[user])
        data = {
            'data': text,
            'format': format,
            'csv_delimiter': ',',
            'import_method': 'direct',
            'changelog_message': 'x',
        }

        def send():
            browser.response = browser.client.post(f'/plugins/custom-objects/{kind}/bulk-import/', data)
            return browser.response.status_code, browser.errors.get('__all__', [])

        run = Run(
            scene['type' if kind == 'thing' else kind].get_model(),
            monkeypatch,
            settings,
            django_capture_on_commit_callbacks,
        )
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
    'unique targets': ('title,holder_content_type,holder_object_id\na,dcim.site,BERLIN\nb,,\n', 'csv', True),
    'records with different keys': (json.dumps([
        {'title': 'a', 'amount': 3}, {'title': 'b', 'places': ['Berlin']}, {'title': 'c', 'place': 'Dakar'},
    ]), 'json', True),
    'changes': ('id,title,amount\n1,a,5\n,b,6\n2,,\n', 'csv', False),  # the last one lacks its title
    'changes and new objects': ('id,title,amount\n1,a,5\n,b,6\n2,c,\n', 'csv', True),
    'changed references': (
        'id,place,author,about_content_type,about_object_id\n1,Berlin,Ann,dcim.site,BERLIN\n2,,,,\n', 'csv', True,
    ),
    'changed links and tags': (
        'id,places,tags,amount\n1,"Berlin,Cairo",red,5\n2,Cairo,"red,blue",6\n3,,,7\n', 'csv', True,
    ),
    'links and tags are taken away': ('id,places,topics,tags\n1,,,\n2,,,\n', 'csv', True),
    'one value of each': (json.dumps([
        {'id': 1, 'amount': 3}, {'id': 2, 'color': 'red'}, {'id': 3, 'places': ['Berlin']}, {'title': 'new'},
    ]), 'json', True),
    'a title is passed on': ('id,title\n1,other\n2,old 1\n', 'csv', False),
    'a title is kept': ('id,title,code\n1,old 1,c9\n2,old 2,c8\n', 'csv', True),
    'an object that does not exist': ('id,title\n1,a\n4000,b\n', 'csv', False),
    'nothing of the type itself': ('title,amount\na,5\n', 'csv', True),
    'objects of the type that are there': (
        'title,parent,peers\na,old 1,"old 2,#3"\nb,,\nc,old 1,\n', 'csv', True,
    ),
    'objects of the type that change': ('id,title,parent\n1,new 1,\n2,old 2,old 1\n', 'csv', False),
    'objects of the file': ('title,parent\na,\nb,a\n', 'csv', False),
}  # fmt: skip


@pytest.mark.parametrize('name', FILES)
def test_both_ways_leave_the_same(imported, scene, name):
    text, format, can_be_together = FILES[name]
    shown, native, taken = imported(text.replace('BERLIN', str(scene['sites'][0].pk)), format)
    assert shown == native, name
    assert taken == can_be_together, shown
    assert (shown == [302, []]) or not taken


# name: (text, what is wrong, by record)
ORDERS = {
    'conditions': ('id,title,state,price,note\n1,a,done,5,\n,b,open,,Why\n2,c,open,,Because\n', {}),
    'defaults of what is referred to': ('title,site\na,Berlin\nb,Cairo\nc,\n', {}),
    'defaults and values': ('title,site,facility\na,Berlin,\nb,Berlin,own\n', {}),
    'what filters find': ('title,site,spot,spots\na,Berlin,Hall,"Hall,Yard"\nb,Cairo,Yard,\n', {}),
    'changes within filters': ('id,spot\n1,Hall\n2,\n', {}),
    'a value that is required': ('title,state,price\na,done,\nb,open,\n', {1}),
    'a value that cannot be changed': ('id,title,state,note\n1,a,done,New\n2,b,open,New\n', {1}),
    'what a filter does not find': ('title,site,spot\na,Berlin,Yard\nb,Cairo,Yard\nc,Berlin,Yard\n', {1, 3}),
}


@pytest.mark.parametrize('name', ORDERS)
def test_fields_that_depend_on_others(imported, name):
    text, wrong = ORDERS[name]
    shown, native, taken = imported(text, kind='order')
    assert taken == (not wrong), shown
    if not wrong:
        assert shown == native == [302, []]
    else:
        assert shown[1][0] == native[1][0]
        assert {int(message.split(' ')[1]) for message in shown[1]} == wrong


def test_a_choice_that_is_gone_is_kept(imported, scene):
    order = scene['orders'][0]
    type(order).objects.filter(pk=order.pk).update(state='gone')
    shown, native, taken = imported('id,title,state\n1,a,gone\n2,b,open\n', kind='order')
    assert (shown, native, taken) == ([302, []], [302, []], False)
    shown, _native, _taken = imported('id,title,state,price\n1,a,gone,many\n2,b,gone,5\n', kind='order')
    assert [message.removeprefix('Record ').split(':')[0] for message in shown[1]] == ['1 price', '2 state']


class TestErrors:
    def test_all_are_listed(self, imported):
        shown, native, _taken = imported(
            'title,amount,place,color\nold 1,5,Berlin,red\nb,many,Nowhere,red\nb2,6,Berlin,black\n,7,,\n'
            'fine,8,,\ntwice,9,,\ntwice,10,,\nlow,-4,,\n'
        )
        assert [status for status, _errors in (shown, native)] == [200, 200]
        assert shown[1][0] == native[1][0]
        records = [message.split(' ', 2)[1] for message in shown[1]]
        assert records == ['1', '2', '2', '3', '4', '7', '8']

    def test_all_targets_that_others_hold(self, imported, scene):
        first, (one, two, three) = scene['things'][0], scene['sites']
        type(first).objects.filter(pk=first.pk).update(
            holder_content_type=ContentType.objects.get_for_model(Site), holder_object_id=one.pk
        )
        rows = '\n'.join(f'n{n},dcim.site,{site.pk}' for n, site in enumerate((one, two, two, one, three)))
        shown, native, _taken = imported(f'title,holder_content_type,holder_object_id\n{rows}\n')
        assert shown[1][0] == native[1][0]
        assert [message.split(' ', 2)[1] for message in shown[1]] == ['1', '3', '4']

    def test_a_target_that_another_holds_beside_a_field_with_a_similar_name(self, imported, scene):
        make_field(scene['type'], name='holder_note', weight=1)
        site = scene['sites'][0].pk
        rows = '\n'.join(f'n{n},note,dcim.site,{site}' for n in (1, 2))
        shown, native, _taken = imported(f'title,holder_note,holder_content_type,holder_object_id\n{rows}\n')
        assert shown[1] == native[1]
        assert ['holder_content_type' in message for message in shown[1]] == [True]

    def test_combinations_within_the_file(self, imported):
        shown, native, taken = imported('title,amount,place\na,5,Berlin\nb,5,Berlin\n')
        assert (shown, taken) == (native, False)
        # Once, not for each of its columns.
        assert shown == [200, ['Record 2 place, amount: Another object has the same: Place, Amount']]

    def test_validators(self, imported, settings):
        settings.CUSTOM_VALIDATORS = {'netbox_custom_objects.thing': [{'title': {'min_length': 3}}]}
        assert imported('title\nabc\nabcd\n')[::2] == ([302, []], False)

    def test_objects_that_the_user_may_not_add(self, imported):
        shown, native, _taken = imported('title,amount\na,5\nb,60\n', user='few')
        assert shown == native
        assert shown[0] == 200

    def test_no_more_than_a_thousand(self, scene, monkeypatch):
        monkeypatch.setattr(importing, 'ERRORS_SHOWN', 5)
        monkeypatch.setattr(records, 'RECORDS_AT_ONCE', 3)
        browser = Browser(scene['boss'])
        rows = '\n'.join(f'new {number},many' for number in range(8))
        data = {'format': 'csv', 'csv_delimiter': ',', 'import_method': 'direct'}
        browser.post('thing/bulk-import/', 200, data=f'title,amount\n{rows}\n', **data)
        errors = browser.errors['__all__']
        assert len(errors) == 6
        assert errors[-1] == '3 more errors are not shown.'
        assert scene['type'].get_model().objects.count() == 3
        address = browser.response.context['errors_address']
        assert f'href="{address}" download="import_errors.csv"' in browser.response.content.decode()
        shown = text_of(browser.response.content.decode())
        assert 'Record Column Message 1 amount Enter a whole number. 2 amount Enter a whole number. 3' in shown
        rows = list(csv.reader(unquote(address.split(',', 1)[1]).splitlines()))
        assert rows[:2] == [['row', 'column', 'message'], ['1', 'amount', 'Enter a whole number.']]
        assert len(rows) == 6

    def test_those_of_changes_are_listed(self, imported):
        shown, native, _taken = imported('id,title,amount\n1,,5\n2,b,many\n4000,c,5\n,old 3,5\n')
        assert shown[1][0] == native[1][0]
        assert [message.split(' ', 2)[1] for message in shown[1]] == ['1', '2', '3', '4']

    def test_those_of_changes_are_listed_beside_choices_and_repeated_ids(self, imported, scene):
        rows = 'id,title,state,price,note\n1,a,nosuch,5,\n2,b,done,,\n1,b,open,,\nx,c,open,many,\n4000,d,gone,,\n'
        shown, _native, _taken = imported(rows, kind='order')
        wrong = ['1 state', '2 price', '3 id', '4 id', '5 id']
        assert [message.removeprefix('Record ').split(':')[0] for message in shown[1]] == wrong
        assert 'Record 3 id: Record 1 has the same ID.' in shown[1]

    def test_those_of_changes_are_listed_beside_values_that_are_passed_on(self, imported):
        shown, _native, _taken = imported('id,title,amount\n1,other,5\n2,old 1,many\n3,c,many\n')
        assert [message.split(' ', 2)[1] for message in shown[1]] == ['2', '3']

    @pytest.mark.parametrize('given', ['{"a": 1}', '[5]', 'true', '"1"'])
    def test_ids_of_other_kinds(self, imported, given):
        shown, native, _taken = imported(f'[{{"id": {given}, "title": "a"}}, {{"id": 1, "amount": "many"}}]', 'json')
        assert (shown[0], native[0]) == (200, 200)
        assert 'Record 2' in shown[1][-1]

    def test_a_repeated_id_is_an_error_one_by_one_as_well(self, imported):
        shown, native, taken = imported('id,title\n1,a\n2,b\n1,c\n')
        assert shown == native == [200, ['Record 3 id: Record 1 has the same ID.']]
        assert not taken


def test_many_records_are_written_in_parts(scene, monkeypatch):
    monkeypatch.setattr(records, 'RECORDS_AT_ONCE', 2)
    make_object(scene['type'], title='between')
    browser = Browser(scene['boss'])
    data = {'format': 'csv', 'csv_delimiter': ',', 'import_method': 'direct'}
    browser.post('thing/bulk-import/', data='title\na\nb\nc\nd\ne\n', **data)
    titles = scene['type'].get_model().objects.values_list('title', flat=True)
    assert list(titles)[-5:] == ['a', 'b', 'c', 'd', 'e']
    browser.post('thing/bulk-import/', 200, data='title\nf\ng\nh\nf\n', **data)
    assert [*browser.errors['__all__']] == ['Record 4 title: Thing with this Title already exists.']


def test_errors_of_a_job_can_be_downloaded_by_those_who_may_view_it(scene):
    boss, errors = Browser(scene['boss']), [[2, 'amount', 'Enter a whole number.'], [3, '', 'Why, "this".']]
    job, other = (
        Job.objects.create(name='Import', job_id=f'{n}' * 8 + '-0000-0000-0000-000000000000', data=data)
        for n, data in ((1, {'import_errors': errors}), (2, {'other': 1}))
    )
    path = f'custom-object-types/import-errors/{job.pk}/'
    assert f'/plugins/custom-objects/{path}' in boss.get(f'/core/jobs/{job.pk}/')
    assert boss.get(path).splitlines() == [
        'row,column,message', '2,amount,Enter a whole number.', '3,,"Why, ""this""."',
    ]  # fmt: skip
    assert 'import-errors' not in boss.get(f'/core/jobs/{other.pk}/')
    boss.get(f'custom-object-types/import-errors/{other.pk}/', 404)
    Browser(make_user('reader', (scene['type'], ['view'], None))).get(path, 404)
    Browser().get(path, 302)
