"""
Lists of custom objects that are validated and written together: what each would ask the database is asked once for all.

May import services. Where the answer for all is not a plain yes, NotTogether is raised, or the list is invalid: the
caller then has the objects written one by one, and shows the errors of that.
"""

from collections.abc import Callable, Sequence

from django.core.exceptions import FieldError
from django.db import models, router
from rest_framework.serializers import ListSerializer
from rest_framework.validators import UniqueValidator

from ...field_types.polymorphic.keys import existing
from ...field_types.polymorphic.rest import PolymorphicMixin
from ...field_types.shared.rest import FOUND_TARGETS, KNOWN_KEYS, as_key
from ...models.change_data import assign_parked_links, parked_objects
from ...models.together import NotTogether, validating_together
from ...runtime.reading.names import references
from ...services.limits import limited_fields
from ...services.unique_values import are_unlike, unique_pairs
from ...services.writing import can_be_written_together, create_together, meet_rules, update_with_links

TAG_KEYS = ('tags', 'add_tags', 'remove_tags')


class ObjectListSerializer(ListSerializer):
    """Many objects of one type; `instance` is a list of those that the items of `data` are about, None for new ones."""

    @property
    def model(self) -> type[models.Model]:
        return self.child.Meta.model

    @property
    def using(self) -> str:
        return router.db_for_write(self.model)

    def to_internal_value(self, data):
        if not can_be_written_together(self.model, self.using) or self._may_ask_for_one_another(data):
            raise NotTogether
        unique = self._take_unique_validators()
        self._instances = iter(self.instance or ())
        self.context[FOUND_TARGETS], self.context[KNOWN_KEYS] = {}, self._polymorphic_targets(data)
        with validating_together(self.model, self.using) as validated:
            values = super().to_internal_value(data)
        for field, validator in unique:
            self._refuse_taken(field, validator, values)
        if not (
            are_unlike(unique_pairs(self.model), validated, self.using)
            and meet_rules(self.model, validated, self.using)
        ):
            raise NotTogether
        return values

    def run_child_validation(self, data):
        if self.instance is not None:
            self.child.instance, self.child.initial_data = next(self._instances), data
        return super().run_child_validation(data)

    def _may_ask_for_one_another(self, data) -> bool:
        """
        Whether an item looks for objects of the type itself, which the items before it may change.

        That is one that names an object by attributes, or a reference whose filter is enforced.
        """
        own = self.model._type_id
        if any(field.is_polymorphic or field.target.type_id == own for field in limited_fields(self.model)):
            return True
        names = [field.name for field in references(self.model) if field.target and field.target.type_id == own]
        values = [item.get(name) for name in names for item in data if isinstance(item, dict)]
        parts = (part for value in values for part in (value if isinstance(value, list) else [value]))
        return any(isinstance(as_key(part), dict) for part in parts)

    def _polymorphic_targets(self, data) -> dict:
        """Return the targets that the items name of references to objects of several types, by key."""
        fields = [field for field in self.child.fields.values() if isinstance(field, PolymorphicMixin)]
        named = [(field, item.get(field.field_name)) for field in fields for item in data if isinstance(item, dict)]
        return existing({key for field, value in named for key in field.keys_in(value)})

    def _take_unique_validators(self) -> list[tuple]:
        """Take from the fields of the items what asks for each value whether another object has it."""
        taken = []
        for field in self.child.fields.values():
            found = [validator for validator in field.validators if isinstance(validator, UniqueValidator)]
            taken += [(field, validator) for validator in found]
            field.validators = [validator for validator in field.validators if validator not in found]
        return taken

    def _refuse_taken(self, field, validator: UniqueValidator, values: Sequence[dict]) -> None:
        """Ask for all values of a unique field at once whether other objects have them, stored or in the list."""
        name, owners = field.source_attrs[-1], {}
        try:
            for item, instance in zip(values, self.instance or [None] * len(values)):
                if (value := item.get(name)) is not None:
                    value = value.pk if isinstance(value, models.Model) else value
                    if value in owners:
                        raise NotTogether
                    owners[value] = instance and instance.pk
            stored = validator.queryset.filter(**{f'{name}__in': list(owners)}).values_list(name, 'pk')
            if any(owners.get(value) != pk for value, pk in stored):
                raise NotTogether
        except (FieldError, TypeError, ValueError) as error:
            raise NotTogether from error

    def create(self, validated_data):
        instances = [self.child.new_object(values) for values in validated_data]
        if any(values.get('remove_tags') for values in validated_data):
            # Of new objects, which have none.
            raise NotTogether
        create_together(instances, self.using, [self.child.tags_of(values) for values in validated_data])
        return instances

    def update(self, instances, validated_data):
        update_with_links(map(self._assigned, instances, validated_data), self.using)
        return instances

    def _assigned(self, instance, values: dict) -> tuple[models.Model, Callable[[], None] | None]:
        """Change the attributes of an object; return it with what changes its links and tags, if anything does."""
        links = self.child.assign(instance, values)
        if not (links or parked_objects(instance) or any(values.get(key) is not None for key in TAG_KEYS)):
            return instance, None

        def change_links():
            assign_parked_links(instance)
            for name, targets in links.items():
                getattr(instance, name).set(targets)
            self.child.assign_tags(instance, values)

        return instance, change_links
