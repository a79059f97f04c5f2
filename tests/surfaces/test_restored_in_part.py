"""What is left of what was deleted comes back without what is gone for good, which is named: before, too."""

import pytest
from django.db import connection

from core.models import ObjectChange
from dcim.models import Site
from extras.models import CustomFieldChoiceSet

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from tests.support.factories import make_constraint, make_field, make_object, make_type
from tests.surfaces.rest import Rest, make_user
from tests.surfaces.ui import text_of

NOTHING = {'references_cleared': 0, 'choice_sets_restored': 0, 'left_out': []}


@pytest.fixture
def server(db):
    kind = make_type('server', fields=[('title', 'text'), ('size', 'integer')])
    make_field(kind, 'sites', 'multiobject', target=Site)
    make_field(kind, 'state', 'select', choices=['new', 'old'])
    oslo = Site.objects.create(name='Oslo', slug='oslo')
    make_object(kind, title='a', size=1, state='old', sites=[oslo])
    return kind


def deleted(rest, name):
    return next(entry['id'] for entry in rest.get('deleted/', limit=200)['results'] if entry['name'] == name)


def restore(rest, name, expect=200):
    """Return the answer, which the preview has announced."""
    path = f'deleted/{deleted(rest, name)}/restore/'
    tried, done = (rest.post(f'{path}{query}', {}, expect) for query in ('?dry_run=true', ''))
    if expect == 200:
        assert {**tried, 'dry_run': False, 'references_cleared': 0} == {**done, 'references_cleared': 0}
    else:
        assert tried == done
    return {key: value for key, value in done.items() if key in (*NOTHING, 'detail')}


def delete_type(rest, kind):
    rest.delete(f'custom-object-types/{kind.pk}/')


def delete_field(rest, name):
    rest.delete(f'custom-object-type-fields/{CustomObjectTypeField.objects.get(name=name).pk}/')


def test_an_object_that_comes_back_before_a_field_gets_its_values_with_it(rest, server):
    (before,) = rest.get('server/')['results']
    pk = before['id']
    rest.delete(f'server/{pk}/')
    for name in ('size', 'sites', 'state'):
        delete_field(rest, name)
    rest.post('deleted/objects/restore/', {'custom_object_type': server.pk, 'objects': [pk]}, expect=200)
    for name in ('size', 'sites'):
        assert restore(rest, f'server.{name}') == NOTHING
    # What has been set since stays: this field is deleted with the object in place.
    rest.patch(f'server/{pk}/', {'size': 7})
    delete_field(rest, 'size')
    for name in ('size', 'state'):
        assert restore(rest, f'server.{name}') == NOTHING
    (after,) = rest.get('server/')['results']
    assert {**after, 'size': 1, 'created': before['created'], 'last_updated': before['last_updated']} == before
    assert after['size'] == 7


def test_choice_sets_come_back(rest, server):
    choice_set = CustomFieldChoiceSet.objects.get()
    delete_field(rest, 'state')
    rest.delete(f'/api/extras/custom-field-choice-sets/{choice_set.pk}/')
    grants = [(model, ['view', 'add'], None) for model in (CustomObjectType, CustomObjectTypeField)]
    Rest(make_user('editor', *grants)).post(f'deleted/{deleted(rest, "server.state")}/restore/', {}, expect=403)
    assert restore(rest, 'server.state') == {**NOTHING, 'choice_sets_restored': 1}
    assert CustomFieldChoiceSet.objects.get() == choice_set
    assert rest.get('server/')['results'][0]['state']['value'] == 'old'
    # Its name is taken, or it is on record no more.
    delete_type(rest, server)
    rest.delete(f'/api/extras/custom-field-choice-sets/{choice_set.pk}/')
    other = CustomFieldChoiceSet.objects.create(name=choice_set.name, extra_choices=[['x', 'x']])
    assert 'The choice set server state cannot be restored' in restore(rest, 'server', 409)['detail']
    other.delete()
    ObjectChange.objects.filter(changed_object_type__model='customfieldchoiceset').delete()
    # Users who may not view fields do not learn their names.
    blind = make_user('blind', (CustomObjectType, ['view', 'add'], None), (CustomObjectTypeField, ['add'], None))
    tried = Rest(blind).post(f'deleted/{deleted(rest, "server")}/restore/?dry_run=true', {}, expect=200)
    assert tried['left_out'] == ['1 field or constraint, which you may not view.']
    assert restore(rest, 'server') == {**NOTHING, 'left_out': ['Field state: its choice set has been deleted.']}
    reason = '"server.state" cannot be restored: its choice set has been deleted.'
    assert restore(rest, 'server.state', 409) == {'detail': reason}


@pytest.mark.parametrize('limit', [0, 1000])
def test_what_refers_to_purged_types_stays_away(rest, browser, server, settings, limit):
    ours = settings.PLUGINS_CONFIG['netbox_custom_objects']
    settings.PLUGINS_CONFIG = {
        **settings.PLUGINS_CONFIG,
        'netbox_custom_objects': {**ours, 'type_delete_log_limit': limit},
    }
    passing = make_type('passing', fields=[('title', 'text')])
    seen = make_object(passing, title='p')
    for name, arguments in {
        'one': {'type': 'object', 'target': passing},
        'only': {'type': 'multiobject', 'targets': [passing]},
        'mixed': {'type': 'multiobject', 'targets': [passing, Site]},
    }.items():
        make_field(server, name, **arguments)
    one = server.fields.get(name='one')
    make_constraint(server, 'once', ['one'])
    first = server.get_model().objects.get()
    first.one = seen
    first.save()
    first.mixed.set([seen, Site.objects.get()])
    delete_type(rest, server)
    delete_type(rest, passing)
    table = f'custom_objects_{passing.pk}'
    assert restore(rest, 'server', 409)['detail'].endswith(f'has been deleted. Restore {table} first.')
    rest.delete(f'deleted/{deleted(rest, "passing")}/')
    # Without records of objects, nothing refers to its content type.
    gone = table if limit else 'a type that no longer exists'
    lost = [
        f'Field one: it refers to {gone}, which cannot be restored.',
        f'Field only: it refers to {gone}, which cannot be restored.',
        f'Constraint once: it reads f_{one.pk}, which cannot be restored.',
        f'Field mixed: it no longer refers to {gone}, which cannot be restored.',
    ]
    page = text_of(browser.get(f'custom-object-types/deleted/{deleted(rest, "server")}/restore/'))
    assert [text for text in lost if text not in page] == []
    assert restore(rest, 'server')['left_out'] == lost
    (found,) = rest.get('server/')['results']
    assert ([entry['display'] for entry in found['mixed']], found['size']) == (['Oslo'], 1)
    assert 'cannot be restored: it refers to' in restore(rest, 'server.one', 409)['detail']


def test_fields_without_a_record_are_named(rest, server):
    pk = CustomObjectTypeField.objects.get(name='size').pk
    delete_field(rest, 'state')
    delete_type(rest, server)
    ObjectChange.objects.filter(changed_object_id=pk, changed_object_type__model='customobjecttypefield').delete()
    text = f'field {pk}, created as size (integer): the change log has no record of it any more.'
    assert restore(rest, 'server')['left_out'] == [text]
    assert restore(rest, 'server.state') == NOTHING


def test_what_belongs_together_is_purged_together(rest, server, settings):
    """A type whose links are gone, or half a field, would come back as what it was not."""
    ours = settings.PLUGINS_CONFIG['netbox_custom_objects']
    settings.PLUGINS_CONFIG = {**settings.PLUGINS_CONFIG, 'netbox_custom_objects': {**ours, 'type_delete_log_limit': 0}}
    delete_type(rest, server)
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE VIEW looks AS SELECT id FROM custom_objects_{server.pk}')
    refused = rest.delete(f'deleted/{deleted(rest, "server")}/', expect=409)
    assert 'view looks depends on table' in refused['detail']
    assert restore(rest, 'server') == NOTHING
    assert [site['name'] for site in rest.get('server/')['results'][0]['sites']] == ['Oslo']
