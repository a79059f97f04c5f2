"""Specials of json: documents are kept exactly, defaults are never shared."""

import pytest

from tests.field_types.refusals import one_field, refused_value

pytestmark = pytest.mark.django_db


def test_values_that_are_false_are_not_empty():
    model = one_field('json').get_model()
    stored = [0, False, '', [], {}, None]
    for value in stored:
        model.objects.create(value=value)
    found = list(model.objects.order_by('pk').values_list('value', flat=True))
    assert [(type(value), value) for value in found] == [(type(value), value) for value in stored]


def test_a_default_is_a_fresh_document_for_each_object():
    model = one_field('json', default={'tags': []}).get_model()
    model().value['tags'].append('spoilt')
    assert model().value == {'tags': []}


@pytest.mark.parametrize('value', [{'a': 'nul \0'}, ['\ud800'], {'\0': 1}, float('nan'), [float('inf')]])
def test_what_postgresql_cannot_store_is_refused(value):
    assert refused_value(one_field('json'), value)


def test_deep_documents():
    value = 'x'
    for _ in range(200):
        value = [value]
    model = one_field('json').get_model()
    pk = model.objects.create(value=value).pk
    assert model.objects.get(pk=pk).value == value
