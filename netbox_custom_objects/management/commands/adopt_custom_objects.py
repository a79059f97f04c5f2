"""
Takes an installation of the vendor plugin over, says beforehand what that means, and gives it back.

Presentation only: what is done is in evolution.adoption.takeover, adoption_gate and adoption_undo.
"""

import json
import sys

from django.core.management.base import BaseCommand, CommandError

from ...ddl.target import MAIN_ALIAS, Target
from ...evolution.adoption.gate import FIRST_OF_OURS, INITIAL, applied_migrations, look
from ...evolution.adoption.takeover import adopt_installation, branch_obstacles, type_obstacles
from ...evolution.adoption.undo import give_back, return_obstacles, survey_return

GO_ON = (
    'Now run "migrate netbox_custom_objects {initial}", put netboxlabs-netbox-custom-objects 0.7.1 in place of this '
    'package, and start NetBox again. To keep this package instead, run adopt_custom_objects.'
)


class Command(BaseCommand):
    help = (
        'Takes over the types of a netboxlabs-netbox-custom-objects installation that "migrate" has not taken over '
        'yet. With --dry-run, shows what would be done and what prevents it, also before "migrate".'
    )

    def add_arguments(self, parser):
        parser.add_argument('--dry-run', action='store_true', help='change nothing')
        parser.add_argument('--undo', action='store_true', help='return all types to the vendor plugin')
        parser.add_argument('--json', action='store_true', help='print JSON (requires --dry-run)')

    def handle(self, *args, dry_run, undo, **options):
        if options['json'] and not dry_run:
            raise CommandError('--json requires --dry-run.')
        if dry_run:
            return self.report(undo, options['json'])
        if FIRST_OF_OURS not in applied_migrations():
            raise CommandError('Run "migrate" first: it takes all types over. Nothing was changed.')
        if undo:
            count = give_back(MAIN_ALIAS, report=self.stdout.write)
            self.stdout.write(f'{count} types were returned. {GO_ON.format(initial=INITIAL)}')
        elif count := adopt_installation(MAIN_ALIAS, report=self.stdout.write):
            self.stdout.write(f'{count} types were taken over. Run "migrate" if it was interrupted.')
        else:
            self.stdout.write('There is nothing to take over.')

    def report(self, undo: bool, as_json: bool) -> None:
        """Print what would be done, and end with status 1 if something is in the way."""
        if undo:
            target = Target.for_alias(MAIN_ALIAS)
            found = survey_return(target)
            obstacles = branch_obstacles(target)
            in_types = return_obstacles(found)
        else:
            obstacles, found = look()
            in_types = type_obstacles(found)
        if as_json:
            self.stdout.write(json.dumps({'obstacles': obstacles, 'types': list(map(entry_of, found))}, indent=2))
        else:
            self.print_types(found)
            for sentence in (*obstacles, *in_types):
                self.stdout.write(sentence)
            self.stdout.write(self.summary(found, undo, bool(obstacles or in_types)))
        if obstacles or in_types:
            sys.exit(1)

    def print_types(self, found) -> None:
        for entry in found:
            self.stdout.write(f'{entry.type.name} (type {entry.type.id})')
            for sentence in entry.steps:
                self.stdout.write(f'  {sentence}')
            for sentence in entry.notes:
                self.stdout.write(f'  note: {sentence}')

    def summary(self, found, undo: bool, is_blocked: bool) -> str:
        if is_blocked:
            return 'Nothing was changed. Resolve these problems first.'
        if not found:
            return 'Nothing would be changed.'
        how = 'adopt_custom_objects --undo' if undo else 'migrate'
        return f'Nothing was changed. Of {len(found)} types, none has problems; run "{how}" to do this.'


def entry_of(survey) -> dict:
    return {
        'id': survey.type.id,
        'name': survey.type.name,
        'steps': survey.steps,
        'obstacles': survey.obstacles,
        'notes': survey.notes,
    }
