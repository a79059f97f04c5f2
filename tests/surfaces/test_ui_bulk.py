"""Bulk rename, and the ways in which files are imported, beyond what NetBox's own cases look at."""

import json

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile

from core.models import DataFile, DataSource, ObjectChange
from dcim.models import Region, Site

from tests.support.factories import make_field, make_object, make_sites, make_type
from tests.surfaces.rest import make_user
from tests.surfaces.ui import Browser, form_of, text_of


@pytest.fixture
def kind(db):
    kind = make_type('cable', fields=[{'name': 'name', 'type': 'text', 'primary': True}, ('note', 'longtext')])
    make_field(kind, 'amount', 'integer')
    return kind


def rename(browser, kind, expect=302, button='_apply', names=('name',), **sent):
    pks = list(kind.get_model().objects.values_list('pk', flat=True))
    sent = {'pk': pks, 'find': 'a', 'replace': 'b', 'field_names': names, button: '1', **sent}
    return browser.post('cable/bulk-rename/', expect, **sent)


def values(kind, *names):
    return list(kind.get_model().objects.order_by('pk').values_list(*names or ['name'], flat=len(names) < 2))


class TestRename:
    def test_replaces_in_the_fields_that_were_chosen(self, browser, kind):
        make_object(kind, name='aa', note='a')
        make_object(kind, name='x', note='ya')
        rename(browser, kind, names=['name', 'note'])
        assert values(kind, 'name', 'note') == [('bb', 'b'), ('x', 'yb')]
        rename(browser, kind, find='^(.)', replace=r'<\1>', use_regex='on')
        assert values(kind) == ['<b>b', '<x>']

    def test_the_preview_stores_nothing(self, browser, kind):
        make_object(kind, name='cat')
        assert 'cat cbt' in text_of(rename(browser, kind, 200, '_preview'))
        assert values(kind) == ['cat']
        assert not ObjectChange.objects.exists()

    def test_only_the_name_is_ticked_at_first(self, browser, kind):
        make_field(kind, 'remark', label='What else')
        obj = make_object(kind, name='a')
        page = browser.post('cable/bulk-rename/', 200, pk=[obj.pk])
        assert form_of(page, 'find')['field_names'] == ['name']
        text = text_of(page)
        assert 'Current Name New Name a' in text
        assert 'Current Note' not in text
        assert 'What else' in text

    def test_an_empty_text_is_no_word(self, browser, kind):
        make_object(kind, name='a')
        page = rename(browser, kind, 200, '_preview', names=['name', 'note'])
        assert 'Current Note New Note a b —' in text_of(page)
        assert 'None' not in text_of(page)
        assert form_of(page, 'find')['field_names'] == ['name', 'note']

    def test_at_least_one_field_is_needed(self, browser, kind):
        make_object(kind, name='a')
        rename(browser, kind, 200, names=[])
        assert 'Select at least one field' in str(browser.errors)

    def test_what_is_null_stays_null_and_what_loses_its_text_becomes_null(self, browser, kind):
        make_object(kind, name='a', note='a')
        make_object(kind, name='c')
        rename(browser, kind, replace='', names=['note'])
        assert values(kind, 'note') == [None, None]

    @pytest.mark.parametrize(
        ('rules', 'sent', 'words'),
        [
            ({'required': True}, {'replace': ''}, 'cannot be blank'),
            ({'unique': True}, {'replace': 'taken', 'find': 'a1'}, 'already exists'),
            ({'validation_regex': '^a'}, {}, 'name:'),
        ],
    )
    def test_rules_hold_for_every_object(self, browser, kind, rules, sent, words):
        for name in ('a1', 'a2', 'ataken', 'taken'):
            if not (rules.get('validation_regex') and name == 'taken'):
                make_object(kind, name=name)
        field = kind.fields.get(name='name')
        for rule, value in rules.items():
            setattr(field, rule, value)
        field.full_clean()
        field.save()
        before = values(kind)
        found = {'find': '^a1$', 'use_regex': 'on'} if 'find' in sent else {'find': '^a1$|^a', 'use_regex': 'on'}
        page = rename(browser, kind, 200, **{**found, **sent, 'find': sent.get('find', found['find'])})
        assert words in page
        assert values(kind) == before

    def test_a_bad_pattern_is_refused(self, browser, kind):
        make_object(kind, name='a')
        rename(browser, kind, 200, find='(', use_regex='on')
        assert 'find' in browser.errors

    def test_is_not_offered_without_text_fields(self, browser):
        make_type('number', fields=[('amount', 'integer')])
        assert 'bulk-rename' not in browser.get('number/')
        hidden = make_type('hidden')
        make_field(hidden, 'name', ui_editable='no')
        assert 'bulk-rename' not in browser.get('hidden/')

    def test_is_offered_with_them(self, browser, kind):
        assert '/plugins/custom-objects/cable/bulk-rename/' in browser.get('cable/')
        reader = Browser(make_user('reader', (kind, ['view'], None)))
        assert 'bulk-rename' not in reader.get('cable/')

    def test_takes_all_that_match_the_filter(self, browser, kind):
        for name in ('a1', 'a2', 'xa'):
            make_object(kind, name=name)
        browser.post('cable/bulk-rename/?name__isw=a', 200, _all='on')
        pks = list(browser.response.context['form'].initial['pk'])
        browser.post('cable/bulk-rename/', pk=pks, find='a', replace='b', field_names=['name'], _apply='1')
        assert values(kind) == ['b1', 'b2', 'xa']


RECORDS = [{'name': 'one', 'amount': 1}, {'name': 'two', 'note': 'a\nb'}]


class TestImport:
    def test_reads_yaml(self, browser, kind):
        for text in (yaml.safe_dump(RECORDS), '---\nname: three\n---\nname: four\n'):
            browser.post('cable/bulk-import/', data=text, format='yaml', import_method='direct')
        assert values(kind, 'name', 'note') == [('one', None), ('two', 'a\nb'), ('three', None), ('four', None)]

    @pytest.mark.parametrize(
        ('name', 'text'), [('c.json', json.dumps(RECORDS)), ('c.csv', 'name,amount\none,1\ntwo,\n')]
    )
    def test_reads_uploaded_files(self, browser, kind, name, text):
        file = SimpleUploadedFile(name, text.encode())
        browser.post(
            'cable/bulk-import/', upload_file=file, format='auto', csv_delimiter='auto', import_method='upload'
        )
        assert values(kind) == ['one', 'two']

    def test_reads_files_of_data_sources(self, browser, kind):
        source = DataSource.objects.create(name='Git', type='local', source_url='file:///nowhere')
        text = b'name,amount\none,1\n'
        file = DataFile.objects.create(
            source=source,
            path='cables.csv',
            last_updated='2026-01-01T00:00:00Z',
            size=len(text),
            hash='0' * 64,
            data=text,
        )
        browser.post(
            'cable/bulk-import/', data_source=source.pk, data_file=file.pk, format='auto', csv_delimiter='auto',
            import_method='datafile',
        )  # fmt: skip
        assert values(kind, 'name', 'amount') == [('one', 1)]

    def test_one_bad_row_of_a_hundred_is_named_and_none_is_stored(self, browser, kind):
        rows = [f'cable {number},{number}' for number in range(1, 101)]
        rows[56] = 'cable 57,many'
        data = {'format': 'csv', 'csv_delimiter': ',', 'import_method': 'direct'}
        page = text_of(browser.post('cable/bulk-import/', 200, data='\n'.join(['name,amount', *rows]), **data))
        assert 'Record 57 amount: Enter a whole number.' in page
        assert values(kind) == []
        rows[56] = 'cable 57,57'
        browser.post('cable/bulk-import/', data='\n'.join(['name,amount', *rows]), **data)
        assert len(values(kind)) == 100

    def test_names_references_by_name_or_id(self, browser, kind):
        other = make_type('plug', fields=[{'name': 'title', 'type': 'text', 'primary': True}])
        make_field(kind, 'plug', 'object', target=other)
        first, second = (make_object(other, title=title) for title in ('first', 'second'))
        data = {'format': 'csv', 'csv_delimiter': ',', 'import_method': 'direct'}
        browser.post('cable/bulk-import/', data='name,plug\na,first\n', **data)
        browser.post('cable/bulk-import/', data=f'name,plug.id\nb,{second.pk}\n', **data)
        assert values(kind, 'plug') == [first.pk, second.pk]
        page = text_of(browser.post('cable/bulk-import/', 200, data='name,plug\nc,third\n', **data))
        assert 'Record 1 plug: Object not found: third' in page


class TestLinks:
    """References to several objects: added to, taken from and replaced, for many objects at once."""

    @pytest.fixture
    def thing(self, db):
        return make_type('thing', fields=[
            {'name': 'title'}, {'name': 'places', 'type': 'multiobject', 'target': Site},
            {'name': 'any', 'type': 'multiobject', 'targets': [Site, Region]},
        ])  # fmt: skip

    def edit(self, browser, objects, expect=302, **sent):
        return browser.post('thing/bulk-edit/', expect, pk=[obj.pk for obj in objects], _apply='1', **sent)

    def test_adds_removes_and_replaces(self, browser, thing):
        a, b, c = make_sites()
        region = Region.objects.create(name='North', slug='north')
        objects = [make_object(thing, title='1', places=[a], any=[a]), make_object(thing, title='2', places=[b])]
        self.edit(browser, objects, places__add=[c.pk], any__add__dcim__region=[region.pk])
        assert [set(obj.places.all()) for obj in objects] == [{a, c}, {b, c}]
        assert [set(obj.any.all()) for obj in objects] == [{a, region}, {region}]
        ObjectChange.objects.all().delete()
        self.edit(browser, objects, places__remove=[a.pk], any__remove__dcim__site=[a.pk])
        assert [set(obj.places.all()) for obj in objects] == [{c}, {b, c}]
        assert [set(obj.any.all()) for obj in objects] == [{region}, {region}]
        assert ObjectChange.objects.get(changed_object_id=objects[0].pk).postchange_data
        self.edit(browser, objects, places=[a.pk], places__add=[b.pk])
        assert [set(obj.places.all()) for obj in objects] == [{a, b}, {a, b}]
        self.edit(browser, objects, _nullify=['places'])
        assert not objects[0].places.exists()

    def test_offers_what_may_be_viewed_and_keeps_the_rest(self, thing):
        a, b, c = make_sites()
        obj = make_object(thing, places=[a, b])
        grants = (thing, ['view', 'change'], None), (Site, ['view'], {'name__in': ['Berlin', 'Dakar']})
        editor = Browser(make_user('editor', *grants))
        self.edit(editor, [obj], places__add=[c.pk], places__remove=[a.pk])
        assert set(obj.places.all()) == {b, c}
        self.edit(editor, [obj], 200, places__remove=[b.pk])
        assert 'places__remove' in editor.errors
        assert set(obj.places.all()) == {b, c}

    def test_a_required_reference_keeps_one(self, browser, thing):
        thing.fields.filter(name='places').update(required=True)
        a, *_others = make_sites()
        obj = make_object(thing, places=[a])
        page = self.edit(browser, [obj], 200, places__remove=[a.pk])
        assert 'required' in text_of(page)
        assert obj.places.get() == a
