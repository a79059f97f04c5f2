"""Polymorphic fields on pages: forms, lists, import, export and search, and what other users see of their targets."""

import pytest

from dcim.models import Manufacturer, Site

from tests.field_types.polymorphic_kit import stored, type_id
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.rest import make_user
from tests.surfaces.test_query_counts_api import queries
from tests.surfaces.ui import Browser, text_of


class TestForms:
    def test_inputs(self, browser, thing, node):
        page = browser.get('thing/add/')
        names = ('ref__ct', 'ref__obj', 'refs__dcim__site', 'refs__dcim__region',
                 f'refs__netbox_custom_objects__table{node.pk}model')  # fmt: skip
        for name in names:
            assert page.count(f'name="{name}"') == 1, name
        page = browser.get(f'thing/add/?ref__ct={type_id(Site)}')
        assert (
            'data-url="/api/dcim/sites/"'
            in page.split('name="ref__obj"')[0][-3000:] + page.split('name="ref__obj"')[1][:500]
        )

    def test_wrong_input(self, browser, thing, sites):
        for wrong, key in (
            ({'ref__ct': type_id(Site)}, 'ref'),
            ({'ref__obj': sites[0].pk}, 'ref'),
            ({'ref__ct': type_id(Manufacturer), 'ref__obj': 1}, 'ref'),
            ({'ref__ct': 'x', 'ref__obj': 'y'}, 'ref'),
            ({'ref__ct': type_id(Site), 'ref__obj': 10**9}, 'ref'),
            ({'ref__ct': type_id(Site), 'ref__obj': 'x'}, 'ref'),
            ({'refs__dcim__site': [10**9]}, 'refs'),
            ({'refs__dcim__site': ['x']}, 'refs'),
            ({'refs__dcim__site': [10**30]}, 'refs'),
        ):
            browser.post('thing/add/', title='a', expect=200, **wrong)
            assert list(browser.errors) == [key], wrong
        assert not thing.get_model().objects.exists()

    def test_hidden_and_disabled_inputs(self, browser, sites):
        kind = make_type('kind', fields=[('title', 'text')])
        for editable in ('hidden', 'no'):
            make_field(kind, f'ref_{editable}', 'object', targets=[Site], ui_editable=editable, required=True)
            make_field(kind, f'refs_{editable}', 'multiobject', targets=[Site], ui_editable=editable)
        obj = make_object(kind, ref_hidden=sites[0], ref_no=sites[1], refs_hidden=sites[:1], refs_no=sites[:2])
        browser.get(f'kind/{obj.pk}/edit/')
        browser.post(f'kind/{obj.pk}/edit/', title='x', ref_no__ct='', refs_no__dcim__site=[])
        obj = stored(obj)
        assert (obj.title, obj.ref_hidden, obj.ref_no) == ('x', sites[0], sites[1])
        assert (list(obj.refs_hidden.all()), list(obj.refs_no.all())) == (sites[:1], sites[:2])

    def test_clone(self, browser, thing, sites, region):
        obj = make_object(thing, title='a', ref=sites[0], refs=[sites[1], region])
        page = browser.get(f'thing/{obj.pk}/')
        query = page.split('thing/add/?')[1].split('"')[0].replace('&amp;', '&')
        page = ' '.join(browser.get(f'thing/add/?{query}').split())
        for target in (sites[0], sites[1], region):
            assert f'<option value="{target.pk}" selected >{target}</option>' in page


class TestPages:
    def test_list_and_detail(self, browser, thing, sites, region, a_node):
        obj = make_object(thing, title='a', ref=a_node, refs=[sites[0], region])
        page = browser.get('thing/?include_columns=refs')
        for target in (a_node, sites[0], region):
            assert target.get_absolute_url() in page
        page = browser.get(f'thing/{obj.pk}/')
        assert a_node.get_absolute_url() in page
        for target in (sites[0], region):
            label = target._meta.label_lower
            assert f'/thing/{obj.pk}/links/refs/{label}/' in page
            assert target.name in browser.get(f'thing/{obj.pk}/links/refs/{label}/')
        assert f'/links/refs/{a_node._meta.label_lower}/' not in page
        for wrong in ('links/refs/', 'links/refs/dcim.device/', 'links/ref/dcim.site/'):
            browser.get(f'thing/{obj.pk}/{wrong}', expect=404)

    def test_list_queries(self, browser, thing, sites, region):
        def fill(rows):
            for n in range(rows):
                make_object(thing, title=str(n), ref=[sites[0], region][n % 2], refs=[sites[n % 3], region])

        fill(4)
        few = queries(lambda: browser.get('thing/?per_page=50&include_columns=refs'))
        fill(40)
        assert queries(lambda: browser.get('thing/?per_page=50&include_columns=refs')) == few

    def test_import(self, browser, thing, node, sites, a_node):
        def load(ref_type, ref_id, refs, expect=302):
            data = f'title,ref_content_type,ref_object_id,refs\na,{ref_type},{ref_id},"{refs}"\n'
            form = {'import_method': 'direct', 'format': 'csv', 'csv_delimiter': 'auto'}
            browser.post('thing/bulk-import/', expect=expect, **form, data=data)
            return thing.get_model().objects.order_by('-pk').first()

        assert load('dcim.site', sites[0].pk, '').ref == sites[0]
        assert load(type_id(Site), sites[1].pk, '').ref == sites[1]
        obj = load('', '', f'dcim.site:{sites[0].pk}, custom-objects.node:{a_node.pk}')
        assert (obj.ref, list(obj.refs.all())) == (None, [sites[0], a_node])
        count = thing.get_model().objects.count()
        for wrong in (
            ('dcim.site', '', ''), ('', '1', ''), ('dcim.device', '1', ''), ('x', '1', ''), ('dcim.site', 'x', ''),
            ('dcim.site', 10**9, ''), ('dcim.site', 10**30, ''), ('', '', 'dcim.site'), ('', '', 'dcim.site:x'),
            ('', '', f'dcim.site:{10**9}'), ('', '', 'dcim.device:1'), ('', '', 'x'), ('', '', 'a.b:1'),
        ):  # fmt: skip
            load(*wrong, expect=200)
        assert thing.get_model().objects.count() == count


class TestVisibility:
    """Who may not view a target does not learn its name, and does not lose it."""

    @pytest.fixture
    def objects(self, thing, sites, region):
        return [make_object(thing, title=str(n), ref=sites[n], refs=[*sites, region]) for n in range(2)]

    def test_pages(self, thing, objects, sites, region):
        grants = [(thing, ['view', 'change', 'add'], None), (Site, ['view'], {'id': sites[0].pk})]
        browser = Browser(make_user('viewer', *grants))
        hidden = ('Cairo', 'Dakar', 'Europe')
        for path in ('thing/', 'thing/?export=table', f'thing/{objects[0].pk}/', f'thing/{objects[0].pk}/edit/',
                     f'thing/{objects[0].pk}/links/refs/dcim.site/'):  # fmt: skip
            page = browser.get(path)
            assert 'Berlin' in page, path
            assert not [name for name in hidden if name in text_of(page)], path
        page = browser.get(f'thing/{objects[1].pk}/')
        assert 'Cairo' not in page

    def test_what_is_hidden_survives_an_edit(self, thing, objects, sites, region):
        grants = [(thing, ['view', 'change'], None), (Site, ['view'], {'id': sites[0].pk})]
        browser = Browser(make_user('editor', *grants))
        browser.post(f'thing/{objects[0].pk}/edit/', title='x', ref__ct=type_id(Site), ref__obj=sites[0].pk)
        assert set(stored(objects[0]).refs.all()) == {sites[1], sites[2], region}
