"""Tells which scenario of a batch an error or a violation belongs to, so that the others need not be run again."""

import re

from core.models import ObjectChange

from netbox_custom_objects.definitions import type_id_from_model_name

TYPE_ID_RE = re.compile(r'\b(?:custom_objects_|type |table)(\d+)')


def stage_of_sentence(stages, sentence: str):
    """Return the stage whose type a sentence about tables, content types or objects names, or None."""
    ids = {int(found) for found in TYPE_ID_RE.findall(sentence)}
    return next((stage for stage in stages if ids & set(stage.type_ids.values())), None)


def stage_of_error(stages, error: BaseException):
    """Return the stage of the change that was being replayed when an error was raised, or None."""
    traceback, change = error.__traceback__, None
    while traceback is not None:
        for value in traceback.tb_frame.f_locals.values():
            change = value if isinstance(value, ObjectChange) else change
        traceback = traceback.tb_next
    return next((stage for stage in stages if change is not None and _concerns(stage, change)), None)


def _concerns(stage, change) -> bool:
    data = change.postchange_data or change.prechange_data or {}
    model = change.changed_object_type.model
    ids = {
        type_id_from_model_name(model),
        data.get('custom_object_type'),
        change.changed_object_id if model == 'customobjecttype' else None,
    }
    return bool(ids & set(stage.type_ids.values())) or str(data.get('name', '')).startswith(stage.prefix)
