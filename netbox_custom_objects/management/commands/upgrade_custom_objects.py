"""
Checks custom object types in main and in branches, and repairs tables, and references to objects that do not exist.

Presentation only: what is done is in evolution.heal and services.upkeep.integrity.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import nullcontext

from django.core.management.base import BaseCommand, CommandError

from netbox.context_managers import event_tracking

from ... import settings
from ...ddl.target import MAIN_ALIAS
from ...evolution.heal import Wishes, heal
from ...exceptions import RestoreRefused, SchemaChangeRefused
from ...jobs import ReindexCustomObjectTypeJob
from ...runtime.classes.registry import world
from ...services.attention.deprecated import find_deprecated
from ...services.attention.display_expressions import unused_expressions
from ...services.attention.ignored_rules import ignored_constraints, ignored_rules, unique_fields_ignored
from ...services.deleted.definitions import RecordedDeletion, choose, find_restorable, restore
from ...services.dependents import find_unresolved
from ...services.upkeep.integrity import find_dangling, release
from ...services.upkeep.purge import purge
from ...services.upkeep.rewriting import rewrite_where_worth_it
from ...services.upkeep.schemas import MAIN, OpenSchema
from ..options import chosen_schemas, request_of

ALL = 'all'
WISHES = ('finalize', 'convert', 'retire')


class Command(BaseCommand):
    help = (
        'Compares the tables of custom object types with their definitions, and with what this release of NetBox '
        'needs, in main and in every open branch, and repairs what can be repaired without confirmation. '
        'With --check-references: finds references to objects that do not exist. '
        'Exit status: 0 if no problems remain, 1 otherwise.'
    )

    def add_arguments(self, parser):
        parser.add_argument('--dry-run', action='store_true', help='show what would be done without doing it')
        parser.add_argument('--cot', metavar='NAME|ID', help='one custom object type only')
        parser.add_argument('--branch', metavar=f'NAME|{MAIN}|{ALL}', default=ALL, help=f'default: {ALL}, with main')
        parser.add_argument('--finalize', action='store_true', help='require values where all objects have one')
        parser.add_argument('--convert', action='store_true', help='convert columns that NetBox needs as another type')
        parser.add_argument('--retire', action='store_true', help='retire columns that NetBox no longer needs')
        parser.add_argument(
            '--purge',
            nargs='?',
            type=int,
            const=-1,
            metavar='DAYS',
            help='permanently drop what was deleted more than DAYS ago (default: the setting retention_days)',
        )
        parser.add_argument(
            '--restore',
            nargs='?',
            const='',
            metavar='NAME',
            help='restore a deleted type or field with its values: "type", "type.field", or the name of the table '
            'or column, e.g. "f_7"; without a name, list what can be restored. In main, unless --branch is given',
        )
        parser.add_argument('--due', action='store_true', help='list what is deprecated, and what is due for removal')
        parser.add_argument(
            '--check-references', action='store_true', help='find references to objects that do not exist'
        )
        parser.add_argument(
            '--repair', action='store_true', help='with --check-references: clear them and log each change'
        )
        parser.add_argument(
            '--user', help='user that the change log names for --repair and --restore (default: the first superuser)'
        )
        parser.add_argument('--json', action='store_true', help='print JSON')

    def handle(self, *args, **options):
        if options['dry_run'] and any(options[name] for name in WISHES):
            raise CommandError('--dry-run changes nothing: leave out --finalize, --convert and --retire.')
        if options['repair'] and (not options['check_references'] or options['dry_run']):
            raise CommandError('--repair requires --check-references, and cannot be combined with --dry-run.')
        if options['purge'] is not None:
            return self.report(self.purge(options), options['json'])
        if options['restore'] is not None:
            return self.report(self.restore(options), options['json'])
        schemas = chosen_schemas(options['branch'], every=ALL)
        types = {schema: self.chosen_types(schema, options['cot']) for schema in schemas}
        if options['cot'] and not any(types.values()):
            raise CommandError(f'Custom object type "{options["cot"]}" does not exist.')
        check = self.check_references if options['check_references'] else self.check_tables
        check = self.list_deprecated if options['due'] else check
        self.report([entry for schema in schemas for entry in check(schema, types[schema], options)], options['json'])

    def report(self, found: list[dict], as_json: bool) -> None:
        """Print what was found, and end with the status that says whether anything is left."""
        if as_json:
            self.stdout.write(json.dumps(found, indent=2))
        else:
            self.print_found(found)
        if any(not entry['done'] for entry in found):
            sys.exit(1)

    def purge(self, options) -> list[dict]:
        """Return one entry for each deleted thing that is old enough, done if it was dropped."""
        days = options['purge'] if options['purge'] >= 0 else settings.get('retention_days')
        type_ids = None
        if options['cot']:
            # A deleted type has no name any more.
            by_name = world(MAIN_ALIAS).by_name.get(options['cot'])
            if by_name is None and not options['cot'].isdigit():
                raise CommandError(
                    f'Custom object type "{options["cot"]}" does not exist; specify a deleted type by its ID.'
                )
            type_ids = {by_name.id if by_name else int(options['cot'])}
        return [
            {
                'schema': purged.schema,
                'type': str(purged.item.type_id),
                'what': f'Drop {purged.item.describe()}.' + (f' Failed: {purged.error}.' if purged.error else ''),
                'done': purged.done,
            }
            for purged in purge(days, type_ids, options['dry_run'])
        ] + [
            {
                'schema': rewritten.schema,
                'type': str(rewritten.usage.type_id),
                'what': rewritten.describe() + (f' Failed: {rewritten.error}' if rewritten.error else ''),
                'done': rewritten.done,
            }
            for rewritten in rewrite_where_worth_it(type_ids, options['dry_run'])
        ]

    def restore(self, options) -> list[dict]:
        """Bring back what is named; or return one entry for each deleted thing that can be brought back."""
        if not options['restore']:
            return [
                self.restored_entry(deletion, f'{deletion.describe()}.', note=True)
                for schema in chosen_schemas(options['branch'], every=ALL)
                for deletion in find_restorable(schema)
            ]
        schema = chosen_schemas(MAIN if options['branch'] == ALL else options['branch'], every=ALL)[0]
        request = nullcontext() if options['dry_run'] else event_tracking(request_of(options['user']))
        try:
            with schema.activate():
                deletion = choose(schema, options['restore'])
                with request:
                    restored = restore(deletion, options['dry_run'])
                if not options['dry_run']:
                    ReindexCustomObjectTypeJob.enqueue_for(deletion.type_id, schema.alias)
        except (RestoreRefused, SchemaChangeRefused) as error:
            raise CommandError(str(error)) from error
        what = f'Restore {deletion.describe()}. {restored.describe()}'.rstrip()
        return [self.restored_entry(deletion, what, done=not options['dry_run'])]

    def restored_entry(self, deletion: RecordedDeletion, what: str, done: bool = True, note: bool = False) -> dict:
        type_name = deletion.name.partition('.')[0]
        return {'schema': deletion.schema.name, 'type': type_name, 'what': what, 'done': done, 'note': note}

    def list_deprecated(self, schema: OpenSchema, type_ids, options) -> list[dict]:
        """Return one entry for each deprecated type and field; what is due is left to be done."""
        with schema.activate():
            return [
                {
                    'schema': schema.name,
                    'type': entry.type.name,
                    'what': entry.describe(),
                    'done': not entry.is_due,
                    'note': not entry.is_due,
                }
                for entry in find_deprecated(schema.alias, type_ids)
            ]

    def chosen_types(self, schema: OpenSchema, wanted: str | None) -> set[int] | None:
        """Return the ids of the types to look at in a schema, None for all of them and what is left of others."""
        if wanted is None:
            return None
        definitions = world(schema.alias).all_definitions.values()
        return {definition.id for definition in definitions if wanted in (definition.name, str(definition.id))}

    def check_tables(self, schema: OpenSchema, type_ids, options) -> list[dict]:
        """Return one entry for each thing that was out of line, done if it is in order now."""
        wishes = Wishes(*(options[name] for name in WISHES))
        with schema.activate():
            entries = heal(schema, type_ids, wishes, options['dry_run'])
            rules = list(self.check_rules(schema, type_ids))
        return (
            rules
            + self.list_unused_expressions(schema, type_ids)
            + [
                {
                    'schema': entry.schema,
                    'type': entry.type,
                    'what': f'{entry.what} {entry.error}'.rstrip(),
                    'done': entry.done,
                    'note': entry.is_note,
                }
                for entry in entries
            ]
        )

    def list_unused_expressions(self, schema: OpenSchema, type_ids) -> list[dict]:
        """Return one entry for each thing that keeps a display expression from being used."""
        return [
            {
                'schema': schema.name,
                'type': definition.name,
                'what': f'The display expression is not used. {problem}',
                'done': False,
                'note': False,
            }
            for definition, problem in unused_expressions(schema, type_ids)
        ]

    def check_rules(self, schema: OpenSchema, type_ids) -> Iterator[dict]:
        """Yield one entry for each constraint of a permission that grants nothing, and each rule without effect."""
        for found in find_unresolved(schema.alias):
            if type_ids is None or found.definition.id in type_ids:
                yield self.rule_entry(schema, found.definition, found.describe())
        for definition in world(schema.alias).definitions.values():
            if type_ids is None or definition.id in type_ids:
                for field in definition.fields:
                    for text in ignored_rules(field, definition):
                        yield self.rule_entry(schema, definition, f'Field "{field.name}": {text}', note=True)
                for field, text in unique_fields_ignored(definition, schema.alias):
                    yield self.rule_entry(schema, definition, f'Field "{field.name}": {text}', note=True)
                for rule, text in ignored_constraints(definition, schema.alias):
                    yield self.rule_entry(schema, definition, f'Constraint "{rule.name}": {text}', note=True)

    @staticmethod
    def rule_entry(schema: OpenSchema, definition, what: str, note: bool = False) -> dict:
        return {'schema': schema.name, 'type': definition.name, 'what': what, 'done': note, 'note': note}

    def check_references(self, schema: OpenSchema, type_ids, options) -> list[dict]:
        """Return one entry for each reference that leads nowhere, done if it was cleared."""
        definitions = world(schema.alias).definitions
        with schema.activate():
            found = left = {dangling.key: dangling for dangling in find_dangling(schema.alias, type_ids)}
            if options['repair'] and found:
                with event_tracking(request_of(options['user'])):
                    release(schema.alias, found.values())
                # Only some of each field are found at once.
                left = {dangling.key: dangling for dangling in find_dangling(schema.alias, type_ids)}
        return [
            {
                'schema': schema.name,
                'type': definitions[dangling.type_id].name,
                'what': dangling.describe(definitions[dangling.type_id].display_name),
                'url': None if dangling.is_orphan else self.url(schema, dangling),
                'done': key not in left,
            }
            for key, dangling in {**found, **left}.items()
        ]

    def url(self, schema: OpenSchema, dangling) -> str:
        model = world(schema.alias).model(dangling.type_id)
        return model._get_action_url(kwargs={'pk': dangling.object_id})

    def print_found(self, found: list[dict]) -> None:
        if not found:
            self.stdout.write('No problems found.')
        width = max((len(entry['schema']) for entry in found), default=0)
        for entry in found:
            line = f'{entry["schema"].ljust(width)}  {entry["type"]}: {entry["what"]}'
            if entry.get('url'):
                line += f' See {entry["url"]}.'
            self.stdout.write(f'{line} Done.' if entry['done'] and not entry.get('note') else line)
