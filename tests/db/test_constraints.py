"""Rules in the database: PostgreSQL enforces them, and plans lead there and back."""

from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from dcim.models import Site

from netbox_custom_objects.ddl.executor import execute, finish
from netbox_custom_objects.ddl.introspect import introspect
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.definitions import ConstraintDefinition
from netbox_custom_objects.exceptions import DuplicateValues, SchemaChangeRefused, ViolatedCheck
from netbox_custom_objects.expressions.typed import stored_form
from netbox_custom_objects.field_types.constraints import scope_of
from netbox_custom_objects.models import CustomObjectTypeConstraint
from netbox_custom_objects.models.rows.loader import load_definitions
from netbox_custom_objects.services.reconcile import plan_of
from tests.support.factories import make_constraint, make_type
from tests.support.staged import begin

MAIN = Target.for_alias('default')
FIELDS = [
    ('name', 'text'), ('count', 'integer'), {'name': 'site', 'type': 'object', 'target': Site},
    ('start', 'date'), ('end', 'date'), ('price', 'decimal'),
]  # fmt: skip


class Thing:
    """A type with rules that no row of a definition table holds."""

    def __init__(self):
        self.type = make_type('thing', fields=FIELDS)
        self.definition = load_definitions('default', self.type.pk)[self.type.pk]
        self.model = self.type.get_model()

    def stored(self, source):
        return stored_form(source, scope_of(self.definition))

    def unique(self, *names, condition='', **attributes):
        ids = tuple(self.definition.fields_by_name[name].id for name in names)
        return ConstraintDefinition(
            1, self.type.pk, 'u', 'unique', ids, condition=self.stored(condition or 'true'), **attributes
        )

    def check(self, expression):
        return ConstraintDefinition(2, self.type.pk, 'c', 'check', expression=self.stored(expression))

    def plan(self, *rules):
        actual = introspect(MAIN, self.type.pk)
        return plan_of(replace(self.definition, constraints=rules), actual), actual

    def enforce(self, *rules):
        """Bring the table in line with these rules; what runs later is done at once, too."""
        plan, actual = self.plan(*rules)
        later = execute(MAIN, self.type.pk, plan, actual)
        finish(MAIN, later)
        assert not self.plan(*rules)[0]

    def add(self, **values):
        with transaction.atomic():
            return self.model.objects.create(**values)

    def refuses(self, **values):
        try:
            with transaction.atomic():
                self.model.objects.create(**values)
        except IntegrityError as error:
            return error.__cause__.diag.constraint_name.rpartition('_')[0]


@pytest.fixture
def thing(db):
    return Thing()


def test_unique_rules(thing):
    table = f'custom_objects_{thing.type.pk}'
    site = Site.objects.create(name='S', slug='s')
    thing.add(name='Straße', count=1, site=site)
    thing.enforce(thing.unique('name', 'site', case_insensitive=True))
    assert thing.refuses(name='STRASSE', site=site) is None
    assert thing.refuses(name='STRAßE', site=site) == f'{table}_constraint_1'
    assert thing.refuses(name='straße') is None
    assert thing.refuses(name='straße') is None
    thing.model.objects.all().delete()
    thing.enforce(thing.unique('name', 'count', nulls_distinct=False, condition="name != 'x' && site == null"))
    assert thing.refuses(name='y', count=None) is None
    assert thing.refuses(name='y', count=None) == f'{table}_constraint_1'
    assert thing.refuses(name='y', site=site) is None
    assert thing.refuses(name='x') is None
    assert thing.refuses(name='x') is None
    thing.enforce()
    assert thing.refuses(name='y', count=None) is None


def test_checks(thing):
    table = f'custom_objects_{thing.type.pk}'
    thing.enforce(thing.check('end > start && size(name) < 5 && 100 / count < 50.5 + price'))
    assert thing.refuses(start='2026-01-02', end='2026-01-01') == f'{table}_constraint_2'
    assert thing.refuses(name='too long') == f'{table}_constraint_2'
    # Unknown passes, and what cannot be calculated is unknown.
    assert thing.refuses(start='2026-01-02', name='abc', count=0) is None
    assert thing.refuses(count=-(2**63), price='-1') is None
    assert thing.refuses(count=1, price='0.5') == f'{table}_constraint_2'


def test_objects_in_the_way(thing):
    """Nothing is changed, and the message quotes no value."""
    for _time in range(2):
        thing.add(name='secret', count=3)
    for rule, error in [
        (thing.unique('name', 'count'), DuplicateValues),
        (thing.check('count > 3'), ViolatedCheck),
    ]:
        with pytest.raises(error) as caught, transaction.atomic():
            thing.enforce(rule)
        assert 'secret' not in str(caught.value)
        assert len(thing.plan(rule)[0]) == 1
    assert thing.refuses(name='secret', count=3) is None


def test_a_new_table_has_its_rules(thing):
    rules = (thing.unique('name'), thing.check('count > 3'))
    plan, _actual = thing.plan(*rules)
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TABLE custom_objects_{thing.type.pk}')
    thing.enforce(*rules)
    assert len(plan) == 2
    assert thing.refuses(count=3) == f'custom_objects_{thing.type.pk}_constraint_2'


def test_large_tables(fresh_database, plugin_settings):
    """What reads all rows is left for later, and blocks no writer; what is half made is not counted."""
    plugin_settings(inline_row_limit=1)
    thing = Thing()
    for number in range(3):
        thing.add(name=str(number), count=number)
    rules = (thing.unique('name', condition='count > 0'), thing.check('count >= 0'))
    plan, actual = thing.plan(*rules)
    later = execute(MAIN, thing.type.pk, plan, actual)
    assert len(later) == len(plan) == 2
    assert thing.refuses(count=-1) is None
    with pytest.raises(ViolatedCheck):
        finish(MAIN, later)
    assert thing.refuses(count=-1) is None
    thing.model.objects.filter(count=-1).delete()
    thing.enforce(*rules)
    assert thing.refuses(count=-1)
    assert thing.refuses(name='1', count=5)


@pytest.fixture
def contracts(db):
    """A type with real constraints, made as a form would."""
    contracts = make_type('contract', fields=FIELDS)
    make_constraint(contracts, 'period', expression='end > start', message='The end must be after the start.')
    make_constraint(contracts, 'name', fields=['name', 'site'], case_insensitive=True, condition='price != null')
    return contracts


def errors_of(instance):
    try:
        instance.full_clean()
    except ValidationError as error:
        return error.message_dict


def field_of(custom_object_type, name):
    return custom_object_type.fields.get(name=name)


def test_what_an_object_violates_is_said_under_the_fields(contracts):
    model = contracts.get_model()
    site = Site.objects.create(name='S', slug='s')
    model.objects.create(name='One', site=site, price=1)
    wrong = model(name='ONE', site=site, price=2, start='2026-02-01', end='2026-01-01')
    late, twin = 'The end must be after the start.', 'Another object has the same: Name, Site'
    assert errors_of(wrong) == {'start': [late], 'end': [late], 'name': [twin], 'site': [twin]}
    for changes in ({'price': None}, {'site': None}, {'name': 'Two'}):
        values = {'name': 'ONE', 'site': site, 'price': 2, 'start': '2026-01-01', 'end': '2026-02-01', **changes}
        assert errors_of(model(**values)) is None
    assert errors_of(model(name='x', start='nonsense', end='2026-01-01')).keys() == {'start'}
    stored = model.objects.get()
    stored.price = 3
    assert errors_of(stored) is None
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.bulk_create([model(start='2026-02-01', end='2026-01-01')])


def test_one_statement_calculates_all_conditions(contracts, django_assert_num_queries):
    make_constraint(contracts, 'count', expression='count > 0')
    model = contracts.get_model()
    found = model(start='2026-02-01', count=1)
    with django_assert_num_queries(1):
        found.validate_constraints()


def test_a_constraint_that_cannot_be_stored(contracts):
    def errors(**attributes):
        return errors_of(CustomObjectTypeConstraint(custom_object_type=contracts, **{'name': 'x', **attributes}))

    count = field_of(contracts, 'count').pk
    assert errors(type='check') == {'expression': ['A check needs an expression.']}
    assert errors(type='check', expression='ende > start')['expression'] == [
        'Line 1, column 1: Unknown field “ende”. Did you mean “end”?'
    ]
    assert 'changes with time' in errors(type='check', expression='end > today()')['expression'][0]
    assert 'true or false' in errors(type='check', expression='count')['expression'][0]
    assert errors(type='unique').keys() == {'field_ids'}
    assert errors(type='unique', field_ids=[count, count]).keys() == {'field_ids'}
    assert errors(type='unique', field_ids=[0]).keys() == {'field_ids'}
    assert errors(type='unique', field_ids=[count], expression='true').keys() == {'expression'}
    assert errors(type='check', expression='true', field_ids=[count]).keys() == {'field_ids'}
    assert errors(type='check', expression='true', name='period').keys() == {'__all__'}
    assert errors(type='other', expression='true').keys() == {'type'}


def test_stored_objects_in_the_way(contracts):
    """The constraint is refused as a whole, and can be stored once they are mended."""
    wrong = contracts.get_model().objects.create(count=-1)
    with pytest.raises(SchemaChangeRefused, match=f'do not meet the constraint "count": {wrong}'), transaction.atomic():
        make_constraint(contracts, 'count', expression='count >= 0')
    assert not CustomObjectTypeConstraint.objects.filter(name='count').exists()
    wrong.delete()
    rule = make_constraint(contracts, 'count', expression='count >= 0')
    assert errors_of(contracts.get_model()(count=-1)).keys() == {'count'}
    rule.snapshot()
    rule.expression = 'count >= -1'
    rule.full_clean()
    rule.save()
    assert errors_of(contracts.get_model()(count=-1)) is None
    contracts.get_model().objects.create(count=-1)
    rule.delete()
    contracts.get_model().objects.create(count=-2)


def test_objects_that_are_the_same_are_named(contracts):
    model = contracts.get_model()
    one, two, other = (
        model.objects.create(name=name, count=count) for name, count in [('S', None), ('s', None), ('x', 1)]
    )
    both = f'do not meet the constraint "same": {one}, {two}$'
    for fields, attributes in [
        (['name'], {'case_insensitive': True}),
        (['count'], {'nulls_distinct': False}),
        (['name', 'count'], {'case_insensitive': True, 'nulls_distinct': False}),
        (['name'], {'case_insensitive': True, 'condition': 'count == null'}),
    ]:
        with pytest.raises(SchemaChangeRefused, match=both), transaction.atomic():
            make_constraint(contracts, 'same', fields=fields, **attributes)
    for number, (fields, attributes) in enumerate([
        (['name'], {}),
        (['name', 'count'], {'case_insensitive': True}),
        (['name'], {'case_insensitive': True, 'condition': 'count != null'}),
    ]):  # fmt: skip
        make_constraint(contracts, f'other {number}', fields=fields, **attributes)
    assert other.name == 'x'


def test_fields_that_constraints_use(contracts):
    """A rename changes nothing; a deletion and a conversion, at once or in steps, say what is in the way."""
    period = contracts.constraints.get(name='period')
    start = field_of(contracts, 'start')
    assert period.expression == f'${field_of(contracts, "end").pk} > ${start.pk}'
    start.name = 'begin'
    start.full_clean()
    start.save()
    assert errors_of(contracts.get_model()(begin='2026-02-01', end='2026-01-01')).keys() == {'begin', 'end'}
    start.type = 'text'
    assert 'period' in errors_of(start)['type'][0]
    start.refresh_from_db()
    with pytest.raises(ValidationError, match='These constraints need the field as it is: period'):
        begin(start, type='text')
    with pytest.raises(SchemaChangeRefused, match='is used by constraints: period'), transaction.atomic():
        start.delete()
    with pytest.raises(SchemaChangeRefused, match='is used by constraints: name'), transaction.atomic():
        field_of(contracts, 'price').delete()
    contracts.constraints.all().delete()
    start.delete()
    field_of(contracts, 'price').delete()


def test_saving_without_validation(contracts):
    """Scripts may write names of fields, too."""
    fields = {field.name: field.pk for field in contracts.fields.all()}
    rule = CustomObjectTypeConstraint.objects.create(
        custom_object_type=contracts, name='x', type='check', expression='count > 0'
    )
    assert rule.expression == f'${fields["count"]} > 0'
    with pytest.raises(IntegrityError), transaction.atomic():
        contracts.get_model().objects.create(count=0)


def test_a_type_takes_its_constraints_along(contracts):
    contracts.delete()
    assert not CustomObjectTypeConstraint.objects.exists()
