"""
Which objects a column could refer to: candidates by its header, and how many of its values name one.

One statement for each candidate, and only among the objects that the user may view: hit rates reveal nothing else.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from ...definitions import type_id_from_model_name
from ...field_types.shared.natural_keys import NaturalKey, natural_key
from ...models import CustomObjectObjectType
from ...runtime.rights import viewable_types
from ..targets import type_name
from .guessing import ENOUGH, Guess, choose_primary
from .headers import name_of
from .kinds import KINDS, OBJECT, SELECT, TEXT
from .sample import Notes

# The part of the values that must name an object where the header names the model.
ENOUGH_IF_NAMED = 0.5
# Different names that must be found where it does not.
NAMES_IF_UNNAMED = 3
# Values of a column that are looked up.
LOOKED_UP = 500
# What headers call the objects of some models, besides the names of the models.
WORDS = {
    'dcim.device': ('hostname', 'host', 'switch', 'router', 'server', 'appliance'),
    'dcim.site': ('building', 'campus', 'datacenter', 'data_center', 'branch_office'),
    'dcim.location': ('room', 'floor', 'hall'),
    'dcim.devicetype': ('device_model', 'hardware_model'),
    'dcim.manufacturer': ('vendor', 'maker', 'brand'),
    'tenancy.tenant': ('customer', 'client', 'department'),
    'tenancy.contact': ('contact_person', 'responsible'),
    'circuits.provider': ('carrier', 'isp', 'supplier'),
    'circuits.circuit': ('circuit_id', 'cid'),
    'ipam.vlan': ('vlan_id', 'vid', 'vlan_number'),
    'ipam.prefix': ('subnet', 'network', 'cidr'),
    'ipam.ipaddress': ('ip', 'management_ip', 'address'),
    'ipam.asn': ('as_number', 'autonomous_system'),
    'users.user': ('username', 'login', 'user', 'assignee', 'owned_by', 'created_by', 'engineer'),
    'virtualization.virtualmachine': ('vm', 'virtual_machine', 'guest'),
}
# Looked at for texts whose header names no model.
COMMON = ('dcim.site', 'dcim.device', 'tenancy.tenant', 'dcim.rack', 'dcim.location', 'users.user')
# What may follow the name of a model in a header.
ENDINGS = re.compile(r'_(?:name|slug|id|key|ref|reference|number|no|code)$')


@dataclass
class Target:
    """A model whose objects a column could refer to."""

    # As documents name it.
    name: str
    label: str
    model: type

    @cached_property
    def key(self) -> NaturalKey:
        return natural_key(self.model)

    @property
    def title(self) -> str:
        return str(self.model._meta.verbose_name)

    def words(self) -> set[str]:
        """Return what headers may call such an object."""
        meta = self.model._meta
        names = {str(meta.verbose_name), str(meta.verbose_name_plural)}
        if hasattr(self.model, '_definition'):
            names |= {self.model._definition.slug, self.model._definition.name}
        return {name_of(name) for name in names} | {*WORDS.get(self.label, ())}


class Targets:
    """The models whose objects a user could refer to; of custom object types those whose objects may be viewed."""

    def __init__(self, user):
        self.user = user
        custom = {definition.id: definition.slug for definition in viewable_types(user)}
        self.by_name: dict[str, Target] = {}
        for object_type in CustomObjectObjectType.objects.all():
            model = object_type.model_class()
            if model is None or not hasattr(model._default_manager, 'restrict'):
                continue
            type_id = type_id_from_model_name(object_type.model) if hasattr(model, '_type_id') else None
            if type_id is not None and type_id not in custom:
                continue
            name = f'{object_type.app_label}/{object_type.model}' if type_id is None else type_name(custom[type_id])
            self.by_name[name] = Target(name, model._meta.label_lower, model)

    def choices(self) -> list[tuple[str, str]]:
        """Return (name, what people call it), in order."""
        found = []
        for target in self.by_name.values():
            meta = target.model._meta
            group = _('Custom objects') if hasattr(target.model, '_definition') else meta.app_config.verbose_name
            found.append((target.name, f'{group} > {meta.verbose_name}'))
        return sorted(found, key=lambda pair: pair[1].lower())

    @cached_property
    def _by_word(self) -> dict[str, Target]:
        found: dict[str, Target] = {}
        # NetBox's own before those of others with the same name, but custom types before all.
        for target in sorted(self.by_name.values(), key=lambda target: not hasattr(target.model, '_definition')):
            for word in target.words():
                found.setdefault(word, target)
        return found

    def named_by(self, header: str) -> Target | None:
        """Return the target that a header names, also at its end: a parent site is a site."""
        name = name_of(header)
        for wanted in (name, ENDINGS.sub('', name)):
            parts = wanted.split('_')
            for start in range(len(parts)):
                if target := self._by_word.get('_'.join(parts[start:])):
                    return target
        return None

    def find(self, name: str, texts) -> dict[str, list]:
        """Return the viewable objects of a target that each text may mean."""
        target = self.by_name[name]
        return target.key.find_all(target.model._default_manager.restrict(self.user, 'view'), set(texts))


def find_references(headers: list[str], notes: Notes, guesses: list[Guess], targets: Targets) -> None:
    """Change the guesses of those columns whose values name objects."""
    wanted: dict[str, list[int]] = {}
    named: set[tuple[str, int]] = set()
    for position, (header, made) in enumerate(zip(headers, guesses)):
        if not made.of or not KINDS[made.kind].cells.may_name:
            continue
        if (target := targets.named_by(header)) is not None:
            wanted.setdefault(target.name, []).append(position)
            named.add((target.name, position))
        elif made.kind in (TEXT, SELECT):
            for target in targets.by_name.values():
                if target.label in COMMON:
                    wanted.setdefault(target.name, []).append(position)
    samples = {position: Counter(notes.sampled(position)) for positions in wanted.values() for position in positions}
    best: dict[int, tuple[int, str]] = {}
    for name, positions in wanted.items():
        texts = {text for position in positions for text in _first(samples[position])}
        found = {text for text, objects in targets.find(name, texts).items() if len(objects) == 1}
        for position in positions:
            looked_up = _first(samples[position])
            hits = sum(count for text, count in looked_up.items() if text in found)
            is_named = (name, position) in named
            of = sum(looked_up.values())
            enough = ENOUGH_IF_NAMED if is_named and guesses[position].kind in (TEXT, SELECT) else ENOUGH
            is_enough = hits >= enough * of and (is_named or len(found & looked_up.keys()) >= NAMES_IF_UNNAMED)
            if hits and is_enough:
                best[position] = max(best.get(position, (0, '')), (hits, name))
    for position, (hits, name) in best.items():
        _refer(guesses[position], targets.by_name[name], hits, sum(_first(samples[position]).values()))
    choose_primary(headers, guesses)


def _first(values: Counter) -> Counter:
    return values if len(values) <= LOOKED_UP else Counter(dict(values.most_common(LOOKED_UP)))


def _refer(made: Guess, target: Target, hits: int, of: int) -> None:
    made.kind, made.target, made.hits, made.of, made.unique = OBJECT, target.name, hits, of, False
    made.why = _('{hits} of {of} values name an object of type {type}.').format(hits=hits, of=of, type=target.title)
