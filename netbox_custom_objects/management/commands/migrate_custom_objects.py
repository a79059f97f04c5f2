"""
Runs Django's migrations all or not at all, on one node at a time.

Presentation only: what is done is in evolution.safe_migrate.run.
"""

import sys

from django.core.management.base import BaseCommand, CommandError, no_translations

from ...ddl.target import MAIN_ALIAS
from ...evolution.safe_migrate.run import SafeMigrate, SafeMigrateError

# What is Django's own command's business.
PASSED = ('verbosity', 'interactive', 'no_color', 'force_color', 'stdout', 'stderr')


class Command(BaseCommand):
    help = (
        'Runs migrations like "migrate". If one fails, unapplies those that this run had applied, so that the database '
        'is as it was before. Refuses to start if a migration could not be undone. Runs on one node at a time.'
    )

    def add_arguments(self, parser):
        parser.add_argument('app_label', nargs='?', help='one app only (default: all)')
        parser.add_argument('migration_name', nargs='?', help='only up to this migration of the app')
        parser.add_argument(
            '--plan', '--dry-run', action='store_true', dest='plan', help='show what would be done without doing it'
        )
        parser.add_argument(
            '--allow-irreversible', action='store_true', help='also run migrations that cannot be undone'
        )
        parser.add_argument(
            '--wait', type=float, default=0, metavar='SECONDS', help='how long to wait while another node migrates'
        )
        parser.add_argument('--undo', action='store_true', help='undo what an interrupted run has applied')
        parser.add_argument(
            '--noinput', '--no-input', action='store_false', dest='interactive', help='do not ask for input'
        )

    def get_check_kwargs(self, options):
        # As `migrate` does.
        return {**super().get_check_kwargs(options), 'databases': [MAIN_ALIAS]}

    @no_translations
    def handle(self, *args, app_label, migration_name, plan, undo, **options):
        if undo and (app_label or plan):
            raise CommandError('--undo takes neither an app nor --plan: a run is undone as a whole.')
        passed = {name: options[name] for name in PASSED if name in options}
        # Not self.stdout, which would end each line that Django's command ends later.
        run = SafeMigrate(self.stdout.write, **{'stdout': sys.stdout, **passed})
        try:
            if plan:
                self.print_plan(run.plan(app_label, migration_name))
            elif undo:
                run.undo(options['wait'])
            else:
                run.run(app_label, migration_name, options['wait'], options['allow_irreversible'])
        except SafeMigrateError as error:
            if error.__cause__ is not None:
                # Django's command has left the line open that names the migration.
                self.stdout.write('')
            raise CommandError(str(error)) from error

    def print_plan(self, steps):
        if not steps:
            self.stdout.write('There is nothing to migrate.')
        width = max((len(step.name) for step in steps), default=0)
        for step in steps:
            direction = 'unapply' if step.backwards else 'apply'
            self.stdout.write(f'{direction}  {step.name.ljust(width)}  {step.describe()}')
