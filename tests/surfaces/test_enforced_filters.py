"""Related object filters that are enforced: refused by every writer, checked when stored, following renames."""

import re

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dcim.models import Location, Site

from netbox_custom_objects.models import CustomObjectTypeField

from ..support.branches import edit
from ..support.factories import make_field, make_object, make_type
from .rest import Rest, make_user, superuser
from .ui import Browser

FIELDS = 'custom-object-type-fields/'
IS_ACTIVE = re.compile('WHERE.*"dcim_site"."status"')
REFUSED = 'This cannot be selected here: {}.'


@pytest.fixture
def world(db):
    """Two sites, one of them planned, with a location each; a type that refers to active ones."""

    class World:
        active = Site.objects.create(name='Active', slug='active')
        planned = Site.objects.create(name='Planned', slug='planned', status='planned')
        here = Location.objects.create(name='Here', slug='here', site=active)
        there = Location.objects.create(name='There', slug='there', site=planned)
        enforced = {'related_object_filter': {'status': 'active'}, 'related_object_filter_enforced': True}
        thing = make_type('thing', fields=[
            ('title', 'text'),
            {'name': 'site', 'type': 'object', 'target': Site, **enforced},
            {'name': 'sites', 'type': 'multiobject', 'target': Site, **enforced},
            {'name': 'either', 'type': 'object', 'targets': [Site, Location], **enforced},
            {'name': 'all', 'type': 'multiobject', 'targets': [Site, Location], **enforced},
        ])  # fmt: skip

    return World


def test_every_writer(world):
    """REST, one and many; forms; bulk edit; import; validation of what a script makes."""
    rest, browser = Rest(superuser()), Browser()
    browser.client = rest.client
    good, bad = world.active.pk, world.planned.pk
    text = [REFUSED.format('Planned')]
    bodies = {
        'site': (good, bad), 'sites': ([good], [good, bad]),
        'either': [{'_content_type': 'dcim.site', 'id': pk} for pk in (good, bad)],
        'all': [[{'_content_type': 'dcim.site', 'id': pk}] for pk in (good, bad)],
    }  # fmt: skip
    for name, (fits, does_not) in bodies.items():
        assert rest.post('thing/', {name: does_not}, expect=400) == {name: text}
        made = rest.post('thing/', {name: fits})
        assert rest.patch(f'thing/{made["id"]}/', {name: does_not}, expect=400) == {name: text}
        errors = rest.post('thing/', [{name: fits}, {name: does_not}], expect=400)['errors']
        assert errors == [{'index': 1, 'errors': {name: text}}]
        body = [{'id': made['id'], name: does_not}]
        assert name in str(rest.patch('thing/', body, expect=400))
    site = ContentType.objects.get_for_model(Site).pk
    forms = {
        'site': {'site': bad}, 'sites': {'sites': [good, bad]}, 'either': {'either__ct': site, 'either__obj': bad},
        'all': {'all__dcim__site': [bad]},
    }  # fmt: skip
    kept = made['id']
    for name, sent in forms.items():
        for path in ('thing/add/', f'thing/{kept}/edit/'):
            browser.post(path, 200, **sent)
            assert browser.errors == {name: text}, path
        browser.post('thing/bulk-edit/', 200, pk=[kept], _apply='1', **sent)
        assert 'Planned' in str(browser.response.context['form'].errors) + str(browser.messages)
    for header, cell in (('site', 'Planned'), ('sites', '"Active,Planned"'), ('all', f'dcim.site:{bad}'),
                         ('either_content_type,either_object_id', f'dcim.site,{bad}')):  # fmt: skip
        browser.post('thing/bulk-import/', 200, data=f'{header}\n{cell}', format='csv', csv_delimiter=',')
        assert 'Planned' in str(browser.errors)
    for values in ({'site': world.planned}, {'either': world.planned}):
        with pytest.raises(ValidationError) as caught:
            world.thing.get_model()(**values).full_clean()
        assert caught.value.message_dict == dict.fromkeys(values, text)
    assert set(world.thing.get_model().objects.values_list('site', flat=True)) <= {good, None}


def test_a_list_is_checked_in_one_statement(world):
    rest = Rest(superuser())
    sites = [Site.objects.create(name=f's{n}', slug=f's{n}') for n in range(6)]

    def queries(count):
        with CaptureQueriesContext(connection) as found:
            rest.post('thing/', [{'site': site.pk} for site in sites[:count]])
        return len([q for q in found if IS_ACTIVE.search(q['sql'])])

    assert queries(2) == queries(6) == 1
    with CaptureQueriesContext(connection) as found:
        rest.post('thing/', {'sites': [site.pk for site in sites]})
    assert len([q for q in found if IS_ACTIVE.search(q['sql'])]) == 1


def test_what_is_stored_is_kept(world):
    """An object whose target no longer fits can be edited, and keeps it; another such target is refused."""
    rest = Rest(superuser())
    model = world.thing.get_model()
    made = make_object(world.thing, title='a', site=world.active, sites=[world.active])
    Site.objects.filter(pk=world.active.pk).update(status='retired')
    rest.patch(f'thing/{made.pk}/', {'title': 'b', 'site': world.active.pk, 'sites': [world.active.pk]})
    assert rest.patch(f'thing/{made.pk}/', {'sites': [world.active.pk, world.planned.pk]}, expect=400) == {
        'sites': [REFUSED.format('Planned')]
    }
    assert model.objects.get().title == 'b'


def test_the_name_of_a_hidden_object_is_not_shown(world):
    user = make_user('reader', (world.thing, ['view', 'add'], None), (Site, ['view'], {'status': 'active'}))
    body = Rest(user).post('thing/', {'either': {'_content_type': 'dcim.site', 'id': world.planned.pk}}, expect=400)
    assert body == {'either': [REFUSED.format('some that you may not view')]}


class TestNamesOfFields:
    """`$site`: the value of another field of the same object."""

    @pytest.fixture
    def spot(self, world):
        make_field(world.thing, 'spot', 'object', target=Location, related_object_filter={'site_id': '$site'},
                   related_object_filter_enforced=True)  # fmt: skip
        return world

    def test_written_with_the_values_of_the_object(self, spot):
        rest = Rest(superuser())
        wrong = {'spot': [REFUSED.format('There')]}
        assert rest.post('thing/', {'site': spot.active.pk, 'spot': spot.there.pk}, expect=400) == wrong
        made = rest.post('thing/', {'site': spot.active.pk, 'spot': spot.here.pk})
        # Without a value of the field that is named, nothing is limited.
        free = rest.post('thing/', {'spot': spot.there.pk})
        assert rest.patch(f'thing/{free["id"]}/', {'site': spot.active.pk}, expect=400) == wrong
        rest.patch(f'thing/{made["id"]}/', {'title': 'x'})

    def test_selectors_follow(self, spot):
        page = Browser(superuser()).get('thing/add/')
        assert '&quot;fieldName&quot;:&quot;site&quot;,&quot;queryParam&quot;:&quot;site_id&quot;' in page

    def test_a_rename_is_followed(self, spot):
        edit(spot.thing.fields.get(name='site'), name='place')
        assert CustomObjectTypeField.objects.get(name='spot').related_object_filter == {'site_id': '$place'}
        rest = Rest(superuser())
        rest.post('thing/', {'place': spot.active.pk, 'spot': spot.there.pk}, expect=400)
        rest.delete(f'{FIELDS}{spot.thing.fields.get(name="place").pk}/')
        rest.post('thing/', {'spot': spot.there.pk})


def test_what_is_stored_of_a_filter(world):
    """Parameters and values that lists of the targets do not have are refused, and names of fields that are none."""
    rest = Rest(superuser())
    make_type('other', fields=[('name', 'text'), ('amount', 'integer')])
    field = rest.post(FIELDS, {
        'custom_object_type': world.thing.pk, 'name': 'other', 'type': 'object', 'app_label': 'custom-objects',
        'model': 'other', 'related_object_filter': {'amount__gte': 5, 'name': ['a', 'b']},
    })  # fmt: skip
    for pk, wrong, message in (
        (field['id'], {'nme': 'x'}, 'Unknown filter: nme.'),
        (field['id'], {'amount': 'many'}, 'amount: Enter a whole number.'),
        (field['id'], {'name': '$nothing'}, 'Values cannot name this field: nothing.'),
        (field['id'], {'name': '$all'}, 'Values cannot name this field: all.'),
        (field['id'], {'name': {'a': 1}}, 'Values must be texts, numbers, true, false, null, or lists of these.'),
        (world.thing.fields.get(name='site').pk, {'region_id': [4711]}, None),
        (world.thing.fields.get(name='either').pk, {'slug': 'x', 'time_zone': 'UTC'}, 'Unknown filter: time_zone.'),
    ):  # fmt: skip
        body = rest.patch(f'{FIELDS}{pk}/', {'related_object_filter': wrong}, expect=400)
        assert list(body) == ['related_object_filter']
        assert message in (None, *body['related_object_filter'])
    either = f'{FIELDS}{world.thing.fields.get(name="either").pk}/'
    rest.patch(
        either, {'related_object_filter': {'slug': 'x', 'time_zone': 'UTC'}, 'related_object_filter_enforced': False}
    )
    assert rest.patch(either, {'related_object_filter': None, 'related_object_filter_enforced': True}, expect=400) == {
        'related_object_filter_enforced': ['Enter the related object filter that is to be enforced.']
    }
    title = f'{FIELDS}{world.thing.fields.get(name="title").pk}/'
    assert list(rest.patch(title, {'related_object_filter_enforced': True}, expect=400)) == [
        'related_object_filter_enforced'
    ]
