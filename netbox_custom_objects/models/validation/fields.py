"""
What a field definition must satisfy: every rule of contract 2.2, each error under the attribute it is about.

Called from CustomObjectTypeField.clean(), hence by forms, REST, bulk import and every replayed change alike.
"""

from collections.abc import Iterator

from django.apps import apps
from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, ValidationError
from django.utils.translation import gettext_lazy as _

from ...choices import ObjectFieldOnDeleteChoices
from ...field_types import FIELD_TYPES, field_type_of
from ...field_types.shared.deprecation import check as deprecation_errors
from ...field_types.shared.regex import validate_pattern
from ..readers import counted, readable
from ..rows.convert import field_definition
from ..staged_change import STAGED_ATTRIBUTES, unfinished_change
from .computed import computed_errors, store_expression
from .conditions import condition_errors, store_conditions
from .default_from import default_from_errors, store_path
from .limits import limit_errors
from .reserved import alternatives, is_reserved, parameter_of
from .rollups import rolled_up_targets, rollup_errors, store_condition
from .stored import objects_of, stored_errors, type_change_errors
from .surroundings import surroundings_of

Errors = Iterator[tuple[str, object]]
# What only some types have: the flag of these types, and the error that others get.
OPTIONS = {
    'max_length': ('length_allowed', _('Only text and longtext fields have a maximum length.')),
    'suggest_values': ('suggestions_allowed', _('Values are only suggested for text fields.')),
    'decimal_digits': ('digits_allowed', _('Only decimal fields have a number of digits.')),
    'decimal_places': ('digits_allowed', _('Only decimal fields have a number of digits.')),
    'unit': ('unit_allowed', _('Only numbers have a unit.')),
    'number_template': ('numbers_allowed', _('Only autonumber fields have a template.')),
    'related_object_filter_enforced': (
        'is_reference',
        _('Related object filters are only available for object and multiobject fields.'),
    ),
    'restart_yearly': ('numbers_allowed', _('Only autonumber fields begin again each year.')),
}


def validate_field(field) -> None:
    """
    Raise ValidationError, keyed by attribute, unless the field is a valid definition.

    Args:
        field: a CustomObjectTypeField; compared with its stored row, if it has one
    """
    if field.type not in FIELD_TYPES or field.custom_object_type_id is None or _is_dangling(field):
        return  # the model field's own validation has said so, or there is nothing to compare with
    before = surroundings_of(field).before(field)
    checks = [_name, _flags, _limits, _options, _elements, _choice_set, _reference, _related_name, limit_errors]
    checks += [computed_errors, default_from_errors, rollup_errors, condition_errors, deprecation_errors]
    if before is not None:
        checks += [_unchangeable, _under_way, type_change_errors, stored_errors]
    errors: dict[str, list] = {}
    for check in checks:
        for attribute, message in check(field, before):
            errors.setdefault(attribute, []).append(message)
    if not errors:
        # Only a definition that holds together can say whether a default fits it.
        for attribute, message in [*_default(field, before), *(_unique_default(field) if before is None else ())]:
            errors.setdefault(attribute, []).append(message)
    if errors:
        raise ValidationError(errors)
    store_expression(field)
    store_condition(field)
    store_path(field)
    store_conditions(field)


def _is_dangling(field) -> bool:
    """Whether it refers to a row that does not exist, as a replayed change may."""
    try:
        _targets_of_keys = field.custom_object_type, field.choice_set, field.related_object_type
    except ObjectDoesNotExist:
        return True
    return False


def _name(field, before) -> Errors:
    if before is not None and before.name == field.name and before.type == field.type:
        return
    taken = _names_taken(field)
    if any(map(is_reserved, taken)):
        names = _(' or ').join(_free_names(field))
        yield 'name', _('This name is used by NetBox itself. Choose another one, such as {names}.').format(names=names)
        return
    if clash := surroundings_of(field).referring(field, taken):
        yield (
            'name',
            _('{name} is the related name of {other}; choose another name.').format(
                name=clash.related_name, other=_name_of(clash, with_type=True)
            ),
        )
    for other in surroundings_of(field).siblings(field):
        clash = taken & surroundings_of(field).names_taken(other, _names_taken)
        # The same name twice is what the unique constraint is for.
        if clash - ({field.name} if other.name == field.name else set()):
            yield (
                'name',
                _('{name} is used by {other}; choose another name.').format(name=min(clash), other=_name_of(other)),
            )


def _names_taken(field, **changes) -> set[str]:
    """Return the names that no other field of the type can have: of attributes, keys and filters."""
    names = field_type_of(field).attribute_names(field_definition(field, **changes))
    return names | {parameter_of(name) for name in names}


def _free_names(field) -> list[str]:
    """Return two names that the field could have instead of a reserved one."""
    used = {name for other in surroundings_of(field).siblings(field) for name in _names_taken(other)}
    longest = type(field)._meta.get_field('name').max_length
    found = (name for name in alternatives(field.name) if len(name) <= longest)
    names = ((name, _names_taken(field, name=name)) for name in found)
    return [name for name, taken in names if not taken & used and not any(map(is_reserved, taken))][:2]


def _name_of(field, with_type: bool = False) -> str:
    """Return what an error calls another field: by its name only if the reader of the error may view it."""
    fields = type(field).objects.using(field._state.db).filter(pk=field.pk)
    if not field._state.adding and not readable(fields).exists():
        return _('a field that you may not view')
    name = f'{field.custom_object_type.name}.{field.name}' if with_type else field.name
    return _('the field {name}').format(name=name)


def _flags(field, before) -> Errors:
    if field.primary and field.context:
        yield NON_FIELD_ERRORS, _('A field cannot be both primary and context.')
    if field.unique and not field.field_type.unique_allowed:
        yield 'unique', _('Fields of this type cannot be unique.')
    if field.indexed and not field.field_type.index_allowed:
        yield 'indexed', field.field_type.unindexable


def _limits(field, before) -> Errors:
    field_type = field.field_type
    if field.validation_regex:
        if not field_type.regex_allowed:
            yield (
                'validation_regex',
                _('Regular expressions are only available for text, longtext, url and email fields.'),
            )
        else:
            try:
                validate_pattern(field.validation_regex)
            except ValidationError as error:
                yield 'validation_regex', error
    minimum, maximum = field.validation_minimum, field.validation_maximum
    if not field_type.bounds_allowed:
        for attribute in ('validation_minimum', 'validation_maximum'):
            if getattr(field, attribute) is not None:
                yield attribute, _('Limits are only available for integer, decimal and array fields.')
        return
    for attribute in ('validation_minimum', 'validation_maximum'):
        limit = getattr(field, attribute)
        if None not in (limit, field_type.lowest_bound) and limit < field_type.lowest_bound:
            yield attribute, _('This cannot be less than {limit}.').format(limit=field_type.lowest_bound)
    if minimum is not None and maximum is not None and minimum > maximum:
        yield 'validation_minimum', _('The minimum is greater than the maximum.')


def _options(field, before) -> Errors:
    """Check the attributes that only some types have, and what these say of them."""
    known = True
    for attribute, (flag, message) in OPTIONS.items():
        if getattr(field, attribute) not in (None, '', False) and not getattr(field.field_type, flag):
            known = False
            yield attribute, message
    if known:
        yield from field.field_type.option_faults(field_definition(field)).items()


def _elements(field, before) -> Errors:
    if field.field_type.has_elements and not field.element_type:
        yield 'element_type', _('Choose the element type of the array.')
    if not field.field_type.has_elements and field.element_type:
        yield 'element_type', _('Only arrays have an element type.')
    if before is not None and before.field_type.has_elements and before.element_type != field.element_type:
        yield 'element_type', _('This cannot be changed after the field has been created.')


def _choice_set(field, before) -> Errors:
    if field.field_type.needs_choice_set and field.choice_set_id is None:
        yield 'choice_set', _('A choice set is required for this type of field.')
    if not field.field_type.needs_choice_set and field.choice_set_id is not None:
        yield 'choice_set', _('Choice sets are only available for select and multiselect fields.')


def _reference(field, before) -> Errors:
    if field.field_type.is_reference:
        if field.is_polymorphic:
            yield from _targets(field, before)
        elif field.related_object_type_id is None:
            yield 'related_object_type', _('Choose the type of the objects that this field refers to.')
        if field.related_object_filter is not None and not isinstance(field.related_object_filter, dict):
            yield 'related_object_filter', _('Must be a JSON object of query parameters.')
    if not field.is_polymorphic and _noted_targets(field):
        yield 'related_object_types', _('Only polymorphic fields refer to objects of several types.')
    if not field.field_type.is_reference:
        if field.is_polymorphic:
            yield 'is_polymorphic', _('Only object and multiobject fields can be polymorphic.')
        if field.related_object_filter is not None:
            yield (
                'related_object_filter',
                _('Related object filters are only available for object and multiobject fields.'),
            )
        if field.related_name:
            yield 'related_name', _('Related names are only available for object and multiobject fields.')
        if field.related_object_type_id is not None:
            yield 'related_object_type', _('Only object and multiobject fields refer to other objects.')
    if field.type != 'object' and field.on_delete_behavior not in ('', ObjectFieldOnDeleteChoices.SET_NULL):
        yield 'on_delete_behavior', _('This is only available for object fields.')


def _noted_targets(field) -> list | None:
    return getattr(field, '_m2m_values', {}).get('related_object_types')


def _targets(field, before) -> Errors:
    """Check the types that a polymorphic field may refer to; none that a stored value has can be taken away."""
    if field.related_object_type_id is not None:
        yield 'related_object_type', _('For polymorphic fields, use related_object_types.')
    if field.related_name and (before is None or before.related_name != field.related_name):
        # An adopted one may have one, which nothing reads.
        yield 'related_name', _('Polymorphic fields do not have a related name.')
    if _noted_targets(field) is None:
        return  # what is stored stays, or comes after the field itself
    intended = {target.pk for target in field.intended_targets()}
    if not intended:
        yield NON_FIELD_ERRORS, _('Choose at least one type of objects that this field may refer to.')
    if before is not None:
        removed = [target for target in before.intended_targets() if target.pk not in intended]
        if message := rolled_up_targets(before, removed) or types_in_use(before, removed):
            yield 'related_object_types', message


def types_in_use(field, removed) -> str:
    """
    Return why some types cannot be taken away from a polymorphic field, '' if they can.

    Args:
        field: the stored CustomObjectTypeField
        removed: ObjectTypes or ContentTypes
    """
    objects = objects_of(field)
    definition = field_definition(field)
    if not field.field_type.is_surfaced(definition, objects.model._payload_names):
        return ''
    counts = {
        f'{target.app_label}.{target.model}': counted(field.field_type.objects_of_type(objects, definition, target.pk))
        for target in removed
    }
    used = ', '.join(f'{label} ({count})' for label, count in sorted(counts.items()) if count)
    if not used:
        return ''
    return _('These types cannot be removed while stored values refer to objects of them: {types}.').format(types=used)


def _related_name(field, before) -> Errors:
    if not field.related_name or not field.field_type.is_reference or field.related_object_type is None:
        return
    if before is not None and before.related_name == field.related_name:
        return
    target = field.related_object_type
    if surroundings_of(field).has_attribute(target, field.related_name):
        yield 'related_name', _('{model} already has an attribute with this name.').format(model=_name_of_type(target))


def _name_of_type(object_type) -> str:
    try:
        return str(apps.get_model(object_type.app_label, object_type.model)._meta.verbose_name)
    except LookupError:
        return str(_('This type'))


def _unchangeable(field, before) -> Errors:
    if before.custom_object_type_id != field.custom_object_type_id:
        yield 'custom_object_type', _('A field cannot be moved to another type.')
    if before.is_polymorphic != field.is_polymorphic:
        yield 'is_polymorphic', _('This cannot be changed after the field has been created.')
    if before.related_object_type_id != field.related_object_type_id:
        yield NON_FIELD_ERRORS, _('related_object_type cannot be changed after the field has been created.')


def _under_way(field, before) -> Errors:
    """While a staged change of a field is under way, no other edit changes what it may change."""
    if field.edit_context.is_staged:
        return
    attnames = {name: field._meta.get_field(name).attname for name in STAGED_ATTRIBUTES}
    changed = [name for name, attname in attnames.items() if getattr(field, attname) != getattr(before, attname)]
    if changed and (change := unfinished_change(before._state.db, field.pk)):
        message = _('This field is being changed step by step ({change}). Finish, undo or cancel that change first.')
        for name in changed:
            yield name, message.format(change=change.describe())


def _default(field, before) -> Errors:
    if field.default is None:
        return
    definition = field_definition(field)
    if not field.field_type.default_allowed:
        yield 'default', _('Fields of this type cannot have a default.')
        return
    try:
        field.field_type.validate_default(definition)
    except ValidationError as error:
        if not _was_gone(field, before):
            yield 'default', error
    except (LookupError, ObjectDoesNotExist):
        # A type that is not stored yet: nothing is of it.
        yield 'default', _('The object does not exist.')


def _was_gone(field, before) -> bool:
    """Whether the default was ignored before and stays as it is: it must not stand in the way of other edits."""
    if before is None or (before.default, before.type) != (field.default, field.type):
        return False
    return before.field_type.is_default_gone(field_definition(before))


def _unique_default(field) -> Errors:
    """A default would give every existing object the same value."""
    has_one = field.unique and field.default is not None
    if has_one and surroundings_of(field).has_several_objects(field.custom_object_type_id):
        yield 'default', _('The default of a unique field cannot be applied to existing objects.')
