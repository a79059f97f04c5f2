"""What a type and a field may be: each refusal under the attribute that it is about, and nothing changes."""

import pytest
from django.core.exceptions import ValidationError

from dcim.models import Site

from netbox_custom_objects.ddl.introspect import introspect_all
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.models import CustomObject, CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.models.validation.reserved import CONTRACT_NAMES, is_reserved
from tests.support.factories import make_choice_set, make_field, make_object, make_type
from tests.support.request import changes_of, request

MAIN = Target.for_alias('default')

pytestmark = pytest.mark.django_db


def refused(check):
    """Return the attributes under which something is refused."""
    before = introspect_all(MAIN), CustomObjectType.objects.count(), CustomObjectTypeField.objects.count()
    with pytest.raises(ValidationError) as caught:
        check()
    assert (introspect_all(MAIN), CustomObjectType.objects.count(), CustomObjectTypeField.objects.count()) == before
    return sorted(caught.value.message_dict)


@pytest.fixture
def thing():
    return make_type('thing', fields=[('title', 'text')])


class TestTypes:
    @pytest.mark.parametrize(
        ('attributes', 'keys'),
        [
            ({'name': ''}, ['name']),
            ({'name': 'Upper'}, ['name']),
            ({'name': 'two__underscores'}, ['name']),
            ({'name': '_leading'}, ['name']),
            ({'name': 'trailing_'}, ['name']),
            ({'name': 'with space'}, ['name']),
            ({'name': 'ümlaut'}, ['name']),
            ({'name': 'x' * 101}, ['name']),
            ({'name': 'thing'}, ['name']),
            ({'slug': 'a b'}, ['slug']),
            ({'slug': 'thing'}, ['slug']),
            ({'slug': 'THING'}, ['slug']),
            ({'slug': 'custom-object-types'}, ['slug']),
            ({'slug': 'linked-objects'}, ['slug']),
            ({'version': 'not a version'}, ['version']),
            ({'display_expression': '{{ title'}, ['display_expression']),
            ({'display_expression': '{% nonsense %}'}, ['display_expression']),
        ],
    )
    def test_refused(self, thing, attributes, keys):
        assert refused(lambda: make_type(**{'name': 'other', 'slug': 'other', **attributes})) == keys

    @pytest.mark.parametrize('name', ['a', '1st', 'a_b_c', 'x' * 100, 'table', 'select'])
    def test_accepted(self, name):
        thing = make_type(name, slug='thing', fields=[('title', 'text')])
        assert make_object(thing, title='a').title == 'a'

    def test_the_number_of_types_is_limited(self, thing, plugin_settings):
        plugin_settings(max_custom_object_types=1)
        assert refused(lambda: make_type('other')) == ['__all__']
        plugin_settings(max_custom_object_types=0)
        make_type('other')


class TestFields:
    @pytest.mark.parametrize(
        ('attributes', 'keys'),
        [
            ({'name': ''}, ['name']),
            ({'name': 'Upper'}, ['name']),
            ({'name': 'two__underscores'}, ['name']),
            ({'name': 'x' * 51}, ['name']),
            ({'name': 'title'}, ['__all__']),
            ({'name': 'id'}, ['name']),
            ({'name': 'pk'}, ['name']),
            ({'name': 'tags'}, ['name']),
            ({'name': 'owner_id'}, ['name']),
            ({'name': 'fieldsets'}, ['name']),
            ({'name': 'url'}, ['name']),
            ({'name': 'display'}, ['name']),
            ({'name': 'tagged_items'}, ['name']),
            ({'type': 'nonsense'}, ['type']),
            ({'type': ''}, ['type']),
            ({'primary': True, 'context': True}, ['__all__']),
            ({'type': 'boolean', 'unique': True}, ['unique']),
            ({'type': 'multiobject', 'target': Site, 'unique': True}, ['unique']),
            ({'validation_regex': '('}, ['validation_regex']),
            ({'type': 'integer', 'validation_regex': 'a'}, ['validation_regex']),
            ({'validation_minimum': 1}, ['validation_minimum']),
            ({'type': 'integer', 'validation_minimum': 2, 'validation_maximum': 1}, ['validation_minimum']),
            ({'type': 'select'}, ['choice_set']),
            ({'type': 'object'}, ['related_object_type']),
            ({'target': Site}, ['related_object_type']),
            ({'related_object_filter': {'a': 1}}, ['related_object_filter']),
            ({'type': 'object', 'target': Site, 'related_object_filter': ['a']}, ['related_object_filter']),
            ({'related_name': 'things'}, ['related_name']),
            ({'type': 'object', 'target': Site, 'related_name': 'Bad Name'}, ['related_name']),
            ({'type': 'object', 'target': Site, 'related_name': 'a__b'}, ['related_name']),
            ({'on_delete_behavior': 'cascade'}, ['on_delete_behavior']),
            ({'type': 'object', 'target': Site, 'on_delete_behavior': 'nonsense'}, ['on_delete_behavior']),
            ({'is_polymorphic': True}, ['is_polymorphic']),
            ({'deprecated_since': 'x'}, ['deprecated_since']),
            ({'weight': -1}, ['weight']),
            ({'weight': 2**15}, ['weight']),
            ({'search_weight': 'x'}, ['search_weight']),
            ({'filter_logic': 'x'}, ['filter_logic']),
        ],
    )
    def test_refused(self, thing, attributes, keys):
        assert refused(lambda: make_field(thing, **{'name': 'value', **attributes})) == keys

    @pytest.mark.parametrize(
        'name', ['a', '1st', 'x' * 50, 'class', 'import', 'select', 'order', 'user', 'f_1', 'exact']
    )
    def test_accepted(self, thing, name):
        make_field(thing, name)
        obj = thing.get_model().objects.create(**{name: 'v'})
        assert thing.get_model().objects.filter(**{name: 'v'}).get() == obj

    def test_every_name_of_the_contract_and_of_the_model_base_is_reserved(self):
        names = {name for name in dir(CustomObject) if not name.startswith('_')} | CONTRACT_NAMES
        assert [name for name in names if not is_reserved(name)] == []

    def test_several_mistakes_are_told_at_once(self, thing):
        colors = make_choice_set('colors', ['red'])
        keys = refused(lambda: make_field(thing, 'value', 'boolean', unique=True, related_name='r', choice_set=colors))
        assert keys == ['choice_set', 'related_name', 'unique']

    def test_a_field_stays_with_its_type(self, thing):
        field = thing.fields.get()
        field.custom_object_type = make_type('other')
        assert refused(field.full_clean) == ['custom_object_type']

    def test_a_choice_set_is_for_choices(self, thing):
        assert refused(lambda: make_field(thing, 'value', choice_set=make_choice_set('c', ['a']))) == ['choice_set']

    def test_a_unique_field_cannot_give_its_default_to_all(self, thing):
        for title in ('a', 'b'):
            make_object(thing, title=title)
        assert refused(lambda: make_field(thing, 'value', unique=True, default='x')) == ['default']


class TestIdentity:
    def test_one_field_names_the_object(self, thing):
        first = make_field(thing, 'first', primary=True)
        with request() as made:
            second = make_field(thing, 'second', primary=True)
        first.refresh_from_db()
        assert (first.primary, second.primary) == (False, True)
        changed = [(action, pk) for action, kind, pk in changes_of(made) if kind == 'customobjecttypefield']
        assert changed == [('update', first.pk), ('create', second.pk)]
        assert str(make_object(thing, first='a', second='b')) == 'b'

    def test_former_names_are_remembered_in_order(self, thing):
        field = thing.fields.get()
        for name in ('label', 'title', 'label', 'name_of_it'):
            field.name = name
            field.full_clean()
            field.save()
        field = CustomObjectTypeField.objects.get()
        assert (field.former_names, field.payload_key) == (['title', 'label'], f'title__{field.pk}')

    def test_objects_are_named_by_expression_primary_field_or_number(self, thing):
        obj = make_object(thing, title='a')
        assert str(obj) == f'Thing {obj.pk}'
        make_field(thing, 'code', 'integer', primary=True)
        obj = make_object(thing, title='a', code=0)
        assert str(obj) == '0', 'zero is a value'
        thing.display_expression = '{{ title }} ({{ code }})'
        thing.full_clean()
        thing.save()
        assert str(thing.get_model().objects.get(pk=obj.pk)) == 'a (0)'

    @pytest.mark.parametrize(
        'expression', ['{{ 1 / 0 }}', '{{ title.nothing.there }}', '{{ unknown }}', '{{ title + 1 }}', '  ']
    )
    def test_an_expression_that_fails_never_hides_the_object(self, thing, expression):
        thing.display_expression = expression
        thing.full_clean()
        thing.save()
        obj = make_object(thing, title='a')
        assert str(obj) == f'Thing {obj.pk}'

    def test_an_expression_cannot_change_anything(self, thing):
        make_field(thing, 'place', 'object', target=Site)
        site = Site.objects.create(name='S', slug='s')
        thing.display_expression = '{{ place.delete() }}{{ title }}'
        with pytest.raises(ValidationError):
            thing.full_clean()
        thing.save()
        obj = make_object(thing, title='a', place=site)
        assert str(obj) == f'Thing {obj.pk}'
        assert Site.objects.filter(pk=site.pk).exists()
