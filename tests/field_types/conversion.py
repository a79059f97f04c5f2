"""What tests of single types share to change a field's type while objects hold values."""

from itertools import count

import pytest
from django.core.exceptions import ValidationError

from netbox_custom_objects.models import CustomObjectTypeField
from tests.support.factories import make_type

NUMBERS = count(1)


def one_more(type):
    """Return another type with one field called `value`."""
    return make_type(f'converted_{next(NUMBERS)}', fields=[('value', type)])


def convert(custom_object_type, type):
    """Give the only field of a type another type, as a form does."""
    field = CustomObjectTypeField.objects.get(custom_object_type=custom_object_type)
    field.type = type
    field.full_clean()
    field.save()


def converted(old, new, *values):
    """Return what values are after a field was given another type."""
    thing = one_more(old)
    pks = [thing.get_model().objects.create(value=value).pk for value in values]
    convert(thing, new)
    found = thing.get_model().objects.in_bulk(pks)
    for obj in found.values():
        obj.full_clean()
    return [found[pk].value for pk in pks]


def refused_conversion(old, new, value):
    """Return the message with which a conversion is refused; the value must stay."""
    thing = one_more(old)
    obj = thing.get_model().objects.create(value=value)
    before = thing.get_model().objects.get(pk=obj.pk).value
    with pytest.raises(ValidationError) as caught:
        convert(thing, new)
    assert list(caught.value.message_dict) == ['type']
    assert CustomObjectTypeField.objects.get(custom_object_type=thing).type == old
    assert thing.get_model().objects.get(pk=obj.pk).value == before
    return ' '.join(caught.value.message_dict['type'])
