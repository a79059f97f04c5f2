"""
Receivers: definition rows changed, so tables and classes follow; objects are deleted, so references are released.

RECEIVERS, at the end, says what is called when; `early` connects it ahead of NetBox's own receivers. All of them obey
`using` and run for raw saves too: a replayed change is a change like any other (host-facts 8, trap 7).
"""

from contextlib import nullcontext

from django.core.exceptions import ValidationError
from django.db.models import F
from django.db.models.functions import Greatest
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save
from django.utils import timezone
from rq import get_current_job

from netbox.search.backends import search_backend
from netbox.signals import post_clean

from .constants import Sender
from .ddl.locks import lock_definitions
from .ddl.target import Target
from .definitions import payload_key
from .exceptions import ConcurrentChange, SchemaChangeRefused
from .jobs import ReindexCustomObjectTypeJob
from .models import CustomObjectType, CustomObjectTypeField
from .models.change_data import keep_retired, parked_objects, take_parked_objects, take_retired
from .models.concurrency import meeting
from .models.kept_files import is_image, keep_file, note_file
from .models.records import write_waiting
from .models.revision import bump_shared_token
from .models.rows.convert import field_definition
from .models.validation.computed import refuse_read_conversion, refuse_read_field
from .models.validation.conditions import refuse_broken_conditions, refuse_field_of_conditions
from .models.validation.constraints import constraints_of, refuse_broken_constraints, refuse_used_field
from .models.validation.fields import types_in_use
from .models.validation.rollups import refuse_counted_conversion, refuse_counted_field, rolled_up_targets
from .models.validation.surroundings import replayed_rows
from .runtime.classes.registry import world
from .runtime.context import current_alias, has_moved, in_replay, mark_changed
from .runtime.inbound.holding import hold_links, hold_objects, hold_references
from .runtime.inbound.references import before_delete
from .runtime.reading.retired import take_out, write_back
from .runtime.relations.many import insert_links
from .runtime.released import Rule, release, take_back
from .services.constraints import refuse_offended, release_violated
from .services.dependents import follow_rename, refuse_inheritance
from .services.limits import refuse_outside
from .services.reconcile import reconcile
from .services.rules import (
    is_target,
    refuse_left_rows,
    refuse_used_choices,
    run_custom_validators,
    run_protection_rules,
)

# What of a constraint says which objects meet it.
RULE_ATTRIBUTES = ('type', 'field_ids', 'case_insensitive', 'nulls_distinct', 'condition', 'expression')
# What of a computed field says how its values are calculated.
CALCULATING_ATTRIBUTES = ('expression', 'result_type', 'decimal_digits', 'decimal_places')
# What of a field decides what the search index holds of its values.
INDEXED_ATTRIBUTES = (
    'name', 'type', 'search_weight', 'expression', 'result_type', 'decimal_digits', 'decimal_places',
)  # fmt: skip


def definitions_changing(instance, using: str, **kwargs) -> None:
    """A row that definitions are made of is about to be written or deleted."""
    rows = replayed_rows()
    if not rows.is_locked(using):
        lock_definitions(Target.for_alias(using))
    if not instance._state.adding:
        rows.changing(instance)


def rules_saving(instance, using: str, **kwargs) -> None:
    """
    A field or constraint is about to be saved, and was validated before the right to change definitions was held.

    Raises:
        ConcurrentChange: what it reads was deleted or converted meanwhile, or what reads it was added
    """
    # A job that switches a field over has checked the values itself.
    if in_replay() or get_current_job() is not None or not has_moved(using):
        return
    try:
        instance.clean()
    except ValidationError as error:
        raise meeting(ConcurrentChange()) from error


def definition_deleting(instance, using: str, **kwargs) -> None:
    """
    A type or field is about to be deleted; rows of plugins that are not installed may refer to it.

    That objects refer to types or fields is rare. It is asked first: each deletion makes another World, for nothing.
    """
    refuse_left_rows(instance, using)
    if is_target(type(instance), using):
        object_deleting(instance, using, **kwargs)


def field_deleting(instance: CustomObjectTypeField, using: str, **kwargs) -> None:
    """A field is about to be deleted; a rule that reads it would have no effect."""
    if not in_replay():
        refuse_used_field(instance, using)
        refuse_read_field(instance, using)
        refuse_counted_field(instance, using)
        refuse_field_of_conditions(instance, using)


def field_saving(instance: CustomObjectTypeField, **kwargs) -> None:
    """A field is about to be saved; a record from before a take-over, which may bring it back, knows no payload key."""
    if instance._state.adding and not instance.payload_key:
        instance.payload_key = payload_key(instance.name, instance.pk)


def field_cleaned(instance: CustomObjectTypeField, **kwargs) -> None:
    """A field is validated: permissions may hold its new name of another field, and constraints may need its type."""
    # A field may take back a name that it had before: the permissions were made for it.
    is_new_name = instance._state.adding or instance.name not in (instance._loaded_name, *instance.former_names)
    if in_replay():
        return
    using = instance._state.db or current_alias()
    if is_new_name:
        refuse_inheritance(instance, using)
    if instance.converted or instance.expression:
        # Constraints are calculated from what the computed fields are that they read.
        refuse_broken_constraints(instance, using)
    if instance.converted:
        refuse_read_conversion(instance, using)
        refuse_counted_conversion(instance, using)
        refuse_broken_conditions(instance, using)


def type_changed(instance: CustomObjectType, using: str, created: bool | None = None, **kwargs) -> None:
    """A type was saved, or deleted (`created` is None)."""
    _follow(instance, using, instance.pk, created)
    if created is None or (not created and has_changed(instance, 'display_expression')):
        ReindexCustomObjectTypeJob.enqueue_for(instance.pk, using)


def field_changed(
    instance: CustomObjectTypeField, using: str, created: bool | None = None, raw: bool = False, **kwargs
) -> None:
    """A field was saved, or deleted (`created` is None)."""
    types = CustomObjectType.objects.using(using).filter(pk=instance.custom_object_type_id)
    types.update(next_schema_id=Greatest(F('next_schema_id'), instance.schema_id or 0), cache_timestamp=timezone.now())
    if created is None or has_changed(instance, 'unique', 'type'):
        is_asked = created is not None and (instance.unique or instance.field_type.is_always_unique)
        _release_until_end(Rule(instance.pk, of_field=True), instance.custom_object_type_id, is_asked)
    if created is False and instance.expression and has_changed(instance, *CALCULATING_ATTRIBUTES):
        _enforce_on_calculated(instance, using)
    _follow(instance, using, instance.custom_object_type_id, created)
    if created is False and instance._loaded_name not in (None, instance.name):
        follow_rename(instance, using)
    # A new field is empty, unless it has a default or its column comes back with the values that it held.
    filled = not created or raw or instance.default is not None or instance.field_type.is_computed
    if filled and (created is not False or has_changed(instance, *INDEXED_ATTRIBUTES)):
        ReindexCustomObjectTypeJob.enqueue_for(instance.custom_object_type_id, using)


def _follow(instance, using: str, type_id: int, created: bool | None) -> None:
    """Have the tables of a type follow; a replay may leave those of what is new for later."""
    rows = replayed_rows()
    if created is None:
        rows.deleted(instance)
    else:
        rows.written(instance, created)
    has_default = created is None and isinstance(instance, CustomObjectTypeField) and instance.default is not None
    with rows.creating() if created else nullcontext():
        reconcile(using, type_id, deleted=field_definition(instance) if has_default else None)


def constraint_changed(instance, using: str, created: bool | None = None, **kwargs) -> None:
    """A constraint was saved, or deleted (`created` is None)."""
    if created is not None and not in_replay() and has_changed(instance, *RULE_ATTRIBUTES):
        mark_changed(using)
        refuse_offended(instance.custom_object_type_id, [Rule(instance.pk)], using)
    _release_until_end(Rule(instance.pk), instance.custom_object_type_id, is_asked=created is not None)
    _follow(instance, using, instance.custom_object_type_id, created)


def _enforce_on_calculated(field: CustomObjectTypeField, using: str) -> None:
    """A computed field is calculated in another way, and so are the constraints that read it."""
    rules = [Rule(constraint.id) for constraint in constraints_of(field, using)]
    if in_replay():
        for rule in rules:
            release(rule, field.custom_object_type_id)
    elif rules:
        mark_changed(using)
        refuse_offended(field.custom_object_type_id, rules, using)


def _release_until_end(rule: Rule, type_id: int, is_asked: bool) -> None:
    """In a replay, leave a new rule until its end (`branching.replay`): objects may come into line later, or go."""
    if is_asked and in_replay():
        release(rule, type_id)
    else:
        take_back(rule)


def has_changed(instance, *names: str) -> bool:
    """Whether one of these attributes differs from the last snapshot, or there is none."""
    before = getattr(instance, '_prechange_snapshot', None)
    return before is None or any(before.get(name) != getattr(instance, name) for name in names)


def targets_changed(instance, using: str, action: str, **kwargs) -> None:
    """The types that a polymorphic field may refer to were changed."""
    if action.startswith('post_'):
        mark_changed(using)


def targets_leaving(instance, using: str, action: str, reverse: bool, pk_set: set[int] | None, **kwargs) -> None:
    """
    Types are being taken away from a polymorphic field, all of them if `pk_set` is None: not those that values have.

    Raises:
        SchemaChangeRefused: values do, or rollups need them
    """
    if action not in ('pre_remove', 'pre_clear') or reverse or in_replay():
        return  # in a replay the values may change after the field
    stored = CustomObjectTypeField.objects.using(using).get(pk=instance.pk)
    removed = [target for target in stored.intended_targets() if pk_set is None or target.pk in pk_set]
    if message := rolled_up_targets(stored, removed) or types_in_use(stored, removed):
        raise SchemaChangeRefused(str(message))


def object_saving(instance, using: str, update_fields=None, **kwargs) -> None:
    """A custom object is about to be written: what it refers to must stay until that is committed."""
    if in_replay():
        release_violated(instance, using)
    linked = parked_objects(instance) if instance._state.adding else {}
    hold_references(instance, using, update_fields, [target for targets in linked.values() for target in targets])


def links_adding(sender: type, instance, model: type, pk_set: set[int], using: str, action: str, **kwargs) -> None:
    """Objects are about to be linked, from either side; polymorphic links, whose targets are of many models, apart."""
    if action == 'pre_add' and model is not sender:
        hold_links(instance, model, pk_set, using)


def links_changed(instance, using: str, action: str, reverse: bool, **kwargs) -> None:
    """An object was linked or unlinked, perhaps without being saved: the index holds the names of what it links to."""
    if not reverse and action.startswith('post_') and getattr(instance, '_type_id', None) is not None:
        search_backend.caching_handler(type(instance), instance, created=False, using=using)


def choice_set_changing(instance, using: str, raw: bool = False, **kwargs) -> None:
    if not raw:
        refuse_used_choices(instance, using)


def choice_set_changed(instance, using: str, **kwargs) -> None:
    """Choices are part of definitions, but their table has none of our triggers. The index holds their labels."""
    bump_shared_token()
    for alias in {using, current_alias()}:
        mark_changed(alias)
    for definition in world(using).definitions.values():
        if any(field.choice_set and field.choice_set.id == instance.pk for field in definition.fields):
            ReindexCustomObjectTypeJob.enqueue_for(definition.id, using)


def change_recorded(**kwargs) -> None:
    """A change record is about to be saved by itself: those that wait came before it."""
    write_waiting()


def object_created(instance, using: str, created: bool, **kwargs) -> None:
    """A custom object was saved: what came with a new one for other tables is written, too."""
    if not created:
        return
    links = take_parked_objects(instance)
    hold_objects((target for targets in links.values() for target in targets), using)
    insert_links(instance, links, using)
    if values := take_retired(instance):
        write_back(instance, values, using)


def object_cleaned(instance, **kwargs) -> None:
    if not in_replay():
        refuse_outside(instance)
    run_custom_validators(instance)


def object_deleting(instance, using: str, origin=None, **kwargs) -> None:
    """An object of any model is about to be deleted."""
    if getattr(instance, '_type_id', None) is not None:
        run_protection_rules(instance)
        keep_retired(instance, take_out(instance, using))
    if is_image(instance):
        note_file(instance, using)
        if in_replay():
            keep_file(instance)
    before_delete(instance, using, origin)


# Signal -> sender -> what is called, in this order; without an entry of its own, a sender has that of ANY.
RECEIVERS = {
    pre_save: {
        Sender.TYPE: (definitions_changing,),
        Sender.FIELD: (definitions_changing, rules_saving, field_saving),
        Sender.CONSTRAINT: (definitions_changing, rules_saving),
        Sender.CHOICE_SET: (definitions_changing, choice_set_changing),
        Sender.CHANGE_RECORD: (change_recorded,),
        Sender.OBJECT: (object_saving,),
    },
    post_save: {
        Sender.TYPE: (type_changed,),
        Sender.FIELD: (field_changed,),
        Sender.CONSTRAINT: (constraint_changed,),
        Sender.CHOICE_SET: (choice_set_changed,),
        Sender.OBJECT: (object_created,),
    },
    pre_delete: {
        Sender.TYPE: (definitions_changing, definition_deleting),
        Sender.FIELD: (definitions_changing, definition_deleting, field_deleting),
        Sender.CONSTRAINT: (definitions_changing, object_deleting),
        Sender.CHOICE_SET: (definitions_changing, object_deleting),
        Sender.ANY: (object_deleting,),
    },
    post_delete: {
        Sender.TYPE: (type_changed,),
        Sender.FIELD: (field_changed,),
        Sender.CONSTRAINT: (constraint_changed,),
        Sender.CHOICE_SET: (choice_set_changed,),
    },
    m2m_changed: {
        Sender.FIELD_TARGETS: (targets_leaving, targets_changed),
        Sender.LINK: (links_adding, links_changed),
    },
    post_clean: {
        Sender.FIELD: (field_cleaned,),
        Sender.OBJECT: (object_cleaned,),
    },
}
