"""Polymorphic fields in branches: values, links, allowed types and target types, merged both ways and reverted."""

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from dcim.models import Region, Site
from netbox_branching.models import ChangeDiff

from netbox_custom_objects.branching.merging.findings import VIOLATION
from netbox_custom_objects.branching.merging.validators import find_conflicts
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from tests.support.branches import assert_schema_is_clean, delete, edit
from tests.support.factories import make_field, make_object, make_type, object_type_of


def model_of(custom_object_type):
    return apps.get_model('netbox_custom_objects', f'table{custom_object_type.pk}model')


@pytest.fixture
def site(fresh_database):
    return Site.objects.create(name='Here', slug='here')


@pytest.fixture
def region(fresh_database):
    return Region.objects.create(name='Around', slug='around')


def make_thing(*targets, name='thing', **attributes):
    thing = make_type(name, fields=[{'name': 'title', 'type': 'text', 'primary': True}])
    make_field(thing, 'ref', 'object', targets=targets, **attributes)
    make_field(thing, 'refs', 'multiobject', targets=targets)
    return thing


def values(thing):
    """What each object refers to, by its title."""
    return {
        obj.title: (str(obj.ref) if obj.ref_object_id else None, sorted(map(str, obj.refs.all())))
        for obj in model_of(thing).objects.prefetch_related('ref', 'refs')
    }


def test_values_are_created_edited_and_deleted(lab, strategies, site, region):
    with lab.request():
        thing = make_thing(Site, Region)
        for title in ('kept', 'edited', 'deleted'):
            make_object(thing, title=title, ref=site, refs=[site])
    branch = lab.branch()
    before = {title: ('Here', ['Here']) for title in ('kept', 'edited', 'deleted')}
    with lab.request(branch):
        assert values(thing) == before
        edited = edit(model_of(thing).objects.get(title='edited'), ref=region)
        edited.snapshot()
        edited.refs.set([region, site])
        delete(model_of(thing).objects.get(title='deleted'))
        make_object(thing, title='new', ref=region, refs=[site, region])
    with lab.request():
        assert values(thing) == before
    after = {
        'kept': ('Here', ['Here']),
        'edited': ('Around', ['Around', 'Here']),
        'new': ('Around', ['Around', 'Here']),
    }
    for strategy in strategies:
        for _ in range(2):
            lab.merge(branch, strategy)
            with lab.request():
                assert values(thing) == after
                assert_schema_is_clean()
            lab.revert(branch)
            with lab.request():
                assert values(thing) == before


def test_everything_is_born_in_the_branch(lab, strategies, site):
    branch = lab.branch()
    with lab.request(branch):
        node = make_type('node', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
        thing = make_thing(Site, node)
        targets = [make_object(node, title=str(n)) for n in range(2)]
        make_object(thing, title='one', ref=targets[0], refs=[*targets, site])
        itself = make_type('itself', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
        make_field(itself, 'ref', 'object', targets=[itself, Site])
        one = make_object(itself, title='a')
        two = make_object(itself, title='b', ref=one)
        edit(model_of(itself).objects.get(pk=one.pk), ref=two)
    for strategy in strategies:
        for _ in range(2):
            lab.merge(branch, strategy)
            with lab.request():
                assert values(thing) == {'one': ('0', ['0', '1', 'Here'])}
                assert {(obj.title, obj.ref.title) for obj in model_of(itself).objects.all()} == {
                    ('a', 'b'),
                    ('b', 'a'),
                }
                field = CustomObjectTypeField.objects.get(name='refs')
                assert field.related_object_types.count() == 2
                assert_schema_is_clean()
            lab.revert(branch)
            with lab.request():
                assert not CustomObjectType.objects.exists()
                assert_schema_is_clean()


def test_a_type_from_the_branch_becomes_a_target(lab, strategies, site):
    with lab.request():
        thing = make_thing(Site)
        make_object(thing, title='one', ref=site, refs=[site])
    branch = lab.branch()
    with lab.request(branch):
        node = make_type('node', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
        for field in CustomObjectTypeField.objects.filter(name__startswith='ref'):
            field.snapshot()
            field.related_object_types.add(node.object_type)
        target = make_object(node, title='n')
        one = edit(model_of(thing).objects.get(), ref=target)
        one.snapshot()
        one.refs.set([target])
    with lab.request():
        assert values(thing) == {'one': ('Here', ['Here'])}
    for strategy in strategies:
        for _ in range(2):
            lab.merge(branch, strategy)
            with lab.request():
                assert values(thing) == {'one': ('n', ['n'])}
                assert_schema_is_clean()
            lab.revert(branch)
            with lab.request():
                assert values(thing) == {'one': ('Here', ['Here'])}
                assert CustomObjectTypeField.objects.get(name='ref').related_object_types.count() == 1
                assert_schema_is_clean()


def test_a_type_is_taken_away_and_deleted(lab, strategies, site):
    with lab.request():
        node = make_type('node', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
        thing = make_thing(Site, node)
        target = make_object(node, title='n')
        make_object(thing, title='one', ref=target, refs=[target, site])
    branch = lab.branch()
    with lab.request(branch):
        one = edit(model_of(thing).objects.get(), ref=site)
        one.snapshot()
        one.refs.remove(target)
    with lab.request(branch):
        for field in CustomObjectTypeField.objects.filter(name__startswith='ref'):
            field.snapshot()
            field.related_object_types.remove(node.object_type)
        delete(CustomObjectType.objects.get(name='node'))
    for strategy in strategies:
        lab.merge(branch, strategy)
        with lab.request():
            assert values(thing) == {'one': ('Here', ['Here'])}
            assert not CustomObjectType.objects.filter(name='node').exists()
            assert_schema_is_clean()
        lab.revert(branch)
        with lab.request():
            assert values(thing) == {'one': ('n', ['Here', 'n'])}
            assert_schema_is_clean()


def test_targets_are_deleted_in_the_branch(lab, strategies):
    things, before, after = {}, {}, {}
    with lab.request():
        for behavior in ('set_null', 'cascade', 'protect'):
            node = make_type(f'node_{behavior}', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
            thing = make_thing(Site, node, name=f'thing_{behavior}', on_delete_behavior=behavior)
            target, site = make_object(node, title='n'), Site.objects.create(name=behavior, slug=behavior)
            make_object(thing, title='one', ref=target, refs=[target, site])
            make_object(thing, title='two', ref=site, refs=[site])
            things[behavior] = thing, node, site
            before[behavior] = {'one': ('n', sorted([behavior, 'n'])), 'two': (behavior, [behavior])}
            after[behavior] = {} if behavior == 'cascade' else {'one': (None, []), 'two': (None, [])}

    def all_values():
        return {behavior: values(thing) for behavior, (thing, _, _) in things.items()}

    branch = lab.branch()
    with lab.request(branch):
        for obj in model_of(things['protect'][0]).objects.all():
            edit(obj, ref=None)
        for _, node, site in things.values():
            delete(model_of(node).objects.get())
            delete(Site.objects.get(pk=site.pk))
    with lab.request():
        assert all_values() == before
    for strategy in strategies:
        lab.merge(branch, strategy)
        with lab.request():
            assert all_values() == after
        lab.revert(branch)
        with lab.request():
            assert all_values() == before


def test_a_type_and_an_id_of_different_edits_are_never_mixed(lab, strategies):
    """Main changes the type and the branch the id: that is a conflict, and not a reference to a third object."""
    with lab.request():
        sites = [Site.objects.create(name=f's{n}', slug=f's{n}') for n in range(2)]
        same = Region.objects.create(pk=sites[0].pk, name='same id', slug='same')
        Region.objects.create(pk=sites[1].pk, name='wrong', slug='wrong')
        thing = make_thing(Site, Region)
        make_object(thing, title='one', ref=sites[0])
    branch = lab.branch()
    with lab.request(branch):
        edit(model_of(thing).objects.get(), ref=sites[1])
    with lab.request():
        edit(model_of(thing).objects.get(), ref=same)
    key = CustomObjectTypeField.objects.get(name='ref').payload_key
    assert ChangeDiff.objects.get(object_type=thing.object_type_id).conflicts == [key]
    for strategy in strategies:
        lab.merge(branch, strategy)
        with lab.request():
            assert values(thing) == {'one': ('s1', [])}


def test_sync_brings_links_and_types(lab, site, region):
    with lab.request():
        thing = make_thing(Site)
        make_object(thing, title='one', ref=site)
    branch = lab.branch()
    with lab.request():
        for field in CustomObjectTypeField.objects.filter(name__startswith='ref'):
            field.snapshot()
            field.related_object_types.add(object_type_of(Region))
    with lab.request():
        make_object(thing, title='two', ref=region, refs=[site, region])
    with lab.request(branch):
        make_object(thing, title='own', ref=site, refs=[site])
    lab.sync(branch)
    with lab.request(branch):
        assert values(thing) == {
            'one': ('Here', []),
            'two': ('Around', ['Around', 'Here']),
            'own': ('Here', ['Here']),
        }
        make_object(thing, title='three', ref=region)
    lab.merge(branch)
    with lab.request():
        assert set(values(thing)) == {'one', 'two', 'own', 'three'}


def test_a_reference_that_is_made_unique(lab, strategies, site, region):
    """Both sides refer to the same object: named before the merge; without that, the index is merged and reverted."""
    with lab.request():
        thing = make_thing(Site, Region)
        make_object(thing, title='one', ref=site)
    branch = lab.branch()
    with lab.request(branch):
        edit(CustomObjectTypeField.objects.get(name='ref'), unique=True)
        theirs = make_object(thing, title='theirs', ref=region)
    with lab.request():
        ours = make_object(thing, title='ours', ref=region)
    found = [finding.text for finding in find_conflicts(branch) if finding.kind == VIOLATION]
    assert found == [
        f'Thing {theirs.pk} and {ours.pk} would both have "dcim.region:{region.pk}" in the unique field "ref".'
    ]
    with lab.request():
        delete(ours)
    for strategy in strategies:
        for _ in range(2):
            lab.merge(branch, strategy)
            with lab.request():
                assert_schema_is_clean()
                with pytest.raises(IntegrityError), transaction.atomic():
                    model_of(thing).objects.create(title='again', ref=site)
            lab.revert(branch)
            with lab.request():
                assert_schema_is_clean()
                delete(make_object(thing, title='again', ref=site))
