"""Pages of changes show a field's current name, whatever it was called when the change was recorded."""

from django.urls import reverse

from core.models import ObjectChange
from netbox_branching.models import ChangeDiff

from netbox_custom_objects.models import CustomObjectTypeField
from tests.support.branches import edit
from tests.support.factories import make_object, make_type


def test_change_log_and_diff_show_current_names(lab, client):
    client.force_login(lab.user)
    with lab.request():
        vendor = make_type('vendor', fields=[{'name': 'title', 'type': 'text'}])
        one = make_object(vendor, title='before')
    branch = lab.branch()
    for where in (None, branch):
        with lab.request(where):
            edit(vendor.get_model().objects.get(pk=one.pk), title='after')
    with lab.request():
        edit(CustomObjectTypeField.objects.get(name='title'), name='label')
        change = ObjectChange.objects.get(changed_object_type__model=one._meta.model_name, action='update')
    diff = ChangeDiff.objects.get(object_type__model=one._meta.model_name)
    pages = (
        reverse('core:objectchange', args=[change.pk]),
        reverse('plugins:netbox_branching:changediff', args=[diff.pk]),
    )
    for url in pages:
        page = client.get(url).content.decode()
        assert 'Under current field names' in page, url
        row = page.split('Under current field names')[1].split('<tbody>')[1]
        assert '>label<' in row.replace(' ', ''), url
        assert 'before' in row, url
        assert 'after' in row, url


def test_changes_of_other_models_have_no_such_panel(lab, client):
    client.force_login(lab.user)
    with lab.request():
        make_type('vendor')
        change = ObjectChange.objects.first()
    page = client.get(reverse('core:objectchange', args=[change.pk]))
    assert page.status_code == 200
    assert b'Under current field names' not in page.content
