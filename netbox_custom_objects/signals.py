"""
Receivers: definition rows changed, so tables and classes follow; objects are deleted, so references are released.

Connected by `early`, ahead of NetBox's own receivers. All of them obey `using` and run for raw saves too: a replayed
change is a change like any other (host-facts 8, trap 7).
"""

from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from .models import CustomObjectType, CustomObjectTypeField
from .models.revision import bump_all_tokens
from .runtime.context import mark_changed
from .runtime.references import before_delete
from .services.reconcile import reconcile


def type_changed(instance: CustomObjectType, using: str, **kwargs) -> None:
    reconcile(using, instance.pk)


def field_changed(instance: CustomObjectTypeField, using: str, **kwargs) -> None:
    types = CustomObjectType.objects.using(using).filter(pk=instance.custom_object_type_id)
    types.update(next_schema_id=Greatest(F('next_schema_id'), instance.schema_id or 0), cache_timestamp=timezone.now())
    reconcile(using, instance.custom_object_type_id)


def targets_changed(instance: CustomObjectTypeField, using: str, **kwargs) -> None:
    mark_changed(using)


def choice_set_changed(using: str, **kwargs) -> None:
    """Choices are part of definitions, but their table has none of our triggers."""
    bump_all_tokens()
    mark_changed(using)


def object_deleting(instance, using: str, **kwargs) -> None:
    before_delete(instance, using)
