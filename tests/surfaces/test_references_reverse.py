"""Reverse access by related name: in Python, in templates, and between custom objects by Django's own attributes."""

import pytest

from core.models import ObjectType
from dcim.models import Site
from extras.models import ConfigTemplate, ExportTemplate

from netbox_custom_objects.runtime.inbound.by_related_name import linked
from tests.support.branches import Lab
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.rest import make_user
from tests.surfaces.ui import Browser


@pytest.fixture
def site(db):
    return Site.objects.create(name='Here', slug='here')


@pytest.fixture
def server(db):
    made = make_type('server', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
    make_field(made, 'site', 'object', target=Site, related_name='servers')
    make_field(made, 'backups', 'multiobject', target=Site, related_name='backup_servers')
    make_field(made, 'old', 'object', target=Site)
    return made


@pytest.fixture
def objects(server, site):
    other = Site.objects.create(name='There', slug='there')
    return [
        make_object(server, title='a', site=site, backups=[other]),
        make_object(server, title='b', site=other, backups=[site, other], old=site),
    ]


def titles(found):
    return [obj.title for obj in found.order_by('title')]


class TestPython:
    def test_each_field_is_found_by_its_name(self, site, server, objects):
        assert titles(linked(site, 'servers')) == ['a']
        assert titles(linked(site, 'backup_servers')) == ['b']
        assert titles(linked(site, f'table{server.pk}model_old_set')) == ['b']
        assert titles(linked(site, 'servers').filter(title='b')) == []

    def test_an_unknown_name_is_an_error_that_names_the_others(self, site, server, objects):
        with pytest.raises(LookupError, match=r'backup_servers, servers, table\d+model_old_set'):
            linked(site, 'nothing')

    def test_the_rights_of_a_user(self, site, server, objects):
        assert titles(linked(site, 'servers', make_user('blind'))) == []
        assert titles(linked(site, 'servers', make_user('half', (server, ['view'], {'title': 'b'})))) == []
        assert titles(linked(site, 'servers', make_user('whole', (server, ['view'], None)))) == ['a']

    def test_core_classes_learn_of_nothing(self, site, server, objects):
        assert not hasattr(site, 'servers')
        assert not [f for f in Site._meta.get_fields(include_hidden=True) if 'server' in f.name]


class TestTemplates:
    CODE = '{% for server in site | linked_objects("servers") %}{{ server.title }};{% endfor %}'

    def test_export_templates_restrict_by_the_rights_of_who_exports(self, browser, site, server, objects):
        code = f'{{% for site in queryset %}}{self.CODE}{{% endfor %}}'
        template = ExportTemplate.objects.create(name='t', template_code=code)
        template.object_types.set([ObjectType.objects.get_for_model(Site)])
        assert browser.get('/dcim/sites/?export=t') == 'a;b;'
        blind = Browser(make_user('blind', (Site, ['view'], None), (ExportTemplate, ['view'], None)))
        assert blind.get('/dcim/sites/?export=t') == ''

    def test_config_templates(self, site, server, objects):
        template = ConfigTemplate.objects.create(name='t', template_code=self.CODE)
        assert template.render({'site': site}) == 'a;'


class TestBetweenCustomObjects:
    """Within an island, related names are attributes and lookups, as Django makes them."""

    @pytest.fixture
    def rack(self, server):
        made = make_type('rack', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
        make_field(server, 'rack', 'object', target=made, related_name='servers')
        make_field(server, 'racks', 'multiobject', target=made, related_name='all_servers')
        make_field(server, 'spare', 'object', target=made)
        make_field(server, 'peer', 'object', target=server, related_name='peers')
        return made

    def test_attributes_and_lookups(self, server, rack):
        one = make_object(rack, title='one')
        first = make_object(server, title='first', rack=one, spare=one)
        second = make_object(server, title='second', racks=[one], peer=first)
        one = rack.get_model().objects.get(pk=one.pk)
        assert titles(one.servers.all()) == ['first']
        assert titles(one.all_servers.all()) == ['second']
        assert titles(getattr(one, f'table{server.pk}model_spare_set').all()) == ['first']
        assert list(first.peers.all()) == [second]
        racks = rack.get_model().objects
        assert racks.get(servers__title='first') == one
        assert racks.get(all_servers__title='second') == one
        assert not racks.filter(servers__title='second').exists()
        assert racks.prefetch_related('servers', 'all_servers').get().servers.all()[0] == first
        assert titles(linked(one, 'servers')) == ['first']

    def test_changes_from_the_other_side_are_stored(self, server, rack):
        one, first = make_object(rack, title='one'), make_object(server, title='first')
        one = rack.get_model().objects.get(pk=one.pk)
        one.all_servers.add(first)
        assert list(server.get_model().objects.get().racks.all()) == [one]
        one.all_servers.remove(first)
        assert not server.get_model().objects.get().racks.exists()


def test_in_a_branch(fresh_database):
    lab = Lab()
    with lab.request():
        site = Site.objects.create(name='Here', slug='here')
        server = make_type('server', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
    branch = lab.branch()
    with lab.request(branch):
        make_field(server, 'site', 'object', target=Site, related_name='servers')
        make_object(server, title='a', site=site)
        assert titles(linked(site, 'servers')) == ['a']
    with lab.request(), pytest.raises(LookupError):
        linked(site, 'servers')
