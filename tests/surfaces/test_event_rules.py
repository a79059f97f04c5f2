"""Event rules for custom objects: conditions on the user's own fields, notifications, and what a webhook is sent."""

import pytest

from core.models import ObjectType
from dcim.models import Site
from extras.models import EventRule, Notification, NotificationGroup, Webhook

from tests.support.factories import make_field, make_type

EVENTS = ['object_created', 'object_updated', 'object_deleted']

pytestmark = pytest.mark.django_db


@pytest.fixture
def thing():
    made = make_type('thing', fields=[{'name': 'title', 'primary': True}, {'name': 'amount', 'type': 'integer'}])
    make_field(made, 'place', 'object', target=Site)
    make_field(made, 'places', 'multiobject', target=Site)
    return made


def make_rule(thing, action, type, **attributes):
    rule = EventRule(
        name='rule',
        event_types=EVENTS,
        action_type=type,
        action_object_type=ObjectType.objects.get_for_model(action),
        action_object_id=action.pk,
        **attributes,
    )
    rule.full_clean()
    rule.save()
    rule.object_types.set([thing.object_type])
    return rule


def test_conditions_read_fields_by_their_names(rest, user, thing):
    group = NotificationGroup.objects.create(name='all')
    group.users.add(user)
    make_rule(thing, group, 'notification', conditions={'attr': 'amount', 'value': 5, 'op': 'gt'})
    few = rest.post('thing/', {'title': 'few', 'amount': 1})
    assert not Notification.objects.exists()
    rest.post('thing/', {'title': 'many', 'amount': 9})
    assert [note.event_type for note in Notification.objects.all()] == ['object_created']
    rest.patch(f'thing/{few["id"]}/', {'amount': 6})
    assert Notification.objects.filter(object_id=few['id'], event_type='object_updated').count() == 1


def test_what_a_webhook_is_sent(rest, thing, queue):
    """The body of REST, and both states keyed by the names of fields."""
    site = Site.objects.create(name='Here', slug='here')
    hook = Webhook.objects.create(name='hook', payload_url='http://localhost:1/')
    make_rule(thing, hook, 'webhook')
    made = rest.post('thing/', {'title': 'a', 'amount': 1, 'place': site.pk, 'places': [site.pk]})
    rest.patch(f'thing/{made["id"]}/', {'title': 'b', 'amount': None})
    rest.delete(f'thing/{made["id"]}/')
    created, updated, deleted = [job.kwargs for job in queue.jobs if 'snapshots' in job.kwargs]
    assert [sent['event_type'] for sent in (created, updated, deleted)] == EVENTS
    assert (created['data']['title'], created['data']['place']['id']) == ('a', site.pk)
    assert [place['id'] for place in created['data']['places']] == [site.pk]
    assert created['snapshots']['prechange'] is None
    before, after = updated['snapshots']['prechange'], updated['snapshots']['postchange']
    assert (before['title'], before['amount'], before['place'], before['places']) == ('a', 1, site.pk, [site.pk])
    assert (after['title'], after['amount']) == ('b', None)
    assert (deleted['data']['title'], deleted['snapshots']['postchange']) == ('b', None)
    assert not [key for sent in (created, updated, deleted) for key in sent['data'] if '__' in key]


def test_a_rule_of_another_type_is_not_asked(rest, thing, queue):
    other = make_type('other', fields=[('title', 'text')])
    make_rule(other, Webhook.objects.create(name='hook', payload_url='http://localhost:1/'), 'webhook')
    rest.post('thing/', {'title': 'a'})
    assert not [job for job in queue.jobs if 'snapshots' in job.kwargs]
    rest.post('other/', {'title': 'a'})
    assert [job for job in queue.jobs if 'snapshots' in job.kwargs]
