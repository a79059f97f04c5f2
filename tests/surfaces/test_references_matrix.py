"""The matrix of reference deletion: what is referred to x kind of field x behaviour x way of deleting."""

from dataclasses import dataclass, replace

import pytest
from django.db import transaction
from django.db.models import ProtectedError, RestrictedError

from core.models import ObjectChange, ObjectType
from dcim.models import Region, Site
from extras.models import CachedValue, EventRule, Notification, NotificationGroup
from netbox.search.backends import search_backend
from netbox_branching.models import Branch

from tests.support.factories import make_field, make_object, make_type, object_type_of
from tests.support.kept import KEEPER, read_again
from tests.support.request import request
from tests.surfaces.rest import API, Rest, superuser
from tests.surfaces.ui import ROOT, Browser

pytestmark = pytest.mark.django_db


@dataclass
class Case:
    """One cell: the referring type, what is deleted, and what it takes to delete it from outside."""

    thing: object
    target: object
    kept: object
    parent: object
    page: str
    # What `delete/` is appended to for several objects.
    bulk_page: str
    api: str
    many: bool
    behavior: str
    user: object
    # What refers to the target, and to what is kept.
    referrer: object = None
    other: object = None

    @property
    def model(self):
        return self.thing.get_model()

    def link(self, target):
        return [target] if self.many else target

    def again(self):
        """Return the case with its rows read again, for a test to change."""
        names = ('thing', 'target', 'kept', 'parent', 'referrer', 'other')
        return replace(self, **{name: read_again(getattr(self, name)) for name in names})


def region(name, parent=None):
    return Region.objects.create(name=name, slug=name, parent=parent)


def core_target():
    """Regions: a parent takes its children along."""
    parent = region('parent')
    thing = make_type('thing', fields=[('title', 'text')])
    pages = '/dcim/regions/', '/dcim/regions/', '/api/dcim/regions/'
    return thing, Region, (region('gone', parent), region('kept')), parent, pages


def custom_objects(kind):
    """Return two objects of a type, the first of which goes along with a region, and that region."""
    parent = region('parent')
    make_field(kind, 'root', 'object', target=Region, on_delete_behavior='cascade')
    objects = make_object(kind, title='gone', root=parent), make_object(kind, title='kept')
    return objects, parent, (f'{ROOT}{kind.slug}/', f'{ROOT}{kind.slug}/bulk-', f'{API}{kind.slug}/')


def custom_target():
    kind = make_type('target', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
    thing = make_type('thing', fields=[('title', 'text')])
    return thing, kind, *custom_objects(kind)


def same_type():
    thing = make_type('thing', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
    return thing, thing, *custom_objects(thing)


def plugin_target():
    """Branches of netbox-branching: nothing takes them along."""
    gone, kept = Branch(name='gone'), Branch(name='kept')
    for branch in (gone, kept):
        branch.save(provision=False)
    pages = '/plugins/branching/branches/', '/plugins/branching/branches/', '/api/plugins/branching/branches/'
    return make_type('thing', fields=[('title', 'text')]), Branch, (gone, kept), gone, pages


TARGETS = {'core': core_target, 'plugin': plugin_target, 'custom': custom_target, 'self': same_type}
FIELDS = {
    'object': ('object', False),
    'multiobject': ('multiobject', False),
    'polymorphic object': ('object', True),
    'polymorphic multiobject': ('multiobject', True),
}
BEHAVIORS = [
    *((f'{kind}object', behavior) for kind in ('', 'polymorphic ') for behavior in ('set_null', 'cascade', 'protect')),
    ('multiobject', 'unlink'),
    ('polymorphic multiobject', 'unlink'),
]  # fmt: skip


def make_case(target, field, behavior, user):
    thing, kind, (gone, kept), parent, pages = TARGETS[target]()
    type_, polymorphic = FIELDS[field]
    options = {'on_delete_behavior': behavior} if type_ == 'object' else {}
    where = {'targets': [Site]} if polymorphic else {'target': kind}
    made = make_field(thing, 'ref', type_, **where, **options)
    if polymorphic:
        made.related_object_types.add(object_type_of(kind))
    return Case(thing, gone, kept, parent, *pages, type_ == 'multiobject', behavior, user)


# Each way takes a case, deletes, and returns whether it was done; it asserts how a refusal looks from outside.


def by_page(case):
    browser = Browser(case.user)
    browser.post(f'{case.page}{case.target.pk}/delete/', confirm='on')
    return refused_politely(case, browser)


def by_bulk_page(case):
    browser = Browser(case.user)
    browser.post(f'{case.bulk_page}delete/', pk=[case.target.pk], confirm='on', _confirm='1')
    return refused_politely(case, browser)


def refused_politely(case, browser):
    done = case.behavior != 'protect'
    found = ' '.join(browser.messages)
    assert ('Deleted' if done else 'Unable to delete') in found
    if not done:
        assert f'{ROOT}thing/{case.model.objects.get(title="referrer").pk}/' in found
    return done


def by_rest(case):
    done = case.behavior != 'protect'
    body = Rest(case.user).delete(f'{case.api}{case.target.pk}/', expect=204 if done else 409)
    assert done or '1 dependent objects were found' in body['detail']
    return done


def by_bulk_rest(case):
    done = case.behavior != 'protect'
    Rest(case.user).delete(case.api, [{'id': case.target.pk}], expect=204 if done else 409)
    return done


def by_orm(case, delete=None):
    try:
        with request(), transaction.atomic():
            (delete or case.target.delete)()
    except (ProtectedError, RestrictedError) as error:
        objects = error.protected_objects if isinstance(error, ProtectedError) else error.restricted_objects
        assert {obj.title for obj in objects} == {'referrer'}
        return False
    return True


def by_queryset(case):
    return by_orm(case, type(case.target).objects.filter(pk=case.target.pk).delete)


def by_cascade(case):
    return by_orm(case, case.parent.delete)


WAYS = {
    'page': by_page,
    'bulk page': by_bulk_page,
    'REST': by_rest,
    'bulk REST': by_bulk_rest,
    'ORM': by_orm,
    'queryset': by_queryset,
    'cascade': by_cascade,
}


def notify_of(thing, user):
    """Have whatever happens to the objects of a type noted as notifications."""
    group = NotificationGroup.objects.create(name='all')
    group.users.add(user)
    rule = EventRule.objects.create(
        name='rule',
        event_types=['object_updated', 'object_deleted'],
        action_type='notification',
        action_object_type=ObjectType.objects.get_for_model(group),
        action_object_id=group.pk,
    )
    rule.object_types.set([thing.object_type])


def is_possible(target, way, behavior):
    """netbox-branching deletes no lists by REST, and answers no refusal there."""
    return target != 'plugin' or (way != 'bulk REST' and (way, behavior) != ('REST', 'protect'))


def make_scene(target, field, behavior):
    """Make a case whose target is referred to, for all ways of deleting it."""
    case = make_case(target, field, behavior, superuser())
    case.referrer = make_object(case.thing, title='referrer', ref=case.link(case.target))
    case.other = make_object(case.thing, title='other', ref=case.link(case.kept))
    if case.many:
        case.referrer.ref.add(case.kept)
    search_backend.cache([case.referrer, case.other])
    notify_of(case.thing, case.user)
    ObjectChange.objects.all().delete()
    return case


# The ways of one case follow each other, so that it is made once.
CELLS = [
    pytest.param(target, way, field, behavior, marks=pytest.mark.kept(make_scene, target, field, behavior))
    for target in TARGETS
    for field, behavior in BEHAVIORS
    for way in WAYS
    if is_possible(target, way, behavior)
]


@pytest.mark.parametrize(('target', 'way', 'field', 'behavior'), CELLS)
def test_deletion(target, way, field, behavior, django_capture_on_commit_callbacks):
    case = KEEPER.value.again()
    gone = type(case.target), case.target.pk

    with django_capture_on_commit_callbacks(execute=True):
        done = WAYS[way](case)

    assert done == (case.behavior != 'protect')
    assert gone[0].objects.filter(pk=gone[1]).exists() != done
    assert_outcome(case, case.referrer, case.other, gone)


def assert_outcome(case, referrer, other, gone):
    """The rows, the change log, the search index and the events are as the behaviour asks for."""
    actions = {
        change.action: change
        for change in ObjectChange.objects.filter(
            changed_object_type_id=case.thing.object_type_id, changed_object_id=referrer.pk
        )
    }
    indexed = CachedValue.objects.filter(object_type_id=case.thing.object_type_id, object_id=referrer.pk)
    names = [value.value for value in indexed.filter(field='ref')]
    stored = case.model.objects.filter(pk=referrer.pk).first()
    if case.behavior == 'cascade':
        assert stored is None
        assert set(actions) == {'delete'}
        assert not indexed.exists()
    elif case.behavior == 'protect':
        assert stored.ref == case.target
        assert not actions
        assert names == ['gone']
    else:
        assert_let_go(case, stored, actions['update'], gone[1])
        assert set(actions) == {'update'}
        assert names == (['kept'] if case.many else [])
    untouched = case.model.objects.get(pk=other.pk)
    assert (list(untouched.ref.all()) if case.many else [untouched.ref]) == [case.kept]
    events = Notification.objects.filter(object_type_id=case.thing.object_type_id, object_id=referrer.pk)
    assert {f'object_{action}d' for action in actions} == {event.event_type for event in events}


def assert_let_go(case, stored, change, pk):
    key = case.thing.fields.get(name='ref').payload_key
    before, after = str(change.prechange_data[key]), change.postchange_data.get(key)
    assert str(pk) in before
    if case.many:
        assert list(stored.ref.all()) == [case.kept]
        assert len(after) == 1
    else:
        assert stored.ref is None
        assert after is None
