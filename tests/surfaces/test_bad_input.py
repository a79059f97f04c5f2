"""Whatever a client sends: a wrong value is a 400 that names it, and nothing is written."""

import json

import pytest
from django.db import connection
from django.db.models.signals import pre_save

from core.models import ObjectType
from dcim.models import Site
from extras.models import Tag

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField

from ..support.factories import make_field, make_object, make_type
from ..support.kept import KEEPER
from .rest import Rest, superuser

HUGE = 10**30
NUL = 'a\x00b'
HALF = 'a\ud800b'
DEEP = json.loads('[' * 800 + ']' * 800)

# Values that no field of the kind can hold, by the key that the error must stand under.
WRONG = {
    'title': [{'a': 1}, ['a'], True, NUL, HALF],
    'notes': [{'a': 1}, ['a'], True, NUL, HALF],
    'amount': ['abc', '', [1], {'a': 1}, True, 1.5, HUGE, -HUGE, 2**63, '1' * 2000, 'NaN', 1e300],
    'price': ['abc', [1], {'a': 1}, True, 1.234, 1234567.5, HUGE, 'NaN', 'Infinity', '1e400', '1' * 2000],
    'active': ['maybe', [True], {'a': 1}, 2],
    'bought': ['2024-02-30', 'soon', '', 20240101, True, [1], {'a': 1}, '2024-01-01T00:00:00Z', NUL],
    'seen': ['2024-02-30', 'soon', '', 1, True, [1], {'a': 1}, '0001-01-01T00:00:00+14:00', NUL],
    'web': ['no url', 'javascript:alert(1)', f'https://a.org/{"x" * 200}', True, {'a': 1}, [1], NUL],
    'web_title': [None, 'x' * 201, {'a': 1}, [1], NUL],
    'extra': [NUL, {'a': NUL}, {NUL: 1}, [[HALF]], DEEP, [{'a': DEEP}]],
    'color': ['purple', '', {'value': 'purple'}, {'label': 'Red'}, ['red'], 1, True, NUL],
    'colors': ['red', ['purple'], [['red']], [{'value': 'purple'}], {'a': 1}, [None], True, 1, [NUL]],
    'place': [
        HUGE, 4711, 'abc', '', True, 1.5, [1], {}, {'slug': 'nowhere'}, {'slug': ['a']}, {'id': 'abc'}, {'nope': 1},
        {'slug': NUL}, {'slug': HALF}, {'region': {}}, {'latitude': 'x'}, NUL,
    ],
    'places': [
        1, 'abc', True, {'slug': 'a'}, [HUGE], [4711], ['abc'], [True], [1.5], [[1]], [{}], [{'slug': 'nowhere'}],
        [{'id': 'abc'}], [None], [{'slug': NUL}],
    ],
    'owner': [4711, 'abc', True, {}, {'id': 'abc'}, [1], {'name': NUL}],
    'tags': [1, 'abc', [4711], [{}], [{'id': 'abc'}], [{'slug': 'nowhere'}], [True], [{'slug': NUL}]],
    'add_tags': ['abc', [4711], [{'id': 'abc'}], [True]],
    'changelog_message': [{'a': 1}, ['a'], 'x' * 201, NUL],
}  # fmt: skip


@pytest.mark.parametrize('key', WRONG)
def test_a_wrong_value_is_refused_under_its_key(rest, every_kind, key):
    made = make_object(every_kind, title='before')
    for value in WRONG[key]:
        body = rest.post('every-kind/', {'title': 'new', key: value}, expect=400)
        assert list(body) == [key], value
        assert list(rest.patch(f'every-kind/{made.pk}/', {key: value}, expect=400)) == [key], value
    assert every_kind.get_model().objects.get() == made
    assert rest.get(f'every-kind/{made.pk}/')['display'] == 'before'


@pytest.mark.parametrize('body', [None, 1, 'text', True])
def test_a_body_that_is_no_object_is_refused(rest, every_kind, body):
    rest.post('every-kind/', body, expect=400)


def test_items_of_a_list_that_are_no_objects_are_refused_by_index(rest, every_kind):
    body = rest.post('every-kind/', [{'title': 'a'}, 1, [], {'amount': 'abc'}], expect=400)
    assert [error['index'] for error in body['errors']] == [1, 2, 3]
    assert list(body['errors'][2]['errors']) == ['amount']
    assert not every_kind.get_model().objects.exists()


def test_bulk_changes_are_all_or_nothing(rest, every_kind):
    first, second = make_object(every_kind, title='a'), make_object(every_kind, title='b')
    changes = [{'id': first.pk, 'title': 'c'}, {'id': second.pk, 'amount': 'abc'}]
    body = rest.patch('every-kind/', changes, expect=400)
    assert [(error['id'], list(error['errors'])) for error in body['errors']] == [(second.pk, ['amount'])]
    rest.patch('every-kind/', [{'id': first.pk, 'title': 'c'}, {'id': 4711}], expect=400)
    rest.patch('every-kind/', [{'title': 'c'}], expect=400)
    rest.delete('every-kind/', [{'id': first.pk}, {'id': 4711}], expect=400)
    rest.delete('every-kind/', {'id': first.pk}, expect=400)
    assert sorted(every_kind.get_model().objects.values_list('title', flat=True)) == ['a', 'b']


class TestRules:
    """Required, unique, patterns and limits."""

    @pytest.mark.parametrize('kind', ['text', 'longtext', 'integer', 'decimal', 'boolean', 'date', 'datetime', 'url'])
    def test_a_required_field_must_be_given(self, rest, kind):
        make_type('thing', fields=[{'name': 'value', 'type': kind, 'required': True}, ('other', 'text')])
        assert list(rest.post('thing/', {}, expect=400)) == ['value']
        for empty in (None, ''):
            assert list(rest.post('thing/', {'value': empty}, expect=400)) == ['value']

    def test_required_documents_choices_and_references_must_be_given(self, rest):
        choices = ['red', 'green']
        thing = make_type('thing', fields=[
            {'name': 'doc', 'type': 'json', 'required': True},
            {'name': 'one', 'type': 'select', 'choices': choices, 'required': True},
            {'name': 'some', 'type': 'multiselect', 'choices': choices, 'required': True},
            {'name': 'place', 'type': 'object', 'target': Site, 'required': True},
            {'name': 'places', 'type': 'multiobject', 'target': Site, 'required': True},
        ])  # fmt: skip
        site = Site.objects.create(name='a', slug='a')
        valid = {'doc': 0, 'one': 'red', 'some': ['red'], 'place': site.pk, 'places': [site.pk]}
        assert set(rest.post('thing/', {}, expect=400)) == set(valid)
        empty = {'doc': [None, {}, []], 'one': [None], 'some': [None, []], 'place': [None], 'places': [None, []]}
        for key, values in empty.items():
            for value in values:
                assert list(rest.post('thing/', {**valid, key: value}, expect=400)) == [key], (key, value)
        made = rest.post('thing/', valid)
        for key, values in empty.items():
            for value in values:
                assert list(rest.patch(f'thing/{made["id"]}/', {key: value}, expect=400)) == [key], (key, value)
        assert thing.get_model().objects.count() == 1

    def test_put_insists_on_required_keys_only(self, rest):
        make_type('thing', fields=[
            {'name': 'must', 'type': 'text', 'required': True},
            {'name': 'may', 'type': 'text'},
            {'name': 'preset', 'type': 'integer', 'required': True, 'default': 7},
        ])  # fmt: skip
        made = rest.post('thing/', {'must': 'a', 'may': 'b'})
        assert made['preset'] == 7
        assert list(rest.put(f'thing/{made["id"]}/', {'may': 'c'}, expect=400)) == ['must']
        changed = rest.put(f'thing/{made["id"]}/', {'must': 'c'})
        assert (changed['must'], changed['may'], changed['preset']) == ('c', 'b', 7)

    @pytest.mark.parametrize(
        ('kind', 'value'),
        [
            ('text', 'a'), ('longtext', 'a'), ('integer', 0), ('decimal', 1.5), ('date', '2024-01-02'),
            ('datetime', '2024-01-02T03:04:05Z'), ('url', 'https://a.org'), ('select', 'red'), ('object', 1),
        ],
    )  # fmt: skip
    def test_a_unique_value_is_refused_the_second_time(self, rest, kind, value):
        extra = {'choices': ['red']} if kind == 'select' else {'target': Site} if kind == 'object' else {}
        make_type('thing', fields=[{'name': 'value', 'type': kind, 'unique': True, **extra}, ('other', 'text')])
        if kind == 'object':
            value = Site.objects.create(name='a', slug='a').pk
        first = rest.post('thing/', {'value': value})
        assert list(rest.post('thing/', {'value': value}, expect=400)) == ['value']
        # Null is no value, and an object does not collide with itself.
        rest.post('thing/', {})
        other = rest.post('thing/', {'value': None})
        rest.patch(f'thing/{first["id"]}/', {'value': value})
        assert list(rest.patch(f'thing/{other["id"]}/', {'value': value}, expect=400)) == ['value']
        body = rest.post('thing/', [{'other': 'a'}, {'value': value}], expect=400)
        assert [list(error['errors']) for error in body['errors']] == [['value']]

    def test_unique_values_collide_within_one_bulk_request(self, rest):
        thing = make_type('thing', fields=[{'name': 'value', 'type': 'text', 'unique': True}])
        body = rest.post('thing/', [{'value': 'a'}, {'value': 'a'}], expect=400)
        assert [(error['index'], list(error['errors'])) for error in body['errors']] == [(1, ['value'])]
        assert not thing.get_model().objects.exists()

    def test_of_two_that_write_the_same_value_at_once_one_is_refused(self, fresh_database):
        """The other one's value arrives after the check and before the write: the index tells, and nothing is kept."""
        thing = make_type('thing', fields=[{'name': 'value', 'type': 'text', 'unique': True}, ('other', 'text')])
        rest, model = Rest(superuser()), thing.get_model()
        mine = make_object(thing, value='mine')
        other = connection.get_new_connection(connection.get_connection_params())
        other.autocommit = True
        column = model._meta.get_field('value').column

        def write_first(sender, instance, **kwargs):
            if getattr(instance, 'value', None) == 'taken':
                other.execute(
                    f'INSERT INTO {model._meta.db_table} ({column}) VALUES (%s) ON CONFLICT DO NOTHING', ['taken']
                )

        pre_save.connect(write_first)
        try:
            assert list(rest.post('thing/', {'value': 'taken'}, expect=400)) == ['value']
            model.objects.filter(value='taken').delete()
            assert list(rest.patch(f'thing/{mine.pk}/', {'value': 'taken', 'other': 'x'}, expect=400)) == ['value']
            model.objects.filter(value='taken').delete()
            (error,) = rest.post('thing/', [{'other': 'x'}, {'value': 'taken'}], expect=400)['errors']
            assert (error['index'], list(error['errors'])) == (1, ['value'])
        finally:
            pre_save.disconnect(write_first)
            other.close()
        assert list(model.objects.exclude(value='taken').values_list('value', 'other')) == [('mine', None)]

    def test_patterns_and_limits(self, rest):
        make_type('thing', fields=[
            {'name': 'code', 'type': 'text', 'validation_regex': '^[A-Z]+$'},
            {'name': 'web', 'type': 'url', 'validation_regex': '^https'},
            {'name': 'amount', 'type': 'integer', 'validation_minimum': 1, 'validation_maximum': 5},
            {'name': 'price', 'type': 'decimal', 'validation_minimum': 1, 'validation_maximum': 5},
        ])  # fmt: skip
        wrong = {'code': 'a', 'web': 'http://a.org', 'amount': 0, 'price': 5.01}
        for key, value in wrong.items():
            assert list(rest.post('thing/', {key: value}, expect=400)) == [key]
        rest.post('thing/', {'code': 'A', 'web': 'https://a.org', 'amount': 1, 'price': 5})


# Attributes that a valid text field is sent with, and the key that the error must stand under.
WRONG_FIELDS = [
    ('name', {'name': 'Upper'}),
    ('name', {'name': 'a__b'}),
    ('name', {'name': 'tags'}),
    ('name', {'name': 'return_url'}),
    ('name', {'name': 'empty_values'}),
    ('__all__', {'name': 'other'}),
    ('type', {'type': 'nonsense'}),
    ('type', {'type': ['text']}),
    ('custom_object_type', {'custom_object_type': 4711}),
    ('custom_object_type', {'custom_object_type': HUGE}),
    ('custom_object_type', {'custom_object_type': True}),
    ('validation_regex', {'validation_regex': '('}),
    ('validation_regex', {'type': 'integer', 'validation_regex': 'a'}),
    ('validation_minimum', {'type': 'integer', 'validation_minimum': 5, 'validation_maximum': 1}),
    ('validation_minimum', {'type': 'integer', 'validation_minimum': HUGE}),
    ('default', {'type': 'integer', 'default': 'abc'}),
    ('default', {'type': 'date', 'default': '2024-02-30'}),
    ('default', {'type': 'url', 'default': 'no url'}),
    ('default', {'type': 'boolean', 'default': 'yes'}),
    ('default', {'default': NUL}),
    ('default', {'default': {'a': 1}}),
    ('default', {'type': 'object', 'app_label': 'dcim', 'model': 'site', 'default': 4711}),
    ('default', {'type': 'object', 'app_label': 'dcim', 'model': 'site', 'default': HUGE}),
    ('default', {'type': 'multiobject', 'app_label': 'dcim', 'model': 'site', 'default': [HUGE]}),
    ('choice_set', {'type': 'select'}),
    ('choice_set', {'type': 'select', 'choice_set': 4711}),
    ('unique', {'type': 'boolean', 'unique': True}),
    ('__all__', {'primary': True, 'context': True}),
    ('weight', {'weight': -1}),
    ('search_weight', {'search_weight': 40000}),
    ('filter_logic', {'filter_logic': 'fuzzy'}),
    ('on_delete_behavior', {'on_delete_behavior': 'explode'}),
    ('on_delete_behavior', {'on_delete_behavior': 'cascade'}),
    ('related_object_type', {'type': 'object'}),
    ('related_object_type', {'type': 'object', 'related_object_type': 4711000}),
    ('related_object_type', {'type': 'object', 'related_object_type': HUGE}),
    ('related_object_type', {'type': 'object', 'related_object_type': 'dcim.site'}),
    ('related_object_type', {'type': 'object', 'related_object_type': True}),
    ('related_object_type', {'type': 'object', 'related_object_type': {'app_label': 'dcim'}}),
    ('related_object_type', {'type': 'object', 'related_object_type': {'app_label': 'dcim', 'model': NUL}}),
    ('__all__', {'type': 'object', 'app_label': 'dcim'}),
    ('__all__', {'type': 'object', 'model': 'site'}),
    ('__all__', {'type': 'object', 'app_label': 'dcim', 'model': 'spaceship'}),
    ('__all__', {'type': 'object', 'app_label': 'DCIM', 'model': 'site'}),
    ('__all__', {'type': 'object', 'app_label': 'custom-objects', 'model': 'nowhere'}),
    ('__all__', {'type': 'object', 'app_label': 'netbox_custom_objects', 'model': 'table4711model'}),
    ('related_object_filter', {'related_object_filter': {'a': 1}}),
    ('related_object_filter', {'type': 'object', 'app_label': 'dcim', 'model': 'site',
                               'related_object_filter': [1]}),
    ('related_name', {'type': 'object', 'app_label': 'dcim', 'model': 'site', 'related_name': 'a__b'}),
    ('deprecated_since', {'deprecated_since': 'one'}),
]  # fmt: skip


def make_thing():
    make_type('other')
    return make_type('thing', fields=[('other', 'text')])


class TestDefinitions:
    """Types and fields."""

    @pytest.mark.kept.with_args(make_thing)
    @pytest.mark.parametrize(
        ('key', 'value'),
        [
            ('name', 'Upper'), ('name', 'a__b'), ('name', ''), ('name', None), ('name', ['a']), ('name', 'x' * 101),
            ('slug', 'a b'), ('slug', ''), ('slug', 'custom-object-types'), ('slug', 'OTHER'), ('slug', 'other'),
            ('name', 'other'), ('version', 'one'), ('display_expression', '{{ a'), ('description', 'x' * 201),
            ('config_context_enabled', 'maybe'), ('tags', ['x']), ('changelog_message', {'a': 1}), ('slug', NUL),
        ],
    )  # fmt: skip
    def test_wrong_attributes_of_a_type(self, rest, key, value):
        body = rest.post('custom-object-types/', {'name': 'new', 'slug': 'new', key: value}, expect=400)
        assert list(body) == [key]
        assert CustomObjectType.objects.count() == 2

    @pytest.mark.kept.with_args(make_thing)
    @pytest.mark.parametrize(('key', 'body'), WRONG_FIELDS)
    def test_wrong_attributes_of_a_field(self, rest, key, body):
        thing = KEEPER.value
        valid = {'custom_object_type': thing.pk, 'name': 'value', 'type': 'text'}
        answer = rest.post('custom-object-type-fields/', {**valid, **body}, expect=400)
        assert list(answer) == [key]
        if key == '__all__' and 'app_label' in body:
            assert (f'{body["app_label"]}.{body["model"]}' if 'model' in body else 'model') in answer[key][0]
        assert CustomObjectTypeField.objects.count() == 1
        rest.post('thing/', {'other': 'still works'})

    def test_a_conversion_that_stored_values_do_not_survive(self, rest):
        thing = make_type('thing', fields=[('value', 'text')])
        made = make_object(thing, value='abc')
        field = thing.fields.get()
        body = rest.patch(f'custom-object-type-fields/{field.pk}/', {'type': 'integer'}, expect=400)
        assert list(body) == ['type']
        assert 'abc' in body['type'][0]
        field.refresh_from_db()
        assert field.type == 'text'
        assert rest.get(f'thing/{made.pk}/')['value'] == 'abc'

    def test_a_field_cannot_move_or_change_its_target(self, rest):
        thing, other = make_type('thing'), make_type('other')
        field = make_field(thing, 'place', 'object', target=Site)
        path = f'custom-object-type-fields/{field.pk}/'
        assert list(rest.patch(path, {'custom_object_type': other.pk}, expect=400)) == ['custom_object_type']
        assert list(rest.patch(path, {'app_label': 'dcim', 'model': 'rack'}, expect=400)) == ['__all__']
        assert list(rest.patch(path, {'type': 'text'}, expect=400)) == ['related_object_type', 'type']

    def test_a_type_that_others_point_at_stays(self, rest):
        target, thing = make_type('target'), make_type('thing')
        make_field(thing, 'ref', 'object', target=target)
        body = rest.delete(f'custom-object-types/{target.pk}/', expect=409)
        assert 'thing.ref' in body['detail']
        rest.delete('custom-object-types/', [{'id': target.pk}], expect=409)
        rest.post('target/', {})


def test_a_tag_that_is_kept_for_other_objects_is_refused(rest, every_kind):
    tag = Tag.objects.create(name='sites only', slug='sites-only')
    tag.object_types.add(ObjectType.objects.get_for_model(Site))
    rest.post('every-kind/', {'title': 'a', 'tags': [tag.pk]}, expect=400)
    assert not every_kind.get_model().objects.exists()


def test_an_update_of_one_object_takes_no_list(rest, every_kind):
    made = make_object(every_kind, title='before')
    for path in (
        f'every-kind/{made.pk}/',
        f'custom-object-types/{every_kind.pk}/',
        f'custom-object-type-fields/{every_kind.fields.first().pk}/',
    ):
        for query in ('', '?dry_run=true'):
            for send in (rest.patch, rest.put):
                assert list(send(path + query, [{'title': 'a'}, {}], expect=400)) == ['__all__']
    made.refresh_from_db()
    assert made.title == 'before'


def test_percent_signs_in_filters_are_quoted_as_they_are(rest, every_kind):
    made = make_object(every_kind, title='a')
    for path in ('every-kind/', f'every-kind/{made.pk}/'):
        for value in ('%', '%00', '%s', '%(a)s'):
            assert value in rest.get(path, color=value, expect=400)['color'][0]
            assert list(rest.get(path, active=value, expect=400)) == ['active']
            assert list(rest.get(path, title__regex=value + '(', expect=400)) == ['title__regex']
