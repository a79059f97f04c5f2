"""For random models a and b: applying b to a gives b, and applying a again gives a, with the values that it held."""

import random
from copy import deepcopy

import pytest

from netbox_custom_objects.models import CustomObjectType
from netbox_custom_objects.schema.comparator import diff_document
from netbox_custom_objects.schema.executor import apply_document
from netbox_custom_objects.schema.exporter import export_cots
from netbox_custom_objects.schema.preview import preview_document
from tests.support.branches import assert_schema_is_clean

pytestmark = pytest.mark.django_db

SLUGS = ('one', 'two', 'three')
NAMES = ('a', 'b', 'c', 'd', 'e', 'f')
# What a field with an id can be, in any model: types that are converted into each other.
KINDS = {
    1: ['text', 'longtext'],
    2: ['integer', 'decimal'],
    3: ['select'],
    4: ['object'],
    5: ['multiobject'],
    6: ['boolean'],
}


def some_model(rng: random.Random) -> dict:
    """Return types that refer to each other, with fields whose names and attributes come as they come."""
    return {
        'schema_version': '1',
        'choice_sets': [{'name': 'Colors', 'extra_choices': [['red', 'Red'], ['blue', 'Blue']]}],
        'types': [
            {
                'name': name, 'slug': slug, 'description': rng.choice(['x', 'y']),
                'fields': some_fields(rng, f'custom-objects/{SLUGS[(index + 1) % len(SLUGS)]}'),
            }
            for index, (slug, name) in enumerate(zip(SLUGS, rng.sample(NAMES, len(SLUGS))))
        ],
    }  # fmt: skip


def some_fields(rng: random.Random, target: str) -> list[dict]:
    """Return some of the fields."""
    ids = sorted(rng.sample(list(KINDS), rng.randint(2, len(KINDS))))
    primary = rng.choice(ids)
    return [
        some_field(rng, pk, name, target) | ({'primary': True} if pk == primary else {})
        for pk, name in zip(ids, rng.sample(NAMES, len(ids)))
    ]


def some_field(rng: random.Random, pk: int, name: str, target: str) -> dict:
    field = {'id': pk, 'name': name, 'type': rng.choice(KINDS[pk])}
    if rng.random() < 0.5:
        field['label'] = rng.choice(['L', 'M'])
    if pk < 4 and rng.random() < 0.3:
        field['unique'] = True
    if rng.random() < 0.5:
        field['weight'] = rng.randint(1, 5)
    if pk == 1 and rng.random() < 0.5:
        field['validation_regex'] = '^[a-z]+$'
    if pk == 2 and rng.random() < 0.5:
        field['validation_minimum'] = rng.randint(1, 3)
    if pk == 3:
        field['choice_set'] = 'Colors'
    if pk in (4, 5):
        field |= {'related_name': f'inbound_{pk}'} if rng.random() < 0.3 else {}
        field['related_object_type'] = target
    if pk == 4 and rng.random() < 0.5:
        field['on_delete_behavior'] = rng.choice(['cascade', 'protect'])
    return field


def after(before: dict, model: dict) -> dict:
    """Return a model that removes what it does not have of the one before."""
    model = deepcopy(model)
    for type_, former in zip(model['types'], before['types']):
        kept = {field['id'] for field in type_['fields']}
        gone = [field for field in former['fields'] if field['id'] not in kept]
        if gone:
            type_['removed_fields'] = [{name: field[name] for name in ('id', 'name', 'type')} for field in gone]
    return model


def exported() -> list:
    """Return what the instance holds, as documents say it, without what was removed and without hashes."""
    types = deepcopy(export_cots(CustomObjectType.objects.all())['types'])
    return sorted((meaning(type_) for type_ in types), key=lambda type_: type_['slug'])


def meaning(type_: dict) -> dict:
    return {name: value for name, value in type_.items() if name not in ('base', 'removed_fields')}


def meanings(model: dict) -> list:
    return sorted((meaning(type_) for type_ in model['types']), key=lambda type_: type_['slug'])


def apply_and_check(model: dict) -> None:
    apply_document(model, allow_destructive=True)
    assert [dict_sorted(type_) for type_ in exported()] == [dict_sorted(type_) for type_ in meanings(model)]
    assert not any(diff.has_changes for diff in diff_document(model))
    assert not preview_document(model).comparison.has_changes
    assert_schema_is_clean()


def dict_sorted(type_: dict) -> dict:
    return {**type_, 'fields': [dict(sorted(field.items())) for field in type_['fields']]}


def row_of(slug: str) -> dict:
    """Return the values of the one object of a type, by the id of the field."""
    type_ = CustomObjectType.objects.get(slug=slug)
    obj = type_.get_model().objects.get()
    return {field.schema_id: getattr(obj, field.name) for field in type_.fields.filter(schema_id__in=(1, 2, 3, 6))}


@pytest.mark.parametrize('seed', range(3))
def test_from_one_model_to_another_and_back(seed):
    rng = random.Random(seed)
    a, b = some_model(rng), some_model(rng)
    apply_and_check(a)
    values = {1: 'abc', 2: 7, 3: 'red', 6: True}
    for type_ in CustomObjectType.objects.all():
        fields = type_.fields.filter(schema_id__in=values)
        type_.get_model().objects.create(**{field.name: values[field.schema_id] for field in fields})
    before = {slug: row_of(slug) for slug in SLUGS}
    apply_and_check(after(a, b))
    apply_and_check(after(b, a))
    assert {slug: row_of(slug) for slug in SLUGS} == before
