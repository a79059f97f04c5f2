"""Specials of select: a choice set decides what may be written, and may change at any time."""

import pytest
from django.apps import apps
from django.utils import timezone

from utilities.exceptions import AbortRequest

from netbox_custom_objects.field_types.graphql import CustomObjectChoiceType
from netbox_custom_objects.models import CustomObjectTypeField
from tests.field_types.case import Case, Filter, sample, text_lookups
from tests.field_types.json_values import BOOLEANS, HIGH, HUGE, LISTS, NUL, OBJECTS, WORDS
from tests.field_types.refusals import one_field, refused, refused_field, refused_value
from tests.field_types.samples import COLORS, shown, takes_choices
from tests.support.clients import browser, rest, user  # noqa: F401
from tests.support.factories import make_choice_set, make_field, make_object, make_type
from tests.surfaces.ui import text_of

pytestmark = pytest.mark.django_db


def test_a_choice_set_is_needed():
    assert refused_field('choice_set', type='select')


def test_new_choices_can_be_used_at_once_and_gone_ones_no_more():
    thing = one_field('select', choices=['red', 'green'])
    obj = thing.get_model().objects.create(value='red')
    assert refused_value(thing, 'blue')
    choice_set = thing.fields.get().choice_set
    choice_set.extra_choices = [['blue', 'Blue'], ['green', 'Green']]
    with pytest.raises(AbortRequest, match='red'):
        choice_set.save()
    obj.value = 'green'
    obj.save()
    choice_set.save()
    thing.get_model()(value='blue').full_clean()
    assert refused_value(thing, 'red')
    assert thing.get_model().objects.get(pk=obj.pk).value == 'green'


def test_another_choice_set_can_be_chosen():
    thing = one_field('select', choices=['red'])
    field = CustomObjectTypeField.objects.get()
    field.choice_set = make_choice_set('other', ['north'])
    field.full_clean()
    field.save()
    thing.get_model()(value='north').full_clean()
    assert refused_value(thing, 'red')


def test_the_longest_value_fits():
    longest = 'x' * 100
    thing = one_field('select', choices=[longest])
    obj = thing.get_model()(value=longest)
    obj.full_clean()
    obj.save()


def test_a_default_is_one_of_the_choices():
    thing = one_field('select', choices=['red'])
    field = thing.fields.get()
    field.default = 'blue'
    assert 'blue' in refused(field.full_clean, 'default')


class TestGoneChoices:
    """A choice can leave its set while objects hold it: by a raw save or a merge, which ask nobody."""

    @pytest.fixture(params=['select', 'multiselect'])
    def held(self, request):
        """The value of an object that was stored when all choices were there: `red`, or a list with it."""
        return 'red' if request.param == 'select' else ['green', 'red']

    @pytest.fixture
    def obj(self, held):
        fields = [{'name': 'title', 'type': 'text', 'primary': True}]
        thing = make_type('thing', fields=fields)
        kind = 'select' if isinstance(held, str) else 'multiselect'
        field = make_field(thing, 'value', kind, choices=['red', 'green', 'blue'])
        obj = make_object(thing, title='a', value=held)
        without(field.choice_set, 'red')
        return obj

    def model(self, obj):
        """Return the class as it is now that the set was changed."""
        return apps.get_model('netbox_custom_objects', obj._meta.model_name)

    def read(self, obj):
        found = self.model(obj).objects.get(pk=obj.pk)
        return found.title, found.value

    def test_it_is_shown(self, browser, rest, obj, held):
        shown = rest.get(f'thing/{obj.pk}/')['value']
        assert {'value': 'red', 'label': 'red'} in (shown if isinstance(held, list) else [shown])
        assert rest.get('thing/')['results'][0]['value'] == shown
        for path in ('thing/', f'thing/{obj.pk}/'):
            assert 'red' in text_of(browser.get(path)), path
        for path in ('thing/?export', 'thing/?export=importable'):
            assert 'red' in browser.get(path), path

    def test_other_values_can_be_edited_over_rest(self, rest, obj, held):
        rest.patch(f'thing/{obj.pk}/', {'title': 'b'})
        assert self.read(obj) == ('b', held)
        rest.patch('thing/', [{'id': obj.pk, 'title': 'c'}])
        assert self.read(obj) == ('c', held)
        rest.put(f'thing/{obj.pk}/', {'title': 'd', 'value': held})
        assert self.read(obj) == ('d', held)
        rest.patch('thing/', [{'id': obj.pk, 'title': 'e', 'value': held}])
        assert self.read(obj) == ('e', held)

    def test_other_values_can_be_edited_in_forms(self, browser, obj, held):
        page = browser.get(f'thing/{obj.pk}/edit/')
        assert '<option value="red" selected' in ' '.join(page.split())
        shown = browser.response.context['form']['value'].value()
        browser.post(f'thing/{obj.pk}/edit/', title='b', value=shown)
        assert self.read(obj) == ('b', held)
        browser.post('thing/bulk-edit/', pk=[obj.pk], _apply='1', title='c')
        assert self.read(obj) == ('c', held)
        text = held if isinstance(held, str) else f'"{",".join(held)}"'
        data = f'id,title,value\n{obj.pk},d,{text}\n'
        browser.post('thing/bulk-import/', data=data, format='csv', csv_delimiter=',', import_method='direct')
        assert self.read(obj) == ('d', held)

    def test_no_other_object_can_get_it(self, browser, rest, obj, held):
        model = self.model(obj)
        other = model.objects.create(title='other')
        for method, path in (('post', 'thing/'), ('patch', f'thing/{other.pk}/')):
            assert list(getattr(rest, method)(path, {'title': 'x', 'value': held}, expect=400)) == ['value']
        for path in ('thing/add/', f'thing/{other.pk}/edit/'):
            browser.post(path, 200, title='x', value=held)
            assert list(browser.errors) == ['value']
        assert refused(model(title='x', value=held).full_clean)
        other.value = held
        assert refused(other.full_clean)
        assert model.objects.count() == 2

    def test_it_can_be_replaced_and_does_not_come_back(self, rest, obj, held):
        choose = (lambda *values: list(values)) if isinstance(held, list) else lambda *values: values[0]
        rest.patch(f'thing/{obj.pk}/', {'value': choose('blue')})
        rest.patch(f'thing/{obj.pk}/', {'value': choose('red')}, expect=400)
        assert self.read(obj) == ('a', choose('blue'))


def without(choice_set, value):
    """Take a choice away without asking who holds it, as a raw save does."""
    choice_set.extra_choices = [choice for choice in choice_set.extra_choices if choice[0] != value]
    choice_set.last_updated = timezone.now()
    choice_set.save_base(raw=True)


# What the contract of all types runs, and what REST refuses, see case.py.
CASES = (
    Case(
        'select',
        ('character varying(100)',),
        values=tuple(COLORS),
        default=('red', 'red'),
        bad_values=('blue', 'Red', 'red '),
        bad_defaults=('blue', 5, ['red']),
        blank=('',),
        needs=takes_choices,
        samples=tuple(sample(value, reads=shown(value)[0], cell=value.capitalize(), payload=value) for value in COLORS),
        filters=(Filter('value', 'red', (0,)), Filter('value', ['red', 'green'], (0, 1)), *text_lookups(*COLORS)),
        bad_filters=(('value', 'blue'), ('value__regex', '('), ('value__empty', 'maybe')),
        order=(1, 0, 2),
        bad_form={'value': 'blue'},
        bad_text={'value': 'blue'},
        bad_rest='blue',
        word='red',
        choices=tuple(COLORS),
        quick='RED',
        graphql=CustomObjectChoiceType | None,
    ),
)

CHOICES = (
    '', ' ', 'blue', 'Red', 'RED', 'red ', ' red', 'red,green', 'red green', 'r', 'redd', 'réd', 'Green', 'Ärmel',
    'ärmel, lang',
    'Ärmel,lang', 'Armel, lang', 0, 1, 1.5, -1, HUGE, f'red{NUL}', f'red{HIGH}', 'red\n', '["red"]', '{"value": "red"}',
    'x' * 101, '*', 'red|green',
)  # fmt: skip
NESTED = (
    {'value': 'blue'},
    {'value': None},
    {'value': {'value': 'red'}},
    {'value': 'red', 'a': 1},
    {'label': 'Red'},
    ['red'],
    ['red', 'green'],
    [['red']],
)
BAD_INPUTS = (*BOOLEANS, *OBJECTS, *LISTS, *WORDS, *CHOICES, *NESTED)
