"""Attributes of objects that are not columns, but have a name that NetBox shows: where it lists what a search found."""

from collections.abc import Callable

from django.db import models
from django.db.models.fields.mixins import FieldCacheMixin
from django.utils.functional import cached_property


class VirtualField(FieldCacheMixin, models.Field):
    """A value that is computed. NetBox finds its label in `_meta`; queries cannot use it."""

    # Django leaves out of columns what looks like its generic relations, and refuses to look it up.
    many_to_one = True
    many_to_many = one_to_one = one_to_many = False

    def __init__(self, get: Callable | None = None, **kwargs):
        """
        Make the field.

        Args:
            get: returns the value of an object, None if the class has an attribute of its own for that
            kwargs: as of any field
        """
        super().__init__(editable=False, null=True, **kwargs)
        self.get = get
        self.is_relation = True

    def contribute_to_class(self, cls, name, **kwargs):
        super().contribute_to_class(cls, name, private_only=True)
        if self.get is not None:
            setattr(cls, name, property(self.get))

    def get_attname_column(self):
        return self.name, None

    @cached_property
    def cache_name(self):
        return self.name
