"""
Keeps every other change off a column for which a staged change is under way: edits, merges and repairs alike.

May import ddl and models. Must cost nothing for plans that touch no existing column.
"""

from django.db import DEFAULT_DB_ALIAS
from django.utils.translation import gettext as _

from ...ddl.executor import is_catalog_only
from ...ddl.operations import AlterColumnType, RetireColumn, RetireTable
from ...ddl.plan import Plan
from ...definitions import field_id_from_column_name
from ...exceptions import SchemaChangeRefused
from ...models import StagedChange


def refuse_while_staged(alias: str, type_id: int, plan: Plan) -> None:
    """
    Raise SchemaChangeRefused if a plan converts or retires what a staged change is working on.

    Args:
        alias: of the schema
        type_id: of the type
        plan: what is about to be executed
    """
    steps = [
        step
        for step in plan
        if isinstance(step, (RetireColumn, RetireTable))
        or (isinstance(step, AlterColumnType) and not is_catalog_only(step))
    ]
    if not steps:
        return
    fields = {field_id_from_column_name(step.column.name) for step in steps if not isinstance(step, RetireTable)}
    tables = {step.table for step in steps if isinstance(step, RetireTable)}
    changes = StagedChange.objects.using(DEFAULT_DB_ALIAS).unfinished(alias).filter(type_id=type_id)
    for change in changes.defer('offenders'):
        if change.field_id in fields or change.table in tables:
            raise SchemaChangeRefused(
                _('{field} is being changed step by step ({change}). Finish, undo or cancel that change first.').format(
                    field=change.field_name, change=change.describe()
                )
            )
