"""Refusals and dry runs quote stored values, and name definitions, only to users who may view them."""

import pytest

from extras.models import CustomFieldChoiceSet

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from tests.support.factories import make_choice_set, make_field, make_object, make_type

from .rest import Rest, make_user
from .ui import Browser

DRY = '?dry_run=true'
DEFINITIONS = ((CustomObjectType, ['view', 'change'], None), (CustomObjectTypeField, ['view', 'add', 'change'], None))


@pytest.fixture
def secret(db):
    """A type whose objects are all called alike, and a field that holds no number."""
    made = make_type('thing', fields=[('title', 'text')])
    for _ in range(2):
        make_object(made, title='secret-title')
    return made


@pytest.fixture
def modeller(secret):
    return make_user('modeller', *DEFINITIONS)


@pytest.fixture
def reader(secret):
    return make_user('reader', *DEFINITIONS, (secret, ['view'], None))


def changes_that_are_refused(made):
    """Yield (the changes of `title`, the attribute that the refusal is about)."""
    colors = make_choice_set('colors', ['red'])
    yield {'type': 'integer'}, 'type'
    yield {'type': 'select', 'choice_set': colors.pk}, 'type'
    yield {'type': 'email'}, 'type'
    yield {'unique': True}, 'unique'


@pytest.mark.parametrize('query', ['', DRY])
def test_a_change_of_a_field(secret, modeller, reader, query):
    path = f'custom-object-type-fields/{secret.fields.get().pk}/{query}'
    for change, attribute in changes_that_are_refused(secret):
        (text,) = Rest(modeller).patch(path, change, expect=400)[attribute]
        assert 'secret' not in text
        assert 'that you may not view' in text
        (text,) = Rest(reader).patch(path, change, expect=400)[attribute]
        assert 'secret-title' in text
        assert 'that you may not view' not in text


def test_values_of_some_of_the_objects(secret):
    """Who may view one of two objects reads its value, and that there is another."""
    made = make_type('other', fields=[('title', 'text'), ('keeper', 'text')])
    for title, keeper in (('mine', 'me'), ('theirs', 'them')):
        make_object(made, title=title, keeper=keeper)
    user = make_user('user', *DEFINITIONS, (made, ['view'], {'keeper': 'me'}))
    path = f'custom-object-type-fields/{made.fields.get(name="title").pk}/'
    (text,) = Rest(user).patch(path, {'type': 'integer'}, expect=400)['type']
    assert "'mine'" in text
    assert 'theirs' not in text
    assert '1 that you may not view' in text


def test_the_form_of_a_field_and_its_preview(secret, modeller):
    field = secret.fields.get()
    data = {'custom_object_type': secret.pk, 'name': 'title', 'type': 'integer', 'search_weight': 500, 'weight': 100,
            'filter_logic': 'loose', 'ui_visible': 'always', 'ui_editable': 'yes'}  # fmt: skip
    browser = Browser(modeller)
    for page in ('edit', 'preview'):
        text = browser.post(f'custom-object-type-fields/{field.pk}/{page}/', expect=200, **data)
        assert 'secret' not in text
        assert 'cannot be converted' in text


def test_names_of_fields_in_the_way(secret, sites):
    """A clash with a field that the user may not view says so without its name."""
    make_field(secret, 'loc', 'coordinates')
    make_field(make_type('hidden_type'), 'hidden_field', 'object', target=secret, related_name='things')
    user = make_user('user', (CustomObjectTypeField, ['add'], None), (CustomObjectType, ['view'], None))
    field = {'custom_object_type': secret.pk, 'type': 'text'}
    for name in ('things', 'loc_latitude'):
        (text,) = Rest(user).post('custom-object-type-fields/', {**field, 'name': name}, expect=400)['name']
        assert 'hidden' not in text
        assert 'a field that you may not view; choose another name' in text
        assert ' loc;' not in text


def test_choices_that_are_in_use(secret):
    field = make_field(secret, 'color', 'select', choices=['red', 'blue'])
    make_object(secret, color='red')
    choices = {'extra_choices': [['blue', 'Blue']]}
    path = f'/api/extras/custom-field-choice-sets/{field.choice_set_id}/'
    grant = CustomFieldChoiceSet, ['view', 'change'], None
    text = str(Rest(make_user('editor', grant)).patch(path, choices, expect=400))
    assert 'color' not in text.replace(field.choice_set.name, '')
    assert 'Things' not in text
    assert '1 that you may not view' in text
    assert 'Things: color (1)' in str(Rest(make_user('other', grant, *DEFINITIONS)).patch(path, choices, expect=400))
