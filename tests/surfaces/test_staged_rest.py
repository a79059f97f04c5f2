"""Staged changes over REST: who may do what, how far it is, and what is refused."""

import pytest
from django.conf import settings

from core.models import Job

from netbox_custom_objects.constants import APP_LABEL
from netbox_custom_objects.models import CustomObjectTypeField, StagedChange
from netbox_custom_objects.services.staged.run import run
from tests.support.factories import make_choice_set, make_field
from tests.support.staged import make_filled, values_of
from tests.surfaces.rest import API, Rest, make_user, superuser

STARTED = {
    'id', 'url', 'custom_object_type', 'field', 'field_name', 'wanted', 'former', 'fill', 'stage', 'rows_done',
    'rows_total', 'percent', 'offender_count', 'has_hidden_offenders', 'error', 'actions', 'job', 'created', 'updated',
    'offenders',
}  # fmt: skip


@pytest.fixture
def field(fresh_database, monkeypatch):
    monkeypatch.setitem(settings.PLUGINS_CONFIG[APP_LABEL], 'inline_row_limit', 2)
    return make_filled(['1', 'x', '3'])


@pytest.fixture
def rest(field):
    return Rest(superuser())


def path(field):
    return f'custom-object-type-fields/{field.pk}/staged-changes/'


def carry_on():
    return run(StagedChange.objects.get().pk)


def test_a_conversion_from_the_first_request_to_the_last(rest, field):
    answer = rest.patch(f'custom-object-type-fields/{field.pk}/', {'type': 'integer'}, expect=400)
    assert 'staged-changes/' in answer['type'][0]
    started = rest.post(path(field), {'type': 'integer'})
    assert started.keys() == STARTED
    assert started['stage'] == {'value': 'pending', 'label': 'Pending'}
    assert (started['wanted'], started['former']) == ({'type': 'integer'}, {'type': 'text'})
    assert started['actions'] == ['cancel']
    assert started['job']
    carry_on()
    own = f'staged-changes/{started["id"]}/'
    assert started['url'].endswith(f'{API}{own}')
    blocked = rest.get(own)
    assert (blocked['stage']['value'], blocked['percent'], blocked['offender_count']) == ('blocked', 100, 1)
    assert blocked['offenders'] == [{'id': 2, 'value': 'x', 'reason': 'cannot be converted to integer'}]
    rest.patch('thing/2/', {'value': '2'})
    assert rest.post(f'{own}resume/', {}, expect=200)['stage']['value'] == 'filling'
    carry_on()
    assert rest.get(own)['actions'] == ['finish', 'undo']
    assert rest.get('thing/2/')['value'] == 2
    rest.post(f'{own}finish/', {}, expect=200)
    carry_on()
    assert rest.get(own)['stage']['value'] == 'finished'
    (listed,) = rest.get('staged-changes/')['results']
    assert listed.keys() == STARTED - {'offenders'}


def test_undo_and_cancel(rest, field):
    field.custom_object_type.get_model().objects.filter(value='x').delete()
    started = rest.post(path(field), {'type': 'integer', 'unique': True})
    own = f'staged-changes/{started["id"]}/'
    carry_on()
    assert rest.post(f'{own}undo/', {}, expect=200)['stage']['value'] == 'undoing'
    carry_on()
    assert rest.get(own)['stage']['value'] == 'undone'
    assert values_of(field) == ['1', '3']
    again = rest.post(path(field), {'type': 'decimal'})
    answer = rest.post(f'staged-changes/{again["id"]}/cancel/', {}, expect=200)
    assert answer['stage']['value'] == 'cancelling'


@pytest.mark.parametrize(
    ('data', 'key'),
    [
        ({}, 'non_field_errors'),
        ({'type': 'text'}, 'non_field_errors'),
        ({'type': 'nonsense'}, 'type'),
        ({'type': 'coordinates'}, 'type'),
        ({'type': 'select'}, 'choice_set'),
        ({'choice_set': 99}, 'choice_set'),
        ({'name': 'other'}, 'name'),
        ({'required': 'perhaps'}, 'required'),
        ({'validation_minimum': 'x'}, 'validation_minimum'),
        ({'validation_minimum': 5}, 'validation_minimum'),
        ({'validation_regex': '('}, 'validation_regex'),
        ({'unique': True, 'fill': 'a'}, 'fill'),
        ([], 'non_field_errors'),
    ],
)
def test_bad_wishes_are_refused(rest, field, data, key):
    answer = rest.post(path(field), data, expect=400)
    assert list(answer) in ([key], ['__all__'] if key == 'non_field_errors' else [])
    assert not StagedChange.objects.exists()


def test_a_second_change_and_other_edits_are_refused_meanwhile(rest, field):
    rest.post(path(field), {'type': 'integer'})
    assert 'under way' in str(rest.post(path(field), {'type': 'decimal'}, expect=400))
    own = f'custom-object-type-fields/{field.pk}/'
    assert list(rest.patch(own, {'unique': True}, expect=400)) == ['unique']
    assert 'cancel that change first' in str(rest.delete(own, expect=400))
    whole = rest.delete(f'custom-object-types/{field.custom_object_type_id}/', expect=400)
    assert 'cancel that change first' in str(whole)
    rest.patch(own, {'label': 'Fine'})


def test_actions_at_the_wrong_time_are_refused(rest, field):
    started = rest.post(path(field), {'type': 'integer'})
    for action in ('undo', 'finish'):
        answer = rest.post(f'staged-changes/{started["id"]}/{action}/', {}, expect=400)
        assert 'Pending' in str(answer)


def test_what_is_not_there(rest, field):
    rest.get('staged-changes/x/', expect=404)
    for number in (0, 99, 2**63):
        rest.get(f'staged-changes/{number}/', expect=404)
        rest.post(f'custom-object-type-fields/{number}/staged-changes/', {'type': 'integer'}, expect=404)


def test_filters(rest, field):
    rest.post(path(field), {'type': 'integer'})
    for good in ({'field': field.pk}, {'custom_object_type': field.custom_object_type_id}, {'stage': 'pending'}):
        assert rest.get('staged-changes/', **good)['count'] == 1
    for other in ({'field': 99}, {'stage': 'finished'}):
        assert rest.get('staged-changes/', **other)['count'] == 0
    for bad in ({'field': 'x'}, {'stage': 'x'}, {'nonsense': 1}):
        rest.get('staged-changes/', expect=400, **bad)


def test_a_choice_set_is_named_by_its_id(rest, field):
    choices = make_choice_set('three', ['1', 'x', '3'])
    rest.post(path(field), {'type': 'select', 'choice_set': choices.pk})
    carry_on()
    assert rest.get('thing/2/')['value']['value'] == 'x'


class TestPermissions:
    def test_whoever_may_change_the_field(self, rest, field):
        grant = (CustomObjectTypeField, ['view', 'change'], {'name': 'value'})
        user = Rest(make_user('editor', grant))
        started = user.post(path(field), {'type': 'integer'})
        carry_on()
        # The objects themselves are another matter.
        for shown in (user.get(f'staged-changes/{started["id"]}/'), user.get('staged-changes/')['results'][0]):
            assert shown.get('offenders', []) == []
            assert (shown['offender_count'], shown['has_hidden_offenders']) == (0, True)
        (job,) = Job.objects.all()
        assert 'offender_count' not in str([job.data, job.log_entries])
        user.post(f'staged-changes/{started["id"]}/cancel/', {}, expect=200)

    def test_a_bound_tells_no_number_of_hidden_values(self, rest, field):
        """Halving it would find them."""
        kind = field.custom_object_type
        number = make_field(kind, 'number', 'integer')
        kind.get_model().objects.filter(value='1').update(number=5)
        kind.get_model().objects.exclude(value='1').update(number=7)
        definitions = (CustomObjectTypeField, ['view', 'change'], None)
        grants = {'none': [], 'some': [(kind, ['view'], {'value': '1'})], 'all': [(kind, ['view'], None)]}
        users = {name: Rest(make_user(name, definitions, *rights)) for name, rights in grants.items()}
        for bound, expected in (
            (6, {'none': (0, True), 'some': (1, False), 'all': (1, False)}),
            (8, {'none': (0, True), 'some': (1, True), 'all': (3, False)}),
        ):
            started = rest.post(path(number), {'validation_minimum': bound})
            assert run(started['id']).stage == 'blocked'
            shown = {name: user.get(f'staged-changes/{started["id"]}/') for name, user in users.items()}
            assert {
                name: (found['offender_count'], found['has_hidden_offenders']) for name, found in shown.items()
            } == expected
            rest.post(f'staged-changes/{started["id"]}/cancel/', {}, expect=200)
            run(started['id'])

    def test_the_field_must_be_one_that_they_may_have_made(self, rest, field):
        user = Rest(make_user('careful', (CustomObjectTypeField, ['view', 'change'], {'required': False})))
        assert 'permissions' in str(user.post(path(field), {'required': True}, expect=400))
        assert not StagedChange.objects.exists()
        assert not CustomObjectTypeField.objects.get(pk=field.pk).required
        user.post(path(field), {'unique': True})

    def test_nobody_else(self, rest, field):
        started = rest.post(path(field), {'type': 'integer'})
        own = f'staged-changes/{started["id"]}/'
        viewer = Rest(make_user('viewer', (CustomObjectTypeField, ['view'], None)))
        assert viewer.get(own)['id'] == started['id']
        viewer.post(f'{own}cancel/', {}, expect=403)
        viewer.post(path(field), {'type': 'integer'}, expect=403)
        other = Rest(make_user('other', (CustomObjectTypeField, ['view', 'change'], {'name': 'other'})))
        assert other.get('staged-changes/')['count'] == 0
        other.get(own, expect=404)
        other.post(f'{own}cancel/', {}, expect=404)
        other.post(path(field), {'type': 'integer'}, expect=404)
        stranger = Rest(make_user('stranger'))
        stranger.get('staged-changes/', expect=403)
        stranger.post(path(field), {'type': 'integer'}, expect=403)
