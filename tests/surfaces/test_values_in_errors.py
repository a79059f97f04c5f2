"""Refusals and dry runs quote stored values, and name definitions, only to users who may view them."""

import pytest

from dcim.models import Region, Site
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
    assert 'others that you may not view' in text
    assert '1 that' not in text


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
    assert 'some that you may not view' in text
    text = str(Rest(make_user('other', grant, *DEFINITIONS)).patch(path, choices, expect=400))
    assert 'Things: color (objects that you may not view)' in text
    reader = Rest(make_user('third', grant, *DEFINITIONS, (secret, ['view'], None)))
    assert 'Things: color (1 object)' in str(reader.patch(path, choices, expect=400))


class TestCounts:
    """Of objects that the user may not view it is told that there are some: a number would tell of their values."""

    @pytest.fixture
    def field(self, secret):
        make_field(secret, 'level', 'select', choices=['low', 'mid', 'high'])
        for title, level in (
            ('mine', 'high'),
            ('theirs', 'high'),
            ('others', 'high'),
            ('others', 'mid'),
            ('others', 'low'),
        ):
            make_object(secret, title=title, level=level)
        return secret.fields.get(name='level')

    def said(self, user, field, **change):
        (found,) = Rest(user).patch(f'custom-object-type-fields/{field.pk}/{DRY}', change, expect=400).values()
        return found[0]

    def test_of_choices_that_are_lost(self, secret, field, modeller, reader):
        some = make_user('some', *DEFINITIONS, (secret, ['view'], {'title': 'mine'}))
        for values, of_some, of_all in (
            (['low', 'mid'], '1 object and others that you may not view', '3 objects'),
            (['low', 'high'], 'objects that you may not view', '1 object'),
            (['low'], '1 object and others that you may not view', '4 objects'),
        ):
            choices = {'choice_set': make_choice_set(' '.join(values), values).pk}
            assert f'used by {of_some}.' in self.said(some, field, **choices)
            assert 'used by objects that you may not view.' in self.said(modeller, field, **choices)
            assert f'used by {of_all}.' in self.said(reader, field, **choices)

    def test_of_objects_without_a_value(self, secret, field, modeller, reader):
        assert 'in objects that you may not view.' in self.said(modeller, field, required=True)
        assert 'in 2 objects.' in self.said(reader, field, required=True)

    def test_of_types_that_are_pointed_at(self, secret, modeller, reader, sites):
        field = make_field(secret, 'places', 'multiobject', targets=[Site, Region])
        make_object(secret, places=sites)
        region = {'related_object_types_input': [{'app_label': 'dcim', 'model': 'region'}]}
        assert 'dcim.site (objects that you may not view)' in self.said(modeller, field, **region)
        assert 'dcim.site (1 object)' in self.said(reader, field, **region)
