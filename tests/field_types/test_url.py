"""Specials of url: a title beside the address."""

import pytest

from netbox_custom_objects.models import CustomObjectTypeField
from tests.field_types.refusals import one_field, refused_field
from tests.support.factories import make_field, make_type

pytestmark = pytest.mark.django_db

ADDRESS = 'https://example.com/'


def test_the_title_is_a_value_of_its_own():
    model = one_field('url').get_model()
    obj = model.objects.create(value=ADDRESS, value_title='Example')
    assert model.objects.get(pk=obj.pk).value_title == 'Example'
    assert model().value_title == ''


def test_the_title_travels_in_change_data_and_follows_a_rename():
    thing = one_field('url')
    field = thing.fields.get()
    obj = thing.get_model().objects.create(value=ADDRESS, value_title='Example')
    data = obj.serialize_object()
    assert (data[field.payload_key], data[f'{field.payload_key}_title']) == (ADDRESS, 'Example')
    field = CustomObjectTypeField.objects.get(pk=field.pk)
    field.name = 'web'
    field.full_clean()
    field.save()
    assert thing.get_model().objects.get(pk=obj.pk).web_title == 'Example'
    restored = thing.get_model().deserialize_object(data, pk=obj.pk).object
    assert (restored.web, restored.web_title) == (ADDRESS, 'Example')


def test_the_name_of_the_title_is_taken():
    thing = one_field('url')
    assert 'value_title' in refused_field('name', thing, 'value_title', type='text')
    other = make_type('other', fields=[('web_title', 'text')])
    assert 'web_title' in refused_field('name', other, 'web', type='url')


def test_the_title_goes_and_comes_with_its_field():
    thing = one_field('url')
    obj = thing.get_model().objects.create(value=ADDRESS, value_title='Example')
    field = thing.fields.get()
    pk = field.pk
    field.delete()
    assert not hasattr(thing.get_model(), 'value_title')
    make_field(thing, 'value_title', 'text')
    thing.fields.get().delete()
    field.pk, field._state.adding = pk, True
    field.save()
    assert thing.get_model().objects.get(pk=obj.pk).value_title == 'Example'


def test_a_regular_expression_limits_addresses():
    thing = one_field('url', validation_regex=r'^https://')
    thing.get_model()(value=ADDRESS).full_clean()
    assert refused_field(
        'default', make_type('other'), type='url', validation_regex='^https', default='ftp://a.example/'
    )
