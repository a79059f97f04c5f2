"""I3 and I9 in processes of their own: life without netbox-branching, and without a database."""

import pytest

from tests.support.processes import run_new_python, run_python

# Fails as soon as anything asks for a connection, whether or not the error would be swallowed.
REFUSE = """
from django.db.backends.base.base import BaseDatabaseWrapper

class Connected(BaseException):
    pass

def refuse(self):
    raise Connected

BaseDatabaseWrapper.connect = refuse
import django
django.setup()
"""
NOWHERE = 'nco_does_not_exist'


def test_i9_start_up_opens_no_connection():
    """Neither importing the plugin nor ready() asks the database for anything, not even in vain."""
    result = run_new_python(f'{REFUSE}\nimport netbox_custom_objects.signals', NOWHERE)
    assert result.returncode == 0, result.stderr


@pytest.mark.slow
def test_i9_commands_work_where_no_database_answers():
    code = """
        from django.core.management import call_command
        call_command('check')
        call_command('collectstatic', dry_run=True, interactive=False, verbosity=0)
        call_command('makemigrations', 'netbox_custom_objects', check_changes=True, dry_run=True)
    """
    result = run_python(code, NOWHERE)
    assert result.returncode == 0, result.stderr


@pytest.mark.slow
def test_commands_find_nothing_to_do_about_dynamic_types(fresh_database):
    """No migration is missing, no check fails, no permission is made, and no content type is stale."""
    code = """
        from django.contrib.auth.models import Permission
        from django.contrib.contenttypes.models import ContentType
        from django.core.management import call_command
        from core.models import ObjectType
        from dcim.models import Site

        kind = make_every_kind()
        row = make_object(kind, title='a', places=[Site.objects.create(name='S', slug='s')])
        features = kind.object_type.features
        ObjectType.objects.filter(pk=kind.object_type.pk).update(features=[])

        call_command('check')
        call_command('makemigrations', check_changes=True, dry_run=True, verbosity=0)
        call_command('migrate', interactive=False, verbosity=0)
        call_command('remove_stale_contenttypes', interactive=False, include_stale_apps=True, verbosity=0)

        assert not Permission.objects.filter(content_type__model__regex=r'^table\\d').exists()
        assert not Permission.objects.filter(content_type__model__startswith='through').exists()
        assert ContentType.objects.get(pk=kind.object_type.pk).model_class() == kind.get_model()
        assert set(ObjectType.objects.get(pk=kind.object_type.pk).features) == set(features)
        assert kind.get_model().objects.get().places.count() == 1
    """
    result = run_python(code, fresh_database.name)
    assert result.returncode == 0, result.stderr


@pytest.mark.slow
def test_i3_everything_works_without_netbox_branching(fresh_database):
    code = """
        from django.contrib.auth import get_user_model
        from django.core.management import call_command
        from django.test import Client
        from dcim.models import Site

        call_command('check')
        client = Client()
        client.force_login(get_user_model().objects.create_superuser('admin'))

        def call(method, path, body=None, status=200):
            url = f'/api/plugins/custom-objects/{path}'
            sent = {'data': body, 'content_type': 'application/json'} if body else {}
            response = getattr(client, method)(url, **sent)
            assert response.status_code == status, response.content
            return response.json() if response.content else None

        site = Site.objects.create(name='S', slug='s')
        kind = call('post', 'custom-object-types/', {'name': 'cat', 'slug': 'cats'}, 201)
        for field in (
            {'name': 'title', 'type': 'text', 'primary': True},
            {'name': 'home', 'type': 'object', 'related_object_type': 'dcim.site'},
            {'name': 'places', 'type': 'multiobject', 'related_object_type': 'dcim.site'},
        ):
            if target := field.pop('related_object_type', None):
                field |= dict(zip(('app_label', 'model'), target.split('.')))
            call('post', 'custom-object-type-fields/', {'custom_object_type': kind['id'], **field}, 201)
        row = call('post', 'cats/', {'title': 'Tom', 'home': site.pk, 'places': [site.pk]}, 201)
        site.delete()
        row = call('patch', f'cats/{row["id"]}/', {'title': 'Tim'})
        assert (row['display'], row['home'], row['places']) == ('Tim', None, [])
        assert call('get', 'cats/?title=Tim')['count'] == 1
        call('delete', f'cats/{row["id"]}/', status=204)
        call('delete', f'custom-object-types/{kind["id"]}/', status=204)

        loaded = [name for name in sys.modules if name.startswith('netbox_branching')]
        assert not loaded, loaded
    """
    result = run_python(code, fresh_database.name, NCO_PLUGINS='netbox_custom_objects')
    assert result.returncode == 0, result.stderr
