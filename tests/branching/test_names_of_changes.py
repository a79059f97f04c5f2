"""Pages of changes show a field's current name, whatever it was called when the change was recorded."""

from django.urls import reverse

from core.models import ObjectChange
from dcim.models import Site
from netbox_branching.models import ChangeDiff

from netbox_custom_objects.models import CustomObjectTypeField
from netbox_custom_objects.services.history.undo import last_change, undo
from tests.support.branches import edit
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.ui import text_of


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
        assert 'What changed' in page, url
        row = page.split('What changed')[1].split('<tbody>')[1].split('</table>')[0]
        assert '>Label<' in row.replace(' ', ''), url
        assert 'before' in row, url
        assert 'after' in row, url


def test_changes_of_other_models_have_no_such_panel(lab, client):
    client.force_login(lab.user)
    with lab.request():
        Site.objects.create(name='Site', slug='site')
        change = ObjectChange.objects.get(changed_object_type__model='site')
    page = client.get(reverse('core:objectchange', args=[change.pk]))
    assert page.status_code == 200
    assert b'What changed' not in page.content


def test_a_branch_shows_what_each_side_changed(lab, client):
    client.force_login(lab.user)
    with lab.request():
        vendor = make_type('vendor', fields=[
            {'name': 'title', 'type': 'text'}, {'name': 'place', 'type': 'object', 'target': Site, 'label': 'Location'},
        ])  # fmt: skip
        one = make_object(vendor, title='before')
    branch = lab.branch()
    with lab.request(branch):
        site = Site.objects.create(name='Only here', slug='only-here')
        edit(vendor.get_model().objects.get(pk=one.pk), title='theirs', place=site)
        make_field(vendor, 'late')
        edit(vendor.get_model().objects.get(pk=one.pk), late='new value')
    with lab.request():
        edit(vendor.get_model().objects.get(pk=one.pk), title='ours')
    diff = ChangeDiff.objects.get(object_type__model=one._meta.model_name)
    page = client.get(reverse('plugins:netbox_branching:changediff', args=[diff.pk])).content.decode()
    shown = text_of(page[page.index('What changed') : page.index('</table>')])
    assert 'In the branch In main' in shown
    assert 'Title before theirs before ours' in shown
    assert 'Location Only here' in shown
    assert 'Late new value' in shown


def test_schema_history_knows_merges_and_reverts(lab, client):
    client.force_login(lab.user)
    with lab.request():
        vendor = make_type('vendor', fields=[{'name': 'title', 'type': 'text'}])
    branch = lab.branch()
    with lab.request(branch):
        make_field(vendor, 'late')
    page = f'/plugins/custom-objects/custom-object-types/{vendor.pk}/schema-history/'
    lab.merge(branch)
    shown = text_of(client.get(page).content.decode())
    assert f'Merged from branch {branch.name}' in shown
    refused = text_of(client.get(f'{page}undo/').content.decode())
    assert 'It came with a branch' in refused
    lab.revert(branch)
    shown = text_of(client.get(page).content.decode())
    reverted, merged = shown.index(f'Reverted: branch {branch.name}'), shown.index(f'Merged from branch {branch.name}')
    assert reverted < shown.index('Field "late" (Text) deleted') < merged < shown.index('New field "late" (Text)')


def test_the_last_change_is_undone_where_it_was_made(lab):
    with lab.request():
        vendor = make_type('vendor', fields=[{'name': 'title', 'type': 'text'}])
    branch = lab.branch()
    with lab.request(branch):
        make_field(vendor, 'late')
        make_object(vendor, title='one', late='kept')
    for names in (['title'], ['late', 'title']):
        with lab.request(branch):
            # First the field goes, then its deletion is undone.
            undo(vendor, last_change(vendor).key, lab.user)
        with lab.request(branch):
            assert sorted(vendor.fields.values_list('name', flat=True)) == names
    with lab.request(branch):
        assert vendor.get_model().objects.get().late == 'kept'
    with lab.request():
        assert [*vendor.fields.values_list('name', flat=True)] == ['title']
    lab.merge(branch)
    with lab.request():
        assert vendor.get_model().objects.get().late == 'kept'
