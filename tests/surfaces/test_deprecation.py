"""Deprecated fields are read-only, and deprecated types closed, for requests; what they hold can be read as ever."""

import pytest
from django.core.exceptions import ValidationError

from dcim.models import Site

from netbox_custom_objects.models import CustomObjectTypeField
from tests.support.branches import edit
from tests.support.factories import make_field, make_object, make_type
from tests.support.kept import keeps, kept_again
from tests.surfaces.ui import menu_of, text_of

NOTICE = 'Deprecated since 1.2, scheduled for removal in 2.0.'
VERSIONS = {'deprecated': True, 'deprecated_since': '1.2', 'scheduled_removal': '2.0'}


def make_kind():
    fields = [{'name': 'title', 'primary': True}, {'name': 'old', 'required': True}]
    return make_type('cable', version='1.5', fields=fields)


@pytest.fixture
@keeps(make_kind)
def kind(db):
    return kept_again()


def deprecate(kind, *names):
    for field in kind.fields.filter(name__in=names) if names else kind.fields.all():
        edit(field, **VERSIONS)


class TestFieldsInRest:
    def test_a_new_object_needs_no_value_and_takes_none(self, rest, kind):
        rest.post('cable/', {'title': 'a'}, expect=400)
        deprecate(kind, 'old')
        assert rest.post('cable/', {'title': 'a'})['old'] is None
        assert rest.post('cable/', {'title': 'a', 'old': None})['old'] is None
        refused = rest.post('cable/', {'title': 'a', 'old': 'x'}, expect=400)
        assert refused == {'old': [f'This field is read-only. {NOTICE}']}

    def test_a_default_still_applies(self, rest, kind, sites):
        make_field(kind, 'amount', 'integer', default=7, **VERSIONS)
        make_field(kind, 'places', 'multiobject', target=Site, default=[sites[0].pk], **VERSIONS)
        deprecate(kind, 'old')
        for sent in ({}, {'amount': 7, 'places': [sites[0].pk]}):
            made = rest.post('cable/', {'title': 'a', **sent})
            assert (made['amount'], [place['id'] for place in made['places']]) == (7, [sites[0].pk])
        for sent in ({'amount': 8}, {'amount': None}, {'places': []}, {'places': [sites[1].pk]}):
            assert set(rest.post('cable/', {'title': 'a', **sent}, expect=400)) == set(sent)

    def test_a_value_stays_and_can_be_sent_back(self, rest, kind):
        obj = make_object(kind, title='a', old='x')
        deprecate(kind, 'old')
        path = f'cable/{obj.pk}/'
        assert rest.patch(path, {'title': 'b', 'old': 'x'})['title'] == 'b'
        assert rest.put(path, {'title': 'c'})['old'] == 'x'
        assert set(rest.patch(path, {'title': 'd', 'old': 'y'}, expect=400)) == {'old'}
        assert set(rest.patch(path, {'old': None}, expect=400)) == {'old'}
        refused = rest.patch('cable/', [{'id': obj.pk, 'old': 'y'}], expect=400)
        assert 'read-only' in str(refused)
        assert rest.get(path)['title'] == 'c'

    def test_every_kind_of_value_can_be_sent_back_as_it_was_read(self, rest, values, every_kind):
        obj = make_object(every_kind, **values)
        deprecate(every_kind)
        path = f'every-kind/{obj.pk}/'
        read = rest.get(path)
        assert rest.patch(path, {field.name: read[field.name] for field in every_kind.fields.all()})
        written = {'color': 'red', 'colors': ['red', 'blue'], 'place': values['place'].pk, 'price': '1.50'}
        written['places'] = [site.pk for site in reversed(values['places'])]
        rest.patch(path, written)
        after = rest.get(path)
        assert {**after, 'last_updated': 0} == {**read, 'last_updated': 0}
        others = {
            'title': 'x', 'notes': 'x', 'amount': 8, 'price': 2, 'active': False, 'bought': '2024-05-02',
            'seen': '2024-05-01T10:00:01Z', 'web': 'https://example.com/b', 'web_title': 'Other', 'extra': {},
            'color': 'green', 'colors': ['red'], 'place': None, 'places': [],
        }  # fmt: skip
        assert set(rest.patch(path, others, expect=400)) == set(others)

    def test_it_can_be_filtered_and_is_documented(self, rest, kind):
        make_object(kind, title='a', old='x')
        make_object(kind, title='b', old='y')
        deprecate(kind, 'old')
        assert rest.get('cable/', old='x')['count'] == 1
        assert rest.get('cable/', q='y')['count'] == 1

    def test_a_deprecated_required_field_is_needed_again_only_if_all_have_a_value(self, rest, kind):
        deprecate(kind, 'old')
        obj = make_object(kind, title='a')
        path = f'custom-object-type-fields/{kind.fields.get(name="old").pk}/'
        assert set(rest.patch(path, {'deprecated': False}, expect=400)) == {'deprecated'}
        edit(obj, old='x')
        rest.patch(path, {'deprecated': False})


class TestVersions:
    @pytest.mark.parametrize('model', ['custom-object-types', 'custom-object-type-fields'])
    def test_are_checked_and_found(self, rest, kind, model):
        pk = kind.pk if model == 'custom-object-types' else kind.fields.get(name='old').pk
        path = f'{model}/{pk}/'
        wrong = {'deprecated_since': '10.0', 'scheduled_removal': '9.0'}
        assert set(rest.patch(path, wrong, expect=400)) == {'scheduled_removal'}
        assert set(rest.patch(path, {'deprecated_since': 'x'}, expect=400)) == {'deprecated_since'}
        rest.patch(path, {'deprecated': True, 'deprecated_since': '9.0', 'scheduled_removal': '10.0'})
        assert rest.get(f'{model}/', deprecated='true')['count'] == 1
        assert rest.get(f'{model}/', scheduled_removal__lte='10.0.1')['count'] == 1
        assert rest.get(f'{model}/', scheduled_removal__lte='9.9')['count'] == 0
        assert set(rest.get(f'{model}/', scheduled_removal__lte='soon', expect=400)) == {'scheduled_removal__lte'}

    def test_rows_that_are_wrong_already_can_be_edited(self, kind):
        field = kind.fields.get(name='old')
        CustomObjectTypeField.objects.filter(pk=field.pk).update(deprecated_since='2.0', scheduled_removal='1.0')
        field.refresh_from_db()
        assert edit(field, label='Old').label == 'Old'
        with pytest.raises(ValidationError):
            edit(field, scheduled_removal='1.1')


class TestFieldsInPages:
    def test_forms_show_it_and_take_nothing(self, browser, kind):
        obj = make_object(kind, title='a', old='x')
        deprecate(kind, 'old')
        page = browser.get(f'cable/{obj.pk}/edit/')
        assert f'This field is read-only. {NOTICE}' in text_of(page)
        browser.post(f'cable/{obj.pk}/edit/', title='b', old='y')
        browser.post('cable/add/?old=z', title='new', old='y')
        found = kind.get_model().objects.order_by('pk').values_list('title', 'old')
        assert list(found) == [('b', 'x'), ('new', None)]
        bulk = browser.post('cable/bulk-edit/', 200, pk=[obj.pk])
        assert 'name="old"' not in bulk

    @pytest.mark.parametrize(('format', 'data'), [('csv', 'title,old\nb,x'), ('json', '[{"title": "b", "old": "x"}]')])
    def test_an_import_refuses_its_column(self, browser, kind, format, data):
        deprecate(kind, 'old')
        sent = {'csv_delimiter': 'auto', 'import_method': 'direct'}
        page = browser.post('cable/bulk-import/', 200, data=data, format=format, **sent)
        assert f'old: This field is read-only. {NOTICE}' in text_of(page)
        assert not kind.get_model().objects.exists()
        browser.post('cable/bulk-import/', data='title\nb', format='csv', **sent)

    def test_lists_and_pages_warn(self, browser, kind):
        obj = make_object(kind, title='a', old='x')
        deprecate(kind, 'old')
        assert 'Old (deprecated)' in text_of(browser.get('cable/'))
        page = browser.get(f'cable/{obj.pk}/')
        assert 'Old Deprecated x' in text_of(page)
        assert NOTICE in page
        page = text_of(browser.get(f'custom-object-types/{kind.pk}/'))
        assert 'old 1.2 2.0' in page
        assert 'Due' not in page
        edit(kind, version='2.0')
        assert 'old 1.2 2.0 Due' in text_of(browser.get(f'custom-object-types/{kind.pk}/'))
        exported = browser.get('cable/?export=importable')
        assert exported.splitlines() == ['id,title,owner,tags', f'{obj.pk},a,,']
        assert 'x' in browser.get('cable/?export=table')


def test_several_fields_and_types_are_deprecated_at_once(browser, kind):
    fields = [field.pk for field in kind.fields.all()]
    sent = {'deprecated': 'true', 'deprecated_since': '1.2', 'scheduled_removal': '2.0', '_apply': '1'}
    for path, pks in (('custom-object-type-fields', fields), ('custom-object-types', [kind.pk])):
        browser.post(f'{path}/edit/', pk=pks, **{**sent, 'scheduled_removal': '1.0'}, expect=200)
        browser.post(f'{path}/edit/', pk=pks, **sent)
    assert set(kind.fields.values_list(*VERSIONS)) == {tuple(VERSIONS.values())}
    kind.refresh_from_db()
    assert kind.deprecated


class TestTypes:
    @pytest.fixture
    def closed(self, kind):
        self.obj = make_object(kind, title='a', old='x')
        edit(kind, **VERSIONS)
        return kind

    def test_rest_lets_objects_be_read_and_deleted_only(self, rest, closed):
        message = f'Objects of type Cable can be deleted, but not created or changed. {NOTICE}'
        refused = {'non_field_errors': [message]}
        path = f'cable/{self.obj.pk}/'
        assert rest.post('cable/', {'title': 'a', 'old': 'b'}, expect=400) == refused
        assert message in str(rest.post('cable/', [{'title': 'a', 'old': 'b'}], expect=400))
        assert rest.patch(path, {'title': 'b'}, expect=400) == refused
        assert rest.put(path, {'title': 'b', 'old': 'x'}, expect=400) == refused
        assert message in str(rest.patch('cable/', [{'id': self.obj.pk, 'title': 'b'}], expect=400))
        assert rest.get(path)['title'] == 'a'
        rest.delete(path)

    def test_pages_offer_nothing_else(self, browser, closed):
        path = f'cable/{self.obj.pk}/'
        for page in (browser.get('cable/'), browser.get(path)):
            assert NOTICE in text_of(page)
            assert '/cable/add/' not in page
            assert '/cable/bulk-import/' not in page
            assert '/edit/' not in page.replace('/custom-object-types/', '')
        assert f'{path}delete/' in browser.get(path)
        assert not any('/cable/add/' in address for _text, address in menu_of(browser.get('cable/')))
        for form in ('cable/add/', f'{path}edit/', 'cable/bulk-import/'):
            browser.get(form, 302)
            assert NOTICE in browser.messages[-1]
            browser.post(form, title='b', old='y', data='title,old\nb,c', format='csv', csv_delimiter='auto')
        for form in ('cable/bulk-edit/', 'cable/bulk-rename/'):
            browser.post(form, pk=[self.obj.pk], title='b', _apply='1')
        assert list(closed.get_model().objects.values_list('title', 'old')) == [('a', 'x')]
        browser.post(f'{path}delete/', confirm='true')
        assert not closed.get_model().objects.exists()

    def test_the_list_of_types_shows_a_badge(self, browser, closed):
        assert 'Cable Deprecated' in text_of(browser.get('custom-object-types/'))
        assert 'The type itself 1.2 2.0' in text_of(browser.get(f'custom-object-types/{closed.pk}/'))

    def test_references_to_its_objects_go_on(self, rest, closed):
        other = make_type('rack', fields=[{'name': 'cable', 'type': 'object', 'target': closed}])
        assert rest.post('rack/', {'cable': self.obj.pk})['cable']['id'] == self.obj.pk
        assert other.get_model().objects.count() == 1
