"""Global search: what is found, that it follows types and objects, in branches and in other processes."""

from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import transaction
from django_rq import get_queue
from rq import SimpleWorker

from core.models import Job
from extras.models import CachedValue
from netbox.registry import registry
from netbox.search import get_indexer
from netbox.search.backends import search_backend

from netbox_custom_objects.jobs import RefreshDisplayExpressionSearchJob, reindex
from netbox_custom_objects.models import CustomObjectType
from tests.support.branches import edit
from tests.support.factories import make_field, make_object, make_type
from tests.support.processes import run_netbox, run_new_netbox
from tests.surfaces.rest import make_user, superuser
from tests.surfaces.ui import Browser, text_of


@pytest.fixture
def commit(db, django_capture_on_commit_callbacks):
    """Do as a request whose transaction is committed: NetBox indexes afterwards."""

    @contextmanager
    def committed():
        with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            yield

    return committed


def cached(kind, alias='default'):
    """What the index holds of a type: {(object, field): (weight, value)}."""
    values = CachedValue.objects.using(alias).filter(object_type_id=kind.object_type_id)
    return {(value.object_id, value.field): (value.weight, value.value) for value in values}


def work():
    """Run what is queued, as a worker does."""
    queue = get_queue('default')
    SimpleWorker([queue], connection=queue.connection).work(burst=True)


class TestIndex:
    def test_holds_what_the_fields_ask_for(self, commit, sites, every_kind):
        with commit():
            obj = make_object(
                every_kind, title='First', notes='long', amount=7, price='1.50', bought='2024-05-01', web='https://a.org',
                web_title='Example', color='red', colors=['red', 'blue'], place=sites[0], places=sites[:2], active=True,
                extra={'secret': 1},
            )  # fmt: skip
        assert {field: value for (_, field), (_, value) in cached(every_kind).items()} == {
            'title': 'First', 'notes': 'long', 'amount': '7', 'price': '1.50', 'bought': '2024-05-01',
            'web': 'https://a.org', 'web_title': 'Example', 'color': 'Red', 'colors': 'Red, Blue', 'place': 'Berlin',
            'places': 'Berlin, Cairo',
        }  # fmt: skip
        with commit():
            edit(obj, title='Second', place=None)
        found = cached(every_kind)
        assert found[obj.pk, 'title'] == (500, 'Second')
        assert (obj.pk, 'place') not in found
        with commit():
            obj.delete()
        assert cached(every_kind) == {}

    def test_obeys_search_weights(self, commit):
        kind = make_type('cable', display_expression='Cable {{ a }}', fields=[
            {'name': 'a', 'search_weight': 100}, {'name': 'b', 'search_weight': 0}, {'name': 'c', 'search_weight': 77},
        ])  # fmt: skip
        with commit():
            obj = make_object(kind, a='1', b='2', c='3')
        assert cached(kind) == {
            (obj.pk, 'a'): (100, '1'), (obj.pk, 'c'): (77, '3'), (obj.pk, '_display'): (100, 'Cable 1'),
        }  # fmt: skip

    def test_holds_types(self, commit):
        with commit():
            kind = make_type('cable', description='Copper', comments='Remarks')
        values = CachedValue.objects.filter(object_type__model='customobjecttype', object_id=kind.pk)
        assert set(values.values_list('field', 'weight', 'value')) == {
            ('name', 100, 'cable'), ('description', 500, 'Copper'), ('comments', 5000, 'Remarks'),
        }  # fmt: skip

    def test_is_registered_without_a_restart(self, db):
        kind = make_type('cable', fields=[('name', 'text')])
        obj = make_object(kind, name='a')
        index = get_indexer(obj)
        assert index.model == kind.get_model()
        assert index.fields == (('name', 500),)
        make_field(kind, 'serial', search_weight=100)
        assert registry['search'][f'netbox_custom_objects.table{kind.pk}model'] is index
        assert set(index.fields) == {('name', 500), ('serial', 100)}


class TestPage:
    def test_finds_objects(self, browser, commit):
        kind = make_type(
            'cable', verbose_name='Copper cable', fields=[{'name': 'name', 'primary': True}, ('note', 'longtext')]
        )
        with commit():
            obj = make_object(kind, name='Blue one', note='a remarkable thing')
        page = browser.get('/search/?q=remarkable')
        assert f'href="{obj.get_absolute_url()}"' in page
        text = text_of(page)
        assert 'Copper Cable' in text
        assert 'Blue one' in text
        assert 'Note' in text
        assert 'Blue one' not in text_of(browser.get('/search/?q=unremarkable'))

    def test_labels_what_is_no_column(self, browser, commit):
        kind = make_type('cable', display_expression='Needle {{ name }}', fields=[
            ('name', 'text'), {'name': 'spot', 'label': 'Exact spot', 'type': 'coordinates'},
        ])  # fmt: skip
        with commit():
            make_object(kind, name='alpha', spot_latitude='12.345678', spot_longitude='1')
        page = browser.get('/search/?q=needle')
        assert '_display' not in page
        assert ' Name ' in text_of(page).split('Value')[-1]
        page = text_of(browser.get('/search/?q=12.345'))
        assert 'Exact Spot' in page

    def test_offers_the_types_that_exist(self, browser):
        cable, other = make_type('cable', verbose_name='Copper cable'), make_type('other', verbose_name='Other thing')
        label = f'netbox_custom_objects.table{cable.pk}model'
        assert f'value="{label}"' in browser.get('/search/')
        assert 'Copper Cable' in browser.get('/search/')
        cable.verbose_name = 'Wire'
        cable.save()
        page = browser.get('/search/')
        assert 'Copper Cable' not in page
        assert 'Wire' in page
        other.delete()
        assert 'Other Thing' not in browser.get('/search/')
        assert 'dcim.site' in page

    def test_is_limited_to_chosen_types(self, browser, commit):
        cable, other = (make_type(name, fields=[{'name': 'name', 'primary': True}]) for name in ('cable', 'other'))
        with commit():
            make_object(cable, name='thing A')
            make_object(other, name='thing B')
        text = text_of(browser.get(f'/search/?q=thing&obj_types=netbox_custom_objects.table{cable.pk}model'))
        assert 'A' in text
        assert 'thing B' not in text.replace('<mark>', '')

    def test_shows_only_what_may_be_viewed(self, db, commit):
        kind = make_type('cable', fields=[{'name': 'name', 'primary': True}])
        with commit():
            for name in ('thing red', 'thing blue'):
                make_object(kind, name=name)
        text = text_of(Browser(make_user('reader', (kind, ['view'], {'name': 'thing red'}))).get('/search/?q=thing'))
        assert 'red' in text
        assert 'blue' not in text
        assert 'red' not in text_of(Browser(make_user('guest')).get('/search/?q=thing'))

    def test_survives_what_is_gone(self, browser, commit):
        kind = make_type('cable', fields=[{'name': 'name', 'primary': True}])
        with commit():
            make_object(kind, name='thing')
        kind.delete()
        assert 'thing' not in text_of(browser.get('/search/?q=thing')).split('Results')[-1].replace('q=thing', '')


class TestReindex:
    """A change of what is searchable is followed by a job, once it is committed."""

    @pytest.fixture
    def kind(self, db):
        return make_type('cable', fields=[('name', 'text'), {'name': 'hidden', 'search_weight': 0}])

    @pytest.fixture
    def obj(self, kind, commit):
        with commit():
            return make_object(kind, name='a', hidden='b')

    def jobs(self):
        return list(Job.objects.filter(name__startswith='Reindex').values_list('name', flat=True))

    def test_a_changed_weight(self, kind, obj, commit):
        with commit():
            edit(kind.fields.get(name='hidden'), search_weight=100)
        assert self.jobs() == [f'Reindex Custom Object Type {kind.pk}']
        work()
        assert cached(kind) == {(obj.pk, 'name'): (500, 'a'), (obj.pk, 'hidden'): (100, 'b')}
        assert Job.objects.get(name__startswith='Reindex').status == 'completed'

    def test_a_renamed_field(self, kind, obj, commit):
        with commit():
            edit(kind.fields.get(name='name'), name='label')
        work()
        assert cached(kind) == {(obj.pk, 'label'): (500, 'a')}

    def test_a_removed_field(self, kind, obj, commit):
        with commit():
            field = kind.fields.get(name='name')
            field.snapshot()
            field.delete()
        work()
        assert cached(kind) == {}

    def test_a_new_field_that_fills_objects(self, kind, obj, commit):
        with commit():
            make_field(kind, 'extra', default='x')
        work()
        assert cached(kind)[obj.pk, 'extra'] == (500, 'x')

    def test_a_changed_display_expression(self, kind, obj, commit):
        with commit():
            edit(kind, display_expression='Cable {{ name }}')
        work()
        assert cached(kind)[obj.pk, '_display'] == (100, 'Cable a')

    def test_the_daily_job_follows_names_that_are_built_from_other_objects(self, kind, obj, commit, sites):
        make_field(kind, 'place', 'object', target=type(sites[0]), search_weight=0)
        with commit():
            edit(kind, display_expression='{{ name }} in {{ place }}')
            edit(kind.get_model().objects.get(), place=sites[0])
        work()
        assert cached(kind)[obj.pk, '_display'] == (100, 'a in Berlin')
        edit(sites[0], name='Bonn')
        RefreshDisplayExpressionSearchJob.enqueue(immediate=True)
        assert Job.objects.get(name='Refresh custom object display names in search').status == 'completed'
        assert cached(kind)[obj.pk, '_display'] == (100, 'a in Bonn')

    def test_changed_labels_of_choices(self, db, commit):
        kind = make_type('cable', fields=[{'name': 'color', 'type': 'select', 'choices': ['red']}])
        with commit():
            obj = make_object(kind, color='red')
        with commit():
            edit(kind.fields.get().choice_set, extra_choices=[['red', 'Crimson']])
        work()
        assert cached(kind) == {(obj.pk, 'color'): (500, 'Crimson')}

    def test_a_deleted_type(self, kind, obj, commit):
        with commit():
            kind.delete()
        work()
        assert cached(kind) == {}

    def test_is_not_queued_twice(self, kind, obj, commit):
        with commit():
            edit(kind.fields.get(name='hidden'), search_weight=100)
            edit(kind.fields.get(name='name'), search_weight=100)
        with commit():
            edit(kind.fields.get(name='name'), search_weight=200)
        assert len(self.jobs()) == 1

    def test_is_not_queued_in_vain(self, kind, obj, commit):
        with commit():
            edit(kind.fields.get(name='name'), label='Label', weight=5)
            make_field(kind, 'extra')
            edit(kind, description='x')
            edit(make_type('empty', fields=[('name', 'text')]).fields.get(), search_weight=100)
        assert self.jobs() == []

    def test_a_rolled_back_change_is_no_change(self, kind, obj, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=False):
            edit(kind.fields.get(name='hidden'), search_weight=100)
        assert self.jobs() == []

    def test_the_management_command(self, kind, obj):
        CachedValue.objects.all().delete()
        call_command('reindex', 'netbox_custom_objects', verbosity=0)
        assert cached(kind) == {(obj.pk, 'name'): (500, 'a')}
        assert CachedValue.objects.filter(object_type__model='customobjecttype', object_id=kind.pk).exists()

    def test_many_objects_cost_no_query_each(self, kind, sites, django_assert_max_num_queries):
        make_field(kind, 'place', 'object', target=type(sites[0]))
        make_field(kind, 'places', 'multiobject', target=type(sites[0]))
        for number in range(30):
            make_object(kind, name=str(number), place=sites[0], places=sites)
        with django_assert_max_num_queries(12):
            assert reindex(kind.pk, 'default') == 90


def test_the_command_finds_types_in_a_fresh_process(fresh_database):
    """Nothing of the plugin has been looked up before the command asks which indexes there are."""
    superuser()
    kind = make_type('cable', fields=[('name', 'text')])
    obj = make_object(kind, name='a')
    CachedValue.objects.all().delete()
    for run, *arguments in (
        (run_new_netbox,),
        (run_netbox, 'netbox_custom_objects'),
        (run_netbox, f'netbox_custom_objects.table{kind.pk}model'),
    ):
        result = run('reindex', *arguments, database=fresh_database.name)
        assert result.returncode == 0, result.stderr
        assert cached(kind) == {(obj.pk, 'name'): (500, 'a')}
        CachedValue.objects.all().delete()


class TestBranches:
    """A worker indexes objects of a branch outside of the branch (host-facts 8, trap 26)."""

    def test_a_branch_has_an_index_of_its_own(self, lab):
        with lab.request():
            kind = make_type('cable', fields=[('name', 'text'), {'name': 'place', 'type': 'text'}])
        branch = lab.branch()
        alias = branch.connection_name
        with lab.request(branch):
            kind = CustomObjectType.objects.get(pk=kind.pk)
            edit(kind.fields.get(name='name'), name='label')
            make_field(kind, 'serial')
            private = make_type('private', fields=[('name', 'text'), {'name': 'end', 'type': 'object', 'target': kind}])
            obj = make_object(kind, label='a', serial='4711')
            hidden = make_object(private, name='b', end=obj)
        CachedValue.objects.using(alias).all().delete()
        groups = {kind.object_type_id: [obj.pk], private.object_type_id: [hidden.pk]}
        with lab.request():
            search_backend._apply_deferred_updates(using=alias, cache_groups=groups)
        assert cached(kind, alias) == {(obj.pk, 'label'): (500, 'a'), (obj.pk, 'serial'): (500, '4711')}
        assert cached(private, alias) == {(hidden.pk, 'name'): (500, 'b'), (hidden.pk, 'end'): (500, f'Cable {obj.pk}')}
        assert cached(kind) == {}
        assert cached(private) == {}

    def test_the_job_indexes_a_branch(self, lab):
        with lab.request():
            kind = make_type('cable', fields=[{'name': 'name', 'search_weight': 0}])
        branch = lab.branch()
        alias = branch.connection_name
        with lab.request(branch):
            obj = make_object(CustomObjectType.objects.get(pk=kind.pk), name='a')
            edit(CustomObjectType.objects.get(pk=kind.pk).fields.get(), search_weight=100)
        assert [job.name for job in Job.objects.all()] == [f'Reindex Custom Object Type {kind.pk} ({alias})']
        work()
        assert cached(kind, alias) == {(obj.pk, 'name'): (100, 'a')}
        assert cached(kind) == {}

    def test_the_page_follows_the_branch(self, lab):
        with lab.request():
            kind = make_type('cable', fields=[{'name': 'name', 'primary': True}])
        branch = lab.branch()
        with lab.request(branch):
            private = make_type('private', fields=[{'name': 'name', 'primary': True}])
            make_object(private, name='needle alpha')
            make_object(CustomObjectType.objects.get(pk=kind.pk), name='needle omega')
        browser = Browser(lab.user)
        assert 'alpha' not in text_of(browser.get('/search/?q=needle'))
        page = browser.get(f'/search/?q=needle&_branch={branch.schema_id}')
        text = text_of(page)
        assert 'alpha' in text
        assert 'omega' in text
        assert f'table{private.pk}model' in page
        page = browser.get('/search/?q=needle&_branch=')
        assert 'omega' not in text_of(page)
        assert f'table{private.pk}model' not in page
