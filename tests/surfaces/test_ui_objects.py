"""Lists and detail pages of custom objects, as a browser sees them."""

import csv
import io
import re
from html import unescape
from urllib.parse import unquote, urlencode

import pytest

from core.models import ObjectChange
from dcim.models import Site
from extras.models import CustomLink, ExportTemplate, ImageAttachment, JournalEntry, SavedFilter, TableConfig, Tag
from tenancy.models import Contact, ContactAssignment, ContactRole
from utilities.tables import get_table_for_model

from netbox_custom_objects import forms, tables
from netbox_custom_objects.dynamic_forms import build_filterset_form_class
from tests.support.factories import make_field, make_object, make_type
from tests.support.files import picture
from tests.surfaces.ui import form_of, text_of


class TestList:
    def test_shows_every_field(self, browser, every_kind, values):
        make_object(every_kind, **values)
        names = [field.name for field in every_kind.get_model()._definition.fields]
        text = text_of(browser.get(f'every-kind/?include_columns={",".join(names)}'))
        for shown in ('First', 'long', '7', '1.50', '2024-05-01', 'Example', 'Red', 'Red Blue', 'Berlin', 'Cairo'):
            assert shown in text
        assert 'https://example.com/a' not in text  # it stands in the link

    def test_the_primary_field_links_to_the_object(self, browser, every_kind, values):
        obj = make_object(every_kind, **values)
        assert f'<a href="{obj.get_absolute_url()}">First</a>' in browser.get('every-kind/')

    def test_shows_eight_columns_unless_a_user_chose_others(self, browser):
        names = [f'a{n:02}' for n in range(20)]
        kind = make_type('cable', fields=[(name, 'text') for name in names])
        for name, field_type in (('a_text', 'longtext'), ('a_tree', 'json')):
            make_field(kind, name, field_type, weight=1)
        make_field(kind, 'a_sites', 'multiobject', target=Site, weight=1)
        make_field(kind, 'places', 'multiobject', targets=[Site], weight=1)
        make_field(kind, 'name', primary=True)
        make_field(kind, 'needed', 'integer', required=True)
        make_object(kind, name='x', needed=1)
        page = browser.get('cable/')
        assert re.search(r'<td class="[^"]*text-end[^"]*">\s*1\s*<', page)
        shown = [name for name, _label in browser.response.context['table'].selected_columns]
        # What links to the object is among them, wherever it stands.
        assert shown == ['id', *names[:6], 'name', 'needed']
        assert len(browser.get('cable/?export').splitlines()[0].split(',')) > len(names)

    def test_hidden_fields_have_no_column(self, browser):
        kind = make_type('cable', fields=[('name', 'text'), {'name': 'secret', 'ui_visible': 'hidden'}])
        make_object(kind, name='a', secret='whisper')
        assert 'whisper' not in browser.get('cable/')
        assert 'secret' not in browser.get('cable/?export').splitlines()[0].lower()

    def test_columns_are_configurable_per_user(self, browser, every_kind, values):
        make_object(every_kind, **values)
        browser.get('every-kind/')
        user = browser.response.wsgi_request.user
        user.config.set(f'tables.Table{every_kind.pk}ModelTable.columns', ['amount', 'custom_object_type'], commit=True)
        text = text_of(browser.get('every-kind/'))
        assert 'Every_kind' in text
        assert 'First' not in text

    def test_sorts(self, browser, every_kind):
        for title, amount in (('b', 1), ('a', 2), ('c', 0)):
            make_object(every_kind, title=title, amount=amount)
        rows = list(csv.DictReader(browser.get('every-kind/?sort=-amount&export').splitlines()))
        assert [row['Title'] for row in rows] == ['a', 'b', 'c']

    def test_sorts_by_every_column(self, browser, every_kind, values):
        make_object(every_kind, **values)
        browser.get('every-kind/')
        columns = browser.response.context['table'].columns.iterall()
        # NetBox's column of buttons says that it can be sorted by, and cannot.
        names = [column.name for column in columns if column.orderable and column.name != 'actions']
        assert {'id', 'title', 'extra', 'colors', 'place', 'owner', 'created'} <= set(names)
        for name in names:
            assert 'First' in text_of(browser.get(f'every-kind/?sort={name}')), name

    @pytest.mark.parametrize(
        ('query', 'titles'),
        [
            ('q=first', ['First']),
            ('title=ir', ['First']),
            ('amount=7', ['First']),
            ('amount__gt=7', ['Second']),
            ('color=red', ['First']),
            ('active=true', ['First']),
            ('bought=2024-05-01', ['First']),
            ('tag=blue', ['Second']),
            ('color=red&color=green', ['First', 'Second']),
        ],
    )
    def test_filters(self, browser, every_kind, values, query, titles):
        make_object(every_kind, **values)
        second = make_object(every_kind, title='Second', amount=8, color='green')
        second.tags.add(Tag.objects.create(name='Blue', slug='blue'))
        rows = list(csv.DictReader(browser.get(f'every-kind/?{query}&export').splitlines()))
        assert [row['Title'] for row in rows] == titles
        browser.get(f'every-kind/?{query}')

    def test_words_say_how_a_filter_compares(self, browser):
        fields = [{'name': logic, 'filter_logic': logic} for logic in ('loose', 'exact')]
        make_type('cable', fields=[*fields, ('amount', 'integer')])
        for query in ('', '?loose=a&exact=a', '?loose__ic=a'):
            browser.get(f'cable/{query}')
            inputs = browser.response.context['filter_form'].fields
            first = {name: inputs[name].widget.lookups[0] for name in ('loose', 'exact', 'amount')}
            assert first == {'loose': ('ic', 'contains'), 'exact': ('exact', 'is'), 'amount': ('exact', 'is')}
            codes = [code for code, _words in inputs['loose'].widget.lookups]
            assert len(codes) == len(set(codes))
            assert 'exact' not in codes
        # What the address asks for is shown, whichever way it is asked.
        for query in ('loose=a', 'loose__ic=a'):
            assert form_of(browser.get(f'cable/?{query}'), 'loose')['loose'] == ['a']

    def test_filters_by_reference(self, browser, every_kind, values, sites):
        make_object(every_kind, **values)
        assert 'First' in text_of(browser.get(f'every-kind/?place={sites[0].pk}'))
        assert 'First' not in text_of(browser.get(f'every-kind/?place={sites[1].pk}'))
        assert 'First' in text_of(browser.get(f'every-kind/?places_id={sites[1].pk}'))

    def test_an_unknown_type_is_not_found(self, browser):
        browser.get('no-such-type/', expect=404)

    def test_a_renamed_slug_moves_the_page_at_once(self, browser, every_kind):
        every_kind.slug = 'elsewhere'
        every_kind.save()
        browser.get('elsewhere/')
        browser.get('every-kind/', expect=404)

    def test_follows_a_new_field_at_once(self, browser, every_kind):
        browser.get('every-kind/')
        make_field(every_kind, 'weight', 'integer', label='Mass')
        assert 'Mass' in text_of(browser.get('every-kind/'))

    def test_refers_to_what_is_gone(self, browser, every_kind, values):
        """No database constraint protects a reference: a page must stand a dangling one."""
        obj = make_object(every_kind, **values)
        Site.objects.filter(pk=obj.place_id)._raw_delete('default')
        browser.get('every-kind/')
        browser.get(f'every-kind/{obj.pk}/')


class TestExport:
    def test_exports_plain_values(self, browser, every_kind, values):
        make_object(every_kind, **values)
        (row,) = csv.DictReader(browser.get('every-kind/?export').splitlines())
        assert 'text/csv' in browser.response['Content-Type']
        assert row['Title'] == 'First'
        assert row['Web'] == 'https://example.com/a'
        assert row['Place'] == 'Berlin'
        assert row['Places'] in ('Berlin,Cairo', 'Berlin, Cairo')
        assert row['Colors'] == 'red,blue'
        assert row['Extra'] == '{"a": [1]}'
        assert not any('<' in value for value in row.values())

    def test_exports_the_current_view(self, browser, every_kind, values):
        make_object(every_kind, **values)
        header = browser.get('every-kind/?export=table').splitlines()[0]
        assert 'Title' in header
        assert 'Created' not in header

    def test_what_is_exported_for_import_can_be_imported(self, browser, every_kind, values):
        make_object(every_kind, **values)
        rows = list(csv.reader(browser.get('every-kind/?export=importable').splitlines()))
        assert rows[0][0] == 'id'
        file = io.StringIO()
        # Without the IDs, copies are made.
        csv.writer(file).writerows(row[1:] for row in rows)
        sent = {'data': file.getvalue(), 'format': 'csv', 'csv_delimiter': ',', 'import_method': 'direct'}
        browser.post('every-kind/bulk-import/', **sent)
        first, copy = every_kind.get_model().objects.order_by('pk')
        for field in first._definition.fields:
            if field.name != 'places':
                assert getattr(first, field.name) == getattr(copy, field.name), field.name
        assert list(first.places.all()) == list(copy.places.all())

    def test_renders_export_templates(self, browser, every_kind, values):
        make_object(every_kind, **values)
        template = ExportTemplate.objects.create(
            name='titles', template_code='{% for obj in queryset %}{{ obj.title }};{% endfor %}'
        )
        template.object_types.add(every_kind.object_type)
        assert 'export=titles' in browser.get('every-kind/')
        assert browser.get('every-kind/?export=titles') == 'First;'


class TestDetail:
    def test_shows_every_field(self, browser, every_kind, values):
        obj = make_object(every_kind, **values)
        page = browser.get(f'every-kind/{obj.pk}/')
        text = text_of(page)
        for shown in ('First', '7', '1.50', '2024-05-01 10:00', 'Example', 'Red Blue', 'Berlin'):
            assert shown in text
        assert '<em>long</em>' in page
        assert 'href="https://example.com/a"' in page
        assert f'netbox_custom_objects.every-kind:{obj.pk}' in text

    def test_groups_fields(self, browser):
        kind = make_type('cable', verbose_name='Cable', fields=[
            {'name': 'name'}, {'name': 'price', 'group_name': 'Purchase', 'description': 'without tax'},
        ])  # fmt: skip
        obj = make_object(kind, name='a', price='5')
        text = text_of(browser.get(f'cable/{obj.pk}/'))
        assert text.index('Name a') < text.index('Purchase') < text.index('Price 5')
        assert 'title="without tax"' in browser.get(f'cable/{obj.pk}/')

    def test_obeys_ui_visible(self, browser):
        kind = make_type('cable', fields=[
            {'name': 'always'}, {'name': 'sometimes', 'ui_visible': 'if-set'},
            {'name': 'never', 'ui_visible': 'hidden'},
        ])  # fmt: skip
        bare, full = make_object(kind), make_object(kind, always='1', sometimes='2', never='whisper')
        text = text_of(browser.get(f'cable/{bare.pk}/'))
        assert 'Always —' in text
        assert 'Sometimes' not in text
        text = text_of(browser.get(f'cable/{full.pk}/'))
        assert 'Sometimes 2' in text
        assert 'Never' not in text

    def test_escapes_what_users_wrote(self, browser):
        kind = make_type(
            'cable', fields=[{'name': 'name', 'label': '<b>x', 'description': '"><b>y'}, ('extra', 'json')]
        )
        obj = make_object(kind, name='<script>alert(1)</script>', extra={'a': '<script>alert(2)</script>'})
        for page in ('cable/', f'cable/{obj.pk}/', 'cable/add/', f'cable/{obj.pk}/edit/', 'cable/bulk-import/'):
            found = browser.get(page)
            for bad in ('<script>alert', '<b>x', '<b>y'):
                assert bad not in found, page

    def test_lists_what_a_multiobject_field_points_at(self, browser, every_kind, values):
        obj = make_object(every_kind, **values)
        assert f'every-kind/{obj.pk}/links/places/?embedded=True' in browser.get(f'every-kind/{obj.pk}/')
        text = text_of(browser.get(f'every-kind/{obj.pk}/links/places/?embedded=True', headers={'HX-Request': 'true'}))
        assert 'Berlin' in text
        assert 'Cairo' in text
        assert 'Dakar' not in text
        browser.get(f'every-kind/{obj.pk}/links/title/', expect=404)
        browser.get(f'every-kind/{obj.pk}/links/nothing/', expect=404)

    def test_editing_from_an_embedded_table_leads_back_to_the_object(self, browser, every_kind, values):
        kind = make_type('cable', fields=[{'name': 'ends', 'type': 'multiobject', 'target': every_kind}])
        make_field(kind, 'places', 'multiobject', targets=[Site])
        end = make_object(every_kind, **values)
        obj = make_object(kind, ends=[end], places=[values['place']])
        page = obj.get_absolute_url()
        tables = re.findall(r'hx-get="([^"]+/links/[^"]+)"', browser.get(page))
        assert len(tables) == 2
        for address in tables:
            found = browser.get(unescape(address), headers={'HX-Request': 'true'})
            links = re.findall(r'href="[^"]+/(?:edit|delete)/\?return_url=([^"]*)"', found)
            assert links
            assert set(map(unquote, links)) == {page}, address
            # Sorting asks for the same.
            assert all('return_url' in unescape(again) for again in re.findall(r'hx-get="([^"]+sort=[^"]*)"', found))

    def test_links_to_objects_of_types(self, browser, every_kind):
        target = make_object(every_kind, title='Target')
        kind = make_type('cable', fields=[{'name': 'end', 'type': 'object', 'target': every_kind},
                                          {'name': 'ends', 'type': 'multiobject', 'target': every_kind}])  # fmt: skip
        obj = make_object(kind, end=target, ends=[target])
        assert f'<a href="{target.get_absolute_url()}">Target</a>' in browser.get(f'cable/{obj.pk}/')
        assert 'Target' in text_of(browser.get(f'cable/{obj.pk}/links/ends/'))

    def test_an_unknown_object_is_not_found(self, browser, every_kind):
        browser.get('every-kind/4711/', expect=404)

    def test_clones(self, browser, sites):
        kind = make_type('cable', fields=[
            {'name': 'name', 'is_cloneable': True}, {'name': 'serial'},
            {'name': 'places', 'type': 'multiobject', 'target': Site, 'is_cloneable': True},
        ])  # fmt: skip
        obj = make_object(kind, name='copy me', serial='4711', places=sites[:2])
        page = browser.get(f'cable/{obj.pk}/')
        assert f'cable/add/?name=copy+me&amp;places={sites[0].pk}&amp;places={sites[1].pk}' in page
        form = ' '.join(browser.get(f'cable/add/?name=copy+me&places={sites[0].pk}&places={sites[1].pk}').split())
        assert 'value="copy me"' in form
        assert f'<option value="{sites[1].pk}" selected >Cairo' in form


class TestFeatures:
    """What NetBox stores per model or table, and looks up by name."""

    def test_table_configurations(self, browser, every_kind, values):
        make_object(every_kind, **values)
        name = f'Table{every_kind.pk}ModelTable'
        query = f'object_type={every_kind.object_type.pk}&table={name}&columns=amount&ordering=-amount'
        assert 'Amount' in browser.get(f'/extras/table-configs/add/?{query}')
        browser.post(
            f'/extras/table-configs/add/?{query}', name='Mine', weight=1000, enabled='on', columns=['amount'],
            object_type=every_kind.object_type.pk, table=name,
        )  # fmt: skip
        config = TableConfig.objects.get()
        text = text_of(browser.get(f'every-kind/?tableconfig_id={config.pk}'))
        assert '7' in text
        assert 'First' not in text

    def test_saved_filters(self, browser, every_kind, values):
        make_object(every_kind, **values)
        make_object(every_kind, title='Second')
        saved = SavedFilter.objects.create(name='Sevens', slug='sevens', parameters={'amount': [7]})
        saved.object_types.add(every_kind.object_type)
        text = text_of(browser.get(f'every-kind/?filter_id={saved.pk}'))
        assert 'First' in text
        assert 'Second' not in text
        browser.get(f'/extras/saved-filters/{saved.pk}/')

    def test_custom_links(self, browser, every_kind, values):
        obj = make_object(every_kind, **values)
        link = CustomLink.objects.create(name='Map', link_text='Map of {{ object.title }}', link_url='https://map.org')
        link.object_types.add(every_kind.object_type)
        assert 'Map of First' in browser.get(f'every-kind/{obj.pk}/')
        browser.get('every-kind/')

    def test_names_that_others_look_up(self, every_kind):
        model = every_kind.get_model()
        assert get_table_for_model(model).__name__ == f'Table{every_kind.pk}ModelTable'
        form = build_filterset_form_class(model)
        assert form.__name__ == f'Table{every_kind.pk}ModelFilterForm'
        assert getattr(forms, form.__name__) is form
        for module in (forms, tables):
            with pytest.raises(AttributeError):
                module.Table4711ModelTable  # noqa: B018
        assert every_kind.get_model() is model


class TestTabs:
    def test_offers_them(self, browser, every_kind):
        obj = make_object(every_kind, title='a')
        page = browser.get(f'every-kind/{obj.pk}/')
        for tab in ('journal', 'changelog', 'contacts'):
            assert f'href="/plugins/custom-objects/every-kind/{obj.pk}/{tab}/"' in page

    def test_journal_entries_are_added_from_the_tab(self, browser, every_kind):
        obj = make_object(every_kind, title='a')
        assert '/extras/journal-entries/add/' in browser.get(f'every-kind/{obj.pk}/journal/')
        entry = {'assigned_object_type': every_kind.object_type.pk, 'assigned_object_id': obj.pk, 'kind': 'info'}
        browser.post('/extras/journal-entries/add/', comments='Seen and noted', **entry)
        assert browser.response['Location'] == f'/plugins/custom-objects/every-kind/{obj.pk}/journal/'
        browser.post('journal-entries/add/', comments='Noted again', **entry)
        assert JournalEntry.objects.filter(assigned_object_id=obj.pk).count() == 2
        text = text_of(browser.get(f'every-kind/{obj.pk}/journal/'))
        assert 'Seen and noted' in text
        assert 'Noted again' in text
        assert 'Seen and noted' in text_of(browser.get('/extras/journal-entries/'))

    def test_changes_are_listed(self, browser, every_kind):
        browser.post('every-kind/add/', title='One', changelog_message='Because')
        obj = every_kind.get_model().objects.get()
        browser.post(f'every-kind/{obj.pk}/edit/', title='Two')
        text = text_of(browser.get(f'every-kind/{obj.pk}/changelog/'))
        assert 'Created' in text
        assert 'Updated' in text
        assert 'Because' in text
        change = ObjectChange.objects.filter(
            changed_object_id=obj.pk, changed_object_type=every_kind.object_type
        ).first()
        assert 'Two' in text_of(browser.get('/core/changelog/'))
        text = text_of(browser.get(f'/core/changelog/{change.pk}/'))
        assert 'One' in text
        assert 'Two' in text

    def test_changes_stay_readable_after_the_type_is_gone(self, browser, every_kind):
        browser.post('every-kind/add/', title='One')
        change = ObjectChange.objects.get(changed_object_type=every_kind.object_type)
        every_kind.delete()
        assert 'One' in text_of(browser.get('/core/changelog/'))
        browser.get(f'/core/changelog/{change.pk}/')

    def test_contacts_are_listed(self, browser, every_kind):
        obj = make_object(every_kind, title='a')
        ContactAssignment.objects.create(
            object_type=every_kind.object_type, object_id=obj.pk, contact=Contact.objects.create(name='Ada'),
            role=ContactRole.objects.create(name='Owner', slug='owner'),
        )  # fmt: skip
        assert 'Ada' in text_of(browser.get(f'every-kind/{obj.pk}/contacts/'))

    def test_images_are_attached_and_shown(self, browser, every_kind):
        obj = make_object(every_kind, title='a')
        parent = {'object_type': every_kind.object_type.pk, 'object_id': obj.pk}
        assert f'/extras/image-attachments/add/?object_type={parent["object_type"]}' in browser.get(
            f'every-kind/{obj.pk}/'
        )
        browser.get(f'/extras/image-attachments/add/?{urlencode(parent)}')
        browser.post(f'/extras/image-attachments/add/?{urlencode(parent)}', image=picture(), name='Front')
        assert 'Front' in text_of(browser.get(f'/extras/image-attachments/?{urlencode({"object_id": obj.pk})}'))
        assert [image.name for image in obj.images.all()] == ['Front']
        obj.delete()
        assert not ImageAttachment.objects.exists()

    def test_can_be_bookmarked_and_subscribed(self, browser, every_kind):
        obj = make_object(every_kind, title='Keep me')
        for action in ('bookmarks', 'subscriptions'):
            browser.post(f'/extras/{action}/add/', object_type=every_kind.object_type.pk, object_id=obj.pk)
        assert 'Keep me' in text_of(browser.get('/user/bookmarks/'))
        assert 'Keep me' in text_of(browser.get('/user/subscriptions/'))
