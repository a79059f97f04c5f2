"""Bulk edit, rename and delete pages leave the same behind whether objects are written together or one by one."""

import pytest
from django.db.models.signals import post_save, pre_delete, pre_save

from core.models import ObjectChange
from extras.models import Bookmark, JournalEntry, Subscription
from users.models import User

from tests.support.factories import make_object
from tests.support.kept import keeps, kept_again
from tests.surfaces.rest import grant
from tests.surfaces.test_written_together import counts, make_scene, numbers, receiving, refuses, undoes
from tests.surfaces.together import Run
from tests.surfaces.ui import Browser


@pytest.fixture
@keeps(make_scene)
def scene(db):
    return kept_again()


def notes(browser):
    """Return the last note, without the link to what was deleted: it names the request."""
    return [note for note in browser.messages if not note.startswith('<a')][-1:]


@pytest.fixture
def run(scene, monkeypatch, settings, django_capture_on_commit_callbacks):
    """Submit a page both ways; return its status, its errors and notes, and whether objects were written together."""

    def run(page, things=None, user='boss', **sent):
        browser = Browser(scene[user])
        sent = {'pk': [thing.pk for thing in (things or scene['things'])], **SENT[page], **sent}

        def send():
            browser.response = browser.client.post(f'/plugins/custom-objects/thing/bulk-{page}/', sent)
            return browser.response.status_code, browser.errors.get('__all__', []), notes(browser)

        made = Run(scene['type'].get_model(), monkeypatch, settings, django_capture_on_commit_callbacks)
        together, one_by_one, taken = made.both(send)
        for name, found in one_by_one.items():
            assert together[name] == found or (name == 'signals' and not taken), name
        return together['answer'][0], taken

    return run


SENT = {
    'edit': {'_apply': '1', 'changelog_message': 'why'},
    'rename': {'_apply': '1', 'changelog_message': 'why', 'field_names': ['title'], 'find': 'old', 'replace': 'new'},
    'delete': {'_confirm': '1', 'confirm': 'on', 'changelog_message': 'why'},
}

# name: (page, what is sent, status, whether it can be written together)
CASES = {
    'scalars': ('edit', lambda s: {'amount': 7, 'price': '2.5', 'color': 'red', 'extra': '{"a": 1}'}, 302, True),
    'dates and addresses': (
        'edit', lambda s: {'bought': '2024-05-01', 'web': 'https://example.com/a', 'address': '10.0.0.1/24'}, 302, True,
    ),
    'choices': ('edit', lambda s: {'colors': ['cyan', 'pink']}, 302, True),
    'values are emptied': ('edit', lambda s: {'_nullify': ['code', 'amount', 'price']}, 302, True),
    'a reference': ('edit', lambda s: {'place': s['sites'][0].pk, 'author': s['writers'][0].pk}, 302, True),
    'a reference is emptied': ('edit', lambda s: {'_nullify': ['place', 'about', 'parent']}, 302, True),
    'the type itself': ('edit', lambda s: {'parent': s['things'][0].pk}, 302, True),
    'an owner': ('edit', lambda s: {'owner': s['owner'].pk}, 302, True),
    'nothing': ('edit', lambda s: {}, 302, True),
    'links': ('edit', lambda s: {'places': [s['sites'][0].pk], 'amount': 4}, 302, False),
    'no links': ('edit', lambda s: {'_nullify': ['places', 'topics']}, 302, False),
    'tags that are added': ('edit', lambda s: {'add_tags': [s['tags'][1].pk]}, 302, False),
    'tags that are removed': ('edit', lambda s: {'remove_tags': [s['tags'][0].pk], 'amount': 5}, 302, False),
    'the same unique value': ('edit', lambda s: {'code': 'x'}, 200, False),
    'a check that is not met': ('edit', lambda s: {'amount': -5}, 200, False),
    'a combination that is not unique': ('edit', lambda s: {'amount': 5, 'place': s['sites'][0].pk}, 200, False),
    'an input that is wrong': ('edit', lambda s: {'amount': 'many'}, 200, False),
    'names': ('rename', lambda s: {}, 302, True),
    'names and codes': ('rename', lambda s: {'field_names': ['title', 'code'], 'find': 'c', 'replace': 'k'}, 302, True),
    'codes that lose their text': (
        'rename', lambda s: {'field_names': ['code'], 'find': '^.*$', 'replace': '', 'use_regex': 'on'}, 302, True,
    ),
    'no names': ('rename', lambda s: {'find': 'nothing of this'}, 302, True),
    'names that are the same': ('rename', lambda s: {'find': r'old \d', 'replace': 'x', 'use_regex': 'on'}, 200, False),
    'a name that is passed on': (
        'rename', lambda s: {'find': 'old 1$', 'replace': 'old 2', 'use_regex': 'on'}, 200, False,
    ),
    'a preview': ('rename', lambda s: {'_apply': [], '_preview': '1'}, 200, False),
    'deletions': ('delete', lambda s: {}, 302, True),
    'one deletion': ('delete', lambda s: {'pk': s['things'][0].pk}, 302, False),
}  # fmt: skip


@pytest.mark.parametrize('name', CASES)
def test_both_ways_leave_the_same(run, scene, name):
    page, sent, status, can_be_together = CASES[name]
    assert run(page, **sent(scene)) == (status, can_be_together)


def test_objects_that_refer_to_something(run, scene):
    first, second, _third = scene['things']
    first.place, first.author, first.parent = scene['sites'][0], scene['writers'][0], second
    first.about, first.owner = scene['region'], scene['owner']
    first.save()
    second.topics.set([scene['sites'][0], scene['region']])
    second.authors.set(scene['writers'])
    assert run('edit', amount=7) == (302, True)
    assert run('rename') == (302, True)
    # They are deleted one after the other, because the first refers to the second.
    assert run('delete') == (302, False)
    assert run('delete', [first, scene['things'][2]]) == (302, True)


def test_subscribers_and_what_goes_with_objects(run, scene):
    first, second, _third = scene['things']
    Subscription.objects.create(user=scene['boss'], object=first)
    Bookmark.objects.create(object=first, user=scene['boss'])
    for page, sent in (('edit', {'amount': 9}), ('rename', {}), ('delete', {})):
        assert run(page, **sent) == (302, True)
    JournalEntry.objects.create(assigned_object=second, comments='Noted')
    assert run('delete') == (302, False)


def test_what_the_user_may_not_do(run, scene):
    assert run('edit', user='few', amount=40) == (302, True)
    assert run('edit', user='few', amount=60) == (200, True)
    assert run('rename', user='few') == (302, True)
    assert run('delete', user='few') == (302, True)
    names = {'title__startswith': 'o'}
    scene['clerk'] = grant(User.objects.create_user('clerk'), (scene['type'], ['view', 'change'], names))
    assert run('rename', user='clerk') == (200, True)


def test_targets_that_the_user_may_not_view(run, scene):
    """What a user may not view is kept where a reference is emptied."""
    for thing in scene['things'][:2]:
        thing.author, thing.place = scene['writers'][0], scene['sites'][0]
        thing.save()
    assert run('edit', user='few', _nullify=['author', 'place']) == (302, True)


def test_validators_and_protection_rules(run, settings):
    settings.CUSTOM_VALIDATORS = {'netbox_custom_objects.thing': [{'title': {'min_length': 3}}]}
    assert run('edit', amount=7) == (302, False)
    assert run('rename') == (302, False)
    settings.PROTECTION_RULES = {'netbox_custom_objects.thing': [{'title': {'neq': 'old 2'}}]}
    assert run('delete') == (302, False)


@pytest.mark.parametrize(('page', 'signal', 'receiver', 'status', 'is_taken'), [
    ('edit', post_save, counts, 302, False),
    ('edit', pre_save, numbers, 302, True),  # of new objects only
    ('edit', pre_save, undoes, 302, False),
    ('rename', post_save, counts, 302, False),
    ('rename', post_save, refuses, 200, False),
    ('delete', pre_delete, undoes, 302, False),
])  # fmt: skip
def test_receivers_of_others(run, page, signal, receiver, status, is_taken):
    with receiving(signal, receiver):
        assert run(page) == (status, is_taken)


def test_parts_of_many_are_deleted_as_each_allows(scene, monkeypatch):
    monkeypatch.setattr('netbox_custom_objects.views.objects.together.DELETED_AT_ONCE', 2)
    model, browser = scene['type'].get_model(), Browser(scene['boss'])
    things = [make_object(scene['type'], title=f'many {number}') for number in range(5)]
    JournalEntry.objects.create(assigned_object=things[2], comments='Noted')
    browser.post('thing/bulk-delete/', pk=[thing.pk for thing in things], **SENT['delete'])
    assert notes(browser) == ['Deleted 5 Things']
    assert model.objects.count() == 3
    deleted = ObjectChange.objects.filter(action='delete', changed_object_type__model=model._meta.model_name)
    assert [change.object_repr for change in deleted.order_by('pk')] == [f'many {number}' for number in range(5)]
    things = [make_object(scene['type'], title=f'more {number}') for number in range(4)]
    things[0].author = writer = scene['writers'][0]
    things[0].save()
    # Nothing is deleted if one of them cannot be: the first part is undone, too.
    pks = (
        scene['writers'][1].pk,
        *(make_object(writer.custom_object_type, title=f'w{n}').pk for n in range(2)),
        writer.pk,
    )
    browser.post('author/bulk-delete/', pk=pks, **SENT['delete'])
    assert type(writer).objects.filter(pk__in=pks).count() == 4


def test_a_query_for_all_and_not_for_each(scene, django_assert_max_num_queries):
    browser, counted = Browser(scene['boss']), []
    for size in (4, 4, 12):
        pks = [
            make_object(scene['type'], title=f'q{len(counted)} {n}', place=scene['sites'][0]).pk for n in range(size)
        ]
        for page, sent in (('edit', {'color': 'red'}), ('rename', {'find': 'q', 'replace': 'r'}), ('delete', {})):
            with django_assert_max_num_queries(1000) as found:
                browser.post(f'thing/bulk-{page}/', **{'pk': pks, **SENT[page], **sent})
            counted.append(len(found))
    first, few, many = counted[:3], counted[3:6], counted[6:]
    # Before a deletion, NetBox asks for subscriptions to each object and for the objects that refer to it.
    assert [(more - less) / 8 for less, more in zip(few, many)] == [0, 0, 3], (first, few, many)
