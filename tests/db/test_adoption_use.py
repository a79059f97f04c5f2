"""After a take-over everything works: values in REST and pages, old change records, edits, branches, reverts."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection, connections

from core.models import ObjectChange
from netbox_branching.models import Branch
from netbox_branching.models import ObjectChange as BranchingObjectChange
from users.models import User
from utilities.serialization import deserialize_object

from netbox_custom_objects.evolution.adoption.undo import give_back
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.services.reconcile import plan_all
from tests.support.branches import Lab, edit
from tests.support.migrations import own_migrations
from tests.support.vendor_database import OURS, migrate
from tests.surfaces.rest import Rest
from tests.surfaces.ui import Browser, text_of

pytestmark = pytest.mark.slow

LEADS_TO = 'whatever_it_is_that_this_one_here_leads_to_by_name'
SEEN, LOST = (f'all_the_sites_at_which_a_device_like_that_was_{what}' for what in ('seen', 'lost'))
FOUND = 'the_one_site_at_which_a_device_like_that_was_found'
CODE = 'the_one_code_by_which_a_device_like_that_is_called'


@pytest.fixture
def keeper(adopted):
    return User.objects.get(username='keeper')


def note(pk=1):
    return CustomObjectType.objects.get(name='device_note').get_model().objects.get(pk=pk)


def unit(pk=1):
    return CustomObjectType.objects.get(name='unit').get_model().objects.get(pk=pk)


def displays(found):
    return [item['display'] for item in found]


def test_rest_shows_all_values(keeper):
    rest = Rest(keeper)
    found = rest.get('device-note/1/')
    scalars = {
        'title': 'Note 1', 'notes': 'Long note', 'amount': 1, 'price': 1.5, 'active': True, 'bought': '2026-01-31',
        'seen': '2026-01-31T12:00:00Z', 'web': 'https://example.com/1', 'web_title': 'Page 1', 'extra': {'a': [1]},
        'spot_latitude': 48.5, 'spot_longitude': 9.25, CODE: 'code 1', 'local_context_data': {'n': 1},
    }  # fmt: skip
    assert {name: found[name] for name in scalars} == scalars
    assert found['color']['value'] == 'red'
    assert [item['value'] for item in found['colors']] == ['red', 'blue']
    assert found['site']['display'] == 'Site 2'
    assert found['twin']['display'] == 'Unit 1'
    assert displays(found['places']) == ['Site 1', 'Site 2']
    assert displays(found['units']) == ['Unit 2']
    assert found['anything']['display'] == 'Site 2'
    assert sorted(displays(found['things'])) == ['Site 3', 'Unit 3']
    assert found[LEADS_TO]['display'] == 'Unit 2'
    assert displays(found[SEEN]) == ['Site 4']
    assert displays(found[LOST]) == ['Site 5']
    assert found[FOUND]['display'] == 'Site 2'
    assert [tag['slug'] for tag in found['tags']] == ['kept']
    assert rest.get('device-note/', limit=1)['count'] == 60
    assert [row['id'] for row in rest.get('device-note/', site=3, amount__lt=10)['results']] == [2, 7]
    second = rest.get('unit/2/')
    assert (second['f_34'], second['f_33'], second['parent']['display']) == (2, 1002, 'Unit 1')
    assert displays(rest.get('unit/1/')['f_36']) == ['Site 1', 'Site 2']
    assert displays(rest.get('unit/3/')['peers']) == ['Unit 3']
    assert rest.get('bare/')['count'] == 0
    for path in ('/api/core/object-types/?limit=0', '/api/extras/journal-entries/', '/api/extras/bookmarks/'):
        assert rest.get(path)['count']
    site = rest.get('/api/dcim/sites/1/')
    assert site['custom_fields']['unit']['display'] == 'Unit 4'


def test_pages_show_all_values(keeper):
    browser = Browser(keeper)
    page = text_of(browser.get('device-note/1/'))
    for shown in ('Note 1', 'Long note', '1.50', '2026-01-31', 'Page 1', 'Red', 'Blue', 'Site 2', 'Unit 1', 'code 1'):
        assert shown in page, shown
    assert 'Note 60' in text_of(browser.get('device-note/?sort=-id'))
    assert 'Written before' in text_of(browser.get('device-note/1/journal/'))
    assert 'Updated' in text_of(browser.get('device-note/1/changelog/'))
    # Records from before are shown as they are, under the labels that fields have now.
    for change in ObjectChange.objects.all():
        browser.get(f'/core/changelog/{change.pk}/')
    record = ObjectChange.objects.get(changed_object_type__model='table2model')
    page = text_of(browser.get(f'/core/changelog/{record.pk}/'))
    assert 'Serial https://example.com/old https://example.com/1 Serial title Old Serial 1' in page
    for path in ('custom-object-types/', 'custom-object-types/1/', 'unit/', 'bare/', 'unit/1/', '/dcim/sites/1/'):
        browser.get(path)
    assert 'Note 1' in browser.get('/user/bookmarks/')
    assert 'Note 1' in browser.get('/search/?q=Note+1')
    reader = Browser(User.objects.get(username='reader'))
    assert 'Note 2' in reader.get('device-note/')
    reader.get('device-note/2/')
    reader.get('device-note/3/', expect=404)


def test_objects_and_definitions_can_be_changed(keeper):
    rest = Rest(keeper)
    new = rest.post(
        'device-note/', {'title': 'New', 'places': [1], 'colors': ['green'], 'web': 'https://example.com/n'}
    )
    assert new['id'] == 401
    long = 'x' * 60
    choices = [['red', 'Red'], ['green', 'Green'], ['blue', 'Blue'], [long, 'Long']]
    rest.patch('/api/extras/custom-field-choice-sets/1/', {'extra_choices': choices})
    changed = rest.patch('device-note/1/', {'amount': 5, 'colors': [long], 'things': [], 'twin': None, 'web_title': ''})
    assert [item['value'] for item in changed['colors']] == [long]
    assert rest.patch('device-note/2/', {'web': 'https://example.com/1'}, expect=400).keys() == {'web'}
    # References are ours now: protect, cascade and removal of links.
    rest.delete('/api/dcim/sites/2/', expect=409)
    rest.delete('unit/2/')
    rest.get('device-note/2/', expect=404)
    assert unit(3).parent is None
    field = rest.patch('custom-object-type-fields/1/', {'name': 'headline'})
    assert field['name'] == 'headline'
    assert rest.get('device-note/3/')['headline'] == 'Note 3'
    rest.post('custom-object-type-fields/', {'custom_object_type': 1, 'name': 'later', 'type': 'text'})
    assert CustomObjectTypeField.objects.get(name='later').schema_id == 32
    rest.patch('custom-object-type-fields/3/', {'type': 'text'})
    assert rest.get('device-note/3/')['amount'] == '3'
    rest.patch('custom-object-type-fields/33/', {'unique': False})
    rest.delete('custom-object-type-fields/14/')
    assert 'places' not in rest.get('device-note/3/')
    rest.delete('custom-object-types/1/')
    rest.get('device-note/', expect=404)
    assert plan_all('default') == {}


def undo(record, user):
    """Undo a change as a revert of netbox-branching does."""
    lab = Lab.__new__(Lab)
    lab.user = user
    with lab.request():
        BranchingObjectChange.objects.get(pk=record.pk).undo(Branch(name='merged long ago'))


def test_old_records_are_undone(keeper):
    undo(ObjectChange.objects.get(changed_object_type__model='table1model'), keeper)
    before = note()
    assert (before.title, before.amount, before.price, before.web) == ('Note one', 7, Decimal('2.50'), None)
    assert (before.colors, before.site.pk) == (['green'], 3)
    assert [site.pk for site in before.places.all()] == [5]
    assert [site.pk for site in before.things.all()] == [1]
    # `serial` was called `sn` when this was recorded, and is called otherwise by now.
    edit(CustomObjectTypeField.objects.get(pk=37), name='number')
    undo(ObjectChange.objects.get(changed_object_type__model='table2model'), keeper)
    assert (unit().number, unit().number_title) == ('https://example.com/old', 'Old')


def test_what_was_deleted_before_comes_back(keeper):
    """An object and a field whose deletion was recorded by the vendor plugin."""
    model = CustomObjectType.objects.get(name='device_note').get_model()
    data = {
        'title': 'Gone', 'price': '3.50', 'colors': '["red", "green"]', 'site': 3, 'web': None, 'web_title': '',
        'places': [4], 'anything_content_type': 1, 'anything_object_id': 1, 'seen': '2026-01-01T00:00:00Z',
        'bought': '2026-02-01', 'tags': ['Kept'],
    }  # fmt: skip
    found = deserialize_object(model, data, pk=350)
    found.save(using='default')
    gone = note(350)
    assert (gone.title, gone.price, gone.colors, gone.site.pk) == ('Gone', Decimal('3.50'), ['red', 'green'], 3)
    assert (gone.anything_content_type_id, gone.anything_object_id) == (1, 1)
    assert (gone.bought, gone.seen) == (date(2026, 2, 1), datetime(2026, 1, 1, tzinfo=UTC))
    assert [site.pk for site in gone.places.all()] == [4]
    assert [tag.name for tag in gone.tags.all()] == ['Kept']

    record = CustomObjectTypeField.objects.get(pk=2).serialize_object()
    del record['payload_key']
    found = deserialize_object(CustomObjectTypeField, {**record, 'name': 'dropped', 'schema_id': 20 + 9}, pk=38)
    found.save(using='default')
    assert CustomObjectTypeField.objects.get(pk=38).payload_key == 'dropped__38'
    assert plan_all('default') == {}


def test_a_branch_is_made_changed_and_merged(adopted):
    lab = Lab()
    branch = lab.branch()
    with lab.request(branch):
        edit(note(), title='In a branch', amount=77)
        field = CustomObjectTypeField.objects.get(pk=37)
        edit(field, name='number')
        moved = note(5)
        moved.snapshot()
        moved.places.set([3])
        moved.title = 'Moved'
        moved.save()
        model = CustomObjectType.objects.get(name='device_note').get_model()
        made = model(title='Born in a branch', site_id=1)
        made.full_clean()
        made.save()
    assert made.pk == 401
    assert note().title == 'Note 1'
    lab.merge(branch)
    assert (note().title, note().amount, note(401).title) == ('In a branch', 77, 'Born in a branch')
    assert unit().number == 'https://example.com/1'
    assert [site.pk for site in note(5).places.all()] == [3]
    lab.revert(branch)
    assert (note().title, note().amount, note(5).title) == ('Note 1', 1, 'Note 5')
    assert [site.pk for site in note(5).places.all()] == [1, 2]
    assert unit().serial == 'https://example.com/1'
    assert plan_all('default') == {}


def test_a_branch_is_migrated_that_was_merged_before(adopted):
    """A revert opens a branch again whose schema is the vendor's still; netbox-branching migrates it, and so do we."""
    lab = Lab()
    branch = lab.branch()
    alias, schema = branch.connection_name, branch.schema_name
    give_back(alias)
    with connections[alias].cursor() as cursor:
        cursor.execute(f"UPDATE {schema}.custom_objects_1 SET amount = 70, colors = '{{blue}}' WHERE id = 1")
        for table, columns in ADDED.items():
            drops = ', '.join(f'DROP COLUMN {column}' for column in columns)
            cursor.execute(f'ALTER TABLE {schema}.netbox_custom_objects_{table} {drops}')
        cursor.execute(f'DROP TABLE {schema}.netbox_custom_objects_customobjecttypeconstraint')
        cursor.execute(
            f'DELETE FROM {schema}.django_migrations WHERE name = ANY(%s)',
            [[*OURS, *own_migrations('0006')]],
        )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE netbox_custom_objects_customobjecttypefield SET name = 'count' WHERE name = 'amount'")
    lab.fresh(branch).migrate(user=lab.user)
    assert plan_all(alias) == {}
    with lab.request(lab.fresh(branch)):
        assert (note().amount, note().colors, [site.pk for site in note().places.all()]) == (70, ['blue'], [1, 2])
        # The key is that of main, whatever the field is called here.
        assert CustomObjectTypeField.objects.get(pk=3).payload_key == 'amount__3'
        model = CustomObjectType.objects.get(name='device_note').get_model()
        made = model(title='Born in a branch', site_id=1)
        made.save()
    assert made.pk == 401
    lab.merge(branch)
    assert note(401).title == 'Born in a branch'


# What our migrations add to the tables of definitions in a branch.
ADDED = {
    'customobjecttype': ('deprecated', 'deprecated_since', 'scheduled_removal'),
    'customobjecttypefield': (
        'payload_key',
        'former_names',
        'element_type',
        'max_length',
        'suggest_values',
        'decimal_digits',
        'decimal_places',
        'unit',
        'number_template',
        'restart_yearly',
        'expression',
        'result_type',
        'related_object_filter_enforced',
        'referring_field_id',
        'aggregate',
        'aggregated_field_id',
        'condition',
        'default_from',
        'required_if',
        'visible_if',
        'editable_if',
        'indexed',
        'in_list',
    ),  # fmt: skip
}


def test_copies_in_merged_branches_follow_the_numbers(vendor):
    """Schemas of merged branches stay, and their tables draw from the sequences that a take-over replaces."""
    with connection.cursor() as cursor:
        cursor.execute('CREATE SCHEMA branch_merged1')
        cursor.execute('CREATE TABLE branch_merged1.custom_objects_2 (LIKE custom_objects_2)')
        cursor.execute(
            "ALTER TABLE branch_merged1.custom_objects_2 ALTER id SET DEFAULT nextval('custom_objects_2_id_seq')"
        )
    connection.close()
    migrate(vendor)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO branch_merged1.custom_objects_2 (serial_title) VALUES ('') RETURNING id")
        assert cursor.fetchone() == (31,)
        cursor.execute('INSERT INTO custom_objects_2 DEFAULT VALUES RETURNING id')
        assert cursor.fetchone() == (32,)
