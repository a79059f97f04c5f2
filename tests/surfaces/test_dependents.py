"""What mentions a field that is renamed, converted or deleted: told in plans, rewritten on request."""

from urllib.parse import urlencode

import pytest
from django.contrib.contenttypes.models import ContentType

from core.models import ObjectChange
from dcim.models import Site
from extras.models import CustomLink, EventRule, ExportTemplate, SavedFilter, TableConfig, Webhook
from users.models import ObjectPermission, User

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.services.dependents import updating_dependents
from tests.support.branches import STRATEGIES, edit
from tests.support.factories import make_field, make_object, make_type
from tests.support.kept import keeps, kept_again
from tests.surfaces.rest import Rest, make_user, superuser
from tests.surfaces.ui import Browser, text_of

FIELDS, TYPES = 'custom-object-type-fields/', 'custom-object-types/'
DRY = '?dry_run=true'
ALL = ['view', 'add', 'change', 'delete']


def make_kind():
    place = {'name': 'place', 'type': 'object', 'target': Site}
    fields = [('title', 'text'), ('state', 'text'), place]
    return make_type('ticket', fields=fields, display_expression='{{ state }}/{{ title }}')


@pytest.fixture
@keeps(make_kind)
def kind(db):
    return kept_again()


@pytest.fixture
def visit(kind):
    visit = make_type('visit', fields=[('title', 'text')])
    make_field(visit, 'ticket', 'object', target=kind, related_object_filter={'state__ic': 'open', 'title': 'a'})
    return visit


@pytest.fixture
def dependents(kind, visit, settings):
    """One thing of each kind that mentions `ticket.state`, and one that does not."""
    object_type = ContentType.objects.get(pk=kind.object_type_id)
    table = f'Table{kind.pk}ModelTable'
    for name, mentions in (('with', True), ('without', False)):
        attr = 'state' if mentions else 'title'
        permission = ObjectPermission.objects.create(name=name, actions=['view'], constraints={f'{attr}__in': ['a']})
        saved = SavedFilter.objects.create(name=name, slug=name, parameters={attr: ['a'], 'q': 'x'})
        rule = EventRule.objects.create(
            name=name, event_types=['object_updated'], action_type='webhook',
            action_object=Webhook.objects.create(name=name, payload_url='http://localhost/'),
            conditions={'and': [{'attr': f'snapshots.prechange.{attr}', 'value': 'a'}]},
        )  # fmt: skip
        code = f'{{% for obj in queryset %}}{{{{ obj.{attr} }}}}{{% endfor %}}'
        template = ExportTemplate.objects.create(name=name, template_code=code)
        link = CustomLink.objects.create(name=name, link_text='x', link_url=f'http://x/{{{{ object.{attr} }}}}')
        for row in (permission, saved, rule, template, link):
            row.object_types.add(object_type)
        TableConfig.objects.create(
            name=name, object_type=object_type, table=table, columns=['pk', attr], ordering=[f'-{attr}']
        )
    nested = ObjectPermission.objects.create(name='nested', actions=['view'], constraints=[{'ticket__state': 'a'}])
    nested.object_types.add(ContentType.objects.get(pk=visit.object_type_id))
    settings.CUSTOM_VALIDATORS = {'netbox_custom_objects.ticket': [{'state': {'min_length': 1}}]}


def told(body):
    return {
        (group['object_type'], found['display'], tuple(found['mentions']), found['can_update'])
        for group in body['dependents']
        for found in group['objects']
    }


def field_of(kind, name='state'):
    return kind.fields.get(name=name)


EVERYTHING = {
    ('users.objectpermission', 'with', ('state__in',), True),
    ('users.objectpermission', 'nested', ('ticket__state',), True),
    ('extras.savedfilter', 'with', ('state',), True),
    ('extras.tableconfig', 'with', ('state',), True),
    ('extras.eventrule', 'with', ('snapshots.prechange.state',), False),
    ('extras.exporttemplate', 'with', ('state',), False),
    ('extras.customlink', 'with', ('state',), False),
    ('netbox_custom_objects.customobjecttype', 'Ticket', ('state',), True),
    ('netbox_custom_objects.customobjecttypefield', 'visit.ticket', ('state__ic',), True),
    ('core.configrevision', 'CUSTOM_VALIDATORS, netbox_custom_objects.ticket', ('state',), False),
}


class TestPlans:
    def test_dry_runs_name_everything(self, kind, dependents):
        rest = Rest(superuser())
        path = f'{FIELDS}{field_of(kind).pk}/'
        assert told(rest.patch(path + DRY, {'name': 'stage'})) == EVERYTHING
        assert told(rest.patch(path + DRY, {'type': 'longtext'})) == EVERYTHING
        assert told(rest.delete(path + DRY, expect=200)) == EVERYTHING
        assert told(rest.patch(FIELDS + DRY, [{'id': field_of(kind).pk, 'name': 'stage'}])) == EVERYTHING
        assert told(rest.patch(path + DRY, {'label': 'Stage'})) == set()
        (group,) = [
            g for g in rest.delete(path + DRY, expect=200)['dependents'] if g['object_type'] == 'extras.savedfilter'
        ]
        assert group['count'] == 1
        assert group['objects'][0]['url'].endswith(f'/api/extras/saved-filters/{group["objects"][0]["id"]}/')

    def test_deleting_a_type(self, kind, dependents):
        field_of(CustomObjectType.objects.get(name='visit'), 'ticket').delete()
        body = Rest(superuser()).delete(f'{TYPES}{kind.pk}/{DRY}', expect=200)
        found = {(group['object_type'], group['count']) for group in body['dependents']}
        assert found == {
            ('users.objectpermission', 2), ('extras.savedfilter', 2), ('extras.tableconfig', 2),
            ('extras.eventrule', 2), ('extras.exporttemplate', 2), ('extras.customlink', 2), ('core.configrevision', 1),
        }  # fmt: skip
        page = text_of(Browser(User.objects.get(username='root')).get(f'{TYPES}{kind.pk}/delete/'))
        assert 'Export Template with' in page

    def test_what_one_may_not_view_is_a_number(self, kind, dependents):
        user = make_user(
            'user', (CustomObjectTypeField, ALL, None), (SavedFilter, ['view'], None), (TableConfig, ['view'], None)
        )
        TableConfig.objects.update(shared=False)
        path = f'{FIELDS}{field_of(kind).pk}/'
        body = Rest(user).delete(path + DRY, expect=200)
        assert told(body) == {
            ('extras.savedfilter', 'with', ('state',), True),
            ('netbox_custom_objects.customobjecttypefield', 'visit.ticket', ('state__ic',), True),
        }
        assert {group['object_type']: group['count'] for group in body['dependents']}['users.objectpermission'] == 2
        page = text_of(Browser(user).get(f'{path}delete/'))
        assert 'Saved Filter with state' in page
        assert 'Permissions: 2 that you may not view' in page
        assert 'nested' not in page

    def test_pages(self, kind, dependents, browser):
        field = field_of(kind)
        sent = {
            'custom_object_type': kind.pk, 'name': 'stage', 'type': 'text', 'search_weight': '500', 'weight': '100',
            'filter_logic': 'loose', 'ui_visible': 'always', 'ui_editable': 'yes',
        }  # fmt: skip
        page = text_of(browser.post(f'{FIELDS}{field.pk}/preview/', 200, **sent))
        assert 'Permission nested ticket__state can be updated' in page
        # The name of its own objects does not wait for being asked.
        assert 'Custom Object Type Ticket state is updated' in page
        assert 'Event Rule with snapshots.prechange.state' in page
        assert 'Mentions of this field' not in text_of(
            browser.post(f'{FIELDS}{field.pk}/preview/', 200, **{**sent, 'name': 'state'})
        )
        browser.post(f'{FIELDS}{field.pk}/edit/', **sent, update_dependents='on')
        assert SavedFilter.objects.get(name='with').parameters == {'stage': ['a'], 'q': 'x'}

    def test_what_is_new_under_an_old_name(self, kind, dependents, browser):
        field_of(kind).delete()
        ObjectPermission.objects.all().delete()
        body = {'custom_object_type': kind.pk, 'name': 'state', 'type': 'text'}
        gone = {'users.objectpermission', 'netbox_custom_objects.customobjecttype'}
        rest = Rest(User.objects.get(username='root'))
        found = told(rest.post(FIELDS + DRY, body, expect=200))
        assert {kind for kind, *_rest in found} | gone == {kind for kind, *_rest in EVERYTHING}
        inputs = {
            'search_weight': '500',
            'weight': '100',
            'filter_logic': 'loose',
            'ui_visible': 'always',
            'ui_editable': 'yes',
        }
        page = text_of(browser.post(f'{FIELDS}preview/', 200, **body, **inputs))
        assert 'Existing mentions of this name' in page
        assert 'Saved Filter with state' in page
        assert 'can be updated' not in page

    def test_a_new_type_under_an_old_slug(self, kind, dependents, browser):
        kind.delete(delete_referencing_fields=True)
        page = text_of(browser.post(f'{TYPES}design/preview/', 200, name='issue', slug='ticket'))
        assert 'CUSTOM_VALIDATORS, netbox_custom_objects.ticket' in page


class TestRenames:
    def test_data_follow_on_request(self, kind, dependents):
        rest = Rest(superuser())
        rest.patch(f'{FIELDS}{field_of(kind).pk}/', {'name': 'stage', 'update_dependents': True})
        assert dict(ObjectPermission.objects.values_list('name', 'constraints')) == {
            'with': {'stage__in': ['a']}, 'without': {'title__in': ['a']}, 'nested': [{'ticket__stage': 'a'}],
        }  # fmt: skip
        assert SavedFilter.objects.get(name='with').parameters == {'stage': ['a'], 'q': 'x'}
        config = TableConfig.objects.get(name='with')
        assert (config.columns, config.ordering) == (['pk', 'stage'], ['-stage'])
        assert CustomObjectTypeField.objects.get(name='ticket').related_object_filter == {
            'stage__ic': 'open',
            'title': 'a',
        }
        assert CustomObjectType.objects.get(pk=kind.pk).display_expression == '{{ stage }}/{{ title }}'
        changed = ObjectChange.objects.filter(request_id=ObjectChange.objects.latest('pk').request_id)
        assert {change.changed_object_type.model for change in changed} == {
            'customobjecttypefield', 'customobjecttype', 'savedfilter', 'tableconfig',
        }  # fmt: skip
        assert 'update_dependents' not in rest.get(f'{FIELDS}{field_of(kind, "stage").pk}/')

    def test_only_the_display_expression_follows_unasked(self, kind, dependents):
        obj = make_object(kind, title='t', state='s')
        rest = Rest(superuser())
        rest.patch(f'{FIELDS}{field_of(kind).pk}/', {'name': 'stage'})
        assert rest.get(f'ticket/{obj.pk}/')['display'] == 's/t'
        assert SavedFilter.objects.get(name='with').parameters == {'state': ['a'], 'q': 'x'}
        assert ObjectPermission.objects.get(name='with').constraints == {'state__in': ['a']}

    def test_a_dry_run_changes_nothing(self, kind, dependents):
        body = Rest(superuser()).patch(
            f'{FIELDS}{field_of(kind).pk}/{DRY}', {'name': 'stage', 'update_dependents': True}
        )
        assert {group['object_type'] for group in body['changed']} >= {'extras.savedfilter', 'extras.tableconfig'}
        assert SavedFilter.objects.get(name='with').parameters == {'state': ['a'], 'q': 'x'}
        assert ObjectPermission.objects.get(name='with').constraints == {'state__in': ['a']}

    def test_only_what_the_user_may_change(self, kind, dependents):
        user = make_user(
            'user', (CustomObjectTypeField, ALL, None), (SavedFilter, ALL, None), (TableConfig, ALL, {'name': 'no'})
        )
        Rest(user).patch(f'{FIELDS}{field_of(kind).pk}/', {'name': 'stage', 'update_dependents': True})
        assert SavedFilter.objects.get(name='with').parameters == {'stage': ['a'], 'q': 'x'}
        assert TableConfig.objects.get(name='with').columns == ['pk', 'state']
        assert ObjectPermission.objects.get(name='with').constraints == {'state__in': ['a']}

    def test_what_holds_for_other_types_too_stays(self, kind, visit, dependents):
        for model in (ObjectPermission, SavedFilter):
            model.objects.get(name='with').object_types.add(visit.object_type_id)
        Rest(superuser()).patch(f'{FIELDS}{field_of(kind).pk}/', {'name': 'stage', 'update_dependents': True})
        assert SavedFilter.objects.get(name='with').parameters == {'state': ['a'], 'q': 'x'}
        assert ObjectPermission.objects.get(name='with').constraints == {'state__in': ['a']}

    def test_references_and_reverse_lookups(self, kind, visit):
        for name, target, constraints in (
            ('direct', kind, {'place_id__in': [1], 'place__name': 'a', 'state': 'place'}),
            ('reverse', kind, {f'table{visit.pk}model_ticket_set__title': 'a'}),
        ):
            ObjectPermission.objects.create(name=name, actions=['view'], constraints=constraints).object_types.add(
                target.object_type_id
            )
        rest = Rest(superuser())
        rest.patch(f'{FIELDS}{field_of(kind, "place").pk}/', {'name': 'site', 'update_dependents': True})
        rest.patch(f'{FIELDS}{field_of(visit, "ticket").pk}/', {'name': 'issue', 'update_dependents': True})
        assert dict(ObjectPermission.objects.values_list('name', 'constraints')) == {
            'direct': {'site_id__in': [1], 'site__name': 'a', 'state': 'place'},
            'reverse': {f'table{visit.pk}model_issue_set__title': 'a'},
        }
        reader = make_user('reader')
        ObjectPermission.objects.get(name='reverse').users.add(reader)
        assert Rest(reader).get('ticket/')['count'] == 0

    def test_a_too_long_expression(self, kind):
        CustomObjectType.objects.filter(pk=kind.pk).update(display_expression='{{ state }}' + 'x' * 489)
        Rest(superuser()).patch(f'{FIELDS}{field_of(kind).pk}/', {'name': 'stage_of_it'}, expect=400)
        assert field_of(kind).name == 'state'


def test_what_is_left_behind_breaks_no_page(kind, visit, dependents, browser):
    make_object(kind, title='t', state='s')
    field_of(kind).delete()
    rest = Rest(User.objects.get(username='root'))
    for name in ('with', 'without'):
        saved, config = SavedFilter.objects.get(name=name), TableConfig.objects.get(name=name)
        browser.get(f'ticket/?filter_id={saved.pk}')
        browser.get(f'ticket/?tableconfig_id={config.pk}')
        rest.get('ticket/', filter_id=saved.pk)
        template = ExportTemplate.objects.get(name=name)
        browser.get(f'ticket/?export={template.name}')
        browser.get(config.get_absolute_url())
        browser.get(saved.get_absolute_url())
    obj = kind.get_model().objects.get()
    browser.get(f'ticket/{obj.pk}/')
    browser.get('visit/add/')
    assert rest.post('visit/', {'title': 'v', 'ticket': obj.pk})['ticket']['id'] == obj.pk
    assert rest.get(f'ticket/{obj.pk}/')['display'] == '/t'


class TestInheritance:
    def test_a_name_that_permissions_hold_is_refused(self, kind, visit, dependents):
        field_of(kind).delete()
        rest = Rest(superuser())
        body = {'custom_object_type': kind.pk, 'name': 'state', 'type': 'text'}
        said = rest.post(FIELDS, body, expect=400)
        assert list(said) == ['name']
        assert '"nested", "with"' in said['name'][0]
        said = rest.patch(f'{FIELDS}{field_of(kind, "title").pk}/', {'name': 'state'}, expect=400)
        assert list(said) == ['name']
        stranger = make_user('user', (CustomObjectTypeField, ALL, None), (CustomObjectType, ['view'], None))
        said = Rest(stranger).post(FIELDS, body, expect=400)
        assert '2 permissions that you may not view' in said['name'][0]
        assert 'nested' not in said['name'][0]
        rest.post(FIELDS, {**body, 'custom_object_type': visit.pk})
        ObjectPermission.objects.all().delete()
        rest.post(FIELDS, body)

    def test_other_edits_go_on(self, kind, dependents):
        Rest(superuser()).patch(f'{FIELDS}{field_of(kind).pk}/', {'label': 'State', 'name': 'state'})


def test_a_clone_keeps_the_display_expression(kind, browser):
    form = browser.get(f'{TYPES}add/?{urlencode(kind.clone())}')
    assert 'value="{{ state }}/{{ title }}"' in form


class TestBranches:
    @pytest.fixture
    def lab(self, lab):
        with lab.request():
            kind = make_type('ticket', fields=[('title', 'text'), ('state', 'text')], display_expression='{{ state }}')
            make_object(kind, title='t', state='s')
            ObjectPermission.objects.create(name='p', actions=['view'], constraints={'state': 's'}).object_types.add(
                kind.object_type_id
            )
        return lab

    @pytest.mark.parametrize('strategy', STRATEGIES)
    def test_the_display_expression_follows_a_merge_and_its_undoing(self, lab, strategy):
        branch = lab.branch()
        with lab.request(branch) as request:
            field = CustomObjectTypeField.objects.get(name='state')
            with updating_dependents(field, request.user):
                edit(field, name='stage')
            assert str(named().objects.get()) == 's'
            assert CustomObjectType.objects.get().display_expression == '{{ stage }}'
        # Shared with main, where the field is called as before.
        assert ObjectPermission.objects.get().constraints == {'state': 's'}
        with lab.request():
            assert CustomObjectType.objects.get().display_expression == '{{ state }}'
        lab.merge(branch, strategy)
        with lab.request():
            assert CustomObjectType.objects.get().display_expression == '{{ stage }}'
            assert str(named().objects.get()) == 's'
        lab.revert(branch)
        with lab.request():
            assert CustomObjectType.objects.get().display_expression == '{{ state }}'
            assert str(named().objects.get()) == 's'

    @pytest.mark.parametrize('strategy', STRATEGIES)
    def test_an_expression_that_only_main_has_follows_the_merge(self, lab, strategy):
        with lab.request():
            edit(CustomObjectType.objects.get(), display_expression='')
        branch = lab.branch()
        with lab.request(branch):
            edit(CustomObjectTypeField.objects.get(name='state'), name='stage')
        with lab.request():
            edit(CustomObjectType.objects.get(), display_expression='{{ state }}!')
        lab.merge(branch, strategy)
        with lab.request():
            assert CustomObjectType.objects.get().display_expression == '{{ stage }}!'
            assert str(named().objects.get()) == 's!'


def named():
    return CustomObjectType.objects.get(name='ticket').get_model()
