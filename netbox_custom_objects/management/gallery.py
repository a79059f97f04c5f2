"""The gallery on the command line: `custom_objects_schema gallery list`, `show NAME` and `install NAME`."""

import json
import textwrap

from django.core.management.base import CommandError

from netbox.context_managers import event_tracking

from ..schema.exporter import to_json, to_yaml
from ..schema.gallery.catalog import GalleryModel, UnknownModel, find_model, gallery_models
from ..schema.gallery.install import describe_installation, install
from .options import request_of

REFUSED = 2


class GalleryActions:
    """What the command does with the gallery; it prints what was different."""

    def gallery(self, words: list[str], options) -> None:
        """Do what the words after `gallery` say; raise DocumentError, SchemaLocked or CommandError."""
        action, *names = words or ['']
        if action == 'list' and not names:
            return self.list_models(options)
        if action not in ('show', 'install') or len(names) != 1:
            raise CommandError('Specify list, show NAME, or install NAME.', returncode=REFUSED)
        try:
            model = find_model(names[0])
        except UnknownModel as error:
            raise CommandError(str(error), returncode=REFUSED) from error
        self.show(model, options) if action == 'show' else self.install(model, options)

    def list_models(self, options) -> None:
        if options['json']:
            models = [{'name': found.name, 'title': found.title, 'types': found.slugs} for found in gallery_models()]
            self.stdout.write(json.dumps(models, indent=2))
            return
        width = max(len(model.name) for model in gallery_models())
        for model in gallery_models():
            self.stdout.write(f'{model.name:<{width}}  {model.summary}')

    def show(self, model: GalleryModel, options) -> None:
        """Print the document, which can be edited and applied."""
        if options['json']:
            self.stdout.write(to_json(model.document), ending='')
            return
        about = f'{model.title}\n\n{model.description}'
        self.stdout.write(textwrap.indent(about, '# ', lambda line: True))
        self.stdout.write(to_yaml(model.document), ending='')

    def install(self, model: GalleryModel, options) -> None:
        with event_tracking(request_of(options['user'], returncode=REFUSED)):
            found = install(model, with_rows=options['rows'], ignore_base=options['ignore_base'])
        if options['json']:
            self.stdout.write(json.dumps(describe_installation(found), indent=2))
            return
        for diff in found.comparison.diffs:
            self.print_diff(diff)
        self.stdout.write('Installed.' if found.comparison.has_changes else 'No differences.')
        if found.rows is None:
            return
        self.stdout.write(f'Created {found.rows.count} sample objects.')
        for name in found.rows.missing:
            self.stderr.write(f'{name} was not found; references to it were left empty.')
        for slug in found.rows.kept:
            self.stderr.write(f'{slug} has objects already, and got no sample objects.')
        if found.rows.left_out:
            self.stderr.write(f'{found.rows.left_out} sample objects require something that was not found.')
