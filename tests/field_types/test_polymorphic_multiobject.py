"""Specials of polymorphic multiobject: links to objects of several types, in a table of their own."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from dcim.models import Region, Site

from netbox_custom_objects.ddl.introspect import introspect
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.exceptions import SchemaChangeRefused
from netbox_custom_objects.field_types.polymorphic.keys import key_of
from tests.field_types.case import Case
from tests.field_types.json_values import BOOLEANS, HIGH, HUGE, LISTS, NOT_FINITE, NUL, OBJECTS, WORDS
from tests.field_types.polymorphic_kit import (
    BAD_FILTERS,
    BAD_KEYS,
    N1,
    N2,
    R1,
    R2,
    S1,
    S2,
    S3,
    SITE_TYPE_ID,
    TARGET_TYPES,
    TYPE_LABELS,
    by_target,
    many,
    points_at_three_types,
    region,
    stored,
    type_id,
)
from tests.field_types.refusals import one_field, refused, refused_field
from tests.field_types.samples import NOWHERE, sites
from tests.support.factories import make_field, make_object, make_type, object_type_of
from tests.support.request import changes_of, request

pytestmark = pytest.mark.django_db
MAIN = Target.for_alias('default')


@pytest.fixture
def thing(node):
    """A type whose field `value` refers to sites, regions and nodes."""
    return one_field('multiobject', targets=[Site, Region, node])


def values(obj):
    return list(stored(obj).value.all())


class TestStorage:
    def test_a_link_table(self, thing):
        field = thing.fields.get()
        table = introspect(MAIN, thing.pk).table(field.through_table_name)
        key = ('content_type_id', 'object_id')
        assert [column.name for column in table.columns] == ['id', 'source_id', *key]
        assert {column.type for column in table.columns} == {'bigint'}
        assert {(index.columns, index.unique) for index in table.indexes} == {(('source_id', *key), True), (key, False)}

    def test_a_link_exists_once(self, thing):
        obj = make_object(thing, value=sites()[:1])
        through = thing.get_model().value.through
        with pytest.raises(IntegrityError), transaction.atomic():
            through.objects.create(source_id=obj.pk, content_type_id=type_id(Site), object_id=sites()[0].pk)

    def test_deleting_an_object_takes_its_links_along(self, thing):
        obj = make_object(thing, value=[*sites(), region()])
        through = thing.get_model().value.through
        assert through.objects.count() == 4
        obj.delete()
        assert through.objects.count() == 0


class TestManager:
    def test_links_are_added_removed_set_and_cleared(self, thing, node):
        one, two, three = sites()
        other = make_object(node, title='n')
        obj = make_object(thing, value=[one])
        obj.value.add(other, region(), other)
        assert values(obj) == [one, other, region()]
        obj.value.remove(one, two)
        assert values(obj) == [other, region()]
        obj.value.set([two, other, three])
        assert values(obj) == [other, two, three]
        obj.value.set([(type_id(Site), one.pk)], clear=True)
        assert values(obj) == [one]
        obj.value.clear()
        assert values(obj) == []

    def test_it_reads_like_a_manager(self, thing):
        obj = stored(make_object(thing, value=[sites()[0], region()]))
        assert (obj.value.count(), obj.value.exists(), obj.value.first()) == (2, True, sites()[0])
        assert [str(target) for target in obj.value] == ['s1', 'r1']
        found = obj.value.all()
        assert (len(found), found[1], region() in found, bool(found)) == (2, region(), True, True)
        empty = make_object(thing).value
        assert (empty.count(), empty.exists(), empty.first(), list(empty.all())) == (0, False, None, [])

    def test_assignment_takes_effect_with_save(self, thing):
        obj = thing.get_model()(value=[sites()[0]])
        obj.save()
        assert values(obj) == [sites()[0]]
        obj.value = [region()]
        obj.save()
        assert values(obj) == [region()]

    def test_an_unsaved_object_has_none(self, thing):
        with pytest.raises(ValueError):
            thing.get_model()().value.all()
        with pytest.raises(ValueError):
            make_object(thing).value.add(Site(name='unsaved'))
        with pytest.raises(ValueError):
            make_object(thing).value.add('x')

    def test_what_does_not_exist_is_left_out(self, thing):
        obj = make_object(thing, value=sites()[:2])
        Site.objects.filter(pk=sites()[0].pk)._raw_delete('default')
        unknown = ContentType.objects.create(app_label='gone', model='gone')
        thing.get_model().value.through.objects.create(source_id=obj.pk, content_type_id=unknown.pk, object_id=1)
        assert values(obj) == [sites()[1]]
        assert list(thing.get_model().objects.prefetch_related('value')[0].value.all()) == [sites()[1]]
        assert stored(obj).serialize_object()

    def test_prefetching_takes_one_query_for_links_and_one_per_type(self, thing, node):
        nodes = [make_object(node, title=str(n)) for n in range(3)]
        for count in (0, 1, 2, 3):
            make_object(thing, value=[*sites()[:count], *nodes[:count], region()])
        with CaptureQueriesContext(connection) as queries:
            objects = list(thing.get_model().objects.prefetch_related('value').order_by('pk'))
            found = [[str(target) for target in obj.value.all()] for obj in objects]
        assert found[0] == ['r1']
        assert found[2] == ['s1', 's2', '0', '1', 'r1']
        tables = ('dcim_site', 'dcim_region', node.get_database_table_name(), thing.fields.get().through_table_name)
        assert [len([q for q in queries if f'FROM "{table}"' in q['sql']]) for table in tables] == [1, 1, 1, 1]

    def test_queries_reach_the_links(self, thing):
        one = make_object(thing, value=[sites()[0], region()])
        other = make_object(thing, value=[sites()[1]])
        none = make_object(thing)
        model, name = thing.get_model(), f'r_{thing.fields.get().pk}'
        assert set(model.objects.filter(value=type_id(Site))) == {one, other}
        assert set(model.objects.filter(value__isnull=True)) == {none}
        assert list(
            model.objects.filter(**{f'{name}__object_id': region().pk, f'{name}__content_type': type_id(Region)})
        ) == [one]


class TestDefinition:
    def test_at_least_one_type(self):
        assert refused_field('__all__', type='multiobject', targets=[])

    def test_no_stored_value_loses_its_type(self, thing):
        for site in sites()[:2]:
            make_object(thing, value=[site, *sites()])
        field = thing.fields.get()
        field._m2m_values = {'related_object_types': [object_type_of(Region)]}
        assert 'dcim.site (2 objects)' in refused(field.full_clean, 'related_object_types')
        del field._m2m_values
        with pytest.raises(SchemaChangeRefused), transaction.atomic():
            field.related_object_types.remove(object_type_of(Site))
        field.related_object_types.remove(object_type_of(Region))


def test_links_to_what_is_deleted_are_removed_and_logged(thing, node):
    for target in (sites()[0], make_object(node, title='a')):
        obj, other = make_object(thing, value=[target, sites()[1]]), make_object(thing, value=[sites()[1]])
        name, pk = target._meta.model_name, target.pk
        with request() as made:
            target.snapshot()
            target.delete()
        assert changes_of(made) == [('update', thing.get_model()._meta.model_name, obj.pk), ('delete', name, pk)]
        assert values(obj) == [sites()[1]]
        assert values(other) == [sites()[1]]


def test_a_type_may_link_to_itself():
    node = make_type('node', fields=[('title', 'text')])
    make_field(node, 'peers', 'multiobject', targets=[node, Site])
    one, two = make_object(node, title='1'), make_object(node, title='2')
    one.peers.set([one, two, sites()[0]])
    assert list(stored(one).peers.all()) == [one, two, sites()[0]]
    two.delete()
    assert list(stored(one).peers.all()) == [one, sites()[0]]
    with request() as made:
        node.get_model().objects.all().delete()
    assert [action for action, *_ in changes_of(made)] == ['delete']


# What the contract of all types runs, and what REST refuses, see case.py.
CASES = (
    Case(
        'multiobject',
        (),
        is_polymorphic=True,
        variant='polymorphic multiobject',
        values=([S1.key], [N1.key, S2.key, S1.key], [R1.key, R2.key, N1.key, N2.key]),
        default=([S1.default, N1.default], [S1.key, N1.key]),
        bad_defaults=(
            '1', 1, True, {}, S1.default, [1], [{}], [[]], [S1.default, S1.pk],
            [S1.default, {'content_type_id': SITE_TYPE_ID, 'object_id': NOWHERE}],
        ),
        unique=False,
        needs=points_at_three_types,
        links=lambda manager: sorted(map(key_of, manager.all())),
        lookup=lambda key: {'value': key[0]},
        samples=(many(S1, N1), many(S2, S3, R1), many(N2)),
        filters=by_target(one=(0,), other=(1,), both=(0, 1), node=(0,)),
        bad_filters=BAD_FILTERS,
        form_fields=('value',),
        bad_form={'value__dcim__site': [NOWHERE]},
        bad_text={'value': f'dcim.site:{NOWHERE}'},
        bad_rest=[{'_content_type': 'dcim.site', 'id': NOWHERE}],
        word='s1',
        choices=TYPE_LABELS,
        graphql=list[TARGET_TYPES],
    ),
)  # fmt: skip

SITE = {'_content_type': 'dcim.site', 'id': 10**9}
SCALARS = ('', ' ', 0, 1, -1, 1.5, HUGE, 'dcim.site', 'dcim.site:1', '[]', f'a{NUL}', HIGH)
ITEMS = tuple([item] for item in BAD_KEYS)
NESTED = (SITE, {'0': SITE}, [[SITE]], [SITE, None], [None, SITE], [SITE, 1], [[], SITE], [SITE] * 100)
BAD_INPUTS = (
    *BOOLEANS, *(value for value in LISTS if value), *OBJECTS, *WORDS, *NOT_FINITE, *SCALARS, *ITEMS, *NESTED,
)  # fmt: skip
