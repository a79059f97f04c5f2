"""Config contexts switched on and off in branches: local context data arrive, go again and come back."""

from django.apps import apps

from dcim.models import Site
from extras.models import ConfigContext

from tests.support.branches import assert_schema_is_clean, close, delete, edit, rows
from tests.support.factories import make_object, make_type

FIELDS = ({'name': 'title', 'type': 'text'}, {'name': 'site', 'type': 'object', 'target': Site})


def model_of(custom_object_type):
    return apps.get_model('netbox_custom_objects', f'table{custom_object_type.pk}model')


def local_data(custom_object_type):
    return dict(model_of(custom_object_type).objects.values_list('title', 'local_context_data'))


def test_switched_on_in_a_branch(lab, strategies):
    with lab.request():
        site = Site.objects.create(name='s', slug='s')
        ConfigContext.objects.create(name='here', data={'here': 1}).sites.add(site)
        thing = make_type('thing', fields=FIELDS)
        for title in ('edited', 'untouched', 'deleted'):
            make_object(thing, title=title, site=site)
        before = rows(model_of(thing), 'title')
    branch = lab.branch()
    with lab.request(branch):
        edit(thing, config_context_enabled=True)
    with lab.request(branch):
        edit(model_of(thing).objects.get(title='edited'), local_context_data={'a': {'b': 1}})
        make_object(thing, title='created', site=site, local_context_data={'c': 1})
        delete(model_of(thing).objects.get(title='deleted'))
        after = local_data(thing)
        assert after == {'edited': {'a': {'b': 1}}, 'created': {'c': 1}, 'untouched': None}
    with lab.request():
        assert not hasattr(model_of(thing), 'local_context_data')
        edit(model_of(thing).objects.get(title='untouched'), title='retitled in main')
    after['retitled in main'] = after.pop('untouched')
    for strategy in strategies:
        lab.merge(branch, strategy)
        with lab.request():
            assert local_data(thing) == after
            created = model_of(thing).objects.get(title='created')
            assert created.get_config_context() == {'here': 1, 'c': 1}
            assert_schema_is_clean()
        lab.revert(branch)
        with lab.request():
            assert not hasattr(model_of(thing), 'local_context_data')
            assert [title for (title,) in before] == ['deleted', 'edited', 'untouched']
            assert rows(model_of(thing), 'title') == [('deleted',), ('edited',), ('retitled in main',)]
            assert_schema_is_clean()
        lab.merge(branch, strategy)
        with lab.request():
            assert local_data(thing) == after
        close(branch)


def test_switched_off_in_a_branch(lab, strategies):
    with lab.request():
        thing = make_type('thing', fields=FIELDS, config_context_enabled=True)
        for title in ('one', 'two'):
            make_object(thing, title=title, local_context_data={title: 1})
        before = local_data(thing)
    branch = lab.branch()
    with lab.request(branch):
        edit(model_of(thing).objects.get(title='one'), local_context_data={'one': 2})
    with lab.request(branch):
        edit(thing, config_context_enabled=False)
    with lab.request(branch):
        edit(model_of(thing).objects.get(title='two'), title='second')
    for strategy in strategies:
        lab.merge(branch, strategy)
        with lab.request():
            assert not hasattr(model_of(thing), 'local_context_data')
            assert rows(model_of(thing), 'title') == [('one',), ('second',)]
            assert_schema_is_clean()
        lab.revert(branch)
        with lab.request():
            assert local_data(thing) == before
            assert_schema_is_clean()
        close(branch)


def test_both_sides_edit_parts_of_the_local_data(lab, strategies):
    with lab.request():
        thing = make_type('thing', fields=FIELDS, config_context_enabled=True)
        make_object(thing, title='one', local_context_data={'main': 0, 'branch': 0, 'gone': 0})
    branch = lab.branch()
    with lab.request(branch):
        edit(model_of(thing).objects.get(), local_context_data={'main': 0, 'branch': 1})
    with lab.request():
        edit(model_of(thing).objects.get(), title='renamed')
    for strategy in strategies:
        lab.merge(branch, strategy)
        with lab.request():
            obj = model_of(thing).objects.get()
            assert (obj.title, obj.local_context_data) == ('renamed', {'main': 0, 'branch': 1})
        close(branch)


def test_switched_on_in_main_and_synchronised(lab):
    with lab.request():
        thing = make_type('thing', fields=FIELDS)
        make_object(thing, title='one')
    branch = lab.branch()
    with lab.request():
        edit(thing, config_context_enabled=True)
    with lab.request():
        edit(model_of(thing).objects.get(), local_context_data={'a': 1})
    lab.sync(branch)
    with lab.request(branch):
        assert local_data(thing) == {'one': {'a': 1}}
    assert_schema_is_clean(branch.connection_name)
    close(branch)
