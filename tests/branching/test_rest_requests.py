"""Dry runs and linked objects in a branch: they speak of the branch, and leave it and main as they were."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connections

from core.models import ObjectType
from dcim.models import Site
from netbox_branching.models import ChangeDiff

from netbox_custom_objects.ddl.introspect import introspect_all
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField, SchemaIdCounter
from netbox_custom_objects.models.revision import read_token
from tests.support.factories import make_object, make_type
from tests.surfaces.rest import Rest

TABLES = ('core_objectchange', 'extras_cachedvalue', 'core_job')


def state(*aliases):
    """Return everything that a write in a branch changes, there and in main."""
    found = [
        ObjectType.objects.count(),
        ContentType.objects.count(),
        ChangeDiff.objects.count(),
        list(SchemaIdCounter.objects.values_list()),
    ]
    for alias in aliases:
        target = Target.for_alias(alias)
        with target.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f'SELECT count(*) FROM {table}')
                found.append(cursor.fetchone())
        found += [read_token(target), introspect_all(target)]
        found += [list(model.objects.using(alias).values()) for model in (CustomObjectType, CustomObjectTypeField)]
    return found


@pytest.fixture
def own_branch(lab):
    Site.objects.create(name='Here', slug='here')
    thing = make_type('thing', fields=[
        {'name': 'title', 'primary': True}, {'name': 'place', 'type': 'object', 'target': Site},
    ])  # fmt: skip
    make_object(thing, title='in main')
    return lab.branch()


@pytest.fixture
def inside(lab, own_branch):
    return Rest(lab.user, HTTP_X_NETBOX_BRANCH=own_branch.schema_id)


def test_dry_runs(lab, own_branch, inside):
    thing = CustomObjectType.objects.get()
    title = thing.fields.get(name='title')
    obj = inside.post('thing/', {'title': 'in branch', 'place': {'slug': 'here'}})
    inside.post('custom-object-type-fields/', {'custom_object_type': thing.pk, 'name': 'code'})
    before = state('default', own_branch.connection_name)
    for method, path, body, operations in (
        ('post', 'custom-object-types/', {'name': 'new', 'slug': 'new'}, ['CreateTable']),
        (
            'post', 'custom-object-type-fields/', {'custom_object_type': thing.pk, 'name': 'more', 'type': 'integer'},
            ['AddColumn'],
        ),
        ('patch', f'custom-object-type-fields/{title.pk}/', {'type': 'longtext'}, ['AlterColumnType']),
        ('delete', f'custom-object-type-fields/{title.pk}/', None, ['RetireColumn']),
        ('delete', f'custom-object-types/{thing.pk}/', None, ['RetireTable']),
        ('post', 'thing/', {'title': 'x', 'code': '1'}, []),
        ('patch', f'thing/{obj["id"]}/', {'title': 'y'}, []),
        ('delete', f'thing/{obj["id"]}/', None, []),
    ):  # fmt: skip
        args = (path + '?dry_run=true',) if body is None else (path + '?dry_run=true', body)
        answer = getattr(inside, method)(*args, expect=200)
        assert [step['operation'] for step in answer['plan']] == operations, (method, path)
        assert state('default', own_branch.connection_name) == before, (method, path)
    # The branch's own rows are meant: two objects, one of which main does not have.
    (step,) = inside.delete(f'custom-object-types/{thing.pk}/?dry_run=true', expect=200)['plan']
    assert step['rows'] == 2
    # Afterwards everything works as ever.
    inside.post('custom-object-types/', {'name': 'new', 'slug': 'new'})
    inside.post('new/', {})
    lab.merge(own_branch)
    assert Rest(lab.user).get('new/')['count'] == 1
    connections[own_branch.connection_name].close()


def test_linked_objects(lab, own_branch, inside):
    site = Site.objects.get()
    inside.post('thing/', {'title': 'in branch', 'place': site.pk})
    asked = {'object_type': 'dcim.site', 'object_id': site.pk}
    assert [row['object']['display'] for row in inside.get('linked-objects/', **asked)['results']] == ['in branch']
    assert Rest(lab.user).get('linked-objects/', **asked)['count'] == 0
    made = inside.post('custom-object-types/', {'name': 'new', 'slug': 'new'})
    inside.post('custom-object-type-fields/', {
        'custom_object_type': made['id'], 'name': 'sites', 'type': 'multiobject', 'app_label': 'dcim', 'model': 'site',
    })  # fmt: skip
    inside.post('new/', {'sites': [site.pk]})
    assert inside.get('linked-objects/', **asked)['count'] == 2
    assert inside.get('linked-objects/', **asked, type='new')['count'] == 1
    connections[own_branch.connection_name].close()
