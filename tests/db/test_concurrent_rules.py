"""Requests that make a rule about a field while another one deletes or converts it: no rule is left without effect."""

import threading

import pytest
from django.db import connections, transaction

from netbox_custom_objects.models import CustomObjectTypeConstraint
from netbox_custom_objects.services.reconcile import reconcile_all
from tests.support.branches import assert_schema_is_clean, edit
from tests.support.factories import make_constraint, make_type
from tests.support.sessions import query, somebody_waits_for_a_lock, wait_until
from tests.surfaces.rest import Rest, superuser

FIELDS, CONSTRAINTS = 'custom-object-type-fields/', 'custom-object-type-constraints/'


@pytest.fixture
def thing(fresh_database, plugin_settings):
    plugin_settings(ddl_lock_timeout=5000, ddl_lock_retries=5)
    return make_type('thing', fields=[('name', 'text'), *((f'count{number}', 'integer') for number in range(5))])


def meanwhile(change, request):
    """Do `change` in a transaction that ends when a request waits for it; return the answer of the request."""
    user, found = superuser(), []

    def send():
        try:
            found.append(request(Rest(user)))
        except AssertionError as error:
            found.append(str(error))
        finally:
            connections.close_all()

    thread = threading.Thread(target=send)
    with transaction.atomic():
        change()
        thread.start()
        # In a transaction, PostgreSQL shows what it has once shown.
        wait_until(lambda: (query('SELECT pg_stat_clear_snapshot()'), somebody_waits_for_a_lock())[1])
    thread.join()
    user.delete()
    return str(*found)


def test_rules_about_a_field_that_is_being_deleted(thing):
    name = thing.fields.get(name='name')
    of_type = {'custom_object_type': thing.pk}
    requests = [
        lambda rest: rest.post(CONSTRAINTS, {**of_type, 'name': 'a', 'type': 'unique', 'fields': ['count0']}, 400),
        lambda rest: rest.post(CONSTRAINTS, {**of_type, 'name': 'a', 'type': 'check', 'expression': 'count1 > 0'}, 400),
        lambda rest: rest.patch(f'{FIELDS}{name.pk}/', {'required_if': 'count2 > 0'}, 400),
        lambda rest: rest.post(
            FIELDS, {**of_type, 'name': 'more', 'type': 'text', 'visible_if': 'count3 > 0'}, 400
        ),
        lambda rest: rest.post(
            FIELDS,
            {**of_type, 'name': 'more', 'type': 'computed', 'result_type': 'integer', 'expression': 'count4 + 1'},
            400,
        ),
    ]  # fmt: skip
    for number, request in enumerate(requests):
        answer = meanwhile(thing.fields.get(name=f'count{number}').delete, request)
        assert f'count{number}' in answer
        assert 'Unknown field' in answer or 'no field with this name' in answer
    assert list(thing.fields.all()) == [name]
    assert not CustomObjectTypeConstraint.objects.exists()
    assert reconcile_all('default') == {}
    assert_schema_is_clean()


def test_a_conversion_of_a_field_that_a_new_constraint_reads(thing):
    field = thing.fields.get(name='count0')
    answer = meanwhile(
        lambda: make_constraint(thing, 'positive', expression='count0 > 0'),
        lambda rest: rest.patch(f'{FIELDS}{field.pk}/', {'type': 'text'}, 400),
    )
    assert answer == "{'type': ['These constraints need the field as it is: positive. Change or delete them first.']}"
    answer = meanwhile(
        lambda: edit(thing.fields.get(name='count1'), type='text'),
        lambda rest: rest.post(
            CONSTRAINTS, {'custom_object_type': thing.pk, 'name': 'a', 'type': 'check', 'expression': 'count1 > 0'}, 400
        ),
    )
    assert "{'expression': ['Line 1" in answer
    assert_schema_is_clean()
