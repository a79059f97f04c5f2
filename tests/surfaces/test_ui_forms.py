"""Forms of custom objects: add, edit, delete, and their bulk variants."""

import json

import pytest
from django_rq import get_queue
from rq import SimpleWorker

from core.models import Job, ObjectChange
from extras.models import Tag
from users.models import Owner

from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.ui import text_of

# What a browser sends for `values`.
SENT = {
    'title': 'First', 'notes': 'long', 'amount': '7', 'price': '1.50', 'active': 'True', 'bought': '2024-05-01',
    'seen': '2024-05-01 10:00:00', 'web': 'https://example.com/a', 'web_title': 'Example', 'extra': '{"a": [1]}',
    'color': 'red', 'colors': ['red', 'blue'],
}  # fmt: skip


def stored(obj):
    return {
        field.name: list(getattr(obj, field.name).all())
        if hasattr(getattr(obj, field.name), 'all')
        else getattr(obj, field.name)
        for field in obj._definition.fields
    }


@pytest.fixture
def sent(sites):
    return SENT | {'place': sites[0].pk, 'places': [sites[0].pk, sites[1].pk]}


class TestAdd:
    def test_has_an_input_for_each_field(self, browser, every_kind):
        page = browser.get('every-kind/add/')
        for name in (*SENT, 'place', 'places', 'tags', 'owner', 'owner_group', 'changelog_message'):
            assert f'name="{name}"' in page

    def test_stores_what_was_entered(self, browser, every_kind, sent, sites):
        tag = Tag.objects.create(name='Blue', slug='blue')
        owner = Owner.objects.create(name='Ada')
        browser.post('every-kind/add/', **sent, tags=[tag.pk], owner=owner.pk, changelog_message='Because')
        obj = every_kind.get_model().objects.get()
        assert browser.response['Location'] == obj.get_absolute_url()
        found = stored(obj)
        assert found['title'] == 'First'
        assert found['amount'] == 7
        assert str(found['price']) == '1.50'
        assert found['active'] is True
        assert found['bought'].isoformat() == '2024-05-01'
        assert found['seen'].isoformat() == '2024-05-01T10:00:00+00:00'
        assert (obj.web, obj.web_title) == ('https://example.com/a', 'Example')
        assert found['extra'] == {'a': [1]}
        assert (found['color'], found['colors']) == ('red', ['red', 'blue'])
        assert (found['place'], found['places']) == (sites[0], sites[:2])
        assert list(obj.tags.all()) == [tag]
        assert obj.owner == owner
        change = ObjectChange.objects.get(changed_object_type=every_kind.object_type)
        assert (change.action, change.message) == ('create', 'Because')
        assert change.postchange_data[next(f.payload_key for f in obj._definition.fields if f.name == 'places')] == [
            site.pk for site in sites[:2]
        ]

    def test_what_is_left_empty_is_null(self, browser, every_kind):
        browser.post('every-kind/add/', **{name: '' for name in SENT if name != 'colors'})
        obj = every_kind.get_model().objects.get()
        assert {name: value for name, value in stored(obj).items() if value} == {}
        assert obj.title is None
        assert obj.color is None

    @pytest.mark.parametrize(
        ('name', 'value'),
        [
            ('amount', 'many'), ('amount', str(2**63)), ('price', '1234567'), ('price', 'NaN'), ('bought', 'soon'),
            ('seen', 'soon'), ('web', 'javascript:alert(1)'), ('extra', '{'), ('color', 'black'),
            ('colors', ['black']), ('place', '4711'), ('places', ['4711']), ('title', 'a\x00b'),
        ],
    )  # fmt: skip
    def test_refuses_bad_input(self, browser, every_kind, name, value):
        browser.post('every-kind/add/', expect=200, **{name: value})
        assert set(browser.errors) == {name}
        assert not every_kind.get_model().objects.exists()

    def test_refuses_what_the_definition_forbids(self, browser):
        kind = make_type('cable', fields=[
            {'name': 'serial', 'unique': True, 'required': True, 'validation_regex': '^[A-Z]+$'},
            {'name': 'amount', 'type': 'integer', 'validation_minimum': 1, 'validation_maximum': 5},
        ])  # fmt: skip
        make_object(kind, serial='A')
        for sent, errors in (
            ({'serial': ''}, {'serial'}),
            ({'serial': 'A'}, {'serial'}),
            ({'serial': 'a'}, {'serial'}),
            ({'serial': 'B', 'amount': '6'}, {'amount'}),
            ({'serial': 'B', 'amount': '0'}, {'amount'}),
        ):
            browser.post('cable/add/', expect=200, **sent)
            assert set(browser.errors) == errors, sent
        assert kind.get_model().objects.count() == 1

    def test_two_empty_values_of_a_unique_field_are_no_duplicates(self, browser):
        make_type('cable', fields=[{'name': 'serial', 'unique': True}, {'name': 'web', 'type': 'url', 'unique': True}])
        browser.post('cable/add/', serial='', web='')
        browser.post('cable/add/', serial='', web='')

    def test_proposes_defaults(self, browser, sites):
        kind = make_type('cable')
        for name, type, default in (
            ('name', 'text', 'new'), ('amount', 'integer', 5), ('active', 'boolean', False),
            ('bought', 'date', '2024-01-01'), ('extra', 'json', {'a': 1}), ('place', 'object', sites[1].pk),
        ):  # fmt: skip
            make_field(kind, name, type, default=default, target=type == 'object' and sites[1].__class__ or None)
        page = ' '.join(browser.get('cable/add/').split())
        for shown in ('value="new"', 'value="5"', 'value="2024-01-01"', '"a": 1', '>Cairo'):
            assert shown in page.replace('&quot;', '"')

    def test_obeys_ui_editable(self, browser):
        kind = make_type('cable', fields=[
            {'name': 'name'}, {'name': 'fixed', 'ui_editable': 'no', 'default': 'f'},
            {'name': 'hidden', 'ui_editable': 'hidden', 'default': 'h'},
        ])  # fmt: skip
        assert 'name="hidden"' not in browser.get('cable/add/')
        browser.post('cable/add/', name='a', fixed='changed', hidden='changed')
        obj = kind.get_model().objects.get()
        assert (obj.name, obj.fixed, obj.hidden) == ('a', 'f', 'h')

    def test_adds_another(self, browser):
        make_type('cable', fields=[{'name': 'name', 'is_cloneable': True}])
        browser.post('cable/add/', name='a', _addanother='1')
        assert browser.response['Location'] == '/plugins/custom-objects/cable/add/?name=a'

    def test_adds_quickly_from_another_form(self, browser, every_kind):
        make_type('cable', fields=[{'name': 'end', 'type': 'object', 'target': every_kind}])
        assert '/plugins/custom-objects/every-kind/add/' in browser.get('cable/add/')
        assert 'quickadd-title' in browser.get('every-kind/add/?_quickadd=True&target=id_end')
        browser.post('every-kind/add/?_quickadd=True', expect=200, **{'quickadd-title': 'New', '_quickadd': '1'})
        assert every_kind.get_model().objects.get().title == 'New'

    def test_the_object_selector_finds_objects(self, browser, every_kind):
        make_object(every_kind, title='Find me')
        make_object(every_kind, title='Not me')
        path = f'/htmx/object-selector/?_model=netbox_custom_objects.table{every_kind.pk}model&target=id_x'
        assert 'name="title"' in browser.get(path)
        found = text_of(browser.get(f'{path}&_search=true&q=find'))
        assert 'Find me' in found
        assert 'Not me' not in found


class TestEdit:
    def test_changes_only_what_was_changed(self, browser, every_kind, values, sent, sites):
        obj = make_object(every_kind, **values)
        page = browser.get(f'every-kind/{obj.pk}/edit/')
        assert 'value="First"' in page
        assert 'value="2024-05-01"' in page
        browser.post(f'every-kind/{obj.pk}/edit/', **{**sent, 'amount': '8', 'places': [sites[2].pk]})
        obj.refresh_from_db()
        assert (obj.amount, obj.title, list(obj.places.all())) == (8, 'First', [sites[2]])
        change = ObjectChange.objects.get(action='update', changed_object_type=every_kind.object_type)
        assert {key.split('__')[0] for key in change.diff()['post']} >= {'amount', 'places'}

    def test_keeps_hidden_values(self, browser):
        kind = make_type('cable', fields=[{'name': 'name'}, {'name': 'hidden', 'ui_editable': 'hidden'}])
        obj = make_object(kind, name='a', hidden='h')
        browser.post(f'cable/{obj.pk}/edit/', name='b')
        obj.refresh_from_db()
        assert (obj.name, obj.hidden) == ('b', 'h')

    def test_refuses_to_overwrite_what_another_user_changed(self, browser, every_kind):
        obj = make_object(every_kind, title='a')
        browser.post(f'every-kind/{obj.pk}/edit/', expect=200, title='b', _init_time='1000.0')
        assert '__all__' in browser.errors


class TestDelete:
    def test_asks_and_deletes(self, browser, every_kind):
        obj = make_object(every_kind, title='a')
        assert 'Are you sure' in text_of(browser.get(f'every-kind/{obj.pk}/delete/'))
        browser.post(f'every-kind/{obj.pk}/delete/', confirm='true', changelog_message='Gone')
        assert not every_kind.get_model().objects.exists()
        assert ObjectChange.objects.get(action='delete', changed_object_type=every_kind.object_type).message == 'Gone'

    def test_a_protected_object_stays(self, browser, every_kind):
        obj = make_object(every_kind, title='a')
        kind = make_type('cable', fields=[
            {'name': 'end', 'type': 'object', 'target': every_kind, 'on_delete_behavior': 'protect'},
        ])  # fmt: skip
        make_object(kind, end=obj)
        browser.post(f'every-kind/{obj.pk}/delete/', confirm='true')
        assert 'dependent objects' in browser.messages[0]
        assert every_kind.get_model().objects.filter(pk=obj.pk).exists()

    def test_a_core_object_protected_by_ours_stays(self, browser, sites):
        kind = make_type('cable', fields=[
            {'name': 'end', 'type': 'object', 'target': sites[0].__class__, 'on_delete_behavior': 'protect'},
        ])  # fmt: skip
        make_object(kind, end=sites[0])
        browser.post(f'/dcim/sites/{sites[0].pk}/delete/', confirm='true')
        assert type(sites[0]).objects.filter(pk=sites[0].pk).exists()


class TestBulkEdit:
    def test_changes_the_selected_objects(self, browser, every_kind, sites):
        objects = [make_object(every_kind, title=title, amount=1, place=sites[0], places=sites[:1]) for title in 'abc']
        tag = Tag.objects.create(name='Blue', slug='blue')
        pks = [obj.pk for obj in objects[:2]]
        assert 'name="_apply"' in browser.post('every-kind/bulk-edit/', expect=200, pk=pks)
        browser.post(
            'every-kind/bulk-edit/', pk=pks, _apply='1', price='2.50', color='green', active='True',
            places=[sites[2].pk], add_tags=[tag.pk], _nullify=['amount', 'place'],
        )  # fmt: skip
        for obj in objects:
            obj.refresh_from_db()
        first, second, third = objects
        for obj in (first, second):
            assert (str(obj.price), obj.color, obj.active) == ('2.50', 'green', True)
            assert (obj.amount, obj.place, list(obj.places.all())) == (None, None, [sites[2]])
            assert list(obj.tags.all()) == [tag]
        assert (first.title, second.title) == ('a', 'b')
        assert (third.price, third.amount, third.place) == (None, 1, sites[0])

    def test_takes_all_that_match_the_filter(self, browser, every_kind):
        for title in ('x1', 'x2', 'y'):
            make_object(every_kind, title=title)
        pks = list(every_kind.get_model().objects.filter(title__startswith='x').values_list('pk', flat=True))
        page = browser.post('every-kind/bulk-edit/?title=x', _all='on', expect=200)
        for pk in pks:
            assert f'name="pk" value="{pk}"' in page

    def test_clears_links(self, browser, every_kind, sites):
        obj = make_object(every_kind, places=sites)
        browser.post('every-kind/bulk-edit/', pk=[obj.pk], _apply='1', _nullify=['places'])
        assert not obj.places.exists()

    def test_one_bad_value_changes_nothing(self, browser):
        kind = make_type('cable', fields=[{'name': 'serial', 'unique': True}])
        objects = [make_object(kind, serial=serial) for serial in 'ab']
        browser.post('cable/bulk-edit/', expect=200, pk=[obj.pk for obj in objects], _apply='1', serial='c')
        assert '__all__' in browser.errors
        assert sorted(kind.get_model().objects.values_list('serial', flat=True)) == ['a', 'b']

    def test_a_required_field_cannot_be_cleared(self, browser):
        kind = make_type('cable', fields=[{'name': 'serial', 'required': True}])
        obj = make_object(kind, serial='a')
        browser.post('cable/bulk-edit/', pk=[obj.pk], _apply='1', _nullify=['serial'])
        obj.refresh_from_db()
        assert obj.serial == 'a'


class TestBulkDelete:
    def test_deletes_the_selected_objects(self, browser, every_kind):
        objects = [make_object(every_kind, title=title) for title in 'abc']
        pks = [obj.pk for obj in objects[:2]]
        assert '2 Every_kinds' in text_of(browser.post('every-kind/bulk-delete/', expect=200, pk=pks))
        browser.post('every-kind/bulk-delete/', pk=pks, confirm='true', _confirm='1')
        assert list(every_kind.get_model().objects.values_list('title', flat=True)) == ['c']
        assert ObjectChange.objects.filter(action='delete').count() == 2


CSV = (
    'title,amount,price,active,bought,seen,web,web_title,extra,color,colors,place,places.slug,tags\n'
    'One,1,2.50,yes,2024-05-01,2024-05-01 10:00:00,https://a.org,A,'
    '"{""a"": 1}",red,"red,blue",Berlin,"berlin,cairo",blue\n'
    'Two,,,,,,,,,,,,,\n'
)


def import_csv(browser, data, expect=302, slug='every-kind', **extra):
    sent = {'data': data, 'format': 'csv', 'csv_delimiter': ',', 'import_method': 'direct', **extra}
    return browser.post(f'{slug}/bulk-import/', expect=expect, **sent)


class TestBulkImport:
    def test_explains_the_columns(self, browser, every_kind):
        text = text_of(browser.get('every-kind/bulk-import/'))
        for name in ('title', 'web_title', 'places', 'owner', 'tags', 'id'):
            assert f' {name} ' in text

    def test_creates_objects(self, browser, every_kind, sites):
        tag = Tag.objects.create(name='Blue', slug='blue')
        import_csv(browser, CSV)
        one, two = every_kind.get_model().objects.order_by('pk')
        assert (one.title, one.amount, str(one.price), one.active) == ('One', 1, '2.50', True)
        assert (one.bought.isoformat(), one.seen.isoformat()) == ('2024-05-01', '2024-05-01T10:00:00+00:00')
        assert (one.web, one.web_title, one.extra) == ('https://a.org', 'A', {'a': 1})
        assert (one.color, one.colors, one.place) == ('red', ['red', 'blue'], sites[0])
        assert list(one.places.all()) == sites[:2]
        assert list(one.tags.all()) == [tag]
        assert [two.amount, two.active, two.color, two.place] == [None, None, None, None]
        assert ObjectChange.objects.filter(changed_object_type=every_kind.object_type, action='create').count() == 2

    def test_updates_objects_by_id(self, browser, every_kind, values):
        obj = make_object(every_kind, **values)
        import_csv(browser, f'id,amount\n{obj.pk},8')
        obj.refresh_from_db()
        assert (obj.amount, obj.title) == (8, 'First')

    def test_reads_json(self, browser, every_kind, sites):
        records = [{'title': 'One', 'active': True, 'colors': ['red'], 'extra': {'a': 1}, 'places': ['Cairo']}]
        import_csv(browser, json.dumps(records), format='json')
        obj = every_kind.get_model().objects.get()
        assert (obj.title, obj.active, obj.colors, obj.extra) == ('One', True, ['red'], {'a': 1})
        assert list(obj.places.all()) == [sites[1]]

    @pytest.mark.parametrize(
        'record',
        [
            'amount\n1\nmany', 'active\nmaybe', 'color\nblack', 'colors\nblack', 'place\nAtlantis', 'places\nAtlantis',
            'price\n1.234', 'bought\nsoon', 'web\nnowhere at all', 'extra\n{', 'tags\nnone', 'owner\n4711',
            'bogus\n1', 'place.bogus\n1', 'id,title\n4711,a', 'title,title\na,b',
        ],
    )  # fmt: skip
    def test_one_bad_record_imports_nothing(self, browser, every_kind, sites, record):
        import_csv(browser, record, expect=200)
        assert browser.errors
        assert not every_kind.get_model().objects.exists()

    def test_checks_required_and_unique(self, browser):
        kind = make_type('cable', fields=[{'name': 'serial', 'unique': True, 'required': True}, {'name': 'note'}])
        for data in ('serial\na\na', 'note\nx'):
            import_csv(browser, data, expect=200, slug='cable')
            assert any('serial' in message for message in browser.errors['__all__']), browser.errors
        assert not kind.get_model().objects.exists()

    def test_applies_defaults(self, browser):
        kind = make_type('cable', fields=[
            {'name': 'name'}, {'name': 'amount', 'type': 'integer', 'default': 5},
            {'name': 'color', 'type': 'select', 'choices': ['red', 'blue'], 'default': 'red'},
        ])  # fmt: skip
        import_csv(browser, 'name\na', slug='cable')
        obj = kind.get_model().objects.get()
        assert (obj.amount, obj.color) == (5, 'red')

    def test_names_objects_of_types_by_their_primary_field(self, browser, every_kind):
        target = make_object(every_kind, title='Target')
        kind = make_type('cable', fields=[{'name': 'end', 'type': 'object', 'target': every_kind}])
        import_csv(browser, f'end\nTarget\n"{target.title}"', slug='cable')
        import_csv(browser, f'end.id\n{target.pk}', slug='cable')
        assert [obj.end for obj in kind.get_model().objects.all()] == [target] * 3


class TestBackgroundJobs:
    @pytest.mark.parametrize('action', ['bulk-edit', 'bulk-delete', 'bulk-import'])
    def test_bulk_forms_run_as_jobs(self, browser, every_kind, action, django_capture_on_commit_callbacks):
        """The job is given the view and the request, but not the type."""
        obj = make_object(every_kind, title='a', amount=1)
        sent, expected = {
            'bulk-edit': ({'pk': [obj.pk], '_apply': '1', 'amount': '2'}, [('a', 2)]),
            'bulk-delete': ({'pk': [obj.pk], 'confirm': 'true', '_confirm': '1'}, []),
            'bulk-import': (
                {'data': 'title\nb', 'format': 'csv', 'csv_delimiter': ',', 'import_method': 'direct'},
                [('a', 1), ('b', None)],
            ),
        }[action]
        with django_capture_on_commit_callbacks(execute=True):
            browser.post(f'every-kind/{action}/', background_job='on', **sent)
        queue = get_queue('default')
        SimpleWorker([queue], connection=queue.connection).work(burst=True)
        # Indexing what was changed may be a job as well.
        job = Job.objects.get(name__startswith='Bulk')
        assert job.status == 'completed', job.error
        assert list(every_kind.get_model().objects.order_by('pk').values_list('title', 'amount')) == expected
