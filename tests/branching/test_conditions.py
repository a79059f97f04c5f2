"""Conditions of fields in branches: made, changed, merged, reverted, synchronized; conflicts, and lost fields."""

import pytest

from netbox_custom_objects.branching.merging.schema_changes import schema_changes
from netbox_custom_objects.branching.merging.three_way import three_way_merge
from netbox_custom_objects.branching.merging.validators import find_conflicts
from netbox_custom_objects.definitions.merge import Kind
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.runtime.classes.registry import world
from netbox_custom_objects.services.attention.ignored_rules import ignored_rules
from tests.support.beginnings import begins_with
from tests.support.branches import STRATEGIES, Lab, assert_schema_is_clean, delete, edit
from tests.support.factories import make_field, make_object, make_type


def make_assets():
    with Lab().request():
        asset = make_type('asset', fields=[('name', 'text'), ('slots', 'integer'), ('serial', 'text')])
        edit(field('serial'), required_if='slots > 4')
        make_object(asset, name='a', slots=1)


@pytest.fixture
@begins_with(make_assets)
def assets(lab):
    return lab


def field(name):
    return CustomObjectTypeField.objects.get(name=name)


def conditions(lab, branch=None):
    with lab.request(branch):
        rows = CustomObjectTypeField.objects.order_by('name')
        names = {f'${row.pk}': row.name for row in rows}
        found = {}
        for row in rows:
            stored = row.required_if or row.visible_if or row.editable_if
            for key, name in names.items():
                stored = stored.replace(key, name)
            found[row.name] = stored
        return found


BEFORE = {'name': '', 'serial': 'slots > 4', 'slots': ''}


@pytest.mark.parametrize('strategy', STRATEGIES)
def test_merge_and_revert_and_again(assets, strategy):
    """
    A branch changes a condition, makes fields that read each other, and renames and deletes what conditions read.

    An object that main has and the branch's conditions do not fit is merged all the same.
    """
    lab, branch = assets, assets.branch()
    with lab.request(branch):
        asset = CustomObjectType.objects.get()
        edit(field('slots'), name='places')
        edit(field('serial'), required_if="name == 'x'")
        first = make_field(asset, 'first', visible_if='places > 1')
        second = make_field(asset, 'second', 'integer', editable_if="first == 'a'")
        edit(first, visible_if='second > 1')
        gone = make_field(asset, 'gone', 'boolean')
        edit(field('name'), visible_if='gone')
        edit(field('name'), visible_if='')
        delete(gone)
        edit(second, description='described')
        make_object(asset, name='b', second=None)
    with lab.request():
        make_object(CustomObjectType.objects.get(), name='x')
    assert find_conflicts(branch) == []
    edits = [text for change in schema_changes(branch) for text in change.edits]
    assert any('from "places > 4" to "name == \'x\'"' in text for text in edits), edits
    for _time in range(2):
        lab.merge(branch, strategy)
        assert conditions(lab) == {
            'first': 'second > 1', 'name': '', 'places': '', 'second': "first == 'a'", 'serial': "name == 'x'",
        }  # fmt: skip
        assert_schema_is_clean()
        with lab.request():
            asset = CustomObjectType.objects.get()
            with pytest.raises(Exception, match='Serial is required'):
                make_object(asset, name='x')
        lab.revert(branch)
        assert conditions(lab) == BEFORE


def test_sync_and_conflicts(assets):
    """The same edit on both sides is silent, another one a conflict; what reads a deleted field has no effect."""
    lab, branch = assets, assets.branch()
    for place in (branch, None):
        with lab.request(place):
            edit(field('serial'), required_if='slots > 5')
    assert three_way_merge(branch).conflicts == ()
    with lab.request():
        edit(field('name'), editable_if='name == null')
    lab.sync(branch)
    assert conditions(lab, branch)['name'] == 'name == null'
    with lab.request(branch):
        edit(field('serial'), required_if='slots > 6')
        edit(field('name'), editable_if='slots > 1')
    with lab.request():
        edit(field('serial'), required_if='')
        delete(field('slots'))
    found = {(conflict.kind, conflict.attribute) for conflict in three_way_merge(branch).conflicts}
    assert found == {(Kind.ATTRIBUTE, 'required_if')}
    with lab.request(branch):
        edit(field('serial'), required_if='')
    lab.merge(branch)
    with lab.request():
        definition = world().definitions[CustomObjectType.objects.get().pk]
        texts = [text for found in definition.fields for text in ignored_rules(found, definition)]
        assert len(texts) == 1
        assert 'The condition "editable_if" has no effect' in texts[0]
        make_object(CustomObjectType.objects.get(), name='free')
