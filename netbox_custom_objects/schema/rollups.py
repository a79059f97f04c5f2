"""
Rollups in documents, which name what they read: `<slug>.<field>`, a field of that type, and a condition on its fields.

May import models. Ids of rows are not part of documents.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress

from ..expressions.typed import InvalidExpression, shown_form
from ..field_types.constraints import scope_of_fields
from ..models import CustomObjectTypeField
from ..models.rows.convert import field_definition

# The attributes that name fields of another type.
NAMING = ('referring_field', 'aggregated_field', 'condition')


class RolledUp:
    """The fields of the types that some rollups read."""

    def __init__(self, rollups: Iterable[CustomObjectTypeField], slugs: Mapping[int, str]):
        """
        Args:
            rollups: fields, of which only rollups count
            slugs: by type id
        """
        self.slugs = slugs
        self.fields: dict[int, CustomObjectTypeField] = {}
        if referring := {field.referring_field_id for field in rollups if field.aggregate}:
            every = CustomObjectTypeField.objects.all()
            types = every.filter(pk__in=referring).values('custom_object_type')
            rows = every.filter(custom_object_type__in=types).select_related('choice_set', 'related_object_type')
            self.fields = {row.pk: row for row in rows.prefetch_related('related_object_types')}

    def names(self, rollup: CustomObjectTypeField, names: Mapping[int, str]) -> dict[str, str | None]:
        """
        Return what a document has for NAMING; what is gone is named by its id.

        Args:
            rollup: the field
            names: how to call fields, by primary key, if not as they are called now
        """

        def name(pk):
            return names.get(pk, self.fields[pk].name) if pk in self.fields else f'${pk}'

        referring, aggregated = rollup.referring_field_id, rollup.aggregated_field_id
        found = {'aggregated_field': None if aggregated is None else name(aggregated), 'condition': rollup.condition}
        if referring not in self.fields:
            return {**found, 'referring_field': f'${referring}'}
        type_id = self.fields[referring].custom_object_type_id
        rows = [row for row in self.fields.values() if row.custom_object_type_id == type_id]
        scope = scope_of_fields((field_definition(row, name=name(row.pk)) for row in rows), is_stored=True)
        with suppress(InvalidExpression):
            found['condition'] = shown_form(rollup.condition, scope) if rollup.condition else ''
        return {**found, 'referring_field': f'{self.slugs.get(type_id, type_id)}.{name(referring)}'}

    def type_of(self, rollup: CustomObjectTypeField) -> int | None:
        """Return the id of the type that a rollup reads, None if that is gone."""
        referring = self.fields.get(rollup.referring_field_id)
        return None if referring is None else referring.custom_object_type_id
