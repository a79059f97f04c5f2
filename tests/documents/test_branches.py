"""Documents in branches: applied there, merged, reverted and merged again; and in a branch that is made for one."""

from netbox_branching.models import Branch

from netbox_custom_objects.branching.documents import ApplyInBranchJob, apply_in_new_branch
from netbox_custom_objects.models import CustomObjectType
from netbox_custom_objects.schema.executor import apply_document
from netbox_custom_objects.schema.exporter import export_cots, to_json
from tests.documents.models import EVERYTHING, SMALL
from tests.support.branches import assert_schema_is_clean


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
