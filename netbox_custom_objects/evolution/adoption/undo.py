"""
The way back to the vendor plugin: decides whether it is open, and returns one type after the other.

May import ddl and what a take-over imports. Resumable like the take-over itself.
"""

import logging
from collections.abc import Callable, Iterator

from django.apps import apps
from django.db import DataError, IntegrityError, transaction

from ...constants import APP_LABEL
from ...ddl.adoption.catalog import FoundTable, read_tables
from ...ddl.adoption.layout import VendorType
from ...ddl.adoption.tables import is_marked
from ...ddl.adoption.undo import give_back as give_back_tables
from ...ddl.introspect import introspect
from ...ddl.locks import lock_definitions
from ...ddl.target import Target
from ...definitions import is_working_column, table_name, type_id_from_model_name
from ...exceptions import SchemaChangeRefused
from ...field_types.base_columns import base_columns
from ...runtime.context import mark_changed
from .rows import clear_rows, has_definitions, read_types
from .survey import Survey, vendor_types
from .takeover import AdoptionRefused, branch_obstacles, refuse

logger = logging.getLogger('netbox.plugins.netbox_custom_objects.evolution')


def survey_return(target: Target) -> list[Survey]:
    """Return what would be returned in a schema, by type id."""
    if not has_definitions(target):
        return []
    theirs = {vendor_type.id for vendor_type in vendor_types(target)[0]}
    types = [vendor_type for vendor_type in read_types(target) if vendor_type.id not in theirs]
    tables = read_tables(target, {name for vendor_type in types for name in vendor_type.tables.values()})
    found = []
    for vendor_type in types:
        table = tables.get(vendor_type.table)
        entry = Survey(vendor_type, is_marked=table is not None and is_marked(table))
        entry.obstacles += _obstacles(target, vendor_type, tables)
        if not entry.obstacles:
            entry.steps += _steps(vendor_type)
            entry.notes += _notes(target, vendor_type)
        found.append(entry)
    return found


def give_back(alias: str, only_marked: bool = False, report: Callable[[str], None] = logger.info) -> int:
    """
    Give the tables of all types the shape that release 0.7.1 of the vendor plugin expects; return how many those were.

    Args:
        alias: connection alias of main or of a branch
        only_marked: do nothing unless a type was taken over from the vendor plugin
        report: called with a sentence for each type that is done

    Raises:
        AdoptionRefused: a type needs what the vendor plugin lacks, and nothing was changed; or one type failed
    """
    target = Target.for_alias(alias)
    found = refuse_return(target, only_marked)
    for number, entry in enumerate(found, 1):
        try:
            _give_back_type(target, entry.type)
        except (SchemaChangeRefused, IntegrityError, DataError) as error:
            raise AdoptionRefused(
                f'Type {entry.type.name} could not be returned: {str(error).strip()}\nTypes before it are done and '
                f'remain so ({number - 1} of {len(found)}). Run this again once the cause is resolved; references to '
                f'objects that do not exist are cleared by upgrade_custom_objects --check-references --repair.'
            ) from error
        report(f'{target}: type {entry.type.name} was returned ({number} of {len(found)}).')
    return len(found)


def refuse_return(target: Target, only_marked: bool = False) -> list[Survey]:
    """
    Return what would be returned; nothing if `only_marked` and no type was taken over.

    Raises:
        AdoptionRefused: something is in the way
    """
    found = survey_return(target)
    if not found or only_marked and not any(entry.is_marked for entry in found):
        return []
    refuse([*(branch_obstacles(target) if target.is_main else ()), *return_obstacles(found)])
    return found


def return_obstacles(found: list[Survey]) -> list[str]:
    """Return sentences about what the vendor plugin cannot hold, with what to do at the end."""
    lines = [f'  {entry.type.name}: {sentence}' for entry in found for sentence in entry.obstacles]
    if not lines:
        return []
    return [
        'Release 0.7.1 of netboxlabs-netbox-custom-objects cannot store all of this:',
        *lines,
        'Delete or convert this first, then try again.',
    ]


def _give_back_type(target: Target, vendor_type: VendorType) -> None:
    mark_changed(target.alias)
    with transaction.atomic(using=target.alias):
        lock_definitions(target)
        give_back_tables(target, vendor_type, _target_tables(vendor_type))
        clear_rows(target, vendor_type)


def _target_tables(vendor_type: VendorType) -> dict[int, str]:
    """Return the table of what each plain reference leads to; without those whose plugin is gone."""
    found = {}
    for item in vendor_type.fields:
        if item.target is None or item.is_polymorphic:
            continue
        app_label, model = item.target
        if app_label == APP_LABEL and (type_id := type_id_from_model_name(model)):
            found[item.id] = table_name(type_id)
            continue
        try:
            found[item.id] = apps.get_model(app_label, model)._meta.db_table
        except LookupError:
            continue
    return found


def _steps(vendor_type: VendorType) -> Iterator[str]:
    for item in vendor_type.fields:
        for move in item.columns:
            yield f'field {item.name}: column {move.ours} of {vendor_type.table} becomes {move.vendor}'
        if item.is_link:
            yield f'field {item.name}: table {item.our_link_table} becomes {item.link_table}'
    yield 'indexes, foreign keys and checks are recreated, and id is an identity column again'


def _obstacles(target: Target, vendor_type: VendorType, tables: dict[str, FoundTable]) -> Iterator[str]:
    for item in vendor_type.fields:
        if not item.is_known:
            yield f'Field {item.name} is of type {item.type}, which the vendor plugin does not have.'
    table = tables.get(vendor_type.table)
    ours = {move.ours for move in vendor_type.columns}
    if table is None or not ours <= set(table.columns) or not set(vendor_type.tables.values()) <= set(tables):
        yield 'Its tables are incomplete; run upgrade_custom_objects first.'
        return
    if any(is_working_column(name) for name in table.columns):
        yield 'A field is being changed; wait for the change to finish, or cancel it.'
    # Columns of the base, and those of deleted fields, keep their names.
    taken = (set(table.columns) - ours) | {column.name for column in base_columns()}
    for item in vendor_type.fields:
        for move in item.columns:
            if move.vendor in taken:
                yield f'Field {item.name} would need the column {move.vendor}, which already exists.'
            taken.add(move.vendor)
            if item.type == 'multiselect' and (length := _longest_choice(target, table.name, move.ours)) > 50:
                yield f'Field {item.name} holds a choice of {length} characters; the vendor plugin allows 50.'


def _longest_choice(target: Target, table: str, column: str) -> int:
    with target.cursor() as cursor:
        cursor.execute(
            f'SELECT coalesce(max(length(item)), 0) FROM "{target.schema}"."{table}", unnest("{column}") item'
        )
        return cursor.fetchone()[0]


def _notes(target: Target, vendor_type: VendorType) -> Iterator[str]:
    for table in introspect(target, vendor_type.id).tables:
        if table.retired:
            yield f'Table {table.name} contains links of a deleted field, and is left as it is.'
        for column in table.columns:
            if column.retired:
                yield f'Column {column.name} of {table.name} contains values of a deleted field, and is left as it is.'
