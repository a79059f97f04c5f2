"""
Receivers: definition rows changed, so tables and classes follow; objects are deleted, so references are released.

Connected by `early`, ahead of NetBox's own receivers. All of them obey `using` and run for raw saves too: a replayed
change is a change like any other (host-facts 8, trap 7).
"""

from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from .ddl.locks import lock_definitions
from .ddl.target import Target
from .jobs import ReindexCustomObjectTypeJob
from .models import CustomObjectType, CustomObjectTypeField
from .models.revision import bump_shared_token
from .runtime.context import current_alias, mark_changed
from .runtime.references import before_delete
from .runtime.registry import world
from .services.reconcile import reconcile


def definitions_changing(using: str) -> None:
    """A row that definitions are made of is about to be written or deleted."""
    lock_definitions(Target.for_alias(using))


def type_changed(instance: CustomObjectType, using: str, created: bool | None = None, **kwargs) -> None:
    """A type was saved, or deleted (`created` is None)."""
    reconcile(using, instance.pk)
    if created is None or (not created and has_changed(instance, 'display_expression')):
        ReindexCustomObjectTypeJob.enqueue_for(instance.pk, instance.name, using)


def field_changed(
    instance: CustomObjectTypeField, using: str, created: bool | None = None, raw: bool = False, **kwargs
) -> None:
    """A field was saved, or deleted (`created` is None)."""
    types = CustomObjectType.objects.using(using).filter(pk=instance.custom_object_type_id)
    types.update(next_schema_id=Greatest(F('next_schema_id'), instance.schema_id or 0), cache_timestamp=timezone.now())
    reconcile(using, instance.custom_object_type_id)
    # A new field is empty, unless it has a default or its column comes back with the values that it held.
    filled = not created or raw or instance.default is not None
    if filled and (created is not False or has_changed(instance, 'name', 'type', 'search_weight')):
        name = types.values_list('name', flat=True).first()
        ReindexCustomObjectTypeJob.enqueue_for(instance.custom_object_type_id, name or 'deleted', using)


def has_changed(instance, *names: str) -> bool:
    """Whether one of these attributes differs from the last snapshot, or nobody took one."""
    before = getattr(instance, '_prechange_snapshot', None)
    return before is None or any(before.get(name) != getattr(instance, name) for name in names)


def targets_changed(instance: CustomObjectTypeField, using: str, **kwargs) -> None:
    mark_changed(using)


def choice_set_changed(instance, using: str, **kwargs) -> None:
    """Choices are part of definitions, but their table has none of our triggers. The index holds their labels."""
    bump_shared_token()
    for alias in {using, current_alias()}:
        mark_changed(alias)
    for definition in world(using).definitions.values():
        if any(field.choice_set and field.choice_set.id == instance.pk for field in definition.fields):
            ReindexCustomObjectTypeJob.enqueue_for(definition.id, definition.name, using)


def object_deleting(instance, using: str, **kwargs) -> None:
    before_delete(instance, using)
