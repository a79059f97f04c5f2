"""Specials of integer: limits, in the whole range of 64 bits."""

import pytest

from netbox_custom_objects.field_types.number import INT64_MAX, INT64_MIN
from tests.field_types.refusals import one_field, refused_field, refused_value
from tests.surfaces.rest import Rest, superuser
from tests.surfaces.ui import Browser

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ('limits', 'good', 'bad'),
    [
        ({'validation_minimum': 1}, [1, INT64_MAX], [0, INT64_MIN]),
        ({'validation_maximum': 9}, [9, INT64_MIN], [10, INT64_MAX]),
        ({'validation_minimum': -5, 'validation_maximum': 5}, [-5, 0, 5], [-6, 6]),
        ({'validation_minimum': 0, 'validation_maximum': 0}, [0], [-1, 1]),
        ({'validation_minimum': INT64_MIN, 'validation_maximum': INT64_MAX}, [INT64_MIN, INT64_MAX], []),
    ],
)
def test_limits(limits, good, bad):
    thing = one_field('integer', **limits)
    for value in (*good, None):
        thing.get_model()(value=value).full_clean()
    for value in bad:
        assert refused_value(thing, value)


def test_limits_must_not_cross():
    assert 'greater' in refused_field('validation_minimum', type='integer', validation_minimum=2, validation_maximum=1)


def test_a_default_lies_within_the_limits():
    assert refused_field('default', type='integer', validation_minimum=1, default=0)


def test_limits_do_not_touch_what_is_stored():
    """Limits are rules for those who write from now on; the column knows nothing of them."""
    thing = one_field('integer')
    obj = thing.get_model().objects.create(value=5)
    field = thing.fields.get()
    field.validation_maximum = 1
    field.full_clean()
    field.save()
    stored = thing.get_model().objects.get(pk=obj.pk)
    assert stored.value == 5
    assert refused_value(thing, 5)


UNDERSCORES = ('1_000', '1_', '_1', '-1_0', ' 1_0 ')


@pytest.mark.parametrize('type', ['integer', 'decimal'])
def test_underscores_between_digits_are_refused_everywhere(type):
    """Python reads them as digits' separators, and nobody else does."""
    thing = one_field(type)
    field, user = thing.fields.get(), superuser()
    rest, browser = Rest(user), Browser(user)
    for text in UNDERSCORES:
        message = 'without underscores'
        assert message in refused_value(thing, text)
        assert message in str(rest.post('thing/', {'value': text}, expect=400)['value'])
        browser.post('thing/add/', 200, value=text)
        assert message in str(browser.errors['value'])
        data = f'value\n{text}\n'
        page = browser.post(
            'thing/bulk-import/', 200, data=data, format='csv', csv_delimiter=',', import_method='direct'
        )
        assert message in page
        assert message in str(rest.get('thing/', expect=400, value__gt=text))
        path = f'custom-object-type-fields/{field.pk}/'
        assert message in str(rest.patch(path, {'validation_minimum': text}, expect=400)['validation_minimum'])
        assert list(rest.patch(path, {'default': text}, expect=400)) == ['default']
        browser.post(f'{path}edit/', 200, custom_object_type=thing.pk, name='value', type=type, validation_maximum=text)
        assert message in str(browser.errors['validation_maximum'])
    assert not thing.get_model().objects.exists()
    assert field.validation_minimum is None
