"""Empty text in columns where it means nothing: as replays of old records left it, and leave it."""

import pytest
from django.db import connection

from tests.support.factories import make_object, make_type
from tests.surfaces.rest import Rest, superuser
from tests.surfaces.ui import Browser

FIELDS = {'mail': 'email', 'color': 'color', 'web': 'url', 'state': 'select'}


@pytest.fixture
def kind(db):
    return make_type('thing', fields=[
        {'name': name, 'type': type, **({'choices': ['red']} if type == 'select' else {})}
        for name, type in FIELDS.items()
    ])  # fmt: skip


def columns(kind):
    return [field.column() for field in kind.get_model()._definition.fields if field.name in FIELDS]


@pytest.fixture
def obj(kind):
    made = make_object(kind)
    with connection.cursor() as cursor:
        values = ', '.join(f"{column} = ''" for column in columns(kind))
        cursor.execute(f'UPDATE {kind.get_database_table_name()} SET {values}')
    return made


def test_reads_as_nothing_everywhere(obj, kind, browser):
    rest = Rest(browser.user)
    body = rest.get(f'thing/{obj.pk}/')
    assert {name: body[name] for name in FIELDS} == dict.fromkeys(FIELDS)
    stored = kind.get_model().objects.get()
    assert [getattr(stored, name) for name in FIELDS] == [None] * 4
    assert kind.get_model().objects.values(*FIELDS).get() == dict.fromkeys(FIELDS)
    for name in FIELDS:
        assert [found['id'] for found in rest.get('thing/', **{f'{name}__empty': 'true'})['results']] == [obj.pk]
        assert rest.get('thing/', **{f'{name}__empty': 'false'})['results'] == []
    # The object can be edited without a word about them.
    rest.patch(f'thing/{obj.pk}/', {'owner': None})
    browser.get(f'thing/{obj.pk}/')


def test_a_replayed_record_stores_nothing(kind):
    model = kind.get_model()
    data = {model._payload_names[name]: '' for name in FIELDS}
    model.deserialize_object(data, pk=4711).save()
    made = model.objects.get(pk=4711)
    for name in FIELDS:
        setattr(made, model._payload_names[name], '')
    made.save()
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {", ".join(columns(kind))} FROM {kind.get_database_table_name()}')
        assert cursor.fetchall() == [(None,) * 4]


@pytest.fixture
def browser(db):
    user = superuser()
    browser = Browser(user)
    browser.user = user
    return browser
