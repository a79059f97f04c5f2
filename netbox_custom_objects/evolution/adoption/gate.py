"""
Stops `migrate`, before it changes anything, on an installation of the vendor plugin that cannot be taken over.

May import this room and ddl. Must let every other installation through at the cost of a query or two.
"""

from importlib import import_module

from django.core.management.base import CommandError
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from ...constants import APP_LABEL
from ...ddl.target import MAIN_ALIAS, Target
from ...ddl.upkeep.removal import all_tables
from .rows import has_definitions
from .survey import Survey, survey
from .takeover import branch_obstacles, refuse, type_obstacles
from .undo import refuse_return, survey_return

INITIAL = '0001_squashed_0018_initial'
BEFORE_ADOPTION, ADOPTION = '0004_type_deprecation', '0005_adopt_installation'
# The first migration that is ours alone.
FIRST_OF_OURS = '0002_engine'

PACKAGE = 'netboxlabs-netbox-custom-objects'


def before_migrate(using: str = MAIN_ALIAS, plan=(), **kwargs) -> None:
    """
    Refuse to migrate what cannot be taken over (receiver of pre_migrate, for this app alone).

    Raises:
        AdoptionRefused: says what to do first
    """
    steps = {(migration.name, backwards) for migration, backwards in plan if migration.app_label == APP_LABEL}
    if using != MAIN_ALIAS:
        return
    if (INITIAL, True) in steps:
        refuse_leftovers()
    if any(not backwards for _, backwards in steps):
        obstacles, found = look()
        refuse([*obstacles, *type_obstacles(found)])
    target = Target.for_alias(MAIN_ALIAS)
    if (ADOPTION, True) in steps:
        refuse_return(target, only_marked=True)
    elif (BEFORE_ADOPTION, True) in steps and any(entry.is_marked for entry in survey_return(target)):
        refuse(['Some types were taken over by a run that was interrupted. Run adopt_custom_objects --undo first.'])


def refuse_leftovers() -> None:
    """Raise CommandError if tables of types would be left without anything that knows them."""
    if tables := [table for found in all_tables(Target.for_alias(MAIN_ALIAS)).values() for table in found]:
        raise CommandError(
            f'{len(tables)} tables of custom object types would be left behind ({", ".join(tables[:3])}...). '
            'Run "remove_custom_objects" first. Nothing was changed.'
        )


def look() -> tuple[list[str], list[Survey]]:
    """
    Return (what prevents taking over the whole installation, what remains to do for each type).

    Both are empty in an installation that is ours. Works before our migrations have run, and after.
    """
    target = Target.for_alias(MAIN_ALIAS)
    applied = applied_migrations()
    if obstacles := history_obstacles(target, applied):
        # What the tables look like is unknown.
        return obstacles, []
    found = survey(target)
    return branch_obstacles(target) if found or is_untouched(applied) else [], found


def is_untouched(applied: set[str]) -> bool:
    """Whether all migrations of the vendor plugin are applied, and none of ours that come after them."""
    return vendor_migrations() <= applied and FIRST_OF_OURS not in applied


def applied_migrations() -> set[str]:
    """Return the names of the migrations that the database has of this app label."""
    applied = MigrationRecorder(connections[MAIN_ALIAS]).applied_migrations()
    return {name for app_label, name in applied if app_label == APP_LABEL}


def vendor_migrations() -> set[str]:
    """Return the names of the migrations of release 0.7.1."""
    return {name for _, name in _migration(INITIAL).replaces}


def history_obstacles(target: Target, applied: set[str]) -> list[str]:
    """Return a sentence if the migrations that are recorded are not those of release 0.7.1, nor ours."""
    theirs = vendor_migrations()
    missing = sorted(theirs - applied)
    if missing and theirs & applied:
        return [
            f'This is an installation of {PACKAGE} older than 0.7.1, or migrated in part: these of its migrations have '
            f'not been applied: {", ".join(missing)}. Install {PACKAGE} 0.7.1 in place of this package, run migrate '
            f'with it, then change packages and try again.'
        ]
    if missing and INITIAL not in applied and has_definitions(target):
        return [
            'The tables of custom object types exist, but django_migrations has no record of the migrations that '
            'created them. Restore that table from the same backup as the others, then try again.'
        ]
    unknown = sorted(applied - theirs - {INITIAL})
    if unknown and is_untouched(applied):
        return [
            f'This is an installation of {PACKAGE} newer than 0.7.1: these of its migrations are not known here: '
            f'{", ".join(unknown)}. Go back to 0.7.1 with that package first, then try again.'
        ]
    return []


def _migration(name: str):
    return import_module(f'{APP_LABEL}.migrations.{name}').Migration
