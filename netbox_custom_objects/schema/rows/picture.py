"""
All types and fields of a schema in memory, against which the rows of a document are validated without a query each.

May import models. Made under the lock on definitions; a preview does without, as it may be outdated when it is read.
"""

from collections import defaultdict
from collections.abc import Callable
from copy import copy
from functools import partial
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

from ...field_types import field_type_of
from ...models import CustomObject, CustomObjectType, CustomObjectTypeConstraint, CustomObjectTypeField
from ...models.rows.convert import field_definition
from ...models.validation.surroundings import Surroundings
from ...services.dependents.subject import reverse_name


class Picture(Surroundings):
    """Current types, fields and constraints; each row is noted when it is written, or would be."""

    def __init__(self, alias: str, prepare: Callable[[], None] = lambda: None):
        """
        Args:
            alias: of the schema
            prepare: called before classes or objects are looked at
        """
        self.prepare = prepare
        self.types: dict[int, CustomObjectType] = {}
        self.fields: dict[int, dict[int, CustomObjectTypeField]] = defaultdict(dict)
        self.constraints: dict[int, dict[int, CustomObjectTypeConstraint]] = defaultdict(dict)
        # Types that no object can be of, because they are new.
        self.new_types: set[int] = set()
        # Fields with a related name, by the id of the object type whose objects are given it.
        self._named: dict[int, dict[int, CustomObjectTypeField]] = defaultdict(dict)
        # Rows by (model, primary key) as the database has them: what an edit is compared with.
        self._stored: dict[tuple[type, int], models.Model] = {}
        self._kept: dict[str, Any] = {}
        self._names: dict[int, set[str]] = {}
        fields = CustomObjectTypeField.objects.using(alias).select_related('choice_set', 'related_object_type')
        types = CustomObjectType.objects.using(alias).select_related('object_type')
        for row in (*types, *fields, *CustomObjectTypeConstraint.objects.using(alias)):
            self.put(row)

    def put(self, row, is_stored: bool = True) -> None:
        """Note a row as it is now, and whether the database has it like this."""
        row = copy(row)
        if is_stored:
            self._stored[type(row), row.pk] = row
        if isinstance(row, CustomObjectType):
            self.types[row.pk] = row
            return
        if isinstance(row, CustomObjectTypeConstraint):
            self.constraints[row.custom_object_type_id][row.pk] = row
            return
        if row.primary:
            for other in self.fields[row.custom_object_type_id].values():
                other.primary = False
        self._forget_name(row.pk)
        self._names.pop(row.pk, None)
        self.fields[row.custom_object_type_id][row.pk] = row
        if row.related_name and row.related_object_type_id is not None:
            self._named[row.related_object_type_id][row.pk] = row

    def remove(self, row) -> None:
        """Note that a field or constraint is gone."""
        if isinstance(row, CustomObjectTypeConstraint):
            self.constraints[row.custom_object_type_id].pop(row.pk, None)
            return
        self._forget_name(row.pk)
        self.fields[row.custom_object_type_id].pop(row.pk, None)

    def _forget_name(self, pk: int) -> None:
        for named in self._named.values():
            named.pop(pk, None)

    # What validation asks.

    def before(self, row):
        return self._stored.get((type(row), row.pk))

    def siblings(self, field):
        return [other for other in self.fields[field.custom_object_type_id].values() if other.pk != field.pk]

    def names_taken(self, other, find):
        if other.pk not in self._names:
            self._names[other.pk] = find(other)
        return self._names[other.pk]

    def referring(self, field, names):
        named = self._named[field.custom_object_type.object_type_id].values()
        return next((other for other in named if other.related_name in names), None)

    def has_attribute(self, object_type, name):
        type_ = next((found for found in self.types.values() if found.object_type_id == object_type.pk), None)
        if type_ is None or type_.pk not in self.new_types:
            self.prepare()
            return super().has_attribute(object_type, name)
        if hasattr(CustomObject, name):
            return True
        for definition in (field_definition(field) for fields in self.fields.values() for field in fields.values()):
            if definition.type_id == type_.pk and name in field_type_of(definition).attribute_names(definition):
                return True
            if any(target.type_id == type_.pk for target in definition.targets) and name == reverse_name(definition):
                return True
        return False

    def has_several_objects(self, type_id):
        if type_id in self.new_types:
            return False
        self.prepare()
        return super().has_several_objects(type_id)

    def count_types(self, row):
        return len(self.types)

    def has_slug(self, row):
        slug = row.slug.lower()
        return any(other.slug.lower() == slug for other in self.types.values() if other.pk != row.pk)

    def fields_called(self, row, names):
        return [field for field in self.fields[row.pk].values() if field.name in names]

    def fields_of(self, type_id, using):
        return self.fields[type_id].values()

    def field(self, pk, using):
        return next((fields[pk] for fields in self.fields.values() if pk in fields), None)

    def rollups(self, using):
        return [field for fields in self.fields.values() for field in fields.values() if field.aggregate]

    def constraints_of(self, type_id, using):
        return self.constraints[type_id].values()

    def trusted(self, row):
        # They have been looked up already.
        return {'custom_object_type', 'choice_set', 'related_object_type', 'referring_field', 'aggregated_field'}

    def check_unique(self, row, exclude, otherwise: Callable[[set[str]], None]) -> None:
        errors: dict[str, list] = {}
        for names, key, error in self._unique(row):
            values = [getattr(row, row._meta.get_field(name).attname) for name in names]
            is_checked = exclude.isdisjoint(names) and None not in values and '' not in values
            if is_checked and self._is_repeated(row, names, values):
                errors.setdefault(key, []).append(error())
        if errors:
            raise ValidationError(errors)

    def _unique(self, row):
        """Yield what no two rows have in common, with the key of the error, and what makes it."""
        if isinstance(row, CustomObjectType):
            for name in ('name', 'slug'):
                yield (name,), name, partial(row.unique_error_message, type(row), (name,))
            return
        for constraint in row._meta.constraints:
            yield constraint.fields, NON_FIELD_ERRORS, constraint.get_violation_error_message

    def _is_repeated(self, row, names, values: list) -> bool:
        if isinstance(row, CustomObjectType):
            others = self.types.values()
        elif isinstance(row, CustomObjectTypeConstraint):
            others = self.constraints[row.custom_object_type_id].values()
        elif 'related_name' in names:
            others = self._named[row.related_object_type_id].values()
        else:
            others = self.fields[row.custom_object_type_id].values()
        attnames = [row._meta.get_field(name).attname for name in names]
        return any([getattr(other, name) for name in attnames] == values for other in others if other.pk != row.pk)

    def keep(self, key, make):
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]
