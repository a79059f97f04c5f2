"""
Exports custom object types as a document, compares documents with an instance, applies them, and installs models.

Presentation only: what is done is in `schema`.
"""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from netbox.context_managers import event_tracking

from ...exceptions import ConcurrentChange, SchemaLocked
from ...models import CustomObjectType
from ...schema import reading
from ...schema.comparator import COTDiff
from ...schema.errors import ChangedSinceExport, DestructiveChangesError, DocumentError, Fault, InvalidDocument
from ...schema.executor import apply
from ...schema.exporter import export_types, to_json, to_yaml
from ...schema.format import SCHEMA_FORMAT_VERSION
from ...schema.notation import describe_diff, describe_error, describe_preview
from ...schema.preview import DocumentPreview, preview_document
from ...services.upkeep.schemas import MAIN, OpenSchema
from ..gallery import GalleryActions
from ..options import chosen_schemas, request_of

DIFFERENT, INVALID = 1, 2
STDIN = '-'
# What the refusal of a document can be answered with.
OPTIONS = {ChangedSinceExport: '--ignore-base', DestructiveChangesError: '--allow-destructive'}
SIGNS = {'add': '+', 'alter': '~', 'remove': '-'}


class Command(GalleryActions, BaseCommand):
    help = (
        'Exports custom object types as a document (JSON, or YAML by the name of the file), shows what applying '
        'documents would do, or applies them together, all or nothing. '
        'gallery list, gallery show NAME and gallery install NAME are about the models that ship with the plugin. '
        'Exit status: 0 if nothing differs, or the differences were applied; 1 if a preview finds differences; '
        '2 if a document is invalid or was refused.'
    )

    def add_arguments(self, parser):
        # Files may stand before and after options.
        parser.parse_args = parser.parse_intermixed_args
        parser.add_argument('action', choices=('export', 'preview', 'apply', 'gallery'))
        parser.add_argument('files', nargs='*', metavar='FILE', help=f'document; {STDIN} for standard input or output')
        parser.add_argument('--rows', action='store_true', help='install a model of the gallery with sample objects')
        parser.add_argument('--type', action='append', metavar='SLUG', help='export this type only; can be repeated')
        parser.add_argument(
            '--no-referred', action='store_true', help='export no other types, and fail if they are needed'
        )
        parser.add_argument('--branch', metavar=f'NAME|{MAIN}', default=MAIN, help=f'default: {MAIN}')
        parser.add_argument('--allow-destructive', action='store_true', help='remove fields, too')
        parser.add_argument(
            '--ignore-base', action='store_true', help='apply even if types have changed since the export'
        )
        parser.add_argument('--user', help='user that the change log names (default: the first superuser)')
        parser.add_argument('--json', action='store_true', help='print JSON')

    def handle(self, *args, action, files, **options):
        schema = chosen_schemas(options['branch'], returncode=INVALID)[0]
        if action == 'export':
            return self.export(schema, files, options)
        try:
            if action == 'gallery':
                with schema.activate():
                    return self.gallery(files, options)
            document, warnings = self.read(files)
            with schema.activate():
                if action == 'preview':
                    return self.preview(document, options)
                self.apply(document, warnings, options)
        except DocumentError as error:
            self.refuse(error, options)
        except (SchemaLocked, ConcurrentChange) as error:
            raise CommandError(str(error), returncode=INVALID) from error

    def export(self, schema: OpenSchema, files, options) -> None:
        if len(files) > 1:
            raise CommandError('Specify one file at most.', returncode=INVALID)
        file = files[0] if files else STDIN
        with schema.activate():
            types = CustomObjectType.objects.all()
            if options['type']:
                types = types.filter(slug__in=options['type'])
                if missing := sorted(set(options['type']) - {type_.slug for type_ in types}):
                    message = f'Custom object type "{missing[0]}" does not exist.'
                    raise CommandError(message, returncode=INVALID)
            try:
                document = export_types(types, with_referred=not options['no_referred'])
            except DocumentError as error:
                self.refuse(error, options)
        as_json = options['json'] or file.endswith('.json')
        text = to_json(document) if as_json else to_yaml(document)
        if file == STDIN:
            self.stdout.write(text, ending='')
        else:
            Path(file).write_text(text)

    def read(self, files: list[str]) -> tuple[dict, list[str]]:
        """Return the documents of all files as one, and warnings; raise InvalidDocument with the faults of all."""
        if not files:
            raise CommandError('Specify at least one file.', returncode=INVALID)
        found = {'schema_version': SCHEMA_FORMAT_VERSION, 'choice_sets': [], 'types': []}
        faults, warnings = [], []
        self.places = {'choice_sets': [], 'types': []}
        for file in files:
            try:
                document = reading.parse(sys.stdin.buffer.read() if file == STDIN else Path(file).read_bytes())
                warnings += [f'{file}: {warning}' for warning in reading.check(document)]
            except OSError as error:
                raise CommandError(f'{file}: {error.strerror}.', returncode=INVALID) from error
            except InvalidDocument as error:
                faults += [Fault((file, *fault.path), fault.message, fault.kind) for fault in error.faults]
                continue
            for group, places in self.places.items():
                places += [(file, index) for index in range(len(document.get(group, [])))]
                found[group] += document.get(group, [])
        if faults:
            raise InvalidDocument(faults)
        return found, warnings

    def preview(self, document: dict, options) -> None:
        preview = preview_document(document)
        if preview.faults:
            raise InvalidDocument(preview.faults)
        if options['json']:
            self.stdout.write(json.dumps(describe_preview(preview, None), indent=2))
        else:
            self.print_preview(preview)
        if preview.comparison.has_changes:
            sys.exit(DIFFERENT)

    def apply(self, document: dict, warnings: list[str], options) -> None:
        reading.check(document)
        with event_tracking(request_of(options['user'], returncode=INVALID)):
            comparison = apply(
                document, allow_destructive=options['allow_destructive'], ignore_base=options['ignore_base']
            )
        if options['json']:
            diffs = [describe_diff(diff) for diff in comparison.diffs]
            self.stdout.write(json.dumps({'applied': True, 'diffs': diffs, 'warnings': warnings}, indent=2))
            return
        for warning in warnings:
            self.stderr.write(warning)
        for diff in comparison.diffs:
            self.print_diff(diff)
        self.stdout.write('Applied.' if comparison.has_changes else 'No differences.')

    def print_preview(self, preview: DocumentPreview) -> None:
        for warning in preview.warnings:
            self.stderr.write(warning)
        for choice_set in preview.comparison.choice_sets:
            if choice_set.has_changes:
                self.stdout.write(f'{"+" if choice_set.is_new else "~"} choice set {choice_set.name}')
        for diff in preview.comparison.diffs:
            self.print_diff(diff, preview)
        if not preview.comparison.has_changes:
            self.stdout.write('No differences.')

    def print_diff(self, diff: COTDiff, preview: DocumentPreview | None = None) -> None:
        if diff.has_changes:
            self.stdout.write(f'{"+" if diff.is_new else "~"} {diff.slug}')
        for name, (before, after) in diff.cot_changes.items():
            self.stdout.write(f'    {name}: {before!r} → {after!r}')
        for change in diff.field_changes:
            name = change.schema_def['name'] if change.db_name is None else change.db_name
            changed = ', '.join(f'{key}: {old!r} → {new!r}' for key, (old, new) in change.changed_attrs.items())
            when = f' [{preview.verdict(diff, change)}]' if preview else ''
            line = f'  {SIGNS[change.op]} {name} ({change.schema_id}) {changed}'.rstrip()
            self.stdout.write(line + when)
        for change in diff.constraint_changes:
            changed = ', '.join(f'{key}: {old!r} → {new!r}' for key, (old, new) in change.changed_attrs.items())
            self.stdout.write(f'  {SIGNS[change.op]} constraint {change.name} {changed}'.rstrip())
        for step in preview.steps.get(diff.slug, ()) if preview else ():
            self.stdout.write(f'    {step.operation.describe()}')
        if diff.has_moved and diff.has_changes:
            self.stdout.write(f'  ! {diff.slug} has changed since the document was exported.')
        for warning in diff.warnings:
            self.stderr.write(f'{diff.slug}: {warning}')

    def refuse(self, error: DocumentError, options) -> None:
        """End with the faults, each with its file."""
        if isinstance(error, InvalidDocument):
            error = InvalidDocument([self.placed(fault) for fault in error.faults])
        if options['json']:
            self.stdout.write(json.dumps(describe_error(error)[1], indent=2))
            sys.exit(INVALID)
        lines = [str(fault) for fault in error.faults] if isinstance(error, InvalidDocument) else [str(error)]
        if option := OPTIONS.get(type(error)):
            lines.append(f'With {option}, it is applied all the same.')
        raise CommandError('\n'.join(lines), returncode=INVALID) from error

    def placed(self, fault: Fault) -> Fault:
        """Return a fault with its place in the file that it is about."""
        group, *rest = fault.path or ('',)
        if group not in getattr(self, 'places', ()) or not rest:
            return fault
        file, index = self.places[group][rest[0]]
        return Fault((file, group, index, *rest[1:]), fault.message, fault.kind)
