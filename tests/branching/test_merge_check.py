"""What is known of a merge before it happens: conflicts, violations, a dry run, and the changes of the schema."""

from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django_rq import get_connection, get_queue

from core.models import Job, ObjectType
from dcim.models import Site
from netbox_branching.models import Branch
from users.models import ObjectPermission

from netbox_custom_objects.branching.merging.schema_changes import schema_changes
from netbox_custom_objects.branching.merging.validators import find_conflicts
from netbox_custom_objects.branching.trial.dry_run import dry_run
from netbox_custom_objects.branching.trial.trial_job import CheckMergeJob, queue_check
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.models.job_reports import keep_report
from tests.support.beginnings import begins_with
from tests.support.branches import Lab, assert_schema_is_clean, delete, edit, rows
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.rest import make_user


def make_vendor():
    with Lab().request():
        vendor = make_type(
            'vendor', fields=[{'name': 'title', 'type': 'text'}, {'name': 'code', 'type': 'text', 'unique': True}]
        )
        make_object(vendor, title='acme', code='a')


@pytest.fixture
@begins_with(make_vendor)
def vendor(lab):
    return CustomObjectType.objects.get()


def in_schema(instance):
    """Return the row of a type or field as the current context has it."""
    return type(instance).objects.get(pk=instance.pk)


def kinds(branch):
    return [(finding.kind, finding.blocks) for finding in find_conflicts(branch)]


def field_of(custom_object_type, name):
    return CustomObjectTypeField.objects.get(custom_object_type=custom_object_type.pk, name=name)


class TestConflicts:
    def test_edits_of_different_attributes_meet_without_conflict(self, lab, vendor, branch, strategy):
        with lab.request(branch):
            edit(field_of(vendor, 'title'), name='label')
            make_field(vendor, 'serial', 'text')
        with lab.request():
            edit(field_of(vendor, 'title'), description='what it is called')
            make_field(vendor, 'owner_team', 'text')
        assert kinds(branch) == []
        lab.merge(branch, strategy)
        with lab.request():
            title = CustomObjectTypeField.objects.get(name='label')
            assert title.description == 'what it is called'
            assert {'serial', 'owner_team'} <= set(CustomObjectTypeField.objects.values_list('name', flat=True))
            assert_schema_is_clean()

    def test_equal_edits_are_silent(self, lab, vendor, branch):
        for where in (branch, None):
            with lab.request(where):
                edit(field_of(vendor, 'title'), name='label')
        assert kinds(branch) == []

    def test_different_edits_of_one_attribute_are_named_and_the_branch_wins(self, lab, vendor, branch, strategy):
        for where, name in ((branch, 'theirs'), (None, 'ours')):
            with lab.request(where):
                edit(field_of(vendor, 'title'), name=name)
        assert kinds(branch) == [('attribute', False)]
        assert '"ours"' in find_conflicts(branch)[0].text
        lab.merge(branch, strategy)
        with lab.request():
            assert field_of(vendor, 'theirs')
            assert rows(vendor.get_model(), 'theirs') == [('acme',)]

    def test_two_fields_of_one_name_are_refused_until_one_is_renamed(self, lab, vendor, branch):
        for where in (branch, None):
            with lab.request(where):
                make_field(vendor, 'serial', 'text')
        assert kinds(branch) == [('name collision', True)]
        assert 'serial' in lab.fresh(branch).can_merge.message
        with pytest.raises(Exception, match='not permitted'):
            lab.merge(branch, 'squash')
        with lab.request():
            edit(field_of(vendor, 'serial'), name='serial_number')
        assert kinds(branch) == []
        lab.merge(branch, 'squash')

    def test_a_field_that_main_deleted_and_the_branch_changed_needs_squash(self, lab, vendor, branch):
        with lab.request(branch):
            edit(field_of(vendor, 'title'), name='label')
        with lab.request():
            delete(field_of(vendor, 'title'))
        assert kinds(branch) == [('modify/delete', False)]
        with pytest.raises(ValidationError, match='squash'):
            lab.merge(branch, 'iterative')
        assert lab.fresh(branch).status == 'ready'
        lab.merge(branch, 'squash')
        with lab.request():
            assert not CustomObjectTypeField.objects.filter(name='label').exists()
            assert_schema_is_clean()

    def test_a_type_that_main_deleted_and_whose_objects_the_branch_changed(self, lab, vendor, branch, strategy):
        with lab.request(branch):
            make_object(vendor, title='born in the branch', code='b')
        with lab.request():
            delete(in_schema(vendor))
        assert kinds(branch) == [('modify/delete', True)]
        with pytest.raises(Exception, match='not permitted'):
            lab.merge(branch, strategy)

    def test_a_new_reference_to_a_type_that_main_deleted(self, lab, vendor):
        with lab.request():
            other = make_type('other')
        branch = lab.branch()
        with lab.request(branch):
            make_field(other, 'vendor', 'object', target=vendor)
        with lab.request():
            delete(in_schema(vendor))
        assert ('dangling reference', True) in kinds(branch)

    def test_after_a_sync_old_edits_of_main_are_no_conflict(self, lab, vendor, branch):
        for where, name in ((branch, 'theirs'), (None, 'ours')):
            with lab.request(where):
                edit(field_of(vendor, 'title'), description=name)
        lab.sync(branch)
        assert kinds(lab.fresh(branch)) == []

    def test_values_that_a_unique_field_would_hold_twice(self, lab, vendor, branch):
        for where in (branch, None):
            with lab.request(where):
                make_object(vendor, code='same')
                make_object(vendor, code='own' if where else 'other')
        assert kinds(branch) == [('violation', True)]
        assert '"same"' in find_conflicts(branch)[0].text

    def test_duplicates_of_a_field_that_main_made_unique(self, lab, vendor, branch):
        with lab.request(branch):
            make_object(vendor, title='acme', code='b')
        with lab.request():
            edit(field_of(vendor, 'title'), unique=True)
        assert kinds(branch) == [('violation', True)]


class TestDryRun:
    def test_it_names_every_clash_and_changes_nothing(self, lab, vendor, strategies):
        with lab.request():
            gone = make_object(vendor, title='gone', code='g')
        branch = lab.branch()
        with lab.request(branch):
            make_object(vendor, title='one', code='x')
            make_object(vendor, title='two', code='y')
            make_object(vendor, title='fine', code='z')
            edit(vendor.get_model().objects.get(pk=gone.pk), title='edited')
        with lab.request():
            make_object(vendor, title='', code='x')
            make_object(vendor, title='', code='y')
            delete(vendor.get_model().objects.get(pk=gone.pk))
            before = rows(vendor.get_model(), 'title', 'code')
        for strategy in strategies:
            findings = dry_run(lab.fresh(branch), strategy, lab.user)
            (duplicates,) = [finding for finding in findings if 'code' in finding.text]
            # Once for the field, as only the end counts.
            assert 'in the unique field "code", such as Vendor ' in duplicates.text
            assert all(finding.remedy for finding in findings)
            # Squashing leaves edits of objects out that main deleted.
            assert len(findings) == (2 if strategy == 'iterative' else 1)
            with lab.request():
                assert rows(vendor.get_model(), 'title', 'code') == before
                assert_schema_is_clean()
            assert lab.fresh(branch).status == 'ready'

    def test_a_merge_that_would_succeed_has_no_findings(self, lab, vendor, branch, strategy):
        with lab.request(branch):
            kind = make_type('kind', fields=[{'name': 'title', 'type': 'text'}])
            make_field(kind, 'vendor', 'object', target=vendor)
            make_object(kind, title='a')
        assert dry_run(lab.fresh(branch), strategy, lab.user) == []
        with lab.request():
            assert not CustomObjectType.objects.filter(name='kind').exists()
        lab.merge(branch, strategy)

    def test_findings_of_another_release_are_shown(self, lab, vendor, branch, client):
        CheckMergeJob.enqueue(instance=lab.fresh(branch), user=lab.user, strategy='squash', immediate=True)
        findings = [
            {'text': 'of a newer one', 'kind': 'novel', 'blocks': False, 'severity': 5},
            {'text': 'of an older one'},
        ]
        keep_report(Job.objects.get(name=CheckMergeJob.name), {'findings': findings})
        client.force_login(lab.user)
        page = client.get(reverse('plugins:netbox_branching:branch_merge_check', args=[branch.pk]))
        assert page.status_code == 200
        answer = client.get(f'/api/plugins/custom-objects/branches/{branch.pk}/merge-check/').json()
        for finding, shown in zip(findings, answer['dry_run']['findings'], strict=True):
            assert finding['text'] == shown['text']
            assert finding['text'] in page.content.decode()

    def test_the_job_keeps_its_findings_for_page_and_rest(self, lab, vendor, branch, client):
        with lab.request(branch):
            make_object(vendor, code='same')
        with lab.request():
            make_object(vendor, code='same')
        CheckMergeJob.enqueue(instance=lab.fresh(branch), user=lab.user, strategy='squash', immediate=True)
        client.force_login(lab.user)
        page = client.get(reverse('plugins:netbox_branching:branch_merge_check', args=[branch.pk]))
        assert page.status_code == 200
        assert b'would both have' in page.content
        answer = client.get(f'/api/plugins/custom-objects/branches/{branch.pk}/merge-check/').json()
        assert [finding['kind'] for finding in answer['conflicts']] == ['violation']
        assert answer['dry_run']['status'] == 'completed'
        assert [finding['kind'] for finding in answer['dry_run']['findings']] == ['violation']
        assert page.content.count(b'would both have') == 1
        assert b'It found what is listed above' in page.content
        assert page.content.count(b'>Vendor ') == 2  # links
        assert 'same' in str(answer['dry_run'])
        self._is_hidden(lab, branch, vendor, client)

    def _is_hidden(self, lab, branch, vendor, client):
        """Who may merge but not view the objects learns that they stand in the way; who may view jobs learns less."""
        job = Job.objects.get(name=CheckMergeJob.name)
        assert 'same' not in str([job.data, job.log_entries, job.error])
        client.force_login(make_user('merger', (Branch, ['view', 'merge'], None)))
        answer = client.get(f'/api/plugins/custom-objects/branches/{branch.pk}/merge-check/').json()
        for found in (answer['conflicts'], answer['dry_run']['findings']):
            assert found
            assert all(finding['blocks'] and 'may not view' in finding['text'] for finding in found)
        for path in ('merge-check', 'merge', ''):
            page = client.get(f'/plugins/branching/branches/{branch.pk}/{path}{"/" if path else ""}')
            assert page.status_code in (200, 302, 403), path
            assert b'"same"' not in page.content
            assert b'&quot;same&quot;' not in page.content


def test_rights_within_constraints_on_a_field_that_one_side_lacks(lab, vendor, client):
    model = vendor.get_model()
    branch = lab.branch()
    for where, title in ((branch, 'theirs'), (None, 'ours')):
        with lab.request(where):
            edit(model.objects.get(code='a'), title=title)
    with lab.request():
        make_field(vendor, 'state', 'text')
        edit(vendor.get_model().objects.get(code='a'), state='open')
    client.force_login(make_user('merger', (Branch, ['view', 'merge'], None), (vendor, ['view'], {'state': 'open'})))
    answer = client.get(f'/api/plugins/custom-objects/branches/{branch.pk}/merge-check/')
    assert answer.status_code == 200
    assert 'theirs' in str(answer.json()['conflicts'])


class TestOneTruth:
    """The merge check says what netbox-branching's merge page says, and what is so now."""

    def page(self, client, branch, name='merge_check'):
        return unescape(
            client.get(reverse(f'plugins:netbox_branching:branch_{name}', args=[branch.pk])).content.decode()
        )

    def report(self, client, branch):
        return client.get(f'/api/plugins/custom-objects/branches/{branch.pk}/merge-check/').json()

    def test_values_that_both_sides_changed_are_listed_until_they_agree(self, lab, vendor, client):
        client.force_login(lab.user)
        with lab.request():
            site = Site.objects.create(name='Site', slug='site', facility='old')
        branch = lab.branch()
        for where, value in ((branch, 'theirs'), (None, 'ours')):
            with lab.request(where):
                edit(vendor.get_model().objects.get(), title=value)
                edit(Site.objects.get(pk=site.pk), facility=value)
        with lab.request():
            edit(field_of(vendor, 'title'), name='label')
        assert 'conflicts were found' in self.page(client, branch, 'merge')
        page, conflicts = self.page(client, branch), self.report(client, branch)['conflicts']
        assert [(found['kind'], found['blocks'], found['object_type']) for found in conflicts] == [
            ('value', False, 'dcim.site'),
            ('value', False, f'netbox_custom_objects.table{vendor.pk}model'),
        ]
        for found, name in zip(conflicts, ('facility', 'Label'), strict=True):
            assert f'"{name}" to "ours" in main and to "theirs" in the branch' in found['text']
            assert found['text'] in page
        with lab.request(branch):
            edit(vendor.get_model().objects.get(), title='ours')
            edit(Site.objects.get(pk=site.pk), facility='ours')
        assert self.report(client, branch)['conflicts'] == []
        assert 'No field-level conflicts' in self.page(client, branch, 'merge')

    def test_an_object_that_main_deleted_and_the_branch_changed_is_listed(self, lab, vendor, client):
        client.force_login(lab.user)
        branch = lab.branch()
        with lab.request(branch):
            edit(vendor.get_model().objects.get(), title='theirs')
        with lab.request():
            delete(vendor.get_model().objects.get())
        assert 'conflicts were found' in self.page(client, branch, 'merge')
        (found,) = self.report(client, branch)['conflicts']
        assert (found['kind'], found['text'].startswith('Main deleted')) == ('value', True)

    def test_objects_that_a_user_may_not_view_are_counted_only(self, lab, vendor, branch, client):
        for where, value in ((branch, 'theirs'), (None, 'ours')):
            with lab.request(where):
                edit(vendor.get_model().objects.get(), title=value)
        user = get_user_model().objects.create_user(username='merger')
        permission = ObjectPermission.objects.create(name='branches', actions=['view', 'merge'])
        permission.object_types.set([ObjectType.objects.get_for_model(Branch)])
        permission.users.add(user)
        client.force_login(user)
        (found,) = self.report(client, branch)['conflicts']
        assert found['text'] == 'One more object was changed by both main and the branch.'
        assert (found['object_type'], found['object_id'], found['url']) == ('', None, '')
        page = self.page(client, branch)
        assert 'theirs' not in page
        assert 'acme' not in page

    @pytest.mark.parametrize('in_branch', [True, False])
    def test_findings_of_a_dry_run_are_outdated_once_a_side_has_changed(self, lab, vendor, client, in_branch):
        client.force_login(lab.user)
        branch = lab.branch()
        for where in (branch, None):
            with lab.request(where):
                made = make_object(vendor, code='same')
        url = reverse('plugins:netbox_branching:branch', args=[branch.pk])
        CheckMergeJob.enqueue(instance=lab.fresh(branch), user=lab.user, strategy='squash', immediate=True)
        assert not self.report(client, branch)['dry_run']['outdated']
        assert 'The last merge check found' in client.get(url).content.decode()
        with lab.request(branch if in_branch else None):
            edit(vendor.get_model().objects.filter(code='same').get(), code='other')
        assert made.pk
        report = self.report(client, branch)
        assert report['dry_run']['outdated']
        assert report['conflicts'] == []
        assert 'has changed since' in self.page(client, branch)
        assert 'The last merge check found' not in client.get(url).content.decode()
        CheckMergeJob.enqueue(instance=lab.fresh(branch), user=lab.user, strategy='squash', immediate=True)
        page = self.page(client, branch)
        assert 'The merge would succeed' in page
        assert 'hx-trigger="every 5s"' not in page
        for action in ('sync', 'merge'):
            assert f'href="{url}{action}/"' in page
        with lab.request(branch if in_branch else None):
            edit(vendor.get_model().objects.filter(code='other').get(), title='later')
        page = self.page(client, branch)
        assert 'No problems found.' in page
        assert 'The problems listed' not in page


class TestQueue:
    def test_one_check_of_a_branch_waits_at_a_time(self, lab, vendor, client):
        client.force_login(lab.user)
        branch, other = lab.branch(), lab.branch('other')

        def ask(branch):
            url = f'/api/plugins/custom-objects/branches/{branch.pk}/merge-check/'
            return client.post(url, {'strategy': 'squash'}, content_type='application/json')

        assert [ask(branch).status_code for _ in range(3)] == [200, 409, 409]
        assert ask(other).status_code == 200
        url = reverse('plugins:netbox_branching:branch_merge_check', args=[branch.pk])
        page = client.post(url, {'strategy': 'squash'}, follow=True).content.decode()
        assert 'hx-trigger="every 5s"' in page
        assert 'already running' in page
        assert lab.fresh(branch).jobs.count() == 1
        # Its worker was killed, and nobody has told the job.
        lab.fresh(branch).jobs.update(status='running', created=timezone.now() - timedelta(days=2))
        get_queue('default').empty()
        get_connection('default').flushdb()
        assert ask(branch).status_code == 200

    def test_a_branch_that_another_request_deletes(self, lab, vendor, branch):
        Branch.objects.filter(pk=branch.pk).delete()
        with pytest.raises(Http404):
            queue_check(branch, lab.user, 'squash')


class TestSchemaChanges:
    def test_it_says_what_a_merge_would_do(self, lab, vendor, branch, client):
        assert schema_changes(branch) == []
        with lab.request(branch):
            edit(field_of(vendor, 'title'), name='label')
            delete(field_of(vendor, 'code'))
            make_field(vendor, 'site', 'object', target=Site)
            make_type('kind')
        changes = {change.name: change for change in schema_changes(lab.fresh(branch))}
        assert changes['kind'].action == 'create'
        assert changes['vendor'].destructive
        assert any('"label"' in edit for edit in changes['vendor'].edits)
        sentences = [step.operation.describe() for step in changes['vendor'].steps]
        assert any('Add column' in sentence for sentence in sentences)
        assert any('Retire column' in sentence for sentence in sentences)
        client.force_login(lab.user)
        page = client.get(reverse('plugins:netbox_branching:branch_schema_changes', args=[branch.pk]))
        assert b'Retire column' in page.content
        drawn = {entry['label']: entry for entry in page.context['map']['types']}
        assert {label: entry['status'] for label, entry in drawn.items()} == {'Vendor': 'changed', 'Kind': 'added'}
        assert {field['name']: field['status'] for field in drawn['Vendor']['fields']} == {
            'label': 'changed', 'code': 'removed', 'site': 'added',
        }  # fmt: skip
        assert [entry['status'] for entry in page.context['map']['references']] == ['added']
        assert drawn['Vendor']['url']
        assert not drawn['Kind']['url']
        answer = client.get(f'/api/plugins/custom-objects/branches/{branch.pk}/schema-changes/').json()
        assert {change['name'] for change in answer} == {'vendor', 'kind'}
        lab.merge(branch)
        with lab.request():
            assert_schema_is_clean()

    def test_types_that_a_user_may_not_view_are_left_out(self, lab, vendor, branch, client):
        with lab.request(branch):
            make_field(vendor, 'serial', 'text')
        user = get_user_model().objects.create_user(username='guest')
        permission = ObjectPermission.objects.create(name='branches', actions=['view'])
        permission.object_types.set([ObjectType.objects.get_for_model(Branch)])
        permission.users.add(user)
        client.force_login(user)
        url = f'/api/plugins/custom-objects/branches/{branch.pk}/'
        assert client.get(f'{url}schema-changes/').json() == []
        page = client.get(reverse('plugins:netbox_branching:branch_schema_changes', args=[branch.pk]))
        assert page.context['map'] is None
        assert client.get(f'{url}merge-check/').status_code == 403


class TestRemedies:
    def test_synchronising_removes_what_main_deleted(self, lab, vendor, branch):
        """The remedy that a refusal of a merge names must work."""
        with lab.request(branch):
            make_object(vendor, title='born in the branch', code='b')
            make_field(vendor, 'serial', 'text')
            other = make_type('other', fields=[{'name': 'title', 'type': 'text'}])
            make_object(other, title='kept')
        with lab.request():
            delete(in_schema(vendor))
        assert kinds(branch) == [('modify/delete', True)]
        lab.sync(branch)
        assert kinds(lab.fresh(branch)) == []
        lab.merge(branch, 'squash')
        with lab.request():
            assert rows(other.get_model(), 'title') == [('kept',)]
            assert not CustomObjectType.objects.filter(name='vendor').exists()
            assert_schema_is_clean()
