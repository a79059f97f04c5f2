"""What the modules of single field types share: make a field, and ask with which words something is refused."""

import pytest
from django.core.exceptions import ValidationError

from netbox_custom_objects.models import CustomObjectTypeField
from tests.support.factories import make_field, make_type


def one_field(type, **attributes):
    """Return a type with one field called `value`."""
    return make_type('thing', fields=[{'name': 'value', 'type': type, **attributes}])


def edited(thing, **attributes):
    """Change the only field of a type, as a form does, and return it."""
    field = CustomObjectTypeField.objects.get(custom_object_type=thing)
    for name, value in attributes.items():
        setattr(field, name, value)
    field.full_clean()
    field.save()
    return field


def refused(check, key='value'):
    """Return the messages with which `check()` is refused under `key` alone."""
    with pytest.raises(ValidationError) as caught:
        check()
    assert list(caught.value.message_dict) == [key], caught.value.message_dict
    return ' '.join(caught.value.message_dict[key])


def refused_value(custom_object_type, value):
    """Return the messages with which the value of the field `value` is refused."""
    return refused(custom_object_type.get_model()(value=value).full_clean)


def refused_field(key, custom_object_type=None, name='value', **attributes):
    """Return the messages with which a new field is refused."""
    return refused(lambda: make_field(custom_object_type or make_type('thing'), name, **attributes), key)
