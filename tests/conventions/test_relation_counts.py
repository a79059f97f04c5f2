"""I8 in other processes: whatever has been opened there, no model of NetBox knows of the types that refer to it."""

import json

import pytest
from django.db import transaction

from core.models import ObjectType
from users.models import User

from netbox_custom_objects.constants import APP_LABEL
from netbox_custom_objects.models import CustomObjectType
from tests.support.processes import run_python

TYPES = 12

# Opens a page and an endpoint, builds the classes of all types, reads and deletes what they refer to; then counts.
COUNT = """
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from dcim.models import Site
from users.models import User

client = Client()
client.force_login(User.objects.get(username='root'))
site = Site.objects.create(name='Here', slug='here')
for custom_object_type in CustomObjectType.objects.all():
    model = custom_object_type.get_model()
    for field in model._definition.fields:
        assert not model.objects.filter(**{f'{field.name}__isnull': False}).exists()
for path in (site.get_absolute_url(), '/dcim/sites/', '/api/dcim/sites/', '/plugins/custom-objects/'):
    assert client.get(path, follow=True).status_code == 200, path
deletes = []
for name in ('warm-up', 'measured'):
    victim = Site.objects.create(name=name, slug=name)
    with CaptureQueriesContext(connection) as queries:
        victim.delete()
    deletes.append(len(queries))
site.delete()
counts = {}
models = [
    model
    for model in apps.get_models(include_auto_created=True, include_swapped=True)
    if model._meta.app_label != 'netbox_custom_objects'
]
for expired in (False, True):
    for model in models:
        counts[f'{model._meta.label} {expired}'] = [
            len(model._meta.get_fields()),
            len(model._meta.get_fields(include_hidden=True)),
            len(model._meta.related_objects),
            sorted(name for name in dir(model) if not name.startswith('__')),
        ]
    # All at once: for each, Django looks at the fields of all models again.
    for model in models:
        model._meta._expire_cache()
say({'counts': counts, 'queries of a delete': deletes[-1]})
"""


def look(database) -> dict:
    result = run_python(COUNT, database.name)
    assert result.returncode == 0, result.stderr[-3000:]
    return json.loads(result.stdout.splitlines()[-1])


@pytest.mark.slow
def test_processes_that_use_many_types(fresh_database):
    User.objects.create_superuser('root')
    before = look(fresh_database)
    assert len(before['counts']) > 300
    # Every model that can be referred to is; but not sites: what refers to a deleted object is looked for.
    public = ObjectType.objects.filter(public=True).exclude(app_label=APP_LABEL)
    targets = list(public.exclude(app_label='dcim', model='site').order_by('pk'))
    assert len(targets) > 50
    with transaction.atomic():
        for number in range(TYPES):
            kind = CustomObjectType(name=f'kind_{number}', slug=f'kind-{number}')
            kind.save()
            for place, target in enumerate(targets[number::TYPES]):
                many = 'multiobject' if place % 2 else 'object'
                kind.fields.create(name=f'target_{place}', type=many, related_object_type=target)
    assert look(fresh_database) == before
