"""
How custom objects are deleted: what goes is locked before it is asked what refers to it (decision 5).

May import holding. NetBox's collector finds what goes along; of custom objects, each level is locked as it is found.
"""

from django.db import router

from netbox.models.deletion import CustomCollector
from netbox.models.features import ChangeLoggingMixin

from ...exceptions import ObjectGone
from ...models.concurrency import in_transaction, meeting
from ...models.display import LAST_NAME
from ...models.protectors import hiding_protectors
from ...models.records import write_waiting
from .holding import lock_for_deletion, was_deleted_here


class LockingCollector(CustomCollector):
    """NetBox's collector, which locks the custom objects that it collects; must be used within a transaction."""

    def related_objects(self, related_model, related_fields, objs):
        found = super().related_objects(related_model, related_fields, objs)
        return found.select_for_update() if hasattr(related_model, '_type_id') else found


class CollectorOfMany(LockingCollector):
    """Deletes many objects; what is logged of them is stored before their rows go."""

    def instances_with_model(self):
        # What Django calls receivers for before it deletes anything.
        yield from super().instances_with_model()
        write_waiting()

    def takes_others_along(self) -> bool:
        """Whether objects of several models go whose deletions are logged: the order of their records matters."""
        return len([model for model, found in self.data.items() if found and issubclass(model, ChangeLoggingMixin)]) > 1


class DeletesSafely:
    """
    Mixin of dynamic classes: an object is deleted with what refers to it at that moment.

    One that cannot be deleted tells no more of what stands in the way than the user may know.
    """

    def delete(self, using=None, keep_parents=False):
        """
        Delete the object.

        Raises:
            ObjectGone: another request has deleted it
        """
        using = using or router.db_for_write(type(self), instance=self)
        if self.pk is None:
            return super().delete(using=using, keep_parents=keep_parents)
        with in_transaction(using), hiding_protectors():
            if not lock_for_deletion(type(self), [self.pk], using):
                if was_deleted_here(self, using):
                    return 0, {}
                raise meeting(ObjectGone())
            # For messages about the deletion.
            self.__dict__[LAST_NAME] = str(self)
            collector = LockingCollector(using=using, origin=self)
            collector.collect([self], keep_parents=keep_parents)
            return collector.delete()

    delete.alters_data = True
