"""What NetBox keeps about a type and its objects works on after the type and a field of it were renamed."""

from uuid import uuid4

import pytest

from core.models import ObjectType
from dcim.models import Site
from extras.models import (
    Bookmark,
    CustomField,
    Dashboard,
    EventRule,
    ExportTemplate,
    Notification,
    NotificationGroup,
    SavedFilter,
    Subscription,
    TableConfig,
    Webhook,
)
from extras.scripts import MultiObjectVar, ObjectVar, Script

from tests.support.factories import make_object, make_type
from tests.support.kept import KEEPER, read_again
from tests.surfaces.rest import superuser
from tests.surfaces.ui import text_of

API = '/api/plugins/custom-objects/crates/'
PAGES = '/plugins/custom-objects/crates/'


def make_scene():
    box = make_type('box', 'boxes', fields=[{'name': 'title', 'primary': True}, ('amount', 'integer')])
    return box, make_object(box, title='held', amount=1), superuser()


pytestmark = [pytest.mark.django_db, pytest.mark.kept.with_args(make_scene)]


@pytest.fixture
def box():
    return read_again(KEEPER.value[0])


@pytest.fixture
def obj(box):
    return box.get_model().objects.get()


@pytest.fixture
def user():
    return read_again(KEEPER.value[2])


@pytest.fixture
def rename(rest, box):
    """Give the type and its field other names; what mentions the field follows."""

    def rename():
        rest.patch(f'custom-object-types/{box.pk}/', {'name': 'crate', 'slug': 'crates', 'verbose_name': 'Crate'})
        field = box.fields.get(name='amount')
        rest.patch(f'custom-object-type-fields/{field.pk}/', {'name': 'quantity', 'update_dependents': True})

    return rename


def make_rule(box, action, type, **attributes):
    rule = EventRule.objects.create(
        name=f'{type} {len(attributes)}',
        event_types=['object_updated'],
        action_type=type,
        action_object_type=ObjectType.objects.get_for_model(action),
        action_object_id=action.pk,
        **attributes,
    )
    rule.full_clean()
    rule.object_types.set([box.object_type])


def test_webhooks(rest, box, obj, rename, queue):
    hook = Webhook.objects.create(name='hook', payload_url='http://localhost:1/')
    make_rule(box, hook, 'webhook')
    rename()
    queue.empty()
    rest.patch(f'crates/{obj.pk}/', {'quantity': 2})
    (sent,) = [job.kwargs for job in queue.jobs if 'snapshots' in job.kwargs]
    assert sent['data']['quantity'] == 2
    assert sent['data']['url'].endswith(f'{API}{obj.pk}/')
    assert [sent['snapshots'][state]['quantity'] for state in ('prechange', 'postchange')] == [1, 2]
    keys = {*sent['data'], *sent['snapshots']['prechange'], *sent['snapshots']['postchange']}
    assert 'amount' not in keys
    assert not [key for key in keys if '__' in key]


@pytest.mark.parametrize('condition', [
    {'attr': 'quantity', 'op': 'changed'},
    {'attr': 'snapshots.prechange.quantity', 'value': 1},
    {'attr': 'snapshots.postchange.quantity', 'value': 1, 'op': 'gt'},
])  # fmt: skip
def test_conditions_of_event_rules(rest, user, box, obj, rename, condition):
    group = NotificationGroup.objects.create(name='all')
    group.users.add(user)
    rename()
    make_rule(box, group, 'notification', conditions=condition)
    rest.patch(f'crates/{obj.pk}/', {'title': 'other'} if condition.get('op') == 'changed' else {'quantity': 0})
    if condition.get('op'):
        assert not Notification.objects.exists()
        rest.patch(f'crates/{obj.pk}/', {'quantity': 5})
    assert Notification.objects.count() == 1


def test_export_templates_over_rest(rest, box, obj, rename):
    template = ExportTemplate.objects.create(
        name='list', template_code='{% for obj in queryset %}{{ obj.title }}={{ obj.quantity }}{% endfor %}'
    )
    template.object_types.set([box.object_type])
    rename()
    response = rest.client.get(f'{API}?export=list&quantity=1')
    assert (response.status_code, response.content.decode()) == (200, 'held=1')
    assert rest.client.get(f'{API}?export=list&quantity=2').content.decode() == ''


def test_notifications_subscriptions_and_bookmarks(rest, browser, user, box, obj, rename):
    Bookmark.objects.create(object=obj, user=user)
    Subscription.objects.create(object=obj, user=user)
    Notification.objects.create(object=obj, user=user, event_type='object_updated')
    rename()
    for endpoint in ('bookmarks', 'subscriptions', 'notifications'):
        (row,) = rest.get(f'/api/extras/{endpoint}/')['results']
        assert row['object_type'] == f'netbox_custom_objects.table{box.pk}model'
        assert row['object']['url'].endswith(f'{API}{obj.pk}/')
    for page in ('/user/bookmarks/', '/user/subscriptions/', '/user/notifications/'):
        assert 'held' in text_of(browser.get(page))
    rest.patch(f'crates/{obj.pk}/', {'quantity': 7})
    assert Notification.objects.filter(user=user, object_id=obj.pk).exists()


def test_widgets_of_dashboards(browser, user, box, obj, rename):
    label = f'netbox_custom_objects.table{box.pk}model'
    config = {
        str(uuid4()): {
            'class': 'extras.ObjectListWidget',
            'config': {'model': label, 'page_size': 5},
            'title': 'Things',
        },
        str(uuid4()): {'class': 'extras.ObjectCountsWidget', 'config': {'models': [label]}, 'title': 'Counts'},
    }
    layout = [{'id': key, 'w': 4, 'h': 3, 'x': 0, 'y': 0} for key in config]
    Dashboard.objects.create(user=user, layout=layout, config=config)
    rename()
    page = browser.get('/')
    assert PAGES in page
    assert '/plugins/custom-objects/boxes/' not in page
    assert 'Crate' in text_of(page)


def test_saved_filters(rest, browser, box, obj, rename):
    saved = SavedFilter.objects.create(name='few', slug='few', parameters={'amount__lte': [1]})
    saved.object_types.set([box.object_type])
    rename()
    saved.refresh_from_db()
    assert saved.parameters == {'quantity__lte': [1]}
    assert rest.get('crates/', filter='few')['count'] == 1
    assert 'held' in text_of(browser.get(f'{PAGES}?filter_id={saved.pk}'))


def test_table_configs(browser, user, box, obj, rename):
    config = TableConfig.objects.create(
        name='c',
        object_type=box.object_type,
        table=f'Table{box.pk}ModelTable',
        user=user,
        columns=['title', 'amount'],
        ordering=['-amount'],
    )
    rename()
    config.refresh_from_db()
    assert (config.columns, config.ordering) == (['title', 'quantity'], ['-quantity'])
    browser.get(f'{PAGES}?tableconfig_id={config.pk}')
    shown = [column.name for column in browser.response.context['table'].columns.itervisible()]
    assert {'title', 'quantity'} <= set(shown)


def test_custom_fields_that_refer_to_objects(rest, browser, box, obj, rename):
    field = CustomField(name='held_by', type='object', related_object_type=box.object_type)
    field.full_clean()
    field.save()
    field.object_types.set([ObjectType.objects.get_for_model(Site)])
    site = rest.post('/api/dcim/sites/', {'name': 'S', 'slug': 's', 'custom_fields': {'held_by': obj.pk}})
    rename()
    value = rest.get(f'/api/dcim/sites/{site["id"]}/')['custom_fields']['held_by']
    assert (value['display'], value['url'].endswith(f'{API}{obj.pk}/')) == ('held', True)
    assert f'{PAGES}{obj.pk}/' in browser.get(f'/dcim/sites/{site["id"]}/')


def test_custom_scripts_with_variables_for_objects(box, obj, user, rename):
    """NetBox loads a script whenever it is shown or run; objects are chosen by the endpoint of today."""
    rename()

    class Fill(Script):
        one = ObjectVar(model=box.get_model(), query_params={'quantity': 1}, selector=True)
        several = MultiObjectVar(model=box.get_model())

        def run(self, data, commit):
            for found in (data['one'], *data['several']):
                found.quantity += 1
                found.full_clean()
                found.save()
            return str(data['one'])

    form = Fill().as_form({'one': obj.pk, 'several': [obj.pk], '_commit': 'on'})
    assert str(form).count(f'data-url="{API}"') == 2
    assert form.is_valid(), form.errors
    assert Fill().run(form.cleaned_data, commit=True) == 'held'
    assert box.get_model().objects.get().quantity == 2


def test_discovery_by_object_types(rest, box, rename):
    """As netbox-mcp-server and others find out which endpoints there are."""
    params = {'app_label': 'netbox_custom_objects', 'model': f'table{box.pk}model'}
    assert rest.get('/api/core/object-types/', **params)['results'][0]['rest_api_endpoint'].endswith('/boxes/')
    rename()
    (found,) = rest.get('/api/core/object-types/', **params)['results']
    assert (found['rest_api_endpoint'], found['is_plugin_model'], found['public']) == (API, True, True)
    assert rest.get(found['rest_api_endpoint'])['count'] == 1
