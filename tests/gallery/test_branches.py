"""All models together, in a branch, merged and reverted; and one in a branch that is made for it."""

from netbox_branching.models import Branch

from netbox_custom_objects.branching.documents import InstallInBranchJob, install_in_new_branch
from netbox_custom_objects.models import CustomObjectType
from netbox_custom_objects.schema.exporter import export_cots, to_yaml
from netbox_custom_objects.schema.gallery.catalog import find_model, gallery_models
from netbox_custom_objects.schema.gallery.install import install
from tests.support.branches import assert_schema_is_clean


def counts():
    return {type_.slug: type_.get_model().objects.count() for type_ in CustomObjectType.objects.all()}


def test_all_of_them_there_and_back(lab, branch, caplog):
    models = gallery_models()
    with lab.request(branch):
        for model in models:
            install(model, with_rows=True, user=lab.user)
        assert 'is left out' not in caplog.text
        # The first are still what they were.
        assert not any(install(model, user=lab.user).comparison.has_changes for model in models)
        expected = to_yaml(export_cots(CustomObjectType.objects.all()))
    assert not CustomObjectType.objects.exists()

    # `documents/test_branches` has both strategies, and merges what was reverted once more.
    lab.merge(branch, 'squash')
    assert to_yaml(export_cots(CustomObjectType.objects.all())) == expected
    assert counts() == {slug: len(rows) for model in models for slug, rows in model.rows.items()}
    assert_schema_is_clean()
    lab.revert(branch)
    assert not CustomObjectType.objects.exists()
    assert_schema_is_clean()


def test_one_in_a_branch_of_its_own(lab):
    options = {'with_rows': True, 'ignore_base': False}
    with lab.request():
        job = install_in_new_branch('costs', 'cost-centers', lab.user, options)
    InstallInBranchJob(job).work(model='cost-centers', options=options)
    assert 'objects were created' in str(job.log_entries)
    assert not CustomObjectType.objects.exists()
    with lab.request(Branch.objects.get(name='costs')):
        assert counts() == {slug: len(rows) for slug, rows in find_model('cost-centers').rows.items()}
