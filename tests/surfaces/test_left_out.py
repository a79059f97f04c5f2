"""One definition that cannot be built: it is left out, named, kept, and never takes another type or a page with it."""

import logging
from copy import copy

import pytest
from django.core.checks import run_checks
from django.db import connection

from core.models import ObjectType
from dcim.models import Site
from users.models import User

from netbox_custom_objects.ddl.introspect import introspect
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.models import CustomObjectTypeField
from netbox_custom_objects.models.change_data import RETIRED_VALUES
from netbox_custom_objects.models.revision import bump_shared_token
from netbox_custom_objects.runtime.classes import registry
from netbox_custom_objects.runtime.classes.registry import world
from netbox_custom_objects.runtime.classes.world import _islands as islands
from netbox_custom_objects.services.reconcile import reconcile_all
from tests.support.commands import upgrade
from tests.support.factories import make_field, make_object, make_type
from tests.support.kept import kept, read_again
from tests.surfaces.rest import Rest, make_user
from tests.surfaces.ui import Browser, text_of, url


def store(field, **values):
    """Change a row as no form would."""
    CustomObjectTypeField.objects.filter(pk=field.pk).update(**values)


def drop_column(field):
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE custom_objects_{field.custom_object_type_id} DROP COLUMN f_{field.pk}')
    bump_shared_token()


def drop_links(field):
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TABLE {field.through_table_name}')
    bump_shared_token()


def gone_model():
    values = {'public': True, 'features': []}
    return ObjectType.objects.get_or_create(app_label='gone_plugin', model='widget', defaults=values)[0]


def own_type(field):
    return field.custom_object_type.object_type


# A type that is broken in all of these ways.
TOGETHER = 'together'
# What is known only when the class of the type is built.
UNTRIED = 'untried'
# What is wrong -> (type of the field, what breaks it, what is said of it)
WAYS = {
    'target gone': ('object', lambda f: store(f, related_object_type=gone_model()), 'gone_plugin.widget'),
    'targets gone': ('multiobject', lambda f: store(f, related_object_type=gone_model()), 'gone_plugin.widget'),
    'no target': ('object', lambda f: store(f, related_object_type=None), 'has no related object type'),
    'no targets': ('multiobject', lambda f: store(f, related_object_type=None), 'has no related object type'),
    'filter': ('object', lambda f: store(f, related_object_filter=[1]), 'not a JSON object'),
    'default of a reference': ('object', lambda f: store(f, default='x'), 'default'),
    'defaults of a reference': ('multiobject', lambda f: store(f, default=5), 'default'),
    'default': ('integer', lambda f: store(f, default={'a': 1}), 'default'),
    'choice set': ('select', lambda f: store(f, choice_set=None), 'choice set'),
    'type': ('text', lambda f: store(f, type='hologram'), 'hologram'),
    'elements': ('array', lambda f: store(f, element_type='hologram'), 'element type'),
    'on delete': ('object', lambda f: store(f, on_delete_behavior='explode', related_object_type=None), 'left out'),
    'name': ('text', lambda f: store(f, name='a__b'), 'a__b'),
    UNTRIED: ('object', lambda f: store(f, on_delete_behavior='explode', related_object_type=own_type(f)), 'explode'),
    'column': ('text', drop_column, 'missing from the database'),
    'links': ('multiobject', drop_links, 'missing from the database'),
}
EXTRA = {
    'object': {'target': Site},
    'multiobject': {'target': Site},
    'select': {'choices': ['a', 'b']},
    'array': {'element_type': 'text'},
}


class Scene:
    """A type with a field that can be broken, and another that refers to the type; each with an object."""

    def __init__(self, way):
        self.said = WAYS.get(way, (None,))[-1]
        self.site = Site.objects.create(name='Here', slug='here')
        self.broken = make_type('broken', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
        self.ways = list(WAYS) if way == TOGETHER else [way]
        self.fields = [self._make_field(name, WAYS[name][0]) for name in self.ways]
        make_field(self.broken, 'place', 'object', target=Site)
        self.other = make_type('other', fields=[
            {'name': 'title', 'type': 'text', 'primary': True},
            {'name': 'peer', 'type': 'object', 'target': self.broken},
        ])  # fmt: skip
        self.object = make_object(self.broken, title='One', place=self.site)
        make_object(self.other, title='Two', peer=self.object)

    def _make_field(self, way, field_type):
        name = 'odd' if len(self.ways) == 1 else f'odd_{self.ways.index(way)}'
        return make_field(self.broken, name, field_type, **EXTRA.get(field_type, {}))

    @property
    def field(self):
        (field,) = self.fields
        return field

    def break_it(self):
        """Break the fields, and return the scene with its rows read again."""
        scene = copy(self)
        for name in ('site', 'broken', 'other', 'fields', 'object'):
            setattr(scene, name, read_again(getattr(self, name)))
        for way, field in zip(scene.ways, scene.fields, strict=True):
            _type, break_it, _said = WAYS[way]
            break_it(field)
        return scene


def first(browser, page):
    """Get a page as the first one of a process, which has not tried yet to build anything."""
    registry.forget_worlds()
    islands.clear()
    return browser.client.get(url(page))


@pytest.fixture(params=WAYS, scope='module')
def whole(request, django_db_setup, django_db_blocker):
    """A scene before anything is broken."""
    with kept(request, django_db_blocker):
        yield Scene(request.param)


@pytest.fixture
def scene(whole, browser):
    return whole.break_it()


@pytest.mark.parametrize('whole', [TOGETHER], indirect=True, scope='module')
def test_nothing_else_breaks(scene, browser):
    """However many fields are left out: each by itself, as the other fields of the type are there."""
    broken, other = f'custom-object-types/{scene.broken.pk}/', f'custom-object-types/{scene.other.pk}/'
    fields = [f'custom-object-type-fields/{field.pk}/' for field in scene.fields]
    pages = [
        '/', '/dcim/sites/', f'/dcim/sites/{scene.site.pk}/', '/search/?q=One', 'broken/', 'other/', 'broken/add/',
        'other/add/', f'broken/{scene.object.pk}/', f'broken/{scene.object.pk}/edit/', 'broken/bulk-import/',
        'custom-object-types/', broken, other, f'{broken}fields/', f'{broken}edit/', f'{broken}delete/',
        f'{other}delete/', 'custom-object-type-fields/',
        *(f'{field}{page}/' for field in fields for page in ('edit', 'delete')),
    ]  # fmt: skip
    browser.client.raise_request_exception = False
    assert {page: status for page in pages if (status := first(browser, page).status_code) != 200} == {}
    root = Rest(User.objects.create_superuser('admin'))
    assert root.get('broken/')['results'][0]['place']['id'] == scene.site.pk
    assert root.get('other/')['results'][0]['peer']['id'] == scene.object.pk
    for path in ('', 'custom-object-types/', 'custom-object-type-fields/', *fields):
        root.get(path)
    made = root.post('broken/', {'title': 'New'})
    root.patch(f'broken/{made["id"]}/', {'title': 'Newer'})
    root.delete(f'broken/{made["id"]}/')
    root.delete(f'/api/dcim/sites/{scene.site.pk}/')
    assert root.get(f'broken/{scene.object.pk}/')['place'] is None


def test_it_is_named(whole, browser, caplog, monkeypatch):
    # Tests that break the same field differ in what the process has logged.
    monkeypatch.setattr(registry, '_told', set())
    scene = whole.break_it()
    with caplog.at_level(logging.WARNING, 'netbox.plugins.netbox_custom_objects'):
        for _ in range(2):
            page = text_of(browser.get(f'custom-object-types/{scene.broken.pk}/'))
    assert [record.getMessage() for record in caplog.records if 'broken.' in record.getMessage()] != []
    assert len([record for record in caplog.records if 'broken.' in record.getMessage()]) == 1
    assert 'Needs Attention' in page
    assert scene.said in page
    status, said = upgrade('--dry-run')
    assert status == 1
    assert scene.said in said
    warnings = [warning for warning in run_checks(databases=['default']) if warning.id == 'netbox_custom_objects.W005']
    assert [scene.said in warning.msg for warning in warnings] == [True]
    assert 'Needs Attention' not in browser.get(f'custom-object-types/{scene.other.pk}/')


def test_its_values_stay_and_it_can_be_deleted(scene, browser):
    before = introspect(Target.for_alias('default'), scene.broken.pk)
    reconcile_all('default')
    after = introspect(Target.for_alias('default'), scene.broken.pk)
    assert {c for table in before.tables for c in table.live_columns} <= {
        c for table in after.tables for c in table.live_columns
    }
    assert not any(table.retired for table in after.tables)
    make_field(scene.broken, 'more', 'text')
    assert not any(table.retired for table in introspect(Target.for_alias('default'), scene.broken.pk).tables)
    browser.post(f'custom-object-type-fields/{scene.field.pk}/delete/', confirm=True)
    assert scene.broken.pk not in world().faults
    browser.post(f'custom-object-types/{scene.other.pk}/delete/', confirm=True)
    browser.post(f'custom-object-types/{scene.broken.pk}/delete/', confirm=True)


@pytest.mark.parametrize('whole', ['target gone'], indirect=True, scope='module')
class TestTargetGone:
    def test_it_can_be_edited(self, scene, browser):
        rest = Rest(User.objects.create_superuser('admin'))
        rest.patch(f'custom-object-type-fields/{scene.field.pk}/', {'label': 'Odd one'})
        assert rest.get(f'custom-object-type-fields/{scene.field.pk}/')['label'] == 'Odd one'

    def test_it_comes_back_with_its_values(self, scene):
        with connection.cursor() as cursor:
            cursor.execute(f'UPDATE custom_objects_{scene.broken.pk} SET f_{scene.field.pk} = %s', [scene.site.pk])
        assert not hasattr(scene.broken.get_model(), 'odd')
        store(scene.field, related_object_type=ObjectType.objects.get_for_model(Site))
        assert scene.broken.get_model().objects.get().odd == scene.site

    def test_a_deleted_object_takes_its_values_along_and_back(self, scene):
        with connection.cursor() as cursor:
            cursor.execute(f'UPDATE custom_objects_{scene.broken.pk} SET f_{scene.field.pk} = %s', [scene.site.pk])
        obj = scene.broken.get_model().objects.get()
        obj.snapshot()
        obj.delete()
        data = obj.to_objectchange('delete').prechange_data
        assert data[RETIRED_VALUES] == {f'f_{scene.field.pk}': str(scene.site.pk)}

    def test_fields_that_a_user_may_not_view_are_not_named(self, scene):
        browser = Browser(make_user('reader', (type(scene.broken), ['view'], None)))
        page = browser.get(f'custom-object-types/{scene.broken.pk}/')
        assert 'gone_plugin' not in page
        assert 'Needs Attention' not in page


@pytest.mark.parametrize('whole', ['column'], indirect=True, scope='module')
def test_a_column_that_is_back_is_used_at_once(scene):
    assert 'odd' not in {field.name for field in scene.broken.get_model()._meta.get_fields()}
    assert upgrade()[0] == 0
    assert scene.broken.get_model().objects.get().odd is None
    assert upgrade('--dry-run') == (0, 'No problems found.\n')
