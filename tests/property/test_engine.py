"""A random walk of edits on a real database: after each step tables, classes and values are what the rows say."""

import random

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from dcim.models import Site

from netbox_custom_objects.ddl.introspect import introspect
from netbox_custom_objects.ddl.target import Target
from netbox_custom_objects.field_types import FIELD_TYPES, compile_type
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField
from netbox_custom_objects.models.rows.loader import load_definitions
from netbox_custom_objects.services.reconcile import reconcile_all
from tests.support.factories import make_choice_set, make_field, make_type

MAIN = Target.for_alias('default')
STEPS = 40
NAMES = ['a', 'b', 'c', 'd', 'e', 'f_1', 'a_title', 'a_id']
DEFAULTS = {'text': 'x', 'integer': 7, 'boolean': True, 'json': [1], 'multiselect': ['red']}


class Undone(Exception):
    """An edit that is taken back."""


class Walk:
    """Two types whose fields come, change, go and come back."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.choice_set = make_choice_set('colors', ['red', 'green'])
        self.types = [make_type('one'), make_type('two')]
        # Deleted fields that an undo may bring back.
        self.gone = []

    def step(self):
        """Make one random edit; return whether it was accepted."""
        edits = [self.add, self.add, self.delete, self.undelete, self.rename, self.toggle, self.convert, self.write]
        try:
            with transaction.atomic():
                self.random.choice(edits)()
                if self.random.random() < 0.15:
                    raise Undone
        except (ValidationError, IntegrityError, ProtectedError, Undone):
            return False
        return True

    def field(self):
        fields = list(CustomObjectTypeField.objects.order_by('pk'))
        return self.random.choice(fields) if fields else make_field(self.types[0], 'a')

    def add(self):
        kind = self.random.choice(list(FIELD_TYPES))
        attributes = {'default': DEFAULTS.get(kind) if self.random.random() < 0.5 else None}
        if FIELD_TYPES[kind].is_reference:
            attributes['target'] = self.random.choice([Site, *self.types])
        elif FIELD_TYPES[kind].needs_choice_set:
            attributes['choice_set'] = self.choice_set
        make_field(self.random.choice(self.types), self.random.choice(NAMES), kind, **attributes)

    def delete(self):
        field = self.field()
        pk = field.pk
        field.delete()
        field.pk, field._state.adding = pk, True
        transaction.on_commit(lambda: self.gone.append(field))

    def undelete(self):
        if self.gone:
            field = self.gone[-1]
            field.full_clean()
            field.save(force_insert=True)
            transaction.on_commit(lambda: self.gone.remove(field))

    def rename(self):
        self.save(self.field(), name=self.random.choice(NAMES))

    def toggle(self):
        field, attribute = self.field(), self.random.choice(['unique', 'required', 'is_cloneable'])
        self.save(field, **{attribute: not getattr(field, attribute)})

    def convert(self):
        field, kind = self.field(), self.random.choice(list(FIELD_TYPES))
        choice_set = self.choice_set if FIELD_TYPES[kind].needs_choice_set else None
        self.save(field, type=kind, choice_set=choice_set, default=None)

    def save(self, field, **values):
        for name, value in values.items():
            setattr(field, name, value)
        field.full_clean()
        field.save()

    def write(self):
        """Create an object as it comes: defaults in, everything else empty."""
        self.random.choice(self.types).get_model().objects.create()


def check():
    """What the rows say is what is there, and objects can be read and written."""
    assert reconcile_all('default') == {}
    for definition in load_definitions('default').values():
        found = introspect(MAIN, definition.id)
        for table in compile_type(definition).tables:
            assert set(found.table(table.name).live_columns) == set(table.columns)
            assert not found.table(table.name).retired
        model = CustomObjectType.objects.get(pk=definition.id).get_model()
        for obj in model.objects.all():
            data = obj.serialize_object()
            assert model.deserialize_object(data, pk=obj.pk).object.pk == obj.pk


@pytest.mark.parametrize('seed', range(4))
def test_random_edits(fresh_database, seed):
    walk = Walk(seed)
    accepted = 0
    for _ in range(STEPS):
        accepted += walk.step()
        check()
    assert accepted > STEPS / 4
