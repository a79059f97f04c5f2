"""Lists of objects leave the same behind whether they are written together or one by one: a table of requests."""

from contextlib import contextmanager

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models.signals import m2m_changed, post_save, pre_delete, pre_save
from django.test.utils import CaptureQueriesContext

from core.models import ObjectChange
from dcim.models import Region, Site
from extras.models import Bookmark, JournalEntry, Subscription, Tag
from netbox.signals import post_clean
from tenancy.models import Tenant
from users.models import Owner, OwnerGroup, User
from utilities.exceptions import AbortRequest

from tests.support.factories import make_constraint, make_field, make_object, make_sites, make_type
from tests.support.kept import keeps, kept_again
from tests.surfaces.rest import API, Rest, grant, superuser
from tests.surfaces.together import Run


def make_scene():
    """Return the type, its three objects, what it refers to, and a user with few rights."""
    sites, region = make_sites(), Region.objects.create(name='North', slug='north')
    tags = [Tag.objects.create(name=name, slug=name) for name in ('red', 'green', 'blue')]
    owner = Owner.objects.create(name='Team', group=OwnerGroup.objects.create(name='Teams'))
    author = make_type('author', fields=[{'name': 'title', 'primary': True}])
    writers = [make_object(author, title=name) for name in ('Ann', 'Bob')]
    fields = [
        {'name': 'title', 'primary': True, 'required': True, 'unique': True},
        {'name': 'code', 'unique': True},
        {'name': 'amount', 'type': 'integer', 'validation_maximum': 100},
        {'name': 'price', 'type': 'decimal', 'default': 1},
        {'name': 'bought', 'type': 'date'},
        {'name': 'web', 'type': 'url'},
        {'name': 'extra', 'type': 'json'},
        {'name': 'color', 'type': 'select', 'choices': ['red', 'green']},
        {'name': 'colors', 'type': 'multiselect', 'choices': ['cyan', 'pink']},
        {'name': 'address', 'type': 'ip_address'},
        {'name': 'place', 'type': 'object', 'target': Site},
        {'name': 'places', 'type': 'multiobject', 'target': Site},
        {'name': 'author', 'type': 'object', 'target': author, 'on_delete_behavior': 'protect'},
        {'name': 'authors', 'type': 'multiobject', 'target': author},
        {'name': 'about', 'type': 'object', 'targets': [Site, Region, author]},
        {'name': 'topics', 'type': 'multiobject', 'targets': [Site, Region, author]},
        {'name': 'holder', 'type': 'object', 'targets': [Site, Region], 'unique': True},
        {'name': 'number', 'type': 'autonumber'},
        {'name': 'total', 'type': 'computed', 'result_type': 'integer', 'expression': 'amount * 2'},
    ]
    thing = make_type('thing', fields=fields)
    for name, kind in (('parent', 'object'), ('peers', 'multiobject')):
        make_field(thing, name, kind, target=thing)
    make_constraint(thing, 'positive', expression='amount == null || amount > 0')
    make_constraint(thing, 'one_place_for_an_amount', ['place', 'amount'])
    things = [make_object(thing, title=f'old {number}', code=f'c{number}', amount=number) for number in (1, 2, 3)]
    things[0].places.set(sites[:2])
    things[0].tags.add('red')
    few = grant(User.objects.create_user('few'), (thing, ['view', 'add', 'change', 'delete'], {'amount__lt': 50}))
    boss = superuser()
    return {
        'type': thing, 'things': things, 'sites': sites, 'region': region, 'writers': writers, 'tags': tags,
        'owner': owner, 'few': few, 'boss': boss,
    }  # fmt: skip


@pytest.fixture
@keeps(make_scene)
def scene(db):
    return kept_again()


def new(*items):
    """A list of objects to create, each with a title of its own."""
    return [{'title': f'new {number}', **item} for number, item in enumerate(items)]


def of(things, *changes):
    return [{'id': thing.pk, **change} for thing, change in zip(things, changes)]


def site_of(s, number):
    return {'_content_type': 'dcim.site', 'id': s['sites'][number].pk}


# name: (method, what is sent, whether it can be written together)
CASES = {
    'titles only': ('post', lambda s: new({}, {}, {}), True),
    'scalars': ('post', lambda s: new(
        {'code': 'a', 'amount': 7, 'price': '2.50', 'bought': '2024-05-01', 'web': 'https://example.com/a'},
        {'extra': {'a': [1]}, 'color': 'red', 'colors': ['cyan', 'pink'], 'address': '10.0.0.1/24', 'amount': None},
    ), True),
    'an object by id': ('post', lambda s: new({'place': s['sites'][0].pk}, {'place': s['sites'][1].pk}), True),
    'an object by name': ('post', lambda s: new({'place': {'name': 'Berlin'}}, {'place': {'slug': 'berlin'}}), True),
    'an object as it is read': (
        'post', lambda s: new({'place': {'id': s['sites'][0].pk, 'display': 'x'}}, {'place': None}), True,
    ),
    'an id as text': ('post', lambda s: new({'place': str(s['sites'][0].pk)}, {}), True),
    'a custom object': ('post', lambda s: new({'author': s['writers'][0].pk}, {'author': {'title': 'Bob'}}), True),
    'many objects': ('post', lambda s: new(
        {'places': [site.pk for site in s['sites']], 'authors': [s['writers'][1].pk]},
        {'places': [], 'authors': [{'title': 'Ann'}, s['writers'][1].pk]},
    ), True),
    'objects of several types': ('post', lambda s: new(
        {'about': {'_content_type': 'dcim.site', 'id': s['sites'][0].pk}},
        {'about': {'_content_type': 'custom-objects.author', 'object_id': s['writers'][0].pk},
         'topics': [{'_content_type': 'dcim.region', 'id': s['region'].pk},
                    {'_content_type': 'dcim.site', 'id': s['sites'][2].pk}]},
        {'topics': []},
    ), True),
    'the type itself by id': (
        'post', lambda s: new({'parent': s['things'][0].pk, 'peers': [s['things'][1].pk]}, {}), True,
    ),
    'the type itself by name': ('post', lambda s: new({}, {'parent': {'title': 'new 0'}}), False),
    'tags by id': ('post', lambda s: new({'tags': [s['tags'][0].pk]}, {}, {'tags': [t.pk for t in s['tags']]}), True),
    'tags by name': ('post', lambda s: new({'tags': [{'name': 'red'}]}, {'tags': [{'slug': 'blue'}]}), True),
    'no tags': ('post', lambda s: new({'tags': []}, {}), True),
    'tags and values': ('post', lambda s: new(
        {'tags': [{'name': 'red'}, {'name': 'blue'}], 'price': '2.5', 'bought': '2024-05-01'},
        {'tags': [], 'places': [s['sites'][0].pk]},
        {'add_tags': [{'name': 'red'}, {'name': 'red'}], 'owner': s['owner'].pk, 'place': s['sites'][0].pk},
    ), True),
    'tags are taken from new objects': ('post', lambda s: new({'remove_tags': [{'name': 'red'}]}, {}), False),
    'unique targets': ('post', lambda s: new(
        {'holder': site_of(s, 0)}, {'holder': site_of(s, 1)}, {},
        {'holder': {'_content_type': 'dcim.region', 'id': s['region'].pk}},
    ), True),
    'a unique target twice': ('post', lambda s: new({'holder': site_of(s, 0)}, {'holder': site_of(s, 0)}), False),
    'changed unique targets': ('patch', lambda s: of(
        s['things'], {'holder': site_of(s, 0)}, {'holder': site_of(s, 1)}, {'holder': None},
    ), True),
    'a unique target that two get': (
        'patch', lambda s: of(s['things'], {'holder': site_of(s, 0)}, {'holder': site_of(s, 0)}), False,
    ),
    'tags that are added': ('post', lambda s: new({'add_tags': [{'name': 'red'}]}, {'add_tags': []}), True),
    'an owner': ('post', lambda s: new({'owner': s['owner'].pk}, {'owner': None}), True),
    'messages': ('post', lambda s: new({'changelog_message': 'first'}, {}, {'changelog_message': 'third'}), True),
    'numbers by hand': ('post', lambda s: new({'number': 'X-1'}, {}), True),
    'one object': ('post', lambda s: new({}), False),
    'no objects': ('post', lambda s: [], False),
    'a title twice': ('post', lambda s: [*new({}), *new({})], False),
    'a title that is taken': ('post', lambda s: [*new({}), {'title': 'old 2'}], False),
    'a required value is missing': ('post', lambda s: [*new({}), {}, {'title': ''}], False),
    'a value out of bounds': ('post', lambda s: new({'amount': 1000}, {'amount': 5}), False),
    'a choice that does not exist': ('post', lambda s: new({'color': 'black'}, {'colors': ['black']}), False),
    'an object that does not exist': ('post', lambda s: new({'place': 10**6}, {'places': [10**6]}), False),
    'a target that does not exist': (
        'post', lambda s: new({'about': {'_content_type': 'dcim.site', 'id': 10**6}}, {}), False,
    ),
    'a tag that does not exist': ('post', lambda s: new({'tags': [{'name': 'none'}]}, {}), False),
    'no dictionaries': ('post', lambda s: [*new({}), 'text', [], None], False),
    'an unknown key': ('post', lambda s: new({'nothing': 1}, {}), True),
    'a calculated value': ('post', lambda s: new({'total': 4}, {}), False),
    'a check that is not met': ('post', lambda s: new({'amount': 5}, {'amount': -5}), False),
    'a combination that is not unique': (
        'post', lambda s: new(*[{'amount': 5, 'place': s['sites'][0].pk}] * 2), False,
    ),
    'combinations that are unique': (
        'post', lambda s: new(*[{'amount': number, 'place': s['sites'][0].pk} for number in (5, 6)]), True,
    ),
    'changed scalars': ('patch', lambda s: of(s['things'], {'amount': 11}, {'code': None}, {'title': 'third'}), True),
    'nothing is changed': ('patch', lambda s: of(s['things'], {'amount': 1}, {}), True),
    'changed to null': ('patch', lambda s: of(s['things'], {'amount': None, 'code': None}, {'extra': None}), True),
    'put': ('put', lambda s: of(s['things'], {'title': 'a', 'amount': 4}, {'title': 'b'}), True),
    'put without a required value': ('put', lambda s: of(s['things'], {'title': 'a'}, {'amount': 4}), False),
    'changed references': ('patch', lambda s: of(
        s['things'], {'place': s['sites'][0].pk, 'author': s['writers'][0].pk},
        {'about': {'_content_type': 'dcim.region', 'id': s['region'].pk}, 'parent': s['things'][0].pk},
    ), True),
    'changed links': ('patch', lambda s: of(
        s['things'], {'places': [s['sites'][2].pk], 'amount': 8}, {'authors': [s['writers'][0].pk]},
        {'topics': [{'_content_type': 'dcim.site', 'id': s['sites'][0].pk}], 'peers': [s['things'][0].pk]},
    ), True),
    'changed tags': ('patch', lambda s: of(
        s['things'], {'remove_tags': [{'name': 'red'}]}, {'add_tags': [{'name': 'green'}]}, {'tags': [s['tags'][2].pk]},
    ), True),
    'tags are taken away': ('patch', lambda s: of(s['things'], {'tags': []}, {'tags': [], 'amount': 9}), True),
    'changes with messages': ('patch', lambda s: of(
        s['things'], {'amount': 12, 'changelog_message': 'why'}, {'amount': 13},
    ), True),
    'titles are exchanged': ('patch', lambda s: of(s['things'], {'title': 'old 2'}, {'title': 'old 1'}), False),
    'a title is passed on': ('patch', lambda s: of(s['things'], {'title': 'gone'}, {'title': 'old 1'}), False),
    'a check that is no longer met': ('patch', lambda s: of(s['things'], {'amount': 4}, {'amount': -4}), False),
    'a combination that becomes the same': (
        'patch', lambda s: of(s['things'], *[{'amount': 4, 'place': s['sites'][0].pk}] * 2), False,
    ),
    'objects that do not exist': ('patch', lambda s: [*of(s['things'], {'amount': 4}), {'id': 10**6}], False),
    'an object twice': ('patch', lambda s: of([s['things'][0]] * 2, {'amount': 4}, {'amount': 5}), False),
    'deletions': ('delete', lambda s: of(s['things'], {}, {'changelog_message': 'old'}, {}), True),
    'deletion of one': ('delete', lambda s: of(s['things'], {}), False),
    'deletion of what does not exist': ('delete', lambda s: [*of(s['things'], {}), {'id': 10**6}], False),
}  # fmt: skip


@pytest.fixture
def run(scene, monkeypatch, settings, django_capture_on_commit_callbacks):
    model = scene['type'].get_model()

    def run(method, body, user='boss'):
        """Assert that both ways leave the same; return the answer, and whether the objects were written together."""
        rest = Rest(scene[user])

        def send():
            response = getattr(rest.client, method)(f'{API}thing/', body, format='json')
            return response.status_code, response.json() if response.content else None

        made = Run(model, monkeypatch, settings, django_capture_on_commit_callbacks)
        together, one_by_one, taken = made.both(send)
        for name, found in one_by_one.items():
            # Receivers have heard of a try that was undone as well.
            assert together[name] == found or (name == 'signals' and not taken), name
        return *together['answer'], taken

    return run


@pytest.mark.parametrize('name', CASES)
def test_both_ways_leave_the_same(run, scene, name):
    method, body, can_be_together = CASES[name]
    status, answer, taken = run(method, body(scene))
    assert taken == can_be_together, answer
    assert (status < 400) or not taken, answer


def test_subscribers_are_notified(run, scene):
    for thing in scene['things'][:2]:
        Subscription.objects.create(user=scene['boss'], object=thing)
    assert run('patch', of(scene['things'], *[{'amount': 20 + number} for number in range(3)]))[2]
    assert run('delete', of(scene['things'], {}, {}, {}))[2]


def test_objects_that_the_user_may_not_make_so(run, scene):
    assert run('post', new({'amount': 5}, {'amount': 6}), user='few')[::2] == (201, True)
    assert run('post', new({'amount': 5}, {'amount': 60}), user='few')[::2] == (403, False)
    assert run('patch', of(scene['things'], {'amount': 5}, {'amount': 60}), user='few')[::2] == (403, False)


def test_custom_validators(run, scene, settings):
    settings.CUSTOM_VALIDATORS = {'netbox_custom_objects.thing': [{'title': {'min_length': 3}}]}
    assert run('post', new({}, {}))[::2] == (201, False)
    assert run('patch', of(scene['things'], {'title': 'x'}, {'amount': 5}))[::2] == (400, False)


def test_protection_rules(run, scene, settings):
    settings.PROTECTION_RULES = {'netbox_custom_objects.thing': [{'title': {'neq': 'old 2'}}]}
    assert run('delete', of(scene['things'], {}, {}))[::2] == (400, False)
    settings.PROTECTION_RULES = {'netbox_custom_objects.thing': [{'title': {'neq': 'other'}}]}
    assert run('delete', of(scene['things'], {}, {}))[::2] == (204, True)


def test_what_goes_with_objects(run, scene):
    first, second, third = scene['things']
    Bookmark.objects.create(object=first, user=scene['boss'])
    assert run('delete', of(scene['things'], {}, {}))[::2] == (204, True)
    JournalEntry.objects.create(assigned_object=second, comments='Noted')
    assert run('delete', of(scene['things'], {}, {}))[::2] == (204, False)
    third.parent = first
    third.save()
    assert run('delete', of([first, third], {}, {}))[::2] == (204, False)


def test_tags_for_other_types(run, scene):
    scene['tags'][0].object_types.add(scene['writers'][0].custom_object_type.object_type)
    assert run('post', new({}, {'tags': [scene['tags'][0].pk]}))[::2] == (400, False)


@contextmanager
def receiving(signal, receiver):
    signal.connect(receiver)
    try:
        yield
    finally:
        signal.disconnect(receiver)


def refuses(sender, instance, **kwargs):
    if getattr(instance, 'title', '') == 'new 1':
        raise AbortRequest('Not this one.')


def tags(sender, instance, created=None, **kwargs):
    if created and getattr(instance, 'title', '').startswith('new'):
        instance.tags.add('green')


def saves_again(sender, instance, created=None, **kwargs):
    if created and getattr(instance, 'title', '').startswith('new'):
        instance.snapshot()
        instance.amount = 42
        instance.save()


def creates_a_tenant(sender, instance, created=None, **kwargs):
    if created and getattr(instance, 'title', '').startswith('new'):
        Tenant.objects.create(name=instance.title, slug=instance.title.replace(' ', '-'))


# What these ask of the objects, or of their records, depends on which of them are written.
@pytest.mark.parametrize(('receiver', 'is_taken'), [(tags, False), (saves_again, False), (creates_a_tenant, True)])
def test_receivers_of_others_that_write(run, receiver, is_taken):
    with receiving(post_save, receiver):
        assert run('post', new({}, {}))[::2] == (201, is_taken)


def is_thing(instance):
    return hasattr(instance, 'amount')


def numbers(sender, instance, **kwargs):
    if is_thing(instance) and instance._state.adding:
        instance.amount = 10 + type(instance).objects.count()


def counts(sender, instance, **kwargs):
    if is_thing(instance):
        objects = type(instance).objects
        objects.filter(pk=instance.pk).update(extra=objects.count())


def reads_the_log(sender, instance, **kwargs):
    if is_thing(instance):
        number = ObjectChange.objects.filter(changed_object_id=instance.pk).count()
        Tenant.objects.filter(name='log').update(description=f'{instance.pk} {number}')
        assert number


def is_unlike_others(sender, instance, **kwargs):
    if is_thing(instance) and type(instance).objects.filter(amount=instance.amount).exclude(pk=instance.pk).exists():
        raise ValidationError({'amount': 'Taken.'})


def links(sender, instance, created=None, **kwargs):
    if created and is_thing(instance):
        instance.places.add(Site.objects.first())
        instance.topics.set([Site.objects.last()])


def changes_the_next(sender, instance, created=None, **kwargs):
    if created is False and is_thing(instance) and (other := type(instance).objects.filter(title='old 2').first()):
        type(instance).objects.filter(pk=other.pk).update(price=instance.amount)


def undoes(sender, instance, **kwargs):
    """A receiver that gives up what it has tried itself."""
    if is_thing(instance):
        try:
            with transaction.atomic():
                Tenant.objects.create(name=instance.title, slug='x')
                type(instance)._meta.get_field('author').related_model.objects.create(title='gone')
                raise LookupError
        except LookupError:
            return


def misses(sender, instance, **kwargs):
    if is_thing(instance) and instance.amount == 6:
        Site.objects.get(name='Nowhere')


@pytest.mark.parametrize(('method', 'signal', 'receiver', 'status'), [
    ('post', pre_save, numbers, 201),
    ('post', post_save, counts, 201),
    ('post', post_save, reads_the_log, 201),
    ('post', post_clean, is_unlike_others, 400),
    ('post', post_save, links, 201),
    ('post', post_save, undoes, 201),
    ('post', post_save, misses, 403),
    ('patch', post_save, changes_the_next, 200),
    ('patch', pre_save, undoes, 200),
    ('delete', pre_delete, undoes, 204),
])  # fmt: skip
def test_receivers_of_others_that_need_objects_one_by_one(run, scene, method, signal, receiver, status):
    values = [{'amount': 6}, {'amount': 6}]
    body = new(*values) if method == 'post' else of(scene['things'], *(values if method == 'patch' else ({}, {})))
    with receiving(signal, receiver):
        assert run(method, body)[::2] == (status, False)


def test_receivers_of_others_of_tags(run):
    heard, tagged = [], new({'tags': [{'name': 'red'}]}, {'tags': [{'name': 'red'}, {'name': 'blue'}]})

    def hears(sender, instance, action, pk_set, **kwargs):
        heard.append((action, instance.title, len(pk_set)))

    with receiving(m2m_changed, hears):
        assert run('post', tagged)[::2] == (201, True)
    assert sorted(heard[:4]) == sorted(heard[4:])
    with receiving(m2m_changed, counts):
        assert run('post', tagged)[::2] == (201, False)


@pytest.mark.parametrize('signal', [pre_save, post_save])
def test_receivers_of_others_that_refuse(run, signal):
    with receiving(signal, refuses):
        assert run('post', new({}, {}, {}))[::2] == (400, False)


def test_a_dry_run(run, scene):
    rest, model = Rest(scene['boss']), scene['type'].get_model()
    body = rest.post('thing/?dry_run=true', new({}, {}), expect=200)
    assert [item['title'] for item in body['results']] == ['new 0', 'new 1']
    assert model.objects.count() == 3


def test_as_many_queries_for_many_objects_as_for_few(scene):
    rest, sites, counts = Rest(scene['boss']), scene['sites'], []
    for size in (4, 4, 12):
        body = [
            {'title': f'many {size} {len(counts)} {n}', 'place': sites[0].pk, 'places': [sites[1].pk],
             'about': {'_content_type': 'dcim.site', 'id': sites[n % 3].pk}, 'number': f'N {size} {len(counts)} {n}',
             'tags': [{'name': 'red'}, {'name': ('green', 'blue')[n % 2]}]}
            for n in range(size)
        ]  # fmt: skip
        with CaptureQueriesContext(connection) as created:
            made = rest.post('thing/', body)
        changes = [
            {'id': one['id'], 'place': sites[1].pk, 'amount': n} for n, one in enumerate(made, 1 + 20 * len(counts))
        ]
        with CaptureQueriesContext(connection) as changed:
            rest.patch('thing/', changes)
        counts.append((len(created), len(changed)))
    assert counts[1] == counts[2]
