"""I6 to I8 on a real database: names from ids, idempotence, and core models that never learn of dynamic types."""

import uuid

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from core.models import ObjectType
from dcim.models import Device, Site
from extras.models import Tag
from netbox.context_managers import event_tracking

from netbox_custom_objects.ddl.introspect import introspect
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.definitions import names
from netbox_custom_objects.field_types import compile_type
from netbox_custom_objects.field_types.base_columns import (
    BASE_COLUMNS,
    CONFIG_CONTEXT_COLUMNS,
    base_columns,
    base_columns_of,
)
from netbox_custom_objects.models.config_contexts import ConfigContextObject
from netbox_custom_objects.models.rows.convert import field_definition
from netbox_custom_objects.models.rows.loader import load_definitions
from netbox_custom_objects.runtime.classes.ghost import ghost
from netbox_custom_objects.runtime.classes.registry import world
from netbox_custom_objects.runtime.context import pinned
from netbox_custom_objects.services.reconcile import reconcile, reconcile_all
from tests.support.factories import make_every_kind, make_field, make_type

MAIN = Target.for_alias('default')
TYPES = 12


def test_base_columns_are_the_columns_of_the_model_base(db):
    """Spelled out for where no model is loaded; here they are held against one, and against what is in use."""
    assert base_columns_of(ghost(1)) == BASE_COLUMNS == base_columns()


def test_config_context_columns_are_those_of_netbox(db):
    found = {column.name: column for column in base_columns_of(ConfigContextObject)}
    assert found == {column.name: column for column in CONFIG_CONTEXT_COLUMNS}
    assert set(names.CONFIG_CONTEXT_COLUMNS) == {*found}


def test_definitions_are_what_the_models_hold(db):
    """The statements that read them are written once in the life of a process, and go past Django's model fields."""
    kind = make_every_kind()
    make_field(kind, 'size', 'integer', default=5)
    make_field(kind, 'near', 'object', target=Site, related_object_filter={'status': 'active'})
    make_field(kind, 'about', 'multiobject', targets=[Site, Device])
    renamed = kind.fields.get(name='amount')
    renamed.name = 'number'
    renamed.save()
    for found in (load_definitions('default'), load_definitions('default', kind.pk)):
        definition = found[kind.pk]
        assert (definition.name, definition.slug) == ('every_kind', 'every-kind')
        assert {field.id: field for field in definition.fields} == {
            field.pk: field_definition(field) for field in kind.fields.all()
        }


def test_i6_renaming_changes_no_physical_name(db):
    custom_object_type = make_every_kind()
    before = introspect(MAIN, custom_object_type.pk)
    for field in custom_object_type.fields.all():
        field.name = field.label = f'renamed_{field.name}'
        field.full_clean()
        field.save()
    custom_object_type.name, custom_object_type.slug = 'renamed', 'renamed'
    custom_object_type.full_clean()
    custom_object_type.save()
    assert introspect(MAIN, custom_object_type.pk) == before
    names = {table.name for table in before.tables}
    assert all(name.startswith(f'custom_objects_{custom_object_type.pk}') for name in names)


def test_i7_reconciling_twice_changes_nothing(db):
    custom_object_type = make_every_kind()
    make_type('other', fields=[{'name': 'back', 'type': 'object', 'target': custom_object_type, 'unique': True}])
    for field in list(custom_object_type.fields.all())[:3]:
        field.delete()
    before = introspect(MAIN, custom_object_type.pk)
    assert not reconcile('default', custom_object_type.pk)
    assert not reconcile_all('default')
    assert introspect(MAIN, custom_object_type.pk) == before
    definition = load_definitions('default')[custom_object_type.pk]
    wanted = compile_type(definition)
    for table in wanted.tables:
        found = before.table(table.name)
        assert (set(found.live_columns), set(found.indexes)) == (set(table.columns), set(table.indexes))


@pytest.mark.slow
def test_i8_core_models_never_learn_of_dynamic_types(db):
    """Relation counts of core models and queries of a core delete are the same, however many types there are."""
    user = get_user_model().objects.create_superuser('admin')
    queries, relations = count_queries_of_delete(user), relation_counts()
    make_types_that_point_at_one_another()
    assert count_queries_of_delete(user) == queries
    assert relation_counts() == relations


def make_types_that_point_at_one_another():
    previous = None
    for number in range(TYPES):
        custom_object_type = make_type(f'type_{number}', fields=[('title', 'text')])
        make_field(custom_object_type, 'label', 'object', target=Tag)
        make_field(custom_object_type, 'devices', 'multiobject', target=Device)
        if previous:
            make_field(custom_object_type, 'previous', 'object', target=previous)
        previous = custom_object_type
    assert [len(island.models) for island in world().islands] == [TYPES]


def relation_counts():
    """For every model but ours: how many relations it knows, hidden ones and those Django caches apart."""
    by_label, models = {}, apps.get_models(include_auto_created=True, include_swapped=True)
    # All at once: for each, Django looks at the fields of all models again.
    for model in models:
        model._meta._expire_cache()
    for model in models:
        by_label[model._meta.label] = (
            len(model._meta.get_fields(include_hidden=True)),
            len(model._meta.related_objects),
            len(model._meta._relation_tree),
            len([name for name in dir(model) if not name.startswith('__')]),
        )
    assert 'dcim.Site' in by_label
    assert ObjectType._meta.label in by_label
    return by_label


def count_queries_of_delete(user) -> int:
    """The queries of deleting a site as a request does, the reading of the revision token included."""
    for name in ('warm-up', 'measured'):  # content types and definitions are cached by the first
        site = Site.objects.create(name=name, slug=name)
        request = RequestFactory().get('/')
        request.id, request.user = uuid.uuid4(), user
        with pinned(), event_tracking(request), CaptureQueriesContext(connection) as queries:
            site.snapshot()
            site.delete()
    return len(queries)
