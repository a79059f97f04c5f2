"""One scenario at work in one database, beside others: its names have a prefix, its objects have handles."""

from django.apps import apps
from django.utils.text import slugify

from dcim.models import Site
from extras.models import Tag
from users.models import Owner

from netbox_custom_objects.definitions import TargetRef, model_name
from netbox_custom_objects.models import CustomObjectType, CustomObjectTypeField

SITE = TargetRef('dcim', 'site')


def model_of(type_id: int):
    """Return the class of a type in the current context; of a type that is not there, an empty one."""
    return apps.get_model('netbox_custom_objects', model_name(type_id))


class Stage:
    """
    Finds what a scenario's edits and expectations speak of, in the schema that is active.

    Types, fields, sites, tags and owners are found by their present names; objects by the handle under which they
    were created, which never changes.
    """

    def __init__(self, scenario, lab, number: int):
        self.scenario = scenario
        self.lab = lab
        self.prefix = f's{number:03}_'
        self.type_ids: dict[str, int] = {}
        # {(model label, handle): primary key}
        self.pks: dict[tuple[str, str], int] = {}

    def copy(self) -> 'Stage':
        """Return one that knows the same, and keeps to itself what it learns."""
        other = Stage(self.scenario, self.lab, 0)
        other.prefix, other.type_ids, other.pks = self.prefix, dict(self.type_ids), dict(self.pks)
        return other

    def named(self, name: str) -> str:
        return f'{self.prefix}{name}'

    def slug(self, name: str) -> str:
        return slugify(self.named(name).replace('_', '-'))

    def unnamed(self, name: str) -> str:
        """Return a name or slug as the scenario has it, without the prefix."""
        return name.removeprefix(self.prefix).removeprefix(self.slug('') + '-')

    # Types and fields

    def type(self, name: str) -> CustomObjectType:
        found = CustomObjectType.objects.get(name=self.named(name))
        self.type_ids[name] = found.pk
        return found

    def find_type(self, name: str) -> CustomObjectType | None:
        return CustomObjectType.objects.filter(name=self.named(name)).first()

    def field(self, path: str) -> CustomObjectTypeField:
        """Return a field by `<type>.<field>`."""
        type_name, name = path.split('.')
        return CustomObjectTypeField.objects.get(custom_object_type=self.type(type_name), name=name)

    def model(self, name: str):
        return model_of(self.type(name).pk)

    # Objects

    def remember(self, handle: str, instance) -> None:
        self.pks[instance._meta.label_lower, handle] = instance.pk

    def handle(self, label: str, pk: int) -> str:
        """Return the handle of an object of a model: what `remember` was told."""
        found = (handle for (model, handle), known in self.pks.items() if (model, known) == (label, pk))
        return next(found, f'unknown-{label}-{pk}')

    def object(self, type_name: str, handle: str):
        model = self.model(type_name)
        return model.objects.get(pk=self.pks[model._meta.label_lower, handle])

    def objects(self, type_name: str, handles: str):
        model = self.model(type_name)
        return model.objects.filter(pk__in=[self.pks[model._meta.label_lower, handle] for handle in handles.split()])

    def site(self, name: str) -> Site:
        return Site.objects.get(name=self.named(name))

    def tag(self, name: str) -> Tag:
        return Tag.objects.get(name=self.named(name))

    def owner(self, name: str) -> Owner:
        return Owner.objects.get(name=self.named(name))

    # Values

    def values(self, model, values: dict) -> tuple[dict, dict]:
        """
        Return what a scenario says about an object as (attributes to set, {name: targets} of many-valued references).

        A reference is written as the handle of its target, several as handles with spaces between them; where a field
        may refer to several types, a handle is preceded by `site:` or by the name of a type and a colon.
        """
        single, many = {}, {}
        for name, value in values.items():
            field = model._definition.fields_by_name.get(name)
            if field is None or not field.targets:
                single[name] = self.owner(value) if name == 'owner' and value else value
            elif model._meta.get_field(name).many_to_many:
                many[name] = [self._target(field, handle) for handle in (value or '').split()]
            else:
                single[name] = self._target(field, value) if value else None
        return single, many

    def _target(self, field, handle: str):
        kind, _, handle = handle.rpartition(':')
        target = field.targets[0]
        if kind:
            target = SITE if kind == 'site' else TargetRef('netbox_custom_objects', model_name(self.type(kind).pk))
        model = apps.get_model(target.app_label, target.model)
        return model.objects.get(pk=self.pks[target.label, handle])
