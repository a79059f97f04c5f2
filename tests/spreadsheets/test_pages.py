"""From an upload to a type with objects: proposal, correction, check, job, report."""

import csv
import io
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db.models.signals import post_save
from django.utils import timezone

from core.exceptions import JobFailed
from core.models import Job, ObjectChange
from dcim.models import Site
from extras.models import CustomFieldChoiceSet
from ipam.models import VLAN
from tenancy.models import Tenant
from users.models import ObjectPermission

from netbox_custom_objects.api.spreadsheet_job import LoadSpreadsheetJob
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField, Spreadsheet
from netbox_custom_objects.models.spreadsheets import KEPT, SpreadsheetRows, drop_expired
from netbox_custom_objects.schema.spreadsheet import jobs, reading
from netbox_custom_objects.schema.spreadsheet.jobs import CheckSpreadsheetJob, ReadSpreadsheetJob
from netbox_custom_objects.schema.spreadsheet.plan import Plan
from tests.spreadsheets.files import csv_of, upload_of, xlsx_of
from tests.support.factories import make_object, make_type
from tests.surfaces.rest import make_user
from tests.surfaces.ui import form_of, text_of

PAGE = 'custom-object-types/from-spreadsheet/'
HEADERS = ['Name', 'Site', 'State', 'Ports', 'Bought', 'Latitude', 'Longitude']


def rows(count=12, **changes):
    """Return rows that fit, but for the changes: {`row<number>`: (position, value)}."""
    found = [
        [
            f'switch {n}',
            ('Berlin', 'Paris')[n % 2],
            ('up', 'down')[n % 2],
            str(n),
            f'{n % 28 + 1:02}.01.2026',
            '52.5',
            '13.4',
        ]
        for n in range(count)
    ]
    for row, (position, value) in changes.items():
        found[int(row.removeprefix('row')) - 2][position] = value
    return [HEADERS, *found]


def upload(browser, content, name='Access switches.csv') -> Spreadsheet:
    browser.post(PAGE, file=upload_of(content, name))
    return Spreadsheet.objects.order_by('-pk').first() if name.endswith('csv') else Spreadsheet.objects.first()


def inputs_of(browser, sheet, **changes):
    sent = form_of(browser.get(f'{PAGE}{sheet.pk}/'), holding='primary')
    return {**sent, **changes}


def create(browser, sheet, **changes):
    """Press Create, and run the job."""
    browser.post(f'{PAGE}{sheet.pk}/', **inputs_of(browser, sheet, **changes), _create='')
    return run(sheet)


def run(sheet, job_class=LoadSpreadsheetJob, job=None, **arguments):
    sheet.refresh_from_db()
    job = job or sheet.job
    # NetBox's jobs end so when they fail.
    with suppress(JobFailed):
        job_class.handle(job, spreadsheet=sheet.pk, **{'alias': 'default', **arguments})
    sheet.refresh_from_db()
    return sheet.outcome


@pytest.fixture
def sites(db):
    return [Site.objects.create(name=name, slug=name.lower()) for name in ('Berlin', 'Paris')]


def test_from_a_file_to_objects(browser, sites):
    assert PAGE in browser.get('custom-object-types/')
    sheet = upload(browser, csv_of(*rows(), delimiter=';'))
    page = text_of(browser.get(f'{PAGE}{sheet.pk}/'))
    for words in (
        '12 of 12 values name an object of type site',
        '2 different values in 12 rows',
        '12 rows fit, 0 do not',
    ):
        assert words in page
    outcome = create(browser, sheet)
    made = CustomObjectType.objects.get()
    assert outcome == {'type': made.pk, 'created': 12, 'alias': 'default'}
    assert (made.name, made.slug) == ('access_switches', 'access-switches')
    fields = {field.name: field for field in made.fields.all()}
    assert {name: field.type for name, field in fields.items()} == {
        'name': 'text', 'site': 'object', 'state': 'select', 'ports': 'integer', 'bought': 'date',
        'location': 'coordinates',
    }  # fmt: skip
    assert fields['name'].primary
    assert fields['name'].unique
    assert CustomFieldChoiceSet.objects.get().extra_choices == [['up', 'up'], ['down', 'down']]
    found = made.get_model().objects.get(name='switch 3')
    assert (found.site, found.state, found.ports, str(found.bought)) == (sites[1], 'down', 3, '2026-01-04')
    assert str(found.location) == '52.500000, 13.400000'
    assert '12 objects were loaded' in text_of(browser.get(f'{PAGE}{sheet.pk}/'))
    # A second click does nothing.
    browser.post(f'{PAGE}{sheet.pk}/', _create='')
    assert CustomObjectType.objects.count() == 1


def test_rows_that_do_not_fit(browser, sites):
    content = csv_of(*rows(40, row3=(3, 'many'), row5=(1, '=Atlantis'), row9=(0, 'switch 0')))
    sheet = upload(browser, content)
    page = text_of(browser.get(f'{PAGE}{sheet.pk}/'))
    assert '38 rows fit, 2 do not' in page
    assert 'not an integer of 64 bits' in page
    # The name is not unique, so that it is not proposed; but the person knows better.
    sent = inputs_of(browser, sheet, **{'c0-unique': 'on'})
    page = text_of(browser.post(f'{PAGE}{sheet.pk}/', expect=200, headers={'HX-Request': 'true'}, **sent, _check=''))
    assert '37 rows fit, 3 do not' in page
    assert 'the same value is in row 2' in page

    # All or nothing.
    outcome = create(browser, sheet)
    assert 'some rows do not fit' in outcome['error']
    assert not CustomObjectType.objects.exists()
    assert sheet.job.status == 'failed' or Spreadsheet.objects.get().job.status == 'failed'
    assert 'some rows do not fit' in text_of(browser.get(f'{PAGE}{sheet.pk}/'))
    # Or what fits.
    outcome = create(browser, sheet, rows='fitting')
    assert outcome['created'] == 37
    assert '3 do not' in text_of(browser.get(f'{PAGE}{sheet.pk}/'))
    left_out = list(csv.reader(io.StringIO(browser.get(f'{PAGE}{sheet.pk}/faults/?export=csv').removeprefix('\ufeff'))))
    assert left_out[0] == [*HEADERS, 'Row', 'Reason']
    assert [row[7] for row in left_out[1:]] == ['3', '5', '9']
    assert left_out[2][1] == "'=Atlantis"
    assert left_out[1][8] == 'Ports: not an integer of 64 bits'


def test_rows_that_do_not_fit_are_paged(browser):
    content = csv_of(['Name', 'Count'], *([f'n{n}', 'x' if n % 20 == 0 else str(n)] for n in range(600)))
    sheet = upload(browser, content)
    first = browser.get(f'{PAGE}{sheet.pk}/')
    assert 'Page 1 of 2' in first
    assert 'Page 2 of 2' in browser.get(f'{PAGE}{sheet.pk}/faults/?page=2')
    assert 'Page 2 of 2' in browser.get(f'{PAGE}{sheet.pk}/faults/?page=99')
    assert 'Page 1 of 2' in browser.get(f'{PAGE}{sheet.pk}/faults/?page=x')


def test_what_the_form_refuses(browser):
    make_type('taken')
    sheet = upload(browser, csv_of(['Name', 'Count'], ['a', '1'], ['b', '2']))
    for changes, words in (
        ({'name': 'taken'}, 'already exists'),
        ({'slug': 'Not a slug'}, 'valid'),
        ({'c0-name': 'Not A Name'}, 'lower-case letters'),
        ({'c0-name': 'id'}, 'identifier or number'),
        ({'c0-name': 'count'}, 'Another column has this name'),
        ({'c0-kind': 'object'}, 'Choose what the field refers to'),
        ({'c0-kind': 'boolean', 'c0-unique': 'on'}, 'cannot be unique'),
        ({'c1-kind': 'latitude', 'c1-unique': []}, 'the same name'),
        ({'c0-use': [], 'c1-use': []}, 'at least one column'),
        ({'c0-kind': 'nonsense'}, 'not one of the available choices'),
        ({'c0-kind': 'select', 'c0-choice_set': 'hidden'}, 'not one of the available choices'),
    ):
        page = text_of(
            browser.post(f'{PAGE}{sheet.pk}/', expect=200, **inputs_of(browser, sheet, **changes), _create='')
        )
        assert words in page, (changes, page)
    sheet.refresh_from_db()
    assert sheet.job is None


def test_a_line_follows_its_type(browser):
    sheet = upload(browser, csv_of(['Name'], ['a'], ['b']))
    url = f'{PAGE}{sheet.pk}/lines/0/?c0-use=on&c0-name=mine&c0-kind='
    page = browser.get(f'{url}object')
    assert 'value="mine"' in page
    assert 'value="dcim/site"' in page
    assert 'New choice set' in browser.get(f'{url}select')
    assert 'value="dcim/site"' not in browser.get(f'{url}integer')


def test_references_by_all_kinds_of_names(browser, sites):
    kind = make_type('colour', fields=[{'name': 'title', 'primary': True}])
    for title in ('Red', 'Blue'):
        make_object(kind, title=title)
    for vid in (10, 20):
        VLAN.objects.create(vid=vid, name=f'VLAN {vid}')
    content = csv_of(
        ['Key', 'Colour', 'Site slug', 'Home VLAN', 'Changed by', 'Wohin'],
        *(
            [f'k{n}', ('Red', 'Blue')[n % 2], ('berlin', 'paris')[n % 2], ('10', '20')[n % 2], 'root', 'x']
            for n in range(6)
        ),
    )
    sheet = upload(browser, content)
    columns = {column.header: (column.kind, column.target) for column in Plan.from_json(sheet.plan).columns}
    assert columns == {
        'Key': ('text', ''),
        'Colour': ('object', 'custom-objects/colour'),
        'Site slug': ('object', 'dcim/site'),
        'Home VLAN': ('object', 'ipam/vlan'),
        'Changed by': ('text', ''),  # one value, and the header names no model
        'Wohin': ('text', ''),
    }
    assert create(browser, sheet)['created'] == 6
    found = CustomObjectType.objects.get(name='access_switches').get_model().objects.get(key='k1')
    assert (str(found.colour), found.site_slug, found.home_vlan.vid) == ('Blue', sites[1], 20)


def test_candidates_cost_one_statement_each(browser, django_assert_max_num_queries):
    names = [f't{n}' for n in range(30)]
    for name in names:
        Tenant.objects.create(name=name, slug=name)
    headers = [f'Tenant {n}' for n in range(20)]
    content = csv_of(headers, *([name] * 20 for name in names))
    upload(browser, content)
    with django_assert_max_num_queries(60):
        sheet = upload(browser, content)
    assert {column.target for column in Plan.from_json(sheet.plan).columns} == {'tenancy/tenant'}


RIGHTS = [(model, ['add', 'view'], None) for model in (CustomObjectType, CustomObjectTypeField, CustomFieldChoiceSet)]


def test_hit_rates_reveal_nothing(browser, sites):
    hidden = make_type('colour', fields=[{'name': 'title', 'primary': True}])
    make_object(hidden, title='Red')
    reader = type(browser)(make_user('reader', *RIGHTS, (Site, ['view'], {'name': 'Paris'})))
    content = csv_of(['Key', 'Site', 'Colour'], *([f'k{n}', ('Berlin', 'Paris')[n % 2], 'Red'] for n in range(8)))
    sheet = upload(reader, content)
    key, site, colour = Plan.from_json(sheet.plan).columns
    assert (site.kind, site.why) == ('object', '4 of 8 values name an object of type site.')
    assert colour.kind == 'text'
    page = reader.get(f'{PAGE}{sheet.pk}/')
    assert 'custom-objects/colour' not in page
    assert 'no object of type site that you may view has this name' in page
    # Nor by naming what is hidden.
    sent = inputs_of(reader, sheet, **{'c2-kind': 'object', 'c2-target': 'custom-objects/colour'})
    assert 'not one of the available choices' in reader.post(f'{PAGE}{sheet.pk}/', expect=200, **sent, _check='')


def test_objects_that_a_receiver_needs_one_by_one(browser, sites):
    """Rows are written together in parts; a part of which that is not possible is undone first."""
    counted = []

    def counts(sender, instance, created=False, **kwargs):
        if created and getattr(instance, 'ports', None) is not None:
            counted.append(type(instance).objects.count())

    post_save.connect(counts)
    try:
        assert create(browser, upload(browser, csv_of(*rows(3))))['created'] == 3
    finally:
        post_save.disconnect(counts)
    assert counted[-3:] == [1, 2, 3]
    created = ObjectChange.objects.filter(action='create', object_repr__startswith='switch ').order_by('pk')
    assert [change.object_repr for change in created] == ['switch 0', 'switch 1', 'switch 2']


def test_who_may_give_rights_may_load_rows_into_a_new_type(browser):
    """Others could not be given the right to do so, and those could give it to themselves."""
    for name, constraints, words in (
        ('giver', None, None),
        ('restricted', {'name__startswith': 'Mine'}, 'not one of the available choices'),
    ):
        user = make_user(name, *RIGHTS, (ObjectPermission, ['add'], constraints))
        giver = type(browser)(user)
        sheet = upload(giver, csv_of(['Name'], ['a'], ['b']), f'{name}.csv')
        if words:
            sent = inputs_of(giver, sheet, rows='all')
            assert words in giver.post(f'{PAGE}{sheet.pk}/', expect=200, **sent, _create='')
            assert not CustomObjectType.objects.filter(name=name).exists()
        else:
            assert create(giver, sheet)['created'] == 2
            made = CustomObjectType.objects.get(name=name).get_model()
            # It gives no other right.
            giver.get(made.objects.first().get_absolute_url(), expect=403)


def test_without_the_right_to_add_objects_only_the_type_is_made(browser):
    user = make_user('modeller', *RIGHTS)
    modeller = type(browser)(user)
    sheet = upload(modeller, csv_of(['Name'], ['a'], ['b']))
    assert 'can only be given once the type exists' in modeller.get(f'{PAGE}{sheet.pk}/')
    # Nothing else is offered.
    assert create(modeller, sheet)['created'] == 0
    assert CustomObjectType.objects.get().get_model().objects.count() == 0


def test_rights_that_are_missing(browser):
    types, fields, _sets = RIGHTS
    modeller = type(browser)(make_user('modeller', types, fields))
    sheet = upload(modeller, csv_of(['Name', 'State'], *([f'n{n}', ('up', 'down')[n % 2]] for n in range(8))))
    assert 'extras.add_customfieldchoiceset' in modeller.get(f'{PAGE}{sheet.pk}/')
    sent = inputs_of(modeller, sheet)
    assert 'permissions are missing' in modeller.post(f'{PAGE}{sheet.pk}/', expect=200, **sent, _create='')
    for user in (make_user('reader', (CustomObjectType, ['view'], None)), make_user('types only', types)):
        for path in (PAGE, f'{PAGE}{sheet.pk}/', f'{PAGE}{sheet.pk}/faults/'):
            type(browser)(user).get(path, expect=403)


def test_a_sheet_is_its_owner_s(browser):
    sheet = upload(browser, csv_of(['Name'], ['secret']))
    other = type(browser)(make_user('other', *RIGHTS))
    for path in ('', 'faults/', 'progress/', 'lines/0/'):
        other.get(f'{PAGE}{sheet.pk}/{path}', expect=404)
    other.post(f'{PAGE}{sheet.pk}/', expect=404, _delete='')
    assert 'Access switches' not in other.get(PAGE)
    browser.post(f'{PAGE}{sheet.pk}/', _delete='')
    assert not SpreadsheetRows.objects.exists()


def test_sheets_expire(browser):
    old, new = (upload(browser, csv_of(['Name'], ['a'])) for _upload in range(2))
    Spreadsheet.objects.filter(pk=old.pk).update(created=timezone.now() - KEPT - timedelta(minutes=1))
    browser.get(f'{PAGE}{old.pk}/', expect=404)
    assert drop_expired() == 1
    assert list(Spreadsheet.objects.all()) == [new]


def test_sheets_of_a_workbook(browser):
    content = xlsx_of(Servers=[['Name', 'Units'], ['a', 1]], Racks=[['Rack', 'Height'], ['r', 2.5]])
    sheet = upload(browser, content, 'model.xlsx')
    page = browser.get(f'{PAGE}{sheet.pk}/')
    assert 'Servers' in page
    assert 'Racks' in page
    second = Spreadsheet.objects.get(title='Racks')
    assert Plan.from_json(second.plan).name == 'racks'
    assert create(browser, second)['created'] == 1


@pytest.mark.parametrize('content', [b'', b'\x00\x01', b'PK\x03\x04'])
def test_what_cannot_be_read_is_an_error_of_the_form(browser, content):
    page = browser.post(PAGE, expect=200, file=upload_of(content))
    assert 'text-danger' in page or 'is-invalid' in page
    assert not Spreadsheet.objects.exists()


def test_markup_and_formulas_are_texts(browser):
    text = '<script>alert(1)</script>{{ 7|add:7 }}'
    sheet = upload(browser, csv_of([text, 'B'], [text, '=cmd()'], ['x', '']))
    page = browser.get(f'{PAGE}{sheet.pk}/')
    assert '<script>alert(1)' not in page
    assert '&lt;script&gt;alert(1)' in page
    assert create(browser, sheet)['created'] == 2


def test_a_type_that_was_made_meanwhile_is_not_changed(browser):
    sheet = upload(browser, csv_of(['Name'], ['a'], ['b']))
    browser.post(f'{PAGE}{sheet.pk}/', **inputs_of(browser, sheet), _create='')
    make_type('access_switches')
    assert 'Another type has this name' in run(sheet)['error']
    assert not CustomObjectTypeField.objects.exists()


def test_existing_choice_sets(browser):
    CustomFieldChoiceSet.objects.create(name='States', extra_choices=[['up', 'Up'], ['down', 'Down']])
    sheet = upload(browser, csv_of(['Name', 'State'], *([f'n{n}', ('Up', 'down', 'odd')[n % 3]] for n in range(9))))
    changes = {'c1-choice_set': 'States'}
    page = text_of(browser.post(f'{PAGE}{sheet.pk}/', expect=200, **inputs_of(browser, sheet, **changes), _check=''))
    assert '6 rows fit, 3 do not' in page
    assert create(browser, sheet, rows='fitting')['created'] == 6
    model = CustomObjectType.objects.get().get_model()
    assert set(model.objects.values_list('state', flat=True)) == {'up', 'down'}
    assert CustomFieldChoiceSet.objects.count() == 1


def test_large_files_are_left_to_jobs(browser, monkeypatch):
    monkeypatch.setattr(reading, 'LARGE', 10)
    monkeypatch.setattr(jobs, 'CELLS_AT_ONCE', 10)
    sheet = upload(browser, csv_of(*rows(12, row3=(3, 'many'))))
    assert 'A job reads the file' in browser.get(f'{PAGE}{sheet.pk}/')
    assert 'progress-bar-indeterminate' in browser.get(f'{PAGE}{sheet.pk}/progress/')
    assert run(sheet, ReadSpreadsheetJob) == {}
    page = browser.get(f'{PAGE}{sheet.pk}/')
    assert '11 rows fit, 1 does not' in text_of(page)

    sent = inputs_of(browser, sheet, **{'c3-kind': 'text'})
    answer = browser.client.post(
        f'/plugins/custom-objects/{PAGE}{sheet.pk}/', {**sent, '_check': ''}, headers={'HX-Request': 'true'}
    )
    assert answer.headers['HX-Redirect'].endswith(f'/{sheet.pk}/')
    assert 'A job checks the rows' in browser.get(f'{PAGE}{sheet.pk}/')
    # Meanwhile nothing else is done to it.
    browser.post(f'{PAGE}{sheet.pk}/', **sent, _create='')
    browser.post(f'{PAGE}{sheet.pk}/', _delete='')
    assert run(sheet, CheckSpreadsheetJob) == {}
    assert '12 rows fit, 0 do not' in text_of(browser.get(f'{PAGE}{sheet.pk}/'))
    assert create(browser, sheet)['created'] == 12
    assert Job.objects.count() == 3

    broken = upload(browser, csv_of(['Name'], [*['x'] * 201]))
    assert 'more than 200 columns' in run(broken, ReadSpreadsheetJob)['error']
    assert 'more than 200 columns' in browser.get(f'{PAGE}{broken.pk}/')
    browser.get(f'{PAGE}{broken.pk}/lines/0/', expect=404)
    browser.post(f'{PAGE}{broken.pk}/', _delete='')
    assert not Spreadsheet.objects.filter(pk=broken.pk).exists()


def test_a_job_that_was_killed_can_be_repeated(browser):
    sheet = upload(browser, csv_of(['Name'], ['a'], ['b']))
    browser.post(f'{PAGE}{sheet.pk}/', **inputs_of(browser, sheet), _create='')
    sheet.refresh_from_db()
    killed = sheet.job
    begun = timezone.now() - timedelta(minutes=2)
    Job.objects.filter(pk=killed.pk).update(status='running', started=begun)
    assert 'The job was interrupted. Nothing was created.' in browser.get(f'{PAGE}{sheet.pk}/')
    # While one is at work, it is not.
    lock = Spreadsheet.work_lock(sheet.pk)
    assert lock.acquire()
    assert 'A job creates the type' in browser.get(f'{PAGE}{sheet.pk}/')
    lock.release()
    browser.post(f'{PAGE}{sheet.pk}/', **inputs_of(browser, sheet), _create='')
    # The first one is not dead after all: it leaves the sheet to the second one.
    assert run(sheet, job=killed) == {'step': 'load'}
    assert not CustomObjectType.objects.exists()
    assert run(sheet)['created'] == 2


def test_what_went_away_before_the_job_began(browser):
    kind = make_type('colour', fields=[{'name': 'title', 'primary': True}])
    make_object(kind, title='Red')
    content = csv_of(['Key', 'Colour'], ['a', 'Red'], ['b', 'Red'])
    sheet = upload(browser, content)
    browser.post(f'{PAGE}{sheet.pk}/', **inputs_of(browser, sheet), _create='')
    assert 'branch no longer exists' in run(sheet, alias='schema_gone')['error']
    browser.post(f'{PAGE}{sheet.pk}/', **inputs_of(browser, sheet), _create='')
    CustomObjectType.objects.get(name='colour').delete()
    assert 'Choose what the field refers to' in run(sheet)['error']
    assert 'Choose what the field refers to' in browser.get(f'{PAGE}{sheet.pk}/')
    # The upload itself, with its owner for example.
    sheet = upload(browser, csv_of(['Name'], ['a'], ['b']))
    browser.post(f'{PAGE}{sheet.pk}/', **inputs_of(browser, sheet), _create='')
    job, pk = Job.objects.latest('pk'), sheet.pk
    sheet.delete()
    with suppress(JobFailed):
        LoadSpreadsheetJob.handle(job, spreadsheet=pk, alias='default')
    job.refresh_from_db()
    assert (job.status, 'discarded' in job.error) == ('failed', True)
    assert not CustomObjectType.objects.exists()


def test_headers_of_all_sorts(browser):
    headers = [
        'id',
        'tags',
        'url',
        '',
        'Name',
        'name',
        'x' * 500,
        'display',
        'Größe [m²]',
        '漢字',
        'custom_field_data',
        '_',
    ]
    sheet = upload(browser, csv_of(headers, *([f'{n}{m}' for m in range(12)] for n in 'ab')))
    assert create(browser, sheet)['created'] == 2
    made = CustomObjectType.objects.get()
    assert made.fields.count() == 12
    assert made.get_model().objects.count() == 2
