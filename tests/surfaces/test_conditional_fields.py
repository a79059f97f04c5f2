"""Conditions that fields are required, shown or can be changed by: how they are defined, and what they enforce."""

from urllib.parse import urlencode

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dcim.models import Site

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.runtime.context import mark_changed

from ..support.factories import make_field, make_sites, make_type
from .graphql import GraphQL
from .rest import Rest, make_user, superuser
from .ui import Browser, text_of
from .view_cases import EveryType

FIELDS = 'custom-object-type-fields/'
ADD = f'{FIELDS}add/'
SERIAL = "Serial is required while this is true: status == 'active'"
CODE = 'Code can only be changed while this is true: code == null'
HOLDER = "Holder can only be changed while this is true: status != 'retired'"


@pytest.fixture
def asset(db):
    return make_type('asset', fields=[
        {'name': 'status', 'type': 'select', 'choices': ['planned', 'active', 'retired']},
        {'name': 'serial', 'type': 'text', 'required_if': "status == 'active'"},
        {'name': 'reason', 'type': 'text', 'required': True, 'visible_if': "status == 'retired'"},
        {'name': 'code', 'type': 'integer', 'editable_if': 'code == null'},
        {'name': 'holder', 'type': 'text', 'default': 'us', 'editable_if': "status != 'retired'"},
        {'name': 'sites', 'type': 'multiobject', 'target': Site, 'required_if': 'code > 9'},
    ])  # fmt: skip


@pytest.fixture
def root(asset):
    return superuser()


@pytest.fixture
def rest(root):
    return Rest(root)


@pytest.fixture
def ui(root):
    return Browser(root)


def field(name):
    return CustomObjectTypeField.objects.get(name=name)


class TestDefinition:
    def test_rest(self, rest, asset):
        """Written with names, stored with ids, shown with the names of today; errors have a place."""
        serial, status = field('serial'), field('status')
        path = f'{FIELDS}{serial.pk}/'
        assert serial.required_if == f"${status.pk} == 'active'"
        found = rest.get(path)
        assert [found[name] for name in ('required_if', 'visible_if', 'editable_if')] == ["status == 'active'", '', '']
        rest.patch(f'{FIELDS}{status.pk}/', {'name': 'state'})
        assert rest.get(path)['required_if'] == "state == 'active'"
        rest.patch(path, {'label': 'Serial number', 'editable_if': "serial == null || state == 'planned'"})
        assert field('serial').editable_if == f"${serial.pk} == null || ${status.pk} == 'planned'"
        for value, message in (
            ('sate == 1', 'Line 1, column 1: Unknown field “sate”. Did you mean “state”?'),
            ('state', 'Line 1, column 1: The result must be true or false, not text.'),
            ('code >', 'Line 1, column 7'),
        ):
            errors = rest.patch(path, {'visible_if': value}, expect=400)
            assert list(errors) == ['visible_if']
            assert message in errors['visible_if'][0]
        # New, and about itself; calculated when it is needed, so that it may change with time.
        once = {'custom_object_type': asset.pk, 'name': 'once', 'type': 'date', 'editable_if': 'once > today()'}
        made = rest.post(FIELDS, once)
        assert made['editable_if'] == 'once > today()'
        assert field('once').editable_if == f'${made["id"]} > today()'
        dry = rest.patch(f'{path}?dry_run=true', {'required_if': 'code == 1'})
        assert dry['plan'] == []

    def test_computed_fields_have_none(self, rest, asset):
        made = {'custom_object_type': asset.pk, 'name': 'next', 'type': 'computed', 'result_type': 'integer'}
        errors = rest.post(FIELDS, {**made, 'expression': 'code + 1', 'visible_if': 'code == 1'}, expect=400)
        assert list(errors) == ['visible_if']

    def test_what_conditions_read_stays(self, rest, asset):
        """It is neither deleted nor converted to what they do not fit; all of them together go with their type."""
        status = field('status')
        errors = rest.delete(f'{FIELDS}{status.pk}/', expect=400)
        assert 'The field "status" is read by conditions of: holder, reason, serial.' in str(errors)
        code = field('code')
        errors = rest.patch(f'{FIELDS}{code.pk}/', {'type': 'text'}, expect=400)
        assert 'Conditions of these fields need the field as it is: sites.' in str(errors)
        rest.patch(f'{FIELDS}{field("sites").pk}/', {'required_if': ''})
        rest.patch(f'{FIELDS}{code.pk}/', {'type': 'text'})
        rest.delete(f'{FIELDS}{code.pk}/')  # its own condition reads it
        rest.patch(f'{FIELDS}{status.pk}/', {'visible_if': 'holder != null'})
        CustomObjectTypeField.objects.exclude(name='sites').delete()
        assert list(CustomObjectTypeField.objects.values_list('name', flat=True)) == ['sites']

    def test_a_type_goes_with_conditions_that_read_each_other(self, asset):
        first, second = field('status'), field('holder')
        first.visible_if = 'holder != null'
        first.full_clean()
        first.save()
        assert second.editable_if
        CustomObjectType.objects.get().delete()
        assert not CustomObjectTypeField.objects.exists()

    def test_pages(self, ui, asset):
        """The form of a field, its errors, its preview, the type's page, its history, and copies."""
        serial = field('serial')
        edit = f'{FIELDS}{serial.pk}/edit/'
        page = ui.get(edit)
        assert 'Conditions' in text_of(page)
        assert '>status == &#x27;active&#x27;</textarea>' in page.replace('\n', '')
        common = {'custom_object_type': asset.pk, 'name': 'serial', 'type': 'text', 'search_weight': 500,
                  'filter_logic': 'loose', 'ui_visible': 'always', 'ui_editable': 'yes', 'weight': 100}  # fmt: skip
        ui.post(edit, expect=200, **common, required_if='sttus == null')
        assert ui.errors == {'required_if': ['Line 1, column 1: Unknown field “sttus”. Did you mean “status”?']}
        shown = text_of(ui.post(f'{FIELDS}{serial.pk}/preview/', 200, **common, required_if='code > 1'))
        assert 'Instant' in shown
        assert 'has no effect' not in shown
        ui.post(edit, **common, required_if='code > 1')
        assert 'required if changed from "status == \'active\'" to "code > 1"' in text_of(
            ui.get(f'{asset.get_absolute_url()}schema-history/')
        )
        assert 'code > 1' in text_of(ui.get(asset.get_absolute_url()))
        ui.post('custom-object-types/add/', name='copy', slug='copy', fields_of=asset.pk)
        copied = {row.name: row for row in CustomObjectType.objects.get(name='copy').fields.all()}
        assert copied['serial'].required_if == f'${copied["code"].pk} > 1'
        assert copied['code'].editable_if == f'${copied["code"].pk} == null'

    def test_copies_without_what_conditions_read(self, asset):
        reader = make_user('reader', (CustomObjectType, ['view', 'add'], None),
                           (CustomObjectTypeField, ['view', 'add'], {'name__in': ['serial', 'code']}))  # fmt: skip
        Browser(reader).post('custom-object-types/add/', name='copy', slug='copy', fields_of=asset.pk)
        copied = {row.name: row for row in CustomObjectType.objects.get(name='copy').fields.all()}
        assert (copied['serial'].required_if, copied['code'].editable_if) == ('', f'${copied["code"].pk} == null')

    def test_without_effect(self, ui, rest, asset):
        """One that cannot be calculated restricts nothing, and is reported."""
        CustomObjectTypeField.objects.filter(name='reason').update(visible_if='$99 == 1')
        CustomObjectTypeField.objects.filter(name='code').update(editable_if='blend($1)')
        asset.refresh_from_db()
        field('status').save()
        shown = text_of(ui.get(asset.get_absolute_url()))
        assert 'The condition "visible_if" has no effect: Line 1, column 1' in shown
        assert 'The condition "editable_if" has no effect' in shown
        assert rest.post('asset/', {'status': 'planned'}, expect=400) == {'reason': ['Reason is required.']}
        made = rest.post('asset/', {'code': 1, 'reason': 'x'})
        rest.patch(f'asset/{made["id"]}/', {'code': 2})

    def test_graphql(self, root, asset):
        found = GraphQL(root)('{ custom_object_type_field_list { name required_if visible_if editable_if } }')
        by_name = {row['name']: row for row in found['custom_object_type_field_list']}
        assert by_name['serial']['required_if'] == "status == 'active'"
        assert by_name['code']['editable_if'] == 'code == null'


class TestRest:
    def test_required(self, rest, asset):
        """Null does not require."""
        assert rest.post('asset/', {'status': 'active'}, expect=400) == {'serial': [SERIAL]}
        assert rest.post('asset/', {'status': 'active', 'serial': ''}, expect=400) == {'serial': [SERIAL]}
        made = rest.post('asset/', {})
        assert rest.patch(f'asset/{made["id"]}/', {'status': 'active'}, expect=400) == {'serial': [SERIAL]}
        rest.patch(f'asset/{made["id"]}/', {'status': 'active', 'serial': 's'})
        assert rest.patch(f'asset/{made["id"]}/', {'serial': None}, expect=400) == {'serial': [SERIAL]}

    def test_links(self, rest, asset):
        (site, *_others) = make_sites()
        errors = rest.post('asset/', {'code': 10}, expect=400)
        assert errors == {'sites': ['Sites is required while this is true: code > 9']}
        made = rest.post('asset/', {'code': 10, 'sites': [site.pk], 'status': 'planned'})
        rest.patch(f'asset/{made["id"]}/', {'holder': 'them'})
        assert list(rest.patch(f'asset/{made["id"]}/', {'sites': []}, expect=400)) == ['sites']

    def test_hidden(self, rest, asset):
        """A value is required while the field is shown; kept and accepted while it is not."""
        made = rest.post('asset/', {'status': 'planned'})
        path = f'asset/{made["id"]}/'
        assert rest.patch(path, {'status': 'retired'}, expect=400) == {'reason': ['Reason is required.']}
        rest.patch(path, {'status': 'retired', 'reason': 'old'})
        assert rest.patch(path, {'status': 'planned'})['reason'] == 'old'
        assert rest.patch(path, {'reason': 'new'})['reason'] == 'new'
        assert rest.patch(path, {'reason': None})['reason'] is None

    def test_editable(self, rest, asset):
        """By the new values of other fields and the stored one of its own; a new object has the default, or none."""
        assert rest.post('asset/', {'status': 'retired', 'reason': 'x', 'holder': 'me'}, expect=400) == {
            'holder': [HOLDER]
        }
        made = rest.post('asset/', {'status': 'retired', 'reason': 'x', 'holder': 'us', 'code': 1})
        path = f'asset/{made["id"]}/'
        assert rest.patch(path, {'code': 2}, expect=400) == {'code': [CODE]}
        rest.patch(path, {'code': 1, 'holder': 'us'})
        assert rest.patch(path, {'holder': 'me'}, expect=400) == {'holder': [HOLDER]}
        rest.patch(path, {'holder': 'me', 'status': 'planned'})
        # Unknown refuses.
        assert rest.patch(path, {'holder': 'us', 'status': None}, expect=400) == {'holder': [HOLDER]}

    def test_lists(self, rest, asset):
        """Conditions of all objects are calculated by one statement."""

        def statements(send):
            with CaptureQueriesContext(connection) as queries:
                found = send()
            return found, sum('AS evaluated' in query['sql'] for query in queries.captured_queries)

        made, count = statements(lambda: rest.post('asset/', [{'status': 'planned', 'code': pk} for pk in range(5)]))
        assert count == 1
        fine = [{'id': one['id'], 'status': 'active', 'serial': 's', 'holder': 'me'} for one in made]
        found, count = statements(lambda: rest.patch('asset/', fine))
        assert {one['holder'] for one in found} == {'me'}
        assert count == 1
        errors = rest.post('asset/', [{'status': 'planned'}, {'status': 'active'}], expect=400)['errors']
        assert errors == [{'index': 1, 'errors': {'serial': [SERIAL]}}]
        made = rest.post('asset/', [{'code': 1}, {'code': 2}])
        changed = [{'id': made[0]['id'], 'status': 'active'}, {'id': made[1]['id'], 'code': 3}]
        errors = rest.patch('asset/', changed, expect=400)['errors']
        assert errors == [
            {'id': made[0]['id'], 'errors': {'serial': [SERIAL]}},
            {'id': made[1]['id'], 'errors': {'code': [CODE]}},
        ]


def test_orm(asset):
    """`full_clean` looks at conditions; `save` alone does not. Nothing is calculated where nothing depends on it."""
    model = asset.get_model()
    thing = model(status='active')
    with pytest.raises(ValidationError) as caught:
        thing.full_clean()
    assert caught.value.message_dict == {'serial': [SERIAL]}
    thing.save()
    thing.serial = 's'
    thing.full_clean()


def test_bulk_edit(ui, asset):
    model = asset.get_model()
    things = [model.objects.create(serial=serial, code=1) for serial in ('a', None)]
    pks = [thing.pk for thing in things]
    assert SERIAL in text_of(ui.post('asset/bulk-edit/', 200, pk=pks, _apply=1, status='active'))
    assert CODE in text_of(ui.post('asset/bulk-edit/', 200, pk=pks, _apply=1, code=2))
    assert set(model.objects.values_list('status', 'code')) == {(None, 1)}
    ui.post('asset/bulk-edit/', pk=pks, _apply=1, status='retired', reason='x')


def test_import(ui, asset):
    objects = asset.get_model().objects

    def load(head, *lines, expect=200):
        sent = {'data': '\n'.join((head, *lines)), 'format': 'csv', 'csv_delimiter': ',', 'import_method': 'direct'}
        return text_of(ui.post('asset/bulk-import/', expect, **sent))

    assert f'Record 2 serial: {SERIAL}' in load('status,serial', 'planned,', 'active,')
    assert 'Record 1 reason: Reason is required.' in load('status,reason', 'retired,')
    load('status,serial,reason,code', 'planned,,kept,1', expect=302)
    thing = objects.get()
    assert thing.reason == 'kept'
    assert f'Record 1: {SERIAL}' in load('id,status', f'{thing.pk},active')
    assert f'Record 1 code: {CODE}' in load('id,code', f'{thing.pk},2')
    # What cannot be read has its own error only.
    shown = load('status,code,serial', 'active,many,s')
    assert 'code: Enter a whole number' in shown
    assert 'required' not in shown.split('Record 1')[1][:200]


class TestForms:
    def test_pages_show_what_conditions_say(self, ui, asset):
        page = ui.get('asset/add/')
        assert 'data-condition-of="reason" data-condition="hidden"' in page
        assert 'data-condition-of="serial" data-condition=""' in page
        page = ui.get('asset/add/?status=retired')
        assert 'data-condition-of="reason" data-condition="required"' in page
        assert 'data-condition-of="holder" data-condition="disabled"' in page
        page = ui.get('asset/add/?status=retired&holder=me&code=7')
        assert 'value="me"' not in page
        assert 'value="7"' in page
        thing = asset.get_model().objects.create(status='active', serial='s', code=1)
        page = ui.get(f'asset/{thing.pk}/edit/')
        assert 'data-condition-of="serial" data-condition="required"' in page
        assert 'data-condition-of="code" data-condition="disabled"' in page

    def test_rows_follow_what_is_typed(self, ui, asset):
        """Those whose conditions have changed, and no others; nothing is saved, and what cannot be read is unknown."""
        ui.get('asset/add/')
        shown = ui.response.context['form'].initial['_conditions']
        headers = {'HX-Request': 'true', 'HX-Target': 'x'}
        follow = {'_follow': 1, '_conditions': shown, 'reason': 'typed'}
        answer = ui.post('asset/add/', 200, headers=headers, **follow, status='retired')
        assert answer.count('class="row') == 1
        assert 'value="typed"' in answer
        assert 'id="id__conditions"' in answer
        assert 'invalid' not in answer
        assert ui.post('asset/add/', 200, headers=headers, **follow, code='many').count('class="row') == 0
        for unread in ('', '[]', '{', '7'):
            ui.post('asset/add/', 200, headers=headers, _follow=1, _conditions=unread)
        assert not asset.get_model().objects.exists()
        viewer = Browser(make_user('viewer', (asset, ['view'], None)))
        viewer.post('asset/add/', 403, headers=headers, **follow)

    def test_dialogs_follow_as_pages_do(self, ui, asset):
        """NetBox's quick add: inputs have a prefix, and what is hidden is not taken."""
        dialog = 'asset/add/?_quickadd=True'
        page = ui.get(dialog)
        assert 'data-condition-of="quickadd-reason" data-condition="hidden"' in page
        assert 'hx-post="/plugins/custom-objects/asset/add/?_quickadd=True"' in page
        shown = ui.response.context['form'].initial['_conditions']
        sent = {'_follow': 1, 'quickadd-_conditions': shown, 'quickadd-status': 'retired', 'quickadd-reason': 'typed'}
        answer = ui.post(dialog, 200, headers={'HX-Request': 'true', 'HX-Target': 'x'}, **sent)
        assert answer.count('class="row') == 1
        assert 'data-condition-of=&quot;quickadd-reason&quot;' in answer
        assert 'value="typed"' in answer
        assert 'name="quickadd-_conditions"' in answer
        values = {'quickadd-status': 'active', 'quickadd-reason': 'hidden', '_quickadd': ''}
        ui.post(dialog, 200, **values)
        assert ui.errors == {'serial': [SERIAL]}
        ui.post(dialog, 200, **values, **{'quickadd-serial': 's'})
        thing = asset.get_model().objects.get()
        assert (thing.status, thing.serial, thing.reason) == ('active', 's', None)

    def test_pages_of_objects_leave_out_what_is_hidden(self, ui, asset, rest):
        """REST still has it; a group and a table of links go with their last field."""
        make_field(asset, 'note', group_name='Retirement', visible_if="status == 'retired'")
        make_field(asset, 'places', 'multiobject', target=Site, visible_if="status == 'retired'")
        thing = asset.get_model().objects.create(status='planned', reason='kept', note='noted', serial='s')
        page = text_of(ui.get(f'asset/{thing.pk}/'))
        assert 'Serial s' in page
        for hidden in ('Reason', 'kept', 'Retirement', 'noted', 'Places'):
            assert hidden not in page, hidden
        assert rest.get(f'asset/{thing.pk}/')['reason'] == 'kept'
        rest.patch(f'asset/{thing.pk}/', {'status': 'retired'})
        page = text_of(ui.get(f'asset/{thing.pk}/'))
        for shown in ('Reason kept', 'Retirement', 'Note noted', 'Places'):
            assert shown in page, shown

    def test_what_is_saved(self, ui, asset):
        objects = asset.get_model().objects
        ui.post('asset/add/', expect=200, status='active', holder='us')
        assert ui.errors == {'serial': [SERIAL]}
        ui.post('asset/add/', expect=200, status='retired', holder='us')
        assert ui.errors == {'reason': ['Reason is required.']}
        ui.post('asset/add/', status='retired', reason='old')
        thing = objects.get()
        assert (thing.reason, thing.holder) == ('old', 'us')
        edit = f'asset/{thing.pk}/edit/'
        # A field that is not shown keeps its value, and one that is disabled, which browsers do not send.
        ui.post(edit, status='planned', reason='ignored', holder='me', code=5)
        thing.refresh_from_db()
        assert (thing.reason, thing.holder, thing.code) == ('old', 'me', 5)
        ui.post(edit, status='retired', reason='new')
        thing.refresh_from_db()
        assert (thing.reason, thing.holder, thing.code) == ('new', 'me', 5)
        ui.post(edit, expect=200, status='retired', reason='new', code=6)
        assert ui.errors == {'code': [CODE]}


def test_fields_of_all_types(db):
    """Each type of field is shown, required, kept and refused by its condition."""
    every = EveryType()
    own = {found for found, case in every.fields.items() if not case.field_type.is_calculated}
    key = f'${every.type.fields.get(name="name").pk}'
    every.type.fields.filter(name__in=own).update(
        visible_if=f"{key} != 'hide'", required_if=f"{key} == 'all'", editable_if=f"{key} != 'fixed'"
    )
    mark_changed('default')
    labels = {row.name: str(row) for row in every.type.fields.all()}
    ui = Browser(superuser())
    add = f'{every.type.slug}/add/'
    assert ui.get(add).count('data-condition="hidden') >= len(own)
    assert 'data-condition="hidden' not in ui.get(f'{add}?{urlencode({**every.form(1), "name": "x"}, doseq=True)}')
    ui.post(add, expect=200, name='all')
    said = ' '.join(message for messages in ui.errors.values() for message in messages)
    assert {found for found in own if f'{labels[found]} is required while' not in said} == set()
    ui.post(add, name='all', **every.form(1))
    (thing,) = every.model.objects.all()
    before = every.values(thing)
    assert before == every.expected(1)
    edit = f'{every.type.slug}/{thing.pk}/edit/'
    answer = ui.post(edit, 200, headers={'HX-Request': 'true'}, _follow=1, name='x', **every.form(0))
    assert {found for found in own if f'data-condition-of="{found}' not in answer} == set()
    ui.post(edit, expect=200, name='fixed', **every.form(0))
    said = ' '.join(message for messages in ui.errors.values() for message in messages)
    assert {found for found in own if f'{labels[found]} can only be changed' not in said} == set()
    ui.post(edit, name='fixed', **every.form(1))
    ui.post(edit, name='hide', **every.form(0))
    after = every.values(every.model.objects.get())
    assert {found: after[found] for found in own} == {found: before[found] for found in own}
