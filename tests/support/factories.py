"""Makes types, fields and objects for tests through the ORM, validated as a form would."""

from django.db import router

from core.models import ObjectType
from dcim.models import Site
from extras.models import CustomFieldChoiceSet

from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeConstraint, CustomObjectTypeField
from netbox_custom_objects.models.edit_context import EditContext
from netbox_custom_objects.schema.rows.storage import Written


def make_type(name, slug=None, fields=(), **attributes):
    """
    Create a type; `fields` are dicts of `make_field` arguments, or (name, type) pairs.

    All of its columns come at once, as if a document brought the type: that takes a fraction of the time.
    """
    custom_object_type = CustomObjectType(name=name, slug=slug or name.replace('_', '-'), **attributes)
    if not fields:
        custom_object_type.full_clean()
        custom_object_type.save()
        return custom_object_type
    storage = Written(router.db_for_write(CustomObjectType))
    custom_object_type.set_edit_context(surroundings=storage.picture)
    custom_object_type.full_clean()
    storage.save_type(custom_object_type, is_new=True)
    for field in fields:
        arguments = field if isinstance(field, dict) else dict(zip(('name', 'type'), field))
        make_field(custom_object_type, storage=storage, **arguments)
    for _type_id, error in storage.finish():
        raise error
    custom_object_type.edit_context = EditContext()
    return custom_object_type


def make_field(
    custom_object_type, name, type='text', target=None, targets=None, choices=None, storage=None, **attributes
):
    """
    Create a field.

    `target` is a model class or a CustomObjectType that the field refers to, `targets` a list of them for a polymorphic
    field; `choices` is a list of values, for which a choice set is made.
    """
    if target is not None:
        attributes['related_object_type'] = object_type_of(target)
    if targets is not None:
        attributes['is_polymorphic'] = True
    if choices is not None:
        attributes['choice_set'] = make_choice_set(f'{custom_object_type.name} {name}', choices)
    field = CustomObjectTypeField(custom_object_type=custom_object_type, name=name, type=type, **attributes)
    if storage is not None:
        field.set_edit_context(surroundings=storage.picture)
    noted = None if targets is None else [object_type_of(found) for found in targets]
    if noted is not None:
        field._m2m_values = {'related_object_types': noted}
    field.full_clean()
    if storage is not None:
        storage.save_field(field, True, noted)
        return field
    field.save()
    if targets is not None:
        field.related_object_types.set(field._m2m_values.pop('related_object_types'))
    return field


def object_type_of(target):
    """Return the ObjectType of a model class or of a CustomObjectType."""
    return target.object_type if isinstance(target, CustomObjectType) else ObjectType.objects.get_for_model(target)


def make_constraint(custom_object_type, name, fields=(), **attributes):
    """Create a constraint: unique over these fields, a check without any; `attributes` as those of the model."""
    ids = dict(custom_object_type.fields.values_list('name', 'pk'))
    constraint = CustomObjectTypeConstraint(
        custom_object_type=custom_object_type,
        name=name,
        type='unique' if fields else 'check',
        field_ids=[ids[field] for field in fields],
        **attributes,
    )
    constraint.full_clean()
    constraint.save()
    return constraint


def make_choice_set(name, values):
    choice_set = CustomFieldChoiceSet(name=name, extra_choices=[[value, value.capitalize()] for value in values])
    choice_set.full_clean()
    choice_set.save()
    return choice_set


def make_object(custom_object_type, **values):
    """Create an object of the type; lists for many-valued references are linked after it was saved."""
    model = custom_object_type.get_model()
    links = {
        name: values.pop(name)
        for name in list(values)
        if isinstance(values[name], (list, tuple)) and model._meta.get_field(name).many_to_many
    }
    obj = model(**values)
    obj.full_clean()
    obj.save()
    for name, targets in links.items():
        getattr(obj, name).set(targets)
    return obj


def make_sites():
    """Return three sites; what a test shares with others may have made them already."""
    names = ('Berlin', 'Cairo', 'Dakar')
    return [Site.objects.get_or_create(name=name, defaults={'slug': name.lower()})[0] for name in names]


def make_every_kind(name='every_kind', target=None):
    """Create a type that has a field of each kind, referring to `target` (by default dcim.Site)."""
    target = target or Site
    choices = ['red', 'green', 'blue']
    fields = (
        {'name': 'title', 'type': 'text', 'primary': True},
        {'name': 'notes', 'type': 'longtext'},
        {'name': 'amount', 'type': 'integer'},
        {'name': 'price', 'type': 'decimal'},
        {'name': 'active', 'type': 'boolean'},
        {'name': 'bought', 'type': 'date'},
        {'name': 'seen', 'type': 'datetime'},
        {'name': 'web', 'type': 'url'},
        {'name': 'extra', 'type': 'json'},
        {'name': 'color', 'type': 'select', 'choices': choices},
        {'name': 'colors', 'type': 'multiselect', 'choices': choices},
        {'name': 'place', 'type': 'object', 'target': target},
        {'name': 'places', 'type': 'multiobject', 'target': target},
    )
    return make_type(name, fields=fields)
