"""Deprecation closes fields and types to requests; what a branch wrote before, or holds, moves on as ever."""

from tests.support.branches import assert_schema_is_clean, close, edit
from tests.support.factories import make_field, make_object, make_type


def test_what_a_branch_wrote_is_merged_synchronised_and_reverted(lab, strategies):
    with lab.request():
        thing = make_type('thing', fields=[('title', 'text')])
        serial = make_field(thing, 'serial', required=True)
        obj = make_object(thing, title='a', serial='1')
    branch, other = lab.branch(), lab.branch('other')
    with lab.request(branch):
        edit(thing.get_model().objects.get(), serial='2')
        make_object(thing, title='b', serial='3')
    with lab.request():
        edit(serial, deprecated=True, deprecated_since='1.0')
        edit(thing, deprecated=True, scheduled_removal='2.0')
        make_object(thing, title='c')
    for strategy in strategies:
        lab.merge(branch, strategy)

        def values():
            return list(thing.get_model().objects.order_by('title').values_list('title', 'serial'))

        with lab.request():
            assert values() == [('a', '2'), ('b', '3'), ('c', None)]
            assert thing.get_model()._definition.deprecated
        lab.sync(other)
        with lab.request(other):
            assert values() == [('a', '2'), ('b', '3'), ('c', None)]
            assert thing.get_model()._definition.fields_by_name['serial'].deprecated
        lab.revert(branch)
        with lab.request():
            assert values() == [('a', '1'), ('c', None)]
            assert thing.get_model().objects.filter(pk=obj.pk).exists()
        assert_schema_is_clean()
        close(branch)
        close(other)


def test_a_deprecation_is_made_in_a_branch_and_merged(lab, strategies):
    with lab.request():
        thing = make_type('thing', fields=[('title', 'text'), ('serial', 'text')])
    branch = lab.branch()
    with lab.request(branch):
        edit(thing.fields.get(name='serial'), deprecated=True, deprecated_since='1.0', scheduled_removal='2.0')
        edit(type(thing).objects.get(pk=thing.pk), deprecated=True)
    with lab.request():
        make_object(thing, title='a', serial='1')
        assert not thing.get_model()._definition.deprecated
    for strategy in strategies:
        lab.merge(branch, strategy)
        with lab.request():
            definition = thing.get_model()._definition
            field = definition.fields_by_name['serial']
            assert (definition.deprecated, field.deprecated, field.scheduled_removal) == (True, True, '2.0')
        lab.revert(branch)
        with lab.request():
            assert not thing.get_model()._definition.deprecated
        close(branch)
