"""Branches as clients use them: REST with the X-NetBox-Branch header, netbox-branching's own jobs, a cold process."""

import pytest
from django.db import connection
from rest_framework.test import APIClient

from dcim.models import Site
from netbox_branching.jobs import MergeBranchJob, RevertBranchJob, SyncBranchJob
from users.models import Token

from netbox_custom_objects.models import CustomObjectType
from tests.support.branches import assert_schema_is_clean, rows
from tests.support.factories import make_object, make_type
from tests.support.processes import run_new_python, run_python

API = '/api/plugins/custom-objects/'


class Client:
    """A REST client in main, or in a branch."""

    def __init__(self, user, branch=None):
        self.client = APIClient()
        self.client.force_authenticate(user, token=Token(user=user, write_enabled=True))
        self.headers = {'X-NetBox-Branch': branch.schema_id} if branch else {}

    def _call(self, method, path, data=None, expect=200):
        call = getattr(self.client, method)
        response = call(API + path, data, format='json', headers=self.headers)
        assert response.status_code == expect, response.content
        return response.json() if response.content else None

    def get(self, path, **kwargs):
        return self._call('get', path, **kwargs)

    def post(self, path, data):
        return self._call('post', path, data, expect=201)

    def patch(self, path, data):
        return self._call('patch', path, data)


def test_everything_over_rest_in_a_branch(lab, strategies):
    site = Site.objects.create(name='Here', slug='here')
    branch = lab.branch()
    main, inside = Client(lab.user), Client(lab.user, branch)
    vendor = inside.post('custom-object-types/', {'name': 'vendor', 'slug': 'vendors'})
    title = inside.post(
        'custom-object-type-fields/',
        {'custom_object_type': vendor['id'], 'name': 'title', 'type': 'text', 'primary': True, 'unique': True},
    )
    inside.post(
        'custom-object-type-fields/',
        {
            'custom_object_type': vendor['id'],
            'name': 'sites',
            'type': 'multiobject',
            'app_label': 'dcim',
            'model': 'site',
        },
    )
    created = inside.post('vendors/', [{'title': 'acme', 'sites': [site.pk]}, {'title': 'Übel & Söhne'}])
    inside.patch(f'custom-object-type-fields/{title["id"]}/', {'name': 'label'})
    inside.patch(f'vendors/{created[0]["id"]}/', {'label': 'ACME'})
    main.get('vendors/', expect=404)
    assert main.get('custom-object-types/')['count'] == 0
    assert [obj['label'] for obj in inside.get('vendors/')['results']] == ['ACME', 'Übel & Söhne']

    branch = lab.fresh(branch)
    for strategy in strategies:
        branch.merge_strategy = strategy
        branch.save()
        assert MergeBranchJob.enqueue(instance=branch, user=lab.user, immediate=True, commit=True).status == 'completed'
        merged = main.get('vendors/')['results']
        assert [(obj['label'], [s['id'] for s in obj['sites']]) for obj in merged] == [
            ('ACME', [site.pk]),
            ('Übel & Söhne', []),
        ]
        assert main.post('vendors/', {'label': 'inserted'})['id'] > created[1]['id']

        branch = lab.fresh(branch)
        assert (
            RevertBranchJob.enqueue(instance=branch, user=lab.user, immediate=True, commit=True).status == 'completed'
        )
        main.get('vendors/', expect=404)
        assert inside.get('vendors/')['count'] == 2


def test_sync_job_brings_a_type_that_main_made_meanwhile(lab, branch):
    main, inside = Client(lab.user), Client(lab.user, branch)
    vendor = main.post('custom-object-types/', {'name': 'vendor', 'slug': 'vendors'})
    main.post('custom-object-type-fields/', {'custom_object_type': vendor['id'], 'name': 'title', 'type': 'text'})
    main.post('vendors/', {'title': 'acme'})
    inside.get('vendors/', expect=404)
    assert (
        SyncBranchJob.enqueue(instance=lab.fresh(branch), user=lab.user, immediate=True, commit=True).status
        == 'completed'
    )
    assert [obj['title'] for obj in inside.get('vendors/')['results']] == ['acme']
    assert_schema_is_clean(branch.connection_name)


# A new interpreter takes seconds: for one of the two, a process that has loaded NetBox, and nothing of a database.
@pytest.mark.slow
@pytest.mark.parametrize(('strategy', 'start'), [('iterative', run_python), ('squash', run_new_python)])
def test_merge_in_a_process_that_has_loaded_nothing(lab, fresh_database, branch, strategy, start):
    with lab.request(branch):
        vendor = make_type('vendor', fields=[('title', 'text')])
        make_object(vendor, title='acme')
    connection.close()
    code = f"""
        import django
        django.setup()
        from django.contrib.auth import get_user_model
        from netbox_branching.models import Branch
        branch = Branch.objects.get(name={branch.name!r})
        branch.merge_strategy = {strategy!r}
        branch.merge(user=get_user_model().objects.get(username='engineer'))
    """
    ended = start(code, database=fresh_database.name)
    assert ended.returncode == 0, ended.stderr
    # This process learns of it by itself, at its next look-up.
    with lab.request():
        assert rows(CustomObjectType.objects.get().get_model(), 'title') == [('acme',)]
