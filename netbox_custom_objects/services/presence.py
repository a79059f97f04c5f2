"""
What follows when the table of a type comes into use or goes out of it: whether NetBox offers the type, and what hangs
on its objects.

May import models and ddl. Called by `reconcile`, in the transaction of the change, and so for every change of types.
"""

from django.db import transaction

from ..ddl.operations import CreateTable, RestoreTable, RetireTable
from ..ddl.plan import Plan
from ..ddl.target import MAIN_ALIAS, Target
from ..ddl.upkeep.retention import types_in_use
from ..definitions import model_name, table_name
from ..models import CustomObject
from ..models.attachments import give_back, set_aside
from ..models.object_types import hide_object_types, show_object_type


def follow_table(target: Target, type_id: int, plan: Plan) -> None:
    """Do what follows from a plan that was executed."""
    steps = [operation for operation in plan if operation.table == table_name(type_id)]
    if any(isinstance(step, RetireTable) for step in steps):
        set_aside(type_id, target.alias)
        if target.is_main:
            hide_gone()
        else:
            # Main's connection does not see before what goes on in a branch's transaction.
            transaction.on_commit(hide_gone, using=target.alias)
    if any(isinstance(step, CreateTable | RestoreTable) for step in steps):
        show_object_type(type_id, CustomObject, target.alias)
    if any(isinstance(step, RestoreTable) for step in steps):
        give_back(type_id, target.alias)


def hide_gone() -> None:
    """Have NetBox's forms offer no type that is in use in no schema, until it is restored; costs two queries."""
    in_use = types_in_use(Target.for_alias(MAIN_ALIAS))
    hide_object_types(CustomObject, [model_name(type_id) for type_id in in_use])
