"""Polymorphic fields in REST: definition, values, filters, what other users see of their targets, and queries."""

import pytest

from dcim.models import Manufacturer, Region, Site

from netbox_custom_objects.models import CustomObjectTypeField
from tests.field_types.polymorphic_kit import stored, type_id
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.rest import Rest, make_user
from tests.surfaces.test_query_counts_api import queries


def shape(target):
    return {'_content_type': target._meta.label_lower, 'id': target.pk, 'display': str(target)}


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
        for name in ('ref', 'refs'):
            field = thing.fields.get(name=name)
            body = {'related_object_types_input': [{'app_label': 'dcim', 'model': 'region'}]}
            errors = rest.patch(f'{self.URL}{field.pk}/', body, expect=400)
            assert list(errors) == ['related_object_types_input']
            assert 'dcim.site (1 object)' in errors['related_object_types_input'][0]
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
        wanted = [type_id(Site), node.object_type.pk]
        browser.post('custom-object-type-fields/add/', **data, related_object_types=wanted)
        field = CustomObjectTypeField.objects.get(name='made')
        assert sorted(field.related_object_types.values_list('pk', flat=True)) == sorted(wanted)
        make_object(thing, made=sites[:1])
        data |= {'related_object_types': [type_id(Region)]}
        browser.post(f'custom-object-type-fields/{field.pk}/edit/', **data, expect=200)
        assert 'dcim.site (1 object)' in str(browser.errors['related_object_types'])
        data |= {'related_object_types': [type_id(Region), type_id(Site)]}
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
    def test_ways_to_write(self, rest, thing, sites, region, a_node, node):
        site = sites[0]
        for data, target in (
            (shape(site), site),
            ({'_content_type': 'dcim.site', 'id': site.pk}, site),
            ({'_content_type': 'dcim.site', 'object_id': str(site.pk)}, site),
            ({'content_type_id': type_id(Site), 'object_id': site.pk}, site),
            ({'app_label': 'dcim', 'model': 'region', 'id': region.pk}, region),
            ({'app_label': 'custom-objects', 'model': 'node', 'id': a_node.pk}, a_node),
            ({'_content_type': 'custom-objects.node', 'id': a_node.pk}, a_node),
            ({'_content_type': f'netbox_custom_objects.table{node.pk}model', 'id': a_node.pk}, a_node),
        ):
            made = rest.post('thing/', {'ref': data, 'refs': [data, shape(target)]})
            assert made['ref'] == shape(target)
            assert made['refs'] == [shape(target)]

    def test_what_was_read_can_be_sent_back(self, rest, thing, sites, region):
        obj = make_object(thing, title='a', ref=sites[0], refs=[region])
        url = f'thing/{obj.pk}/'
        rest.put(url, rest.get(url))
        assert (stored(obj).ref, list(stored(obj).refs.all())) == (sites[0], [region])

    def test_errors_of_items_are_keyed_by_index(self, rest, thing, sites):
        bad = [shape(sites[0]), {'_content_type': 'dcim.site', 'id': 10**9}, {'_content_type': 'x.y', 'id': 1}, 5]
        errors = rest.post('thing/', {'refs': bad}, expect=400)
        assert list(errors['refs']) == ['1', '2', '3']

    def test_a_type_that_is_not_allowed(self, rest, thing):
        manufacturer = Manufacturer.objects.create(name='m', slug='m')
        errors = rest.post('thing/', {'ref': shape(manufacturer), 'refs': [shape(manufacturer)]}, expect=400)
        assert 'dcim.region' in errors['ref'][0]
        assert 'dcim.region' in errors['refs']['0'][0]

    def test_ordering_and_other_parameters_do_not_fail(self, rest, thing, sites):
        make_object(thing, ref=sites[0], refs=sites)
        for params in ({'ordering': 'ref'}, {'ordering': '-refs'}, {'ordering': 'ref_object_id'}, {'brief': 1},
                       {'fields': 'id,ref,refs'}, {'omit': 'ref'}, {'q': 'x'}, {'limit': 1}):  # fmt: skip
            rest.get('thing/', **params)
        rest.options('thing/')

    def test_dangling_targets(self, rest, thing, sites):
        obj = make_object(thing, ref=sites[0], refs=sites[:2])
        Site.objects.filter(pk=sites[0].pk)._raw_delete('default')
        data = rest.get(f'thing/{obj.pk}/')
        assert (data['ref'], data['refs']) == (None, [shape(sites[1])])


class TestFilters:
    def test_several_parameters(self, rest, thing, sites, region):
        make_object(thing, title='sites', refs=sites[:2])
        make_object(thing, title='both', refs=[sites[1], region])
        for query, expected in (
            (f'refs_dcim_site={sites[1].pk}&refs_dcim_region={region.pk}', ['both']),
            (f'refs_dcim_site={sites[0].pk}&refs_dcim_site={sites[1].pk}', ['sites', 'both']),
        ):
            assert [item['title'] for item in rest.get(f'thing/?{query}')['results']] == expected

    def test_parameters_follow_the_definition(self, rest, thing, node):
        make_field(thing, 'off', 'object', targets=[Site], filter_logic='disabled')
        rest.get('thing/?off_dcim_site=1', expect=400)
        node.slug = 'renamed'
        node.save()
        rest.get('thing/?ref_custom_objects_node=1', expect=400)
        rest.get('thing/?ref_custom_objects_renamed=1')


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
        assert stored(objects[1]).ref == sites[1]
        assert stored(objects[1]).refs.count() == 4


class TestQueries:
    def test_a_list_costs_one_query_per_type(self, rest, node, sites):
        regions = [Region.objects.create(name=f'r{n}', slug=f'r{n}') for n in range(5)]
        plain = make_type('plain', fields=[('title', 'text')])
        poly = make_type('poly', fields=[('title', 'text')])
        make_field(poly, 'ref', 'object', targets=[Site, Region])
        for n in range(12):
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
