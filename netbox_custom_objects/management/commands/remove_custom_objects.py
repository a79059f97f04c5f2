"""
Removes all custom object types from the database, before the plugin itself is removed.

Presentation only: what is done is in services.removal.remove.
"""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from ...exceptions import SchemaLocked
from ...services.removal.remove import RemovalRefused, refuse_branches, remove

NEXT = (
    'Now run "migrate netbox_custom_objects zero", take netbox_custom_objects out of PLUGINS, and uninstall the '
    'package. See docs/operations/uninstall.md.'
)


class Command(BaseCommand):
    help = (
        'Exports all custom object types with their objects, then removes them for good: tables, also those that are '
        'kept after a deletion, and journal entries, tags, permissions, custom fields, saved filters, change records '
        'and other rows of NetBox that refer to them.'
    )

    def add_arguments(self, parser):
        parser.add_argument('--dry-run', action='store_true', help='show what would be removed without removing it')
        parser.add_argument('--export', metavar='DIRECTORY', help='write a JSON file for each type to this directory')
        parser.add_argument('--no-export', action='store_true', help='remove everything without an export')
        parser.add_argument('--no-input', action='store_true', help='do not ask for confirmation')

    def handle(self, *args, dry_run, no_export, no_input, **options):
        directory = options['export']
        if not dry_run and bool(directory) == no_export:
            raise CommandError('Give either --export DIRECTORY or --no-export.')
        try:
            refuse_branches()
            if not dry_run and not no_input and input('Type "remove" to remove everything: ') != 'remove':
                raise CommandError('Nothing was removed.')
            removed = remove(
                dry_run,
                report=lambda text: self.stdout.write(f'{text}.'),
                directory=Path(directory) if directory and not dry_run else None,
            )
        except (RemovalRefused, SchemaLocked, DatabaseError, OSError) as error:
            raise CommandError(f'{str(error).strip()} Nothing was removed.') from error
        for table, count in sorted(removed.rows.items()):
            self.stdout.write(f'{table}: {count} rows')
        self.stdout.write('Nothing was removed (dry run).' if dry_run else f'Removed. {NEXT}')
