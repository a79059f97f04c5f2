"""
Rules that NetBox leaves to us: validators and protection rules under a type's slug, choices that are in use, and rows
of plugins that are not installed.

Called by the receivers in `signals`. May import NetBox's configuration and runtime.
"""

from collections.abc import Iterator

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from extras.utils import run_validators
from netbox.config import get_config
from utilities.data import get_config_value_ci
from utilities.exceptions import AbortRequest

from ..constants import APP_LABEL
from ..ddl.target import MAIN_ALIAS, Target, schema_of
from ..ddl.upkeep.foreign_keys import tables_in_the_way
from ..exceptions import StillReferredTo
from ..field_types import field_type_of
from ..models import CustomObjectTypeField
from ..models.readers import counted, named, readable
from ..runtime.classes.registry import world
from ..runtime.context import current_alias, in_replay


def run_custom_validators(instance) -> None:
    """
    Run what CUSTOM_VALIDATORS holds under `netbox_custom_objects.<slug>`, after the object's own validation.

    NetBox itself knows the name of the model only (`table5model`), which differs from one installation to the next.

    Raises:
        ValidationError: as the validator says
    """
    run_validators(instance, get_config_value_ci(get_config().CUSTOM_VALIDATORS, _key(instance), default=[]))


def run_protection_rules(instance, key: str | None = None) -> None:
    """
    Run what PROTECTION_RULES holds under `netbox_custom_objects.<slug>`, before an object is deleted.

    Args:
        instance: of any model
        key: where to look, if it is not a custom object

    Raises:
        AbortRequest: a rule forbids the deletion
    """
    try:
        run_validators(instance, get_config_value_ci(get_config().PROTECTION_RULES, key or _key(instance), default=[]))
    except ValidationError as error:
        message = _('Deletion is prevented by a protection rule: {message}').format(message=' '.join(error.messages))
        raise AbortRequest(message) from error


def is_target(model: type, using: str) -> bool:
    """Whether fields of the schema behind `using` refer to objects of a model."""
    key = ContentType.objects.get_for_model(model).pk
    fields = CustomObjectTypeField.objects.using(using)
    return fields.filter(Q(related_object_type=key) | Q(related_object_types=key)).exists()


def refuse_used_choices(choice_set, using: str) -> None:
    """
    Keep choices that objects hold from being removed, in main and in the active branch.

    NetBox checks its own custom fields, without a signal that a plugin could hear; hence this is called before the
    choice set is saved.

    Args:
        choice_set: the CustomFieldChoiceSet that is about to be saved
        using: the alias it is saved over

    Raises:
        AbortRequest: a removed choice is in use; NetBox's forms and endpoints show it like a validation error
    """
    before = type(choice_set).objects.using(using).filter(pk=choice_set.pk).first()
    if before is None or in_replay():
        return
    # A fresh instance, because choice sets remember the choices that they had when they were first asked.
    after = type(choice_set)(base_choices=choice_set.base_choices, extra_choices=choice_set.extra_choices)
    if removed := {str(value) for value in before.values} - {str(value) for value in after.values}:
        uses = list(_uses(choice_set.pk, removed))
        if uses:
            shown = [text for text, is_named in uses if is_named]
            message = _('Choices cannot be removed while objects hold them: {choices}. Objects by field: {uses}')
            raise AbortRequest(
                message.format(choices=', '.join(sorted(removed)), uses=named(shown, len(uses) - len(shown)))
            )


def refuse_left_rows(definition, using: str) -> None:
    """
    Keep a type or field that rows of a plugin refer to, if the plugin is not installed: Django does not know them.

    Such tables are in the main schema. In a branch, the deletion is refused as its merge would be.

    Args:
        definition: the CustomObjectType or CustomObjectTypeField that is about to be deleted
        using: the alias it is deleted over

    Raises:
        StillReferredTo: they do
    """
    known = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    main = Target(using, schema_of(MAIN_ALIAS))
    if tables := tables_in_the_way(main, definition._meta.db_table, definition.pk, known):
        raise StillReferredTo(definition, tables)


def _uses(choice_set_id: int, values: set[str]) -> Iterator[tuple[str, bool]]:
    """Yield each field whose objects hold one of the values, with their number, and whether it may be named."""
    for alias in {MAIN_ALIAS: None, current_alias(): None}:
        current = world(alias)
        for definition in current.definitions.values():
            for field in definition.fields:
                if field.choice_set is None or field.choice_set.id != choice_set_id:
                    continue
                model = current.model(definition.id)
                if model is None or field not in model._definition.fields:
                    continue
                held = field_type_of(field).choice_filter(field, sorted(values))
                if found := counted(model.objects.using(alias).filter(**held)):
                    fields = CustomObjectTypeField.objects.using(alias).filter(pk=field.id)
                    yield f'{definition.display_name_plural}: {field.name} ({found})', readable(fields).exists()


def validator_keys(model: type) -> tuple[str, str]:
    """Return the keys under which CUSTOM_VALIDATORS may hold validators of a type: by its slug, and NetBox's own."""
    return _key(model), model._meta.label_lower


def _key(instance) -> str:
    return f'{APP_LABEL}.{instance._definition.slug}'
