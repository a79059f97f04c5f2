"""Endpoints of objects (contract 3.1, 4.3): shapes, reading and writing."""

import pytest
from django.contrib.contenttypes.models import ContentType

from core.models import ObjectChange
from dcim.models import Site
from extras.models import ExportTemplate, Tag
from users.models import Owner, OwnerGroup, User

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField

from ..support.factories import make_choice_set, make_every_kind, make_field, make_object, make_type
from .openapi import get_schema

BASE_KEYS = ['id', 'url', 'display_url', 'display', 'owner', 'created', 'last_updated', 'tags']


@pytest.fixture
def sites(db):
    return [Site.objects.create(name=name, slug=name) for name in ('a', 'b', 'c')]


class TestShape:
    def test_every_kind_of_field(self, rest, sites, every_kind):
        body = rest.post('every-kind/', {
            'title': 'one', 'notes': '', 'amount': 2**63 - 1, 'price': '1.5', 'active': 'false', 'bought': '2024-01-02',
            'seen': '2024-01-02', 'web': 'https://a.org', 'web_title': 'A', 'extra': {'a': [1, None]}, 'color': 'red',
            'colors': ['red', 'blue', 'red'], 'place': {'slug': 'a'}, 'places': [sites[1].pk, {'slug': 'a'}],
        })  # fmt: skip
        assert list(body) == [
            *BASE_KEYS, 'active', 'amount', 'bought', 'color', 'colors', 'extra', 'notes', 'place', 'places', 'price',
            'seen', 'title', 'web', 'web_title',
        ]  # fmt: skip
        base = 'http://testserver'
        assert body['url'] == f'{base}/api/plugins/custom-objects/every-kind/{body["id"]}/'
        assert body['display_url'] == f'{base}/plugins/custom-objects/every-kind/{body["id"]}/'
        assert (body['display'], body['owner'], body['tags']) == ('one', None, [])
        place = {
            'id': sites[0].pk, 'url': f'{base}/api/dcim/sites/{sites[0].pk}/', 'display': 'a', 'name': 'a',
            'slug': 'a', 'description': '',
        }  # fmt: skip
        values = {key: body[key] for key in list(body)[len(BASE_KEYS) :]}
        assert [item['slug'] for item in values.pop('places')] == ['a', 'b']
        assert values == {
            'active': False, 'amount': 2**63 - 1, 'bought': '2024-01-02', 'color': {'value': 'red', 'label': 'Red'},
            'colors': [{'value': 'red', 'label': 'Red'}, {'value': 'blue', 'label': 'Blue'}],
            'extra': {'a': [1, None]}, 'notes': '', 'place': place, 'price': 1.5, 'seen': '2024-01-02T00:00:00Z',
            'title': 'one', 'web': 'https://a.org', 'web_title': 'A',
        }  # fmt: skip
        assert rest.get(f'every-kind/{body["id"]}/') == body
        assert rest.get('every-kind/')['results'] == [body]
        assert every_kind.get_model().objects.get().place == sites[0]

    def test_an_empty_object(self, rest):
        make_every_kind(name='power_feed')
        body = rest.post('power-feed/', {})
        assert body['display'] == f'Power_feed {body["id"]}'
        empty = {key for key in body if body[key] is None}
        assert empty == {
            'owner', 'active', 'amount', 'bought', 'color', 'colors', 'extra', 'notes', 'place', 'price', 'seen',
            'title', 'web',
        }  # fmt: skip
        assert (body['places'], body['web_title']) == ([], '')

    def test_fields_come_in_display_order(self, rest):
        make_type('thing', fields=[
            {'name': 'last', 'group_name': 'b'}, {'name': 'third', 'group_name': 'a'}, {'name': 'second'},
            {'name': 'first', 'weight': 1},
        ])  # fmt: skip
        assert list(rest.post('thing/', {})) == [*BASE_KEYS, 'first', 'second', 'third', 'last']

    def test_brief_fields_and_omit(self, rest, sites, every_kind):
        pk = make_object(every_kind, title='one', place=sites[0]).pk
        for path in ('every-kind/', f'every-kind/{pk}/'):

            def shown(path=path, **params):
                body = rest.get(path, **params)
                return list(body['results'][0] if 'results' in body else body)

            assert shown(brief=1) == ['id', 'url', 'display']
            assert shown(fields='id,place,nonsense') == ['id', 'place']
            assert 'place' not in shown(omit='place,tags')

    def test_context_fields(self, rest, sites):
        make_type('thing', fields=[
            {'name': 'title', 'primary': True}, {'name': 'one', 'context': True},
            {'name': 'places', 'type': 'multiobject', 'target': Site, 'context': True},
        ])  # fmt: skip
        other = make_type('other')
        make_field(other, 'thing', 'object', target=CustomObjectType.objects.get(name='thing'))
        empty = rest.post('thing/', {'title': 'a'})
        assert list(empty)[:5] == ['id', 'url', 'display_url', 'display', '_context']
        assert empty['_context'] is None
        full = rest.post('thing/', {'title': 'b', 'one': 'x', 'places': [site.pk for site in sites[:2]]})
        assert full['_context'] == {'display': 'x, a, b'}
        assert list(rest.get('thing/', brief=1)['results'][0]) == ['id', 'url', 'display', '_context']
        brief = {key: full[key] for key in ('id', 'url', 'display', '_context')}
        assert rest.post('other/', {'thing': full['id']})['thing'] == brief

    def test_display_expression(self, rest, sites):
        make_type('thing', display_expression='{{ place.slug }}/{{ nothing }}{{ title }}', fields=[
            ('title', 'text'), {'name': 'place', 'type': 'object', 'target': Site},
        ])  # fmt: skip
        assert rest.post('thing/', {'title': 't', 'place': sites[0].pk})['display'] == 'a/t'
        broken = make_type('broken', display_expression='{{ title.a.b.c }}', fields=[('title', 'text')])
        assert rest.post('broken/', {'title': 't'})['display'] == f'Broken {broken.get_model().objects.get().pk}'

    def test_references_to_custom_objects_are_brief(self, rest):
        node = make_type('node', fields=[{'name': 'title', 'primary': True}])
        make_field(node, 'parent', 'object', target=node)
        make_field(node, 'peers', 'multiobject', target=node)
        root = rest.post('node/', {'title': 'root'})
        brief = {key: root[key] for key in ('id', 'url', 'display')}
        leaf = rest.post('node/', {'title': 'leaf', 'parent': {'title': 'root'}, 'peers': [root['id']]})
        assert (leaf['parent'], leaf['peers']) == (brief, [brief])
        looped = rest.patch(f'node/{root["id"]}/', {'parent': leaf['id']})
        assert looped['parent']['display'] == 'leaf'

    def test_a_dangling_reference_reads_as_null(self, rest, sites):
        made = make_type('thing', fields=[{'name': 'place', 'type': 'object', 'target': Site}])
        pk = make_object(made, place=sites[0]).pk
        Site.objects.filter(pk=sites[0].pk)._raw_delete('default')
        assert rest.get(f'thing/{pk}/')['place'] is None
        assert rest.get('thing/')['results'][0]['place'] is None

    def test_targets_without_an_endpoint_have_a_name(self, rest):
        content_type = ContentType.objects.get_for_model(Site)
        made = make_type('thing')
        make_field(made, 'kind', 'object', target=ContentType)
        body = rest.post('thing/', {'kind': content_type.pk})
        assert body['kind'] == {'id': content_type.pk, 'display': str(content_type)}

    def test_a_field_with_a_name_that_was_reserved_later(self, rest):
        made = make_type('thing', fields=[('value', 'text')])
        CustomObjectTypeField.objects.update(name='display')
        made.save()
        body = rest.post('thing/', {'display': 'mine'})
        assert body['display'] == f'Thing {body["id"]}'


class TestAddress:
    def test_letter_case_is_forgiven_unless_it_tells_types_apart(self, rest):
        make_type('one', slug='Mixed', fields=[('one', 'text')])
        other = make_type('two', slug='other', fields=[('two', 'text')])
        assert 'one' in rest.post('mixed/', {})
        CustomObjectType.objects.filter(pk=other.pk).update(slug='mixed')
        assert 'two' in rest.post('mixed/', {})
        assert 'one' in rest.post('Mixed/', {})

    def test_unknown_addresses(self, rest):
        make_type('thing')
        for path in ('nope/', 'nope/1/', 'thing/4711/', f'thing/{10**30}/'):
            assert 'detail' in rest.get(path, expect=404)
        rest.post('nope/', {}, expect=404)
        assert rest.client.get('/api/plugins/custom-objects/nope/?format=api').status_code == 404
        assert rest.client.get('/api/plugins/custom-objects/thing/?format=api').status_code == 200
        rest.client.logout()
        rest.get('nope/', expect=403)
        rest.get('thing/', expect=403)

    def test_methods(self, rest):
        made = make_type('thing', fields=[{'name': 'color', 'type': 'select', 'choices': ['red']}])
        pk = make_object(made).pk
        actions = rest.options('thing/')['actions']
        assert actions['POST']['color']['choices'] == [{'value': 'red', 'display_name': 'Red'}]
        assert 'PUT' in rest.options(f'thing/{pk}/')['actions']
        rest.post(f'thing/{pk}/', {}, expect=405)


class TestWriting:
    def test_defaults(self, rest, sites):
        gone = Site.objects.create(name='gone', slug='gone')
        make_type('thing', fields=[
            {'name': 'title', 'default': 't'},
            {'name': 'day', 'type': 'date', 'default': '2024-01-02'},
            {'name': 'moment', 'type': 'datetime', 'default': '2024-01-02T03:04:05+02:00'},
            {'name': 'colors', 'type': 'multiselect', 'choices': ['red'], 'default': ['red']},
            {'name': 'place', 'type': 'object', 'target': Site, 'default': sites[0].pk},
            {'name': 'places', 'type': 'multiobject', 'target': Site, 'default': [sites[1].pk, gone.pk]},
        ])  # fmt: skip
        gone.delete()
        body = rest.post('thing/', {})
        assert (body['title'], body['day'], body['moment']) == ('t', '2024-01-02', '2024-01-02T01:04:05Z')
        assert (body['colors'][0]['value'], body['place']['slug']) == ('red', 'a')
        assert [place['slug'] for place in body['places']] == ['b']
        # An explicit value wins over the default, null among them; a later change does not bring defaults back.
        path = f'thing/{body["id"]}/'
        null = dict.fromkeys(('title', 'day', 'moment', 'colors', 'place', 'places'))
        for empty in (rest.post('thing/', null), rest.patch(path, null), rest.put(path, {}), rest.get(path)):
            assert {key: empty[key] for key in null} == {**null, 'places': []}

    def test_put_and_patch_leave_what_they_do_not_name(self, rest, sites, every_kind):
        values = {'title': 'a', 'amount': 1, 'color': 'red', 'place': sites[0].pk, 'places': [sites[0].pk]}
        before = rest.post('every-kind/', values)
        path = f'every-kind/{before["id"]}/'
        for method in (rest.patch, rest.put):
            after = method(path, {'amount': 2})
            changed = {key for key in after if after[key] != before[key]}
            assert changed <= {'amount', 'last_updated'}
        assert every_kind.get_model().objects.get().amount == 2

    def test_links_are_replaced_as_a_whole(self, rest, sites, every_kind):
        pk = rest.post('every-kind/', {'places': [sites[0].pk, sites[0].pk, str(sites[1].pk)]})['id']

        def slugs(body):
            return [place['slug'] for place in body['places']]

        assert slugs(rest.get(f'every-kind/{pk}/')) == ['a', 'b']
        assert slugs(rest.patch(f'every-kind/{pk}/', {'places': [{'slug': 'c'}]})) == ['c']
        assert slugs(rest.patch(f'every-kind/{pk}/', {'places': []})) == []
        assert slugs(rest.patch(f'every-kind/{pk}/', {'places': [sites[2].pk]})) == ['c']
        assert slugs(rest.patch(f'every-kind/{pk}/', {'places': None})) == []

    def test_attributes_that_name_a_target_are_columns(self, rest):
        kind = make_type('thing', fields=[
            {'name': 'title', 'primary': True}, {'name': 'who', 'type': 'object', 'target': User},
        ])  # fmt: skip
        make_field(kind, 'peer', 'object', target=kind, related_name='pointing')
        made = rest.post('thing/', {'title': 'a', 'who': {'username': 'root'}})
        named = {'title': 'a', 'who': {'username': 'root'}}
        assert rest.post('thing/', {'title': 'b', 'peer': named})['peer']['id'] == made['id']
        for name, value in (
            ('who', {'username': 'root', 'password__startswith': '!'}), ('who', {'username': {'startswith': 'r'}}),
            ('who', {'nothing': 1}), ('peer', {'title': 'a', 'pointing': {'title': 'b'}}),
            ('peer', {'who': {'password__startswith': '!'}}),
        ):  # fmt: skip
            body = rest.post('thing/', {'title': 'x', name: value}, expect=400)
            assert list(body) == [name]
            assert 'by this attribute' in body[name][0]

    def test_attributes_name_exactly_one_target(self, rest):
        kind = make_type('thing', fields=[{'name': 'title', 'primary': True}])
        make_field(kind, 'peer', 'object', target=kind)
        make_field(kind, 'peers', 'multiobject', target=kind)
        rest.post('thing/', [{'title': title} for title in ('a', 'b', 'twice', 'twice')])
        made = rest.post('thing/', {'peer': {'title': 'a'}, 'peers': [{'title': 'b'}, {'title': 'a'}]})
        assert made['peer']['display'] == 'a'
        assert sorted(peer['display'] for peer in made['peers']) == ['a', 'b']
        for key, value in (
            ('peer', {'title': 'twice'}),
            ('peer', {'title': 'unknown'}),
            ('peers', [{'title': 'a'}, {'title': 'twice'}]),
        ):
            assert list(rest.post('thing/', {key: value}, expect=400)) == [key]

    def test_scalars_become_text(self, rest, every_kind):
        body = rest.post('every-kind/', {'title': 5, 'notes': 1.5, 'price': '2', 'active': '1', 'amount': '7'})
        assert [body[key] for key in ('title', 'notes', 'price', 'active', 'amount')] == ['5', '1.5', 2, True, 7]

    def test_a_form_is_read_as_well(self, rest, sites, every_kind):
        form = {'title': 'a', 'amount': '5', 'colors': ['red', 'blue'], 'places': [sites[0].pk, sites[1].pk]}
        response = rest.client.post('/api/plugins/custom-objects/every-kind/', form, format='multipart')
        body = response.json()
        assert (body['title'], body['amount'], body['active']) == ('a', 5, None)
        assert [color['value'] for color in body['colors']] == ['red', 'blue']
        assert [place['slug'] for place in body['places']] == ['a', 'b']

    def test_one_body_many_objects(self, rest, every_kind):
        made = rest.post('every-kind/', [{'title': 'a'}, {'title': 'b'}])
        assert [item['title'] for item in made] == ['a', 'b']
        ids = [item['id'] for item in made]
        changed = rest.patch('every-kind/', [{'id': ids[1], 'title': 'c'}, {'id': ids[0], 'amount': 1}])
        assert [(item['title'], item['amount']) for item in changed] == [('a', 1), ('c', None)]
        assert [item['title'] for item in rest.put('every-kind/', [{'id': ids[0], 'title': 'd'}])] == ['d']
        rest.delete('every-kind/', [{'id': pk} for pk in ids])
        rest.delete('every-kind/', [])
        assert rest.get('every-kind/')['count'] == 0

    def test_tags_and_owner(self, rest, every_kind):
        for name in ('one', 'two'):
            Tag.objects.create(name=name, slug=name)
        owner = Owner.objects.create(name='team', group=OwnerGroup.objects.create(name='teams'))
        body = rest.post('every-kind/', {'owner': {'name': 'team'}, 'tags': [{'name': 'one'}]})
        assert (body['owner']['id'], body['owner']['name']) == (owner.pk, 'team')
        path = f'every-kind/{body["id"]}/'

        def tags(**data):
            return sorted(tag['slug'] for tag in rest.patch(path, data)['tags'])

        assert tags(add_tags=[{'slug': 'two'}]) == ['one', 'two']
        assert tags(remove_tags=[{'slug': 'one'}]) == ['two']
        assert tags(tags=[{'slug': 'one'}]) == ['one']
        assert tags(tags=[]) == []
        assert rest.patch(path, {'owner': None})['owner'] is None

    def test_changes_are_logged_with_their_message(self, rest, sites, every_kind):
        pk = rest.post('every-kind/', {'title': 'a', 'places': [sites[0].pk], 'changelog_message': 'born'})['id']
        rest.patch(f'every-kind/{pk}/', {'title': 'b', 'changelog_message': 'grown'})
        rest.delete(f'every-kind/{pk}/', {'changelog_message': 'gone'})
        records = ObjectChange.objects.filter(changed_object_type=every_kind.object_type).order_by('pk')
        assert [(record.action, record.message) for record in records] == [
            ('create', 'born'), ('update', 'grown'), ('delete', 'gone'),
        ]  # fmt: skip

    def test_etags(self, rest, every_kind):
        pk = rest.post('every-kind/', {'title': 'a'})['id']
        rest.get(f'every-kind/{pk}/')
        etag = rest.response['ETag']
        rest.patch(f'every-kind/{pk}/', {'title': 'b'}, HTTP_IF_MATCH=etag)
        rest.patch(f'every-kind/{pk}/', {'title': 'c'}, expect=412, HTTP_IF_MATCH=etag)
        rest.delete(f'every-kind/{pk}/', expect=412, HTTP_IF_MATCH=etag)
        assert rest.get(f'every-kind/{pk}/')['title'] == 'b'

    def test_what_protects_is_named(self, rest):
        target, made = make_type('target', fields=[{'name': 'title', 'primary': True}]), make_type('thing')
        make_field(made, 'ref', 'object', target=target, on_delete_behavior='protect')
        pk = make_object(target, title='a').pk
        make_object(made, ref=pk and target.get_model().objects.get())
        assert 'Thing' in rest.delete(f'target/{pk}/', expect=409)['detail']
        rest.delete('target/', [{'id': pk}], expect=409)
        site = Site.objects.create(name='s', slug='s')
        make_field(made, 'place', 'object', target=Site, on_delete_behavior='protect')
        rest.post('thing/', {'place': site.pk})
        rest.delete(f'/api/dcim/sites/{site.pk}/', expect=409)

    def test_edited_choices_count_at_once(self, rest):
        choice_set = make_choice_set('colors', ['red'])
        make_type('thing', fields=[{'name': 'color', 'type': 'select', 'choice_set': choice_set}])
        rest.post('thing/', {'color': 'blue'}, expect=400)
        rest.patch(
            f'/api/extras/custom-field-choice-sets/{choice_set.pk}/',
            {'extra_choices': [['red', 'Rot'], ['blue', 'Blau']]},
        )
        assert rest.post('thing/', {'color': 'blue'})['color'] == {'value': 'blue', 'label': 'Blau'}


class TestLists:
    def test_paging(self, rest, every_kind):
        ids = [item['id'] for item in rest.post('every-kind/', [{'amount': n % 2} for n in range(5)])]
        page = rest.get('every-kind/', limit=2, offset=2)
        assert (page['count'], [item['id'] for item in page['results']]) == (5, ids[2:4])
        assert 'offset=4' in page['next']
        page = rest.get('every-kind/', limit=2, start=ids[1])
        assert (page['count'], [item['id'] for item in page['results']]) == (None, ids[1:3])
        assert len(rest.get('every-kind/', limit=0)['results']) == 5

    def test_ordering(self, rest, sites, every_kind):
        values = [
            {'title': 'b', 'amount': 1, 'place': sites[1].pk, 'places': [sites[0].pk, sites[1].pk], 'color': 'red'},
            {'title': 'a', 'amount': 3, 'place': sites[0].pk, 'places': [sites[2].pk], 'color': 'blue'},
            {'title': 'c', 'amount': 2, 'place': sites[2].pk, 'colors': ['red']},
        ]
        rest.post('every-kind/', values)
        for ordering, titles in (
            ('title', 'abc'), ('-title', 'cba'), ('amount', 'bca'), ('place', 'abc'), ('-place', 'cba'),
            ('id', 'bac'), ('-created', 'cab'), ('title,amount', 'abc'),
            # What is no column of the table leaves the default order.
            ('places', 'bac'), ('tags', 'bac'), ('nonsense', 'bac'), ('display', 'bac'), ('url', 'bac'),
        ):  # fmt: skip
            found = [item['title'] for item in rest.get('every-kind/', ordering=ordering)['results']]
            assert found == list(titles), ordering

    def test_export_templates(self, rest, every_kind):
        make_object(every_kind, title='a')
        template = ExportTemplate.objects.create(
            name='names', template_code='{% for obj in queryset %}{{ obj.title }};{% endfor %}'
        )
        template.object_types.add(every_kind.object_type)
        response = rest.client.get('/api/plugins/custom-objects/every-kind/?export=names')
        assert (response.status_code, response.content) == (200, b'a;')
        rest.get('every-kind/', export='table', expect=404)


def test_the_openapi_schema_can_be_generated(rest):
    make_type('thing', fields=[('title', 'text')])
    assert 'openapi' in get_schema(rest)
