"""Fields that constraints, computed fields, rollups and conditions read: what they can become, and what follows."""

import pytest
from django.db import IntegrityError, transaction

from netbox_custom_objects.exceptions import SchemaChangeRefused
from netbox_custom_objects.models import CustomObjectTypeConstraint, CustomObjectTypeField
from tests.support.branches import assert_schema_is_clean
from tests.support.factories import make_constraint, make_field, make_object, make_type
from tests.surfaces.rest import Rest, superuser

FIELDS, CONSTRAINTS = 'custom-object-type-fields/', 'custom-object-type-constraints/'


@pytest.fixture
def rest(db):
    return Rest(superuser())


@pytest.fixture
def line(db):
    """The lines of an invoice, which sums them up."""
    invoice = make_type('invoice', fields=[('title', 'text')])
    made = make_type('line', fields=[
        ('title', 'text'), ('quantity', 'integer'), ('price', 'decimal'),
        {'name': 'invoice', 'type': 'object', 'target': invoice},
    ])  # fmt: skip
    make_field(made, 'total', 'computed', expression='quantity * price', result_type='decimal')
    make_field(
        invoice, 'pieces', 'rollup',
        referring_field=field('invoice'), aggregate='sum', aggregated_field=field('quantity'),
    )  # fmt: skip
    make_field(made, 'reason', 'text', required_if='quantity > 100')
    make_constraint(made, 'limit', expression='total <= 1000')
    make_constraint(made, 'once', fields=['invoice', 'total'], nulls_distinct=False, condition='quantity > 1')
    return made


def field(name):
    return CustomObjectTypeField.objects.get(name=name)


def is_refused(custom_object_type, **values):
    """Whether the database itself refuses an object."""
    model = custom_object_type.get_model()
    try:
        with transaction.atomic():
            model.objects.bulk_create([model(**values)])
            transaction.set_rollback(True)
    except IntegrityError:
        return True
    return False


def test_a_constraint_follows_what_the_computed_field_is(line, rest):
    """It is enforced for what the value is now; who does not meet it is named before anything changes."""
    stored = make_object(line, title='stored', quantity=2, price=300)
    assert is_refused(line, quantity=2, price=501)
    assert not is_refused(line, quantity=1, price=1000)
    assert rest.post('line/', [{'quantity': 3, 'price': 400}], expect=400)['errors']
    path = f'{FIELDS}{field("total").pk}/'
    said = rest.patch(path, {'expression': 'quantity * price * 2'}, expect=400)
    assert 'constraint "limit"' in str(said)
    assert str(stored) in str(said)
    rest.patch(path, {'expression': 'quantity * price / 2'})
    assert_schema_is_clean()
    assert not is_refused(line, quantity=2, price=501)
    assert is_refused(line, quantity=2, price=1001)
    assert is_refused(line, quantity=3, price=200)
    assert rest.post('line/', {'quantity': 3, 'price': 200}, expect=400).keys() == {'invoice', 'quantity', 'price'}
    said = rest.patch(path, {'result_type': 'boolean', 'expression': 'quantity > 1'}, expect=400)
    assert 'limit' in str(said['result_type'])
    with pytest.raises(SchemaChangeRefused, match='used by constraints: limit, once'), transaction.atomic():
        field('total').delete()
    shown = rest.get(f'{CONSTRAINTS}{CustomObjectTypeConstraint.objects.get(name="once").pk}/')
    assert (shown['fields'], shown['condition'], shown['ignored_because']) == (
        ['invoice', 'total'], 'quantity > 1', '',
    )  # fmt: skip


def summed(count):
    """Return an expression with many parts, and few levels."""
    return ' + '.join([f'({" + ".join(["quantity"] * count)})'] * count)


def test_what_cannot_be_read(line, rest):
    """Rollups, and computed fields that would make it too long."""
    body = {'custom_object_type': line.pk, 'name': 'more', 'type': 'check'}
    make_field(line, 'long', 'computed', expression=summed(8), result_type='integer')
    errors = rest.post(CONSTRAINTS, {**body, 'expression': ' + '.join(['long'] * 20) + ' > 0'}, expect=400)
    assert 'too long together with those of the computed fields' in str(errors['expression'])
    rest.post(CONSTRAINTS, {**body, 'expression': ' + '.join(['long'] * 5) + ' > 0'})
    path = f'{FIELDS}{field("long").pk}/'
    assert 'more' in str(rest.patch(path, {'expression': summed(11)}, expect=400)['expression'])
    body = {**body, 'custom_object_type': field('pieces').custom_object_type_id, 'expression': 'pieces > 0'}
    assert 'it is a rollup' in str(rest.post(CONSTRAINTS, body, expect=400)['expression'])


def test_conversions_that_keep_the_rules(line, rest):
    """An integer becomes a decimal; text is refused, and the message names what reads the field."""
    make_object(line, quantity=2, price=300)
    path = f'{FIELDS}{field("quantity").pk}/'
    said = str(rest.patch(path, {'type': 'text'}, expect=400)['type'])
    assert 'constraints need the field as it is: once' in said
    CustomObjectTypeConstraint.objects.all().delete()
    assert 'computed fields need the field as it is: total' in str(rest.patch(path, {'type': 'text'}, expect=400))
    field('total').delete()
    assert 'rollups need the field as it is: invoice.pieces' in str(rest.patch(path, {'type': 'text'}, expect=400))
    field('pieces').delete()
    assert 'fields need the field as it is: reason' in str(rest.patch(path, {'type': 'text'}, expect=400))


def test_an_integer_becomes_a_decimal(line, rest):
    make_object(line, quantity=2, price=300)
    rest.patch(f'{FIELDS}{field("quantity").pk}/', {'type': 'decimal'})
    assert_schema_is_clean()
    assert rest.get('line/')['results'][0]['total'] == 600
    assert not is_refused(line, quantity='1.5', price=600)
    assert is_refused(line, quantity='1.5', price=700)
    assert is_refused(line, quantity='1.5', price=400)
    assert rest.post('line/', {'quantity': 0.5, 'price': 3000}, expect=400).keys() == {'quantity', 'price'}
    assert rest.post('line/', {'quantity': 100.5}, expect=400).keys() == {'reason'}
