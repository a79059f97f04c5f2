"""The card "What changed" of change records: people's words, and nothing that the reader may not view."""

import re

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from core.models import ObjectChange
from dcim.models import Site
from extras.models import Tag

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from tests.support.factories import make_constraint, make_field, make_object, make_sites, make_type
from tests.support.kept import keeps, kept_again
from tests.support.request import request

from .rest import make_user
from .ui import Browser, text_of

TEXT = '\n'.join(f'line {number}' for number in range(12))


def make_scene():
    """A hidden type, and a type that refers to it and to sites; an object of it is created, changed and deleted."""
    sites = make_sites()
    secret = make_type('secret', fields=[{'name': 'title', 'primary': True}])
    shown = make_type('shown', verbose_name='Asset', fields=[
        {'name': 'title', 'primary': True, 'label': 'Asset name'},
        {'name': 'notes', 'type': 'longtext'},
        {'name': 'status', 'type': 'select', 'choices': ['new', 'used'], 'label': 'State'},
        {'name': 'colors', 'type': 'multiselect', 'choices': ['red', 'green', 'blue']},
        {'name': 'active', 'type': 'boolean'},
        {'name': 'price', 'type': 'decimal', 'unit': '€'},
        {'name': 'seen', 'type': 'datetime'},
        {'name': 'notice', 'type': 'duration'},
        {'name': 'web', 'type': 'url'},
        {'name': 'extra', 'type': 'json'},
        {'name': 'place', 'type': 'object', 'target': Site, 'label': 'Location'},
        {'name': 'places', 'type': 'multiobject', 'target': Site},
        {'name': 'secrets', 'type': 'multiobject', 'target': secret},
        {'name': 'party', 'type': 'object', 'targets': [Site, secret]},
    ])  # fmt: skip
    one, two = (make_object(secret, title=f'zyxqv {number}') for number in (1, 2))
    with request():
        asset = make_object(
            shown, title='Rack', notes=TEXT, status='new', colors=['red', 'green'], active=True, price='1.50',
            web='https://example.com/', extra={'a': 1}, place=sites[0], places=sites[:2], secrets=[one], party=one,
        )  # fmt: skip
    with request():
        asset = shown.get_model().objects.get(pk=asset.pk)
        asset.snapshot()
        for name, value in {
            'title': 'Shelf', 'notes': TEXT.replace('line 5', 'line five'), 'status': 'used',
            'colors': ['green', 'blue'], 'active': False, 'price': '2.50',
            'seen': '2024-05-01T10:00:00Z', 'notice': '30 days', 'web_title': 'Example',
            'extra': {'a': 2}, 'place': sites[1], 'party': sites[2],
        }.items():  # fmt: skip
            setattr(asset, name, value)
        asset.full_clean()
        asset.save()
        asset.places.set(sites[1:])
        asset.secrets.set([two])
        asset.tags.add(Tag.objects.create(name='Important', slug='important'))
    with request():
        shown.get_model().objects.get(pk=asset.pk).delete()
    return {'shown': shown, 'secret': secret}


@pytest.fixture
@keeps(make_scene)
def scene(db):
    return kept_again()


def record(model, action):
    return ObjectChange.objects.filter(
        changed_object_type=ContentType.objects.get_for_model(model), action=action
    ).latest('pk')


def card(browser, change):
    """Return the card as HTML, '' if there is none."""
    page = browser.get(reverse('core:objectchange', args=[change.pk]))
    found = re.search(r'<div class="card">\s*<h2 class="card-header">\s*What changed.*?</table>', page, re.DOTALL)
    if found and '/Difference/' in page:
        assert page.index('What changed') < page.index('Difference')
    return found.group() if found else ''


def test_an_update_is_shown_in_words(scene, browser):
    page = card(browser, record(scene['shown'].get_model(), 'update'))
    shown = text_of(page)
    for expected in (
        'Asset name Rack Shelf', '- line 5 + line five', 'State New Used', '− Removed: Red + Added: Blue',
        'Active Yes No', 'Price 1.50 € 2.50 €', '2024-05-01', '- "a": 1' if '- "a": 1' in shown else 'Extra',
        'Notice 30d', 'Location Berlin Cairo', '− Removed: Berlin + Added: Dakar', 'Removed: zyxqv 1', 'Added: zyxqv 2',
        'Party zyxqv 1 Dakar', 'Added: Important', 'Example',
    ):  # fmt: skip
        assert expected in shown, (expected, shown)
    assert f'href="{Site.objects.get(name="Dakar").get_absolute_url()}"' in page
    assert 'title__' not in page
    assert 'Green' not in shown
    assert 'line 9' not in shown


def test_a_new_object_shows_its_values_and_a_deleted_one_what_it_had(scene, browser):
    for action in ('create', 'delete'):
        shown = text_of(card(browser, record(scene['shown'].get_model(), action)))
        assert 'State' in shown
        assert {'create': 'Rack', 'delete': 'Shelf'}[action] in shown


def test_what_the_reader_may_not_view_is_not_named(scene):
    log = (ObjectChange, ['view'], None)
    site = (Site, ['view'], {'name': 'Cairo'})
    reader = Browser(make_user('reader', log, site, (scene['shown'], ['view'], None)))
    shown = text_of(card(reader, record(scene['shown'].get_model(), 'update')))
    assert 'zyxqv' not in shown
    assert 'Location hidden object Cairo' in shown
    assert 'Party hidden object hidden object' in shown
    outsider = Browser(make_user('outsider', log))
    assert card(outsider, record(scene['shown'].get_model(), 'update')) == ''


def test_a_target_that_is_gone_is_shown_as_deleted(scene, browser):
    scene['secret'].get_model().objects.all().delete()
    shown = text_of(card(browser, record(scene['shown'].get_model(), 'update')))
    assert re.search(r'Removed: deleted Secret \d+', shown)


def test_fields_and_constraints_are_shown_by_their_attributes(scene, browser):
    shown, secret = scene['shown'], scene['secret']
    with request():
        made = make_field(shown, 'owner_of', 'object', target=secret, label='Keeper', required=False)
    page = text_of(card(browser, record(CustomObjectTypeField, 'create')))
    assert 'Label Keeper' in page
    assert 'Type Object' in page
    assert 'Related object type Secret' in page
    assert 'Search weight' not in page
    with request():
        made.snapshot()
        made.filter_logic, made.visible_if = 'exact', "title != 'x'"
        made.full_clean()
        made.save()
    page = text_of(card(browser, record(CustomObjectTypeField, 'update')))
    assert 'Filter logic Loose Exact' in page
    assert "Visible if title != 'x'" in page
    with request():
        make_constraint(shown, 'named', expression="title != 'y'")
    assert "Expression title != 'y'" in text_of(card(browser, ObjectChange.objects.latest('pk')))
    # Those who may not know of a type do not learn what it is called.
    reader = Browser(make_user('reader', (ObjectChange, ['view'], None), (shown, ['view'], None)))
    page = text_of(card(reader, record(CustomObjectTypeField, 'create')))
    assert 'Related object type hidden type' in page
    with request():
        shown.snapshot()
        shown.display_expression = '{{ title }}!'
        shown.save()
    assert 'Display expression {{ title }}!' in text_of(card(browser, record(CustomObjectType, 'update')))


def test_a_deleted_field_keeps_the_name_of_its_birth(scene, browser):
    scene['shown'].fields.get(name='status').delete()
    assert 'status (deleted field) new used' in text_of(card(browser, record(scene['shown'].get_model(), 'update')))
