"""The main job in a branch: types, fields and objects made, edited, renamed and deleted; merged, reverted, merged."""

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError

from core.models import ObjectChange
from dcim.models import Site
from extras.models import CustomFieldChoiceSet
from netbox_branching.models import ChangeDiff
from netbox_branching.models import ObjectChange as BranchChange
from utilities.exceptions import AbortTransaction

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from tests.support.branches import assert_schema_is_clean, delete, edit, rows
from tests.support.factories import make_every_kind, make_field, make_object, make_type


def model_of(custom_object_type):
    return apps.get_model('netbox_custom_objects', f'table{custom_object_type.pk}model')


def test_type_created_in_branch_is_invisible_in_main_until_merged(lab, branch, strategy):
    with lab.request(branch):
        vendor = make_type('vendor', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
        make_object(vendor, title='acme')
        edit(vendor, description='edited after its objects')
    with lab.request():
        assert not CustomObjectType.objects.exists()
        assert not model_of(vendor).objects.exists()
    lab.merge(branch, strategy)
    with lab.request():
        assert CustomObjectType.objects.get().description == 'edited after its objects'
        assert rows(model_of(vendor), 'title') == [('acme',)]
        assert_schema_is_clean()


def test_merge_insert_revert_merge_again(lab, strategies):
    site = Site.objects.create(name='Here', slug='here')
    branch = lab.branch()
    with lab.request(branch):
        kind = make_every_kind()
        make_object(
            kind,
            title='one',
            amount=2**63 - 1,
            price='1.10',
            active=True,
            bought='2026-01-02',
            seen='2026-01-02T03:04:05Z',
            web='https://example.com',
            extra={'a': [1, None]},
            color='red',
            colors=['red', 'blue'],
            place=site,
            places=[site],
        )
    for strategy in strategies:
        lab.merge(branch, strategy)
        with lab.request():
            one = model_of(kind).objects.get()
            assert (one.title, one.amount, str(one.price), one.active) == ('one', 2**63 - 1, '1.10', True)
            assert (str(one.bought), one.seen.isoformat()) == ('2026-01-02', '2026-01-02T03:04:05+00:00')
            assert (one.web, one.extra, one.color, one.colors) == (
                'https://example.com',
                {'a': [1, None]},
                'red',
                ['red', 'blue'],
            )
            assert (one.place, list(one.places.all())) == (site, [site])
            two = make_object(kind, title='two')
            assert two.pk > one.pk
            delete(two)
        lab.revert(branch)
        with lab.request():
            assert not CustomObjectType.objects.exists()
            assert_schema_is_clean()
        lab.merge(branch, strategy)
        with lab.request():
            assert rows(model_of(kind), 'title', 'amount') == [('one', 2**63 - 1)]
            assert list(model_of(kind).objects.get().places.all()) == [site]
            assert_schema_is_clean()


def test_fields_added_renamed_and_deleted_on_a_filled_type(lab, strategies):
    with lab.request():
        server = make_type(
            'server',
            fields=[{'name': 'title', 'type': 'text', 'primary': True}, ('old', 'text'), ('amount', 'integer')],
        )
        first = make_object(server, title='a', old='gone', amount=1)
        make_object(server, title='b', old='gone too', amount=2)
    branch = lab.branch()
    with lab.request(branch):
        edit(CustomObjectTypeField.objects.get(name='title'), name='label')
        make_field(server, 'serial')
        delete(model_of(server).objects.get(label='b'))
        delete(CustomObjectTypeField.objects.get(name='old'))
    with lab.request(branch):
        edit(model_of(server).objects.get(pk=first.pk), label='a2', serial='S1')
        make_object(server, label='c', serial='S3', amount=3)
    with lab.request():
        make_object(server, title='main', old='kept')
        assert rows(model_of(server), 'title', 'old') == [('a', 'gone'), ('b', 'gone too'), ('main', 'kept')]
    for strategy in strategies:
        lab.merge(branch, strategy)
        with lab.request():
            merged = [('a2', 'S1', 1), ('c', 'S3', 3), ('main', None, None)]
            assert rows(model_of(server), 'label', 'serial', 'amount') == merged
            assert_schema_is_clean()
        lab.revert(branch)
        with lab.request():
            assert rows(model_of(server), 'title', 'old', 'amount') == [
                ('a', 'gone', 1),
                ('b', 'gone too', 2),
                ('main', 'kept', None),
            ]
            assert_schema_is_clean()
        lab.merge(branch, strategy)
        with lab.request():
            assert rows(model_of(server), 'label', 'serial', 'amount') == merged


def test_populated_type_deleted_in_branch_comes_back_with_its_objects(lab, strategies):
    with lab.request():
        site = Site.objects.create(name='Here', slug='here')
        server = make_type(
            'server',
            fields=[
                {'name': 'title', 'type': 'text', 'primary': True},
                {'name': 'sites', 'type': 'multiobject', 'target': Site},
            ],
        )
        make_object(server, title='a', sites=[site])
        make_object(server, title='b').tags.add('blue')
    branch = lab.branch()
    with lab.request(branch):
        delete(CustomObjectType.objects.get())
        assert not CustomObjectType.objects.exists()
    with lab.request():
        assert model_of(server).objects.count() == 2
    for strategy in strategies:
        lab.merge(branch, strategy)
        with lab.request():
            assert not CustomObjectType.objects.exists()
            assert not model_of(server).objects.exists()
            assert_schema_is_clean()
        lab.revert(branch)
        with lab.request():
            assert rows(model_of(server), 'title') == [('a',), ('b',)]
            assert list(model_of(server).objects.get(title='a').sites.all()) == [site]
            assert [tag.name for tag in model_of(server).objects.get(title='b').tags.all()] == ['blue']
            assert_schema_is_clean()


def test_circular_types_with_circular_objects(lab, branch, strategy):
    with lab.request(branch):
        left, right = make_type('left', fields=[('title', 'text')]), make_type('right', fields=[('title', 'text')])
        make_field(left, 'other', 'object', target=right)
        make_field(left, 'others', 'multiobject', target=right)
        make_field(right, 'other', 'object', target=left)
        make_field(left, 'itself', 'object', target=left)
    with lab.request(branch):
        a = make_object(left, title='a')
        b = make_object(right, title='b', other=a)
        a = edit(model_of(left).objects.get(pk=a.pk), other=b, itself=a)
        a.others.set([b])
    lab.merge(branch, strategy)
    with lab.request():
        a = model_of(left).objects.get()
        assert (a.other.title, a.itself, [other.title for other in a.others.all()]) == ('b', a, ['b'])
        assert a.other.other == a
    lab.revert(branch)
    with lab.request():
        assert not CustomObjectType.objects.exists()


def test_dry_run_changes_nothing(lab, branch, strategy):
    with lab.request(branch):
        vendor = make_type('vendor', fields=[('title', 'text')])
        make_object(vendor, title='acme')
    with pytest.raises(AbortTransaction):
        lab.merge(branch, strategy, commit=False)
    with lab.request():
        assert not CustomObjectType.objects.exists()
        assert not model_of(vendor).objects.exists()
    lab.merge(branch, strategy)
    with lab.request():
        assert rows(model_of(vendor), 'title') == [('acme',)]


def test_sync_brings_schema_and_data_beside_local_edits(lab):
    with lab.request():
        server = make_type('server', fields=[('title', 'text'), ('amount', 'integer')])
        first = make_object(server, title='a', amount=1)
    branch = lab.branch()
    with lab.request(branch):
        make_field(server, 'local')
        edit(model_of(server).objects.get(), local='kept', amount=10)
        private = make_type('private', fields=[('title', 'text')])
        make_object(private, title='mine')
    with lab.request():
        edit(CustomObjectTypeField.objects.get(name='title'), name='label')
        make_field(server, 'serial')
        edit(model_of(server).objects.get(), label='a2', serial='S1')
        vendor = make_type('vendor', fields=[('title', 'text')])
        make_object(vendor, title='acme')
    lab.sync(branch)
    with lab.request(branch):
        assert rows(model_of(server), 'label', 'serial', 'local', 'amount') == [('a2', 'S1', 'kept', 10)]
        assert rows(model_of(vendor), 'title') == [('acme',)]
        assert rows(model_of(private), 'title') == [('mine',)]
        assert make_object(vendor, title='second').pk > 1
        assert_schema_is_clean(branch.connection_name)
    lab.merge(branch)
    with lab.request():
        assert rows(model_of(server), 'pk', 'label', 'serial', 'local', 'amount') == [
            (first.pk, 'a2', 'S1', 'kept', 10)
        ]
        assert rows(model_of(vendor), 'title') == [('acme',), ('second',)]


def test_new_branch_while_another_holds_a_private_type(lab, strategies):
    with lab.request():
        make_type('shared', fields=[('title', 'text')])
    first = lab.branch('first')
    with lab.request(first):
        private = make_type('private', fields=[('title', 'text')])
        make_object(private, title='mine')
    second = lab.branch('second')
    with lab.request(second):
        assert [t.name for t in CustomObjectType.objects.all()] == ['shared']
        other = make_type('other', fields=[('title', 'text')])
        make_object(other, title='theirs')
    for strategy in strategies:
        lab.merge(first, strategy)
        lab.merge(second, strategy)
        with lab.request():
            assert rows(model_of(private), 'title') == [('mine',)]
            assert rows(model_of(other), 'title') == [('theirs',)]
            assert_schema_is_clean()


def test_two_branches_add_fields_to_the_same_type(lab, strategies):
    with lab.request():
        server = make_type('server', fields=[('title', 'text')])
        make_object(server, title='a')
    first, second = lab.branch('first'), lab.branch('second')
    for branch, name in ((first, 'one'), (second, 'two')):
        with lab.request(branch):
            make_field(server, name)
        with lab.request(branch):
            make_object(server, title=name, **{name: name})
    for strategy in strategies:
        lab.merge(first, strategy)
        lab.merge(second, strategy)
        with lab.request():
            assert rows(model_of(server), 'title', 'one', 'two') == [
                ('a', None, None),
                ('one', 'one', None),
                ('two', None, 'two'),
            ]
            schema_ids = list(CustomObjectTypeField.objects.values_list('schema_id', flat=True))
            assert len(set(schema_ids)) == len(schema_ids) == 3


def test_change_records_hold_payload_keys_and_diffs_no_false_conflicts(lab):
    with lab.request():
        server = make_type(
            'server', fields=[('title', 'text'), {'name': 'sites', 'type': 'multiobject', 'target': Site}]
        )
        make_object(server, title='a')
    field = CustomObjectTypeField.objects.get(name='title')
    branch = lab.branch()
    with lab.request(branch):
        edit(CustomObjectTypeField.objects.get(name='title'), name='label')
        make_field(server, 'tags2', 'multiobject', target=Site)
    with lab.request(branch):
        edit(model_of(server).objects.get(), label='b')
        change = ObjectChange.objects.order_by('-time').first()
        assert change.postchange_data[f'title__{field.pk}'] == 'b'
        assert change.prechange_data[f'title__{field.pk}'] == 'a'
    diff = ChangeDiff.objects.get(object_type__model=f'table{server.pk}model')
    assert diff.conflicts is None
    assert (diff.original[field.payload_key], diff.modified[field.payload_key]) == ('a', 'b')
    with lab.request():
        edit(model_of(server).objects.get(), title='c')
    diff.refresh_from_db()
    assert diff.conflicts == [field.payload_key]


def test_core_object_deleted_in_branch_releases_custom_objects(lab, strategies):
    with lab.request():
        site = Site.objects.create(name='Here', slug='here')
        server = make_type(
            'server',
            fields=[
                ('title', 'text'),
                {'name': 'site', 'type': 'object', 'target': Site},
                {'name': 'home', 'type': 'object', 'target': Site, 'on_delete_behavior': 'protect'},
            ],
        )
        a = make_object(server, title='a', site=site)
        b = make_object(server, title='b', home=site)
    branch = lab.branch()
    with lab.request(branch):
        edit(model_of(server).objects.get(pk=b.pk), home=None)
        Site.objects.get().delete()
        assert model_of(server).objects.get(pk=a.pk).site is None
    with lab.request():
        assert model_of(server).objects.get(pk=a.pk).site == site
    for strategy in strategies:
        lab.merge(branch, strategy)
        with lab.request():
            assert not Site.objects.exists()
            assert rows(model_of(server), 'title', 'site_id', 'home_id') == [('a', None, None), ('b', None, None)]
        lab.revert(branch)
        with lab.request():
            site = Site.objects.get()
            assert rows(model_of(server), 'title', 'site_id', 'home_id') == [('a', site.pk, None), ('b', None, site.pk)]


def test_choices_edited_in_main_reach_a_branch_that_has_not_changed(lab):
    with lab.request():
        make_type('server', fields=[{'name': 'color', 'type': 'select', 'choices': ['red']}])
    branch = lab.branch()
    with lab.request(branch):
        server = CustomObjectType.objects.get()
        make_object(server, color='red')
    with lab.request():
        edit(CustomFieldChoiceSet.objects.get(), extra_choices=[['red', 'Red'], ['blue', 'Blue']])
    with lab.request(branch):
        assert make_object(server, color='blue').color == 'blue'


def test_a_required_field_that_was_added_and_filled_is_reverted(lab, strategies):
    """The values go before the field that requires them."""
    with lab.request():
        vendor = make_type('vendor', fields=[{'name': 'title', 'type': 'text'}])
        one = make_object(vendor, title='acme')
    branch = lab.branch()
    with lab.request(branch):
        code = make_field(vendor, 'code', 'text')
        edit(model_of(vendor).objects.get(pk=one.pk), code='a')
        edit(CustomObjectTypeField.objects.get(pk=code.pk), required=True)
    for strategy in strategies:
        lab.merge(branch, strategy)
        lab.revert(branch)
        with lab.request():
            assert not CustomObjectTypeField.objects.filter(name='code').exists()
            assert rows(model_of(vendor), 'title') == [('acme',)]
        lab.merge(branch, strategy)
        with lab.request():
            assert rows(model_of(vendor), 'title', 'code') == [('acme', 'a')]
            assert_schema_is_clean()


def test_defaults_reach_what_was_made_while_a_field_was_out_of_use(lab, strategies):
    """Also what a second merge makes before the field; an object that was emptied meanwhile stays empty."""
    with lab.request():
        site = Site.objects.create(name='Here', slug='here')
        key = {'content_type_id': ContentType.objects.get_for_model(Site).pk, 'object_id': site.pk}
        server = make_type('server', fields=[('title', 'text')])
        for title in ('old', 'emptied', 'deleted'):
            make_object(server, title=title)
    branch = lab.branch()
    with lab.request(branch):
        make_object(server, title='early')
        make_field(server, 'state', default='up')
        make_field(server, 'place', 'object', targets=[Site], default=key)
        make_field(server, 'sites', 'multiobject', target=Site, default=[site.pk])
        make_field(server, 'owners', 'multiobject', targets=[Site], default=[key])
    with lab.request(branch):
        make_object(server, title='late', state='down')

    def found():
        with lab.request():
            assert_schema_is_clean()
            return {
                item.title: (item.state, item.place, list(item.sites.all()), list(item.owners.all()))
                for item in model_of(server).objects.all()
            }

    filled, empty = ('up', site, [site], [site]), (None, None, [], [])
    expected = {'old': filled, 'emptied': filled, 'deleted': filled, 'late': ('down', site, [], [])}
    for strategy in strategies:
        # Squashed, an object comes after the field, and change data does not say that it had no links yet.
        expected['early'] = filled if strategy == 'iterative' else ('up', site, [], [])
        lab.merge(branch, strategy)
        assert found() == expected
        with lab.request():
            for title in ('emptied', 'deleted'):
                item = model_of(server).objects.get(title=title)
                edit(item, state=None, place=None)
                item.sites.clear()
                item.owners.clear()
        assert found() == expected | {'emptied': empty, 'deleted': empty}
        lab.revert(branch)
        with lab.request():
            make_object(server, title='between')
            delete(model_of(server).objects.get(title='deleted'))
        with lab.request():
            last = BranchChange.objects.filter(action='delete').latest('pk')
            last.undo(branch)
        lab.merge(branch, strategy)
        assert found() == expected | {'between': filled, 'emptied': empty, 'deleted': empty}


def test_definitions_and_objects_take_turns(lab, branch, strategies):
    """A merge leaves tables for later, and makes them as soon as an object, an edit or a choice set needs them."""
    with lab.request(branch):
        server = make_type('server', fields=[{'name': 'state', 'type': 'select', 'choices': ['up', 'down']}])
        one = make_object(server, state='up')
        title = make_field(server, 'title')
        make_field(server, 'parent', 'object', target=server, related_name='children')
        two = make_object(server, state='down', title='two', parent=model_of(server).objects.get())
        edit(CustomObjectTypeField.objects.get(pk=title.pk), name='label_text', unique=True)
        edit(CustomFieldChoiceSet.objects.get(), extra_choices=[['up', 'Up'], ['down', 'Down'], ['idle', 'Idle']])
        make_field(server, 'fallback', 'select', choice_set=CustomFieldChoiceSet.objects.get())
        edit(model_of(server).objects.get(pk=one.pk), state='idle', label_text='one', fallback='up')
        make_field(make_type('rack'), 'servers', 'multiobject', target=server)
        make_field(server, 'gone')
        delete(CustomObjectTypeField.objects.get(name='gone'))
        make_type('empty')
        delete(make_type('passing', fields=[('name', 'text')]))
        names = ('pk', 'state', 'label_text', 'fallback', 'parent')
        expected = rows(model_of(server), *names)
        assert [row[:3] for row in expected] == [(one.pk, 'idle', 'one'), (two.pk, 'down', 'two')]
    for strategy in strategies:
        for _time in range(2):
            lab.merge(branch, strategy)
            with lab.request():
                assert rows(model_of(server), *names) == expected
                assert_schema_is_clean()
            lab.revert(branch)
            with lab.request():
                assert not CustomObjectType.objects.exists()
                assert_schema_is_clean()


def test_what_main_took_away_fails_a_merge_whole(lab, strategies):
    """Rows that a merge keeps in memory are those of main, by the time of the merge."""
    with lab.request():
        server = make_type('server', fields=[('title', 'text')])
        choices = CustomFieldChoiceSet(name='states', extra_choices=[['up', 'Up']])
        choices.save()
    branch = lab.branch()
    with lab.request(branch):
        make_field(make_type('rack'), 'name')
        make_field(server, 'state', 'select', choice_set=CustomFieldChoiceSet.objects.get())
    with lab.request():
        CustomFieldChoiceSet.objects.get().delete()
    for strategy in strategies:
        with pytest.raises(ValidationError):
            lab.merge(branch, strategy)
        with lab.request():
            assert [found.name for found in CustomObjectType.objects.all()] == ['server']
            assert_schema_is_clean()
            # What the failed merge had read is not validated against.
            make_field(make_type('rack'), 'name')
