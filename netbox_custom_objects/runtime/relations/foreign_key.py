"""
The relational model fields of dynamic classes: references by id, without a database constraint.

Must never add anything to the class of a target outside the island (decision 5).
"""

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor

from ..context import in_replay
from .many import LinkDescriptor


class ForwardDescriptor(ForwardManyToOneDescriptor):
    """`instance.<field>`: None where the target is gone, as no constraint of the database prevents that."""

    def get_object(self, instance):
        try:
            return super().get_object(instance)
        except ObjectDoesNotExist:
            return None


class ObjectForeignKey(models.ForeignKey):
    """A reference to one object. Its existence is checked when a user saves, not while changes are replayed."""

    forward_related_accessor_class = ForwardDescriptor

    def __init__(self, to, on_delete, **kwargs):
        super().__init__(to, on_delete, db_constraint=False, db_index=False, **kwargs)

    def validate(self, value, model_instance):
        if in_replay():
            # A revert undoes the referrer before the target exists again; dangling ids are reported afterwards.
            return
        super().validate(value, model_instance)


class LinkField(models.ManyToManyField):
    """A reference to many objects through a link table of ours; see `links`."""

    def contribute_to_class(self, cls, name, **kwargs):
        super().contribute_to_class(cls, name, **kwargs)
        setattr(cls, self.name, LinkDescriptor(self.remote_field, reverse=False))
