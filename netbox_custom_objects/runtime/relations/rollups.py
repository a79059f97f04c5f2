"""
Rollups on the classes of objects: fields without a column, which queries calculate by a subquery of their own.

Only those of the referring objects count that the user of the current request may view; without a request, all of them.
May import models.readers.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.core.exceptions import EmptyResultSet, FieldError
from django.db import models
from django.db.models import Expression, Field, QuerySet
from django.db.models.expressions import Col
from django.db.models.lookups import Exact, In
from django.utils.translation import gettext as _

from ...choices import AggregateChoices
from ...definitions import FieldDefinition
from ...field_types import field_type_of
from ...field_types.polymorphic.keys import key_type
from ...models.readers import viewable

# Whether the objects that a rollup counts are being restricted to those that the reader may view.
_restricting: ContextVar[bool] = ContextVar('netbox_custom_objects_restricting', default=False)


@contextmanager
def _once():
    """
    Refuse rollups in the constraints of the permissions that decide what a rollup counts: that would never end.

    Raises:
        FieldError: such a constraint names one
    """
    if _restricting.get():
        raise FieldError(_('A rollup cannot decide which objects another one counts.'))
    reset = _restricting.set(True)
    try:
        yield
    finally:
        _restricting.reset(reset)


class RollupValue(Expression):
    """The value of a rollup of the row that a query is at."""

    def __init__(self, key: Col, rollup: 'RollupField', rows: QuerySet):
        """
        Args:
            key: the primary key of the row
            rollup: the field
            rows: what `select` of the field type returned, of the objects that the reader may view
        """
        super().__init__(output_field=rollup.output_field)
        self.key, self.rollup, self.rows = key, rollup, rows

    def get_source_expressions(self):
        return [self.key]

    def set_source_expressions(self, exprs):
        (self.key,) = exprs

    def as_sql(self, compiler, connection):
        definition = self.rollup.definition
        try:
            sql, params = compiler.compile(self.rollup.referring_to(self.key, self.rows))
        except EmptyResultSet:
            nothing = field_type_of(definition).nothing(definition)
            return compiler.compile(nothing.resolve_expression(compiler.query))
        return (f'ARRAY{sql}' if definition.aggregate == AggregateChoices.LIST else sql), params


class RollupAttribute:
    """The value of an object: as it was read along with the object, or by a query of its own."""

    def __init__(self, field: 'RollupField'):
        self.field = field

    def __get__(self, instance, cls=None):
        if instance is None:
            return self
        if self.field.read_as in instance.__dict__:
            return instance.__dict__[self.field.read_as]
        if instance.pk is None or instance._state.adding:
            return None
        # By its own class, which has the field, also if the type was edited meanwhile.
        objects = self.field.objects(type(instance), using=instance._state.db).filter(pk=instance.pk)
        return objects.values_list(self.field.name, flat=True).first()


class RollupField(Field):
    """A model field without a column; what refers to it in a query refers to its subquery."""

    generated = True
    db_returning = False

    def __init__(self, definition: FieldDefinition, output_field: Field, objects: type[QuerySet], **kwargs: Any):
        """
        Make the field.

        Args:
            definition: the rollup, with the fields that it reads
            output_field: the model field of a plain field with such values
            objects: the class of querysets of custom objects
            kwargs: as of any field
        """
        super().__init__(editable=False, null=True, blank=True, **kwargs)
        self.definition, self.output_field, self.objects = definition, output_field, objects
        # The name under which a query that reads objects has the value; no field has capitals.
        self.read_as = f'ROLLUP_{definition.id}'

    def contribute_to_class(self, cls, name, **kwargs):
        super().contribute_to_class(cls, name, private_only=True)
        setattr(cls, name, RollupAttribute(self))

    def get_attname_column(self):
        return self.name, None

    def get_internal_type(self):
        return self.output_field.get_internal_type()

    def get_lookup(self, lookup_name):
        return self.output_field.get_lookup(lookup_name)

    def get_transform(self, lookup_name):
        return self.output_field.get_transform(lookup_name)

    def get_col(self, alias, output_field=None):
        key = self.model._meta.pk.get_col(alias)
        model = self.model._island.models[field_type_of(self.definition).referring(self.definition).type_id]
        with _once():
            # Of this generation, whose fields are those of the definition.
            rows = viewable(self.objects(model))
        return RollupValue(key, self, field_type_of(self.definition).select(self.definition, rows))

    def referring_to(self, key: Expression, rows: QuerySet) -> models.sql.Query:
        """Return the query of those rows that refer to the object with a key."""
        query = _apart(rows.query, f'ROLLUP_{self.definition.id}_')
        referring = field_type_of(self.definition).referring(self.definition)
        column = query.model._meta.get_field
        own = query.get_initial_alias()
        if field_type_of(referring).many:
            query.where.add(
                In(column('id').get_col(own), self._linked_to(key, column(referring.name), referring)), 'AND'
            )
        elif referring.is_polymorphic:
            kind = column(f'{referring.name}_content_type').get_col(own)
            query.where.add(Exact(kind, key_type(self.model)), 'AND')
            query.where.add(Exact(column(f'{referring.name}_object_id').get_col(own), key), 'AND')
        else:
            query.where.add(Exact(column(referring.name).get_col(own), key), 'AND')
        return query

    def _linked_to(self, key: Expression, field: Field, referring: FieldDefinition) -> models.sql.Query:
        """Return the query of the ids of those objects that a link table links with the object with a key."""
        links = QuerySet(field.remote_field.through)
        if referring.is_polymorphic:
            links = links.filter(content_type=key_type(self.model))
        query = _apart(links.values('source').query, f'ROLLUP_{self.definition.id}_LINK_')
        target = 'object_id' if referring.is_polymorphic else 'target'
        column = query.model._meta.get_field(target).get_col(query.get_initial_alias())
        query.where.add(Exact(column, key), 'AND')
        return query


def _apart(query: models.sql.Query, prefix: str) -> models.sql.Query:
    """Return a query that can stand within any other: none has tables of such names."""
    query = query.clone()
    query.get_initial_alias()
    query.change_aliases({alias: f'{prefix}{number}' for number, alias in enumerate(query.alias_map)})
    query.subquery = True
    # A copy does not remember what its table was called before.
    return query.clone()


def rollups_of(model: type) -> tuple[RollupField, ...]:
    """Return the rollups of a class."""
    return tuple(field for field in model._meta.private_fields if isinstance(field, RollupField))
