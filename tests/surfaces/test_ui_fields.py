"""Pages of fields: NetBox's own view tests where they fit, and what is particular about fields."""

import re

import pytest

from core.models import ObjectChange, ObjectType
from dcim.models import Site
from extras.models import CustomFieldChoiceSet
from utilities.testing import ViewTestCases

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.views.fields.pages import objects_with_value
from tests.field_types.case import resolve
from tests.field_types.cases import CASES
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.rest import make_user
from tests.surfaces.ui import Browser, form_of, text_of
from tests.surfaces.view_cases import QueryBaseline


class FieldViews(
    QueryBaseline,
    ViewTestCases.GetObjectChangelogViewTestCase,
    ViewTestCases.EditObjectViewTestCase,
    ViewTestCases.DeleteObjectViewTestCase,
    ViewTestCases.ListObjectsViewTestCase,
    ViewTestCases.CreateObjectViewTestCase,
    ViewTestCases.BulkImportObjectsViewTestCase,
    ViewTestCases.BulkEditObjectsViewTestCase,
    ViewTestCases.BulkDeleteObjectsViewTestCase,
):
    model = CustomObjectTypeField
    # A field cannot be moved to another type.
    validation_excluded_fields = ('default', 'search_weight', 'custom_object_type')

    @classmethod
    def setUpTestData(cls):
        kind = make_type('device')
        fields = [make_field(make_type(f'type_{number}'), f'field_{number}', 'integer') for number in range(1, 4)]
        choices = CustomFieldChoiceSet.objects.create(name='Colors', extra_choices=[['red', 'Red']])
        cls.form_data = {
            'custom_object_type': kind.pk, 'name': 'new_field', 'label': 'New field', 'type': 'integer',
            'required': True, 'default': '5', 'validation_minimum': 1, 'validation_maximum': 9, 'group_name': 'Group',
            'description': 'Something new', 'search_weight': '100', 'filter_logic': 'exact', 'ui_visible': 'if-set',
            'ui_editable': 'no', 'weight': 7, 'is_cloneable': True, 'deprecated_since': '1.0', 'comments': 'Remarks',
        }  # fmt: skip
        cls.csv_data = (
            'custom_object_type,name,type,label,choice_set,related_object_type,search_weight',
            'device,one,text,One,,,100',
            f'device,two,select,Two,{choices.name},,0',
            'device,three,object,Three,,dcim.site,',
        )
        cls.csv_update_data = ('id,label,weight', *(f'{field.pk},Label {field.pk},{field.pk}' for field in fields))
        cls.bulk_edit_data = {'group_name': 'Bulk', 'weight': 3, 'search_weight': 1000, 'ui_editable': 'hidden'}

    def _get_base_url(self):
        return 'plugins:netbox_custom_objects:customobjecttypefield_{}'

    def make_many(self, number):
        kind = CustomObjectType.objects.get(name='device')
        for index in range(number):
            CustomObjectTypeField.objects.create(custom_object_type=kind, name=f'many_{index}')


def add(browser, kind, expect=302, **sent):
    defaults = {
        'custom_object_type': kind.pk, 'type': 'text', 'search_weight': '500', 'filter_logic': 'loose',
        'ui_visible': 'always', 'ui_editable': 'yes', 'weight': '100', 'on_delete_behavior': 'set_null',
    }  # fmt: skip
    return browser.post('custom-object-type-fields/add/', expect=expect, **{**defaults, **sent})


def edit(browser, field, expect=302, **sent):
    path = f'custom-object-type-fields/{field.pk}/edit/'
    browser.get(path)
    form = browser.response.context['form']
    now = {
        name: bound.value() for name, bound in ((name, form[name]) for name in form.fields) if not bound.field.disabled
    }
    data = {name: value for name, value in {**now, **sent}.items() if value not in (None, False, 'null')}
    return browser.post(path, expect=expect, **data)


class TestForm:
    """Only what a type needs is asked for; the form is rendered again when another type is chosen."""

    @pytest.mark.parametrize(
        ('type', 'present', 'absent'),
        [
            (
                'text',
                ['validation_regex', 'unique', 'default'],
                ['validation_minimum', 'choice_set', 'related_object_type'],
            ),
            ('integer', ['validation_minimum', 'validation_maximum', 'unit'], ['validation_regex', 'choice_set']),
            ('boolean', ['default'], ['unique', 'validation_regex']),
            ('select', ['choice_set'], ['related_object_type', 'validation_regex']),
            ('object', ['related_object_type', 'on_delete_behavior', 'related_name'], ['choice_set']),
            ('multiobject', ['related_object_type', 'related_object_filter'], ['on_delete_behavior', 'unique']),
        ],
    )
    def test_asks_for_what_the_type_needs(self, browser, type, present, absent):
        kind = make_type('cable')
        page = browser.get(
            f'custom-object-type-fields/add/?custom_object_type={kind.pk}&type={type}', headers={'HX-Request': 'true'}
        )
        assert '<html' not in page
        for name in ('name', 'label', 'weight', 'deprecated', *present):
            assert f'name="{name}"' in page, name
        for name in absent:
            assert f'name="{name}"' not in page, name

    def test_shows_how_many_digits_a_decimal_has_if_none_are_given(self, browser):
        kind = make_type('cable')
        for type, digits in (('decimal', 8), ('computed', 15)):
            page = browser.get(f'custom-object-type-fields/add/?custom_object_type={kind.pk}&type={type}')
            assert re.search(rf'Digits of a [^<]*; {digits} if empty', page), type
            assert 'Digits after the decimal point; 2 if empty' in page, type

    def test_the_type_renders_the_form_anew(self, browser):
        page = ' '.join(browser.get('custom-object-type-fields/add/').split())
        assert 'hx-include="#form_fields"' in page

    def test_points_at_public_models_and_existing_types(self, browser):
        kind, gone = make_type('cable', verbose_name='Cable'), make_type('gone', verbose_name='Vanished')
        gone.delete()
        page = browser.get(f'custom-object-type-fields/add/?custom_object_type={kind.pk}&type=object')
        assert 'DCIM &gt; Site' in page
        assert 'Custom Objects &gt; Cable' in page
        assert 'Vanished' not in page
        assert not re.search(r'[Tt]able\d+', page.split('id="id_related_object_type"')[1].split('</select>')[0])


class TestAdd:
    def test_a_column_appears(self, browser):
        kind = make_type('cable')
        add(browser, kind, name='serial', default='x', changelog_message='Because')
        assert browser.response['Location'] == f'/plugins/custom-objects/custom-object-types/{kind.pk}/'
        assert make_object(kind).serial == 'x'
        assert 'name="serial"' in browser.get('cable/add/')
        assert ObjectChange.objects.get(changed_object_type__model='customobjecttypefield').message == 'Because'

    def test_adds_references(self, browser, sites):
        kind = make_type('cable')
        site = ObjectType.objects.get_for_model(Site)
        add(browser, kind, name='place', type='object', related_object_type=site.pk, on_delete_behavior='protect',
            related_object_filter='status=active')  # fmt: skip
        add(browser, kind, name='other', type='object', related_object_type=kind.object_type.pk)
        place = kind.fields.get(name='place')
        assert (place.related_object_type_id, place.on_delete_behavior) == (site.pk, 'protect')
        assert make_object(kind, place=sites[0], other=make_object(kind)).other.pk
        assert 'status' in browser.get('cable/add/')

    def test_adds_another_to_the_same_type(self, browser):
        kind = make_type('cable')
        add(browser, kind, name='serial', _addanother='1')
        assert f'custom_object_type={kind.pk}' in browser.response['Location']

    @pytest.mark.parametrize(
        ('sent', 'key'),
        [
            ({'name': 'With Space'}, 'name'),
            ({'name': 'tags'}, 'name'),
            ({'name': 'taken'}, '__all__'),
            ({'name': 'a', 'validation_regex': '['}, 'validation_regex'),
            (
                {'name': 'a', 'type': 'integer', 'validation_minimum': '5', 'validation_maximum': '1'},
                'validation_minimum',
            ),
            ({'name': 'a', 'type': 'integer', 'default': '"x"'}, 'default'),
            ({'name': 'a', 'type': 'date', 'default': 'no date'}, 'default'),
            ({'name': 'a', 'type': 'select'}, 'choice_set'),
            ({'name': 'a', 'type': 'object'}, 'related_object_type'),
            ({'name': 'a', 'type': 'object', 'related_object_type': '4711'}, 'related_object_type'),
            ({'name': 'a', 'type': 'bogus'}, 'type'),
            ({'name': 'a', 'primary': 'on', 'context': 'on'}, '__all__'),
            ({'name': 'a', 'deprecated_since': 'x'}, 'deprecated_since'),
            ({'name': 'a', 'search_weight': '7'}, 'search_weight'),
            ({'name': 'a', 'weight': '-1'}, 'weight'),
        ],
    )
    def test_refuses_bad_input(self, browser, sent, key):
        kind = make_type('cable', fields=[('taken', 'text')])
        add(browser, kind, expect=200, **sent)
        assert key in browser.errors, browser.errors
        assert CustomObjectTypeField.objects.count() == 1


class TestEdit:
    def test_renames_without_losing_values(self, browser):
        kind = make_type('cable', fields=[('serial', 'text')])
        obj = make_object(kind, serial='4711')
        edit(browser, kind.fields.get(), name='label', label='Label')
        assert 'Label 4711' in text_of(browser.get(f'cable/{obj.pk}/'))

    def test_converts_values(self, browser):
        kind = make_type('cable', fields=[('amount', 'text')])
        make_object(kind, amount='5')
        edit(browser, kind.fields.get(), type='integer')
        assert kind.get_model().objects.get().amount == 5

    def test_refuses_a_conversion_that_loses_values(self, browser):
        """What the database refuses becomes an error of the form, and nothing is changed."""
        kind = make_type('cable', fields=[('amount', 'text')])
        make_object(kind, amount='many')
        edit(browser, kind.fields.get(), expect=200, type='integer')
        assert 'many' in str(browser.errors)
        assert kind.fields.get().type == 'text'
        assert kind.get_model().objects.get().amount == 'many'

    def test_resets_what_the_new_type_cannot_have(self, browser):
        kind = make_type('cable', fields=[{'name': 'color', 'type': 'select', 'choices': ['red']}])
        edit(browser, kind.fields.get(), type='text')
        field = kind.fields.get()
        assert (field.type, field.choice_set) == ('text', None)

    def test_offers_only_conversions_that_are_possible(self, browser, every_kind):
        page = browser.get(f'custom-object-type-fields/{every_kind.fields.get(name="title").pk}/edit/')
        offered = page.split('id="id_type"')[1].split('</select>')[0]
        assert 'value="integer"' in offered
        assert 'value="object"' not in offered
        assert 'value="url"' not in offered
        for name in ('place', 'web'):
            edit(browser, every_kind.fields.get(name=name), type='text')
            assert every_kind.fields.get(name=name).type != 'text'

    def test_cannot_be_moved_to_another_type(self, browser):
        kind, other = make_type('cable', fields=[('serial', 'text')]), make_type('other')
        edit(browser, kind.fields.get(), custom_object_type=other.pk, label='Edited')
        field = CustomObjectTypeField.objects.get()
        assert (field.custom_object_type, field.label) == (kind, 'Edited')

    def test_refuses_a_constraint_that_stored_values_break(self, browser):
        kind = make_type('cable', fields=[('serial', 'text')])
        make_object(kind, serial='a')
        make_object(kind, serial='a')
        make_object(kind)
        for sent in ({'unique': 'on'}, {'required': 'on'}):
            edit(browser, kind.fields.get(), expect=200, **sent)
            assert set(browser.errors) == set(sent)

    def test_keeps_a_search_weight_that_the_form_does_not_offer(self, browser):
        kind = make_type('cable', fields=[{'name': 'serial', 'search_weight': 321}])
        edit(browser, kind.fields.get(), label='Edited')
        assert kind.fields.get().search_weight == 321

    def test_choosing_a_primary_field_unsets_the_other(self, browser):
        kind = make_type('cable', fields=[{'name': 'a', 'primary': True}, ('b', 'text')])
        edit(browser, kind.fields.get(name='b'), primary='on')
        assert [field.name for field in kind.fields.filter(primary=True)] == ['b']

    def test_a_change_is_logged(self, browser):
        kind = make_type('cable', fields=[('serial', 'text')])
        edit(browser, kind.fields.get(), label='Edited')
        change = ObjectChange.objects.get(changed_object_type__model='customobjecttypefield')
        assert 'Edited' in text_of(browser.get(f'/core/changelog/{change.pk}/'))
        assert 'Updated' in text_of(browser.get(f'custom-object-type-fields/{change.changed_object_id}/changelog/'))


class TestDelete:
    def test_counts_the_objects_that_hold_a_value(self, browser, every_kind, values):
        make_object(every_kind, **values)
        make_object(every_kind, title='a')
        make_object(every_kind)
        for name, count in (('title', 2), ('amount', 1), ('places', 1), ('color', 1)):
            page = browser.get(f'custom-object-type-fields/{every_kind.fields.get(name=name).pk}/delete/')
            assert f'{count} object' in text_of(page), name
        every_kind.get_model().objects.all().delete()
        page = browser.get(f'custom-object-type-fields/{every_kind.fields.get(name="title").pk}/delete/')
        assert 'No object of Every_kinds holds a value' in text_of(page)

    def test_leads_back_to_the_type(self, browser):
        kind = make_type('cable', fields=[('serial', 'text')])
        make_object(kind, serial='a')
        browser.post(
            f'custom-object-type-fields/{kind.fields.get().pk}/delete/',
            confirm='true', return_url=kind.get_absolute_url(),
        )  # fmt: skip
        assert browser.response['Location'] == kind.get_absolute_url()
        assert not kind.fields.exists()
        assert 'name="serial"' not in browser.get('cable/add/')


class TestBulk:
    def test_import_names_types_and_targets(self, browser):
        make_type('cable')
        data = (
            'custom_object_type,name,type,related_object_type,primary\n'
            'cable,name,text,,true\ncable,place,object,dcim.site,\n'
        )
        sent = {'data': data, 'format': 'csv', 'csv_delimiter': ',', 'import_method': 'direct'}
        browser.post('custom-object-type-fields/import/', **sent)
        kind = CustomObjectType.objects.get()
        assert [(field.name, field.type, field.primary) for field in kind.fields.order_by('name')] == [
            ('name', 'text', True),
            ('place', 'object', False),
        ]

    @pytest.mark.parametrize(
        'record', ['cable,name,bogus,', 'cable,tags,text,', 'nothing,name,text,', 'cable,name,text,dcim.site']
    )
    def test_a_bad_import_changes_nothing(self, browser, record):
        make_type('cable')
        data = f'custom_object_type,name,type,related_object_type\ncable,good,text,\n{record}'
        sent = {'data': data, 'format': 'csv', 'csv_delimiter': ',', 'import_method': 'direct'}
        browser.post('custom-object-type-fields/import/', expect=200, **sent)
        assert browser.errors
        assert not CustomObjectTypeField.objects.exists()

    def test_required_is_refused_while_values_are_missing(self, browser):
        kind = make_type('cable', fields=[('serial', 'text')])
        make_object(kind)
        browser.post(
            'custom-object-type-fields/edit/', expect=200, pk=[kind.fields.get().pk], _apply='1', required='true'
        )
        assert browser.errors
        assert not kind.fields.get().required


def test_the_delete_page_of_a_field_of_any_type_counts_its_values(browser, db):
    """Each type says itself which objects have no value."""
    thing = make_type('thing', fields=[{'name': 'title', 'primary': True}])
    cases = {}
    for case in CASES:
        if case.is_drawn:
            continue  # every object has a value
        name = f'f_{len(cases)}'
        needs = case.needs()
        if 'choice_set' in needs:
            needs['choice_set'].name = name
            needs['choice_set'].save()
        needs |= case.add_source(thing, name)
        cases[name] = (case, make_field(thing, name, case.type, **needs))

    model = thing.get_model()
    model.objects.create(title='nothing')
    assert {name: objects_with_value(field).count() for name, (_case, field) in cases.items()} == dict.fromkeys(
        cases, 0
    )
    counts = {}
    for number, (name, (case, field)) in enumerate(cases.items()):
        # One or two objects, so that no field takes the other's.
        for value in case.values[: 1 + number % 2]:
            holder = model(title=name)
            if case.field_type.many:
                holder.save()
                getattr(holder, name).set(resolve(value))
            else:
                case.store(holder, resolve(value), name)
                holder.save()
        text = text_of(browser.get(f'custom-object-type-fields/{field.pk}/delete/'))
        assert field.name in text or str(field) in text
        counts[name] = browser.response.context['count']
    assert counts == {name: 1 + number % 2 for number, name in enumerate(cases)}


def test_the_delete_page_counts_points_and_polymorphic_references(browser, sites):
    thing = make_type('thing', fields=[{'name': 'title', 'primary': True}, ('place', 'coordinates')])
    one = make_field(thing, 'one', 'object', targets=[Site])
    many = make_field(thing, 'many', 'multiobject', targets=[Site])
    place = thing.fields.get(name='place')
    make_object(thing, title='a')
    make_object(thing, title='b', place_latitude='1.5', place_longitude='2.5', one=sites[0], many=sites[:2])
    for field in (one, many, place):
        browser.get(f'custom-object-type-fields/{field.pk}/delete/')
        assert browser.response.context['count'] == 1, field


def test_hidden_objects_stay_in_defaults(db):
    """For users who may edit a field and not view all that new objects of the type refer to."""
    seen, hidden = (Site.objects.create(name=name, slug=name) for name in ('seen', 'hidden'))
    kind, site = make_type('visit'), ObjectType.objects.get_for_model(Site).pk
    entries = [{'content_type_id': site, 'object_id': found.pk} for found in (seen, hidden)]
    fields = [
        make_field(kind, 'one', 'object', target=Site, default=hidden.pk),
        make_field(kind, 'many', 'multiobject', target=Site, default=[hidden.pk, seen.pk]),
        make_field(kind, 'mixed', 'object', targets=[Site], default=entries[1]),
        make_field(kind, 'mixes', 'multiobject', targets=[Site], default=entries),
    ]
    editor = make_user(
        'editor', (CustomObjectType, ['view'], None), (CustomObjectTypeField, ['view', 'change'], None),
        (Site, ['view'], {'name': 'seen'}),
    )  # fmt: skip
    for field in fields:
        path, before = f'custom-object-type-fields/{field.pk}/edit/', field.default
        sent = form_of(Browser(editor).get(path))
        Browser(editor).post(path, **{**sent, 'label': ['New']})
        field.refresh_from_db()
        assert (field.label, field.default) == ('New', before)
