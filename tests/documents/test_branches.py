"""Documents in branches: applied there, merged, reverted and merged again; and in a branch that is made for one."""

from contextlib import closing

import pytest
from django.db import DEFAULT_DB_ALIAS, connections

from extras.models import CustomFieldChoiceSet
from netbox_branching.models import Branch

from netbox_custom_objects.branching.documents import ApplyInBranchJob, apply_in_new_branch
from netbox_custom_objects.constants import APP_LABEL
from netbox_custom_objects.exceptions import BranchClosed, SchemaLocked
from netbox_custom_objects.models import CustomObjectType
from netbox_custom_objects.schema.executor import apply, apply_document
from netbox_custom_objects.schema.exporter import export_cots, to_json
from tests.documents.command import run
from tests.documents.models import EVERYTHING, SMALL
from tests.support.branches import assert_schema_is_clean
from tests.surfaces.rest import API, Rest


def export():
    return to_json(export_cots(CustomObjectType.objects.all()))


def test_there_and_back_and_there_again(lab, branch, strategy):
    with lab.request(branch):
        apply_document(EVERYTHING, user=lab.user)
        expected = export()
    assert not CustomObjectType.objects.exists()
    lab.merge(branch, strategy)
    assert export() == expected
    lab.revert(branch)
    assert not CustomObjectType.objects.exists()
    lab.merge(branch, strategy)
    assert export() == expected
    assert_schema_is_clean()


def test_a_branch_that_is_merged_or_closed_meanwhile(lab, branch, settings, monkeypatch, tmp_path):
    """Nothing is applied that its merge would miss, and a merge waits for what is being applied."""
    file = tmp_path / 'model.json'
    file.write_text(to_json(SMALL))
    with lab.request(branch):
        with pytest.raises(BranchClosed):
            # Another process begins the merge when the document is half written.
            apply(SMALL, user=lab.user, note=lambda *_: Branch.objects.update(status='merging'))
        assert not CustomObjectType.objects.exists()
    # They are not branched.
    assert not CustomFieldChoiceSet.objects.filter(name='Server states').exists()
    assert lab.fresh(branch).status == 'ready'
    client, there = Rest(lab.user).client, {'X-NetBox-Branch': branch.schema_id}
    for status in ('merging', 'merged', 'archived', 'pending-migrations', 'failed'):
        Branch.objects.update(status=status)
        for action in ('preview', 'apply'):
            code, output = run(action, str(file), '--branch', branch.name)
            assert (code, 'Found no open branch' in output) == (2, True), (status, action, output)
        answer = client.post(f'{API}schema/apply/', {'schema': SMALL}, format='json', headers=there)
        assert (answer.status_code, answer.content) == (400, b'Selected branch is not ready.'), status
    Branch.objects.update(status='ready')
    assert run('apply', str(file), '--branch', branch.name)[0] == 0

    for name, value in (('ddl_lock_timeout', 50), ('ddl_lock_retries', 0)):
        monkeypatch.setitem(settings.PLUGINS_CONFIG[APP_LABEL], name, value)
    other = connections.create_connection(DEFAULT_DB_ALIAS)
    with closing(other), other.cursor() as cursor:
        cursor.execute('SELECT pg_advisory_lock(hashtext(%s), 0)', [branch.schema_name])
        with pytest.raises(SchemaLocked):
            lab.merge(branch)
    assert not CustomObjectType.objects.exists()
    assert lab.fresh(branch).status == 'ready'
    lab.merge(branch)
    assert CustomObjectType.objects.count() == 2


def test_a_document_in_a_branch_of_its_own(lab):
    with lab.request():
        job = apply_in_new_branch('model', SMALL, lab.user, {'allow_destructive': False, 'ignore_base': False})
    ApplyInBranchJob(job).work(document=SMALL, options={'allow_destructive': False, 'ignore_base': False})
    assert not CustomObjectType.objects.exists()
    branch = Branch.objects.get(name='model')
    with lab.request(branch):
        assert CustomObjectType.objects.count() == 2
    lab.merge(branch)
    assert CustomObjectType.objects.count() == 2
