"""Constraints and conditions in the designer: written with the fields that they are about, in one go."""

import pytest

from core.models import ObjectType
from dcim.models import Site

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeConstraint
from tests.support.factories import make_object
from tests.surfaces.test_ui_designer import PATH, nothing_is_stored, rows_of, sent
from tests.surfaces.ui import text_of

PERIOD = (
    {'name': 'name', 'primary': 'on'},
    {'name': 'start', 'type': 'date'},
    {'name': 'end', 'type': 'date'},
)


def with_constraints(*constraints, rows=PERIOD, **attributes):
    """Return the inputs of a type with these rows and constraints."""
    data = {**sent(*rows), 'constraint': [], **attributes}
    for number, constraint in enumerate(constraints):
        key = f'c{number:08x}'
        data['constraint'].append(key)
        data |= {f'{key}-{name}': value for name, value in constraint.items()}
    return data


UNIQUE = {'name': 'one running', 'type': 'unique', 'field_ids': ['f00000000', 'f00000001'],
          'nulls_distinct': 'on', 'condition': 'end == null'}  # fmt: skip
CHECK = {'name': 'period', 'type': 'check', 'expression': 'end > start', 'message': 'The end is after the start.'}


class TestConstraints:
    def test_are_stored_with_the_fields_that_they_name(self, browser):
        browser.post(PATH, **with_constraints(UNIQUE, CHECK, changelog_message='First draft'))
        kind = CustomObjectType.objects.get()
        fields = {field.name: field.pk for field in kind.fields.all()}
        found = {constraint.name: constraint for constraint in kind.constraints.all()}
        assert found['one running'].field_ids == [fields['name'], fields['start']]
        assert found['one running'].condition == f'${fields["end"]} == null'
        assert found['period'].expression == f'${fields["end"]} > ${fields["start"]}'
        make_object(kind, name='a', start='2024-01-01')
        with pytest.raises(Exception, match='The end is after the start'):
            make_object(kind, name='b', start='2024-01-02', end='2024-01-01').full_clean()
        assert 'where end == null' in text_of(browser.get(kind.get_absolute_url()))

    def test_errors_are_shown_and_nothing_is_stored(self, browser):
        wrong = {**CHECK, 'expression': 'ende > start'}
        page = browser.post(PATH, 200, **with_constraints(UNIQUE, wrong))
        assert 'Line 1, column 1: Unknown field “ende”.' in text_of(page)
        first, second = browser.response.context['page'].constraint_rows
        assert (set(first.errors), set(second.errors)) == (set(), {'expression'})
        assert nothing_is_stored()
        assert not CustomObjectTypeConstraint.objects.exists()
        # The fields are still chosen.
        assert page.count('checked') >= 2

    def test_two_of_a_name_are_refused(self, browser):
        browser.post(PATH, 200, **with_constraints(CHECK, CHECK))
        assert browser.response.context['page'].constraint_rows[1].errors
        assert nothing_is_stored()

    def test_a_row_asks_for_what_its_type_needs(self, browser):
        data = with_constraints({'name': 'x', 'type': 'check'})
        page = browser.post(f'{PATH}constraint/', 200, **data, shown='c00000000')
        assert 'name="c00000000-expression"' in page
        assert 'name="c00000000-field_ids"' not in page
        assert '<code>end</code> <code>name</code> <code>start</code>' in page
        page = browser.post(f'{PATH}constraint/', 200, **{**data, 'c00000000-type': 'unique'}, shown='c00000000')
        assert 'name="c00000000-field_ids"' in page
        assert 'value="f00000002"' in page

    def test_preview_sees_them(self, browser):
        page = browser.post(f'{PATH}preview/', 200, **with_constraints(UNIQUE, CHECK))
        assert 'Details' in page
        page = browser.post(f'{PATH}preview/', 200, **with_constraints({**CHECK, 'expression': 'ende > start'}))
        assert 'period: Line 1, column 1' in text_of(page)
        assert nothing_is_stored()


class TestConditions:
    def test_may_read_later_fields(self, browser):
        rows = [
            {'name': 'reason', 'visible_if': "status == 'off'", 'required_if': "status == 'off'"},
            {'name': 'status', 'editable_if': 'reason == null'},
        ]
        browser.post(PATH, **sent(*rows))
        fields = {field.name: field for field in CustomObjectType.objects.get().fields.all()}
        assert fields['reason'].visible_if == f"${fields['status'].pk} == 'off'"
        assert fields['status'].editable_if == f'${fields["reason"].pk} == null'

    def test_errors_are_beside_them(self, browser):
        page = browser.post(PATH, 200, **sent({'name': 'reason', 'visible_if': "state == 'off'"}, {'name': 'status'}))
        assert [set(form.errors) for form in rows_of(browser)] == [{'visible_if'}, set()]
        assert '<div class="designer-drawer" id="f00000000-drawer">' in page
        assert nothing_is_stored()


class TestValues:
    """Values are entered in inputs of their own, never as JSON."""

    def test_defaults_have_the_inputs_of_their_fields(self, browser):
        rows = [
            {'name': 'serial', 'default': 'S 1'},
            {'name': 'price', 'type': 'decimal', 'default': '1.50'},
            {'name': 'active', 'type': 'boolean', 'default': 'False'},
            {'name': 'bought', 'type': 'date', 'default': '2024-05-01'},
            {'name': 'net', 'type': 'ip_prefix', 'default': '10.0.0.0/8'},
            {'name': 'days', 'type': 'array', 'element_type': 'integer', 'default': '1\n2'},
        ]
        browser.post(PATH, **sent(*rows))
        found = {field.name: field.default for field in CustomObjectType.objects.get().fields.all()}
        assert found == {
            'serial': 'S 1', 'price': 1.5, 'active': False, 'bought': '2024-05-01', 'net': '10.0.0.0/8',
            'days': [1, 2],
        }  # fmt: skip

    def test_a_filter_is_the_address_of_a_filtered_list(self, browser):
        site = ObjectType.objects.get_for_model(Site).pk
        rows = [
            {'name': 'place', 'type': 'object', 'related_object_type': site,
             'related_object_filter': 'https://netbox/dcim/sites/?status=active&status=planned&tenant_id=$owner'},
        ]  # fmt: skip
        browser.post(PATH, 200, **sent(*rows))
        assert 'related_object_filter' in rows_of(browser)[0].errors
        rows[0]['related_object_filter'] = '/dcim/sites/?status=active&status=planned'
        browser.post(PATH, **sent(*rows))
        field = CustomObjectType.objects.get().fields.get()
        assert field.related_object_filter == {'status': ['active', 'planned']}
