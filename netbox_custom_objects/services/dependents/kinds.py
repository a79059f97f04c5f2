"""
What can mention a field by its name: one class for each kind of thing.

May import NetBox's models. Each kind says where to look, what in a row mentions a field, and, if the row is data that
can be rewritten, how it follows a rename.
"""

from collections.abc import Iterator

from django.db.models import Model, Q, QuerySet

from extras.models import CustomLink, EventRule, ExportTemplate, SavedFilter, TableConfig
from users.models import ObjectPermission

from ...constants import APP_LABEL
from ...definitions import TypeDefinition, type_id_from_model_name
from ...field_types.shared.limits import MARK, names_in, with_name
from ...models import CustomObjectType, CustomObjectTypeField
from . import templates
from .subject import Subject


class Kind:
    """One kind of thing that can mention fields."""

    model: type[Model]
    # Whether a rename is written into its rows without being asked to.
    always_follows = False

    def rows(self, subject: Subject) -> QuerySet:
        """Return the rows that may mention the field."""
        return self.rows_of_type(subject.definition)

    def rows_of_type(self, definition: TypeDefinition) -> QuerySet:
        """Return the rows that are about objects of a type."""
        types = {'object_types__app_label': APP_LABEL, 'object_types__model': definition.model_name}
        return self.model.objects.filter(**types).prefetch_related('object_types')

    def mentions(self, row, subject: Subject) -> list[str]:
        """Return what in a row mentions the field."""
        raise NotImplementedError

    def follows(self, row, subject: Subject) -> bool:
        """Whether a rename can be written into the row; not if that would break it for other types."""
        return False

    def rename(self, row, subject: Subject, name: str) -> None:
        """Write the new name of the field into the row, which is not saved."""
        raise NotImplementedError

    @staticmethod
    def is_of_one_type(row) -> bool:
        return len(row.object_types.all()) == 1


class Permissions(Kind):
    """Object permissions, by their constraints: of all types, because lookups lead from one to another."""

    model = ObjectPermission

    def rows(self, subject):
        return self.constrained()

    def constrained(self) -> QuerySet:
        """Return the permissions for custom objects that have constraints."""
        rows = self.model.objects.filter(object_types__app_label=APP_LABEL).exclude(constraints__isnull=True)
        return rows.distinct().prefetch_related('object_types')

    def mentions(self, row, subject):
        type_ids = list(_type_ids(row))
        return [lookup for lookup in lookups_of(row) if any(subject.places(type_id, lookup) for type_id in type_ids)]

    def follows(self, row, subject):
        # The constraints hold for all types of the permission: they must mean the field to all of them.
        type_ids = list(_type_ids(row))
        return len(type_ids) == len(row.object_types.all()) and all(
            len({tuple(subject.places(type_id, lookup)) for type_id in type_ids}) == 1
            for lookup in self.mentions(row, subject)
        )

    def rename(self, row, subject, name):
        (type_id, *_others) = _type_ids(row)

        def renamed(lookup):
            parts = lookup.split('__')
            for place in subject.places(type_id, lookup):
                parts[place] = subject.renamed(parts[place], name)
            return '__'.join(parts)

        def rewritten(constraint):
            return {renamed(lookup): value for lookup, value in constraint.items()}

        constraints = row.constraints
        row.constraints = (
            [rewritten(found) if isinstance(found, dict) else found for found in constraints]
            if isinstance(constraints, list)
            else rewritten(constraints)
        )


class SavedFilters(Kind):
    model = SavedFilter

    def mentions(self, row, subject):
        return [name for name in row.parameters if subject.is_filter(name)]

    def follows(self, row, subject):
        return self.is_of_one_type(row)

    def rename(self, row, subject, name):
        row.parameters = _parameters_renamed(row.parameters, subject, name)


class TableConfigs(Kind):
    model = TableConfig

    def rows_of_type(self, definition):
        types = {'object_type__app_label': APP_LABEL, 'object_type__model': definition.model_name}
        return self.model.objects.filter(**types)

    def mentions(self, row, subject):
        names = [*row.columns, *(name.removeprefix('-') for name in row.ordering or ())]
        return [name for name in dict.fromkeys(names) if name in subject.columns]

    def follows(self, row, subject):
        return True

    def rename(self, row, subject, name):
        def renamed(column):
            sign, bare = column[: column.startswith('-')], column.removeprefix('-')
            return sign + subject.renamed(bare, name) if bare in subject.columns else column

        row.columns = [renamed(column) for column in row.columns]
        row.ordering = row.ordering and [renamed(column) for column in row.ordering]


class EventRules(Kind):
    model = EventRule

    def mentions(self, row, subject):
        paths = dict.fromkeys(_condition_paths(row.conditions))
        return [path for path in paths if _name_in_path(path) in subject.attributes]


class ExportTemplates(Kind):
    model = ExportTemplate

    def mentions(self, row, subject):
        return sorted(templates.attributes(row.template_code) & subject.attributes)


class CustomLinks(Kind):
    model = CustomLink

    def mentions(self, row, subject):
        read = templates.attributes(row.link_text) | templates.attributes(row.link_url)
        return sorted(read & subject.attributes)


class DisplayExpressions(Kind):
    """The expression of the field's own type, which always follows a rename."""

    model = CustomObjectType
    always_follows = True

    def rows_of_type(self, definition):
        return self.model.objects.filter(pk=definition.id)

    def mentions(self, row, subject):
        return sorted(templates.variables(row.display_expression) & {subject.field.name})

    def follows(self, row, subject):
        return templates.rename_variable(row.display_expression, subject.field.name, '_') != row.display_expression

    def rename(self, row, subject, name):
        row.display_expression = templates.rename_variable(row.display_expression, subject.field.name, name)


class RelatedObjectFilters(Kind):
    """Fields that refer to the type, by what limits the choice of their targets."""

    model = CustomObjectTypeField

    def rows_of_type(self, definition):
        single = Q(related_object_type__app_label=APP_LABEL, related_object_type__model=definition.model_name)
        several = Q(related_object_types__app_label=APP_LABEL, related_object_types__model=definition.model_name)
        fields = self.model.objects.filter(single | several).exclude(related_object_filter__isnull=True)
        return fields.select_related('custom_object_type').distinct()

    def mentions(self, row, subject):
        return [name for name in row.related_object_filter if subject.is_filter(name)]

    def follows(self, row, subject):
        # The filter holds for all types that a polymorphic field refers to. A field that is being saved is not ours.
        return not row.is_polymorphic and row.pk != subject.field.id

    def rename(self, row, subject, name):
        row.related_object_filter = _parameters_renamed(row.related_object_filter, subject, name)


class OwnFilters(Kind):
    """Other fields of the type whose filters name the field as a value, which always follow a rename."""

    model = CustomObjectTypeField
    always_follows = True

    def rows_of_type(self, definition):
        # A deleted type takes them along.
        return self.model.objects.none()

    def rows(self, subject):
        fields = self.model.objects.filter(
            custom_object_type=subject.definition.id, related_object_filter__isnull=False
        )
        return fields.exclude(pk=subject.field.id).select_related('custom_object_type')

    def mentions(self, row, subject):
        return [f'{MARK}{name}' for name in names_in(row.related_object_filter) & {subject.field.name}]

    def follows(self, row, subject):
        return True

    def rename(self, row, subject, name):
        row.related_object_filter = with_name(row.related_object_filter, subject.field.name, name)


KINDS: tuple[Kind, ...] = (
    Permissions(),
    SavedFilters(),
    TableConfigs(),
    EventRules(),
    ExportTemplates(),
    CustomLinks(),
    DisplayExpressions(),
    RelatedObjectFilters(),
    OwnFilters(),
)


def _type_ids(permission) -> Iterator[int]:
    for object_type in permission.object_types.all():
        if object_type.app_label == APP_LABEL and (type_id := type_id_from_model_name(object_type.model)) is not None:
            yield type_id


def _constraints(permission) -> list[dict]:
    return [found for found in permission.list_constraints() if isinstance(found, dict)]


def lookups_of(permission) -> list[str]:
    """Return what the constraints of a permission look at, each once."""
    return list(dict.fromkeys(lookup for constraint in _constraints(permission) for lookup in constraint))


def _parameters_renamed(parameters: dict, subject: Subject, name: str) -> dict:
    return {
        subject.filter_renamed(parameter, name) if subject.is_filter(parameter) else parameter: value
        for parameter, value in parameters.items()
    }


def _condition_paths(conditions) -> Iterator[str]:
    """Yield what the conditions of an event rule look at, however deeply they are nested."""
    if isinstance(conditions, list):
        for condition in conditions:
            yield from _condition_paths(condition)
    elif isinstance(conditions, dict):
        if isinstance(conditions.get('attr'), str):
            yield conditions['attr']
        for nested in conditions.values():
            yield from _condition_paths(nested)


def _name_in_path(path: str) -> str:
    """Return the attribute that a path starts at; in a snapshot, it comes third."""
    parts = path.split('.')
    return parts[2] if parts[0] == 'snapshots' and len(parts) > 2 else parts[0]
