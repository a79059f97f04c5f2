"""Plugins of the tests' own: the examples of docs/other-plugins.md, and one that looks for models as it starts."""

import os
import re
from pathlib import Path

from dev.paths import ROOT
from tests.support.migrations import migration, write_migrations

PAGE = ROOT / 'docs' / 'other-plugins.md'
EXAMPLE = re.compile(r'^```\w+ title="(.+?)"\n(.*?)^```', re.MULTILINE | re.DOTALL)

LATECOMER = """
from netbox.plugins import PluginConfig


class config(PluginConfig):
    name = label = verbose_name = 'latecomer'
    version = '1.0'
    default_auto_field = 'django.db.models.BigAutoField'
"""
# It fails if the database is asked for anything until all plugins have started.
EAGER = """
import os
from django.db.backends.base.base import BaseDatabaseWrapper
from netbox.plugins import PluginConfig

SEEN = []
connect = BaseDatabaseWrapper.connect


def refuse(self):
    from django.apps import apps

    assert apps.ready, 'The database was asked while plugins were starting.'
    return connect(self)


BaseDatabaseWrapper.connect = refuse


class config(PluginConfig):
    name = label = verbose_name = 'eager'
    version = '1.0'

    def ready(self):
        super().ready()
        import django_tables2 as tables
        from django.apps import apps
        from netbox.plugins import PluginTemplateExtension
        from netbox.plugins.registration import register_template_extensions
        from netbox.views import generic
        from netbox_custom_objects.models import CustomObject
        from netbox_custom_objects.tables import get_table_class
        from utilities.tables import register_table_column
        from utilities.views import ViewTab, register_model_view

        def register(model, name):
            class EagerView(generic.ObjectView):
                queryset = model.objects.all()
                template_name = 'generic/object.html'
                tab = ViewTab(label=name)

            class EagerPanel(PluginTemplateExtension):
                models = [model._meta.label_lower]

                def left_page(self):
                    return f'<p>{name} panel of {self.context["object"]}</p>'

            register_model_view(model, name)(EagerView)
            register_template_extensions([EagerPanel])

        for model in apps.get_models():
            if model._meta.app_label == 'netbox_custom_objects' and issubclass(model, CustomObject):
                SEEN.append(model._meta.label_lower)
                register(model, 'eager')
        one = apps.get_model('netbox_custom_objects', f'table{os.environ["EAGER_TYPE"]}model')
        register(one, 'eager_one')
        column = tables.TemplateColumn('eager column', orderable=False)
        register_table_column(column, 'eager_one', get_table_class(one))
"""
_BASE = """
            ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
            ('created', models.DateTimeField(auto_now_add=True, null=True)),
            ('last_updated', models.DateTimeField(auto_now=True, null=True)),
            ('title', models.CharField(max_length=50)),
"""
MIGRATIONS = {
    'paperwork': migration(
        f"""
        CreateModel('Paper', [{_BASE}
            ('content_type', models.ForeignKey('contenttypes.contenttype', models.CASCADE, related_name='+')),
            ('object_id', models.PositiveBigIntegerField()),
        ]),
        """,
        dependencies=[('contenttypes', '0002_remove_content_type_name')],
    ),
    'latecomer': migration(
        f"""
        CreateModel('Rule', [{_BASE}
            ('type', models.ForeignKey(
                'netbox_custom_objects.customobjecttype', models.CASCADE, related_name='late_rules',
            )),
        ]),
        """,
        dependencies=[('netbox_custom_objects', '0001_squashed_0018_initial')],
    ),
}
TEMPLATES = {
    'panel.html': '<p>Papers of {{ object }}: {% for paper in papers %}Paper {{ paper }} {% empty %}-{% endfor %}</p>',
    'papers.html': '{% extends "generic/object.html" %}{% block content %}{{ papers.count }} on the tab{% endblock %}',
}


def write_plugins(directory: Path) -> None:
    """Write all of them into a directory."""
    for label, source in MIGRATIONS.items():
        write_migrations(directory / label / 'migrations', label, {'0001_initial': source})
    for path, source in [('latecomer/__init__.py', LATECOMER), ('eager/__init__.py', EAGER), *examples()]:
        (directory / path).parent.mkdir(exist_ok=True)
        (directory / path).write_text(source)
    templates = directory / 'paperwork' / 'templates' / 'paperwork'
    templates.mkdir(parents=True)
    for name, source in TEMPLATES.items():
        (templates / name).write_text(source)


def examples(page: Path = PAGE) -> list[tuple[str, str]]:
    """Return (path, source) of the examples of a page."""
    return EXAMPLE.findall(page.read_text())


def environment(directory: Path, *plugins: str, **others: str) -> dict[str, str]:
    """Return the environment in which a process of NetBox has these plugins."""
    return {'PYTHONPATH': f'{directory}{os.pathsep}{ROOT}', 'NCO_PLUGINS': ','.join(plugins), **others}
