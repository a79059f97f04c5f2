"""Endpoint `linked-objects/`: which custom objects refer to an object (contract 5.1)."""

import pytest
from django.contrib.contenttypes.models import ContentType

from dcim.models import Region, Site
from extras.models import Tag

from netbox_custom_objects.api.serializers.objects import CustomObjectSerializer

from ..support.factories import make_field, make_object, make_type
from .rest import Rest, make_user
from .test_query_counts_api import queries

BRIEF_TYPE = ['id', 'url', 'display', 'name', 'slug', 'description']


@pytest.fixture
def site(db):
    return Site.objects.create(name='Here', slug='here')


@pytest.fixture
def feed(db):
    return make_type('feed', slug='Feeds', fields=[
        {'name': 'title', 'primary': True},
        {'name': 'place', 'type': 'object', 'target': Site},
        {'name': 'places', 'type': 'multiobject', 'target': Site},
    ])  # fmt: skip


@pytest.fixture
def cable(db, feed):
    made = make_type('cable', fields=[('code', 'text'), {'name': 'origin', 'type': 'object', 'target': Site}])
    make_field(made, 'feed', 'object', target=feed)
    return made


def linked(rest, obj, **params):
    label = params.pop('object_type', obj._meta.label_lower)
    return rest.get('linked-objects/', object_type=label, object_id=obj.pk, **params)


def told(body):
    return [(row['custom_object_type']['name'], row['field_name'], row['object']['id']) for row in body['results']]


class TestShape:
    def test_one_entry_for_each_object_and_field(self, rest, site, feed, cable):
        one = make_object(feed, title='one', place=site, places=[site])
        two = make_object(feed, title='two', places=[site])
        other = Site.objects.create(name='Other', slug='other')
        make_object(feed, title='three', place=other, places=[other])
        start = make_object(cable, code='c', origin=site)
        body = linked(rest, site)
        assert (list(body), body['count'], body['next']) == (['count', 'next', 'previous', 'results'], 4, None)
        assert told(body) == [
            ('cable', 'origin', start.pk), ('feed', 'place', one.pk), ('feed', 'places', one.pk),
            ('feed', 'places', two.pk),
        ]  # fmt: skip
        row = body['results'][1]
        assert list(row) == ['custom_object_type', 'field_name', 'object']
        assert list(row['custom_object_type']) == BRIEF_TYPE
        assert row['custom_object_type']['url'].endswith(f'/custom-object-types/{feed.pk}/')
        assert row['object'] == rest.get(f'Feeds/{one.pk}/')

    def test_nothing(self, rest, site, feed):
        empty = {'count': 0, 'next': None, 'previous': None, 'results': []}
        assert linked(rest, site) == empty
        assert linked(rest, Region.objects.create(name='r', slug='r')) == empty

    def test_custom_objects_as_targets(self, rest, feed, cable):
        one = make_object(feed, title='one')
        obj = make_object(cable, feed=one)
        for label in (f'netbox_custom_objects.table{feed.pk}model', 'custom-objects.Feeds'):
            assert told(linked(rest, one, object_type=label)) == [('cable', 'feed', obj.pk)]

    def test_targets_without_rights_of_their_own(self, rest):
        content_type = ContentType.objects.get_for_model(Site)
        made = make_type('thing')
        make_field(made, 'kind', 'object', target=ContentType)
        obj = make_object(made, kind=content_type)
        assert told(linked(rest, content_type)) == [('thing', 'kind', obj.pk)]
        user = Rest(make_user('user', (made, ['view'], None)))
        linked(user, content_type, expect=404)

    def test_keys_of_objects(self, rest, site, feed):
        make_object(feed, title='one', place=site)

        def shown(**params):
            return list(linked(rest, site, **params)['results'][0]['object'])

        assert shown(brief=1) == ['id', 'url', 'display']
        assert shown(fields='id,title') == ['id', 'title']
        assert 'place' not in shown(omit='place')

    def test_pages(self, rest, site, feed):
        made = [make_object(feed, title=str(n), places=[site]) for n in range(5)]
        body = linked(rest, site, limit=2)
        assert (body['count'], [row['object']['id'] for row in body['results']]) == (5, [o.pk for o in made[:2]])
        seen = [row['object']['id'] for row in body['results']]
        while body['next']:
            body = rest.get(body['next'].removeprefix('http://testserver'))
            seen += [row['object']['id'] for row in body['results']]
        assert seen == [obj.pk for obj in made]
        assert linked(rest, site, offset=4)['results'][0]['object']['id'] == made[4].pk

    def test_pages_are_as_large_as_those_of_netbox(self, rest, site, feed, settings):
        settings.PAGINATE_COUNT = 2
        for n in range(5):
            make_object(feed, title=str(n), place=site)
        assert len(linked(rest, site)['results']) == len(rest.get('/api/plugins/custom-objects/Feeds/')['results']) == 2
        assert len(linked(rest, site, limit=0)['results']) == 5
        settings.MAX_PAGE_SIZE = 3
        assert len(linked(rest, site, limit=0)['results']) == 3

    def test_entries_of_a_type_share_a_serializer(self, rest, site, feed, monkeypatch):
        """Making one takes longer than showing an object, so that a page makes as many as there are types."""
        made = []
        new = CustomObjectSerializer.__init__

        def count(self, *args, **kwargs):
            made.append(type(self))
            new(self, *args, **kwargs)

        monkeypatch.setattr(CustomObjectSerializer, '__init__', count)
        for n in range(3):
            make_object(feed, title=str(n), place=site, places=[site])
        assert len(linked(rest, site)['results']) == 6
        assert len(made) == 1

    def test_polymorphic_references(self, rest, site, feed):
        made = make_type('note')
        make_field(made, 'about', 'object', targets=[Site, Region, feed])
        make_field(made, 'others', 'multiobject', targets=[Site, feed])
        region = Region.objects.create(pk=site.pk, name='r', slug='r')
        one = make_object(feed, title='one')
        note = made.get_model()(about=site)
        note.save()
        note.others.set([site, one])
        elsewhere = made.get_model()(about=region)
        elsewhere.save()
        assert told(linked(rest, site)) == [('note', 'about', note.pk), ('note', 'others', note.pk)]
        assert told(linked(rest, region)) == [('note', 'about', elsewhere.pk)]
        assert told(linked(rest, one)) == [('note', 'others', note.pk)]
        assert linked(rest, site)['results'][0]['object'] == rest.get(f'note/{note.pk}/')


class TestFilters:
    @pytest.fixture(autouse=True)
    def objects(self, site, feed, cable):
        self.one = make_object(feed, title='one', place=site, places=[site])
        self.two = make_object(feed, title='two', place=site)
        self.cable = make_object(cable, code='wonder', origin=site)
        self.two.tags.set([Tag.objects.create(name=name, slug=name) for name in 'ab'])
        self.one.tags.set(Tag.objects.filter(slug='a'))

    def test_by_type_field_tag_and_text(self, rest, site):
        one, two = ('feed', 'place', self.one.pk), ('feed', 'place', self.two.pk)
        many, start = ('feed', 'places', self.one.pk), ('cable', 'origin', self.cable.pk)
        for params, found in (
            ({'type': 'Feeds'}, [one, two, many]), ({'type': 'feeds'}, [one, two, many]),
            ({'type': ['Feeds', 'cable']}, [start, one, two, many]),
            ({'field': 'place'}, [one, two]), ({'field': ['places', 'origin']}, [start, many]),
            ({'field': 'nothing'}, []), ({'type': 'Feeds', 'field': 'origin'}, []),
            ({'tag': 'a'}, [one, two, many]), ({'tag': ['a', 'b']}, [two]), ({'tag': 'c'}, []),
            ({'q': 'one'}, [one, many]), ({'q': 'ON'}, [start, one, many]), ({'q': ' '}, [start, one, two, many]),
            ({'q': 'two', 'type': 'cable'}, []),
        ):  # fmt: skip
            assert told(linked(rest, site, **params)) == found, params

    def test_orderings(self, rest, site):
        by_type = told(linked(rest, site))
        assert told(linked(rest, site, ordering='type')) == by_type
        assert told(linked(rest, site, ordering='-type')) == by_type[::-1]
        assert [field for _type, field, _id in told(linked(rest, site, ordering='field'))] == [
            'origin', 'place', 'place', 'places',
        ]  # fmt: skip
        for ordering, reverse in (('object', False), ('-object', True)):
            ids = [pk for _type, _field, pk in told(linked(rest, site, ordering=ordering))]
            assert ids == sorted(ids, reverse=reverse)
            paged = [told(linked(rest, site, ordering=ordering, limit=1, offset=n))[0] for n in range(4)]
            assert paged == told(linked(rest, site, ordering=ordering))
        for wrong in ('nothing', '--type', 'type,field'):
            assert list(linked(rest, site, ordering=wrong, expect=400)) == ['ordering']

    def test_wrong_requests(self, rest, site):
        for params in (
            {}, {'object_type': 'dcim.site'}, {'object_id': site.pk}, {'object_type': 'dcim', 'object_id': 1},
            {'object_type': 'dcim.Site', 'object_id': site.pk}, {'object_type': 'no.where', 'object_id': 1},
            {'object_type': 'custom-objects.nope', 'object_id': 1}, {'object_type': '.site', 'object_id': 1},
            {'object_type': 'dcim.site\x00', 'object_id': 1},
            {'object_type': 'netbox_custom_objects.table4711model', 'object_id': 1},
        ):  # fmt: skip
            body = rest.get('linked-objects/', expect=400, **params)
            assert isinstance(body, list), params
            assert all(isinstance(text, str) for text in body)
        for pk in ('4711', 'x', '-1', '1.5', str(10**30), '²'):
            rest.get('linked-objects/', object_type='dcim.site', object_id=pk, expect=404)
        assert list(linked(rest, site, type='nope', expect=400)) == ['type']
        assert list(linked(rest, site, q='\x00', expect=400)) == ['q']
        assert list(linked(rest, site, tag='\x00', expect=400)) == ['tag']
        assert list(linked(rest, site, fild='place', expect=400)) == ['fild']
        assert list(linked(rest, site, start=1, expect=400)) == ['start']
        rest.post('linked-objects/', {}, expect=405)


class TestRights:
    def test_only_what_the_user_may_view(self, site, feed, cable):
        mine = make_object(feed, title='mine', place=site, places=[site])
        make_object(feed, title='other', place=site)
        make_object(cable, code='c', origin=site)
        user = Rest(make_user('user', (Site, ['view'], None), (feed, ['view'], {'title': 'mine'})))
        body = linked(user, site)
        assert body['count'] == 2
        assert told(body) == [('feed', 'place', mine.pk), ('feed', 'places', mine.pk)]
        through_links = Rest(make_user('links', (Site, ['view'], None), (feed, ['view'], {'places__slug': 'here'})))
        assert told(linked(through_links, site)) == told(body)
        # A right to change is none to view.
        editor = Rest(make_user('editor', (Site, ['view'], None), (feed, ['change'], None)))
        assert linked(editor, site)['count'] == 0

    def test_the_object_itself_must_be_visible(self, site, feed):
        make_object(feed, title='a', place=site)
        user = Rest(make_user('user', (Site, ['view'], {'slug': 'elsewhere'}), (feed, ['view'], None)))
        linked(user, site, expect=404)
        linked(Rest(make_user('blind', (feed, ['view'], None))), site, expect=404)
        user.client.logout()
        linked(user, site, expect=403)


def test_queries_do_not_depend_on_fields_nor_rows(rest, site, feed):
    make_object(feed, title='a', place=site, places=[site])
    few = queries(lambda: linked(rest, site))
    for n in range(5):
        make_field(feed, f'more_{n}', 'object', target=Site)
    for n in range(20):
        make_object(feed, title=str(n), place=site, places=[site], more_0=site, more_1=site)
    # One for each new field whose targets are shown, and none for its rows.
    assert queries(lambda: linked(rest, site)) <= few + 5
    assert queries(lambda: linked(rest, site, brief=1)) <= few
    # Session, user, token of the revision, object type, target, count, page, objects, types.
    assert queries(lambda: linked(rest, site, brief=1)) <= 9
