"""Specials of object: a reference by id; what happens when the target goes is tested in tests/db/test_references."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dcim.models import Site

from netbox_custom_objects.ddl.introspect import introspect
from netbox_custom_objects.ddl.target import Target
from tests.field_types.case import Case, Filter, empty_lookup, sample
from tests.field_types.json_values import BOOLEANS, HIGH, HUGE, LISTS, NOT_FINITE, NUL, WORDS
from tests.field_types.refusals import one_field, refused, refused_field
from tests.field_types.samples import (
    ATTRIBUTES,
    NOWHERE,
    S1,
    S2,
    SITE_TYPE,
    brief,
    points_at_sites,
    sites,
)
from tests.support.factories import make_field, make_object, make_type

pytestmark = pytest.mark.django_db


def test_the_column_is_indexed_and_has_no_foreign_key():
    thing = one_field('object', target=Site)
    column = f'f_{thing.fields.get().pk}'
    table = introspect(Target.for_alias('default'), thing.pk).table(thing.get_database_table_name())
    assert [index.unique for index in table.indexes if index.columns == (column,)] == [False]
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, table.name)
    assert not [name for name, details in constraints.items() if details['foreign_key']]


def test_a_unique_reference_is_one_to_one():
    thing = one_field('object', target=Site, unique=True)
    site, other, _ = sites()
    make_object(thing, value=site)
    make_object(thing, value=other)
    assert refused(thing.get_model()(value=site).full_clean)


def test_targets_come_with_one_query():
    thing = one_field('object', target=Site)
    for site in sites():
        make_object(thing, value=site)
    with CaptureQueriesContext(connection) as queries:
        found = [obj.value.name for obj in thing.get_model().objects.select_related('value')]
    assert sorted(found) == ['s1', 's2', 's3']
    assert len([query for query in queries if 'dcim_site' in query['sql']]) == 1


def test_lookups_reach_into_the_target():
    thing = one_field('object', target=Site)
    for site in sites():
        make_object(thing, value=site)
    assert thing.get_model().objects.filter(value__name='s2').count() == 1
    assert list(thing.get_model().objects.order_by('-value__name').values_list('value__slug', flat=True))[0] == 's3'


def test_a_type_may_point_at_itself_and_in_circles():
    node = make_type('node', fields=[('title', 'text')])
    make_field(node, 'parent', 'object', target=node)
    other = make_type('other', fields=[{'name': 'node', 'type': 'object', 'target': node}])
    make_field(node, 'other', 'object', target=other)
    root = make_object(node, title='root')
    leaf = make_object(node, title='leaf', parent=root)
    back = make_object(other, node=leaf)
    leaf.other = back
    leaf.full_clean()
    leaf.save()
    assert node.get_model().objects.get(other__node__parent__title='root').pk == leaf.pk
    itself = make_object(node, title='loop')
    itself.parent = itself
    itself.full_clean()
    itself.save()


@pytest.mark.parametrize(('first', 'second'), [('site', 'site_id'), ('site_id', 'site')])
def test_the_name_of_the_id_is_taken(first, second):
    kinds = {'site': {'type': 'object', 'target': Site}, 'site_id': {'type': 'text'}}
    thing = make_type('thing', fields=[{'name': first, **kinds[first]}])
    assert 'site_id' in refused_field('name', thing, second, **kinds[second])


def test_a_target_is_needed_and_cannot_be_changed():
    assert refused_field('related_object_type', make_type('other'), type='object')
    thing = one_field('object', target=Site)
    field = thing.fields.get()
    field.related_object_type = thing.object_type
    assert 'related_object_type' in refused(field.full_clean, '__all__')


class TestRelatedName:
    def test_it_must_not_hide_an_attribute_of_the_target(self):
        for name in ('name', 'devices', 'objects', 'pk', 'full_clean'):
            assert refused_field('related_name', make_type(f't_{name}'), type='object', target=Site, related_name=name)

    def test_one_field_per_name_and_target(self):
        one_field('object', target=Site, related_name='things')
        message = refused_field('__all__', make_type('other'), type='object', target=Site, related_name='things')
        assert 'related name' in message

    def test_it_reaches_back_between_types(self):
        target = make_type('target', fields=[('title', 'text')])
        thing = one_field('object', target=target, related_name='things')
        wanted = make_object(target, title='a')
        obj = make_object(thing, value=wanted)
        wanted = target.get_model().objects.get(pk=wanted.pk)
        assert list(wanted.things.all()) == [obj]
        assert target.get_model().objects.filter(things__pk=obj.pk).get() == wanted

    def test_a_field_of_the_target_cannot_take_it(self):
        target = make_type('target', fields=[('title', 'text')])
        one_field('object', target=target, related_name='things')
        assert 'thing.value' in refused_field('name', target, 'things', type='text')

    def test_names_that_relations_are_given_are_reserved(self):
        for name in ('r_7', 'table7model_site_set'):
            assert refused_field('name', make_type(f't_{name}'), name, type='text')


# What the contract of all types runs, and what REST refuses, see case.py.
CASES = (
    Case(
        'object',
        ('bigint',),
        values=(S1, S2),
        default=(S1, S1),
        bad_values=(NOWHERE,),
        bad_defaults=('1', NOWHERE, True, [1]),
        needs=points_at_sites,
        attribute='value_id',
        samples=(
            sample(S1, form=S1, text='s1', reads=brief(0), payload=S1),
            sample(S2, {'slug': 's2'}, form=S2, text='s2', reads=brief(1), payload=S2),
        ),
        filters=(
            Filter('value', S1, (0,)),
            Filter('value', [S1, S2], (0, 1)),
            Filter('value', 's1', (0,)),
            Filter('value', 'null', (None,)),
            Filter('value__n', S1, (1, None)),
            Filter('value_id', S1, (0,)),
            Filter('value_id__n', S1, (1, None)),
            *empty_lookup(2),
        ),
        bad_filters=(('value', '4711'), ('value', 'x'), ('value_id', 'x'), ('value__n', 'x'), ('value__empty', 'x')),
        order=(0, 1),
        bad_form={'value': NOWHERE},
        bad_text={'value': 'nowhere'},
        bad_rest=NOWHERE,
        word='s1',
        graphql=SITE_TYPE | None,
    ),
)

IDS = (
    '', ' ', 0, -1, NOWHERE, HUGE, -HUGE, 2**31, 2**63, 2**64, 1.5, 1e300, '0', '-1', str(NOWHERE), str(HUGE),
    '1' * 2_000,
    '1.5', '1e3', '0x1', 's1', 'S1', f's1{NUL}', f'1{NUL}', f'1{HIGH}', 'dcim.site', '/api/dcim/sites/1/',
)  # fmt: skip
BAD_INPUTS = (*BOOLEANS, *LISTS, [S1], *WORDS, *NOT_FINITE, *IDS, *ATTRIBUTES)
