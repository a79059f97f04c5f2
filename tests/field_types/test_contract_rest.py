"""The contract of every field type over REST: what goes in comes out, what is wrong is refused under its key."""

import pytest

from core.models import ObjectChange

from netbox_custom_objects.filtersets import get_filterset_class
from tests.field_types.case import NAME, NULL, by_key, resolve
from tests.field_types.cases import SAMPLED
from tests.field_types.kit import expected

pytestmark = [pytest.mark.django_db, pytest.mark.parametrize('case', SAMPLED, ids=str, scope='module')]


def shown(body, sample):
    """Return the keys of a response that a sample says something about."""
    return {key: body[key] for key in sample.reads}


def bodies(case):
    return [resolve(sample.rest) for sample in case.samples]


def let_go(rest, case, obj):
    """Take the value away from an object where no other one could have it, too."""
    if case.field_type.is_always_unique:
        rest.patch(f'thing/{obj["id"]}/', case.none)


def refused(rest, case, body, method='post', path='thing/'):
    """Assert that a request is refused under the key of the field, and return the messages."""
    errors = getattr(rest, method)(path, body, expect=400)
    assert errors
    assert set(errors) <= set(case.keys)
    return str(errors)


def test_values_come_back_as_they_went_in(rest, kit, case):
    obj = rest.post('thing/', {'title': 'patched'})
    whole = rest.post('thing/', {'title': 'replaced'})
    for sample in case.samples:
        body, reads = resolve(sample.rest), resolve(sample.reads)
        made = rest.post('thing/', {'title': 'x', **body})
        assert shown(made, sample) == reads
        assert shown(rest.get(f'thing/{made["id"]}/'), sample) == reads
        assert kit.get(kit.model(pk=made['id'])) == expected(case, sample.value)
        let_go(rest, case, made)
        assert shown(rest.patch(f'thing/{obj["id"]}/', body), sample) == reads
        let_go(rest, case, obj)
        assert shown(rest.put(f'thing/{whole["id"]}/', {'title': 'x', **body}), sample) == reads
        # PUT insists on required keys only, and leaves alone what is not given.
        assert shown(rest.put(f'thing/{whole["id"]}/', {'title': 'y'}), sample) == reads


def test_options(rest, kit, case):
    """OPTIONS says what one must know to make a form: the same about the keys of every type."""
    if case.source:
        assert rest.options('thing/')['actions']['POST'][case.key]['read_only']
        return
    kit.edit(label='The <label>', description='What it is', required=True)
    obj = kit.make(case.values[0])
    keys = rest.options('thing/')['actions']['POST']
    definition = kit.model._definition.fields_by_name[NAME]
    for name in kit.field_type.get_serializer_names(definition):
        assert keys[name]['label'] == f'The <label>{name.removeprefix(NAME).replace("_", " ")}'
        assert keys[name]['read_only'] is False
    told = keys[case.key]
    assert (told['required'], told['help_text']) == (not case.is_drawn, 'What it is')
    choices = told.get('choices') or told.get('child', {}).get('choices', ())
    assert sorted(choice['value'] for choice in choices) == sorted(resolve(case.choices))
    assert all(choice['display_name'] for choice in choices)
    assert rest.options(f'thing/{obj.pk}/')['actions']['PUT'][case.key] == told
    kit.edit(required=False)
    assert rest.options('thing/')['actions']['POST'][case.key]['required'] is False


def test_lists_of_objects(rest, kit, case):
    made = rest.post('thing/', [{'title': 'x', **body} for body in bodies(case)])
    assert [shown(body, sample) for body, sample in zip(made, case.samples)] == [
        resolve(sample.reads) for sample in case.samples
    ]
    for body in made:
        let_go(rest, case, body)
    swapped = [*case.samples[1:], case.samples[0]]
    changes = [{'id': body['id'], **resolve(sample.rest)} for body, sample in zip(made, swapped)]
    found = {body['id']: body for body in rest.patch('thing/', changes)}
    for body, sample in zip(made, swapped):
        assert shown(found[body['id']], sample) == resolve(sample.reads)
    rest.delete('thing/', [{'id': body['id']} for body in made])
    assert not kit.model.objects.exists()


def test_no_value(rest, kit, case):
    """A key that is absent and a null both leave nothing, and null takes a value away."""
    sample = case.samples[0]
    for body in (case.none,) if case.is_drawn else ({}, case.none):
        made = rest.post('thing/', {'title': 'x', **body})
        assert made[case.key] in (None, [])
        assert kit.get(kit.model(pk=made['id'])) is None
    made = rest.post('thing/', {'title': 'x', **resolve(sample.rest)})
    assert rest.patch(f'thing/{made["id"]}/', case.none)[case.key] in (None, [])
    assert kit.get(kit.model(pk=made['id'])) is None


def test_required(rest, kit, case):
    if case.source:
        return
    kit.edit(required=True)
    made = rest.post('thing/', {'title': 'x', **bodies(case)[0]})
    before = kit.get(kit.model(pk=made['id']))
    for body in (case.none,) if case.is_drawn else ({}, case.none):
        refused(rest, case, {'title': 'x', **body})
        refused(rest, case, {'title': 'x', **body}, 'put', f'thing/{made["id"]}/')
    refused(rest, case, case.none, 'patch', f'thing/{made["id"]}/')
    assert kit.model.objects.count() == 1
    assert kit.get(kit.model(pk=made['id'])) == before


def test_default(rest, kit, case):
    if case.default is None:
        return
    default, value = map(resolve, case.default)
    kit.edit(default=default)
    made = rest.post('thing/', {'title': 'x'})
    assert kit.get(kit.model(pk=made['id'])) == expected(case, value)
    if not kit.many:
        made = rest.post('thing/', {'title': 'x', **case.none})
        assert kit.get(kit.model(pk=made['id'])) is None


def test_unique(rest, kit, case):
    if not case.unique:
        return
    kit.edit(unique=True)
    first, second = bodies(case)[:2]
    rest.post('thing/', {'title': 'x', **first})
    refused(rest, case, {'title': 'x', **first})
    other = rest.post('thing/', {'title': 'x', **second})
    refused(rest, case, first, 'patch', f'thing/{other["id"]}/')
    rest.patch(f'thing/{other["id"]}/', second)
    for _ in range(2):
        rest.post('thing/', {'title': 'x', **case.none})


def test_limits_and_patterns(rest, kit, case):
    limits = {}
    if case.bounds:
        limits = dict(zip(('validation_minimum', 'validation_maximum'), case.bounds))
    elif case.regex:
        limits = {'validation_regex': case.regex}
    if not limits:
        return
    kit.edit(**limits)
    fits, does_not = bodies(case)[:2]
    made = rest.post('thing/', {'title': 'x', **fits})
    refused(rest, case, {'title': 'x', **does_not})
    refused(rest, case, does_not, 'patch', f'thing/{made["id"]}/')


def test_refusals_change_nothing(rest, kit, case):
    made = rest.post('thing/', {'title': 'x', **bodies(case)[0]})
    changes = ObjectChange.objects.count()
    bad = by_key(resolve(case.bad_rest))
    refused(rest, case, {'title': 'x', **bad})
    refused(rest, case, bad, 'patch', f'thing/{made["id"]}/')
    errors = rest.post('thing/', [{'title': 'y', **bodies(case)[1]}, {'title': 'z', **bad}], expect=400)
    assert [error['index'] for error in errors['errors']] == [1]
    assert kit.get(kit.model.objects.get()) == expected(case, case.samples[0].value)
    assert ObjectChange.objects.count() == changes


def test_every_filter(rest, kit, case):
    """Each filter that the filterset has is asked, and finds what it should; wrong values are refused."""
    kit.make_samples()
    known = {name for name in get_filterset_class(kit.model).base_filters if name.startswith(NAME)}
    assert known == {resolve(filter.parameter) for filter in case.filters}
    failures = []
    for filter in case.filters:
        found = rest.get('thing/', limit=0, **{resolve(filter.parameter): resolve(filter.value)})['results']
        names = sorted(body['title'] for body in found)
        wanted = sorted('null' if number is NULL else str(number) for number in filter.matches)
        if names != wanted:
            failures.append((filter, names))
    assert failures == []
    for parameter, value in resolve(case.bad_filters):
        assert list(rest.get('thing/', expect=400, **{parameter: value})) == [parameter], (parameter, value)


def test_no_filters_where_they_are_disabled(rest, kit, case):
    kit.edit(filter_logic='disabled')
    assert not {name for name in get_filterset_class(kit.model).base_filters if name.startswith(NAME)}


def test_ordering(rest, kit, case):
    kit.make_samples()
    if case.order is not None:
        for sign, wanted in (('', case.order), ('-', case.order[::-1])):
            found = rest.get('thing/', limit=0, ordering=f'{sign}{case.key}')['results']
            assert [body['title'] for body in found if body['title'] != 'null'] == [str(number) for number in wanted]
    rest.get('thing/', ordering=NAME)


def test_quick_search(rest, kit, case):
    kit.make_samples()
    if case.quick is not None:
        assert [body['title'] for body in rest.get('thing/', q=case.quick)['results']] == ['0']
    else:
        assert not kit.field_type.quick_search_lookups(kit.type.get_model()._definition.fields_by_name[NAME])


def test_change_log(rest, kit, case):
    """Records hold what was and what is, under keys that outlive names, and a diff shows the field and no other."""
    if case.source:
        return  # they hold what was written
    first, second = case.samples[:2]
    made = rest.post('thing/', {'title': 'x', **resolve(first.rest)})
    rest.patch(f'thing/{made["id"]}/', resolve(second.rest))
    rest.delete(f'thing/{made["id"]}/')
    records = ObjectChange.objects.filter(changed_object_type=kit.type.object_type).order_by('pk')
    created, updated, deleted = records
    old, new = ({key.replace(NAME, kit.field.payload_key, 1): part for key, part in resolve(sample.payload).items()}
                for sample in (first, second))  # fmt: skip
    assert stored(created.postchange_data, old) == old
    assert stored(updated.prechange_data, old) == old
    assert stored(updated.postchange_data, new) == new
    assert stored(deleted.prechange_data, new) == new
    differences = updated.diff()
    changed = {key for key in old | new if old.get(key) != new.get(key)}
    assert changed <= set(differences['pre']) <= {*changed, 'last_updated'}
    restored = kit.model.deserialize_object(deleted.prechange_data, pk=made['id'])
    restored.save()
    assert kit.get(kit.model(pk=made['id'])) == expected(case, second.value)


def stored(data, keys):
    return {key: data[key] for key in keys if key in data}


def test_graphql(kit, case):
    annotations = kit.field_type.get_graphql_annotations(kit.model._definition.fields_by_name[NAME])
    assert annotations == by_key(case.graphql)
