"""Pages of the gallery: cards, a page for each model, its preview, and installing it."""

from netbox_branching.models import Branch

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.runtime import extensions
from netbox_custom_objects.schema.gallery.catalog import gallery_models
from tests.gallery.test_install import CENTERS, installed, objects, type_
from tests.surfaces.rest import make_user
from tests.surfaces.ui import Browser, text_of

TYPES = 'custom-object-types/'
GALLERY = f'{TYPES}gallery/'
MODEL = f'{GALLERY}cost-centers/'


def test_all_models_are_cards(browser):
    assert f'/{GALLERY}"' in browser.get(TYPES)
    page = browser.get(GALLERY)
    for model in gallery_models():
        assert f'/{GALLERY}{model.name}/"' in page
        assert model.title in page
    assert 'Installed' not in page


@installed
def test_cards_say_what_is_installed(browser):
    assert browser.get(GALLERY).count('Installed') == 1


def test_the_page_of_each_model(browser):
    for model in gallery_models():
        page = text_of(browser.get(f'{GALLERY}{model.name}/'))
        for entry in model.document['types']:
            assert entry['verbose_name'] in page
        assert 'Install here' in page
    browser.get(f'{GALLERY}nothing/', expect=404)


def test_preview_and_installation(browser):
    page = text_of(browser.post(MODEL, expect=200, _preview='', with_rows='true'))
    assert 'Preview of Cost centers' in page
    assert 'Create table' in page
    assert not CustomObjectType.objects.exists()
    browser.post(MODEL, _apply='', with_rows='true')
    page = text_of(browser.get(MODEL))
    assert '2 types were installed, and 9 objects were created.' in page
    assert 'references to them were left empty: tenancy.tenant:Dunder-Mifflin, Inc.' in page
    assert 'Installed' in page
    assert objects().count() == 6
    browser.post(MODEL, _apply='')
    assert '0 types were installed.' in text_of(browser.get(MODEL))


@installed
def test_what_differs_is_shown_before_it_is_overwritten(browser):
    CustomObjectTypeField.objects.filter(name='budget').update(label='Money')
    page = text_of(browser.get(MODEL))
    assert 'differ from the gallery: cost_center' in page
    assert 'Install here' not in page
    page = text_of(browser.post(MODEL, expect=200, _apply=''))
    assert 'Money' in page
    assert 'Overwrite' in page
    browser.post(MODEL, _apply='', ignore_base='true')
    assert CustomObjectTypeField.objects.get(name='budget').label == ''


def test_another_type_with_the_slug(browser):
    CustomObjectType.objects.create(name='mine', slug=CENTERS)
    for data in ({}, {'_apply': ''}):
        page = text_of(browser.post(MODEL, expect=200, **data) if data else browser.get(MODEL))
        assert 'The type mine has this slug, and other fields' in page
    assert not type_().fields.exists()


def test_rights(db):
    grants = (CustomObjectType, ['view'], None), (CustomObjectTypeField, ['view'], None)
    reader = Browser(make_user('reader', *grants))
    assert 'Cost centers' in reader.get(GALLERY)
    assert 'do not allow' in text_of(reader.post(MODEL, expect=200, _apply=''))
    assert 'add_customobjecttype' in text_of(reader.post(MODEL, expect=200, _preview=''))
    assert not CustomObjectType.objects.exists()
    page = text_of(reader.get(MODEL))
    assert 'extras.add_customfieldchoiceset, netbox_custom_objects.add_customobjecttype' in page
    assert 'Install here' not in page
    brancher = Browser(make_user('brancher', *grants, (Branch, ['add'], None)))
    page = text_of(brancher.post(MODEL, expect=200, _branch='', branch_name='costs'))
    assert 'do not allow this: extras.add_customfieldchoiceset' in page
    assert not Branch.objects.exists()
    stranger = Browser(make_user('other'))
    for path in (GALLERY, MODEL):
        stranger.get(path, expect=403)


def test_without_netbox_branching(browser, monkeypatch):
    monkeypatch.setattr(extensions, 'new_branch', None)
    assert 'Install in a new branch' not in browser.get(MODEL)
    assert 'do not allow' in text_of(browser.post(MODEL, expect=200, _branch='', branch_name='costs'))
    assert not CustomObjectType.objects.exists()


def test_a_type_that_is_hidden(db):
    CustomObjectType.objects.create(name='secret_name', slug=CENTERS)
    few = Browser(make_user('few', (CustomObjectType, ['view', 'add'], {'slug': 'other'})))
    for page in (few.get(MODEL), few.post(MODEL, expect=200, _preview=''), few.post(MODEL, expect=200, _apply='')):
        assert 'you may not view it' in page
        assert 'secret_name' not in page
