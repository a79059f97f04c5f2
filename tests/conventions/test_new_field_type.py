"""A field type that is defined here works everywhere as soon as it is registered, and nowhere once it is not."""

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from rest_framework import serializers

from netbox.ui import attrs
from users.models import User

from netbox_custom_objects.choices import ArrayElementTypeChoices, CustomObjectFieldTypeChoices
from netbox_custom_objects.ddl.introspect import introspect
from netbox_custom_objects.ddl.notation import Notation
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.field_types import FIELD_TYPE_CLASS, FIELD_TYPES, FieldType
from netbox_custom_objects.field_types.registry import register, unregister
from netbox_custom_objects.field_types.shared.filters import BigNumberFilter
from netbox_custom_objects.models import CustomObjectTypeField
from tests.field_types.conversion import converted, refused_conversion
from tests.support.factories import make_type
from tests.surfaces.rest import Rest, superuser
from tests.surfaces.ui import Browser, text_of

FIELDS = 'custom-object-type-fields/'
RANGE = (MinValueValidator(1), MaxValueValidator(5))


class StarsAttr(attrs.TextAttr):
    def get_value(self, obj):
        return '*' * (super().get_value(obj) or 0)


class RatingFieldType(FieldType):
    """One to five stars."""

    name = 'rating'
    label = 'Rating'
    color = 'yellow'
    column_type = 'smallint'
    example = 3
    fits_arrays = True
    notation = Notation('^[1-5]$')
    graphql_type = int

    def get_validators(self, field):
        return [*super().get_validators(field), *RANGE]

    def get_model_field(self, field, **kwargs):
        return models.PositiveSmallIntegerField(**self.model_field_kwargs(field), **kwargs)

    def to_python(self, field, value):
        if value is not None and type(value) is not int:
            raise ValidationError('Enter a whole number.')
        return value

    def get_form_field(self, field, **kwargs):
        return forms.IntegerField(**self.form_field_kwargs(field, **kwargs))

    def get_serializer_fields(self, field, model):
        return {field.name: serializers.IntegerField(min_value=1, max_value=5, **self.declared_kwargs(field, model))}

    def get_filter(self, field):
        return BigNumberFilter(field_name=field.name, label=field.display_label)

    def get_table_column_field(self, field):
        return FIELD_TYPES['integer'].get_table_column_field(field)

    def get_attribute(self, field):
        return StarsAttr(field.name, label=field.display_label)

    def quick_search_lookups(self, field):
        return (f'{field.name}__icontains',)


@pytest.fixture
def registered(db):
    register(RatingFieldType)
    yield
    if RatingFieldType.name in FIELD_TYPES:
        unregister(RatingFieldType)


@pytest.fixture
def rest(registered):
    return Rest(superuser())


@pytest.fixture
def book(rest):
    """A type whose field `stars` was made over REST."""
    book = make_type('book', fields=[{'name': 'title', 'primary': True}])
    made = rest.post(FIELDS, {'custom_object_type': book.pk, 'name': 'stars', 'type': 'rating'})
    assert made['type'] in ('rating', {'value': 'rating', 'label': 'Rating'})
    return book


def test_users_can_choose_it(registered):
    assert CustomObjectFieldTypeChoices.values()[-1] == CustomObjectFieldTypeChoices.TYPE_RATING == 'rating'
    assert ArrayElementTypeChoices.values()[-1] == 'rating'
    assert FIELD_TYPE_CLASS['rating'].name == 'rating'
    assert dict(CustomObjectTypeField._meta.get_field('type').flatchoices)['rating'] == 'Rating'


def test_it_has_a_column_and_is_served_over_rest(rest, book):
    field = book.fields.get(name='stars')
    column = introspect(Target.for_alias('default'), book.pk).table(book.get_database_table_name()).column
    assert column(f'f_{field.pk}').type == 'smallint'
    good, bad = (rest.post('book/', {'title': title, 'stars': stars}) for title, stars in (('good', 5), ('bad', 1)))
    assert (good['stars'], bad['stars']) == (5, 1)
    assert list(rest.post('book/', {'title': 'x', 'stars': 6}, expect=400)) == ['stars']
    for query, titles in (
        ({'stars': 5}, ['good']),
        ({'stars__lt': 3}, ['bad']),
        ({'stars__empty': 'true'}, []),
        ({'ordering': 'stars'}, ['bad', 'good']),
        ({'q': '5'}, ['good']),
    ):
        assert [found['title'] for found in rest.get('book/', **query)['results']] == titles, query
    assert rest.get(FIELDS, type='rating')['count'] == 1


def test_pages_show_it(book):
    browser = Browser(User.objects.get(username='root'))
    assert '<option value="rating"' in browser.get(f'{FIELDS}add/?custom_object_type={book.pk}')
    browser.post('book/add/', title='good', stars='4')
    assert browser.post('book/add/', expect=200, title='x', stars='9')
    assert list(browser.errors) == ['stars']
    obj = book.get_model().objects.get()
    assert 'Stars ****' in text_of(browser.get(f'book/{obj.pk}/'))
    assert '4 good' in text_of(browser.get('book/'))
    preview = {'custom_object_type': book.pk, 'name': 'rank', 'label': 'Rank', 'type': 'rating'} | {
        'search_weight': '500', 'filter_logic': 'loose', 'ui_visible': 'always', 'ui_editable': 'yes', 'weight': '100',
    }  # fmt: skip
    text = text_of(browser.post(f'{FIELDS}preview/', expect=200, **preview))
    assert '{ "rank": 3 }' in text
    assert 'Rank 3' in text


def test_text_is_converted_as_its_notation_says(registered):
    assert converted('text', 'rating', ' 4', '', None) == [4, None, None]
    assert converted('rating', 'text', 2) == ['2']
    assert '6' in refused_conversion('text', 'rating', '6')


def test_without_it_the_field_is_of_an_unknown_type(rest, book):
    made = rest.post('book/', {'title': 'good', 'stars': 5})
    unregister(RatingFieldType)
    assert 'rating' not in CustomObjectFieldTypeChoices.values()
    assert 'rating' not in FIELD_TYPE_CLASS
    assert not hasattr(CustomObjectFieldTypeChoices, 'TYPE_RATING')
    rest.patch(f'{FIELDS}{book.fields.get(name="stars").pk}/', {'description': 'Of readers'})
    assert 'stars' not in rest.get(f'book/{made["id"]}/')
    register(RatingFieldType)
    rest.patch(f'{FIELDS}{book.fields.get(name="stars").pk}/', {'description': ''})
    assert rest.get(f'book/{made["id"]}/')['stars'] == 5
