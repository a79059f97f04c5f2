"""The designer on a type that exists: edits, adds, reorders and deletes in one go, or not at all."""

import pytest

from core.models import ObjectChange, ObjectType
from dcim.models import Region, Site

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeConstraint, CustomObjectTypeField
from tests.support.branches import Lab
from tests.support.factories import make_choice_set, make_field, make_object, make_type
from tests.surfaces.rest import make_user
from tests.surfaces.ui import Browser, form_of, text_of


@pytest.fixture
def lease(db):
    """A type with fields of several kinds, conditions, constraints and two objects."""
    kind = make_type('lease', fields=[('title', 'text'), ('start', 'date'), ('end', 'date'), ('state', 'text')])
    title, start, end, state = kind.fields.order_by('pk')
    title.primary = True
    title.save()
    state.required_if = 'end != null'
    state.full_clean()
    state.save()
    make_field(kind, 'place', 'object', target=Site, related_name='leases', related_object_filter={'q': 1})
    make_field(kind, 'mixed', 'multiobject', targets=[Site, Region])
    make_field(kind, 'color', 'select', choice_set=make_choice_set('colors', ['red', 'blue']), default='red')
    constraint = CustomObjectTypeConstraint(custom_object_type=kind, name='period', type='check')
    constraint.expression = 'end > start'
    constraint.full_clean()
    constraint.save()
    unique = CustomObjectTypeConstraint(custom_object_type=kind, name='once', type='unique')
    unique.field_ids = [start.pk, title.pk]
    unique.full_clean()
    unique.save()
    make_object(kind, title='a', start='2024-01-01')
    make_object(kind, title='b', state='12')
    return kind


def path_of(kind, part=''):
    return f'custom-object-types/{kind.pk}/design/{part}'


def key_of(kind, name):
    return f'p{kind.fields.get(name=name).pk}'


def opened(browser, kind):
    """Return what a browser would send of the page."""
    return form_of(browser.get(path_of(kind)))


def names(kind):
    return [field.name for field in kind.fields.all()]


def test_saved_untouched_nothing_changes(browser, lease):
    sent, before = opened(browser, lease), ObjectChange.objects.count()
    updated = list(CustomObjectTypeField.objects.values_list('last_updated', flat=True))
    preview = browser.post(path_of(lease, 'preview/'), 200, **sent)
    assert 'Nothing is changed.' in preview
    browser.post(path_of(lease), **sent)
    assert browser.messages[-1] == 'Nothing was changed.'
    assert ObjectChange.objects.count() == before
    assert list(CustomObjectTypeField.objects.values_list('last_updated', flat=True)) == updated


def test_everything_at_once(browser, lease):
    sent = opened(browser, lease)
    title, end, state = (key_of(lease, name) for name in ('title', 'end', 'state'))
    constraint = lease.constraints.get(name='period')
    new, check = 'f00000001', 'c00000001'
    sent |= {
        'verbose_name': ['Rent'], 'slug': ['rents'], 'group_name': ['Money'],
        f'{title}-name': ['heading'], f'{title}-label': ['Heading'],
        f'{end}-removed': ['1'], f'q{constraint.pk}-removed': ['1'],
        f'{state}-required_if': ["heading == 'a' && price > 1"],
        'row': [new, *sent['row']], f'{new}-name': ['price'], f'{new}-type': ['decimal'], f'{new}-default': ['2.5'],
        f'{new}-search_weight': ['500'], f'{new}-filter_logic': ['loose'], f'{new}-ui_visible': ['always'],
        f'{new}-ui_editable': ['yes'],
        'constraint': [*sent['constraint'], check], f'{check}-name': ['dear'], f'{check}-type': ['check'],
        f'{check}-expression': ['price > 0'], 'changelog_message': ['Grown'],
    }  # fmt: skip
    text = text_of(browser.post(path_of(lease, 'preview/'), 200, **sent))
    for words in (
        'Changed Rent', 'move to /rents/', 'Changed Heading The values stay', 'New Price 2 objects get the default',
        'Deleted End The field disappears. No object has a value.', 'Deleted period', 'New dear', 'Details',
    ):  # fmt: skip
        assert words in text
    assert 'title' in names(lease)
    browser.post(path_of(lease), **sent)
    lease.refresh_from_db()
    assert (lease.slug, lease.group_name) == ('rents', 'Money')
    assert names(lease) == ['price', 'color', 'mixed', 'place', 'start', 'state', 'heading']
    fields = {field.name: field for field in lease.fields.all()}
    assert fields['state'].required_if == f"${fields['heading'].pk} == 'a' && ${fields['price'].pk} > 1"
    assert (fields['place'].related_name, fields['place'].related_object_filter) == ('leases', {'q': 1})
    assert fields['color'].default == 'red'
    assert {found.name for found in lease.constraints.all()} == {'once', 'dear'}
    assert {str(obj.price) for obj in lease.get_model().objects.all()} == {'2.50'}
    assert set(ObjectChange.objects.filter(message='Grown').values_list('action', flat=True)) == {
        'create', 'update', 'delete',
    }  # fmt: skip


def test_two_fields_change_names(browser, lease):
    sent = opened(browser, lease)
    start, end = key_of(lease, 'start'), key_of(lease, 'end')
    sent |= {f'{start}-name': ['end'], f'{end}-name': ['start']}
    browser.post(path_of(lease), **sent)
    assert (key_of(lease, 'end'), key_of(lease, 'start')) == (start, end)


def test_reordering_writes_no_more_than_it_must(browser, lease):
    sent = opened(browser, lease)
    first, *others = sent['row']
    browser.post(path_of(lease), **{**sent, 'row': [*others, first]})
    assert names(lease) == ['end', 'mixed', 'place', 'start', 'state', 'title', 'color']
    (change,) = ObjectChange.objects.filter(action='update')
    assert change.changed_object_id == int(first[1:])


class TestRefusals:
    def test_an_error_undoes_everything(self, browser, lease):
        sent = opened(browser, lease)
        state = key_of(lease, 'state')
        sent |= {f'{key_of(lease, "title")}-name': ['heading'], f'{state}-type': ['integer'], 'slug': ['rents']}
        make_object(lease, title='c', state='many')
        page = browser.post(path_of(lease), 200, **sent)
        assert 'Some values cannot be converted to integer' in text_of(page)
        assert 'title' in names(lease)
        lease.refresh_from_db()
        assert lease.slug == 'lease'

    def test_a_field_that_a_constraint_reads_stays(self, browser, lease):
        sent = opened(browser, lease)
        sent[f'{key_of(lease, "end")}-removed'] = ['1']
        page = browser.post(path_of(lease), 200, **sent)
        assert 'is used by constraints: period' in text_of(page)
        assert 'end' in names(lease)
        assert 'period' in browser.post(path_of(lease, 'preview/'), 200, **sent)

    def test_objects_that_stand_in_the_way_are_linked(self, browser, lease):
        wrong = make_object(lease, title='c', state='many', start='2024-01-02')
        sent = opened(browser, lease)
        for values in (
            {f'{key_of(lease, "state")}-type': ['integer']},
            {f'{key_of(lease, "start")}-required': ['on']},
            {f'q{lease.constraints.get(name="period").pk}-expression': ['start < date("2024-01-02")']},
        ):
            page = browser.post(path_of(lease, 'preview/'), 200, **{**sent, **values})
            is_about_another = '-required' in str(values)
            assert (wrong.get_absolute_url() in page) is not is_about_another, values
            assert ('/lease/' in page) is True, values

    def test_values_that_are_about_to_be_calculated_are_not_in_the_way(self, browser, lease):
        make_field(lease, 'days', 'computed', result_type='integer', expression='1')
        sent, key = opened(browser, lease), f'q{lease.constraints.get(name="period").pk}'
        sent |= {f'{key}-expression': ['days > 1']}
        assert 'Some objects do not meet this constraint' in browser.post(path_of(lease, 'preview/'), 200, **sent)
        sent |= {f'{key_of(lease, "days")}-expression': ['2']}
        assert 'do not meet' not in browser.post(path_of(lease, 'preview/'), 200, **sent)
        browser.post(path_of(lease), **sent)


class TestOthers:
    def test_a_concurrent_change_is_an_error_of_the_form(self, browser, lease):
        sent = opened(browser, lease)
        sent[f'{key_of(lease, "title")}-label'] = ['Mine']
        field = lease.fields.get(name='start')
        field.label = 'Theirs'
        field.save()
        for part in ('', 'preview/'):
            assert 'Someone else has changed this type' in browser.post(path_of(lease, part), 200, **sent)
        assert lease.fields.get(name='title').label == ''

    def test_a_deleted_type_is_not_found(self, browser, lease):
        sent = opened(browser, lease)
        lease.delete()
        for part in ('', 'preview/', 'row/'):
            browser.post(path_of(lease, part), 404, **sent)

    def test_a_deleted_field_is_a_concurrent_change(self, browser, lease):
        sent = opened(browser, lease)
        lease.fields.get(name='color').delete()
        assert 'Someone else has changed this type' in browser.post(path_of(lease), 200, **sent)


class TestRights:
    def test_what_may_not_be_changed_is_locked(self, lease):
        grants = [
            (CustomObjectType, ['view'], None),
            (CustomObjectTypeField, ['view'], None),
            (CustomObjectTypeField, ['change'], {'name__in': ['start', 'begin']}),
        ]
        browser = Browser(make_user('editor', *grants))
        page = browser.get(path_of(lease))
        assert 'You may not change these fields' in page
        assert 'Add Field' not in page
        sent = form_of(page)
        assert sent['row'] == [key_of(lease, 'start')]
        color = key_of(lease, 'color')
        sent |= {'slug': ['other'], 'row': [*sent['row'], color], f'{color}-name': ['stolen'],
                 f'{key_of(lease, "start")}-name': ['begin']}  # fmt: skip
        browser.post(path_of(lease), **sent)
        lease.refresh_from_db()
        assert lease.slug == 'lease'
        assert 'begin' in names(lease)
        assert 'color' in names(lease)
        # The permission holds for what the field would be.
        sent = form_of(browser.get(path_of(lease)))
        sent[f'{key_of(lease, "begin")}-name'] = ['elsewhere']
        browser.post(path_of(lease), 200, **sent)
        assert 'permissions violation' in str(browser.errors)
        assert 'begin' in names(lease)

    def test_hidden_fields_are_not_mentioned(self, lease):
        grants = [
            (CustomObjectType, ['view', 'change'], None),
            (CustomObjectTypeField, ['view', 'change', 'add'], {'name': 'title'}),
            (CustomObjectTypeConstraint, ['view', 'change'], None),
        ]
        browser = Browser(make_user('half', *grants))
        page = browser.get(path_of(lease))
        assert key_of(lease, 'state') not in page
        assert '>state<' not in page

    def test_errors_name_nothing_that_is_hidden(self, lease):
        reading, writing = ['view'], ['view', 'add', 'change', 'delete']
        name, end = key_of(lease, 'title'), key_of(lease, 'end')
        check = 'c00000001'
        checked = {f'{check}-name': ['new'], f'{check}-type': ['check'], f'{check}-expression': ["stat == 'x'"]}
        fields, title, constraints = (
            (CustomObjectTypeField, writing, None),
            (CustomObjectTypeField, writing, {'name__in': ['title', 'end']}),
            (CustomObjectTypeConstraint, writing, None),
        )
        field_used = {f'{end}-removed': ['1']}
        rows = [
            ([fields], field_used, 'is used by constraints: some that you may not view.', 'period'),
            ([fields], {f'{end}-type': ['text']}, 'need the field as it is: some that you may not view.', 'period'),
            ([title, constraints], {'constraint': [check], **checked}, 'Unknown field “stat”.', 'you mean “state”'),
            ([title, constraints], {**field_used, f'q{lease.constraints.get(name="period").pk}-removed': ['1']},
             'is read by conditions of: some that you may not view.', 'conditions of: state'),
            ([title, constraints], {f'{name}-required_if': ["stat == 'x'"]}, 'Unknown field “stat”.', 'mean “state”'),
        ]  # fmt: skip
        for number, (grants, changes, shown, hidden) in enumerate(rows):
            browser = Browser(make_user(f'half {number}', (CustomObjectType, reading, None), *grants))
            sent = opened(browser, lease) | changes
            for part in ('', 'preview/'):
                page = text_of(browser.post(path_of(lease, part), 200, **sent))
                assert shown in page
                assert hidden not in page

    def test_none_is_no_page(self, lease):
        for number, grant in enumerate([(CustomObjectType, ['view'], None), (CustomObjectTypeField, ['change'], None)]):
            browser = Browser(make_user(f'reader {number}', grant))
            browser.get(path_of(lease), 403)
            browser.post(path_of(lease), 403, name='x')
        assert 'Edit Design' not in Browser(make_user('x', (CustomObjectType, ['view'], None))).get(
            lease.get_absolute_url()
        )

    def test_is_offered(self, browser, lease):
        assert 'Edit Design' in text_of(browser.get(lease.get_absolute_url()))


def test_works_in_a_branch(fresh_database):
    lab = Lab()
    kind = make_type('lease', fields=[('title', 'text')])
    site = ObjectType.objects.get_for_model(Site).pk
    branch = lab.branch()
    browser = Browser(lab.user)
    browser.get(f'/?_branch={branch.schema_id}')
    sent = opened(browser, kind)
    key = 'f00000001'
    sent |= {'row': [*sent['row'], key], f'{key}-name': ['place'], f'{key}-type': ['object'],
             f'{key}-related_object_type': [str(site)], f'{key}-on_delete_behavior': ['set_null'],
             f'{key}-search_weight': ['500'], f'{key}-filter_logic': ['loose'], f'{key}-ui_visible': ['always'],
             f'{key}-ui_editable': ['yes']}  # fmt: skip
    browser.post(path_of(kind), **sent)
    assert 'place' in browser.get(path_of(kind))
    browser.get('/?_branch=')
    assert names(kind) == ['title']
