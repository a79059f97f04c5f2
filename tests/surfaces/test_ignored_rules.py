"""Rules that cannot be applied any more: they do not stand in the way of writes, and the type's page names them."""

import pytest
from django.db import connection

from dcim.models import Region, Site
from users.models import User

from netbox_custom_objects.models import CustomObjectTypeConstraint, CustomObjectTypeField
from tests.support.commands import upgrade
from tests.support.factories import make_choice_set, make_field, make_object, make_type, object_type_of
from tests.surfaces.ui import Browser, form_of, text_of

FIELDS = 'custom-object-type-fields/'
GONE = 'The default refers to an object or choice that no longer exists; it is not applied to new objects.'
LOOK_AROUND = '^(?=a)a+$'


@pytest.fixture
def kind(db):
    return make_type('ticket', fields=[('title', 'text')])


def default_object(kind):
    site = Site.objects.create(name='a', slug='a')
    return make_field(kind, 'ref', 'object', target=Site, default=site.pk), site.delete


def default_polymorphic(kind):
    site = Site.objects.create(name='a', slug='a')
    key = {'content_type_id': object_type_of(Site).pk, 'object_id': site.pk}
    return make_field(kind, 'ref', 'object', targets=[Site, Region], default=key), site.delete


def default_objects(kind):
    sites = [Site.objects.create(name=name, slug=name) for name in 'ab']
    return make_field(kind, 'ref', 'multiobject', target=Site, default=[site.pk for site in sites]), sites[0].delete


def lose_choice(field):
    def lose():
        choice_set = field.choice_set
        choice_set.extra_choices = [['kept', 'Kept']]
        choice_set.full_clean()
        choice_set.save()

    return lose


def default_choice(kind):
    field = make_field(kind, 'ref', 'select', choice_set=make_choice_set('set', ['gone', 'kept']), default='gone')
    return field, lose_choice(field)


def default_choices(kind):
    choice_set = make_choice_set('set', ['gone', 'kept'])
    field = make_field(kind, 'ref', 'multiselect', choice_set=choice_set, default=['gone', 'kept'])
    return field, lose_choice(field)


@pytest.mark.parametrize(
    'make', [default_object, default_polymorphic, default_objects, default_choice, default_choices]
)
def test_a_default_that_is_gone(kind, rest, make):
    field, lose = make(kind)
    page = f'custom-object-types/{kind.pk}/'
    browser = Browser(User.objects.get(username='root'))
    assert GONE not in text_of(browser.get(page))
    lose()
    assert GONE in text_of(browser.get(page))
    assert f'Field "ref": {GONE}' in upgrade()[1]
    made = rest.post('ticket/', {'title': 't'})
    # Of several objects or choices, those that are left.
    left = 1 if field.type.startswith('multi') else 0
    assert len(made['ref'] or ()) == left
    assert len(form_of(browser.get('ticket/add/'), 'title').get('ref', [])) == left or field.type == 'object'
    browser.post('ticket/add/', title='by form')
    browser.post('ticket/bulk-import/', data='title\nimported', format='csv', csv_delimiter=',', import_method='direct')
    imported = rest.get('ticket/', title='imported')['results']
    assert [len(row['ref'] or ()) for row in imported] == [left]
    # Other edits of the field go on; the default itself can only be replaced by one that exists.
    assert rest.patch(f'{FIELDS}{field.pk}/', {'label': 'Reference'})['label'] == 'Reference'
    stored = CustomObjectTypeField.objects.get(pk=field.pk).default
    other = {'object': 999, 'multiobject': [999], 'select': 'other', 'multiselect': ['other']}[field.type]
    if isinstance(stored, dict):
        other = {**stored, 'object_id': 999}
    assert list(rest.patch(f'{FIELDS}{field.pk}/', {'default': other}, expect=400)) == ['default']
    rest.patch(f'{FIELDS}{field.pk}/', {'default': None})
    assert GONE not in text_of(browser.get(page))


def test_a_required_field_whose_default_is_gone_needs_a_value(kind, rest):
    field, lose = default_choice(kind)
    rest.patch(f'{FIELDS}{field.pk}/', {'required': True})
    lose()
    assert list(rest.post('ticket/', {'title': 't'}, expect=400)) == ['ref']
    rest.post('ticket/', {'title': 't', 'ref': 'kept'})


def test_a_regular_expression_that_cannot_be_used(kind, rest):
    field = make_field(kind, 'code')
    obj = make_object(kind, title='t', code='b')
    CustomObjectTypeField.objects.filter(pk=field.pk).update(validation_regex=LOOK_AROUND)
    path = f'ticket/{obj.pk}/'
    assert rest.patch(path, {'title': 'u'})['title'] == 'u'
    assert rest.patch(path, {'code': 'c'})['code'] == 'c'
    browser = Browser(User.objects.get(username='root'))
    browser.post(f'{path}edit/', title='v', code='c')
    said = 'The regular expression is not enforced: look-around'
    assert said in text_of(browser.get(f'custom-object-types/{kind.pk}/'))
    status, report = upgrade()
    assert (status, f'Field "code": {said}' in report) == (0, True)
    rest.patch(f'{FIELDS}{field.pk}/', {'validation_regex': LOOK_AROUND, 'name': 'codes'}, expect=400)
    rest.patch(f'{FIELDS}{field.pk}/', {'validation_regex': '^a+$'})
    assert list(rest.patch(path, {'code': 'd'}, expect=400)) == ['code']


def test_what_does_not_match_and_is_not_changed(kind, rest):
    field = make_field(kind, 'code')
    obj = make_object(kind, title='t', code='b')
    rest.patch(f'{FIELDS}{field.pk}/', {'validation_regex': '^a+$'})
    path = f'ticket/{obj.pk}/'
    assert rest.patch(path, {'title': 'u'})['title'] == 'u'
    assert list(rest.patch(path, {'title': 'v', 'code': 'c'}, expect=400)) == ['code']
    assert list(rest.post('ticket/', {'code': 'b'}, expect=400)) == ['code']
    rest.patch(path, {'code': 'aa'})


def test_constraints_that_are_not_enforced(kind, rest):
    """A constraint may have lost its field, be written for another release, or wait for a job."""
    rules = {name: CustomObjectTypeConstraint.objects.create(custom_object_type=kind, name=name, **attributes)
             for name, attributes in {
                 'gone': {'type': 'unique', 'field_ids': [kind.fields.get().pk]},
                 'unknown': {'type': 'check', 'expression': "title != 'x'"},
                 'later': {'type': 'unique', 'field_ids': [kind.fields.get().pk]},
                 'fine': {'type': 'check', 'expression': "size(title) < 9"},
             }.items()}  # fmt: skip
    constraints = CustomObjectTypeConstraint.objects
    constraints.filter(name='gone').update(field_ids=[10**9])
    constraints.filter(name='unknown').update(expression='blend($1)')
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexrelid::regclass::text FROM pg_index WHERE indexrelid::regclass::text LIKE %s",
                       [f'custom_objects_{kind.pk}_constraint_{rules["later"].pk}_%'])  # fmt: skip
        cursor.execute(f'DROP INDEX {cursor.fetchone()[0]}')
    enforced = 'The constraint is not enforced'
    said = {
        'gone': f'{enforced}: A field that it is about does not exist, or its values cannot be unique.',
        'unknown': f'{enforced}: Line 1, column 1: Unknown function “blend”.',
        'later': f'{enforced} yet: all objects meet it, and a job enforces it within an hour.',
        'fine': '',
    }
    listed = rest.get('custom-object-type-constraints/')['results']
    assert {row['name']: row['ignored_because'] for row in listed} == said
    page = text_of(Browser(User.objects.get(username='root')).get(f'custom-object-types/{kind.pk}/'))
    assert all(f'{name} {sentence}' in page for name, sentence in said.items() if sentence)
    report = upgrade()[1]
    # It has made the index that was not there.
    named = [name for name, sentence in said.items() if f'Constraint "{name}": {sentence}' in report]
    assert named == ['gone', 'unknown']
    rest.post('ticket/', {'title': 'x'})
    assert rest.post('ticket/', {'title': 'too long a title'}, expect=400).keys() == {'title'}
