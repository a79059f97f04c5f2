"""Imported once by the process that others are forked from, see processes.py: NetBox with its URLs and templates."""

import gc
from contextlib import suppress
from pathlib import Path

import django

gc.disable()  # what is loaded stays, so there is little to collect
django.setup()

from django.db import connections  # noqa: E402  # Django must be set up before these can be imported.
from django.template import TemplateSyntaxError, engines  # noqa: E402
from django.urls import reverse  # noqa: E402

from netbox_custom_objects.models import revision  # noqa: E402
from tests.support import databases, factories, quick_migrations  # noqa: E402, F401

# Where the templates are that most pages are made of.
TEMPLATES = 'base builtins django form_helpers generic htmx inc ui widgets netbox_custom_objects'.split()


def compile_templates():
    """Compile templates, which each process that renders a page would else do again."""
    engine = engines['django'].engine
    for loader in engine.template_loaders[0].loaders:
        for directory in map(Path, loader.get_dirs()):
            for path in (path for name in TEMPLATES for path in (directory / name).rglob('*.html')):
                with suppress(TemplateSyntaxError):  # it may need an app that is not installed
                    engine.get_template(str(path.relative_to(directory)))


reverse('login')  # resolving it loads the views, GraphQL's schema, and the patterns of all URLs
quick_migrations.install()
quick_migrations.prepare()
compile_templates()
# A connection cannot be shared, and what was read may be of an earlier database.
connections.close_all()
for forget in databases.FORGET:
    forget()
revision._installed = False
gc.freeze()
gc.enable()
