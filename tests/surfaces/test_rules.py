"""Rules of the installation: CUSTOM_VALIDATORS, PROTECTION_RULES, and choices that are in use (contract 2.2, 9)."""

import pytest

from extras.models import CustomFieldChoiceSet

from ..support.factories import make_choice_set, make_field, make_object, make_type
from .rest import superuser
from .ui import Browser


class TestValidators:
    def test_custom_validators_under_the_slug(self, rest, settings):
        make_type('thing', slug='Good-Things', fields=[('title', 'text')])
        make_type('other', fields=[('title', 'text')])
        settings.CUSTOM_VALIDATORS = {'netbox_custom_objects.good-things': [{'title': {'min_length': 3}}]}
        body = rest.post('good-things/', {'title': 'a'}, expect=400)
        assert list(body) == ['__all__']
        assert 'title' in body['__all__'][0]
        pk = rest.post('good-things/', {'title': 'abc'})['id']
        rest.patch(f'good-things/{pk}/', {'title': 'b'}, expect=400)
        errors = rest.post('good-things/', [{'title': 'abcd'}, {'title': 'c'}], expect=400)['errors']
        assert [error['index'] for error in errors] == [1]
        rest.post('other/', {'title': 'a'})

    def test_in_forms(self, db, settings):
        made = make_type('thing', fields=[('title', 'text')])
        settings.CUSTOM_VALIDATORS = {'netbox_custom_objects.thing': [{'title': {'required': True}}]}
        page = Browser(superuser()).client.post('/plugins/custom-objects/thing/add/', {'title': ''})
        assert page.status_code == 200
        assert 'Custom validation failed' in page.content.decode()
        assert made.get_model().objects.count() == 0

    def test_protection_rules_under_the_slug(self, rest, settings):
        made = make_type('thing', fields=[('title', 'text')])
        settings.PROTECTION_RULES = {'netbox_custom_objects.thing': [{'title': {'eq': 'old'}}]}
        new, old = make_object(made, title='new'), make_object(made, title='old')
        assert 'protection rule' in rest.delete(f'thing/{new.pk}/', expect=400)['detail']
        body = rest.delete('thing/', [{'id': old.pk}, {'id': new.pk}], expect=400)
        assert [error['id'] for error in body['errors']] == [new.pk]
        assert made.get_model().objects.count() == 2
        rest.delete(f'thing/{old.pk}/')


class TestChoices:
    @pytest.fixture
    def choice_set(self, db):
        return make_choice_set('colours', ['red', 'green', 'blue'])

    @pytest.fixture
    def thing(self, choice_set):
        made = make_type('thing')
        make_field(made, 'one', 'select', choice_set=choice_set)
        make_field(made, 'many', 'multiselect', choice_set=choice_set)
        return made

    @pytest.mark.parametrize('values', [{'one': 'red'}, {'many': ['green', 'red']}])
    def test_a_used_choice_cannot_be_removed(self, rest, choice_set, thing, values):
        obj = make_object(thing, **values)
        url = f'/api/extras/custom-field-choice-sets/{choice_set.pk}/'
        left = [['green', 'Green'], ['blue', 'Blue']]
        message = rest.patch(url, {'extra_choices': left}, expect=400)['detail']
        assert 'red' in message
        assert f'{next(iter(values))} (1 object)' in message
        listed = rest.patch(url.replace(f'{choice_set.pk}/', ''), [{'id': choice_set.pk, 'extra_choices': left}], 400)
        assert listed['errors'][0]['id'] == choice_set.pk
        assert len(CustomFieldChoiceSet.objects.get().extra_choices) == 3
        # Another label, another order and one more choice are no removal.
        rest.patch(url, {'extra_choices': [['blue', 'B'], ['red', 'Crimson'], ['green', 'Green'], ['x', 'X']]})
        rest.delete(f'thing/{obj.pk}/')
        rest.patch(url, {'extra_choices': left})

    def test_another_set_must_have_the_choices_in_use(self, rest, thing):
        smaller = make_choice_set('smaller', ['green', 'x'])
        make_object(thing, one='green', many=['green', 'blue'])
        one, many = (f'custom-object-type-fields/{thing.fields.get(name=name).pk}/' for name in ('one', 'many'))
        assert list(rest.patch(many, {'choice_set': smaller.pk}, expect=400)) == ['choice_set']
        rest.patch(one, {'choice_set': smaller.pk})
        assert list(rest.patch(one, {'choice_set': make_choice_set('none', ['y']).pk}, expect=400)) == ['choice_set']

    def test_in_the_form(self, choice_set, thing):
        make_object(thing, one='red')
        data = {'name': 'colours', 'extra_choices': 'green:Green\nblue:Blue'}
        url = f'/extras/custom-field-choices/{choice_set.pk}/edit/'
        page = Browser(superuser()).client.post(url, data)
        assert page.status_code == 200
        assert 'while objects hold them: red' in str(page.context['form'].errors)
        assert len(CustomFieldChoiceSet.objects.get().extra_choices) == 3

    def test_a_set_that_a_field_uses_cannot_be_deleted(self, rest, choice_set, thing):
        url = f'/api/extras/custom-field-choice-sets/{choice_set.pk}/'
        assert 'One' in rest.delete(url, expect=409)['detail']
        for field in thing.fields.all():
            rest.delete(f'custom-object-type-fields/{field.pk}/')
        rest.delete(url)
