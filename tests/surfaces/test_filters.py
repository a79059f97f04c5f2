"""Filter parameters of object lists (contract 3.3), through REST."""

import pytest

from core.models import ObjectChange
from dcim.models import Site
from extras.models import SavedFilter, Tag
from tenancy.models import Contact, ContactAssignment, ContactRole
from users.models import Owner, OwnerGroup

from netbox_custom_objects.filtersets import build_filter_for_field, get_filterset_class

from ..support.factories import make_field, make_object, make_type

HUGE = 10**30


@pytest.fixture
def sites(db):
    return {name: Site.objects.create(name=name.upper(), slug=name) for name in ('x', 'y', 'z')}


@pytest.fixture
def objects(every_kind, sites):
    """Three objects that differ in every field: `a` and `b` have values, `none` has none."""
    first = make_object(
        every_kind, title='a', notes='Alpha one', amount=1, price='1.50', active=True, bought='2024-01-01',
        seen='2024-01-01T10:00:00Z', web='https://a.org', web_title='Anton', extra={'k': 'Va'}, color='red',
        colors=['red', 'green'], place=sites['x'], places=[sites['x'], sites['y']],
    )  # fmt: skip
    second = make_object(
        every_kind, title='b', notes='Beta two', amount=2, price='2.50', active=False, bought='2024-02-01',
        seen='2024-02-01T10:00:00Z', web='https://b.org', web_title='Berta', extra=[1], color='green',
        colors=['blue'], place=sites['y'], places=[sites['z']],
    )  # fmt: skip
    return first, second, make_object(every_kind)


# What `{x}` stands for is the primary key of the site x.
FOUND = [
    # Text, loose: contains, without regard to case.
    ('title=A', 'a'), ('title=a&title=b', 'ab'), ('title__n=a', 'b-'), ('title__ic=B', 'b'), ('title__nic=B', 'a-'),
    ('title__isw=A', 'a'), ('title__nisw=A', 'b-'), ('title__iew=B', 'b'), ('title__niew=B', 'a-'),
    ('title__ie=A', 'a'),
    ('title__nie=A', 'b-'), ('title__empty=true', '-'), ('title__empty=false', 'ab'), ('title__regex=^[ab]$', 'ab'),
    ('title__iregex=^A$', 'a'), ('title=null', '-'), ('title__n=null', 'ab'), ('title__ic=null', '-'),
    ('title=', 'ab-'),
    ('notes=ALPHA', 'a'), ('notes__n=Alpha one', 'b-'), ('notes__isw=beta', 'b'), ('notes__empty=true', '-'),
    ('notes__empty=0', 'ab'), ('notes__regex=^A', 'a'), ('notes__iregex=two$', 'b'),
    ('web=A.ORG', 'a'), ('web__ie=https://B.org', 'b'), ('web__empty=true', '-'), ('web__nic=a.org', 'b-'),
    # Numbers.
    ('amount=1', 'a'), ('amount=1&amount=2', 'ab'), ('amount__n=1', 'b-'), ('amount__gt=1', 'b'),
    ('amount__gte=1', 'ab'),
    ('amount__lt=2', 'a'), ('amount__lte=2', 'ab'), ('amount__empty=true', '-'), ('amount__empty=false', 'ab'),
    ('amount=9223372036854775807', ''), ('price=1.5', 'a'), ('price=1.50&price=2.5', 'ab'), ('price__gt=1.5', 'b'),
    ('price__lte=1.5', 'a'), ('price__n=1.5', 'b-'), ('price__empty=true', '-'),
    # Booleans.
    ('active=true', 'a'), ('active=false', 'b'), ('active=1', 'a'), ('active=False', 'b'), ('active__empty=true', '-'),
    ('active__empty=false', 'ab'), ('active=', 'ab-'),
    # Dates.
    ('bought=2024-01-01', 'a'), ('bought=2024-01-01&bought=2024-02-01', 'ab'), ('bought__n=2024-01-01', 'b-'),
    ('bought__gt=2024-01-01', 'b'), ('bought__lte=2024-01-01', 'a'), ('bought__empty=true', '-'),
    ('seen=2024-01-01T10:00:00Z', 'a'), ('seen__gte=2024-01-02', 'b'), ('seen__lt=2024-01-02', 'a'),
    ('seen__n=2024-01-01T10:00:00Z', 'b-'), ('seen__empty=false', 'ab'),
    # Documents, as text.
    ('extra=va', 'a'), ('extra=[1]', 'b'), ('extra=nothing', ''),
    # Choices.
    ('color=red', 'a'), ('color=red&color=green', 'ab'), ('color__n=red', 'b-'), ('color=null', '-'),
    ('color__empty=true', '-'), ('color__ic=GRE', 'b'), ('color=blue', ''),
    ('colors=red', 'a'), ('colors=red&colors=blue', 'ab'), ('colors__n=green', 'b-'),
    ('colors__n=red&colors__n=blue', '-'),
    ('colors__empty=true', '-'), ('colors__empty=false', 'ab'), ('colors=null', '-'),
    # References, by ID, slug or name.
    ('place={x}', 'a'), ('place={x}&place={y}', 'ab'), ('place_id={y}', 'b'), ('place__n={x}', 'b-'),
    ('place=null', '-'),
    ('place_id__n={x}', 'b-'), ('place={x}&place=null', 'a-'), ('place__n=null', 'ab'), ('place__empty=true', '-'),
    ('place__empty=false', 'ab'), ('place=y', 'b'), ('place=Y', 'b'), ('place={z}', ''),
    ('places={x}', 'a'), ('places={x}&places={y}', 'a'), ('places={x}&places={z}', 'ab'), ('places_id={z}', 'b'),
    ('places__n={x}', 'b-'), ('places__n={y}', 'b-'), ('places=null', '-'), ('places__empty=true', '-'),
    ('places__empty=false', 'ab'), ('places=x', 'a'), ('places_id__n={z}', 'a-'),
    # Several filters, and what does not filter.
    ('title=a&amount=2', ''), ('title=a&amount=1&color=red', 'a'), ('limit=100&brief=1&ordering=id&offset=0', 'ab-'),
]  # fmt: skip


def test_each_filter_finds_what_it_should(rest, objects, sites):
    titles = {obj.pk: obj.title or '-' for obj in objects}
    ids = {name: site.pk for name, site in sites.items()}
    for query, expected in FOUND:
        body = rest.get(f'every-kind/?{query.format(**ids)}')
        assert ''.join(titles[item['id']] for item in body['results']) == expected, query
        assert body['count'] == len(expected), query


WRONG = {
    'amount': ['abc', '1.5', HUGE, 'null', 'NaN', 'a\x00'], 'amount__gt': ['abc', HUGE],
    'price': ['abc', 'NaN', 'a\x00'],
    'price__lt': ['Infinity'], 'active': ['maybe', 'null', '2'], 'active__empty': ['maybe'], 'amount__empty': ['maybe'],
    'title__empty': ['maybe'], 'notes__empty': ['maybe'], 'bought': ['soon', '2024-02-30'], 'bought__gt': ['soon'],
    'seen': ['soon'], 'color': ['purple'], 'color__n': ['purple'], 'place': [4711, 'nowhere', HUGE, '-1', 'a\x00'],
    'place__n': [4711], 'place_id': ['nowhere', '1.5'], 'places': [4711, 'nowhere', HUGE], 'places__n': [4711],
    'title__regex': ['(', '*', '[', '\\'], 'title__iregex': ['('], 'notes__regex': ['('], 'title': ['a\x00'],
    'extra': ['a\x00'], 'q': ['a\x00'], 'colors': ['a\x00'], 'owner_id': [4711], 'owner': ['nobody'], 'tag': ['none'],
    'tag_id': [4711], 'created': ['soon'], 'id': ['abc'], 'created_by_request': ['abc'], 'contact': [4711],
    # No filters at all.
    'bogus': [1], 'title__gt': ['a'], 'extra__ic': ['a'], 'colors__ic': ['a'], 'dis': [1], 'place__ic': ['a'],
    'place__slug': ['x'], 'title__isnull': ['true'], 'web_title': ['Anton'], 'custom_object_type': [1],
}  # fmt: skip


def test_wrong_values_and_unknown_parameters_are_refused_by_name(rest, objects):
    for parameter, values in WRONG.items():
        for value in values:
            assert list(rest.get('every-kind/', expect=400, **{parameter: value})) == [parameter], (parameter, value)


def test_an_unknown_parameter_is_told_the_valid_ones(rest, objects, settings, monkeypatch):
    body = rest.get('every-kind/', bogus=1, title='a', expect=400)
    assert 'title__ic' in body['bogus'][0]
    assert 'places_id' in body['bogus'][0]
    monkeypatch.setitem(settings.PLUGINS_CONFIG['netbox_custom_objects'], 'strict_filtering', False)
    assert rest.get('every-kind/', bogus=1)['count'] == 3


@pytest.mark.parametrize('value', [HUGE, -HUGE, 2**63])
def test_ids_beyond_64_bits_are_nobodys(rest, objects, value):
    assert rest.get('every-kind/', id=value)['count'] == 0
    assert rest.get('every-kind/', price=f'{abs(value)}')['count'] == 0


class TestFilterLogic:
    def test_exact_and_disabled(self, rest):
        made = make_type('thing', fields=[
            {'name': 'loose'}, {'name': 'exact', 'filter_logic': 'exact'}, {'name': 'off', 'filter_logic': 'disabled'},
            {'name': 'ref', 'type': 'object', 'target': Site, 'filter_logic': 'disabled'},
            {'name': 'text', 'type': 'longtext', 'filter_logic': 'disabled'},
            {'name': 'colors', 'type': 'multiselect', 'choices': ['red'], 'filter_logic': 'disabled'},
        ])  # fmt: skip
        make_object(made, loose='abc', exact='abc', off='abc')
        assert rest.get('thing/', loose='B')['count'] == 1
        assert rest.get('thing/', exact='B')['count'] == 0
        assert rest.get('thing/', exact='abc')['count'] == 1
        assert rest.get('thing/', exact__ic='B')['count'] == 1
        for name in ('off', 'off__ic', 'ref', 'ref_id', 'ref__empty', 'text__empty', 'colors', 'colors__n'):
            assert list(rest.get('thing/', expect=400, **{name: 1})) == [name]

    def test_a_change_counts_at_once(self, rest):
        made = make_type('thing', fields=[('value', 'text')])
        make_object(made, value='abc')
        assert rest.get('thing/', value='B')['count'] == 1
        rest.patch(f'custom-object-type-fields/{made.fields.get().pk}/', {'filter_logic': 'exact'})
        assert rest.get('thing/', value='B')['count'] == 0

    def test_the_name_of_a_parameter_does_not_take_the_parameter_over(self, rest):
        made = make_type('thing', fields=[('limit', 'integer'), ('q', 'text')])
        for n in range(3):
            make_object(made, limit=n)
        assert len(rest.get('thing/', limit=1)['results']) == 1
        assert rest.get('thing/', q='zzz')['count'] == 0
        assert rest.get('thing/', field_limit=1)['count'] == rest.get('thing/', limit__gt=1)['count'] == 1


class TestSearch:
    def test_text_like_and_number_fields(self, rest, objects):
        first, second, _ = objects
        for text, found in (
            ('alpha', [first]), ('2.5', [second]), ('A.ORG', [first]), ('berta', [second]), ('gree', [first, second]),
            ('two', [second]), ('o', [first, second]), ('nothing', []), (' ', list(objects)),
        ):  # fmt: skip
            ids = [item['id'] for item in rest.get('every-kind/', q=text)['results']]
            assert ids == [obj.pk for obj in found], text

    def test_a_type_without_such_fields_has_nothing_to_find(self, rest):
        make_object(make_type('thing', fields=[('active', 'boolean')]))
        assert rest.get('thing/', q='a')['count'] == 0


class TestBaseFilters:
    def test_ids_and_times(self, rest, objects):
        first, second, third = objects
        assert rest.get('every-kind/', id=[first.pk, second.pk])['count'] == 2
        assert rest.get('every-kind/', id__n=first.pk)['count'] == 2
        assert rest.get('every-kind/', id__gt=first.pk)['count'] == 2
        assert rest.get('every-kind/', created=third.created.isoformat())['count'] == 1
        assert rest.get('every-kind/', created__gte=second.created.isoformat())['count'] == 2
        assert rest.get('every-kind/', last_updated__lt=second.last_updated.isoformat())['count'] == 1
        assert rest.get('every-kind/', created__empty='true')['count'] == 0

    def test_tags(self, rest, objects):
        one, two = (Tag.objects.create(name=name, slug=name) for name in ('one', 'two'))
        objects[0].tags.set([one, two])
        objects[1].tags.set([two])
        for params, count in (
            ({'tag': 'one'}, 1), ({'tag': ['one', 'two']}, 1), ({'tag__any': ['one', 'two']}, 2),
            ({'tag__n': 'one'}, 2),
            ({'tag_id': two.pk}, 2), ({'tag_id__n': two.pk}, 1),
        ):  # fmt: skip
            assert rest.get('every-kind/', **params)['count'] == count, params

    def test_owners(self, rest, objects):
        group = OwnerGroup.objects.create(name='teams')
        owner = Owner.objects.create(name='team', group=group)
        objects[0].owner = owner
        objects[0].save()
        for params, count in (
            ({'owner_id': owner.pk}, 1), ({'owner': 'team'}, 1), ({'owner_id__n': owner.pk}, 2),
            ({'owner_id': 'null'}, 2), ({'owner_group_id': group.pk}, 1), ({'owner_group': 'teams'}, 1),
        ):  # fmt: skip
            assert rest.get('every-kind/', **params)['count'] == count, params

    def test_contacts(self, rest, objects):
        contact, role = Contact.objects.create(name='c'), ContactRole.objects.create(name='r', slug='r')
        ContactAssignment.objects.create(object=objects[0], contact=contact, role=role, priority='primary')
        assert rest.get('every-kind/', contact=contact.pk)['count'] == 1
        assert rest.get('every-kind/', contact_role=role.pk)['count'] == 1

    def test_requests(self, rest, every_kind):
        pk = rest.post('every-kind/', {'title': 'a'})['id']
        rest.post('every-kind/', {'title': 'b'})
        created = ObjectChange.objects.get(
            changed_object_id=pk, action='create', changed_object_type__model__startswith='table'
        )
        assert rest.get('every-kind/', created_by_request=str(created.request_id))['count'] == 1
        assert rest.get('every-kind/', updated_by_request=str(created.request_id))['count'] == 0
        assert rest.get('every-kind/', modified_by_request=str(created.request_id))['count'] == 1

    def test_saved_filters(self, rest, objects):
        saved = SavedFilter.objects.create(name='f', slug='f', parameters={'title': ['a']}, shared=True)
        saved.object_types.add(objects[0].custom_object_type.object_type)
        assert rest.get('every-kind/', filter='f')['count'] == 1
        assert rest.get('every-kind/', filter_id=saved.pk)['count'] == 1


class TestReferencesToCustomObjects:
    def test_by_id_and_by_name(self, rest):
        target = make_type('target', fields=[{'name': 'name', 'primary': True}])
        made = make_type('thing')
        make_field(made, 'ref', 'object', target=target)
        make_field(made, 'refs', 'multiobject', target=target)
        make_field(made, 'peer', 'object', target=made)
        one, two = make_object(target, name='one'), make_object(target, name='two')
        first = make_object(made, ref=one, refs=[one, two])
        second = make_object(made, ref=two, peer=first)
        for params, found in (
            ({'ref': one.pk}, [first]), ({'ref': 'two'}, [second]), ({'ref__n': one.pk}, [second]),
            ({'refs': two.pk}, [first]), ({'refs': [one.pk, two.pk]}, [first]), ({'refs__empty': 'true'}, [second]),
            ({'peer': first.pk}, [second]), ({'peer': 'null'}, [first]),
        ):  # fmt: skip
            ids = [item['id'] for item in rest.get('thing/', **params)['results']]
            assert ids == [obj.pk for obj in found], params


def test_names_for_third_parties(every_kind):
    filterset = get_filterset_class(every_kind.get_model())
    assert filterset is get_filterset_class(every_kind.get_model())
    assert filterset.__name__ == f'Table{every_kind.pk}ModelFilterSet'
    field = every_kind.fields.get(name='place')
    assert list(build_filter_for_field(field)) == ['place', 'place_id', 'place__empty']
    assert build_filter_for_field(every_kind.fields.get(name='title'))['title'].lookup_expr == 'icontains'
