"""A plugin is gone, its table is not: what its rows refer to is not deleted, and the refusal names the table."""

import pytest
from django.db import connection, connections

from netbox_branching.utilities import activate_branch

from netbox_custom_objects.exceptions import StillReferredTo
from netbox_custom_objects.models import CustomObjectType
from tests.support.branches import edit
from tests.support.factories import make_field, make_object, make_type
from tests.surfaces.rest import Rest, superuser
from tests.surfaces.ui import Browser

TYPES, FIELDS = 'netbox_custom_objects_customobjecttype', 'netbox_custom_objects_customobjecttypefield'
# As Django makes the table of a model with a foreign key.
CREATE = 'CREATE TABLE {name} (id bigserial PRIMARY KEY, of_id bigint {null} REFERENCES {table} (id) {more})'


def left_table(name, table, pk, null='NOT NULL', more='DEFERRABLE INITIALLY DEFERRED'):
    with connection.cursor() as cursor:
        cursor.execute(CREATE.format(name=name, table=table, null=null, more=more))
        cursor.execute(f'INSERT INTO {name} (of_id) VALUES (%s)', [pk])


@pytest.fixture
def cats(db):
    cats = make_type('cat', slug='cats', fields=[{'name': 'title', 'primary': True}])
    make_object(cats, title='Tom')
    return cats


def test_a_type_is_kept(cats):
    user, pk = superuser(), cats.pk
    left_table('latecomer_rule', TYPES, pk)
    answer = Rest(user).delete(f'custom-object-types/{pk}/', expect=409)
    assert 'latecomer_rule' in str(answer), answer
    assert 'not installed' in str(answer), answer
    browser = Browser(user)
    browser.post(f'custom-object-types/{pk}/delete/', confirm='true')
    assert 'latecomer_rule' in browser.get(f'custom-object-types/{pk}/')
    browser.post('custom-object-types/delete/', pk=[pk], confirm='true', _confirm='1')
    assert any('latecomer_rule' in message for message in browser.messages), browser.messages
    assert CustomObjectType.objects.get().get_model().objects.get().title == 'Tom'
    with connection.cursor() as cursor:
        cursor.execute('DELETE FROM latecomer_rule')
    Rest(user).delete(f'custom-object-types/{pk}/')
    assert not CustomObjectType.objects.exists()


def test_a_field_is_kept_too(cats):
    field = make_field(cats, 'sound')
    left_table('latecomer_note', FIELDS, field.pk, null='NULL')
    answer = Rest(superuser()).delete(f'custom-object-type-fields/{field.pk}/', expect=409)
    assert 'latecomer_note' in str(answer), answer
    with pytest.raises(StillReferredTo, match='latecomer_note'):
        cats.delete()


def test_what_postgresql_clears_itself_is_not_in_the_way(cats):
    left_table('latecomer_rule', TYPES, cats.pk, more='ON DELETE CASCADE')
    cats.delete()
    with connection.cursor() as cursor:
        cursor.execute('SELECT count(*) FROM latecomer_rule')
        assert cursor.fetchone() == (0,)


def test_in_a_branch(lab, branch):
    """The merge would fail; the deletion in the branch does. A type of the branch alone is deleted."""
    with lab.request():
        cats = make_type('cat')
        left_table('latecomer_rule', TYPES, cats.pk)
    lab.sync(branch)
    with lab.request(branch):
        other = make_type('dog')
        edit(other, description='Of the branch')
    with activate_branch(branch):
        rest = Rest(lab.user, headers={'X-NetBox-Branch': branch.schema_id})
        answer = rest.delete(f'custom-object-types/{cats.pk}/', expect=409)
        assert 'latecomer_rule' in str(answer), answer
        rest.delete(f'custom-object-types/{other.pk}/')
    assert CustomObjectType.objects.using(branch.connection_name).get().pk == cats.pk
    connections[branch.connection_name].close()
