"""The plugin is taken out of a NetBox: everything of ours goes, and NetBox works without us."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from core.models import ObjectChange, ObjectType
from dcim.models import Site
from extras.models import CustomField, CustomLink, Dashboard, SavedFilter, TableConfig, Tag
from users.models import ObjectPermission

from netbox_custom_objects.constants import APP_LABEL
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.models.revision import bump_shared_token
from netbox_custom_objects.services.removal import remove
from tests.support.attachments import MODELS, Scene
from tests.support.branches import edit
from tests.support.factories import make_field, make_object, make_type
from tests.support.processes import run_netbox, run_new_python
from tests.support.sessions import SHORT_WAITS, other_session

WITHOUT_US = {'NCO_PLUGINS': 'netbox_branching'}
PAGES = (
    '/', '/extras/journal-entries/', '/extras/tags/', '/extras/saved-filters/', '/extras/custom-fields/',
    '/extras/custom-links/', '/extras/event-rules/', '/extras/table-configs/', '/extras/image-attachments/',
    '/tenancy/contact-assignments/', '/core/changelog/', '/core/jobs/', '/users/permissions/', '/dcim/sites/',
    '/user/bookmarks/', '/user/subscriptions/', '/user/notifications/', '/plugins/branching/branches/',
    '/plugins/branching/changes/', '/search/?q=One', '/api/core/object-types/', '/api/core/object-changes/',
    '/api/extras/journal-entries/', '/api/users/permissions/', '/api/plugins/branching/changes/',
)  # fmt: skip


def tables(pattern=r'^custom_objects_|^netbox_custom_objects_'):
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind IN ('r', 'S') AND relname ~ %s", [pattern])
        return sorted(name for (name,) in cursor.fetchall())


@pytest.fixture
def full(lab, plugin_settings):
    """Everything that may refer to custom objects; one type is deleted, and a branch is merged."""
    scene = Scene(lab, 0, plugin_settings)
    with lab.request():
        gone = make_type('gone', fields=[('title', 'text')])
        make_object(gone, title='One')
        make_field(scene.type, 'places', 'multiobject', target=Site)
        field = CustomField.objects.create(name='thing', type='object', related_object_type=scene.type.object_type)
        field.object_types.set([ObjectType.objects.get_for_model(Site)])
        Site.objects.create(name='Here', slug='here', custom_field_data={'thing': scene.object.pk})
        for model, name in ((SavedFilter, 'ours'), (SavedFilter, 'shared'), (CustomLink, 'ours')):
            extra = {'parameters': {}, 'slug': name} if model is SavedFilter else {'link_text': 'x', 'link_url': 'y'}
            row = model.objects.create(name=name, **extra)
            shared = [ObjectType.objects.get_for_model(Site)] if name == 'shared' else []
            row.object_types.set([scene.type.object_type, *shared])
        TableConfig.objects.create(
            name='ours', object_type=scene.type.object_type, table='Table1ModelTable', columns=['id'], user=lab.user
        )
        permission = ObjectPermission.objects.create(name='ours', actions=['view'])
        permission.object_types.add(scene.type.object_type)
        Dashboard.objects.create(
            user=lab.user,
            layout=[{'id': 'a1', 'x': 0, 'y': 0, 'w': 4, 'h': 2}],
            config={
                'a1': {
                    'class': 'extras.ObjectListWidget', 'title': 'Things', 'color': None,
                    'config': {'model': f'{APP_LABEL}.table{scene.type.pk}model', 'page_size': 5, 'url_params': {}},
                }
            },
        )  # fmt: skip
    branch = lab.branch()
    with lab.request(branch):
        edit(scene.type.get_model().objects.get(), title='Two')
    lab.merge(branch)
    with lab.request():
        found = CustomObjectType.objects.get(pk=gone.pk)
        found.snapshot()
        found.delete()
    lab.fresh(branch).archive(user=lab.user)
    return scene


def test_uninstalling(full, fresh_database, tmp_path, capsys):
    with pytest.raises(CommandError, match='--export'):
        call_command('remove_custom_objects')
    before = tables()
    call_command('remove_custom_objects', '--dry-run')
    said = capsys.readouterr().out
    assert 'tenancy_contactassignment: 1 rows' in said
    assert tables() == before
    assert [found.name for found in CustomObjectType.objects.all()] == ['thing']
    with pytest.raises(CommandError, match='remove_custom_objects'):
        call_command('migrate', APP_LABEL, 'zero', verbosity=0)
    assert tables() == before

    call_command('remove_custom_objects', '--export', str(tmp_path), '--no-input')

    exported = json.loads((tmp_path / 'thing.json').read_text())
    assert exported['type']['name'] == 'thing'
    assert len(exported['fields']) == 2
    assert [list(found.values())[0] for found in exported['objects']] == [full.object.pk]
    assert tables('^custom_objects_') == []
    assert not CustomObjectType.objects.exists()
    assert full.found() == dict.fromkeys(MODELS, [])
    assert not CustomField.objects.exists()
    assert Site.objects.get(name='Here').custom_field_data == {}
    assert [found.name for found in SavedFilter.objects.all()] == ['shared']
    assert not CustomLink.objects.exists()
    assert not TableConfig.objects.exists()
    assert not ObjectChange.objects.filter(changed_object_type__app_label=APP_LABEL).exists()

    result = run_netbox('migrate', APP_LABEL, 'zero', database=fresh_database.name)
    assert result.returncode == 0, result.stderr
    assert tables() == []
    # The GraphQL schema of NetBox itself is not asked for, and takes seconds to compose.
    code = f"""
        import sys
        import types
        import django
        sys.modules['netbox.graphql.schema'] = types.SimpleNamespace(schema=None)
        django.setup()
        from django.contrib.auth import get_user_model
        from django.core.management import call_command
        from django.test import Client
        from tests.support.menus import leave_netbox_out

        leave_netbox_out()
        call_command('check')
        call_command('remove_stale_contenttypes', interactive=False, include_stale_apps=True, verbosity=0)
        client = Client(raise_request_exception=False)
        client.force_login(get_user_model().objects.get(username='engineer'))
        failed = {{page: found for page in {PAGES!r} if (found := client.get(page).status_code) != 200}}
        assert not failed, failed
        assert not [name for name in sys.modules if name.startswith('netbox_custom_objects')]
    """
    result = run_new_python(code, fresh_database.name, **WITHOUT_US)
    assert result.returncode == 0, result.stderr[-3000:]


def test_nothing_is_written_between_the_export_and_the_removal(lab, tmp_path, monkeypatch):
    with lab.request():
        thing = make_type('thing', fields=[('title', 'text')])
        obj = make_object(thing, title='a')
    tag = Tag.objects.create(name='Red', slug='red')
    refused = []

    def then_others_write(directory):
        written = export(directory)
        for statement in (
            f'INSERT INTO custom_objects_{thing.pk} (created) VALUES (now())',
            f'INSERT INTO extras_taggeditem (content_type_id, object_id, tag_id) '
            f'VALUES ({thing.object_type_id}, {obj.pk}, {tag.pk})',
        ):
            with other_session() as cursor:
                cursor.execute("SET lock_timeout = '100ms'")
                with pytest.raises(OperationalError) as error:
                    cursor.execute(statement)
            refused.append(str(error.value))
        return written

    export = remove.export
    monkeypatch.setattr(remove, 'export', then_others_write)
    call_command('remove_custom_objects', '--export', str(tmp_path), '--no-input')
    assert len(refused) == 2
    assert all('lock timeout' in text for text in refused)
    assert not CustomObjectType.objects.exists()


def test_a_removal_does_not_wait_for_ever(lab, tmp_path, settings, monkeypatch):
    for name, value in SHORT_WAITS.items():
        monkeypatch.setitem(settings.PLUGINS_CONFIG[APP_LABEL], name, value)
    with lab.request():
        thing = make_type('thing', fields=[('title', 'text')])
    with other_session() as cursor:
        cursor.execute(f'INSERT INTO custom_objects_{thing.pk} (created) VALUES (now())')
        with pytest.raises(CommandError, match='somebody else'):
            call_command('remove_custom_objects', '--export', str(tmp_path), '--no-input')
    assert CustomObjectType.objects.exists()
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_exported_is_in_the_way_of_an_export(lab, tmp_path):
    with lab.request():
        thing = make_type('thing', fields=[('title', 'text'), ('amount', 'integer')])
        make_object(thing, title='a', amount=5)
    CustomObjectTypeField.objects.filter(name='amount').update(default={'a': 1})
    bump_shared_token()
    with pytest.raises(CommandError, match=r'thing\.amount is left out'):
        call_command('remove_custom_objects', '--export', str(tmp_path), '--no-input')
    assert CustomObjectType.objects.exists()
    assert list(tmp_path.iterdir()) == []


def test_branches_with_custom_objects_are_in_the_way(lab):
    with lab.request():
        make_type('thing')
    branch = lab.branch()
    with pytest.raises(CommandError, match=branch.schema_name):
        call_command('remove_custom_objects', '--no-export', '--no-input')
    assert CustomObjectType.objects.count() == 1


class TestLeftovers:
    """Somebody removed the plugin's own tables, and nothing else."""

    def test_a_new_type_adopts_no_table_and_no_permission(self, lab):
        with lab.request():
            old = make_type('old', fields=[('title', 'text')])
            make_object(old, title='secret')
        with connection.cursor() as cursor:
            cursor.execute('DELETE FROM netbox_custom_objects_customobjecttypefield')
            cursor.execute('DELETE FROM netbox_custom_objects_customobjecttype')
            cursor.execute('ALTER SEQUENCE netbox_custom_objects_customobjecttype_id_seq RESTART WITH 1')
        with lab.request():
            new = make_type('new', fields=[('title', 'text')])
        assert new.pk > old.pk
        assert new.object_type_id != old.object_type_id
        assert not new.get_model().objects.exists()
