"""Polymorphic fields in REST: definition, values, filters, what other users see of their targets, and queries."""

import pytest
from django.contrib.contenttypes.models import ContentType

from core.models import ObjectChange
from dcim.models import Manufacturer, Region, Site

from netbox_custom_objects.models import CustomObjectTypeField
from tests.field_types.bad_inputs import polymorphic_multiobject, polymorphic_object
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.rest import Rest, make_user, superuser
from tests.surfaces.test_query_counts_api import queries


@pytest.fixture
def node(db):
    return make_type('node', fields=[{'name': 'title', 'type': 'text', 'primary': True}])


@pytest.fixture
def thing(db, node):
    """`ref` and `refs` point at sites, regions and nodes."""
    found = make_type('thing', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
    for name, kind in (('ref', 'object'), ('refs', 'multiobject')):
        make_field(found, name, kind, targets=[Site, Region, node], is_cloneable=True)
    return found


@pytest.fixture
def rest(db):
    return Rest(superuser())


@pytest.fixture
def region(db):
    return Region.objects.create(name='Europe', slug='europe')


@pytest.fixture
def a_node(node):
    return make_object(node, title='a node')


def pk_of_type(target):
    return ContentType.objects.get_for_model(target).pk


def shape(target):
    return {'_content_type': target._meta.label_lower, 'id': target.pk, 'display': str(target)}


def reread(obj):
    return type(obj).objects.get(pk=obj.pk)


class TestFieldDefinition:
    URL = 'custom-object-type-fields/'

    def body(self, thing, **more):
        return {'custom_object_type': thing.pk, 'name': 'poly', 'type': 'object', 'is_polymorphic': True, **more}

    def test_types_are_written_and_read(self, rest, thing, node):
        targets = [{'app_label': 'dcim', 'model': 'site'}, {'app_label': 'custom-objects', 'model': 'node'}]
        made = rest.post(self.URL, self.body(thing, related_object_types_input=targets))
        assert made['is_polymorphic'] is True
        assert sorted((item['app_label'], item['model']) for item in made['related_object_types']) == [
            ('dcim', 'site'),
            ('netbox_custom_objects', f'table{node.pk}model'),
        ]
        assert made['related_object_type'] is None
        ids = [{'app_label': 'dcim', 'model': 'region'}, *(item['id'] for item in made['related_object_types'])]
        changed = rest.patch(f'{self.URL}{made["id"]}/', {'related_object_types_input': ids})
        assert len(changed['related_object_types']) == 3
        assert rest.get('thing/')['count'] == 0

    def test_wrong_types_are_refused(self, rest, thing):
        for wrong, key in (
            ({}, '__all__'),
            ({'related_object_types_input': []}, '__all__'),
            ({'related_object_types_input': [{'app_label': 'dcim', 'model': 'nothing'}]}, 'related_object_types_input'),
            ({'related_object_types_input': 'dcim.site'}, 'related_object_types_input'),
            ({'related_object_types_input': [None]}, 'related_object_types_input'),
            ({'related_object_types_input': None}, 'related_object_types_input'),
        ):
            assert list(rest.post(self.URL, self.body(thing, **wrong), expect=400)) == [key], wrong
        plain = self.body(thing, is_polymorphic=False, app_label='dcim', model='site')
        plain['related_object_types_input'] = [{'app_label': 'dcim', 'model': 'site'}]
        assert list(rest.post(self.URL, plain, expect=400)) == ['related_object_types_input']
        assert thing.fields.count() == 3

    def test_a_type_that_values_have_stays(self, rest, thing, sites):
        make_object(thing, ref=sites[0], refs=sites)
        for name, count in (('ref', 1), ('refs', 1)):
            field = thing.fields.get(name=name)
            body = {'related_object_types_input': [{'app_label': 'dcim', 'model': 'region'}]}
            errors = rest.patch(f'{self.URL}{field.pk}/', body, expect=400)
            assert list(errors) == ['related_object_types_input']
            assert f'dcim.site ({count})' in errors['related_object_types_input'][0]
            assert field.related_object_types.count() == 3

    def test_it_is_polymorphic_for_ever(self, rest, thing):
        field = thing.fields.get(name='ref')
        assert 'is_polymorphic' in rest.patch(f'{self.URL}{field.pk}/', {'is_polymorphic': False}, expect=400)

    def test_the_form(self, browser, thing, node, sites):
        page = browser.get(f'custom-object-type-fields/add/?custom_object_type={thing.pk}&type=object')
        assert 'name="is_polymorphic"' in page
        assert 'name="related_object_type"' in page
        assert 'name="related_object_types"' not in page
        page = browser.get('custom-object-type-fields/add/?type=object&is_polymorphic=on')
        assert 'name="related_object_types"' in page
        assert 'name="related_object_type"' not in page
        data = {
            'custom_object_type': thing.pk, 'name': 'made', 'type': 'multiobject', 'is_polymorphic': 'on',
            'search_weight': 500, 'filter_logic': 'loose', 'ui_visible': 'always', 'ui_editable': 'yes', 'weight': 100,
        }  # fmt: skip
        browser.post('custom-object-type-fields/add/', **data, expect=200)
        assert 'related_object_types' in browser.errors
        wanted = [pk_of_type(Site), node.object_type.pk]
        browser.post('custom-object-type-fields/add/', **data, related_object_types=wanted)
        field = CustomObjectTypeField.objects.get(name='made')
        assert sorted(field.related_object_types.values_list('pk', flat=True)) == sorted(wanted)
        make_object(thing, made=sites[:1])
        data |= {'related_object_types': [pk_of_type(Region)]}
        browser.post(f'custom-object-type-fields/{field.pk}/edit/', **data, expect=200)
        assert 'dcim.site (1)' in str(browser.errors['related_object_types'])
        data |= {'related_object_types': [pk_of_type(Region), pk_of_type(Site)]}
        browser.post(f'custom-object-type-fields/{field.pk}/edit/', **data)
        assert field.related_object_types.count() == 2

    def test_the_import(self, browser, thing, node):
        data = 'custom_object_type,name,type,is_polymorphic,related_object_types\n'
        good = data + 'thing,made,object,true,"dcim.site,custom-objects.node"\n'
        form = {'import_method': 'direct', 'format': 'csv', 'csv_delimiter': 'auto'}
        for bad in ('"dcim.nothing"', '"x"', '""', '"dcim.site,,x.y"'):
            browser.post(
                'custom-object-type-fields/import/', expect=200, **form, data=f'{data}thing,bad,object,true,{bad}\n'
            )
        browser.post('custom-object-type-fields/import/', **form, data=good)
        assert thing.fields.get(name='made').related_object_types.count() == 2
        assert not thing.fields.filter(name='bad').exists()


class TestRest:
    def test_read(self, rest, thing, sites, region, a_node):
        for target in (sites[0], region, a_node, None):
            obj = make_object(thing, ref=target, refs=[sites[1], region, a_node])
            data = rest.get(f'thing/{obj.pk}/')
            assert data['ref'] == (shape(target) if target else None)
            assert data['refs'] == [shape(sites[1]), shape(region), shape(a_node)]
            assert rest.get('thing/', id=obj.pk)['results'][0]['refs'] == data['refs']

    def test_ways_to_write(self, rest, thing, sites, region, a_node, node):
        site = sites[0]
        for data, target in (
            (shape(site), site),
            ({'_content_type': 'dcim.site', 'id': site.pk}, site),
            ({'_content_type': 'dcim.site', 'object_id': str(site.pk)}, site),
            ({'content_type_id': pk_of_type(Site), 'object_id': site.pk}, site),
            ({'app_label': 'dcim', 'model': 'region', 'id': region.pk}, region),
            ({'app_label': 'custom-objects', 'model': 'node', 'id': a_node.pk}, a_node),
            ({'_content_type': 'custom-objects.node', 'id': a_node.pk}, a_node),
            ({'_content_type': f'netbox_custom_objects.table{node.pk}model', 'id': a_node.pk}, a_node),
        ):
            made = rest.post('thing/', {'ref': data, 'refs': [data, shape(target)]})
            assert made['ref'] == shape(target)
            assert made['refs'] == [shape(target)]

    def test_what_is_not_sent_stays_and_null_clears(self, rest, thing, sites, region):
        obj = make_object(thing, title='a', ref=sites[0], refs=[region])
        url = f'thing/{obj.pk}/'
        rest.patch(url, {'title': 'b'})
        rest.put(url, {'title': 'c'})
        assert (reread(obj).ref, list(reread(obj).refs.all())) == (sites[0], [region])
        rest.put(url, rest.get(url))
        assert (reread(obj).ref, list(reread(obj).refs.all())) == (sites[0], [region])
        assert rest.patch(url, {'ref': None, 'refs': None})['refs'] == []
        assert (reread(obj).ref, list(reread(obj).refs.all())) == (None, [])

    def test_errors_of_items_are_keyed_by_index(self, rest, thing, sites):
        bad = [shape(sites[0]), {'_content_type': 'dcim.site', 'id': 10**9}, {'_content_type': 'x.y', 'id': 1}, 5]
        errors = rest.post('thing/', {'refs': bad}, expect=400)
        assert list(errors['refs']) == ['1', '2', '3']

    def test_a_type_that_is_not_allowed(self, rest, thing):
        manufacturer = Manufacturer.objects.create(name='m', slug='m')
        errors = rest.post('thing/', {'ref': shape(manufacturer), 'refs': [shape(manufacturer)]}, expect=400)
        assert 'dcim.region' in errors['ref'][0]
        assert 'dcim.region' in errors['refs']['0'][0]

    def test_required_and_default(self, rest, node, sites):
        kind = make_type('kind')
        default = {'content_type_id': pk_of_type(Site), 'object_id': sites[0].pk}
        make_field(kind, 'ref', 'object', targets=[Site], required=True)
        make_field(kind, 'refs', 'multiobject', targets=[Site], required=True)
        assert set(rest.post('kind/', {}, expect=400)) == {'ref', 'refs'}
        assert set(rest.post('kind/', {'ref': None, 'refs': []}, expect=400)) == {'ref', 'refs'}
        for name, value in (('ref', default), ('refs', [default])):
            field = kind.fields.get(name=name)
            field.default = value
            field.full_clean()
            field.save()
        made = rest.post('kind/', {})
        assert made['ref'] == shape(sites[0])
        assert made['refs'] == [shape(sites[0])]

    def test_bulk(self, rest, thing, sites, region):
        made = rest.post('thing/', [{'ref': shape(sites[0])}, {'refs': [shape(region), shape(sites[1])]}])
        assert [item['ref'] for item in made] == [shape(sites[0]), None]
        changed = rest.patch('thing/', [{'id': made[0]['id'], 'ref': shape(region), 'refs': [shape(region)]}])
        assert changed[0]['ref'] == shape(region)
        assert changed[0]['refs'] == [shape(region)]

    def test_ordering_and_other_parameters_do_not_fail(self, rest, thing, sites):
        make_object(thing, ref=sites[0], refs=sites)
        for params in ({'ordering': 'ref'}, {'ordering': '-refs'}, {'ordering': 'ref_object_id'}, {'brief': 1},
                       {'fields': 'id,ref,refs'}, {'omit': 'ref'}, {'q': 'x'}, {'limit': 1}):  # fmt: skip
            rest.get('thing/', **params)
        rest.options('thing/')

    def test_events_and_change_log(self, rest, thing, sites, region):
        made = rest.post('thing/', {'title': 'a', 'ref': shape(sites[0]), 'refs': [shape(region)]})
        change = ObjectChange.objects.get(changed_object_id=made['id'], action='create')
        keys = {field.name: field.payload_key for field in thing.fields.all()}
        assert change.postchange_data[keys['ref']] == f'dcim.site:{sites[0].pk}'
        assert change.postchange_data[keys['refs']] == [{'content_type': 'dcim.region', 'object_id': region.pk}]
        rest.get(f'/api/core/object-changes/{change.pk}/')

    def test_dangling_targets(self, rest, thing, sites):
        obj = make_object(thing, ref=sites[0], refs=sites[:2])
        Site.objects.filter(pk=sites[0].pk)._raw_delete('default')
        data = rest.get(f'thing/{obj.pk}/')
        assert (data['ref'], data['refs']) == (None, [shape(sites[1])])


class TestFilters:
    @pytest.fixture
    def objects(self, thing, sites, region, a_node):
        return {
            's': make_object(thing, ref=sites[0], refs=sites[:2]),
            't': make_object(thing, ref=sites[1], refs=[sites[1], region]),
            'r': make_object(thing, ref=region, refs=[region]),
            'n': make_object(thing, ref=a_node, refs=[a_node]),
            '-': make_object(thing),
        }

    def found(self, rest, objects, query):
        ids = {item['id'] for item in rest.get(f'thing/?{query}')['results']}
        return ''.join(name for name, obj in objects.items() if obj.pk in ids)

    def test_by_target(self, rest, objects, node, sites, region, a_node):
        s0, s1, table = sites[0].pk, sites[1].pk, f'netbox_custom_objects_table{node.pk}model'
        for query, expected in (
            (f'ref_dcim_site={s0}', 's'),
            (f'ref_dcim_site={s0}&ref_dcim_site={s1}', 'st'),
            (f'ref_dcim_site__n={s0}', 'trn-'),
            (f'ref_dcim_region={region.pk}', 'r'),
            (f'ref_{table}={a_node.pk}', 'n'),
            (f'ref_custom_objects_node={a_node.pk}', 'n'),
            ('ref_dcim_site=1000000000', ''),
            ('ref__empty=true', '-'),
            ('ref__empty=false', 'strn'),
            (f'refs_dcim_site={s1}', 'st'),
            (f'refs_dcim_site={s0}&refs_dcim_site={s1}', 'st'),
            (f'refs_dcim_site__n={s1}', 'rn-'),
            (f'refs_dcim_site={s1}&refs_dcim_region={region.pk}', 't'),
            (f'refs_custom_objects_node={a_node.pk}', 'n'),
            (f'refs_{table}={a_node.pk}', 'n'),
            ('refs__empty=true', '-'),
            ('refs__empty=false', 'strn'),
        ):
            assert self.found(rest, objects, query) == expected, query
        assert rest.get(f'thing/?refs_dcim_site={s0}&refs_dcim_site={s1}')['count'] == 2

    def test_wrong_values(self, rest, objects):
        for query in ('ref_dcim_site=x', 'refs_dcim_region=1.5', 'ref__empty=maybe', 'ref=1', 'ref_dcim_device=1'):
            rest.get(f'thing/?{query}', expect=400)
        assert rest.get(f'thing/?ref_dcim_site={10**30}', expect=400)

    def test_parameters_follow_the_definition(self, rest, thing, objects, node):
        make_field(thing, 'off', 'object', targets=[Site], filter_logic='disabled')
        rest.get('thing/?off_dcim_site=1', expect=400)
        node.slug = 'renamed'
        node.save()
        rest.get('thing/?ref_custom_objects_node=1', expect=400)
        rest.get('thing/?ref_custom_objects_renamed=1')

    def test_the_filter_form(self, browser, thing, objects, sites):
        page = browser.get('thing/')
        assert 'name="ref_dcim_site"' in page
        page = browser.get(f'thing/?ref_dcim_site={sites[0].pk}')
        assert f'/thing/{objects["s"].pk}/' in page
        assert f'/thing/{objects["t"].pk}/' not in page


class TestVisibility:
    """Who may not view a target does not learn its name."""

    @pytest.fixture
    def objects(self, thing, sites, region):
        return [make_object(thing, title=str(n), ref=sites[n], refs=[*sites, region]) for n in range(2)]

    def users(self, thing, sites):
        return {
            'all': Rest(make_user('all', (thing, ['view', 'change'], None), (Site, ['view'], None))),
            'some': Rest(make_user('some', (thing, ['view', 'change'], None), (Site, ['view'], {'id': sites[0].pk}))),
            'none': Rest(make_user('none', (thing, ['view', 'change'], None))),
        }

    def test_rest(self, thing, objects, sites, region):
        users = self.users(thing, sites)
        for name, seen in (('all', sites), ('some', sites[:1]), ('none', [])):
            rest = users[name]
            for item in (rest.get('thing/')['results'][0], rest.get(f'thing/{objects[0].pk}/')):
                shown = [item['ref'], *item['refs']]
                wanted = [sites[0], *sites, region]
                for got, target in zip(shown, wanted, strict=True):
                    display = str(target) if target in seen else ''
                    assert got == {**shape(target), 'display': display}
            rest.put(f'thing/{objects[1].pk}/', rest.get(f'thing/{objects[1].pk}/'))
        assert reread(objects[1]).ref == sites[1]
        assert reread(objects[1]).refs.count() == 4


class TestQueries:
    def test_a_list_costs_one_query_per_type(self, rest, node, sites):
        regions = [Region.objects.create(name=f'r{n}', slug=f'r{n}') for n in range(5)]
        plain = make_type('plain', fields=[('title', 'text')])
        poly = make_type('poly', fields=[('title', 'text')])
        make_field(poly, 'ref', 'object', targets=[Site, Region])
        for n in range(50):
            make_object(plain, title=str(n))
            make_object(poly, title=str(n), ref=(sites + regions)[n % 8])
        without = queries(lambda: rest.get('plain/', limit=50))
        assert queries(lambda: rest.get('poly/', limit=50)) <= without + 2
        user = Rest(make_user('u', (poly, ['view'], None), (plain, ['view'], None), (Site, ['view'], None)))
        without = queries(lambda: user.get('plain/', limit=50))
        assert queries(lambda: user.get('poly/', limit=50)) <= without + 2

    def test_many_cost_one_more_for_the_links(self, rest, sites):
        regions = [Region.objects.create(name=f'r{n}', slug=f'r{n}') for n in range(5)]
        poly = make_type('poly')
        make_field(poly, 'refs', 'multiobject', targets=[Site, Region])

        def fill(rows):
            for n in range(rows):
                make_object(poly, refs=[sites[n % 3], regions[n % 5], regions[(n + 1) % 5]])

        fill(5)
        few = queries(lambda: rest.get('poly/', limit=50))
        fill(45)
        assert queries(lambda: rest.get('poly/', limit=50)) == few
        fields = queries(lambda: rest.get('poly/', limit=50, fields='id'))
        assert queries(lambda: rest.get('poly/', limit=50, fields='id,refs')) == fields + 3


class TestBadInput:
    @pytest.mark.parametrize('name', ['ref', 'refs'])
    def test_is_refused_under_the_key_of_the_field(self, rest, thing, sites, name):
        table = polymorphic_object if name == 'ref' else polymorphic_multiobject
        obj = make_object(thing, title='a', ref=sites[0], refs=sites)
        values = list(table.BAD_INPUTS)
        assert len({repr(value) for value in values}) >= 64
        errors = rest.post('thing/', [{'title': 'x', name: value} for value in values], expect=400)['errors']
        refused = {error['index'] for error in errors if list(error['errors']) == [name]}
        assert [ascii(value)[:80] for index, value in enumerate(values) if index not in refused] == []
        assert list(thing.get_model().objects.all()) == [obj]
        assert (reread(obj).ref, list(reread(obj).refs.all())) == (sites[0], sites)
