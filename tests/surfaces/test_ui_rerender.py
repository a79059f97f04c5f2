"""Forms that begin with what an address holds: rendered again with what was typed, prefilled by links, or untouched."""

from urllib.parse import urlencode

import pytest

from core.models import ObjectType
from dcim.models import Region, Site

from tests.support.factories import make_choice_set, make_field, make_object, make_type
from tests.surfaces.ui import form_of, text_of

FIELDS = 'custom-object-type-fields/'
ROW = 'custom-object-types/design/row/'
CHECKBOXES = ('primary', 'context', 'required', 'unique', 'is_cloneable', 'deprecated')


def rendered_anew(browser, path, sent):
    """Return the part of the page that htmx fetches with all inputs of the form in the address."""
    return browser.get(f'{path}?{urlencode(sent, doseq=True)}', headers={'HX-Request': 'true'})


class TestFieldForm:
    # As forms send them, and as htmx does, which begins with the input that was changed.
    @pytest.mark.parametrize('twins', [['', 'on'], ['on', '']])
    def test_a_ticked_box_is_learned_with_its_hidden_twin(self, browser, twins):
        kind = make_type('cable')
        path = f'{FIELDS}add/?custom_object_type={kind.pk}&type=multiobject'
        sent = {**form_of(browser.get(path)), 'name': ['ends'], 'is_polymorphic': twins}
        for _time in range(3):
            page = rendered_anew(browser, f'{FIELDS}add/', sent)
            assert 'name="related_object_types"' in page
            assert 'name="related_object_type"' not in page
            # What is fetched is a part of the form.
            sent = form_of(f'<form>{page}</form>')
            assert sent['is_polymorphic'] == ['', 'on']
        targets = [ObjectType.objects.get_for_model(model).pk for model in (Site, Region)]
        browser.post(f'{FIELDS}add/', **{**sent, 'related_object_types': targets})
        field = kind.fields.get()
        assert field.is_polymorphic
        assert {found.pk for found in field.related_object_types.all()} == set(targets)

    def test_a_box_is_unticked_again(self, browser):
        kind = make_type('cable')
        sent = {'custom_object_type': kind.pk, 'type': 'object', 'is_polymorphic': ''}
        page = rendered_anew(browser, f'{FIELDS}add/', sent)
        assert 'name="related_object_type"' in page
        assert form_of(f'<form>{page}</form>')['is_polymorphic'] == ['']

    @pytest.mark.parametrize('type', ['text', 'integer', 'object', 'multiobject', 'array', 'select'])
    def test_everything_typed_is_kept(self, browser, type):
        kind = make_type('cable')
        path = f'{FIELDS}add/?custom_object_type={kind.pk}&type={type}'
        sent = form_of(browser.get(path))
        sent |= {'name': ['a_name'], 'description': ['x "y" <z>'], 'weight': ['7'], 'comments': ['one\r\ntwo']}
        sent |= {name: ['', 'on'] for name in CHECKBOXES if name in sent}
        sent |= {name: ['{"half'] for name in ('default', 'related_object_filter') if name in sent}
        if type in ('object', 'multiobject'):
            sent['related_object_type'] = [str(ObjectType.objects.get_for_model(Site).pk)]
        if type == 'select':
            sent['choice_set'] = [str(make_choice_set('colors', ['red']).pk)]
        # What a default can be is known now.
        known = {'default': ['']} if type in ('object', 'select') else {}
        assert form_of(f'<form>{rendered_anew(browser, f"{FIELDS}add/", sent)}</form>') == known | {
            name: values for name, values in sent.items() if name != 'csrfmiddlewaretoken'
        }

    @pytest.mark.parametrize(
        ('type', 'default'),
        [
            ('text', '"Test"'), ('text', '12'), ('text', 'true'), ('text', 'one\ntwo'), ('text', "it's \\ \"x\""),
            ('longtext', '{"a": 1}\n\n[2]'), ('json', '12'), ('json', 'null'), ('json', 12), ('json', [1, '2']),
            ('json', {'b': 1, 'a': 'ü'}), ('boolean', False), ('integer', 0), ('array', ['1', '"2"']),
        ],
    )  # fmt: skip
    def test_saved_untouched_nothing_changes(self, browser, type, default):
        kind = make_type('cable')
        more = {'element_type': 'text'} if type == 'array' else {}
        field = make_field(kind, 'note', type, default=default, **more)
        path = f'{FIELDS}{field.pk}/edit/'
        browser.post(path, **form_of(browser.get(path)))
        field.refresh_from_db()
        assert field.default == default
        assert field.default.__class__ is default.__class__
        # Nor when an error shows the form again, or when it is rendered again.
        shown = form_of(browser.get(path))
        again = form_of(browser.post(path, 200, **{**shown, 'name': 'Bad Name'}))
        assert again['default'] == shown['default']
        assert form_of(f'<form>{rendered_anew(browser, path, shown)}</form>')['default'] == shown['default']
        # A clone proposes the same.
        field.name, field.pk = 'other', None
        proposed = form_of(browser.get(f'{FIELDS}add/?{urlencode(field.clone(), doseq=True)}'))['default']
        assert proposed == shown['default']

    def test_a_filter_of_targets_is_saved_untouched(self, browser):
        wanted = {'status': ['active', 'planned'], 'q': '12'}
        field = make_field(make_type('cable'), 'place', 'object', target=Site, related_object_filter=wanted)
        path = f'{FIELDS}{field.pk}/edit/'
        browser.post(path, **form_of(browser.get(path)))
        field.refresh_from_db()
        assert field.related_object_filter == wanted


class TestDesigner:
    @pytest.mark.parametrize('twins', [['', 'on'], ['on', '']])
    def test_a_ticked_box_is_learned_with_its_hidden_twin(self, browser, twins):
        key = 'f00000001'
        sent = {'row': key, 'shown': key, f'{key}-type': 'object', f'{key}-name': 'end', f'{key}-required': ['', 'on']}
        sent[f'{key}-is_polymorphic'] = twins
        for _time in range(3):
            page = browser.post(ROW, 200, **sent)
            assert f'name="{key}-related_object_types"' in page
            sent = {**form_of(f'<form>{page}</form>', f'{key}-name'), 'shown': key}
            assert sent[f'{key}-is_polymorphic'] == sent[f'{key}-required'] == ['', 'on']
            assert sent[f'{key}-primary'] == ['']

    def test_a_type_named_twice_is_one_type(self, browser):
        page = browser.post(ROW, 200, row='f00000000', shown='f00000000', **{'f00000000-type': ['text', 'url']})
        assert 'name="f00000000-validation_regex"' in page


class TestObjectForm:
    @pytest.mark.parametrize('document', ['12', '"x"', 'null', 12, {'a': 1}, [], 'a\nb'])
    def test_documents_are_saved_untouched(self, browser, document):
        kind = make_type('cable', fields=[('extra', 'json'), ('name', 'text')])
        obj = make_object(kind, extra=document)
        path = f'cable/{obj.pk}/edit/'
        browser.post(path, **form_of(browser.get(path)))
        obj.refresh_from_db()
        assert obj.extra == document
        assert form_of(browser.post(path, 200, **{**form_of(browser.get(path)), 'name': 'a\x00'}))

    def test_choosing_a_type_keeps_everything_else(self, browser, sites):
        """The form is rendered again when the type of a polymorphic reference is chosen."""
        region = Region.objects.create(name='r', slug='r')
        kind = make_type(
            'cable', fields=[('extra', 'json'), ('active', 'boolean'), ('name', 'text')], config_context_enabled=True
        )
        make_field(kind, 'place', 'object', targets=[Site, Region])
        make_field(kind, 'places', 'multiobject', targets=[Site, Region])
        make_field(kind, 'sites', 'multiobject', target=Site)
        make_field(kind, 'colors', 'multiselect', choices=['red', 'blue'])
        site_type = ObjectType.objects.get_for_model(Site).pk
        typed = {
            'extra': ['{"half'], 'active': ['False'], 'name': ['a'], 'local_context_data': ['{"a": 1'],
            'place__ct': [str(site_type)], 'place__obj': [str(sites[0].pk)],
            'places__dcim__site': [str(sites[1].pk)], 'places__dcim__region': [str(region.pk)],
            'sites': [str(sites[2].pk)], 'colors': ['red'],
        }  # fmt: skip
        shown = form_of(f'<form>{rendered_anew(browser, "cable/add/", typed)}</form>')
        assert {name: shown.get(name) for name in typed} == typed
        obj = make_object(kind, name='old', extra={'old': 1})
        shown = form_of(f'<form>{rendered_anew(browser, f"cable/{obj.pk}/edit/", typed)}</form>')
        assert {name: shown.get(name) for name in typed} == typed
        # The form of bulk edits is fetched by POST.
        typed |= {'pk': [str(obj.pk)], 'background_job': ['', 'on']}
        del typed['local_context_data']
        page = browser.post('cable/bulk-edit/', 200, headers={'HX-Request': 'true'}, **typed)
        shown = form_of(page, 'background_job')
        assert {name: shown.get(name) for name in typed} == typed

    @pytest.mark.parametrize('key', ['2024-02-30', 'x' * 100, '1' * 30])
    def test_what_identifies_no_object_is_left_out(self, browser, key):
        kind = make_type('cable')
        make_field(kind, 'place', 'object', target=Site)
        obj = make_object(kind)
        for path in ('cable/add/', f'cable/{obj.pk}/edit/'):
            for name in ('owner', 'owner_group', 'place'):
                assert key not in form_of(browser.get(f'{path}?{name}={key}')).get(name, []), name


class TestBulkEdit:
    def test_rendered_anew_without_any_object(self, browser):
        kind = make_type('cable')
        for path in ('cable/bulk-edit/', 'custom-object-types/edit/', f'{FIELDS}edit/'):
            browser.post(path, headers={'HX-Request': 'true'}, description='a')
            # All that a filter finds, which is nothing.
            browser.post(f'{path}?id=0', headers={'HX-Request': 'true'}, _all='1')
        obj = make_object(kind)
        assert 'form' in browser.post('cable/bulk-edit/', 200, headers={'HX-Request': 'true'}, pk=obj.pk)


class TestDefaultsOfLinks:
    """Many-valued references have their default on the add page and in new objects, whoever may choose."""

    @pytest.fixture
    def kind(self, sites):
        kind = make_type('cable', fields=[('name', 'text')])
        for mode in ('yes', 'no', 'hidden'):
            make_field(kind, f'plain_{mode}', 'multiobject', target=Site, ui_editable=mode, default=[sites[0].pk])
            default = [{'content_type_id': ObjectType.objects.get_for_model(Site).pk, 'object_id': sites[1].pk}]
            make_field(kind, f'mixed_{mode}', 'multiobject', targets=[Site, Region], ui_editable=mode, default=default)
        return kind

    def test_add(self, browser, kind, sites):
        page = browser.get('cable/add/')
        sent = form_of(page)
        assert sent['plain_yes'] == [str(sites[0].pk)]
        assert sent['mixed_yes__dcim__site'] == [str(sites[1].pk)]
        assert text_of(page).count('Berlin') == 2
        browser.post('cable/add/', **sent)
        self.expect(kind, sites)

    def test_chosen_values_win(self, browser, kind, sites):
        browser.post('cable/add/', name='none')
        browser.post('cable/add/', name='some', plain_yes=[sites[2].pk], plain_no=[sites[2].pk])
        none, some = kind.get_model().objects.order_by('pk')
        assert not none.plain_yes.exists()
        assert not none.mixed_yes.all()
        assert list(some.plain_yes.all()) == [sites[2]]
        assert list(some.plain_no.all()) == list(none.plain_no.all()) == [sites[0]]

    def test_an_edit_brings_none_back(self, browser, kind, sites):
        obj = make_object(kind, name='a')
        browser.post(f'cable/{obj.pk}/edit/', **form_of(browser.get(f'cable/{obj.pk}/edit/')))
        assert not any(
            getattr(obj, f'{kind}_{mode}').all() for kind in ('plain', 'mixed') for mode in ('yes', 'no', 'hidden')
        )

    def test_import(self, browser, kind, sites):
        sent = {'format': 'csv', 'csv_delimiter': ',', 'import_method': 'direct'}
        browser.post('cable/bulk-import/', data='name\na\n', **sent)
        self.expect(kind, sites)
        browser.post('cable/bulk-import/', data='name,plain_yes,mixed_yes\nb,,\n', **sent)
        obj = kind.get_model().objects.get(name='b')
        assert not obj.plain_yes.exists()
        assert list(obj.plain_hidden.all()) == [sites[0]]

    def expect(self, kind, sites):
        (obj,) = kind.get_model().objects.all()
        for mode in ('yes', 'no', 'hidden'):
            assert list(getattr(obj, f'plain_{mode}').all()) == [sites[0]], mode
            assert list(getattr(obj, f'mixed_{mode}').all()) == [sites[1]], mode
