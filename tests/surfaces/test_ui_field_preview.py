"""The preview beside the editor of fields: errors, the plan, and how the field will look; nothing is ever saved."""

import pytest
from django.test import override_settings

from core.models import ObjectChange
from dcim.models import Site

from netbox_custom_objects.choices import CustomObjectFieldTypeChoices
from netbox_custom_objects.field_types import FIELD_TYPES
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from tests.field_types.cases import SAMPLED
from tests.support.factories import make_choice_set, make_field, make_object, make_type
from tests.surfaces.rest import make_user
from tests.surfaces.ui import Browser, text_of

PATH = 'custom-object-type-fields/'
DEFAULTS = {
    'search_weight': '500', 'filter_logic': 'loose', 'ui_visible': 'always', 'ui_editable': 'yes', 'weight': '100',
    'on_delete_behavior': 'set_null',
}  # fmt: skip


@pytest.fixture
def kind(db):
    return make_type('cable')


def preview(browser, kind, field=None, expect=200, **sent):
    before = list(CustomObjectTypeField.objects.values()), ObjectChange.objects.count()
    path = f'{PATH}{field.pk}/preview/' if field else f'{PATH}preview/'
    page = browser.post(path, expect, custom_object_type=kind.pk, **{**DEFAULTS, 'type': 'text', **sent})
    assert (list(CustomObjectTypeField.objects.values()), ObjectChange.objects.count()) == before
    return text_of(page)


def test_the_editor_asks_for_it(browser, kind):
    assert f'/plugins/custom-objects/{PATH}preview/' in browser.get(f'{PATH}add/?custom_object_type={kind.pk}')
    field = make_field(kind, 'serial')
    assert f'/plugins/custom-objects/{PATH}{field.pk}/preview/' in browser.get(f'{PATH}{field.pk}/edit/')


@pytest.mark.parametrize('type', CustomObjectFieldTypeChoices.values())
def test_every_type_is_shown(browser, kind, type):
    needs = {
        'select': lambda: {'choice_set': make_choice_set('colors', ['red', 'blue']).pk},
        'object': lambda: {'related_object_type': object_type()},
        'array': lambda: {'element_type': 'date'},
        'computed': lambda: {'result_type': 'integer', 'expression': '1 + 2'},
        'rollup': lambda: {
            'referring_field': make_field(kind, 'parent', 'object', target=kind).pk,
            'aggregate': 'count',
        },
    }
    needs |= {'multiselect': needs['select'], 'multiobject': needs['object']}
    text = preview(browser, kind, name='thing', label='A thing', type=type, **needs.get(type, dict)())
    inputs = 'No input: the value is calculated.' if FIELD_TYPES[type].is_calculated else 'A thing'
    for words in ('Instant', f'In forms {inputs}', 'In lists A thing', 'In the REST API { "thing'):
        assert words in text
    assert 'Refused' not in text


@pytest.mark.parametrize('case', [case for case in SAMPLED if case.is_polymorphic], ids=str)
def test_polymorphic_fields_are_shown(browser, kind, case):
    targets = [target for target in case.needs()['targets'] if not isinstance(target, CustomObjectType)]
    pks = [object_type(target) for target in targets]
    text = preview(
        browser, kind, name='thing', type=case.type, is_polymorphic='on', related_object_types=pks, label='A thing'
    )
    assert 'In lists A thing' in text
    assert '"_content_type": "dcim.' in text


def object_type(model=Site):
    from core.models import ObjectType

    return ObjectType.objects.get_for_model(model).pk


class TestErrors:
    def test_what_is_empty_is_missing_and_no_error(self, browser, kind):
        text = preview(browser, kind, type='select')
        assert 'Still missing: ' in text
        assert 'Name' in text
        assert 'Choice set' in text
        assert 'alert' not in browser.response.content.decode()

    @pytest.mark.parametrize(
        ('sent', 'words'),
        [
            ({'name': 'With Space'}, 'Name: Only lower-case'),
            ({'name': 'id'}, 'Name:'),
            ({'validation_regex': '('}, 'Validation regex:'),
            ({'type': 'integer', 'default': 'x'}, 'Default value:'),
            ({'type': 'integer', 'validation_minimum': '9', 'validation_maximum': '1'}, 'Minimum value:'),
            ({'type': 'nonsense'}, 'Type:'),
        ],
    )
    def test_names_what_is_wrong(self, browser, kind, sent, words):
        assert words.lower() in preview(browser, kind, **{'name': 'thing', **sent}).lower()

    def test_filters_that_cannot_be_read(self, browser, kind):
        for text in ('//[?status=active', 'name=%00', 'status'):
            sent = {'name': 'thing', 'type': 'object', 'related_object_type': object_type()}
            assert 'Only objects that match:' in preview(browser, kind, related_object_filter=text, **sent), text

    def test_addresses_that_propose_no_default(self, browser, kind):
        target = f'is_polymorphic=on&related_object_types={object_type()}'
        for type, document in (('object', '5'), ('multiobject', '5'), ('multiobject', '{"a": 1}'), ('object', '[[1]]')):
            browser.get(f'{PATH}add/?custom_object_type={kind.pk}&type={type}&{target}&default_json={document}')


class TestPlan:
    def test_a_label_changes_no_table(self, browser, kind):
        field = make_field(kind, 'serial')
        assert 'Instant No table is changed.' in preview(browser, kind, field, name='serial', label='No.')

    def test_a_conversion_is_instant_while_the_table_is_small(self, browser, kind):
        field = make_field(kind, 'amount', 'text')
        make_object(kind, amount='5')
        text = preview(browser, kind, field, name='amount', type='integer')
        assert 'Instant' in text
        assert f'Convert column f_{field.pk}' in text
        assert '1 row, instant' in text

    def test_values_that_do_not_convert_are_refused(self, browser, kind):
        field = make_field(kind, 'amount', 'text')
        make_object(kind, amount='many')
        text = preview(browser, kind, field, name='amount', type='integer')
        assert 'Refused' in text
        assert "'many'" in text

    def test_a_large_table_needs_a_job(self, browser, kind, settings):
        field = make_field(kind, 'amount', 'text')
        for number in range(2):
            make_object(kind, amount=str(number))
        ours = {**settings.PLUGINS_CONFIG['netbox_custom_objects'], 'inline_row_limit': 1}
        with override_settings(PLUGINS_CONFIG={**settings.PLUGINS_CONFIG, 'netbox_custom_objects': ours}):
            assert 'Background job' in preview(browser, kind, field, name='amount', unique='on')
            text = preview(browser, kind, field, name='amount', indexed='on')
            assert f'Create index on f_{field.pk}, id' in text
            assert f'Create index for how texts begin on f_{field.pk}' in text
            assert 'Background job' in text
            text = preview(browser, kind, field, name='amount', type='integer')
        assert 'Background job' in text
        assert 'type: text → integer' in text


class TestRights:
    def test_are_those_of_the_editor(self, kind):
        field = make_field(kind, 'serial')
        guest = Browser(make_user('guest', (CustomObjectType, ['view'], None)))
        preview(guest, kind, expect=403, name='thing')
        preview(guest, kind, field, expect=403, name='serial')
        editor = Browser(
            make_user('editor', (CustomObjectType, ['view'], None), (CustomObjectTypeField, ['change'], None))
        )
        preview(editor, kind, expect=403, name='thing')
        assert 'Instant' in preview(editor, kind, field, name='serial')

    def test_objects_are_shown_to_those_who_may_view_them(self, kind):
        Site.objects.create(name='Secret place', slug='secret')
        grants = (CustomObjectType, ['view'], None), (CustomObjectTypeField, ['add'], None)
        sent = {'name': 'place', 'type': 'object', 'related_object_type': object_type()}
        assert 'Secret' not in preview(Browser(make_user('a', *grants)), kind, **sent)
        assert 'Secret place' in preview(Browser(make_user('b', *grants, (Site, ['view'], None))), kind, **sent)
