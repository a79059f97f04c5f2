"""What the tests of the contract share: a type with one field of a case's type."""

from copy import copy, deepcopy

import pytest
from django.core.exceptions import ValidationError

from netbox_custom_objects.ddl.introspect import introspect
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.models import CustomObjectTypeField
from tests.field_types.case import NAME, resolve
from tests.support.factories import make_field, make_type, object_type_of
from tests.support.kept import read_again

MAIN = Target.for_alias('default')


class Kit:
    """The type `thing` with a primary `title`, and one field of the case's type."""

    def __init__(self, case, name='thing', needs=None):
        self.case = case
        self.type = make_type(name, fields=[{'name': 'title', 'type': 'text', 'primary': True}])
        self.needs = case.needs() if needs is None else needs
        self.field = None

    def again(self):
        """Return a kit of the same rows, which a test may change."""
        kit = copy(self)
        kit.type, kit.field = read_again(self.type), read_again(self.field)
        kit.needs = deepcopy(self.needs)
        return kit

    def add(self, name=NAME, **attributes):
        needs = {**self.needs, **self.case.add_source(self.type)}
        self.field = make_field(self.type, name, self.case.type, **{**needs, **attributes})
        return self.field

    def restore(self, field, pk):
        """Bring a deleted field back, as an undo does: the same row, and the rows that refer to it."""
        field.pk = pk
        field._state.adding = True
        field.save()
        field.related_object_types.set(map(object_type_of, self.needs.get('targets', ())))

    @property
    def model(self):
        return self.type.get_model()

    @property
    def field_type(self):
        return self.field.field_type

    @property
    def many(self):
        return self.case.field_type.many

    def make(self, value, title='x', **attributes):
        """Create an object that holds `value`, without validation."""
        obj = self.model(title=title, **attributes)
        self.set(obj, value)
        return obj

    def set(self, obj, value, name=NAME):
        value = resolve(value)
        if self.many:
            obj.save()
            getattr(obj, name).set(value or [])
            return
        self.case.store(obj, value, name)
        obj.save()

    def get(self, obj, name=NAME):
        """Return the stored value as a case spells it."""
        obj = self.model.objects.get(pk=obj.pk)
        return self.case.links(getattr(obj, name)) or None if self.many else self.case.load(obj, name)

    def make_samples(self):
        """Create an object for each sample, called by its number, and one without a value, called `null`."""
        made = [self.make(sample.value, str(number), **sample.extra) for number, sample in enumerate(self.case.samples)]
        return [*made, self.make(None, title='null')]

    def edit(self, **changes):
        field = CustomObjectTypeField.objects.get(pk=self.field.pk)
        for name, value in changes.items():
            setattr(field, name, value)
        field.full_clean()
        field.save()
        self.field = field
        return field

    def refused(self, key, **changes):
        """Return the messages with which an edit of the field is refused; nothing may have changed."""
        before = introspect(MAIN, self.type.pk)
        with pytest.raises(ValidationError) as caught:
            self.edit(**changes)
        assert list(caught.value.message_dict) == [key]
        assert introspect(MAIN, self.type.pk) == before
        return ' '.join(caught.value.message_dict[key])


def expected(case, value):
    """Return what `Kit.get` finds of a value."""
    value = resolve(value)
    return sorted(value) if case.field_type.many and value is not None else value
