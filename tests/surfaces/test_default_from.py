"""Defaults that new objects take from what they refer to: REST, import, forms; permissions, renames, documents."""

import re
from urllib.parse import quote

import pytest

from dcim.models import Location, Site
from tenancy.models import Tenant

from netbox_custom_objects.models import CustomObjectTypeField
from netbox_custom_objects.schema.exporter import export_cot

from ..support.branches import edit
from ..support.factories import make_field, make_object, make_type
from .rest import Rest, make_user, superuser
from .ui import Browser, form_of

FIELDS = 'custom-object-type-fields/'


@pytest.fixture
def world(db):
    class World:
        tenant = Tenant.objects.create(name='Acme', slug='acme')
        site = Site.objects.create(name='Here', slug='here', tenant=tenant, facility='F1')
        rack = make_type('rack', fields=[('title', 'text'), {'name': 'tags_of', 'type': 'multiobject', 'target': Site}])
        thing = make_type('thing', fields=[
            ('title', 'text'), {'name': 'site', 'type': 'object', 'target': Site},
            {'name': 'rack', 'type': 'object', 'target': rack},
        ])  # fmt: skip
        facility = make_field(thing, 'facility', default_from='site.facility', required=True)
        tenant_of = make_field(thing, 'tenant', 'object', target=Tenant, default_from='site.tenant')
        named = make_field(thing, 'named', default_from='rack.title')
        places = make_field(thing, 'places', 'multiobject', target=Site, default_from='rack.tags_of')
        unit = make_object(rack, title='R1', tags_of=[site])

    return World


def values(obj):
    obj.refresh_from_db()
    return obj.facility, obj.tenant, obj.named, list(obj.places.all())


def test_rest_and_import_and_forms(world):
    rest, browser = Rest(superuser()), Browser()
    browser.client, model = rest.client, world.thing.get_model()
    everything = 'F1', world.tenant, 'R1', [world.site]
    links = {'site': world.site.pk, 'rack': world.unit.pk}
    made = rest.post('thing/', links)
    assert values(model.objects.get(pk=made['id'])) == everything
    assert list(rest.post('thing/', {'title': 'x'}, expect=400)) == ['facility']
    given = rest.post('thing/', {**links, 'facility': 'own', 'tenant': None, 'named': '', 'places': []})
    assert values(model.objects.get(pk=given['id'])) in (('own', None, '', []), ('own', None, None, []))
    # Only what is new takes a default.
    rest.patch(f'thing/{given["id"]}/', links)
    assert model.objects.get(pk=given['id']).tenant is None
    many = rest.post('thing/', [links, {**links, 'named': 'own'}])
    assert [values(model.objects.get(pk=found['id']))[2] for found in many] == ['R1', 'own']
    browser.post('thing/bulk-import/', data=f'site,rack\nHere,#{world.unit.pk}', format='csv', csv_delimiter=',')
    assert values(model.objects.latest('pk')) == everything
    browser.post(
        'thing/bulk-import/', data=f'site,rack,facility,tenant\nHere,#{world.unit.pk},F2,', format='csv',
        csv_delimiter=',',
    )  # fmt: skip
    assert values(model.objects.latest('pk')) == ('F2', None, 'R1', [world.site])


def test_forms_follow_what_is_selected(world):
    browser = Browser(superuser())
    page = browser.get('thing/add/', HTTP_HX_REQUEST='true')
    assert 'value="F1"' not in page
    address = f'thing/add/?site={world.site.pk}&rack={world.unit.pk}&named=typed'
    page = browser.get(address, HTTP_HX_REQUEST='true', HTTP_HX_TARGET='form_fields')
    assert 'value="F1"' in page
    assert re.search(rf'<option value="{world.tenant.pk}"\s+selected', page)
    assert 'value="typed"' in page
    assert 'value="R1"' not in page
    edit(world.tenant_of, ui_editable='hidden')
    browser.post('thing/add/', site=world.site.pk, facility='F1')
    assert world.thing.get_model().objects.get().tenant == world.tenant
    # What is sent empty stays empty.
    browser.post('thing/add/', site=world.site.pk, rack=world.unit.pk, facility='F1', named='', places=[])
    assert not world.thing.get_model().objects.latest('pk').named


def test_what_was_taken_follows_until_it_is_changed(world):
    other = Tenant.objects.create(name='Other', slug='other')
    there = Site.objects.create(name='There', slug='there', facility='F2', tenant=other)
    bare = Site.objects.create(name='Bare', slug='bare')
    rooms = [Location.objects.create(name=site.name, slug=site.slug, site=site) for site in (world.site, there)]
    make_field(world.thing, 'room', 'object', target=Location, related_object_filter={'site_id': '$site'})
    browser, typed = Browser(superuser()), {}

    def select(**inputs):
        """Change inputs as a user does, have the form rendered again, and return what it holds then."""
        page = browser.client.get(
            '/plugins/custom-objects/thing/add/', {**typed, **inputs}, HTTP_HX_REQUEST='true',
            HTTP_HX_TARGET='form_fields',
        ).content.decode()  # fmt: skip
        typed.clear()
        typed.update({name: sent for name, sent in form_of(page, 'title').items() if sent != ['']})
        return [typed.get(name, [None])[0] for name in ('facility', 'tenant', 'named', 'places', 'room')]

    acme, here = str(world.tenant.pk), world.site.pk
    assert select() == [None] * 5
    assert select(site=here, rack=world.unit.pk) == ['F1', acme, 'R1', str(here), None]
    assert select(room=rooms[0].pk)[-1] == str(rooms[0].pk)
    # What the filter of the room reads has changed.
    assert select(site=there.pk) == ['F2', str(other.pk), 'R1', str(here), None]
    # What was typed stays; what has no value for the new object is emptied.
    assert select(site=bare.pk, facility='own') == ['own', None, 'R1', str(here), None]
    assert select(site=here, room=rooms[0].pk) == ['own', acme, 'R1', str(here), None]
    # What was emptied is filled again only with what it comes from.
    assert select(facility='', rack='') == [None, acme, None, None, None]
    assert select(rack=world.unit.pk)[:2] == [None, acme]
    assert select(site='') == [None, None, 'R1', str(here), None]
    for sent in ('[', '[]', '{"site": [1]}', '{"site": "x", "other": 1}', '{"site": 1e999}', '9', '[' * 9000):
        assert browser.get(f'thing/add/?site={here}&_taken_from={quote(sent)}')


def test_nothing_is_taken_from_what_the_user_may_not_view(world):
    edit(world.facility, required=False)
    user = make_user('writer', (world.thing, ['view', 'add'], None), (Site, ['view'], None))
    made = Rest(user).post('thing/', {'site': world.site.pk})
    assert (made['facility'], made['tenant']) == ('F1', None)
    blind = make_user('blind', (world.thing, ['view', 'add'], None))
    browser = Browser(blind)
    page = browser.get(f'thing/add/?site={world.site.pk}', HTTP_HX_REQUEST='true', HTTP_HX_TARGET='form_fields')
    assert 'F1' not in page


def test_names(world):
    """Shown with the names of today, stored with ids, refused unless what they name is there and fits."""
    user = superuser()
    rest = Rest(user)
    edit(world.thing.fields.get(name='rack'), name='cabinet')
    edit(world.rack.fields.get(name='title'), name='label')
    field = f'{FIELDS}{world.named.pk}/'
    assert CustomObjectTypeField.objects.get(pk=world.named.pk).default_from.count('$') == 2
    assert rest.get(field)['default_from'] == 'cabinet.label'
    rest.patch(field, rest.get(field))
    assert 'cabinet.label' in Browser(user).get(f'{FIELDS}{world.named.pk}/edit/')
    (entry,) = (found for found in export_cot(world.thing)['fields'] if found['name'] == 'named')
    assert entry['default_from'] == 'cabinet.label'
    made = rest.post('thing/', {'cabinet': world.unit.pk, 'facility': 'x'})
    assert made['named'] == 'R1'
    for text, message in (
        ('site', 'Write it as a field and an attribute of what that refers to, such as site.tenant.'),
        ('nothing.x', 'nothing is not an object field of this type.'),
        ('places.name', 'places is not an object field of this type.'),
        ('site.nothing', 'The linked object has no attribute nothing.'),
        ('cabinet.nothing', 'The linked object has no attribute nothing.'),
        ('site.tenant', 'Values of site.tenant do not fit a field of type text.'),
        ('cabinet.tags_of', 'Values of cabinet.tags_of do not fit a field of type text.'),
    ):
        assert rest.patch(field, {'default_from': text}, expect=400) == {'default_from': [message]}
    rest.delete(f'{FIELDS}{world.thing.fields.get(name="cabinet").pk}/')
    assert rest.post('thing/', {'facility': 'x'})['named'] in (None, '')
