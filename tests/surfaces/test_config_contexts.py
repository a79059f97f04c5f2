"""Config contexts of custom objects, in REST and on pages, of types that have been given them later, too."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.models import ObjectChange
from dcim.models import DeviceRole, DeviceType, Location, Manufacturer, Platform, Region, Site, SiteGroup
from extras.models import ConfigContext, Tag
from tenancy.models import Tenant, TenantGroup
from virtualization.models import Cluster, ClusterGroup, ClusterType

from netbox_custom_objects.models.validation.reserved import is_reserved
from tests.support.branches import edit
from tests.support.factories import make_field, make_object, make_type
from tests.support.kept import keeps, kept_again
from tests.surfaces.openapi import get_schema
from tests.surfaces.rest import make_user
from tests.surfaces.test_query_counts_ui import queries_of
from tests.surfaces.ui import Browser, text_of

FIELDS = (
    {'name': 'name', 'type': 'text', 'primary': True},
    {'name': 'site', 'type': 'object', 'target': Site},
    {'name': 'tenant', 'type': 'object', 'target': Tenant},
)
BAD_DATA = ('text', 7, ['a'], True, '', {'nul': '\0'}, {'half': '\ud800'})


def make_context(name, weight=1000, data=None, active=True, **scopes):
    """Create a context whose data name it; scopes are lists of objects."""
    context = ConfigContext.objects.create(
        name=name, weight=weight, is_active=active, data={name: True, 'last': name} if data is None else data
    )
    for scope, objects in scopes.items():
        getattr(context, scope).set(objects)
    return context


def make_thing():
    return make_type('thing', fields=FIELDS, config_context_enabled=True)


@pytest.fixture
@keeps(make_thing)
def thing(db):
    return kept_again()


@pytest.fixture
def obj(thing, sites):
    return make_object(thing, name='one', site=sites[0], local_context_data={'mine': 1})


class TestSources:
    def test_contexts_merge_by_weight_and_local_data_come_last(self, obj, sites):
        make_context('heavy', 2000, sites=sites[:1])
        make_context('light', 100, {'light': True, 'last': 'light', 'mine': 0, 'deep': {'a': 1}})
        make_context('deep', 500, {'deep': {'b': 2}})
        assert obj.get_config_context() == {
            'heavy': True, 'light': True, 'last': 'heavy', 'mine': 1, 'deep': {'a': 1, 'b': 2},
        }  # fmt: skip

    def test_what_does_not_apply(self, thing, obj, sites):
        role = DeviceRole.objects.create(name='r', slug='r')
        make_context('elsewhere', sites=sites[1:])
        make_context('inactive', active=False)
        # The type has no such field.
        make_context('role', roles=[role])
        make_context('role here', sites=sites[:1], roles=[role])
        assert obj.get_config_context() == {'mine': 1}
        self.assert_lists_agree(thing)

    def test_every_scope(self, db):
        """By each field, by its parents, and by tags; one object has all of them, the other none."""
        region, group = Region.objects.create(name='r', slug='r'), SiteGroup.objects.create(name='g', slug='g')
        inner = Region.objects.create(name='ri', slug='ri', parent=region)
        site = Site.objects.create(name='s', slug='s', region=inner, group=group)
        outer = Location.objects.create(name='lo', slug='lo', site=site)
        location = Location.objects.create(name='li', slug='li', site=site, parent=outer)
        maker = Manufacturer.objects.create(name='m', slug='m')
        device_type = DeviceType.objects.create(model='t', slug='t', manufacturer=maker)
        roles = [DeviceRole.objects.create(name='p', slug='p')]
        role = DeviceRole.objects.create(name='c', slug='c', parent=roles[0])
        platform = Platform.objects.create(name='p', slug='p')
        kind, cluster_group = ClusterType.objects.create(name='c'), ClusterGroup.objects.create(name='c')
        cluster = Cluster.objects.create(name='c', type=kind, group=cluster_group)
        tenants = TenantGroup.objects.create(name='t', slug='t')
        tenant = Tenant.objects.create(name='t', slug='t', group=tenants)
        tag = Tag.objects.create(name='t', slug='t')
        values = {
            'site': site, 'location': location, 'device_type': device_type, 'role': role, 'platform': platform,
            'cluster': cluster, 'tenant': tenant,
        }  # fmt: skip
        everything = make_type('everything', config_context_enabled=True, fields=[
            {'name': name, 'type': 'object', 'target': type(value)} for name, value in values.items()
        ])  # fmt: skip
        scopes = {
            'sites': site, 'regions': region, 'site_groups': group, 'locations': outer, 'device_types': device_type,
            'roles': roles[0], 'platforms': platform, 'clusters': cluster, 'cluster_types': kind,
            'cluster_groups': cluster_group, 'tenants': tenant, 'tenant_groups': tenants, 'tags': tag,
        }  # fmt: skip
        for scope, value in scopes.items():
            make_context(scope, data={scope: True}, **{scope: [value]})
        make_context('all', data={'all': True}, **{scope: [value] for scope, value in scopes.items()})
        make_context('global', data={'global': True})
        full, empty = make_object(everything, **values), make_object(everything)
        full.tags.add(tag)
        assert full.get_config_context() == dict.fromkeys((*scopes, 'all', 'global'), True)
        assert empty.get_config_context() == {'global': True}
        self.assert_lists_agree(everything)

    @pytest.mark.parametrize('field', [
        {'name': 'place', 'type': 'object', 'target': Site},
        {'name': 'site', 'type': 'object', 'target': Region},
        {'name': 'site', 'type': 'multiobject', 'target': Site},
        {'name': 'site', 'type': 'object', 'targets': [Site, Region]},
        {'name': 'site', 'type': 'text'},
    ], ids=lambda field: f'{field["name"]} {field["type"]}')  # fmt: skip
    def test_without_a_field_that_contexts_go_by_there_are_local_data_alone(self, db, field):
        kind = make_type('kind', fields=[field], config_context_enabled=True)
        obj = make_object(kind, local_context_data={'a': 1})
        make_context('global')
        assert obj.get_config_context() == {'a': 1}
        self.assert_lists_agree(kind)

    def test_what_is_changed_is_seen_at_once(self, obj, sites):
        context = make_context('here', sites=sites[:1])
        assert obj.get_config_context() == {'here': True, 'last': 'here', 'mine': 1}
        edit(context, data={'changed': 1})
        assert obj.get_config_context() == {'changed': 1, 'mine': 1}
        edit(obj, site=sites[1], local_context_data=None)
        assert obj.get_config_context() == {}

    def assert_lists_agree(self, kind):
        """What a list reads in one statement is what each object says of itself."""
        objects = kind.get_model().objects.all()
        with CaptureQueriesContext(connection) as queries:
            listed = [obj.get_config_context() for obj in objects.annotate_config_context_data().order_by('pk')]
        # One of them asks for the revision.
        assert len(queries) <= 2
        assert listed == [obj.get_config_context() for obj in objects.order_by('pk')]


class TestModel:
    @pytest.mark.parametrize('data', BAD_DATA, ids=repr)
    def test_local_data_are_an_object_that_can_be_stored(self, obj, data):
        obj.local_context_data = data
        with pytest.raises(ValidationError) as caught:
            obj.full_clean()
        assert list(caught.value.message_dict) == ['local_context_data']

    def test_changes_are_logged_without_what_is_derived(self, rest, obj):
        rest.patch(f'thing/{obj.pk}/', {'local_context_data': {'mine': 2}})
        change = ObjectChange.objects.get(changed_object_id=obj.pk, action='update')
        assert change.prechange_data['local_context_data'] == {'mine': 1}
        assert change.postchange_data['local_context_data'] == {'mine': 2}
        assert not [key for key in change.postchange_data if key.startswith('_config')]

    @pytest.mark.parametrize(
        'name', ['local_context_data', 'config_context', 'config_context_data', 'get_config_context']
    )
    def test_names_that_fields_cannot_have(self, name):
        assert is_reserved(name)

    def test_a_name_that_an_older_field_has_keeps_them_off(self, db):
        kind = make_type('kind', fields=[('value', 'text')])
        kind.fields.update(name='render_config_context')
        kind.config_context_enabled = True
        with pytest.raises(ValidationError) as caught:
            kind.full_clean()
        assert 'render_config_context' in caught.value.message_dict['config_context_enabled'][0]


class TestSwitch:
    def test_off_and_on_again(self, thing, obj, sites):
        make_context('here', data={'here': 1}, sites=sites[:1])
        edit(thing, config_context_enabled=False)
        plain = thing.get_model().objects.get()
        assert not hasattr(plain, 'local_context_data')
        made = make_object(thing, name='made meanwhile', site=sites[1])
        edit(thing, config_context_enabled=True)
        back, later = thing.get_model().objects.order_by('pk')
        assert back.get_config_context() == {'here': 1, 'mine': 1}
        assert (later.pk, later.local_context_data) == (made.pk, None)
        edit(later, local_context_data={'new': 1})
        assert later.get_config_context() == {'new': 1}

    def test_by_rest(self, rest, sites):
        kind = make_type('kind', fields=FIELDS)
        obj = make_object(kind, name='one', site=sites[0])
        assert not {'local_context_data', 'config_context'} & rest.get(f'kind/{obj.pk}/').keys()
        rest.patch(f'custom-object-types/{kind.pk}/', {'config_context_enabled': True})
        assert rest.get(f'kind/{obj.pk}/')['config_context'] == {}
        rest.patch(f'kind/{obj.pk}/', {'local_context_data': {'a': 1}})
        rest.patch(f'custom-object-types/{kind.pk}/', {'config_context_enabled': False})
        assert not {'local_context_data', 'config_context'} & rest.get(f'kind/{obj.pk}/').keys()
        rest.patch(f'custom-object-types/{kind.pk}/', {'config_context_enabled': True})
        assert rest.get(f'kind/{obj.pk}/')['config_context'] == {'a': 1}

    def test_on_pages(self, browser, sites):
        kind = make_type('kind', fields=FIELDS)
        obj = make_object(kind, name='one', site=sites[0])
        page = f'kind/{obj.pk}/config-context/'
        browser.get(page, expect=404)
        assert page not in browser.get(f'kind/{obj.pk}/')
        browser.post(f'custom-object-types/{kind.pk}/edit/', name='kind', slug='kind', config_context_enabled='on')
        assert page in browser.get(f'kind/{obj.pk}/')
        browser.get(page)
        browser.post(
            'custom-object-types/edit/', pk=[kind.pk], config_context_enabled='false', _apply='1'
        )  # fmt: skip
        browser.get(page, expect=404)
        assert page not in browser.get(f'kind/{obj.pk}/')


class TestRest:
    def test_shape(self, rest, obj, sites):
        make_context('here', data={'here': 1}, sites=sites[:1])
        body = rest.get(f'thing/{obj.pk}/')
        keys = list(body)
        assert keys[keys.index('tags') : keys.index('name')] == ['tags', 'local_context_data', 'config_context']
        assert (body['local_context_data'], body['config_context']) == ({'mine': 1}, {'here': 1, 'mine': 1})
        assert rest.get('thing/')['results'] == [body]
        assert 'config_context' not in rest.get('thing/', brief=True)['results'][0]
        assert 'config_context' not in rest.get('thing/', omit='config_context')['results'][0]
        assert rest.get('thing/', fields='config_context')['results'] == [{'config_context': {'here': 1, 'mine': 1}}]

    def test_writing(self, rest, sites):
        make_type('kind', fields=FIELDS, config_context_enabled=True)
        made = rest.post('kind/', {'name': 'a', 'site': sites[0].pk, 'local_context_data': {'a': [1, {'b': None}]}})
        assert made['config_context'] == made['local_context_data'] == {'a': [1, {'b': None}]}
        assert rest.post('kind/', {'name': 'b'})['local_context_data'] is None
        assert rest.patch(f'kind/{made["id"]}/', {'local_context_data': None})['config_context'] == {}
        many = rest.post('kind/', [{'name': 'c', 'local_context_data': {'c': 1}}, {'name': 'd'}])
        assert [item['config_context'] for item in many] == [{'c': 1}, {}]

    @pytest.mark.parametrize('data', BAD_DATA, ids=repr)
    def test_bad_data_change_nothing(self, rest, obj, data):
        assert list(rest.patch(f'thing/{obj.pk}/', {'local_context_data': data}, expect=400)) == ['local_context_data']
        obj.refresh_from_db()
        assert obj.local_context_data == {'mine': 1}

    def test_the_rendered_context_cannot_be_written(self, rest, obj):
        assert rest.patch(f'thing/{obj.pk}/', {'config_context': {'a': 1}})['config_context'] == {'mine': 1}

    def test_a_list_costs_one_statement_for_all_contexts(self, rest, thing, obj, sites):
        def queries():
            with CaptureQueriesContext(connection) as found:
                rest.get('thing/', limit=100)
            return len(found)

        make_context('here', sites=sites[:1])
        queries()
        one = queries()
        for number in range(6):
            make_object(thing, name=str(number), site=sites[number % 3])
        assert queries() == one
        rest.get('thing/', fields='name', limit=100)
        with CaptureQueriesContext(connection) as found:
            rest.get('thing/', fields='name', limit=100)
        assert not [query for query in found if 'extras_configcontext' in query['sql']]

    def test_filter(self, rest, thing, obj):
        other = make_object(thing, name='two')
        assert [item['id'] for item in rest.get('thing/', local_context_data=True)['results']] == [obj.pk]
        assert [item['id'] for item in rest.get('thing/', local_context_data=False)['results']] == [other.pk]
        assert list(rest.get('thing/', local_context_data='maybe', expect=400)) == ['local_context_data']

    def test_openapi(self, rest, thing):
        properties = get_schema(rest)['components']['schemas']['CustomObjectThing']['properties']
        assert properties['config_context']['readOnly'] is True
        assert 'readOnly' not in properties['local_context_data']


class TestPages:
    def test_tab(self, browser, obj, sites):
        make_context('here', data={'from': 'site here'}, sites=sites[:1])
        make_context('there', data={'from': 'site there'}, sites=sites[1:])
        page = browser.get(f'thing/{obj.pk}/config-context/')
        text = text_of(page)
        assert 'Rendered Context' in text
        assert 'here' in text
        assert 'there' not in text
        assert json.dumps('site here') in text
        assert '"mine": 1' in text
        assert 'mine: 1' in text_of(browser.get(f'thing/{obj.pk}/config-context/?format=yaml'))

    def test_sources_that_may_be_viewed(self, thing, obj, sites):
        make_context('seen', data={'a': 'of the seen'}, sites=sites[:1])
        make_context('unseen', data={'b': 'of the unseen'}, sites=sites[:1])
        user = make_user('reader', (thing, ['view'], None), (ConfigContext, ['view'], {'name': 'seen'}))
        page = Browser(user).get(f'thing/{obj.pk}/config-context/')
        assert ('/extras/config-contexts/' in page, page.count('of the seen')) == (True, 2)
        # NetBox shows what is rendered to whoever may view the object.
        assert page.count('of the unseen') == 1
        Browser(make_user('nobody')).get(f'thing/{obj.pk}/config-context/', expect=404)

    def test_a_type_without_fields_that_contexts_go_by(self, browser, db):
        kind = make_type('kind', fields=[('name', 'text')], config_context_enabled=True)
        obj = make_object(kind, name='a', local_context_data={'mine': 1})
        make_context('global')
        text = text_of(browser.get(f'kind/{obj.pk}/config-context/'))
        assert 'None found' in text
        assert '"mine": 1' in text

    def test_form(self, browser, thing, obj, sites):
        assert 'name="local_context_data"' in browser.get('thing/add/')
        assert '"mine": 1' in text_of(browser.get(f'thing/{obj.pk}/edit/'))
        browser.post(f'thing/{obj.pk}/edit/', name='one', site=sites[0].pk, local_context_data='{"mine": 2}')
        obj.refresh_from_db()
        assert obj.local_context_data == {'mine': 2}
        for data in ('[1]', '"text"', '{', '{"a": "\\u0000"}'):
            browser.post(f'thing/{obj.pk}/edit/', expect=200, name='one', local_context_data=data)
            assert list(browser.errors) == ['local_context_data']
        browser.post(f'thing/{obj.pk}/edit/', name='one', local_context_data='')
        obj.refresh_from_db()
        assert obj.local_context_data is None

    def test_import_and_export(self, browser, thing, obj, sites):
        exported = browser.get('thing/?export=importable').replace('one', 'two')
        browser.post('thing/bulk-import/', data=exported, format='csv', csv_delimiter=',')
        copy = thing.get_model().objects.get(name='two')
        assert (copy.local_context_data, copy.site) == ({'mine': 1}, sites[0])
        browser.post(
            'thing/bulk-import/', expect=200, data='name,local_context_data\nx,[1]', format='csv', csv_delimiter=','
        )
        assert not thing.get_model().objects.filter(name='x').exists()

    def test_filter_form(self, browser, thing, obj):
        make_object(thing, name='without')
        page = browser.get('thing/')
        assert 'name="local_context_data"' in page
        assert 'without' not in text_of(browser.get('thing/?local_context_data=true'))

    def test_lists_and_details_cost_nothing_more(self, browser, thing, obj, sites):
        for number in range(4):
            make_object(thing, name=str(number), site=sites[0], local_context_data={'a': number})
        counts = {page: queries_of(browser, page) for page in ('thing/', f'thing/{obj.pk}/', f'thing/{obj.pk}/edit/')}
        edit(thing, config_context_enabled=False)
        assert counts == {page: queries_of(browser, page) for page in counts}

    def test_a_field_added_later_brings_contexts_along(self, db, sites):
        kind = make_type('kind', fields=[('name', 'text')], config_context_enabled=True)
        make_context('here', data={'here': 1}, sites=sites[:1])
        obj = make_object(kind, name='a')
        make_field(kind, 'site', 'object', target=Site)
        obj = kind.get_model().objects.get(pk=obj.pk)
        edit(obj, site=sites[0])
        assert obj.get_config_context() == {'here': 1}
